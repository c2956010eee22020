//! `zwlr_layer_shell_v1`: bars, launchers and wallpapers, which belong to an output and not to a window.

use smithay::utils::Rectangle;
use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_positioner::{Anchor as At, Gravity, XdgPositioner};
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::{self, Layer, ZwlrLayerShellV1};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    self, Anchor, KeyboardInteractivity, ZwlrLayerSurfaceV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED, WHITE};
use crate::window::{last_configure, show};

/// A surface of the output.
struct Panel {
    surface: WlSurface,
    layer: ZwlrLayerSurfaceV1,
}

impl Panel {
    /// Makes the objects; nothing is committed yet.
    fn new(client: &mut Client, layer: Layer) -> Self {
        let surface = client.surface();
        let shell: ZwlrLayerShellV1 = client.bind();
        let layer = shell.get_layer_surface(&surface, None, layer, "test panel".into(), &client.qh, ());
        Self { surface, layer }
    }

    /// The last size it was told, acknowledged.
    fn told(&self, client: &mut Client) -> Option<(u32, u32)> {
        let mut told = client.events(&self.layer).into_iter().filter_map(|event| match event {
            zwlr_layer_surface_v1::Event::Configure { serial, width, height } => Some((serial, (width, height))),
            _ => None,
        });
        let (serial, size) = told.next_back()?;
        self.layer.ack_configure(serial);
        Some(size)
    }

    fn closed(&self, client: &mut Client) -> bool {
        let events = client.events(&self.layer);
        events.iter().any(|event| matches!(event, zwlr_layer_surface_v1::Event::Closed))
    }

    /// Goes through the first configure and shows one colour.
    fn show(&self, f: &mut Fixture, client: &mut Client, colour: u32) -> (u32, u32) {
        self.surface.commit();
        f.roundtrip(client);
        let size = self.told(client).expect("a configure after the first commit");
        show(&self.surface, &client.colour((size.0 as i32, size.1 as i32), colour));
        f.roundtrip(client);
        size
    }
}

/// A bar at the upper edge.
fn bar(f: &mut Fixture, client: &mut Client, height: i32, colour: u32) -> Panel {
    let panel = Panel::new(client, Layer::Top);
    panel.layer.set_anchor(Anchor::Top | Anchor::Left | Anchor::Right);
    panel.layer.set_size(0, height as u32);
    panel.layer.set_exclusive_zone(height);
    assert_eq!(panel.show(f, client, colour), (800, height as u32));
    panel
}

/// One that covers the output.
fn cover(f: &mut Fixture, client: &mut Client, layer: Layer, colour: u32) -> Panel {
    let panel = Panel::new(client, layer);
    panel.layer.set_anchor(Anchor::all());
    panel.layer.set_exclusive_zone(-1);
    assert_eq!(panel.show(f, client, colour), (800, 600));
    panel
}

fn zoom_out(f: &mut Fixture) {
    f.key("MetaLeft", true);
    f.key("ArrowUp", true);
    f.key("ArrowUp", false);
    f.key("MetaLeft", false);
}

fn keys(client: &mut Client, keyboard: &WlKeyboard) -> usize {
    let events = client.events(keyboard);
    events.iter().filter(|event| matches!(event, wl_keyboard::Event::Key { .. })).count()
}

#[test]
fn a_bar_is_above_everything_at_its_edge_and_windows_make_room_for_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let before = f.area();
    let window = f.window(&mut client, RED);
    let panel = bar(&mut f, &mut client, 40, GREEN);
    assert_eq!(f.shot().find(GREEN), Some((0, 0, 800, 40)));
    let area = f.area();
    assert_eq!(area.loc.y, before.loc.y + 40);
    assert_eq!(area.size.h, before.size.h - 40);
    assert_eq!(window.configured(&mut client).expect("another size").size, (area.size.w, area.size.h));

    panel.layer.destroy();
    panel.surface.destroy();
    f.roundtrip(&mut client);
    assert_eq!(f.area(), before);
    assert_eq!(f.shot().count(GREEN), 0);
}

#[test]
fn it_is_there_at_every_level_and_its_place_is_its_own() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let pointer: WlPointer = client.seat().get_pointer(&client.qh, ());
    bar(&mut f, &mut client, 40, GREEN);
    f.draw();
    assert_eq!(f.shot().find(GREEN), Some((0, 0, 800, 40)));
    let nodes = &f.state.screen().view().nodes;
    let level = nodes.iter().find(|node| node.key.part == "pane").unwrap();
    assert_eq!((level.rect.y, level.rect.bottom()), (40.0, 600.0));
    f.point(400, 20);
    f.button(LEFT, true);
    f.button(LEFT, false);
    f.roundtrip(&mut client);
    let pressed = client.events(&pointer).into_iter().filter(|event| matches!(event, wl_pointer::Event::Button { .. }));
    assert_eq!(pressed.count(), 2);
}

