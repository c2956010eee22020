//! A terminal as a value: bytes in, a grid of cells out.
