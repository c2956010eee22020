//! Carries out a [`typing::Plan`] on a seat.
//!
//! To the focused client it looks like a quick hand on the keyboard. What people hold down meanwhile, on this keyboard or
//! in a page, does not disturb the text and is as it was after it.

use smithay::backend::input::KeyState;
use smithay::input::keyboard::{FilterResult, KeyboardHandle, Keycode, ModifiersState, xkb};
use smithay::input::{Seat, SeatHandler};
use smithay::utils::SERIAL_COUNTER;

use super::modifiers;
use super::typing::{self, Plan, Step};

/// A keymap for typing did not compile, which is our own mistake. The text was typed up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a keymap for typing does not compile")]
pub struct BadKeymap;

/// Types `text` into the focused client at `time` (milliseconds, as in Wayland's events).
///
/// The keys go straight to the client, past any key bindings: a text is not a shortcut.
///
/// # Errors
/// [`BadKeymap`]; the keymap and the modifiers from before are in force then too.
pub fn type_text<D>(
    keyboard: &KeyboardHandle<D>,
    seat: &Seat<D>,
    data: &mut D,
    text: &str,
    time: u32,
) -> Result<(), BadKeymap>
where
    D: SeatHandler + 'static,
    D::KeyboardFocus: Clone,
{
    let Some((plan, layout, base)) = keyboard.with_xkb_state(data, |context| {
        let xkb = context.xkb().lock().ok()?;
        // SAFETY: no reference to the keymap is kept past this closure: it is read for a plan and a string.
        let keymap = unsafe { xkb.keymap() };
        let layout = xkb.active_layout().0;
        let plan = typing::plan(text, keymap, layout);
        let base = plan.changes_keymap().then(|| keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1));
        Some((plan, layout, base))
    }) else {
        return Ok(());
    };
    if plan.steps.is_empty() {
        return Ok(());
    }
    let held = keyboard.modifier_state();
    let typed = carry_out(plan, layout, base.as_deref(), keyboard, seat, data, time);
    if let (Err(_), Some(base)) = (typed, base) {
        let restored = keyboard.set_keymap_from_string(data, base);
        debug_assert!(restored.is_ok(), "it was in force a moment ago");
    }
    modifiers::set(keyboard, seat, data, held, layout);
    typed
}

/// Whether the layout in force has all of a text, so that [`type_text`] does not change the keymap.
pub fn has_keys_for<D: SeatHandler + 'static>(keyboard: &KeyboardHandle<D>, data: &mut D, text: &str) -> bool {
    let plan = keyboard.with_xkb_state(data, |context| {
        let xkb = context.xkb().lock().ok()?;
        // SAFETY: no reference to the keymap is kept past this closure.
        let keymap = unsafe { xkb.keymap() };
        Some(typing::plan(text, keymap, xkb.active_layout().0))
    });
    plan.is_some_and(|plan| !plan.changes_keymap())
}

fn carry_out<D>(
    plan: Plan,
    layout: u32,
    base: Option<&str>,
    keyboard: &KeyboardHandle<D>,
    seat: &Seat<D>,
    data: &mut D,
    time: u32,
) -> Result<(), BadKeymap>
where
    D: SeatHandler + 'static,
    D::KeyboardFocus: Clone,
{
    let mut in_force: Option<ModifiersState> = None;
    for step in plan.steps {
        let keymap = match step {
            Step::Key { code, mods } => {
                let wanted = modifiers::from_mask(mods);
                if in_force != Some(wanted) {
                    modifiers::set(keyboard, seat, data, wanted, layout);
                    in_force = Some(wanted);
                }
                tap(keyboard, data, code, time);
                continue;
            }
            Step::Keymap(keymap) => keymap,
            Step::RestoreKeymap => base.map(str::to_owned).ok_or(BadKeymap)?,
        };
        keyboard.set_keymap_from_string(data, keymap).map_err(|_| BadKeymap)?;
        in_force = None;
    }
    Ok(())
}

