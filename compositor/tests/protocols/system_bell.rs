//! `xdg_system_bell_v1`: a program that nobody looks at calls for attention.

use wayland_protocols::xdg::system_bell::v1::client::xdg_system_bell_v1::XdgSystemBellV1;

use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

fn said(f: &Fixture) -> Vec<String> {
    let nodes = &f.state.screen().view().nodes;
    nodes
        .iter()
        .map(|node| node.name.to_lowercase())
        .filter(|name| name.starts_with("notice: ") && name.contains("rings"))
        .collect()
}

#[test]
fn a_window_that_is_not_seen_rings_once_and_one_that_is_seen_not_at_all() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let hidden = f.window(&mut client, RED);
    hidden.toplevel.set_title("kettle".into());
    let id = f.state.shell.focused().unwrap();
    let seen = f.window(&mut client, GREEN);
    let bell: XdgSystemBellV1 = client.bind();
    bell.ring(None);
    bell.ring(Some(&seen.surface));
    f.roundtrip(&mut client);
    f.turn();
    assert!(said(&f).is_empty(), "{:?}", said(&f));
    for _ in 0..3 {
        bell.ring(Some(&hidden.surface));
    }
    f.roundtrip(&mut client);
    f.turn();
    assert_eq!(said(&f).len(), 1, "{:?}", said(&f));
    assert!(said(&f)[0].contains("kettle"));
    let urgent = |f: &Fixture| f.state.shell.desktop.tree().window(id).unwrap().2.urgent;
    assert!(urgent(&f));
    f.state.focus_window(id);
    assert!(!urgent(&f), "who looks at it has heard it");
}
