//! Signs in the tray: where they are, and what pressing them leads to.

use std::sync::Arc;

use lcars_ui::geometry::{Point, Size};
use lcars_ui::interface::{Button, Overlay, Request};
use lcars_ui::semantics::{Action, Role, UiAction};
use lcars_ui::tray::{Tray, TrayAct, TrayEntry, TrayItem, TrayMenu};

use super::*;

fn item(id: u64, name: &str) -> TrayItem {
    TrayItem { id, name: name.into(), shown: true, has_menu: true, icon: "icon".into(), ..TrayItem::default() }
}

fn entry(id: i32, label: &str) -> TrayEntry {
    TrayEntry { id, label: label.into(), ..TrayEntry::default() }
}

fn world(size: Size, items: Vec<TrayItem>) -> World {
    let mut world = World::usual(size);
    world.interface.tray = Arc::new(Tray { items, menu: None });
    world
}

fn asks(requests: &[Request]) -> Vec<TrayAct> {
    let act = |(_, action): &Request| match action {
        Action::Ui(UiAction::Tray { act }) => Some(*act),
        _ => None,
    };
    requests.iter().filter_map(act).collect()
}

/// Presses a part with a button, and gives what is asked for by that.
fn press(world: &mut World, name: &str, button: Button) -> Vec<TrayAct> {
    let at = named(&world.view(), name).rect;
    let at = Point { x: at.x + at.w / 2.0, y: at.y + at.h / 2.0 };
    let now = world.now;
    world.with(|interface, sight| interface.pressed(at, button, sight, now));
    let requests = world.with(|interface, sight| interface.released(at, button, sight, now));
    asks(&requests)
}

#[test]
fn signs_are_in_the_rail_and_nothing_else_goes_for_them() {
    for hub in [false, true] {
        let mut plain = World::usual(STANDARD);
        let mut world = world(STANDARD, vec![item(1, "Post"), item(2, "Chat")]);
        if hub {
            let sector = plain.sector(0).into();
            (plain, world) = (plain.jump(Some(sector)), world.jump(Some(sector)));
        }
        let (before, after) = (plain.view(), world.view());
        let missing: Vec<&str> = names(&before).into_iter().filter(|name| !names(&after).contains(name)).collect();
        assert!(missing.is_empty(), "hub {hub}: {missing:?}");
        let rail = 8.0..=232.0;
        for name in ["POST", "CHAT"] {
            let node = named(&after, name);
            assert_eq!(node.role, Role::Button);
            assert!(rail.contains(&node.rect.x) && rail.contains(&node.rect.right()), "{:?}", node.rect);
            assert!(node.hit.h >= 40.0 && node.hit.w >= 40.0, "{:?}", node.hit);
            let others = after.nodes.iter().filter(|other| other.action.is_some() && other.key != node.key);
            for other in others {
                assert!(node.rect.meet(other.rect).is_empty(), "hub {hub}: {name} lies over {}", other.name);
            }
        }
    }
}

#[test]
fn who_has_no_place_in_the_rail_is_in_the_list() {
    let quiet = TrayItem { shown: false, ..item(9, "Quiet") };
    let many = (1..=6).map(|id| item(id, &format!("Sign {id}"))).chain([quiet]).collect();
    for size in [STANDARD, Size { w: 700.0, h: 720.0 }, Size { w: 390.0, h: 800.0 }] {
        let mut world = world(size, Vec::clone(&many));
        let in_rail = names(&world.view()).iter().filter(|name| name.starts_with("SIGN ")).count();
        assert!(in_rail <= 3, "{in_rail}");
        assert_eq!(press(&mut world, "TRAY 7", Button::Primary), []);
        let view = world.view();
        for name in ["SIGN 1", "SIGN 6", "QUIET"] {
            let listed = view.nodes.iter().any(|node| node.name == name && node.role == Role::MenuItem);
            assert!(listed, "{name} at {size:?}: {:?}", names(&view));
        }
        assert_eq!(press(&mut world, "QUIET", Button::Primary), [TrayAct::Press { item: 9 }]);
        assert_eq!(world.interface.overlay, None);
    }
}

