//! What keys do in the prompt.

use super::{List, ListKind, Motion, Query};
use crate::interface::{Held, Interface, Request, Sight, Symbol};
use crate::semantics::{Action, UiAction};

impl Interface {
    /// A key while the prompt has the keyboard. Nothing if it is not for the prompt: it may be bound to something.
    pub(in crate::interface) fn prompt_key(
        &mut self,
        symbol: Symbol,
        held: Held,
        sight: &Sight,
    ) -> Option<Vec<Request>> {
        if held.logo {
            return None;
        }
        let done = Some(Vec::new());
        match (symbol, held) {
            (Symbol::Escape, _) => {
                if !self.prompt.close_list() {
                    self.leave_prompt();
                }
                done
            }
            (Symbol::Enter, Held { shift: false, alt: false, .. }) => Some(self.prompt_enter(sight)),
            (Symbol::Enter, _) => {
                self.prompt.insert("\n");
                done
            }
            (Symbol::Tab, Held { ctrl: false, alt: false, shift, .. }) => self.prompt_tab(shift, sight),
            (Symbol::Up | Symbol::Down, Held { ctrl: false, alt: false, .. }) => {
                self.prompt_vertical(symbol == Symbol::Up, held.shift, sight);
                done
            }
            (Symbol::PageUp | Symbol::PageDown, _) if self.prompt.list.is_some() => {
                self.move_choice(if symbol == Symbol::PageUp { -8 } else { 8 }, false, sight);
                done
            }
            (Symbol::Char(c), Held { ctrl, alt, .. }) if ctrl || alt => self.prompt_chord(c, held, sight),
            (Symbol::Char(c), _) if !c.is_control() => {
                self.prompt.insert(c.encode_utf8(&mut [0; 4]));
                done
            }
            (Symbol::Backspace | Symbol::Delete, _) => {
                let back = symbol == Symbol::Backspace;
                let motion = match (held.ctrl || held.alt, back) {
                    (true, true) => Motion::WordLeft,
                    (true, false) => Motion::WordRight,
                    (false, true) => Motion::Left,
                    (false, false) => Motion::Right,
                };
                self.prompt.editor.delete(motion);
                self.prompt.changed(super::Inserted::default());
                done
            }
            _ => {
                let motion = motion_of(symbol, held)?;
                self.prompt.editor.go(motion, held.shift);
                self.prompt.list = self.prompt.list.take().filter(|list| list.kind != ListKind::Completions);
                (self.prompt.completing, self.prompt.waiting) = (false, None);
                done
            }
        }
    }

    /// A text that no single key typed.
    pub(in crate::interface) fn prompt_text(&mut self, text: &str) {
        self.prompt.insert(text);
    }

    fn prompt_enter(&mut self, sight: &Sight) -> Vec<Request> {
        match &self.prompt.list {
            Some(list) => {
                let number = list.chosen;
                self.choose(number, sight)
            }
            None => self.execute(sight),
        }
    }

    fn prompt_tab(&mut self, back: bool, sight: &Sight) -> Option<Vec<Request>> {
        if self.prompt.list.is_some() {
            self.move_choice(if back { -1 } else { 1 }, true, sight);
            return Some(Vec::new());
        }
        // There is nothing to complete: the key leads on, so that nobody is caught here.
        if self.prompt.text().trim().is_empty() || back {
            return Some(self.act(&UiAction::Around { back }, sight));
        }
        self.prompt.completing = true;
        self.open_completions(sight);
        if !self.prompt.completing {
            return Some(Vec::new());
        }
        let (text, cursor) = (self.prompt.text().to_owned(), self.prompt.editor.cursor());
        Some(vec![(None, Action::Ui(UiAction::Complete { text, cursor }))])
    }

    /// Shows what could stand at the cursor, if that is known by now; the only thing there is it puts in at once.
    pub(super) fn open_completions(&mut self, sight: &Sight) {
        let (text, cursor) = (self.prompt.text().to_owned(), self.prompt.editor.cursor());
        let Some(found) = sight.shells.prompt.completions_at(&text, cursor) else { return };
        self.prompt.completing = false;
        match found.candidates.as_slice() {
            [] => self.prompt.notice = Some(String::from("NOTHING TO COMPLETE")),
            [only] => {
                let inserted = self.prompt.editor.put(found.replaces.clone(), &only.text);
                self.prompt.changed(inserted);
            }
            _ => {
                self.prompt.list = Some(List { kind: ListKind::Completions, chosen: 0, before: text });
            }
        }
    }

    fn move_choice(&mut self, by: isize, around: bool, sight: &Sight) {
        let count = self.prompt.items(&sight.sources()).len();
        let Some(list) = self.prompt.list.as_mut() else { return };
        let last = count.saturating_sub(1);
        let now = list.chosen.min(last);
        list.chosen = match now.checked_add_signed(by) {
            Some(next) if next <= last => next,
            Some(_) if around => 0,
            None if around => last,
            Some(_) => last,
            None => 0,
        };
    }

