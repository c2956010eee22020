//! The log of everything that was said: a place of its own.

use lcars_ui::hierarchy::Level;
use lcars_ui::interface::AlertLevel;
use lcars_ui::operation::Refused;
use lcars_ui::semantics::{Action, Role, UiAction};

use super::*;

/// Three entries, all of them fresh.
fn told(world: &mut World) {
    let (build, now) = (world.sector(0), world.now);
    let full = "The disk is full: nothing can be saved until there is room on it again";
    world.interface.alert(AlertLevel::Danger, full, None, now);
    world.interface.alert(AlertLevel::Caution, "rsync ended with 1", Some(build), now);
    world.interface.alert(AlertLevel::Info, "saved", None, now);
    world.interface.alert(AlertLevel::Info, "saved", None, now);
}

fn of_role(view: &View, role: Role) -> Vec<&Node> {
    view.nodes.iter().filter(|node| node.role == role).collect()
}

fn level(world: &World) -> Level {
    world.desktop.focused_viewport().path.level()
}

#[test]
fn it_is_reached_from_the_overview_and_left_like_any_place() {
    for size in [STANDARD, Size { w: 390.0, h: 844.0 }, Size { w: 844.0, h: 390.0 }] {
        let mut world = World::usual(size);
        let view = world.view();
        let jump = Some(Action::Do(Operation::Jump { to: Some(NodeId::Log) }));
        let ways: Vec<&Node> = view.nodes.iter().filter(|node| node.action == jump).collect();
        assert_eq!(ways.len(), 1, "{size:?}");
        assert!(ways[0].hit.w >= 40.0 && ways[0].hit.h >= 40.0, "{size:?}: {:?}", ways[0].hit);
        let requests = world.with(|interface, sight| interface.press_key(ways[0].key, sight));
        world.carry_out(requests);
        world.now += Duration::from_secs(2);
        assert_eq!(level(&world), Level::Log);
        assert_eq!(named(&world.view(), "ALERT LOG").role, Role::Heading);
        world.key(Symbol::Escape);
        assert_eq!(level(&world), Level::Overview);
    }
}

#[test]
fn an_empty_log_says_so_and_leads_back() {
    let mut world = World::usual(STANDARD).jump(Some(NodeId::Log));
    let view = world.view();
    assert_eq!(named(&view, "NOTHING WAS SAID YET").role, Role::Heading);
    assert_eq!(named(&view, "OVERVIEW").action, Some(Action::Do(Operation::ZoomOut)));
    assert!(named(&view, "DISMISS ALL").states.disabled && named(&view, "OLDER").states.disabled);
    let map = view.nodes.iter().filter(|node| node.name.starts_with("GO TO ")).count();
    assert_eq!(map, 5, "the small map leads to every sector");
    world.apply(Operation::Jump { to: Some(world.sector(2).into()) });
    assert_eq!(level(&world), Level::Hub);
}

#[test]
fn an_entry_has_its_time_and_source_and_leads_to_its_sector() {
    let mut world = World::usual(STANDARD);
    told(&mut world);
    world.now += Duration::from_secs(120);
    world.interface.alerts.tick(world.now);
    let world = world.jump(Some(NodeId::Log));
    let view = world.view();
    let entries = of_role(&view, Role::ListItem);
    let told: Vec<_> = entries.iter().map(|node| (node.name.as_str(), node.value.as_deref().unwrap())).collect();
    assert_eq!(told, [("NOTICE x2: SAVED", "2 MIN AGO"), ("CAUTION: RSYNC ENDED WITH 1", "BUILD, 2 MIN AGO")]);
    let fresh = of_role(&view, Role::Alert);
    assert_eq!(fresh.len(), 1, "what is dangerous stays until it is dismissed");
    assert!(
        fresh[0].name.starts_with("ALERT: THE DISK IS FULL") && fresh[0].value.as_deref() == Some("NEW, 2 MIN AGO")
    );
    let lead = named(&view, "GO TO RSYNC ENDED WITH 1");
    assert_eq!(lead.action, Some(Action::Ui(UiAction::Attend { alert: 2 })));
    assert!(lead.hit.w > 900.0 && lead.hit.h >= 40.0, "all of the line can be pressed: {:?}", lead.hit);
    assert!(view.covers.is_empty(), "what is fresh is in the list and hides nothing of it");
}

#[test]
fn what_is_fresh_is_taken_away_at_once_and_stays_in_the_log() {
    let mut world = World::usual(STANDARD);
    told(&mut world);
    let mut world = world.jump(Some(NodeId::Log));
    assert_eq!(of_role(&world.view(), Role::Alert).len(), 3);
    world.ui(&UiAction::DismissAll);
    let view = world.view();
    assert_eq!((of_role(&view, Role::Alert).len(), of_role(&view, Role::ListItem).len()), (0, 3));
    assert!(named(&view, "DISMISS ALL").states.disabled);
}

