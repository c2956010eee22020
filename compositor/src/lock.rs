//! The session while it is locked: what a program shows instead of the desktop, or our own lock screen.
//!
//! One program holds the lock at a time, and no other takes it over. If it dies the session stays locked, and our lock screen
//! is shown in its place. Whoever may control the desktop may unlock it in the picture: the token of the page is what protects a
//! desktop in a browser, and a program that hangs must not keep its owner out.

use lcars_ui::hierarchy::OutputId;
use lcars_ui::viewport::Lock;
use smithay::reexports::wayland_protocols::ext::session_lock::v1::server::ext_session_lock_v1::ExtSessionLockV1;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{SERIAL_COUNTER, Size};
use smithay::wayland::compositor::get_parent;
use smithay::wayland::session_lock::{LockSurface, SessionLocker};

use crate::banished::Banished;
use crate::compose::{self, Placed};
use crate::screen::Screen;
use crate::state::State;
use crate::surface;

/// Whether and by whom the session is locked.
#[derive(Debug, Default)]
pub struct SessionLock {
    /// The object that the lock is held by, as long as it is locked.
    holder: Option<ExtSessionLockV1>,
    /// The holder waits to hear that nothing of the desktop is shown any more.
    unconfirmed: Option<SessionLocker>,
    /// The request that is being handled is the holder's.
    holder_asks: bool,
    /// Locks that the user ended, whose programs may not know yet.
    past: Vec<ExtSessionLockV1>,
    /// Whose lock the user ended last.
    banished: Option<Banished>,
    /// What the holder shows, and where.
    surfaces: Vec<(OutputId, LockSurface)>,
}

impl SessionLock {
    /// Whether it is locked.
    pub fn is_locked(&self) -> bool {
        self.holder.is_some()
    }

    /// Whether a lock object is the one that holds the lock.
    pub(crate) fn is_held_by(&self, lock: &ExtSessionLockV1) -> bool {
        self.holder.as_ref() == Some(lock)
    }

    /// Whether a lock object held the lock until the user ended that.
    pub(crate) fn was_held_by(&self, lock: &ExtSessionLockV1) -> bool {
        self.past.contains(lock)
    }

    /// Whether what comes next is the holder's.
    pub(crate) fn heard_holder(&mut self, is_holder: bool) {
        self.holder_asks = is_holder;
    }

    /// What is shown on a screen by the holder.
    fn shown_on(&self, screen: OutputId) -> Option<&WlSurface> {
        let mut own = self.surfaces.iter().filter(|(on, _)| *on == screen).map(|(_, surface)| surface.wl_surface());
        own.rfind(|surface| surface.is_alive() && surface::is_mapped(surface))
    }
}

impl State {
    /// A program asks for the lock. It gets it if nobody has it, and the user has not just taken it from this program.
    pub(crate) fn lock_session(&mut self, locker: SessionLocker) {
        let client = locker.ext_session_lock().client();
        let banished = |banished: &Banished| client.is_some_and(|client| banished.is(&client, &self.display));
        if self.lock.is_locked() || self.lock.banished.as_ref().is_some_and(banished) {
            // Dropped, and so told that it is finished.
            return;
        }
        tracing::info!("the session is locked");
        self.lock.holder = Some(locker.ext_session_lock().clone());
        self.lock.unconfirmed = Some(locker);
        self.drop_what_is_held();
        self.lock_changed();
    }

    /// Whatever was being done ends.
    fn drop_what_is_held(&mut self) {
        self.end_popup_grab();
        self.end_repeat();
        let time = self.clock.now().as_millis();
        if let Some(pointer) = self.seat.get_pointer() {
            pointer.unset_grab(self, SERIAL_COUNTER.next_serial(), time);
        }
        self.hold = None;
        for screen in self.screens.iter_mut() {
            screen.interface.close();
            screen.interface.prompt.keyboard = false;
            screen.interface.cancel();
        }
    }

    /// The lock ends: its holder said so, or somebody who may control the desktop.
    pub(crate) fn unlock_session(&mut self) {
        let Some(holder) = self.lock.holder.take() else { return };
        tracing::info!("the session is unlocked");
        self.lock.banished = Banished::owner_of(&holder, &self.display);
        self.lock.unconfirmed = None;
        self.lock.surfaces.clear();
        self.lock.past.retain(Resource::is_alive);
        if holder.is_alive() {
            holder.finished();
            self.lock.past.push(holder);
        }
        self.lock_changed();
    }

