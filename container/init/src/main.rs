//! The first process of a container: starts the desktop, reaps what it leaves, and is the one way in.

fn main() {}
