//! What can be pressed is exactly what is announced, and does what it says.

use lcars_ui::geometry::Point;
use lcars_ui::hierarchy::{HubMode, Level};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::{self, Action, Role, UiAction};

use super::*;

fn action(view: &View, name: &str) -> Option<Action> {
    named(view, name).action.clone()
}

#[test]
fn every_tile_leads_to_its_place() {
    let world = World::usual(STANDARD);
    let (build, firefox) = (world.sector(0), world.app("Firefox"));
    let view = world.view();
    assert_eq!(action(&view, "BUILD"), Some(Action::Do(Operation::ZoomIn { into: Some(build.into()) })));
    assert_eq!(named(&view, "BUILD").drop, Some(build));
    let chip = named(&view, "FIREFOX [3]");
    assert_eq!((chip.drag, chip.parent), (Some(firefox), view.nodes.iter().position(|node| node.name == "BUILD")));
    let hub = world.jump(Some(build.into())).view();
    assert_eq!(action(&hub, "FIREFOX [3]"), Some(Action::Do(Operation::ZoomIn { into: Some(firefox) })));
    assert_eq!(named(&hub, "FIREFOX [3]").menu, Some(Action::Ui(UiAction::Menu { node: firefox })));
}

#[test]
fn above_the_overview_is_the_portal_where_there_is_one() {
    for size in [STANDARD, Size { w: 390.0, h: 844.0 }, Size { w: 640.0, h: 360.0 }] {
        let leads_out = |view: &View| {
            let portal = Some(Action::Ui(UiAction::Portal));
            view.nodes.iter().filter(|node| node.role == Role::Button && node.action == portal).count()
        };
        let mut world = World::usual(size);
        assert_eq!(leads_out(&world.view()), 0, "{size:?}");
        world.portal = true;
        assert_eq!(leads_out(&world.view()), 1, "{size:?}");
        let build = world.sector(0);
        assert_eq!(leads_out(&world.jump(Some(build.into())).view()), 0, "a hub leads to the overview, {size:?}");
    }
}

#[test]
fn the_buttons_of_a_window_work_on_that_window() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let world = world.jump(Some(editor));
    let window = world.desktop.focused_window().unwrap();
    let view = world.view();
    assert_eq!(action(&view, "ZOOM OUT"), Some(Action::Do(Operation::ZoomOut)));
    assert_eq!(action(&view, "SPLIT"), Some(Action::Do(Operation::Split { axis: Axis::Horizontal })));
    assert_eq!(action(&view, "SEND TO"), Some(Action::Ui(UiAction::SendTo { node: window.into() })));
    assert_eq!(action(&view, "CLOSE"), Some(Action::Do(Operation::Close { node: None })));
    assert_eq!(view.nodes.iter().find(|node| node.role == Role::Application).unwrap().rect, view.areas[0].rect);
}

#[test]
fn a_tall_pane_is_split_one_above_the_other() {
    let world = World::usual(Size { w: 800.0, h: 1280.0 });
    let editor = world.app("Text Editor");
    let view = world.jump(Some(editor)).view();
    assert_eq!(action(&view, "SPLIT"), Some(Action::Do(Operation::Split { axis: Axis::Vertical })));
}

#[test]
fn a_pane_too_small_for_two_says_so_with_a_button_that_is_off() {
    let view = World::usual(Size { w: 640.0, h: 360.0 }).view();
    let split = named(&view, "SPLIT VIEW");
    assert!(split.states.disabled && split.action.is_none());
}

#[test]
fn the_chosen_mode_is_the_selected_tab() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let mut world = world.jump(Some(build));
    for (mode, name) in [(HubMode::Command, "COMMAND"), (HubMode::Directory, "DIRECTORY"), (HubMode::Apps, "APPS")] {
        world.apply(Operation::Mode { mode });
        let view = world.view();
        let tabs: Vec<_> = view.nodes.iter().filter(|node| node.role == Role::Tab).collect();
        assert_eq!(tabs.len(), 3);
        let chosen: Vec<_> = tabs.iter().filter(|tab| tab.states.selected).map(|tab| tab.name.as_str()).collect();
        assert_eq!(chosen, [name]);
        assert!(tabs.iter().all(|tab| view.nodes[tab.parent.unwrap()].role == Role::TabList));
    }
}

