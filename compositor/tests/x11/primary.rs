//! What is selected, which a middle click pastes, from X programs to others and back; and what was copied when the server
//! dies.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;

use compositor::clipboard::PageOffer;
use rustix::pipe::{PipeFlags, pipe_with};
use wayland_client::protocol::wl_data_device;
use wayland_client::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_client::protocol::wl_data_source;
use wayland_protocols::wp::primary_selection::zv1::client::{
    zwp_primary_selection_device_manager_v1::ZwpPrimarySelectionDeviceManagerV1,
    zwp_primary_selection_device_v1::Event as DeviceEvent, zwp_primary_selection_source_v1::Event as SourceEvent,
};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};

use crate::fixture::Fixture;
use crate::picture::RED;
use crate::program::{Desktop, Program, Wanted};
use crate::selection::{Atoms, Other, TEXT, ask, atoms, collect, give, give_types, has_owner};

fn primary(desktop: &mut Desktop, program: &Program) -> Atoms {
    Atoms { selection: AtomEnum::PRIMARY.into(), ..atoms(desktop, program) }
}

/// Pastes in an X program, while the other end does what it does.
fn paste(
    desktop: &mut Desktop,
    program: &Program,
    atoms: &Atoms,
    window: Window,
    mut meanwhile: impl FnMut(&mut Fixture),
) -> Option<Vec<u8>> {
    ask(program, atoms, window);
    let answer = desktop.until("an answer", |f| {
        meanwhile(f);
        program.heard(|event| match event {
            Event::SelectionNotify(answer) => Some(answer.property),
            _ => None,
        })
    });
    collect(desktop, program, atoms, window, answer)
}

#[test]
fn what_is_selected_in_an_x_program_others_paste() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = primary(&mut desktop, &program);
    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    program.connection.set_selection_owner(window, atoms.selection, x11rb::CURRENT_TIME).unwrap();
    give_types(&mut desktop, &program, &atoms);

    let mut other = Other::new(&mut desktop);
    let offer = desktop.until("an offer", |f| {
        f.roundtrip(&mut other.client);
        other.client.events(&other.primary).into_iter().rev().find_map(|event| match event {
            DeviceEvent::Selection { id } => id,
            _ => None,
        })
    });
    let (reader, writer) = pipe_with(PipeFlags::CLOEXEC).unwrap();
    offer.receive(TEXT.into(), writer.as_fd());
    other.client.flush();
    drop(writer);
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        File::from(reader).read_to_string(&mut text).unwrap();
        text
    });
    give(&mut desktop, &program, &atoms, b"middle", None);
    assert_eq!(desktop.wait_for(move || reading.join().unwrap()), "middle");
}

#[test]
fn what_is_selected_elsewhere_an_x_program_pastes() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = primary(&mut desktop, &program);
    let mut other = Other::new(&mut desktop);
    let source = other.client.bind::<ZwpPrimarySelectionDeviceManagerV1>().create_source(&other.client.qh, ());
    source.offer(TEXT.into());
    other.primary.set_selection(Some(&source), other.serial);
    desktop.f.roundtrip(&mut other.client);
    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    has_owner(&mut desktop, &program, &atoms);
    let pasted = paste(&mut desktop, &program, &atoms, window, |f| {
        f.roundtrip(&mut other.client);
        for event in other.client.events(&source) {
            if let SourceEvent::Send { fd, .. } = event {
                File::from(fd).write_all(b"middle").unwrap();
            }
        }
    });
    assert_eq!(pasted.as_deref(), Some(&b"middle"[..]));
}

fn kill_server(desktop: &mut Desktop) {
    let server = desktop.f.state.x11_server().expect("it runs");
    let server = rustix::process::Pid::from_raw(server as i32).unwrap();
    rustix::process::kill_process(server, rustix::process::Signal::KILL).unwrap();
    desktop.until("its windows are forgotten", |f| f.state.x11_server().is_none().then_some(()));
}

#[test]
fn what_others_copied_is_pasted_by_x_programs_of_the_next_server_too() {
    let mut desktop = Desktop::new();
    let mut other = Other::new(&mut desktop);
    let source = other.client.bind::<WlDataDeviceManager>().create_data_source(&other.client.qh, ());
    source.offer(TEXT.into());
    other.device.set_selection(Some(&source), other.serial);
    desktop.f.roundtrip(&mut other.client);
    for _ in 0..2 {
        let program = desktop.program();
        let atoms = atoms(&mut desktop, &program);
        let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
        desktop.until("its window is seen", |f| (f.shot().count(RED) > 0).then_some(()));
        has_owner(&mut desktop, &program, &atoms);
        let pasted = paste(&mut desktop, &program, &atoms, window, |f| {
            f.roundtrip(&mut other.client);
            for event in other.client.events(&source) {
                if let wl_data_source::Event::Send { fd, .. } = event {
                    // Some ask for no more than they can show, and hang up.
                    let _ = File::from(fd).write_all(b"engage");
                }
            }
        });
        assert_eq!(pasted.as_deref(), Some(&b"engage"[..]));
        kill_server(&mut desktop);
    }
}

#[test]
fn what_an_x_program_copied_goes_with_its_server() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = atoms(&mut desktop, &program);
    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    program.connection.set_selection_owner(window, atoms.selection, x11rb::CURRENT_TIME).unwrap();
    // The pages are told of it, too.
    give(&mut desktop, &program, &atoms, b"engage", None);
    let mut other = Other::new(&mut desktop);
    let mut offered = |desktop: &mut Desktop, something: bool| {
        desktop.until("it is told", |f| {
            f.roundtrip(&mut other.client);
            other.client.events(&other.device).into_iter().rev().find_map(|event| match event {
                wl_data_device::Event::Selection { id } => (id.is_some() == something).then_some(()),
                _ => None,
            })
        });
    };
    offered(&mut desktop, true);
    kill_server(&mut desktop);
    offered(&mut desktop, false);
}

#[test]
fn what_was_copied_outside_is_there_before_the_next_key() {
    let mut desktop = Desktop::new();
    let program = desktop.program();
    let atoms = atoms(&mut desktop, &program);
    let window = program.show(&Wanted { colour: RED, ..Wanted::default() });
    desktop.shows(RED);
    desktop.hear(&program, "the keyboard", |event| match event {
        Event::FocusIn(focus) if focus.event == window => Some(()),
        _ => None,
    });
    for round in 0..10 {
        program.connection.set_selection_owner(window, atoms.selection, x11rb::CURRENT_TIME).unwrap();
        give(&mut desktop, &program, &atoms, b"old", None);
        desktop.f.state.page_copied(PageOffer::text(format!("new {round}")));
        desktop.f.key("KeyV", true);
        desktop.f.key("KeyV", false);
        let first = desktop.hear(&program, "a key, or that its copy counts no more", |event| match event {
            Event::SelectionClear(clear) if clear.selection == atoms.selection => Some("its copy counts no more"),
            Event::KeyPress(_) => Some("a key"),
            _ => None,
        });
        assert_eq!(first, "its copy counts no more");
        desktop.hear(&program, "the key", |event| matches!(event, Event::KeyPress(_)).then_some(()));
    }
}
