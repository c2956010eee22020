//! Access units cut into RTP payloads: once per unit, whoever watches.

use std::time::Instant;

use bytes::Bytes;
use parking_lot::Mutex;
use rtc::rtp::{
    codec::{h264::H264Payloader, vp8::Vp8Payloader},
    packetizer::Payloader,
};

use crate::{
    video::{AccessUnit, Codec, Timing},
    viewer::ViewerId,
};

/// Largest RTP payload. 1280 (the least MTU of IPv6) less IP, UDP, RTP with extensions, SRTP tag and a TURN header.
const MAX_PAYLOAD: usize = 1140;

/// One access unit, ready to be numbered for each viewer.
#[derive(Debug, Clone)]
pub struct Unit {
    /// RTP payloads in order; the last one gets the marker bit.
    pub payloads: Vec<Bytes>,
    /// A decoder can start here.
    pub key: bool,
    /// 90 kHz.
    pub rtp_time: u32,
    /// Of the picture.
    pub timing: Timing,
    /// When it left the encoder.
    pub encoded: Instant,
    /// Inputs that it is the first to answer.
    pub markers: Vec<(ViewerId, u32)>,
}

impl Unit {
    /// Bytes of all payloads.
    pub fn len(&self) -> usize {
        self.payloads.iter().map(Bytes::len).sum()
    }

    /// There is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.payloads.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn for_test(rtp_time: u32, key: bool) -> Self {
        let now = Instant::now();
        let timing = Timing { damaged: now, drawn: now };
        Self { payloads: Vec::new(), key, rtp_time, timing, encoded: now, markers: Vec::new() }
    }
}

/// Cuts the units of one encoder. Holds the codec's state (VP8 picture ids, pending H.264 parameter sets).
pub struct Packer(Mutex<Box<dyn Payloader>>);

impl Packer {
    /// For one codec.
    pub fn new(codec: Codec) -> Self {
        let payloader: Box<dyn Payloader> = match codec {
            Codec::H264 => Box::<H264Payloader>::default(),
            Codec::Vp8 => {
                let mut payloader = Vp8Payloader::default();
                // Lets a receiver tell a lost frame from a late packet.
                payloader.enable_picture_id = true;
                Box::new(payloader)
            }
        };
        Self(Mutex::new(payloader))
    }

    /// Cuts one unit; `None` if there is nothing in it to send.
    pub fn pack(&self, unit: &AccessUnit, encoded: Instant) -> Option<Unit> {
        let payloads = self.0.lock().payload(MAX_PAYLOAD, &unit.data).ok()?;
        let (key, rtp_time, timing) = (unit.key, unit.rtp_time, unit.timing);
        let packed = Unit { payloads, key, rtp_time, timing, encoded, markers: Vec::new() };
        (!packed.is_empty()).then_some(packed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn unit(codec: Codec, data: Vec<u8>) -> AccessUnit {
        let now = Instant::now();
        let timing = Timing { damaged: now, drawn: now };
        AccessUnit { codec, data: data.into(), key: true, size: (64, 64), rtp_time: 9, timing, encode: Duration::ZERO }
    }

    #[test]
    fn h264_slices_are_fragmented_and_parameter_sets_ride_together() {
        let mut data = vec![0, 0, 0, 1, 0x67, 1, 2, 3, 0, 0, 0, 1, 0x68, 4, 5, 0, 0, 0, 1, 0x65];
        data.extend(std::iter::repeat_n(0xab, 5000));
        let packed = Packer::new(Codec::H264).pack(&unit(Codec::H264, data), Instant::now()).unwrap();
        assert!(packed.payloads.iter().all(|p| p.len() <= MAX_PAYLOAD));
        assert_eq!(packed.payloads[0][0] & 0x1f, 24, "STAP-A with SPS and PPS");
        assert_eq!(packed.payloads[1][0] & 0x1f, 28, "FU-A");
        assert_eq!(packed.payloads.len(), 1 + 5000usize.div_ceil(MAX_PAYLOAD - 2));
        assert!(packed.key);
    }

    #[test]
    fn vp8_frames_carry_growing_picture_ids() {
        let packer = Packer::new(Codec::Vp8);
        let ids: Vec<_> = (0..3)
            .map(|_| {
                let packed = packer.pack(&unit(Codec::Vp8, vec![0; 3000]), Instant::now()).unwrap();
                assert!(packed.payloads.len() >= 3);
                packed.payloads[0].slice(..3)
            })
            .collect();
        assert!(ids[0] != ids[1] && ids[1] != ids[2]);
    }

    #[test]
    fn an_empty_unit_is_not_sent() {
        assert!(Packer::new(Codec::H264).pack(&unit(Codec::H264, Vec::new()), Instant::now()).is_none());
    }
}
