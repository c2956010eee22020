//! Hubs with terminals, the prompt in its states, and the question before something dangerous.

use lcars_ui::geometry::Point;
use lcars_ui::hierarchy::{Activity, HubMode, Outcome, TerminalId};
use lcars_ui::interface::Button;
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::Role;
use lcars_ui::shells::{BlockOutcome, Class, Colours, Face, FaceBlock, StagedView, SuggestedFrom, Suggestion, Syntax};
use lcars_ui::theme::Colour;

use super::*;

/// The first sector's terminal, as in its picture.
fn hub(size: Size) -> World {
    let mut world = World::usual(size);
    world.apply(Operation::Mode { mode: HubMode::Command });
    let build = world.sector(0).into();
    let mut world = world.jump(Some(build));
    let terminal = terminal(&world);
    world.desktop.terminal_moved(terminal, "/home/ada/src/lcars-ui");
    world.desktop.terminal_activity(terminal, Activity::AtPrompt);
    let chip = |text: &str| Suggestion { text: text.into(), from: SuggestedFrom::History };
    let chips = ["git pull --rebase", "git push", "git diff", "cargo clippy", "cargo bench"];
    world.shells.prompt.suggestions = chips.map(chip).into();
    world
}

fn terminal(world: &World) -> TerminalId {
    world.desktop.prompt_terminal().unwrap()
}

fn node<'a>(view: &'a View, part: &str) -> &'a Node {
    let found = view.nodes.iter().find(|node| node.key.part == part && node.key.piece == 0);
    found.unwrap_or_else(|| panic!("there is no {part}"))
}

fn has(view: &View, part: &str) -> bool {
    view.nodes.iter().any(|node| node.key.part == part)
}

fn judge(world: &mut World, class: Class) {
    let text = world.interface.prompt.text().to_owned();
    world.shells.prompt.verdict = Some(StagedView {
        id: String::from("one"),
        hash: String::from("00"),
        class,
        title: String::from("recursive delete"),
        reasons: vec![String::from("it deletes a folder")],
        details: Vec::new(),
        text,
    });
}

fn staged(text: &str, class: Class) -> World {
    let mut world = hub(STANDARD);
    world.ui(&UiAction::Stage { text: text.into() });
    judge(&mut world, class);
    world
}

fn state(view: &View) -> &str {
    node(view, "prompt-state").value.as_deref().unwrap_or_default()
}

fn filled(view: &View, rect: [f64; 4], colour: Colour) -> bool {
    view.scene.iter().any(|primitive| match primitive {
        Primitive::Fill { rect: found, colour: own, .. } => {
            let edges = [found.x, found.y, found.right(), found.bottom()];
            *own == colour && edges.iter().zip(rect).all(|(edge, wanted)| (edge - wanted).abs() < 0.6)
        }
        _ => false,
    })
}

#[test]
fn the_terminal_and_its_column_lie_as_in_their_picture() {
    let mut world = hub(STANDARD);
    let id = terminal(&world);
    let block = |from, to, outcome| FaceBlock { from, to, outcome };
    let blocks = vec![block(0, 14, BlockOutcome::Ok), block(14, 16, BlockOutcome::Failed(1))];
    let cell = Size { w: 9.6, h: 20.0 };
    world.shells.faces.insert(id, Face { cell, blocks, ..Face::default() });
    let view = world.view();
    let [area] = view.terminals.as_slice() else { panic!("one terminal is seen") };
    assert_eq!((area.terminal, area.rect), (id, Rect::new(280.0, 64.0, 760.0, 400.0)));
    let painted = view.scene.iter().find_map(|primitive| match primitive {
        Primitive::Terminal { terminal, rect, full, .. } => Some((*terminal, *rect, *full)),
        _ => None,
    });
    assert_eq!(painted, Some((id, area.rect, area.rect.size())));
    assert!(filled(&view, [264.0, 66.0, 268.0, 342.0], world.theme.ok));
    assert!(filled(&view, [264.0, 346.0, 268.0, 382.0], world.theme.danger));
    let chip = node(&view, "suggestion");
    assert_eq!(chip.rect, Rect::new(1092.0, 64.0, 180.0, 40.0));
    assert_eq!(chip.action, Some(Action::Ui(UiAction::Stage { text: "git pull --rebase".into() })));
    assert_eq!(node(&view, "app-tile").rect, Rect::new(264.0, 480.0, 136.0, 104.0));
    assert_eq!(node(&view, "title").name, "BUILD COMMAND");
    assert_eq!(node(&view, "path").value.as_deref(), Some("/home/ada/src/lcars-ui"));
}

