//! What input does: every event of every backend comes through [`State::process_input_event`], which turns it into an
//! action of the interface or into a Wayland event.

mod constraints;
mod gestures;
mod keyboard;
mod pen;
mod pointer;
mod press;
mod repeat;
mod shortcuts;
mod touch;
mod virtual_keyboard;
mod zoom;

pub use keyboard::LayoutError;

use smithay::backend::input::{AbsolutePositionEvent, InputBackend, InputEvent};
use smithay::utils::{Logical, Point};

use crate::input::backend::RemoteInput;
use crate::state::State;
use crate::x11::taking::Held;

pub(crate) use constraints::Constraints;
pub(crate) use pen::Tip;
pub(crate) use pointer::BTN_LEFT;
pub(crate) use press::Told;
pub(crate) use repeat::{DELAY as REPEAT_DELAY, RATE as REPEAT_RATE, Repeat};
pub(crate) use shortcuts::Inhibited;
pub(crate) use touch::Finger;
pub(crate) use virtual_keyboard::{Masks, VirtualKeyboards};
pub(crate) use zoom::Hold;

impl State {
    /// Handles one event of somebody's devices, now or in a moment.
    pub fn process_input_event(&mut self, event: InputEvent<RemoteInput>) {
        if let Some(Held::Input(event)) = self.hold_for_x11(Held::Input(event)) {
            self.handle_input_event(event);
        }
    }

    fn handle_input_event<B: InputBackend>(&mut self, event: InputEvent<B>) {
        self.note_activity();
        match event {
            InputEvent::Keyboard { event } => self.key::<B>(&event),
            InputEvent::PointerMotion { event } => self.pointer_relative::<B>(&event),
            InputEvent::PointerMotionAbsolute { event } => self.pointer_absolute::<B>(&event),
            InputEvent::PointerButton { event } => self.pointer_button::<B>(&event),
            InputEvent::PointerAxis { event } => self.pointer_axis::<B>(&event),
            InputEvent::GestureSwipeBegin { event } => self.swipe_begin::<B>(&event),
            InputEvent::GestureSwipeUpdate { event } => self.swipe_update::<B>(&event),
            InputEvent::GestureSwipeEnd { event } => self.swipe_end::<B>(&event),
            InputEvent::GesturePinchBegin { event } => self.pinch_begin::<B>(&event),
            InputEvent::GesturePinchUpdate { event } => self.pinch_update::<B>(&event),
            InputEvent::GesturePinchEnd { event } => self.pinch_end::<B>(&event),
            InputEvent::TouchDown { event } => self.touch_down::<B>(&event),
            InputEvent::TouchMotion { event } => self.touch_motion::<B>(&event),
            InputEvent::TouchUp { event } => self.touch_up::<B>(&event),
            InputEvent::TouchCancel { .. } => self.touch_cancel(),
            InputEvent::TouchFrame { .. } => self.touch_frame(),
            InputEvent::TabletToolAxis { event } => self.pen_axis::<B>(&event),
            InputEvent::TabletToolProximity { event } => self.pen_proximity::<B>(&event),
            InputEvent::TabletToolTip { event } => self.pen_tip::<B>(&event),
            InputEvent::TabletToolButton { event } => self.pen_button::<B>(&event),
            // Devices come and go with their viewers; hold gestures and switches have no counterpart in a page.
            InputEvent::DeviceAdded { .. }
            | InputEvent::DeviceRemoved { .. }
            | InputEvent::GestureHoldBegin { .. }
            | InputEvent::GestureHoldEnd { .. }
            | InputEvent::SwitchToggle { .. }
            | InputEvent::Special(_) => {}
        }
    }

    /// A position on the device as a point of the space that the screens lie in, on the screen that it comes from.
    fn position<B: InputBackend>(&self, event: &impl AbsolutePositionEvent<B>) -> Point<f64, Logical> {
        let screen = self.screens.get(self.input_from).unwrap_or_else(|| self.screens.first());
        screen.inside(event.position_transformed(screen.logical_size()))
    }

    /// Keeps what moves from one point to another on the screen where it was.
    fn clamp(&self, from: Point<f64, Logical>, to: Point<f64, Logical>) -> Point<f64, Logical> {
        let screen = self.screens.at(from);
        screen.inside(screen.local(to))
    }
}
