//! Search in what is on the screen and in the history.
//!
//! Lines are searched as they were written, over their wrapping.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::cell::Flags;
use regex::{Regex, RegexBuilder};

use super::Terminal;
use super::marks::Spot;
use super::screen::Screen;

/// Bytes of a pattern.
const MAX_PATTERN: usize = 1024;
/// Bytes that a pattern may take as an automaton.
const MAX_AUTOMATON: usize = 1 << 20;
/// Cells that one call looks through, give or take a line.
const CELLS: usize = 1 << 18;
/// Rows above and below one that are taken for the same line.
const AROUND: i32 = 100;
/// Matches in view that are shown.
const MAX_HITS: usize = 10_000;
/// No more matches are counted.
pub const MOST_COUNTED: usize = 10_000;

/// Which way to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// Older text.
    Older,
    /// Newer text.
    Newer,
}

/// Why a pattern cannot be searched for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// It is too long.
    #[error("the pattern is too long")]
    TooLong,
    /// It is not a regular expression, or one that takes too much memory.
    #[error("{0}")]
    Pattern(String),
}

/// How a step of a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchStep {
    /// A match is in view now.
    Found,
    /// There is none, all the way round.
    Nothing,
    /// None so far: to be called again, to look on.
    More,
}

/// How many matches there are, from the newest on, as far as was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Which of them the search stands on, counted from 1 at the newest. None where that is not among them.
    pub at: Option<usize>,
    /// How many there are; [`MOST_COUNTED`] where there are more.
    pub matches: usize,
    /// Whether there is more to look through: to be called again.
    pub more: bool,
}

/// A match: its first cell and its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub first: Spot,
    pub last: Spot,
}

/// A search that is going on.
pub(super) struct Search {
    regex: Regex,
    /// The match that the search stands on.
    pub here: Option<Hit>,
    /// Matches in view.
    pub hits: Vec<Hit>,
    /// Which way the last step went, the line where the next one goes on, and how many lines are left until it has been
    /// all the way round.
    going: Option<(Towards, u64, usize)>,
    /// Where each match begins that was counted, the newest first, and the line where counting goes on.
    counted: Vec<Spot>,
    counting: Option<u64>,
}

impl Search {
    /// Forgets where it was: lines are other ones now.
    pub fn forget(&mut self) {
        self.here = None;
        self.going = None;
        self.hits.clear();
        self.counted.clear();
        self.counting = None;
    }
}

/// A line as it was written, and where its characters are.
struct Written {
    first: Line,
    last: Line,
    text: String,
    /// Where each character begins in the text, and its cell.
    cells: Vec<(usize, Point)>,
}

