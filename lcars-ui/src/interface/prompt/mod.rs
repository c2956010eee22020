//! The Persistent Unified Prompt: what is typed into it, and what it asks the rest of the desktop for.
//!
//! It edits text and asks; it runs nothing. What is typed is looked at elsewhere, and only a verdict about exactly this
//! text lets it ask for a commit.

pub mod editor;
mod execute;
mod find;
mod hold;
mod keys;
mod list;
mod search;
mod undo;

#[cfg(test)]
mod tests;

pub use editor::{Editor, Inserted, MOST_BYTES, Motion, columns};
pub use find::Find;
pub use hold::{Hold, HoldTimes};
pub use list::{Chosen, Item, List, ListKind};
pub use search::{Fit, Query, fit};

use super::{Interface, Request, Sight};
use crate::geometry::Point;
use crate::hierarchy::{Level, TerminalId, Tree};
use crate::scene::Key;
use crate::semantics::{Action, Node, UiAction};
use crate::shells::Shells;
use crate::view::{Launchable, PromptPlace};

/// The part of the view that a hub's terminal is.
pub const TERMINAL: &str = "terminal";
/// The part of the view that is the prompt's text box.
pub const PROMPT: &str = "prompt";

/// What the prompt is at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompt {
    /// Whether it has the keyboard. It is open then, wherever one is.
    pub keyboard: bool,
    editor: Editor,
    list: Option<List>,
    /// How far back in what was run before, and what was typed before that was looked at.
    walk: Option<(usize, String)>,
    /// What the user is told about the last key.
    notice: Option<String>,
    /// The text that is to run as soon as it was looked at.
    waiting: Option<String>,
    /// The list of completions opens as soon as they are there.
    completing: bool,
    /// What was given away to run: it comes back if it is refused.
    sent: Option<String>,
}

/// What lists are made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// Sectors, apps, windows.
    pub tree: &'a Tree,
    /// What is known of shells.
    pub shells: &'a Shells,
    /// What can be launched.
    pub launcher: &'a [Launchable],
}

impl Prompt {
    /// What is in it, exactly as it would run.
    pub fn text(&self) -> &str {
        self.editor.text()
    }

    /// The text with its cursor and what is selected.
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// What is selected.
    pub fn selected(&self) -> Option<&str> {
        self.editor.selected()
    }

    /// The list above it.
    pub fn list(&self) -> Option<&List> {
        self.list.as_ref()
    }

    /// What the user is told about the last key, in words for the screen.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// What is being looked for, where it is no command.
    pub fn query(&self) -> Option<Query<'_>> {
        Query::of(self.text())
    }

    /// The words of a search over everything, while somebody types it.
    pub fn searched(&self) -> Option<&str> {
        match self.query() {
            Some(Query::All(words)) if self.keyboard => Some(words),
            _ => None,
        }
    }

    /// The command that a verdict is wanted of: what is in it, unless that is nothing, or a search.
    pub fn command(&self) -> Option<&str> {
        let text = self.text();
        (!text.trim().is_empty() && self.query().is_none()).then_some(text)
    }

    /// Whether somebody waits for the verdict, to run it then.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Something else is in it now.
    fn changed(&mut self, inserted: Inserted) {
        self.notice = match inserted {
            Inserted { too_long: true, .. } => Some(format!("NO MORE THAN {} BYTES IN 64 LINES FIT", MOST_BYTES)),
            Inserted { unshown: 0, .. } => None,
            Inserted { unshown: 1, .. } => Some(String::from("1 CHARACTER THAT CANNOT BE SHOWN WAS LEFT OUT")),
            Inserted { unshown, .. } => Some(format!("{unshown} CHARACTERS THAT CANNOT BE SHOWN WERE LEFT OUT")),
        };
        (self.waiting, self.completing, self.walk) = (None, false, None);
        let kept = self.list.take().filter(|list| list.kind == ListKind::History);
        self.list = kept.map(|list| List { chosen: 0, ..list });
        if self.query().is_some() {
            self.list = Some(List { kind: ListKind::Search, chosen: 0, before: String::new() });
        }
    }

    fn insert(&mut self, text: &str) {
        let inserted = self.editor.insert(text);
        self.changed(inserted);
    }

    fn set(&mut self, text: &str) {
        let inserted = self.editor.set(text);
        self.changed(inserted);
    }

    fn clear(&mut self) {
        self.editor.clear();
        self.changed(Inserted::default());
        self.list = None;
    }

    /// Closes the list, and gives back what was typed before it opened. Whether there was one.
    fn close_list(&mut self) -> bool {
        let Some(list) = self.list.take() else { return false };
        if list.kind == ListKind::History && list.before != self.text() {
            self.editor.set(&list.before);
        }
        true
    }

    /// The place in the text, in bytes, that lies at a point.
    fn at(&self, place: &PromptPlace, at: Point) -> usize {
        let (line, column) = place.scrolled;
        let down = ((at.y - place.rect.y) / place.cell.h.max(1.0)).floor();
        // Between two letters, not on one.
        let across = ((at.x - place.rect.x) / place.cell.w.max(1.0)).round();
        let index = |number: f64, from: usize| {
            let number = if number.is_finite() { number.clamp(-1e6, 1e6) } else { 0.0 };
            // Truncation is meant.
            from.saturating_add_signed(number as isize)
        };
        let line = index(down, line).min(self.editor.lines().saturating_sub(1));
        self.editor.at(line, index(across, column))
    }
}

