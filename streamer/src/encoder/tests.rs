//! Real encoders, real decoders: what a browser would see of a stage.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app as gst_app;

use super::{
    Candidate, Encoder, EncoderError, Ladder, Output, Stage, StageEvent,
    ladder::{Start, candidate},
    nal::Contents,
    probe::test_picture,
    rung::{self, Rung},
    watchdog::{GRACE, PATIENCE},
};
use crate::video::{AccessUnit, Codec, I420, Timing};

/// No frame takes this long; only a test that fails waits it out.
const FAR: Duration = Duration::from_secs(30);

/// A stage whose events can be waited for.
struct Rig {
    stage: Stage,
    events: mpsc::Receiver<StageEvent>,
    /// The picture's own time: a sixtieth further each time, so that nothing depends on how fast the test runs.
    drawn: Instant,
    /// What else was told while waiting for units.
    told: Vec<StageEvent>,
}

impl Rig {
    fn on(rungs: &[Rung]) -> Self {
        let codec = rungs[0].codec;
        let rungs = rungs.to_vec();
        let (sender, events) = mpsc::channel();
        let on = Arc::new(move |event| drop(sender.send(event)));
        let stage = Stage::with(codec, Box::new(rungs.into_iter().map(candidate)), 60, on).unwrap();
        Self { stage, events, drawn: Instant::now(), told: Vec::new() }
    }

    fn of(name: &str) -> Self {
        Self::on(&[*rung::named(name).unwrap()])
    }

    fn submit(&mut self, picture: &I420) -> bool {
        self.drawn += Duration::from_micros(16_667);
        self.stage.submit(picture, Timing { damaged: self.drawn, drawn: self.drawn })
    }

    /// The next unit, and the `Idle` behind it.
    fn unit(&mut self) -> AccessUnit {
        loop {
            match self.events.recv_timeout(FAR).expect("a unit") {
                StageEvent::Unit(unit) => {
                    let idle = self.events.recv_timeout(FAR).expect("an event behind the unit");
                    assert!(matches!(idle, StageEvent::Idle), "{idle:?}");
                    return unit;
                }
                other => self.told.push(other),
            }
        }
    }

    fn encode(&mut self, picture: &I420) -> AccessUnit {
        assert!(self.submit(picture), "the slot is not free");
        self.unit()
    }

    /// Bytes of twenty noisy pictures, after twenty others for the rate control to settle.
    fn settled_bytes(&mut self, seed: u32) -> usize {
        let sizes: Vec<_> = (seed..seed + 40).map(|seed| self.encode(&noise((320, 180), seed)).data.len()).collect();
        sizes[20..].iter().sum()
    }

    /// Waits for an event of a kind.
    fn wait(&mut self, wanted: impl Fn(&StageEvent) -> bool) -> StageEvent {
        loop {
            let event = self.events.recv_timeout(FAR).expect("an event");
            if wanted(&event) {
                return event;
            }
        }
    }
}

/// Decodes units and gives the luma of each picture with its size.
fn decode(units: &[AccessUnit]) -> Vec<((u32, u32), Vec<u8>)> {
    let text = match units[0].codec {
        Codec::H264 => {
            "appsrc name=in format=time caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse \
                        ! openh264dec ! video/x-raw,format=I420 ! appsink name=out sync=false"
        }
        Codec::Vp8 => {
            "appsrc name=in format=time caps=video/x-vp8 ! vp8dec ! video/x-raw,format=I420 ! appsink name=out \
                       sync=false"
        }
    };
    let pipeline = gst::parse::launch(text).unwrap().downcast::<gst::Pipeline>().unwrap();
    let source = pipeline.by_name("in").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<gst_app::AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    for (at, unit) in units.iter().enumerate() {
        let mut buffer = gst::Buffer::from_slice(unit.data.clone());
        buffer.get_mut().unwrap().set_pts(gst::ClockTime::from_mseconds(at as u64 * 20));
        source.push_buffer(buffer).unwrap();
    }
    source.end_of_stream().unwrap();
    let mut pictures = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        let info = gstreamer_video::VideoInfo::from_caps(sample.caps().unwrap()).unwrap();
        let map = sample.buffer().unwrap().map_readable().unwrap();
        let (width, height, stride) = (info.width() as usize, info.height() as usize, info.stride()[0] as usize);
        let luma = map.chunks(stride).take(height).flat_map(|row| row[..width].to_vec()).collect();
        pictures.push(((info.width(), info.height()), luma));
    }
    pipeline.set_state(gst::State::Null).unwrap();
    pictures
}

