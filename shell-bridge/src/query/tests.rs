use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use super::*;

fn fish() -> Fish {
    Fish::find().unwrap()
}

/// A program in place of Fish.
fn script(contents: &str) -> (tempfile::TempDir, Fish) {
    let directory = tempfile::tempdir().unwrap();
    for name in ["fish", "fish_indent"] {
        let path = directory.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{contents}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let fish = Fish::at(directory.path().join("fish"));
    (directory, fish)
}

#[track_caller]
fn mistake(text: &str) -> Mistake {
    match fish().syntax(text) {
        Err(SyntaxError::Mistake(mistake)) => mistake,
        other => panic!("{text:?}: {other:?}"),
    }
}

#[test]
fn well_formed_texts() {
    for text in
        ["", "ls", "for x in 1 2\n  echo $x\nend", "echo 'é' | cat >/dev/null &", "rm -rf /", "# only a comment"]
    {
        assert!(fish().syntax(text).is_ok(), "{text}");
    }
}

#[test]
fn nothing_is_run() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("made");
    let text = format!("touch {0}; echo (touch {0}); set x (touch {0})", file.display());
    assert!(fish().syntax(&text).is_ok());
    assert!(fish().colours(&text).is_ok());
    assert!(!file.exists());
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let found = mistake("echo ok\nfoo | | b");
    assert_eq!((found.line, found.at.clone()), (Some(2), Some(14..15)), "{found:?}");
    assert_eq!(&"echo ok\nfoo | | b"[found.at.unwrap()], "|");
    assert!(found.message.contains("pipe"), "{}", found.message);
    assert!(!found.message.contains("/dev/stdin") && !found.message.contains('\n'));

    let found = mistake("if true");
    assert_eq!(found.at, Some(0..2));
    let found = mistake("a=b");
    assert_eq!(found.at, Some(0..3));
    // Columns of the screen are no bytes.
    let found = mistake("echo é | | b");
    assert_eq!((found.line, found.at), (Some(1), None));
    for text in ["echo \"", "echo (", "end", "echo $", "&& a", "a &&& b", "echo 'a\nb", "case x"] {
        let found = mistake(text);
        assert!(found.at.is_none_or(|at| at.end <= text.len()), "{text}");
    }
}

#[test]
fn texts_that_are_none() {
    let long = "x".repeat(MAX_TEXT + 1);
    for text in [long.as_str(), "a\0b"] {
        assert!(matches!(fish().syntax(text), Err(SyntaxError::Unanswered(QueryError::Text))));
        assert!(matches!(fish().complete(text, Path::new("/")), Err(QueryError::Text)));
        assert!(matches!(fish().colours(text), Err(QueryError::Text)));
        assert!(matches!(fish().history_search(text, 1), Err(QueryError::Text)));
    }
    assert!(fish().syntax(&"x".repeat(MAX_TEXT)).is_ok());
}

#[test]
fn without_fish() {
    let none = Fish::at("/nonexistent/fish".into());
    let Err(SyntaxError::Unanswered(error)) = none.syntax("ls") else { panic!() };
    assert_eq!(error.to_string(), "fish is not installed");
    assert!(matches!(none.complete("ls", Path::new("/")), Err(QueryError::Missing)));
    assert!(matches!(none.colours("ls"), Err(QueryError::Missing)));
}

#[test]
fn one_that_hangs_is_ended_with_its_children() {
    let directory = tempfile::tempdir().unwrap();
    let pids = directory.path().join("pids");
    // The child holds the pipes too, and neither listens to a hint.
    let (_script, fish) = script(&format!("trap '' TERM HUP; sleep 1000 & echo $! $$ >{}; wait; wait", pids.display()));
    let began = Instant::now();
    assert!(matches!(fish.syntax("ls"), Err(SyntaxError::Unanswered(QueryError::TooLate(_)))));
    assert!(began.elapsed() >= Duration::from_secs(1));
    let pids = std::fs::read_to_string(pids).unwrap();
    for pid in pids.split_whitespace() {
        let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
        // Killed; who waits for the grandchild may not have done so yet.
        let gone =
            |pid| match std::fs::read_to_string(format!("/proc/{}/stat", rustix::process::Pid::as_raw(Some(pid)))) {
                Ok(stat) => stat.contains(") Z "),
                Err(_) => true,
            };
        while !gone(pid) {
            std::thread::yield_now();
        }
    }
}

#[test]
fn one_that_leaves_a_child_with_its_pipes_is_not_waited_for() {
    let (_script, fish) = script("sleep 1000 & echo a; exit 0");
    let candidates = fish.complete("ls", Path::new("/")).unwrap();
    assert_eq!(candidates, [crate::api::Candidate { text: "a".into(), description: String::new() }]);
}

#[test]
fn one_that_never_stops_talking_is_cut_off() {
    let (_script, fish) = script("yes candidate");
    assert_eq!(fish.complete("ls", Path::new("/")).unwrap().len(), 256);
    assert!(matches!(fish.colours("ls"), Err(QueryError::Answer)));
    let (_script, fish) = script("yes 'a: b' >&2");
    assert!(matches!(fish.syntax("ls"), Err(SyntaxError::Mistake(_) | SyntaxError::Unanswered(_))));
}

