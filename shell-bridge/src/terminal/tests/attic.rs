use proptest::collection::vec;
use proptest::prelude::*;

use super::golden::dump;
use super::*;

/// All lines, from the oldest.
fn everything(terminal: &mut Terminal) -> Vec<String> {
    terminal.scroll(Scroll::Top);
    let mut all = Vec::new();
    loop {
        all.push(dump(terminal));
        if terminal.scrolled().below == 0 {
            return all;
        }
        terminal.scroll(Scroll::Lines(-i32::from(terminal.size().lines)));
    }
}

const RICH: &str = "plain\r\n\x1b[1;4:3;58;5;9;38;2;1;2;3mcurly\x1b[m \x1b[44m  \x1b[K\x1b[m\r\n漢字 e\u{301}\r\n\
                    \x1b]8;;https://example.org\x07link\x1b]8;;\x07\ta long line that is wrapped somewhere\r\n\r\n\x1b[5;97mblink\x1b[m\r\n";

#[test]
fn what_is_put_away_comes_back_as_it_was() {
    let text = RICH.repeat(300);
    let mut terminal = fed(20, 6, &text);
    let before = everything(&mut terminal);
    let above = terminal.scrolled().above;
    let now = terminal.screen.absolute(0);
    terminal.rest();
    assert_eq!(terminal.screen.term.history_size(), 0);
    assert_eq!(terminal.scrolled().above, above);
    assert_eq!(terminal.screen.absolute(0), now, "lines keep their numbers");
    assert_eq!(everything(&mut terminal), before);
    terminal.rest();
    terminal.feed(RICH.as_bytes());
    terminal.rest();
    terminal.feed(RICH.as_bytes());
    let mut other = fed(20, 6, &RICH.repeat(302));
    assert_eq!(everything(&mut terminal), everything(&mut other));
}

#[test]
fn much_output_is_put_away_as_it_comes() {
    let mut terminal = terminal(20, 4);
    for number in 0..9000 {
        terminal.feed(format!("line {number}\r\n").as_bytes());
    }
    assert!(terminal.screen.term.history_size() < 1000 && terminal.screen.attic.rows() > 7900);
    assert_eq!(terminal.scrolled().above, 9000 - 3);
    assert_eq!(terminal.screen.absolute(0), 9000 - 3);
    terminal.scroll(Scroll::Top);
    assert_eq!(line(&terminal, 0), "line 0");
    terminal.scroll(Scroll::Lines(-5000));
    assert_eq!(line(&terminal, 3), "line 5003");
    // What is looked at stays where it is.
    terminal.feed(&b"more\r\n".repeat(700));
    assert_eq!(line(&terminal, 3), "line 5003");
    terminal.scroll(Scroll::Bottom);
    terminal.feed(b"x\r\n");
    assert!(terminal.screen.term.history_size() < 1000);
}

#[test]
fn the_limit_holds_for_what_is_put_away() {
    let mut terminal = short_memory(20, 4, 1000);
    for number in 0..20_000 {
        terminal.feed(format!("line {number}\r\n").as_bytes());
        if number % 700 == 0 {
            terminal.rest();
        }
    }
    let above = terminal.scrolled().above;
    assert!((1000..=1000 + 512 + 500).contains(&above), "{above}");
    terminal.scroll(Scroll::Top);
    assert_eq!(line(&terminal, 0), format!("line {}", 20_000 - 3 - terminal.scrolled().below));
    terminal.scroll(Scroll::Bottom);
    terminal.rest();
    terminal.feed(b"\x1b[3J");
    assert_eq!(terminal.scrolled().above, 0);
}

#[test]
fn what_is_looked_at_stays() {
    let mut terminal = fed(20, 4, &"x\r\n".repeat(100));
    terminal.scroll(Scroll::Lines(5));
    terminal.rest();
    assert_eq!(terminal.scrolled().below, 5);
    assert_eq!(terminal.screen.attic.rows(), 0);
    terminal.scroll(Scroll::Bottom);
    terminal.feed(b"\x1b[?1049h");
    terminal.rest();
    assert_eq!(terminal.screen.attic.rows(), 0);
}

#[test]
fn a_program_on_the_alternate_screen_changes_nothing_of_it() {
    let text = RICH.repeat(300);
    let (mut resting, mut awake) = (fed(20, 6, &text), fed(20, 6, &text));
    resting.rest();
    for terminal in [&mut resting, &mut awake] {
        terminal.feed(b"\x1b[?1049h\x1b[2J\x1b[3;3Hfull \x1b7screen");
    }
    assert!(resting.screen.attic.rows() > 0);
    for size in [GridSize::new(11, 9), GridSize::new(30, 4)] {
        resting.resize(size, (10, 20));
        awake.resize(size, (10, 20));
        assert_eq!(dump(&resting), dump(&awake));
    }
    for terminal in [&mut resting, &mut awake] {
        terminal.feed(b"\x1b8x\x1b[?1049l");
    }
    assert_eq!(everything(&mut resting), everything(&mut awake));
}

#[test]
fn ten_thousand_lines_take_little_room() {
    let mut terminal = terminal(80, 24);
    for number in 0..11_000 {
        terminal.feed(
            format!("\x1b[32m{number:>6}\x1b[m some output of a program, as long as such lines are on the average\r\n")
                .as_bytes(),
        );
    }
    terminal.rest();
    let bytes = terminal.screen.attic.bytes();
    assert!(terminal.scrolled().above >= 10_000 && bytes < 1_500_000, "{bytes} bytes");
}

proptest! {
    #[test]
    fn resting_changes_nothing(pieces in vec("[a-c ]{0,30}(\r\n){0,2}(\x1b\\[3[0-7]m)?", 1..60), rests in vec(any::<bool>(), 60)) {
        let (mut resting, mut awake) = (short_memory(12, 4, 30), short_memory(12, 4, 30));
        for (piece, rests) in pieces.iter().zip(rests) {
            resting.feed(piece.as_bytes());
            awake.feed(piece.as_bytes());
            if rests {
                resting.rest();
            }
            prop_assert_eq!(dump(&resting), dump(&awake));
            prop_assert_eq!(resting.screen.absolute(0), awake.screen.absolute(0));
        }
        resting.resize(GridSize::new(7, 5), (10, 20));
        awake.resize(GridSize::new(7, 5), (10, 20));
        prop_assert_eq!(everything(&mut resting), everything(&mut awake));
    }
}
