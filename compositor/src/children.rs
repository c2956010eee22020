//! Where the children of a surface are, and in what order.
//!
//! The protocol lets a position count from the parent's next commit on, whatever the child does; of a parent that is
//! synchronised itself, from when that commit is applied. smithay's cached state would let it count from the child's
//! next commit on: too early, or never.

use std::sync::{Mutex, PoisonError};

use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::backend::ObjectId;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point};
use smithay::wayland::compositor::{
    SubsurfaceCachedState, SurfaceData, TraversalAction, get_children, with_states, with_surface_tree_upward,
};

use crate::surface::place_child;

#[derive(Debug, Default)]
struct Children {
    /// Of a child: where its parent's last commit wants it, until that is applied.
    noted: Option<Point<i32, Logical>>,
    /// Of a parent: it and its children, as they were last drawn, from the bottom to the top.
    order: Vec<ObjectId>,
}

fn with<T>(states: &SurfaceData, f: impl FnOnce(&mut Children) -> T) -> T {
    let stored = states.data_map.get_or_insert_threadsafe(Mutex::<Children>::default);
    f(&mut stored.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A surface is about to be committed: where its children are to be is settled.
pub fn note(parent: &WlSurface) {
    for child in get_children(parent) {
        with_states(&child, |states| {
            let position = states.cached_state.get::<SubsurfaceCachedState>().pending().location;
            with(states, |child| child.noted = Some(position));
        });
    }
}

/// A surface's commit was applied. Returns whether one of its children moved, or lies above or below another now.
pub fn place(parent: &WlSurface) -> bool {
    let children = get_children(parent);
    let mut changed = false;
    for child in &children {
        with_states(child, |states| {
            if let Some(position) = with(states, |child| child.noted.take()) {
                changed |= place_child(states, position);
            }
        });
    }
    let order = if children.is_empty() { Vec::new() } else { order(parent) };
    changed
        | with_states(parent, |states| {
            with(states, |known| std::mem::replace(&mut known.order, order.clone()) != order)
        })
}

/// A surface and its children, from the bottom to the top.
fn order(parent: &WlSurface) -> Vec<ObjectId> {
    let mut order = Vec::new();
    with_surface_tree_upward(
        parent,
        (),
        |surface, _, ()| {
            if surface == parent { TraversalAction::DoChildren(()) } else { TraversalAction::SkipChildren }
        },
        |surface, _, ()| order.push(surface.id()),
        |_, _, ()| true,
    );
    order
}