/// Mean difference of two lumas.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
}

fn luma(picture: &I420) -> &[u8] {
    &picture.data[..(picture.width * picture.height) as usize]
}

const SOFTWARE: [&str; 3] = ["x264enc", "openh264enc", "vp8enc"];

#[test]
fn moving_pictures_arrive_as_they_were_one_unit_each() {
    for name in SOFTWARE {
        let mut rig = Rig::of(name);
        rig.stage.set_bitrate(20_000_000);
        // 642 needs padding in GStreamer's layout, and cropping in H.264.
        let pictures: Vec<_> = (0..12).map(|number| test_picture((642, 362), number)).collect();
        let units: Vec<_> = pictures.iter().map(|picture| rig.encode(picture)).collect();
        assert!(units[0].key, "{name}");
        assert!(units[1..].iter().all(|unit| !unit.key), "{name}: a key frame that nobody asked for");
        let decoded = decode(&units);
        assert_eq!(decoded.len(), pictures.len(), "{name}");
        for (number, ((size, shown), picture)) in decoded.iter().zip(&pictures).enumerate() {
            assert_eq!(*size, (642, 362));
            let (same, other) =
                (difference(shown, luma(picture)), difference(shown, luma(&pictures[(number + 4) % 12])));
            assert!(same < 8.0 && same * 3.0 < other, "{name}: picture {number} differs by {same}, another by {other}");
        }
    }
}

#[test]
fn a_forced_key_frame_starts_a_decoder() {
    for name in SOFTWARE {
        let mut rig = Rig::of(name);
        for number in 0..5 {
            rig.encode(&test_picture((640, 360), number));
        }
        assert!(!rig.stage.wants_key(Instant::now()));
        // Long after the first picture, as far as the limiter knows nothing else was made.
        rig.stage.request_key(Instant::now());
        while !rig.stage.wants_key(Instant::now()) {
            std::thread::yield_now();
        }
        let picture = test_picture((640, 360), 9);
        let unit = rig.encode(&picture);
        assert!(unit.key, "{name}");
        if unit.codec == Codec::H264 {
            let contents = Contents::of(&unit.data);
            assert!(contents.starts() && !contents.delta, "{name}: {contents:?}");
            assert_eq!(contents.profile, Some(66));
        }
        assert!(!rig.stage.wants_key(Instant::now()), "{name}: it was answered");
        let shown = decode(&[unit]);
        assert_eq!(shown.len(), 1);
        assert!(difference(&shown[0].1, luma(&picture)) < 12.0, "{name}");
    }
}

#[test]
fn a_change_of_size_gives_a_key_frame_of_that_size() {
    for name in SOFTWARE {
        let mut rig = Rig::of(name);
        let sizes = [(640, 360), (800, 600), (322, 182), (640, 360)];
        for size in sizes {
            let pictures: Vec<_> = (0..3).map(|number| test_picture(size, number)).collect();
            let units: Vec<_> = pictures.iter().map(|picture| rig.encode(picture)).collect();
            assert_eq!(units.iter().map(|unit| unit.key).collect::<Vec<_>>(), [true, false, false], "{name} {size:?}");
            assert!(units.iter().all(|unit| unit.size == size));
            let shown = decode(&units);
            assert_eq!(shown.len(), 3, "{name}");
            assert!(shown.iter().all(|(shown, _)| *shown == size), "{name}");
            assert!(difference(&shown[2].1, luma(&pictures[2])) < 12.0, "{name}");
        }
        assert!(rig.told.is_empty(), "{name}: {:?}", rig.told);
    }
}

