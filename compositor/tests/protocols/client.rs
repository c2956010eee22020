//! A Wayland client that does nothing by itself: a test sends what it likes and reads what came.

use std::any::Any;
use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use rustix::fs::{MemfdFlags, memfd_create};
use wayland_client::backend::protocol::ProtocolError;
use wayland_client::backend::{ObjectData, ObjectId, WaylandError};
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_callback::WlCallback;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_data_offer::WlDataOffer;
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_shm::{self, WlShm};
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Dispatch, EventQueue, Proxy, QueueHandle};
use wayland_protocols::ext::data_control::v1::client::ext_data_control_offer_v1::ExtDataControlOfferV1;
use wayland_protocols::ext::foreign_toplevel_list::v1::client::ext_foreign_toplevel_handle_v1::ExtForeignToplevelHandleV1;
use wayland_protocols::wp::primary_selection::zv1::client::zwp_primary_selection_offer_v1::ZwpPrimarySelectionOfferV1;
use wayland_protocols::wp::tablet::zv2::client::{
    zwp_tablet_pad_v2::ZwpTabletPadV2, zwp_tablet_tool_v2::ZwpTabletToolV2, zwp_tablet_v2::ZwpTabletV2,
};
use wayland_protocols_wlr::data_control::v1::client::zwlr_data_control_offer_v1::ZwlrDataControlOfferV1;
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_head_v1::ZwlrOutputHeadV1;
use wayland_protocols_wlr::output_management::v1::client::zwlr_output_mode_v1::ZwlrOutputModeV1;

use wayland_protocols_wlr::foreign_toplevel::v1::client::zwlr_foreign_toplevel_handle_v1::ZwlrForeignToplevelHandleV1;

/// Everything that came and that no test has asked for yet, in order.
#[derive(Default)]
pub struct Log(Vec<(ObjectId, Box<dyn Any>)>);

/// One connection.
pub struct Client {
    connection: Connection,
    queue: EventQueue<Log>,
    log: Log,
    registry: WlRegistry,
    globals: Vec<(u32, String, u32)>,
    /// For requests that make objects.
    pub qh: QueueHandle<Log>,
}

/// Every event of every protocol is written down.
impl<I> Dispatch<I, ()> for Log
where
    I: Proxy + 'static,
    I::Event: 'static,
{
    fn event(log: &mut Self, proxy: &I, event: I::Event, (): &(), _: &Connection, _: &QueueHandle<Self>) {
        log.0.push((proxy.id(), Box::new(event)));
    }

    /// The interfaces of those few objects that the compositor makes.
    fn event_created_child(opcode: u16, qh: &QueueHandle<Self>) -> Arc<dyn ObjectData> {
        match (I::interface().name, opcode) {
            ("ext_data_control_device_v1", _) => qh.make_data::<ExtDataControlOfferV1, ()>(()),
            ("wl_data_device", _) => qh.make_data::<WlDataOffer, ()>(()),
            ("zwp_primary_selection_device_v1", _) => qh.make_data::<ZwpPrimarySelectionOfferV1, ()>(()),
            ("zwlr_data_control_device_v1", _) => qh.make_data::<ZwlrDataControlOfferV1, ()>(()),
            ("zwlr_output_head_v1", _) => qh.make_data::<ZwlrOutputModeV1, ()>(()),
            ("zwlr_output_manager_v1", _) => qh.make_data::<ZwlrOutputHeadV1, ()>(()),
            ("zwp_tablet_seat_v2", 0) => qh.make_data::<ZwpTabletV2, ()>(()),
            ("zwp_tablet_seat_v2", 1) => qh.make_data::<ZwpTabletToolV2, ()>(()),
            ("zwp_tablet_seat_v2", _) => qh.make_data::<ZwpTabletPadV2, ()>(()),
            ("ext_foreign_toplevel_list_v1", _) => qh.make_data::<ExtForeignToplevelHandleV1, ()>(()),
            ("zwlr_foreign_toplevel_manager_v1", _) => qh.make_data::<ZwlrForeignToplevelHandleV1, ()>(()),
            (name, _) => panic!("say here what {name} makes"),
        }
    }
}

impl Client {
    pub(crate) fn new(stream: UnixStream) -> Self {
        let connection = Connection::from_socket(stream).unwrap();
        let queue = connection.new_event_queue();
        let qh = queue.handle();
        let registry = connection.display().get_registry(&qh, ());
        Self { connection, queue, log: Log::default(), registry, globals: Vec::new(), qh }
    }

    /// Sends what was requested.
    pub fn flush(&mut self) {
        match self.connection.flush() {
            Err(WaylandError::Io(error)) if error.kind() != std::io::ErrorKind::WouldBlock => {
                // The compositor hung up. What it said before that is still to be read.
            }
            _ => {}
        }
    }

