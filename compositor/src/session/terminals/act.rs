//! What is done to a terminal by key, by text and by the interface.

use std::time::Duration;

use lcars_ui::hierarchy::TerminalId;
use lcars_ui::interface::AlertLevel;
use lcars_ui::semantics::UiAction;
use shell_bridge::terminal::{Jump, Key, KeyEvent, KeyState, Motion, Named, Paste, Scroll};
use smithay::wayland::selection::SelectionTarget;

use crate::services::config::Bound;
use crate::state::State;

/// By how much letters grow and shrink, in logical pixels.
const FONT_STEP: f64 = 1.0;
/// A paste that was asked about and comes again within this time is meant.
const MEANT_WITHIN: Duration = Duration::from_secs(10);

impl State {
    /// A key was pressed, is held, or was released, and the terminal has the keyboard.
    pub(crate) fn terminal_key(&mut self, id: TerminalId, key: &KeyEvent) {
        if self.terminals.with(id, |terminal| terminal.has_caret()) == Some(true) {
            return self.caret_key(id, key);
        }
        let typed = self.terminals.with(id, |terminal| {
            let bytes = terminal.key(key);
            let typed = !bytes.is_empty() && key.state != KeyState::Release;
            if typed && terminal.scrolled().below > 0 {
                terminal.scroll(Scroll::Bottom);
            }
            (bytes, typed)
        });
        let Some((bytes, typed)) = typed else { return };
        self.terminals.write(id, &bytes);
        if typed && self.shell.shells.faces.get(&id).is_some_and(|face| face.scrolled.is_some()) {
            self.terminal_touched(id);
        }
    }

    /// A key while keys select: it moves the caret, with Shift it selects. Enter copies, Escape ends it.
    fn caret_key(&mut self, id: TerminalId, key: &KeyEvent) {
        let Key::Named(name) = key.key else { return };
        let word = key.modifiers.control;
        let motion = match name {
            Named::Left => Some(if word { Motion::WordLeft } else { Motion::Left }),
            Named::Right => Some(if word { Motion::WordRight } else { Motion::Right }),
            Named::Up => Some(Motion::Up),
            Named::Down => Some(Motion::Down),
            Named::Home => Some(if word { Motion::Top } else { Motion::LineStart }),
            Named::End => Some(if word { Motion::Bottom } else { Motion::LineEnd }),
            Named::PageUp => Some(Motion::PageUp),
            Named::PageDown => Some(Motion::PageDown),
            _ => None,
        };
        match (motion, key.state) {
            (_, KeyState::Release) => {}
            (Some(motion), _) => {
                self.in_terminal(id, |terminal| terminal.move_caret(motion, key.modifiers.shift));
            }
            (None, _) if matches!(name, Named::Escape | Named::Enter) => {
                let selected = self.terminals.with(id, |terminal| terminal.selected_text()).flatten();
                if let Some(text) = selected.filter(|_| name == Named::Enter) {
                    self.copy_text(SelectionTarget::Clipboard, text);
                }
                self.in_terminal(id, |terminal| terminal.caret(false));
            }
            (None, _) => {}
        }
    }

    /// Text that no key of the layout typed: from an input method, a phone, a sequence of dead keys.
    pub(crate) fn terminal_text(&mut self, id: TerminalId, text: &str) {
        // As if it were typed: a line's end is Enter, and other control characters have no key.
        let typed: String = text
            .chars()
            .map(|c| if c == '\n' { '\r' } else { c })
            .filter(|c| !c.is_control() || matches!(c, '\r' | '\t'))
            .collect();
        self.terminals.write(id, typed.as_bytes());
    }

