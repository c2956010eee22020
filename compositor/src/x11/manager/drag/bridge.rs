//! The window manager as a Wayland client: over X windows, what others drag is offered to a surface of ours, and goes on
//! in X's own words. Requests are sent and answered as they come; nothing is waited for.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction};
use wayland_client::backend::{ReadEventsGuard, WaylandError};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_data_offer::{self, WlDataOffer};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, WlSeat};
use wayland_client::protocol::wl_surface::{self, WlSurface};
use wayland_client::{Connection, Dispatch, Proxy as _, QueueHandle, WEnum, event_created_child};

use crate::x11::manager::selection::{LONGEST_TYPE, MOST_TYPES};
use crate::x11::manager::{Failed, Manager};
use crate::x11::words::Word;

/// The version of `wl_data_device_manager` that knows actions.
const VERSION: u32 = 3;

/// See the module.
#[derive(Debug)]
pub(in crate::x11::manager) struct Bridge {
    connection: Connection,
    compositor: Option<WlCompositor>,
    seat: Option<WlSeat>,
    manager: Option<WlDataDeviceManager>,
    device: Option<WlDataDevice>,
    surface: Option<WlSurface>,
    /// Announced, and not over our surface yet.
    coming: Option<Offer>,
    pub(super) offer: Option<Offer>,
}

/// What is dragged over our surface.
#[derive(Debug)]
pub(super) struct Offer {
    object: WlDataOffer,
    pub(super) types: Vec<String>,
    actions: DndAction,
    serial: u32,
    pub(super) dropped: bool,
}

impl Offer {
    /// The program would take it, or would not.
    pub(super) fn answer(&self, preferred: Option<DndAction>) {
        if self.dropped {
            return;
        }
        match preferred {
            Some(preferred) => {
                self.object.accept(self.serial, self.types.first().cloned());
                let actions = self.actions & (DndAction::Copy | DndAction::Move);
                let preferred = if actions.contains(preferred) { preferred } else { DndAction::Copy };
                self.object.set_actions(actions, preferred);
            }
            None => {
                self.object.accept(self.serial, None);
                self.object.set_actions(DndAction::empty(), DndAction::empty());
            }
        }
    }

    /// Has it written to `into`.
    pub(super) fn receive(&self, mime: &str, into: &OwnedFd) {
        self.object.receive(mime.to_owned(), into.as_fd());
    }

    /// It is over; `well` if the program has all that it wanted.
    pub(super) fn end(self, well: bool) {
        if well && self.dropped {
            self.object.finish();
        }
        self.object.destroy();
    }
}

impl Bridge {
    /// Connects over `stream`.
    pub(in crate::x11::manager) fn new(
        stream: UnixStream,
        handle: &LoopHandle<'static, Manager>,
    ) -> Result<Self, Failed> {
        let connection = Connection::from_socket(stream).map_err(io::Error::other)?;
        let mut queue = connection.new_event_queue::<Manager>();
        connection.display().get_registry(&queue.handle(), ());
        connection.flush().map_err(io::Error::other)?;
        let readable = connection.as_fd().try_clone_to_owned()?;
        let source = Generic::new(readable, Interest::READ, Mode::Level);
        let inserted = handle.insert_source(source, move |_, _, manager: &mut Manager| {
            let read = queue.prepare_read().map_or(Ok(0), ReadEventsGuard::read);
            let well = match read {
                Err(WaylandError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => true,
                Err(_) => false,
                Ok(_) => true,
            };
            if !well || queue.dispatch_pending(manager).is_err() {
                tracing::debug!("nothing can be dragged to X windows any more");
                manager.drags.bridge = None;
                return Ok(PostAction::Remove);
            }
            manager.flush_bridge();
            Ok(PostAction::Continue)
        });
        inserted.map_err(|error| error.error)?;
        Ok(Self {
            connection,
            compositor: None,
            seat: None,
            manager: None,
            device: None,
            surface: None,
            coming: None,
            offer: None,
        })
    }

    fn complete(&mut self, queue: &QueueHandle<Manager>) -> Option<u32> {
        let (compositor, seat, manager) = (self.compositor.as_ref()?, self.seat.as_ref()?, self.manager.as_ref()?);
        if self.device.is_some() {
            return None;
        }
        self.device = Some(manager.get_data_device(seat, queue, ()));
        let surface = self.surface.insert(compositor.create_surface(queue, ()));
        Some(surface.id().protocol_id())
    }
}

impl Manager {
    pub(in crate::x11::manager) fn flush_bridge(&self) {
        if let Some(bridge) = &self.drags.bridge
            && let Err(error) = bridge.connection.flush()
        {
            tracing::debug!(%error, "a drag does not go on");
        }
    }

