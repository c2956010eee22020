//! Pointer motion, buttons and wheel.

use lcars_ui::operation::Operation;
use smithay::backend::input::{
    Axis, AxisSource, ButtonState, Event, InputBackend, PointerAxisEvent, PointerButtonEvent, PointerMotionEvent,
};
use smithay::input::pointer::{AxisFrame, CursorIcon, CursorImageStatus, MotionEvent, PointerHandle};
use smithay::utils::{Logical, Point, SERIAL_COUNTER};

use crate::session::terminals::pointer::Scrolled;
use crate::state::State;

/// Linux `BTN_LEFT`.
pub(crate) const BTN_LEFT: u32 = 0x110;
/// What one notch of a wheel scrolls when the device tells no distance, logical pixels.
const NOTCH: f64 = 15.0;
/// The same on the interface, where browsers say how far a page would scroll.
const WHEEL_NOTCH: f64 = 120.0;

impl State {
    fn pointer(&self) -> Option<PointerHandle<Self>> {
        self.seat.get_pointer()
    }

    pub(super) fn pointer_absolute<B: InputBackend>(&mut self, event: &B::PointerMotionAbsoluteEvent) {
        if self.dropping.holds_pointer() {
            return;
        }
        let location = self.position(event);
        let Some(pointer) = self.pointer() else { return };
        if let Some(location) = self.hand_moved(&pointer, location, event.time()) {
            self.move_pointer(location, event.time_msec());
        }
    }

    pub(super) fn pointer_relative<B: InputBackend>(&mut self, event: &B::PointerMotionEvent) {
        let Some(pointer) = self.pointer() else { return };
        let deltas = (event.delta(), event.delta_unaccel());
        if let Some(location) = self.hand_pushed(&pointer, deltas, event.time()) {
            self.move_pointer(location, event.time_msec());
        }
    }

    pub(crate) fn move_pointer(&mut self, location: Point<f64, Logical>, time: u32) {
        let Some(pointer) = self.pointer() else { return };
        self.pointer_appears();
        self.last_touch = None;
        let on = self.screens.at(location).id;
        let elsewhere = std::mem::replace(&mut self.pointer_on, on) != on;
        // What was pressed on the interface stays with it until it is released.
        let held = self.screens.at(location).interface_holds();
        let focus = if held { None } else { self.surface_at(location) };
        if !held && focus.is_none() && !pointer.is_grabbed() && self.terminal_motion(location, time) {
            self.interface_left(location);
            self.set_cursor(CursorImageStatus::Named(CursorIcon::Text));
        } else if focus.is_none() && !pointer.is_grabbed() {
            self.interface_moved(location);
            let hovered = self.screens.at(location).interface.hovered;
            let icon = if hovered.is_some() { CursorIcon::Pointer } else { CursorIcon::Default };
            self.set_cursor(CursorImageStatus::Named(icon));
        } else {
            self.interface_left(location);
        }
        self.pointer_over = focus.clone();
        let focus = self.drag_focus(focus, location);
        let motion = MotionEvent { location, serial: SERIAL_COUNTER.next_serial(), time };
        // smithay's grab of a popup that is gone finds that out by a motion, and lets go where the pointer was before.
        pointer.set_location(location);
        pointer.motion(self, focus, &motion);
        pointer.frame(self);
        if elsewhere {
            // What it looks like may be the same, but who is to draw it is not.
            self.send_cursor();
        }
        if self.dnd_icon.is_some() {
            self.screens.damage();
        }
    }

    /// What is under the pointer may have changed without its moving.
    pub fn refresh_pointer_focus(&mut self) {
        let Some(pointer) = self.pointer() else { return };
        // While a button is held, whoever it was pressed on keeps the pointer. The grab of a popup has no button.
        if pointer.grab_start_data().is_some_and(|start| start.button != 0) {
            return;
        }
        let under = self.surface_at(pointer.current_location());
        // The same surface may lie elsewhere, so that the pointer is at another place of it.
        if under.is_none() || under != self.pointer_over || under.map(|(surface, _)| surface) != pointer.current_focus()
        {
            self.nudge_pointer();
        }
    }

    /// Moves the pointer to where it is, if it has been anywhere. A grab that has ended finds out by that.
    pub(crate) fn nudge_pointer(&mut self) {
        if let Some(pointer) = self.pointer().filter(|_| !self.pointer_is_nowhere()) {
            self.move_pointer(pointer.current_location(), self.clock.now().as_millis());
        }
    }

