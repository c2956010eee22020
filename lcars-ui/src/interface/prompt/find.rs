//! Searching in a terminal's lines.

use crate::hierarchy::TerminalId;
use crate::interface::{Held, Interface, Request, Sight, Symbol, text_box};
use crate::semantics::{Action, UiAction};

/// What is typed to find it in a terminal's lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Find {
    /// In which terminal.
    pub terminal: TerminalId,
    /// What was typed.
    pub text: String,
}

impl Interface {
    pub(super) fn toggle_find(&mut self, sight: &Sight) -> Vec<Request> {
        match self.find.take() {
            Some(find) => vec![search(find.terminal, "")],
            None => {
                self.leave_prompt();
                (self.focused, self.ring) = (None, false);
                self.find = sight.terminal().map(|terminal| Find { terminal, text: String::new() });
                Vec::new()
            }
        }
    }

    /// A key while the box is open. Nothing if it is not for the box.
    pub(in crate::interface) fn find_key(&mut self, symbol: Symbol, held: Held, sight: &Sight) -> Option<Vec<Request>> {
        let find = self.find.as_mut()?;
        let terminal = find.terminal;
        let before = find.text.clone();
        match symbol {
            _ if held.logo || held.alt => return None,
            Symbol::Escape => return Some(self.toggle_find(sight)),
            Symbol::Enter | Symbol::Up | Symbol::Down if !held.ctrl => {
                let back = if symbol == Symbol::Enter { !held.shift } else { symbol == Symbol::Up };
                let go = if back { UiAction::FindPrevious { terminal } } else { UiAction::FindNext { terminal } };
                return Some(vec![(None, Action::Ui(go))]);
            }
            Symbol::Backspace if held.ctrl => text_box::delete_word(&mut find.text),
            Symbol::Backspace => text_box::backspace(&mut find.text),
            Symbol::Char('u' | 'U') if held.ctrl => find.text.clear(),
            Symbol::Char('w' | 'W') if held.ctrl => text_box::delete_word(&mut find.text),
            Symbol::Char(c) if !held.ctrl && !c.is_control() => {
                text_box::insert(&mut find.text, c.encode_utf8(&mut [0; 4]));
            }
            _ => return None,
        }
        Some(if find.text == before { Vec::new() } else { vec![search(terminal, &find.text)] })
    }

    /// A text for the box. Whether there was one.
    pub(in crate::interface) fn find_text(&mut self, text: &str) -> bool {
        self.find.as_mut().map(|find| text_box::insert(&mut find.text, text)).is_some()
    }

    /// Closes the box where its terminal is no longer in view.
    pub(in crate::interface) fn forget_find(&mut self, sight: &Sight) {
        let terminal = sight.terminal();
        self.find = self.find.take().filter(|find| self.overlay.is_some() || terminal == Some(find.terminal));
    }
}

fn search(terminal: TerminalId, text: &str) -> Request {
    (None, Action::Ui(UiAction::FindInTerminal { terminal, text: text.to_owned() }))
}
