use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;
use crate::stage::{Context, Verdict, check_text};

fn context() -> Context {
    let mut context = Context { directory: "/home/ada/work".into(), home: "/home/ada".into(), ..Context::default() };
    context.aliases.insert("del".into(), "rm -rf".into());
    context.aliases.insert("ll".into(), "ls -l".into());
    context.functions.insert("mystery".into(), None);
    context
}

fn judged(text: &str) -> Verdict {
    classify(&Policy::shipped(), text, &context())
}

/// One line of the table.
struct Case<'a> {
    class: &'a str,
    accepted: bool,
    rule: &'a str,
    text: String,
    evasion: bool,
    line: usize,
}

fn table() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    let mut section = "";
    for (place, line) in include_str!("../../../tests/staged-commands.txt").lines().enumerate() {
        if let Some(name) = line.strip_prefix('[') {
            section = name;
        }
        if line.is_empty() || line.starts_with(['#', '[']) {
            continue;
        }
        let (class, rest) = line.split_once(' ').unwrap();
        let (rule, text) = rest.trim_start().split_once(' ').unwrap();
        let class_and = class.split_once('/');
        cases.push(Case {
            class: class_and.map_or(class, |(_, class)| class),
            accepted: class_and.is_none(),
            rule,
            text: text.trim().replace('⏎', "\n"),
            evasion: section == "evasions]",
            line: place + 1,
        });
    }
    cases
}

