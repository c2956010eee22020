use proptest::prelude::*;

use super::*;

fn names() -> Names {
    Names { home: "/home/ada".into(), directory: "/work".into(), ..Names::default() }
}

/// A script in a line, for people: words by spaces, unknown as `…`, statements by `;`, blocks in brackets.
fn shown(script: &Script) -> String {
    let text = |word: &Word| {
        let text = word.text.replace(UNKNOWN, "…").replace(ANY, "*").replace(ONE, "?");
        let inner: Vec<String> = word.scripts.iter().map(shown).collect();
        if inner.is_empty() { text } else { format!("{text}<{}>", inner.join("><")) }
    };
    let stage = |stage: &Stage| {
        let mut parts = Vec::new();
        match &stage.command {
            Command::Simple { assigns, words } => {
                parts.extend(assigns.iter().map(|word| format!("{}:", text(word))));
                parts.extend(words.iter().map(text));
            }
            Command::Block { function, head, body } => {
                parts.extend(function.iter().map(|name| format!("function {name}")));
                parts.extend(head.iter().map(text));
                parts.push(format!("[{}]", shown(body)));
            }
        }
        parts.extend(stage.redirects.iter().map(|redirect| format!("{:?}→{}", redirect.kind, text(&redirect.target))));
        parts.join(" ")
    };
    let pipeline = |pipeline: &Pipeline| {
        let stages: Vec<String> = pipeline.stages.iter().map(stage).collect();
        stages.join(" | ") + if pipeline.background { " &" } else { "" }
    };
    script.pipelines.iter().map(pipeline).collect::<Vec<_>>().join("; ")
}

fn fish(text: &str) -> String {
    read(text, Dialect::Fish, &names()).map_or_else(|error| format!("{error:?}"), |script| shown(&script))
}

fn posix(text: &str) -> String {
    read(text, Dialect::Posix, &names()).map_or_else(|error| format!("{error:?}"), |script| shown(&script))
}