    /// Up and down: in a list, between lines, else through what was run before.
    fn prompt_vertical(&mut self, up: bool, extend: bool, sight: &Sight) {
        if self.prompt.list.is_some() {
            return self.move_choice(if up { -1 } else { 1 }, false, sight);
        }
        let (line, _) = self.prompt.editor.place();
        let at_edge = if up { line == 0 } else { line + 1 >= self.prompt.editor.lines() };
        if !at_edge || extend {
            self.prompt.editor.go(if up { Motion::Up } else { Motion::Down }, extend);
            return;
        }
        self.walk_history(up, sight);
    }

    /// To the command before, or after, that has what was typed in it.
    fn walk_history(&mut self, back: bool, sight: &Sight) {
        let (at, typed) =
            self.prompt.walk.clone().map_or((None, self.prompt.text().to_owned()), |(at, typed)| (Some(at), typed));
        let history = sight.shells.prompt.history.as_slice();
        let now = self.prompt.text().to_owned();
        let fits = |ran: &&(usize, &String)| ran.1.contains(typed.trim()) && *ran.1 != now;
        let numbered: Vec<(usize, &String)> = history.iter().enumerate().collect();
        let found = match (back, at) {
            (true, None) => numbered.iter().find(fits),
            (true, Some(at)) => numbered.iter().filter(|(place, _)| *place > at).find(fits),
            (false, Some(at)) => numbered.iter().rev().filter(|(place, _)| *place < at).find(fits),
            (false, None) => None,
        };
        match found {
            Some((place, ran)) => {
                self.prompt.set(ran);
                self.prompt.walk = Some((*place, typed));
            }
            // Beyond the newest lies what was typed.
            None if !back && at.is_some() => self.prompt.set(&typed),
            None => {}
        }
    }

    fn prompt_chord(&mut self, c: char, held: Held, sight: &Sight) -> Option<Vec<Request>> {
        let done = Some(Vec::new());
        let editor = &mut self.prompt.editor;
        let changed = |this: &mut Self, inserted| {
            this.prompt.changed(inserted);
            Some(Vec::new())
        };
        let nothing = super::Inserted::default();
        match (c.to_ascii_lowercase(), held.ctrl, held.alt) {
            ('a', true, false) => editor.go(Motion::LineStart, false),
            ('e', true, false) => editor.go(Motion::LineEnd, false),
            ('b', true, false) => editor.go(Motion::Left, false),
            ('f', true, false) => editor.go(Motion::Right, false),
            ('b', false, true) => editor.go(Motion::WordLeft, false),
            ('f', false, true) => editor.go(Motion::WordRight, false),
            ('k', true, false) => {
                editor.kill(Motion::LineEnd);
                return changed(self, nothing);
            }
            ('u', true, false) => {
                editor.kill(Motion::LineStart);
                return changed(self, nothing);
            }
            ('w', true, false) => {
                editor.kill(Motion::BigWordLeft);
                return changed(self, nothing);
            }
            ('d', false, true) => {
                editor.kill(Motion::WordRight);
                return changed(self, nothing);
            }
            ('y', true, false) => {
                let inserted = editor.yank();
                return changed(self, inserted);
            }
            ('d', true, false) => {
                editor.delete(Motion::Right);
                return changed(self, nothing);
            }
            ('h', true, false) => {
                editor.delete(Motion::Left);
                return changed(self, nothing);
            }
            ('z', true, false) if held.shift => {
                editor.redo();
                return changed(self, nothing);
            }
            ('z' | '_', true, false) => {
                editor.undo();
                return changed(self, nothing);
            }
            ('p' | 'n', true, false) => {
                self.prompt_vertical(c.eq_ignore_ascii_case(&'p'), false, sight);
                return done;
            }
            ('r', true, false) => {
                self.search_history(sight);
                return done;
            }
            // With something selected these are for the clipboard.
            ('c', true, false) if editor.selection().is_none() && !held.shift => {
                self.prompt.clear();
                return done;
            }
            // Any other chord may be bound. AltGr comes as the letter that it makes, without Alt.
            _ => return None,
        };
        self.prompt.list = self.prompt.list.take().filter(|list| list.kind != ListKind::Completions);
        done
    }

    /// Opens the list of what was run before, or goes further back in it.
    fn search_history(&mut self, sight: &Sight) {
        if self.prompt.list.as_ref().is_some_and(|list| list.kind == ListKind::History) {
            return self.move_choice(1, true, sight);
        }
        if Query::of(self.prompt.text()).is_some() {
            self.prompt.clear();
        }
        let before = self.prompt.text().to_owned();
        self.prompt.list = Some(List { kind: ListKind::History, chosen: 0, before });
    }
}

/// Where a key moves the cursor.
fn motion_of(symbol: Symbol, held: Held) -> Option<Motion> {
    let word = held.ctrl || held.alt;
    Some(match symbol {
        Symbol::Left if word => Motion::WordLeft,
        Symbol::Right if word => Motion::WordRight,
        Symbol::Left => Motion::Left,
        Symbol::Right => Motion::Right,
        Symbol::Home if held.ctrl => Motion::Start,
        Symbol::End if held.ctrl => Motion::End,
        Symbol::Home => Motion::LineStart,
        Symbol::End => Motion::LineEnd,
        _ => return None,
    })
}