impl Screen {
    /// The line that a row belongs to.
    fn written(&self, row: Line) -> Written {
        let term = &self.term;
        let wraps = |line: Line| term.grid()[line][term.last_column()].flags.contains(Flags::WRAPLINE);
        let (top, bottom) = (term.topmost_line().max(row - AROUND), term.bottommost_line().min(row + AROUND));
        let (mut first, mut last) = (row, row);
        while first > top && wraps(first - 1) {
            first -= 1;
        }
        while last < bottom && wraps(last) {
            last += 1;
        }
        let mut text = String::new();
        let mut cells = Vec::new();
        for line in (first.0..=last.0).map(Line) {
            for (column, cell) in term.grid()[line].into_iter().enumerate() {
                if cell.flags.intersects(Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER) {
                    continue;
                }
                cells.push((text.len(), Point::new(line, Column(column))));
                text.push(if cell.c == '\t' { ' ' } else { cell.c });
                text.extend(cell.zerowidth().unwrap_or_default());
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        Written { first, last, text, cells }
    }

    fn hits(&self, regex: &Regex, line: &Written) -> Vec<Hit> {
        let cell = |offset: usize| {
            let index = line.cells.partition_point(|(begins, _)| *begins <= offset).checked_sub(1)?;
            let (_, point) = line.cells.get(index)?;
            Some(Spot { line: self.absolute(point.line.0), column: point.column.0 as u16 })
        };
        let found = regex.find_iter(&line.text).filter(|found| !found.is_empty());
        found.filter_map(|found| Some(Hit { first: cell(found.start())?, last: cell(found.end() - 1)? })).collect()
    }
}

impl Terminal {
    /// Begins to search: for the text as it is, or for a regular expression. A pattern without capitals finds them too.
    /// What is in view is marked at once. An empty pattern ends the search.
    ///
    /// # Errors
    /// If the pattern is none; a search that was going on is over then too.
    pub fn search(&mut self, pattern: &str, regex: bool) -> Result<(), SearchError> {
        self.touched = true;
        self.screen.all_damaged |= self.search.take().is_some();
        if pattern.is_empty() {
            return Ok(());
        }
        self.screen.take_back();
        if pattern.len() > MAX_PATTERN {
            return Err(SearchError::TooLong);
        }
        let expression = if regex { pattern.to_owned() } else { regex::escape(pattern) };
        let regex = RegexBuilder::new(&expression)
            .case_insensitive(!pattern.chars().any(char::is_uppercase))
            .size_limit(MAX_AUTOMATON)
            .dfa_size_limit(MAX_AUTOMATON)
            .build()
            .map_err(|error| SearchError::Pattern(reason(&error)))?;
        let (hits, counted) = (Vec::new(), Vec::new());
        self.search = Some(Search { regex, here: None, hits, going: None, counted, counting: None });
        self.refresh_hits();
        Ok(())
    }

    /// Whether a search is going on, and whether it stands on a match.
    pub fn searching(&self) -> Option<bool> {
        self.search.as_ref().map(|search| search.here.is_some())
    }

    /// Goes to the next match, and brings it into view. One call looks through a bounded number of lines.
    pub fn search_step(&mut self, towards: Towards) -> SearchStep {
        let Some(search) = &mut self.search else { return SearchStep::Nothing };
        self.screen.take_back();
        let screen = &self.screen;
        let term = &screen.term;
        let (top, bottom) = (term.topmost_line(), term.bottommost_line());
        let view = Line(-(screen.offset() as i32));
        let here = search.here.filter(|here| screen.line_of(here.first).is_some());
        let mut beyond = None;
        let (mut line, mut left) = match search.going.take() {
            Some((before, line, left)) if before == towards => {
                (screen.line_of(Spot { line, column: 0 }).unwrap_or(top), left)
            }
            _ => {
                beyond = here.map(|here| here.first);
                let edge = match towards {
                    Towards::Older => view + (term.screen_lines() - 1),
                    Towards::Newer => view,
                };
                let line = here.and_then(|here| screen.line_of(here.first)).unwrap_or(edge);
                // Once round, and the line that it began with again as a whole.
                (line, term.total_lines() + 2 * AROUND as usize)
            }
        };
        let mut looked = 0;
        let hit = loop {
            let written = screen.written(line);
            let hits = screen.hits(&search.regex, &written);
            let hit = match towards {
                Towards::Older => hits.iter().rfind(|hit| beyond.is_none_or(|beyond| hit.first < beyond)),
                Towards::Newer => hits.iter().find(|hit| beyond.is_none_or(|beyond| hit.first > beyond)),
            };
            if let Some(hit) = hit {
                break *hit;
            }
            beyond = None;
            let rows = (written.last.0 - written.first.0 + 1) as usize;
            left = left.saturating_sub(rows);
            if left == 0 {
                return SearchStep::Nothing;
            }
            // Past one end, on from the other.
            line = match towards {
                Towards::Older if written.first <= top => bottom,
                Towards::Older => written.first - 1,
                Towards::Newer if written.last >= bottom => top,
                Towards::Newer => written.last + 1,
            };
            looked += rows * term.columns();
            if looked >= CELLS {
                search.going = Some((towards, screen.absolute(line.0), left));
                return SearchStep::More;
            }
        };
        search.here = Some(hit);
        if let Some(line) = self.screen.line_of(hit.first) {
            let point = Point::new(line, Column(usize::from(hit.first.column)));
            self.screen.term.scroll_to_point(point);
            self.put_caret(point);
        }
        self.touched = true;
        self.screen.all_damaged = true;
        SearchStep::Found
    }

    /// Counts matches, from the newest line back, and from the beginning when all were counted. One call looks through a
    /// bounded number of lines, so that whoever writes to the grid meanwhile need not wait.
    pub fn count_step(&mut self) -> Count {
        let Some(search) = &mut self.search else { return Count::default() };
        self.screen.take_back();
        let screen = &self.screen;
        let (top, bottom) = (screen.term.topmost_line(), screen.term.bottommost_line());
        let mut line = match search.counting.take() {
            Some(line) => screen.line_of(Spot { line, column: 0 }),
            None => {
                search.counted.clear();
                Some(bottom)
            }
        };
        let mut looked = 0;
        while let Some(here) = line.filter(|_| search.counted.len() < MOST_COUNTED) {
            if looked >= CELLS {
                search.counting = Some(screen.absolute(here.0));
                break;
            }
            let written = screen.written(here);
            let hits = screen.hits(&search.regex, &written);
            search.counted.extend(hits.iter().rev().map(|hit| hit.first));
            looked += (written.last.0 - written.first.0 + 1) as usize * screen.term.columns();
            line = (written.first > top).then(|| written.first - 1);
        }
        search.counted.truncate(MOST_COUNTED);
        let here = search.here.map(|here| here.first);
        let at = search.counted.iter().position(|counted| Some(*counted) == here).map(|place| place + 1);
        Count { at, matches: search.counted.len(), more: search.counting.is_some() }
    }

    /// Finds what is to be marked in view.
    pub(super) fn refresh_hits(&mut self) {
        let Some(search) = &mut self.search else { return };
        let screen = &self.screen;
        let mut line = Line(-(screen.offset() as i32));
        let bottom = line + (screen.term.screen_lines() - 1);
        let mut hits = Vec::new();
        while line <= bottom && hits.len() < MAX_HITS {
            let written = screen.written(line);
            hits.extend(screen.hits(&search.regex, &written));
            line = written.last + 1;
        }
        if hits != search.hits {
            search.hits = hits;
            self.screen.all_damaged = true;
        }
    }
}

/// What is wrong with a pattern, in one line: the last of those that the error has.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("not a regular expression");
    line.trim().trim_start_matches("error: ").to_owned()
}
