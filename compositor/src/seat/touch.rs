//! Fingers on the picture.

use smithay::backend::input::TouchSlot;
use smithay::backend::input::{Event, InputBackend, TouchEvent};
use smithay::input::touch::{DownEvent, MotionEvent, UpEvent};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, SERIAL_COUNTER};

use crate::state::State;

/// One that touches a surface.
#[derive(Debug)]
pub(crate) struct Finger {
    slot: TouchSlot,
    /// Where the seat has it.
    told: Point<f64, Logical>,
    /// The surface it landed on, if that is seen smaller than it is, and its corner as seen from there. The seat keeps that
    /// corner until the finger is lifted, so it is told of a finger that moves as if the surface were as large as it is.
    on: Option<(WlSurface, Point<f64, Logical>)>,
    /// Where it landed.
    landed: Point<f64, Logical>,
}

impl State {
    /// Where the seat has to have a finger that is at this place.
    fn finger_told(&self, slot: TouchSlot, at: Point<f64, Logical>) -> Point<f64, Logical> {
        let finger = self.fingers.iter().find(|finger| finger.slot == slot);
        let on = finger.and_then(|finger| Some((finger, finger.on.as_ref()?)));
        let spot = on.and_then(|(finger, (surface, corner))| Some((self.spot_of(surface, finger.landed)?, *corner)));
        spot.map_or(at, |(spot, corner)| corner + spot.local(at))
    }

    pub(super) fn touch_down<B: InputBackend>(&mut self, event: &B::TouchDownEvent) {
        let Some(touch) = self.seat.get_touch() else { return };
        let (slot, location) = (event.slot(), self.position(event));
        self.last_touch = Some(location);
        let focus = self.surface_at(location);
        match &focus {
            // A program may show less than its window has room for.
            _ if self.interface_called(location) => return,
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
        let reduced = |on: &(WlSurface, _)| self.spot_of(&on.0, location).is_some_and(|spot| spot.is_reduced());
        let on = focus.clone().filter(reduced);
        self.fingers.push(Finger { slot, told: location, on, landed: location });
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
        let told = self.finger_told(slot, location);
        let focus = self.surface_at(location).map(|(surface, corner)| (surface, corner + (told - location)));
        let focus = self.drag_focus(focus, told);
        self.fingers.iter_mut().filter(|finger| finger.slot == slot).for_each(|finger| finger.told = told);
        touch.motion(self, focus, &MotionEvent { slot, location: told, time: event.time_msec() });
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
        self.fingers.retain(|finger| finger.slot != up.slot);
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
        for Finger { slot, told, .. } in std::mem::take(&mut self.fingers) {
            touch.motion(self, None, &MotionEvent { slot, location: told, time });
        }
        touch.cancel(self);
    }
}
