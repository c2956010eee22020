use std::collections::HashSet;
use std::time::Duration;

use super::super::{Binding, Inputs, Launchable};
use super::*;
use crate::geometry::Point;
use crate::hierarchy::{Desktop, NewWindow, NodeId};
use crate::interface::{AlertLevel, Drag, Interface};
use crate::operation::Operation;
use crate::scene::Primitive;
use crate::semantics::{Action, Node, Role, UiAction};
use crate::theme::Theme;

/// Everything that overlays are made of.
struct World {
    desktop: Desktop,
    interface: Interface,
    launcher: Vec<Launchable>,
    bindings: Vec<Binding>,
    size: Size,
    ui_scale: f64,
    theme: Theme,
    now: Duration,
}

impl World {
    fn new(w: f64, h: f64) -> Self {
        let sectors: Vec<_> = (1..=7).map(|number| (format!("Sector {number}"), None)).collect();
        let mut desktop = Desktop::new(&sectors, Rect::new(0.0, 0.0, w.max(640.0), h.max(480.0))).unwrap();
        let sector = Some(desktop.tree().sectors[0].id);
        for title in ["first", "second"] {
            let window = NewWindow { app_id: "org.example.Editor", title, sector, ..NewWindow::default() };
            desktop.add_window(window, Duration::ZERO).unwrap();
        }
        let category = |number: usize| String::from(["Graphics", "Network", "Office", "Games", "System"][number % 5]);
        let launchable = |number: usize| Launchable {
            entry: format!("app-{number}"),
            name: format!("Application {number}"),
            icon: Some(String::from("icon")),
            category: category(number),
        };
        let binding = |number: usize| Binding {
            chord: format!("Super+Shift+F{number}"),
            label: format!("Does the thing of number {number}"),
            context: String::from(if number < 20 { "Everywhere" } else { "On the interface" }),
        };
        Self {
            desktop,
            interface: Interface::default(),
            launcher: (0..90).map(launchable).collect(),
            bindings: (0..60).map(binding).collect(),
            size: Size { w, h },
            ui_scale: 1.0,
            theme: Theme::default(),
            now: Duration::from_secs(5),
        }
    }

    fn with(mut self, overlay: Overlay) -> Self {
        self.interface.overlay = Some(overlay);
        self
    }

    fn draw<R>(&self, look: impl FnOnce(&Builder) -> R) -> R {
        let plain = Inputs::of(&self.desktop, &self.interface, &self.theme, self.size, self.now);
        let inputs = Inputs { ui_scale: self.ui_scale, launcher: &self.launcher, bindings: &self.bindings, ..plain };
        let mut b = Builder::new(&inputs);
        super::draw(&inputs, &mut b);
        look(&b)
    }

    fn sector(&self) -> crate::hierarchy::SectorId {
        self.desktop.tree().sectors[0].id
    }

    fn app(&self) -> NodeId {
        self.desktop.tree().sectors[0].apps[0].id.into()
    }

    fn overlays(&self) -> Vec<Overlay> {
        let (sector, node) = (self.sector(), self.app());
        let corner = Point { x: self.size.w - 3.0, y: self.size.h - 3.0 };
        vec![
            Overlay::Keys,
            Overlay::Launcher { category: None },
            Overlay::Launcher { category: Some(String::from("Network")) },
            Overlay::Menu { node, at: corner },
            Overlay::Menu { node: sector.into(), at: Point { x: f64::NAN, y: -50.0 } },
            Overlay::Pane { at: corner },
            Overlay::SendTo { node },
            Overlay::Rename { sector, text: String::from("A NAME THAT IS LONGER THAN THERE IS ROOM FOR IN ANY BOX") },
            Overlay::Rename { sector, text: String::new() },
            Overlay::Recolour { sector },
            Overlay::Remove { sector },
            Overlay::Settings,
        ]
    }

