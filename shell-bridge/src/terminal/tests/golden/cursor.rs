//! Where the cursor goes, and what holds it.

use super::*;

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