#[test]
fn what_is_fresh_offers_here_what_may_be_done_about_it() {
    for size in [STANDARD, Size { w: 390.0, h: 844.0 }, Size { w: 844.0, h: 390.0 }] {
        let mut world = World::usual(size);
        told(&mut world);
        let (build, now) = (world.sector(0), world.now);
        let one = world.interface.alert(AlertLevel::Info, "One letter came", Some(build), now).unwrap();
        world.interface.alerts.offer(one, &["Reply", "Mark as read"].map(String::from));
        let mut world = world.jump(Some(NodeId::Log));
        let view = world.view();
        let answers = |view: &View| -> Vec<Node> {
            let answers = view.nodes.iter().filter(|n| matches!(n.action, Some(Action::Ui(UiAction::Answer { .. }))));
            answers.cloned().collect()
        };
        let offered = answers(&view);
        let names: Vec<&str> = offered.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["REPLY", "MARK AS READ"], "{size:?}");
        assert_eq!(offered[1].action, Some(Action::Ui(UiAction::Answer { alert: one, choice: 1 })));
        let lead = named(&view, "GO TO ONE LETTER CAME");
        let entry = view.nodes.iter().find(|node| node.name == "NOTICE: ONE LETTER CAME").unwrap();
        for answer in &offered {
            assert!(answer.hit.h >= 40.0 && answer.rect.y >= lead.rect.bottom(), "{size:?}: {answer:?}");
            assert!(answer.rect.bottom() <= entry.rect.bottom() + 1.0 && answer.rect.right() <= entry.rect.right());
            assert!(!answer.rect.overlaps(&lead.hit), "{size:?}: one press, one meaning");
        }
        world.ui(&UiAction::DismissAll);
        assert!(answers(&world.view()).is_empty(), "who asked was told that nobody answers");
    }
}

#[test]
fn every_entry_is_on_some_page_in_its_order() {
    for size in [STANDARD, Size { w: 390.0, h: 844.0 }, Size { w: 844.0, h: 390.0 }, Size { w: 480.0, h: 360.0 }] {
        let mut world = World::usual(size);
        for number in 0..57 {
            let text = format!("entry {number} {}", "and words ".repeat(number % 13));
            world.interface.alert(AlertLevel::Info, &text, None, world.now);
        }
        let mut world = world.jump(Some(NodeId::Log));
        let mut seen = Vec::new();
        let pages = loop {
            let view = world.view();
            let entries = view.nodes.iter().filter(|node| matches!(node.role, Role::ListItem | Role::Alert));
            let number = |name: &str| name.split_whitespace().nth(2).and_then(|n| n.parse::<usize>().ok()).unwrap();
            seen.extend(entries.map(|node| number(&node.name)));
            if named(&view, "OLDER").states.disabled {
                break world.interface.log_page;
            }
            world.key(Symbol::PageDown);
        };
        assert_eq!(seen, (0..57).rev().collect::<Vec<_>>(), "{size:?}");
        assert!(pages > 0);
        let mut back = 0;
        while world.interface.log_page > 0 {
            world.key(Symbol::PageUp);
            back += 1;
            assert!(back < 58, "pages back never end");
        }
        world.key(Symbol::PageDown);
        assert!(world.interface.log_page > 0);
        let mut world = world.jump(None);
        world.with(|interface, sight| interface.forget(sight));
        assert_eq!(world.interface.log_page, 0, "it opens at the newest");
    }
}

#[test]
fn it_is_no_sector_and_cannot_be_closed_sent_or_put_elsewhere() {
    let mut world = World::usual(STANDARD).jump(Some(NodeId::Log));
    let (now, sector) = (world.now, world.sector(0));
    let log = NodeId::Log;
    for (operation, refused) in [
        (Operation::Close { node: Some(log) }, Refused::LogStays),
        (Operation::SendToSector { node: Some(log), sector, follow: false }, Refused::LogStays),
        (Operation::Reorder { node: log, to: 0 }, Refused::NotOrdered { node: log }),
        (Operation::Select { node: log }, Refused::NotHere { node: log }),
        (Operation::Jump { to: Some(log) }, Refused::AlreadyThere),
        (Operation::ZoomIn { into: None }, Refused::NothingInside),
    ] {
        assert_eq!(world.desktop.apply(&operation, now), Err(refused), "{operation:?}");
    }
    world.ui(&UiAction::Menu { node: log });
    assert!(world.view().nodes.iter().all(|node| node.role != Role::Menu));
}

#[test]
fn somebody_who_was_in_it_is_there_again_after_a_restart() {
    let world = World::usual(STANDARD).jump(Some(NodeId::Log));
    let snapshot = world.desktop.snapshot();
    let mut after = World::usual(STANDARD);
    after.desktop.load(&snapshot, after.now).unwrap();
    assert_eq!(level(&after), Level::Log);
}

#[test]
fn the_prompt_finds_it() {
    let mut world = World::usual(STANDARD);
    for text in ["go:alert", "?log"] {
        world.ui(&UiAction::Stage { text: text.into() });
        let view = world.view();
        assert!(view.nodes.iter().any(|node| node.name == "Alert log"), "{text}: {:?}", names(&view));
    }
}
