//! The session's part in composing: keys for the input method, its popups on the screen, the cursor's place for the pages.

use lcars_ui::hierarchy::OutputId;
use smithay::backend::input::KeyState;
use smithay::input::keyboard::{KeyboardHandle, Keycode, KeymapFile};
use smithay::reexports::wayland_protocols_misc::zwp_input_method_v2::server::{
    zwp_input_method_keyboard_grab_v2::ZwpInputMethodKeyboardGrabV2, zwp_input_method_v2::ZwpInputMethodV2,
};
use smithay::utils::{Logical, Rectangle};
use streamer::protocol::ToPage;

use crate::compose::Placed;
use crate::screen::Screen;
use crate::state::State;

/// What pages were told of the cursor: of which screen, and where.
pub(crate) type ToldCaret = Option<(OutputId, Rectangle<i32, Logical>)>;

impl State {
    /// Where pages were told that what is typed appears, in the space of a screen.
    pub fn caret(&self) -> Option<Rectangle<i32, Logical>> {
        self.caret.map(|(_, rect)| rect)
    }

    /// The input method wants the keys.
    pub(crate) fn input_method_grabs(&mut self, method: &ZwpInputMethodV2, grab: ZwpInputMethodKeyboardGrabV2) {
        let Some(keyboard) = self.seat.get_keyboard() else { return };
        let Some(keymap) = self.keymap_file(&keyboard) else { return };
        self.composing.grab(method, grab, &keymap, keyboard.modifier_state().serialized);
    }

    /// The input method is told what keys mean now.
    pub(crate) fn tell_keymap(&mut self) {
        if self.composing.is_grabbed()
            && let Some(keyboard) = self.seat.get_keyboard()
            && let Some(keymap) = self.keymap_file(&keyboard)
        {
            self.composing.keymap_changed(&keymap);
        }
    }

    fn keymap_file(&mut self, keyboard: &KeyboardHandle<Self>) -> Option<KeymapFile> {
        keyboard.with_xkb_state(self, |context| {
            let xkb = context.xkb().lock().ok()?;
            // SAFETY: no reference to the keymap is kept past the lock: a file is made of it.
            Some(KeymapFile::new(unsafe { xkb.keymap() }))
        })
    }

    /// A key that the desktop does not want, for the input method.
    pub(crate) fn composing_key(&mut self, code: Keycode, state: KeyState, time: u32) {
        if let Some(keyboard) = self.seat.get_keyboard() {
            let modifiers = keyboard.modifier_state().serialized;
            self.composing.key(code, state, time, modifiers);
        }
    }

    /// The popups of the input method on a screen. While something of the interface has the keyboard there are none.
    pub(crate) fn composing_popups(&self, screen: &Screen) -> Vec<Placed> {
        let interface = screen.interface.overlay.is_some() || screen.interface.prompt.keyboard;
        if interface || screen.moving() || self.composing.popups().next().is_none() {
            return Vec::new();
        }
        let windows: Vec<Placed> = self.placed_windows(screen).into_iter().map(|(placed, _)| placed).collect();
        self.composing.popups_on(&windows, Rectangle::from_size(screen.logical_size()))
    }

    /// Tells pages and popups where the cursor is that text goes to. Before each picture of a screen.
    pub(crate) fn tell_caret(&mut self, id: OutputId) {
        if self.shell.desktop.focused_output().id != id {
            return;
        }
        let Some(screen) = self.screens.get(id) else { return };
        let cursor = self.composing.cursor().and_then(|(surface, rect)| {
            let placed = self.placed_windows(screen);
            let (on, _) = placed.iter().find(|(placed, _)| placed.surface == *surface)?;
            Some(on.shown(rect))
        });
        if let Some(cursor) = cursor {
            let popups = self.composing_popups(screen);
            self.composing.tell_popups(cursor, &popups);
        }
        let now = cursor.map(|cursor| (id, cursor));
        let before = std::mem::replace(&mut self.caret, now);
        if before == now {
            return;
        }
        if let Some((on, _)) = before.filter(|(on, _)| *on != id) {
            self.send_caret(on, None);
        }
        self.send_caret(id, cursor);
    }

    fn send_caret(&self, on: OutputId, at: Option<Rectangle<i32, Logical>>) {
        let Some(stream) = self.screens.get(on).and_then(|screen| screen.stream.as_ref()) else { return };
        let rect = at.unwrap_or_default().to_f64();
        let (x, y, w, h) = (rect.loc.x, rect.loc.y, rect.size.w, rect.size.h);
        stream.broadcast(ToPage::Caret { known: at.is_some(), x, y, w, h });
    }
}
