//! Carries out a [`typing::Plan`] on a seat.
//!
//! To the focused client it looks like a quick hand on the keyboard. What people hold down meanwhile, on this keyboard or
//! in a page, does not disturb the text and is as it was after it.

use smithay::backend::input::KeyState;
use smithay::input::keyboard::{FilterResult, KeyboardHandle, Keycode, Keysym, Layout, ModifiersState, xkb};
use smithay::input::{Seat, SeatHandler};
use smithay::utils::SERIAL_COUNTER;

use super::modifiers;
use super::typing::extra::{Extra, Places};
use super::typing::{self, Plan, Reach, Step};

/// A keymap for typing did not compile, which is our own mistake. The text was typed up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a keymap for typing does not compile")]
pub struct BadKeymap;

/// The highest key that an X server tells of.
const HIGHEST: u32 = 255;

/// How modifiers come into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The client is told of them.
    Tells,
    /// Their keys are pressed: an X server believes nothing else.
    Presses,
}

/// Types texts, whatever layout is in force.
#[derive(Default)]
pub struct Typist {
    /// The keymap that is in force, unless somebody else has put another one there.
    extended: Option<Extended>,
}

/// A keymap with more characters than its layout has.
struct Extended {
    /// As it is in force.
    text: String,
    extra: Extra,
    base: Base,
    places: Places,
}

/// The keymap without them.
#[derive(Clone)]
struct Base {
    text: String,
    keymap: xkb::Keymap,
}

impl Base {
    fn new(text: String) -> Option<Self> {
        // One of our own: those of the seat are not to be kept.
        let context = xkb::Context::new(xkb::CONTEXT_NO_FLAGS);
        let (format, flags) = (xkb::KEYMAP_FORMAT_TEXT_V1, xkb::KEYMAP_COMPILE_NO_FLAGS);
        let keymap = xkb::Keymap::new_from_string(&context, text.clone(), format, flags)?;
        Some(Self { text, keymap })
    }
}

/// A text that is about to be typed.
pub struct Prepared {
    plan: Plan,
    layout: u32,
    /// What the plan was made for; kept only where it is needed.
    base: Option<Base>,
    /// The keys of modifiers, where they are pressed.
    keys: Option<ModifierKeys>,
}

impl Prepared {
    /// Whether the keymap in force lacks a character of the text.
    pub fn changes_keymap(&self) -> bool {
        self.plan.changes_keymap()
    }
}

