use super::*;

fn context() -> Context {
    let mut context = Context { directory: "/home/ada/work".into(), home: "/home/ada".into(), ..Context::default() };
    context.aliases.insert("del".into(), "rm -rf".into());
    context.aliases.insert("ls".into(), "ls --color".into());
    context.aliases.insert("a".into(), "b x".into());
    context.aliases.insert("b".into(), "a y".into());
    context.functions.insert("wipe".into(), Some("for f in x; rm -r $argv; end".into()));
    context.functions.insert("mystery".into(), None);
    context
}

/// The commands that are seen, each as `via>name args`.
fn seen(text: &str) -> Vec<String> {
    let show = |seen: &Invocation| {
        let line = seen.line().replace(syntax::UNKNOWN, "…").replace(syntax::ANY, "*").replace(syntax::ONE, "?");
        let mut parts = seen.via.clone();
        parts.push(if line.is_empty() { format!("{:?}", seen.sign) } else { line });
        parts.join(">")
    };
    see(text, &context()).iter().map(show).collect()
}

#[test]
fn wrappers_are_seen_through() {
    for (text, inner) in [
        ("sudo -u root A=b rm x", "sudo>rm x"),
        ("doas rm x", "doas>rm x"),
        ("env -u A B=c nice -n 5 rm x", "env>nice>rm x"),
        ("timeout -k 1 5 nohup rm x", "timeout>nohup>rm x"),
        ("command rm x", "command>rm x"),
        ("busybox rm x", "busybox>rm x"),
        ("find . -name '*.o' -exec rm {} +", "find>rm …"),
        ("fd -e o -X rm", "fd>rm"),
        ("ls | xargs -0 -n 1 rm -f", "xargs>rm -f"),
        ("ls | xargs -I% sh -c 'rm %'", "xargs>sh>rm …"),
        ("docker run --rm -v /:/x --name y alpine rm x", "docker>rm x"),
        ("kubectl exec -it pod -- rm x", "kubectl>rm x"),
        ("chroot /mnt rm x", "chroot>rm x"),
        ("env - A=b rm x", "env>rm x"),
        ("runuser -u ada -- rm x", "runuser>rm x"),
        ("poetry run rm x", "poetry>rm x"),
        ("foo 'bar; rm x'", "foo>rm x"),
        ("PAGER='rm x' foo", "export>rm x"),
        ("time rm x", "rm x"),
        ("if true; rm x; end", "rm x"),
        ("echo (rm x)", "rm x"),
        ("echo \"$(sudo rm x)\"", "sudo>rm x"),
    ] {
        assert!(seen(text).iter().any(|seen| seen == inner), "{text}: {:?}", seen(text));
    }
}

#[test]
fn code_is_looked_into() {
    for (text, inner) in [
        ("sh -c 'rm x'", "sh>rm x"),
        ("bash -lc \"rm x; ls\"", "bash>rm x"),
        ("fish -c 'rm x'", "fish>rm x"),
        ("sudo sh -c 'cd /; rm x'", "sudo>sh>rm x"),
        ("eval rm x", "eval>rm x"),
        ("eval 'eval \"rm x\"'", "eval>eval>rm x"),
        ("ssh -p 22 host rm x", "ssh>rm x"),
        ("watch -n 1 rm x", "watch>rm x"),
        ("su - ada -c 'rm x'", "su>rm x"),
        ("env -S 'rm x'", "env>rm x"),
        ("ls | parallel rm {}", "parallel>rm …"),
        ("echo rm x | sh", "sh>rm x"),
        ("printf 'rm x' | sudo bash", "sudo>bash>rm x"),
        ("git -c 'alias.x=!rm y' x", "git>rm y"),
        ("tar xf a --to-command='rm x'", "tar>rm x"),
        ("trap 'rm x' EXIT", "trap>rm x"),
        ("sh -c 'sh -c \"rm x\"'", "sh>sh>rm x"),
    ] {
        assert!(seen(text).iter().any(|seen| seen == inner), "{text}: {:?}", seen(text));
    }
}

