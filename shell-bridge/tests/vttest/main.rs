//! The real vttest on a pty, with a terminal of ours at the other end: what its menus show. Of what it asks for, a terminal
//! of today leaves out letters of double size (its menu 4: they are shown plain, none is lost) and the language of the
//! VT52 (its menu 7).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod session;

use session::Session;
use shell_bridge::terminal::{KeyEvent, Modifiers, Named};

const MENU: &str = "Choose test type";

#[test]
fn words_of_double_size_are_shown_plain_and_none_is_lost() {
    let mut session = Session::start();
    session.choose("4");
    let screen = session.shows("Push <RETURN>");
    for words in
        ["This is a normal-sized line", "This is a Double-width line", "This is a Double-width-and-height line"]
    {
        assert!(screen.iter().any(|line| line.trim() == words), "{words}:\n{}", screen.join("\n"));
    }
    let margins: Vec<_> = screen.iter().filter(|line| line.contains("left margin")).collect();
    assert_eq!(margins.len(), 2, "{}", screen.join("\n"));
}

#[test]
fn its_cursor_keys_are_the_ones_it_knows_in_both_modes() {
    let mut session = Session::start();
    session.choose("5");
    session.shows("Keyboard Tests");
    session.choose("4");
    for mode in ["RESET", "SET"] {
        session.shows(&format!("Cursor key mode {mode}"));
        for (key, name) in [
            (Named::Up, "Up arrow key"),
            (Named::Down, "Down arrow key"),
            (Named::Right, "Right arrow key"),
            (Named::Left, "Left arrow key"),
        ] {
            let bytes = session.terminal.key(&KeyEvent::named(key, Modifiers::default()));
            session.press(std::str::from_utf8(&bytes).unwrap());
            session.shows(name);
        }
        session.press("\t");
    }
}

#[test]
fn a_soft_reset_leaves_the_screen_and_a_whole_one_leaves_nothing() {
    let mut session = Session::start();
    session.choose("10");
    session.shows("Test of reset and self-test");
    session.choose("3");
    session.shows("The terminal will now soft-reset");
    session.press("\r");
    let twice = |screen: &[String]| screen.iter().filter(|line| line.contains("Push <RETURN>")).count() == 2;
    let screen = session.until("another push", twice);
    assert!(screen.iter().any(|line| line.contains("The terminal will now soft-reset")), "{}", screen.join("\n"));
    session.press("\r");
    session.shows(MENU);
    session.choose("1");
    session.shows("The terminal will now be RESET");
    session.press("\r");
    session.until("nothing is left", |screen| screen.iter().all(String::is_empty));
}
