//! What is understood, and what is believed.

use std::path::PathBuf;

use super::*;

fn notify(title: Option<&str>, body: &str) -> ShellEvent {
    ShellEvent::Notify { title: title.map(Into::into), body: body.into() }
}

#[test]
fn bytes_and_events_come_in_the_order_of_the_stream() {
    let (said, counters) = once("one\x1b]133;A\x07two\x1b]133;B\x1b\\three");
    assert_eq!(
        said,
        [
            bytes("one"),
            Said::Event(ShellEvent::PromptStart),
            bytes("two"),
            Said::Event(ShellEvent::InputStart),
            bytes("three")
        ]
    );
    assert_eq!(counters, Counters { events: 2, ..Counters::default() });
}

#[test]
fn every_terminator_and_introducer_is_understood() {
    for introducer in [&b"\x1b]"[..], b"\x9d"] {
        for terminator in [&b"\x07"[..], b"\x1b\\", b"\x9c"] {
            let stream = [introducer, b"133;D;7", terminator].concat();
            assert_eq!(events(&stream), [ShellEvent::CommandEnd { status: Some(7) }], "{stream:x?}");
        }
    }
}

#[test]
fn continuation_bytes_are_no_controls() {
    // Each ends with, or has within it, 0x9c or 0x9d.
    for text in ["“quoted”", "ǝ", "Н\u{41d}", "\u{1f49c}", "\u{1f9dd}", "\u{9d}133;A\u{9c}", "ꜜ\u{f71d}"] {
        let (said, counters) = once(text);
        assert_eq!((said, counters.dropped()), (vec![bytes(text)], 0), "{text:?}");
        let mut reads = decoder();
        let split: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        assert_eq!(decode(&mut reads, &split), [bytes(text)]);
    }
    let notified = events("\x1b]9;“quoted” ǝ\u{1f49c}\x07");
    assert_eq!(notified, [notify(None, "“quoted” ǝ\u{1f49c}")]);
    // A byte that continues nothing is one.
    assert_eq!(events(b"\x1b]9;\xe2\x80\x9c\x9c"), [notify(None, "“")]);
    let (said, _) = once(b"\xc3\x9d\x9d133;A\x07");
    assert_eq!(said, [bytes(b"\xc3\x9d"), Said::Event(ShellEvent::PromptStart)]);
    // Overlong forms and surrogates are not well-formed: their second byte stands alone.
    let (said, _) = once(b"\xe0\x9d133;A\x07");
    assert_eq!(said, [bytes(b"\xe0"), Said::Event(ShellEvent::PromptStart)]);
}

#[test]
fn where_the_shell_is() {
    let at = |host: &str, path: &str| [ShellEvent::Directory { host: host.into(), path: PathBuf::from(path) }];
    assert_eq!(events("\x1b]7;file://here/home/me\x07"), at("here", "/home/me"));
    assert_eq!(events("\x1b]7;file:///a%20b%25/%C3%A9;c\x07"), at("", "/a b%/é;c"));
    for malformed in [
        "",
        "/home",
        "file://here",
        "http://here/",
        "file://he re/x",
        "file://h/%zz",
        "file://h/%2",
        "file://h/a%00b",
        "file://h/x#y",
        "file://h/\u{1}",
    ] {
        let (said, counters) = once(format!("\x1b]7;{malformed}\x07"));
        assert_eq!((said, counters.malformed), (vec![], 1), "{malformed}");
    }
}