impl Typist {
    /// Finds out how to type `text` into the focused client; nothing if there is nothing to type.
    pub fn prepare<D: SeatHandler + 'static>(
        &self,
        keyboard: &KeyboardHandle<D>,
        data: &mut D,
        text: &str,
        hand: Hand,
    ) -> Option<Prepared> {
        let extended = self.extended.as_ref();
        let prepared = keyboard.with_xkb_state(data, |context| {
            let xkb = context.xkb().lock().ok()?;
            // SAFETY: no reference to the keymap is kept past this closure: it is read for a plan and a string.
            let keymap = unsafe { xkb.keymap() };
            let layout = xkb.active_layout().0;
            let extended =
                extended.filter(|extended| extended.text == keymap.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1));
            let base = extended.map_or(keymap, |extended| &extended.base.keymap);
            let none = Extra::default();
            let extra = extended.map_or(&none, |extended| &extended.extra);
            let keys = (hand == Hand::Presses).then(|| ModifierKeys::of(base, layout));
            let reach = keys.as_ref().map_or_else(Reach::default, ModifierKeys::reach);
            let plan = typing::plan(text, base, layout, extra, &reach);
            let base = plan.changes_keymap().then(|| match extended {
                Some(extended) => Some(extended.base.clone()),
                None => Base::new(base.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1)),
            });
            Some(Prepared { plan, layout, base: base.flatten(), keys })
        });
        prepared.filter(|prepared| !prepared.plan.steps.is_empty())
    }

    /// Types a text at `time` (milliseconds, as in Wayland's events).
    ///
    /// The keys go straight to the client, past any key bindings: a text is not a shortcut.
    ///
    /// # Errors
    /// [`BadKeymap`]; the modifiers from before are in force then too.
    pub fn carry_out<D>(
        &mut self,
        prepared: Prepared,
        keyboard: &KeyboardHandle<D>,
        seat: &Seat<D>,
        data: &mut D,
        time: u32,
    ) -> Result<(), BadKeymap>
    where
        D: SeatHandler + 'static,
        D::KeyboardFocus: Clone,
    {
        let Prepared { plan, layout, base, keys } = prepared;
        let (extra, changes) = (plan.extra.clone(), plan.changes_keymap());
        let typed = match keys {
            Some(keys) => keys.carry_out(plan, layout, keyboard, data, time),
            None => {
                let held = keyboard.modifier_state();
                let typed = tell(plan, layout, keyboard, seat, data, time);
                modifiers::set(keyboard, seat, data, held, layout);
                typed
            }
        };
        if let (true, Some(base)) = (changes, base) {
            let places = Places::new(&base.keymap, &Reach::default().modifiers);
            let text = in_force(keyboard, data);
            self.extended = text.map(|text| Extended { text, extra, base, places });
        }
        typed
    }

    /// A key is about to be pressed: if it has another meaning without what was typed before, it gets that back. Whether the
    /// keymap is another one now.
    pub fn make_way<D: SeatHandler + 'static>(
        &mut self,
        keyboard: &KeyboardHandle<D>,
        data: &mut D,
        code: Keycode,
    ) -> bool {
        if !self.extended.as_ref().is_some_and(|extended| extended.places.has(code)) {
            return false;
        }
        let Some(extended) = self.extended.take() else { return false };
        // Another one in force is not ours to replace.
        in_force(keyboard, data) == Some(extended.text)
            && keyboard.set_keymap_from_string(data, extended.base.text).is_ok()
    }
}

fn in_force<D: SeatHandler + 'static>(keyboard: &KeyboardHandle<D>, data: &mut D) -> Option<String> {
    keyboard.with_xkb_state(data, |context| {
        let xkb = context.xkb().lock().ok()?;
        // SAFETY: only a string is made of the keymap, and that within the lock.
        Some(unsafe { xkb.keymap() }.get_as_string(xkb::KEYMAP_FORMAT_TEXT_V1))
    })
}

/// Types with modifiers that the client is told of.
fn tell<D>(
    plan: Plan,
    layout: u32,
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
        match step {
            Step::Key { code, mods } => {
                let wanted = modifiers::from_mask(mods);
                if in_force != Some(wanted) {
                    modifiers::set(keyboard, seat, data, wanted, layout);
                    in_force = Some(wanted);
                }
                tap(keyboard, data, code, time);
            }
            Step::Keymap(keymap) => {
                keyboard.set_keymap_from_string(data, keymap).map_err(|_| BadKeymap)?;
                in_force = None;
            }
        }
    }
    Ok(())
}

/// The keys of a keymap that put modifiers into force.
#[derive(Debug, Clone)]
struct ModifierKeys {
    /// While they are held: the key, and the modifiers that it is for.
    held: Vec<(Keycode, xkb::ModMask)>,
    caps_lock: Option<Keycode>,
}

impl ModifierKeys {
    fn of(keymap: &xkb::Keymap, layout: u32) -> Self {
        let (mut held, mut caps_lock) = (Vec::new(), None);
        for code in (keymap.min_keycode().raw()..=keymap.max_keycode().raw().min(HIGHEST)).map(Keycode::new) {
            let mut state = xkb::State::new(keymap);
            state.update_mask(0, 0, 0, 0, 0, layout);
            match state.key_get_one_sym(code) {
                Keysym::Caps_Lock => caps_lock = caps_lock.or(Some(code)),
                keysym if keysym.is_modifier_key() => {
                    state.update_key(code, xkb::KeyDirection::Down);
                    // Those beyond the eight real ones are names for them.
                    let mods = state.serialize_mods(xkb::STATE_MODS_DEPRESSED) & 0xff;
                    let lasting = state.serialize_mods(xkb::STATE_MODS_LATCHED | xkb::STATE_MODS_LOCKED);
                    if mods != 0 && lasting == 0 {
                        held.push((code, mods));
                    }
                }
                _ => {}
            }
        }
        Self { held, caps_lock }
    }

