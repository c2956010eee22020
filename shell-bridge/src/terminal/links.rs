//! Hyperlinks: those of OSC 8, and addresses that stand in the text.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::cell::Flags;

use super::Terminal;
use super::screen::in_grid;

/// What may be opened by a click: an address of these does nothing by itself.
const SAFE: [&str; 3] = ["http", "https", "mailto"];
/// Characters of an address in the text, to either side of where it is looked for.
const REACH: usize = 2048;

/// A link at a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads; the program's own words.
    pub uri: String,
    /// Whether a click may open it.
    pub safe: bool,
    /// Its first column on the line.
    pub first: u16,
    /// Its last column on the line.
    pub last: u16,
}

/// Whether an address is of a kind that a click may open.
pub fn is_safe(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    !rest.is_empty()
        && SAFE.iter().any(|safe| scheme.eq_ignore_ascii_case(safe))
        && !uri.chars().any(|c| c.is_control() || c.is_whitespace())
}

impl Terminal {
    /// The link at a cell of the view.
    pub fn link_at(&self, line: u16, column: u16) -> Option<Link> {
        let size = self.size();
        if line >= size.lines || column >= size.columns {
            return None;
        }
        let line = in_grid(self.screen.offset(), line);
        self.marked_link(line, column).or_else(|| self.written_link(line, column))
    }

    fn marked_link(&self, line: Line, column: u16) -> Option<Link> {
        let row = &self.screen.term.grid()[line];
        let link = row[Column(usize::from(column))].hyperlink()?;
        let same = |column: &usize| row[Column(*column)].hyperlink().as_ref() == Some(&link);
        let at = usize::from(column);
        let first = (0..at).rev().take_while(same).last().unwrap_or(at);
        let last = (at..row.len()).take_while(same).last().unwrap_or(at);
        Some(Link { uri: link.uri().to_owned(), safe: is_safe(link.uri()), first: first as u16, last: last as u16 })
    }

    /// An address in the text around a cell, over wrapped lines.
    fn written_link(&self, line: Line, column: u16) -> Option<Link> {
        let term = &self.screen.term;
        let spacers = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
        let belongs = |c: char| !c.is_whitespace() && !c.is_control() && !"\"'`<>|{}^\\│".contains(c);
        let wraps = |line: Line| term.grid()[line][term.last_column()].flags.contains(Flags::WRAPLINE);
        let here = Point::new(line, Column(usize::from(column)));
        if !belongs(term.grid()[here].c) {
            return None;
        }
        let mut run = vec![here];
        let mut at = here;
        for _ in 0..REACH {
            at = match at.column.0 {
                0 if at.line > term.topmost_line() && wraps(at.line - 1) => Point::new(at.line - 1, term.last_column()),
                0 => break,
                column => Point::new(at.line, Column(column - 1)),
            };
            let cell = &term.grid()[at];
            if !cell.flags.intersects(spacers) && !belongs(cell.c) {
                break;
            }
            run.push(at);
        }
        run.reverse();
        at = here;
        for _ in 0..REACH {
            at = match at.column {
                column if column < term.last_column() => Point::new(at.line, column + 1),
                _ if at.line < term.bottommost_line() && wraps(at.line) => Point::new(at.line + 1, Column(0)),
                _ => break,
            };
            let cell = &term.grid()[at];
            if !cell.flags.intersects(spacers) && !belongs(cell.c) {
                break;
            }
            run.push(at);
        }
        let run: Vec<(Point, char)> = run
            .into_iter()
            .filter(|point| !term.grid()[*point].flags.intersects(spacers))
            .map(|point| (point, term.grid()[point].c))
            .collect();
        let text: String = run.iter().map(|(_, c)| c).collect();
        let begin = ["https://", "http://"].iter().filter_map(|scheme| text.rfind(scheme)).max()?;
        let uri = text.get(begin..)?;
        // What ends a sentence, or a bracket that was opened before it, is not the address's.
        let mut end = uri.len();
        while let Some(c) = uri[..end].chars().next_back() {
            let unmatched =
                |open: char, close: char| uri[..end].matches(close).count() > uri[..end].matches(open).count();
            let stray = match c {
                '.' | ',' | ';' | ':' | '!' | '?' => true,
                ')' => unmatched('(', ')'),
                ']' => unmatched('[', ']'),
                _ => false,
            };
            if !stray {
                break;
            }
            end -= c.len_utf8();
        }
        let uri = &uri[..end];
        if uri.split_once("://").is_none_or(|(_, rest)| rest.is_empty()) {
            return None;
        }
        let skipped = text[..begin].chars().count();
        let cells = run.get(skipped..skipped + uri.chars().count())?;
        if !cells.iter().any(|(point, _)| *point == here) {
            return None;
        }
        let on_line = || cells.iter().filter(|(point, _)| point.line == line).map(|(point, _)| point.column.0 as u16);
        Some(Link { uri: uri.to_owned(), safe: is_safe(uri), first: on_line().min()?, last: on_line().max()? })
    }
}
