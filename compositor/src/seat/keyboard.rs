//! Keys, the keyboard layout, and text that no key types.

use std::time::Duration;

use lcars_ui::hierarchy::{Terminal, TerminalId};
use shell_bridge::terminal::{self, KeyEvent};
use smithay::backend::input::{Event, InputBackend, KeyState, KeyboardKeyEvent};
use smithay::input::keyboard::{
    FilterResult, KeyboardHandle, Keycode, Keysym, KeysymHandle, ModifiersState, XkbConfig,
};
use smithay::utils::SERIAL_COUNTER;

use crate::input::compose::Composed;
use crate::input::layout;
use crate::input::typist::Hand;
use crate::services::config::{Action, Holder, Modifiers, Pressed};
use crate::session::terminals::keys;
use crate::state::State;
use crate::x11::taking::Held;

/// Super held alone for this long shows the keys in force.
const HELD_FOR_KEYS: Duration = Duration::from_millis(700);

/// A layout that could not be put into force.
pub type LayoutError = layout::LayoutError;

/// What becomes of a key that is not the program's.
enum Ours {
    /// It is bound.
    Bound(Action),
    /// It goes to the interface.
    Typed(Pressed),
    /// It goes to a terminal.
    Terminal(TerminalId, KeyEvent),
    /// It ends a sequence that gives this.
    Composed(String),
    /// It goes to the input method.
    ToMethod,
    /// It was typed into the interface and came up.
    Released,
    /// It was released, or means nothing.
    Nothing,
}

impl State {
    fn keyboard(&self) -> Option<KeyboardHandle<Self>> {
        self.seat.get_keyboard()
    }

    pub(super) fn key<B: InputBackend>(&mut self, event: &B::KeyboardKeyEvent) {
        if event.state() == KeyState::Pressed {
            self.release_virtual_keys();
        }
        self.use_own_keymap();
        if event.state() == KeyState::Pressed {
            self.use_plain_keymap(event.key_code());
        }
        self.press_key(event.key_code(), event.state(), event.time_msec());
    }

    /// A key gets back the meaning that it has in the layout.
    fn use_plain_keymap(&mut self, code: Keycode) {
        let Some(keyboard) = self.keyboard() else { return };
        let mut typist = std::mem::take(&mut self.typist);
        if typist.make_way(&keyboard, self, code) {
            self.tell_keymap();
        }
        self.typist = typist;
    }

    /// A key of any keyboard whose keymap is in force.
    pub(super) fn press_key(&mut self, code: Keycode, state: KeyState, time: u32) {
        let Some(keyboard) = self.keyboard() else { return };
        let serial = SERIAL_COUNTER.next_serial();
        let ours = keyboard.input(self, code, state, serial, time, |session, modifiers, key| match state {
            KeyState::Pressed => session.pressed(code, *modifiers, &key),
            KeyState::Released => session.released(code, &key),
        });
        match ours {
            Some(Ours::Bound(action)) => self.act_bound(action),
            Some(Ours::Typed(pressed)) => {
                if self.interface_key(pressed) {
                    self.begin_repeat(code, move |state| {
                        state.holder() == Holder::Interface && state.interface_key(pressed)
                    });
                }
            }
            Some(Ours::Terminal(id, key)) => {
                self.terminal_key(id, &key);
                if state == KeyState::Pressed {
                    let again = KeyEvent { state: terminal::KeyState::Repeat, ..key };
                    self.begin_repeat(code, move |state| {
                        let has = state.terminal_with_keyboard() == Some(id);
                        if has {
                            state.terminal_key(id, &again);
                        }
                        has
                    });
                }
            }
            Some(Ours::Composed(text)) => self.type_text(&text),
            Some(Ours::ToMethod) => self.composing_key(code, state, time),
            Some(Ours::Released) => self.interface_key_up(),
            Some(Ours::Nothing) | None => {}
        }
    }

