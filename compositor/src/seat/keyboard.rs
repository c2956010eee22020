//! Keys, the keyboard layout, and text that no key types.

use smithay::backend::input::{Event, InputBackend, KeyState, KeyboardKeyEvent};
use smithay::input::keyboard::{FilterResult, KeyboardHandle, Keycode, XkbConfig};
use smithay::utils::SERIAL_COUNTER;

use crate::input::{layout, typist};
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
        if let Some(remote) = &self.remote {
            remote.streamer().set_layout(layout.to_owned());
        }
        Ok(())
    }

    /// Types `text` into the focused program, whatever layout is in force.
    pub fn type_text(&mut self, text: &str) {
        let Some(keyboard) = self.keyboard() else { return };
        let (seat, time) = (self.seat.clone(), self.clock.now().as_millis());
        if let Err(error) = typist::type_text(&keyboard, &seat, self, text, time) {
            tracing::error!(%error, "a text was not typed");
        }
    }
}
