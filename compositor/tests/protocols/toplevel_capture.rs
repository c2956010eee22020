//! `ext_foreign_toplevel_image_capture_source_manager_v1`: pictures of one window, wherever it is.

use wayland_client::protocol::wl_callback::WlCallback;
use wayland_client::protocol::wl_shm::Format;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_protocols::ext::foreign_toplevel_list::v1::client::ext_foreign_toplevel_handle_v1::ExtForeignToplevelHandleV1;
use wayland_protocols::ext::foreign_toplevel_list::v1::client::ext_foreign_toplevel_list_v1::{
    self, ExtForeignToplevelListV1,
};
use wayland_protocols::ext::image_capture_source::v1::client::ext_foreign_toplevel_image_capture_source_manager_v1::ExtForeignToplevelImageCaptureSourceManagerV1;
use wayland_protocols::ext::image_copy_capture::v1::client::ext_image_copy_capture_frame_v1::FailureReason;
use wayland_protocols::ext::image_copy_capture::v1::client::ext_image_copy_capture_session_v1;
use wayland_protocols::xdg::shell::client::xdg_toplevel::State;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::image_copy_capture::Recorder;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::popup::{Popup, positioner};
use crate::screencopy::Sheet;
use crate::session_lock::lock;
use crate::window::{Window, show};

/// The handles of all windows, in the order they came.
fn handles(f: &mut Fixture, client: &mut Client) -> Vec<ExtForeignToplevelHandleV1> {
    let list: ExtForeignToplevelListV1 = client.bind();
    f.roundtrip(client);
    let events = client.events(&list).into_iter();
    let handles = events.filter_map(|event| match event {
        ext_foreign_toplevel_list_v1::Event::Toplevel { toplevel } => Some(toplevel),
        _ => None,
    });
    handles.collect()
}

fn record(f: &mut Fixture, mut client: Client, handle: &ExtForeignToplevelHandleV1) -> Recorder {
    let manager: ExtForeignToplevelImageCaptureSourceManagerV1 = client.bind();
    let source = manager.create_source(handle, &client.qh, ());
    Recorder::of(f, client, &source)
}

/// A recorder of the first window, and memory for its picture.
fn record_first(f: &mut Fixture) -> (Recorder, Sheet, (i32, i32)) {
    let mut client = f.trusted_client();
    let handle = handles(f, &mut client).remove(0);
    let mut recorder = record(f, client, &handle);
    let ((w, h), _) = recorder.constraints(f).expect("told at once");
    let size = (w as i32, h as i32);
    let sheet = Sheet::new(&mut recorder.client, size, Format::Argb8888);
    (recorder, sheet, size)
}

/// A red window, and a green one that is shown in its place.
fn two_windows(f: &mut Fixture, client: &mut Client) -> (Window, Window) {
    let first = f.window(client, RED);
    let second = f.window(client, GREEN);
    assert_eq!(f.shot().count(RED), 0, "the second hides the first");
    (first, second)
}

fn stopped(f: &mut Fixture, recorder: &mut Recorder) -> bool {
    f.roundtrip(&mut recorder.client);
    let events = recorder.client.events(&recorder.session);
    events.iter().any(|event| matches!(event, ext_image_copy_capture_session_v1::Event::Stopped))
}

fn answered(client: &mut Client, callback: &WlCallback) -> Option<()> {
    (!client.events(callback).is_empty()).then_some(())
}

#[test]
fn a_window_that_nobody_sees_is_captured_as_it_is_and_as_it_changes() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let (first, _second) = two_windows(&mut f, &mut program);
    let area = f.area().size;
    let (mut recorder, sheet, size) = record_first(&mut f);
    assert_eq!(size, (area.w, area.h));
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Ok(vec![(0, 0, size.0, size.1)]));
    assert_eq!((sheet.at(0, 0), sheet.at(size.0 - 1, size.1 - 1)), (RED, RED));

    let frame = recorder.frame(&sheet);
    f.roundtrip(&mut recorder.client);
    first.surface.attach(Some(&program.colour(size, BLUE)), 0, 0);
    first.surface.damage_buffer(10, 20, 30, 40);
    first.surface.commit();
    f.roundtrip(&mut program);
    assert_eq!(recorder.ended(&mut f, &frame), Ok(vec![(10, 20, 30, 40)]));
    assert_eq!((sheet.at(20, 30), f.shot().count(BLUE)), (BLUE, 0));
}

