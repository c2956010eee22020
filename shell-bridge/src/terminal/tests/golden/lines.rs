//! What is erased, inserted, deleted and scrolled.

use super::*;

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
