//! Search in what is on the screen and in the history.

use std::ops::RangeInclusive;

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Boundary, Column, Direction, Line, Point, Side};
use alacritty_terminal::term::search::{RegexIter, RegexSearch};

use super::Terminal;
use super::screen::Screen;

/// Bytes of a pattern.
const MAX_PATTERN: usize = 1024;
/// Lines that one call looks through.
const LINES: usize = 2000;
/// Lines above and below the view that may belong to a match in it, where lines are wrapped.
const AROUND: usize = 100;
/// Matches in view that are shown.
const MAX_HITS: usize = 10_000;

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

type Hit = RangeInclusive<Point>;

/// A search that is going on.
pub(super) struct Search {
    regex: RegexSearch,
    /// The match that the search stands on, and the number of the screen's first line when it was found.
    here: Option<(Hit, u64)>,
    /// Matches in view.
    pub hits: Vec<Hit>,
    /// Where the next step goes on, how many lines are left until it has been all the way round, and the number of the
    /// screen's first line then.
    going: Option<(Towards, Point, usize, u64)>,
}

impl Search {
    /// The match that the search stands on, where it is now.
    pub fn here(&self, screen: &Screen) -> Option<Hit> {
        let (hit, then) = self.here.as_ref()?;
        Some(moved(screen, *hit.start(), *then)..=moved(screen, *hit.end(), *then))
    }

    /// Forgets where it was: lines are other ones now.
    pub fn forget(&mut self) {
        self.here = None;
        self.going = None;
        self.hits.clear();
    }
}

/// Where a point of the grid is now that was there `then`.
fn moved(screen: &Screen, point: Point, then: u64) -> Point {
    let by = screen.absolute(0).saturating_sub(then);
    Point::new(point.line - usize::try_from(by).unwrap_or(0).min(i32::MAX as usize / 2), point.column)
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
        if pattern.len() > MAX_PATTERN {
            return Err(SearchError::TooLong);
        }
        let escaped;
        let expression = if regex {
            pattern
        } else {
            escaped = escape(pattern);
            &escaped
        };
        let regex = RegexSearch::new(expression).map_err(|error| SearchError::Pattern(reason(&*error)))?;
        self.search = Some(Search { regex, here: None, hits: Vec::new(), going: None });
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
        let screen = &self.screen;
        let term = &screen.term;
        let (top, bottom, total) = (term.topmost_line(), term.bottommost_line(), term.total_lines());
        let (origin, left) = match search.going.take() {
            Some((before, origin, left, then)) if before == towards => (moved(screen, origin, then), left),
            _ => (start(term, search.here(screen).as_ref(), towards), total + 1),
        };
        let origin = origin.grid_clamp(term, Boundary::Grid);
        let (direction, to_end) = match towards {
            Towards::Older => (Direction::Left, origin.line - top),
            Towards::Newer => (Direction::Right, bottom - origin.line),
        };
        let lines = LINES.min(left).min(usize::try_from(to_end.0).unwrap_or(0));
        let whole = lines + 1 >= total;
        let found = term.search_next(&mut search.regex, origin, direction, Side::Left, Some(lines));
        // Where nothing is beyond the origin, what is before it on the same line is given.
        let found = found.filter(|hit| {
            whole
                || match towards {
                    Towards::Older => *hit.start() <= origin,
                    Towards::Newer => *hit.start() >= origin,
                }
        });
        let now = screen.absolute(0);
        match found {
            Some(hit) => {
                let point = *hit.start();
                search.here = Some((hit, now));
                self.screen.term.scroll_to_point(point);
                self.put_caret(point);
                self.touched = true;
                self.screen.all_damaged = true;
                SearchStep::Found
            }
            None if whole || left <= lines + 1 => SearchStep::Nothing,
            None => {
                // Past one end, on from the other.
                let next = match towards {
                    Towards::Older if origin.line - lines <= top => Point::new(bottom, term.last_column()),
                    Towards::Older => Point::new(origin.line - lines - 1, term.last_column()),
                    Towards::Newer if origin.line + lines >= bottom => Point::new(top, Column(0)),
                    Towards::Newer => Point::new(origin.line + lines + 1, Column(0)),
                };
                search.going = Some((towards, next, left - lines - 1, now));
                SearchStep::More
            }
        }
    }

    /// Finds what is to be marked in view.
    pub(super) fn refresh_hits(&mut self) {
        let Some(search) = &mut self.search else { return };
        let term = &self.screen.term;
        let offset = term.grid().display_offset() as i32;
        let top = Line(-offset);
        let bottom = top + (term.screen_lines() - 1);
        let mut start = term.line_search_left(Point::new(top, Column(0)));
        let mut end = term.line_search_right(Point::new(bottom, term.last_column()));
        start.line = start.line.max(top - AROUND);
        end.line = end.line.min(bottom + AROUND);
        let hits: Vec<Hit> = RegexIter::new(start, end, Direction::Right, term, &mut search.regex)
            .skip_while(|hit| hit.end().line < top)
            .take_while(|hit| hit.start().line <= bottom)
            .take(MAX_HITS)
            .collect();
        if hits != search.hits {
            search.hits = hits;
            self.screen.all_damaged = true;
        }
    }
}

/// Where a step begins: beyond the match that the search stands on, or at the end of what is in view.
fn start<T>(term: &alacritty_terminal::Term<T>, here: Option<&Hit>, towards: Towards) -> Point {
    let offset = term.grid().display_offset() as i32;
    match (here, towards) {
        (Some(hit), Towards::Older) => hit.start().sub(term, Boundary::None, 1),
        (Some(hit), Towards::Newer) => hit.start().add(term, Boundary::None, 1),
        (None, Towards::Older) => {
            let line = Line(term.screen_lines() as i32 - 1 - offset);
            Point::new(line, term.last_column())
        }
        (None, Towards::Newer) => Point::new(Line(-offset), Column(0)),
    }
}

/// The pattern that stands for a text.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// What an error says at its root, in one line: that is about the pattern, what is around it about machines.
fn reason(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    let text = root.to_string();
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("not a regular expression");
    line.trim().trim_start_matches("error: ").to_owned()
}
