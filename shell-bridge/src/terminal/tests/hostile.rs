//! What nobody would write, and somebody will.

use proptest::collection::vec;
use proptest::prelude::*;

use super::golden::dump;
use super::*;

/// Pieces of terminal output: text, controls, sequences that are well formed, and some that are not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let number = prop_oneof![
        Just(String::new()),
        (0_u32..12).prop_map(|n| n.to_string()),
        any::<u32>().prop_map(|n| n.to_string())
    ];
    let numbers = vec(number, 0..4).prop_map(|numbers| numbers.join(";"));
    prop_oneof![
        4 => "[ -~]{0,12}".prop_map(String::into_bytes),
        2 => "\\PC{0,6}".prop_map(String::into_bytes),
        1 => prop_oneof![Just("漢字"), Just("e\u{301}"), Just("\u{1f469}\u{200d}\u{1f4bb}"), Just("\u{fe0f}")].prop_map(|text| text.as_bytes().to_vec()),
        3 => prop_oneof![Just("\r\n"), Just("\n"), Just("\r"), Just("\t"), Just("\x08"), Just("\x07")].prop_map(|text| text.as_bytes().to_vec()),
        6 => ("[?>=<! ]?", numbers.clone(), "[ $]?", "[@-~]").prop_map(|(prefix, numbers, middle, last)| format!("\x1b[{prefix}{numbers}{middle}{last}").into_bytes()),
        2 => numbers.prop_map(|numbers| format!("\x1b[{numbers}m").into_bytes()),
        2 => prop_oneof![Just(1049), Just(47), Just(1047), Just(1048), Just(6), Just(7), Just(5), Just(2026), Just(2048), Just(3)]
            .prop_flat_map(|mode| prop_oneof![Just(format!("\x1b[?{mode}h")), Just(format!("\x1b[?{mode}l"))]).prop_map(String::into_bytes),
        2 => ("[0-9]{1,3}", "[ -~]{0,10}", prop_oneof![Just("\x07"), Just("\x1b\\"), Just("\x18"), Just("")])
            .prop_map(|(number, text, end)| format!("\x1b]{number};{text}{end}").into_bytes()),
        1 => ("[$+]?q", "[0-9a-fmqr\"; ]{0,8}", prop_oneof![Just("\x1b\\"), Just("\x18"), Just("")]).prop_map(|(verb, text, end)| format!("\x1bP{verb}{text}{end}").into_bytes()),
        1 => "\x1b[ -~]".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..6),
    ]
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2 * ProptestConfig::default().cases))]

    #[test]
    fn the_same_bytes_give_the_same_screen(bytes in stream(), cuts in vec(any::<prop::sample::Index>(), 0..12)) {
        let mut whole = short_memory(12, 5, 30);
        whole.feed(&bytes);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut split = short_memory(12, 5, 30);
        let mut from = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            split.feed(&bytes[from..cut]);
            from = cut;
        }
        prop_assert_eq!(dump(&whole), dump(&split));
        prop_assert_eq!(whole.take_happenings(), split.take_happenings());
        prop_assert_eq!(whole.modes(), split.modes());
        prop_assert_eq!(whole.scrolled(), split.scrolled());
        prop_assert_eq!(whole.screen.gone, split.screen.gone);
    }

    #[test]
    fn nothing_panics_and_every_row_is_whole(
        steps in vec((stream(), 1_u16..60, 1_u16..30, 0_u8..14, -40_i32..40), 1..8),
    ) {
        let mut terminal = short_memory(10, 4, 20);
        for (bytes, columns, lines, what, by) in steps {
            terminal.feed(&bytes);
            match what {
                0..=3 => terminal.resize(GridSize::new(columns, lines), (10, 20)),
                4 => terminal.scroll(Scroll::Lines(by)),
                5 => terminal.select_all(),
                6 => {
                    terminal.select_from(Place { line: lines, column: columns, right: true }, Select::Words);
                    terminal.select_to(Place { line: columns, column: lines, right: false });
                }
                7 => {
                    terminal.caret(by > 0);
                    terminal.move_caret(Motion::PageUp, true);
                    terminal.move_caret(Motion::WordLeft, by > 5);
                }
                8 => {
                    let _ = terminal.search("[a-f]+", true);
                    terminal.search_step(if by > 0 { Towards::Older } else { Towards::Newer });
                }
                9 => {
                    terminal.mark(&crate::api::ShellEvent::PromptStart);
                    terminal.feed(&bytes);
                    terminal.mark(&crate::api::ShellEvent::OutputStart { command: None });
                }
                11 | 12 => terminal.rest(),
                10 => {
                    terminal.jump(Jump::PreviousPrompt);
                }
                _ => {
                    let event = MouseEvent {
                        kind: MouseKind::Press(Button::Left),
                        x: f64::from(by) * 10.0,
                        y: f64::from(columns),
                        modifiers: Modifiers { control: by > 0, ..Modifiers::NONE },
                        time: Duration::ZERO,
                    };
                    terminal.mouse(event);
                }
            }
            terminal.tick(Duration::ZERO);
            terminal.take_damage();
            terminal.take_happenings();
            terminal.selected_text();
            terminal.output(None);
            let size = terminal.size();
            for block in terminal.blocks() {
                prop_assert!(block.first <= block.last && block.last < size.lines);
            }
            if let Some(cursor) = terminal.cursor() {
                prop_assert!(cursor.line < size.lines && cursor.column < size.columns);
            }
            for number in 0..size.lines {
                let cells = row(&terminal, number);
                let width: u16 = cells.iter().map(|cell| u16::from(cell.width)).sum();
                prop_assert_eq!((cells.len(), width), (usize::from(size.columns), size.columns));
                terminal.link_at(number, columns);
            }
        }
    }
}

