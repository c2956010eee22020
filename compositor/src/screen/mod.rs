//! One picture of the session: its size and scale, what is seen on it and done to it, what is drawn, and when.

mod life;
mod list;
mod stream;

use std::collections::HashMap;
use std::time::Instant;

use calloop::RegistrationToken;
use lcars_ui::hierarchy::{OutputId, Shown, WindowId};
use lcars_ui::interface::{Interface, Sight};
use lcars_ui::theme::Theme;
use lcars_ui::view::{Launchable, View};
use smithay::output::{Mode, Output, PhysicalProperties, Scale, Subpixel};
use smithay::reexports::wayland_server::DisplayHandle;
use smithay::reexports::wayland_server::backend::GlobalId;
use smithay::utils::{Logical, Physical, Point, Size, Transform};
use streamer::OutputKey;
use streamer::protocol::CursorImage;

use crate::capture::{Captures, Subject};
use crate::gallery::Renewal;
use crate::pacing::Pacer;
use crate::remote::Stream;
use crate::render::{Gpu, Letters, ScenePainter, Target};
use crate::shell::Shell;
use crate::state::State;

pub use list::Screens;

/// Screens lie side by side this far from each other, logical pixels, so that a point tells which one it is on. None is as
/// wide.
const APART: i32 = 1 << 14;

/// An output without a display behind it.
pub struct Screen {
    /// Its name in the hierarchy.
    pub id: OutputId,
    /// What clients see.
    pub output: Output,
    /// Pointer, keyboard focus and overlays of whoever looks at it. What the user is told is the same on all.
    pub interface: Interface,
    /// As it was last laid out.
    pub(crate) view: View,
    /// Pages were not told yet what it means.
    pub(crate) untold: bool,
    /// How each window is seen in it.
    pub(crate) seen: HashMap<WindowId, Shown>,
    /// The view is to be made again before the next frame.
    pub(crate) outdated: bool,
    /// What can be launched.
    pub(crate) launcher: Vec<Launchable>,
    /// What was typed when that was found.
    pub(crate) launcher_for: Option<String>,
    /// When its thumbnails are made anew.
    pub(crate) renewal: Renewal,
    pub(crate) target: Target,
    /// What programs want pictures of.
    pub(crate) captures: Captures,
    pub(crate) painter: ScenePainter,
    pub(crate) pacer: Pacer,
    /// The way to its pages; `None` in tests of protocols.
    pub(crate) stream: Option<Stream>,
    /// When the first change since the last tick came.
    pub(crate) changed: Option<Instant>,
    /// When the latest change came.
    pub(crate) latest: Instant,
    /// The last picture was not taken by an encoder: it is to be sent again as it is.
    pub(crate) unsent: bool,
    /// The next picture is drawn whole.
    pub(crate) redraw_all: bool,
    /// Fires when the pacer said to ask again.
    pub(crate) timer: Option<(Instant, RegistrationToken)>,
    /// Counts the pictures, for presentation feedback.
    pub(crate) sequence: u64,
    /// What the pages that see it were told to draw for a pointer.
    pub(crate) cursor: Option<CursorImage>,
    /// Its place in the row.
    slot: u16,
    global: GlobalId,
    size: Size<i32, Physical>,
    scale: f64,
}

/// What a screen is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    /// Its name in the hierarchy.
    pub id: OutputId,
    /// Its place in the row, from 0.
    pub slot: u16,
    /// Physical pixels.
    pub size: Size<i32, Physical>,
    /// Physical pixels per logical pixel.
    pub scale: f64,
    /// Pictures a second at most.
    pub fps: u32,
}

impl Screen {
    /// An output that clients know of from now on. It draws text with `letters`.
    pub(crate) fn new(display: &DisplayHandle, gpu: &Gpu, theme: &Theme, letters: &Letters, setup: Setup) -> Self {
        let Setup { id, slot, size, scale, fps } = setup;
        let output = Output::new(
            format!("TOS-{}", slot + 1),
            PhysicalProperties {
                size: (0, 0).into(),
                subpixel: Subpixel::None,
                make: "TOS".into(),
                model: "headless".into(),
            },
        );
        let global = output.create_global::<State>(display);
        let mut screen = Self {
            id,
            output,
            interface: Interface::default(),
            view: View::empty(theme.bg),
            untold: true,
            seen: HashMap::new(),
            outdated: true,
            launcher: Vec::new(),
            launcher_for: None,
            renewal: Renewal::default(),
            target: Target::new(gpu, size),
            captures: Captures::default(),
            painter: ScenePainter::sharing(letters),
            pacer: Pacer::new(fps),
            stream: None,
            changed: Some(Instant::now()),
            latest: Instant::now(),
            unsent: false,
            redraw_all: true,
            timer: None,
            sequence: 0,
            cursor: None,
            slot,
            global,
            size,
            scale,
        };
        screen.announce(fps);
        screen
    }

    /// Physical pixels.
    pub fn size(&self) -> Size<i32, Physical> {
        self.size
    }

