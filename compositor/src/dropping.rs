//! Files that a page's user holds over the picture and lets go there. They go to the folder for downloads; for the program
//! below it is a drag like any other, and it gets a drop with their addresses once they are whole.
//!
//! A drag is started by the desktop itself, so no button is down. While the files are held the program shows that it would
//! take them. They are let go long before they have arrived: that drag ends, and when they are there, another one enters at
//! the same place, is accepted, and drops.

use std::fmt::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calloop::RegistrationToken;
use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::OutputId;
use smithay::input::pointer::{GrabStartData, MotionEvent};
use smithay::reexports::wayland_server::protocol::wl_data_device_manager::DndAction;
use smithay::utils::{Logical, Point, SERIAL_COUNTER};
use smithay::wayland::selection::data_device::{SourceMetadata, start_dnd};

use crate::pipe;
use crate::seat::BTN_LEFT;
use crate::state::State;

/// As which programs get them.
const TYPE: &str = "text/uri-list";
/// A program that has not accepted a drop by then does not want it.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a program has said of the drag that is over it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Said {
    /// It refused the type. Saying nothing is no refusal.
    refused: bool,
    /// It chose to copy.
    copies: bool,
}

/// Files held over the picture, or let go.
#[derive(Debug, Default)]
pub(crate) struct Dropping {
    /// The desktop's own drag is under way.
    drags: bool,
    said: Said,
    /// The addresses of what is dropped, for who asks for them. Empty while files are only held.
    list: Option<Arc<[u8]>>,
    /// A drop waits to be accepted until then.
    waits: Option<RegistrationToken>,
}

impl Dropping {
    /// The pointer stays where files are dropped until that is done.
    pub(crate) fn holds_pointer(&self) -> bool {
        self.waits.is_some()
    }
}

impl State {
    /// Files are held over a place of a screen, from 0 to 1 each.
    pub fn files_held(&mut self, screen: OutputId, x: f64, y: f64) {
        if self.dropping.holds_pointer() {
            return;
        }
        let at = self.dropped_at(screen, x, y);
        if self.begin_drag(at) {
            self.move_drag(at);
        }
    }

    /// They are held there no longer.
    pub fn files_gone(&mut self) {
        if !self.dropping.holds_pointer() {
            self.end_drag();
        }
    }

    /// Files that were let go at a place are whole now: whatever program is there gets them, if it wants.
    pub fn files_dropped(&mut self, screen: OutputId, x: f64, y: f64, folder: &Path, names: &[String]) {
        let list = uri_list(folder, names);
        if list.is_empty() || self.dropping.holds_pointer() {
            return;
        }
        let at = self.dropped_at(screen, x, y);
        // What the program said of files that were held is not said of these.
        self.end_drag();
        if !self.begin_drag(at) {
            return;
        }
        self.dropping.list = Some(list.into_bytes().into());
        self.move_drag(at);
        let late = self.handle.insert_source(Timer::from_duration(PATIENCE), |_, (), state: &mut State| {
            state.dropping.waits = None;
            state.end_drag();
            TimeoutAction::Drop
        });
        match late {
            Ok(token) => self.dropping.waits = Some(token),
            Err(error) => {
                tracing::error!(%error, "no timer for a drop");
                self.end_drag();
            }
        }
    }

    fn dropped_at(&self, screen: OutputId, x: f64, y: f64) -> Point<f64, Logical> {
        let screen = self.screens.get(screen).unwrap_or_else(|| self.screens.first());
        let size = screen.logical_size();
        screen.inside(Point::from((x * f64::from(size.w), y * f64::from(size.h))))
    }

