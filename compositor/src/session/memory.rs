//! What outlives the session: the whole desktop and what the user chose, as one JSON file.
//!
//! It is written a moment after things changed, on a thread of its own, and read when a session starts. Programs that had
//! windows are started again and land where they were; what cannot come back is told on the screen.

use std::time::{Duration, Instant};

use calloop::channel::sync_channel;
use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::ExpectedId;
use lcars_ui::interface::AlertLevel;
use lcars_ui::snapshot::Snapshot;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use streamer::Refusal;

use super::Preferences;
use crate::services::persist::{self, Loaded};
use crate::state::State;

/// Largest file that is read. A desktop with every limit exhausted is smaller.
const MOST_BYTES: u64 = 8 << 20;
/// What was started again and has no window by then will not have one.
const EXPECTED_FOR: Duration = Duration::from_secs(60);

/// Everything that is remembered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Memory<Desk = Snapshot> {
    desktop: Desk,
    #[serde(default)]
    preferences: Preferences,
}

/// The JSON Schema of what is remembered. It tells the form; what makes no sense is refused with the reason.
pub(crate) fn schema() -> Value {
    SchemaSettings::default().for_deserialize().into_generator().into_root_schema_for::<Memory>().to_value()
}

/// Reads what is remembered in two steps, so that a version from the future is told from a mistake.
fn understood(memory: Memory<Value>) -> Result<Memory, String> {
    let desktop = Snapshot::read(memory.desktop).map_err(|error| error.to_string())?;
    Ok(Memory { desktop, preferences: memory.preferences })
}

impl State {
    /// Everything that is remembered, as it would be written now.
    pub(crate) fn snapshot(&self) -> Result<Value, Refusal> {
        let mut desktop = self.shell.desktop.snapshot();
        // Other screens are as their pages want them, each time anew.
        desktop.outputs.truncate(1);
        desktop.focused = 0;
        let memory = Memory { desktop, preferences: self.preferences.clone() };
        serde_json::to_value(memory).map_err(|error| Refusal::conflict("unwritable", error.to_string()))
    }

    /// Becomes what a snapshot says. Windows that are there join it; programs that are missing are started.
    ///
    /// # Errors
    /// If it makes no sense; nothing has changed then.
    pub(crate) fn put_snapshot(&mut self, snapshot: Value) -> Result<(), Refusal> {
        let invalid = |message| Refusal::invalid("not_understood", message);
        let memory = Memory::deserialize(snapshot).map_err(|error| invalid(error.to_string()))?;
        let memory = understood(memory).map_err(invalid)?;
        self.restore(memory).map_err(|message| Refusal::invalid("not_restorable", message))
    }

    /// Reads what was remembered and becomes it. From then on what changes is remembered.
    pub(crate) fn recall(&mut self) {
        let Some(file) = self.session.as_ref().and_then(|session| session.state_file.clone()) else { return };
        let understand = |bytes: &[u8]| {
            let memory = serde_json::from_slice::<Memory<Value>>(bytes).map_err(|error| error.to_string())?;
            understood(memory)
        };
        match persist::load(&file, MOST_BYTES, understand) {
            Ok(Loaded::Nothing) => {}
            Ok(Loaded::This(memory)) => {
                if let Err(reason) = self.restore(memory) {
                    match persist::load::<()>(&file, MOST_BYTES, |_| Err(reason.clone())) {
                        Ok(Loaded::KeptAside { at, .. }) => self.tell_kept_aside(&at, &reason),
                        Ok(_) => {}
                        Err(error) => self.forget_to_remember(&error),
                    }
                }
            }
            Ok(Loaded::KeptAside { at, reason }) => self.tell_kept_aside(&at, &reason),
            Err(error) => self.forget_to_remember(&error),
        }
    }

    fn tell_kept_aside(&mut self, at: &std::path::Path, reason: &str) {
        let text = format!("the desktop was not restored: {reason}; the file is kept as {}", at.display());
        tracing::warn!("{text}");
        self.tell_user(AlertLevel::Danger, &text);
    }

    /// The file cannot be read and could hold what the user had: nothing is written over it.
    fn forget_to_remember(&mut self, error: &persist::PersistError) {
        tracing::warn!(%error, "this session will not be remembered");
        self.tell_user(AlertLevel::Danger, &format!("this session will not be remembered: {error}"));
        self.session.iter_mut().for_each(|session| session.state_file = None);
    }

