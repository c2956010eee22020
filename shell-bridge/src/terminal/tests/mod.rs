//! Terminals are fed bytes, and looked at as text.

mod attic;
mod golden;
mod hostile;
mod keys;
mod marks;
mod mouse;
mod paste;
mod replies;
mod screen;
mod search;
mod selection;

use super::*;

fn terminal(columns: u16, lines: u16) -> Terminal {
    Terminal::new(GridSize::new(columns, lines), Options::default())
}

/// A terminal that keeps fewer lines than by default.
fn short_memory(columns: u16, lines: u16, scrollback: usize) -> Terminal {
    Terminal::new(GridSize::new(columns, lines), Options { scrollback, ..Options::default() })
}

fn fed(columns: u16, lines: u16, bytes: &str) -> Terminal {
    let mut terminal = terminal(columns, lines);
    terminal.feed(bytes.as_bytes());
    terminal
}

fn row(terminal: &Terminal, line: u16) -> Vec<Cell> {
    let mut cells = Vec::new();
    terminal.row(line, &mut cells);
    cells
}

fn line(terminal: &Terminal, line: u16) -> String {
    let mut text = String::new();
    for cell in row(terminal, line).iter().filter(|cell| cell.width > 0) {
        cell.text.push_to(&mut text);
    }
    text.truncate(text.trim_end().len());
    text
}

/// The lines of the view, without what is blank at their ends.
fn text(terminal: &Terminal) -> Vec<String> {
    (0..terminal.size().lines).map(|number| line(terminal, number)).collect()
}

/// The bytes that the terminal has answered.
fn replies(terminal: &mut Terminal) -> String {
    let mut all = Vec::new();
    for happening in terminal.take_happenings() {
        if let Happening::Reply(bytes) = happening {
            all.extend(bytes);
        }
    }
    String::from_utf8(all).unwrap()
}
