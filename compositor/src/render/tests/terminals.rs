//! Terminals: what their cells look like, and that what is drawn in parts is what is drawn at once.

use lcars_ui::hierarchy::TerminalId;
use proptest::prelude::*;
use shell_bridge::terminal::{GridSize, Options, Palette, Rgb, Terminal};
use smithay::backend::renderer::utils::CommitCounter;
use smithay::utils::{Physical, Rectangle, Size};

use super::fixture::{CLEAR, gpu, rect};
use super::golden;
use crate::render::{Families, Letters, Picture, Piece, Target, TerminalPainter, TerminalShown, Updated, has_font};

const ID: TerminalId = TerminalId::from_raw(7);

/// A terminal and what paints it.
struct Seen {
    terminal: Terminal,
    painter: TerminalPainter,
    font: f32,
}

impl Seen {
    /// In a font that `make deps` installs.
    fn new(columns: u16, lines: u16, font: f32) -> Self {
        Self::set_in("DejaVu Sans Mono", columns, lines, font)
    }

    fn set_in(family: &str, columns: u16, lines: u16, font: f32) -> Self {
        let palette = Palette { background: Rgb::new(0, 3, 15), ..Palette::default() };
        let terminal = Terminal::new(GridSize::new(columns, lines), Options { palette, ..Options::default() });
        let letters = Letters::new();
        letters.set_families(Families { label: Vec::new(), mono: vec![String::from(family)] });
        Self { terminal, painter: TerminalPainter::new(&letters), font }
    }

    fn with(mut self, text: &str) -> Self {
        self.terminal.feed(text.as_bytes());
        self
    }

    fn update(&mut self) -> Updated {
        let terminal = &mut self.terminal;
        self.painter.update(gpu(), ID, self.font, |reader| reader.read(terminal))
    }

    /// Until nothing is missing.
    fn settle(&mut self) {
        while self.update() == (Updated::Changed { more: true }) {}
    }

    fn size(&mut self) -> Size<i32, Physical> {
        let (cell, grid) = (self.painter.cell(self.font), self.terminal.size());
        Size::from((i32::from(cell.0) * i32::from(grid.columns), i32::from(cell.1) * i32::from(grid.lines)))
    }

    /// At rest, in the upper left corner.
    fn piece(&mut self) -> Piece {
        let size = self.size().to_f64();
        let rect = Rectangle::from_size(size);
        let shown = TerminalShown { terminal: ID, rect, full: size, clip: None, opacity: 1.0 };
        self.painter.piece(&shown).expect("a picture")
    }

    fn picture(&mut self) -> Picture {
        self.settle();
        let mut target = Target::new(gpu(), self.size());
        target.draw(&[self.piece()], CLEAR, true).expect("drawn");
        target.pixels().expect("pixels")
    }

    /// The rows that changed since a picture was made, as lines of the terminal.
    fn damaged(&mut self, since: CommitCounter) -> Vec<std::ops::Range<i32>> {
        let height = i32::from(self.painter.cell(self.font).1);
        let rects = self.piece().damage_since(since);
        let mut rows: Vec<_> = rects.iter().map(|r| r.loc.y / height..(r.loc.y + r.size.h) / height).collect();
        rows.sort_by_key(|rows| rows.start);
        rows
    }
}

fn check(name: &str, columns: u16, lines: u16, text: &str) {
    for (name, font) in [(String::from(name), 16.0), (format!("{name}-scale-2"), 32.0)] {
        golden::check(&name, &Seen::new(columns, lines, font).with(text).picture());
    }
}

#[test]
fn styles_and_colours() {
    // Slanted letters are another font on some machines and the same, slanted, on others.
    check(
        "terminal-styles",
        46,
        6,
        "\x1b[32mada@tos\x1b[0m \x1b[36m~/src\x1b[0m> \x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[9mstruck\x1b[0m gjpqy_\r\n\
         \x1b[4mone\x1b[0m \x1b[4:2mtwo\x1b[0m \x1b[4:3mwaves\x1b[0m \x1b[4:4mdots\x1b[0m \x1b[4:5mdashes\x1b[0m \
         \x1b[4:3;58:2::255:80:80mred waves\x1b[0m\r\n\
         \x1b[7minverse\x1b[0m \x1b[8mhidden\x1b[0m|\x1b[31m red \x1b[38;2;255;150;0mtrue\x1b[0m\x1b[48;5;24m blue \x1b[0m\
         \x1b[41;97m bright \x1b[0m\r\n\
         \u{c4}\u{d6}\u{dc}\u{c5}\u{c9} \u{e4}\u{f6}\u{fc}\u{df} \u{3bb}\u{3c0} \u{416} 0O1lI |{}[]() -> => !=\r\n\
         e\u{301}a\u{308}o\u{302}\u{323} \u{2713}\u{2192}\u{2190} \u{25cf}\u{25a0}\u{25b2}",
    );
}

