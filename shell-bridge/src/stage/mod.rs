//! Staging and validation: what becomes of a command that somebody else than the person at the terminal has written.
