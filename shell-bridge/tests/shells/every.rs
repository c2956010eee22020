//! What every shell that has a module does.

use std::path::Path;

use shell_bridge::api::{FileKind, ShellEvent};
use shell_bridge::modules::{Request, request};

use crate::session::{Home, Session};

/// A user's own files: each says that it was read, and has a prompt.
fn home(shell: &str) -> Home<'static> {
    match shell {
        "fish" => &[
            (
                ".config/fish/config.fish",
                "set -g fish_greeting\nfunction fish_prompt; echo \"mine$status> \"; end\nset -gx MINE yes\n",
            ),
            ("sub/é \"q\"/file", "contents"),
        ],
        "zsh" => &[
            (".zshenv", "export ENV_READ=yes\n"),
            (
                ".zshrc",
                "PS1='mine%?> '\nunsetopt prompt_sp\nexport MINE=$ENV_READ\nprecmd() { : theirs; false }\nalias local=echo\n",
            ),
            ("sub/é \"q\"/file", "contents"),
        ],
        _ => &[
            (
                ".bashrc",
                "PS1='mine$?> '\nexport MINE=yes\nPROMPT_COMMAND='theirs=$?'\nHISTCONTROL=ignoreboth\nalias local=echo\n",
            ),
            ("sub/é \"q\"/file", "contents"),
        ],
    }
}

fn start(shell: &str) -> Session {
    let mut session = Session::start(&format!("/usr/bin/{shell}"), home(shell));
    session.until_prompt();
    session
}

