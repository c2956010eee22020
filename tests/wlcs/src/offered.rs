//! What the suite is told that there is to test: every global that a client of a session sees.

use std::ffi::CString;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;

use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::{Connection, Dispatch, QueueHandle};

use crate::ffi::{Descriptor, Extension};
use crate::server::Server;

struct Asked(Descriptor);

// SAFETY: it points to what is never changed nor freed.
unsafe impl Send for Asked {}
// SAFETY: as above.
unsafe impl Sync for Asked {}

/// Found out once, by a client.
pub fn descriptor() -> *const Descriptor {
    static DESCRIPTOR: OnceLock<Asked> = OnceLock::new();
    let asked = DESCRIPTOR.get_or_init(|| {
        let extensions: &'static [Extension] = Box::leak(globals().into_boxed_slice());
        Asked(Descriptor { version: 1, num_extensions: extensions.len(), extensions: extensions.as_ptr() })
    });
    &asked.0
}

fn globals() -> Vec<Extension> {
    let server = Server::start().expect("a session");
    let stream = UnixStream::from(server.connect().expect("a connection"));
    let connection = Connection::from_socket(stream).expect("a connection");
    let (globals, _) = registry_queue_init::<Nobody>(&connection).expect("the globals");
    let extension = |name: &str, version| {
        let name = CString::new(name).expect("a name of the protocol").into_raw();
        Extension { name, version }
    };
    let all = globals.contents().clone_list();
    drop((globals, connection));
    server.stop();
    all.iter().map(|global| extension(&global.interface, global.version)).collect()
}

/// Takes no further part.
struct Nobody;

impl Dispatch<WlRegistry, GlobalListContents> for Nobody {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}
