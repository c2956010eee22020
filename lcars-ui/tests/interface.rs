//! The interface as somebody uses it: real views, real desktops, and nothing but pointer, touch and keyboard between.

use std::time::Duration;

use lcars_ui::geometry::{Point, Rect, Size};
use lcars_ui::hierarchy::{Desktop, HubMode, Level, NewWindow, NodeId};
use lcars_ui::interface::{AlertLevel, Button, Held, Interface, Overlay, Request, Sight, Symbol};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::{Action, Node, Role, UiAction};
use lcars_ui::shells::{Class, Shells, StagedView};
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Binding, Inputs, Launchable, PromptPlace};
use proptest::prelude::*;

/// A desktop with its interface and its last view.
struct Session {
    desktop: Desktop,
    interface: Interface,
    theme: Theme,
    size: Size,
    now: Duration,
    nodes: Vec<Node>,
    shells: Shells,
    prompt: Option<PromptPlace>,
    /// What the interface could not do itself.
    passed_on: Vec<UiAction>,
}

impl Session {
    fn new(w: f64, h: f64) -> Self {
        let theme = Theme::default();
        let size = Size { w, h };
        let area = view::pane_area(&theme, size, 1.0, 1.0);
        let mut desktop = Desktop::new(&[("Build", None), ("Comms", None), ("Logs", None)], area).expect("few sectors");
        let sectors: Vec<_> = desktop.tree().sectors.iter().map(|sector| sector.id).collect();
        for (place, app_id) in [(0, "firefox"), (0, "foot"), (0, "foot"), (1, "thunderbird")] {
            let new = NewWindow { app_id, title: app_id, sector: sectors.get(place).copied(), ..NewWindow::default() };
            desktop.add_window(new, Duration::ZERO).expect("few windows");
        }
        let (interface, now) = (Interface::default(), Duration::from_secs(10));
        let (nodes, passed_on, shells) = (Vec::new(), Vec::new(), Shells::default());
        let mut session = Self { desktop, interface, theme, size, now, nodes, shells, prompt: None, passed_on };
        session.look();
        session
    }

    /// Draws everything anew, some time later, so that no camera moves any more; and again, if what was asked about turns
    /// out to be gone.
    fn look(&mut self) {
        self.now += Duration::from_secs(1);
        let open = self.interface.overlay.is_some();
        self.draw();
        if open && self.interface.overlay.is_none() {
            self.draw();
        }
    }

