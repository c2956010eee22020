//! Swipe and pinch: of three fingers, or over the interface, they move the camera; else they are passed on to the surface
//! under the pointer.

use smithay::backend::input::{
    Event, GestureBeginEvent, GestureEndEvent, GesturePinchUpdateEvent as _, GestureSwipeUpdateEvent as _, InputBackend,
};
use smithay::input::pointer::{
    GesturePinchBeginEvent, GesturePinchEndEvent, GesturePinchUpdateEvent, GestureSwipeBeginEvent,
    GestureSwipeEndEvent, GestureSwipeUpdateEvent,
};
use smithay::utils::SERIAL_COUNTER;

use crate::state::State;

/// A pinch of this many fingers is the camera's wherever it is made: programs get those of two.
const CAMERA_FINGERS: u32 = 3;

impl State {
    pub(super) fn swipe_begin<B: InputBackend>(&mut self, event: &B::GestureSwipeBeginEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let serial = SERIAL_COUNTER.next_serial();
        let begin = GestureSwipeBeginEvent { serial, time: event.time_msec(), fingers: event.fingers() };
        pointer.gesture_swipe_begin(self, &begin);
    }

    pub(super) fn swipe_update<B: InputBackend>(&mut self, event: &B::GestureSwipeUpdateEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let update = GestureSwipeUpdateEvent { time: event.time_msec(), delta: event.delta() };
        pointer.gesture_swipe_update(self, &update);
    }

    pub(super) fn swipe_end<B: InputBackend>(&mut self, event: &B::GestureSwipeEndEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        let serial = SERIAL_COUNTER.next_serial();
        let end = GestureSwipeEndEvent { serial, time: event.time_msec(), cancelled: event.cancelled() };
        pointer.gesture_swipe_end(self, &end);
    }

    pub(super) fn pinch_begin<B: InputBackend>(&mut self, event: &B::GesturePinchBeginEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        // Fingers have no pointer: they are where they landed.
        let location = self.last_touch.unwrap_or_else(|| pointer.current_location());
        let ours = event.fingers() >= CAMERA_FINGERS || self.surface_at(location).is_none();
        if ours && self.pinch_zoom_begin(location) {
            return;
        }
        let serial = SERIAL_COUNTER.next_serial();
        let begin = GesturePinchBeginEvent { serial, time: event.time_msec(), fingers: event.fingers() };
        pointer.gesture_pinch_begin(self, &begin);
    }

    pub(super) fn pinch_update<B: InputBackend>(&mut self, event: &B::GesturePinchUpdateEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        if self.hold.is_some() {
            self.pinch_zoom(event.scale());
            return;
        }
        let update = GesturePinchUpdateEvent {
            time: event.time_msec(),
            delta: event.delta(),
            scale: event.scale(),
            rotation: event.rotation(),
        };
        pointer.gesture_pinch_update(self, &update);
    }

    pub(super) fn pinch_end<B: InputBackend>(&mut self, event: &B::GesturePinchEndEvent) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        if self.hold.is_some() {
            self.pinch_zoom_end();
            return;
        }
        let serial = SERIAL_COUNTER.next_serial();
        let end = GesturePinchEndEvent { serial, time: event.time_msec(), cancelled: event.cancelled() };
        pointer.gesture_pinch_end(self, &end);
    }
}
