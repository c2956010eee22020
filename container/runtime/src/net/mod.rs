//! A network of its own for each container, whoever makes the interfaces: its addresses, and what may leave it.

pub(crate) mod bridge;
pub(crate) mod walls;