#[test]
fn an_empty_hub_says_so_and_offers_the_next_step() {
    let world = World::new(STANDARD, &["Void"]);
    let void = world.sector(0).into();
    let mut world = world.jump(Some(void));
    let view = world.view();
    assert!(names(&view).contains(&"NOTHING RUNS IN VOID"));
    assert!(view.nodes.iter().any(|node| node.name == "LAUNCH" && node.action == Some(Action::Ui(UiAction::Launcher))));
    world.apply(Operation::Mode { mode: HubMode::Command });
    world.apply(Operation::CloseTerminal { terminal: None });
    let view = world.view();
    assert!(names(&view).contains(&"NO TERMINAL IN VOID"));
    let new = Action::Do(Operation::NewTerminal { sector: None });
    assert_eq!(action(&view, "NEW TERMINAL"), Some(new));
}

#[test]
fn what_is_launched_is_the_entry_and_not_the_name() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let view = world.jump(Some(build)).view();
    let launch = Action::Ui(UiAction::Launch { entry: String::from("calculator") });
    assert_eq!(action(&view, "CALCULATOR"), Some(launch));
    assert_eq!(action(&view, "MORE"), Some(Action::Ui(UiAction::Launcher)));
}

#[test]
fn the_way_out_names_the_parent_and_is_met_from_the_corner_of_the_screen() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let view = world.jump(Some(build)).view();
    let way_out = semantics::hit(&view.nodes, lcars_ui::geometry::Point { x: 0.0, y: 0.0 }).unwrap();
    assert_eq!(
        (way_out.name.as_str(), &way_out.action),
        ("ZOOM OUT TO OVERVIEW", &Some(Action::Do(Operation::ZoomOut)))
    );
}

#[test]
fn readings_are_meters_with_their_words() {
    let view = World::usual(STANDARD).view();
    let value = |name| (named(&view, name).role, named(&view, name).value.clone().unwrap());
    assert_eq!(value("CPU"), (Role::Meter, String::from("23 %")));
    assert_eq!(value("MEM"), (Role::Meter, String::from("3.1 / 8 GB")));
    assert_eq!(value("NET"), (Role::Meter, String::from("4.2 MB/S")));
}

#[test]
fn what_is_looked_for_stays_bright_and_the_rest_dims() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let mut world = world.jump(Some(build));
    world.interface.search = String::from("fire");
    let view = world.view();
    let opacity = |name: &str| {
        let of = named(&view, name).rect;
        let window = view.scene.iter().find_map(|primitive| match primitive {
            Primitive::Window { rect, opacity, .. } if of.contains(middle(*rect)) => Some(*opacity),
            _ => None,
        });
        window.unwrap()
    };
    assert_eq!((opacity("FIREFOX [3]"), opacity("GIMP")), (1.0, world.theme.dim));
    assert_eq!(named(&view, "SEARCH").value.as_deref(), Some("fire"));
}

fn middle(rect: Rect) -> lcars_ui::geometry::Point {
    lcars_ui::geometry::Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 }
}

#[test]
fn a_fullscreen_window_has_the_pane_and_no_frame() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    world.apply(Operation::Fullscreen { window: None, on: Some(true) });
    let view = world.view();
    assert_eq!(view.areas[0].rect, rect(0.0, 0.0, 1280.0, 720.0));
    assert_eq!(view.scene.len(), 1);
    assert!(view.nodes.iter().all(|node| node.action.is_none()));
}

