//! The rungs of the ladder, as data: which elements there are, best first, and what each must be told to encode a
//! desktop without delay.
//!
//! What all of them have in common: constant bit rate, no frame held back (no B-frames, no look-ahead), an endless GOP
//! (a key frame only when someone asks, see [`super::keyframes`]), the bit rate live.

use crate::video::Codec;

/// Whether silicon or the CPU does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A device that may be missing, busy or broken in ways of its own.
    Hardware,
    /// Runs wherever its library is.
    Software,
}

/// What the element takes in system memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Three planes, as they come.
    I420,
    /// Chroma interleaved: the only layout that most hardware reads.
    Nv12,
}

/// How the element counts bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BitrateUnit {
    /// Bits a second.
    Bits,
    /// Thousands of bits a second.
    Kilobits,
}

/// How the element is brought to another size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resize {
    /// New caps on the running pipeline: proved by a test here.
    Caps,
    /// A new pipeline: what works with every driver.
    Rebuild,
}

/// One element and how to use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// GStreamer's name of the element, which is also the rung's own.
    pub element: &'static str,
    /// What comes out.
    pub codec: Codec,
    /// Who does the work.
    pub kind: Kind,
    /// What goes in.
    pub input: Input,
    /// The property that holds the bit rate.
    pub bitrate: (&'static str, BitrateUnit),
    /// What is set before it starts. Names that this version of the element lacks are left out: drivers and versions
    /// differ, and whether the rest is enough is what probing finds out.
    pub properties: &'static [(&'static str, &'static str)],
    /// How it changes its size.
    pub resize: Resize,
    /// Elements in front of it, as `gst-launch` writes them. Empty on the real ladder; tests place a fault there.
    pub before: &'static str,
}

impl Rung {
    /// The value of the bit rate property for `bitrate` bits a second, never zero: zero means *automatic* to most.
    pub fn bitrate_value(&self, bitrate: u32) -> u32 {
        match self.bitrate.1 {
            BitrateUnit::Bits => bitrate.max(1000),
            BitrateUnit::Kilobits => (bitrate / 1000).max(1),
        }
    }
}

/// How full the decoder's model buffer may get, which bounds a key frame to this much of the bit rate: at 4 Mbit/s and
/// 300 ms, 150 kB. Smaller makes key frames of text ugly, larger makes them late.
pub const BUFFER_MS: u32 = 300;

const HARDWARE: Rung = Rung {
    element: "",
    codec: Codec::H264,
    kind: Kind::Hardware,
    input: Input::Nv12,
    bitrate: ("bitrate", BitrateUnit::Kilobits),
    properties: &[],
    resize: Resize::Rebuild,
    before: "",
};

const NVENC: &[(&str, &str)] = &[
    ("preset", "low-latency-hp"),
    ("rc-mode", "cbr-ld-hq"),
    ("zerolatency", "true"),
    ("zero-reorder-delay", "true"),
    ("gop-size", "-1"),
    ("bframes", "0"),
    ("b-frames", "0"),
    ("rc-lookahead", "0"),
    ("repeat-sequence-header", "true"),
    ("aud", "false"),
];

const VA: &[(&str, &str)] = &[
    ("rate-control", "cbr"),
    ("target-usage", "7"),
    ("key-int-max", "1024"),
    ("b-frames", "0"),
    ("ref-frames", "1"),
    ("aud", "false"),
    ("cabac", "false"),
    ("dct8x8", "false"),
];

const QSV: &[(&str, &str)] = &[
    ("rate-control", "cbr"),
    ("low-latency", "true"),
    ("gop-size", "0"),
    ("b-frames", "0"),
    ("ref-frames", "1"),
    ("target-usage", "7"),
];