    /// Its holder ended the lock. It is not told again.
    pub(crate) fn unlocked_by_holder(&mut self) {
        self.lock.unconfirmed = None;
        if self.lock.holder.take().is_some() {
            tracing::info!("the session is unlocked by the program that locked it");
            self.lock.surfaces.clear();
            self.lock_changed();
        }
    }

    /// The holder shows something on an output.
    pub(crate) fn add_lock_surface(&mut self, surface: LockSurface, output: &WlOutput) {
        let output = smithay::output::Output::from_resource(output);
        let screen = output.and_then(|output| self.screens.iter().find(|screen| screen.output == output));
        let size = screen.map(|screen| (screen.id, screen.logical_size()));
        // On one that is gone it is never seen, but waits for its size like any other.
        let told = size.map_or(Size::from((1, 1)), |(_, size)| Size::from((size.w as u32, size.h as u32)));
        surface.with_pending_state(|state| state.size = Some(told));
        // One whose lock was refused is never seen either.
        if let Some((screen, _)) = size.filter(|_| self.lock.holder_asks) {
            if let Some(screen) = self.screens.get(screen) {
                screen.output.enter(surface.wl_surface());
            }
            self.lock.surfaces.push((screen, surface));
        }
    }

    /// A surface tree committed: what is shown instead of the desktop may have appeared.
    pub(crate) fn lock_committed(&mut self, root: &WlSurface) {
        let ours = self.lock.surfaces.iter().find(|(_, surface)| surface.wl_surface() == root);
        let Some((screen, _)) = ours else { return };
        let screen = *screen;
        let shown = self.shell.desktop.output(screen).map(|output| output.panels.lock);
        if shown != Some(self.lock_on(screen)) {
            self.lock_changed();
        }
    }

    fn lock_changed(&mut self) {
        self.relayout();
        self.refocus_keyboard();
        self.refresh_pointer_focus();
        self.nudge_pointer();
        self.screens.damage();
    }

    /// Looks after the lock once a turn: its holder may have gone, or what it shows.
    pub(crate) fn follow_lock(&mut self) {
        if !self.lock.is_locked() {
            return;
        }
        let before = self.lock.surfaces.len();
        self.lock.surfaces.retain(|(_, surface)| surface.alive());
        if self.lock.surfaces.len() != before {
            self.lock_changed();
        }
        // A picture that somebody sees is drawn before the program may think that nothing is seen.
        let drawn = self.screens.iter().all(|screen| !screen.watched() || !screen.wants_frame());
        if drawn && let Some(locker) = self.lock.unconfirmed.take() {
            locker.lock();
        }
    }

    /// A screen has another size: so has what is shown on it instead of the desktop.
    pub(crate) fn resize_lock_on(&self, screen: OutputId) {
        let Some(screen) = self.screens.get(screen).filter(|_| self.lock.is_locked()) else { return };
        let size = screen.logical_size();
        for (_, surface) in self.lock.surfaces.iter().filter(|(on, surface)| *on == screen.id && surface.alive()) {
            surface.with_pending_state(|state| state.size = Some(Size::from((size.w as u32, size.h as u32))));
            surface.send_configure();
        }
    }

    /// What a screen shows instead of the desktop.
    pub(crate) fn lock_on(&self, screen: OutputId) -> Lock {
        match (self.lock.is_locked(), self.lock.shown_on(screen)) {
            (false, _) => Lock::Open,
            (true, None) => Lock::Curtain,
            (true, Some(_)) => Lock::Program,
        }
    }

    /// The surface trees that a screen shows instead of the desktop, front to back.
    pub(crate) fn lock_placed(&self, screen: OutputId) -> Vec<Placed> {
        self.lock.shown_on(screen).map(|surface| compose::with_popups(surface, (0, 0).into())).unwrap_or_default()
    }

    /// The surface that keys go to while the session is locked.
    pub(crate) fn lock_with_keyboard(&self) -> Option<WlSurface> {
        self.lock.shown_on(self.screen().id).cloned()
    }

    /// The screen that a surface of the lock is on.
    pub(crate) fn lock_screen_of(&self, surface: &WlSurface) -> Option<&Screen> {
        let root = std::iter::successors(Some(surface.clone()), get_parent).last()?;
        let (screen, _) = self.lock.surfaces.iter().find(|(_, surface)| *surface.wl_surface() == root)?;
        self.screens.get(*screen)
    }
}
