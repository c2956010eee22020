//! The compositor as a module of wlcs, the Wayland conformance suite: `make wlcs` loads it into the suite's runner.
//!
//! Each test gets a real session of its own, with a real device and the seat that the product has; windows are where the
//! test puts them, see `compositor/src/shell/floating.rs`. Pointer and finger come as the events of a page.

mod devices;
mod ffi;
mod offered;
mod server;

use std::ffi::{c_char, c_int};
use std::os::fd::IntoRawFd;

use ffi::{Descriptor, DisplayServer, Integration, Opaque, Pointer, Touch};
use server::Server;

/// The symbol that wlcs looks for.
#[unsafe(no_mangle)]
pub static wlcs_server_integration: Integration = Integration { version: 1, create_server, destroy_server };

/// What a pointer to a [`DisplayServer`] of ours points to in truth: the hooks are the first of it.
#[repr(C)]
struct Hooked {
    hooks: DisplayServer,
    server: Option<Server>,
}

extern "C" fn create_server(_: c_int, _: *const *const c_char) -> *mut DisplayServer {
    // As in every program of Rust: who writes to a pipe that nobody reads is told so, and lives.
    // SAFETY: ignoring a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    let hooks = DisplayServer {
        version: 3,
        start,
        stop,
        create_client_socket,
        position_window_absolute,
        create_pointer,
        create_touch,
        get_descriptor,
        start_on_this_thread: None,
    };
    Box::into_raw(Box::new(Hooked { hooks, server: None })).cast()
}

extern "C" fn destroy_server(server: *mut DisplayServer) {
    // SAFETY: `create_server` made it with `Box::into_raw`, and wlcs forgets it now.
    drop(unsafe { Box::from_raw(server.cast::<Hooked>()) });
}

/// What is behind a pointer that wlcs hands back.
fn hooked<'a>(server: *mut DisplayServer) -> &'a mut Hooked {
    // SAFETY: `create_server` made it and `destroy_server` has not been called; wlcs calls from one thread, and none of
    // the hooks calls another one.
    unsafe { &mut *server.cast::<Hooked>() }
}

extern "C" fn start(server: *mut DisplayServer) {
    match Server::start() {
        Ok(started) => hooked(server).server = Some(started),
        Err(error) => eprintln!("the session does not start: {error}"),
    }
}

extern "C" fn stop(server: *mut DisplayServer) {
    hooked(server).server.take().into_iter().for_each(Server::stop);
}

extern "C" fn create_client_socket(server: *mut DisplayServer) -> c_int {
    let connected = hooked(server).server.as_ref().and_then(|server| server.connect().ok());
    connected.map_or(-1, IntoRawFd::into_raw_fd)
}

extern "C" fn position_window_absolute(
    server: *mut DisplayServer,
    display: *mut Opaque,
    surface: *mut Opaque,
    x: c_int,
    y: c_int,
) {
    // SAFETY: wlcs hands over a display and a surface of libwayland-client that live.
    let (client, surface) = unsafe { (ffi::wl_display_get_fd(display), ffi::wl_proxy_get_id(surface)) };
    if let Some(server) = &hooked(server).server {
        server.commands().run(move |desk| desk.place(client, surface, (x, y)));
    }
}

extern "C" fn create_pointer(server: *mut DisplayServer) -> *mut Pointer {
    let server = hooked(server).server.as_ref();
    server.map_or(std::ptr::null_mut(), |server| devices::pointer(server.commands()))
}

extern "C" fn create_touch(server: *mut DisplayServer) -> *mut Touch {
    let server = hooked(server).server.as_ref();
    server.map_or(std::ptr::null_mut(), |server| devices::touch(server.commands()))
}

extern "C" fn get_descriptor(_: *const DisplayServer) -> *const Descriptor {
    offered::descriptor()
}