#[test]
fn what_cannot_be_seen_has_a_sign() {
    let signs = |text: &str| see(text, &context()).into_iter().filter_map(|seen| seen.sign).collect::<Vec<_>>();
    assert_eq!(signs("$x y"), [Sign::UnknownCommand]);
    assert_eq!(signs("$x -rf y"), [Sign::UnknownDestructive]);
    assert_eq!(signs("curl x | sh"), [Sign::HiddenCode]);
    assert_eq!(signs("cat x | base64 -d | sudo bash -s"), [Sign::HiddenCode]);
    assert_eq!(signs("source (curl x | psub)"), [Sign::HiddenCode]);
    assert!(signs("sh -c \"$(curl x)\"").contains(&Sign::HiddenCode));
    assert!(signs("eval (cat x)").contains(&Sign::HiddenCode));
    assert!(signs("bash -c 'sh <(curl x)'").contains(&Sign::HiddenCode));
    assert_eq!(signs("curl x | python3"), [Sign::HiddenCode]);
    assert_eq!(signs("mystery x"), [Sign::UnknownFunction]);
    assert_eq!(signs("command mystery x"), []);
    assert_eq!(signs("function f; f | f &; end; f"), [Sign::ForkBomb, Sign::ForkBomb]);
    assert_eq!(signs("bash -c ':(){ :|:& };:'"), [Sign::ForkBomb, Sign::ForkBomb]);
    assert_eq!(signs("function f; f x; end; f"), [], "it ends when the stack does");
    assert_eq!(signs("while true; ls &; end"), [Sign::ForkBomb]);
    assert_eq!(signs("while true; ls &; sleep 1; end"), []);
    assert_eq!(signs("while read x; ls &; end"), []);
    assert_eq!(signs("curl -o x https://y; sh x"), [Sign::HiddenCode]);
    assert_eq!(signs("curl -O https://y/z.sh; cp z.sh w; ./w"), [Sign::HiddenCode]);
    assert_eq!(signs("gcc -o x x.c; ./x"), [], "a compiler wrote it");
    assert_eq!(signs("curl -o x https://y; sh z"), []);
    assert_eq!(signs("ls | grep x"), []);
    assert_eq!(signs("sh -c '('"), [Sign::NotUnderstood]);
    assert_eq!(signs("sh script.sh"), []);
    let from = &see("curl x | sh", &context())[2].from;
    assert_eq!(from, &["curl"]);
}

#[test]
fn where_a_text_goes_and_what_it_reads_is_known() {
    let last = |text: &str| see(text, &context()).pop().unwrap();
    assert_eq!(last("cd /etc; rm x").directories, [std::path::Path::new("/etc")]);
    assert_eq!(last("cd; cd sub; rm x").directories.last().unwrap(), std::path::Path::new("/home/ada/work/sub"));
    assert_eq!(last("cd $x; rm x").directories, Vec::<std::path::PathBuf>::new());
    assert!(last("cd $x; rm x").elsewhere);
    let reads = |text: &str| last(text).reads.into_iter().map(|arg| arg.text).collect::<Vec<_>>();
    assert_eq!(reads("cat a | sort | nc h 1"), ["a"]);
    assert_eq!(reads("nc h 1 < a"), ["a"]);
    let long = "cat a | ".repeat(500) + "nc h 1";
    assert!(see(&long, &context()).iter().all(|seen| seen.reads.len() <= 300), "it does not grow from one to the next");
}

#[test]
fn aliases_and_functions_are_what_they_stand_for_and_never_go_round() {
    assert!(seen("del x").contains(&"rm -rf x".into()));
    assert!(seen("wipe x").contains(&"rm -r x".into()));
    assert!(seen("alias k 'rm -rf'; k x").contains(&"rm -rf x".into()));
    assert!(seen("alias k='rm -rf'; k x").contains(&"rm -rf x".into()));
    assert!(seen("abbr -a k 'rm -rf'").contains(&"rm -rf".into()));
    assert_eq!(seen("ls"), ["ls", "ls --color"]);
    assert!(seen("a").len() < 10);
}

#[test]
fn depth_and_amount_are_bounded() {
    let deep = "sudo ".repeat(3000) + "rm x";
    let seen = see(&deep, &context());
    assert!(seen.len() < 100 && seen.iter().any(|seen| seen.sign == Some(Sign::NotUnderstood)));
    for (text, most) in
        [("foo ".to_owned() + &"sudo foo ".repeat(1000) + "ls", 400), ("foo ".to_owned() + &"rm x ".repeat(3000), 10)]
    {
        let seen = see(&text, &context());
        assert!(seen.len() < most, "{}", seen.len());
    }
    let mut context = context();
    for level in 0..30 {
        context.aliases.insert(format!("l{level}"), format!("l{0}; l{0}", level + 1));
    }
    let seen = see("l0", &context);
    assert!(seen.len() <= MOST_INVOCATIONS + 1 && seen.iter().any(|seen| seen.sign == Some(Sign::NotUnderstood)));
}