    fn draw(&mut self) {
        let launcher = ["Gimp", "Inkscape", "Terminal"].map(|name| Launchable {
            entry: name.to_lowercase(),
            name: name.to_owned(),
            icon: None,
            category: String::from("Graphics"),
        });
        let typed = self.interface.search.trim().to_lowercase();
        let launcher: Vec<_> = launcher.into_iter().filter(|one| one.entry.contains(&typed)).collect();
        let bindings = [Binding { chord: "Super+Up".into(), label: "Zoom out".into(), context: "Everywhere".into() }];
        let plain = Inputs::of(&self.desktop, &self.interface, &self.theme, self.size, self.now);
        let view = view::build(&Inputs { shells: &self.shells, launcher: &launcher, bindings: &bindings, ..plain });
        (self.nodes, self.prompt) = (view.nodes, view.prompt);
        self.with(|interface, sight, _| interface.forget(sight));
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight, Duration) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        let sight = Sight {
            nodes: &self.nodes,
            pane: viewport.id,
            level: viewport.path.level(),
            sector: viewport.path.sector(),
            selected: viewport.selected,
            tree: self.desktop.tree(),
            shells: &self.shells,
            files: &[],
            launcher: &[],
            prompt: self.prompt,
        };
        work(&mut self.interface, &sight, self.now)
    }

    fn carry_out(&mut self, requests: Vec<Request>) {
        for (pane, action) in requests {
            if let Some(viewport) = pane {
                let _ = self.desktop.apply(&Operation::FocusViewport { viewport }, self.now);
            }
            match action {
                Action::Do(operation) => drop(self.desktop.apply(&operation, self.now)),
                Action::Ui(action) => self.passed_on.push(action),
            }
        }
        self.look();
    }

    /// Whether the key was for the interface.
    fn key(&mut self, symbol: Symbol) -> bool {
        self.chord(symbol, Held::default())
    }

    fn chord(&mut self, symbol: Symbol, held: Held) -> bool {
        let requests = self.with(|interface, sight, now| interface.key(symbol, held, sight, now));
        let mine = requests.is_some();
        self.carry_out(requests.unwrap_or_default());
        mine
    }

    fn write(&mut self, text: &str) {
        text.chars().for_each(|c| assert!(self.key(Symbol::Char(c)), "{c}"));
    }

    /// Presses Tab until the keyboard is at the part of this name.
    fn tab_to(&mut self, name: &str) {
        for _ in 0..200 {
            self.key(Symbol::Tab);
            if self.focused().is_some_and(|node| node.name == name) {
                return;
            }
        }
        panic!("Tab does not come by {name}");
    }

    fn focused(&self) -> Option<&Node> {
        self.nodes.iter().find(|node| Some(node.key) == self.interface.focused)
    }

    fn find(&self, role: Role, name: &str) -> &Node {
        let found = self.nodes.iter().rfind(|node| node.role == role && node.name == name);
        found.unwrap_or_else(|| panic!("no {role:?} called {name}"))
    }

    fn tap(&mut self, role: Role, name: &str) {
        let at = middle(self.find(role, name).rect);
        let mut requests = self.with(|interface, sight, now| interface.touched(at, sight, now));
        requests.extend(self.with(|interface, sight, now| interface.lifted(sight, now)));
        self.carry_out(requests);
    }

    fn level(&self) -> Level {
        self.desktop.focused_viewport().path.level()
    }

    fn sectors(&self) -> Vec<&str> {
        self.desktop.tree().sectors.iter().map(|sector| sector.name.as_str()).collect()
    }
}

fn middle(rect: Rect) -> Point {
    Point { x: rect.x + rect.w / 2.0, y: rect.y + rect.h / 2.0 }
}

#[test]
fn somebody_goes_in_and_out_with_the_keyboard_alone() {
    let mut session = Session::new(1280.0, 720.0);
    session.key(Symbol::Right);
    session.key(Symbol::Left);
    assert!(session.focused().is_some_and(|node| node.name.starts_with("BUILD")), "{:?}", session.focused());
    session.key(Symbol::Enter);
    assert_eq!(session.level(), Level::Hub);
    session.write("fire");
    session.key(Symbol::Enter);
    assert_eq!(session.level(), Level::Focus);
    let title =
        session.desktop.focused_window().and_then(|id| session.desktop.tree().window(id)).map(|found| &found.2.title);
    assert_eq!(title.map(String::as_str), Some("firefox"));
    assert!(!session.key(Symbol::Escape), "that one belongs to the program");
    let _ = session.desktop.apply(&Operation::ZoomOut, session.now);
    session.look();
    assert!(session.key(Symbol::Escape));
    assert_eq!(session.level(), Level::Overview);
}

#[test]
fn what_does_not_run_yet_is_launched_by_typing_its_name() {
    let mut session = Session::new(1280.0, 720.0);
    session.key(Symbol::Enter);
    session.write("gim");
    session.key(Symbol::Enter);
    assert_eq!(session.passed_on, [UiAction::Launch { entry: String::from("gimp") }]);
    assert_eq!(session.interface.search, "");
}

