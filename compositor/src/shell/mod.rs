//! The windows, and where they are: the zoom hierarchy of [`lcars_ui`], joined to the surfaces of clients.
//!
//! What there is and who is where lives in [`Desktop`]; what pointer and keyboard are at on a screen lives in its
//! [`Interface`](lcars_ui::interface::Interface); what is seen on it follows from both as a [`View`](lcars_ui::view::View).
//! This module tells them what programs do, and does what they say.

mod act;
mod bound;
mod configure;
mod files;
mod fit;
mod floating;
mod hands;
mod icon;
mod listed;
mod modal;
mod place;
mod toplevel;
mod typed;
mod view;
mod windows;

pub use icon::WindowIcon;
pub use listed::{Listed, ListedWindow};
pub(crate) use place::Geometry;
pub use toplevel::{Told, Toplevel};
pub(crate) use view::panes_area;

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use calloop::RegistrationToken;
use lcars_ui::files::Directories;
use lcars_ui::geometry;
use lcars_ui::hierarchy::{Desktop, OutputId, WindowId};
use lcars_ui::operation::Refused;
use lcars_ui::shells::Shells;
use lcars_ui::theme::Theme;
use lcars_ui::view::{Binding, Readings};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Size};
use smithay::wayland::compositor::get_parent;

/// One toplevel.
#[derive(Debug)]
pub struct Window {
    /// Its place in the hierarchy, for as long as it shows something.
    pub id: Option<WindowId>,
    /// Its protocol object.
    pub toplevel: Toplevel,
    /// It asked to cover its pane before it had anything to show.
    fullscreen: bool,
    /// It draws its frame itself.
    own_frame: bool,
    /// The screen that it is made for, or was last.
    home: OutputId,
    /// What its program wants it to be known by.
    icon: Option<Arc<WindowIcon>>,
    /// It asked for something that has to be answered with a configure, even if nothing changes.
    owed: Cell<bool>,
    /// The scale that it was told.
    scale: Cell<f64>,
    /// What it said that it cannot be smaller than, when it was told what to be.
    least: Cell<Size<i32, Logical>>,
}

/// The desktop of the session, and what is seen of it.
#[derive(Debug)]
pub struct Shell {
    /// Sectors, apps, windows; viewports and their paths.
    pub desktop: Desktop,
    /// In the order they came.
    windows: Vec<Window>,
    /// The screens that had the keyboard, the latest one last: a window that several show is made for that.
    pub(crate) used: Vec<OutputId>,
    /// Every view is to be made again before the next frame; a client may change its title a thousand times between.
    pub(crate) outdated: bool,
    /// How often a window got an icon.
    icons_given: u64,
    /// What is in the directories that hubs show.
    pub(crate) directories: Directories,
    /// What is known of the shells.
    pub shells: Shells,
    /// For the rails.
    pub(crate) readings: Readings,
    /// The time of day as it is shown.
    pub(crate) clock: String,
    /// Whether pages can be led to a portal.
    pub(crate) portal: bool,
    /// The keys in force, for the overlay that lists them.
    pub(crate) bindings: Vec<Binding>,
    /// Fires when something of the interface is due.
    pub(crate) wake: Option<RegistrationToken>,
    /// Where windows are that are not in their places; `None` in the product.
    floating: Option<floating::Floating>,
    /// The zero of all times that the hierarchy hears of.
    began: Instant,
    /// The same as the world counts time, since 1970.
    began_at: Duration,
}

impl Shell {
    /// A desktop with an output of this size, logical.
    ///
    /// # Errors
    /// If the output has no size that can be counted in.
    pub fn new(theme: &Theme, size: Size<i32, Logical>) -> Result<Self, Refused> {
        let area = view::panes_area(theme, size, 1.0, 1.0);
        let desktop = Desktop::new::<&str>(&[], area)?;
        Ok(Self {
            desktop,
            windows: Vec::new(),
            used: Vec::new(),
            outdated: true,
            icons_given: 0,
            directories: Directories::default(),
            shells: Shells::default(),
            readings: Readings::default(),
            clock: String::new(),
            portal: false,
            bindings: Vec::new(),
            wake: None,
            floating: None,
            began: Instant::now(),
            began_at: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
        })
    }

    /// Takes another desktop, before there are windows.
    pub(crate) fn begin_with(&mut self, desktop: Desktop) {
        self.desktop = desktop;
        self.outdated = true;
    }

    /// A moment as the hierarchy counts time.
    pub fn time(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.began)
    }

    /// This moment as the hierarchy counts time.
    pub fn now(&self) -> Duration {
        self.time(Instant::now())
    }

    /// A time of the hierarchy as the world counts it: milliseconds since 1970.
    pub(crate) fn world_time(&self, time: Duration) -> u64 {
        u64::try_from((self.began_at + time).as_millis()).unwrap_or(u64::MAX)
    }

    /// All toplevels, in the order they came; those without a name show nothing yet.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// One window.
    pub fn get(&self, id: WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == Some(id))
    }

    /// The window that a surface belongs to, be it its own or a subsurface.
    pub fn window_of(&self, surface: &WlSurface) -> Option<WindowId> {
        let mut root = surface.clone();
        while let Some(parent) = get_parent(&root) {
            root = parent;
        }
        self.windows.iter().find(|window| *window.toplevel.wl_surface() == root)?.id
    }

    /// Notes which screen has the keyboard.
    fn note_use(&mut self) {
        let focused = self.desktop.focused_output().id;
        if self.used.last() != Some(&focused) {
            self.used.retain(|used| *used != focused);
            self.used.push(focused);
        }
    }

    /// The window that has the keyboard.
    pub fn focused(&self) -> Option<WindowId> {
        self.desktop.focused_window()
    }

    /// Whether a window is one that stays above another.
    pub fn is_dialog(&self, id: WindowId) -> bool {
        self.desktop.tree().window(id).is_some_and(|(_, _, window)| window.parent.is_some())
    }

    /// The window at the bottom of the stack that a dialog belongs to; of any other window, itself.
    pub(crate) fn place_of(&self, id: WindowId) -> WindowId {
        self.desktop.tree().window(id).map_or(id, |(_, app, _)| app.place_of(id))
    }
}

pub(crate) fn point(at: smithay::utils::Point<f64, Logical>) -> geometry::Point {
    geometry::Point { x: at.x, y: at.y }
}