#[test]
fn every_command_of_the_table_is_of_its_class() {
    let table = table();
    assert!(table.len() >= 150, "{} commands", table.len());
    assert!(table.iter().filter(|case| case.evasion).count() >= 40);
    let mut wrong = Vec::new();
    for case in &table {
        check_text(case.text.as_bytes()).unwrap();
        let verdict = judged(&case.text);
        let rules: Vec<&str> = verdict.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        if verdict.class.name() != case.class || (case.rule != "-" && !rules.contains(&case.rule)) {
            wrong.push(format!("line {}: {} is {} {rules:?}", case.line, case.text, verdict.class));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn fish_takes_the_commands_of_the_table_for_commands() {
    for case in table() {
        let mut fish = Command::new("fish")
            .args(["--no-config", "--no-execute"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test asks a real Fish");
        fish.stdin.take().unwrap().write_all(case.text.as_bytes()).unwrap();
        assert_eq!(fish.wait().unwrap().success(), case.accepted, "line {}: {}", case.line, case.text);
    }
}

#[test]
fn a_reason_says_where_its_rule_stands_and_what_it_speaks_of() {
    let verdict = judged("ls; rm -rf ~/projects/old-site");
    let reason = &verdict.reasons[0];
    assert_eq!(reason.source(), "recursive-bulk, policy.toml line 20");
    assert_eq!(&"ls; rm -rf ~/projects/old-site"[reason.at.clone().unwrap()], "rm -rf ~/projects/old-site");
    assert_eq!(verdict.deletes, [Path::new("/home/ada/projects/old-site")]);
    assert_eq!(judged("cd x; rm -rf y").deletes, Vec::<std::path::PathBuf>::new(), "nobody knows where y is");
    assert_eq!(judged("ssh host rm -rf /x").deletes, Vec::<std::path::PathBuf>::new(), "it is not here");
}

#[test]
fn a_text_for_another_shell_is_read_by_the_rules_of_that_shell() {
    let posix = Context { posix: true, ..context() };
    let class = |text: &str, context: &Context| classify(&Policy::shipped(), text, context).class;
    for text in ["echo `rm -rf x`", "{ rm -rf x;}", "if :; then rm -rf x; fi", ":(){ :|:& };:", "echo foo&rm -rf x"] {
        assert!(class(text, &posix) >= Class::Danger, "{text}");
    }
    assert_eq!(class("echo `rm -rf x`", &context()), Class::Safe, "for Fish these are letters");
}

#[test]
fn secrets_are_told_where_they_are() {
    let text = "git clone https://ada:hunter2@example.org/repo.git";
    let verdict = judged(text);
    assert_eq!(verdict.secrets.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>(), ["https://ada:hunter2@"]);
    assert!(judged("git clone https://example.org:8080/a@b").secrets.is_empty());
}

#[test]
fn the_users_rules_replace_add_and_turn_off() {
    let shipped = Policy::shipped();
    let text = "[paths]\nwork = [\"/work/**\"]\n\n[[rule]]\nname = \"recursive-bulk\"\nclass = \"safe\"\nbecause = \"I know\"\n\
        commands = [\"rm\"]\n\n[[rule]]\nname = \"mine\"\nclass = \"refused\"\nbecause = \"not there\"\nwrites = [\"@work\"]\n";
    let policy = shipped.extended(text, "my-policy.toml").unwrap();
    let classify = |text: &str| classify(&policy, text, &context());
    assert_eq!(classify("rm -rf x").class, Class::Caution, "other rules still speak of it");
    let refused = classify("echo x > /work/y");
    assert_eq!(refused.reasons[0].source(), "mine, my-policy.toml line 11");
    assert_eq!(refused.class, Class::Refused);
    assert_eq!(judged("rm -rf x").class, Class::Danger);
}

#[test]
fn mistakes_are_told_with_their_lines_and_all_of_them() {
    let told = |text: &str| {
        let errors = Policy::shipped().extended(text, "policy.toml").unwrap_err();
        errors.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let text = "[[rule]]\nname = \"a\"\nclass = \"deadly\"\nbecause = \"x\"\ncommands = [\"rm\"]\n\n\
        [[rule]]\nname = \"b\"\nclass = \"danger\"\nbecause = \"x\"\nline = \"(\"\nflags = [\"r\"]\n\n\
        [[rule]]\nname = \"c\"\nclass = \"danger\"\nbecause = \"x\"\noperands = [\"@nowhere\"]\nsigns = [\"odd\"]\nmore = 1\n";
    let told_of = told(text);
    assert_eq!(told_of.len(), 6, "{told_of:#?}");
    assert_eq!(told_of[0], "policy.toml line 3: a class is \"safe\", \"caution\", \"danger\" or \"refused\"");
    assert!(
        told_of[1].starts_with("policy.toml line 11: this is no regular expression: unclosed group"),
        "{told_of:#?}"
    );
    assert_eq!(told_of[2], "policy.toml line 12: \"r\" is no flag; flags begin with -");
    assert!(
        told_of.iter().any(|error| error.starts_with("policy.toml line 15: rule \"c\" speaks of @nowhere")),
        "{told_of:#?}"
    );
    assert!(told("x = 1")[0].starts_with("policy.toml line 1: there is no \"x\""));
    assert!(told("[[rule]\n")[0].starts_with("policy.toml line 1: "));
    assert!(told("[[rule]]\nname = \"a\"\nclass = \"safe\"\nbecause = \"b\"\n")[0].contains("needs one of"));
    assert!(told(&"#".repeat(2 << 20))[0].contains("larger than"));
    assert!(
        told("[[rule]]\nname=\"a\"\nclass=\"safe\"\nbecause=\"b\"\nline='(?:a{1000}){1000}'\n")[0].contains("line 5")
    );
}

#[test]
fn a_long_and_nested_text_is_judged_and_not_guessed() {
    let verdict = judged(&("echo ".to_owned() + &"(a ".repeat(4000) + &")".repeat(4000)));
    assert_eq!((verdict.class, verdict.reasons[0].rule.as_str()), (Class::Danger, "not-understood"));
    let long = "ls ".to_owned() + &"/etc/x* ".repeat(2000);
    assert_eq!(judged(&long).class, Class::Safe);
}

proptest! {
    #[test]
    fn no_text_panics_and_none_that_holds_a_deletion_is_safe(before in "[ -~]{0,40}", after in "[ -~]{0,40}") {
        let text = format!("{before}; rm -rf x; {after}");
        let verdict = judged(&text);
        // Within quotes, a comment or a word of the head of a block it is a text; else it runs.
        let quoted = before.contains(['\'', '"', '#', '\\', '(', '[', '{', '$']);
        prop_assert!(quoted || verdict.class >= Class::Danger, "{text}: {verdict:?}");
    }

    #[test]
    fn rules_hold_whatever_stands_around_a_command(
        quotes in prop::collection::vec(prop::sample::select(vec!["", "'", "\""]), 2),
        wrapper in prop::sample::select(vec!["", "sudo ", "env A=b ", "command ", "nohup ", "time ", "not ", "timeout 5 "]),
        join in prop::sample::select(vec!["ls; ", "ls && ", "ls || ", "ls | ", "ls & ", "begin; ", "if true; ", ""]),
    ) {
        let text = format!("{join}{wrapper}{0}rm{0} {1}-rf{1} x", quotes[0], quotes[1]);
        let text = if join.starts_with("begin") || join.starts_with("if") { format!("{text}; end") } else { text };
        prop_assert_eq!(judged(&text).class, Class::Danger, "{}", text);
    }
}
