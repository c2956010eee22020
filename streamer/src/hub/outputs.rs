//! The pictures that are sent: the first one, which is always there and which pages mirror, and those that pages have of
//! their own. Each has its lines (encoders), its rate, and its last words for whoever comes later.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Event, Hub, State};
use crate::{
    encoder::{EncoderError, StageEvent},
    line::Line,
    protocol::{Role, ToPage},
    rate::RateControl,
    video::Codec,
    viewer::semantics::Nodes,
};

/// Most pictures besides the first. Each costs the drawing and the encoding of one.
pub const MOST_OUTPUTS: usize = 4;

/// A picture that nobody sees any more is kept for this long: a page that is loaded again, or whose link broke, finds it as
/// it was.
pub const KEPT_FOR: Duration = Duration::from_secs(30);

/// Names a picture for as long as the streamer lives; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutputKey(pub(crate) u64);

impl OutputKey {
    /// The picture that is always there.
    pub const FIRST: Self = Self(0);

    /// As pages write it.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for OutputKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Which picture a page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// One that is there.
    Mirror(OutputKey),
    /// One of its own: if it is there, the one that the page had before.
    New(Option<OutputKey>),
}

impl Wanted {
    /// Out of `?output=…`: `new`, `new-3` for a page that had number 3, or a picture's number. Anything else is the first.
    pub fn parse(text: Option<&str>) -> Self {
        let own = text.and_then(|text| text.strip_prefix("new"));
        match (text, own) {
            (_, Some("")) => Self::New(None),
            (_, Some(before)) if before.starts_with('-') => {
                Self::New(before.get(1..).and_then(|number| number.parse().ok()).map(OutputKey))
            }
            (Some(number), _) => Self::Mirror(number.parse().map_or(OutputKey::FIRST, OutputKey)),
            (None, _) => Self::Mirror(OutputKey::FIRST),
        }
    }
}

/// Where a page ended up.
pub(super) struct Seat {
    pub output: OutputKey,
    /// Why it is not the picture that it asked for. It then is a guest, who does not change the size.
    pub instead: Option<String>,
}

/// One picture.
pub(super) struct Output {
    pub lines: HashMap<Codec, Seats>,
    /// The last size, cursor, pointer lock and caret, for who comes later.
    pub replay: [Option<ToPage>; 4],
    /// What it means, for who comes later.
    pub semantics: Option<Nodes>,
    pub rate: RateControl,
    /// Viewers, also those that are still connecting.
    users: usize,
    /// When the last of them left.
    left: Option<Instant>,
    /// The compositor has heard of it.
    pub known: bool,
}

impl Output {
    pub fn new(fps: u32) -> Self {
        Self {
            lines: HashMap::new(),
            replay: [const { None }; 4],
            semantics: None,
            rate: RateControl::new(fps),
            users: 0,
            left: None,
            known: false,
        }
    }
}

/// One codec's line, and who needs it.
pub(super) struct Seats {
    pub line: Arc<Line>,
    /// Viewers of it, also those that are still connecting.
    taken: usize,
}

impl State {
    /// Finds the picture for a page that is being let in, or makes it. `closed` gets the one that had to make room.
    pub(super) fn enter(&mut self, role: Role, wanted: Wanted, fps: u32, closed: &mut Option<OutputKey>) -> Seat {
        if let Wanted::New(before) = wanted
            && before.is_none_or(|before| !self.outputs.contains_key(&before))
            && role >= Role::Control
            && self.outputs.len() > self.most_outputs
        {
            *closed = self.make_room();
        }
        let (output, instead) = match self.choose(role, wanted) {
            Ok(output) => (output, None),
            Err(reason) => (OutputKey::FIRST, Some(reason)),
        };
        let entry = self.outputs.entry(output).or_insert_with(|| Output::new(fps));
        entry.users += 1;
        entry.left = None;
        Seat { output, instead }
    }

    fn choose(&mut self, role: Role, wanted: Wanted) -> Result<OutputKey, String> {
        match wanted {
            Wanted::Mirror(output) if self.outputs.contains_key(&output) => Ok(output),
            Wanted::Mirror(output) => Err(format!("There is no picture {output}; this is the first one.")),
            Wanted::New(Some(before)) if before != OutputKey::FIRST && self.outputs.contains_key(&before) => Ok(before),
            Wanted::New(_) if role < Role::Control => {
                Err("A token for viewing opens no picture of its own; this is the first one.".to_owned())
            }
            Wanted::New(_) if self.most_outputs == 0 => Err("This session has one picture only.".to_owned()),
            // The first one is in the table too.
            Wanted::New(_) if self.outputs.len() > self.most_outputs => {
                Err(format!("All {} further pictures are in use; this is the first one.", self.most_outputs))
            }
            Wanted::New(_) => {
                self.next_output += 1;
                Ok(OutputKey(self.next_output))
            }
        }
    }
}

impl State {
    /// Takes away the picture that nobody has seen for longest. Which that was, if the compositor has heard of it.
    fn make_room(&mut self) -> Option<OutputKey> {
        let left = self.outputs.iter().filter_map(|(key, output)| Some((output.left?, *key)));
        let (_, key) = left.min()?;
        self.outputs.remove(&key).filter(|output| output.known).map(|_| key)
    }