/// A picture that compresses badly.
fn noise(size: (u32, u32), seed: u32) -> I420 {
    let mut picture = I420::black(size.0, size.1);
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    for byte in &mut picture.data {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *byte = 100 + (state % 48) as u8;
    }
    picture
}

#[test]
fn a_bitrate_change_takes_effect_on_the_running_encoder() {
    for name in SOFTWARE {
        let mut rig = Rig::of(name);
        let mut bytes = |bitrate, from: u32| {
            rig.stage.set_bitrate(bitrate);
            rig.settled_bytes(from)
        };
        let (high, low, again) = (bytes(8_000_000, 0), bytes(1_500_000, 100), bytes(8_000_000, 200));
        assert!(low * 2 < high, "{name}: {low} bytes at 1.5 Mbit/s, {high} at 8");
        assert!(low * 2 < again, "{name}: {low} bytes at 1.5 Mbit/s, {again} back at 8");
    }
}

#[test]
fn a_key_frame_is_bounded_by_the_bitrate() {
    let key = |bitrate| {
        let mut rig = Rig::of("x264enc");
        rig.stage.set_bitrate(bitrate);
        rig.encode(&noise((640, 360), 1)).data.len()
    };
    let (bound, unbound) = (key(1_500_000), key(40_000_000));
    let allowed = 1_500_000 / 8 * rung::BUFFER_MS as usize / 1000;
    assert!(unbound > allowed * 2, "the picture is too easy for this test: {unbound} bytes");
    assert!(bound < allowed * 5 / 4, "{bound} bytes, {allowed} fit into the buffer");
}

/// What a parser reads from the stream's own headers.
fn colorimetry(unit: &AccessUnit) -> Option<String> {
    let text = "appsrc name=in format=time caps=video/x-h264,stream-format=byte-stream,alignment=au ! h264parse \
                ! appsink name=out sync=false";
    let pipeline = gst::parse::launch(text).unwrap().downcast::<gst::Pipeline>().unwrap();
    let source = pipeline.by_name("in").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<gst_app::AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    source.push_buffer(gst::Buffer::from_slice(unit.data.clone())).unwrap();
    source.end_of_stream().unwrap();
    let sample = sink.pull_sample().unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    sample.caps().and_then(|caps| caps.structure(0)?.get::<String>("colorimetry").ok())
}

#[test]
fn the_stream_itself_says_that_it_is_bt709() {
    let mut rig = Rig::of("x264enc");
    // A size of standard definition, for which a decoder that is left to guess takes BT.601.
    let unit = rig.encode(&test_picture((640, 360), 0));
    assert_eq!(colorimetry(&unit).as_deref(), Some("bt709"));
}

#[test]
fn fewer_pictures_a_second_may_be_larger() {
    let mut rig = Rig::of("x264enc");
    rig.stage.set_bitrate(2_000_000);
    let full = rig.settled_bytes(0);
    rig.stage.set_fps(20);
    let third = rig.settled_bytes(100);
    assert!(third * 10 > full * 20, "{full} bytes for 20 pictures at 60 a second, {third} at 20");
}

#[test]
fn one_slot_and_nothing_queued() {
    let mut rig = Rig::of("x264enc");
    let picture = noise((1280, 720), 1);
    assert!(rig.stage.idle());
    assert!(rig.submit(&picture));
    // The listener runs in the encoder's thread, so the slot may be free again by now; refusals are what counts.
    let taken = (0..50).filter(|_| rig.submit(&picture)).count();
    let units = (0..=taken).map(|_| rig.unit()).count();
    assert_eq!(units, taken + 1, "each picture that was taken comes out, and no other");
    assert!(rig.stage.idle());
    assert!(rig.events.try_recv().is_err());
}

#[test]
fn the_timing_that_went_in_comes_out() {
    let mut rig = Rig::of("x264enc");
    let mut last: Option<AccessUnit> = None;
    for number in 0..4 {
        let unit = rig.encode(&test_picture((320, 180), number));
        assert_eq!(unit.timing.drawn, rig.drawn);
        assert_eq!(unit.rtp_time, super::rtp_time(rig.drawn));
        if let Some(last) = last {
            assert!(unit.rtp_time.wrapping_sub(last.rtp_time).abs_diff(1500) <= 1);
        }
        last = Some(unit);
    }
}

