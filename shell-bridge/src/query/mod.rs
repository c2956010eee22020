//! Questions to a real shell, answered by a child process: is this well formed, what completes it.