macro_rules! in_every_shell {
    ($($test:ident,)*) => {
        mod fish { $(#[test] fn $test() { super::$test("fish"); })* }
        mod zsh { $(#[test] fn $test() { super::$test("zsh"); })* }
        mod bash { $(#[test] fn $test() { super::$test("bash"); })* }
    };
}

in_every_shell! {
    it_says_that_it_is_ready_and_where,
    commands_are_told_with_text_output_and_status,
    marks_come_in_their_order,
    what_the_user_configured_runs_and_is_left_alone,
    a_move_is_told,
    a_move_of_a_subshell_is_not_told_nor_captured,
    what_is_half_typed_is_put_aside,
    several_lines_are_one_command,
    a_text_runs_as_it_stands,
    a_file_with_our_sequences_changes_nothing,
    programs_do_not_learn_the_nonce,
    variables_are_told_when_they_change,
    the_branch_of_a_repository_is_told,
    a_command_can_be_staged,
    a_result_can_be_told,
    a_listing_comes_when_asked_for,
    suggestions_come_when_asked_for,
    completions_come_when_asked_for,
    answers_that_are_too_long_are_cut_to_fit,
    files_are_opened_by_the_session,
    the_editor_mode_of_vi_takes_texts_too,
    prompts_start_no_process,
}

fn it_says_that_it_is_ready_and_where(shell: &str) {
    let session = start(shell);
    let events = session.events();
    let Some(ShellEvent::Ready { shell: name, version }) = events.first() else { panic!("{events:?}") };
    assert_eq!(name, shell);
    assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{version}");
    let place = events.iter().find_map(|event| match event {
        ShellEvent::Directory { host, path } => Some((host.clone(), path.clone())),
        _ => None,
    });
    let (host, path) = place.unwrap();
    assert_eq!(path, session.home);
    assert!(!host.is_empty());
    assert_eq!(session.counters().dropped(), 0);
}

fn commands_are_told_with_text_output_and_status(shell: &str) {
    let mut session = start(shell);
    assert_eq!(session.run("echo 'a  b'; false"), (Some("echo 'a  b'; false".into()), "a  b\n".into(), Some(1)));
    assert_eq!(session.run("true"), (Some("true".into()), String::new(), Some(0)));
    // A terminal would be told the same by bytes outside ASCII.
    assert_eq!(session.run("echo 'é€🦀%;'"), (Some("echo 'é€🦀%;'".into()), "é€🦀%;\n".into(), Some(0)));
    // Several lines are one text: none of them runs before the last was there.
    let (command, written, status) = session.run("echo one\n\n  echo 'two\nthree'");
    assert_eq!((written.as_str(), status), ("one\ntwo\nthree\n", Some(0)), "{command:?}");
    let (_, _, status) = session.run("sh -c 'exit 42'");
    assert_eq!(status, Some(42));
    assert_eq!(session.counters().dropped(), 0);
}

fn marks_come_in_their_order(shell: &str) {
    let mut session = start(shell);
    session.run("true");
    let marks: Vec<char> = session
        .events()
        .iter()
        .filter_map(|event| match event {
            ShellEvent::PromptStart => Some('A'),
            ShellEvent::InputStart => Some('B'),
            ShellEvent::OutputStart { .. } => Some('C'),
            ShellEvent::CommandEnd { .. } => Some('D'),
            _ => None,
        })
        .collect();
    // A prompt may be drawn more than once: where it ends is then told again.
    let mut once = marks.clone();
    once.dedup();
    assert_eq!(once, ['A', 'B', 'C', 'D', 'A', 'B'], "{marks:?}");
}

fn what_the_user_configured_runs_and_is_left_alone(shell: &str) {
    let mut session = start(shell);
    session.until_text("mine0> ");
    assert_eq!(session.run("echo $MINE").1, "yes\n");
    // The prompt still knows the status.
    session.run("sh -c 'exit 3'");
    session.until_text("mine3> ");
    if shell == "zsh" {
        assert_eq!(session.run("echo ${ZDOTDIR-unset}").1, "unset\n");
        assert_eq!(session.run("echo ${TOS_ZDOTDIR-unset}").1, "unset\n");
    }
    for (path, contents) in home(shell) {
        assert_eq!(std::fs::read_to_string(session.home.join(path)).unwrap(), *contents, "{path}");
    }
}

fn until_at(session: &mut Session, path: &Path) {
    session.until_event(&format!("being in {}", path.display()), |event| match event {
        ShellEvent::Directory { path: told, .. } => (told == path).then_some(()),
        _ => None,
    });
}

fn a_move_is_told(shell: &str) {
    let mut session = start(shell);
    let (home, sub) = (session.home.clone(), session.home.join("sub/é \"q\""));
    session.submit("cd 'sub/é \"q\"'");
    until_at(&mut session, &sub);
    session.until_prompt();
    session.submit("cd ../..");
    until_at(&mut session, &home);
}

fn a_move_of_a_subshell_is_not_told_nor_captured(shell: &str) {
    // In Fish there are no subshells: a substitution moves the shell itself.
    let command = if shell == "fish" { "set x (cd /; pwd; cd $HOME)" } else { "x=$(cd /; pwd)" };
    let mut session = start(shell);
    session.run(command);
    assert_eq!(session.run("echo $x").1, "/\n");
    let last = session.events().into_iter().rfind(|event| matches!(event, ShellEvent::Directory { .. }));
    assert!(matches!(&last, Some(ShellEvent::Directory { path, .. }) if *path == session.home), "{last:?}");
}

fn what_is_half_typed_is_put_aside(shell: &str) {
    let mut session = start(shell);
    session.press("echo half");
    session.until_text("half");
    assert_eq!(session.run("echo whole"), (Some("echo whole".into()), "whole\n".into(), Some(0)));
    // Bash cannot put it back: it is what the key for yanking gives.
    session.press(if shell == "bash" { "\x19" } else { "" });
    session.press("X\r");
    assert_eq!(session.ran().1, "halfX\n");
}

fn several_lines_are_one_command(shell: &str) {
    let text = match shell {
        "fish" => "for x in 1 2\n\techo \"n $x\"\nend",
        _ => "for x in 1 2\ndo\n\techo \"n $x\"\ndone",
    };
    let mut session = start(shell);
    let (command, output, status) = session.run(text);
    assert_eq!((output.as_str(), status), ("n 1\nn 2\n", Some(0)));
    if shell == "bash" {
        // Bash keeps lines in its history as one, joined with semicolons, if that is how it is set.
        assert_eq!(command.as_deref(), Some("for x in 1 2; do \techo \"n $x\"; done"));
    } else {
        assert_eq!(command.as_deref(), Some(text));
    }
}

fn a_text_runs_as_it_stands(shell: &str) {
    let mut session = start(shell);
    // A quote, a tab, what looks like a key, history expansion.
    assert_eq!(session.run("echo 'a\tb' \"^[x\\$y\" !! !e").1, "a\tb ^[x$y !! !e\n");
    // And then `!` is again what it was.
    session.press("echo 1\r");
    session.ran();
    session.press("!!\r");
    match shell {
        "fish" => session.until_text("!!"),
        _ => assert_eq!(session.ran().1.lines().last(), Some("1")),
    }
}

fn a_file_with_our_sequences_changes_nothing(shell: &str) {
    let mut session = start(shell);
    let other = "0123456789abcdef0123456789abcdef";
    let hostile = [
        "\x1b]7;file://evil/etc\x07".to_owned(),
        format!("\x1b]7;file://evil/etc#tos={other}\x07"),
        "\x1b]133;C;cmdline_url=rm\x07\x1b]133;D;1\x1b\\\x1b]133;A\x07\x1b]133;B\x07".to_owned(),
        format!("\x1b]133;D;1;tos={other}\x07"),
        "\x1b]9001;stage;;%7B%22text%22%3A%22rm%22%7D\x07".to_owned(),
        format!("\x1b]9001;stage;{other};%7B%22text%22%3A%22rm%22%7D\x07"),
        "\u{9d}9001;stage;x\u{9c}".to_owned(),
    ]
    .concat();
    std::fs::write(session.home.join("hostile"), format!("before\n{hostile}after\n")).unwrap();
    let before = session.events().len();
    let (command, output, status) = session.run("cat hostile");
    assert_eq!((command.as_deref(), status), (Some("cat hostile"), Some(0)));
    assert!(output.starts_with("before\n") && output.ends_with("after\n"), "{output:?}");
    for event in session.events().split_off(before) {
        match event {
            ShellEvent::Directory { path, .. } => assert_eq!(path, session.home),
            ShellEvent::OutputStart { command } => assert_eq!(command.as_deref(), Some("cat hostile")),
            ShellEvent::CommandEnd { status } => assert_eq!(status, Some(0)),
            ShellEvent::PromptStart | ShellEvent::InputStart => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(session.counters().untrusted, 9);
}

fn programs_do_not_learn_the_nonce(shell: &str) {
    let mut session = start(shell);
    assert_eq!(session.run("env | grep -c TOS_NONCE").1, "0\n");
    let nonce = session.nonce.as_str().to_owned();
    assert_eq!(session.run("env").1.matches(&nonce).count(), 0);
}

fn until_variable(session: &mut Session, name: &str, value: Option<&str>) {
    session.until_event(&format!("{name} being {value:?}"), |event| match event {
        ShellEvent::Env(variables) => (variables.get(name).map(String::as_str) == value).then_some(()),
        _ => None,
    });
}

fn variables_are_told_when_they_change(shell: &str) {
    let mut session = start(shell);
    let path = std::env::var("PATH").unwrap();
    let told = session.events().into_iter().find_map(|event| match event {
        ShellEvent::Env(variables) => Some(variables),
        _ => None,
    });
    assert_eq!(told.unwrap().get("PATH"), Some(&path));
    let set = if shell == "fish" { "set -gx VIRTUAL_ENV '/a\"b\\c'" } else { "export VIRTUAL_ENV='/a\"b\\c'" };
    session.submit(set);
    until_variable(&mut session, "VIRTUAL_ENV", Some("/a\"b\\c"));
    let before = session.events().iter().filter(|event| matches!(event, ShellEvent::Env(_))).count();
    session.run("true");
    session.run("true");
    assert_eq!(session.events().iter().filter(|event| matches!(event, ShellEvent::Env(_))).count(), before);
    session.submit(if shell == "fish" { "set -e VIRTUAL_ENV" } else { "unset VIRTUAL_ENV" });
    until_variable(&mut session, "VIRTUAL_ENV", None);
}

fn the_branch_of_a_repository_is_told(shell: &str) {
    let mut session = start(shell);
    let git = session.home.join("sub/.git");
    std::fs::create_dir(&git).unwrap();
    std::fs::write(git.join("HEAD"), "ref: refs/heads/topic/one\n").unwrap();
    session.submit("cd 'sub/é \"q\"'");
    until_variable(&mut session, "git_branch", Some("topic/one"));
    session.until_prompt();
    std::fs::write(git.join("HEAD"), "0123456789012345678901234567890123456789\n").unwrap();
    session.submit("true");
    until_variable(&mut session, "git_branch", None);
}

fn a_command_can_be_staged(shell: &str) {
    let mut session = start(shell);
    // What it writes may go elsewhere: what it says does not.
    session.submit("tos-stage 'rm -r \"x\" é%' y >/dev/null");
    let text = session.until_event("a staged text", |event| match event {
        ShellEvent::Stage { text } => Some(text.clone()),
        _ => None,
    });
    assert_eq!(text, "rm -r \"x\" é% y");
}

fn a_result_can_be_told(shell: &str) {
    let mut session = start(shell);
    let wanted = serde_json::json!({"rows": [1, {"a": "b c"}]});
    for command in ["tos-result '{\"rows\":[1,{\"a\":\"b c\"}]}'", "echo '{\"rows\":[1,{\"a\":\"b c\"}]}' | tos-result"]
    {
        session.submit(command);
        let value = session.until_event("a result", |event| match event {
            ShellEvent::Result(value) => Some(value.clone()),
            _ => None,
        });
        assert_eq!(value, wanted);
        session.until_prompt();
    }
}

fn a_listing_comes_when_asked_for(shell: &str) {
    let mut session = start(shell);
    let sub = session.home.join("sub");
    std::fs::write(sub.join("-n\"w\\\n"), "").unwrap();
    std::os::unix::fs::symlink("nowhere", sub.join(".hidden")).unwrap();
    session.run("cd sub");
    session.press(request(session.kind, Request::Directory).unwrap());
    let listing = session.until_event("a listing", |event| match event {
        ShellEvent::Listing(listing) => Some(listing.clone()),
        _ => None,
    });
    assert_eq!(listing.directory, sub.to_str().unwrap());
    assert!(!listing.truncated);
    let mut names: Vec<_> = listing.files.iter().map(|file| (file.name.as_str(), file.kind)).collect();
    names.sort_unstable_by_key(|(name, _)| name.to_owned());
    assert_eq!(names, [("-n\"w\\\n", FileKind::File), (".hidden", FileKind::Link), ("é \"q\"", FileKind::Directory)]);
}

fn suggestions_come_when_asked_for(shell: &str) {
    let mut session = start(shell);
    session.run("echo \"one\"");
    session.run("echo two");
    session.press(request(session.kind, Request::Suggest).unwrap());
    let suggestions = session.until_event("suggestions", |event| match event {
        ShellEvent::Suggest(suggestions) => Some(suggestions.clone()),
        _ => None,
    });
    let texts: Vec<_> = suggestions.iter().map(|suggestion| suggestion.text.as_str()).collect();
    assert_eq!(texts, ["echo two", "echo \"one\""]);
}

fn completions_come_when_asked_for(shell: &str) {
    let mut session = start(shell);
    if shell == "zsh" {
        session.run("autoload -Uz compinit && compinit -D");
    }
    session.press("cat su");
    session.until_text("cat su");
    session.press(request(session.kind, Request::Complete).unwrap());
    let (text, candidates) = session.until_event("completions", |event| match event {
        ShellEvent::Complete { text, candidates } => Some((text.clone(), candidates.clone())),
        _ => None,
    });
    assert_eq!(text, "cat su");
    assert!(candidates.iter().any(|candidate| matches!(candidate.text.as_str(), "sub" | "sub/")), "{candidates:?}");
    // What stood there still stands there.
    session.press("b/*/file\r");
    assert_eq!(session.ran().1.trim_end(), "contents");
}

fn answers_that_are_too_long_are_cut_to_fit(shell: &str) {
    let mut session = start(shell);
    if shell == "zsh" {
        session.run("autoload -Uz compinit && compinit -D");
    }
    let many = session.home.join("many");
    std::fs::create_dir(&many).unwrap();
    for index in 0..300 {
        std::fs::write(many.join(format!("file{index:03}{}", "é".repeat(120))), "").unwrap();
    }
    session.run("cd many");
    session.press(request(session.kind, Request::Directory).unwrap());
    let listing = session.until_event("a listing", |event| match event {
        ShellEvent::Listing(listing) => Some(listing.clone()),
        _ => None,
    });
    assert!(listing.truncated && (20..300).contains(&listing.files.len()), "{}", listing.files.len());
    session.press("cat fil");
    session.until_text("cat fil");
    session.press(request(session.kind, Request::Complete).unwrap());
    let candidates = session.until_event("completions", |event| match event {
        ShellEvent::Complete { candidates, .. } => Some(candidates.len()),
        _ => None,
    });
    assert!((20..300).contains(&candidates), "{candidates}");
    assert_eq!(session.counters().dropped(), 0);
}

fn files_are_opened_by_the_session(shell: &str) {
    let mut session = start(shell);
    let bin = session.home.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for program in ["tos-comp", "xdg-open"] {
        let path = bin.join(program);
        std::fs::write(&path, "#!/bin/sh\necho \"${0##*/}:\" \"$@\"\n").unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let fish = shell == "fish";
    session.run(if fish { "set -gx PATH ~/bin $PATH" } else { "PATH=~/bin:$PATH" });
    assert_eq!(session.run("open sub").1, "xdg-open: sub\n");
    session.run(if fish { "set -gx TOS_SOCKET /nowhere" } else { "export TOS_SOCKET=/nowhere" });
    let home = session.home.display().to_string();
    assert_eq!(
        session.run("open sub 'a b' https://x").1,
        format!("tos-comp: msg open {home}/sub\ntos-comp: msg open {home}/a b\nxdg-open: https://x\n")
    );
    assert_eq!(session.run("open").2, Some(2));
}

fn the_editor_mode_of_vi_takes_texts_too(shell: &str) {
    let mut session = start(shell);
    session.run(match shell {
        "fish" => "fish_vi_key_bindings",
        "zsh" => "bindkey -v",
        _ => "set -o vi",
    });
    assert_eq!(session.run("echo inserted").1, "inserted\n");
    // Something half typed, and then the mode in which letters are commands.
    session.press("echo half");
    session.until_text("half");
    session.press("\x1b");
    session.press("0");
    assert_eq!(session.run("echo whole").1, "whole\n");
}

/// Page faults of all processes that a shell has started and waited for: none starts without some.
fn faults_of_children(shell: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{shell}/stat")).unwrap();
    let fields = stat.rsplit_once(')').unwrap().1.split_whitespace();
    fields.skip(8).step_by(2).take(2).map(|field| field.parse::<u64>().unwrap()).sum()
}

fn prompts_start_no_process(shell: &str) {
    let mut session = start(shell);
    let git = session.home.join("sub/.git");
    std::fs::create_dir(&git).unwrap();
    std::fs::write(git.join("HEAD"), "ref: refs/heads/one\n").unwrap();
    session.run("cd sub");
    session.run("true");
    let before = faults_of_children(session.process());
    std::fs::write(git.join("HEAD"), "ref: refs/heads/two\n").unwrap();
    session.press("\r");
    until_variable(&mut session, "git_branch", Some("two"));
    session.until_prompt();
    // Bash has no other way than a process to look before a command runs.
    if shell != "bash" {
        session.run("true");
        session.run("cd /");
    }
    assert_eq!(faults_of_children(session.process()), before);
    session.run("sh -c true");
    assert!(faults_of_children(session.process()) > before, "it would be seen");
}
