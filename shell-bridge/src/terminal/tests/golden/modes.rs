//! Screens, resets, and sequences that are none.

use super::*;

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
