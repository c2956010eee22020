//! Whatever is done in whatever order with whatever is in view: nothing panics, nothing stays held.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Event {
    Moved(f64, f64),
    Down(f64, f64, u32),
    Up(f64, f64, u32),
    Touch(f64, f64),
    FingerMoved(f64, f64),
    Lift,
    Left,
    Cancel,
    Tick(u64),
    Key(Symbol, bool, bool),
    Text(String),
    Act(UiAction),
    View(Vec<(u8, u16, u16)>),
    Level(Level),
    CloseWindows,
}

const PARTS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

fn place() -> impl Strategy<Value = (f64, f64)> {
    prop_oneof![9 => (0.0..400.0, 0.0..400.0), 1 => Just((f64::NAN, f64::INFINITY))]
}

fn symbol() -> impl Strategy<Value = Symbol> {
    use Symbol::*;
    let named =
        [Tab, Enter, Escape, Backspace, Left, Right, Up, Down, Home, End, Menu, Char(' '), Char('w'), Char('?')];
    prop_oneof![prop::sample::select(named.to_vec()), any::<char>().prop_map(Symbol::Char)]
}

fn ui_action() -> impl Strategy<Value = UiAction> {
    let node = (0u64..9).prop_map(|id| NodeId::Sector(SectorId::from_raw(id)));
    let sector = || (0u64..9).prop_map(SectorId::from_raw);
    prop_oneof![
        prop::sample::select(vec![
            UiAction::Keys,
            UiAction::Launcher,
            UiAction::Search,
            UiAction::Settings,
            UiAction::DismissAll,
            UiAction::Accept,
            UiAction::Cancel,
            UiAction::Category { name: None },
            UiAction::Launch { entry: String::from("x") },
            UiAction::Dismiss { alert: 1 },
        ]),
        node.prop_map(|node| UiAction::Menu { node }),
        sector().prop_map(|sector| UiAction::Rename { sector }),
        sector().prop_map(|sector| UiAction::Remove { sector }),
        sector().prop_map(|sector| UiAction::SendTo { node: sector.into() }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let code = || prop::sample::select(vec![0x110u32, 0x111, 0x112]);
    let view = prop::collection::vec((any::<u8>(), 0u16..400, 0u16..400), 0..8);
    let level = prop::sample::select(vec![Level::Overview, Level::Hub, Level::Picker, Level::Focus]);
    prop_oneof![
        6 => place().prop_map(|(x, y)| Event::Moved(x, y)),
        6 => (place(), code()).prop_map(|((x, y), code)| Event::Down(x, y, code)),
        6 => (place(), code()).prop_map(|((x, y), code)| Event::Up(x, y, code)),
        3 => place().prop_map(|(x, y)| Event::Touch(x, y)),
        3 => place().prop_map(|(x, y)| Event::FingerMoved(x, y)),
        3 => Just(Event::Lift),
        1 => Just(Event::Left),
        1 => Just(Event::Cancel),
        3 => (0u64..900).prop_map(Event::Tick),
        8 => (symbol(), any::<bool>(), any::<bool>()).prop_map(|(symbol, shift, ctrl)| Event::Key(symbol, shift, ctrl)),
        1 => "\\PC{0,12}".prop_map(Event::Text),
        4 => ui_action().prop_map(Event::Act),
        3 => view.prop_map(Event::View),
        2 => level.prop_map(Event::Level),
        1 => Just(Event::CloseWindows),
    ]
}

/// Nodes of all kinds from a few bytes, modal ones and parents that are none among them.
fn nodes(world: &World, view: &[(u8, u16, u16)]) -> Vec<Node> {
    let make = |(place, &(kind, x, y)): (usize, &(u8, u16, u16))| {
        let rect = Rect::new(f64::from(x), f64::from(y), f64::from(y) + 1.0, f64::from(x) + 1.0);
        let pane = [0, 7, 8][usize::from(kind) % 3];
        let mut node = Node::new(Key::part(PARTS[place % PARTS.len()]).in_pane(pane), Role::Button, "node", rect);
        let sector = world.sector(0);
        node.action = match kind % 7 {
            0 => None,
            1 => Some(Action::Do(Operation::ZoomOut)),
            2 => Some(Action::Ui(UiAction::Launch { entry: String::from("x") })),
            3 => Some(Action::Ui(UiAction::Search)),
            _ => Some(Action::Do(Operation::ZoomIn { into: Some(sector.into()) })),
        };
        node.role = if kind % 7 == 3 { Role::SearchBox } else { Role::Button };
        node.menu = (kind & 8 != 0).then(|| Action::Ui(UiAction::Menu { node: sector.into() }));
        node.drag = (kind & 16 != 0).then_some(sector.into());
        node.drop = (kind & 32 != 0).then(|| world.sector(1));
        node.states.modal = kind & 64 != 0 && kind & 128 != 0;
        node.states.disabled = kind & 128 != 0 && kind & 1 != 0;
        node.parent = (place > 0 && kind & 4 != 0).then_some(usize::from(kind) % place.max(1));
        node
    };
    view.iter().enumerate().map(make).collect()
}

fn apply(world: &mut World, event: &Event) {
    match event.clone() {
        Event::Moved(x, y) => drop(world.moved(x, y)),
        Event::Down(x, y, code) => drop(world.with(|this, sight, now| this.pressed(at(x, y), code, sight, now))),
        Event::Up(x, y, code) => drop(world.with(|this, sight, now| this.released(at(x, y), code, sight, now))),
        Event::Touch(x, y) => drop(world.with(|this, sight, now| this.touched(at(x, y), sight, now))),
        Event::FingerMoved(x, y) => drop(world.with(|this, sight, now| this.finger_moved(at(x, y), sight, now))),
        Event::Lift => drop(world.with(|this, sight, now| this.lifted(sight, now))),
        Event::Left => world.interface.pointer_left(),
        Event::Cancel => world.interface.cancel(),
        Event::Tick(milliseconds) => drop(world.tick(milliseconds)),
        Event::Key(symbol, shift, ctrl) => drop(world.chord(symbol, Held { shift, ctrl, ..Held::default() })),
        Event::Text(text) => drop(world.with(|this, sight, _| this.text(&text, sight))),
        Event::Act(action) => drop(world.act(action)),
        Event::View(view) => world.nodes = nodes(world, &view),
        Event::Level(level) => world.level = level,
        Event::CloseWindows => {
            let id = world.desktop.tree().windows().next().map(|window| window.id);
            id.map(|id| world.desktop.remove_window(id, Duration::ZERO));
        }
    }
}

fn check(world: &World, event: &Event) {
    let interface = &world.interface;
    assert!(interface.pressed.is_none() || interface.holds(), "something looks pressed and is not held");
    assert!(interface.drag.is_none() || interface.holds(), "something is dragged by nothing");
    assert!(interface.drag.is_none() || interface.pressed.is_none());
    assert!(interface.search.chars().count() <= text_box::MOST_CHARS);
    if matches!(event, Event::Lift | Event::Cancel) {
        assert!(!interface.holds() && interface.pressed.is_none() && interface.drag.is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_panics_and_nothing_stays_held(events in prop::collection::vec(event(), 1..60)) {
        let mut world = World::new();
        for event in &events {
            apply(&mut world, event);
            check(&world, event);
            world.with(|interface, sight, _| {
                interface.forget(sight);
                let there = |key: Option<Key>| key.is_none_or(|key| sight.node(key).is_some());
                assert!(there(interface.focused) && there(interface.hovered) && there(interface.pressed));
            });
        }
        for code in [0x110u32, 0x111] {
            apply(&mut world, &Event::Up(1.0, 1.0, code));
        }
        check(&world, &Event::Lift);
    }
}