    /// Whether the desktop's own drag is under way now. It is not where somebody else holds the pointer.
    fn begin_drag(&mut self, location: Point<f64, Logical>) -> bool {
        let Some(pointer) = self.seat.get_pointer() else { return false };
        if self.dropping.drags && pointer.is_grabbed() {
            return true;
        }
        self.dropping.drags = false;
        if pointer.is_grabbed() || self.surface_at(location).is_none() {
            return false;
        }
        self.dropping = Dropping { drags: true, ..Dropping::default() };
        let start = GrabStartData { focus: None, button: BTN_LEFT, location };
        let what = SourceMetadata { mime_types: vec![TYPE.to_owned()], dnd_action: DndAction::Copy };
        let (display, seat) = (self.display.clone(), self.seat.clone());
        self.x11_others_drag(true);
        start_dnd(&display, &seat, self, SERIAL_COUNTER.next_serial(), Some(start), None, what);
        true
    }

    fn move_drag(&mut self, location: Point<f64, Logical>) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let focus = self.surface_at(location);
        let focus = self.drag_focus(focus, location);
        let (serial, time) = (SERIAL_COUNTER.next_serial(), self.clock.now().as_millis());
        pointer.motion(self, focus, &MotionEvent { location, serial, time });
        pointer.frame(self);
    }

    /// Ends the drag without a drop: it leaves whoever it is over first.
    fn end_drag(&mut self) {
        if !std::mem::take(&mut self.dropping.drags) {
            return;
        }
        let Some(pointer) = self.seat.get_pointer() else { return };
        if !pointer.is_grabbed() {
            return;
        }
        let (location, serial) = (pointer.current_location(), SERIAL_COUNTER.next_serial());
        let time = self.clock.now().as_millis();
        pointer.motion(self, None, &MotionEvent { location, serial, time });
        pointer.unset_grab(self, serial, time);
        self.nudge_pointer();
    }

    /// A program said whether it takes the type. Called while smithay holds the offer.
    pub(crate) fn drag_accepted(&mut self, accepted: bool) {
        self.dropping.said.refused = !accepted;
        self.consider_drop();
    }

    /// A program said what it would do. Called while smithay holds the offer.
    pub(crate) fn drag_action(&mut self, action: DndAction) {
        self.dropping.said.copies = action.contains(DndAction::Copy);
        self.consider_drop();
    }

    /// Drops what waits, once the program has said all that it says in one go.
    fn consider_drop(&mut self) {
        if self.dropping.waits.is_none() {
            return;
        }
        self.handle.insert_idle(|state| {
            let Said { refused, copies } = state.dropping.said;
            if refused || !copies {
                return;
            }
            let Some(token) = state.dropping.waits.take() else { return };
            state.handle.remove(token);
            state.dropping.drags = false;
            if let Some(pointer) = state.seat.get_pointer().filter(|pointer| pointer.is_grabbed()) {
                pointer.unset_grab(state, SERIAL_COUNTER.next_serial(), state.clock.now().as_millis());
                state.nudge_pointer();
            }
        });
    }

    /// A program asks for what is dragged. What is only held is not there yet.
    pub(crate) fn send_dragged(&mut self, mime: &str, fd: OwnedFd) {
        let Some(list) = self.dropping.list.clone().filter(|_| mime == TYPE) else { return };
        if let Err(error) = pipe::write(&self.handle, fd, list) {
            tracing::warn!(%error, "a drop could not be written");
        }
    }
}

/// RFC 2483. Names that are no plain names are left out.
fn uri_list(folder: &Path, names: &[String]) -> String {
    let plain = |name: &&String| !name.is_empty() && *name != "." && *name != ".." && !name.contains(['/', '\0']);
    let mut list = String::new();
    for name in names.iter().filter(plain) {
        list.push_str("file://");
        for byte in folder.join(name).as_os_str().as_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
                list.push(char::from(*byte));
            } else {
                // A string takes all that is written to it.
                let _ = write!(list, "%{byte:02X}");
            }
        }
        list.push_str("\r\n");
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_plain_names_in_the_folder() {
        let names = ["a b.txt", "ü%.png", "../etc/passwd", "..", "", "x/y", "a\0b"].map(String::from);
        let list = uri_list(Path::new("/home/ada/Downloads"), &names);
        assert_eq!(list, "file:///home/ada/Downloads/a%20b.txt\r\nfile:///home/ada/Downloads/%C3%BC%25.png\r\n");
    }
}
