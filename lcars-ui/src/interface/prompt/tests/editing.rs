use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

#[test]
fn the_usual_keys_move_and_delete() {
    let mut world = World::with_text("git commit --amend");
    let steps: [(Symbol, Held, &str); 12] = [
        (Symbol::Left, CTRL, "git commit --|amend"),
        (Symbol::Left, ALT, "git |commit --amend"),
        (Symbol::Home, PLAIN, "|git commit --amend"),
        (Symbol::Right, CTRL, "git| commit --amend"),
        (Symbol::Char('e'), CTRL, "git commit --amend|"),
        (Symbol::Char('w'), CTRL, "git commit |"),
        (Symbol::Char('a'), CTRL, "|git commit "),
        (Symbol::Delete, PLAIN, "|it commit "),
        (Symbol::Char('k'), CTRL, "|"),
        (Symbol::Char('y'), CTRL, "it commit |"),
        (Symbol::Backspace, CTRL, "it |"),
        (Symbol::Char('u'), CTRL, "|"),
    ];
    for (symbol, held, expected) in steps {
        assert_eq!(world.chord(symbol, held), Some(vec![]), "{symbol:?}");
        assert_eq!(world.shown(), expected, "after {symbol:?}");
    }
}

#[test]
fn what_is_cut_piece_by_piece_comes_back_as_a_whole() {
    let mut world = World::with_text("one two three");
    for _ in 0..2 {
        world.chord(Symbol::Char('w'), CTRL);
    }
    world.chord(Symbol::Char('y'), CTRL);
    assert_eq!(world.text(), "one two three");
}

#[test]
fn letters_go_as_people_see_them() {
    let mut world = World::with_text("e\u{301}👍🏽🇩🇪");
    for left in ["e\u{301}👍🏽", "e\u{301}", ""] {
        world.key(Symbol::Backspace);
        assert_eq!(world.text(), left);
    }
}

#[test]
fn a_word_is_taken_back_at_once_and_done_again() {
    let mut world = World::with_text("");
    world.typed("git push");
    world.chord(Symbol::Char('u'), CTRL);
    let undo = |world: &mut World| world.chord(Symbol::Char('z'), CTRL);
    for expected in ["git push", "git ", "git", ""] {
        undo(&mut world);
        assert_eq!(world.text(), expected);
    }
    undo(&mut world);
    assert_eq!(world.text(), "", "there is no more");
    world.chord(Symbol::Char('z'), Held { shift: true, ..CTRL });
    assert_eq!(world.text(), "git");
    world.typed("k");
    world.chord(Symbol::Char('z'), Held { shift: true, ..CTRL });
    assert_eq!(world.text(), "gitk", "what was typed since leaves nothing to be done again");
}

#[test]
fn what_is_selected_is_replaced_cut_and_left_at_its_end() {
    let mut world = World::with_text("cp old new");
    world.chord(Symbol::Left, Held { ctrl: true, ..SHIFT });
    assert_eq!(world.interface.copied(), Some("new"));
    world.key(Symbol::Left);
    assert_eq!(world.shown(), "cp old |new");
    world.chord(Symbol::End, SHIFT);
    world.typed("x");
    assert_eq!(world.text(), "cp old x");
    world.chord(Symbol::Home, SHIFT);
    assert_eq!(world.interface.cut().as_deref(), Some("cp old x"));
    assert_eq!(world.text(), "");
}

#[test]
fn a_text_has_several_lines_and_the_cursor_keeps_its_column() {
    let mut world = World::with_text("for f in *");
    world.chord(Symbol::Enter, SHIFT);
    world.typed("ls");
    world.chord(Symbol::Enter, ALT);
    world.typed("end of it");
    assert_eq!(world.text(), "for f in *\nls\nend of it");
    world.key(Symbol::Up);
    assert_eq!(world.shown(), "for f in *\nls|\nend of it");
    world.key(Symbol::Up);
    assert_eq!(world.shown(), "for f in |*\nls\nend of it");
    world.chord(Symbol::Char('k'), CTRL);
    assert_eq!(world.text(), "for f in \nls\nend of it");
}

#[test]
fn what_is_pasted_keeps_its_lines_and_loses_what_hides() {
    let mut world = World::with_text("");
    world.with(|interface, sight, _| interface.text("ls\r\n\tx\u{202e}\u{1b}[31m\u{200b}", sight));
    assert_eq!(world.text(), "ls\n x[31m");
    assert_eq!(world.interface.prompt.notice(), Some("3 CHARACTERS THAT CANNOT BE SHOWN WERE LEFT OUT"));
    world.typed("y");
    assert_eq!(world.interface.prompt.notice(), None, "the next key has said nothing wrong");
}

