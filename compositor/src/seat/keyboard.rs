//! Keys, the keyboard layout, and text that no key types.

use smithay::backend::input::{Event, InputBackend, KeyState, KeyboardKeyEvent};
use smithay::input::keyboard::{FilterResult, KeyboardHandle, Keycode, XkbConfig};
use smithay::utils::SERIAL_COUNTER;

use crate::input::typing::{self, Step};
use crate::input::{layout, modifiers};
use crate::state::State;

/// A layout that could not be put into force.
pub type LayoutError = layout::LayoutError;

impl State {
    fn keyboard(&self) -> Option<KeyboardHandle<Self>> {
        self.seat.get_keyboard()
    }

    pub(super) fn key<B: InputBackend>(&mut self, event: &B::KeyboardKeyEvent) {
        self.press_key(event.key_code(), event.state(), event.time_msec());
    }

    fn press_key(&mut self, code: Keycode, state: KeyState, time: u32) {
        let Some(keyboard) = self.keyboard() else { return };
        let serial = SERIAL_COUNTER.next_serial();
        // No binding of our own yet: every key belongs to the program.
        keyboard.input::<(), _>(self, code, state, serial, time, |_, _, _| FilterResult::Forward);
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
        self.options.layout = layout.to_owned();
        self.options.variant = variant.to_owned();
        Ok(())
    }

    /// Types `text` into the focused program: with the keys of its layout where it has them, else with keys of a keymap
    /// that is put into force for as long as the text takes.
    pub fn type_text(&mut self, text: &str) {
        let Some(keyboard) = self.keyboard() else { return };
        let seat = self.seat.clone();
        let held = keyboard.modifier_state();
        let (plan, layout) = keyboard.with_xkb_state(self, |context| {
            let Ok(xkb) = context.xkb().lock() else { return Default::default() };
            let layout = xkb.active_layout().0;
            // SAFETY: the keymap is only read, and not kept past the lock.
            (typing::plan(text, unsafe { xkb.keymap() }, layout), layout)
        });
        let time = self.clock.now().as_millis();
        for step in plan.steps {
            match step {
                Step::Key { code, mods } => {
                    modifiers::set(&keyboard, &seat, self, modifiers::from_mask(mods), layout);
                    self.press_key(code, KeyState::Pressed, time);
                    self.press_key(code, KeyState::Released, time);
                }
                Step::Keymap(keymap) => {
                    if let Err(error) = keyboard.set_keymap_from_string(self, keymap) {
                        tracing::error!(?error, "a keymap for typing was refused");
                        break;
                    }
                }
                Step::RestoreKeymap => {
                    let (layout, variant) = (self.options.layout.clone(), self.options.variant.clone());
                    if let Err(error) = self.set_layout(&layout, &variant) {
                        tracing::error!(%error, "the layout could not be restored");
                    }
                }
            }
        }
        modifiers::set(&keyboard, &seat, self, held, layout);
    }
}
