//! Where the shell's prompts, commands and their output are.
//!
//! Lines are counted from the first one ever, so a mark stays with its line while that moves up through the history. When
//! lines are wrapped anew they get other numbers. Then each mark's cell carries a tag through it: a hyperlink that no
//! program can make, put back as it was right after. The primary screen is out of reach while the alternate one is
//! shown, so its tags are put on before and taken off afterwards.

use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::Hyperlink;

use super::screen::Screen;
use super::{Scroll, Terminal};
use crate::api::ShellEvent;

/// Commands that are remembered.
const MAX_COMMANDS: usize = 1024;
/// What a tag's id begins with; control characters end the sequence that a program would make it by.
const TAG: &str = "\u{1}mark";

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It runs.
    Running,
    /// It ended with status 0.
    Ok,
    /// It ended with another status.
    Failed(i32),
    /// It ended, and the shell did not say how.
    Ended,
}

/// A command whose lines are in view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its first line in view, counted from the top of the view: that of the prompt, or of what follows it.
    pub first: u16,
    /// Its last line in view.
    pub last: u16,
    /// Whether the block begins in view.
    pub begins: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// What was typed, where the shell tells it.
    pub command: Option<String>,
}

/// A way to go through the prompts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// To the prompt before the first line in view.
    PreviousPrompt,
    /// To the prompt after the first line in view.
    NextPrompt,
}

/// A cell, by its line's number and its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub line: u64,
    pub column: u16,
}

#[derive(Debug, Default)]
struct Command {
    prompt: Option<Spot>,
    input: Option<Spot>,
    output: Option<Spot>,
    end: Option<Spot>,
    text: Option<String>,
    outcome: Option<Outcome>,
}

impl Command {
    fn first(&self) -> Option<Spot> {
        self.prompt.or(self.output)
    }

    fn spots(&mut self) -> impl Iterator<Item = &mut Option<Spot>> {
        [&mut self.prompt, &mut self.input, &mut self.output, &mut self.end].into_iter()
    }
}

struct Tag {
    spot: Spot,
    before: Option<Hyperlink>,
}

/// The commands of a terminal, oldest first.
#[derive(Default)]
pub(super) struct Marks {
    commands: Vec<Command>,
    /// Tags that are on the primary screen now.
    tags: Vec<Tag>,
    /// The primary screen was resized with its tags on.
    moved: bool,
}

impl Marks {
    pub fn clear(&mut self) {
        self.commands.clear();
    }

    /// Forgets commands whose lines are gone.
    fn prune(&mut self, gone: u64) {
        let last = self.commands.len().saturating_sub(1);
        let mut index = 0;
        self.commands.retain(|command| {
            let newest = command.end.or(command.output).or(command.input).or(command.prompt);
            let keep = index == last || newest.is_some_and(|spot| spot.line >= gone);
            index += 1;
            keep
        });
        if self.commands.len() > MAX_COMMANDS {
            self.commands.drain(..self.commands.len() - MAX_COMMANDS);
        }
    }
}

impl Screen {
    /// The number of the oldest line that there is.
    fn oldest(&self) -> u64 {
        self.absolute(self.term.topmost_line().0)
    }

    /// The line of the grid that a cell is on, if it is not gone.
    pub fn line_of(&self, spot: Spot) -> Option<Line> {
        let line = spot.line.checked_sub(self.oldest())?;
        let line = self.term.topmost_line() + usize::try_from(line).ok()?;
        (line <= self.term.bottommost_line()).then_some(line)
    }

    fn cursor_spot(&self) -> Spot {
        let point = self.term.grid().cursor.point;
        Spot { line: self.absolute(point.line.0), column: point.column.0 as u16 }
    }

    /// Puts a tag on the cell of each mark.
    pub fn tag(&mut self) {
        let mut spots: Vec<Spot> = self.marks.commands.iter_mut().flat_map(Command::spots).filter_map(|s| *s).collect();
        spots.sort_unstable();
        spots.dedup();
        let mut tags = Vec::with_capacity(spots.len());
        for spot in spots {
            let Some(line) = self.line_of(spot) else { continue };
            let column = Column(usize::from(spot.column).min(self.term.columns() - 1));
            let cell = &mut self.term.grid_mut()[line][column];
            let before = cell.hyperlink();
            cell.set_hyperlink(Some(Hyperlink::new(Some(format!("{TAG}{}", tags.len())), String::new())));
            tags.push(Tag { spot, before });
        }
        self.marks.tags = tags;
        self.marks.moved = false;
    }

