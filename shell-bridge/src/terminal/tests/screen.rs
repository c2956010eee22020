use super::*;

#[test]
fn text_goes_where_it_is_put() {
    let terminal = fed(10, 3, "one\r\ntwo\x1b[3;5Hthree");
    assert_eq!(text(&terminal), ["one", "two", "    three"]);
    let cursor = terminal.cursor().unwrap();
    assert_eq!((cursor.line, cursor.column), (2, 9));
}

#[test]
fn damage_is_told_once() {
    let mut terminal = terminal(10, 3);
    assert_eq!(terminal.take_damage(), Damage::All);
    assert_eq!(terminal.take_damage(), Damage::Nothing);
    terminal.feed(b"\x1b[2;1Hx");
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![0, 1]));
    assert_eq!(terminal.take_damage(), Damage::Nothing);
}

#[test]
fn the_history_keeps_its_limit_and_counts_what_leaves() {
    let mut terminal = short_memory(20, 5, 100);
    for number in 0..5000 {
        terminal.feed(format!("line {number}\r\n").as_bytes());
    }
    let kept = terminal.scrolled().above;
    assert!((100..=612).contains(&kept), "{kept}");
    assert_eq!(terminal.screen.gone + kept as u64, 5000 - 4);
    terminal.scroll(Scroll::Top);
    assert_eq!(line(&terminal, 0), format!("line {}", 5000 - 4 - kept));
}

#[test]
fn a_synchronized_update_is_shown_at_once_or_in_time() {
    let mut terminal = fed(10, 3, "a");
    terminal.take_damage();
    terminal.feed(b"\x1b[?2026hbc");
    let until = terminal.tick(Duration::from_secs(1)).unwrap();
    assert_eq!(until, Duration::from_secs(1) + SYNC_LIMIT);
    assert_eq!(terminal.take_damage(), Damage::Nothing);
    assert_eq!(terminal.cursor().unwrap().column, 1, "the cursor stays until all is drawn");
    terminal.feed(b"d");
    assert_eq!(terminal.tick(Duration::from_millis(1100)), Some(until));
    assert_eq!(terminal.take_damage(), Damage::Nothing);

    terminal.feed(b"\x1b[?2026l");
    assert_eq!(terminal.tick(Duration::from_millis(1101)), None);
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![0]));
    assert_eq!(terminal.cursor().unwrap().column, 4);

    terminal.feed(b"\x1b[?2026he");
    let until = terminal.tick(Duration::from_secs(2)).unwrap();
    assert_eq!(terminal.tick(until), None);
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![0]));
}

#[test]
fn characters_may_be_split_anywhere() {
    let text = "äx漢y\u{1f469}zö";
    let bytes = text.as_bytes();
    for first in 0..bytes.len() {
        for second in first..bytes.len() {
            let mut terminal = terminal(20, 2);
            terminal.feed(&bytes[..first]);
            terminal.feed(&bytes[first..second]);
            terminal.feed(&bytes[second..]);
            assert_eq!(line(&terminal, 0), text, "at {first} and {second}");
        }
    }
}