    pub(super) fn pointer_button<B: InputBackend>(&mut self, event: &B::PointerButtonEvent) {
        let Some(pointer) = self.pointer() else { return };
        let pressed = event.state() == ButtonState::Pressed;
        if pressed {
            self.press_frees(&pointer);
        }
        let location = pointer.current_location();
        let code = event.button_code();
        if !pressed {
            let held = &mut self.pressed_on_programs;
            if let Some(at) = held.iter().position(|(held, _)| *held == code) {
                let (_, told) = held.swap_remove(at);
                self.release_on_program(&pointer, &told, code, event.time_msec());
            } else if !self.terminal_button(location, code, false, event.time_msec()) {
                self.interface_released(location, code);
                self.refresh_pointer_focus();
            }
            return;
        }
        if !pointer.is_grabbed() {
            match self.surface_at(location) {
                Some((surface, _)) => self.focus_surface(&surface, location),
                None => {
                    self.leave_layers();
                    if self.point_at_modal(location) {
                        return;
                    }
                    if !self.terminal_button(location, code, true, event.time_msec()) {
                        self.interface_pressed(location, code);
                    }
                    return;
                }
            }
        }
        let told = self.press_on_program(&pointer, code, event.time_msec());
        self.pressed_on_programs.push((code, told));
    }

    /// Gives the keyboard to the window of a surface that was touched at a place, unless it has it or a popup holds it.
    pub(super) fn focus_surface(
        &mut self,
        surface: &smithay::reexports::wayland_server::protocol::wl_surface::WlSurface,
        at: Point<f64, Logical>,
    ) {
        let grabbed = self.seat.get_keyboard().is_some_and(|keyboard| keyboard.is_grabbed());
        if grabbed || self.layer_touched(surface) {
            return;
        }
        self.focus_pane_at(at);
        if self.lock.is_locked() {
            self.refocus_keyboard();
            return;
        }
        self.raise_floating(surface);
        if let Some(id) = self.shell.window_of(surface)
            && self.shell.focused() != Some(id)
        {
            // One of a window and its dialogs; what can be touched is in focus as a whole.
            let activate = Operation::Activate { window: id };
            if self.operate(&activate).is_err() {
                self.focus_window(id);
            }
        }
    }

    pub(super) fn pointer_axis<B: InputBackend>(&mut self, event: &B::PointerAxisEvent) {
        let Some(pointer) = self.pointer() else { return };
        let location = pointer.current_location();
        if !pointer.is_grabbed() && self.is_made_elsewhere(location) {
            // As a press does. What is scrolled further is the window.
            self.focus_pane_at(location);
            return;
        }
        if !pointer.is_grabbed() && self.surface_at(location).is_none() {
            if self.modal_at(location).is_some() {
                return;
            }
            let notches = || event.amount_v120(Axis::Vertical).unwrap_or(0.0) * WHEEL_NOTCH / 120.0;
            let amount = event.amount(Axis::Vertical).filter(|amount| *amount != 0.0).unwrap_or_else(notches);
            let scrolled = |axis| match event.amount_v120(axis).filter(|v120| *v120 != 0.0) {
                Some(v120) => Scrolled::Notches(v120 / 120.0),
                None => Scrolled::Distance(event.amount(axis).unwrap_or(0.0)),
            };
            let both = (scrolled(Axis::Horizontal), scrolled(Axis::Vertical));
            if self.terminal_scroll(location, both, event.time_msec()) {
                return;
            }
            if !self.wheel_scrolls(location, amount) {
                self.wheel_zoom(location, amount);
            }
            return;
        }
        let mut frame = AxisFrame::new(event.time_msec()).source(event.source());
        for axis in [Axis::Horizontal, Axis::Vertical] {
            let v120 = event.amount_v120(axis);
            let amount = event.amount(axis).unwrap_or_else(|| v120.unwrap_or(0.0) * NOTCH / 120.0);
            if amount != 0.0 {
                frame = frame.relative_direction(axis, event.relative_direction(axis)).value(axis, amount);
                if let Some(v120) = v120 {
                    frame = frame.v120(axis, v120 as i32);
                }
            } else if event.source() == AxisSource::Finger && event.amount(axis) == Some(0.0) {
                frame = frame.stop(axis);
            }
        }
        pointer.axis(self, frame);
        pointer.frame(self);
    }
}
