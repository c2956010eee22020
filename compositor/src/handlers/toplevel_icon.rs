//! `xdg_toplevel_icon_v1`: programs give their windows icons, by name and as pixels. Where they are shown is decided in
//! [`crate::shell`].
//!
//! smithay 0.7 has a module for it, but that keeps as many buffers as a client likes, compares each new one with all of them,
//! and takes the wrong hook away from a buffer when an icon is destroyed.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use smithay::reexports::wayland_protocols::xdg::toplevel_icon::v1::server::xdg_toplevel_icon_manager_v1::{
    self, XdgToplevelIconManagerV1,
};
use smithay::reexports::wayland_protocols::xdg::toplevel_icon::v1::server::xdg_toplevel_icon_v1::{
    self, XdgToplevelIconV1,
};
use smithay::reexports::wayland_server::backend::{ClientId, ObjectId};
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::{
    Client, DataInit, Dispatch, DisplayHandle, GlobalDispatch, New, Resource, Weak,
};
use smithay::wayland::compositor::{Cacheable, with_states};
use smithay::wayland::shm::with_buffer_contents;

use crate::shell::WindowIcon;
use crate::state::State;

/// The sizes that programs are asked for, logical: in titles and on tiles.
const SIZES: [i32; 3] = [16, 24, 48];
/// The buffers of one icon. Nobody has more sizes; the rest is not kept.
const MOST_BUFFERS: usize = 32;

/// What a client puts into an icon.
#[derive(Debug, Default)]
pub struct Icon(Mutex<Draft>);

#[derive(Debug, Default)]
struct Draft {
    name: Option<String>,
    buffers: Vec<Added>,
    /// It was given to a window, and is not to change any more.
    given: Option<Arc<WindowIcon>>,
}

#[derive(Debug)]
struct Added {
    buffer: WlBuffer,
    side: i32,
    scale: i32,
}

/// Which icons count on a buffer to stay.
#[derive(Debug, Default)]
pub(crate) struct Held(HashMap<ObjectId, Vec<Weak<XdgToplevelIconV1>>>);

impl Held {
    /// A buffer is gone: clients must not destroy one before the icons that it is in.
    pub fn destroyed(&mut self, buffer: &WlBuffer) {
        for icon in self.0.remove(&buffer.id()).into_iter().flatten().filter_map(|icon| icon.upgrade().ok()) {
            icon.post_error(xdg_toplevel_icon_v1::Error::NoBuffer, "a buffer of this icon was destroyed before it");
        }
    }

    fn add(&mut self, buffer: &WlBuffer, icon: &XdgToplevelIconV1) {
        let icons = self.0.entry(buffer.id()).or_default();
        if icons.iter().all(|held| held != icon) {
            icons.push(icon.downgrade());
        }
    }

    fn remove(&mut self, buffer: &WlBuffer, icon: &XdgToplevelIconV1) {
        let Some(icons) = self.0.get_mut(&buffer.id()) else { return };
        icons.retain(|held| held != icon);
        if icons.is_empty() {
            self.0.remove(&buffer.id());
        }
    }
}

/// The icon of a surface's window, from the commit on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assigned(pub Option<Arc<WindowIcon>>);

impl Cacheable for Assigned {
    fn commit(&mut self, _: &DisplayHandle) -> Self {
        self.clone()
    }

    fn merge_into(self, into: &mut Self, _: &DisplayHandle) {
        *into = self;
    }
}

/// Announces the protocol.
pub(crate) fn announce(display: &DisplayHandle) {
    display.create_global::<State, XdgToplevelIconManagerV1, _>(1, ());
}

impl GlobalDispatch<XdgToplevelIconManagerV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        manager: New<XdgToplevelIconManagerV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        let manager = init.init(manager, ());
        SIZES.iter().for_each(|size| manager.icon_size(*size));
        manager.done();
    }
}

impl Dispatch<XdgToplevelIconManagerV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &XdgToplevelIconManagerV1,
        request: xdg_toplevel_icon_manager_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        use xdg_toplevel_icon_manager_v1::Request;
        match request {
            Request::CreateIcon { id } => {
                init.init(id, Icon::default());
            }
            Request::SetIcon { toplevel, icon } => {
                // Its buffers may be gone when the surface commits.
                let icon = icon.as_ref().and_then(|icon| icon.data::<Icon>()).and_then(Icon::give);
                let Some(toplevel) = state.globals.xdg_shell.get_toplevel(&toplevel) else { return };
                with_states(toplevel.wl_surface(), |states| {
                    states.cached_state.get::<Assigned>().pending().0 = icon;
                });
            }
            _ => {}
        }
    }
}

impl Icon {
    /// What it shows, from now on for good; `None` if nothing.
    fn give(&self) -> Option<Arc<WindowIcon>> {
        let mut draft = self.0.lock();
        if draft.given.is_none() {
            let buffers = draft.buffers.iter().map(|added| &added.buffer);
            draft.given = Some(Arc::new(WindowIcon::new(draft.name.as_deref(), buffers)));
        }
        draft.given.clone().filter(|icon| !icon.is_empty())
    }
}

impl Draft {
    /// Takes a buffer in; it replaces one of its size and scale, which is returned.
    fn add(&mut self, added: Added) -> Option<WlBuffer> {
        let same = |known: &&mut Added| (known.side, known.scale) == (added.side, added.scale);
        if let Some(known) = self.buffers.iter_mut().find(same) {
            return Some(std::mem::replace(&mut known.buffer, added.buffer));
        }
        if self.buffers.len() >= MOST_BUFFERS {
            return Some(added.buffer);
        }
        self.buffers.push(added);
        None
    }

    fn has(&self, buffer: &WlBuffer) -> bool {
        self.buffers.iter().any(|added| added.buffer == *buffer)
    }
}

impl Dispatch<XdgToplevelIconV1, Icon> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        icon: &XdgToplevelIconV1,
        request: xdg_toplevel_icon_v1::Request,
        data: &Icon,
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
        use xdg_toplevel_icon_v1::{Error, Request};
        let mut draft = data.0.lock();
        if draft.given.is_some() && !matches!(request, Request::Destroy) {
            icon.post_error(Error::Immutable, "this icon was given to a window and cannot be changed");
            return;
        }
        match request {
            Request::SetName { icon_name } => draft.name = Some(icon_name),
            Request::AddBuffer { buffer, scale } => {
                let size = with_buffer_contents(&buffer, |_, _, data| (data.width, data.height));
                let Some((side, _)) = size.ok().filter(|(width, height)| width == height) else {
                    icon.post_error(Error::InvalidBuffer, "the buffer of an icon is a square in shared memory");
                    return;
                };
                state.globals.icons.add(&buffer, icon);
                let dropped = draft.add(Added { buffer, side, scale });
                // It may be in there for another scale as well.
                if let Some(dropped) = dropped.filter(|dropped| !draft.has(dropped)) {
                    state.globals.icons.remove(&dropped, icon);
                }
            }
            _ => {}
        }
    }

    fn destroyed(state: &mut Self, _: ClientId, icon: &XdgToplevelIconV1, data: &Icon) {
        for added in data.0.lock().buffers.drain(..) {
            state.globals.icons.remove(&added.buffer, icon);
        }
    }
}