    /// Whose a key is that went down.
    fn pressed(&mut self, code: Keycode, modifiers: ModifiersState, key: &KeysymHandle<'_>) -> FilterResult<Ours> {
        let modified = key.modified_sym();
        if self.lock.is_locked() {
            return self.pressed_while_locked(code, modified);
        }
        if is_super(modified) {
            if !self.shortcuts_are_inhibited() {
                self.super_went_down();
            }
            return FilterResult::Forward;
        }
        if let Some(token) = self.super_held.take() {
            self.handle.remove(token);
        }
        let raw = key.raw_latin_sym_or_raw_current_sym().unwrap_or(modified);
        let held = Modifiers { logo: modifiers.logo, ctrl: modifiers.ctrl, alt: modifiers.alt, shift: modifiers.shift };
        let pressed = Pressed { modifiers: held, raw: raw.raw(), modified: modified.raw() };
        if !modified.is_modifier_key() {
            self.end_repeat();
        }
        let (holder, terminal) = (self.holder(), self.terminal_with_keyboard());
        let bound = self.settings.bindings.find(pressed, holder).map(|binding| binding.action.clone());
        let bound = bound.filter(|action| Self::is_way_out(action) || !self.shortcuts_are_inhibited());
        // What a shell no longer takes is for what can be done about that.
        let runs = |id: &TerminalId| self.shell.desktop.terminal(*id).is_some_and(Terminal::is_alive);
        let shell = terminal.filter(|id| holder == Holder::Terminal && runs(id));
        let typed = |session: &mut Self| match shell {
            None => Ours::Typed(pressed),
            Some(id) => match keys::event(code, modified, plain(key), &modifiers, terminal::KeyState::Press) {
                // Chords with Super are the desktop's, whether they do something or not.
                Some(event) if !held.logo => {
                    session.typed.push((code, id, event.clone()));
                    Ours::Terminal(id, event)
                }
                _ => Ours::Nothing,
            },
        };
        let ours = match (bound, holder) {
            // Chords first; of plain keys those that nothing in the interface wants.
            (Some(action), Holder::Window | Holder::Terminal) => Ours::Bound(action),
            (Some(action), Holder::Interface) if !held.types() => Ours::Bound(action),
            (None, Holder::Window) if self.composing.is_grabbed() => return FilterResult::Intercept(Ours::ToMethod),
            (None, Holder::Window) => return FilterResult::Forward,
            // Whoever gets the keyboard while it is held has to know of it.
            (_, Holder::Terminal) if modified.is_modifier_key() => {
                if let Ours::Terminal(id, event) = typed(self) {
                    self.terminal_key(id, &event);
                }
                return FilterResult::Forward;
            }
            _ if held.types() => match self.compose.feed(modified) {
                Composed::Alone => typed(self),
                Composed::Part => Ours::Nothing,
                Composed::Text(text) => Ours::Composed(text),
            },
            _ => typed(self),
        };
        self.swallowed.push(code);
        FilterResult::Intercept(ours)
    }

    /// While the session is locked, keys are the lock screen's; with ours, only those that press its button.
    fn pressed_while_locked(&mut self, code: Keycode, modified: Keysym) -> FilterResult<Ours> {
        if self.lock_with_keyboard().is_some() || modified.is_modifier_key() {
            return FilterResult::Forward;
        }
        self.swallowed.push(code);
        let key = modified.raw();
        FilterResult::Intercept(match modified {
            Keysym::Tab | Keysym::Return | Keysym::KP_Enter | Keysym::space => {
                Ours::Typed(Pressed { modifiers: Modifiers::default(), raw: key, modified: key })
            }
            _ => Ours::Nothing,
        })
    }

