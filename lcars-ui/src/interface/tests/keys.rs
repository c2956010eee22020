use super::*;
use crate::hierarchy::HubMode;

fn node(world: &World) -> NodeId {
    NodeId::App(world.app())
}

#[test]
fn tab_goes_through_everything_in_order_and_round() {
    let mut world = World::new();
    let mut seen = Vec::new();
    for _ in 0..5 {
        world.symbol(Symbol::Tab);
        seen.push(world.interface.focused.unwrap().part);
    }
    assert_eq!(seen, ["right", "zoom-out", "search", "left", "right"], "it starts at the selected tile");
    let back = Held { shift: true, ..Held::default() };
    world.chord(Symbol::Tab, back);
    assert_eq!(world.interface.focused, Some(key("left")));
    assert!(world.interface.ring);
}

#[test]
fn what_cannot_be_used_is_passed_over() {
    let mut world = World::new();
    world.nodes[1].states.disabled = true;
    world.interface.focused = Some(key("zoom-out"));
    world.symbol(Symbol::Tab);
    assert_eq!(world.interface.focused, Some(key("left")));
}

#[test]
fn a_tile_that_has_the_keyboard_is_selected_too() {
    let mut world = World::new();
    let (app, comms) = (node(&world), world.sector(1).into());
    assert_eq!(world.symbol(Symbol::Right), Some(vec![here(Operation::Select { node: comms })]));
    assert_eq!(world.symbol(Symbol::Left), Some(vec![here(Operation::Select { node: app })]));
    assert_eq!(world.symbol(Symbol::Up), Some(vec![]), "a button is not a tile");
    assert_eq!(world.interface.focused, Some(key("zoom-out")));
}

#[test]
fn arrows_go_across_the_screen_and_stop_at_its_edge() {
    let mut world = World::new();
    world.symbol(Symbol::Up);
    assert_eq!(world.interface.focused, Some(key("zoom-out")));
    world.symbol(Symbol::Up);
    assert_eq!(world.interface.focused, Some(key("zoom-out")));
    world.symbol(Symbol::Right);
    assert_eq!(world.interface.focused, Some(key("search")));
    world.symbol(Symbol::End);
    assert_eq!(world.interface.focused, Some(key("right")));
    world.symbol(Symbol::Home);
    assert_eq!(world.interface.focused, Some(key("zoom-out")));
}

#[test]
fn arrows_stay_in_their_pane() {
    let mut world = World::new();
    let mut other =
        Node::new(Key::part("other").in_pane(8), Role::Button, "OTHER", Rect::new(110.0, 100.0, 50.0, 100.0));
    other.action = Some(Action::Do(Operation::ZoomOut));
    world.nodes.push(other);
    world.symbol(Symbol::Right);
    assert_eq!(world.interface.focused, Some(key("right")));
}

#[test]
fn enter_and_space_press_what_has_the_keyboard() {
    let mut world = World::new();
    world.symbol(Symbol::Home);
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![here(Operation::ZoomOut)]));
    assert_eq!(world.symbol(Symbol::Char(' ')), Some(vec![here(Operation::ZoomOut)]));
}

#[test]
fn enter_without_a_ring_zooms_into_the_selected_tile() {
    let mut world = World::new();
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![(None, Action::Do(Operation::ZoomIn { into: None }))]));
}

#[test]
fn the_ring_is_shown_only_after_the_keyboard_was_used() {
    let mut world = World::new();
    world.symbol(Symbol::Tab);
    assert!(world.interface.ring);
    world.down(50.0, 20.0);
    assert!(!world.interface.ring);
    assert_eq!(world.interface.focused, Some(key("zoom-out")), "the keyboard goes on from what was pressed");
}

#[test]
fn escape_clears_the_search_then_zooms_out() {
    let mut world = World::new();
    world.typed("gi");
    assert_eq!(world.symbol(Symbol::Escape), Some(vec![]));
    assert_eq!(world.interface.search, "");
    assert_eq!(world.symbol(Symbol::Escape), Some(vec![(None, Action::Do(Operation::ZoomOut))]));
    world.level = Level::Overview;
    assert_eq!(world.symbol(Symbol::Escape), Some(vec![]), "there is nothing further out");
}

#[test]
fn what_is_typed_in_a_hub_is_searched_for() {
    let mut world = World::new();
    world.typed("fo");
    assert_eq!(world.interface.search, "fo");
    assert_eq!(world.interface.focused, Some(key("search")));
    world.typed(" o");
    assert_eq!(world.interface.search, "fo o");
    world.symbol(Symbol::Backspace);
    assert_eq!(world.interface.search, "fo ");
    let ctrl = Held { ctrl: true, ..Held::default() };
    assert_eq!(world.chord(Symbol::Char('w'), ctrl), Some(vec![]));
    assert_eq!(world.interface.search, "");
    assert!(world.with(|interface, sight, _| interface.text("pasted\ntext", sight)));
    assert_eq!(world.interface.search, "pasted text");
    assert_eq!(world.chord(Symbol::Char('u'), ctrl), Some(vec![]));
    assert_eq!(world.chord(Symbol::Char('v'), ctrl), None, "the clipboard is not here");
}