    fn bridge_event(&mut self, event: wl_data_device::Event) -> Result<(), Failed> {
        let Some(bridge) = &mut self.drags.bridge else { return Ok(()) };
        match event {
            wl_data_device::Event::DataOffer { id } => {
                let actions = DndAction::empty();
                bridge.coming = Some(Offer { object: id, types: Vec::new(), actions, serial: 0, dropped: false });
            }
            wl_data_device::Event::Enter { serial, id: Some(id), .. } => {
                let Some(offer) = bridge.coming.take_if(|offer| offer.object == id) else { return Ok(()) };
                if let Some(old) = bridge.offer.replace(Offer { serial, ..offer }) {
                    old.end(false);
                }
                return self.drag_entered();
            }
            wl_data_device::Event::Leave => return self.drag_left(),
            wl_data_device::Event::Drop => {
                // The last word of where it is has come before, and may not be heard yet.
                self.handle.insert_idle(|manager| {
                    let dropped = manager.drag_dropped();
                    manager.note(dropped);
                    manager.flush_bridge();
                });
            }
            wl_data_device::Event::Selection { id: Some(id) } => {
                bridge.coming = bridge.coming.take().filter(|offer| offer.object != id);
                id.destroy();
            }
            _ => {}
        }
        Ok(())
    }
}

impl Dispatch<WlRegistry, ()> for Manager {
    fn event(
        manager: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        let wl_registry::Event::Global { name, interface, version } = event else { return };
        let Some(bridge) = &mut manager.drags.bridge else { return };
        match &*interface {
            "wl_compositor" => bridge.compositor = Some(registry.bind(name, version.min(4), queue, ())),
            "wl_seat" => bridge.seat = Some(registry.bind(name, version.min(5), queue, ())),
            "wl_data_device_manager" if version >= VERSION => {
                bridge.manager = Some(registry.bind(name, VERSION, queue, ()));
            }
            _ => return,
        }
        if let Some(surface) = bridge.complete(queue) {
            let said = manager.say(Word::Bridge { surface });
            manager.note(said);
        }
    }
}

impl Dispatch<WlDataDevice, ()> for Manager {
    fn event(
        manager: &mut Self,
        _: &WlDataDevice,
        event: wl_data_device::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let done = manager.bridge_event(event);
        manager.note(done);
    }

    event_created_child!(Manager, WlDataDevice, [wl_data_device::EVT_DATA_OFFER_OPCODE => (WlDataOffer, ())]);
}

impl Dispatch<WlDataOffer, ()> for Manager {
    fn event(
        manager: &mut Self,
        object: &WlDataOffer,
        event: wl_data_offer::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let Some(bridge) = &mut manager.drags.bridge else { return };
        let mut offers = bridge.coming.iter_mut().chain(&mut bridge.offer);
        let Some(offer) = offers.find(|offer| offer.object == *object) else { return };
        match event {
            wl_data_offer::Event::Offer { mime_type }
                if offer.types.len() < MOST_TYPES && mime_type.len() <= LONGEST_TYPE =>
            {
                offer.types.push(mime_type);
            }
            wl_data_offer::Event::SourceActions { source_actions: WEnum::Value(actions) } => offer.actions = actions,
            _ => {}
        }
    }
}

wayland_client::delegate_noop!(Manager: WlCompositor);
wayland_client::delegate_noop!(Manager: WlDataDeviceManager);

impl Dispatch<WlSeat, ()> for Manager {
    fn event(_: &mut Self, _: &WlSeat, _: wl_seat::Event, (): &(), _: &Connection, _: &QueueHandle<Self>) {}
}

impl Dispatch<WlSurface, ()> for Manager {
    fn event(_: &mut Self, _: &WlSurface, _: wl_surface::Event, (): &(), _: &Connection, _: &QueueHandle<Self>) {}
}
