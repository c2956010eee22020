//! `zxdg_decoration_v1`: the LCARS frame is the decoration, unless a client insists on its own.

use wayland_client::WEnum;
use wayland_protocols::xdg::decoration::zv1::client::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use wayland_protocols::xdg::decoration::zv1::client::zxdg_toplevel_decoration_v1::{
    Event, Mode, ZxdgToplevelDecorationV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::RED;
use crate::window::Window;

fn told(client: &mut Client, decoration: &ZxdgToplevelDecorationV1) -> Option<Mode> {
    client.events(decoration).into_iter().last().map(|event| match event {
        Event::Configure { mode: WEnum::Value(mode) } => mode,
        other => panic!("{other:?}"),
    })
}

#[test]
fn it_is_on_the_servers_side_by_default() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    let decoration = client.bind::<ZxdgDecorationManagerV1>().get_toplevel_decoration(&window.toplevel, &client.qh, ());
    f.configure(&mut client, &window);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ServerSide));
}

#[test]
fn a_client_that_draws_its_own_is_left_alone_and_can_change_its_mind() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = Window::new(&mut client);
    let decoration = client.bind::<ZxdgDecorationManagerV1>().get_toplevel_decoration(&window.toplevel, &client.qh, ());
    decoration.set_mode(Mode::ClientSide);
    let configure = f.configure(&mut client, &window);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ClientSide));
    window.show(&client.colour(configure.size, RED));
    f.roundtrip(&mut client);
    let own = f.area();
    assert_eq!(configure.size, (own.size.w, own.size.h), "it is known from the start how much room there is");
    assert_eq!((own.loc.x, own.loc.y, own.size.w), (0, 0, 800), "nothing of ours is above it or beside it");
    assert_eq!(f.shot().count(RED), own.size.w * own.size.h);
    assert!(f.state.screen().view().nodes.iter().any(|node| node.name == "ZOOM OUT"));

    decoration.set_mode(Mode::ServerSide);
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ServerSide));
    let configure = window.configured(&mut client).expect("a mode counts with the next configure");
    assert!(configure.size.0 < 800 && configure.size.1 < own.size.h, "our frame is around it again");
    assert_eq!((f.area().size.w, f.area().size.h), configure.size);
    decoration.set_mode(Mode::ClientSide);
    f.roundtrip(&mut client);
    decoration.unset_mode();
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ServerSide));
    window.configured(&mut client);
    decoration.set_mode(Mode::ServerSide);
    f.roundtrip(&mut client);
    assert!(window.configured(&mut client).is_some(), "a request is answered even where nothing changes");
}

#[test]
fn a_window_without_our_frame_leaves_the_size_of_all_others_alone() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let framed = f.window(&mut client, RED);
    let size = (f.area().size.w, f.area().size.h);
    let own = Window::new(&mut client);
    let decoration = client.bind::<ZxdgDecorationManagerV1>().get_toplevel_decoration(&own.toplevel, &client.qh, ());
    decoration.set_mode(Mode::ClientSide);
    let configure = f.configure(&mut client, &own);
    own.show(&client.colour(configure.size, RED));
    f.roundtrip(&mut client);
    assert_ne!(configure.size, size);
    let told = framed.configured(&mut client).expect("it is no longer the one in focus");
    assert_eq!(told.size, size);
}

#[test]
fn a_client_that_cannot_make_up_its_mind_is_answered_once() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let decoration = client.bind::<ZxdgDecorationManagerV1>().get_toplevel_decoration(&window.toplevel, &client.qh, ());
    f.roundtrip(&mut client);
    told(&mut client, &decoration);
    for _ in 0..1000 {
        decoration.set_mode(Mode::ClientSide);
        decoration.set_mode(Mode::ServerSide);
    }
    decoration.set_mode(Mode::ClientSide);
    f.roundtrip(&mut client);
    let events = client.events(&decoration);
    assert!(!events.is_empty() && events.len() < 10, "{} answers", events.len());
    assert_eq!(f.area().size.w, 800);
}
