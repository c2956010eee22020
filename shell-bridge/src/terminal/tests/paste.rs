use super::*;

#[test]
fn a_line_is_typed_as_it_is() {
    assert_eq!(terminal(10, 2).paste("echo ä"), Paste::Bytes("echo ä".into()));
    assert_eq!(terminal(10, 2).paste(""), Paste::Nothing);
    assert_eq!(terminal(10, 2).paste("\x1b\0"), Paste::Nothing);
}

#[test]
fn what_would_run_is_asked_for() {
    let plain = terminal(10, 2);
    assert_eq!(plain.paste("a\nb"), Paste::Ask { lines: 2, bytes: b"a\rb".into() });
    assert_eq!(plain.paste("a\r\nb\r\n"), Paste::Ask { lines: 2, bytes: b"a\rb\r".into() });
    assert_eq!(plain.paste("rm x\n"), Paste::Ask { lines: 1, bytes: b"rm x\r".into() });
    let bracketed = fed(10, 2, "\x1b[?2004h");
    assert_eq!(bracketed.paste("a\nb"), Paste::Bytes(b"\x1b[200~a\rb\x1b[201~".into()));
}

#[test]
fn nothing_ends_the_bracket_or_gives_orders() {
    let bracketed = fed(10, 2, "\x1b[?2004h");
    let hostile = "x\x1b[201~\x03\x04\u{9b}201~\u{7f}\u{85}; rm";
    assert_eq!(bracketed.paste(hostile), Paste::Bytes(b"\x1b[200~x[201~201~; rm\x1b[201~".into()));
    assert_eq!(bracketed.paste(&"x".repeat(2 << 20)), Paste::TooLong);
}
