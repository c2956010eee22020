//! Input of the pages, on its way to the seat.
//!
//! ```text
//! FromPage ─ decode::Decoder ─ InputEvent<RemoteInput> ─ State::process_input_event (as for libinput)
//!              │   └ keycodes: KeyboardEvent.code → evdev
//!              └ held, pen: nothing stays pressed, whatever pages send
//! FromPage::Text   ─ typing::plan ─ keys, and keymaps for what the layout lacks ─ typist::Typist
//! FromPage::Layout ─ layout::Layout::new ─ KeyboardHandle::set_xkb_config
//! ```
//!
//! All of it is pure but for [`typist`] and [`modifiers`], which act on a seat; the clock's time comes as an argument. When a page
//! loses the focus or leaves, the caller has the seat handle [`decode::Decoder::release_all`].

pub mod backend;
pub mod compose;
pub mod decode;
mod emit;
pub mod held;
pub mod keycodes;
pub mod layout;
pub mod modifiers;
mod pen;
#[cfg(test)]
mod tests;
pub mod typing;
pub mod typist;
