//! `zwlr_foreign_toplevel_management_v1`: a task bar goes to windows and closes them.

use wayland_protocols_wlr::foreign_toplevel::v1::client::zwlr_foreign_toplevel_handle_v1::{
    Event, ZwlrForeignToplevelHandleV1,
};
use wayland_protocols_wlr::foreign_toplevel::v1::client::zwlr_foreign_toplevel_manager_v1::{
    self, ZwlrForeignToplevelManagerV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

fn handles(client: &mut Client, manager: &ZwlrForeignToplevelManagerV1) -> Vec<ZwlrForeignToplevelHandleV1> {
    let events = client.events(manager).into_iter();
    let handles = events.filter_map(|event| match event {
        zwlr_foreign_toplevel_manager_v1::Event::Toplevel { toplevel } => Some(toplevel),
        _ => None,
    });
    handles.collect()
}

/// What came last of title and states.
fn told(client: &mut Client, handle: &ZwlrForeignToplevelHandleV1) -> (Option<String>, Option<Vec<u8>>) {
    let (mut title, mut states) = (None, None);
    for event in client.events(handle) {
        match event {
            Event::Title { title: new } => title = Some(new),
            Event::State { state } => states = Some(state),
            _ => {}
        }
    }
    (title, states)
}

#[test]
fn to_activate_is_to_jump_and_to_close_is_to_ask() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let first = f.window(&mut client, RED);
    first.toplevel.set_title("first".into());
    f.roundtrip(&mut client);
    let id = f.state.shell.focused();
    f.window(&mut client, GREEN);
    assert_ne!(f.state.shell.focused(), id);
    let mut bar = f.trusted_client();
    let manager: ZwlrForeignToplevelManagerV1 = bar.bind();
    let seat = bar.seat();
    f.roundtrip(&mut bar);
    let known = handles(&mut bar, &manager);
    assert_eq!(known.len(), 2);
    assert_eq!(told(&mut bar, &known[0]), (Some("first".into()), Some(Vec::new())));
    let activated = 2u32.to_ne_bytes().to_vec();
    assert_eq!(told(&mut bar, &known[1]).1.as_ref(), Some(&activated));

    known[0].activate(&seat);
    f.roundtrip(&mut bar);
    f.turn();
    f.roundtrip(&mut bar);
    assert_eq!(f.state.shell.focused(), id);
    assert_eq!(told(&mut bar, &known[0]).1.as_ref(), Some(&activated));
    assert_eq!(told(&mut bar, &known[1]).1, Some(Vec::new()));

    known[0].close();
    f.roundtrip(&mut bar);
    f.roundtrip(&mut client);
    assert!(first.asked_to_close(&mut client));
    first.destroy();
    f.roundtrip(&mut client);
    f.roundtrip(&mut bar);
    assert!(matches!(bar.events(&known[0])[..], [Event::Closed]));
    known[0].activate(&seat);
    manager.stop();
    f.roundtrip(&mut bar);
    let events = bar.events(&manager);
    assert!(matches!(events[..], [zwlr_foreign_toplevel_manager_v1::Event::Finished]), "{events:?}");
    f.window(&mut client, RED);
    f.roundtrip(&mut bar);
    assert!(handles(&mut bar, &manager).is_empty());
}