#[test]
fn enter_takes_what_fits_best_and_ends_the_search() {
    let mut world = World::new();
    world.typed("fo");
    let app = node(&world);
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![here(Operation::ZoomIn { into: Some(app) })]));
    assert_eq!(world.interface.search, "");
    world.typed("gimp");
    world.add("launch", Rect::new(0.0, 300.0, 100.0, 40.0), Action::Ui(UiAction::Launch { entry: "gimp".into() }));
    let launch = Action::Ui(UiAction::Launch { entry: "gimp".into() });
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![(Some(ViewportId::from_raw(7)), launch)]));
}

#[test]
fn after_a_search_the_arrows_choose_and_enter_takes_that() {
    let mut world = World::new();
    world.typed("o");
    let comms = Some(world.sector(1).into());
    world.symbol(Symbol::Down);
    assert_eq!(world.interface.focused, Some(key("right")));
    assert_eq!(world.symbol(Symbol::Enter), Some(vec![here(Operation::ZoomIn { into: comms })]));
}

#[test]
fn letters_elsewhere_are_left_to_bindings_and_programs() {
    let mut world = World::new();
    assert_eq!(world.symbol(Symbol::Char('?')), None, "a question about keys");
    let alt = Held { alt: true, ..Held::default() };
    assert_eq!(world.chord(Symbol::Char('a'), alt), None);
    assert_eq!(world.chord(Symbol::Left, alt), None);
    world.level = Level::Overview;
    assert_eq!(world.symbol(Symbol::Char('a')), None);
    world.level = Level::Focus;
    for symbol in [Symbol::Char('a'), Symbol::Tab, Symbol::Enter, Symbol::Escape, Symbol::Up] {
        assert_eq!(world.symbol(symbol), None, "{symbol:?} belongs to the program");
    }
    assert_eq!(world.interface.search, "");
}

#[test]
fn the_menu_key_shows_the_menu_of_a_tile() {
    let mut world = World::new();
    let app = node(&world);
    assert_eq!(world.symbol(Symbol::Menu), Some(vec![selects(app)]));
    assert_eq!(world.interface.overlay, Some(Overlay::Menu { node: app, at: at(50.0, 150.0) }));
}

#[test]
fn leaving_the_hub_ends_the_search() {
    let mut world = World::new();
    world.typed("fo");
    world.level = Level::Overview;
    world.tick(1);
    assert_eq!(world.interface.search, "");
}

#[test]
fn pages_turn_by_key() {
    let mut world = World::new();
    assert_eq!(world.symbol(Symbol::PageDown), None, "there is nothing with pages");
    world.act(UiAction::Keys);
    world.add_dialog();
    world.add("page-next", Rect::new(0.0, 400.0, 100.0, 40.0), Action::Ui(UiAction::Page { number: 1 }));
    assert_eq!(world.symbol(Symbol::PageDown), Some(vec![]));
    assert_eq!(world.interface.page, 1);
    assert_eq!(world.symbol(Symbol::PageUp), Some(vec![]), "there is none before");
    world.act(UiAction::Settings);
    assert_eq!(world.interface.page, 0);
}

#[test]
fn a_part_is_pressed_by_its_key() {
    let mut world = World::new();
    let press = |world: &mut World, part| world.with(|this, sight, _| this.press_key(key(part), sight));
    assert_eq!(press(&mut world, "zoom-out"), [here(Operation::ZoomOut)]);
    assert_eq!(press(&mut world, "gone"), []);
    world.nodes[0].states.disabled = true;
    assert_eq!(press(&mut world, "zoom-out"), []);
}

#[test]
fn pressing_a_box_does_not_accept_what_is_in_it() {
    let mut world = World::new();
    let sector = world.sector(0);
    world.act(UiAction::Rename { sector });
    world.add_dialog();
    world.nodes[6].role = Role::TextBox;
    world.down(250.0, 310.0);
    assert_eq!(world.up(250.0, 310.0), []);
    assert!(world.interface.overlay.is_some());
    assert_eq!(world.interface.focused, Some(Key::part("accept")));
    assert_eq!(world.symbol(Symbol::Enter).unwrap().len(), 1, "Enter accepts it");
}

#[test]
fn what_is_looked_for_is_forgotten_in_another_mode_and_in_no_other_case() {
    let mut world = World::new();
    world.interface.search = String::from("fo");
    world.interface.done(&Operation::FocusNext);
    assert_eq!(world.interface.search, "fo");
    world.interface.done(&Operation::Mode { mode: HubMode::Directory });
    assert_eq!(world.interface.search, "");
}