    fn tell(&mut self) {
        self.interface.alert(
            AlertLevel::Danger,
            "The disk is full: nothing can be saved until there is room on it again",
            None,
            self.now,
        );
        self.interface.alert(AlertLevel::Caution, "rsync ended with 1", Some(self.sector()), self.now);
        self.interface.alert(AlertLevel::Info, "saved", None, self.now);
        self.interface.alert(AlertLevel::Info, "saved", None, self.now);
    }
}

fn names(b: &Builder, role: Role) -> Vec<String> {
    b.nodes.iter().filter(|node| node.role == role).map(|node| node.name.clone()).collect()
}

fn texts(b: &Builder) -> Vec<String> {
    let text =
        |primitive: &Primitive| if let Primitive::Text { text, .. } = primitive { Some(text.clone()) } else { None };
    b.scene.iter().filter_map(text).collect()
}

fn inside(inner: Rect, outer: Rect) -> bool {
    let slack = 1.0;
    [inner.x, inner.y, inner.w, inner.h].iter().all(|length| length.is_finite())
        && inner.x >= outer.x - slack
        && inner.y >= outer.y - slack
        && inner.right() <= outer.right() + slack
        && inner.bottom() <= outer.bottom() + slack
}

/// Nothing sticks out, nothing overlaps that is pressed, everything can be met with a finger.
fn check(b: &Builder, size: Size, what: &str) {
    let output = Rect::new(0.0, 0.0, size.w, size.h);
    let modal: Vec<&Node> = b.nodes.iter().filter(|node| node.states.modal).collect();
    assert_eq!(modal.len(), 1, "{what}");
    let cover = modal[0].rect;
    assert!(inside(cover, output), "{what}: {cover:?}");
    assert!(b.covers.contains(&cover), "{what}");
    for primitive in &b.scene {
        assert!(inside(primitive.rect(), cover), "{what}: {primitive:?} sticks out of {cover:?}");
    }
    let mut keys = HashSet::new();
    for primitive in &b.scene {
        assert!(keys.insert(primitive.key()), "{what}: {:?} twice", primitive.key());
    }
    let stops: Vec<&Node> = b.nodes.iter().filter(|node| node.action.is_some()).collect();
    // On a small screen a pane cannot be split, and one that is alone cannot be closed.
    let idle = |node: &Node| node.role == Role::MenuItem && node.states.disabled;
    assert!(!stops.is_empty() || b.nodes.iter().any(idle), "{what}");
    for node in &stops {
        assert!(inside(node.rect, cover), "{what}: {} is not inside", node.name);
        assert!(node.hit.h >= 39.9 && node.hit.w >= 39.9, "{what}: {} is too small: {:?}", node.name, node.hit);
        assert!(!node.name.is_empty(), "{what}");
    }
    for (i, a) in stops.iter().enumerate() {
        for other in stops.iter().skip(i + 1) {
            assert!(!a.rect.overlaps(&other.rect), "{what}: {} lies over {}", a.name, other.name);
        }
    }
    for (i, node) in b.nodes.iter().enumerate() {
        assert!(node.parent.is_none_or(|parent| parent < i), "{what}");
    }
}

#[test]
fn every_overlay_fits_on_every_output_and_can_be_met_with_a_finger() {
    let sizes = [(1280.0, 720.0), (360.0, 640.0), (640.0, 360.0), (800.0, 600.0), (2560.0, 1440.0)];
    for (w, h) in sizes {
        for ui_scale in [0.75, 1.0, 1.5, 3.0] {
            for theme in Theme::names() {
                let mut world = World { ui_scale, theme: Theme::builtin(theme).unwrap(), ..World::new(w, h) };
                world.tell();
                for id in 1..=3 {
                    world.interface.alerts.dismiss(id);
                }
                for overlay in world.overlays() {
                    let what = format!("{overlay:?} at {w}x{h}, {ui_scale}");
                    world.interface.overlay = Some(overlay);
                    world.draw(|b| check(b, world.size, &what));
                }
            }
        }
    }
}

#[test]
fn an_output_of_any_size_does_no_harm() {
    for (w, h) in [(0.0, 0.0), (64.0, 64.0), (f64::NAN, 100.0), (1e12, 10.0)] {
        let mut world = World::new(640.0, 480.0);
        world.tell();
        world.size = Size { w, h };
        for overlay in world.overlays() {
            world.interface.overlay = Some(overlay);
            world.draw(|b| assert!(b.scene.iter().all(|primitive| primitive.rect().w.is_finite())));
        }
    }
}

