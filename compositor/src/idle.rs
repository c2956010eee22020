//! Whether anybody is there. What any page does counts as activity, and so does what programs type and point at for
//! somebody. A program that inhibits idleness, such as a player, counts while its window is seen at its own size; one that
//! says so on the bus names no window, and counts while any page watches.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use calloop::LoopHandle;
use lcars_ui::hierarchy::{Shown, WindowId};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{DisplayHandle, Resource};
use smithay::wayland::idle_inhibit::IdleInhibitManagerState;
use smithay::wayland::idle_notify::IdleNotifierState;

use crate::screen::Screen;
use crate::state::State;

/// Activity is told at most this often: each time costs a timer for everyone who wants to know.
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// Inhibitors that count.
const MAX_INHIBITORS: usize = 1024;

/// See the module.
pub(crate) struct Idle {
    pub(crate) notifier: IdleNotifierState<State>,
    _inhibit: IdleInhibitManagerState,
    /// A surface once for each inhibitor that it has.
    inhibitors: Vec<WlSurface>,
    /// Some program on the bus says that somebody watches.
    watched: bool,
    told: Option<Instant>,
}

impl Idle {
    pub(crate) fn new(display: &DisplayHandle, handle: LoopHandle<'static, State>) -> Self {
        Self {
            notifier: IdleNotifierState::new(display, handle),
            _inhibit: IdleInhibitManagerState::new::<State>(display),
            inhibitors: Vec::new(),
            watched: false,
            told: None,
        }
    }

    pub(crate) fn inhibit(&mut self, surface: WlSurface) {
        if self.inhibitors.len() < MAX_INHIBITORS {
            self.inhibitors.push(surface);
        }
    }

    /// Programs on the bus say whether somebody watches.
    pub(crate) fn told_watched(&mut self, watched: bool) {
        self.watched = watched;
    }

    pub(crate) fn uninhibit(&mut self, surface: &WlSurface) {
        if let Some(place) = self.inhibitors.iter().position(|inhibitor| inhibitor == surface) {
            self.inhibitors.swap_remove(place);
        }
    }
}

impl State {
    /// Somebody did something.
    pub(crate) fn note_activity(&mut self) {
        self.terminals.turns.somebody_acts();
        let now = Instant::now();
        if self.idle.told.is_some_and(|told| now.saturating_duration_since(told) < TOLD_EVERY) {
            return;
        }
        self.idle.told = Some(now);
        let seat = self.seat.clone();
        self.idle.notifier.notify_activity(&seat);
        if let Some(remote) = &self.remote {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            remote.streamer().metrics().last_activity.set(since.as_secs());
        }
    }

    /// Runs after every turn of the loop: whether somebody watches without doing anything.
    pub(crate) fn keep_idle(&mut self) {
        self.idle.inhibitors.retain(Resource::is_alive);
        let seen = |screen: &Screen| screen.stream.is_none() || screen.watched();
        let inhibited = self.idle.inhibitors.iter().any(|surface| self.is_watched(surface))
            || self.idle.watched && self.screens.iter().any(seen);
        if inhibited != self.idle.notifier.is_inhibited() {
            self.idle.notifier.set_is_inhibited(inhibited);
            if let Some(remote) = &self.remote {
                remote.streamer().metrics().idle_inhibited.set(inhibited.into());
            }
        }
    }

    /// Whether a surface is seen at its own size, where pages are: by one of them.
    fn is_watched(&self, surface: &WlSurface) -> bool {
        let Some(window) = self.shell.window_of(surface) else { return false };
        let place: WindowId = self.shell.place_of(window);
        let seen = |screen: &Screen| screen.seen.get(&place).copied().unwrap_or_default() == Shown::Live;
        self.screens.iter().any(|screen| seen(screen) && (screen.stream.is_none() || screen.watched()))
    }
}