    /// Takes the tags off, and moves the marks to where they are now.
    pub fn untag(&mut self) {
        let tags = std::mem::take(&mut self.marks.tags);
        let mut found: Vec<Option<Spot>> = vec![None; tags.len()];
        if std::mem::take(&mut self.marks.moved) {
            let (top, bottom) = (self.term.topmost_line().0, self.term.bottommost_line().0);
            let tagged: Vec<(usize, Line, Column)> = (top..=bottom)
                .map(Line)
                .flat_map(|line| {
                    self.term.grid()[line].into_iter().enumerate().filter_map(move |(column, cell)| {
                        let link = cell.extra.as_ref().and_then(|_| cell.hyperlink())?;
                        let index = link.id().strip_prefix(TAG)?.parse().ok()?;
                        Some((index, line, Column(column)))
                    })
                })
                .collect();
            for (index, line, column) in tagged {
                let Some(tag) = tags.get(index) else { continue };
                self.term.grid_mut()[line][column].set_hyperlink(tag.before.clone());
                found[index] = Some(Spot { line: self.absolute(line.0), column: column.0 as u16 });
            }
        } else {
            for (tag, found) in tags.iter().zip(&mut found) {
                let Some(line) = self.line_of(tag.spot) else { continue };
                let column = Column(usize::from(tag.spot.column).min(self.term.columns() - 1));
                self.term.grid_mut()[line][column].set_hyperlink(tag.before.clone());
                *found = Some(tag.spot);
            }
        }
        // Marks of lines that are put away have no tag, and stay as they are.
        let away = self.lost()..self.gone;
        let place = |spot: Spot| {
            if away.contains(&spot.line) {
                return Some(spot);
            }
            let index = tags.binary_search_by_key(&spot, |tag| tag.spot).ok()?;
            found.get(index).copied().flatten()
        };
        for command in &mut self.marks.commands {
            for spot in command.spots() {
                *spot = spot.and_then(place);
            }
        }
    }

    /// Says that what carries tags was wrapped anew.
    pub fn tags_moved(&mut self) {
        self.marks.moved = true;
    }

    fn mark(&mut self, event: &ShellEvent) {
        let away = self.alternate();
        let spot = (!away).then(|| self.cursor_spot());
        let oldest = self.lost();
        let commands = &mut self.marks.commands;
        match event {
            ShellEvent::PromptStart => {
                let again = commands.last().is_some_and(|last| last.output.is_none() && last.outcome.is_none());
                if again {
                    commands.pop();
                } else if let Some(last) = commands.last_mut()
                    && last.outcome.is_none_or(|outcome| outcome == Outcome::Running)
                {
                    last.end = spot;
                    last.outcome = Some(Outcome::Ended);
                }
                commands.push(Command { prompt: spot, ..Command::default() });
            }
            ShellEvent::InputStart => {
                if let Some(last) = commands.last_mut()
                    && last.outcome.is_none()
                {
                    last.input = spot;
                }
            }
            ShellEvent::OutputStart { command } => {
                if commands.last().is_none_or(|last| last.outcome.is_some()) {
                    commands.push(Command::default());
                }
                if let Some(last) = commands.last_mut() {
                    last.output = spot;
                    last.text.clone_from(command);
                    last.outcome = Some(Outcome::Running);
                }
            }
            ShellEvent::CommandEnd { status } => {
                if let Some(last) = commands.last_mut()
                    && last.outcome == Some(Outcome::Running)
                {
                    last.end = spot;
                    last.outcome = Some(match status {
                        Some(0) => Outcome::Ok,
                        Some(status) => Outcome::Failed(*status),
                        None => Outcome::Ended,
                    });
                }
            }
            _ => return,
        }
        if !away {
            self.marks.prune(oldest);
        }
    }

    /// The first line of a command and its last, by their numbers.
    fn lines_of(&self, command: &Command) -> Option<(u64, u64)> {
        let first = command.first()?.line;
        let last = match command.end {
            Some(end) if end.column == 0 => end.line.saturating_sub(1),
            Some(end) => end.line,
            None => self.cursor_spot().line,
        };
        Some((first, last.max(first)))
    }

