//! What only Bash does.

use crate::session::Session;

fn bash(bashrc: &str) -> Session {
    let mut session = Session::start("/usr/bin/bash", &[(".bashrc", bashrc)]);
    session.until_prompt();
    session
}

#[test]
fn a_command_that_the_history_does_not_take_is_told_without_its_text() {
    let mut session = bash("HISTCONTROL=ignoreboth\n");
    assert_eq!(session.run("echo one").0.as_deref(), Some("echo one"));
    // It would be told as the one before it.
    assert_eq!(session.run(" echo secret"), (None, "secret\n".into(), Some(0)));
    assert_eq!(session.run("echo two").0.as_deref(), Some("echo two"));
    assert_eq!(session.run("echo two"), (None, "two\n".into(), Some(0)));
    assert_eq!(session.run("echo one").0.as_deref(), Some("echo one"));
}

#[test]
fn a_time_in_the_history_is_not_part_of_the_command() {
    let mut session = bash("HISTTIMEFORMAT='%F %T '\n");
    assert_eq!(session.run("echo 12 one").0.as_deref(), Some("echo 12 one"));
}

#[test]
fn lines_that_were_read_already_are_given_up() {
    let mut session = bash("PS2='more> '\n");
    session.press("for x in 1 2\r");
    session.until_text("more> ");
    session.press("do echo");
    session.until_text("do echo");
    let (_, output, status) = session.run("echo whole");
    assert_eq!((output.as_str(), status), ("whole\n", Some(0)));
}

#[test]
fn a_prompt_that_is_made_anew_each_time_is_marked_each_time() {
    let session =
        bash("PROMPT_COMMAND=(first second)\nfirst() { last=$?; }\nsecond() { PS1=\"made$last> \"; PS0=; }\n");
    let mut session = session;
    session.run("sh -c 'exit 7'");
    session.until_text("made7> ");
    assert_eq!(session.run("true"), (Some("true".into()), String::new(), Some(0)));
    session.until_text("made0> ");
}

#[test]
fn a_home_without_a_file_of_the_users_is_none_the_worse() {
    let mut session = Session::start("/usr/bin/bash", &[]);
    session.until_prompt();
    assert_eq!(session.run("echo $0 $-").1.split_whitespace().next(), Some("/usr/bin/bash"));
    assert!(!session.home.join(".bashrc").exists());
}

#[test]
fn programs_may_trap_what_they_like() {
    let mut session = bash("trap 'debugged=1' DEBUG\ntrap 'echo failed' ERR\n");
    assert_eq!(session.run("echo $debugged").1, "1\n");
    assert_eq!(session.run("false"), (Some("false".into()), "failed\n".into(), Some(1)));
    assert_eq!(session.run("trap -p DEBUG").1, "trap -- 'debugged=1' DEBUG\n");
}
