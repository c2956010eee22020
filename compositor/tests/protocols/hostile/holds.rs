//! Clients that hold on: to the keyboard, the pointer, the screen, the lock, a drag.

use lcars_ui::viewport::Lock;
use streamer::protocol::Phase;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_output::WlOutput;
use wayland_client::protocol::wl_pointer::ButtonState;
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_manager_v1::ExtSessionLockManagerV1;
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_surface_v1;
use wayland_protocols::ext::session_lock::v1::client::ext_session_lock_v1::ExtSessionLockV1;
use wayland_protocols::wp::keyboard_shortcuts_inhibit::zv1::client::zwp_keyboard_shortcuts_inhibit_manager_v1::ZwpKeyboardShortcutsInhibitManagerV1;
use wayland_protocols::wp::keyboard_shortcuts_inhibit::zv1::client::zwp_keyboard_shortcuts_inhibitor_v1;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_confined_pointer_v1;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_locked_pointer_v1;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_pointer_constraints_v1::{
    Lifetime, ZwpPointerConstraintsV1,
};
use wayland_protocols::xdg::decoration::zv1::client::zxdg_decoration_manager_v1::ZxdgDecorationManagerV1;
use wayland_protocols::xdg::decoration::zv1::client::zxdg_toplevel_decoration_v1::Mode;
use wayland_protocols_misc::zwp_input_method_v2::client::zwp_input_method_manager_v2::ZwpInputMethodManagerV2;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::{Layer, ZwlrLayerShellV1};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    self, Anchor, KeyboardInteractivity, ZwlrLayerSurfaceV1,
};
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_manager_v1::ZwlrVirtualPointerManagerV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::{BTN_LEFT, LEFT};
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::popup::{Popup, positioner};
use crate::virtual_keyboard::Typist;
use crate::ways_out::WAYS_OUT;
use crate::window::{Window, show};