    /// Takes away the pictures that nobody has seen for [`KEPT_FOR`].
    fn expire(&mut self, now: Instant) -> Vec<OutputKey> {
        let over = |output: &Output| output.left.is_some_and(|left| now.saturating_duration_since(left) >= KEPT_FOR);
        let gone: Vec<OutputKey> = self.outputs.iter().filter(|(_, o)| over(o)).map(|(key, _)| *key).collect();
        self.outputs.retain(|key, _| !gone.contains(key));
        gone
    }
}

impl Hub {
    /// How many pictures there may be besides the first; at most [`MOST_OUTPUTS`], and none to begin with.
    pub fn allow_outputs(&self, most: usize) {
        self.state.lock().most_outputs = most.min(MOST_OUTPUTS);
    }

    /// A page that was let in has left. If it was the last one of its picture, that goes in a while; at once if nothing
    /// was ever seen of it.
    pub(super) fn exit(&self, output: OutputKey, now: Instant) {
        let mut state = self.state.lock();
        let Some(entry) = state.outputs.get_mut(&output) else { return };
        entry.users = entry.users.saturating_sub(1);
        if entry.users > 0 || output == OutputKey::FIRST {
            return;
        }
        entry.left = Some(now);
        if !entry.known {
            state.outputs.remove(&output);
        }
    }

    /// Pictures that nobody has come back to by `now` go.
    pub(crate) fn expire_outputs(&self, now: Instant) {
        let gone = self.state.lock().expire(now);
        for output in gone {
            self.output_closed(output);
        }
    }

    pub(super) fn output_closed(&self, output: OutputKey) {
        tracing::info!(%output, "nobody has this picture any more");
        self.announce(Event::OutputClosed { output });
    }

    /// Takes a seat on a codec's line, and makes the line if there is none.
    pub(super) async fn seat(&self, output: OutputKey, codec: Codec) -> Result<Arc<Line>, EncoderError> {
        let _one_at_a_time = self.making.lock().await;
        if let Some(seats) = self.state.lock().outputs.get_mut(&output).and_then(|o| o.lines.get_mut(&codec)) {
            seats.taken += 1;
            return Ok(Arc::clone(&seats.line));
        }
        let me = self.me.clone();
        let made = self.runtime.spawn_blocking(move || {
            let Some(hub) = me.upgrade() else { return Err(stopped(codec)) };
            let on = Arc::new(move |event: StageEvent| {
                if let Some(hub) = me.upgrade() {
                    hub.stage_event(output, codec, event);
                }
            });
            (hub.new_stage)(codec, on)
        });
        let stage = made.await.map_err(|_| stopped(codec))??;
        tracing::info!(?codec, %output, encoder = stage.encoder_name(), "an encoder starts");
        let line = Arc::new(Line::new(codec, stage));
        let mut state = self.state.lock();
        // It is there for as long as the asker has a place in it.
        let Some(entry) = state.outputs.get_mut(&output) else { return Err(stopped(codec)) };
        let (bitrate, fps) = (entry.rate.bitrate(), entry.rate.fps());
        entry.lines.insert(codec, Seats { line: Arc::clone(&line), taken: 1 });
        drop(state);
        if bitrate > 0 {
            line.stage.set_bitrate(bitrate);
            line.stage.set_fps(fps);
        }
        Ok(line)
    }

    pub(super) fn unseat(&self, output: OutputKey, line: &Arc<Line>) {
        let mut state = self.state.lock();
        let Some(entry) = state.outputs.get_mut(&output) else { return };
        // A line whose encoder died is no longer here; its codec may have another one by now.
        let Some(seats) = entry.lines.get_mut(&line.codec).filter(|seats| Arc::ptr_eq(&seats.line, line)) else {
            return;
        };
        seats.taken = seats.taken.saturating_sub(1);
        if seats.taken == 0
            && let Some(seats) = entry.lines.remove(&line.codec)
        {
            drop(state);
            // Stopping an encoder may take its time.
            self.runtime.spawn_blocking(move || drop(seats));
        }
    }
}

fn stopped(codec: Codec) -> EncoderError {
    EncoderError::NoneLeft { codec, reason: "the server stops".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_picture_it_wants() {
        for (text, wanted) in [
            (None, Wanted::Mirror(OutputKey::FIRST)),
            (Some("new"), Wanted::New(None)),
            (Some("new-2"), Wanted::New(Some(OutputKey(2)))),
            (Some("new-"), Wanted::New(None)),
            (Some("new--2"), Wanted::New(None)),
            (Some("newer"), Wanted::Mirror(OutputKey::FIRST)),
            (Some("0"), Wanted::Mirror(OutputKey::FIRST)),
            (Some("3"), Wanted::Mirror(OutputKey(3))),
            (Some("-1"), Wanted::Mirror(OutputKey::FIRST)),
            (Some("99999999999999999999"), Wanted::Mirror(OutputKey::FIRST)),
            (Some("NEW"), Wanted::Mirror(OutputKey::FIRST)),
        ] {
            assert_eq!(Wanted::parse(text), wanted, "{text:?}");
        }
    }
}