    /// A key came up: it belongs to whom it was pressed for.
    fn released(&mut self, code: Keycode, key: &KeysymHandle<'_>) -> FilterResult<Ours> {
        if is_super(key.modified_sym()) {
            self.super_came_up();
        }
        self.end_repeat_of(code);
        if let Some(place) = self.typed.iter().position(|(typed, ..)| *typed == code) {
            let (_, id, event) = self.typed.swap_remove(place);
            if self.terminal_with_keyboard() == Some(id) {
                self.terminal_key(id, &KeyEvent { state: terminal::KeyState::Release, text: String::new(), ..event });
            }
        }
        if self.composing.holds(code) {
            return FilterResult::Intercept(Ours::ToMethod);
        }
        let before = self.swallowed.len();
        self.swallowed.retain(|swallowed| *swallowed != code);
        if self.swallowed.len() == before {
            return FilterResult::Forward;
        }
        FilterResult::Intercept(Ours::Released)
    }

    fn super_went_down(&mut self) {
        let token = self.after(HELD_FOR_KEYS, "a held key", |state| {
            if state.super_held.take().is_some() {
                state.keys_by_super = true;
                state.show_keys(true);
            }
        });
        if let Some(old) = token.and_then(|token| self.super_held.replace(token)) {
            self.handle.remove(old);
        }
    }

    fn super_came_up(&mut self) {
        if let Some(token) = self.super_held.take() {
            self.handle.remove(token);
        }
        if std::mem::take(&mut self.keys_by_super) {
            self.show_keys(false);
        }
    }

    /// Puts a layout into force, for everyone.
    ///
    /// # Errors
    /// If XKB does not know it; the one in force stays.
    pub fn set_layout(&mut self, layout: &str, variant: &str) -> Result<(), LayoutError> {
        let checked = layout::Layout::new(layout, variant)?;
        let Some(keyboard) = self.keyboard() else { return Ok(()) };
        let config = XkbConfig { layout: checked.layout(), variant: checked.variant(), ..XkbConfig::default() };
        keyboard.set_xkb_config(self, config).map_err(|_| LayoutError::Unknown)?;
        self.virtual_keyboards.forget_own();
        self.tell_keymap();
        self.options.layout = layout.to_owned();
        self.options.variant = variant.to_owned();
        if let Some(remote) = &self.remote {
            remote.streamer().set_layout(layout.to_owned());
        }
        Ok(())
    }

    /// Types `text` into the focused program or box, whatever layout is in force.
    pub fn type_text(&mut self, text: &str) {
        if self.hold_for_x11(Held::Text(text.to_owned())).is_none() {
            return;
        }
        self.note_activity();
        match (self.holder(), self.terminal_with_keyboard()) {
            (Holder::Terminal, Some(id)) => return self.terminal_text(id, text),
            (Holder::Interface, _) if self.lock.is_locked() => return,
            (Holder::Interface | Holder::Terminal, _) => return self.interface_text(text),
            (Holder::Window, _) => {}
        }
        let Some(keyboard) = self.keyboard() else { return };
        // A single character is a key as on any keyboard, wherever it comes from, and a control character is no text. The
        // field gets words: some programs, foot among them, drop what crosses a report of theirs on its way.
        let word = text.chars().nth(1).is_some() && !text.chars().any(char::is_control);
        let hand = if self.x11_has_keyboard() { Hand::Presses } else { Hand::Tells };
        let mut typist = std::mem::take(&mut self.typist);
        let prepared = typist.prepare(&keyboard, self, text, hand);
        let prepared = prepared.filter(|prepared| {
            // Nothing is left to do where the field takes it as it is.
            !(word && prepared.changes_keymap() && self.composing.commit_text(text))
        });
        if let Some(prepared) = prepared {
            let (seat, time, changes) = (self.seat.clone(), self.clock.now().as_millis(), prepared.changes_keymap());
            if let Err(error) = typist.carry_out(prepared, &keyboard, &seat, self, time) {
                tracing::error!(%error, "a text was not typed");
            }
            if changes {
                self.tell_keymap();
            }
        }
        self.typist = typist;
    }
}

/// What a key types with nothing held.
fn plain(key: &KeysymHandle<'_>) -> Keysym {
    key.raw_syms().first().copied().unwrap_or(Keysym::NoSymbol)
}

fn is_super(keysym: Keysym) -> bool {
    matches!(keysym, Keysym::Super_L | Keysym::Super_R)
}