#[test]
fn a_pointer_at_the_edge_of_a_fullscreen_window_finds_the_way_out() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    world.apply(Operation::Fullscreen { window: None, on: Some(true) });
    let view = world.view();
    let sight = view.sight(&world.desktop, world.desktop.focused_viewport(), &world.shells, &[]);
    let mut interface = world.interface.clone();
    assert!(interface.calls_way_out(Point { x: 640.0, y: 4.0 }, &sight, world.now));
    interface.forget(&sight);
    world.interface = interface;
    let view = world.view();
    let names: Vec<&str> =
        view.nodes.iter().filter(|node| node.action.is_some()).map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["ZOOM OUT", "LEAVE FULLSCREEN"]);
    let out = view.nodes.iter().find(|node| node.name == "ZOOM OUT").unwrap();
    assert!(out.hit.h >= 40.0 && out.key.pane == world.desktop.focused_viewport().id.get());
    assert!(view.covers.iter().any(|cover| cover.contains(Point { x: out.hit.x + 1.0, y: out.hit.y + 1.0 })));
    world.apply(Operation::Fullscreen { window: None, on: Some(false) });
    let view = world.view();
    assert!(view.nodes.iter().all(|node| node.name != "LEAVE FULLSCREEN"), "the frame is back");
}

/// Where the small map leads to, and where one is.
fn small_map(view: &View) -> (Vec<&str>, Vec<&str>) {
    let ways: Vec<&Node> = view.nodes.iter().filter(|node| node.key.part == "small-map-sector").collect();
    let name = |node: &&Node| node.name.strip_prefix("GO TO ").is_some() || panic!("{node:?}");
    assert!(ways.iter().all(name));
    let here = ways.iter().filter(|node| node.states.selected).map(|node| &node.name["GO TO ".len()..]).collect();
    (ways.iter().map(|node| &node.name["GO TO ".len()..]).collect(), here)
}

#[test]
fn hubs_and_windows_have_a_small_map_to_jump_by() {
    let all = ["BUILD", "RESEARCH", "STUDIO", "COMMS", "LOGS"];
    let world = World::usual(STANDARD);
    assert!(small_map(&world.view()).0.is_empty(), "the overview has the large one");
    let (build, editor) = (world.sector(0), world.app("Text Editor"));
    let mut world = world.jump(Some(editor));
    assert_eq!(small_map(&world.view()), (all.to_vec(), vec!["BUILD"]));
    let comms = named(&world.view(), "GO TO COMMS").action.clone();
    assert_eq!(comms, Some(Action::Do(Operation::Jump { to: Some(world.sector(3).into()) })));
    let Some(Action::Do(operation)) = comms else { unreachable!() };
    world.apply(operation);
    let view = world.view();
    assert_eq!(small_map(&view), (all.to_vec(), vec!["COMMS"]));
    assert_eq!(named(&view, "MAP").value.as_deref(), Some("YOU ARE AT LEVEL 2"));
    let map = named(&view, "MAP").rect;
    let title = view.nodes.iter().find(|node| node.role == Role::Heading).unwrap().rect;
    assert!(map.right() <= title.x && map.y == 8.0, "{map:?} beside {title:?}");
    world.map = false;
    assert!(small_map(&world.view()).0.is_empty(), "the user does not want it");
    let world = world.jump(Some(build.into()));
    assert!(world.view().nodes.iter().all(|node| node.key.part != "small-map"));
}