    /// The keys that together are for just these modifiers.
    fn keys(&self, mods: xkb::ModMask) -> Option<Vec<Keycode>> {
        let each = (0..8).map(|place| 1 << place).filter(|bit| mods & bit != 0);
        each.map(|bit| self.held.iter().find(|(_, mods)| *mods == bit).map(|(code, _)| *code)).collect()
    }

    /// What there are keys for.
    fn reach(&self) -> Reach {
        let mut modifiers = Reach::default().modifiers;
        modifiers.retain(|mods| self.keys(*mods).is_some());
        Reach { modifiers, highest: HIGHEST }
    }

    /// Types with modifiers whose keys are pressed.
    fn carry_out<D: SeatHandler + 'static>(
        &self,
        plan: Plan,
        layout: u32,
        keyboard: &KeyboardHandle<D>,
        data: &mut D,
        time: u32,
    ) -> Result<(), BadKeymap> {
        let theirs: Vec<Keycode> = {
            let pressed = keyboard.pressed_keys();
            self.held.iter().map(|(code, _)| *code).filter(|code| pressed.contains(code)).collect()
        };
        let caps_lock = self.caps_lock.filter(|_| keyboard.modifier_state().caps_lock);
        let mut down = theirs.clone();
        let mut hold = |data: &mut D, wanted: &[Keycode]| {
            for code in down.iter().filter(|code| !wanted.contains(code)) {
                send(keyboard, data, *code, KeyState::Released, time);
            }
            for code in wanted.iter().filter(|code| !down.contains(code)) {
                send(keyboard, data, *code, KeyState::Pressed, time);
            }
            down = wanted.to_vec();
        };
        hold(data, &[]);
        caps_lock.into_iter().for_each(|code| tap(keyboard, data, code, time));
        let mut done = Ok(());
        for step in plan.steps {
            match step {
                Step::Key { code, mods } => {
                    hold(data, &self.keys(mods).unwrap_or_default());
                    tap(keyboard, data, code, time);
                }
                Step::Keymap(keymap) => {
                    // What is held is not known any more under another keymap.
                    hold(data, &[]);
                    if keyboard.set_keymap_from_string(data, keymap).is_err() {
                        done = Err(BadKeymap);
                        break;
                    }
                    keyboard.with_xkb_state(data, |mut context| context.set_layout(Layout(layout)));
                }
            }
        }
        hold(data, &[]);
        caps_lock.into_iter().for_each(|code| tap(keyboard, data, code, time));
        hold(data, &theirs);
        done
    }
}

fn send<D: SeatHandler + 'static>(
    keyboard: &KeyboardHandle<D>,
    data: &mut D,
    code: Keycode,
    state: KeyState,
    time: u32,
) {
    let serial = SERIAL_COUNTER.next_serial();
    keyboard.input::<(), _>(data, code, state, serial, time, |_, _, _| FilterResult::Forward);
}

fn tap<D: SeatHandler + 'static>(keyboard: &KeyboardHandle<D>, data: &mut D, code: Keycode, time: u32) {
    // Someone holds this very key: a second press would be no event to the client.
    if keyboard.pressed_keys().contains(&code) {
        send(keyboard, data, code, KeyState::Released, time);
    }
    send(keyboard, data, code, KeyState::Pressed, time);
    send(keyboard, data, code, KeyState::Released, time);
}

#[cfg(test)]
#[path = "typist_tests.rs"]
mod tests;
