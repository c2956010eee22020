//! Encodes the pictures of one output, carries them to any number of pages, and brings their input back.

pub mod encoder;
pub mod protocol;
#[cfg(test)]
mod protocol_tests;
pub mod video;