#[test]
fn sectors_are_made_renamed_moved_and_removed_with_the_keyboard_alone() {
    let mut session = Session::new(1280.0, 720.0);
    session.tab_to("NEW SECTOR");
    session.key(Symbol::Enter);
    assert_eq!(session.sectors().len(), 4);

    session.tab_to("BUILD");
    assert!(session.key(Symbol::Menu));
    session.tab_to("RENAME");
    session.key(Symbol::Enter);
    assert!(session.chord(Symbol::Backspace, Held { ctrl: true, ..Held::default() }));
    session.write("Forge 2");
    session.key(Symbol::Enter);
    assert_eq!(session.sectors()[0], "Forge 2");
    assert_eq!(session.interface.overlay, None);
    assert!(session.focused().is_some_and(|node| node.name == "FORGE 2"), "the keyboard is back at the tile");

    session.key(Symbol::Menu);
    session.tab_to("MOVE RIGHT");
    session.key(Symbol::Char(' '));
    assert_eq!(session.sectors()[..2], ["Comms", "Forge 2"]);

    session.tab_to("FORGE 2");
    session.key(Symbol::Menu);
    session.tab_to("REMOVE");
    session.key(Symbol::Enter);
    assert_eq!(session.focused().map(|node| node.name.as_str()), Some("CANCEL"));
    assert_eq!(session.sectors().len(), 4, "it asks first");
    session.tab_to("REMOVE");
    session.key(Symbol::Enter);
    assert_eq!(session.sectors()[0], "Comms");
    assert_eq!(session.desktop.tree().windows().count(), 4, "no window died of it");
}

#[test]
fn a_phone_does_the_same_by_touch() {
    let mut session = Session::new(360.0, 640.0);
    let build = middle(session.find(Role::Button, "BUILD").rect);
    session.with(|interface, sight, now| interface.touched(build, sight, now));
    session.now += Duration::from_millis(500);
    let (requests, _) = session.with(|interface, sight, now| interface.tick(sight, now));
    session.carry_out(requests);
    session.with(|interface, sight, now| interface.lifted(sight, now));
    session.tap(Role::MenuItem, "COLOUR");
    session.tap(Role::Button, "COLOUR 5");
    assert_eq!(session.desktop.tree().sectors[0].colour.number(), 5);
    session.tap(Role::Button, "BUILD");
    assert_eq!(session.level(), Level::Hub);
}

#[test]
fn a_window_is_sent_to_another_sector_from_its_menu() {
    let mut session = Session::new(1280.0, 720.0);
    session.key(Symbol::Enter);
    let firefox = session.desktop.tree().sectors[0].apps[0].id;
    let tile = session.nodes.iter().find(|node| node.drag == Some(firefox.into())).expect("a tile");
    let at = middle(tile.rect);
    session.with(|interface, sight, now| interface.pressed(at, Button::Secondary, sight, now));
    let requests = session.with(|interface, sight, now| interface.released(at, Button::Secondary, sight, now));
    session.carry_out(requests);
    session.tap(Role::MenuItem, "SEND TO SECTOR");
    session.tap(Role::Button, "LOGS");
    assert_eq!(session.desktop.tree().sectors[2].apps[0].app_id, "firefox");
    assert_eq!(session.interface.overlay, None);
}

#[test]
fn everything_that_can_be_pressed_is_reached_by_tab() {
    let mut session = Session::new(1280.0, 720.0);
    for step in 0..4 {
        let wanted: usize = session.nodes.iter().filter(|node| node.action.is_some() && !node.states.disabled).count();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..wanted {
            session.key(Symbol::Tab);
            seen.extend(session.interface.focused);
        }
        assert_eq!(seen.len(), wanted, "in step {step}");
        match step {
            0 => session.carry_out(vec![(None, Action::Do(Operation::ZoomIn { into: None }))]),
            1 => session.carry_out(vec![(None, Action::Do(Operation::Split { axis: Axis::Horizontal }))]),
            _ => session.carry_out(vec![(None, Action::Do(Operation::CloseViewport))]),
        }
    }
}

#[derive(Debug, Clone)]
enum Event {
    Moved(f64, f64),
    Press(f64, f64, bool),
    Release(f64, f64, bool),
    Tap(usize),
    Menu(usize),
    Key(Symbol, u8),
    KeyUp(Symbol),
    /// What is in the prompt was looked at.
    Judge(u8),
    Wait(u64),
    Tell(u8),
    Do(Operation),
    Ui(UiAction),
    Resize(f64, f64),
}