#[test]
fn boxes_and_blocks() {
    check(
        "terminal-boxes",
        44,
        8,
        "┌──┬──┐ ╔══╦══╗ ┏━━┳━━┓ ╭──╮ ╱╲╳ ▁▂▃▄▅▆▇█\r\n\
         │  │  │ ║  ║  ║ ┃  ┃  ┃ │  │ ╲╱  ▏▎▍▌▋▊▉█\r\n\
         ├──┼──┤ ╠══╬══╣ ┣━━╋━━┫ │  │ ░▒▓ ▖▗▘▝▙▛▜▟\r\n\
         └──┴──┘ ╚══╩══╝ ┗━━┻━━┛ ╰──╯ ▀▄█ ▚▞▔▕▐\r\n\
         ╒══╤══╕ ╓──╥──╖ ┎──┰──┒ ╶╴╷╵ ┄┈╌ ⣿⣷⡇⠿⢸⣀\r\n\
         ╞══╪══╡ ╟──╫──╢ ┠──╂──┨ ╺╸╻╹ ┅┉╍ \u{e0b0}\u{e0b1}\u{e0b2}\u{e0b3}\r\n\
         ╘══╧══╛ ╙──╨──╜ ┖──┸──┚ ╼╾╽╿ ┆┊╎ 🬀🬁🬂🬃🬞🬻\r\n\
         ┍━━┯━━┑ ┝━━┿━━┥ ┕━━┷━━┙ ┞┟┡┢ ┇┋╏ \x1b[31m▒▒\x1b[44m░▓\x1b[0m",
    );
}

#[test]
fn cursors() {
    let cursors = [("\x1b[2 q", true), ("\x1b[4 q", true), ("\x1b[6 q", true), ("\x1b[2 q", false)];
    let mut all = Picture { width: 60, height: 0, rgba: Vec::new() };
    for (shape, focused) in cursors {
        for text in ["abc\x1b[2D", "a\u{4e00}\x1b[2D", "abc \u{2588}\x1b[D"] {
            let mut seen = Seen::new(6, 1, 16.0).with(shape).with(text);
            seen.terminal.focus(focused);
            let picture = seen.picture();
            all.height += picture.height;
            all.rgba.extend(picture.rgba);
        }
    }
    golden::check("terminal-cursors", &all);
}

#[test]
fn pictures_fill_two_cells_and_keep_their_colours() {
    if !has_font("Noto Color Emoji") {
        return;
    }
    let picture = Seen::new(8, 1, 16.0).with("\x1b[?25lab\u{1f600}\u{1f680}cd").picture();
    let lit = |cells: std::ops::Range<usize>, wanted: fn(&[u8]) -> bool| {
        let rows = picture.rgba.chunks_exact(picture.width as usize * 4);
        rows.flat_map(|row| row[cells.start * 40..cells.end * 40].chunks_exact(4)).filter(|p| wanted(p)).count()
    };
    let yellow = |p: &[u8]| p[0] > 200 && p[1] > 150 && p[2] < 120;
    assert!(lit(2..4, yellow) > 120, "a face is yellow, and as large as two cells");
    assert_eq!(lit(0..2, yellow) + lit(6..8, yellow), 0, "and no larger");
    assert!(lit(4..6, |p| p[0] > 150 && p[2] < 90) > 5, "a rocket has red");
}

