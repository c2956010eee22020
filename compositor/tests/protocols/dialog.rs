//! `xdg_toplevel.set_parent`: dialogs are above their window, at the size they like.

use wayland_protocols::xdg::shell::client::xdg_toplevel::State;

use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::Window;

#[test]
fn a_dialog_chooses_its_size_and_is_in_the_middle_of_its_window() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let dialog = Window::new(&mut client);
    dialog.toplevel.set_parent(Some(&parent.toplevel));
    let configure = f.configure(&mut client, &dialog);
    assert_eq!(configure.size, (0, 0));
    assert!(!configure.has(State::Maximized));
    dialog.show(&client.colour((200, 100), GREEN));
    f.roundtrip(&mut client);

    let shot = f.shot();
    let area = f.area();
    let corner = (area.loc.x + (area.size.w - 200) / 2, area.loc.y + (area.size.h - 100) / 2);
    assert_eq!(shot.find(GREEN), Some((corner.0, corner.1, 200, 100)));
    assert_eq!(shot.count(RED), area.size.w * area.size.h - 200 * 100, "its window is still seen around it");
    parent.configured(&mut client);
    assert!(dialog.configured(&mut client).unwrap().has(State::Activated));
}

#[test]
fn a_dialog_that_ends_passes_the_focus_to_its_window_not_to_the_newest() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let parent_id = f.state.shell.focused().unwrap();
    f.window(&mut client, BLUE);
    f.state.focus_window(parent_id);
    let dialog = f.dialog(&mut client, &parent, (200, 100), GREEN);
    assert_ne!(f.state.shell.focused(), Some(parent_id));
    dialog.destroy();
    f.roundtrip(&mut client);
    assert_eq!(f.state.shell.focused(), Some(parent_id));
    assert_eq!(f.shot().count(BLUE), 0);
}

#[test]
fn a_dialog_is_nobodys_once_its_window_is_gone() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let parent = f.window(&mut client, RED);
    let dialog = f.dialog(&mut client, &parent, (200, 100), GREEN);
    dialog.configured(&mut client);
    parent.destroy();
    f.roundtrip(&mut client);
    let area = f.area().size;
    let configure = dialog.configured(&mut client).expect("it is a window of its own now");
    assert_eq!(configure.size, (area.w, area.h));
    assert!(configure.has(State::Activated));
    assert_ne!(f.shot().count(GREEN), 0);
}

#[test]
fn a_window_cannot_be_its_own_dialog() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let first = f.window(&mut client, RED);
    let second = f.window(&mut client, GREEN);
    second.toplevel.set_parent(Some(&first.toplevel));
    f.roundtrip(&mut client);
    first.toplevel.set_parent(Some(&second.toplevel));
    // Newer versions of the protocol call it an error, older ones say nothing: either way the picture stands.
    for _ in 0..3 {
        client.flush();
        f.turn();
    }
    f.draw();
    let mut other = f.client();
    f.window(&mut other, BLUE);
    assert_ne!(f.shot().count(BLUE), 0);
}
