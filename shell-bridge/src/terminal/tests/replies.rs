use super::*;

#[track_caller]
fn answers(asked: &str, answer: &str) {
    assert_eq!(replies(&mut fed(80, 24, asked)), answer, "to {asked:?}");
    let mut single = terminal(80, 24);
    for byte in asked.as_bytes() {
        single.feed(std::slice::from_ref(byte));
    }
    assert_eq!(replies(&mut single), answer, "to {asked:?} byte by byte");
}

#[test]
fn the_terminal_says_what_it_is() {
    answers("\x1b[c", "\x1b[?62;22;52c");
    answers("\x1bZ", "\x1b[?62;22;52c");
    answers("\x1b[>c", "\x1b[>1;1;0c");
    answers("\x1b[=c", "\x1bP!|544F5300\x1b\\");
    answers("\x1b[>q", &format!("\x1bP>|TOS({})\x1b\\", env!("CARGO_PKG_VERSION")));
    answers("\x1b[>0q", &format!("\x1bP>|TOS({})\x1b\\", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_terminal_says_where_it_is() {
    answers("\x1b[5n", "\x1b[0n");
    answers("\x1b[3;7H\x1b[6n", "\x1b[3;7R");
    answers("\x1b[3;5r\x1b[?6h\x1b[2;7H\x1b[6n", "\x1b[2;7R");
    answers("\x1b[x\x1b[1x\x1b[9x", "\x1b[2;1;1;128;128;1;0x\x1b[3;1;1;128;128;1;0x");
    answers("\x1b[18t", "\x1b[8;24;80t");
    answers("\x1b[14t", "\x1b[4;480;800t");
    answers("\x1b[16t", "\x1b[6;20;10t");
    answers("\x1b[?2048h", "\x1b[48;24;80;480;800t");
}

#[test]
fn modes_are_told() {
    answers("\x1b[?7$p\x1b[?7l\x1b[?7$p", "\x1b[?7;1$y\x1b[?7;2$y");
    answers("\x1b[4h\x1b[4$p\x1b[12$p", "\x1b[4;1$y\x1b[12;0$y");
    for mode in [5, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1047, 1049, 2004, 2026, 2031] {
        answers(
            &format!("\x1b[?{mode}$p\x1b[?{mode}h\x1b[?{mode}$p\x1b[?{mode}l\x1b[?{mode}$p"),
            &format!("\x1b[?{mode};2$y\x1b[?{mode};1$y\x1b[?{mode};2$y"),
        );
    }
    answers("\x1b[?12345$p", "\x1b[?12345;0$y");
}

#[test]
fn colours_are_told() {
    answers("\x1b]10;?\x07", "\x1b]10;rgb:efef/e9e9/f7f7\x07");
    answers("\x1b]11;?\x1b\\", "\x1b]11;rgb:0000/0303/0f0f\x1b\\");
    answers("\x1b]12;#102030\x07\x1b]12;?\x07", "\x1b]12;rgb:1010/2020/3030\x07");
    answers("\x1b]4;1;?\x07", "\x1b]4;1;rgb:e0e0/4f4f/4f4f\x07");
    answers("\x1b]4;196;?\x07", "\x1b]4;196;rgb:ffff/0000/0000\x07");
    answers("\x1b[?996n", "\x1b[?997;1n");
}

#[test]
fn a_theme_that_turns_is_told_to_who_asked() {
    let light = Palette { background: Rgb::new(255, 255, 255), ..Palette::default() };
    let mut asked = fed(80, 24, "\x1b[?2031h");
    asked.set_palette(Palette { cursor: Rgb::new(1, 2, 3), ..Palette::default() });
    assert_eq!(replies(&mut asked), "");
    asked.set_palette(light.clone());
    assert_eq!(replies(&mut asked), "\x1b[?997;2n");
    let mut silent = terminal(80, 24);
    silent.set_palette(light);
    assert_eq!(replies(&mut silent), "");
}

#[test]
fn keyboard_modes_are_told_and_stacked() {
    answers("\x1b[?u", "\x1b[?0u");
    answers("\x1b[>5u\x1b[?u\x1b[>3u\x1b[?u\x1b[<u\x1b[?u\x1b[<9u\x1b[?u", "\x1b[?5u\x1b[?3u\x1b[?5u\x1b[?0u");
    answers("\x1b[=5u\x1b[?u\x1b[=2;2u\x1b[?u\x1b[=4;3u\x1b[?u", "\x1b[?5u\x1b[?7u\x1b[?3u");
    // The screens do not know of each other.
    answers("\x1b[>1u\x1b[?1049h\x1b[?u\x1b[>8u\x1b[?u\x1b[?1049l\x1b[?u", "\x1b[?0u\x1b[?8u\x1b[?1u");
    // The oldest are dropped, and the newest stay.
    let pushes = "\x1b[>2u".repeat(5000);
    answers(&format!("\x1b[>1u{pushes}\x1b[>4u\x1b[?u\x1b[<u\x1b[?u"), "\x1b[?4u\x1b[?2u");
    answers("\x1b[>4;2m\x1b[?4m", "\x1b[>4;2m");
}

#[test]
fn settings_and_capabilities_are_told() {
    answers("\x1b[1;4:3;31;48;5;200m\x1bP$qm\x1b\\", "\x1bP1$r0;1;4:3;31;48:5:200m\x1b\\");
    answers("\x1b[91;48;2;1;2;3m\x1bP$qm\x1b\\", "\x1bP1$r0;91;48:2::1:2:3m\x1b\\");
    answers("\x1b[6 q\x1bP$q q\x1b\\", "\x1bP1$r6 q\x1b\\");
    answers("\x1bP$qx\x1b\\", "\x1bP0$r\x1b\\");
    answers(
        "\x1bP+q544E;636f6c6f7273\x1b\\",
        "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\\x1bP1+r636f6c6f7273=323536\x1b\\",
    );
    answers("\x1bP+q5858\x1b\\", "\x1bP0+r5858\x1b\\");
    answers("\x1bP+qzz\x1b\\", "\x1bP0+r\x1b\\");
}

#[test]
fn nothing_is_told_of_the_clipboard() {
    answers("\x1b]52;c;?\x07\x1b]52;p;?\x1b\\", "");
}

#[test]
fn what_happens_is_told_in_order() {
    let mut terminal =
        fed(80, 24, "\x1b]2;one\x07\x07\x07\x1b[5n\x1b]52;c;aGVsbG8=\x07\x1b]52;p;aGk=\x1b\\\x1b]22;pointer\x07");
    assert_eq!(
        terminal.take_happenings(),
        [
            Happening::Title("one".to_owned()),
            Happening::Bell,
            Happening::Reply(b"\x1b[0n".to_vec()),
            Happening::Copy { text: "hello".to_owned(), primary: false },
            Happening::Copy { text: "hi".to_owned(), primary: true },
            Happening::Pointer("pointer"),
        ]
    );
    assert_eq!(terminal.take_happenings(), []);
}

#[test]
fn titles_are_put_aside_and_taken_back() {
    let title = |bytes: &str| match fed(80, 24, bytes).take_happenings().pop() {
        Some(Happening::Title(title)) => title,
        other => panic!("{other:?}"),
    };
    assert_eq!(title("\x1b]0;a\x07\x1b[22t\x1b]0;b\x07\x1b[23t"), "a");
    assert_eq!(title("\x1b[22t\x1b]0;b\x07\x1b[23t"), "");
    assert_eq!(title("\x1b]2;a;b\u{202e}c\x07"), "a;b\u{202e}c");
    assert_eq!(title("\x1b]2;x\x07\x1bc"), "");
    assert_eq!(title(&format!("\x1b]2;{}\x07", "ä".repeat(1 << 19))).len(), 1024);
}

#[test]
fn the_focus_is_told_to_who_asked() {
    let mut terminal = terminal(80, 24);
    assert_eq!(terminal.focus(false), b"");
    assert_eq!(terminal.cursor().unwrap().shape, CursorShape::Hollow);
    terminal.feed(b"\x1b[?1004h");
    assert_eq!(terminal.focus(true), b"\x1b[I");
    assert_eq!(terminal.focus(true), b"");
    assert_eq!(terminal.focus(false), b"\x1b[O");
}
