//! Drag and drop between X programs and others: this X program speaks XDND itself.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::path::Path;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::WEnum;
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_data_offer::WlDataOffer;
use wayland_client::protocol::wl_data_source::{self, WlDataSource};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::client::Client;
use crate::input::LEFT;
use crate::picture::{GREEN, RED};
use crate::program::{Desktop, Program, Wanted};

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        TEST_INTO,
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndSelection,
        XdndStatus,
        TEXT_URI_LIST: b"text/uri-list",
        TEXT_PLAIN: b"text/plain",
    }
}

/// An X program with a window that takes drops.
struct Xdnd {
    program: Program,
    atoms: Atoms,
    window: Window,
}

impl Xdnd {
    fn new(desktop: &mut Desktop) -> Self {
        let program = desktop.program();
        let atoms = desktop.wait_for(|| Atoms::new(&program.connection).unwrap().reply().unwrap());
        let window = program.create(&Wanted { colour: RED, ..Wanted::default() });
        let (name, kind) = (atoms.XdndAware, AtomEnum::ATOM);
        program.connection.change_property32(PropMode::REPLACE, window, name, kind, &[5]).unwrap();
        program.connection.map_window(window).unwrap();
        program.connection.flush().unwrap();
        desktop.shows(RED);
        Self { program, atoms, window }
    }

    /// Waits for a message to this window, or another of the program.
    fn told(&self, desktop: &mut Desktop, what: &str, kind: u32) -> [u32; 5] {
        desktop.hear(&self.program, what, |event| match event {
            Event::ClientMessage(message) if message.type_ == kind => Some(message.data.as_data32()),
            _ => None,
        })
    }

    fn tell(&self, to: Window, kind: u32, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, to, kind, data);
        self.program.connection.send_event(false, to, EventMask::NO_EVENT, message).unwrap();
        self.program.connection.flush().unwrap();
    }

    /// Reads what is dragged.
    fn read(&self, desktop: &mut Desktop, kind: u32) -> Option<Vec<u8>> {
        let (connection, into) = (&self.program.connection, self.atoms.TEST_INTO);
        connection.convert_selection(self.window, self.atoms.XdndSelection, kind, into, x11rb::CURRENT_TIME).unwrap();
        let answer = desktop.hear(&self.program, "an answer", |event| match event {
            Event::SelectionNotify(answer) => Some(*answer),
            _ => None,
        });
        if answer.property == x11rb::NONE {
            return None;
        }
        let any = AtomEnum::ANY;
        let read = || connection.get_property(true, self.window, into, any, 0, 1 << 16).unwrap().reply().unwrap();
        Some(desktop.wait_for(read).value)
    }

    /// Gives what it drags to who asks.
    fn give(&self, desktop: &mut Desktop, text: &[u8]) {
        let request = desktop.hear(&self.program, "a wish", |event| match event {
            Event::SelectionRequest(request) => Some(*request),
            _ => None,
        });
        let connection = &self.program.connection;
        let (window, property) = (request.requestor, request.property);
        connection.change_property8(PropMode::REPLACE, window, property, request.target, text).unwrap();
        let word = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: window,
            selection: request.selection,
            target: request.target,
            property,
        };
        connection.send_event(false, window, EventMask::NO_EVENT, word).unwrap();
        connection.flush().unwrap();
    }
}

/// Shows the window with that colour, which may be another program's, and puts the pointer into its middle.
fn turn_to(desktop: &mut Desktop, place: usize, colour: u32) -> (i32, i32) {
    let id = desktop.f.state.shell.windows()[place].id.unwrap();
    desktop.f.state.focus_window(id);
    let (x, y, w, h) = desktop.shows(colour);
    let middle = (x + w / 2, y + h / 2);
    desktop.f.point(middle.0, middle.1);
    middle
}

#[test]
fn files_that_a_page_drops_arrive_in_an_x_window() {
    let mut desktop = Desktop::new();
    let x = Xdnd::new(&mut desktop);
    let screen = desktop.f.state.screen().id;
    let names = ["a b.txt".to_owned()];
    desktop.f.state.files_dropped(screen, 0.5, 0.5, Path::new("/home/ada/Downloads"), &names);
    let [source, version, first, ..] = x.told(&mut desktop, "it enters", x.atoms.XdndEnter);
    assert_eq!((version >> 24, first), (5, x.atoms.TEXT_URI_LIST));
    let [.., place, _, action] = x.told(&mut desktop, "it is somewhere", x.atoms.XdndPosition);
    assert_eq!((place, action), (400 << 16 | 300, x.atoms.XdndActionCopy));
    x.tell(source, x.atoms.XdndStatus, [x.window, 1, 0, 0, x.atoms.XdndActionCopy]);
    x.told(&mut desktop, "it is let go", x.atoms.XdndDrop);
    let read = x.read(&mut desktop, x.atoms.TEXT_URI_LIST).unwrap();
    assert_eq!(read, b"file:///home/ada/Downloads/a%20b.txt\r\n");
    x.tell(source, x.atoms.XdndFinished, [x.window, 1, x.atoms.XdndActionCopy, 0, 0]);
    // The next one comes, too.
    desktop.until("the next drop", |f| {
        f.state.files_dropped(screen, 0.5, 0.5, Path::new("/tmp"), &names);
        x.program.heard(|event| match event {
            Event::ClientMessage(message) if message.type_ == x.atoms.XdndEnter => Some(()),
            _ => None,
        })
    });
}

