use super::*;

#[test]
fn one_key_shows_and_hides() {
    let mut world = World::new();
    for action in [UiAction::Keys, UiAction::Settings, UiAction::Launcher] {
        assert_eq!(world.act(action.clone()), []);
        assert!(world.interface.overlay.is_some(), "{action:?}");
        assert_eq!(world.act(action), []);
        assert_eq!(world.interface.overlay, None);
    }
}

#[test]
fn the_keyboard_is_in_what_is_open_and_returns_when_it_closes() {
    let mut world = World::new();
    world.symbol(Symbol::Home);
    world.act(UiAction::Settings);
    world.add_dialog();
    world.tick(0);
    assert_eq!(world.interface.focused, Some(Key::part("cancel")));
    world.symbol(Symbol::Tab);
    world.symbol(Symbol::Tab);
    assert_eq!(world.interface.focused, Some(Key::part("cancel")), "it cannot leave");
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![]));
    assert_eq!((world.interface.overlay.as_ref(), world.interface.focused), (None, Some(key("zoom-out"))));
}

#[test]
fn escape_closes_what_is_open_also_over_a_window() {
    let mut world = World::new();
    world.level = Level::Focus;
    world.act(UiAction::Keys);
    assert_eq!(world.symbol(Symbol::Escape), Some(vec![]));
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn a_sector_is_renamed_from_the_name_that_it_has() {
    let mut world = World::new();
    let sector = world.sector(0);
    world.act(UiAction::Rename { sector });
    world.add_dialog();
    let text = |world: &World| match &world.interface.overlay {
        Some(Overlay::Rename { text, .. }) => text.clone(),
        _ => String::from("closed"),
    };
    assert_eq!(text(&world), "Build");
    world.typed(" 2");
    world.symbol(Symbol::Backspace);
    world.typed("3");
    assert_eq!(text(&world), "Build 3");
    let name = String::from("Build 3");
    let renamed = Action::Do(Operation::Rename { sector, name });
    assert_eq!(world.act(UiAction::Accept), [(None, renamed)]);
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn an_empty_name_is_not_accepted() {
    let mut world = World::new();
    let sector = world.sector(0);
    world.act(UiAction::Rename { sector });
    let ctrl = Held { ctrl: true, ..Held::default() };
    world.chord(Symbol::Backspace, ctrl);
    assert_eq!(world.act(UiAction::Accept), []);
    assert!(world.interface.overlay.is_some());
}

#[test]
fn a_half_typed_name_survives_a_click_beside_it() {
    let mut world = World::new();
    world.act(UiAction::Rename { sector: SectorId::from_raw(1) });
    world.add_dialog();
    world.down(50.0, 20.0);
    world.up(50.0, 20.0);
    assert!(world.interface.overlay.is_some());
}

#[test]
fn a_sector_with_windows_goes_only_after_a_question() {
    let mut world = World::new();
    let (full, empty) = (world.sector(0), world.sector(1));
    let remove = |sector| vec![(None, Action::Do(Operation::RemoveSector { sector }))];
    assert_eq!(world.act(UiAction::Remove { sector: empty }), remove(empty));
    assert_eq!(world.act(UiAction::Remove { sector: full }), []);
    assert_eq!(world.interface.overlay, Some(Overlay::Remove { sector: full }));
    assert_eq!(world.act(UiAction::Accept), remove(full));
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn what_is_about_something_that_has_gone_closes() {
    let mut world = World::new();
    world.act(UiAction::SendTo { node: SectorId::from_raw(99).into() });
    assert_eq!(world.interface.overlay, None, "there is no such node");
    let sector = world.sector(1);
    world.act(UiAction::Recolour { sector });
    assert!(world.interface.overlay.is_some());
    world.desktop.apply(&Operation::RemoveSector { sector }, Duration::ZERO).unwrap();
    world.tick(0);
    assert_eq!(world.interface.overlay, None);
}

#[test]
fn a_choice_closes_what_was_open_and_a_setting_does_not() {
    let mut world = World::new();
    let sector = world.sector(1);
    world.act(UiAction::Menu { node: sector.into() });
    world.add_dialog();
    world.nodes[5].action = Some(Action::Do(Operation::NewSector { name: None, colour: None }));
    world.down(50.0, 310.0);
    assert_eq!(world.up(50.0, 310.0).len(), 1);
    assert_eq!(world.interface.overlay, None);
    world.act(UiAction::Settings);
    let scale = UiAction::Scale { factor: 2.0 };
    assert_eq!(world.act(scale.clone()), [(None, Action::Ui(scale))]);
    assert_eq!(world.interface.overlay, Some(Overlay::Settings));
}

#[test]
fn the_launcher_searches_narrows_and_launches() {
    let mut world = World::new();
    world.level = Level::Overview;
    world.act(UiAction::Launcher);
    world.add_dialog();
    let entry = String::from("gimp");
    world.nodes[5].action = Some(Action::Ui(UiAction::Launch { entry: entry.clone() }));
    world.typed("gi");
    world.tick(0);
    assert_eq!(world.interface.search, "gi", "it does not need a hub");
    let name = Some(String::from("GRAPHICS"));
    world.act(UiAction::Category { name: name.clone() });
    assert_eq!(world.interface.overlay, Some(Overlay::Launcher { category: name }));
    assert_eq!(world.interface.search, "gi");
    world.symbol(Symbol::Enter);
    assert_eq!((world.interface.overlay.as_ref(), world.interface.search.as_str()), (None, ""));
}

#[test]
fn an_alert_is_told_dismissed_and_leaves_by_itself() {
    let mut world = World::new();
    world.interface.alerts.blink = Duration::ZERO;
    world.interface.alert(AlertLevel::Danger, "disk full", None, world.now);
    world.interface.alert(AlertLevel::Info, "saved", None, world.now);
    assert_eq!(world.tick(1000).1, Some(Duration::from_secs(6)));
    assert_eq!(world.tick(5000).1, None);
    let alert = world.interface.alerts.shown().next().unwrap();
    assert_eq!(alert.text, "disk full");
    let alert = alert.id;
    world.act(UiAction::Dismiss { alert });
    assert_eq!(world.interface.alerts.shown().count(), 0);
}

#[test]
fn the_menu_of_a_pane_is_about_the_one_it_was_asked_for_in_and_a_boundary_is_moved_in_steps() {
    let mut world = World::new();
    world.add("pane-menu", Rect::new(600.0, 0.0, 100.0, 40.0), Action::Ui(UiAction::PaneMenu));
    let viewport = ViewportId::from_raw(7);
    let asked = world.with(|interface, sight, _| interface.press_key(key("pane-menu"), sight));
    assert_eq!(asked, [(Some(viewport), Action::Do(Operation::FocusViewport { viewport }))]);
    assert_eq!(world.interface.overlay, Some(Overlay::Pane { at: at(650.0, 20.0) }));
    for (operation, stays) in [(Operation::Resize { share: 0.6 }, true), (Operation::Swap { with: None }, false)] {
        world.add("item", Rect::new(600.0, 100.0, 100.0, 40.0), Action::Do(operation.clone()));
        let done = world.with(|interface, sight, _| interface.press_key(key("item"), sight));
        assert_eq!(done, [(Some(viewport), Action::Do(operation))]);
        assert_eq!(world.interface.overlay.is_some(), stays);
        world.nodes.pop();
    }
}

#[test]
fn assistive_technology_that_comes_to_a_tile_selects_it() {
    let mut world = World::new();
    let app = NodeId::App(world.app());
    let tile = world.nodes.iter().find(|node| node.menu.is_some()).map(|node| node.key).unwrap();
    assert_eq!(world.with(|interface, sight, _| interface.go_to(tile, sight)), [selects(app)]);
    assert!(world.interface.ring && world.interface.focused == Some(tile));
    assert_eq!(world.with(|interface, sight, _| interface.menu_of(tile, sight)), [selects(app)]);
    assert!(matches!(world.interface.overlay, Some(Overlay::Menu { node, .. }) if node == app));
}
