use super::*;
use crate::interface::Overlay;

fn commit(world: &World, confirmed: bool) -> Vec<Request> {
    let verdict = world.shells.prompt.verdict.as_ref().unwrap();
    let (id, hash) = (verdict.id.clone(), verdict.hash.clone());
    vec![(None, Action::Ui(UiAction::Commit { id, hash, confirmed }))]
}

#[test]
fn the_hub_is_entered_in_its_terminal_and_keys_are_the_terminals() {
    let mut world = World::new();
    let terminal = world.desktop.prompt_terminal();
    let has = |world: &mut World| world.with(|interface, sight, _| interface.terminal_has_keyboard(sight));
    assert_eq!(has(&mut world), terminal);
    for symbol in [Symbol::Escape, Symbol::Tab, Symbol::Enter, Symbol::Char('x'), Symbol::Up] {
        assert_eq!(world.chord(symbol, PLAIN), None, "{symbol:?} belongs to the shell");
    }
    world.act(UiAction::Prompt);
    assert_eq!(has(&mut world), None);
    world.typed("ls");
    world.key(Symbol::Escape);
    assert_eq!(has(&mut world), terminal, "Escape gives the keyboard back");
    assert_eq!(world.text(), "ls", "and keeps what was typed");
    world.act(UiAction::Around { back: false });
    assert_eq!(has(&mut world), None, "the keyboard is on a chip");
    assert_eq!(world.interface.focused.map(|key| key.part), Some("suggestion"));
    world.key(Symbol::Escape);
    assert_eq!(has(&mut world), terminal);
}

#[test]
fn what_is_safe_runs_with_the_id_and_the_hash_of_what_was_shown() {
    for class in [Class::Safe, Class::Caution] {
        let mut world = World::with_text("ls");
        world.judge(class);
        let expected = commit(&world, false);
        assert_eq!(world.key(Symbol::Enter), expected);
        assert_eq!(world.text(), "");
        assert!(!world.interface.prompt.keyboard, "what runs gets the keys");
    }
}

#[test]
fn a_text_that_was_not_looked_at_waits_and_a_changed_one_does_not_run() {
    let mut world = World::with_text("ls");
    assert_eq!(world.key(Symbol::Enter), [], "nobody knows yet what it is");
    assert!(world.interface.prompt.is_waiting());
    world.judge(Class::Safe);
    let expected = commit(&world, false);
    assert_eq!(world.tick(10).0, expected);
    let mut world = World::with_text("ls");
    world.key(Symbol::Enter);
    world.judge(Class::Safe);
    world.typed(" -a");
    assert_eq!(world.tick(10).0, [], "that verdict was about another text");
    assert_eq!(world.key(Symbol::Enter), []);
    assert_eq!(world.text(), "ls -a");
}

#[test]
fn what_is_refused_says_why_and_never_runs() {
    let mut world = World::with_text("rm -rf /");
    world.judge(Class::Refused);
    for _ in 0..3 {
        assert_eq!(world.key(Symbol::Enter), []);
        assert_eq!(world.act(UiAction::Execute), []);
        assert_eq!(world.tick(2000).0, []);
    }
    assert_eq!(world.interface.prompt.notice(), Some("REFUSED: it may do harm"));
    let id = world.shells.prompt.verdict.as_ref().unwrap().id.clone();
    world.act(UiAction::Confirm { id });
    assert_eq!(world.interface.overlay, None, "there is nothing to confirm");
    assert_eq!(world.text(), "rm -rf /");
}

/// The question before a dangerous command, as the view draws it.
fn asked() -> World {
    let mut world = World::with_text("rm -rf x");
    world.judge(Class::Danger);
    assert_eq!(world.key(Symbol::Enter), []);
    assert!(matches!(world.interface.overlay, Some(Overlay::Confirm { .. })));
    let mut dialog =
        Node::new(Key::part("confirm"), Role::AlertDialog, "DANGER", Rect::new(264.0, 64.0, 1008.0, 520.0));
    dialog.states.modal = true;
    world.nodes.push(dialog);
    let parent = Some(world.nodes.len() - 1);
    for (part, x, action) in [("cancel", 664.0, UiAction::Cancel), ("hold", 904.0, UiAction::Hold)] {
        let mut node = Node::new(Key::part(part), Role::Button, part, Rect::new(x, 472.0, 200.0, 64.0));
        (node.action, node.parent) = (Some(Action::Ui(action)), parent);
        world.nodes.push(node);
    }
    world.tick(0);
    world
}

const HOLD: Point = Point { x: 950.0, y: 500.0 };

fn press(world: &mut World, at: Point) {
    world.with(|interface, sight, now| interface.pressed(at, Button::Finger, sight, now));
}

