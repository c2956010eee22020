//! `ext_session_lock_v1`: a program shows a lock screen. What that means is decided in [`crate::lock`].
//!
//! smithay hands requests of a lock object on that was refused, as if it held the lock; those are stopped here.

use smithay::reexports::wayland_protocols::ext::session_lock::v1::server::ext_session_lock_manager_v1::ExtSessionLockManagerV1;
use smithay::reexports::wayland_protocols::ext::session_lock::v1::server::ext_session_lock_surface_v1::ExtSessionLockSurfaceV1;
use smithay::reexports::wayland_protocols::ext::session_lock::v1::server::ext_session_lock_v1::{
    self, ExtSessionLockV1, Request,
};
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, Resource, delegate_dispatch, delegate_global_dispatch,
};
use smithay::wayland::session_lock::{
    ExtLockSurfaceUserData, LockSurface, SessionLockHandler, SessionLockManagerGlobalData, SessionLockManagerState,
    SessionLockState, SessionLocker,
};

use crate::state::State;

impl SessionLockHandler for State {
    fn lock_state(&mut self) -> &mut SessionLockManagerState {
        &mut self.globals.session_lock
    }

    fn lock(&mut self, confirmation: SessionLocker) {
        self.lock_session(confirmation);
    }

    fn unlock(&mut self) {
        self.unlocked_by_holder();
    }

    fn new_surface(&mut self, surface: LockSurface, output: WlOutput) {
        self.add_lock_surface(surface, &output);
    }
}

impl Dispatch<ExtSessionLockV1, SessionLockState> for State {
    fn request(
        state: &mut Self,
        client: &Client,
        lock: &ExtSessionLockV1,
        request: Request,
        data: &SessionLockState,
        display: &DisplayHandle,
        data_init: &mut DataInit<'_, Self>,
    ) {
        let held = state.lock.is_held_by(lock);
        if matches!(request, Request::UnlockAndDestroy) && !held {
            // The user may have been faster; who never had the lock is told that this is an error.
            if !state.lock.was_held_by(lock) {
                lock.post_error(ext_session_lock_v1::Error::InvalidUnlock, "this lock was never granted");
            }
            return;
        }
        state.lock.heard_holder(held);
        SessionLockManagerState::request(state, client, lock, request, data, display, data_init);
    }
}

delegate_global_dispatch!(State: [ExtSessionLockManagerV1: SessionLockManagerGlobalData] => SessionLockManagerState);
delegate_dispatch!(State: [ExtSessionLockManagerV1: ()] => SessionLockManagerState);
delegate_dispatch!(State: [ExtSessionLockSurfaceV1: ExtLockSurfaceUserData] => SessionLockManagerState);
