use super::*;

fn terminal(columns: u16, lines: u16) -> Terminal {
    Terminal::new(GridSize::new(columns, lines), Options::default())
}

fn text(terminal: &Terminal) -> Vec<String> {
    let mut cells = Vec::new();
    (0..terminal.size().lines)
        .map(|line| {
            terminal.row(line, &mut cells);
            let mut text = String::new();
            for cell in &cells {
                if cell.width > 0 {
                    cell.text.push_to(&mut text);
                }
            }
            text.trim_end().to_owned()
        })
        .collect()
}

#[test]
fn text_goes_where_it_is_put() {
    let mut terminal = terminal(10, 3);
    terminal.feed(b"one\r\ntwo\x1b[3;5Hthree");
    assert_eq!(text(&terminal), ["one", "two", "    three"]);
    let cursor = terminal.cursor().unwrap();
    assert_eq!((cursor.line, cursor.column), (2, 9));
}

#[test]
fn damage_is_told_once() {
    let mut terminal = terminal(10, 3);
    assert_eq!(terminal.take_damage(), Damage::All);
    assert_eq!(terminal.take_damage(), Damage::Nothing);
    terminal.feed(b"\x1b[2;1Hx");
    assert_eq!(terminal.take_damage(), Damage::Lines(vec![0, 1]));
    assert_eq!(terminal.take_damage(), Damage::Nothing);
}
