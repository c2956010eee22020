//! The one picture of the session: its size and scale, what is drawn on it, and when.

use std::time::Instant;

use calloop::RegistrationToken;
use smithay::desktop::utils::with_surfaces_surface_tree;
use smithay::output::{Mode, Output, PhysicalProperties, Scale, Subpixel};
use smithay::reexports::wayland_server::DisplayHandle;
use smithay::utils::{Logical, Physical, Size, Transform};
use smithay::wayland::fractional_scale::with_fractional_scale;

use crate::pacing::Pacer;
use crate::render::{Gpu, ScenePainter, Target};
use crate::state::State;

/// An output without a display behind it.
pub struct Screen {
    /// What clients see.
    pub output: Output,
    pub(crate) target: Target,
    pub(crate) painter: ScenePainter,
    pub(crate) pacer: Pacer,
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
    size: Size<i32, Physical>,
    scale: f64,
}

impl Screen {
    /// An output of `size` physical pixels with `scale` of them to a logical one.
    pub fn new(display: &DisplayHandle, gpu: &Gpu, size: Size<i32, Physical>, scale: f64, fps: u32) -> Self {
        let output = Output::new(
            "TOS-1".into(),
            PhysicalProperties {
                size: (0, 0).into(),
                subpixel: Subpixel::None,
                make: "TOS".into(),
                model: "headless".into(),
            },
        );
        output.create_global::<State>(display);
        let mut screen = Self {
            output,
            target: Target::new(gpu, size),
            painter: ScenePainter::new(),
            pacer: Pacer::new(fps),
            changed: Some(Instant::now()),
            latest: Instant::now(),
            unsent: false,
            redraw_all: true,
            timer: None,
            sequence: 0,
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
            Some((0, 0).into()),
        );
        self.output.set_preferred(mode);
    }
}

impl State {
    /// Gives the picture another size: clients are told, and the next picture is a whole one.
    ///
    /// Returns whether anything changed.
    pub fn resize(&mut self, size: Size<i32, Physical>, scale: f64) -> bool {
        // I420 halves both sides, so both are even.
        let size = Size::from((size.w.clamp(64, 7680) & !1, size.h.clamp(64, 4320) & !1));
        let scale = if scale.is_finite() { (scale * 120.0).round() / 120.0 } else { 1.0 }.clamp(0.5, 4.0);
        if (size, scale) == (self.screen.size, self.screen.scale) {
            return false;
        }
        (self.screen.size, self.screen.scale) = (size, scale);
        self.screen.target.resize(size);
        self.screen.redraw_all = true;
        self.screen.announce(self.options.fps);
        for window in self.shell.windows() {
            with_surfaces_surface_tree(window.toplevel.wl_surface(), |surface, states| {
                smithay::wayland::compositor::send_surface_state(
                    surface,
                    states,
                    scale.ceil() as i32,
                    Transform::Normal,
                );
                with_fractional_scale(states, |fractional| fractional.set_preferred_scale(scale));
            });
        }
        self.relayout();
        self.announce_size();
        true
    }
}
