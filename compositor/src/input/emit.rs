//! Collects the events that one message makes.

use smithay::backend::input::InputEvent;

use super::backend::{DeviceKind, Remote, RemoteDevice, RemoteInput};

/// The events so far, and what they have in common.
#[derive(Debug)]
pub struct Emit {
    /// Of every event.
    pub time_us: u64,
    /// Number of the viewer whose devices act.
    pub viewer: u32,
    events: Vec<InputEvent<RemoteInput>>,
}

impl Emit {
    /// No event yet.
    pub fn new(viewer: u32, time_us: u64) -> Self {
        Self { time_us, viewer, events: Vec::new() }
    }

    /// A device of the viewer.
    pub fn device(&self, kind: DeviceKind) -> RemoteDevice {
        RemoteDevice { viewer: self.viewer, kind }
    }

    /// Makes an event of what happened on a device.
    pub fn remote<T>(&self, kind: DeviceKind, what: T) -> Remote<T> {
        Remote { time_us: self.time_us, device: self.device(kind), what }
    }

    /// Adds an event.
    pub fn push(&mut self, event: InputEvent<RemoteInput>) {
        self.events.push(event);
    }

    /// All events, in the order they happened.
    pub fn events(self) -> Vec<InputEvent<RemoteInput>> {
        self.events
    }
}