/// A Wayland program, in green.
struct Other {
    client: Client,
    device: WlDataDevice,
    source: WlDataSource,
}

/// A desktop where a Wayland program drags a text, over the window of an X program.
fn dragged() -> (Desktop, Xdnd, Other) {
    let mut desktop = Desktop::new();
    let x = Xdnd::new(&mut desktop);
    let mut client = desktop.f.client();
    let seat = client.seat();
    let pointer = seat.get_pointer(&client.qh, ());
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    let window = desktop.f.window(&mut client, GREEN);
    turn_to(&mut desktop, 1, GREEN);
    let serial = desktop.f.hold(&mut client, &pointer);
    let source = manager.create_data_source(&client.qh, ());
    source.offer("text/plain".into());
    source.set_actions(DndAction::Copy);
    device.start_drag(Some(&source), &window.surface, None, serial);
    desktop.f.roundtrip(&mut client);
    turn_to(&mut desktop, 0, RED);
    (desktop, x, Other { client, device, source })
}

#[test]
fn what_others_drag_arrives_in_an_x_window() {
    let (mut desktop, x, mut other) = dragged();
    let [source, _, first, ..] = x.told(&mut desktop, "it enters", x.atoms.XdndEnter);
    assert_eq!(first, x.atoms.TEXT_PLAIN);
    x.told(&mut desktop, "it is somewhere", x.atoms.XdndPosition);
    x.tell(source, x.atoms.XdndStatus, [x.window, 1, 0, 0, x.atoms.XdndActionCopy]);
    // What is let go before that is refused.
    desktop.until("it would be taken", |f| {
        f.roundtrip(&mut other.client);
        let mut events = other.client.events(&other.source).into_iter();
        events.find_map(|event| match event {
            wl_data_source::Event::Action { dnd_action: WEnum::Value(DndAction::Copy) } => Some(()),
            _ => None,
        })
    });
    desktop.f.button(LEFT, false);
    x.told(&mut desktop, "it is let go", x.atoms.XdndDrop);
    let (connection, into) = (&x.program.connection, x.atoms.TEST_INTO);
    let (selection, now) = (x.atoms.XdndSelection, x11rb::CURRENT_TIME);
    connection.convert_selection(x.window, selection, x.atoms.TEXT_PLAIN, into, now).unwrap();
    connection.flush().unwrap();
    let fd = desktop.until("a wish", |f| {
        f.roundtrip(&mut other.client);
        other.client.events(&other.source).into_iter().find_map(|event| match event {
            wl_data_source::Event::Send { fd, .. } => Some(fd),
            _ => None,
        })
    });
    File::from(fd).write_all(b"engage").unwrap();
    desktop.hear(&x.program, "an answer", |event| match event {
        Event::SelectionNotify(answer) if answer.property == into => Some(()),
        _ => None,
    });
    let read = || connection.get_property(true, x.window, into, AtomEnum::ANY, 0, 64).unwrap().reply().unwrap();
    assert_eq!(desktop.wait_for(read).value, b"engage");
    x.tell(source, x.atoms.XdndFinished, [x.window, 1, x.atoms.XdndActionCopy, 0, 0]);
    desktop.until("the program is told that it is done", |f| {
        f.roundtrip(&mut other.client);
        other.client.events(&other.source).into_iter().find_map(|event| match event {
            wl_data_source::Event::DndFinished => Some(()),
            wl_data_source::Event::Cancelled => panic!("it was taken"),
            _ => None,
        })
    });
}

#[test]
fn what_an_x_window_refuses_is_not_let_go_there() {
    let (mut desktop, x, mut other) = dragged();
    let [source, ..] = x.told(&mut desktop, "it enters", x.atoms.XdndEnter);
    x.told(&mut desktop, "it is somewhere", x.atoms.XdndPosition);
    desktop.f.button(LEFT, false);
    // The hand was faster than the answer.
    x.tell(source, x.atoms.XdndStatus, [x.window, 0, 0, 0, 0]);
    x.told(&mut desktop, "it leaves", x.atoms.XdndLeave);
    desktop.until("the program is told", |f| {
        f.roundtrip(&mut other.client);
        let mut events = other.client.events(&other.source).into_iter();
        events.find_map(|event| matches!(event, wl_data_source::Event::Cancelled).then_some(()))
    });
    assert_eq!(x.read(&mut desktop, x.atoms.TEXT_PLAIN), None, "it is nobody's business any more");
    drop(other.device);
}

