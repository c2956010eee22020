//! Characters that are no plain letters.

use super::*;

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