fn symbol() -> impl Strategy<Value = Symbol> {
    use Symbol::*;
    prop::sample::select(vec![
        Tab,
        Enter,
        Enter,
        Escape,
        Backspace,
        Delete,
        Left,
        Right,
        Up,
        Down,
        Home,
        End,
        PageUp,
        PageDown,
        Menu,
        Char('f'),
        Char(' '),
        Char('🦀'),
        Char('?'),
        Char('z'),
        Char('r'),
        Char('k'),
    ])
}

fn event() -> impl Strategy<Value = Event> {
    let at = || (0.0..1300.0, 0.0..740.0);
    let operations = vec![
        Operation::ZoomOut,
        Operation::ZoomIn { into: None },
        Operation::Jump { to: Some(NodeId::Log) },
        Operation::NewSector { name: None, colour: None },
        Operation::Split { axis: Axis::Horizontal },
        Operation::Split { axis: Axis::Vertical },
        Operation::CloseViewport,
        Operation::Mode { mode: HubMode::Command },
        Operation::Mode { mode: HubMode::Apps },
        Operation::NewTerminal { sector: None },
        Operation::CloseTerminal { terminal: None },
    ];
    let text = |text: &str| String::from(text);
    let overlays = vec![
        UiAction::Keys,
        UiAction::Launcher,
        UiAction::Settings,
        UiAction::DismissAll,
        UiAction::Cancel,
        UiAction::Prompt,
        UiAction::Prompt,
        UiAction::Stage { text: text("rm -rf x") },
        UiAction::Stage { text: text("a\nb\nc\nd") },
        UiAction::Stage { text: text("?o") },
        UiAction::Append { text: text("'a b'") },
        UiAction::Execute,
        UiAction::Execute,
        UiAction::ClearPrompt,
        UiAction::TerminalFocus,
        UiAction::Around { back: false },
        UiAction::Find,
        UiAction::Search,
        UiAction::Choose { number: 3 },
    ];
    prop_oneof![
        4 => at().prop_map(|(x, y)| Event::Moved(x, y)),
        3 => (at(), any::<bool>()).prop_map(|((x, y), secondary)| Event::Press(x, y, secondary)),
        3 => (at(), any::<bool>()).prop_map(|((x, y), secondary)| Event::Release(x, y, secondary)),
        4 => (0usize..60).prop_map(Event::Tap),
        2 => (0usize..60).prop_map(Event::Menu),
        8 => (symbol(), 0u8..8).prop_map(|(symbol, held)| Event::Key(symbol, held)),
        1 => symbol().prop_map(Event::KeyUp),
        4 => any::<u8>().prop_map(Event::Judge),
        2 => (0u64..8000).prop_map(Event::Wait),
        1 => any::<u8>().prop_map(Event::Tell),
        3 => prop::sample::select(operations).prop_map(Event::Do),
        5 => prop::sample::select(overlays).prop_map(Event::Ui),
        1 => (64.0..2000.0, 64.0..1200.0).prop_map(|(w, h)| Event::Resize(w, h)),
    ]
}

fn button(secondary: bool) -> Button {
    if secondary { Button::Secondary } else { Button::Primary }
}

