//! Keyboards that are programs. Each has a keymap of its own, which is in force from its first key to the next one of
//! another keyboard. Its keys are those of any keyboard: bindings count, and the desktop's own terminals and boxes take
//! them. Those of an input method are what it did not want, and go to the program.

use smithay::backend::input::KeyState;
use smithay::input::keyboard::{KeyboardTarget, Keycode, ModifiersState, SerializedMods, xkb};
use smithay::reexports::wayland_protocols_misc::zwp_virtual_keyboard_v1::server::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;
use smithay::reexports::wayland_server::Resource;
use smithay::utils::SERIAL_COUNTER;

use crate::input::modifiers;
use crate::services::config::Holder;
use crate::state::State;

/// Most keyboards at once.
const MAX_KEYBOARDS: usize = 64;
/// Most keys that one holds down.
const MAX_HELD: usize = 64;
/// Largest key of evdev.
const MAX_KEY: u32 = 0x2ff;

/// What a virtual keyboard says of modifiers, as XKB counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Masks {
    pub(crate) depressed: u32,
    pub(crate) latched: u32,
    pub(crate) locked: u32,
    pub(crate) group: u32,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct VirtualKeyboards {
    boards: Vec<Board>,
    /// The session's own keymap, while that of a virtual keyboard is in force.
    own: Option<String>,
}

#[derive(Debug)]
struct Board {
    object: ZwpVirtualKeyboardV1,
    keymap: Option<String>,
    /// Its keymap is in force.
    in_force: bool,
    held: Vec<Keycode>,
    /// It put modifiers into force.
    modifies: bool,
}

impl VirtualKeyboards {
    pub(crate) fn add(&mut self, object: ZwpVirtualKeyboardV1) {
        if self.boards.len() < MAX_KEYBOARDS {
            self.boards.push(Board { object, keymap: None, in_force: false, held: Vec::new(), modifies: false });
        }
    }

    /// Whether it may type; one that is not heard may.
    pub(crate) fn has_keymap(&self, object: &ZwpVirtualKeyboardV1) -> bool {
        self.boards.iter().find(|board| board.object == *object).is_none_or(|board| board.keymap.is_some())
    }

    fn get(&mut self, object: &ZwpVirtualKeyboardV1) -> Option<&mut Board> {
        self.boards.iter_mut().find(|board| board.object == *object)
    }

    /// The session's keymap was replaced by another one.
    pub(super) fn forget_own(&mut self) {
        self.own = None;
        self.boards.iter_mut().for_each(|board| board.in_force = false);
    }
}

impl State {
    pub(crate) fn virtual_keymap(&mut self, object: &ZwpVirtualKeyboardV1, keymap: String) {
        if let Some(board) = self.virtual_keyboards.get(object)
            && board.keymap.as_ref() != Some(&keymap)
        {
            board.keymap = Some(keymap);
            board.in_force = false;
        }
    }

    pub(crate) fn virtual_key(&mut self, object: &ZwpVirtualKeyboardV1, key: u32, state: KeyState) {
        if key > MAX_KEY {
            return;
        }
        let (code, time) = (Keycode::new(key + 8), self.clock.now().as_millis());
        if self.is_input_method(object) {
            if self.holder() == Holder::Window
                && let Some(keyboard) = self.seat.get_keyboard()
            {
                keyboard.input_forward(self, code, state, SERIAL_COUNTER.next_serial(), time, false);
            }
            return;
        }
        let Some(board) = self.virtual_keyboards.get(object) else { return };
        let held = board.held.contains(&code);
        match state {
            KeyState::Pressed if held || board.held.len() >= MAX_HELD => return,
            KeyState::Pressed => board.held.push(code),
            KeyState::Released if !held => return,
            KeyState::Released => board.held.retain(|held| *held != code),
        }
        self.note_activity();
        self.use_keymap_of(object);
        self.press_key(code, state, time);
    }

