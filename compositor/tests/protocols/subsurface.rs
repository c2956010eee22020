//! `wl_subcompositor`: surfaces within surfaces, in step with their parent or not.

use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::WlSubsurface;
use wayland_client::protocol::wl_surface::WlSurface;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::window::{Window, show};

/// A child of `parent`, synchronised as all are at first.
fn child(client: &mut Client, parent: &WlSurface, at: (i32, i32)) -> (WlSurface, WlSubsurface) {
    let surface = client.surface();
    let subsurface = client.bind::<WlSubcompositor>().get_subsurface(&surface, parent, &client.qh, ());
    subsurface.set_position(at.0, at.1);
    (surface, subsurface)
}

/// A red window of 200×100 and where it is.
fn parent(f: &mut Fixture, client: &mut Client) -> (Window, i32, i32) {
    let red = client.colour((200, 100), RED);
    let window = f.window_showing(client, &red);
    let (x, y, ..) = f.shot().find(RED).unwrap();
    (window, x, y)
}

#[test]
fn a_synchronised_child_appears_with_its_parents_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, x, y) = parent(&mut f, &mut client);
    let (surface, _subsurface) = child(&mut client, &window.surface, (10, 20));
    show(&surface, &client.colour((30, 40), GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(GREEN), 0);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((x + 10, y + 20, 30, 40)));
}

#[test]
fn a_desynchronised_child_appears_with_its_own_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, x, y) = parent(&mut f, &mut client);
    let (surface, subsurface) = child(&mut client, &window.surface, (10, 20));
    subsurface.set_desync();
    window.surface.commit();
    show(&surface, &client.colour((30, 40), GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((x + 10, y + 20, 30, 40)));
}

#[test]
fn a_desynchronised_child_of_a_synchronised_one_waits_all_the_same() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, ..) = parent(&mut f, &mut client);
    let (middle, _sync) = child(&mut client, &window.surface, (10, 10));
    let (inner, desync) = child(&mut client, &middle, (5, 5));
    desync.set_desync();
    show(&inner, &client.colour((10, 10), BLUE));
    show(&middle, &client.colour((30, 40), GREEN));
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(GREEN), shot.count(BLUE)), (0, 0));
    window.surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(GREEN), shot.count(BLUE)), (30 * 40 - 100, 100));
}

#[test]
fn a_synchronised_childs_buffer_is_released_when_it_is_shown() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, ..) = parent(&mut f, &mut client);
    let (surface, _subsurface) = child(&mut client, &window.surface, (0, 0));
    let (first, second) = (client.colour((30, 40), GREEN), client.colour((30, 40), BLUE));
    show(&surface, &first);
    show(&surface, &second);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&first).len(), 1, "it was replaced before it was shown");
    assert_eq!(client.events(&second).len(), 1);
    let shot = f.shot();
    assert_eq!((shot.count(GREEN), shot.count(BLUE)), (0, 30 * 40));
}

#[test]
fn a_position_takes_effect_with_the_parents_commit() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, x, y) = parent(&mut f, &mut client);
    let (surface, subsurface) = child(&mut client, &window.surface, (10, 20));
    subsurface.set_desync();
    show(&surface, &client.colour((30, 40), GREEN));
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    subsurface.set_position(-15, 70);
    surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((x + 10, y + 20, 30, 40)));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((x - 15, y + 70, 30, 40)), "it may reach outside its parent");
}

#[test]
fn the_order_can_be_changed_and_children_can_be_below() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, x, y) = parent(&mut f, &mut client);
    let (green, first) = child(&mut client, &window.surface, (10, 10));
    let (blue, second) = child(&mut client, &window.surface, (20, 20));
    show(&green, &client.colour((30, 30), GREEN));
    show(&blue, &client.colour((30, 30), BLUE));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().at(x + 25, y + 25), BLUE, "the newest is on top");

    first.place_above(&blue);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().at(x + 25, y + 25), GREEN);

    second.place_below(&window.surface);
    second.set_position(190, 90);
    window.surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(shot.at(x + 195, y + 95), RED, "it is behind its parent");
    assert_eq!(shot.at(x + 205, y + 95), BLUE, "but is seen beside it");
}

#[test]
fn children_go_when_their_parent_hides_and_when_they_are_destroyed() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, ..) = parent(&mut f, &mut client);
    let (surface, subsurface) = child(&mut client, &window.surface, (10, 10));
    let (inner, inner_role) = child(&mut client, &surface, (5, 5));
    subsurface.set_desync();
    inner_role.set_desync();
    show(&inner, &client.colour((10, 10), WHITE));
    show(&surface, &client.colour((30, 30), GREEN));
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(WHITE), 100);
    // An unmapped child takes its own children along.
    surface.attach(None, 0, 0);
    surface.commit();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(GREEN), shot.count(WHITE)), (0, 0));
    show(&surface, &client.colour((30, 30), GREEN));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(WHITE), 100);

    subsurface.destroy();
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!((shot.count(GREEN), shot.count(WHITE)), (0, 0));
}

#[test]
fn a_childs_frame_callback_comes_with_the_tick() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let (window, ..) = parent(&mut f, &mut client);
    let (surface, subsurface) = child(&mut client, &window.surface, (10, 10));
    subsurface.set_desync();
    window.surface.commit();
    let callback = surface.frame(&client.qh, ());
    show(&surface, &client.colour((30, 30), GREEN));
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    assert_eq!(client.events(&callback).len(), 1);
}
