//! What only Fish does.

use shell_bridge::api::ShellEvent;
use shell_bridge::modules::{Request, request};

use crate::session::{Home, Session};

const USER: Home<'_> = &[(
    ".config/fish/config.fish",
    "set -g fish_greeting\nfunction fish_prompt; echo \"mine$status> \"; end\nabbr --add gs 'echo abbreviated'\n",
)];

fn fish() -> Session {
    let mut session = Session::start("/usr/bin/fish", USER);
    session.until_prompt();
    session
}

#[test]
fn an_abbreviation_in_a_text_is_not_expanded() {
    let mut session = fish();
    let (command, _, status) = session.run("gs");
    assert_eq!((command.as_deref(), status), (Some("gs"), Some(127)));
    let (command, ..) = session.run("gs; gs");
    assert_eq!(command.as_deref(), Some("gs; gs"));
    // Typed, it is.
    session.press("gs\r");
    assert_eq!(session.ran().1, "abbreviated\n");
}

#[test]
fn a_space_at_the_beginning_keeps_a_text_out_of_the_history() {
    let mut session = fish();
    session.run("echo seen");
    session.run(" echo unseen");
    session.run("true");
    session.press(request(session.kind, Request::Suggest).unwrap());
    let texts: Vec<String> = session.until_event("suggestions", |event| match event {
        ShellEvent::Suggest(all) => Some(all.iter().map(|one| one.text.clone()).collect()),
        _ => None,
    });
    assert_eq!(texts, ["true", "echo seen"]);
}

#[test]
fn completions_are_described() {
    let mut session = fish();
    session.press("set --ex");
    session.until_text("set --ex");
    session.press(request(session.kind, Request::Complete).unwrap());
    let candidates = session.until_event("completions", |event| match event {
        ShellEvent::Complete { candidates, .. } => Some(candidates.clone()),
        _ => None,
    });
    assert!(candidates.iter().any(|one| one.text == "--export" && !one.description.is_empty()), "{candidates:?}");
}

#[test]
fn another_prompt_has_its_end_marked_too() {
    let mut session = fish();
    session.run("function fish_prompt; echo 'other> '; end");
    session.run("true");
    session.until_text("other> ");
}

#[test]
fn a_text_that_is_no_command_is_not_told_as_one() {
    let mut session = fish();
    session.submit("echo (");
    // It waits for more lines.
    assert_eq!(session.run("echo after"), (Some("echo after".into()), "after\n".into(), Some(0)));
    session.press("echo more)\r");
    session.ran();
}

#[test]
fn the_prompt_after_a_line_that_was_given_up_is_marked() {
    let mut session = fish();
    // As Ctrl-C does; which is a signal, and comes at any time.
    session.run("bind \\cg cancel-commandline");
    session.press("echo never");
    session.until_text("never");
    session.press("\x07");
    session.until_event("a prompt", |event| (*event == ShellEvent::PromptStart).then_some(()));
    session.until_prompt();
    assert_eq!(session.run("echo after"), (Some("echo after".into()), "after\n".into(), Some(0)));
}

#[test]
fn an_open_list_of_completions_is_closed() {
    let mut session = fish();
    std::fs::write(session.home.join("aa"), "").unwrap();
    std::fs::write(session.home.join("ab"), "").unwrap();
    session.press("cat a\t\t");
    session.until_text("ab");
    assert_eq!(session.run("echo whole").1, "whole\n");
}

#[test]
fn a_quote_half_typed_does_not_change_a_text() {
    let mut session = fish();
    session.press("echo 'half");
    session.until_text("'half");
    assert_eq!(session.run("echo 'it'\\''s'").1, "it's\n");
    session.press("'\r");
    assert_eq!(session.ran().1, "half\n");
}

#[test]
fn a_home_without_a_file_of_the_users_is_none_the_worse() {
    let mut session = Session::start("/usr/bin/fish", &[]);
    session.until_prompt();
    assert_eq!(session.run("echo one").1, "one\n");
}

#[test]
fn a_loop_of_moves_ends_where_it_ends() {
    let mut session = fish();
    session.run("for i in (seq 700); builtin cd /; builtin cd /tmp; end");
    let last = session.events().into_iter().rfind(|event| matches!(event, ShellEvent::Directory { .. }));
    assert!(matches!(&last, Some(ShellEvent::Directory { path, .. }) if path.as_os_str() == "/tmp"), "{last:?}");
}