#[test]
fn nothing_is_drawn_while_there_is_nothing_to_say() {
    World::new(1280.0, 720.0).draw(|b| assert!(b.scene.is_empty() && b.nodes.is_empty() && b.covers.is_empty()));
}

#[test]
fn alerts_stand_at_the_top_right_and_each_can_be_dismissed() {
    let mut world = World::new(1280.0, 720.0);
    world.tell();
    world.draw(|b| {
        let alerts = names(b, Role::Alert);
        assert_eq!(alerts.len(), 3);
        assert_eq!(alerts[0], "NOTICE x2: SAVED");
        assert_eq!(alerts[1], "CAUTION: RSYNC ENDED WITH 1");
        let dismiss: Vec<&Node> = b.nodes.iter().filter(|node| node.role == Role::Button).collect();
        assert_eq!(dismiss[0].name, "DISMISS SAVED");
        assert_eq!(dismiss[0].action, Some(Action::Ui(UiAction::Dismiss { alert: 3 })));
        assert!(dismiss.iter().all(|node| node.hit.w >= 40.0 && node.hit.h >= 40.0));
        assert!(b.nodes.iter().all(|node| node.rect.x > 900.0 && node.rect.right() < 1280.0 && node.rect.w <= 320.0));
        assert_eq!(b.covers.len(), 3);
        assert!(b.covers.windows(2).all(|pair| !pair[0].overlaps(&pair[1])));
        let text = texts(b).join(" ");
        assert!(text.contains("SECTOR 1") && text.contains("ON IT AGAIN"), "{text}");
    });
}

#[test]
fn what_may_be_done_about_an_alert_stands_below_its_words() {
    for (w, h) in [(1280.0, 720.0), (360.0, 640.0)] {
        let mut world = World::new(w, h);
        let one = world.interface.alert(AlertLevel::Info, "One letter", None, world.now).unwrap();
        let offered = ["Reply", "", "A word for a button that goes on and on and never ends"].map(String::from);
        world.interface.alerts.offer(one, &offered);
        world.interface.alert(AlertLevel::Caution, "rsync ended with 1", None, world.now);
        world.draw(|b| {
            let answers: Vec<&Node> =
                b.nodes.iter().filter(|n| matches!(n.action, Some(Action::Ui(UiAction::Answer { .. })))).collect();
            assert_eq!(answers.len(), 2, "one has no words");
            assert_eq!(answers[0].name, "REPLY");
            assert_eq!(answers[0].action, Some(Action::Ui(UiAction::Answer { alert: one, choice: 0 })));
            assert_eq!(answers[1].action, Some(Action::Ui(UiAction::Answer { alert: one, choice: 2 })));
            let cover = b.covers.iter().find(|cover| inside(answers[0].rect, **cover)).unwrap();
            for node in &answers {
                assert!(node.hit.h >= 40.0 && inside(node.rect, *cover), "{:?} in {cover:?}", node.rect);
            }
            let words = b.scene.iter().find(|p| matches!(p, Primitive::Text { text, .. } if text == "ONE LETTER"));
            assert!(words.unwrap().rect().bottom() <= answers[0].rect.y);
            assert!(b.covers.windows(2).all(|pair| !pair[0].overlaps(&pair[1])));
        });
    }
}

#[test]
fn an_alert_that_blinks_is_dark_half_of_the_time() {
    let mut world = World::new(1280.0, 720.0);
    world.interface.alert(AlertLevel::Danger, "fire", None, world.now);
    let lit = |world: &World| {
        let red = world.theme.danger;
        world.draw(|b| b.scene.iter().any(|p| matches!(p, Primitive::Fill { colour, .. } if *colour == red)))
    };
    assert!(lit(&world));
    world.now += Duration::from_millis(600);
    assert!(!lit(&world));
    world.now += Duration::from_secs(9);
    assert!(lit(&world));
}