/// Takes hold. What is returned stays connected.
type Scenario = (&'static str, fn(&mut Fixture) -> Vec<Client>);

const KEY_LEFTCTRL: u32 = 29;
const KEY_LEFTSHIFT: u32 = 42;

fn fullscreen(f: &mut Fixture, client: &mut Client) -> Window {
    let window = f.window(client, RED);
    window.toplevel.set_fullscreen(None);
    f.roundtrip(client);
    let size = window.configured(client).expect("another size").size;
    window.show(&client.colour(size, RED));
    f.roundtrip(client);
    window
}

fn inhibit(
    client: &mut Client,
    window: &Window,
) -> zwp_keyboard_shortcuts_inhibitor_v1::ZwpKeyboardShortcutsInhibitorV1 {
    let seat = client.seat();
    let manager = client.bind::<ZwpKeyboardShortcutsInhibitManagerV1>();
    manager.inhibit_shortcuts(&window.surface, &seat, &client.qh, ())
}

/// A surface of the output that has all of it and wants the keyboard, once it was told its size.
fn overlay(f: &mut Fixture, client: &mut Client, colour: u32) -> ZwlrLayerSurfaceV1 {
    let shell: ZwlrLayerShellV1 = client.bind();
    let surface = client.surface();
    let layer = shell.get_layer_surface(&surface, None, Layer::Overlay, "cover".into(), &client.qh, ());
    layer.set_anchor(Anchor::all());
    layer.set_exclusive_zone(-1);
    layer.set_keyboard_interactivity(KeyboardInteractivity::Exclusive);
    surface.commit();
    f.roundtrip(client);
    let serial = client.events(&layer).into_iter().find_map(|event| match event {
        zwlr_layer_surface_v1::Event::Configure { serial, .. } => Some(serial),
        _ => None,
    });
    layer.ack_configure(serial.expect("a size"));
    show(&surface, &client.colour((800, 600), colour));
    f.roundtrip(client);
    layer
}

fn lock(client: &mut Client) -> ExtSessionLockV1 {
    client.bind::<ExtSessionLockManagerV1>().lock(&client.qh, ())
}

/// Shows something on a locked screen.
fn cover_locked(f: &mut Fixture, client: &mut Client, lock: &ExtSessionLockV1) {
    let output: WlOutput = client.bind();
    let surface = client.surface();
    let on = lock.get_lock_surface(&surface, &output, &client.qh, ());
    f.roundtrip(client);
    let mut serial = client.events(&on).into_iter().map(|event| match event {
        ext_session_lock_surface_v1::Event::Configure { serial, .. } => serial,
        _ => panic!("it knows no other event"),
    });
    on.ack_configure(serial.next_back().expect("a size"));
    show(&surface, &client.colour((800, 600), BLUE));
    f.roundtrip(client);
}

fn drag(f: &mut Fixture, client: &mut Client) {
    let seat = client.seat();
    let manager = client.bind::<WlDataDeviceManager>();
    let device = manager.get_data_device(&seat, &client.qh, ());
    let window = f.window(client, RED);
    let serial = f.hold_in_the_middle(client);
    let source = manager.create_data_source(&client.qh, ());
    source.offer("text/plain".into());
    source.set_actions(DndAction::all());
    let icon = client.surface();
    device.start_drag(Some(&source), &window.surface, Some(&icon), serial);
    show(&icon, &client.colour((20, 20), BLUE));
    f.roundtrip(client);
    f.point(300, 200);
    f.roundtrip(client);
}

const SCENARIOS: &[Scenario] = &[
    ("never acknowledges that it is fullscreen", |f| {
        let mut client = f.client();
        let window = f.window(&mut client, RED);
        window.toplevel.set_fullscreen(None);
        f.roundtrip(&mut client);
        vec![client]
    }),
    ("covers everything without a frame", |f| {
        let mut client = f.client();
        let window = Window::new(&mut client);
        let manager = client.bind::<ZxdgDecorationManagerV1>();
        manager.get_toplevel_decoration(&window.toplevel, &client.qh, ()).set_mode(Mode::ClientSide);
        window.toplevel.set_fullscreen(None);
        let told = f.configure(&mut client, &window);
        window.show(&client.colour(told.size, RED));
        f.roundtrip(&mut client);
        vec![client]
    }),
    ("inhibits shortcuts", |f| {
        let mut client = f.client();
        let window = fullscreen(f, &mut client);
        let inhibitor = inhibit(&mut client, &window);
        f.roundtrip(&mut client);
        f.roundtrip(&mut client);
        let told = client.events(&inhibitor);
        assert!(matches!(told[..], [zwp_keyboard_shortcuts_inhibitor_v1::Event::Active]), "{told:?}");
        vec![client]
    }),
    ("locks the pointer for ever", |f| {
        let mut client = f.client();
        let pointer = client.seat().get_pointer(&client.qh, ());
        let window = fullscreen(f, &mut client);
        f.point(400, 300);
        f.roundtrip(&mut client);
        let constraints: ZwpPointerConstraintsV1 = client.bind();
        let (surface, qh) = (&window.surface, &client.qh);
        let locked = constraints.lock_pointer(surface, &pointer, None, Lifetime::Persistent, qh, ());
        f.roundtrip(&mut client);
        let told = client.events(&locked);
        assert!(told.iter().any(|event| matches!(event, zwp_locked_pointer_v1::Event::Locked)), "{told:?}");
        vec![client]
    }),
    ("confines the pointer to one point for ever", |f| {
        let mut client = f.client();
        let pointer = client.seat().get_pointer(&client.qh, ());
        let window = f.window(&mut client, RED);
        let corner = f.area().loc;
        f.point(corner.x + 10, corner.y + 10);
        f.roundtrip(&mut client);
        let region = client.bind::<WlCompositor>().create_region(&client.qh, ());
        region.add(10, 10, 1, 1);
        let constraints: ZwpPointerConstraintsV1 = client.bind();
        let (surface, qh) = (&window.surface, &client.qh);
        let confined = constraints.confine_pointer(surface, &pointer, Some(&region), Lifetime::Persistent, qh, ());
        f.roundtrip(&mut client);
        let told = client.events(&confined);
        assert!(told.iter().any(|event| matches!(event, zwp_confined_pointer_v1::Event::Confined)), "{told:?}");
        vec![client]
    }),
    ("covers everything with many surfaces that want the keyboard", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        for _ in 0..40 {
            overlay(f, &mut client, GREEN);
        }
        vec![client]
    }),
    ("covers everything from many connections", |f| {
        let mut window = f.client();
        f.window(&mut window, RED);
        let mut clients = vec![window];
        for _ in 0..40 {
            let mut client = f.client();
            overlay(f, &mut client, GREEN);
            clients.push(client);
        }
        clients
    }),
    ("grabs with a menu in a menu in a menu", |f| {
        let mut client = f.client();
        let window = f.window(&mut client, RED);
        let serial = f.hold_in_the_middle(&mut client);
        f.button(LEFT, false);
        let positioner = positioner(&mut client, (10, 10), (300, 200));
        let mut parent = window.xdg.clone();
        for _ in 0..10 {
            let menu = Popup::new(&mut client, &parent, &positioner);
            menu.popup.grab(&client.seat(), serial);
            menu.map(f, &mut client, BLUE);
            parent = menu.xdg.clone();
        }
        vec![client]
    }),
    ("locks the session and dies", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        let mut locker = f.client();
        lock(&mut locker);
        f.roundtrip(&mut locker);
        drop(locker);
        f.turn();
        vec![client]
    }),
    ("locks the session and never unlocks it", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        let held = lock(&mut client);
        f.roundtrip(&mut client);
        cover_locked(f, &mut client, &held);
        vec![client]
    }),
    ("starts a drag that nobody drops", |f| {
        let mut client = f.client();
        drag(f, &mut client);
        vec![client]
    }),
    ("starts a drag by touch that nobody drops", |f| {
        let mut client = f.client();
        client.seat().get_touch(&client.qh, ());
        f.window(&mut client, RED);
        f.touch(1, Phase::Begin, 400, 300);
        f.roundtrip(&mut client);
        vec![client]
    }),
    ("holds a button with a hand of its own", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        let mut them = f.trusted_client();
        let hand = them.bind::<ZwlrVirtualPointerManagerV1>().create_virtual_pointer(None, &them.qh, ());
        hand.motion_absolute(0, 400, 300, 800, 600);
        hand.button(0, BTN_LEFT, ButtonState::Pressed);
        f.roundtrip(&mut them);
        vec![client, them]
    }),
    ("holds keys with a keyboard of its own", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        let mut them = f.trusted_client();
        let typist = Typist::new(f, &mut them, "de");
        typist.0.key(0, KEY_LEFTCTRL, 1);
        typist.0.key(0, KEY_LEFTSHIFT, 1);
        f.roundtrip(&mut them);
        vec![client, them]
    }),
    ("holds modifiers with a keyboard of its own", |f| {
        let mut client = f.client();
        f.window(&mut client, RED);
        let mut them = f.trusted_client();
        let typist = Typist::new(f, &mut them, "us");
        // Shift, Ctrl and Alt.
        typist.0.modifiers(0b1101, 0, 0b1101, 0);
        f.roundtrip(&mut them);
        vec![client, them]
    }),
    ("takes every key as an input method", |f| {
        let mut client = f.client();
        let input = crate::text_input::text_input(&mut client);
        f.window(&mut client, RED);
        crate::text_input::enable(&input, (10, 20, 1, 18));
        f.roundtrip(&mut client);
        let mut them = f.trusted_client();
        let seat = them.seat();
        let method = them.bind::<ZwpInputMethodManagerV2>().get_input_method(&seat, &them.qh, ());
        f.roundtrip(&mut them);
        method.grab_keyboard(&them.qh, ());
        f.roundtrip(&mut them);
        vec![client, them]
    }),
];

