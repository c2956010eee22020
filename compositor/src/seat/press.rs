//! A button that is held on a program's surface.
//!
//! Only who was told of the press is told of the release, whatever lies under the pointer by then: the program may be gone, or
//! the screen locked.
//!
//! On a window that is seen smaller than it is, smithay's own grab keeps the corner that the surface had when the button went down, and tells distances from there as
//! they are in the picture. Here the place on the surface is found anew at each motion.

use smithay::backend::input::ButtonState;
use smithay::input::pointer::{
    AxisFrame, ButtonEvent, Focus, GestureHoldBeginEvent, GestureHoldEndEvent, GesturePinchBeginEvent,
    GesturePinchEndEvent, GesturePinchUpdateEvent, GestureSwipeBeginEvent, GestureSwipeEndEvent,
    GestureSwipeUpdateEvent, GrabStartData, MotionEvent, PointerGrab, PointerHandle, PointerInnerHandle,
    RelativeMotionEvent,
};
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, SERIAL_COUNTER, Serial};

use crate::state::State;

/// Where the pointer is: a surface, and its corner as seen from there.
type On = Option<(WlSurface, Point<f64, Logical>)>;

struct Press {
    start: GrabStartData<State>,
}

/// The program that was told of a press. `None`: there was none.
pub(crate) type Told = Option<ClientId>;

/// The program that the pointer is with.
fn whose(pointer: &PointerHandle<State>) -> Told {
    Some(pointer.current_focus()?.client()?.id())
}

impl State {
    /// A button goes down on whatever has the pointer. Who was told: keep it for [`Self::release_on_program`].
    pub(super) fn press_on_program(&mut self, pointer: &PointerHandle<Self>, button: u32, time: u32) -> Told {
        let serial = SERIAL_COUNTER.next_serial();
        pointer.button(self, &ButtonEvent { serial, time, button, state: ButtonState::Pressed });
        let told = whose(pointer);
        self.hold_press(pointer, serial);
        pointer.frame(self);
        told
    }

    /// A button comes up whose press this program was told of.
    pub(super) fn release_on_program(&mut self, pointer: &PointerHandle<Self>, told: &Told, button: u32, time: u32) {
        let serial = SERIAL_COUNTER.next_serial();
        // A grab knows itself who is to be told.
        if !pointer.is_grabbed() && whose(pointer) != *told {
            pointer.motion(self, None, &MotionEvent { location: pointer.current_location(), serial, time });
        }
        pointer.button(self, &ButtonEvent { serial, time, button, state: ButtonState::Released });
        pointer.frame(self);
        self.x11_let_go();
        // What was dragged on kept the pointer until now.
        self.refresh_pointer_focus();
    }

    /// A button went down with this serial and holds the pointer since.
    fn hold_press(&mut self, pointer: &PointerHandle<Self>, serial: Serial) {
        let Some(start) = pointer.grab_start_data().filter(|_| pointer.has_grab(serial)) else { return };
        let spot = start.focus.as_ref().and_then(|(surface, _)| self.spot_of(surface, start.location));
        if spot.is_some_and(|spot| spot.is_reduced()) {
            pointer.set_grab(self, Press { start }, serial, Focus::Keep);
        }
    }
}

impl Press {
    /// Whoever it was pressed on, and its corner as seen from a point.
    fn held(&self, state: &State, at: Point<f64, Logical>) -> On {
        let (surface, corner) = self.start.focus.clone()?;
        let spot = state.spot_of(&surface, self.start.location);
        Some((surface, spot.map_or(corner, |spot| at - spot.local(at))))
    }
}

impl PointerGrab<State> for Press {
    fn motion(&mut self, state: &mut State, handle: &mut PointerInnerHandle<'_, State>, _: On, event: &MotionEvent) {
        let held = self.held(state, event.location);
        handle.motion(state, held, event);
    }

    fn relative_motion(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        focus: On,
        event: &RelativeMotionEvent,
    ) {
        handle.relative_motion(state, focus, event);
    }

    fn button(&mut self, state: &mut State, handle: &mut PointerInnerHandle<'_, State>, event: &ButtonEvent) {
        handle.button(state, event);
        if handle.current_pressed().is_empty() {
            handle.unset_grab(self, state, event.serial, event.time, false);
        }
    }

    fn axis(&mut self, state: &mut State, handle: &mut PointerInnerHandle<'_, State>, details: AxisFrame) {
        handle.axis(state, details);
    }

    fn frame(&mut self, state: &mut State, handle: &mut PointerInnerHandle<'_, State>) {
        handle.frame(state);
    }

    fn gesture_swipe_begin(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GestureSwipeBeginEvent,
    ) {
        handle.gesture_swipe_begin(state, event);
    }

    fn gesture_swipe_update(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GestureSwipeUpdateEvent,
    ) {
        handle.gesture_swipe_update(state, event);
    }

    fn gesture_swipe_end(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GestureSwipeEndEvent,
    ) {
        handle.gesture_swipe_end(state, event);
    }

    fn gesture_pinch_begin(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GesturePinchBeginEvent,
    ) {
        handle.gesture_pinch_begin(state, event);
    }

    fn gesture_pinch_update(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GesturePinchUpdateEvent,
    ) {
        handle.gesture_pinch_update(state, event);
    }

    fn gesture_pinch_end(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GesturePinchEndEvent,
    ) {
        handle.gesture_pinch_end(state, event);
    }

    fn gesture_hold_begin(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GestureHoldBeginEvent,
    ) {
        handle.gesture_hold_begin(state, event);
    }

    fn gesture_hold_end(
        &mut self,
        state: &mut State,
        handle: &mut PointerInnerHandle<'_, State>,
        event: &GestureHoldEndEvent,
    ) {
        handle.gesture_hold_end(state, event);
    }

    fn start_data(&self) -> &GrabStartData<State> {
        &self.start
    }

    fn unset(&mut self, _state: &mut State) {}
}