#[test]
fn two_pictures_of_one_instant_both_come_out() {
    for name in SOFTWARE {
        let mut rig = Rig::of(name);
        for number in 0..3 {
            rig.drawn -= Duration::from_micros(16_667);
            let unit = rig.encode(&test_picture((320, 180), number));
            assert_eq!(unit.key, number == 0, "{name}");
        }
    }
}

/// An x264 that reports an error instead of its fifth picture.
fn failing() -> Rung {
    Rung { before: "identity error-after=5", ..*rung::named("x264enc").unwrap() }
}

/// An x264 that takes pictures and gives none.
fn hanging() -> Rung {
    Rung { before: "valve drop=true", ..*rung::named("x264enc").unwrap() }
}

#[test]
fn an_encoder_that_fails_is_followed_by_the_next_with_a_key_frame() {
    let mut rig = Rig::on(&[failing(), *rung::named("openh264enc").unwrap()]);
    rig.stage.set_bitrate(5_000_000);
    assert_eq!(rig.stage.encoder_name(), "x264enc");
    let mut units = 0;
    // The failing picture is lost, its slot is free again.
    while rig.stage.encoder_name() == "x264enc" {
        assert!(rig.submit(&test_picture((640, 360), units)));
        match rig.wait(|event| !matches!(event, StageEvent::FellBack { .. })) {
            StageEvent::Unit(_) => units += 1,
            StageEvent::Idle => {
                assert!(rig.stage.wants_key(Instant::now()), "nobody would submit again on a still screen");
                break;
            }
            other => panic!("{other:?}"),
        }
        rig.wait(|event| matches!(event, StageEvent::Idle));
    }
    assert!((3..=5).contains(&units), "{units}");
    let unit = rig.encode(&test_picture((640, 360), 7));
    assert!(unit.key);
    assert!(Contents::of(&unit.data).starts());
    assert_eq!(rig.stage.encoder_name(), "openh264enc");
    let fell = rig.told.iter().find_map(|event| match event {
        StageEvent::FellBack { from, to, reason } => Some((from.as_str(), to.as_str(), reason.as_str())),
        _ => None,
    });
    let (from, to, reason) = fell.expect("a message about it");
    assert_eq!((from, to), ("x264enc", "openh264enc"));
    assert!(reason.starts_with("x264enc failed: "), "{reason}");
    assert!(rig.stage.tick(Instant::now()));
}

/// Answers within `submit`, as early as an encoder can: with an error, or with a unit.
struct Early {
    output: Output,
    fails: bool,
}

impl Early {
    fn candidate(name: &str, fails: bool) -> Candidate {
        let start: Start = Box::new(move |_, output| Ok(Box::new(Self { output, fails }) as Box<dyn Encoder>));
        Candidate { name: name.to_owned(), start }
    }
}

impl Encoder for Early {
    fn submit(&mut self, picture: &I420, timing: Timing, key: bool) -> Result<(), EncoderError> {
        let failure = EncoderError::Failed { element: "first".to_owned(), reason: "of the test".to_owned() };
        let unit = AccessUnit {
            codec: Codec::H264,
            data: bytes::Bytes::new(),
            key,
            size: (picture.width, picture.height),
            rtp_time: 0,
            timing,
            encode: Duration::ZERO,
        };
        (self.output)(if self.fails { Err(failure) } else { Ok(unit) });
        Ok(())
    }

    fn set_bitrate(&mut self, _: u32) {}
}

#[test]
fn who_takes_over_is_told_before_what_it_makes() {
    let (sender, events) = mpsc::channel();
    let on = Arc::new(move |event| drop(sender.send(event)));
    let candidates = [Early::candidate("first", true), Early::candidate("second", false)];
    let stage = Stage::with(Codec::H264, Box::new(candidates.into_iter()), 60, on).unwrap();
    let now = Instant::now();
    for _ in 0..2 {
        assert!(stage.submit(&test_picture((320, 180), 0), Timing { damaged: now, drawn: now }));
    }
    let told: Vec<_> = events.try_iter().map(|event| format!("{event:?}")).collect();
    let kinds: Vec<_> = told.iter().map(|event| event.split([' ', '(']).next().unwrap_or_default()).collect();
    assert_eq!(kinds, ["Idle", "FellBack", "Idle", "Unit", "Idle"], "{told:?}");
}

