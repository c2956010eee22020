//! What is copied, from X programs to others and back.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::thread::JoinHandle;

use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_client::protocol::wl_data_offer;
use wayland_client::protocol::wl_data_source;
use wayland_client::protocol::wl_keyboard;
use wayland_protocols::wp::primary_selection::zv1::client::{
    zwp_primary_selection_device_manager_v1::ZwpPrimarySelectionDeviceManagerV1,
    zwp_primary_selection_device_v1::ZwpPrimarySelectionDeviceV1,
};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, PropMode, Property, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Window,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::client::Client;
use crate::picture::{GREEN, RED};
use crate::program::{Desktop, Program, Wanted};

pub const TEXT: &str = "text/plain;charset=utf-8";

pub struct Atoms {
    /// Which selection it is about.
    pub selection: u32,
    pub utf8: u32,
    pub targets: u32,
    pub incr: u32,
    pub into: u32,
}

pub fn atoms(desktop: &mut Desktop, program: &Program) -> Atoms {
    desktop.wait_for(|| {
        let of = |name: &str| program.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        Atoms {
            selection: of("CLIPBOARD"),
            utf8: of("UTF8_STRING"),
            targets: of("TARGETS"),
            incr: of("INCR"),
            into: of("TEST_INTO"),
        }
    })
}

/// Tells who asked that what was asked for is there.
fn answer(program: &Program, request: &SelectionRequestEvent) {
    let word = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: request.time,
        requestor: request.requestor,
        selection: request.selection,
        target: request.target,
        property: request.property,
    };
    program.connection.send_event(false, request.requestor, EventMask::NO_EVENT, word).unwrap();
    program.connection.flush().unwrap();
}

/// The next who asks an X program for what it has copied.
pub fn wish(desktop: &mut Desktop, program: &Program) -> SelectionRequestEvent {
    desktop.hear(program, "a wish for what was copied", |event| match event {
        Event::SelectionRequest(request) => Some(*request),
        _ => None,
    })
}

/// An X program answers who asks as what there is what it has copied.
pub fn give_types(desktop: &mut Desktop, program: &Program, atoms: &Atoms) {
    let request = wish(desktop, program);
    assert_eq!(request.target, atoms.targets);
    write_types(program, atoms, &request);
    answer(program, &request);
}

fn write_types(program: &Program, atoms: &Atoms, request: &SelectionRequestEvent) {
    let (window, property, types) = (request.requestor, request.property, [atoms.targets, atoms.utf8]);
    program.connection.change_property32(PropMode::REPLACE, window, property, AtomEnum::ATOM, &types).unwrap();
}

/// An X program that has the clipboard answers whoever asks, piece by piece if `pieces` says so.
pub fn give(desktop: &mut Desktop, program: &Program, atoms: &Atoms, text: &[u8], pieces: Option<usize>) {
    loop {
        let request = wish(desktop, program);
        let (window, property) = (request.requestor, request.property);
        let connection = &program.connection;
        let mut waiting = None;
        if request.target == atoms.targets {
            write_types(program, atoms, &request);
        } else if let Some(length) = pieces {
            let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
            connection.change_window_attributes(window, &aux).unwrap();
            let total = [text.len() as u32];
            connection.change_property32(PropMode::REPLACE, window, property, atoms.incr, &total).unwrap();
            waiting = Some(length);
        } else {
            connection.change_property8(PropMode::REPLACE, window, property, atoms.utf8, text).unwrap();
        }
        answer(program, &request);
        if let Some(length) = waiting {
            for piece in text.chunks(length).chain([&[][..]]) {
                desktop.hear(program, "a piece is taken", |event| match event {
                    Event::PropertyNotify(taken) if taken.window == window && taken.state == Property::DELETE => {
                        Some(())
                    }
                    _ => None,
                });
                connection.change_property8(PropMode::REPLACE, window, property, atoms.utf8, piece).unwrap();
            }
        }
        connection.flush().unwrap();
        if request.target != atoms.targets {
            return;
        }
    }
}

/// A Wayland program with a window in front.
pub struct Other {
    pub client: Client,
    pub device: WlDataDevice,
    pub primary: ZwpPrimarySelectionDeviceV1,
    pub serial: u32,
}

