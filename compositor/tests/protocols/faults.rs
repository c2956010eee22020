//! A client that is killed in the middle of anything takes nothing and nobody along.

use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_keyboard;
use wayland_client::protocol::wl_pointer;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_protocols::wp::presentation_time::client::wp_presentation::WpPresentation;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols::xdg::activation::v1::client::xdg_activation_v1::XdgActivationV1;

use streamer::protocol::{PenPhase, Phase};
use wayland_protocols::wp::tablet::zv2::client::zwp_tablet_manager_v2::ZwpTabletManagerV2;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::window::{Window, show};

type Scenario = (&'static str, fn(&mut Fixture, &mut Client));

/// Each leaves something half done.
const SCENARIOS: &[Scenario] = &[
    ("connected", |_, _| {}),
    ("a window without a picture", |f, client| {
        let window = Window::new(client);
        f.configure(client, &window);
    }),
    ("a window", |f, client| drop(f.window(client, RED))),
    ("a picture that was sent but not handled", |f, client| {
        let window = f.window(client, RED);
        window.show(&client.colour((300, 300), BLUE));
        client.flush();
    }),
    ("a dialog", |f, client| {
        let window = f.window(client, RED);
        f.dialog(client, &window, (200, 100), BLUE);
    }),
    ("fullscreen", |f, client| {
        let window = f.window(client, RED);
        window.toplevel.set_fullscreen(None);
        f.roundtrip(client);
    }),
    ("a synchronised child that waits", |f, client| {
        let window = f.window(client, RED);
        let child = client.surface();
        client.bind::<WlSubcompositor>().get_subsurface(&child, &window.surface, &client.qh, ());
        show(&child, &client.colour((20, 20), BLUE));
        f.roundtrip(client);
    }),
    ("a frame callback and a presentation feedback", |f, client| {
        let window = f.window(client, RED);
        window.surface.frame(&client.qh, ());
        client.bind::<WpPresentation>().feedback(&window.surface, &client.qh, ());
        window.surface.commit();
        f.roundtrip(client);
    }),
    ("a viewport", |f, client| {
        let window = f.window(client, RED);
        client.bind::<WpViewporter>().get_viewport(&window.surface, &client.qh, ()).set_destination(10, 10);
        f.roundtrip(client);
    }),
    ("a menu with a grab", |f, client| {
        let window = f.window(client, RED);
        let serial = f.hold_in_the_middle(client);
        f.button(LEFT, false);
        let positioner = positioner(client, (100, 100), (100, 50));
        let menu = Popup::new(client, &window.xdg, &positioner);
        menu.popup.grab(&client.seat(), serial);
        menu.map(f, client, BLUE);
    }),
    ("nested menus under a held button", |f, client| {
        let window = f.window(client, RED);
        let serial = f.hold_in_the_middle(client);
        let positioner = positioner(client, (10, 10), (100, 50));
        let outer = Popup::new(client, &window.xdg, &positioner);
        outer.popup.grab(&client.seat(), serial);
        outer.map(f, client, BLUE);
        let inner = Popup::new(client, &outer.xdg, &positioner);
        inner.popup.grab(&client.seat(), serial);
        inner.map(f, client, BLUE);
    }),
    ("a held button and a held key", |f, client| {
        f.window(client, RED);
        f.hold_in_the_middle(client);
        f.key("ShiftLeft", true);
        f.key("ShiftLeft", false);
    }),
    ("a finger on it", |f, client| {
        client.seat().get_touch(&client.qh, ());
        f.window(client, RED);
        f.touch(1, Phase::Begin, 400, 300);
        f.roundtrip(client);
    }),
    ("a pen on it", |f, client| {
        let seat = client.seat();
        client.bind::<ZwpTabletManagerV2>().get_tablet_seat(&seat, &client.qh, ());
        f.window(client, RED);
        f.pen(PenPhase::Down, 400, 300, 0.5, (0.0, 0.0));
        f.roundtrip(client);
    }),
    ("its own cursor", |f, client| {
        let pointer = client.seat().get_pointer(&client.qh, ());
        f.window(client, RED);
        f.point(400, 300);
        f.roundtrip(client);
        let entered = client.events(&pointer).into_iter().find_map(|event| match event {
            wl_pointer::Event::Enter { serial, .. } => Some(serial),
            _ => None,
        });
        let surface = client.surface();
        pointer.set_cursor(entered.unwrap(), Some(&surface), 0, 0);
        show(&surface, &client.colour((16, 16), BLUE));
        f.roundtrip(client);
    }),
    ("a drag with an icon", |f, client| {
        let seat = client.seat();
        let manager = client.bind::<WlDataDeviceManager>();
        let device = manager.get_data_device(&seat, &client.qh, ());
        let window = f.window(client, RED);
        let serial = f.hold_in_the_middle(client);
        let source = manager.create_data_source(&client.qh, ());
        source.set_actions(DndAction::Copy);
        let icon = client.surface();
        device.start_drag(Some(&source), &window.surface, Some(&icon), serial);
        show(&icon, &client.colour((20, 20), BLUE));
        f.roundtrip(client);
        f.point(410, 310);
    }),
    ("the selection", |f, client| {
        let seat = client.seat();
        let manager = client.bind::<WlDataDeviceManager>();
        let device = manager.get_data_device(&seat, &client.qh, ());
        f.window(client, RED);
        let source = manager.create_data_source(&client.qh, ());
        source.offer("text/plain".into());
        device.set_selection(Some(&source), 0);
        f.roundtrip(client);
    }),
    ("a token", |f, client| {
        client.bind::<XdgActivationV1>().get_activation_token(&client.qh, ()).commit();
        f.roundtrip(client);
    }),
];

#[test]
fn nobody_else_notices_when_a_client_is_killed() {
    for (name, scenario) in SCENARIOS {
        let mut f = Fixture::new();
        let mut bystander = f.client();
        let keyboard = bystander.seat().get_keyboard(&bystander.qh, ());
        let pointer = bystander.seat().get_pointer(&bystander.qh, ());
        let window = f.window(&mut bystander, GREEN);
        let shown = f.shot().count(GREEN);
        let mut client = f.client();
        scenario(&mut f, &mut client);
        f.draw();
        bystander.events(&keyboard);
        drop(client);
        f.turn();
        f.turn();
        f.draw();

        assert_eq!(f.shot().count(GREEN), shown, "{name}: the picture");
        // What was held down on the dead window is let go somewhere; that is not the question here.
        f.blur();
        f.point(2, 2);
        f.roundtrip(&mut bystander);
        bystander.events(&pointer);
        f.click(300, 200);
        f.key("KeyA", true);
        f.key("KeyA", false);
        f.roundtrip(&mut bystander);
        let keys = bystander.events(&keyboard).into_iter().filter(|e| matches!(e, wl_keyboard::Event::Key { .. }));
        assert_eq!(keys.count(), 2, "{name}: the keyboard");
        let pressed = bystander.events(&pointer).into_iter().filter(|e| matches!(e, wl_pointer::Event::Button { .. }));
        assert_eq!(pressed.count(), 2, "{name}: the pointer");
        window.show(&bystander.colour((300, 300), BLUE));
        f.roundtrip(&mut bystander);
        assert_eq!(f.shot().count(BLUE), 300 * 300, "{name}: drawing goes on");
    }
}
