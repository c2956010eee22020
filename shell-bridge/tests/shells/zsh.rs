//! What only Zsh does.

use crate::session::Session;

const RC: &str = "PS1='> '\nPS2='more> '\nunsetopt prompt_sp\n";

#[test]
fn lines_that_were_read_already_are_put_aside_whole() {
    let mut session = Session::start("/usr/bin/zsh", &[(".zshrc", RC)]);
    session.until_prompt();
    session.press("for x in 1 2\r");
    session.until_text("more> ");
    session.press("do echo n");
    session.until_text("do echo n");
    assert_eq!(session.run("echo whole").1, "whole\n");
    session.press("$x; done\r");
    assert_eq!(session.ran().1, "n1\nn2\n");
}

#[test]
fn the_users_own_zdotdir_is_the_one_in_force() {
    let home = [
        (".zshenv", "export ZDOTDIR=$HOME/elsewhere\n"),
        ("elsewhere/.zshrc", "PS1='theirs> '\nunsetopt prompt_sp\nread_from=$ZDOTDIR\n"),
        (".zshrc", "PS1='wrong> '\n"),
    ];
    let mut session = Session::start("/usr/bin/zsh", &home);
    session.until_prompt();
    session.until_text("theirs> ");
    let home = session.home.display().to_string();
    assert_eq!(session.run("echo $read_from").1, format!("{home}/elsewhere\n"));
}

#[test]
fn a_prompt_that_is_made_anew_each_time_is_marked_each_time() {
    let rc =
        format!("{RC}theirs() {{ PS1=\"made$?> \" }}\nprecmd_functions+=(theirs)\nsetopt ksh_arrays sh_word_split\n");
    let mut session = Session::start("/usr/bin/zsh", &[(".zshrc", &rc)]);
    session.until_prompt();
    // A hook that comes later than ours goes before it from the next prompt on.
    session.run("later() { PS1=\"later$?> \" }; precmd_functions+=(later)");
    session.run("sh -c 'exit 7'");
    session.until_text("later7> ");
    assert_eq!(session.run("true"), (Some("true".into()), String::new(), Some(0)));
}

#[test]
fn options_of_the_users_stay_as_they_are() {
    let mut session = Session::start("/usr/bin/zsh", &[(".zshrc", RC)]);
    session.until_prompt();
    let before = session.run("setopt").1;
    session.run("cd /; cd");
    assert_eq!(session.run("setopt").1, before);
    assert_eq!(session.run("print -r -- ${(q+)histchars}").1, "'!^#'\n");
}
