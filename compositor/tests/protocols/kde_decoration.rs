//! `org_kde_kwin_server_decoration`: for toolkits that know no other way to ask whose the frame is.

use wayland_client::WEnum;
use wayland_protocols_misc::server_decoration::client::org_kde_kwin_server_decoration::{self, Mode};
use wayland_protocols_misc::server_decoration::client::org_kde_kwin_server_decoration_manager::{
    self, OrgKdeKwinServerDecorationManager,
};

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn the_frame_is_ours_unless_a_program_wants_its_own() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let framed = f.area();
    let manager: OrgKdeKwinServerDecorationManager = client.bind();
    let decoration = manager.create(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    let server = WEnum::Value(org_kde_kwin_server_decoration_manager::Mode::Server);
    let offered = client.events(&manager);
    let is_server = |event: &org_kde_kwin_server_decoration_manager::Event| matches!(event, org_kde_kwin_server_decoration_manager::Event::DefaultMode { mode } if *mode == server);
    assert!(offered.iter().all(is_server) && !offered.is_empty());
    let mode = |client: &mut crate::client::Client| {
        client.events(&decoration).last().map(|event| match event {
            org_kde_kwin_server_decoration::Event::Mode { mode } => *mode,
            _ => panic!("it knows no other event"),
        })
    };
    assert_eq!(mode(&mut client), Some(WEnum::Value(Mode::Server)));
    decoration.request_mode(Mode::Client);
    f.roundtrip(&mut client);
    f.turn();
    assert_eq!(mode(&mut client), Some(WEnum::Value(Mode::Client)));
    assert_ne!(f.area(), framed, "it has the room of the frame");
    decoration.request_mode(Mode::Server);
    f.roundtrip(&mut client);
    f.turn();
    assert_eq!(f.area(), framed);
}
