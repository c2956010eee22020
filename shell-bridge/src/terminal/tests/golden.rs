//! What sequences do to the grid, as in vttest: bytes on the left, the grid as text below.
//!
//! A dump has a line for each line that is not empty, what is set apart of its cells below it, and the cursor at the end.

mod cursor;
mod lines;
mod looks;
mod modes;
mod text;

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
