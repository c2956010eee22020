//! The pen: a tablet tool for programs that know tablets, which also moves the pointer for those that do not.

use smithay::backend::input::{
    ButtonState, Event, InputBackend, ProximityState, TabletToolButtonEvent, TabletToolEvent, TabletToolProximityEvent,
    TabletToolTipEvent, TabletToolTipState,
};
use smithay::input::pointer::ButtonEvent;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::SERIAL_COUNTER;
use smithay::wayland::tablet_manager::{TabletDescriptor, TabletSeatTrait};

use super::pointer::BTN_LEFT;
use crate::state::State;

impl State {
    pub(super) fn pen_proximity<B: InputBackend>(&mut self, event: &B::TabletToolProximityEvent) {
        let location = self.position(event);
        let display = self.display.clone();
        let tablets = self.seat.tablet_seat();
        let tablet = tablets.add_tablet::<Self>(&display, &TabletDescriptor::from(&event.device()));
        let tool = tablets.add_tool::<Self>(self, &display, &event.tool());
        self.move_pointer(location, event.time_msec());
        match (event.state(), self.surface_at(location)) {
            (ProximityState::In, Some(focus)) => {
                tool.proximity_in(location, focus, &tablet, SERIAL_COUNTER.next_serial(), event.time_msec());
            }
            (ProximityState::In, None) => {}
            (ProximityState::Out, _) => tool.proximity_out(event.time_msec()),
        }
    }

    pub(super) fn pen_axis<B: InputBackend>(&mut self, event: &B::TabletToolAxisEvent) {
        let location = self.position(event);
        self.move_pointer(location, event.time_msec());
        let tablets = self.seat.tablet_seat();
        let tablet = tablets.get_tablet(&TabletDescriptor::from(&event.device()));
        let (Some(tablet), Some(tool)) = (tablet, tablets.get_tool(&event.tool())) else { return };
        if event.pressure_has_changed() {
            tool.pressure(event.pressure());
        }
        if event.tilt_has_changed() {
            tool.tilt(event.tilt());
        }
        if event.distance_has_changed() {
            tool.distance(event.distance());
        }
        let focus = self.surface_at(location);
        tool.motion(location, focus, &tablet, SERIAL_COUNTER.next_serial(), event.time_msec());
    }

    pub(super) fn pen_tip<B: InputBackend>(&mut self, event: &B::TabletToolTipEvent) {
        let Some(tool) = self.seat.tablet_seat().get_tool(&event.tool()) else { return };
        match event.tip_state() {
            TabletToolTipState::Down => {
                let location = self.seat.get_pointer().map(|pointer| pointer.current_location()).unwrap_or_default();
                let focus = self.surface_at(location);
                match &focus {
                    Some((surface, _)) => self.focus_surface(surface, location),
                    None => {
                        self.end_popup_grab();
                        self.leave_layers();
                        if self.point_at_modal(location) {
                            return;
                        }
                        self.interface_pressed(location, BTN_LEFT);
                        return;
                    }
                }
                if focus.is_some_and(|(surface, _)| self.knows_tablets(&surface)) {
                    tool.tip_down(SERIAL_COUNTER.next_serial(), event.time_msec());
                } else {
                    self.press_pointer(true, event.time_msec());
                }
            }
            TabletToolTipState::Up => {
                let location = self.seat.get_pointer().map(|pointer| pointer.current_location()).unwrap_or_default();
                if self.screens.at(location).interface_holds() {
                    self.interface_released(location, BTN_LEFT);
                    return;
                }
                tool.tip_up(event.time_msec());
                self.press_pointer(false, event.time_msec());
            }
        }
    }

    /// Whether the program of a surface asked for tablets. For one that did not, the pen is a mouse.
    fn knows_tablets(&self, surface: &WlSurface) -> bool {
        let Some(client) = surface.client() else { return false };
        let mut known = false;
        let asked = self.display.backend_handle().with_all_objects_for(client.id(), |object| {
            known |= object.interface().name == "zwp_tablet_seat_v2";
        });
        asked.is_ok() && known
    }

    /// Presses or releases the left button, once each.
    fn press_pointer(&mut self, pressed: bool, time: u32) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        if std::mem::replace(&mut self.pen_presses, pressed) == pressed {
            return;
        }
        let state = if pressed { ButtonState::Pressed } else { ButtonState::Released };
        let serial = SERIAL_COUNTER.next_serial();
        pointer.button(self, &ButtonEvent { serial, time, button: BTN_LEFT, state });
        if pressed {
            self.hold_press(&pointer, serial);
        }
        pointer.frame(self);
    }

    pub(super) fn pen_button<B: InputBackend>(&mut self, event: &B::TabletToolButtonEvent) {
        if let Some(tool) = self.seat.tablet_seat().get_tool(&event.tool()) {
            tool.button(event.button(), event.button_state(), SERIAL_COUNTER.next_serial(), event.time_msec());
        }
    }
}
