//! What `display_server.h`, `pointer.h` and `touch.h` of wlcs declare.
//!
//! By hand: the crate of that name links libwayland, and with it every binary of this workspace would.

use std::ffi::{c_char, c_int};

/// `wl_fixed_t`: 24.8.
pub type Fixed = i32;

/// `wl_display` or `wl_surface` of libwayland-client.
pub enum Opaque {}

/// One global: name and version.
#[repr(C)]
pub struct Extension {
    pub name: *const c_char,
    pub version: u32,
}

/// What the server can do.
#[repr(C)]
pub struct Descriptor {
    pub version: u32,
    pub num_extensions: usize,
    pub extensions: *const Extension,
}

/// The hooks of a server.
#[repr(C)]
pub struct DisplayServer {
    pub version: u32,
    pub start: extern "C" fn(*mut DisplayServer),
    pub stop: extern "C" fn(*mut DisplayServer),
    pub create_client_socket: extern "C" fn(*mut DisplayServer) -> c_int,
    pub position_window_absolute: extern "C" fn(*mut DisplayServer, *mut Opaque, *mut Opaque, c_int, c_int),
    pub create_pointer: extern "C" fn(*mut DisplayServer) -> *mut Pointer,
    pub create_touch: extern "C" fn(*mut DisplayServer) -> *mut Touch,
    pub get_descriptor: extern "C" fn(*const DisplayServer) -> *const Descriptor,
    pub start_on_this_thread: Option<extern "C" fn(*mut DisplayServer, *mut Opaque)>,
}

/// The hooks of a mouse.
#[repr(C)]
pub struct Pointer {
    pub version: u32,
    pub move_absolute: extern "C" fn(*mut Pointer, Fixed, Fixed),
    pub move_relative: extern "C" fn(*mut Pointer, Fixed, Fixed),
    pub button_up: extern "C" fn(*mut Pointer, c_int),
    pub button_down: extern "C" fn(*mut Pointer, c_int),
    pub destroy: extern "C" fn(*mut Pointer),
}

/// The hooks of a finger.
#[repr(C)]
pub struct Touch {
    pub version: u32,
    pub touch_down: extern "C" fn(*mut Touch, Fixed, Fixed),
    pub touch_move: extern "C" fn(*mut Touch, Fixed, Fixed),
    pub touch_up: extern "C" fn(*mut Touch),
    pub destroy: extern "C" fn(*mut Touch),
}

/// The symbol that wlcs looks for.
#[repr(C)]
pub struct Integration {
    pub version: u32,
    pub create_server: extern "C" fn(c_int, *const *const c_char) -> *mut DisplayServer,
    pub destroy_server: extern "C" fn(*mut DisplayServer),
}

// Of libwayland-client, which wlcs is linked with.
unsafe extern "C" {
    pub fn wl_display_get_fd(display: *mut Opaque) -> c_int;
    pub fn wl_proxy_get_id(proxy: *mut Opaque) -> u32;
}