impl Other {
    pub fn new(desktop: &mut Desktop) -> Self {
        let mut client = desktop.f.client();
        let seat = client.seat();
        let keyboard = seat.get_keyboard(&client.qh, ());
        let device = client.bind::<WlDataDeviceManager>().get_data_device(&seat, &client.qh, ());
        let primary = client.bind::<ZwpPrimarySelectionDeviceManagerV1>().get_device(&seat, &client.qh, ());
        desktop.f.window(&mut client, GREEN);
        let serial = client.events(&keyboard).into_iter().rev().find_map(|event| match event {
            wl_keyboard::Event::Enter { serial, .. } => Some(serial),
            _ => None,
        });
        Self { client, device, primary, serial: serial.expect("it has the keyboard") }
    }
}

/// A Wayland program pastes what an X program has copied, and reads on a thread of its own.
struct Pasting {
    desktop: Desktop,
    program: Program,
    atoms: Atoms,
    reading: JoinHandle<Vec<u8>>,
    _other: Other,
}

/// `text` is what the desktop gets that asks for the pages.
fn pasting(text: &[u8]) -> Pasting {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = atoms(&mut desktop, &program);
    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    program.connection.set_selection_owner(window, atoms.selection, x11rb::CURRENT_TIME).unwrap();
    // The desktop asks for the types, and then for short texts, since the pages are told of them.
    give(&mut desktop, &program, &atoms, text, None);

    let mut other = Other::new(&mut desktop);
    let offer = desktop.until("an offer", |f| {
        f.roundtrip(&mut other.client);
        other.client.events(&other.device).into_iter().rev().find_map(|event| match event {
            wl_data_device::Event::Selection { id } => id,
            _ => None,
        })
    });
    let types = other.client.events(&offer).into_iter().filter_map(|event| match event {
        wl_data_offer::Event::Offer { mime_type } => Some(mime_type),
        _ => None,
    });
    assert!(types.collect::<Vec<_>>().contains(&TEXT.to_owned()));
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    offer.receive(TEXT.into(), writer.as_fd());
    other.client.flush();
    drop(writer);
    // What reads is not what the desktop is turned by.
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        File::from(reader).read_to_end(&mut bytes).unwrap();
        bytes
    });
    Pasting { desktop, program, atoms, reading, _other: other }
}

/// Copies `text` in an X program and pastes it in another kind.
fn from_x(text: &[u8], pieces: Option<usize>) -> Vec<u8> {
    let Pasting { mut desktop, program, atoms, reading, _other } = pasting(text);
    give(&mut desktop, &program, &atoms, text, pieces);
    desktop.wait_for(move || reading.join().unwrap())
}

#[test]
fn what_an_x_program_copies_others_paste() {
    assert_eq!(from_x("Käse → engage".as_bytes(), None), "Käse → engage".as_bytes());
}

#[test]
fn what_comes_in_pieces_is_whole_in_the_end() {
    let text: Vec<u8> = (0..10_000_000u32).map(|n| b'a' + (n % 23) as u8).collect();
    assert!(from_x(&text, Some(250_000)) == text);
}

#[test]
fn who_never_comes_to_an_end_is_left() {
    let Pasting { mut desktop, program, atoms, reading, _other } = pasting(b"short");
    let request = wish(&mut desktop, &program);
    let (window, property, connection) = (request.requestor, request.property, &program.connection);
    let events = EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY;
    let aux = ChangeWindowAttributesAux::new().event_mask(events);
    connection.change_window_attributes(window, &aux).unwrap();
    connection.change_property32(PropMode::REPLACE, window, property, atoms.incr, &[1]).unwrap();
    answer(&program, &request);
    let piece = vec![b'x'; 1 << 20];
    loop {
        let goes_on = desktop.hear(&program, "it goes on, or is over", |event| match event {
            Event::PropertyNotify(taken) if taken.window == window && taken.state == Property::DELETE => Some(true),
            Event::DestroyNotify(gone) if gone.window == window => Some(false),
            _ => None,
        });
        if !goes_on {
            break;
        }
        connection.change_property8(PropMode::REPLACE, window, property, atoms.utf8, &piece).unwrap();
    }
    let read = desktop.wait_for(move || reading.join().unwrap());
    assert!((1 << 20..=16 << 20).contains(&read.len()), "{} bytes", read.len());
}

/// An X program asks for what others have copied.
pub fn ask(program: &Program, atoms: &Atoms, window: Window) {
    program.connection.convert_selection(window, atoms.selection, atoms.utf8, atoms.into, x11rb::CURRENT_TIME).unwrap();
}

/// The same, and waits for it; `None` if it gets nothing.
fn paste(desktop: &mut Desktop, program: &Program, atoms: &Atoms, window: Window) -> Option<Vec<u8>> {
    ask(program, atoms, window);
    let answer = desktop.hear(program, "an answer", |event| match event {
        Event::SelectionNotify(answer) => Some(*answer),
        _ => None,
    });
    collect(desktop, program, atoms, window, answer.property)
}