#[test]
fn endless_sequences_are_let_go() {
    for opening in
        ["\x1b]2;", "\x1b]52;c;", "\x1b]8;;http://", "\x1bP", "\x1bP+q", "\x1b[", "\x1b_", "\x1b^", "\x1bX", "\x1b]"]
    {
        let mut terminal = terminal(20, 4);
        terminal.feed(opening.as_bytes());
        for _ in 0..64 {
            terminal.feed(&[b'1'; 1 << 16]);
        }
        terminal.feed(b"\x1b\\\x1b[Hafter");
        assert!(line(&terminal, 0).starts_with("after"), "{opening:?}");
        let kept: usize = terminal
            .take_happenings()
            .iter()
            .map(|happening| match happening {
                Happening::Reply(bytes) => bytes.len(),
                Happening::Title(text) | Happening::Copy { text, .. } => text.len(),
                _ => 0,
            })
            .sum();
        assert!(kept < 64 << 10, "{opening:?} leaves {kept} bytes");
    }
}

#[test]
fn a_clipboard_is_bounded() {
    let mut terminal = terminal(20, 4);
    let megabyte = "QUFB".repeat((1 << 20) / 3);
    terminal.feed(format!("\x1b]52;c;{megabyte}\x07").as_bytes());
    assert!(matches!(terminal.take_happenings().as_slice(), [Happening::Copy { text, .. }] if text.len() > 1_000_000));
    terminal.feed(format!("\x1b]52;c;{megabyte}QUFB\x07").as_bytes());
    assert_eq!(terminal.take_happenings(), []);
}

#[test]
fn floods_of_happenings_are_bounded() {
    let mut terminal = terminal(20, 4);
    terminal.feed("\x1b[c\x07".repeat(100_000).as_bytes());
    let happenings = terminal.take_happenings();
    assert!(happenings.len() <= 1024);
    terminal.feed("\x1b[c".repeat(100_000).as_bytes());
    match terminal.take_happenings().as_slice() {
        [Happening::Reply(bytes)] => assert!((60_000..=64 << 10).contains(&bytes.len())),
        other => panic!("{} happenings", other.len()),
    }
}

#[test]
fn huge_numbers_are_harmless() {
    let mut terminal = terminal(80, 24);
    let huge = ["1000000000", "4294967296", "65535", "18446744073709551616"];
    for number in huge {
        for last in "@ABCDEFGHIJKLMPSTXZ`abdefghlmnrstu".chars() {
            for prefix in ["", "?", ">", "="] {
                terminal.feed(format!("x\x1b[{prefix}{number};{number}{last}").as_bytes());
            }
        }
    }
    terminal.feed(b"\x1bc\x1b[Hafter");
    assert_eq!(line(&terminal, 0), "after");
}

#[test]
fn combining_characters_and_links_are_bounded() {
    let mut terminal = terminal(20, 4);
    terminal.feed(format!("a{}", "\u{301}".repeat(100_000)).as_bytes());
    assert_eq!(row(&terminal, 0)[0].text.combining().chars().count(), 16);
    for number in 0..10_000 {
        terminal.feed(format!("\x1b]8;;https://example.org/{number}/{}\x07x", "y".repeat(1500)).as_bytes());
    }
    terminal.feed(b"\x1b]8;;\x07");
    let linked = (0..terminal.scrolled().above).count();
    terminal.scroll(Scroll::Top);
    let mut marked = 0;
    for _ in 0..=linked / 4 {
        marked += (0..4).flat_map(|number| row(&terminal, number)).filter(|cell| cell.style.link).count();
        terminal.scroll(Scroll::Pages(-1));
    }
    assert!(marked < 4000, "{marked} cells keep a link");
}

#[test]
fn every_size_is_taken() {
    let mut terminal = terminal(80, 24);
    terminal.feed("words and 漢字 that wrap \x1b[31mred\x1b[m\r\n".repeat(300).as_bytes());
    for (columns, lines) in
        [(1, 1), (1000, 1000), (0, 0), (65_535, 65_535), (2, 1000), (1000, 1), (1, 1), (3, 2), (80, 24)]
    {
        terminal.resize(GridSize { columns, lines }, (u16::MAX, u16::MAX));
        let size = terminal.size();
        assert!((2..=1000).contains(&size.columns) && (1..=1000).contains(&size.lines));
        terminal.feed("x\u{1f469}\x1b[14t".as_bytes());
        assert_eq!(row(&terminal, 0).len(), usize::from(size.columns));
        assert_eq!(terminal.take_damage(), Damage::All);
    }
    assert_eq!(terminal.size(), GridSize { columns: 80, lines: 24 });
}

#[test]
fn dumps_are_of_what_is_seen() {
    assert_eq!(dump(&fed(20, 2, "a\x1b[1mb")), "0 ab\n  1..2 bold\ncursor 0,2 block\n");
}
