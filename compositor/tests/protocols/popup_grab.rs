//! `xdg_popup.grab`: menus take the keyboard and go when something else is pressed.

use wayland_client::protocol::wl_keyboard::{self, WlKeyboard};
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_surface::XdgSurface;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::{BLUE, GREEN, RED};
use crate::popup::{Popup, positioner};
use crate::window::Window;

/// A client with a window, its keyboard and pointer, and the serial of a press on it.
struct Desk {
    f: Fixture,
    client: Client,
    window: Window,
    keyboard: WlKeyboard,
    pointer: WlPointer,
    serial: u32,
}

fn desk() -> Desk {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let keyboard = seat.get_keyboard(&client.qh, ());
    let pointer = seat.get_pointer(&client.qh, ());
    let window = f.window(&mut client, RED);
    f.point(400, 300);
    f.button(LEFT, true);
    f.roundtrip(&mut client);
    let serial = client
        .events(&pointer)
        .into_iter()
        .find_map(|event| match event {
            wl_pointer::Event::Button { serial, .. } => Some(serial),
            _ => None,
        })
        .unwrap();
    f.button(LEFT, false);
    f.roundtrip(&mut client);
    client.events(&pointer);
    Desk { f, client, window, keyboard, pointer, serial }
}

impl Desk {
    /// A menu of 100×50 at 100, 100 of its parent that holds the grab.
    fn menu(&mut self, parent: &XdgSurface, colour: u32) -> Popup {
        let positioner = positioner(&mut self.client, (100, 100), (100, 50));
        let popup = Popup::new(&mut self.client, parent, &positioner);
        popup.popup.grab(&self.client.seat(), self.serial);
        popup.map(&mut self.f, &mut self.client, colour);
        popup
    }

    /// Which surface has the keyboard, as the client was told since the last call.
    fn entered(&mut self) -> Option<WlSurface> {
        entered(&mut self.client, &self.keyboard)
    }
}

fn entered(client: &mut Client, keyboard: &WlKeyboard) -> Option<WlSurface> {
    client.events(keyboard).into_iter().rev().find_map(|event| match event {
        wl_keyboard::Event::Enter { surface, .. } => Some(surface),
        _ => None,
    })
}

#[test]
fn the_keyboard_goes_to_the_menu_and_comes_back_at_once() {
    let mut d = desk();
    assert_eq!(d.entered(), Some(d.window.surface.clone()));
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    assert_eq!(d.entered(), Some(menu.surface.clone()));
    menu.destroy();
    d.f.roundtrip(&mut d.client);
    assert_eq!(d.entered(), Some(d.window.surface.clone()), "without waiting for a key");
    d.f.key("KeyA", true);
    d.f.roundtrip(&mut d.client);
    assert!(d.client.events(&d.keyboard).iter().any(|event| matches!(event, wl_keyboard::Event::Key { .. })));
}

#[test]
fn a_press_on_the_frame_dismisses_the_menu() {
    let mut d = desk();
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    d.f.click(2, 2);
    d.f.roundtrip(&mut d.client);
    assert!(menu.dismissed(&mut d.client));
    assert_eq!(d.f.shot().count(GREEN), 0);
    menu.destroy();
    d.f.roundtrip(&mut d.client);
    assert_eq!(d.entered(), Some(d.window.surface.clone()));
}

#[test]
fn a_press_on_the_menus_own_program_is_the_programs_business() {
    let mut d = desk();
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    d.client.events(&d.pointer);
    d.f.click(400, 300);
    d.f.roundtrip(&mut d.client);
    assert!(!menu.dismissed(&mut d.client));
    let pressed =
        d.client.events(&d.pointer).into_iter().any(|event| matches!(event, wl_pointer::Event::Button { .. }));
    assert!(pressed);
}

#[test]
fn a_tap_on_the_frame_dismisses_the_menu() {
    let mut d = desk();
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    d.f.touch(1, streamer::protocol::Phase::Begin, 2, 300);
    d.f.touch(1, streamer::protocol::Phase::End, 2, 300);
    d.f.roundtrip(&mut d.client);
    assert!(menu.dismissed(&mut d.client));
}

#[test]
fn menus_nest_and_close_one_by_one_or_all_at_once() {
    let mut d = desk();
    let window = d.window.xdg.clone();
    let outer = d.menu(&window, GREEN);
    let inner = d.menu(&outer.xdg, BLUE);
    assert_eq!(d.entered(), Some(inner.surface.clone()));
    inner.destroy();
    d.f.roundtrip(&mut d.client);
    assert_eq!(d.entered(), Some(outer.surface.clone()));
    assert!(!outer.dismissed(&mut d.client));

    let inner = d.menu(&outer.xdg, BLUE);
    d.f.click(2, 300);
    d.f.roundtrip(&mut d.client);
    assert!(outer.dismissed(&mut d.client) && inner.dismissed(&mut d.client));
}