    /// Does what a key is bound to where a terminal has the keyboard.
    ///
    /// # Errors
    /// If none has, or it cannot be done.
    pub(crate) fn act_in_terminal(&mut self, action: &Bound) -> Result<(), String> {
        let id = self.terminal_with_keyboard().or_else(|| self.shell.desktop.prompt_terminal());
        let id = id.ok_or("there is no terminal here")?;
        match action {
            Bound::Copy => {
                let selected = self.terminals.with(id, |terminal| terminal.selected_text()).flatten();
                let text = selected.filter(|text| !text.is_empty()).ok_or("nothing is selected in the terminal")?;
                self.copy_text(SelectionTarget::Clipboard, text);
                return Ok(());
            }
            Bound::Paste => {
                self.paste_into(id, SelectionTarget::Clipboard);
                return Ok(());
            }
            Bound::FindInTerminal => return self.act_ui(UiAction::Find),
            Bound::FontLarger => self.terminals.larger += FONT_STEP,
            Bound::FontSmaller => self.terminals.larger -= FONT_STEP,
            Bound::FontNormal => self.terminals.larger = 0.0,
            Bound::PreviousPrompt => self.in_terminal(id, |terminal| terminal.jump(Jump::PreviousPrompt)),
            Bound::NextPrompt => self.in_terminal(id, |terminal| terminal.jump(Jump::NextPrompt)),
            Bound::SelectOutput => self.in_terminal(id, |terminal| terminal.select_output(None)),
            Bound::SelectByKeys => self.in_terminal(id, |terminal| terminal.caret(!terminal.has_caret())),
            Bound::ScrollPageUp => self.in_terminal(id, |terminal| terminal.scroll(Scroll::Pages(1))),
            Bound::ScrollPageDown => self.in_terminal(id, |terminal| terminal.scroll(Scroll::Pages(-1))),
            Bound::ScrollToTop => self.in_terminal(id, |terminal| terminal.scroll(Scroll::Top)),
            Bound::ScrollToBottom => self.in_terminal(id, |terminal| terminal.scroll(Scroll::Bottom)),
            _ => {}
        }
        if matches!(action, Bound::FontLarger | Bound::FontSmaller | Bound::FontNormal) {
            // What cannot be seen is not counted: the next step back is seen at once.
            let (least, most) = crate::services::config::terminal::FONT_SIZES;
            let set = self.settings.terminal.font_size;
            self.terminals.larger = self.terminals.larger.clamp(least - set, most - set);
            self.shell.outdated = true;
        }
        Ok(())
    }

    fn in_terminal<R>(&mut self, id: TerminalId, work: impl FnOnce(&mut shell_bridge::terminal::Terminal) -> R) {
        self.terminals.with(id, work);
        self.terminal_touched(id);
    }

    /// Ends what runs in a terminal, as Ctrl+C does.
    pub(crate) fn interrupt(&mut self, id: TerminalId) {
        self.terminals.write(id, b"\x03");
    }

    /// Shows the newest lines of a terminal again.
    pub(crate) fn scroll_to_end(&mut self, id: TerminalId) {
        self.in_terminal(id, |terminal| terminal.scroll(Scroll::Bottom));
    }

    /// Types what was copied.
    pub(super) fn paste_into(&mut self, id: TerminalId, target: SelectionTarget) {
        self.paste_text(target, move |state, text| state.paste_in_terminal(id, &text));
    }

    fn paste_in_terminal(&mut self, id: TerminalId, text: &str) {
        match self.terminals.with(id, |terminal| terminal.paste(text)) {
            Some(Paste::Bytes(bytes)) => self.pasted(id, &bytes),
            Some(Paste::Ask { lines, bytes }) => {
                let now = self.shell.now();
                let asked = self.terminals.asked.take();
                let again = asked.is_some_and(|(there, before, at)| {
                    there == id && before == bytes && now.saturating_sub(at) < MEANT_WITHIN
                });
                if again {
                    return self.pasted(id, &bytes);
                }
                self.terminals.asked = Some((id, bytes, now));
                let text = format!("{lines} pasted lines would run at once: paste again to let them");
                self.tell_user(AlertLevel::Caution, &text);
            }
            Some(Paste::TooLong) => self.tell_user(AlertLevel::Caution, "what was copied is too long for a terminal"),
            Some(Paste::Nothing) | None => {}
        }
    }

    fn pasted(&mut self, id: TerminalId, bytes: &[u8]) {
        self.terminals.write(id, bytes);
        self.in_terminal(id, |terminal| terminal.scroll(Scroll::Bottom));
    }
}
