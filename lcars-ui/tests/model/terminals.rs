//! Shells of sectors: when they are started, what becomes of them, and what is remembered.

use std::time::Duration;

use lcars_ui::hierarchy::limits::{MOST_SECTOR_TERMINALS, MOST_TERMINALS};
use lcars_ui::hierarchy::{Activity, Desktop, HubMode, Outcome, TerminalId};
use lcars_ui::operation::{Effect, Effects, Kind, Operation, Refused};
use lcars_ui::snapshot::{SavedTerminal, Snapshot, SnapshotError};

use super::*;

/// What is to be started by these effects.
fn started(effects: &Effects) -> Vec<(TerminalId, Option<&str>)> {
    let start = |effect| match effect {
        &Effect::StartTerminal { terminal, ref directory, .. } => Some((terminal, directory.as_deref())),
        _ => None,
    };
    effects.iter().filter_map(start).collect()
}

fn shown(world: &World, place: usize) -> Option<TerminalId> {
    world.desktop.tree().sectors[place].terminal
}

fn commanded() -> (World, Effects) {
    let mut world = World::new();
    world.apply(Operation::Mode { mode: HubMode::Command });
    let effects = world.jump(world.sector(0));
    (world, effects)
}

#[test]
fn a_hub_that_is_entered_in_command_mode_has_a_shell_started_once() {
    let (mut world, effects) = commanded();
    let terminal = shown(&world, 0).unwrap();
    assert_eq!(started(&effects), [(terminal, None)]);
    world.apply(Operation::Jump { to: None });
    let effects = world.jump(world.sector(0));
    assert_eq!(started(&effects), [], "it is there already");
    world.apply(Operation::Mode { mode: HubMode::Apps });
    let effects = world.jump(world.sector(1));
    assert_eq!(started(&effects), [], "nobody asked for a shell there");
    let effects = world.apply(Operation::Mode { mode: HubMode::Command });
    assert_eq!(started(&effects).len(), 1);
}

#[test]
fn a_new_one_starts_where_the_shown_one_is_and_is_shown() {
    let (mut world, _) = commanded();
    let first = shown(&world, 0).unwrap();
    world.desktop.terminal_moved(first, "/home/ada");
    let effects = world.apply(Operation::NewTerminal { sector: None });
    let second = shown(&world, 0).unwrap();
    assert_ne!(first, second);
    assert_eq!(started(&effects), [(second, Some("/home/ada"))]);
    for (operation, expected) in [
        (Operation::NextTerminal, first),
        (Operation::NextTerminal, second),
        (Operation::PreviousTerminal, first),
        (Operation::ShowTerminal { terminal: second }, second),
    ] {
        world.apply(operation);
        assert_eq!(shown(&world, 0), Some(expected));
    }
}

#[test]
fn one_asked_for_elsewhere_moves_nobody_and_one_shown_is_gone_to() {
    let mut world = World::new();
    let (here, there) = (world.sector(0), world.sector(1));
    let effects = world.apply(Operation::NewTerminal { sector: Some(there) });
    assert_eq!(started(&effects).len(), 1, "it runs though nobody sees it");
    assert_eq!(world.desktop.focused_viewport().path.sector(), None);
    let terminal = shown(&world, 1).unwrap();
    world.jump(here);
    world.apply(Operation::ShowTerminal { terminal });
    let viewport = world.desktop.focused_viewport();
    assert_eq!((viewport.path.sector(), viewport.mode), (Some(there), HubMode::Command));
}

#[test]
fn a_closed_one_ends_and_the_one_in_its_place_is_shown() {
    let (mut world, _) = commanded();
    let first = shown(&world, 0).unwrap();
    world.apply(Operation::NewTerminal { sector: None });
    let second = shown(&world, 0).unwrap();
    let effects = world.apply(Operation::CloseTerminal { terminal: None });
    assert_eq!(effects, [Effect::EndTerminal { terminal: second }]);
    assert_eq!(shown(&world, 0), Some(first));
    world.apply(Operation::CloseTerminal { terminal: Some(first) });
    assert_eq!(shown(&world, 0), None, "and no other comes by itself");
    let refused = |world: &mut World, operation| world.desktop.apply(&operation, world.now).unwrap_err();
    assert_eq!(refused(&mut world, Operation::CloseTerminal { terminal: None }), Refused::NoTerminal);
    let gone = Operation::ShowTerminal { terminal: first };
    assert_eq!(refused(&mut world, gone), Refused::NoSuchTerminal { terminal: first });
}

#[test]
fn a_shell_that_ended_stays_until_it_is_started_again() {
    let (mut world, _) = commanded();
    let terminal = shown(&world, 0).unwrap();
    world.desktop.terminal_moved(terminal, "/tmp");
    let restart = Operation::RestartTerminal { terminal: None };
    assert_eq!(world.desktop.apply(&restart, world.now), Err(Refused::StillRuns { terminal }));
    world.desktop.terminal_activity(terminal, Activity::Ended { status: Some(1) });
    let effects = world.apply(restart);
    assert_eq!(started(&effects), [(terminal, Some("/tmp"))]);
    assert_eq!(world.desktop.terminal(terminal).map(|found| &found.activity), Some(&Activity::Starting));
}

#[test]
fn the_terminals_of_a_removed_sector_move_with_its_windows() {
    let (mut world, _) = commanded();
    let (first, sector) = (shown(&world, 0).unwrap(), world.sector(1));
    world.apply(Operation::NewTerminal { sector: Some(sector) });
    let second = shown(&world, 1).unwrap();
    let effects = world.apply(Operation::RemoveSector { sector });
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::EndTerminal { .. })), "its shell runs on");
    let ids: Vec<_> = world.desktop.tree().sectors[0].terminals.iter().map(|terminal| terminal.id).collect();
    assert_eq!(ids, [first, second]);
    assert_eq!(shown(&world, 0), Some(first));
}