    pub(crate) fn virtual_modifiers(&mut self, object: &ZwpVirtualKeyboardV1, masks: Masks) {
        let Some(keyboard) = self.seat.get_keyboard() else { return };
        let seat = self.seat.clone();
        if self.is_input_method(object) {
            if let Some(focus) = keyboard.current_focus() {
                let Masks { depressed, latched, locked, group } = masks;
                let serialized = SerializedMods { depressed, latched, locked, layout_effective: group };
                let told = ModifiersState { serialized, ..ModifiersState::default() };
                focus.modifiers(&seat, self, told, SERIAL_COUNTER.next_serial());
            }
            return;
        }
        if self.use_keymap_of(object) {
            let mask = masks.depressed | masks.latched | masks.locked;
            self.virtual_keyboards.get(object).into_iter().for_each(|board| board.modifies = mask != 0);
            modifiers::set(&keyboard, &seat, self, modifiers::from_mask(mask), masks.group);
        }
    }

    pub(crate) fn virtual_keyboard_gone(&mut self, object: &ZwpVirtualKeyboardV1) {
        let boards = &mut self.virtual_keyboards.boards;
        let Some(place) = boards.iter().position(|board| board.object == *object) else { return };
        let board = boards.remove(place);
        self.release_keys_of(board.held, board.modifies);
        if board.in_force {
            self.use_own_keymap();
        }
    }

    /// The user presses a key: what programs hold down is let go, so that a key is what it is on the user's own keyboard.
    pub(super) fn release_virtual_keys(&mut self) {
        let boards = self.virtual_keyboards.boards.iter_mut();
        let held: Vec<_> =
            boards.map(|board| (std::mem::take(&mut board.held), std::mem::take(&mut board.modifies))).collect();
        held.into_iter().for_each(|(keys, modifies)| self.release_keys_of(keys, modifies));
    }

    fn release_keys_of(&mut self, held: Vec<Keycode>, modifies: bool) {
        let time = self.clock.now().as_millis();
        for code in held.into_iter().rev() {
            self.press_key(code, KeyState::Released, time);
        }
        if modifies && let Some(keyboard) = self.seat.get_keyboard() {
            let seat = self.seat.clone();
            modifiers::set(&keyboard, &seat, self, ModifiersState::default(), 0);
        }
    }

    /// An input method types what it did not want itself, and past itself.
    fn is_input_method(&self, object: &ZwpVirtualKeyboardV1) -> bool {
        object.client().is_some_and(|client| self.composing.is_grabbed_by(&client.id()))
    }

    /// Puts the keymap of a virtual keyboard into force. Whether it is.
    fn use_keymap_of(&mut self, object: &ZwpVirtualKeyboardV1) -> bool {
        let Some(board) = self.virtual_keyboards.get(object) else { return false };
        if board.in_force {
            return true;
        }
        let (Some(keymap), Some(keyboard)) = (board.keymap.clone(), self.seat.get_keyboard()) else { return false };
        let in_force = keyboard.with_xkb_state(self, |context| {
            let xkb = context.xkb().lock().ok()?;
            // SAFETY: only a string is made of the keymap, and that within the lock.
            Some(unsafe { xkb.keymap() }.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1))
        });
        if in_force.as_ref() == Some(&keymap) {
            // That of an input method is the session's own.
            return true;
        }
        if keyboard.set_keymap_from_string(self, keymap).is_err() {
            tracing::debug!("the keymap of a virtual keyboard does not compile");
            return false;
        }
        let keyboards = &mut self.virtual_keyboards;
        keyboards.own = keyboards.own.take().or(in_force);
        keyboards.boards.iter_mut().for_each(|board| board.in_force = board.object == *object);
        self.tell_keymap();
        true
    }

    /// A key of the session's own keyboard comes: its keymap is in force again.
    pub(super) fn use_own_keymap(&mut self) {
        let Some(own) = self.virtual_keyboards.own.take() else { return };
        self.virtual_keyboards.forget_own();
        if let Some(keyboard) = self.seat.get_keyboard()
            && keyboard.set_keymap_from_string(self, own).is_err()
        {
            tracing::error!("the keymap that was in force does not compile any more");
        }
        self.tell_keymap();
    }
}