    fn restore(&mut self, memory: Memory) -> Result<(), String> {
        let now = self.shell.now();
        let loaded = self.shell.desktop.load(&memory.desktop, now).map_err(|error| error.to_string())?;
        self.preferences = memory.preferences;
        self.carry_out(loaded.effects);
        let waiting: Vec<ExpectedId> = self.shell.desktop.expected().collect();
        let mut lost = loaded.lost;
        for start in loaded.starts {
            if let Err(reason) = self.start_expected(&start.launch, start.expected) {
                lost.push(format!("{}: {reason}", start.title));
                self.shell.desktop.give_up(start.expected);
            }
        }
        for text in lost {
            self.tell_user(AlertLevel::Caution, &format!("not restored: {text}"));
        }
        self.give_up_later(waiting);
        self.read_settings();
        self.shell.outdated = true;
        self.screens.damage();
        Ok(())
    }

    fn give_up_later(&mut self, waiting: Vec<ExpectedId>) {
        if waiting.is_empty() {
            return;
        }
        self.after(EXPECTED_FOR, "programs that do not come back", move |state| {
            let late: Vec<ExpectedId> = state.shell.desktop.expected().filter(|id| waiting.contains(id)).collect();
            let gone: Vec<String> = late.into_iter().filter_map(|id| state.shell.desktop.give_up(id)).collect();
            for title in gone {
                state.tell_user(AlertLevel::Caution, &format!("{title} did not come back"));
            }
            state.shell.outdated = true;
        });
    }

    /// Something changed that is to be remembered.
    pub(crate) fn remember(&mut self) {
        let now = self.shell.now();
        let Some(session) = self.session.as_mut().filter(|session| session.state_file.is_some()) else { return };
        let armed = session.debounce.waits();
        session.debounce.changed(now);
        if armed {
            return;
        }
        let Some(next) = session.debounce.next() else { return };
        let timer = Timer::from_deadline(Instant::now() + next.saturating_sub(now));
        let inserted = self.handle.insert_source(timer, |_, (), state| state.write_when_due());
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for the memory");
        }
    }

    fn write_when_due(&mut self) -> TimeoutAction {
        let now = self.shell.now();
        let Some(session) = &mut self.session else { return TimeoutAction::Drop };
        if session.writing || !session.debounce.due(now) {
            let again = session.debounce.next().map_or(Duration::from_millis(50), |next| next.saturating_sub(now));
            return TimeoutAction::ToDuration(again.max(Duration::from_millis(10)));
        }
        self.write_memory();
        TimeoutAction::Drop
    }

    /// Writes on another thread; the main thread waits for no disk.
    fn write_memory(&mut self) {
        let Some(file) = self.session.as_ref().and_then(|session| session.state_file.clone()) else { return };
        let bytes = match self.snapshot().map(|memory| serde_json::to_vec_pretty(&memory)) {
            Ok(Ok(bytes)) => bytes,
            _ => return tracing::error!("the desktop could not be put into words"),
        };
        let Some(session) = &mut self.session else { return };
        if session.written == bytes {
            return;
        }
        let (sender, done) = sync_channel(1);
        let copy = bytes.clone();
        let inserted = self.handle.insert_source(done, move |event, (), state| {
            if let calloop::channel::Event::Msg(result) = event {
                state.memory_written(result, bytes.clone());
            }
        });
        if let Err(error) = inserted {
            return tracing::error!(%error, "the desktop was not remembered");
        }
        session.writing = true;
        let spawned = std::thread::Builder::new().name("memory".into()).spawn(move || {
            // The session may be gone by then.
            let _ = sender.send(persist::write(&file, &copy));
        });
        if let Err(error) = spawned {
            session.writing = false;
            tracing::error!(%error, "the desktop was not remembered");
        }
    }

    fn memory_written(&mut self, result: Result<(), persist::PersistError>, bytes: Vec<u8>) {
        let now = self.shell.now();
        let Some(session) = &mut self.session else { return };
        session.writing = false;
        match result {
            Ok(()) => session.written = bytes,
            Err(error) => {
                session.debounce.failed(now);
                tracing::warn!(%error, "the desktop was not remembered");
                self.tell_user(AlertLevel::Danger, &format!("the desktop is not remembered: {error}"));
                self.remember();
            }
        }
    }

    /// Writes what waits to be written, before the session ends.
    pub(crate) fn remember_now(&mut self) {
        let Some(file) = self.session.as_ref().and_then(|session| session.state_file.clone()) else { return };
        if let Ok(Ok(bytes)) = self.snapshot().map(|memory| serde_json::to_vec_pretty(&memory))
            && let Err(error) = persist::write(&file, &bytes)
        {
            tracing::warn!(%error, "the desktop was not remembered");
        }
    }
}