#[test]
fn alerts_can_be_dismissed_while_a_dialog_is_open() {
    let mut world = World::new(1280.0, 720.0).with(Overlay::Settings);
    world.tell();
    world.draw(|b| {
        let dismiss = b.nodes.iter().rfind(|node| node.name.starts_with("DISMISS")).unwrap();
        let at = Point { x: dismiss.rect.x + 5.0, y: dismiss.rect.y + 5.0 };
        assert_eq!(crate::semantics::hit(&b.nodes, at).map(|node| node.key), Some(dismiss.key));
    });
}

#[test]
fn a_sectors_menu_says_what_can_be_done_and_what_cannot() {
    let world = World::new(1280.0, 720.0);
    let node = world.sector().into();
    world.with(Overlay::Menu { node, at: Point { x: 100.0, y: 100.0 } }).draw(|b| {
        let items: Vec<(&str, bool)> = b
            .nodes
            .iter()
            .filter(|node| node.role == Role::MenuItem)
            .map(|node| (node.name.as_str(), node.states.disabled))
            .collect();
        let expected = [
            ("OPEN", false),
            ("RENAME", false),
            ("COLOUR", false),
            ("MOVE LEFT", true),
            ("MOVE RIGHT", false),
            ("REMOVE", false),
        ];
        assert_eq!(items, expected);
        let right = b.nodes.iter().find(|node| node.name == "MOVE RIGHT").unwrap();
        assert_eq!(right.action, Some(Action::Do(Operation::Reorder { node, to: 1 })));
    });
}

#[test]
fn a_programs_menu_ends_with_close() {
    let world = World::new(1280.0, 720.0);
    let node = world.app();
    world.with(Overlay::Menu { node, at: Point::default() }).draw(|b| {
        let items = names(b, Role::MenuItem);
        assert_eq!(items, ["OPEN", "NEW WINDOW", "SEND TO SECTOR", "FULLSCREEN", "CLOSE"]);
        assert_eq!(b.nodes.last().unwrap().action, Some(Action::Do(Operation::Close { node: Some(node) })));
        assert_eq!(names(b, Role::Menu), ["EDITOR"]);
    });
}

#[test]
fn a_window_is_sent_to_any_sector_but_its_own() {
    let world = World::new(1280.0, 720.0);
    let (node, second) = (world.app(), world.desktop.tree().sectors[1].id);
    world.with(Overlay::SendTo { node }).draw(|b| {
        let own = b.nodes.iter().find(|node| node.name == "SECTOR 1").unwrap();
        assert!(own.states.disabled && own.action.is_none());
        let other = b.nodes.iter().find(|node| node.name == "SECTOR 2").unwrap();
        let sent = Operation::SendToSector { node: Some(node), sector: second, follow: false };
        assert_eq!(other.action, Some(Action::Do(sent)));
    });
}

#[test]
fn the_question_before_a_sector_goes_says_where_its_windows_move() {
    let world = World::new(1280.0, 720.0);
    let sector = world.sector();
    world.with(Overlay::Remove { sector }).draw(|b| {
        let question = &names(b, Role::AlertDialog)[0];
        assert!(question.contains("SECTOR 1 HAS 2 WINDOWS. THEY MOVE TO SECTOR 2"), "{question}");
        assert_eq!(names(b, Role::Button), ["CANCEL", "REMOVE"], "the way back comes first");
    });
}

#[test]
fn the_neighbour_that_is_named_is_the_one_that_gets_the_windows() {
    for place in [0, 1, 3] {
        let mut world = World::new(1280.0, 720.0);
        let target = world.desktop.tree().sectors[place].id;
        let node = Some(world.app());
        let _ = world.desktop.apply(&Operation::SendToSector { node, sector: target, follow: false }, Duration::ZERO);
        let question = world.with(Overlay::Remove { sector: target });
        let said = question.draw(|b| names(b, Role::AlertDialog)[0].clone());
        let mut desktop = question.desktop;
        desktop.apply(&Operation::RemoveSector { sector: target }, Duration::ZERO).unwrap();
        let heir = desktop.tree().sectors.iter().find(|sector| !sector.apps.is_empty()).unwrap();
        assert!(said.contains(&format!("MOVE TO {}", heir.name.to_uppercase())), "{said}");
    }
}

