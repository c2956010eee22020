use super::*;

fn at(line: u16, column: u16, right: bool) -> Place {
    Place { line, column, right }
}

#[test]
fn cells_words_lines_and_blocks_are_selected() {
    let mut terminal = fed(20, 4, "one two three\r\nfour five\r\nsix");
    terminal.select_from(at(0, 4, false), Select::Chars);
    assert_eq!(terminal.selected_text(), None);
    terminal.select_to(at(1, 3, true));
    assert_eq!(terminal.selected_text().as_deref(), Some("two three\nfour"));
    terminal.select_from(at(0, 5, false), Select::Words);
    assert_eq!(terminal.selected_text().as_deref(), Some("two"));
    terminal.select_to(at(0, 9, false));
    assert_eq!(terminal.selected_text().as_deref(), Some("two three"));
    terminal.select_from(at(1, 5, false), Select::Lines);
    assert_eq!(terminal.selected_text().as_deref(), Some("four five\n"));
    terminal.select_from(at(0, 0, false), Select::Block);
    terminal.select_to(at(1, 2, true));
    assert_eq!(terminal.selected_text().as_deref(), Some("one\nfou"));
    terminal.select_all();
    assert_eq!(terminal.selected_text().as_deref(), Some("one two three\nfour five\nsix\n"));
    terminal.clear_selection();
    assert_eq!(terminal.selected_text(), None);
}

#[test]
fn a_selection_damages_the_lines_that_change() {
    let mut terminal = fed(20, 6, "a\r\nb\r\nc\r\nd\r\ne");
    terminal.take_damage();
    terminal.select_from(at(1, 0, false), Select::Chars);
    terminal.select_to(at(2, 0, true));
    // The cursor's line is the fifth.
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![1, 2, 4]));
    terminal.select_to(at(3, 0, true));
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![2, 3, 4]));
    assert_eq!(row(&terminal, 1)[0].bg, Some(Palette::default().selection));
    terminal.clear_selection();
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![1, 2, 3, 4]));
    assert_eq!(row(&terminal, 1)[0].bg, None);
}

#[test]
fn wrapped_lines_are_copied_whole() {
    let mut terminal = fed(5, 4, "abcdefghij\r\nk");
    terminal.select_all();
    assert_eq!(terminal.selected_text().as_deref(), Some("abcdefghij\nk\n"));
}

#[test]
fn the_keyboard_selects_with_a_caret() {
    let mut terminal = fed(20, 3, "one two");
    terminal.move_caret(Motion::Left, true);
    assert_eq!(terminal.selected_text(), None, "there is no caret yet");
    terminal.caret(true);
    terminal.move_caret(Motion::LineStart, false);
    assert_eq!(terminal.cursor().unwrap().column, 0);
    terminal.move_caret(Motion::Right, true);
    terminal.move_caret(Motion::Right, true);
    assert_eq!(terminal.selected_text().as_deref(), Some("one"));
    terminal.move_caret(Motion::Left, false);
    assert_eq!(terminal.selected_text(), None);
    terminal.caret(false);
    assert_eq!(terminal.cursor().unwrap().column, 7);
}

#[test]
fn a_selection_outside_is_brought_inside() {
    let mut terminal = fed(4, 2, "ab\r\ncd");
    terminal.select_from(at(60_000, 60_000, false), Select::Chars);
    terminal.select_to(at(0, 0, false));
    assert_eq!(terminal.selected_text().as_deref(), Some("ab\ncd"));
}

#[test]
fn tabs_and_wide_characters_are_copied_as_they_were() {
    let mut terminal = fed(20, 4, "a\tb\r\n漢字x\r\ne\u{301}");
    terminal.select_all();
    assert_eq!(terminal.selected_text().as_deref(), Some("a\tb\n漢字x\ne\u{301}\n"));
    terminal.select_from(at(1, 1, true), Select::Chars);
    terminal.select_to(at(1, 4, true));
    assert_eq!(terminal.selected_text().as_deref(), Some("字x"));
    // A wide character that does not fit leaves the last column blank.
    let mut narrow = fed(5, 4, "abcd漢ef");
    narrow.select_all();
    assert_eq!(narrow.selected_text().as_deref(), Some("abcd漢ef\n\n"));
}