fn apply(session: &mut Session, event: &Event) {
    let at = |x: f64, y: f64| Point { x, y };
    let requests = match event.clone() {
        Event::Moved(x, y) => session.with(|this, sight, now| this.pointer_moved(at(x, y), sight, now)),
        Event::Press(x, y, other) => session.with(|this, sight, now| this.pressed(at(x, y), button(other), sight, now)),
        Event::Release(x, y, other) => {
            session.with(|this, sight, now| this.released(at(x, y), button(other), sight, now))
        }
        Event::Tap(place) => {
            let Some(key) = session.nodes.get(place % session.nodes.len().max(1)).map(|node| node.key) else { return };
            session.with(|this, sight, _| this.press_key(key, sight))
        }
        Event::Menu(place) => {
            let tree = session.desktop.tree();
            let nodes: Vec<NodeId> = tree
                .sectors
                .iter()
                .map(|sector| sector.id.into())
                .chain(tree.windows().map(|window| window.id.into()))
                .collect();
            let Some(node) = nodes.get(place % nodes.len().max(1)).copied() else { return };
            session.with(|this, sight, _| this.act(&UiAction::Menu { node }, sight))
        }
        Event::KeyUp(symbol) => {
            session.with(|this, _, now| this.key_released(symbol, now));
            Vec::new()
        }
        Event::Judge(number) => {
            let class = [Class::Safe, Class::Caution, Class::Danger, Class::Refused][usize::from(number) % 4];
            let text = session.interface.prompt.text().to_owned();
            let (id, hash, title, details) = (format!("{number}"), text.clone(), String::new(), Vec::new());
            let reasons = vec![String::from("so it is")];
            session.shells.prompt.verdict = Some(StagedView { id, text, hash, class, title, reasons, details });
            Vec::new()
        }
        Event::Key(symbol, held) => {
            // A plain key as often as all others together.
            let held = Held { shift: held == 1, ctrl: held == 2, alt: held == 3, logo: false };
            session.with(|this, sight, now| this.key(symbol, held, sight, now)).unwrap_or_default()
        }
        Event::Wait(milliseconds) => {
            session.now += Duration::from_millis(milliseconds);
            session.with(|this, sight, now| this.tick(sight, now)).0
        }
        Event::Tell(number) => {
            let now = session.now;
            session.interface.alert(AlertLevel::Danger, &format!("something {number}"), None, now);
            Vec::new()
        }
        Event::Do(operation) => vec![(None, Action::Do(operation))],
        Event::Ui(action) => session.with(|this, sight, _| this.act(&action, sight)),
        Event::Resize(w, h) => {
            session.size = Size { w, h };
            let (output, area) =
                (session.desktop.focused_output().id, view::pane_area(&session.theme, session.size, 1.0, 1.0));
            let _ = session.desktop.resize_output(output, area);
            Vec::new()
        }
    };
    for (_, action) in &requests {
        if let Action::Ui(UiAction::Commit { id, hash, confirmed }) = action {
            let verdict = session.shells.prompt.verdict.as_ref().expect("something was looked at");
            assert_eq!((&verdict.id, &verdict.hash), (id, hash), "what is to run is not what was looked at");
            assert!(verdict.class <= Class::Caution || (verdict.class == Class::Danger && *confirmed));
        }
    }
    session.carry_out(requests);
}

fn check(session: &Session) {
    let there =
        |key: Option<lcars_ui::scene::Key>| key.is_none_or(|key| session.nodes.iter().any(|node| node.key == key));
    let interface = &session.interface;
    assert!(there(interface.focused), "the keyboard is at {:?}, which is not there", interface.focused);
    assert!(there(interface.hovered) && there(interface.pressed));
    assert!(interface.drag.is_none() || interface.holds());
    assert!(interface.pressed.is_none() || interface.holds());
    let modal = session.nodes.iter().filter(|node| node.states.modal).count();
    assert_eq!(modal, usize::from(interface.overlay.is_some()), "{:?}", interface.overlay);
    if matches!(interface.overlay, Some(Overlay::Menu { .. } | Overlay::Remove { .. })) {
        assert!(interface.focused.is_some(), "the keyboard is nowhere");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_done_the_interface_knows_where_it_is(events in prop::collection::vec(event(), 1..50)) {
        let mut session = Session::new(1280.0, 720.0);
        for event in &events {
            apply(&mut session, event);
            check(&session);
        }
        for secondary in [true, false] {
            apply(&mut session, &Event::Release(1.0, 1.0, secondary));
        }
        prop_assert!(!session.interface.holds() && session.interface.drag.is_none() && session.interface.pressed.is_none());
    }
}
