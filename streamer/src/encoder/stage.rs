//! One codec's encoder with its one slot, and who takes over when it fails.

use std::{sync::Arc, time::Instant};

use parking_lot::Mutex;

use super::{
    Candidate, Encoder, EncoderError, Ladder, Output, Settings, StageEvent, keyframes::KeyFrames, watchdog,
    watchdog::Watchdog,
};
use crate::video::{AccessUnit, Codec, I420, Timing};

/// Bits a second before the congestion controller has said anything.
const START_BITRATE: u32 = 4_000_000;
/// Asked-for key frames that may come out as something else before the encoder is given up.
const IGNORED_KEYS: u32 = 3;

/// Whom a stage tells.
type Listener = Arc<dyn Fn(StageEvent) + Send + Sync>;

/// One codec's encoder. All methods may be called from any thread and none waits for a frame.
///
/// The listener is called from the encoder's thread, and from the caller's inside [`Stage::submit`] and
/// [`Stage::tick`]. It must be quick and must not call `submit` or `tick` itself: send yourself a message.
pub struct Stage {
    codec: Codec,
    control: Mutex<Control>,
    shared: Arc<Shared>,
}

/// What the callers' side owns. The encoder's threads never take this lock, so that stopping an encoder cannot wait
/// for itself.
struct Control {
    successors: Box<dyn Iterator<Item = Candidate> + Send>,
    encoder: Option<Box<dyn Encoder>>,
    settings: Settings,
    /// Pictures a second that really come.
    fps: u32,
    bitrate: u32,
    size: Option<(u32, u32)>,
    dead: bool,
}

/// What both sides see.
struct Shared {
    slot: Mutex<Slot>,
    on: Listener,
}

#[derive(Default)]
struct Slot {
    /// Tells the encoder at work from those before it, whose threads may still have something to say.
    generation: u64,
    /// The name of the encoder at work.
    name: String,
    /// A picture is under way; whether it is to be a key frame.
    busy: Option<bool>,
    failure: Option<EncoderError>,
    watchdog: Watchdog,
    keys: KeyFrames,
    ignored_keys: u32,
    dead: bool,
}

impl Stage {
    /// Starts the best encoder of `ladder` for `codec`. `fps` is what its rate control reckons with. Waits for a device
    /// to open, and for the ladder's probe if it still runs: up to a second where hardware is slow, a few
    /// milliseconds with software.
    ///
    /// # Errors
    /// [`EncoderError::NoneLeft`].
    pub fn new(codec: Codec, ladder: &Ladder, fps: u32, on: Listener) -> Result<Self, EncoderError> {
        Self::with(codec, Box::new(ladder.candidates(codec)), fps, on)
    }

    /// Like [`Stage::new`], with encoders from anywhere, best first.
    ///
    /// # Errors
    /// [`EncoderError::NoneLeft`].
    pub fn with(
        codec: Codec,
        candidates: Box<dyn Iterator<Item = Candidate> + Send>,
        fps: u32,
        on: Listener,
    ) -> Result<Self, EncoderError> {
        let fps = fps.max(1);
        let settings = Settings { fps, bitrate: START_BITRATE };
        let control = Control {
            successors: candidates,
            encoder: None,
            settings,
            fps,
            bitrate: START_BITRATE,
            size: None,
            dead: false,
        };
        let shared = Arc::new(Shared { slot: Mutex::default(), on });
        let stage = Self { codec, control: Mutex::new(control), shared };
        let started = stage.advance(&mut stage.control.lock(), None);
        started.map(|_| stage)
    }

    /// The slot is free: a picture would be taken.
    pub fn idle(&self) -> bool {
        let slot = self.shared.slot.lock();
        slot.busy.is_none() && !slot.dead
    }

    /// Copies the picture into the encoder and returns at once; the access unit comes as an event. False if a picture
    /// is still under way, or no encoder is left: then nothing happened, and the caller keeps its damage for later.
    pub fn submit(&self, picture: &I420, timing: Timing) -> bool {
        let now = Instant::now();
        loop {
            // Who takes over is told before it is given anything: its first unit comes from a thread of its own.
            self.tick(now);
            if let Some(taken) = self.try_submit(picture, timing, now) {
                return taken;
            }
        }
    }

    /// Whether the picture was taken; nothing if the encoder has failed, now or since it was last looked at.
    fn try_submit(&self, picture: &I420, timing: Timing, now: Instant) -> Option<bool> {
        let mut control = self.control.lock();
        let size = Some((picture.width, picture.height));
        let resized = control.size != size;
        let Some(encoder) = &mut control.encoder else { return Some(false) };
        let key = {
            let mut slot = self.shared.slot.lock();
            if slot.failure.is_some() {
                return None;
            }
            if slot.busy.is_some() {
                return Some(false);
            }
            let key = resized || slot.keys.due(now);
            slot.busy = Some(key);
            slot.watchdog.started(now);
            if key {
                slot.keys.made(now);
            }
            key
        };
        match encoder.submit(picture, timing, key) {
            Ok(()) => {
                control.size = size;
                Some(true)
            }
            Err(error) => {
                self.shared.slot.lock().fail(error);
                None
            }
        }
    }

    /// Somebody needs a picture to start at: the next one submitted becomes a key frame, as soon as two a second allow.
    pub fn request_key(&self, _now: Instant) {
        self.shared.slot.lock().keys.ask();
    }

    /// A key frame is due and allowed: submit a picture, even if nothing changed.
    pub fn wants_key(&self, now: Instant) -> bool {
        let slot = self.shared.slot.lock();
        !slot.dead && (slot.failure.is_some() || slot.keys.due(now))
    }

