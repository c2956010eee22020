//! One pen for the seat, and who holds it.
//!
//! A tablet tool is either near the tablet or not, and touches or not, so two viewers cannot draw at the same time. A pen
//! that only hovers gives way to one that touches; one that touches is not interrupted.

use smithay::backend::input::{InputEvent, ProximityState, TabletToolTipState};
use streamer::protocol::PenPhase;

use super::backend::{DeviceKind, Pen, PenMoved, PenState, Remote, RemoteDevice};
use super::emit::Emit;

/// Who holds the pen, and how.
#[derive(Debug)]
pub struct PenHolder<V> {
    held: Option<Held<V>>,
}

#[derive(Debug, Clone, Copy)]
struct Held<V> {
    viewer: V,
    device: RemoteDevice,
    touches: bool,
    /// What the seat was told last; nothing yet right after the pen came near.
    told: Option<PenState>,
}

impl<V> Default for PenHolder<V> {
    fn default() -> Self {
        Self { held: None }
    }
}

impl<V: Copy + PartialEq> PenHolder<V> {
    /// `viewer` does something with a pen.
    pub fn handle(&mut self, viewer: V, phase: PenPhase, now: PenState, emit: &mut Emit) {
        if let Some(held) = self.held.filter(|held| held.viewer != viewer) {
            if held.touches || phase != PenPhase::Down {
                return;
            }
            self.leave(emit);
        }
        if self.held.is_some_and(|held| held.told.is_some_and(|told| told.eraser != now.eraser)) {
            // It was turned round: another tool.
            self.leave(emit);
        }
        let hovering = PenState { pressure: 0.0, ..now };
        match phase {
            PenPhase::Hover => {
                self.lift(hovering, emit);
                self.come_near(viewer, hovering, emit);
                self.move_to(hovering, emit);
            }
            PenPhase::Down => {
                self.come_near(viewer, now, emit);
                self.move_to(now, emit);
                self.touch(now, emit);
            }
            PenPhase::Move => {
                let touches = self.held.is_some_and(|held| held.touches);
                self.move_to(if touches { now } else { hovering }, emit);
            }
            PenPhase::Up => {
                self.move_to(hovering, emit);
                self.lift(hovering, emit);
            }
            PenPhase::Leave => self.leave(emit),
        }
    }

    /// `viewer` is gone, or no longer in the page.
    pub fn release(&mut self, viewer: V, emit: &mut Emit) {
        if self.held.is_some_and(|held| held.viewer == viewer) {
            self.leave(emit);
        }
    }

    fn come_near(&mut self, viewer: V, now: PenState, emit: &mut Emit) {
        if self.held.is_none() {
            let device = emit.device(DeviceKind::Pen);
            self.held = Some(Held { viewer, device, touches: false, told: None });
            let event = remote(device, emit, unchanged(now, ProximityState::In));
            emit.push(InputEvent::TabletToolProximity { event });
        }
    }

    /// Tells what differs from what was told last.
    fn move_to(&mut self, now: PenState, emit: &mut Emit) {
        let Some(held) = self.held.as_mut() else { return };
        let differs = |part: fn(PenState) -> f64| held.told.is_none_or(|told| part(told) != part(now));
        let what = Pen {
            now,
            pressure_changed: differs(|state| state.pressure),
            tilt_changed: (differs(|state| state.tilt.0), differs(|state| state.tilt.1)),
            did: PenMoved,
        };
        if held.told != Some(now) {
            held.told = Some(now);
            let event = remote(held.device, emit, what);
            emit.push(InputEvent::TabletToolAxis { event });
        }
    }

    fn touch(&mut self, now: PenState, emit: &mut Emit) {
        if let Some(held) = self.held.as_mut().filter(|held| !held.touches) {
            held.touches = true;
            let event = remote(held.device, emit, unchanged(now, TabletToolTipState::Down));
            emit.push(InputEvent::TabletToolTip { event });
        }
    }

    fn lift(&mut self, now: PenState, emit: &mut Emit) {
        if let Some(held) = self.held.as_mut().filter(|held| held.touches) {
            held.touches = false;
            let event = remote(held.device, emit, unchanged(now, TabletToolTipState::Up));
            emit.push(InputEvent::TabletToolTip { event });
        }
    }

    fn leave(&mut self, emit: &mut Emit) {
        // The pen is told of before it can leave, so there is a last place.
        let Some(last) = self.held.and_then(|held| held.told) else { return };
        self.lift(PenState { pressure: 0.0, ..last }, emit);
        if let Some(held) = self.held.take() {
            let event = remote(held.device, emit, unchanged(last, ProximityState::Out));
            emit.push(InputEvent::TabletToolProximity { event });
        }
    }
}

/// Its axes were told by the event before.
fn unchanged<T>(now: PenState, did: T) -> Pen<T> {
    Pen { now, pressure_changed: false, tilt_changed: (false, false), did }
}

/// On the device of the pen's holder, who need not be the viewer that the events are made for.
fn remote<T>(device: RemoteDevice, emit: &Emit, what: T) -> Remote<T> {
    Remote { time_us: emit.time_us, device, what }
}