#[test]
fn a_window_that_covers_the_output_covers_a_bar_but_no_overlay() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    bar(&mut f, &mut client, 40, GREEN);
    let note = Panel::new(&mut client, Layer::Overlay);
    note.layer.set_anchor(Anchor::Bottom | Anchor::Right);
    note.layer.set_size(50, 20);
    note.layer.set_margin(0, 10, 5, 0);
    note.show(&mut f, &mut client, BLUE);
    window.toplevel.set_fullscreen(None);
    f.roundtrip(&mut client);
    let size = window.configured(&mut client).unwrap().size;
    assert_eq!(size, (800, 600));
    window.show(&client.colour(size, RED));
    f.roundtrip(&mut client);
    let shot = f.shot();
    assert_eq!(shot.count(GREEN), 0);
    assert_eq!(shot.find(BLUE), Some((740, 575, 50, 20)));
}

#[test]
fn a_wallpaper_is_seen_beside_a_window_and_not_behind_the_interface() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    cover(&mut f, &mut client, Layer::Background, BLUE);
    f.draw();
    assert_eq!(f.shot().count(BLUE), 0, "the ground of the levels is black");
    let small = client.colour((100, 100), RED);
    f.window_showing(&mut client, &small);
    let id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(id);
    f.draw();
    let (shot, area) = (f.shot(), f.area());
    assert_eq!(shot.count(RED), 100 * 100);
    assert_eq!(shot.count(BLUE), area.size.w * area.size.h - 100 * 100);
}

#[test]
fn who_wants_the_keyboard_has_it_and_zooming_out_closes_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard: WlKeyboard = client.seat().get_keyboard(&client.qh, ());
    f.window(&mut client, RED);
    let focused = f.state.shell.focused();
    let panel = Panel::new(&mut client, Layer::Overlay);
    panel.layer.set_size(200, 100);
    panel.layer.set_keyboard_interactivity(KeyboardInteractivity::Exclusive);
    panel.show(&mut f, &mut client, GREEN);
    let entered = client.events(&keyboard).into_iter().filter_map(|event| match event {
        wl_keyboard::Event::Enter { surface, .. } => Some(surface),
        _ => None,
    });
    assert_eq!(entered.last().as_ref(), Some(&panel.surface));
    f.key("KeyA", true);
    f.key("KeyA", false);
    f.roundtrip(&mut client);
    assert_eq!(keys(&mut client, &keyboard), 2);

    // Overlays of the desktop have the keys as long as they are open.
    f.state.screen_mut().interface.overlay = Some(lcars_ui::interface::Overlay::Keys);
    f.key("KeyA", true);
    f.key("KeyA", false);
    f.roundtrip(&mut client);
    assert_eq!(keys(&mut client, &keyboard), 0);
    f.state.screen_mut().interface.close();

    zoom_out(&mut f);
    f.roundtrip(&mut client);
    assert!(panel.closed(&mut client));
    assert_eq!(f.shot().count(GREEN), 0);
    assert_eq!(f.state.shell.focused(), focused, "nothing else has moved");
    zoom_out(&mut f);
    assert_eq!(f.state.shell.focused(), None);
}

#[test]
fn what_covers_everything_is_named_by_a_pill_that_closes_it_and_does_not_come_back_at_once() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    let first = cover(&mut f, &mut client, Layer::Overlay, GREEN);
    f.press("CLOSE TEST PANEL");
    f.roundtrip(&mut client);
    assert!(first.closed(&mut client));
    let second = Panel::new(&mut client, Layer::Overlay);
    second.layer.set_anchor(Anchor::all());
    second.show(&mut f, &mut client, BLUE);
    assert!(second.closed(&mut client));
    assert_eq!(f.shot().count(BLUE), 0);
    bar(&mut f, &mut client, 20, WHITE);
    assert_ne!(f.shot().count(WHITE), 0, "what does not stand in the way may come");
}

#[test]
fn one_that_lies_over_the_pill_does_not_get_its_presses_unless_it_is_trusted() {
    for trusted in [false, true] {
        let mut f = Fixture::new();
        let mut owner = f.client();
        f.window(&mut owner, RED);
        let mut client = if trusted { f.trusted_client() } else { f.client() };
        let panel = Panel::new(&mut client, Layer::Overlay);
        panel.layer.set_anchor(Anchor::Top | Anchor::Left | Anchor::Right);
        panel.layer.set_size(0, 200);
        panel.layer.set_exclusive_zone(-1);
        panel.show(&mut f, &mut client, GREEN);
        assert_eq!(f.shot().find(GREEN), Some((0, 0, 800, 200)));
        let pill = f.pill_out().expect("a way out of the window");
        f.click(pill.x + pill.w / 2.0, pill.y + pill.h / 2.0);
        assert_eq!(f.state.shell.focused().is_some(), trusted);
    }
}

