//! Fingers on the picture.

use smithay::backend::input::{Event, InputBackend, TouchEvent};
use smithay::input::touch::{DownEvent, MotionEvent, UpEvent};
use smithay::utils::SERIAL_COUNTER;

use crate::state::State;

impl State {
    pub(super) fn touch_down<B: InputBackend>(&mut self, event: &B::TouchDownEvent) {
        let Some(touch) = self.seat.get_touch() else { return };
        let (slot, location) = (event.slot(), self.position(event));
        self.last_touch = Some(location);
        let focus = self.surface_at(location);
        match &focus {
            Some(_) if self.interface_called(location) => return,
            Some((surface, _)) => self.focus_surface(&surface.clone(), location),
            None => {
                // A tap beside a menu closes it, as a click does.
                self.end_popup_grab();
                self.leave_layers();
                if self.point_at_modal(location) {
                    return;
                }
                if self.terminal_touched_by(slot, location) {
                    return;
                }
                if self.tapping.is_none() {
                    self.tapping = Some((slot, self.screens.at(location).id));
                    self.interface_touched(location);
                }
                return;
            }
        }
        let down = DownEvent { slot, location, serial: SERIAL_COUNTER.next_serial(), time: event.time_msec() };
        self.fingers.push((down.slot, location));
        touch.down(self, focus, &down);
    }

    pub(super) fn touch_motion<B: InputBackend>(&mut self, event: &B::TouchMotionEvent) {
        let Some(touch) = self.seat.get_touch() else { return };
        let location = self.position(event);
        let slot = event.slot();
        if self.tapping.is_some_and(|(tapping, _)| tapping == slot) {
            self.interface_dragged(location);
            return;
        }
        if self.terminal_finger_moved(slot, location, event.time_msec()) {
            return;
        }
        let focus = self.surface_at(location);
        self.fingers.iter_mut().filter(|finger| finger.0 == slot).for_each(|finger| finger.1 = location);
        touch.motion(self, focus, &MotionEvent { slot, location, time: event.time_msec() });
    }

    pub(super) fn touch_up<B: InputBackend>(&mut self, event: &B::TouchUpEvent) {
        let Some(touch) = self.seat.get_touch() else { return };
        let slot = event.slot();
        if let Some((_, screen)) = self.tapping.take_if(|(tapping, _)| *tapping == slot) {
            self.interface_lifted(screen);
            return;
        }
        if self.terminal_finger_lifted(slot, event.time_msec()) {
            return;
        }
        let up = UpEvent { slot, serial: SERIAL_COUNTER.next_serial(), time: event.time_msec() };
        self.fingers.retain(|finger| finger.0 != up.slot);
        touch.up(self, &up);
    }

    pub(super) fn touch_frame(&mut self) {
        if let Some(touch) = self.seat.get_touch() {
            touch.frame(self);
        }
    }

    pub(super) fn touch_cancel(&mut self) {
        let Some(touch) = self.seat.get_touch() else { return };
        if let Some((_, screen)) = self.tapping.take() {
            self.interface_cancelled(screen);
        }
        self.terminal_finger_cancelled();
        let time = self.clock.now().as_millis();
        // smithay 0.7 cancels only fingers that did something since the last frame; the others would touch for ever.
        for (slot, location) in std::mem::take(&mut self.fingers) {
            touch.motion(self, None, &MotionEvent { slot, location, time });
        }
        touch.cancel(self);
    }
}
