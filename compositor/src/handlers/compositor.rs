//! `wl_compositor` and `wl_subcompositor`: surfaces and what their commits bring.

use smithay::input::pointer::CursorImageStatus;
use smithay::reexports::wayland_server::protocol::wl_callback::WlCallback;
use smithay::reexports::wayland_server::protocol::wl_compositor::WlCompositor;
use smithay::reexports::wayland_server::protocol::wl_region::WlRegion;
use smithay::reexports::wayland_server::protocol::wl_subcompositor::WlSubcompositor;
use smithay::reexports::wayland_server::protocol::wl_surface::{self, WlSurface};
use smithay::reexports::wayland_server::{Client, Resource, delegate_dispatch, delegate_global_dispatch};
use smithay::wayland::compositor::{
    CompositorClientState, CompositorHandler, CompositorState, RegionUserData, SurfaceAttributes, SurfaceData,
    SurfaceUserData, TraversalAction, add_pre_commit_hook, get_children, get_parent, is_sync_subsurface, with_states,
    with_surface_tree_upward,
};

use super::fifo::has_barrier;
use crate::state::{ClientState, State};
use crate::{children, surface};

/// How deep subsurfaces may be nested. Trees are walked by recursion; no toolkit needs more than a handful.
const MAX_DEPTH: usize = 128;

impl CompositorHandler for State {
    fn compositor_state(&mut self) -> &mut CompositorState {
        &mut self.globals.compositor
    }

    fn client_compositor_state<'a>(&self, client: &'a Client) -> &'a CompositorClientState {
        &ClientState::of(client).compositor
    }

    fn new_surface(&mut self, surface: &WlSurface) {
        add_pre_commit_hook::<Self, _>(surface, |_, _, surface| children::note(surface));
        self.send_scale_of(surface, surface);
        self.x11_surface_came(surface);
        add_pre_commit_hook::<Self, _>(surface, |state, _, surface| state.hold_until_due(surface));
        add_pre_commit_hook::<Self, _>(surface, |state, _, surface| state.hold_until_drawn(surface));
    }

    fn destroyed(&mut self, surface: &WlSurface) {
        self.x11_surface_gone(surface);
        self.imports.surface_gone(surface);
    }

    fn new_subsurface(&mut self, surface: &WlSurface, parent: &WlSurface) {
        let above = std::iter::successors(Some(parent.clone()), get_parent).take(MAX_DEPTH + 1).count();
        if above + height(surface) > MAX_DEPTH {
            surface.post_error(wl_surface::Error::InvalidSize, "subsurfaces are nested too deeply");
            return;
        }
        self.send_scale_of(surface, parent);
    }

    fn commit(&mut self, surface: &WlSurface) {
        if is_sync_subsurface(surface) {
            // Its state is applied with its parent's commit, which comes through here again.
            if children::place(surface) {
                self.window_drew(&root_of(surface), true);
            }
            return;
        }
        let mut changed = false;
        // The synchronised children that this commit applies.
        let mut tree = Vec::new();
        with_surface_tree_upward(
            surface,
            (),
            |_, _, ()| TraversalAction::DoChildren(()),
            |surface, _, ()| tree.push(surface.clone()),
            |_, _, ()| true,
        );
        changed |= children::place(surface);
        let mut waiting = false;
        let scale = surface.client().map_or(1.0, |client| ClientState::of(&client).compositor.client_scale());
        for applied in &tree {
            changed |= surface::commit(&self.gpu, &mut self.imports, applied, scale);
            waiting |= with_states(applied, |states| has_frame_callback(states) || has_barrier(states));
        }

        self.drag_icon_committed(surface);
        self.popups.commit(surface);
        self.ensure_configured(surface);

        let root = root_of(surface);
        self.window_committed(&root);
        self.layer_committed(&root);
        self.lock_committed(&root);
        if matches!(&self.cursor.status, CursorImageStatus::Surface(cursor) if *cursor == root) {
            self.cursor_committed();
        } else if changed || waiting {
            self.window_drew(&root, changed);
        }
    }
}

/// The surface at the bottom of the tree that a surface is in.
fn root_of(surface: &WlSurface) -> WlSurface {
    std::iter::successors(Some(surface.clone()), get_parent).last().unwrap_or_else(|| surface.clone())
}

/// How many surfaces stand on each other at most, with this one at the bottom.
fn height(surface: &WlSurface) -> usize {
    1 + get_children(surface).iter().map(height).max().unwrap_or(0)
}

fn has_frame_callback(states: &SurfaceData) -> bool {
    let mut cached = states.cached_state.get::<SurfaceAttributes>();
    !cached.current().frame_callbacks.is_empty()
}

// What `delegate_compositor!` does, but for subsurfaces, see `subcompositor.rs`.
delegate_global_dispatch!(State: [WlCompositor: ()] => CompositorState);
delegate_global_dispatch!(State: [WlSubcompositor: ()] => CompositorState);
delegate_dispatch!(State: [WlCompositor: ()] => CompositorState);
delegate_dispatch!(State: [WlSurface: SurfaceUserData] => CompositorState);
delegate_dispatch!(State: [WlRegion: RegionUserData] => CompositorState);
delegate_dispatch!(State: [WlCallback: ()] => CompositorState);
delegate_dispatch!(State: [WlSubcompositor: ()] => CompositorState);
