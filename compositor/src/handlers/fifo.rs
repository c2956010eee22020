//! `wp_fifo_v1`: a commit waits until the one before it was shown. Barriers fall with the frame callbacks, which go to every
//! surface: to those that nobody sees once a second.

use smithay::delegate_fifo;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::compositor::{SurfaceData, TraversalAction, with_surface_tree_downward};
use smithay::wayland::fifo::FifoBarrierCachedState;

use crate::state::{ClientState, State};

/// Whether the next commit of a surface may wait for this one.
pub(crate) fn has_barrier(states: &SurfaceData) -> bool {
    states.cached_state.get::<FifoBarrierCachedState>().current().barrier.is_some()
}

impl State {
    /// A surface tree was shown, or would have been: what waited for that goes on with [`State::clear_blockers`].
    pub(crate) fn pass_barriers(&self, root: &WlSurface) {
        let mut passed = false;
        with_surface_tree_downward(
            root,
            (),
            |_, _, ()| TraversalAction::DoChildren(()),
            |_, states, ()| {
                let barrier = states.cached_state.get::<FifoBarrierCachedState>().current().barrier.take();
                if let Some(barrier) = barrier {
                    barrier.signal();
                    passed = true;
                }
            },
            |_, _, ()| true,
        );
        if passed && let Some(client) = root.client() {
            self.unblocked.borrow_mut().push(client);
        }
    }

    /// Applies the commits that wait for nothing any more.
    pub(crate) fn clear_blockers(&mut self) {
        let display = self.display.clone();
        for client in self.unblocked.take() {
            ClientState::of(&client).compositor.blocker_cleared(self, &display);
        }
    }
}

delegate_fifo!(State);