/// Waits until the server has heard that somebody copied something.
pub fn has_owner(desktop: &mut Desktop, program: &Program, atoms: &Atoms) {
    let ask = || program.connection.get_selection_owner(atoms.selection).unwrap().reply().unwrap().owner;
    while [x11rb::NONE, program.root()].contains(&desktop.wait_for(ask)) {}
}

/// Copies `text` in a Wayland program and pastes it in an X program.
fn to_x(text: Vec<u8>) -> Option<Vec<u8>> {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = atoms(&mut desktop, &program);
    let mut other = Other::new(&mut desktop);
    let source = other.client.bind::<WlDataDeviceManager>().create_data_source(&other.client.qh, ());
    source.offer(TEXT.into());
    other.device.set_selection(Some(&source), other.serial);
    desktop.f.roundtrip(&mut other.client);

    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    desktop.until("the selection is ours to give", |f| {
        f.roundtrip(&mut other.client);
        Some(())
    });
    has_owner(&mut desktop, &program, &atoms);
    program
        .connection
        .convert_selection(window, atoms.selection, atoms.targets, atoms.into, x11rb::CURRENT_TIME)
        .unwrap();
    let told = desktop.hear(&program, "the types", |event| match event {
        Event::SelectionNotify(answer) => Some(answer.property),
        _ => None,
    });
    assert_eq!(told, atoms.into);

    ask(&program, &atoms, window);
    let mut writing = Vec::new();
    let answer = desktop.until("an answer", |f| {
        f.roundtrip(&mut other.client);
        // The desktop itself asks too, for the pages.
        for event in other.client.events(&source) {
            if let wl_data_source::Event::Send { mime_type, fd } = event {
                assert_eq!(mime_type, TEXT);
                let text = text.clone();
                writing.push(std::thread::spawn(move || drop(File::from(fd).write_all(&text))));
            }
        }
        program.heard(|event| match event {
            Event::SelectionNotify(answer) => Some(*answer),
            _ => None,
        })
    });
    let pasted = collect(&mut desktop, &program, &atoms, window, answer.property);
    desktop.wait_for(move || writing.into_iter().for_each(|writing| writing.join().unwrap()));
    pasted
}

/// Takes what was answered with.
pub fn collect(
    desktop: &mut Desktop,
    program: &Program,
    atoms: &Atoms,
    window: Window,
    property: u32,
) -> Option<Vec<u8>> {
    if property == x11rb::NONE {
        return None;
    }
    let take = |desktop: &mut Desktop| {
        desktop.wait_for(|| {
            let all = program.connection.get_property(true, window, property, AtomEnum::ANY, 0, u32::MAX / 4);
            all.unwrap().reply().unwrap()
        })
    };
    let first = take(desktop);
    if first.type_ != atoms.incr {
        return Some(first.value);
    }
    let mut bytes = Vec::new();
    loop {
        desktop.hear(program, "a piece", |event| match event {
            Event::PropertyNotify(new) if new.atom == property && new.state == Property::NEW_VALUE => Some(()),
            _ => None,
        });
        let piece = take(desktop).value;
        if piece.is_empty() {
            return Some(bytes);
        }
        bytes.extend(piece);
    }
}

#[test]
fn what_others_copy_an_x_program_pastes() {
    assert_eq!(to_x(b"make it so".to_vec()).as_deref(), Some(&b"make it so"[..]));
}

#[test]
fn what_is_long_goes_in_pieces() {
    let text: Vec<u8> = (0..10_000_000u32).map(|n| b'a' + (n % 23) as u8).collect();
    assert!(to_x(text.clone()) == Some(text));
}

#[test]
fn what_is_too_long_is_not_carried() {
    assert_eq!(to_x(vec![b'a'; 17 << 20]), None);
}

#[test]
fn an_x_program_reads_nothing_while_another_kind_has_the_keyboard() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = atoms(&mut desktop, &program);
    let window = program.create(&Wanted::default());
    let mut other = Other::new(&mut desktop);
    let source = other.client.bind::<WlDataDeviceManager>().create_data_source(&other.client.qh, ());
    source.offer(TEXT.into());
    other.device.set_selection(Some(&source), other.serial);
    desktop.f.roundtrip(&mut other.client);
    let pasted = paste(&mut desktop, &program, &atoms, window);
    assert!(pasted.is_none_or(|bytes| bytes.is_empty()));
}
