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

    decoration.set_mode(Mode::ServerSide);
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ServerSide));
    assert!(window.configured(&mut client).is_some(), "a mode counts with the next configure");
    decoration.set_mode(Mode::ClientSide);
    decoration.unset_mode();
    f.roundtrip(&mut client);
    assert_eq!(told(&mut client, &decoration), Some(Mode::ServerSide));
}
