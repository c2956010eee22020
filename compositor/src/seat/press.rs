//! A button that is held on a window which is seen smaller than it is.
//!
//! smithay's own grab keeps the corner that the surface had when the button went down, and tells distances from there as
//! they are in the picture. Here the place on the surface is found anew at each motion.

use smithay::input::pointer::{
    AxisFrame, ButtonEvent, Focus, GestureHoldBeginEvent, GestureHoldEndEvent, GesturePinchBeginEvent,
    GesturePinchEndEvent, GesturePinchUpdateEvent, GestureSwipeBeginEvent, GestureSwipeEndEvent,
    GestureSwipeUpdateEvent, GrabStartData, MotionEvent, PointerGrab, PointerHandle, PointerInnerHandle,
    RelativeMotionEvent,
};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Point, Serial};

use crate::state::State;

/// Where the pointer is: a surface, and its corner as seen from there.
type On = Option<(WlSurface, Point<f64, Logical>)>;

struct Press {
    start: GrabStartData<State>,
}

impl State {
    /// A button went down with this serial and holds the pointer since.
    pub(super) fn hold_press(&mut self, pointer: &PointerHandle<Self>, serial: Serial) {
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