#[test]
fn marks_with_what_others_put_behind_them() {
    assert_eq!(events("\x1b]133;A;k=s;special_key=1\x07"), [ShellEvent::PromptStart]);
    assert_eq!(events("\x1b]133;C\x07"), [ShellEvent::OutputStart { command: None }]);
    let command = Some("ls é; x".into());
    assert_eq!(events("\x1b]133;C;cmdline_url=ls%20%C3%A9%3B%20x\x07"), [ShellEvent::OutputStart { command }]);
    assert_eq!(events("\x1b]133;D\x07"), [ShellEvent::CommandEnd { status: None }]);
    assert_eq!(events("\x1b]133;D;-1;aid=9\x07"), [ShellEvent::CommandEnd { status: Some(-1) }]);
    // Of FinalTerm, and meant for nobody here.
    assert_eq!(events("\x1b]133;P;k=i\x07"), []);
    for malformed in ["", "a", "AA", "D;x", "D;99999999999", "C;cmdline_url=%f", "C;cmdline_url=%ff"] {
        let (said, counters) = once(format!("\x1b]133;{malformed}\x07"));
        assert_eq!((said, counters.malformed), (vec![], 1), "{malformed}");
    }
}

#[test]
fn notifications_of_both_kinds() {
    assert_eq!(events("\x1b]9;the build; is done\x07"), [notify(None, "the build; is done")]);
    assert_eq!(events("\x1b]777;notify;Build;done; 3 s\x07"), [notify(Some("Build"), "done; 3 s")]);
    assert_eq!(events("\x1b]777;notify;Build\x07"), [notify(Some("Build"), "")]);
    assert_eq!(events("\x1b]9;4;1;50\x07\x1b]9;4\x07\x1b]777;preexec\x07"), [], "ConEmu's progress, urxvt's hooks");
    let (said, _) = once("\x1b]9;a\u{1}\u{9b}b\u{202e}\tc\x07");
    assert_eq!(said, [Said::Event(notify(None, "abc"))]);
    let (_, counters) = once("\x1b]9; \x07\x1b]777;notify;;\x07");
    assert_eq!(counters.malformed, 2);
}

#[test]
fn what_is_not_ours_is_passed_on_unchanged() {
    for stream in [
        "\x1b]0;title\x07",
        "\x1b]2;title\x1b\\",
        "\x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\",
        "\x1b]52;c;aGk=\x07",
        "\x1b]4;1;rgb:00/00/00\x07",
        "\x1b]10;?\x07",
        "\x1b]1337;x\x07",
        "\x1b]90011;x\x07",
        "\x1b]0133;A\x07",
        "\x1b]133\x07",
        "\x1b]133:A\x07",
        "\x1b];x\x07",
        "\x1b]l\x07",
        "\x1bP1$r\x1b\\",
        "\x1b_G\x1b\\",
        "\x1b[31mred\x1b[m",
        "\x1b(B",
        "\x1b\x1b\x1b[A",
        "\x1bc",
        "\x18\x1a\x07",
    ] {
        let (said, counters) = once(stream);
        assert_eq!((said, counters), (vec![bytes(stream)], Counters::default()), "{stream:?}");
    }
    let eight_bit = b"\x9d0;title\x9c\x9b31m";
    assert_eq!(once(eight_bit).0, [bytes(eight_bit)]);
}

#[test]
fn a_sequence_begins_anew_within_another() {
    // Within one of ours, and within those of others.
    let (said, counters) = once("\x1b]133;A;x\x1b]133;B\x07");
    assert_eq!((said, counters.unfinished), (vec![Said::Event(ShellEvent::InputStart)], 1));
    let (said, counters) = once(b"\x1b]133;A\x9d133;B\x07");
    assert_eq!((said, counters.unfinished), (vec![Said::Event(ShellEvent::InputStart)], 1));
    let (said, _) = once("\x1b]0;title\x1b]133;B\x07");
    assert_eq!(said, [bytes("\x1b]0;title"), Said::Event(ShellEvent::InputStart)]);
    let (said, _) = once("\x1b]13\x1b]133;B\x07");
    assert_eq!(said, [bytes("\x1b]13"), Said::Event(ShellEvent::InputStart)]);
    let (said, counters) = once("\x1b]133;A\x1b\x1b]133;B\x07");
    assert_eq!((said, counters.unfinished), (vec![bytes("\x1b"), Said::Event(ShellEvent::InputStart)], 1));
    let (said, _) = once("\x1b]133;A\x1b[31m");
    assert_eq!(said, [bytes("\x1b[31m")]);
}

