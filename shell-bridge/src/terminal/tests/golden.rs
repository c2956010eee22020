//! What sequences do to the grid, as in vttest: bytes on the left, the grid as text below.
//!
//! A dump has a line for each line that is not empty, what is set apart of its cells below it, and the cursor at the end.

use std::fmt::Write;

use super::*;

fn hex(colour: Rgb) -> String {
    format!("{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b)
}

/// What sets a cell apart; empty for plain text.
fn attributes(cell: &Cell) -> String {
    let style = cell.style;
    let mut all = Vec::new();
    for (on, name) in [
        (style.bold, "bold"),
        (style.dim, "dim"),
        (style.italic, "italic"),
        (style.hidden, "hidden"),
        (style.strike, "strike"),
        (style.blink, "blink"),
        (style.link, "link"),
    ] {
        if on {
            all.push(name.to_owned());
        }
    }
    if style.underline != Underline::None {
        let colour = cell.underline.map(hex).map(|colour| format!("={colour}")).unwrap_or_default();
        all.push(format!("{:?}{colour}", style.underline).to_lowercase());
    }
    if cell.fg != Palette::default().foreground {
        all.push(format!("fg={}", hex(cell.fg)));
    }
    if let Some(bg) = cell.bg {
        all.push(format!("bg={}", hex(bg)));
    }
    if cell.width != 1 {
        all.push(format!("width={}", cell.width));
    }
    all.join(" ")
}

pub fn dump(terminal: &Terminal) -> String {
    let mut dump = String::new();
    for number in 0..terminal.size().lines {
        let cells = row(terminal, number);
        let text = line(terminal, number);
        let told: Vec<String> = cells.iter().map(attributes).collect();
        if !text.is_empty() || told.iter().any(|told| !told.is_empty()) {
            writeln!(dump, "{number} {text}").unwrap();
        }
        let mut column = 0;
        while column < told.len() {
            let same = told[column..].iter().take_while(|next| **next == told[column]).count();
            if !told[column].is_empty() {
                writeln!(dump, "  {column}..{} {}", column + same, told[column]).unwrap();
            }
            column += same;
        }
    }
    match terminal.cursor() {
        Some(cursor) => {
            let blink = if cursor.blink { " blink" } else { "" };
            let shape = format!("{:?}", cursor.shape).to_lowercase();
            writeln!(dump, "cursor {},{} {shape}{blink}", cursor.line, cursor.column).unwrap();
        }
        None => dump.push_str("no cursor\n"),
    }
    dump
}

/// Feeds `bytes` to a terminal of 20 by 6, whole and byte by byte, and compares the grid.
#[track_caller]
fn golden(bytes: &str, expected: &str) {
    let expected: String = expected
        .lines()
        .map(str::trim_end)
        .map(|line| line.strip_prefix("        ").unwrap_or(line))
        .filter(|line| !line.trim().is_empty())
        .map(|line| format!("{line}\n"))
        .collect();
    let whole = fed(20, 6, bytes);
    let found: String = dump(&whole).lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert!(found == expected, "the grid is\n{found}\nand not\n{expected}");
    let mut single = terminal(20, 6);
    for byte in bytes.as_bytes() {
        single.feed(std::slice::from_ref(byte));
    }
    assert_eq!(dump(&single), dump(&whole), "byte by byte");
}

#[test]
fn the_cursor_moves() {
    golden(
        "\x1b[3;4Ha\x1b[Ab\x1b[2Bc\x1b[3Dd\x1b[5Ce\x1b[2Ef\x1b[Fg\x1b[9Gh\x1b[2di\x1b[99;99Hj",
        r"
        1     b    i
        2    a
        3    d c   e
        4 g       h
        5 f                  j
        cursor 5,19 block
        ",
    );
}

#[test]
fn lines_wrap_at_the_end_only() {
    golden(
        "12345678901234567890\x1b[6n\x08x\r\n\x1b[?7l12345678901234567890yz\x1b[?7h",
        r"
        0 123456789012345678x0
        1 1234567890123456789z
        cursor 1,19 block
        ",
    );
}

#[test]
fn tabs_stop_where_they_are_set() {
    golden(
        "a\tb\tc\r\n\x1b[3g\x1b[5G\x1bH\x1b[12G\x1bH\ra\tb\tc\x1b[2Zd\r\n\x1b[?5Wa\tb",
        r"
        0 a       b       c
        1 a   d      c
        2 a       b
        cursor 2,9 block
        ",
    );
}

#[test]
fn lines_and_screens_are_erased() {
    golden(
        "aaaaaa\r\nbbbbbb\r\ncccccc\r\ndddddd\r\neeeeee\x1b[1;3H\x1b[K\x1b[2;3H\x1b[1K\x1b[3;1H\x1b[2K\x1b[4;3H\x1b[J",
        r"
        0 aa
        1    bbb
        3 dd
        cursor 3,2 block
        ",
    );
}

#[test]
fn erasing_takes_the_background() {
    golden(
        "\x1b[44m\x1b[2;3H\x1b[4X\x1b[3;18H\x1b[K\x1b[m",
        r"
        1
          2..6 bg=7d9bf0
        2
          17..20 bg=7d9bf0
        cursor 2,17 block
        ",
    );
}

#[test]
fn characters_are_inserted_and_deleted() {
    golden(
        "abcdef\x1b[1;3H\x1b[2@\r\nabcdef\x1b[2;3H\x1b[2P\r\nabcdef\x1b[3;3H\x1b[4hxy\x1b[4l\r\nabcdef\x1b[4;2H\x1b[3X",
        r"
        0 ab  cdef
        1 abef
        2 abxycdef
        3 a   ef
        cursor 3,1 block
        ",
    );
}

#[test]
fn lines_are_inserted_and_deleted() {
    golden(
        "1\r\n2\r\n3\r\n4\r\n5\x1b[2;1H\x1b[L\x1b[5;1H\x1b[M",
        r"
        0 1
        2 2
        3 3
        4 5
        cursor 4,0 block
        ",
    );
}

#[test]
fn a_region_scrolls_alone() {
    golden(
        "1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[2;4r\x1b[4;1H\na\x1b[2;1H\x1bMb\x1b[r\x1b[6;5Hc",
        r"
        0 1
        1 b
        2 3
        3 4
        4 5
        5 6   c
        cursor 5,5 block
        ",
    );
}

#[test]
fn the_origin_follows_the_region() {
    golden(
        "\x1b[3;5r\x1b[?6h\x1b[1;1Ha\x1b[9;1Hb\x1b[?6l\x1b[1;1Hc",
        r"
        0 c
        2 a
        4 b
        cursor 0,1 block
        ",
    );
}

#[test]
fn movements_in_origin_mode_count_the_origin_once() {
    golden(
        "\x1b[?6h\x1b[3;5r\x1b[2;1H\x1b[Aa\x1b[Bb\x1b[9Gc\x1b[Ed\x1b[Fe\x1b[3;8Hf\x1b[2dg\x1b[1;12Hh\x1b[?6l\x1b[6;1Hi",
        r"
        2 a          h
        3 eb      g
        4 d      f
        5 i
        cursor 5,1 block
        ",
    );
}

#[test]
fn movements_stop_at_the_edge_of_the_region_that_they_begin_in() {
    golden(
        "\x1b[2;4r\x1b[3;1H\x1b[9Aa\x1b[9Bb\x1b[9Fc\x1b[9Ed\x1b[1;9H\x1b[9Be\x1b[6;12H\x1b[9Af\x1b[1;15H\x1b[9Ag\x1b[6;17H\x1b[9Bh",
        r"
        0               g
        1 c          f
        3 db      e
        5                 h
        cursor 5,17 block
        ",
    );
}

#[test]
fn both_ways_of_the_origin_go_home() {
    golden(
        "\x1b[3;5r\x1b[?6h\x1b[2;2Ha\x1b[?6lb\x1b[?6hc",
        r"
        0 b
        2 c
        3  a
        cursor 2,1 block
        ",
    );
}

#[test]
fn the_origin_is_saved_with_the_cursor() {
    golden(
        "\x1b[3;5r\x1b[?6h\x1b[2;4H\x1b7\x1b[?6l\x1b[2;1Ha\x1b8b\x1b[1;1Hc",
        r"
        1 a
        2 c
        3    b
        cursor 2,1 block
        ",
    );
}

#[test]
fn a_region_reaches_no_further_than_the_screen() {
    golden(
        "\x1b[5;99ra\x1b[8;9rb\x1b[3;3rc\x1b[6;1H\nd\x1b[5;1H\x1b[9Be",
        r"
        0 abc
        5 e
        cursor 5,1 block
        ",
    );
}

#[test]
fn lines_inserted_or_deleted_take_the_cursor_to_the_left() {
    golden(
        "1\r\n2\r\n3\x1b[2;3H\x1b[Lab\x1b[3;3H\x1b[Mc\x1b[4;5r\x1b[1;3H\x1b[Ld",
        r"
        0 1 d
        1 ab
        2 c
        cursor 0,3 block
        ",
    );
}

#[test]
fn index_and_next_line() {
    golden(
        "a\x1bDb\x1bEc\x1bMd",
        r"
        0 a
        1  d
        2 c
        cursor 1,2 block
        ",
    );
}

#[test]
fn the_cursor_is_saved_with_what_it_writes() {
    golden(
        "\x1b[1;31m\x1b[2;3H\x1b7\x1b[m\x1b[5;5Hx\x1b8y\x1b[s\x1b[H\x1b[uz",
        r"
        1   yz
          2..4 bold fg=e04f4f
        4     x
        cursor 1,4 block
        ",
    );
}

#[test]
fn styles_are_kept_apart() {
    golden(
        "\x1b[1mb\x1b[22m\x1b[2md\x1b[22m\x1b[3mi\x1b[23m\x1b[5mk\x1b[25m\x1b[7mr\x1b[27m\x1b[8mh\x1b[28m\x1b[9ms\x1b[29mp",
        r"
        0 bdikrhsp
          0..1 bold
          1..2 dim fg=9f9ca9
          2..3 italic
          3..4 blink
          4..5 fg=00030f bg=efe9f7
          5..6 hidden
          6..7 strike
        cursor 0,8 block
        ",
    );
}

#[test]
fn underlines_have_kinds_and_colours() {
    golden(
        "\x1b[4ma\x1b[21mb\x1b[4:3mc\x1b[4:4md\x1b[4:5me\x1b[4:0mf\x1b[4:3;58:2::255:0:128mg\x1b[58;5;196mh\x1b[59mi\x1b[24mj",
        r"
        0 abcdefghij
          0..1 single
          1..2 double
          2..3 curly
          3..4 dotted
          4..5 dashed
          6..7 curly=ff0080
          7..8 curly=ff0000
          8..9 curly
        cursor 0,10 block
        ",
    );
}

#[test]
fn colours_of_the_palette() {
    golden(
        "\x1b[31ma\x1b[91mb\x1b[38;5;196mc\x1b[38:5:244md\x1b[38;2;1;2;3me\x1b[38:2::4:5:6mf\x1b[38:2:7:8:9mg\x1b[39;42mh\x1b[102mi\x1b[48;5;21mj\x1b[48;2;10;20;30mk\x1b[49ml",
        r"
        0 abcdefghijkl
          0..1 fg=e04f4f
          1..2 fg=ff776e
          2..3 fg=ff0000
          3..4 fg=808080
          4..5 fg=010203
          5..6 fg=040506
          6..7 fg=070809
          7..8 bg=8fc96a
          8..9 bg=b2e08c
          9..10 bg=0000ff
          10..11 bg=0a141e
        cursor 0,12 block
        ",
    );
}

#[test]
fn programs_change_the_palette() {
    golden(
        "\x1b]4;1;rgb:12/34/56\x07\x1b[31ma\x1b]104;1\x07\x1b]10;#abcdef\x1b\\\x1b[39mb\x1b]4;2;#010203\x1b\\\x1b[32mc",
        r"
        0 abc
          0..1 fg=e04f4f
          1..2 fg=abcdef
          2..3 fg=010203
          3..20 fg=abcdef
        1
          0..20 fg=abcdef
        2
          0..20 fg=abcdef
        3
          0..20 fg=abcdef
        4
          0..20 fg=abcdef
        5
          0..20 fg=abcdef
        cursor 0,3 block
        ",
    );
}

#[test]
fn reverse_of_the_whole_screen() {
    golden(
        "ab\x1b[7mc\x1b[?5h",
        r"
        0 abc
          0..2 fg=00030f bg=efe9f7
          2..3 bg=00030f
          3..20 fg=00030f bg=efe9f7
        1
          0..20 fg=00030f bg=efe9f7
        2
          0..20 fg=00030f bg=efe9f7
        3
          0..20 fg=00030f bg=efe9f7
        4
          0..20 fg=00030f bg=efe9f7
        5
          0..20 fg=00030f bg=efe9f7
        cursor 0,3 block
        ",
    );
}

#[test]
fn wide_characters_take_two_columns() {
    golden(
        "a漢字b\x1b[1;19H字c\x1b[3;20H漢\x1b[5;1H漢字\x1b[5;2Hx\x1b[5;5H\x1b[D\x1b[P",
        r"
        0 a漢字b            字
          1..2 width=2
          2..3 width=0
          3..4 width=2
          4..5 width=0
          18..19 width=2
          19..20 width=0
        1 c
        3 漢
          0..1 width=2
          1..2 width=0
        4  x字
        cursor 4,3 block
        ",
    );
}

#[test]
fn marks_combine_with_what_is_before() {
    golden(
        "e\u{301}\u{308}x漢\u{304}\x1b[2;1H\u{301}a\u{200d}",
        r"
        0 é̈x漢̄
          2..3 width=2
          3..4 width=0
        1 a‍
        cursor 1,1 block
        ",
    );
}

#[test]
fn emoji_with_joiners_and_selectors() {
    golden(
        "\u{1f469}\u{200d}\u{1f4bb}|\u{2764}\u{fe0f}|\u{1f1e9}\u{1f1ea}|\u{1f44d}\u{1f3fd}|",
        r"
        0 👩‍💻|❤️|🇩🇪|👍🏽|
          0..1 width=2
          1..2 width=0
          5..6 width=2
          6..7 width=0
          8..9 width=2
          9..10 width=0
        cursor 0,11 block
        ",
    );
}

#[test]
fn line_drawing() {
    golden(
        "\x1b(0lqk\x1b(B\r\n\x1b)0a\x0ex\x0fx",
        r"
        0 ┌─┐
        1 a│x
        cursor 1,3 block
        ",
    );
}

#[test]
fn the_alternate_screen_leaves_the_other_as_it_was() {
    golden(
        "main\x1b[31m\x1b[?1049h\x1b[Hfull\x1b[?1049lx",
        r"
        0 mainx
          4..5 fg=e04f4f
        cursor 0,5 block
        ",
    );
}

#[test]
fn older_ways_to_the_alternate_screen() {
    golden(
        "main\x1b[?47h\x1b[2;1Hfull\x1b[?47l\x1b[3;1H\x1b[?1048h\x1b[?1047halt\x1b[?1047l\x1b[?1048lx",
        r"
        0 main
        2 x
        cursor 2,1 block
        ",
    );
}

#[test]
fn the_cursor_has_shapes() {
    golden(
        "a\x1b[5 q",
        r"
        0 a
        cursor 0,1 beam blink
        ",
    );
}

#[test]
fn the_cursor_can_be_hidden() {
    golden(
        "a\x1b[?25l",
        r"
        0 a
        no cursor
        ",
    );
}

#[test]
fn links() {
    golden(
        "\x1b]8;;https://example.org\x1b\\li\x1b[1mnk\x1b]8;;\x1b\\ no",
        r"
        0 link no
          0..2 link
          2..4 bold link
          4..7 bold
        cursor 0,7 block
        ",
    );
}

#[test]
fn characters_are_repeated() {
    golden(
        "ab\x1b[3b\x1b[2;1H-\x1b[99999b\x1b[3;1Hc",
        r"
        0 --------------------
        1 --------------------
        2 c-------------------
        3 --------------------
        4 --------------------
        5 -
        cursor 2,1 block
        ",
    );
}

#[test]
fn screen_alignment() {
    golden(
        "\x1b#8\x1b[2;2H\x1b[3X",
        r"
        0 EEEEEEEEEEEEEEEEEEEE
        1 E   EEEEEEEEEEEEEEEE
        2 EEEEEEEEEEEEEEEEEEEE
        3 EEEEEEEEEEEEEEEEEEEE
        4 EEEEEEEEEEEEEEEEEEEE
        5 EEEEEEEEEEEEEEEEEEEE
        cursor 1,1 block
        ",
    );
}

#[test]
fn a_full_reset() {
    golden(
        "\x1b[31mred\x1b]0;title\x07\x1b[?1049hx\x1bcplain",
        r"
        0 plain
        cursor 0,5 block
        ",
    );
}

#[test]
fn a_soft_reset() {
    golden(
        "\x1b[31m\x1b[4h\x1b[?25l\x1b[2;3r\x1b[2;2Hab\x1b[!p\x1b[2;2Hc",
        r"
        1  cb
          2..3 fg=e04f4f
        cursor 1,2 block
        ",
    );
}

#[test]
fn what_is_unknown_is_nothing() {
    golden(
        "a\x1b[>99;1z\x1b[?9999h\x1bPq#0;2;0;0;0~\x1b\\\x1b_app\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\\x1b]777777;x\x07b",
        r"
        0 ab
        cursor 0,2 block
        ",
    );
}

#[test]
fn characters_cut_short_are_shown_as_that() {
    let mut whole = terminal(20, 2);
    let bytes = b"a\xc2\xc2\xa9b\xe2\x82\xf0\x9f\xe2\x82\xac\x1b]0;\xc2\xc2\x07\xe2\x82\xe2";
    whole.feed(bytes);
    assert_eq!(line(&whole, 0), "a\u{fffd}©b\u{fffd}\u{fffd}€\u{fffd}");
    for cut in 0..bytes.len() {
        let mut split = terminal(20, 2);
        split.feed(&bytes[..cut]);
        split.feed(&bytes[cut..]);
        assert_eq!(dump(&split), dump(&whole), "{cut}");
    }
}

#[test]
fn sequences_broken_off() {
    golden(
        "a\x1b[31\x18b\x1b]0;t\x1b[1mc\x1b[3\x1b[4md",
        r"
        0 abcd
          2..3 bold
          3..4 bold single
        cursor 0,4 block
        ",
    );
}

#[test]
fn controls_within_sequences() {
    golden(
        "ab\x1b[\r2Cc\x1b[1\x08;1Hd",
        r"
        0 dbc
        cursor 0,1 block
        ",
    );
}

#[test]
fn scrolling_by_command() {
    golden(
        "1\r\n2\r\n3\r\n4\x1b[2S\x1b[6;1Hx\x1b[T",
        r"
        1 3
        2 4
        cursor 5,1 block
        ",
    );
}
