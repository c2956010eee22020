//! Windows that programs let others name: by a handle that is passed on outside of Wayland, such as to a portal.

use std::collections::HashMap;

use smithay::reexports::wayland_protocols::xdg::foreign::zv2::server::zxdg_imported_v2::ZxdgImportedV2;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::compositor::with_states;
use smithay::wayland::shell::is_valid_parent;
use smithay::wayland::shell::xdg::XdgToplevelSurfaceData;

use crate::state::State;

/// Handles that one client may have given out at a time, and all together.
const MOST_OF_ONE: usize = 64;
const MOST: usize = 1024;

/// What was given out, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Foreign {
    exported: HashMap<String, WlSurface>,
    imported: Vec<Imported>,
}

/// Somebody has a handle.
#[derive(Debug)]
struct Imported {
    handle: String,
    object: ZxdgImportedV2,
    /// The window that was made a dialog by it.
    child: Option<WlSurface>,
}

impl Foreign {
    /// The surface that a handle stands for.
    pub fn exported(&self, handle: &str) -> Option<&WlSurface> {
        self.exported.get(handle).filter(|surface| surface.is_alive())
    }

    /// A handle for a surface. Who has too many gets one that stands for nothing.
    pub fn export(&mut self, surface: WlSurface) -> Option<String> {
        let mut random = [0_u8; 16];
        getrandom::fill(&mut random).ok()?;
        let handle: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let client = surface.client().map(|client| client.id());
        let same = |other: &&WlSurface| other.client().map(|client| client.id()) == client;
        if self.exported.len() < MOST && self.exported.values().filter(same).count() < MOST_OF_ONE {
            self.exported.insert(handle.clone(), surface);
        }
        Some(handle)
    }
}

impl State {
    /// A handle counts no longer, and neither does what came of it.
    pub(crate) fn unexport(&mut self, handle: &str) {
        let Some(parent) = self.globals.foreign.exported.remove(handle) else { return };
        let ended: Vec<Imported> =
            self.globals.foreign.imported.extract_if(.., |imported| imported.handle == handle).collect();
        for imported in ended {
            imported.object.destroyed();
            imported.child.into_iter().for_each(|child| self.end_relation(&child, &parent));
        }
    }

    /// Somebody has a handle; they are told at once if it stands for nothing.
    pub(crate) fn import(&mut self, handle: String, object: ZxdgImportedV2) {
        let foreign = &mut self.globals.foreign;
        if foreign.exported(&handle).is_none() || foreign.imported.len() >= MOST {
            return object.destroyed();
        }
        foreign.imported.push(Imported { handle, object, child: None });
    }

    /// Somebody does not need a handle any more: what came of it ends.
    pub(crate) fn unimport(&mut self, object: &ZxdgImportedV2) {
        let foreign = &mut self.globals.foreign;
        let Some(place) = foreign.imported.iter().position(|imported| imported.object == *object) else { return };
        let Imported { handle, child, .. } = foreign.imported.swap_remove(place);
        let parent = foreign.exported.get(&handle).cloned();
        if let (Some(child), Some(parent)) = (child, parent) {
            self.end_relation(&child, &parent);
        }
    }

    /// Makes a window a dialog of the one that a handle stands for.
    ///
    /// # Errors
    /// If the window is no toplevel, or would be its own parent.
    pub(crate) fn relate(&mut self, object: &ZxdgImportedV2, child: WlSurface) -> Result<(), &'static str> {
        let foreign = &mut self.globals.foreign;
        let Some(imported) = foreign.imported.iter_mut().find(|imported| imported.object == *object) else {
            // It was taken back; they know, or will soon.
            return Ok(());
        };
        let Some(parent) = foreign.exported.get(&imported.handle).filter(|parent| parent.is_alive()).cloned() else {
            return Ok(());
        };
        if !is_valid_parent(&child, &parent) {
            return Err("a window cannot be its own dialog");
        }
        let Some(before) = set_parent(&child, Some(&parent)) else { return Err("this is not a window") };
        let former = imported.child.replace(child.clone()).filter(|former| *former != child);
        if before.as_ref() != Some(&parent) {
            self.window_described(&child);
        }
        former.into_iter().for_each(|former| self.end_relation(&former, &parent));
        Ok(())
    }

    fn end_relation(&mut self, child: &WlSurface, parent: &WlSurface) {
        if parent_of(child).as_ref() == Some(parent) {
            set_parent(child, None);
            self.window_described(child);
        }
    }
}

fn parent_of(surface: &WlSurface) -> Option<WlSurface> {
    with_states(surface, |states| {
        let data = states.data_map.get::<XdgToplevelSurfaceData>()?;
        data.lock().ok()?.parent.clone()
    })
}

/// Sets a toplevel's parent. Returns the one before; `None` if it is no toplevel.
fn set_parent(surface: &WlSurface, parent: Option<&WlSurface>) -> Option<Option<WlSurface>> {
    with_states(surface, |states| {
        let data = states.data_map.get::<XdgToplevelSurfaceData>()?;
        Some(std::mem::replace(&mut data.lock().ok()?.parent, parent.cloned()))
    })
}