#[test]
fn can_and_sub_break_off() {
    for control in ["\x18", "\x1a"] {
        let (said, counters) = once(format!("a\x1b]9001;stage{control}b\x07"));
        assert_eq!((said, counters.unfinished), (vec![bytes("ab\x07")], 1));
    }
}

#[test]
fn an_end_of_the_stream_gives_back_what_was_kept() {
    for (stream, given) in
        [("a\x1b", "a\x1b"), ("a\x1b]13", "a\x1b]13"), ("a\x1b]133;A", "a"), ("a\x1b]133;A\x1b", "a")]
    {
        let mut decoder = decoder();
        let mut all = Vec::new();
        let mut sink = |piece: Piece<'_>| match piece {
            Piece::Bytes(bytes) => all.extend_from_slice(bytes),
            Piece::Event(event) => panic!("{event:?}"),
        };
        decoder.feed(stream.as_bytes(), Duration::ZERO, &mut sink);
        decoder.finish(Duration::ZERO, &mut sink);
        assert_eq!(all, given.as_bytes());
    }
}

#[test]
fn after_ready_marks_are_believed_with_the_nonce_only() {
    let mut decoder = decoder();
    assert_eq!(decode(&mut decoder, &[b"\x1b]133;A\x07"]).len(), 1, "there may be no module");
    let wrong = format!("\x1b]133;A;tos={OTHER}\x07\x1b]7;file://h/x#tos={OTHER}\x07\x1b]133;A;tos=\x07");
    assert_eq!(decode(&mut decoder, &[wrong.as_bytes()]), []);
    assert_eq!(decoder.counters().untrusted, 3);

    let ready = own("ready", r#"{"shell":"x","version":"1"}"#);
    assert_eq!(decode(&mut decoder, &[ready.as_bytes()]).len(), 1);
    assert_eq!(decode(&mut decoder, &[b"\x1b]133;A\x07\x1b]133;D;1\x07\x1b]7;file://h/x\x07", wrong.as_bytes()]), []);
    assert_eq!(decoder.counters().untrusted, 9);
    let right = format!("\x1b]133;D;0;tos={NONCE}\x07\x1b]7;file://h/x#tos={NONCE}\x07");
    assert_eq!(decode(&mut decoder, &[right.as_bytes()]).len(), 2);
    assert_eq!(decode(&mut decoder, &[b"\x1b]9;hello\x07"]).len(), 1, "anybody may notify");
}

#[test]
fn ours_is_believed_with_the_nonce_only() {
    let stage = own("stage", r#"{"text":"x"}"#);
    assert_eq!(events(&stage), [ShellEvent::Stage { text: "x".into() }]);
    for nonce in ["", OTHER, &NONCE[1..], &format!("{NONCE}0"), &NONCE.to_uppercase()] {
        let (said, counters) = once(stage.replace(NONCE, nonce));
        assert_eq!((said, counters.untrusted), (vec![], 1), "{nonce}");
    }
    let (said, counters) = once("\x1b]9001;stage\x07\x1b]9001;\x07");
    assert_eq!((said, counters.untrusted), (vec![], 2));
    // A false `ready` makes nobody deaf.
    let (said, _) = once(format!("\x1b]9001;ready;{OTHER};%7B%7D\x07\x1b]133;A\x07"));
    assert_eq!(said, [Said::Event(ShellEvent::PromptStart)]);
}

#[test]
fn a_nonce_is_new_each_time_and_is_not_shown() {
    let (one, two) = (Nonce::random().unwrap(), Nonce::random().unwrap());
    assert_ne!(one.as_str(), two.as_str());
    assert!(one.is(one.as_str().as_bytes()) && !one.is(two.as_str().as_bytes()));
    assert!(Nonce::parse(one.as_str()).is_ok());
    assert!(!format!("{one:?} {:?}", Decoder::new(one.clone(), Limits::default())).contains(one.as_str()));
    for text in ["", "xyz", &OTHER[1..], &OTHER.to_uppercase(), "00112233445566778899aabbccddeefg"] {
        assert!(Nonce::parse(text).is_err(), "{text}");
    }
}