#[test]
fn a_touch_gives_the_keyboard_to_who_can_use_it_and_another_takes_it_back() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let keyboard: WlKeyboard = client.seat().get_keyboard(&client.qh, ());
    let window = f.window(&mut client, RED);
    let panel = Panel::new(&mut client, Layer::Top);
    panel.layer.set_anchor(Anchor::Top);
    panel.layer.set_size(100, 30);
    panel.layer.set_keyboard_interactivity(KeyboardInteractivity::OnDemand);
    panel.show(&mut f, &mut client, GREEN);
    let entered = |client: &mut Client| {
        let entered = client.events(&keyboard).into_iter().filter_map(|event| match event {
            wl_keyboard::Event::Enter { surface, .. } => Some(surface),
            _ => None,
        });
        entered.last()
    };
    f.roundtrip(&mut client);
    assert_eq!(entered(&mut client).as_ref(), Some(&window.surface));
    f.click(400, 15);
    f.roundtrip(&mut client);
    assert_eq!(entered(&mut client).as_ref(), Some(&panel.surface));
    f.click(400, 300);
    f.roundtrip(&mut client);
    assert_eq!(entered(&mut client).as_ref(), Some(&window.surface));
}

#[test]
fn a_popup_of_a_bar_opens_at_it_and_within_the_output() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let panel = bar(&mut f, &mut client, 30, GREEN);
    let base: XdgWmBase = client.bind();
    let positioner: XdgPositioner = base.create_positioner(&client.qh, ());
    positioner.set_size(80, 60);
    positioner.set_anchor_rect(780, 0, 20, 30);
    positioner.set_anchor(At::BottomRight);
    positioner.set_gravity(Gravity::BottomRight);
    positioner
        .set_constraint_adjustment(wayland_protocols::xdg::shell::client::xdg_positioner::ConstraintAdjustment::SlideX);
    let surface = client.surface();
    let xdg = base.get_xdg_surface(&surface, &client.qh, ());
    let popup = xdg.get_popup(None, &positioner, &client.qh, ());
    panel.layer.get_popup(&popup);
    surface.commit();
    f.roundtrip(&mut client);
    let serial = last_configure(&mut client, &xdg).expect("a configure of the popup");
    xdg.ack_configure(serial);
    show(&surface, &client.colour((80, 60), BLUE));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().find(BLUE), Some((720, 30, 80, 60)));
}

#[test]
fn one_that_takes_its_picture_away_begins_anew() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let before = f.area();
    let panel = bar(&mut f, &mut client, 40, GREEN);
    panel.surface.attach(None, 0, 0);
    panel.surface.commit();
    f.roundtrip(&mut client);
    assert_eq!((f.area(), f.shot().count(GREEN)), (before, 0));
    panel.told(&mut client);
    panel.layer.set_anchor(Anchor::Bottom | Anchor::Left | Anchor::Right);
    panel.layer.set_size(0, 40);
    panel.layer.set_exclusive_zone(40);
    panel.show(&mut f, &mut client, GREEN);
    assert_eq!(f.shot().find(GREEN), Some((0, 560, 800, 40)));
}

#[test]
fn hostile_wishes_are_bounded_or_refused() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let panel = Panel::new(&mut client, Layer::Top);
    panel.layer.set_anchor(Anchor::Top | Anchor::Left | Anchor::Right);
    panel.layer.set_size(u32::MAX, i32::MAX as u32);
    panel.layer.set_exclusive_zone(i32::MAX);
    panel.layer.set_margin(i32::MIN, i32::MIN, i32::MAX, i32::MAX);
    panel.surface.commit();
    f.roundtrip(&mut client);
    let size = panel.told(&mut client).unwrap();
    assert!(size.0 <= 800 && size.1 <= 600, "{size:?}");
    show(&panel.surface, &client.colour((800, 20), GREEN));
    f.roundtrip(&mut client);
    let area = Rectangle::from_size((800, 600).into());
    assert!(area.contains_rect(f.area()) && f.area().size.h > 100, "{:?}", f.area());
    window.configured(&mut client);

    let none = Panel::new(&mut client, Layer::Top);
    none.surface.commit();
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, zwlr_layer_surface_v1::Error::InvalidSize as u32);

    let mut other = f.client();
    let early = Panel::new(&mut other, Layer::Top);
    early.layer.set_size(10, 10);
    show(&early.surface, &other.colour((10, 10), GREEN));
    let error = f.protocol_error(&mut other);
    assert_eq!(error.code, zwlr_layer_shell_v1::Error::AlreadyConstructed as u32);
}

#[test]
fn a_client_that_dies_takes_everything_with_it() {
    let mut f = Fixture::new();
    let mut client = f.client();
    f.window(&mut client, RED);
    let before = f.area();
    let mut other = f.client();
    bar(&mut f, &mut other, 40, GREEN);
    cover(&mut f, &mut other, Layer::Overlay, BLUE);
    drop(other);
    f.roundtrip(&mut client);
    f.turn();
    assert_eq!(f.area(), before);
    assert_eq!((f.shot().count(GREEN), f.shot().count(BLUE)), (0, 0));
}