#[test]
fn a_window_that_nobody_sees_cannot_take_the_keyboard_with_a_menu() {
    let mut d = desk();
    let mut other = d.f.client();
    let keyboard = other.seat().get_keyboard(&other.qh, ());
    let front = d.f.window(&mut other, BLUE);
    d.f.roundtrip(&mut other);
    assert_eq!(entered(&mut other, &keyboard), Some(front.surface.clone()));

    let positioner = positioner(&mut d.client, (100, 100), (100, 50));
    let menu = Popup::new(&mut d.client, &d.window.xdg, &positioner);
    menu.popup.grab(&d.client.seat(), d.serial);
    menu.surface.commit();
    d.f.roundtrip(&mut d.client);
    assert!(menu.dismissed(&mut d.client));
    d.f.key("KeyA", true);
    d.f.roundtrip(&mut other);
    assert!(other.events(&keyboard).iter().any(|event| matches!(event, wl_keyboard::Event::Key { .. })));
}

#[test]
fn another_window_in_front_ends_the_menu() {
    let mut d = desk();
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    let mut other = d.f.client();
    let keyboard = other.seat().get_keyboard(&other.qh, ());
    let front = d.f.window(&mut other, BLUE);
    d.f.roundtrip(&mut d.client);
    assert!(menu.dismissed(&mut d.client));
    assert_eq!(entered(&mut other, &keyboard), Some(front.surface.clone()));
    d.f.key("KeyA", true);
    d.f.roundtrip(&mut other);
    assert!(other.events(&keyboard).iter().any(|event| matches!(event, wl_keyboard::Event::Key { .. })));
}

#[test]
fn a_grab_after_the_first_commit_is_an_error() {
    let mut d = desk();
    let positioner = positioner(&mut d.client, (100, 100), (100, 50));
    let menu = Popup::new(&mut d.client, &d.window.xdg, &positioner);
    menu.map(&mut d.f, &mut d.client, GREEN);
    menu.popup.grab(&d.client.seat(), d.serial);
    d.f.protocol_error(&mut d.client);
}

#[test]
fn the_pointer_is_on_what_is_under_it_when_a_menu_opens_and_closes() {
    let mut d = desk();
    let area = d.f.area();
    d.f.point(area.loc.x + 120, area.loc.y + 120);
    d.f.roundtrip(&mut d.client);
    d.client.events(&d.pointer);
    let last = |d: &mut Desk| {
        d.f.draw();
        d.f.roundtrip(&mut d.client);
        d.client.events(&d.pointer).into_iter().rev().find_map(|event| match event {
            wl_pointer::Event::Enter { surface, .. } => Some(surface),
            _ => None,
        })
    };
    let window = d.window.xdg.clone();
    let menu = d.menu(&window, GREEN);
    assert_eq!(last(&mut d), Some(menu.surface.clone()), "it opened under the pointer");
    menu.destroy();
    d.f.roundtrip(&mut d.client);
    assert_eq!(last(&mut d), Some(d.window.surface.clone()), "it closed under the pointer");
}

#[test]
fn after_a_menu_of_the_keyboard_the_first_click_is_where_it_is_made() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let seat = client.seat();
    let (keyboard, pointer) = (seat.get_keyboard(&client.qh, ()), seat.get_pointer(&client.qh, ()));
    let window = f.window(&mut client, RED);
    f.key("KeyF", true);
    f.key("KeyF", false);
    f.roundtrip(&mut client);
    let serial = client.events(&keyboard).into_iter().find_map(|event| match event {
        wl_keyboard::Event::Key { serial, .. } => Some(serial),
        _ => None,
    });
    // Nothing has moved the pointer yet.
    let positioner = positioner(&mut client, (100, 100), (100, 50));
    let menu = Popup::new(&mut client, &window.xdg, &positioner);
    menu.popup.grab(&seat, serial.expect("the window has the keyboard"));
    menu.map(&mut f, &mut client, GREEN);
    menu.destroy();
    f.roundtrip(&mut client);
    client.events(&pointer);
    f.click(400, 300);
    f.roundtrip(&mut client);
    let area = f.area();
    let place = (f64::from(400 - area.loc.x), f64::from(300 - area.loc.y));
    let (mut places, mut pressed) = (Vec::new(), 0);
    for event in client.events(&pointer) {
        match event {
            wl_pointer::Event::Enter { surface_x, surface_y, .. }
            | wl_pointer::Event::Motion { surface_x, surface_y, .. } => places.push((surface_x, surface_y)),
            wl_pointer::Event::Button { .. } => pressed += 1,
            _ => {}
        }
    }
    assert_eq!(pressed, 2, "pressed and released");
    assert!(!places.is_empty() && places.iter().all(|at| *at == place), "{places:?} instead of {place:?}");
}