#[test]
fn each_button_does_what_it_does_and_the_wheel_turns() {
    let mut world = world(STANDARD, vec![item(1, "Post"), TrayItem { only_menu: true, ..item(2, "Chat") }]);
    assert_eq!(press(&mut world, "POST", Button::Primary), [TrayAct::Press { item: 1 }]);
    assert_eq!(press(&mut world, "POST", Button::Middle), [TrayAct::Other { item: 1 }]);
    assert_eq!(press(&mut world, "SETTINGS", Button::Middle), [], "elsewhere it means nothing");
    assert_eq!(world.interface.overlay, None);
    let at = named(&world.view(), "POST").rect;
    let at = Point { x: at.x + 20.0, y: at.y + 20.0 };
    let turned = world.with(|interface, sight| interface.scroll_tray(at, 15.0, sight)).unwrap();
    assert_eq!(asks(&turned), [TrayAct::Scroll { item: 1, amount: 120 }]);
    let elsewhere = Point { x: 700.0, y: 300.0 };
    assert_eq!(world.with(|interface, sight| interface.scroll_tray(elsewhere, 15.0, sight)), None);
    assert_eq!(press(&mut world, "CHAT", Button::Primary), [TrayAct::Ask { item: 2, entry: 0 }]);
    assert!(matches!(world.interface.overlay, Some(Overlay::Tray { item: Some(2), .. })));
}

#[test]
fn a_menu_is_walked_into_and_out_of() {
    let mut world = world(STANDARD, vec![item(1, "Post")]);
    assert_eq!(press(&mut world, "POST", Button::Secondary), [TrayAct::Ask { item: 1, entry: 0 }]);
    assert!(named(&world.view(), "…").states.disabled, "it is not told yet");
    let gap = TrayEntry { separator: true, ..TrayEntry::default() };
    let more = TrayEntry { leads_on: true, children: vec![entry(5, "Quit")], ..entry(4, "More") };
    let off = TrayEntry { disabled: true, ..entry(2, "Send") };
    let on = TrayEntry { on: Some(true), ..entry(3, "Mute") };
    let menu = TrayMenu { item: 1, entries: vec![gap.clone(), on, off, gap.clone(), gap.clone(), more, gap] };
    world.interface.tray = Arc::new(Tray { items: vec![item(1, "Post")], menu: Some(menu) });
    let view = world.view();
    assert!(named(&view, "MUTE").states.selected && named(&view, "SEND").states.disabled);
    let gaps = view.scene.iter().filter(|primitive| primitive.key().part == "menu-gap").count();
    assert_eq!(gaps, 1, "none at the ends, none twice");
    assert_eq!(press(&mut world, "SEND", Button::Primary), []);
    assert_eq!(press(&mut world, "MORE …", Button::Primary), [TrayAct::Ask { item: 1, entry: 4 }]);
    assert!(!names(&world.view()).contains(&"MUTE"));
    assert_eq!(press(&mut world, "BACK", Button::Primary), []);
    press(&mut world, "MORE …", Button::Primary);
    assert_eq!(press(&mut world, "QUIT", Button::Primary), [TrayAct::Choose { item: 1, entry: 5 }]);
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn what_has_gone_has_no_menu() {
    let mut world = world(STANDARD, vec![item(1, "Post")]);
    press(&mut world, "POST", Button::Secondary);
    world.interface.tray = Arc::default();
    world.with(|interface, sight| interface.forget(sight));
    assert_eq!(world.interface.overlay, None);
    assert!(!names(&world.view()).contains(&"POST"));
}

#[test]
fn a_long_menu_has_pages_and_stays_on_the_screen() {
    let entries = (0..400).map(|id| entry(id - 200, &format!("Entry {id}"))).collect();
    let mut world = world(STANDARD, vec![item(1, "Post")]);
    press(&mut world, "POST", Button::Secondary);
    let menu = Some(TrayMenu { item: 1, entries });
    world.interface.tray = Arc::new(Tray { items: vec![item(1, "Post")], menu });
    for first in ["ENTRY 0", "ENTRY 12"] {
        let view = world.view();
        named(&view, first);
        let items = view.nodes.iter().filter(|node| node.role == Role::MenuItem);
        items.for_each(|node| assert!(node.rect.h >= 40.0 && node.rect.bottom() <= 720.0, "{:?}", node.rect));
        assert_eq!(press(&mut world, "NEXT", Button::Primary), []);
    }
    // Back out of it by the key that leads out of everything.
    world.key(Symbol::Escape);
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn a_program_that_shows_its_menu_itself_is_asked_to_do_so() {
    let mut world = world(STANDARD, vec![TrayItem { has_menu: false, ..item(1, "Post") }]);
    assert_eq!(press(&mut world, "POST", Button::Secondary), [TrayAct::OwnMenu { item: 1 }]);
    assert_eq!(world.interface.overlay, None);
}
