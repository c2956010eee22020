//! The files that make Fish, Zsh and Bash speak the Shell API, and how a shell is started with them.
