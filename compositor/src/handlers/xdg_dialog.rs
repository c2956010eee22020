//! `xdg_dialog_v1`: a dialog without which its window cannot go on. What that means is decided in [`crate::shell`].

use smithay::delegate_xdg_dialog;
use smithay::wayland::shell::xdg::ToplevelSurface;
use smithay::wayland::shell::xdg::dialog::XdgDialogHandler;

use crate::state::State;

impl XdgDialogHandler for State {
    fn modal_changed(&mut self, _toplevel: ToplevelSurface, _is_modal: bool) {
        self.modality_changed();
    }
}

delegate_xdg_dialog!(State);