#[test]
fn a_name_can_only_be_accepted_when_there_is_one() {
    let world = World::new(1280.0, 720.0);
    let sector = world.sector();
    let rename = |text: &str| World::new(1280.0, 720.0).with(Overlay::Rename { sector, text: String::from(text) });
    rename("New name").draw(|b| {
        let field = b.nodes.iter().find(|node| node.role == Role::TextBox).unwrap();
        assert_eq!(field.value.as_deref(), Some("New name"));
        assert!(
            b.nodes.iter().any(|node| node.action == Some(Action::Ui(UiAction::Accept)) && node.role == Role::Button)
        );
    });
    rename(" ").draw(|b| assert!(b.nodes.iter().any(|node| node.name == "RENAME" && node.states.disabled)));
}

#[test]
fn the_keys_in_force_are_listed_over_as_many_pages_as_it_takes() {
    for (w, h) in [(1280.0, 720.0), (360.0, 640.0)] {
        let mut world = World::new(w, h).with(Overlay::Keys);
        let mut seen = HashSet::new();
        for page in 0..10 {
            world.interface.page = page;
            world.draw(|b| seen.extend(names(b, Role::ListItem)));
        }
        assert_eq!(seen.len(), 60, "{w}x{h}");
        world.interface.page = 0;
        world.draw(|b| assert_eq!(names(b, Role::Heading)[0], "EVERYWHERE"));
    }
}

#[test]
fn the_launcher_shows_one_category_or_all() {
    let world = World::new(1280.0, 720.0);
    let entries = |world: &World| {
        world.draw(|b| {
            let launch = |node: &&Node| matches!(node.action, Some(Action::Ui(UiAction::Launch { .. })));
            b.nodes.iter().filter(launch).map(|node| node.name.clone()).collect::<Vec<_>>()
        })
    };
    let world = world.with(Overlay::Launcher { category: None });
    assert_eq!(entries(&world)[..2], ["APPLICATION 0", "APPLICATION 1"], "recently used ones come first");
    world.draw(|b| assert_eq!(names(b, Role::Tab), ["ALL", "GAMES", "GRAPHICS", "NETWORK", "OFFICE", "SYSTEM"]));
    let world = world.with(Overlay::Launcher { category: Some(String::from("Network")) });
    assert_eq!(entries(&world)[..2], ["APPLICATION 1", "APPLICATION 6"]);
    let mut world = world.with(Overlay::Launcher { category: None });
    world.launcher.clear();
    world.interface.search = String::from("zzz");
    world.draw(|b| assert_eq!(names(b, Role::Status)[0], "NOTHING IS CALLED ZZZ"));
}

#[test]
fn settings_show_what_is_in_force() {
    let world = World { ui_scale: 1.5, ..World::new(1280.0, 720.0) }.with(Overlay::Settings);
    world.draw(|b| {
        let chosen: Vec<&str> =
            b.nodes.iter().filter(|node| node.states.selected).map(|node| node.name.as_str()).collect();
        assert_eq!(chosen, ["DEFAULT", "150 %", "FULL"]);
        assert!(names(b, Role::Button).contains(&String::from("RED-ALERT")));
    });
}

#[test]
fn what_is_dragged_says_where_it_goes() {
    let mut world = World::new(1280.0, 720.0);
    let node = world.app();
    let second = world.desktop.tree().sectors[1].id;
    world.interface.drag = Some(Drag { node, at: Point { x: 50.0, y: 50.0 }, over: Some(second) });
    world.draw(|b| assert_eq!(names(b, Role::Status), ["EDITOR GOES TO SECTOR 2"]));
    world.interface.drag = Some(Drag { node, at: Point { x: 50.0, y: 50.0 }, over: None });
    world.draw(|b| assert_eq!(names(b, Role::Status), ["EDITOR STAYS WHERE IT IS"]));
}