    /// Gives a hung or failed encoder up, if it is one. To be called once a second: a hung encoder never frees its
    /// slot, and nobody would submit again. Returns whether the stage still works.
    pub fn tick(&self, now: Instant) -> bool {
        let mut events = Vec::new();
        let alive = {
            let mut control = self.control.lock();
            self.replace_if_failed(&mut control, now, &mut events);
            !control.dead
        };
        self.tell(events);
        alive
    }

    /// Bits a second on the wire, from the next picture on.
    pub fn set_bitrate(&self, bitrate: u32) {
        let mut control = self.control.lock();
        control.bitrate = bitrate;
        control.apply_rate();
    }

    /// Pictures a second that will really come. Encoders share the bit rate out over the rate they were started with;
    /// at half of it each picture may have twice the bits.
    pub fn set_fps(&self, fps: u32) {
        let mut control = self.control.lock();
        control.fps = fps.clamp(1, control.settings.fps);
        control.apply_rate();
    }

    /// The element at work, such as `x264enc`.
    pub fn encoder_name(&self) -> String {
        self.shared.slot.lock().name.clone()
    }

    /// What comes out.
    pub fn codec(&self) -> Codec {
        self.codec
    }

    fn tell(&self, events: Vec<StageEvent>) {
        events.into_iter().for_each(|event| (self.shared.on)(event));
    }

    fn replace_if_failed(&self, control: &mut Control, now: Instant, events: &mut Vec<StageEvent>) {
        if control.dead {
            return;
        }
        let (failure, from) = {
            let mut slot = self.shared.slot.lock();
            if slot.failure.is_none() && slot.watchdog.look(now) {
                let stalled =
                    EncoderError::Stalled { element: slot.name.clone(), millis: watchdog::PATIENCE.as_millis() };
                slot.fail(stalled);
            }
            match slot.failure.take() {
                Some(failure) => (failure, slot.name.clone()),
                None => return,
            }
        };
        let reason = failure.to_string();
        tracing::warn!(encoder = from, reason, "an encoder failed; the next one takes over");
        match self.advance(control, Some(failure)) {
            Ok(to) => {
                events.push(StageEvent::FellBack { from, to, reason });
                events.push(StageEvent::Idle);
            }
            Err(error) => events.push(StageEvent::Dead { reason: error.to_string() }),
        }
    }

    /// Starts the next encoder that does start, and gives its name. `failure`: why the one before it is out.
    fn advance(&self, control: &mut Control, mut failure: Option<EncoderError>) -> Result<String, EncoderError> {
        control.encoder = None;
        control.size = None;
        for candidate in control.successors.by_ref() {
            let generation = self.shared.slot.lock().succeed(&candidate.name);
            match (candidate.start)(control.settings, self.shared.clone().output(generation)) {
                Ok(encoder) => {
                    control.encoder = Some(encoder);
                    control.apply_rate();
                    return Ok(candidate.name);
                }
                Err(error) => {
                    tracing::warn!(encoder = candidate.name, %error, "an encoder of the ladder does not start");
                    failure = Some(error);
                }
            }
        }
        control.dead = true;
        self.shared.slot.lock().dead = true;
        let reason = failure.map_or_else(|| "none works on this machine".to_owned(), |failure| failure.to_string());
        Err(EncoderError::NoneLeft { codec: self.codec, reason })
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Frames under way are nobody's any more.
        self.shared.slot.lock().generation += 1;
    }
}

impl Control {
    /// Tells the encoder the bits a second that make `bitrate` at the rate pictures really come.
    fn apply_rate(&mut self) {
        let scaled = u64::from(self.bitrate) * u64::from(self.settings.fps) / u64::from(self.fps);
        let scaled = u32::try_from(scaled).unwrap_or(u32::MAX);
        self.settings.bitrate = scaled;
        if let Some(encoder) = &mut self.encoder {
            encoder.set_bitrate(scaled);
        }
    }
}

impl Slot {
    /// A new encoder, with a free slot. Whoever waits for a picture gets one from it.
    fn succeed(&mut self, name: &str) -> u64 {
        self.generation += 1;
        name.clone_into(&mut self.name);
        self.busy = None;
        self.failure = None;
        self.watchdog.answered();
        self.ignored_keys = 0;
        self.keys.ask();
        self.generation
    }

    /// The encoder at work is of no use any more. The first reason is the one that explains the others.
    fn fail(&mut self, error: EncoderError) {
        self.busy = None;
        self.watchdog.answered();
        self.failure.get_or_insert(error);
    }
}

impl Shared {
    /// Where encoder number `generation` puts what it makes.
    fn output(self: Arc<Self>, generation: u64) -> Output {
        Arc::new(move |result| {
            let events = {
                let mut slot = self.slot.lock();
                if slot.generation != generation {
                    return;
                }
                match result {
                    Ok(unit) => slot.unit(unit),
                    Err(error) => {
                        slot.fail(error);
                        [None, Some(StageEvent::Idle)]
                    }
                }
            };
            events.into_iter().flatten().for_each(|event| (self.on)(event));
        })
    }
}

impl Slot {
    /// A frame came out: the slot is free.
    fn unit(&mut self, unit: AccessUnit) -> [Option<StageEvent>; 2] {
        self.watchdog.answered();
        match self.busy.take() {
            Some(true) if !unit.key => {
                self.ignored_keys += 1;
                self.keys.ask();
                if self.ignored_keys >= IGNORED_KEYS {
                    let reason = "it does not make key frames when asked".to_owned();
                    self.fail(EncoderError::Failed { element: self.name.clone(), reason });
                }
            }
            Some(_) if unit.key => self.ignored_keys = 0,
            _ => {}
        }
        [Some(StageEvent::Unit(unit)), Some(StageEvent::Idle)]
    }
}
