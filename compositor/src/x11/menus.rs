//! Windows that mind no window manager: menus, tooltips, what is dragged. They are drawn above the window that they belong
//! to, where they are in relation to it.

use std::sync::{Mutex, PoisonError};

use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{IsAlive, Logical, Point};
use smithay::wayland::compositor::with_states;

/// Those above one window; more are not drawn.
const MOST: usize = 64;

/// What is above a surface, the latest one last, and where, from the corner of that surface.
type Above = Mutex<Vec<(WlSurface, Point<i32, Logical>)>>;

/// What is above a surface, front to back.
pub(crate) fn above(surface: &WlSurface) -> Vec<(WlSurface, Point<i32, Logical>)> {
    let found = with_states(surface, |states| {
        let above = states.data_map.get::<Above>()?;
        let above = above.lock().unwrap_or_else(PoisonError::into_inner);
        Some(above.iter().rev().cloned().collect::<Vec<_>>())
    });
    found.unwrap_or_default().into_iter().filter(|(menu, _)| menu.alive()).collect()
}

/// Puts a surface above another, or elsewhere above it.
pub(super) fn put(menu: &WlSurface, surface: &WlSurface, offset: Point<i32, Logical>) {
    with_states(surface, |states| {
        states.data_map.insert_if_missing_threadsafe(Above::default);
        let Some(above) = states.data_map.get::<Above>() else { return };
        let mut above = above.lock().unwrap_or_else(PoisonError::into_inner);
        above.retain(|(known, _)| known.alive());
        let known = above.iter_mut().find(|(known, _)| known == menu);
        if let Some((_, known)) = known {
            *known = offset;
        } else if above.len() < MOST {
            above.push((menu.clone(), offset));
        }
    });
}

/// Takes a surface away from above another.
pub(super) fn take(menu: &WlSurface, surface: &WlSurface) {
    with_states(surface, |states| {
        if let Some(above) = states.data_map.get::<Above>() {
            above.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, _)| known != menu);
        }
    });
}