#[test]
fn words_of_fish_are_what_they_become() {
    for (text, expected) in [
        ("echo foo&bar", "echo foo&bar"),
        ("p {a, b}x", "p ax bx"),
        ("p {a} {} {a b}", "p {a} {} {a b}"),
        ("p x{a,{b,c}}y", "p xay xby xcy"),
        (r"p \x41\u0042\103 \x2f", "p ABC /"),
        (r#"p "a\x41" "b\"c\$d""#, r#"p a\x41 b"c$d"#),
        (r"p 'a\'b\\c\d'", r"p a'b\c\d"),
        ("r''m \"-r\"f x", "rm -rf x"),
        (r"\rm x", "\rm x"),
        (r"\/bin/r\m x", "/bin/rm x"),
        ("p a#b #c", "p a#b"),
        (r"p \{a,b\}", "p {a,b}"),
        ("rm ~ ~/x ~root ~eve/y a~", "rm /home/ada /home/ada/x /root /home/eve/y a~"),
        ("rm $HOME/x {$HOME}y $PWD $HOME[1]", "rm /home/ada/x /home/aday /work …"),
        ("$x -rf {$y}z", "… -rf …z"),
        ("rm *.c a?b [ab]", "rm *.c a?b [ab]"),
        ("{rm,-rf,/}", "rm -rf /"),
        ("-rf{,}", "-rf -rf"),
        ("a=b c=(d) e", "a=b: c=…<d>: e"),
        ("echo x[1; rm", "Unbalanced"),
        ("echo $x[(echo 1)] y", "echo …<echo 1> y"),
        ("echo {a;b|c}", "echo {a;b|c}"),
    ] {
        assert_eq!(fish(text), expected, "{text}");
    }
}

#[test]
fn substitutions_are_read_and_what_they_print_is_known_where_it_can_be() {
    for (text, expected) in [
        ("echo (ls -l)b \"q$(pwd)\"", "echo …b<ls -l> q…<pwd>"),
        ("echo \"$(ls \"x\")\"", "echo …<ls x>"),
        ("rm (echo -rf) /", "rm -rf<echo -rf> /"),
        ("cat (curl x | psub)", "cat …<curl x | psub>"),
        ("(ls", "Unbalanced"),
        ("ls )", "Unbalanced"),
        ("rm (echo a b)[1]", "rm a b…<echo a b>"),
        ("echo (ls # )", "Unbalanced"),
    ] {
        assert_eq!(fish(text), expected, "{text}");
    }
    for (text, expected) in [
        ("$(echo rm -rf) /", "rm<echo rm -rf> -rf /"),
        ("`echo rm` x", "rm<echo rm> x"),
        ("echo \"`echo \\`ls\\``\"", "echo …<echo …<ls>>"),
        ("rm${IFS}-rf${IFS}/", "rm -rf /"),
        ("x=${y:-$(ls)} z", "x=…<ls>: z"),
        ("sh <(curl x)", "sh …<curl x>"),
        ("echo $((1+(2))) x", "echo … x"),
    ] {
        assert_eq!(posix(text), expected, "{text}");
    }
}

#[test]
fn pipelines_lists_and_blocks_of_fish_are_found() {
    for (text, expected) in [
        ("a | b && c || d; e & f", "a | b; c; d; e &; f"),
        ("a &| b 2>| c", "a | b | c"),
        ("not a; and ! b; or time c", "a; b; c"),
        ("time -f x rm y", "time -f x rm y"),
        ("begin; a; end | b", "[a] | b"),
        ("'begin'; a; end", "[a]"),
        ("if a; b; else if c; d; else; e; end > x", "[a; b; c; d; ; e] Write→x"),
        ("while a; b; end &", "while [a; b] &"),
        ("for i in a (b); rm $i; end", "i in a …<b> [rm …]"),
        ("switch (a); case b '*'; c; end", "…<a> [b * []; c]"),
        ("function f -a x; f | f &; end; f", "function f f -a x [f | f &]; f"),
        ("{ ls; }", "[ls]"),
        ("ls | begin; cat; end", "ls | [cat]"),
        ("ls>x 2>&1 <y >>z &>w", "ls Write→x Read→y Append→z Write→w"),
        ("ls x3>y 2 >?z", "ls x3 2 Write→y Write→z"),
        ("a >&1>&2>&1", "a"),
        ("cat <(ls)", "cat Read→…<ls>"),
        ("end", "end"),
        ("begin; a", "Unbalanced"),
        ("a | | b", "Misplaced"),
        ("& a", "Misplaced"),
        ("a # rm -rf /", "a"),
        ("", ""),
    ] {
        assert_eq!(fish(text), expected, "{text}");
    }
}

#[test]
fn commands_of_posix_shells_are_found() {
    for (text, expected) in [
        (":(){ :|:& };:", "function : [[: | : &]]; :"),
        (":(){:|:&};:", "function : [[: | : &]]; :"),
        ("function f { f|f& }; f", "function f [[f | f &]]; f"),
        ("(a; b) | c", "[a; b] | c"),
        ("{ a; b; } > x", "[a; b] Write→x"),
        ("if a; then b; elif c; then d; else e; fi", "[a; b; c; d; e]"),
        ("for i in a b; do rm $i; done", "i in a b [rm …]"),
        ("while read x; do $x; done < y", "while [read x; …] Read→y"),
        ("case $x in a|b) rm y;; *) ls;; esac", "… a b * [rm y; ls]"),
        (r"$'\x72m' $'a\'b' \x41", "rm a'b x41"),
        ("rm /bin/r[mn] {a..z} 'a b'", "rm /bin/r? {a…z} a b"),
        ("echo {a; rm b", "echo {a; rm b"),
        ("echo {x{rm,-rf}", "echo {xrm {x-rf"),
        ("foo&bar", "foo &; bar"),
        ("a |& b; ! c", "a | b; c"),
        ("bash <<< 'rm x'", "bash HereString→rm x"),
        ("\"if\" x", "if x"),
    ] {
        assert_eq!(posix(text), expected, "{text}");
    }
}

#[test]
fn depth_is_bounded_and_nothing_overflows() {
    let many = 10_000;
    for text in [
        "(".repeat(many),
        "echo ".to_owned() + &"(a ".repeat(many) + &")".repeat(many),
        "begin;".repeat(many),
        "{ ".repeat(many),
        "a".to_owned() + &">&1".repeat(many),
        "time ".repeat(many),
        "not ".repeat(many) + "a",
        "{a,".repeat(many),
        "{a,b}".repeat(many),
        "$x[".repeat(many),
        "\"$(".repeat(many),
        "`\\`".repeat(many),
        "${a:-".repeat(many),
        "f()".repeat(many),
        "if ".repeat(many),
        "case a in ".repeat(many),
        "else if ".repeat(many),
    ] {
        for dialect in [Dialect::Fish, Dialect::Posix] {
            let _ = read(&text, dialect, &names());
        }
    }
    assert_eq!(fish(&("echo ".to_owned() + &"(a ".repeat(many) + &")".repeat(many))), "TooDeep");
    assert_eq!(fish(&"a ".repeat(20_000)), "TooMuch");
}

/// Anything that shells make something of.
fn shellish() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "rm", " ", "(", ")", "$", "{", "}", ",", "'", "\"", "\\", "`", "|", "&", ";", "<", ">", "#", "*", "?", "[",
        "]", "~", "$(", "$((", "${", "begin", "end", "if", "else", "function", "case", "esac", "in", "do", "done",
        "for", "2>", "&1", "=", "\n", "x41", "é", "\u{f8ff}", "\u{f8f9}", "!", "and", "time", "IFS", "HOME", "[1]",
        "<<<", "..", "\\u", "1",
    ]);
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_panics(text in shellish(), any: String, bytes: Vec<u8>) {
        for text in [text, any, String::from_utf8_lossy(&bytes).into_owned()] {
            for dialect in [Dialect::Fish, Dialect::Posix] {
                let _ = read(&text, dialect, &names());
            }
        }
    }

    #[test]
    fn a_quoted_text_is_one_word(text in "[^'\\\\\u{f000}-\u{f8ff}]*") {
        let script = read(&format!("echo '{text}'"), Dialect::Fish, &Names::default()).unwrap();
        let Command::Simple { words, .. } = &script.pipelines[0].stages[0].command else { panic!() };
        prop_assert_eq!(words.len(), 2);
        prop_assert_eq!(&words[1].text, &text);
    }
}