#[test]
fn whatever_is_held_the_user_gets_out_by_key_and_by_pill_and_others_are_served() {
    for (name, scenario) in SCENARIOS {
        for way_out in WAYS_OUT {
            let mut f = Fixture::new();
            let mut bystander = f.client();
            f.window(&mut bystander, WHITE);
            let id = f.state.shell.windows().iter().find_map(|window| window.id).unwrap();
            let clients = scenario(&mut f);
            f.draw();
            eprintln!("{name}");
            way_out(&mut f);
            f.roundtrip(&mut bystander);
            // The desktop is as good as ever: what was held is let go, and another window is used.
            f.blur();
            f.touch(1, Phase::Cancel, 400, 300);
            f.state.focus_window(id);
            f.turn();
            assert_eq!(f.state.shell.focused(), Some(id), "{name}");
            way_out(&mut f);
            drop(clients);
            f.turn();
            f.roundtrip(&mut bystander);
        }
    }
}

#[test]
fn who_inhibits_shortcuts_again_and_again_holds_nobody() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = fullscreen(&mut f, &mut client);
    for code in ["ArrowUp", "Home"] {
        let inhibitor = inhibit(&mut client, &window);
        f.roundtrip(&mut client);
        for (code, pressed) in [("MetaLeft", true), (code, true), (code, false), ("MetaLeft", false)] {
            f.key(code, pressed);
        }
        assert_eq!(f.state.shell.focused(), None, "Super+{code}");
        inhibitor.destroy();
        f.roundtrip(&mut client);
        let id = f.state.shell.windows()[0].id.unwrap();
        f.state.focus_window(id);
        f.turn();
    }
}

#[test]
fn who_locks_again_whenever_the_owner_unlocks_is_not_heard() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let id = f.state.screen().id;
    let lock_of = |f: &Fixture| f.state.shell.desktop.output(id).unwrap().panels.lock;
    lock(&mut client);
    f.roundtrip(&mut client);
    assert_eq!(lock_of(&f), Lock::Curtain);
    f.press("UNLOCK");
    for _ in 0..5 {
        lock(&mut client);
        f.roundtrip(&mut client);
        assert_eq!(lock_of(&f), Lock::Open);
        // Another connection of the same process makes no difference.
        client = f.client();
    }
}

#[test]
fn a_panel_that_begins_to_want_the_keyboard_after_it_was_sent_away_is_sent_away_too() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    overlay(&mut f, &mut client, GREEN);
    let shell: ZwlrLayerShellV1 = client.bind();
    let surface = client.surface();
    let bar = shell.get_layer_surface(&surface, None, Layer::Top, "bar".into(), &client.qh, ());
    bar.set_anchor(Anchor::Top);
    bar.set_size(200, 20);
    surface.commit();
    f.roundtrip(&mut client);
    for event in client.events(&bar) {
        if let zwlr_layer_surface_v1::Event::Configure { serial, .. } = event {
            bar.ack_configure(serial);
        }
    }
    show(&surface, &client.colour((200, 20), BLUE));
    f.roundtrip(&mut client);
    f.leaves_by_key();
    bar.set_keyboard_interactivity(KeyboardInteractivity::Exclusive);
    surface.commit();
    f.roundtrip(&mut client);
    let closed = client.events(&bar).into_iter().any(|event| matches!(event, zwlr_layer_surface_v1::Event::Closed));
    assert!(closed, "it has the keyboard");
}
