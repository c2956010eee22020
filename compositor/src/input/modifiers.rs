//! Puts modifiers in force that nobody holds down.

use smithay::input::keyboard::{KeyboardHandle, KeyboardTarget, Layout, ModifiersState, xkb};
use smithay::input::{Seat, SeatHandler};
use smithay::utils::SERIAL_COUNTER;

/// The state in which exactly the real modifiers of `mask` are in force.
pub fn from_mask(mask: xkb::ModMask) -> ModifiersState {
    let has = |place: u32| mask & (1 << place) != 0;
    // XKB gives the eight real modifiers these places in every keymap: Shift, Lock, Control, Mod1 to Mod5.
    ModifiersState {
        shift: has(0),
        caps_lock: has(1),
        ctrl: has(2),
        alt: has(3),
        num_lock: has(4),
        iso_level5_shift: has(5),
        logo: has(6),
        iso_level3_shift: has(7),
        ..ModifiersState::default()
    }
}

/// Puts `modifiers` and `layout` (its index in the keymap) in force and tells the focused client.
///
/// Keys stay as they are: their releases are still expected, and end what they hold.
pub fn set<D>(keyboard: &KeyboardHandle<D>, seat: &Seat<D>, data: &mut D, modifiers: ModifiersState, layout: u32)
where
    D: SeatHandler + 'static,
    D::KeyboardFocus: Clone,
{
    // Smithay 0.7 falls back to the first layout here, hence the next line, and tells nobody, hence the last.
    keyboard.set_modifier_state(modifiers);
    keyboard.with_xkb_state(data, |mut context| context.set_layout(Layout(layout)));
    if let Some(focus) = keyboard.current_focus() {
        focus.modifiers(seat, data, keyboard.modifier_state(), SERIAL_COUNTER.next_serial());
    }
}