#[test]
fn a_terminal_says_what_it_is_and_what_became_of_the_last_command() {
    let mut world = hub(STANDARD);
    let id = terminal(&world);
    let outcome = |status| Outcome { command: "make".into(), status: Some(status), took: Duration::from_secs(72) };
    world.desktop.terminal_finished(id, outcome(2));
    let view = world.view();
    let found = node(&view, "terminal");
    assert_eq!((found.role, found.name.as_str()), (Role::Application, "TERMINAL /home/ada/src/lcars-ui"));
    assert_eq!(found.value.as_deref(), Some("make: EXIT 2"));
    assert_eq!(state(&view), "EXIT 2, 1 MIN 12 S");
    world.desktop.terminal_result(id, "failed split, passed 41");
    world.desktop.terminal_works_with(id, &[String::from("BRANCH main"), String::from("VENV \u{202e}venv")]);
    let view = world.view();
    assert_eq!(state(&view), "EXIT 2, 1 MIN 12 S, BRANCH MAIN, VENV VENV, FAILED SPLIT, PASSED 41");
    assert_eq!(node(&view, "terminal").value.as_deref(), Some("make: EXIT 2, failed split, passed 41"));
    world.desktop.terminal_activity(id, Activity::Running { command: "make".into(), since: world.now });
    let view = world.view_at(world.now + Duration::from_millis(12_400));
    assert_eq!(state(&view), "RUNNING 12 S");
    assert_eq!(world.desktop.terminal(id).unwrap().result, None, "it was that of the command before");
    let button = node(&view, "execute");
    assert_eq!(
        (button.name.as_str(), &button.action),
        ("STOP", &Some(Action::Ui(UiAction::Interrupt { terminal: id })))
    );
}

#[test]
fn a_shell_that_ended_offers_restart_and_says_its_status() {
    let mut world = hub(STANDARD);
    let id = terminal(&world);
    world.desktop.terminal_activity(id, Activity::Ended { status: Some(127) });
    let view = world.view();
    assert_eq!(node(&view, "terminal-ended").name, "THE SHELL ENDED WITH 127");
    let restart = Operation::RestartTerminal { terminal: Some(id) };
    assert_eq!(node(&view, "restart").action, Some(Action::Do(restart)));
    assert!(node(&view, "execute").states.disabled);
    let [area] = view.terminals.as_slice() else { panic!("what it left is still seen") };
    assert!(area.rect.bottom() <= node(&view, "restart").rect.y);
}

#[test]
fn a_terminal_can_be_closed_without_a_keyboard() {
    let mut world = hub(STANDARD);
    world.ui(&UiAction::PaneMenu);
    let close = Operation::CloseTerminal { terminal: Some(terminal(&world)) };
    let view = world.view();
    let item = view.nodes.iter().find(|node| node.name == "CLOSE TERMINAL").unwrap();
    assert_eq!((item.role, item.action.as_ref()), (Role::MenuItem, Some(&Action::Do(close))));
    let mut world = hub(STANDARD);
    world.apply(Operation::Mode { mode: HubMode::Apps });
    world.ui(&UiAction::PaneMenu);
    assert!(!world.view().nodes.iter().any(|node| node.name == "CLOSE TERMINAL"), "none is shown");
}

#[test]
fn several_terminals_have_tabs_and_one_has_none() {
    let mut world = hub(STANDARD);
    assert!(!has(&world.view(), "tab"));
    assert_eq!(node(&world.view(), "new-terminal").action, Some(Action::Do(Operation::NewTerminal { sector: None })));
    for _ in 0..9 {
        world.apply(Operation::NewTerminal { sector: None });
    }
    let view = world.view();
    let tabs: Vec<&Node> = view.nodes.iter().filter(|node| node.key.part == "tab").collect();
    let shown = terminal(&world).get();
    assert!(tabs.iter().any(|tab| tab.states.selected && tab.key.of == shown), "the shown one is among them");
    assert!(tabs.iter().all(|tab| tab.hit.h >= 40.0 && tab.hit.w >= 40.0));
}

