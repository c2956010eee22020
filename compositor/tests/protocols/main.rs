//! Each Wayland protocol, spoken by a real client to the real compositor in one process and one thread.
//!
//! [`fixture`] is the compositor and what people do to it, [`client`] the other end of the socket, [`window`] a toplevel
//! in three lines. One file a protocol; all of them are one binary, since linking is what takes the time.

mod client;
mod fixture;
mod input;
mod picture;
mod window;

mod surface;
mod toplevel;