fn lift(world: &mut World, at: Point) -> Vec<Request> {
    world.with(|interface, sight, now| interface.released(at, Button::Finger, sight, now))
}

#[test]
fn what_is_dangerous_is_held_for_its_time_and_then_runs_once() {
    let mut world = asked();
    let expected = commit(&world, true);
    assert_eq!(world.interface.focused.map(|key| key.part), Some("cancel"), "the way back has the keyboard");
    press(&mut world, HOLD);
    let (requests, due) = world.tick(1499);
    assert_eq!(requests, []);
    assert_eq!(due, Some(world.now + Duration::from_millis(1)));
    assert_eq!(world.tick(1).0, expected);
    assert_eq!((lift(&mut world, HOLD), world.tick(5000).0), (vec![], vec![]), "and not twice");
    assert_eq!((world.interface.overlay.clone(), world.text()), (None, ""));
}

#[test]
fn what_is_let_go_too_early_drains_and_does_not_run() {
    let mut world = asked();
    press(&mut world, HOLD);
    world.tick(1400);
    assert_eq!(lift(&mut world, HOLD), []);
    world.tick(100);
    let now = world.now;
    let level = world.interface.held_level(now);
    assert!((0.3..0.6).contains(&level), "half of it is drained: {level}");
    assert_eq!(world.tick(10_000).0, []);
    assert_eq!(world.interface.hold, None);
    press(&mut world, HOLD);
    world.with(|interface, sight, now| interface.pointer_moved(Point { x: 400.0, y: 100.0 }, sight, now));
    assert_eq!(world.tick(5000).0, [], "a finger that slid off holds nothing");
}

#[test]
fn a_key_holds_too_however_often_it_repeats() {
    let mut world = asked();
    let expected = commit(&world, true);
    assert_eq!(world.chord(Symbol::Tab, PLAIN), Some(vec![]));
    for _ in 0..14 {
        assert_eq!(world.key(Symbol::Enter), []);
        assert_eq!(world.tick(100).0, []);
    }
    assert_eq!(world.tick(100).0, expected);
    let mut world = asked();
    world.key(Symbol::Tab);
    world.key(Symbol::Char(' '));
    world.tick(1000);
    let now = world.now;
    world.interface.key_released(Symbol::Char(' '), now);
    assert_eq!(world.tick(2000).0, []);
}

#[test]
fn a_tap_a_click_or_any_other_key_does_not_confirm() {
    let mut world = asked();
    press(&mut world, HOLD);
    assert_eq!(lift(&mut world, HOLD), []);
    assert_eq!(world.tick(60_000).0, []);
    assert_eq!(world.key(Symbol::Escape), []);
    assert_eq!(world.interface.overlay, None);
    assert_eq!(world.text(), "rm -rf x", "it is still there to be changed");
    let mut world = asked();
    world.key(Symbol::Tab);
    world.key(Symbol::Enter);
    world.tick(1000);
    world.key(Symbol::Escape);
    assert_eq!(world.tick(60_000).0, []);
}

#[test]
fn who_cannot_hold_presses_and_may_still_change_their_mind() {
    let mut world = asked();
    let expected = commit(&world, true);
    world.with(|interface, sight, _| interface.press_key(Key::part("hold"), sight));
    assert_eq!(world.tick(0).0, []);
    assert_eq!(world.tick(1500).0, expected);
    let mut world = asked();
    world.with(|interface, sight, _| interface.press_key(Key::part("hold"), sight));
    world.tick(700);
    world.with(|interface, sight, _| interface.press_key(Key::part("cancel"), sight));
    assert_eq!(world.tick(60_000).0, []);
}

#[test]
fn the_question_is_gone_when_what_it_asks_about_is() {
    let mut world = asked();
    press(&mut world, HOLD);
    world.shells.prompt.verdict.as_mut().unwrap().id = String::from("another");
    assert_eq!(world.tick(1500).0, []);
    assert_eq!(world.interface.overlay, None);
    let mut world = asked();
    press(&mut world, HOLD);
    world.shells.prompt.verdict = None;
    assert_eq!(world.tick(1500).0, []);
}

#[test]
fn what_was_refused_after_all_comes_back_with_the_reason() {
    let mut world = World::with_text("make");
    world.judge(Class::Safe);
    world.key(Symbol::Enter);
    world.shells.prompt.refused = Some((String::from("make"), String::from("it was staged too long ago")));
    world.tick(1);
    assert_eq!(world.text(), "make");
    assert_eq!(world.interface.prompt.notice(), Some("REFUSED: it was staged too long ago"));
    world.act(UiAction::ClearPrompt);
    world.tick(1);
    assert_eq!(world.text(), "", "once is enough");
}