#[test]
fn what_is_staged_lights_the_frame_its_class_and_the_way_to_run_it() {
    let world = staged("git pull --rebase", Class::Safe);
    let view = world.view();
    let focus = world.theme.focus;
    assert!(filled(&view, [8.0, 624.0, 1216.0, 712.0], focus), "the prompt's elbow");
    assert!(filled(&view, [1064.0, 64.0, 1088.0, 104.0], focus), "the cap of the chip it came from");
    assert_eq!(state(&view), "WAIT-TO-EXECUTE, SAFE, IT DELETES A FOLDER");
    let prompt = node(&view, "prompt");
    assert_eq!((prompt.role, prompt.value.as_deref()), (Role::TextBox, Some("git pull --rebase")));
    for (part, name, rect) in [
        ("clear", "CLEAR", Rect::new(944.0, 632.0, 104.0, 48.0)),
        ("execute", "EXECUTE", Rect::new(1056.0, 632.0, 152.0, 48.0)),
    ] {
        let button = node(&view, part);
        assert_eq!((button.name.as_str(), button.rect, button.states.disabled), (name, rect, false));
    }
    assert!(filled(&view, [501.6, 663.0, 514.0, 687.0], focus), "the cursor stands behind the text");
}

#[test]
fn every_class_and_every_doubt_has_its_word() {
    for (class, word) in [(Class::Caution, "CAUTION"), (Class::Danger, "DANGER")] {
        assert!(state(&staged("x", class).view()).starts_with(&format!("WAIT-TO-EXECUTE, {word}")));
    }
    let refused = staged("x", Class::Refused).view();
    assert_eq!(state(&refused), "REFUSED, IT DELETES A FOLDER");
    assert!(node(&refused, "execute").states.disabled);
    let mut world = staged("x", Class::Safe);
    world.ui(&UiAction::Append { text: "y".into() });
    assert_eq!(state(&world.view()), "EDITING", "the verdict was about another text");
    world.shells.prompt.checking = true;
    assert_eq!(state(&world.view()), "CHECKING");
    world.apply(Operation::CloseTerminal { terminal: None });
    assert!(state(&world.view()).starts_with("NO TERMINAL"));
}

#[test]
fn colours_are_those_of_the_shell_or_none() {
    let mut world = staged("git push", Class::Safe);
    let letters = |world: &World| {
        let view = world.view();
        let words = view.scene.iter().filter(|primitive| primitive.key().part == "prompt-text");
        let word = |primitive: &Primitive| match primitive {
            Primitive::Text { text, colour, .. } => (text.clone(), *colour),
            _ => panic!("only words are there"),
        };
        words.map(word).collect::<Vec<_>>()
    };
    let plain = world.theme.text;
    assert_eq!(letters(&world), [("git".into(), plain), ("push".into(), plain)]);
    let spans = vec![(0..3, Syntax::Command)];
    world.shells.prompt.colours = Some(Colours { text: "git push".into(), spans: spans.clone() });
    assert_eq!(letters(&world)[0].1, world.theme.ok);
    world.shells.prompt.colours = Some(Colours { text: "git pull".into(), spans });
    assert_eq!(letters(&world)[0].1, plain, "never guessed from another text");
}

#[test]
fn a_long_text_scrolls_to_its_cursor_and_several_lines_make_room() {
    let mut world = staged(&"word ".repeat(60), Class::Safe);
    let view = world.view();
    let place = view.prompt.unwrap();
    assert!(place.scrolled.1 > 0);
    let cursor = view.scene.iter().find(|primitive| primitive.key().part == "prompt-cursor").unwrap().rect();
    assert!(cursor.x >= place.rect.x && cursor.right() <= place.rect.right());
    let before = node(&view, "prompt").rect;
    world.ui(&UiAction::Stage { text: "a\nb\nc".into() });
    let after = node(&world.view(), "prompt").rect;
    assert_eq!(before.y - after.y, 56.0);
    world.ui(&UiAction::Stage { text: "a\n".repeat(60) });
    let most = node(&world.view(), "prompt").rect;
    assert_eq!(before.y - most.y, 140.0, "but not more than there is");
}

/// The texts of all parts of that name, in the order they are painted.
fn texts(view: &View, part: &str) -> Vec<String> {
    let of_part = view.scene.iter().filter(|primitive| primitive.key().part == part);
    let text = |primitive: &Primitive| match primitive {
        Primitive::Text { text, .. } => Some(text.clone()),
        _ => None,
    };
    of_part.filter_map(text).collect()
}