    /// Physical pixels per logical pixel.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Logical pixels.
    pub fn logical_size(&self) -> Size<i32, Logical> {
        self.size.to_f64().to_logical(self.scale).to_i32_round()
    }

    /// Its upper left corner in the space that all screens lie in. Views, pieces and what the interface hears of are
    /// relative to it; pointer, fingers and pen are not.
    pub fn origin(&self) -> Point<i32, Logical> {
        Point::from((i32::from(self.slot) * APART, 0))
    }

    /// A point of the space as one of this screen.
    pub(crate) fn local(&self, at: Point<f64, Logical>) -> Point<f64, Logical> {
        at - self.origin().to_f64()
    }

    /// The point of the space nearest to a point of this screen; never quite on its far edge.
    pub(crate) fn inside(&self, local: Point<f64, Logical>) -> Point<f64, Logical> {
        let size = self.logical_size().to_f64();
        let within = |value: f64, length: f64| value.clamp(0.0, (length - 1.0 / 256.0).max(0.0));
        self.origin().to_f64() + Point::from((within(local.x, size.w), within(local.y, size.h)))
    }

    /// What is seen, as it was last laid out.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// A camera is on its way: the next picture differs without anything being done.
    pub fn moving(&self) -> bool {
        self.view.moving
    }

    /// A window at the bottom of its stack is seen at its own pace.
    pub(crate) fn shows_live(&self, place: WindowId) -> bool {
        self.seen.get(&place) == Some(&Shown::Live)
    }

    /// What is behind everything, premultiplied.
    pub(crate) fn background(&self) -> [f32; 4] {
        self.view.background.premultiplied()
    }

    /// Someone watches it.
    pub(crate) fn watched(&self) -> bool {
        self.stream.as_ref().is_some_and(Stream::watched)
    }

    /// Its name among pages.
    pub(crate) fn key(&self) -> Option<OutputKey> {
        self.stream.as_ref().map(Stream::key)
    }

    /// The interface, and what it knows of the world.
    pub(crate) fn apart<'a>(&'a mut self, shell: &'a Shell) -> (&'a mut Interface, Sight<'a>) {
        let desktop = &shell.desktop;
        let own = desktop.output(self.id).and_then(|output| desktop.viewport(output.focused));
        let viewport = own.unwrap_or_else(|| desktop.focused_viewport());
        (&mut self.interface, self.view.sight(desktop, viewport, &shell.shells, &self.launcher))
    }

    /// Something may have changed since it was last drawn.
    pub fn wants_frame(&self) -> bool {
        self.changed.is_some()
    }

    /// Something visible may have changed: the next tick comes as soon as pacing allows.
    pub fn damage(&mut self) {
        self.latest = Instant::now();
        self.changed.get_or_insert(self.latest);
    }

    fn announce(&mut self, fps: u32) {
        let mode = Mode { size: self.size, refresh: fps as i32 * 1000 };
        for old in self.output.modes() {
            if old != mode {
                self.output.delete_mode(old);
            }
        }
        self.output.change_current_state(
            Some(mode),
            Some(Transform::Normal),
            Some(Scale::Fractional(self.scale)),
            Some(self.origin()),
        );
        self.output.set_preferred(mode);
    }
}

impl State {
    /// The screen that has the keyboard.
    pub fn screen(&self) -> &Screen {
        self.screens.get(self.shell.desktop.focused_output().id).unwrap_or_else(|| self.screens.first())
    }

    /// The screen that has the keyboard.
    pub fn screen_mut(&mut self) -> &mut Screen {
        let focused = self.shell.desktop.focused_output().id;
        self.screens.get_or_first_mut(focused)
    }

    /// Gives the first picture another size: clients are told, and the next picture is a whole one.
    ///
    /// Returns whether anything changed.
    pub fn resize(&mut self, size: Size<i32, Physical>, scale: f64) -> bool {
        self.resize_on(self.screens.first().id, size, scale)
    }

    /// Gives a picture another size.
    ///
    /// Returns whether anything changed.
    pub fn resize_on(&mut self, screen: OutputId, size: Size<i32, Physical>, scale: f64) -> bool {
        let (size, scale) = sane(size, scale);
        let fps = self.options.fps;
        let Some(screen) = self.screens.get_mut(screen).filter(|screen| (screen.size, screen.scale) != (size, scale))
        else {
            return false;
        };
        (screen.size, screen.scale) = (size, scale);
        screen.target.resize(size);
        screen.captures.history.forget();
        screen.redraw_all = true;
        screen.announce(fps);
        let id = screen.id;
        self.relayout();
        self.announce_size(id);
        self.constrain_captures(Subject::Screen(id));
        self.tell_heads();
        true
    }
}

/// Size and scale as they can be drawn. I420 halves both sides, so both are even.
fn sane(size: Size<i32, Physical>, scale: f64) -> (Size<i32, Physical>, f64) {
    let size = Size::from((size.w.clamp(64, 7680) & !1, size.h.clamp(64, 4320) & !1));
    let scale = if scale.is_finite() { (scale * 120.0).round() / 120.0 } else { 1.0 }.clamp(0.5, 4.0);
    (size, scale)
}
