//! What the page can decode, read from its offer.
//!
//! The choice is made before the WebRTC library sees the offer: it is then given exactly one codec, so what the answer
//! says and what the encoder produces cannot differ.

use crate::video::Codec;

/// A codec of the offer that this server can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Which.
    pub codec: Codec,
    /// RTP payload type.
    pub payload_type: u8,
    /// Format parameters as the page wrote them.
    pub fmtp: String,
    /// Payload type of its retransmissions (RFC 4588), if offered.
    pub rtx: Option<u8>,
}

#[derive(Debug, Default)]
struct Line {
    payload_type: u8,
    name: String,
    fmtp: String,
}

/// The codecs of the first video section that can be used, best first: H.264 before VP8.
pub fn offered(sdp: &str) -> Vec<Offered> {
    let lines = video_lines(sdp);
    let rtx = |payload_type: u8| {
        let repairs = |fmtp: &str| parameter(fmtp, "apt").and_then(|apt| apt.parse().ok()) == Some(payload_type);
        lines.iter().find(|l| l.name == "rtx/90000" && repairs(&l.fmtp)).map(|l| l.payload_type)
    };
    let usable = |codec: Codec, rank: fn(&Line) -> Option<u8>| {
        let best = lines.iter().filter_map(|line| Some((rank(line)?, line))).min_by_key(|(rank, _)| *rank);
        best.map(|(_, line)| Offered {
            codec,
            payload_type: line.payload_type,
            fmtp: line.fmtp.clone(),
            rtx: rtx(line.payload_type),
        })
    };
    [usable(Codec::H264, h264), usable(Codec::Vp8, vp8)].into_iter().flatten().collect()
}

fn vp8(line: &Line) -> Option<u8> {
    (line.name == "vp8/90000").then_some(0)
}

/// Ranks a payload type that can carry constrained baseline in fragments: that profile itself first, then baseline,
/// main and high, whose decoders read it as well.
fn h264(line: &Line) -> Option<u8> {
    if line.name != "h264/90000" || parameter(&line.fmtp, "packetization-mode") != Some("1") {
        return None;
    }
    // RFC 6184, 8.1: without the parameter it is baseline.
    let level_id = parameter(&line.fmtp, "profile-level-id").unwrap_or("420010");
    let bits = u32::from_str_radix(level_id, 16).ok().filter(|_| level_id.len() == 6)?;
    let (profile, constrained) = (bits >> 16, bits & 0x4000 != 0);
    match (profile, constrained) {
        (0x42, true) => Some(0),
        (0x42, false) => Some(1),
        (0x4d, _) => Some(2),
        (0x64, _) => Some(3),
        _ => None,
    }
}

fn parameter<'a>(fmtp: &'a str, name: &str) -> Option<&'a str> {
    fmtp.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name).then_some(value)
    })
}

fn video_lines(sdp: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut video = false;
    for line in sdp.lines() {
        if let Some(media) = line.strip_prefix("m=") {
            if video {
                break;
            }
            video = media.starts_with("video ");
        } else if !video {
        } else if let Some((payload_type, name)) = attribute(line, "a=rtpmap:") {
            lines.push(Line { payload_type, name: name.to_ascii_lowercase(), fmtp: String::new() });
        } else if let Some((payload_type, fmtp)) = attribute(line, "a=fmtp:")
            && let Some(known) = lines.iter_mut().find(|l| l.payload_type == payload_type)
        {
            known.fmtp = fmtp.to_owned();
        }
    }
    lines
}

fn attribute<'a>(line: &'a str, prefix: &str) -> Option<(u8, &'a str)> {
    let (payload_type, rest) = line.strip_prefix(prefix)?.split_once(' ')?;
    Some((payload_type.parse().ok().filter(|pt| *pt < 128)?, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROMIUM: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 103 104 107 108\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f\r\n\
        a=rtpmap:103 H264/90000\r\na=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n\
        a=rtpmap:104 rtx/90000\r\na=fmtp:104 apt=103\r\n\
        a=rtpmap:107 H264/90000\r\na=fmtp:107 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n\
        a=rtpmap:108 rtx/90000\r\na=fmtp:108 apt=107\r\n\
        m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n";

    #[test]
    fn constrained_baseline_in_fragments_comes_first_then_vp8() {
        let offered = offered(CHROMIUM);
        assert_eq!(offered.len(), 2);
        assert_eq!((offered[0].codec, offered[0].payload_type, offered[0].rtx), (Codec::H264, 107, Some(108)));
        assert!(offered[0].fmtp.contains("42e01f"));
        assert_eq!((offered[1].codec, offered[1].payload_type, offered[1].rtx), (Codec::Vp8, 96, Some(97)));
    }

    #[test]
    fn without_h264_it_is_vp8_and_without_both_nothing() {
        let vp8 = "m=video 9 X 96\na=rtpmap:96 VP8/90000\n";
        assert_eq!(offered(vp8), [Offered { codec: Codec::Vp8, payload_type: 96, fmtp: String::new(), rtx: None }]);
        for none in ["", "m=video 9 X 98\na=rtpmap:98 VP9/90000\n", "m=audio 9 X 96\na=rtpmap:96 VP8/90000\n"] {
            assert_eq!(offered(none), []);
        }
    }

    #[test]
    fn rubbish_in_the_offer_is_skipped() {
        let sdp = "m=video\nm=video 9 X 96\na=rtpmap:\na=rtpmap:999 VP8/90000\na=rtpmap:96\na=fmtp:96 =;;=\n\
            a=rtpmap:100 H264/90000\na=fmtp:100 packetization-mode=1;profile-level-id=zz\n";
        assert_eq!(offered(sdp), []);
    }
}