fn tap<D: SeatHandler + 'static>(keyboard: &KeyboardHandle<D>, data: &mut D, code: Keycode, time: u32) {
    let mut send = |state| {
        let serial = SERIAL_COUNTER.next_serial();
        keyboard.input::<(), _>(data, code, state, serial, time, |_, _, _| FilterResult::Forward);
    };
    // Someone holds this very key: a second press would be no event to the client.
    if keyboard.pressed_keys().contains(&code) {
        send(KeyState::Released);
    }
    send(KeyState::Pressed);
    send(KeyState::Released);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use smithay::input::SeatState;
    use smithay::input::keyboard::{KeyboardTarget, KeysymHandle, Layout, XkbConfig};
    use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
    use smithay::utils::{IsAlive, Serial};

    use super::*;

    /// A seat, and the client that has its keyboard focus.
    struct Desk {
        seats: SeatState<Desk>,
        /// What the client has been told of modifiers last.
        modifiers: ModifiersState,
        /// What it makes of the keys.
        text: String,
        /// Keys that it believes to be down.
        down: HashSet<Keycode>,
    }

    #[derive(Debug, Clone, PartialEq)]
    struct Client;

    impl IsAlive for Client {
        fn alive(&self) -> bool {
            true
        }
    }

    impl KeyboardTarget<Desk> for Client {
        fn enter(&self, _: &Seat<Desk>, _: &mut Desk, _: Vec<KeysymHandle<'_>>, _: Serial) {}

        fn leave(&self, _: &Seat<Desk>, _: &mut Desk, _: Serial) {}

        fn key(&self, _: &Seat<Desk>, desk: &mut Desk, key: KeysymHandle<'_>, state: KeyState, _: Serial, _: u32) {
            if state == KeyState::Released {
                desk.down.remove(&key.raw_code());
            } else {
                assert!(desk.down.insert(key.raw_code()), "{:?} pressed twice", key.raw_code());
                let xkb = key.xkb().lock().expect("nobody panicked with it");
                // SAFETY: the state made of the keymap ends with the lock.
                let mut state = xkb::State::new(unsafe { xkb.keymap() });
                let told = desk.modifiers.serialized;
                state.update_mask(told.depressed, told.latched, told.locked, 0, 0, told.layout_effective);
                desk.text += &state.key_get_utf8(key.raw_code());
            }
        }

        fn modifiers(&self, _: &Seat<Desk>, desk: &mut Desk, modifiers: ModifiersState, _: Serial) {
            desk.modifiers = modifiers;
        }
    }

    impl SeatHandler for Desk {
        type KeyboardFocus = Client;
        type PointerFocus = WlSurface;
        type TouchFocus = WlSurface;

        fn seat_state(&mut self) -> &mut SeatState<Self> {
            &mut self.seats
        }
    }

    const SHIFT: Keycode = Keycode::new(42 + 8);
    const CAPS_LOCK: Keycode = Keycode::new(58 + 8);
    const A: Keycode = Keycode::new(30 + 8);
    const TEXT: &str = "aB1! ß é Привет 😀 done";

    struct Test {
        desk: Desk,
        seat: Seat<Desk>,
        keyboard: KeyboardHandle<Desk>,
    }

    impl Test {
        fn new(layout: &str) -> Self {
            let mut desk = Desk {
                seats: SeatState::new(),
                modifiers: ModifiersState::default(),
                text: String::new(),
                down: HashSet::new(),
            };
            let mut seat = desk.seats.new_seat("seat");
            let config = XkbConfig { layout, ..XkbConfig::default() };
            let keyboard = seat.add_keyboard(config, 200, 25).expect("an installed layout");
            keyboard.set_focus(&mut desk, Some(Client), SERIAL_COUNTER.next_serial());
            Self { desk, seat, keyboard }
        }

        fn key(&mut self, code: Keycode, state: KeyState) {
            let serial = SERIAL_COUNTER.next_serial();
            self.keyboard.input::<(), _>(&mut self.desk, code, state, serial, 0, |_, _, _| FilterResult::Forward);
        }

        fn press(&mut self, code: Keycode) {
            self.key(code, KeyState::Pressed);
        }

        fn release(&mut self, code: Keycode) {
            self.key(code, KeyState::Released);
        }

        /// What the client got by typing `text`.
        fn typed(&mut self, text: &str) -> String {
            self.desk.text.clear();
            assert_eq!(type_text(&self.keyboard, &self.seat, &mut self.desk, text, 0), Ok(()));
            std::mem::take(&mut self.desk.text)
        }

        /// What the client gets of the key A now.
        fn a(&mut self) -> String {
            self.desk.text.clear();
            self.press(A);
            self.release(A);
            std::mem::take(&mut self.desk.text)
        }
    }

    #[test]
    fn the_client_gets_the_text() {
        for layout in ["us", "de", "ru", "fr"] {
            assert_eq!(Test::new(layout).typed(TEXT), TEXT, "{layout}");
        }
    }

    #[test]
    fn the_keymap_from_before_is_in_force_again() {
        let mut test = Test::new("us");
        let keymap = |test: &mut Test| {
            test.keyboard.with_xkb_state(&mut test.desk, |context| {
                let xkb = context.xkb().lock().expect("nobody panicked with it");
                // SAFETY: only a string is made of it.
                unsafe { xkb.keymap() }.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1)
            })
        };
        let before = keymap(&mut test);
        test.typed(TEXT);
        assert!(keymap(&mut test) == before, "the keymap has changed");
    }

    #[test]
    fn a_held_shift_does_not_change_the_text_and_still_holds_after_it() {
        let mut test = Test::new("us");
        test.press(SHIFT);
        assert_eq!(test.a(), "A");
        for text in [TEXT, "plain"] {
            assert_eq!(test.typed(text), text);
            assert_eq!(test.a(), "A");
        }
        test.release(SHIFT);
        assert_eq!(test.a(), "a");
    }

    #[test]
    fn caps_lock_does_not_change_the_text_and_is_still_on_after_it() {
        let mut test = Test::new("us");
        test.press(CAPS_LOCK);
        test.release(CAPS_LOCK);
        for text in [TEXT, "plain"] {
            assert_eq!(test.typed(text), text);
            assert_eq!(test.a(), "A");
        }
    }

    #[test]
    fn the_layout_stays_the_one_that_was_chosen() {
        let mut test = Test::new("us,ru");
        test.keyboard.with_xkb_state(&mut test.desk, |mut context| context.set_layout(Layout(1)));
        for text in [TEXT, "привет"] {
            assert_eq!(test.typed(text), text);
            assert_eq!(test.a(), "ф");
        }
    }

    #[test]
    fn a_key_that_is_held_types_again() {
        let mut test = Test::new("us");
        test.press(A);
        assert_eq!(test.typed("banana"), "banana");
        assert!(test.desk.down.is_empty());
    }
}
