//! `zwp_tablet_v2`: pens with pressure and tilt.

use smithay::backend::input::TabletToolDescriptor;
use smithay::delegate_tablet_manager;
use smithay::input::pointer::CursorImageStatus;
use smithay::wayland::tablet_manager::TabletSeatHandler;

use crate::state::State;

impl TabletSeatHandler for State {
    fn tablet_tool_image(&mut self, _tool: &TabletToolDescriptor, image: CursorImageStatus) {
        // The page has one pointer: the pen's picture takes its place.
        self.set_cursor(image);
    }
}

delegate_tablet_manager!(State);
