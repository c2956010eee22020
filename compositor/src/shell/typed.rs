//! What keys do with the interface: its own ones, and text.

use lcars_ui::interface::{Held, Symbol};
use smithay::input::keyboard::Keysym;
use smithay::wayland::selection::SelectionTarget;

use crate::services::config::{self, Holder, Pressed};
use crate::state::State;

impl State {
    /// A key went down that belongs to the interface. What it does not want may be bound. Whether it repeats if it is
    /// held.
    pub(crate) fn interface_key(&mut self, pressed: Pressed) -> bool {
        let held = Held {
            shift: pressed.modifiers.shift,
            ctrl: pressed.modifiers.ctrl,
            alt: pressed.modifiers.alt,
            logo: pressed.modifiers.logo,
        };
        if self.prompt_clipboard(symbol(pressed), held) {
            return false;
        }
        let mut taken = false;
        let symbol = symbol(pressed);
        if let Some(symbol) = symbol {
            self.tell(self.screen().id, |interface, sight, now| {
                let requests = interface.key(symbol, held, sight, now);
                taken = requests.is_some();
                requests.unwrap_or_default()
            });
        }
        if !taken && let Some(binding) = self.settings.bindings.find(pressed, Holder::Interface) {
            let action = binding.action.clone();
            self.act_bound(action);
        }
        // A space presses buttons where it is not text.
        let presses = symbol == Some(Symbol::Char(' ')) && !self.screen().interface.prompt.keyboard;
        taken && !presses && symbol.is_some_and(repeats)
    }

    /// A key came up that the interface took: what was held with it is let go.
    pub(crate) fn interface_key_up(&mut self) {
        let screen = self.screen();
        if screen.interface.hold.is_some_and(|hold| hold.is_held()) {
            let id = screen.id;
            self.tell(id, |interface, _, now| {
                interface.let_go(now);
                Vec::new()
            });
        }
    }

    /// Copies, cuts and pastes in the prompt. Whether a key was for that.
    fn prompt_clipboard(&mut self, symbol: Option<Symbol>, held: Held) -> bool {
        let (Held { ctrl, alt: false, logo, .. }, Some(Symbol::Char(c))) = (held, symbol) else { return false };
        if ctrl == logo || !self.screen().interface.prompt.keyboard {
            return false;
        }
        let on = self.screen().id;
        match c.to_ascii_lowercase() {
            'c' => {
                let copied = self.screen().interface.copied().map(str::to_owned);
                copied.into_iter().for_each(|text| self.copy_text(SelectionTarget::Clipboard, text));
            }
            'x' => {
                let mut cut = None;
                self.tell(on, |interface, _, _| {
                    cut = interface.cut();
                    Vec::new()
                });
                cut.into_iter().for_each(|text| self.copy_text(SelectionTarget::Clipboard, text));
            }
            'v' => self.paste_text(SelectionTarget::Clipboard, move |state, text| {
                state.tell(on, |interface, sight, _| {
                    interface.text(&text, sight);
                    Vec::new()
                });
            }),
            _ => return false,
        }
        true
    }

    /// Text that no key typed, for a box of the interface. A single letter is a key all the same: of a layout that we do
    /// not have.
    pub(crate) fn interface_text(&mut self, text: &str) {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            let key = Keysym::from_char(c).raw();
            self.interface_key(Pressed { modifiers: config::Modifiers::default(), raw: key, modified: key });
            return;
        }
        self.tell(self.screen().id, |interface, sight, _| {
            interface.text(text, sight);
            Vec::new()
        });
    }
}

/// Whether a key does more by being held. One that presses or closes something does so once.
fn repeats(symbol: Symbol) -> bool {
    !matches!(symbol, Symbol::Enter | Symbol::Escape | Symbol::Tab | Symbol::Menu)
}

/// What a key means to the interface.
fn symbol(pressed: Pressed) -> Option<Symbol> {
    Some(match Keysym::from(pressed.modified) {
        Keysym::Tab | Keysym::ISO_Left_Tab => Symbol::Tab,
        Keysym::Return | Keysym::KP_Enter => Symbol::Enter,
        Keysym::Escape => Symbol::Escape,
        Keysym::BackSpace => Symbol::Backspace,
        Keysym::Delete | Keysym::KP_Delete => Symbol::Delete,
        Keysym::Left | Keysym::KP_Left => Symbol::Left,
        Keysym::Right | Keysym::KP_Right => Symbol::Right,
        Keysym::Up | Keysym::KP_Up => Symbol::Up,
        Keysym::Down | Keysym::KP_Down => Symbol::Down,
        Keysym::Home | Keysym::KP_Home => Symbol::Home,
        Keysym::End | Keysym::KP_End => Symbol::End,
        Keysym::Page_Up | Keysym::KP_Page_Up => Symbol::PageUp,
        Keysym::Page_Down | Keysym::KP_Page_Down => Symbol::PageDown,
        Keysym::Menu => Symbol::Menu,
        other => Symbol::Char(other.key_char().filter(|c| !c.is_control())?),
    })
}