#[test]
fn letters_of_other_fonts_keep_to_their_cells() {
    // Hardly any font has this one; what stands for it is as wide as its cells, and no wider.
    let picture = Seen::new(6, 1, 16.0).with("\u{10fffd}\x1b[?25l").picture();
    let lit = |p: &[u8]| p[0] > 60;
    let columns: Vec<usize> =
        (0..60).filter(|x| (0..20).any(|y| lit(&picture.rgba[(y * 60 + x) * 4..][..4]))).collect();
    assert!(!columns.is_empty() && columns.iter().all(|x| *x < 10), "{columns:?}");
}

#[test]
fn slanted_letters_lean_to_the_right_whether_or_not_there_is_a_font_for_them() {
    let lean = |text: &str| {
        let picture = Seen::new(2, 1, 32.0).with(text).picture();
        let width = picture.width as usize;
        let middle = |rows: std::ops::Range<usize>| {
            let lit = rows.flat_map(|y| (0..width).map(move |x| (x, y)));
            let lit: Vec<usize> =
                lit.filter(|(x, y)| picture.rgba[(y * width + x) * 4] > 128).map(|(x, _)| x).collect();
            lit.iter().sum::<usize>() as f64 / lit.len().max(1) as f64
        };
        middle(6..14) - middle(22..30)
    };
    let (upright, slanted) = (lean("\x1b[?25ll"), lean("\x1b[?25l\x1b[3mI"));
    assert!(lean("\x1b[?25lI").abs() < 0.5);
    assert!(slanted > 1.0, "{slanted} beside {upright}");
}

/// A line with what Fira Code joins, and what nothing may join: letters, and signs of two colours.
const SIGNS: &str = "a->b c=>d e!=f === <=> |> www fi \x1b[31m-\x1b[0m> x";

/// The columns of cells whose pixels differ.
fn differing(one: &Picture, other: &Picture, cell: usize) -> Vec<usize> {
    assert_eq!((one.width, one.height), (other.width, other.height));
    let rows = || one.rgba.chunks_exact(one.width as usize * 4).zip(other.rgba.chunks_exact(other.width as usize * 4));
    let columns = 0..one.width as usize / cell;
    let differs = |column: &usize| {
        let bytes = column * cell * 4..(column + 1) * cell * 4;
        rows().any(|(one, other)| one[bytes.clone()] != other[bytes.clone()])
    };
    columns.filter(differs).collect()
}

#[test]
fn signs_are_joined_where_that_is_wanted_and_stay_in_their_cells() {
    assert!(has_font("Fira Code"), "Fira Code is not installed: make deps does that");
    let seen = |family: &str, ligatures: bool, text: &str| {
        let mut seen = Seen::set_in(family, 48, 1, 16.0).with("\x1b[?25l").with(text);
        seen.painter.set_ligatures(ligatures);
        let cell = usize::from(seen.painter.cell(16.0).0);
        (seen.picture(), cell)
    };
    let (plain, cell) = seen("Fira Code", false, SIGNS);
    let (joined, _) = seen("Fira Code", true, SIGNS);
    let text: Vec<char> = "a->b c=>d e!=f === <=> |> www fi -> x".chars().collect();
    let changed = differing(&plain, &joined, cell);
    for column in &changed {
        assert!(text.get(*column).is_some_and(char::is_ascii_punctuation), "cell {column} is not a sign: {changed:?}");
    }
    for signs in [1..3, 6..8, 11..13, 15..18, 19..22] {
        assert!(changed.iter().any(|column| signs.contains(column)), "{signs:?} is not joined: {changed:?}");
    }
    assert!(!changed.contains(&33) && !changed.contains(&34), "two colours are two signs: {changed:?}");
    // A font without ligatures looks the same either way.
    let (one, other) = (seen("DejaVu Sans Mono", false, SIGNS).0, seen("DejaVu Sans Mono", true, SIGNS).0);
    assert!(differing(&one, &other, cell).is_empty());
    // So does a run that is longer than what is drawn at once.
    let rule = "#".repeat(40);
    let (one, other) = (seen("DejaVu Sans Mono", false, &rule).0, seen("DejaVu Sans Mono", true, &rule).0);
    assert!(differing(&one, &other, cell).is_empty());
}

