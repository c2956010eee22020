//! A shell without a module.

use shell_bridge::api::ShellEvent;

use crate::session::Session;

#[test]
fn it_runs_what_is_submitted_and_tells_nothing() {
    let mut session = Session::start_with("/bin/dash", &[], &[("PS1", "plain> ")]);
    session.until_text("plain> ");
    session.press("half");
    session.until_text("half");
    session.submit("echo o'n'e");
    session.until_text("one");
    assert_eq!(session.events(), []);
}

#[test]
fn it_may_say_the_standard_sequences() {
    let mut session = Session::start_with("/bin/dash", &[], &[("PS1", "plain> ")]);
    session.until_text("plain> ");
    session.submit(r"printf '\033]7;file:///tmp\007\033]133;D;3\007'");
    session.until_event("where it is", |event| match event {
        ShellEvent::Directory { path, .. } => (path.as_os_str() == "/tmp").then_some(()),
        _ => None,
    });
    session.until_event("a status", |event| (*event == ShellEvent::CommandEnd { status: Some(3) }).then_some(()));
}