#[test]
fn an_encoder_that_hangs_is_followed_by_the_next() {
    let mut rig = Rig::on(&[hanging(), *rung::named("x264enc").unwrap()]);
    assert!(rig.submit(&test_picture((320, 180), 0)));
    let now = Instant::now();
    assert!(!rig.stage.idle());
    assert!(rig.stage.tick(now), "it is not late yet");
    assert!(!rig.stage.idle());
    assert!(rig.stage.tick(now + PATIENCE + GRACE));
    assert!(!rig.stage.idle(), "one look is not enough");
    assert!(rig.stage.tick(now + PATIENCE + GRACE * 3));
    assert!(rig.stage.idle());
    let fell = rig.wait(|event| matches!(event, StageEvent::FellBack { .. }));
    assert!(format!("{fell:?}").contains("did not answer within 2000 ms"), "{fell:?}");
    rig.wait(|event| matches!(event, StageEvent::Idle));
    assert!(rig.encode(&test_picture((320, 180), 1)).key);
}

#[test]
fn a_rung_that_does_not_start_is_stepped_over() {
    let missing = Rung { element: "nosuchenc", ..*rung::named("x264enc").unwrap() };
    let mut rig = Rig::on(&[missing, *rung::named("x264enc").unwrap()]);
    assert_eq!(rig.stage.encoder_name(), "x264enc");
    assert!(rig.encode(&test_picture((320, 180), 0)).key);
}

#[test]
fn when_the_last_one_fails_the_stage_is_dead_and_says_so() {
    let mut rig = Rig::on(&[hanging()]);
    assert!(rig.submit(&test_picture((320, 180), 0)));
    let late = Instant::now() + PATIENCE;
    assert!(rig.stage.tick(late));
    assert!(!rig.stage.tick(late + GRACE));
    let dead = rig.wait(|event| matches!(event, StageEvent::Dead { .. }));
    assert!(format!("{dead:?}").contains("x264enc did not answer"), "{dead:?}");
    assert!(!rig.stage.idle());
    assert!(!rig.submit(&test_picture((320, 180), 0)));
    assert!(!rig.stage.wants_key(Instant::now()));
    assert!(rig.events.try_recv().is_err(), "told once");
}

#[test]
fn no_encoder_at_all_is_an_error() {
    let on = Arc::new(|_| ());
    let error = Stage::with(Codec::Vp8, Box::new(std::iter::empty()), 60, on).err().expect("an error");
    assert_eq!(error.to_string(), "no encoder is left for Vp8; none works on this machine");
}

#[test]
fn the_ladder_of_this_machine_feeds_a_stage() {
    let ladder = Ladder::unprobed();
    assert!(ladder.has(Codec::H264) && ladder.has(Codec::Vp8));
    let (sender, events) = mpsc::channel();
    let stage = Stage::new(Codec::Vp8, &ladder, 30, Arc::new(move |event| drop(sender.send(event)))).unwrap();
    assert_eq!((stage.codec(), stage.encoder_name().as_str()), (Codec::Vp8, "vp8enc"));
    let now = Instant::now();
    assert!(stage.submit(&test_picture((320, 180), 0), Timing { damaged: now, drawn: now }));
    assert!(matches!(events.recv_timeout(FAR), Ok(StageEvent::Unit(unit)) if unit.key && unit.codec == Codec::Vp8));
}

#[test]
fn a_dropped_stage_is_silent() {
    let mut rig = Rig::of("x264enc");
    assert!(rig.submit(&noise((1280, 720), 1)));
    let Rig { stage, events, .. } = rig;
    drop(stage);
    // At most the unit that was being told already; then the sender is gone with the encoder.
    let late = events.iter().filter(|event| matches!(event, StageEvent::Unit(_))).count();
    assert!(late <= 1);
}
