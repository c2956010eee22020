//! Styles, colours and links.

use super::*;

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
