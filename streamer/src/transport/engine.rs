//! The library set up for one peer: one codec, the header extensions, and the interceptors in their places.

use std::sync::{Arc, atomic::AtomicU32};

use rtc::{
    interceptor::{CongestionControlBuilder, NackResponderBuilder, TwccSenderBuilder},
    peer_connection::configuration::{
        interceptor_registry::{Registry, Slot, configure_rtcp_reports},
        media_engine::{MIME_TYPE_H264, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine},
    },
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
    },
};

use super::{
    PeerError,
    codecs::Offered,
    estimator::{Bitrates, Estimator},
    keyframes::KeyFrameRequests,
};
use crate::video::Codec;

/// Asks the receiver to show each frame at once instead of smoothing.
pub const PLAYOUT_DELAY: &str = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
const TRANSPORT_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// Packets kept for retransmission: two seconds of 1080p, or the whole of a large key frame.
const RETRANSMIT: u16 = 2048;

/// What a peer connection is built with.
pub struct Engine {
    /// Codec and extensions.
    pub media: MediaEngine,
    /// Interceptors.
    pub registry: Registry,
    /// What the track sends.
    pub codec: RTCRtpCodec,
    /// What congestion control allows, bits a second.
    pub target: Arc<AtomicU32>,
}

impl Engine {
    /// For a peer that gets `offered`.
    ///
    /// # Errors
    /// [`PeerError::Library`]; only if the library changes its mind about what may be registered.
    pub fn new(offered: &Offered, bitrates: Bitrates) -> Result<Self, PeerError> {
        let failed = |error| PeerError::Library(format!("{error}"));
        let mut media = MediaEngine::default();
        let mime_type = match offered.codec {
            Codec::H264 => MIME_TYPE_H264,
            Codec::Vp8 => MIME_TYPE_VP8,
        };
        let codec = RTCRtpCodec {
            mime_type: mime_type.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: offered.fmtp.clone(),
            rtcp_feedback: [("nack", ""), ("nack", "pli"), ("ccm", "fir"), ("transport-cc", "")]
                .map(|(typ, parameter)| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() })
                .to_vec(),
        };
        let main = RTCRtpCodecParameters { rtp_codec: codec.clone(), payload_type: offered.payload_type };
        media.register_codec(main, RtpCodecKind::Video).map_err(failed)?;
        if let Some(payload_type) = offered.rtx {
            let rtp_codec = RTCRtpCodec {
                mime_type: MIME_TYPE_RTX.to_owned(),
                clock_rate: 90_000,
                channels: 0,
                sdp_fmtp_line: format!("apt={}", offered.payload_type),
                rtcp_feedback: Vec::new(),
            };
            media
                .register_codec(RTCRtpCodecParameters { rtp_codec, payload_type }, RtpCodecKind::Video)
                .map_err(failed)?;
        }
        for uri in [PLAYOUT_DELAY, TRANSPORT_CC] {
            let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
            media.register_header_extension(extension, RtpCodecKind::Video, None).map_err(failed)?;
        }

        // The library's own `configure_congestion_control` adds a pacer, which is a queue of up to 4096 packets that
        // starts at 1 Mbit/s: the first key frame would take a second. We keep frames small instead (bitrate and frame
        // rate follow the estimate), and a frame leaves as it comes.
        let (estimator, target) = Estimator::new(bitrates);
        let registry = Registry::new()
            .with(Slot::CongestionControl, CongestionControlBuilder::new(estimator).build())
            .with(Slot::TwccSender, TwccSenderBuilder::new().build())
            .with(Slot::NackResponder, NackResponderBuilder::new().with_size(RETRANSMIT).build())
            .with(Slot::from(14_000), KeyFrameRequests::default());
        Ok(Self { media, registry: configure_rtcp_reports(registry), codec, target })
    }
}