#[test]
fn what_the_cursor_is_on_is_not_joined_and_the_choice_takes_effect_at_once() {
    let mut seen = Seen::set_in("Fira Code", 12, 1, 16.0).with("a => b\x1b[?25l");
    let plain = seen.picture();
    seen.painter.set_ligatures(true);
    let joined = seen.picture();
    assert!(plain != joined, "it was chosen and is not seen");
    seen.terminal.feed(b"\x1b[?25h\x1b[1;4H");
    let on_it = seen.picture();
    seen.painter.set_ligatures(false);
    assert!(seen.picture() == on_it, "below a cursor everything is as it was typed");
    seen.terminal.feed(b"\x1b[?25l");
    assert!(seen.picture() == plain);
}

#[test]
fn joined_signs() {
    for (name, font) in [("terminal-ligatures", 16.0), ("terminal-ligatures-scale-2", 32.0)] {
        let mut seen = Seen::set_in("Fira Code", 44, 2, font)
            .with(SIGNS)
            .with("\r\n\x1b[1m-> => != ==\x1b[0m \x1b[4m<==>\x1b[0m |--> ....... ###");
        seen.painter.set_ligatures(true);
        golden::check(name, &seen.picture());
    }
}

#[test]
fn only_rows_that_show_something_else_are_damaged() {
    let mut seen = Seen::new(40, 20, 16.0).with("one\r\ntwo\r\nthree\r\n");
    seen.settle();
    let before = seen.piece().commit();
    assert_eq!(seen.update(), Updated::Unchanged);
    assert_eq!(seen.piece().commit(), before);
    // The cursor moves from the fourth line to the second and a letter is written there.
    seen.terminal.feed(b"\x1b[2;4H!");
    assert_eq!(seen.update(), Updated::Changed { more: false });
    assert_eq!(seen.damaged(before), [1..2, 3..4]);
    // A screen that is written anew as it was.
    let before = seen.piece().commit();
    seen.terminal.feed(b"\x1b[H\x1b[2Jone\r\ntwo!\r\nthree\r\n\x1b[2;5H");
    assert_eq!(seen.update(), Updated::Unchanged);
    assert_eq!(seen.piece().commit(), before);
    // Who has the keyboard changes the cursor only.
    seen.terminal.focus(false);
    assert_eq!(seen.update(), Updated::Changed { more: false });
    let line = 1..2;
    assert_eq!(seen.damaged(before), [line]);
}

#[test]
fn another_size_font_or_background_is_another_picture() {
    let mut seen = Seen::new(20, 4, 16.0).with("hello");
    let first = seen.picture();
    seen.terminal.resize(GridSize::new(30, 6), (10, 20));
    assert_eq!((seen.picture().width, seen.picture().height), (300, 120));
    seen.terminal.resize(GridSize::new(20, 4), (10, 20));
    assert_eq!(seen.picture(), first);
    seen.terminal.feed(b"\x1b]11;#203040\x07");
    assert_eq!(seen.picture().rgba[..4], [0x20, 0x30, 0x40, 255]);
    seen.terminal.feed(b"\x1b]111\x07");
    assert_eq!(seen.picture(), first);
    seen.font = 32.0;
    assert_eq!(seen.picture().height, 160);
}

#[test]
fn at_rest_it_is_copied_and_on_its_way_it_is_scaled() {
    let mut seen = Seen::new(20, 4, 16.0).with("hello");
    seen.settle();
    assert!(seen.piece().copyable().is_some());
    let full = seen.size().to_f64();
    let shown = |x: f64, scale: f64, opacity: f32| TerminalShown {
        terminal: ID,
        rect: Rectangle::new((x, 30.0).into(), (full.w * scale, full.h * scale).into()),
        full,
        clip: Some(rect(0, 0, 120, 1000)),
        opacity,
    };
    let moved = seen.painter.piece(&shown(40.0, 1.0, 1.0)).expect("a piece");
    assert!(moved.copyable().is_some());
    assert_eq!(moved.visible(), rect(40, 30, 80, 80));
    let half = seen.painter.piece(&shown(40.5, 0.5, 0.5)).expect("a piece");
    assert!(half.copyable().is_none());
    assert_eq!(half.visible().size.h, 40);
    assert!(seen.painter.piece(&shown(200.0, 1.0, 1.0)).is_none(), "it is outside of what is seen");
    assert!(seen.painter.piece(&TerminalShown { terminal: TerminalId::from_raw(8), ..shown(0.0, 1.0, 1.0) }).is_none());
    // Sizes that make no sense.
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        seen.painter.piece(&shown(wrong, wrong, 1.0));
        seen.painter.piece(&TerminalShown { full: Size::from((wrong, wrong)), ..shown(0.0, 1.0, 1.0) });
    }
    seen.painter.keep_only(|id| id != ID);
    assert!(seen.painter.piece(&shown(0.0, 1.0, 1.0)).is_none());
}