/// The terminal that a part of the view is.
pub fn terminal_of(node: &Node) -> Option<TerminalId> {
    (node.key.part == TERMINAL && node.key.piece == 0).then(|| TerminalId::from_raw(node.key.of))
}

/// Whether pressing a part leaves the keyboard in the prompt.
fn is_of_prompt(key: Key) -> bool {
    matches!(key.part, PROMPT | "execute" | "clear" | "suggestion" | "prompt-item" | "prompt-list" | "one-line")
}

impl<'a> Sight<'a> {
    /// The terminal that the focused pane's hub shows.
    pub fn terminal(&self) -> Option<TerminalId> {
        let of_pane = |node: &&Node| node.key.pane == self.pane.get() && terminal_of(node).is_some();
        let node = self.within_reach().iter().find(of_pane).filter(|_| self.level == Level::Hub);
        node.and_then(terminal_of)
    }

    /// Whether the shell of a terminal runs.
    pub(super) fn has_shell(&self, terminal: TerminalId) -> bool {
        self.tree.terminal(terminal).is_some_and(|(_, terminal)| terminal.is_alive())
    }

    /// What lists are made of.
    pub fn sources(&self) -> Sources<'a> {
        Sources { tree: self.tree, shells: self.shells, launcher: self.launcher }
    }
}

impl Interface {
    /// The terminal that all plain keys go to, Escape among them: that of the hub in view, unless an overlay, the prompt
    /// or a part of the interface has the keyboard.
    pub fn terminal_has_keyboard(&self, sight: &Sight) -> Option<TerminalId> {
        let elsewhere = |key: Key| key.part != TERMINAL && self.ring;
        let away = self.overlay.is_some() || self.prompt.keyboard || self.find.is_some();
        if away || self.drag.is_some() || self.focused.is_some_and(elsewhere) {
            return None;
        }
        sight.terminal()
    }

    /// The same, as long as its shell is there to take them: of one that has ended they are the interface's again.
    pub fn shell_has_keyboard(&self, sight: &Sight) -> Option<TerminalId> {
        self.terminal_has_keyboard(sight).filter(|id| sight.has_shell(*id))
    }

    /// What was typed that things to launch are to be found by: in the prompt, else in the hub or the launcher.
    pub fn sought(&self) -> &str {
        match self.prompt.query().filter(|_| self.prompt.keyboard) {
            Some(Query::App(words) | Query::All(words)) => words,
            Some(Query::Go(_)) | None => &self.search,
        }
    }

    /// Takes the keyboard out of the prompt, such as when somebody presses into a window; what is in it stays.
    pub fn leave_prompt(&mut self) {
        self.prompt.keyboard = false;
        self.prompt.close_list();
        self.focused = self.focused.filter(|key| !is_of_prompt(*key));
    }

    /// Puts the keyboard into the prompt.
    pub(super) fn enter_prompt(&mut self) {
        if self.overlay.is_some() {
            self.close();
        }
        self.find = None;
        self.prompt.keyboard = true;
        (self.focused, self.ring) = (Some(Key::part(PROMPT)), false);
    }

