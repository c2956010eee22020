//! `ext_foreign_toplevel_list_v1`: trusted programs know what windows there are.

use wayland_protocols::ext::foreign_toplevel_list::v1::client::ext_foreign_toplevel_handle_v1::{
    Event, ExtForeignToplevelHandleV1,
};
use wayland_protocols::ext::foreign_toplevel_list::v1::client::ext_foreign_toplevel_list_v1::{
    self, ExtForeignToplevelListV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

fn handles(client: &mut Client, list: &ExtForeignToplevelListV1) -> Vec<ExtForeignToplevelHandleV1> {
    let events = client.events(list).into_iter();
    let handles = events.filter_map(|event| match event {
        ext_foreign_toplevel_list_v1::Event::Toplevel { toplevel } => Some(toplevel),
        _ => None,
    });
    handles.collect()
}

fn titles(client: &mut Client, handle: &ExtForeignToplevelHandleV1) -> Vec<String> {
    let events = client.events(handle).into_iter();
    events.filter_map(|event| if let Event::Title { title } = event { Some(title) } else { None }).collect()
}

#[test]
fn windows_are_told_of_as_they_come_change_and_go() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let first = f.window(&mut client, RED);
    first.toplevel.set_title("first".into());
    f.roundtrip(&mut client);
    let mut bar = f.trusted_client();
    let list: ExtForeignToplevelListV1 = bar.bind();
    f.roundtrip(&mut bar);
    let known = handles(&mut bar, &list);
    assert_eq!(known.len(), 1);
    assert_eq!(titles(&mut bar, &known[0]), ["first"]);
    let second = f.window(&mut client, GREEN);
    second.toplevel.set_title("second".into());
    f.roundtrip(&mut client);
    f.roundtrip(&mut bar);
    let new = handles(&mut bar, &list);
    assert_eq!(new.len(), 1);
    assert_eq!(titles(&mut bar, &new[0]).last().map(String::as_str), Some("second"));
    first.destroy();
    f.roundtrip(&mut client);
    f.roundtrip(&mut bar);
    assert!(matches!(bar.events(&known[0])[..], [Event::Closed]));
}
