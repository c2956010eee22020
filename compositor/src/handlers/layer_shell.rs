//! `zwlr_layer_shell_v1`: surfaces of the output itself, such as bars and launchers. What becomes of them is decided in
//! [`crate::layers`].

use smithay::delegate_layer_shell;
use smithay::reexports::wayland_server::protocol::wl_output::WlOutput;
use smithay::wayland::shell::wlr_layer::{Layer, LayerSurface, WlrLayerShellHandler, WlrLayerShellState};
use smithay::wayland::shell::xdg::PopupSurface;

use crate::state::State;

impl WlrLayerShellHandler for State {
    fn shell_state(&mut self) -> &mut WlrLayerShellState {
        &mut self.globals.layer_shell
    }

    fn new_layer_surface(&mut self, surface: LayerSurface, output: Option<WlOutput>, _layer: Layer, namespace: String) {
        self.add_layer(surface, output.as_ref(), namespace);
    }

    fn new_popup(&mut self, _parent: LayerSurface, popup: PopupSurface) {
        // It was told of before it had a parent.
        self.unconstrain(&popup);
    }

    fn layer_destroyed(&mut self, surface: LayerSurface) {
        self.remove_layer(&surface);
    }
}

delegate_layer_shell!(State);
