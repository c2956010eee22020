//! `xdg_toplevel_tag_v1`: a window says what it is for, and nothing changes.

use wayland_protocols::xdg::toplevel_tag::v1::client::xdg_toplevel_tag_manager_v1::XdgToplevelTagManagerV1;

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn a_tag_is_taken_and_its_window_stays_where_it_is() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (before, focused) = (f.shot().count(RED), f.state.shell.focused());
    let manager: XdgToplevelTagManagerV1 = client.bind();
    manager.set_toplevel_tag(&window.toplevel, "main window".into());
    manager.set_toplevel_description(&window.toplevel, "The main window".into());
    f.roundtrip(&mut client);
    assert_eq!((f.shot().count(RED), f.state.shell.focused()), (before, focused));
}
