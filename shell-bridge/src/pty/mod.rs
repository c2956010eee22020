//! A shell on a pty: one thread reads it and keeps its grid.