    /// Takes in what has come, without waiting for more.
    pub(crate) fn read(&mut self) {
        if let Some(guard) = self.connection.prepare_read() {
            // Nothing there, or hung up: whoever expects an answer finds that it does not come.
            let _ = guard.read();
        }
        let _ = self.queue.dispatch_pending(&mut self.log);
    }

    /// Asks for an event on the returned object once everything so far has been handled.
    pub fn sync(&mut self) -> WlCallback {
        self.connection.display().sync(&self.qh, ())
    }

    /// How this client broke the protocol, if it did.
    pub fn error(&self) -> Option<ProtocolError> {
        self.connection.protocol_error()
    }

    /// Takes what came for one object since the last call.
    pub fn events<I>(&mut self, of: &I) -> Vec<I::Event>
    where
        I: Proxy,
        I::Event: 'static,
    {
        let id = of.id();
        let (wanted, rest) = std::mem::take(&mut self.log.0).into_iter().partition(|(of, _)| *of == id);
        self.log.0 = rest;
        wanted.into_iter().map(|(_, event): (_, Box<dyn Any>)| *event.downcast().unwrap()).collect()
    }

    /// Lets go of everything that came.
    pub fn forget(&mut self) {
        self.log.0.clear();
    }

    /// What the compositor offers: interface and version.
    pub fn globals(&mut self) -> Vec<(String, u32)> {
        self.update_globals();
        self.globals.iter().map(|(_, interface, version)| (interface.clone(), *version)).collect()
    }

    fn update_globals(&mut self) {
        for event in self.events(&self.registry.clone()) {
            match event {
                wl_registry::Event::Global { name, interface, version } => {
                    self.globals.push((name, interface, version));
                }
                wl_registry::Event::GlobalRemove { name } => self.globals.retain(|global| global.0 != name),
                _ => {}
            }
        }
    }

    /// Binds a global at the highest version that both sides know.
    pub fn bind<I>(&mut self) -> I
    where
        I: Proxy + 'static,
        I::Event: 'static,
    {
        self.bind_at(I::interface().version)
    }

    /// Binds a global as a client would that knows it up to `version`.
    pub fn bind_at<I>(&mut self, version: u32) -> I
    where
        I: Proxy + 'static,
        I::Event: 'static,
    {
        self.update_globals();
        let interface = I::interface().name;
        let global = self.globals.iter().find(|(_, name, _)| name == interface);
        let (name, _, offered) = global.unwrap_or_else(|| panic!("{interface} is not offered"));
        self.registry.bind(*name, version.min(*offered), &self.qh, ())
    }

    /// Binds that global of its kind which was announced last.
    pub fn bind_last<I>(&mut self) -> I
    where
        I: Proxy + 'static,
        I::Event: 'static,
    {
        self.update_globals();
        let global = self.globals.iter().rfind(|(_, name, _)| name == I::interface().name);
        let (name, _, offered) = global.expect("it is offered");
        self.registry.bind(*name, I::interface().version.min(*offered), &self.qh, ())
    }

    /// A surface without a role.
    pub fn surface(&mut self) -> WlSurface {
        self.bind::<WlCompositor>().create_surface(&self.qh, ())
    }

    /// The seat; what came for it tells its capabilities.
    pub fn seat(&mut self) -> WlSeat {
        self.bind()
    }

    /// A pool over `file`, whatever its true length.
    pub fn pool(&mut self, file: &File, length: i32) -> WlShmPool {
        self.bind::<WlShm>().create_pool(file.as_fd(), length, &self.qh, ())
    }

    /// A picture in `format` of which each pixel's four bytes are what `pixel` says.
    pub fn picture(
        &mut self,
        (width, height): (i32, i32),
        format: wl_shm::Format,
        pixel: impl Fn(i32, i32) -> [u8; 4],
    ) -> WlBuffer {
        let bytes: Vec<u8> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
        let file = memory(&bytes);
        let pool = self.pool(&file, bytes.len() as i32);
        let buffer = pool.create_buffer(0, width, height, width * 4, format, &self.qh, ());
        pool.destroy();
        buffer
    }

    /// A picture of one colour, premultiplied `0xAARRGGBB`.
    pub fn colour(&mut self, size: (i32, i32), argb: u32) -> WlBuffer {
        self.picture(size, wl_shm::Format::Argb8888, |_, _| argb.to_le_bytes())
    }
}

/// A file in memory with these bytes.
pub fn memory(bytes: &[u8]) -> File {
    let file = File::from(memfd_create("test", MemfdFlags::CLOEXEC).unwrap());
    file.write_all_at(bytes, 0).unwrap();
    file
}
