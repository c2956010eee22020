//! `xdg_toplevel_tag_v1`: what a window is for, in words of its program. It is kept with the surface.

use smithay::delegate_xdg_toplevel_tag;
use smithay::wayland::xdg_toplevel_tag::XdgToplevelTagHandler;

use crate::state::State;

impl XdgToplevelTagHandler for State {}

delegate_xdg_toplevel_tag!(State);