#[test]
fn a_page_of_strange_letters_comes_bit_by_bit_and_leaves_no_more_behind_than_it_may() {
    let mut seen = Seen::new(1000, 3, 16.0);
    let mut pictures = 0;
    for page in 0..4u32 {
        let mut text = String::from("\x1b[H");
        for cell in 0..3000u32 {
            text.extend(char::from_u32(0x4e00 + page * 3000 + cell));
            (0..100).for_each(|mark| text.extend(char::from_u32(0x300 + (cell + mark) % 0x70)));
        }
        seen.terminal.feed(text.as_bytes());
        while seen.update() == (Updated::Changed { more: true }) {
            pictures += 1;
            assert!(pictures < 200);
        }
    }
    assert!(pictures > 4, "one picture did not draw them all");
    let picture = 1000 * 10 * 3 * 20 * 4;
    assert!(seen.painter.memory() <= picture + (8 << 20), "{} bytes", seen.painter.memory());
}

/// `cargo test --release -p compositor --lib terminals::how_long -- --ignored --nocapture`
#[test]
#[ignore = "a measurement, not a test"]
fn how_long_it_takes() {
    let line = |n: u32| {
        let name = format!("\x1b[32mfile-{n}.rs\x1b[0m the quick brown fox jumps over the lazy dog again");
        format!("\r\n-rw-r--r-- 1 ada ada {:8} Nov 21 15:{:02} {name}", n * 7919 % 99_999_999, n % 60)
    };
    let mut seen = Seen::new(100, 30, 16.0);
    let (mut all, mut one) = (Vec::new(), Vec::new());
    for round in 0..200 {
        // Every line is another one than before.
        (0..31).for_each(|n| seen.terminal.feed(line(round * 31 + n).as_bytes()));
        let begun = std::time::Instant::now();
        seen.settle();
        all.push(begun.elapsed());
        seen.terminal.feed(format!("\x1b[A\r{round}").as_bytes());
        seen.settle();
        seen.terminal.feed(b"x");
        let begun = std::time::Instant::now();
        seen.settle();
        one.push(begun.elapsed());
        // Uploads do not pile up.
        seen.picture();
    }
    for (what, mut samples) in [("100x30 cells, all new", all), ("one row", one)] {
        samples.sort();
        println!("{what}: median {:?}, p95 {:?}", samples[100], samples[190]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever a program writes, a picture that was kept up to date is the one that is drawn at once.
    #[test]
    fn parts_add_up_to_the_whole(parts in prop::collection::vec(part(), 1..12)) {
        let mut seen = Seen::new(24, 6, 13.0);
        let mut all = String::new();
        for part in parts {
            seen.terminal.feed(part.as_bytes());
            seen.update();
            all += &part;
        }
        let kept = seen.picture();
        let mut fresh = Seen::new(24, 6, 13.0).with(&all);
        prop_assert!(kept == fresh.picture(), "after {all:?}");
    }
}

/// Something that a program may write.
fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ]{1,40}",
        "[\u{2500}-\u{259f}\u{4e00}\u{1f600}e\u{301}]{1,12}",
        Just(String::from("\r\n\r\n")),
        Just(String::from("\x1b[2J")),
        Just(String::from("\x1b[?25l")),
        Just(String::from("\x1b[?25h\x1b[6 q")),
        Just(String::from("\x1b[?1049h")),
        Just(String::from("\x1b[?1049l")),
        Just(String::from("\x1b[?5h")),
        Just(String::from("\x1b]11;#402000\x07")),
        (0..9u8, 0..30u8).prop_map(|(line, column)| format!("\x1b[{line};{column}H")),
        (0..110u8).prop_map(|style| format!("\x1b[{style}m")),
        (1..6u8, 1..4u8).prop_map(|(first, count)| format!("\x1b[{first};6r\x1b[{count}S\x1b[{count}L")),
    ]
}