#[test]
fn of_many_sectors_the_small_map_has_those_around() {
    let names: Vec<String> = (0..40).map(|number| format!("S{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::new(STANDARD, &names);
    let (first, middle) = (world.sector(0), world.sector(20));
    let world = world.jump(Some(middle.into()));
    let view = world.view();
    let (shown, here) = small_map(&view);
    assert!(here == ["S20"] && shown.len() > 3 && shown.contains(&"S19") && shown.contains(&"S21"), "{shown:?}");
    let view = world.jump(Some(first.into())).view();
    assert_eq!(small_map(&view).0[0], "S0");
}

#[test]
fn a_window_with_a_frame_of_its_own_has_the_pane_but_for_the_way_out() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    let window = world.desktop.focused_viewport().path.window().unwrap();
    let framed = world.view().areas[0];
    assert_eq!(framed.rect, framed.framed);
    world.desktop.set_own_frame(window, true);
    let view = world.view();
    assert_eq!(view.areas[0].rect, rect(0.0, 0.0, 1280.0, 680.0));
    assert_eq!(view.areas[0].own_frame, view.areas[0].rect);
    assert_eq!(view.areas[0].framed, framed.rect, "any other window would have our frame");
    assert!(view.nodes.iter().all(|node| node.role != Role::Heading), "no second title bar");
    let buttons: Vec<&str> =
        view.nodes.iter().filter(|node| node.role == Role::Button).map(|node| node.name.as_str()).collect();
    assert_eq!(buttons, ["ZOOM OUT", "SPLIT", "SEND TO"]);
    for primitive in &view.scene {
        let inside = primitive.rect().y >= 680.0 || matches!(primitive, Primitive::Window { .. });
        assert!(inside, "{:?} lies on the window or above it", primitive.key());
    }
    let way_out = named(&view, "ZOOM OUT");
    let Some(Action::Do(operation)) = way_out.action.clone() else { panic!("{way_out:?}") };
    assert!(way_out.hit.contains(Point { x: 0.0, y: 719.0 }), "the corner needs no aim");
    world.apply(operation);
    assert_eq!(world.desktop.focused_viewport().path.level(), Level::Hub);
}

#[test]
fn the_frame_says_of_a_window_that_it_is_seen_smaller_than_it_is() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    let window = world.desktop.focused_viewport().path.window().unwrap();
    let told = |world: &World| {
        let told = world.view().nodes.into_iter().find(|node| node.name.contains("SCALED"));
        told.map(|node| node.name)
    };
    assert_eq!(told(&world), None);
    assert!(world.desktop.set_reduced(window, Some(88)));
    assert!(!world.desktop.set_reduced(window, Some(88)), "it is nothing new");
    assert_eq!(told(&world).as_deref(), Some("TEXT EDITOR SCALED 88%"));
    world.desktop.set_own_frame(window, true);
    assert_eq!(told(&world).as_deref(), Some("SCALED 88%"));
    world.desktop.set_reduced(window, None);
    assert_eq!(told(&world), None);
    // On a phone the name is said first.
    let world = World::usual(Size { w: 360.0, h: 640.0 });
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    let window = world.desktop.focused_viewport().path.window().unwrap();
    world.desktop.set_reduced(window, Some(88));
    let heading = world.view().nodes.into_iter().find(|node| node.role == Role::Heading).unwrap();
    assert_eq!(heading.name, "TEXT EDITOR 88%");
}

#[test]
fn in_a_split_a_window_with_a_frame_of_its_own_keeps_a_strip_in_its_pane() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    let window = world.desktop.focused_viewport().path.window().unwrap();
    world.desktop.set_own_frame(window, true);
    world.apply(Operation::Split { axis: Axis::Horizontal });
    let view = world.view();
    let pane = view.areas.iter().find(|area| area.window == Some(window)).unwrap();
    let way_out =
        view.nodes.iter().find(|node| node.key == Key::part("zoom-out").in_pane(pane.viewport.get())).unwrap();
    assert!(way_out.hit.h >= 40.0 && way_out.hit.y >= pane.rect.bottom(), "{:?} and {:?}", way_out.hit, pane.rect);
    assert_eq!((pane.rect.x, pane.rect.y), (0.0, 0.0));
}

#[test]
fn hostile_titles_are_clean_and_bounded_wherever_they_stand() {
    let title = format!("evil\u{202e}\u{7}\u{200b}{}", "ß".repeat(1 << 20));
    let mut world = World::new(STANDARD, &["One"]);
    let sector = Some(world.sector(0));
    for name in [None, Some(title.as_str())] {
        let new = NewWindow { app_id: "x", title: &title, name, sector, ..NewWindow::default() };
        world.desktop.add_window(new, world.now).unwrap();
    }
    let ids: Vec<NodeId> = world.desktop.tree().windows().map(|window| window.id.into()).collect();
    let places = [vec![None, Some(world.sector(0).into())], ids.into_iter().map(Some).collect()].concat();
    for place in places {
        world.apply(Operation::Jump { to: place });
        let view = world.view();
        let texts = view.scene.iter().filter_map(|primitive| match primitive {
            Primitive::Text { text, .. } => Some(text.as_str()),
            _ => None,
        });
        for text in texts.chain(names(&view)) {
            assert!(text.chars().count() < 400 && !text.contains(['\u{202e}', '\u{7}', '\u{200b}']), "{text}");
        }
    }
}