#[test]
fn its_subsurfaces_and_menus_are_in_the_picture_and_its_dialogs_are_not() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let child = program.surface();
    let subsurface = program.bind::<WlSubcompositor>().get_subsurface(&child, &window.surface, &program.qh, ());
    subsurface.set_position(10, 20);
    show(&child, &program.colour((30, 40), GREEN));
    window.surface.commit();
    let (mut recorder, sheet, size) = record_first(&mut f);
    let below = positioner(&mut program, (100, 100), (50, 60));
    let menu = Popup::new(&mut program, &window.xdg, &below);
    let place = menu.map(&mut f, &mut program, BLUE);
    f.dialog(&mut program, &window, (size.0 / 2, size.1 / 2), WHITE);
    let frame = recorder.frame(&sheet);
    recorder.ended(&mut f, &frame).expect("it is captured");
    let colours = [(15, 25), (place.0 + 5, place.1 + 5), (size.0 / 2, size.1 / 2)].map(|(x, y)| sheet.at(x, y));
    assert_eq!(colours, [GREEN, BLUE, RED]);

    let frame = recorder.frame(&sheet);
    menu.destroy();
    f.roundtrip(&mut program);
    recorder.ended(&mut f, &frame).expect("a menu that goes is a change");
    assert_eq!(sheet.at(place.0 + 5, place.1 + 5), RED);
}

#[test]
fn what_is_captured_gets_frames_and_is_not_told_that_nobody_looks() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let (first, _second) = two_windows(&mut f, &mut program);
    let told = first.configured(&mut program).expect("it is hidden");
    assert!(told.has(State::Suspended));
    let callback = first.surface.frame(&program.qh, ());
    first.surface.commit();
    f.roundtrip(&mut program);
    assert_eq!(answered(&mut program, &callback), None);

    let (mut recorder, sheet, _) = record_first(&mut f);
    f.roundtrip(&mut program);
    assert!(!first.configured(&mut program).expect("somebody looks").has(State::Suspended));
    recorder.frame(&sheet);
    f.roundtrip(&mut recorder.client);
    f.wait_until(&mut program, |program| answered(program, &callback));

    // Nobody does any more.
    drop(recorder);
    f.wait_until(&mut program, |program| first.configured(program).filter(|told| told.has(State::Suspended)));
}

#[test]
fn another_size_of_the_window_is_told_and_older_buffers_fail() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let (mut recorder, sheet, _) = record_first(&mut f);
    window.show(&program.colour((200, 101), GREEN));
    f.roundtrip(&mut program);
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::BufferConstraints));
    assert_eq!(recorder.constraints(&mut f).map(|(size, _)| size), Some((200, 101)));
    let sheet = Sheet::new(&mut recorder.client, (200, 101), Format::Xrgb8888);
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Ok(vec![(0, 0, 200, 101)]));
    assert_eq!((sheet.at(0, 0), sheet.at(199, 100)), (GREEN, GREEN));
}

#[test]
fn a_window_that_closes_ends_its_sessions_and_frames() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let (mut recorder, sheet, _) = record_first(&mut f);
    let frame = recorder.frame(&sheet);
    recorder.ended(&mut f, &frame).expect("it is captured");
    let frame = recorder.frame(&sheet);
    f.roundtrip(&mut recorder.client);
    window.destroy();
    f.roundtrip(&mut program);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::Stopped));
    assert!(stopped(&mut f, &mut recorder));
    let frame = recorder.frame(&sheet);
    assert_eq!(recorder.ended(&mut f, &frame), Err(FailureReason::Stopped));
}

#[test]
fn a_handle_of_a_window_that_is_gone_gives_a_session_that_has_ended() {
    let mut f = Fixture::new();
    let mut program = f.client();
    let window = f.window(&mut program, RED);
    let mut client = f.trusted_client();
    let handle = handles(&mut f, &mut client).remove(0);
    window.destroy();
    f.roundtrip(&mut program);
    let mut recorder = record(&mut f, client, &handle);
    assert!(stopped(&mut f, &mut recorder));
}

#[test]
fn while_the_session_is_locked_there_is_nothing_to_be_had() {
    let mut f = Fixture::new();
    let mut program = f.client();
    f.window(&mut program, RED);
    let (mut recorder, sheet, _) = record_first(&mut f);
    let mut locker = f.client();
    let held = lock(&mut f, &mut locker);
    let frame = recorder.frame(&sheet);
    for _ in 0..3 {
        f.roundtrip(&mut recorder.client);
        f.draw();
    }
    assert_eq!(sheet.at(0, 0), 0);
    held.unlock_and_destroy();
    f.roundtrip(&mut locker);
    recorder.ended(&mut f, &frame).expect("it is captured");
    assert_eq!(sheet.at(0, 0), RED);
}