#[test]
fn one_that_fails_is_quoted_without_its_controls() {
    let (_script, fish) = script("printf 'bad\\033[2J thing\\nmore' >&2; exit 3");
    let Err(error) = fish.complete("ls", Path::new("/")) else { panic!() };
    assert_eq!(error.to_string(), "fish failed: bad[2J thing");
    let (_script, fish) = script("printf 'a\\033b\\tc\\001d\\377\\n\\n\\377\\nlast'");
    assert_eq!(fish.complete("x", Path::new("/")).unwrap(), [], "controls, no UTF-8, no end");
}

#[test]
fn completions_of_files_commands_and_options() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("some file"), "").unwrap();
    std::fs::create_dir(directory.path().join("somewhere")).unwrap();
    let mut found = fish().complete("cat som", directory.path()).unwrap();
    found.sort_by(|one, other| one.text.cmp(&other.text));
    let texts: Vec<_> = found.iter().map(|candidate| candidate.text.as_str()).collect();
    assert_eq!(texts, ["some\\ file", "somewhere/"]);
    let found = fish().complete("set --exp", directory.path()).unwrap();
    assert!(found.iter().any(|one| one.text == "--export" && !one.description.is_empty()), "{found:?}");
    assert_eq!(fish().complete("cat nothing-like-this", directory.path()).unwrap(), []);
    // Text is text.
    assert_eq!(fish().complete("--version", directory.path()).unwrap(), []);
    assert!(fish().complete("echo $(exit 3) --do-complete", directory.path()).is_ok());
    let gone = fish().complete("ls", Path::new("/nonexistent"));
    assert!(matches!(gone, Err(QueryError::Directory)), "{gone:?}");
}

#[test]
fn the_users_history_and_completions_are_found_and_the_configuration_is_not_run() {
    let home = tempfile::tempdir().unwrap();
    let write = |path: &str, contents: &str| {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    };
    let history = "- cmd: make one\n  when: 1\n- cmd: ls\n  when: 2\n- cmd: for x in 1\\n  make $x\\nend\n  when: 3\n\
                   - cmd: make one\n  when: 4\n- cmd: MAKE\n  when: 5\n";
    write(".local/share/fish/fish_history", history);
    write(".config/fish/completions/true.fish", "complete -c true -a 'alpha beta' -d 'a letter'");
    write(".config/fish/config.fish", "touch $HOME/was_run; echo noise");
    let fish = fish().with_home(home.path().to_owned());

    let found = fish.history_search("make", 10).unwrap();
    assert_eq!(found, ["MAKE", "make one", "for x in 1\n  make $x\nend"]);
    assert_eq!(fish.history_search("make", 1).unwrap(), ["MAKE"]);
    assert_eq!(fish.history_search("nothing like it", 10).unwrap(), [""; 0]);
    assert_eq!(fish.history_search("--help; rm -r /", 10).unwrap(), [""; 0], "text is text");

    let found = fish.complete("true al", home.path()).unwrap();
    assert_eq!(found, [crate::api::Candidate { text: "alpha".into(), description: "a letter".into() }]);
    assert!(!home.path().join("was_run").exists());
    assert_eq!(std::fs::read_to_string(home.path().join(".local/share/fish/fish_history")).unwrap(), history);
}

#[test]
fn parts_have_their_roles() {
    let text = "if test -n \"$HOME\" # why\n  echo 'a b' \\n >out | cat;  ls \"plain\"\nend";
    let spans = fish().colours(text).unwrap().unwrap();
    let role = |part: &str| {
        let at = text.find(part).unwrap();
        let span = spans.iter().find(|span| span.range.contains(&at));
        (span.map(|span| span.role), span.map(|span| &text[span.range.clone()]))
    };
    assert_eq!(role("if"), (Some(Role::Keyword), Some("if")));
    assert_eq!(role("test"), (Some(Role::Command), Some("test")));
    assert_eq!(role("-n"), (Some(Role::Option), Some("-n")));
    assert_eq!(role("$HOME"), (Some(Role::Operator), Some("$HOME")));
    assert_eq!(role("# why").0, Some(Role::Comment));
    assert_eq!(role("'a b'"), (Some(Role::Quote), Some("'a b'")));
    assert_eq!(role("\\n"), (Some(Role::Escape), Some("\\n")));
    assert_eq!(role(">out"), (Some(Role::Redirection), Some(">out")));
    assert_eq!(role("|").0, Some(Role::Separator));
    assert_eq!(role(";").0, Some(Role::Separator));
    assert_eq!(role("ls").0, Some(Role::Command));
    assert_eq!(role("\"plain\"").1, Some("\"plain\""));
    assert_eq!(role("end").0, Some(Role::Keyword));
}

#[test]
fn spans_are_in_order_and_within_the_text() {
    for text in [
        "",
        " ",
        "echo )",
        "é 🦀 \"ü\"",
        "echo 'open",
        "a;b;;c",
        "a\\\n  b",
        "\"a\"'b'\"c d\"",
        "{a,b}*?",
        "echo \"\"''",
    ] {
        let Some(spans) = fish().colours(text).unwrap() else { continue };
        let mut end = 0;
        for span in spans {
            assert!(span.range.start >= end && span.range.start < span.range.end, "{text:?}");
            end = span.range.end;
            assert!(text.get(span.range).is_some(), "{text:?}");
        }
        assert!(end <= text.len());
    }
    // An answer about something else is none.
    let (_script, other) = script("echo other");
    assert_eq!(other.colours("text").unwrap(), None);
}