/// A desktop where an X program drags a text over the window of a Wayland program: the window that the server has there.
fn carried() -> (Desktop, Xdnd, Other, Window) {
    let mut desktop = Desktop::new();
    let x = Xdnd::new(&mut desktop);
    let mut client = desktop.f.client();
    let seat = client.seat();
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    desktop.f.window(&mut client, GREEN);
    let source = manager.create_data_source(&client.qh, ());
    turn_to(&mut desktop, 0, RED);
    desktop.f.button(LEFT, true);
    desktop.hear(&x.program, "a press", |event| matches!(event, Event::ButtonPress(_)).then_some(()));
    let connection = &x.program.connection;
    connection.set_selection_owner(x.window, x.atoms.XdndSelection, x11rb::CURRENT_TIME).unwrap();
    connection.flush().unwrap();
    let (mut at_x, at_y) = turn_to(&mut desktop, 1, GREEN);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let below = loop {
        assert!(std::time::Instant::now() < deadline, "nothing lies there for the X program");
        at_x += 1;
        desktop.f.point(at_x, at_y);
        let below = desktop.wait_for(|| {
            let child = connection.query_pointer(x.program.root()).unwrap().reply().unwrap().child;
            let kind = AtomEnum::ATOM;
            let aware = connection.get_property(false, child, x.atoms.XdndAware, kind, 0, 1).unwrap().reply();
            aware.ok().filter(|aware| aware.value_len == 1 && child != x.window).map(|_| child)
        });
        if let Some(below) = below {
            break below;
        }
    };
    x.tell(below, x.atoms.XdndEnter, [x.window, 5 << 24, x.atoms.TEXT_PLAIN, 0, 0]);
    (desktop, x, Other { client, device, source }, below)
}

/// What is dragged has come to the Wayland program's window.
fn offered(desktop: &mut Desktop, other: &mut Other) -> (u32, WlDataOffer) {
    desktop.until("an offer", |f| {
        f.roundtrip(&mut other.client);
        other.client.events(&other.device).into_iter().find_map(|event| match event {
            wl_data_device::Event::Enter { serial, id: Some(offer), .. } => Some((serial, offer)),
            _ => None,
        })
    })
}

#[test]
fn what_an_x_program_drags_arrives_elsewhere() {
    let (mut desktop, x, mut other, below) = carried();
    let (serial, offer) = offered(&mut desktop, &mut other);
    offer.accept(serial, Some("text/plain".into()));
    offer.set_actions(DndAction::Copy, DndAction::Copy);
    desktop.f.roundtrip(&mut other.client);
    let answer = loop {
        x.tell(below, x.atoms.XdndPosition, [x.window, 0, 0, 0, x.atoms.XdndActionCopy]);
        let answer = x.told(&mut desktop, "an answer", x.atoms.XdndStatus);
        if answer[1] & 1 != 0 {
            break answer;
        }
    };
    assert_eq!((answer[0], answer[4]), (below, x.atoms.XdndActionCopy));
    desktop.f.button(LEFT, false);
    x.tell(below, x.atoms.XdndDrop, [x.window, 0, 0, 0, 0]);
    desktop.until("it is let go", |f| {
        f.roundtrip(&mut other.client);
        let mut events = other.client.events(&other.device).into_iter();
        events.find_map(|event| matches!(event, wl_data_device::Event::Drop).then_some(()))
    });
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    offer.receive("text/plain".into(), writer.as_fd());
    other.client.flush();
    drop(writer);
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        File::from(reader).read_to_string(&mut text).unwrap();
        text
    });
    x.give(&mut desktop, b"make it so");
    assert_eq!(desktop.wait_for(|| reading.join().unwrap()), "make it so");
    offer.finish();
    offer.destroy();
    other.client.flush();
    let [of, well, ..] = x.told(&mut desktop, "it is done", x.atoms.XdndFinished);
    assert_eq!((of, well & 1), (below, 1));
    let unmapped = |connection: &x11rb::rust_connection::RustConnection| {
        connection.query_pointer(x.program.root()).unwrap().reply().unwrap().child != below
    };
    desktop.wait_for(|| while !unmapped(&x.program.connection) {});
}

#[test]
fn what_an_x_program_drags_and_nobody_takes_is_not_let_go() {
    let (mut desktop, x, mut other, below) = carried();
    // The server's window answers before the desktop has heard of anything.
    offered(&mut desktop, &mut other);
    x.tell(below, x.atoms.XdndPosition, [x.window, 0, 0, 0, x.atoms.XdndActionCopy]);
    let [_, accepted, ..] = x.told(&mut desktop, "an answer", x.atoms.XdndStatus);
    assert_eq!(accepted & 1, 0);
    desktop.f.button(LEFT, false);
    x.tell(below, x.atoms.XdndLeave, [x.window, 0, 0, 0, 0]);
    desktop.until("it leaves", |f| {
        f.roundtrip(&mut other.client);
        let mut events = other.client.events(&other.device).into_iter();
        events.find_map(|event| {
            assert!(!matches!(event, wl_data_device::Event::Drop));
            matches!(event, wl_data_device::Event::Leave).then_some(())
        })
    });
    drop(other.source);
}