    /// Something was pressed: whether the prompt keeps the keyboard.
    pub(super) fn pressed_on(&mut self, key: Option<Key>, at: Point, again: bool, sight: &Sight) -> Vec<Request> {
        let Some(key) = key else { return Vec::new() };
        if key.part == PROMPT {
            self.enter_prompt();
            if let Some(place) = sight.prompt {
                let to = self.prompt.at(&place, at);
                if again { self.prompt.editor.select_word(to) } else { self.prompt.editor.go_to(to, false) }
            }
            return self.want_terminal(sight);
        } else if self.prompt.keyboard && !is_of_prompt(key) && self.overlay.is_none() {
            self.leave_prompt();
            self.focused = Some(key);
        }
        Vec::new()
    }

    /// What is held on the prompt was moved: the text up to there is selected.
    pub(super) fn dragged_over_prompt(&mut self, at: Point, sight: &Sight) {
        if let Some(place) = sight.prompt {
            let to = self.prompt.at(&place, at);
            self.prompt.editor.go_to(to, true);
        }
    }

    pub(super) fn act_on_prompt(&mut self, action: &UiAction, sight: &Sight) -> Vec<Request> {
        match action {
            UiAction::Prompt if self.prompt.keyboard && self.overlay.is_none() => self.leave_prompt(),
            UiAction::Prompt => {
                self.enter_prompt();
                return self.want_terminal(sight);
            }
            UiAction::Stage { text } => {
                self.prompt.set(text);
                self.enter_prompt();
                return self.want_terminal(sight);
            }
            UiAction::Append { text } => {
                let end = self.prompt.text().len();
                let space = !self.prompt.text().is_empty() && !self.prompt.text().ends_with(char::is_whitespace);
                let text = if space { format!(" {text}") } else { text.clone() };
                let inserted = self.prompt.editor.put(end..end, &text);
                self.prompt.changed(inserted);
            }
            UiAction::Hold => self.holds_by_itself = matches!(self.overlay, Some(super::Overlay::Confirm { .. })),
            UiAction::Execute => return self.execute(sight),
            UiAction::ClearPrompt => self.prompt.clear(),
            UiAction::Confirm { id } => self.ask_to_confirm(id, sight),
            UiAction::Choose { number } => return self.choose(*number, sight),
            UiAction::TerminalFocus => {
                self.leave_prompt();
                (self.find, self.focused, self.ring) = (None, None, false);
            }
            UiAction::Around { back } => return self.go_around(*back, sight),
            UiAction::Find => return self.toggle_find(sight),
            _ => {}
        }
        Vec::new()
    }

    /// A sector whose prompt is opened gets a shell to speak to.
    fn want_terminal(&self, sight: &Sight) -> Vec<Request> {
        let Some(sector) = sight.prompt_sector().and_then(|id| sight.tree.sector(id)) else { return Vec::new() };
        if !sector.terminals.is_empty() {
            return Vec::new();
        }
        let new = crate::operation::Operation::NewTerminal { sector: Some(sector.id) };
        vec![(None, Action::Do(new))]
    }

    /// Moves the keyboard on from wherever it is, also from where plain keys mean something else.
    fn go_around(&mut self, back: bool, sight: &Sight) -> Vec<Request> {
        let from_prompt = self.prompt.keyboard;
        self.prompt.keyboard = false;
        self.prompt.close_list();
        if !from_prompt && self.focused.is_none() {
            let terminal = sight.nodes.iter().find(|node| terminal_of(node).is_some() && Self::is_near(node, sight));
            self.focused = terminal.map(|node| node.key);
        }
        let requests = self.step(back, sight);
        if self.focused.is_some_and(|key| key.part == PROMPT) {
            self.enter_prompt();
        }
        requests
    }

    /// Takes what is selected in the prompt out of it, to be kept elsewhere.
    pub fn cut(&mut self) -> Option<String> {
        if !self.prompt.keyboard || self.overlay.is_some() {
            return None;
        }
        let cut = self.prompt.selected()?.to_owned();
        self.prompt.editor.delete(Motion::Left);
        self.prompt.changed(Inserted::default());
        Some(cut)
    }

    /// What is selected in the prompt, to be copied.
    pub fn copied(&self) -> Option<&str> {
        let open = self.prompt.keyboard && self.overlay.is_none();
        self.prompt.selected().filter(|_| open)
    }
}
