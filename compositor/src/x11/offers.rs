//! What an X program drags, offered to the windows of others. The pointer stays with the X server meanwhile, so this is no
//! grab of ours: the program below is told of the drag and of nothing else.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use smithay::reexports::wayland_server::backend::protocol::Message;
use smithay::reexports::wayland_server::backend::{ClientId, Handle, ObjectData, ObjectId};
use smithay::reexports::wayland_server::protocol::wl_data_device::WlDataDevice;
use smithay::reexports::wayland_server::protocol::wl_data_device_manager::DndAction;
use smithay::reexports::wayland_server::protocol::wl_data_offer::{self, WlDataOffer};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{DisplayHandle, Resource};
use smithay::utils::{IsAlive, Logical, Point, SERIAL_COUNTER};

use super::words::{Order, Selected, Taken};
use crate::state::State;

/// The window that a drag is over.
#[derive(Debug)]
pub(super) struct Offered {
    surface: WlSurface,
    devices: Vec<WlDataDevice>,
    offer: Arc<Offer>,
}

/// What is offered to one program, and what it has said.
#[derive(Debug)]
struct Offer {
    types: Vec<String>,
    said: Mutex<Said>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Said {
    refused: bool,
    action: Option<Taken>,
    /// It was let go there.
    dropped: bool,
    /// It is over.
    ended: bool,
}

impl Said {
    fn taken(self) -> Option<Taken> {
        self.action.filter(|_| !self.refused)
    }
}

impl Offer {
    fn said<T>(&self, with: impl FnOnce(&mut Said) -> T) -> T {
        with(&mut self.said.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// What an X program drags is over this window now, or over none.
    pub(super) fn carry(&mut self, focus: Option<(WlSurface, Point<f64, Logical>)>, location: Point<f64, Logical>) {
        let Some(server) = &self.x11.server else { return };
        let Some(carried) = server.drags.carried.as_ref().filter(|carried| !carried.dropped) else { return };
        let focus = focus.filter(|(surface, _)| !server.has(surface));
        let before = carried.offered.as_ref().map(|offered| offered.surface.clone());
        let Some((surface, corner)) = focus else { return self.leave_carried() };
        let at = location - corner;
        if before.as_ref() == Some(&surface) {
            let time = self.clock.now().as_millis();
            let devices = carried.offered.iter().flat_map(|offered| &offered.devices);
            return devices.for_each(|device| device.motion(time, at.x, at.y));
        }
        let types = carried.types.clone();
        self.leave_carried();
        let offered = self.offer_carried(surface, at, types);
        if let Some(carried) = self.x11.server.as_mut().and_then(|server| server.drags.carried.as_mut()) {
            carried.offered = offered;
        }
    }

    fn offer_carried(&self, surface: WlSurface, at: Point<f64, Logical>, types: Vec<String>) -> Option<Offered> {
        let client = surface.client()?;
        let handle = self.display.backend_handle();
        let mut devices = Vec::new();
        let all = handle.with_all_objects_for(client.id(), |object| {
            if object.interface().name == WlDataDevice::interface().name {
                devices.push(object);
            }
        });
        all.ok()?;
        let devices = devices.into_iter().filter_map(|object| WlDataDevice::from_id(&self.display, object).ok());
        let devices: Vec<WlDataDevice> = devices.collect();
        let offer = Arc::new(Offer { types, said: Mutex::default() });
        for device in &devices {
            let data: Arc<dyn ObjectData<Self>> = Arc::clone(&offer) as _;
            let (kind, version) = (WlDataOffer::interface(), device.version());
            let made = handle.create_object::<Self>(client.id(), kind, version, data).ok();
            let Some(object) = made.and_then(|id| WlDataOffer::from_id(&self.display, id).ok()) else { continue };
            device.data_offer(&object);
            offer.types.iter().for_each(|name| object.offer(name.clone()));
            if version >= wl_data_offer::EVT_SOURCE_ACTIONS_SINCE {
                object.source_actions(DndAction::Copy | DndAction::Move);
            } else {
                // It knows of nothing else.
                offer.said(|said| said.action = Some(Taken::Copy));
            }
            device.enter(SERIAL_COUNTER.next_serial().into(), &surface, at.x, at.y, Some(&object));
        }
        Some(Offered { surface, devices, offer })
    }

    /// What an X program drags is over no window of others.
    pub(super) fn leave_carried(&mut self) {
        let Some(server) = &mut self.x11.server else { return };
        let carried = server.drags.carried.as_mut().filter(|carried| !carried.dropped);
        let Some(offered) = carried.and_then(|carried| carried.offered.take()) else { return };
        offered.offer.said(|said| said.ended = true);
        offered.devices.iter().filter(|device| device.is_alive()).for_each(WlDataDevice::leave);
        server.order(Order::DragAnswer { taken: None });
    }

    /// What an X program dragged was let go.
    pub(super) fn drop_carried(&mut self) {
        let Some(carried) = self.x11.server.as_mut().and_then(|server| server.drags.carried.as_mut()) else { return };
        let taken = carried.offered.as_ref().and_then(|offered| offered.offer.said(|said| said.taken()));
        let Some(offered) = carried.offered.as_ref().filter(|offered| taken.is_some() && offered.surface.alive())
        else {
            self.leave_carried();
            return self.x11_drag_done(false);
        };
        carried.dropped = true;
        offered.offer.said(|said| said.dropped = true);
        for device in &offered.devices {
            device.drop();
            device.leave();
        }
    }

    /// A program has said something of what an X program drags.
    fn carried_said(&mut self, offer: &Arc<Offer>, object: &WlDataOffer, request: wl_data_offer::Request) {
        let Some(server) = &self.x11.server else { return };
        let before = offer.said(|said| *said);
        match request {
            wl_data_offer::Request::Accept { mime_type, .. } => {
                offer.said(|said| said.refused = !mime_type.is_some_and(|name| offer.types.contains(&name)));
            }
            wl_data_offer::Request::SetActions { dnd_actions, preferred_action } => {
                let can = dnd_actions.into_result().unwrap_or(DndAction::empty());
                let preferred = preferred_action.into_result().unwrap_or(DndAction::empty());
                let action = match () {
                    () if can.contains(DndAction::Move) && preferred == DndAction::Move => Some(Taken::Move),
                    () if can.contains(DndAction::Copy) => Some(Taken::Copy),
                    () if can.contains(DndAction::Move) => Some(Taken::Move),
                    () => None,
                };
                if before.dropped {
                    return;
                }
                offer.said(|said| said.action = action);
                object.action(match action {
                    Some(Taken::Copy) => DndAction::Copy,
                    Some(Taken::Move) => DndAction::Move,
                    None => DndAction::empty(),
                });
            }
            wl_data_offer::Request::Receive { mime_type, fd } if !before.ended && offer.types.contains(&mime_type) => {
                server.order(Order::Paste { target: Selected::Drag, mime: mime_type, into: fd });
            }
            wl_data_offer::Request::Finish => {
                if !before.dropped || before.ended || before.taken().is_none() {
                    object.post_error(wl_data_offer::Error::InvalidFinish, "nothing was dropped that was taken");
                } else {
                    self.carried_ended(offer, true);
                }
                return;
            }
            // Those who do not know how to say that they are done are done then.
            wl_data_offer::Request::Destroy if before.dropped && !before.ended => {
                let well = object.version() < wl_data_offer::REQ_FINISH_SINCE;
                return self.carried_ended(offer, well);
            }
            _ => {}
        }
        let now = offer.said(|said| *said);
        if now.taken() != before.taken() && !now.ended && !now.dropped {
            server.order(Order::DragAnswer { taken: now.taken() });
        }
    }

    fn carried_ended(&mut self, offer: &Arc<Offer>, well: bool) {
        offer.said(|said| said.ended = true);
        let carried = self.x11.server.as_ref().and_then(|server| server.drags.carried.as_ref());
        let offered = carried.and_then(|carried| carried.offered.as_ref());
        if offered.is_some_and(|offered| Arc::ptr_eq(&offered.offer, offer)) {
            self.x11_drag_done(well);
        }
    }
}

impl ObjectData<State> for Offer {
    fn request(
        self: Arc<Self>,
        handle: &Handle,
        state: &mut State,
        _client: ClientId,
        message: Message<ObjectId, OwnedFd>,
    ) -> Option<Arc<dyn ObjectData<State>>> {
        let display = DisplayHandle::from(handle.clone());
        if let Ok((object, request)) = WlDataOffer::parse_request(&display, message) {
            state.carried_said(&self, &object, request);
        }
        None
    }

    fn destroyed(self: Arc<Self>, _: &Handle, state: &mut State, _: ClientId, _: ObjectId) {
        // Its program is gone, if it did not end it.
        if self.said(|said| said.dropped && !said.ended) {
            state.carried_ended(&self, false);
        }
    }
}