#[test]
fn what_is_too_long_is_refused_as_a_whole_and_said() {
    let mut world = World::with_text("kept");
    let long = "x".repeat(1 << 20);
    world.with(|interface, sight, _| interface.text(&long, sight));
    assert_eq!(world.text(), "kept");
    assert!(world.interface.prompt.notice().unwrap().contains("16384"));
    world.act(UiAction::Stage { text: long });
    assert_eq!(world.text(), "kept");
}

#[test]
fn up_and_down_walk_through_what_ran_that_has_what_was_typed() {
    let mut world = World::with_text("git");
    let ran = ["ls", "git push", "git push", "make", "git pull"].map(String::from);
    world.shells.prompt.history = Arc::new(ran.into());
    for (symbol, expected) in [
        (Symbol::Up, "git push"),
        (Symbol::Up, "git pull"),
        (Symbol::Up, "git pull"),
        (Symbol::Down, "git push"),
        (Symbol::Down, "git"),
        (Symbol::Down, "git"),
    ] {
        world.key(symbol);
        assert_eq!(world.text(), expected);
    }
}

#[test]
fn what_ran_is_searched_and_escape_gives_back_what_was_typed() {
    let mut world = World::with_text("pu");
    let ran = ["git push", "make", "git pull", "git push"].map(String::from);
    world.shells.prompt.history = Arc::new(ran.into());
    world.chord(Symbol::Char('r'), CTRL);
    let listed = |world: &mut World| {
        let items = world.with(|interface, sight, _| interface.prompt.items(&sight.sources()));
        items.into_iter().map(|item| item.text).collect::<Vec<_>>()
    };
    assert_eq!(listed(&mut world), ["git push", "git pull"]);
    world.typed("l");
    assert_eq!(listed(&mut world), ["git pull"]);
    world.key(Symbol::Escape);
    assert_eq!(world.text(), "pu");
    assert!(world.interface.prompt.keyboard, "the first Escape only closes the list");
    world.chord(Symbol::Char('r'), CTRL);
    world.chord(Symbol::Char('r'), CTRL);
    world.key(Symbol::Enter);
    assert_eq!(world.text(), "git pull");
}

#[test]
fn tab_asks_for_completions_and_takes_the_only_one() {
    let mut world = World::with_text("cargo bu");
    let asked = UiAction::Complete { text: String::from("cargo bu"), cursor: 8 };
    assert_eq!(world.key(Symbol::Tab), [(None, Action::Ui(asked))]);
    let candidate = |text: &str| Candidate { text: text.into(), about: String::new() };
    let found = |names: &[&str]| Completions {
        text: String::from("cargo bu"),
        cursor: 8,
        replaces: 6..8,
        candidates: names.iter().map(|name| candidate(name)).collect(),
    };
    world.shells.prompt.completions = Some(found(&["build", "bundle"]));
    world.tick(1);
    assert_eq!(world.interface.prompt.list().map(|list| list.kind), Some(ListKind::Completions));
    world.key(Symbol::Down);
    world.key(Symbol::Enter);
    assert_eq!(world.text(), "cargo bundle");
    world.chord(Symbol::Char('z'), CTRL);
    assert_eq!(world.text(), "cargo bu");
    world.shells.prompt.completions = Some(found(&["build "]));
    assert_eq!(world.key(Symbol::Tab), []);
    assert_eq!(world.shown(), "cargo build |");
}

#[test]
fn completions_of_another_text_or_out_of_its_bounds_change_nothing_else() {
    let mut world = World::with_text("ls a");
    let hostile = Completions {
        text: String::from("ls a"),
        cursor: 4,
        replaces: 100..200,
        candidates: vec![Candidate { text: String::from("b"), about: String::new() }],
    };
    world.shells.prompt.completions = Some(hostile);
    world.key(Symbol::Tab);
    assert_eq!(world.text(), "ls ab");
    world.key(Symbol::Tab);
    assert_eq!(world.interface.prompt.list(), None);
}

#[test]
fn a_press_places_the_cursor_a_drag_selects_and_a_second_press_takes_the_word() {
    let mut world = World::with_text("git push --force");
    let at = |column: f64| Point { x: 256.0 + 10.0 * column, y: 670.0 };
    let press = |world: &mut World, column| {
        world.with(|interface, sight, now| interface.pressed(at(column), Button::Primary, sight, now))
    };
    let release = |world: &mut World, column| {
        world.with(|interface, sight, now| interface.released(at(column), Button::Primary, sight, now))
    };
    press(&mut world, 4.4);
    release(&mut world, 4.4);
    assert_eq!(world.shown(), "git |push --force");
    press(&mut world, 4.4);
    release(&mut world, 4.4);
    assert_eq!(world.interface.copied(), Some("push"));
    world.now += Duration::from_secs(1);
    press(&mut world, 0.0);
    world.with(|interface, sight, now| interface.pointer_moved(at(3.1), sight, now));
    release(&mut world, 3.1);
    assert_eq!(world.interface.copied(), Some("git"));
    assert_eq!(world.text(), "git push --force", "nothing ran");
}

