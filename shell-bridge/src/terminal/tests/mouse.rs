use super::*;

fn event(kind: MouseKind, x: f64, y: f64) -> MouseEvent {
    MouseEvent { kind, x, y, modifiers: Modifiers::NONE, time: Duration::ZERO }
}

fn press(x: f64, y: f64) -> MouseEvent {
    event(MouseKind::Press(Button::Left), x, y)
}

fn bytes(mouse: Mouse) -> String {
    match mouse {
        Mouse::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
        other => format!("{other:?}"),
    }
}

// Cells are 10 by 20 pixels: (35, 45) is the fourth column of the third line.

#[test]
fn each_tracking_mode_hears_what_it_wants() {
    let motion = event(MouseKind::Motion(Some(Button::Left)), 55.0, 45.0);
    let hover = event(MouseKind::Motion(None), 75.0, 45.0);
    let release = event(MouseKind::Release(Button::Left), 55.0, 45.0);
    for (mode, wanted) in [
        ("9", ["\x1b[<0;4;3M", "Ignored", "Ignored", "Ignored"]),
        ("1000", ["\x1b[<0;4;3M", "Ignored", "\x1b[<0;6;3m", "Ignored"]),
        ("1002", ["\x1b[<0;4;3M", "\x1b[<32;6;3M", "\x1b[<0;6;3m", "Ignored"]),
        ("1003", ["\x1b[<0;4;3M", "\x1b[<32;6;3M", "\x1b[<0;6;3m", "\x1b[<35;8;3M"]),
    ] {
        let mut terminal = fed(20, 5, &format!("\x1b[?{mode};1006h"));
        assert!(terminal.modes().mouse);
        let got = [press(35.0, 45.0), motion, release, hover].map(|event| bytes(terminal.mouse(event)));
        assert_eq!(got, wanted, "mode {mode}");
        terminal.feed(format!("\x1b[?{mode}l").as_bytes());
        assert!(!terminal.modes().mouse);
    }
}

#[test]
fn each_encoding_has_its_form() {
    let release = event(MouseKind::Release(Button::Left), 35.0, 45.0);
    for (mode, pressed, released) in [
        ("1000", "\x1b[M $#", "\x1b[M#$#"),
        ("1000;1005", "\x1b[M $#", "\x1b[M#$#"),
        ("1000;1006", "\x1b[<0;4;3M", "\x1b[<0;4;3m"),
        ("1000;1015", "\x1b[32;4;3M", "\x1b[35;4;3M"),
        ("1000;1016", "\x1b[<0;36;46M", "\x1b[<0;36;46m"),
    ] {
        let mut terminal = fed(20, 5, &format!("\x1b[?{mode}h"));
        assert_eq!(bytes(terminal.mouse(press(35.0, 45.0))), pressed, "{mode}");
        assert_eq!(bytes(terminal.mouse(release)), released, "{mode}");
    }
}

#[test]
fn places_that_an_encoding_cannot_say_are_not_said() {
    let mut plain = fed(500, 5, "\x1b[?1000h");
    assert_eq!(plain.mouse(press(2255.0, 0.0)), Mouse::Handled);
    let mut wide = fed(500, 5, "\x1b[?1000;1005h");
    assert_eq!(bytes(wide.mouse(press(2255.0, 0.0))), "\x1b[M \u{102}!");
}

#[test]
fn a_motion_is_told_once_for_each_cell() {
    let mut terminal = fed(20, 5, "\x1b[?1003;1006h");
    let motion = |x| event(MouseKind::Motion(None), x, 5.0);
    assert_eq!(bytes(terminal.mouse(motion(31.0))), "\x1b[<35;4;1M");
    assert_eq!(terminal.mouse(motion(38.0)), Mouse::Handled);
    assert_eq!(bytes(terminal.mouse(motion(41.0))), "\x1b[<35;5;1M");
}

