//! Files that a page's user drops on a program: a drag that the desktop itself starts.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_data_offer::WlDataOffer;
use wayland_client::protocol::wl_pointer::{self, WlPointer};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::RED;
use crate::window::Window;

const FOLDER: &str = "/home/ada/Downloads";

struct World {
    f: Fixture,
    client: Client,
    device: WlDataDevice,
    pointer: WlPointer,
    window: Window,
}

impl World {
    fn new() -> Self {
        let mut f = Fixture::new();
        let mut client = f.client();
        let seat = client.seat();
        let pointer = seat.get_pointer(&client.qh, ());
        let device = client.bind::<WlDataDeviceManager>().get_data_device(&seat, &client.qh, ());
        let window = f.window(&mut client, RED);
        Self { f, client, device, pointer, window }
    }

    fn screen(&self) -> lcars_ui::hierarchy::OutputId {
        self.f.state.screen().id
    }

    fn hold(&mut self, x: f64, y: f64) {
        let screen = self.screen();
        self.f.state.files_held(screen, x, y);
        self.f.roundtrip(&mut self.client);
    }

    fn drop_files(&mut self, names: &[&str]) {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let screen = self.screen();
        self.f.state.files_dropped(screen, 0.5, 0.5, Path::new(FOLDER), &names);
        self.f.roundtrip(&mut self.client);
    }

    fn events(&mut self) -> Vec<wl_data_device::Event> {
        self.f.roundtrip(&mut self.client);
        self.client.events(&self.device)
    }

    fn entered(&mut self) -> Option<(u32, WlDataOffer)> {
        let surface = self.window.surface.clone();
        self.events().into_iter().rev().find_map(|event| match event {
            wl_data_device::Event::Enter { serial, surface: on, id: Some(offer), .. } => {
                assert_eq!(on, surface);
                Some((serial, offer))
            }
            _ => None,
        })
    }

    fn accept(&mut self, serial: u32, offer: &WlDataOffer) {
        offer.accept(serial, Some("text/uri-list".into()));
        offer.set_actions(DndAction::Copy | DndAction::Move, DndAction::Copy);
        self.f.roundtrip(&mut self.client);
        self.f.turn();
    }

    fn receive(&mut self, offer: &WlDataOffer) -> String {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK).unwrap();
        offer.receive("text/uri-list".into(), writer.as_fd());
        self.client.flush();
        drop(writer);
        let mut reader = File::from(reader);
        let mut text = Vec::new();
        self.f.until(&mut self.client, |_| reader.read_to_end(&mut text).ok());
        String::from_utf8(text).unwrap()
    }
}

#[test]
fn files_that_are_held_over_a_program_show_that_it_takes_them_and_leave_again() {
    let mut world = World::new();
    world.hold(0.4, 0.5);
    let (serial, offer) = world.entered().expect("the program is told");
    world.accept(serial, &offer);
    world.hold(0.6, 0.5);
    let moved = world.events();
    assert!(moved.iter().any(|event| matches!(event, wl_data_device::Event::Motion { .. })), "{moved:?}");
    // They have not arrived: there is nothing to be had.
    assert_eq!(world.receive(&offer), "");
    world.f.state.files_gone();
    let events = world.events();
    assert!(events.iter().any(|event| matches!(event, wl_data_device::Event::Leave)));
    assert!(!events.iter().any(|event| matches!(event, wl_data_device::Event::Drop)), "nothing was dropped");
    // The pointer is a pointer again.
    world.client.events(&world.pointer);
    world.f.point(world.f.area().loc.x + 60, 300);
    world.f.button(LEFT, true);
    world.f.roundtrip(&mut world.client);
    let pressed = world.client.events(&world.pointer);
    assert!(pressed.iter().any(|event| matches!(event, wl_pointer::Event::Button { .. })), "{pressed:?}");
}

#[test]
fn files_that_have_arrived_are_dropped_where_they_were_let_go() {
    let mut world = World::new();
    world.hold(0.5, 0.5);
    let (serial, offer) = world.entered().unwrap();
    world.accept(serial, &offer);
    world.f.state.files_gone();
    world.events();
    world.drop_files(&["a b.txt", "../../etc/passwd", "c.png"]);
    let (serial, offer) = world.entered().expect("again, with the files");
    assert!(
        !world.events().iter().any(|event| matches!(event, wl_data_device::Event::Drop)),
        "not before it is accepted"
    );
    // Whoever moves the mouse meanwhile does not drag the files away.
    world.f.point(2, 300);
    world.accept(serial, &offer);
    assert!(world.events().iter().any(|event| matches!(event, wl_data_device::Event::Drop)));
    let list = world.receive(&offer);
    assert_eq!(list, "file:///home/ada/Downloads/a%20b.txt\r\nfile:///home/ada/Downloads/c.png\r\n");
    offer.finish();
    world.f.roundtrip(&mut world.client);
}

#[test]
fn a_program_that_wants_no_files_gets_none() {
    let mut world = World::new();
    world.drop_files(&["a"]);
    let (serial, offer) = world.entered().unwrap();
    offer.set_actions(DndAction::Copy, DndAction::Copy);
    offer.accept(serial, None);
    let events = world.events();
    assert!(!events.iter().any(|event| matches!(event, wl_data_device::Event::Drop)), "{events:?}");
    // A click ends it at once: nobody waits for a program that says nothing.
    world.f.button(LEFT, true);
    world.f.button(LEFT, false);
    let events = world.events();
    assert!(!events.iter().any(|event| matches!(event, wl_data_device::Event::Drop)), "{events:?}");
    assert!(events.iter().any(|event| matches!(event, wl_data_device::Event::Leave)), "{events:?}");
}

#[test]
fn files_over_the_interface_and_while_a_button_is_held_drag_nothing() {
    let mut world = World::new();
    world.f.state.files_gone();
    world.hold(0.001, 0.5);
    assert!(world.entered().is_none());
    world.f.point(world.f.area().loc.x + 60, 300);
    world.f.button(LEFT, true);
    world.hold(0.5, 0.5);
    assert!(world.entered().is_none());
    world.f.button(LEFT, false);
    world.hold(0.5, 0.5);
    assert!(world.entered().is_some());
}