#[derive(Debug, Clone)]
enum Step {
    Insert(String),
    Set(String),
    Go(u8, bool),
    GoTo(usize),
    Delete(u8),
    Kill(u8),
    Yank,
    Undo,
    Redo,
    Word(usize),
    Put(usize, usize, String),
}

const MOTIONS: [Motion; 11] = [
    Motion::Left,
    Motion::Right,
    Motion::WordLeft,
    Motion::WordRight,
    Motion::BigWordLeft,
    Motion::LineStart,
    Motion::LineEnd,
    Motion::Up,
    Motion::Down,
    Motion::Start,
    Motion::End,
];

fn step() -> impl Strategy<Value = Step> {
    let text = || prop_oneof!["[a-z \n]{0,6}", "\\PC{0,4}", "(?s:.{0,4})", "[e🇩👩\u{301}\u{200d}日]{0,4}"];
    let motion = || 0..MOTIONS.len() as u8;
    prop_oneof![
        4 => text().prop_map(Step::Insert),
        1 => text().prop_map(Step::Set),
        4 => (motion(), any::<bool>()).prop_map(|(motion, extend)| Step::Go(motion, extend)),
        1 => (0..40usize).prop_map(Step::GoTo),
        2 => motion().prop_map(Step::Delete),
        2 => motion().prop_map(Step::Kill),
        1 => Just(Step::Yank),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
        1 => (0..40usize).prop_map(Step::Word),
        1 => (0..40usize, 0..40usize, text()).prop_map(|(from, to, text)| Step::Put(from, to, text)),
    ]
}

#[test]
fn a_word_is_selected_with_all_of_its_letters() {
    let mut editor = Editor::default();
    // The mark U+1193F is a word, and one letter with what follows it.
    let _ = editor.insert("\u{11937}\u{1193f}\u{65e5}");
    editor.select_word(8);
    assert_eq!((editor.selection(), editor.cursor()), (Some(4..11), 11));
}

proptest! {
    #[test]
    fn whatever_is_typed_the_cursor_lies_between_two_letters(steps in prop::collection::vec(step(), 1..60)) {
        let mut editor = Editor::default();
        let mut seen = vec![String::new()];
        for step in &steps {
            let before = editor.clone();
            match step {
                Step::Insert(text) => drop(editor.insert(text)),
                Step::Set(text) => drop(editor.set(text)),
                Step::Go(motion, extend) => drop(editor.go(MOTIONS[usize::from(*motion)], *extend)),
                Step::GoTo(at) => editor.go_to(*at, false),
                Step::Delete(motion) => editor.delete(MOTIONS[usize::from(*motion)]),
                Step::Kill(motion) => editor.kill(MOTIONS[usize::from(*motion)]),
                Step::Yank => drop(editor.yank()),
                Step::Undo => drop(editor.undo()),
                Step::Redo => drop(editor.redo()),
                Step::Word(at) => editor.select_word(*at),
                Step::Put(from, to, text) => drop(editor.put(*from..*to, text)),
            }
            let text = editor.text();
            let letters: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            prop_assert!(letters.contains(&editor.cursor()), "{step:?} in {text:?}: {}", editor.cursor());
            if let Some(selection) = editor.selection() {
                prop_assert!(selection.start < selection.end && text.get(selection).is_some());
            }
            prop_assert!(text.len() <= MOST_BYTES);
            prop_assert!(!text.chars().any(|c| c != '\n' && crate::label::is_unseen(c)), "{text:?}");
            let (line, column) = editor.place();
            prop_assert!(line < editor.lines());
            prop_assert_eq!(editor.at(line, column), editor.cursor());
            if editor.text() != before.text() && !matches!(step, Step::Undo | Step::Redo) {
                let mut back = editor.clone();
                prop_assert!(back.undo());
                // A word that is being typed is taken back as a whole: to some text that was there.
                prop_assert!(seen.iter().any(|text| text == back.text()), "{:?} was never there", back.text());
                prop_assert!(back.redo() && back.text() == editor.text());
            }
            seen.push(editor.text().to_owned());
        }
    }
}