    /// The lines of a command's output, by their numbers; none if there is no line of it.
    fn output_of(&self, command: &Command) -> Option<(u64, u64)> {
        let first = command.output?.line.max(self.oldest());
        let (_, last) = self.lines_of(command)?;
        let ended_before = command.end.is_some_and(|end| end.line == first && end.column == 0);
        (first <= last && !ended_before).then_some((first, last))
    }

    fn output_text(&self, command: &Command) -> Option<String> {
        let (first, last) = self.output_of(command)?;
        let start = self.line_of(Spot { line: first, column: 0 })?;
        let end = self.line_of(Spot { line: last, column: 0 })?;
        Some(self.text_between(start, end))
    }
}

impl Terminal {
    /// Notes where the shell's prompts, commands and their output are: at the cursor, when the shell says so.
    pub fn mark(&mut self, event: &ShellEvent) {
        self.screen.mark(event);
        self.touched = true;
    }

    /// The number of the view's first line.
    fn first_in_view(&self) -> u64 {
        self.screen.absolute(-(self.screen.offset() as i32))
    }

    /// The commands whose lines are in view, from the top.
    pub fn blocks(&self) -> Vec<Block> {
        if self.screen.alternate() {
            return Vec::new();
        }
        let top = self.first_in_view();
        let lines = u64::from(self.size().lines);
        let mut blocks = Vec::new();
        for command in &self.screen.marks.commands {
            let (Some(outcome), Some((first, last))) = (command.outcome, self.screen.lines_of(command)) else {
                continue;
            };
            if last < top || first >= top + lines {
                continue;
            }
            blocks.push(Block {
                first: first.saturating_sub(top) as u16,
                last: (last - top).min(lines - 1) as u16,
                begins: first >= top,
                outcome,
                command: command.text.clone(),
            });
        }
        blocks
    }

    /// Moves the view to a prompt, so that it is the first line. Says whether there was one.
    pub fn jump(&mut self, jump: Jump) -> bool {
        self.screen.take_back();
        let top = self.first_in_view();
        let oldest = self.screen.oldest();
        let prompts = self.screen.marks.commands.iter().filter_map(Command::first).map(|spot| spot.line);
        let prompts = prompts.filter(|line| *line >= oldest);
        let target = match jump {
            Jump::PreviousPrompt => prompts.filter(|line| *line < top).max(),
            Jump::NextPrompt => prompts.filter(|line| *line > top).min(),
        };
        let Some(target) = target else { return false };
        self.scroll(Scroll::Lines((top as i64 - target as i64) as i32));
        true
    }

    /// The command that a line of the view belongs to; of the whole history, the last one, for none.
    fn command(&self, line: Option<u16>) -> Option<&Command> {
        let mut commands = self.screen.marks.commands.iter().filter(|command| command.outcome.is_some());
        match line {
            None => commands.next_back(),
            Some(line) => {
                let number = self.first_in_view() + u64::from(line);
                commands.rfind(|command| {
                    self.screen.lines_of(command).is_some_and(|(first, last)| (first..=last).contains(&number))
                })
            }
        }
    }

    /// The output of a command: of the one at a line of the view, or of the last one that was started.
    pub fn output(&mut self, line: Option<u16>) -> Option<String> {
        self.screen.take_back();
        self.screen.output_text(self.command(line)?)
    }

    /// Selects the output of a command, as [`Self::output`] finds it. Says whether there is any.
    pub fn select_output(&mut self, line: Option<u16>) -> bool {
        self.screen.take_back();
        let Some((first, last)) = self.command(line).and_then(|command| self.screen.output_of(command)) else {
            return false;
        };
        let start = self.screen.line_of(Spot { line: first, column: 0 });
        let end = self.screen.line_of(Spot { line: last, column: 0 });
        let (Some(start), Some(end)) = (start, end) else { return false };
        self.select_lines(start, end);
        true
    }
}

#[cfg(test)]
impl Screen {
    pub fn marks_len(&self) -> usize {
        self.marks.commands.len()
    }

    /// What every command that has ended has put out, oldest first.
    pub fn outputs(&self) -> Vec<Option<String>> {
        let ended = self.marks.commands.iter().filter(|command| command.end.is_some());
        ended.map(|command| self.output_text(command)).collect()
    }
}
