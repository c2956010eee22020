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
    /// It counts keys only: caps lock as it saw it last, and the keys of modifiers that are down.
    by_keys: Option<(bool, HashSet<Keycode>)>,
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
        if let Some((caps_lock, held)) = &mut desk.by_keys
            && key.modified_sym().is_modifier_key()
        {
            match (key.modified_sym(), state) {
                (Keysym::Caps_Lock, KeyState::Pressed) => *caps_lock = !*caps_lock,
                (Keysym::Caps_Lock, KeyState::Released) => {}
                (_, KeyState::Pressed) => _ = held.insert(key.raw_code()),
                (_, KeyState::Released) => _ = held.remove(&key.raw_code()),
            }
        }
        if state == KeyState::Released {
            desk.down.remove(&key.raw_code());
        } else {
            assert!(desk.down.insert(key.raw_code()), "{:?} pressed twice", key.raw_code());
            let xkb = key.xkb().lock().expect("nobody panicked with it");
            // SAFETY: the state made of the keymap ends with the lock.
            let mut state = xkb::State::new(unsafe { xkb.keymap() });
            let told = desk.modifiers.serialized;
            match &desk.by_keys {
                None => _ = state.update_mask(told.depressed, told.latched, told.locked, 0, 0, told.layout_effective),
                Some((caps_lock, held)) => {
                    state.update_mask(0, 0, u32::from(*caps_lock) << 1, 0, 0, told.layout_effective);
                    held.iter().for_each(|code| _ = state.update_key(*code, xkb::KeyDirection::Down));
                }
            }
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
    typist: Typist,
    hand: Hand,
}

impl Test {
    fn new(layout: &str) -> Self {
        let mut desk = Desk {
            seats: SeatState::new(),
            modifiers: ModifiersState::default(),
            text: String::new(),
            down: HashSet::new(),
            by_keys: None,
        };
        let mut seat = desk.seats.new_seat("seat");
        let config = XkbConfig { layout, ..XkbConfig::default() };
        let keyboard = seat.add_keyboard(config, 200, 25).expect("an installed layout");
        keyboard.set_focus(&mut desk, Some(Client), SERIAL_COUNTER.next_serial());
        Self { desk, seat, keyboard, typist: Typist::default(), hand: Hand::Tells }
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
        let prepared = self.typist.prepare(&self.keyboard, &mut self.desk, text, self.hand).expect("a text");
        assert_eq!(self.typist.carry_out(prepared, &self.keyboard, &self.seat, &mut self.desk, 0), Ok(()));
        std::mem::take(&mut self.desk.text)
    }

    /// The same, for a client that makes modifiers of their keys alone.
    fn typed_by_keys(&mut self, text: &str) -> String {
        let caps_lock = self.keyboard.modifier_state().caps_lock;
        let shift = self.desk.down.contains(&SHIFT);
        self.desk.by_keys = Some((caps_lock, [SHIFT].into_iter().filter(|_| shift).collect()));
        let typed = self.typed(text);
        self.desk.by_keys = None;
        typed
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
fn the_keymap_stays_until_a_key_needs_the_old_one() {
    let mut test = Test::new("us");
    let keymap = |test: &mut Test| in_force(&test.keyboard, &mut test.desk);
    let before = keymap(&mut test);
    test.typed(TEXT);
    let extended = keymap(&mut test);
    assert!(extended != before);
    test.typed(TEXT);
    assert!(keymap(&mut test) == extended, "all that is typed is there already");
    assert!(!test.typist.make_way(&test.keyboard, &mut test.desk, A));
    let f13 = Keycode::new(183 + 8);
    assert!(test.typist.make_way(&test.keyboard, &mut test.desk, f13));
    assert!(keymap(&mut test) == before, "the keymap has changed");
    assert_eq!(test.typed(TEXT), TEXT);
}

#[test]
fn an_x_server_counts_keys_and_nothing_else() {
    for layout in ["us", "de", "ru", "fr"] {
        let mut test = Test::new(layout);
        test.hand = Hand::Presses;
        for held in [None, Some(SHIFT)] {
            held.into_iter().for_each(|code| test.press(code));
            let a = test.a();
            assert_eq!(test.typed_by_keys(TEXT), TEXT, "{layout}, {held:?}");
            assert_eq!(test.a(), a, "what was held is held again");
            held.into_iter().for_each(|code| test.release(code));
        }
        test.press(CAPS_LOCK);
        test.release(CAPS_LOCK);
        let a = test.a();
        assert_eq!(test.typed_by_keys(TEXT), TEXT, "{layout}, caps lock");
        assert_eq!(test.a(), a);
    }
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
