//! What the conformance suite and the fuzzer found, told again in a few lines each.

use wayland_client::protocol::wl_pointer;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::{self, WlSubsurface};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_wm_base::{self, XdgWmBase};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::window::show;

fn child(client: &mut Client, parent: &WlSurface) -> (WlSurface, WlSubsurface) {
    let surface = client.surface();
    let subsurface = client.bind::<WlSubcompositor>().get_subsurface(&surface, parent, &client.qh, ());
    (surface, subsurface)
}

#[test]
fn a_surface_that_moves_under_the_pointer_is_told_where_the_pointer_is_now() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let window = f.window(&mut client, RED);
    let (surface, subsurface) = child(&mut client, &window.surface);
    show(&surface, &client.colour((200, 200), GREEN));
    window.surface.commit();
    f.roundtrip(&mut client);
    let (x, y, ..) = f.shot().find(GREEN).unwrap();
    f.point(x + 100, y + 100);
    f.roundtrip(&mut client);
    client.events(&pointer);

    subsurface.set_position(10, 20);
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    let moved = client.events(&pointer).into_iter().find_map(|event| match event {
        wl_pointer::Event::Motion { surface_x, surface_y, .. } => Some((surface_x, surface_y)),
        _ => None,
    });
    assert_eq!(moved, Some((90.0, 80.0)));
    f.draw();
    f.roundtrip(&mut client);
    assert!(client.events(&pointer).is_empty(), "it is told once");
}

#[test]
fn another_order_of_children_is_drawn_though_no_picture_changed() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (lower, role) = child(&mut client, &window.surface);
    let (upper, _) = child(&mut client, &window.surface);
    show(&lower, &client.colour((50, 50), GREEN));
    show(&upper, &client.colour((50, 50), BLUE));
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    assert!(!f.state.screen().wants_frame());

    role.place_above(&upper);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert!(f.state.screen().wants_frame(), "the picture differs");
    assert_eq!(f.shot().count(GREEN), 50 * 50);
    f.draw();
    window.surface.commit();
    f.roundtrip(&mut client);
    assert!(!f.state.screen().wants_frame(), "and differs no more");
}

#[test]
fn a_position_waits_for_the_commit_of_a_synchronised_parent() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let (parent, _middle) = child(&mut client, &window.surface);
    let (surface, role) = child(&mut client, &parent);
    show(&surface, &client.colour((20, 20), GREEN));
    show(&parent, &client.colour((100, 100), BLUE));
    window.surface.commit();
    f.roundtrip(&mut client);
    let before = f.shot().find(GREEN).unwrap();

    role.set_position(30, 40);
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some(before), "its parent has said nothing");
    parent.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some(before), "its parent waits for its own");
    window.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(GREEN), Some((before.0 + 30, before.1 + 40, 20, 20)));
}

#[test]
fn a_menu_may_open_at_a_mere_point() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let positioner = positioner(&mut client, (10, 10), (40, 30));
    positioner.set_anchor_rect(50, 60, 0, 0);
    let told = Popup::new(&mut client, &window.xdg, &positioner).map(&mut f, &mut client, GREEN);
    assert_eq!(told, (50, 60, 40, 30));
}

#[test]
fn a_surface_with_a_role_or_a_picture_becomes_no_window() {
    type Attempt = fn(&mut Fixture, &mut Client) -> WlSurface;
    let cases: [(xdg_wm_base::Error, Attempt); 3] = [
        (xdg_wm_base::Error::Role, |f, client| {
            let window = f.window(client, RED);
            child(client, &window.surface).0
        }),
        (xdg_wm_base::Error::InvalidSurfaceState, |_, client| {
            let surface = client.surface();
            surface.attach(Some(&client.colour((10, 10), RED)), 0, 0);
            surface
        }),
        (xdg_wm_base::Error::InvalidSurfaceState, |_, client| {
            let surface = client.surface();
            show(&surface, &client.colour((10, 10), RED));
            surface
        }),
    ];
    for (expected, make) in cases {
        let mut f = Fixture::new();
        let mut client = f.client();
        let surface = make(&mut f, &mut client);
        client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
        assert_eq!(f.protocol_error(&mut client).code, expected as u32);
    }
}

#[test]
fn a_popup_that_is_its_own_parent_is_an_error() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let positioner = positioner(&mut client, (10, 10), (40, 30));
    let surface = client.surface();
    let xdg = client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
    xdg.get_popup(Some(&xdg), &positioner, &client.qh, ());
    assert_eq!(f.protocol_error(&mut client).code, xdg_wm_base::Error::InvalidPopupParent as u32);
    let mut other = f.client();
    f.window(&mut other, GREEN);
}

#[test]
fn popups_that_are_each_others_parents_are_an_error() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let positioner = positioner(&mut client, (10, 10), (40, 30));
    let surface = client.surface();
    let later = client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
    let first = Popup::new(&mut client, &later, &positioner);
    later.get_popup(Some(&first.xdg), &positioner, &client.qh, ());
    assert_eq!(f.protocol_error(&mut client).code, xdg_wm_base::Error::InvalidPopupParent as u32);
    let mut other = f.client();
    f.window(&mut other, GREEN);
}

#[test]
fn a_subsurface_is_not_above_or_below_itself() {
    for place in [WlSubsurface::place_above, WlSubsurface::place_below] {
        let mut f = Fixture::new();
        let mut client = f.client();
        let window = f.window(&mut client, RED);
        let (surface, role) = child(&mut client, &window.surface);
        place(&role, &surface);
        assert_eq!(f.protocol_error(&mut client).code, wl_subsurface::Error::BadSurface as u32);
        let mut other = f.client();
        f.window(&mut other, GREEN);
    }
}
