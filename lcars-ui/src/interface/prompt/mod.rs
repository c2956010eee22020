//! The Persistent Unified Prompt: what is typed into it, and what it asks the rest of the desktop for.
//!
//! It edits text and asks; it runs nothing. What is typed is looked at elsewhere, and only a verdict about exactly this
//! text lets it ask for a commit.

use super::{Interface, Request, Sight};
use crate::hierarchy::{Level, TerminalId};
use crate::scene::Key;
use crate::semantics::{Node, UiAction};

/// The part of the view that a hub's terminal is.
pub const TERMINAL: &str = "terminal";

/// What the prompt is at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prompt {
    /// Whether it has the keyboard.
    pub keyboard: bool,
    text: String,
}

impl Prompt {
    /// What is in it, exactly as it would run.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// The terminal that a part of the view is.
pub fn terminal_of(node: &Node) -> Option<TerminalId> {
    (node.key.part == TERMINAL && node.key.piece == 0).then(|| TerminalId::from_raw(node.key.of))
}

impl Sight<'_> {
    /// The terminal that the focused pane's hub shows.
    pub fn terminal(&self) -> Option<TerminalId> {
        let of_pane = |node: &&Node| node.key.pane == self.pane.get() && terminal_of(node).is_some();
        let node = self.within_reach().iter().find(of_pane).filter(|_| self.level == Level::Hub);
        node.and_then(terminal_of)
    }
}

impl Interface {
    /// The terminal that all plain keys go to, Escape among them: that of the hub in view, unless an overlay, the prompt
    /// or a part of the interface has the keyboard.
    pub fn terminal_has_keyboard(&self, sight: &Sight) -> Option<TerminalId> {
        let elsewhere = |key: Key| key.part != TERMINAL && self.ring;
        if self.overlay.is_some() || self.prompt.keyboard || self.focused.is_some_and(elsewhere) {
            return None;
        }
        sight.terminal()
    }

    pub(super) fn act_on_prompt(&mut self, action: &UiAction, _sight: &Sight) -> Vec<Request> {
        match action {
            UiAction::Prompt => self.prompt.keyboard = !self.prompt.keyboard,
            UiAction::Stage { text } => self.prompt.text.clone_from(text),
            UiAction::Append { text } => {
                if !self.prompt.text.is_empty() && !self.prompt.text.ends_with(' ') {
                    self.prompt.text.push(' ');
                }
                self.prompt.text.push_str(text);
            }
            UiAction::ClearPrompt => self.prompt.text.clear(),
            UiAction::TerminalFocus => (self.prompt.keyboard, self.focused) = (false, None),
            _ => {}
        }
        Vec::new()
    }
}
