//! The Shell API: what a shell tells of itself, picked out of the bytes that it writes.