#[test]
fn each_of_several_lines_has_its_number_and_those_out_of_view_are_told() {
    let world = staged("ls -l", Class::Safe);
    assert_eq!(texts(&world.view(), "prompt-line"), Vec::<String>::new(), "one line needs none");
    let world = staged("if true\n  ls\nend", Class::Safe);
    assert_eq!(texts(&world.view(), "prompt-line"), ["1", "2", "3"]);
    assert!(state(&world.view()).starts_with("WAIT-TO-EXECUTE, SAFE, 3 LINES"));
    let place = world.view().prompt.unwrap();
    assert!(texts(&world.view(), "prompt-text").concat().starts_with("iftrue"));
    assert!(place.rect.x > staged("ls", Class::Safe).view().prompt.unwrap().rect.x, "pointers count from the text");
    let world = staged(&["ls"; 20].join("\n"), Class::Caution);
    assert!(state(&world.view()).starts_with("WAIT-TO-EXECUTE, CAUTION, 6 OF 20 LINES IN VIEW"));
    assert_eq!(texts(&world.view(), "prompt-line"), ["15", "16", "17", "18", "19", "20"]);
    let mut world = staged("\nls\nrm -rf x", Class::Danger);
    let app = world.app("Firefox");
    world.apply(Operation::Jump { to: Some(app) });
    world.key(Symbol::Escape);
    assert_eq!(texts(&world.view(), "prompt"), ["STAGED, WITH 2 MORE LINES: LS"]);
}

#[test]
fn before_something_dangerous_every_line_can_be_seen() {
    for size in [STANDARD, Size { w: 360.0, h: 640.0 }, Size { w: 640.0, h: 360.0 }, Size { w: 2560.0, h: 1440.0 }] {
        for lines in [2, 9, 64] {
            let text = (1..=lines).map(|line| format!("rm -rf folder{line}.")).collect::<Vec<_>>().join("\n");
            let mut world = hub(size);
            world.ui(&UiAction::Stage { text: text.clone() });
            judge(&mut world, Class::Danger);
            world.ui(&UiAction::Execute);
            let mut seen = String::new();
            loop {
                let view = world.view();
                assert_eq!(node(&view, "confirm-command").value.as_deref(), Some(text.as_str()));
                seen += &texts(&view, "confirm").join("\n");
                let rows = view.scene.iter().filter(|primitive| primitive.key().part == "confirm");
                let lowest = rows.filter(|row| (50..).contains(&row.key().piece)).map(|row| row.rect().bottom());
                assert!(lowest.fold(0.0, f64::max) <= node(&view, "hold").rect.y + 1.0, "{size:?}, {lines}");
                let next = view.nodes.iter().find(|node| node.key.part == "page-next");
                let Some(next) = next.filter(|next| !next.states.disabled) else { break };
                let Some(Action::Ui(action)) = &next.action else { panic!("it turns the page") };
                world.ui(action);
            }
            for line in 1..=lines {
                assert!(seen.contains(&format!("folder{line}.")), "line {line} of {lines} at {size:?}");
            }
        }
    }
}

#[test]
fn the_prompt_opens_over_every_place_and_moves_nobody() {
    for size in [STANDARD, Size { w: 360.0, h: 640.0 }, Size { w: 640.0, h: 360.0 }, Size { w: 2560.0, h: 1440.0 }] {
        let places: [fn(&mut World); 4] = [
            |world| world.apply(Operation::Jump { to: None }),
            |world| {
                let app = world.app("Text Editor");
                world.apply(Operation::Jump { to: Some(app) });
            },
            |world| {
                let app = world.app("Firefox");
                world.apply(Operation::Jump { to: Some(app) });
            },
            |world| drop(world.desktop.apply(&Operation::Split { axis: Axis::Horizontal }, world.now)),
        ];
        for go in places {
            let mut world = hub(size);
            go(&mut world);
            let (before, areas) = (world.desktop.focused_viewport().path.clone(), world.view().areas);
            assert!(world.view().prompt.is_none() || size == STANDARD);
            world.ui(&UiAction::Prompt);
            let view = world.view();
            let open = node(&view, "prompt");
            assert!(open.states.expanded && open.states.focused, "{size:?}");
            assert!(view.prompt.is_some_and(|place| place.rect.w > 100.0), "{size:?}: {:?}", view.prompt);
            assert_eq!((&world.desktop.focused_viewport().path, &view.areas), (&before, &areas));
            world.key(Symbol::Escape);
            assert!(!node(&world.view(), "prompt").states.focused);
        }
    }
}

#[test]
fn a_window_is_not_met_through_the_open_prompt() {
    let mut world = hub(STANDARD);
    let app = world.app("Text Editor");
    world.apply(Operation::Jump { to: Some(app) });
    world.ui(&UiAction::Prompt);
    let view = world.view();
    assert!(view.covers.iter().any(|cover| cover.contains(Point { x: 600.0, y: 640.0 })));
    let window = view.scene.iter().position(|primitive| matches!(primitive, Primitive::Window { .. })).unwrap();
    let prompt = view.scene.iter().position(|primitive| primitive.key().part == "prompt-ground").unwrap();
    assert!(window < prompt, "and lies below it");
}