#[test]
fn without_a_shell_that_waits_nothing_runs_and_it_is_said_why() {
    let terminal = |world: &World| world.desktop.prompt_terminal().unwrap();
    let mut world = World::with_text("ls");
    world.judge(Class::Safe);
    let id = terminal(&world);
    let running = Activity::Running { command: String::from("sleep 9"), since: Duration::ZERO };
    for (activity, why) in
        [(running, "A COMMAND RUNS: STOP IT OR WAIT"), (Activity::Ended { status: Some(1) }, "THE SHELL HAS ENDED")]
    {
        world.desktop.terminal_activity(id, activity);
        assert_eq!(world.key(Symbol::Enter), []);
        assert_eq!(world.interface.prompt.notice(), Some(why));
    }
    world.desktop.apply(&Operation::CloseTerminal { terminal: None }, Duration::ZERO).unwrap();
    assert_eq!(world.key(Symbol::Enter), []);
    assert_eq!(world.interface.prompt.notice(), Some("THERE IS NO TERMINAL HERE"));
    world.interface.leave_prompt();
    let sector = world.desktop.tree().sectors[0].id;
    let new = Action::Do(Operation::NewTerminal { sector: Some(sector) });
    assert_eq!(world.act(UiAction::Prompt), [(None, new)], "who opens the prompt gets a shell to speak to");
}

#[test]
fn a_chip_stages_and_runs_nothing() {
    let mut world = World::new();
    let at = Point { x: 1100.0, y: 80.0 };
    press(&mut world, at);
    assert_eq!(lift(&mut world, at), []);
    assert_eq!(world.text(), "git push");
    assert!(world.interface.prompt.keyboard);
    world.act(UiAction::Append { text: String::from("'a b'") });
    world.act(UiAction::Append { text: String::from("c") });
    assert_eq!(world.text(), "git push 'a b' c");
}

#[test]
fn places_and_programs_are_found_and_gone_to() {
    let mut world = World::with_text("go:comm");
    let comms = NodeId::from(world.desktop.tree().sectors[1].id);
    let jump = Action::Do(Operation::Jump { to: Some(comms) });
    assert_eq!(world.key(Symbol::Enter), [(None, jump)]);
    assert_eq!(world.text(), "");
    let mut world = World::with_text("?nothing is called that");
    assert_eq!(world.key(Symbol::Enter), []);
    assert_eq!(world.interface.prompt.notice(), Some("NOTHING FOUND"));
    assert_eq!(world.interface.prompt.command(), None, "a search is never looked at as a command");
    let mut world = World::new();
    world.act(UiAction::Search);
    assert_eq!((world.text(), world.interface.prompt.keyboard), ("?", true), "the pill opens the search");
}

#[test]
fn lines_of_a_terminal_are_searched() {
    let mut world = World::new();
    let terminal = world.desktop.prompt_terminal().unwrap();
    let find = |text: &str| (None, Action::Ui(UiAction::FindInTerminal { terminal, text: text.into() }));
    world.act(UiAction::Find);
    assert_eq!(world.key(Symbol::Char('e')), [find("e")]);
    assert_eq!(world.key(Symbol::Char('r')), [find("er")]);
    assert_eq!(world.key(Symbol::Enter), [(None, Action::Ui(UiAction::FindPrevious { terminal }))]);
    assert_eq!(world.chord(Symbol::Enter, SHIFT), Some(vec![(None, Action::Ui(UiAction::FindNext { terminal }))]));
    assert_eq!(world.key(Symbol::Backspace), [find("e")]);
    assert_eq!(world.key(Symbol::Escape), [find("")]);
    assert_eq!(world.interface.find, None);
}

#[test]
fn a_shell_that_has_ended_leaves_the_keys_to_what_can_be_done_about_it() {
    let mut world = World::new();
    let terminal = world.desktop.prompt_terminal().unwrap();
    world.desktop.terminal_activity(terminal, Activity::Ended { status: Some(0) });
    let restart = Action::Do(Operation::RestartTerminal { terminal: Some(terminal) });
    assert_eq!(world.chord(Symbol::Enter, PLAIN), Some(vec![(None, restart)]));
    assert_eq!(world.chord(Symbol::Escape, PLAIN), Some(vec![(None, Action::Do(Operation::ZoomOut))]));
    assert_eq!(world.chord(Symbol::Char('x'), PLAIN), None, "nobody is there to read it");
    assert_eq!(world.chord(Symbol::Tab, PLAIN), Some(vec![]));
    assert!(world.interface.ring && world.interface.focused.is_some(), "Tab leads to what can be pressed");
}