/// Every rung, best first within its codec. `av1enc` is left out on purpose: that of GStreamer 1.22 aborts the process.
pub const RUNGS: &[Rung] = &[
    Rung { element: "nvautogpuh264enc", properties: NVENC, ..HARDWARE },
    Rung { element: "nvh264enc", properties: NVENC, ..HARDWARE },
    Rung { element: "vah264enc", properties: VA, ..HARDWARE },
    Rung { element: "vah264lpenc", properties: VA, ..HARDWARE },
    Rung { element: "qsvh264enc", properties: QSV, ..HARDWARE },
    Rung {
        element: "v4l2h264enc",
        bitrate: ("bitrate", BitrateUnit::Bits),
        properties: &[("extra-controls", "controls,repeat_sequence_header=1,video_bitrate_mode=1")],
        ..HARDWARE
    },
    Rung {
        element: "x264enc",
        codec: Codec::H264,
        kind: Kind::Software,
        input: Input::I420,
        bitrate: ("bitrate", BitrateUnit::Kilobits),
        properties: &[
            ("tune", "zerolatency"),
            ("speed-preset", "ultrafast"),
            ("key-int-max", "9999"),
            ("sliced-threads", "true"),
            ("threads", "2"),
            ("byte-stream", "true"),
            ("aud", "false"),
            ("bframes", "0"),
            ("intra-refresh", "false"),
            // A picture that comes alone after a still second must not be smoothed with what came before it.
            ("vbv-buf-capacity", "300"),
        ],
        resize: Resize::Caps,
        before: "",
    },
    Rung {
        element: "openh264enc",
        codec: Codec::H264,
        kind: Kind::Software,
        input: Input::I420,
        bitrate: ("bitrate", BitrateUnit::Bits),
        properties: &[
            ("usage-type", "screen"),
            ("complexity", "low"),
            ("rate-control", "bitrate"),
            ("gop-size", "0"),
            ("scene-change-detection", "false"),
            ("enable-frame-skip", "false"),
            ("multi-thread", "2"),
        ],
        resize: Resize::Rebuild,
        before: "",
    },
    Rung {
        element: "vp8enc",
        codec: Codec::Vp8,
        kind: Kind::Software,
        input: Input::I420,
        bitrate: ("target-bitrate", BitrateUnit::Bits),
        properties: &[
            // More threads spin while they wait for each other: 26 ms a frame instead of 9.
            ("threads", "1"),
            ("deadline", "1"),
            ("cpu-used", "-16"),
            ("keyframe-max-dist", "9999"),
            ("keyframe-mode", "disabled"),
            ("end-usage", "cbr"),
            ("lag-in-frames", "0"),
            ("auto-alt-ref", "false"),
            ("dropframe-threshold", "0"),
            ("resize-allowed", "false"),
            ("static-threshold", "100"),
            ("min-quantizer", "4"),
            ("max-quantizer", "63"),
            ("undershoot", "100"),
            ("overshoot", "15"),
            ("buffer-initial-size", "200"),
            ("buffer-optimal-size", "240"),
            ("buffer-size", "300"),
            // Per cent of a frame's share: at 60 pictures a second, 300 ms of the bit rate.
            ("max-intra-bitrate", "1800"),
            // Its own clock ticks once a picture otherwise, and two pictures in one period would be refused.
            ("timebase", "1/90000"),
        ],
        resize: Resize::Caps,
        before: "",
    },
];

/// The rung of that name.
pub fn named(element: &str) -> Option<&'static Rung> {
    RUNGS.iter().find(|rung| rung.element == element)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = RUNGS.iter().map(|rung| rung.element).collect();
        assert_eq!(names.len(), RUNGS.len());
        assert_eq!(named("x264enc").map(|rung| rung.codec), Some(Codec::H264));
        assert_eq!(named("av1enc"), None);
    }

    #[test]
    fn hardware_stands_above_software_and_every_codec_ends_in_software() {
        for codec in [Codec::H264, Codec::Vp8] {
            let kinds: Vec<_> = RUNGS.iter().filter(|rung| rung.codec == codec).map(|rung| rung.kind).collect();
            let software = kinds.iter().position(|kind| *kind == Kind::Software).expect("a rung that runs anywhere");
            assert!(kinds[software..].iter().all(|kind| *kind == Kind::Software));
        }
    }

    #[test]
    fn bits_are_told_in_the_elements_own_unit() {
        assert_eq!(named("x264enc").unwrap().bitrate_value(2_500_000), 2500);
        assert_eq!(named("vp8enc").unwrap().bitrate_value(2_500_000), 2_500_000);
        for rung in RUNGS {
            assert!(rung.bitrate_value(0) > 0, "{}: zero would mean automatic", rung.element);
        }
    }

    #[test]
    fn nothing_on_the_real_ladder_carries_a_fault() {
        assert!(RUNGS.iter().all(|rung| rung.before.is_empty()));
    }

    #[test]
    fn the_buffer_is_the_same_for_all_that_have_one() {
        let buffer = BUFFER_MS.to_string();
        assert!(named("x264enc").unwrap().properties.contains(&("vbv-buf-capacity", buffer.as_str())));
        assert!(named("vp8enc").unwrap().properties.contains(&("buffer-size", buffer.as_str())));
    }
}
