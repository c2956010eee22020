//! Programs that come and go leave nothing behind: no window, no node, no texture, no descriptor.

use std::time::{Duration, Instant};

use wayland_client::protocol::wl_data_device_manager::WlDataDeviceManager;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_protocols::xdg::dialog::v1::client::xdg_wm_dialog_v1::XdgWmDialogV1;

use crate::alone::{alone, open};
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::window::show;

/// What the first of them use is used by all.
const WARM: usize = 10;
const VISITORS: usize = 60;
/// A pool or two lie with a thread of smithay's until more come.
const SPARE: usize = 2;
/// A thread of smithay's closes pools when it comes to it.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn programs_that_come_and_go_leave_nothing_behind() {
    alone("churn::programs_come_and_go");
}

#[test]
#[ignore = "the test above runs it, in a process of its own"]
fn programs_come_and_go() {
    let mut f = Fixture::new();
    let mut stays = f.client();
    f.window(&mut stays, GREEN);
    (0..WARM).for_each(|count| visit(&mut f, count));
    let before = held(&mut f);
    let mut fds = open().len();
    for count in 0..VISITORS {
        visit(&mut f, count);
        // Who never reads is let go one day.
        f.roundtrip(&mut stays);
    }
    assert_eq!(held(&mut f), before, "windows, nodes and bytes of textures");
    let begun = Instant::now();
    while open().len() > fds + SPARE {
        assert!(begun.elapsed() < PATIENCE, "{fds} descriptors were open, and now {:?}", open());
        f.wait();
        // Those of the first visitors may still have been among them.
        fds = fds.min(open().len());
    }
}

/// Uses what programs use, and goes: some say goodbye, most do not.
fn visit(f: &mut Fixture, count: usize) {
    let mut client = f.client();
    let seat = client.seat();
    seat.get_keyboard(&client.qh, ());
    seat.get_pointer(&client.qh, ());
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    let window = f.window(&mut client, RED);
    client.bind::<XdgWmDialogV1>().get_xdg_dialog(&window.toplevel, &client.qh, ()).set_modal();
    let child = client.surface();
    client.bind::<WlSubcompositor>().get_subsurface(&child, &window.surface, &client.qh, ());
    show(&child, &client.colour((20, 20), BLUE));
    let positioner = positioner(&mut client, (10, 10), (40, 30));
    let menu = Popup::new(&mut client, &window.xdg, &positioner);
    menu.map(f, &mut client, BLUE);
    let source = manager.create_data_source(&client.qh, ());
    source.offer("text/plain".into());
    device.set_selection(Some(&source), 0);
    window.surface.frame(&client.qh, ());
    window.surface.commit();
    f.roundtrip(&mut client);
    f.draw();
    if count.is_multiple_of(3) {
        menu.destroy();
        window.destroy();
        f.roundtrip(&mut client);
    }
    drop(client);
    f.turn();
    f.turn();
}

/// Windows, parts of the interface, bytes of textures.
fn held(f: &mut Fixture) -> (usize, usize, usize) {
    f.state.shell.desktop.arrive_at_once();
    f.state.relayout();
    f.draw();
    (f.state.shell.windows().len(), f.state.screen().view().nodes.len(), f.gpu.texture_bytes())
}
