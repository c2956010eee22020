//! What the desktop needs of a toplevel, whatever protocol it speaks.

use smithay::reexports::wayland_protocols::xdg::shell::server::xdg_toplevel::State as Flag;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Size};
use smithay::wayland::compositor::with_states;
use smithay::wayland::shell::xdg::{SurfaceCachedState, ToplevelSurface, XdgToplevelSurfaceData};

use crate::x11::X11Window;

/// The protocol object of a window.
#[derive(Debug, Clone, PartialEq)]
pub enum Toplevel {
    /// An `xdg_toplevel`.
    Xdg(ToplevelSurface),
    /// An X window.
    X11(X11Window),
}

/// What a window is told to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// It may choose where there is none: dialogs do.
    pub size: Option<Size<i32, Logical>>,
    /// Where it is on its screen, if it is seen there at its own size.
    pub corner: Option<Point<i32, Logical>>,
    /// The room there is.
    pub bounds: Size<i32, Logical>,
    /// It fills its pane.
    pub maximized: bool,
    /// It covers its pane.
    pub fullscreen: bool,
    /// It has the keyboard.
    pub activated: bool,
    /// Nobody sees it.
    pub suspended: bool,
    /// It asked for something that is answered even where nothing changed.
    pub answered: bool,
}

impl From<ToplevelSurface> for Toplevel {
    fn from(toplevel: ToplevelSurface) -> Self {
        Self::Xdg(toplevel)
    }
}

impl From<X11Window> for Toplevel {
    fn from(window: X11Window) -> Self {
        Self::X11(window)
    }
}

impl Toplevel {
    /// The surface that shows it.
    pub fn wl_surface(&self) -> &WlSurface {
        match self {
            Self::Xdg(toplevel) => toplevel.wl_surface(),
            Self::X11(window) => window.wl_surface(),
        }
    }

    /// Title and app id, as the client gave them: hostile text.
    pub fn title(&self) -> (String, String) {
        match self {
            Self::Xdg(toplevel) => with_states(toplevel.wl_surface(), |states| {
                let Some(data) = states.data_map.get::<XdgToplevelSurfaceData>() else { return Default::default() };
                let Ok(data) = data.lock() else { return Default::default() };
                (data.title.clone().unwrap_or_default(), data.app_id.clone().unwrap_or_default())
            }),
            Self::X11(window) => window.title(),
        }
    }

    /// The surface of the window that it is a dialog of.
    pub fn parent(&self) -> Option<WlSurface> {
        match self {
            Self::Xdg(toplevel) => toplevel.parent(),
            Self::X11(window) => window.parent(),
        }
    }

    /// Whether it is a dialog without which its window cannot go on.
    pub fn is_modal(&self) -> bool {
        match self {
            Self::Xdg(toplevel) => with_states(toplevel.wl_surface(), |states| {
                let data = states.data_map.get::<XdgToplevelSurfaceData>();
                data.is_some_and(|data| data.lock().is_ok_and(|data| data.modal))
            }),
            Self::X11(_) => false,
        }
    }

    /// The size that it cannot be smaller than, as its client says: a hostile number, or nothing.
    pub(super) fn least(&self) -> Size<i32, Logical> {
        match self {
            Self::Xdg(toplevel) => with_states(toplevel.wl_surface(), |states| {
                states.cached_state.get::<SurfaceCachedState>().current().min_size
            }),
            Self::X11(window) => window.least(),
        }
    }

    /// Whether what it shows is its answer to what it was told last.
    pub(super) fn answered(&self) -> bool {
        match self {
            Self::Xdg(toplevel) => with_states(toplevel.wl_surface(), |states| {
                let Some(data) = states.data_map.get::<XdgToplevelSurfaceData>() else { return false };
                data.lock().is_ok_and(|data| data.current.size == data.current_server_state().size)
            }),
            Self::X11(window) => window.answered(),
        }
    }

    /// Asks its program to close it.
    pub fn send_close(&self) {
        match self {
            Self::Xdg(toplevel) => toplevel.send_close(),
            Self::X11(window) => window.send_close(),
        }
    }

    /// Whether it may show something: it knows what it should be. If not, its client was told that this is an error.
    pub fn ensure_configured(&self) -> bool {
        match self {
            Self::Xdg(toplevel) => toplevel.ensure_configured(),
            // It was told before it might be seen.
            Self::X11(_) => true,
        }
    }

    /// It shows nothing any more: its next commit is answered with a configure. smithay would know by itself only if it
    /// kept the buffers.
    pub(super) fn begin_anew(&self) {
        match self {
            Self::Xdg(toplevel) => toplevel.reset_initial_configure_sent(),
            Self::X11(_) => {}
        }
    }

    /// Whether it was ever told what to be.
    pub(super) fn was_told(&self) -> bool {
        match self {
            Self::Xdg(toplevel) => toplevel.is_initial_configure_sent(),
            Self::X11(_) => true,
        }
    }

    /// Tells it what it should be: at once if that was told before and is another now, else with [`Self::tell_first`].
    pub(super) fn tell(&self, told: Told) {
        match self {
            Self::Xdg(toplevel) => {
                toplevel.with_pending_state(|state| {
                    state.bounds = Some(told.bounds);
                    state.size = told.size;
                    let mut set = |flag, on| if on { state.states.set(flag) } else { state.states.unset(flag) };
                    set(Flag::Maximized, told.maximized);
                    set(Flag::Fullscreen, told.fullscreen);
                    set(Flag::Activated, told.activated);
                    set(Flag::Suspended, told.suspended);
                });
                if !toplevel.is_initial_configure_sent() {
                    return;
                }
                match told.answered {
                    true => _ = toplevel.send_configure(),
                    false => _ = toplevel.send_pending_configure(),
                }
            }
            Self::X11(window) => window.tell(told),
        }
    }

    /// Sends what it waits for after its first commit.
    pub(super) fn tell_first(&self) {
        match self {
            Self::Xdg(toplevel) => {
                toplevel.send_configure();
            }
            Self::X11(_) => {}
        }
    }
}
