//! The session manager and gateway of TOS.

fn main() {}