#[test]
fn what_is_dangerous_turns_the_picture_red_and_fills_as_it_is_held() {
    let mut world = staged("rm -rf ~/projects/old-site", Class::Danger);
    world.ui(&UiAction::Execute);
    let view = world.view();
    let dialog = node(&view, "confirm");
    assert!(dialog.role == Role::AlertDialog && dialog.states.modal);
    assert_eq!(view.background, Colour::rgb(0x0c_00_02));
    assert_eq!(node(&view, "cancel").rect, Rect::new(664.0, 472.0, 224.0, 64.0));
    let hold = node(&view, "hold");
    assert_eq!((hold.rect, hold.name.as_str()), (Rect::new(904.0, 472.0, 368.0, 64.0), "HOLD TO CONFIRM"));
    assert_eq!(node(&view, "title").name, "BUILD CONFIRM");
    assert!(state(&view).starts_with("HELD FOR CONFIRMATION, DANGER"));
    assert!(node(&view, "execute").states.disabled);
    assert!(!view.moving, "a picture at rest costs nothing");
    let (at, now) = (Point { x: 950.0, y: 500.0 }, world.now);
    world.with(|interface, sight| interface.pressed(at, Button::Primary, sight, now));
    let view = world.view_at(now + Duration::from_millis(600));
    assert!(view.moving);
    let red = Colour::rgb(0xff_3b_30);
    assert!(filled(&view, [904.0, 472.0, 1051.2, 536.0], red), "four tenths of it");
    assert!(!world.view_at(now + Duration::from_secs(60)).moving);
}

#[test]
fn the_question_fits_wherever_it_is_asked() {
    for size in [Size { w: 360.0, h: 640.0 }, Size { w: 640.0, h: 360.0 }, Size { w: 2560.0, h: 1440.0 }] {
        let mut world = hub(size);
        world.ui(&UiAction::Stage { text: format!("rm -rf {}", "folder/".repeat(30)) });
        judge(&mut world, Class::Danger);
        world.ui(&UiAction::Execute);
        let view = world.view();
        let dialog = node(&view, "confirm").rect;
        let parts: Vec<&Node> = ["cancel", "hold"].map(|part| node(&view, part)).into();
        for part in &parts {
            assert!(part.hit.w >= 40.0 && part.hit.h >= 40.0, "{size:?}");
            assert!(
                part.rect.x >= dialog.x && part.rect.right() <= dialog.right() && part.rect.bottom() <= dialog.bottom()
            );
        }
        assert!(!parts[0].rect.overlaps(&parts[1].rect), "{size:?}");
    }
}

#[test]
fn a_reason_is_read_as_a_whole_on_a_phone() {
    let reason = "it deletes a folder with everything in it, and nothing that is deleted so comes back";
    let mut world = hub(Size { w: 390.0, h: 844.0 });
    world.ui(&UiAction::Stage { text: String::from("rm -rf old") });
    judge(&mut world, Class::Danger);
    if let Some(verdict) = &mut world.shells.prompt.verdict {
        verdict.reasons = vec![String::from(reason), String::from("it is short")];
    }
    world.ui(&UiAction::Execute);
    let facts = texts(&world.view(), "confirm-fact");
    let rows: Vec<&str> = facts.iter().map(String::as_str).filter(|text| *text != "WHY").collect();
    assert!(rows.len() > 2, "{facts:?}");
    assert_eq!(rows.concat(), format!("{reason}it is short"));
}

#[test]
fn tiles_tell_of_the_shells_of_their_sectors() {
    let mut world = hub(STANDARD);
    let id = terminal(&world);
    world
        .desktop
        .terminal_activity(id, Activity::Running { command: "cargo build --release".into(), since: world.now });
    world.apply(Operation::Jump { to: None });
    let words = |world: &World| {
        let view = world.view();
        let text = |primitive: &Primitive| match primitive {
            Primitive::Text { text, .. } => Some(text.clone()),
            _ => None,
        };
        view.scene.iter().filter_map(text).collect::<Vec<_>>()
    };
    assert!(words(&world).contains(&String::from("CARGO BUILD")));
    assert!(words(&world).iter().any(|word| word.starts_with("RUNNING ")));
    let outcome = Outcome { command: "cargo test".into(), status: Some(101), took: Duration::from_secs(72) };
    world.desktop.terminal_finished(id, outcome);
    let view = world.view();
    assert!(words(&world).contains(&String::from("EXIT 101")));
    assert!(filled(&view, [348.0, 328.0, 556.0, 352.0], world.theme.danger), "the strip of the first tile");
    assert!(words(&world).contains(&String::from("/home/ada/src/lcars-ui")));
}