#[test]
fn what_took_long_and_ended_unseen_is_told_until_somebody_looks() {
    let (mut world, _) = commanded();
    let terminal = shown(&world, 0).unwrap();
    let ended = |seconds| Outcome { command: "make".into(), status: Some(2), took: Duration::from_secs(seconds) };
    assert!(world.desktop.terminal_finished(terminal, ended(60)), "somebody looks at it");
    world.apply(Operation::Jump { to: None });
    assert!(world.desktop.terminal_finished(terminal, ended(1)), "what is short is not worth a word");
    assert!(!world.desktop.terminal_finished(terminal, ended(60)));
    assert_eq!(world.desktop.tree().sectors[0].unseen_outcomes(), 1);
    world.jump(world.sector(0));
    assert_eq!(world.desktop.tree().sectors[0].unseen_outcomes(), 0);
}

#[test]
fn what_shells_say_is_clean_and_bounded_and_of_what_is_gone_ignored() {
    let (mut world, _) = commanded();
    let terminal = shown(&world, 0).unwrap();
    world.desktop.terminal_titled(terminal, &format!("\u{202e}{}", "x".repeat(10_000)));
    world.desktop.terminal_moved(terminal, &"y".repeat(100_000));
    let running = Activity::Running { command: "z\n\u{1b}".repeat(10_000), since: Duration::ZERO };
    world.desktop.terminal_activity(terminal, running);
    let found = world.desktop.terminal(terminal).unwrap();
    assert_eq!((found.title.chars().count(), found.directory.as_deref()), (96, None));
    let Activity::Running { command, .. } = &found.activity else { panic!("it runs") };
    assert!(command.chars().count() <= 256 && !command.chars().any(char::is_control));
    let before = world.desktop.clone();
    world.desktop.terminal_titled(TerminalId::from_raw(99_999), "late");
    assert_eq!(world.desktop, before);
}

#[test]
fn too_many_are_refused_with_the_limit() {
    let (mut world, _) = commanded();
    for _ in 1..MOST_SECTOR_TERMINALS {
        world.apply(Operation::NewTerminal { sector: None });
    }
    let most = MOST_SECTOR_TERMINALS;
    let refused = world.desktop.apply(&Operation::NewTerminal { sector: None }, world.now);
    assert_eq!(refused, Err(Refused::TooMany { what: Kind::SectorTerminals, most }));
}

#[test]
fn terminals_come_back_where_they_were_and_start_when_they_are_looked_at() {
    let (mut world, _) = commanded();
    let (here, there) = (shown(&world, 0).unwrap(), world.sector(1));
    world.desktop.terminal_moved(here, "/home/ada/src");
    world.apply(Operation::NewTerminal { sector: Some(there) });
    let snapshot = Snapshot::parse(&serde_json::to_string(&world.desktop.snapshot()).unwrap()).unwrap();
    let mut desktop = Desktop::restore(&snapshot, &[AREA]).unwrap().desktop;
    assert_eq!(desktop.snapshot(), snapshot);
    let loaded = {
        let mut fresh = Desktop::new::<&str>(&[], AREA).unwrap();
        fresh.load(&snapshot, Duration::ZERO).unwrap()
    };
    let directories: Vec<_> = started(&loaded.effects).into_iter().map(|(_, directory)| directory).collect();
    assert_eq!(directories, [Some("/home/ada/src")], "only what is seen starts");
    let there = desktop.tree().sectors[1].id;
    let effects = desktop.apply(&Operation::Jump { to: Some(there.into()) }, Duration::ZERO).unwrap();
    assert_eq!(started(&effects).len(), 1);
}

#[test]
fn shells_that_run_stay_when_a_snapshot_is_loaded() {
    let (mut world, _) = commanded();
    let terminal = shown(&world, 0).unwrap();
    let mut snapshot = world.desktop.snapshot();
    snapshot.sectors[0].terminals.push(SavedTerminal { directory: Some("/srv".into()) });
    snapshot.sectors.swap(0, 1);
    snapshot.outputs[0].panes = lcars_ui::snapshot::SavedPanes::Viewport(Default::default());
    let loaded = world.desktop.load(&snapshot, world.now).unwrap();
    assert_eq!(loaded.lost, Vec::<String>::new());
    let sector = &world.desktop.tree().sectors[1];
    assert_eq!(sector.terminals.len(), 2, "the one that runs stands for the first");
    assert_eq!(sector.terminals[0].id, terminal);
    assert_eq!(sector.terminals[1].directory.as_deref(), Some("/srv"));
}

#[test]
fn a_snapshot_with_too_many_or_impossible_terminals_is_refused() {
    let (world, _) = commanded();
    let mut snapshot = world.desktop.snapshot();
    snapshot.sectors[0].terminal = Some(7);
    assert_eq!(snapshot.check(), Err(SnapshotError::NoSuch { what: "terminal", index: 7, count: 1 }));
    let mut snapshot = world.desktop.snapshot();
    snapshot.sectors[0].terminals = vec![SavedTerminal::default(); MOST_TERMINALS + 1];
    assert_eq!(snapshot.check(), Err(SnapshotError::TooMany { what: Kind::Terminals, most: MOST_TERMINALS }));
    let mut snapshot = world.desktop.snapshot();
    snapshot.sectors[0].terminals[0].directory = Some("x".repeat(5000));
    assert!(matches!(snapshot.check(), Err(SnapshotError::TooLong { .. })));
}
