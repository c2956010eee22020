//! The pen: a tablet tool for programs that know tablets, which also moves the pointer for those that do not.

use smithay::backend::input::{
    Event, InputBackend, ProximityState, TabletToolButtonEvent, TabletToolEvent, TabletToolProximityEvent,
    TabletToolTipEvent, TabletToolTipState,
};
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::SERIAL_COUNTER;
use smithay::wayland::tablet_manager::{TabletDescriptor, TabletSeatTrait, TabletToolHandle};

use super::pointer::BTN_LEFT;
use super::press::Told;
use crate::state::State;

/// What the tip of the pen was pressed on.
#[derive(Debug, Default)]
pub(crate) enum Tip {
    #[default]
    Lifted,
    /// A program that knows pens.
    Tablet,
    /// One for which it is a mouse.
    Pointer(Told),
    Interface,
}

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
        let (Some(tool), Some(pointer)) = (self.seat.tablet_seat().get_tool(&event.tool()), self.seat.get_pointer())
        else {
            return;
        };
        match event.tip_state() {
            TabletToolTipState::Down => {
                self.lift_tip(&tool, event.time_msec());
                let location = pointer.current_location();
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
                        self.pen_tip = Tip::Interface;
                        return;
                    }
                }
                if focus.is_some_and(|(surface, _)| self.knows_tablets(&surface)) {
                    tool.tip_down(SERIAL_COUNTER.next_serial(), event.time_msec());
                    self.pen_tip = Tip::Tablet;
                } else {
                    self.pen_tip = Tip::Pointer(self.press_on_program(&pointer, BTN_LEFT, event.time_msec()));
                }
            }
            TabletToolTipState::Up => self.lift_tip(&tool, event.time_msec()),
        }
    }

    /// Whoever was told that the tip came down is told that it is lifted, whatever else is pressed by then.
    fn lift_tip(&mut self, tool: &TabletToolHandle, time: u32) {
        let Some(pointer) = self.seat.get_pointer() else { return };
        match std::mem::take(&mut self.pen_tip) {
            Tip::Lifted => {}
            Tip::Tablet => tool.tip_up(time),
            Tip::Pointer(told) => self.release_on_program(&pointer, &told, BTN_LEFT, time),
            Tip::Interface => self.interface_released(pointer.current_location(), BTN_LEFT),
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

    pub(super) fn pen_button<B: InputBackend>(&mut self, event: &B::TabletToolButtonEvent) {
        if let Some(tool) = self.seat.tablet_seat().get_tool(&event.tool()) {
            tool.button(event.button(), event.button_state(), SERIAL_COUNTER.next_serial(), event.time_msec());
        }
    }
}