#[test]
fn modifiers_and_buttons_have_their_bits() {
    let mut terminal = fed(20, 5, "\x1b[?1000;1006h");
    let mut event = event(MouseKind::Press(Button::Right), 5.0, 5.0);
    event.modifiers = Modifiers { alt: true, control: true, ..Modifiers::NONE };
    assert_eq!(bytes(terminal.mouse(event)), "\x1b[<26;1;1M");
    event.kind = MouseKind::Wheel { lines: -3.0, columns: 0.0 };
    assert_eq!(bytes(terminal.mouse(event)), "\x1b[<88;1;1M");
    event.kind = MouseKind::Press(Button::Back);
    event.modifiers = Modifiers::NONE;
    assert_eq!(bytes(terminal.mouse(event)), "\x1b[<128;1;1M");
}

#[test]
fn shift_takes_the_mouse_from_the_program() {
    let mut terminal = fed(20, 5, "\x1b[?1003;1006hword");
    let held = |mut event: MouseEvent| {
        event.modifiers.shift = true;
        event
    };
    assert_eq!(terminal.mouse(held(press(0.0, 5.0))), Mouse::Handled);
    assert_eq!(terminal.mouse(held(event(MouseKind::Motion(Some(Button::Left)), 29.0, 5.0))), Mouse::Handled);
    let release = terminal.mouse(held(event(MouseKind::Release(Button::Left), 29.0, 5.0)));
    assert_eq!(release, Mouse::Selected("wor".to_owned()));
}

#[test]
fn clicks_select_words_and_lines() {
    let mut terminal = fed(20, 5, "one two three");
    let mut click = |time| {
        let mut press = press(55.0, 5.0);
        press.time = Duration::from_millis(time);
        terminal.mouse(press);
        terminal.selected_text()
    };
    assert_eq!(click(0), None);
    assert_eq!(click(200).as_deref(), Some("two"));
    assert_eq!(click(400).as_deref(), Some("one two three\n"));
    assert_eq!(click(2000), None);
}

#[test]
fn the_wheel_scrolls_or_moves_the_cursor() {
    let wheel = |lines| event(MouseKind::Wheel { lines, columns: 0.0 }, 5.0, 5.0);
    let mut terminal = fed(20, 3, &"x\r\n".repeat(50));
    assert_eq!(terminal.mouse(wheel(-3.0)), Mouse::Handled);
    assert_eq!(terminal.scrolled().below, 3);
    for _ in 0..4 {
        terminal.mouse(wheel(0.5));
    }
    assert_eq!(terminal.scrolled().below, 1);
    terminal.feed(b"\x1b[?1049h");
    assert_eq!(bytes(terminal.mouse(wheel(2.0))), "\x1b[B\x1b[B");
    terminal.feed(b"\x1b[?1h");
    assert_eq!(bytes(terminal.mouse(wheel(-1.0))), "\x1bOA");
    terminal.feed(b"\x1b[?1007l");
    assert_eq!(terminal.mouse(wheel(-1.0)), Mouse::Handled);
    assert_eq!(terminal.mouse(wheel(f64::NAN)), Mouse::Ignored);
    assert_eq!(terminal.mouse(wheel(f64::INFINITY)), Mouse::Ignored);
}

#[test]
fn links_are_followed_if_they_are_safe() {
    let click = |terminal: &mut Terminal| {
        let mut press = press(5.0, 5.0);
        press.modifiers.control = true;
        terminal.mouse(press)
    };
    let mut marked = fed(40, 2, "\x1b]8;;https://example.org/a\x1b\\link\x1b]8;;\x1b\\ text");
    assert_eq!(click(&mut marked), Mouse::Open("https://example.org/a".to_owned()));
    let link = marked.link_at(0, 2).unwrap();
    assert_eq!((link.first, link.last), (0, 3));
    assert_eq!(marked.link_at(0, 5), None);
    assert!(row(&marked, 0)[0].style.link && !row(&marked, 0)[5].style.link);
    let mut script = fed(40, 2, "\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07");
    assert_eq!(click(&mut script), Mouse::Handled);
    let mut written = fed(40, 2, "https://example.org/a_(b)).");
    assert_eq!(click(&mut written), Mouse::Open("https://example.org/a_(b)".to_owned()));
    let wrapped = fed(10, 4, "x http://example.org/path y");
    let link = wrapped.link_at(1, 0).unwrap();
    assert_eq!((link.uri.as_str(), link.first, link.last), ("http://example.org/path", 0, 9));
    assert_eq!(wrapped.link_at(0, 0), None);
}
