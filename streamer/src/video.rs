//! The values that pass between drawing, encoding and sending: a raw picture and an access unit.

use std::time::{Duration, Instant};

use bytes::Bytes;

/// A video codec that a page can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// H.264 constrained baseline, packetisation mode 1.
    H264,
    /// VP8.
    Vp8,
}

/// An I420 picture, BT.709 limited range. Planes are tightly packed; width and height are even.
///
/// It is kept by whoever draws and changed in place: only damaged rows are converted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct I420 {
    /// Physical pixels, even.
    pub width: u32,
    /// Physical pixels, even.
    pub height: u32,
    /// Y, then U, then V: `width * height * 3 / 2` bytes.
    pub data: Vec<u8>,
}

impl I420 {
    /// A black picture. Odd sizes are rounded up to even ones.
    pub fn black(width: u32, height: u32) -> Self {
        let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let luma = width as usize * height as usize;
        let mut data = vec![128; luma * 3 / 2];
        data[..luma].fill(16);
        Self { width, height, data }
    }

    /// The Y, U and V planes; their strides are `width`, `width / 2`, `width / 2`.
    pub fn planes_mut(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let luma = self.width as usize * self.height as usize;
        let (y, chroma) = self.data.split_at_mut(luma);
        let (u, v) = chroma.split_at_mut(luma / 4);
        (y, u, v)
    }
}

/// When a picture came about. Its stages are told in `/metrics`.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// The first damage or input that this picture answers.
    pub damaged: Instant,
    /// Drawing began. The RTP time stamp is made from this.
    pub drawn: Instant,
}

/// The encoded bytes of one frame.
#[derive(Debug, Clone)]
pub struct AccessUnit {
    /// What encoded it.
    pub codec: Codec,
    /// Annex B for H.264, one frame for VP8.
    pub data: Bytes,
    /// A decoder can start here.
    pub key: bool,
    /// Physical pixels.
    pub size: (u32, u32),
    /// 90 kHz, from the picture's own clock ([`Timing::drawn`]); the same for every viewer.
    pub rtp_time: u32,
    /// Of the picture.
    pub timing: Timing,
    /// What the encoder took, from submitting the picture to these bytes.
    pub encode: Duration,
}
