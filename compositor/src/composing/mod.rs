//! Text that no key types: between the text fields of programs, an input method inside the session, and pages.
//!
//! A program with `text-input-v3` says that one of its fields takes text, and where its cursor is. An input method, if one
//! runs, hears of it, may have the keys that the desktop does not want, and commits text. What a page's own input method or
//! on-screen keyboard makes goes to the field the same way; a program without the protocol gets it as keys.

mod act;
pub mod field;
pub mod popup;

pub(crate) use act::ToldCaret;

use smithay::backend::input::KeyState;
use smithay::input::keyboard::Keycode;
use smithay::input::keyboard::{KeymapFile, SerializedMods};
use smithay::reexports::wayland_protocols::wp::text_input::zv3::server::zwp_text_input_v3::ZwpTextInputV3;
use smithay::reexports::wayland_protocols_misc::zwp_input_method_v2::server::zwp_input_method_keyboard_grab_v2::ZwpInputMethodKeyboardGrabV2;
use smithay::reexports::wayland_protocols_misc::zwp_input_method_v2::server::zwp_input_method_v2::ZwpInputMethodV2;
use smithay::reexports::wayland_protocols_misc::zwp_input_method_v2::server::zwp_input_popup_surface_v2::ZwpInputPopupSurfaceV2;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::backend::ClientId;
use smithay::reexports::wayland_server::protocol::wl_keyboard;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Rectangle, SERIAL_COUNTER};
use smithay::wayland::compositor::with_states;

use self::field::{Change, Field, Pending};
use crate::compose::Placed;
use crate::seat::{REPEAT_DELAY, REPEAT_RATE};
use crate::surface;

/// Text inputs of one program that are heard; a program needs one.
const MAX_INPUTS: usize = 32;
/// Popups of an input method that are shown; it needs one.
const MAX_POPUPS: usize = 8;
/// Longest text in one event, bytes: what the protocol allows.
const MAX_COMMIT: usize = 4000;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Composing {
    inputs: Vec<Input>,
    /// The surface that has the keyboard.
    focus: Option<WlSurface>,
    method: Option<Method>,
}

/// A program's text input.
#[derive(Debug)]
struct Input {
    object: ZwpTextInputV3,
    /// It was told of the surface that has the keyboard.
    entered: bool,
    /// Commits so far.
    serial: u32,
    pending: Pending,
    field: Option<Field>,
}

/// The input method.
#[derive(Debug)]
struct Method {
    object: ZwpInputMethodV2,
    active: bool,
    /// `done` events so far.
    serial: u32,
    /// How many it were with the one that activated it: what was said before is about another field.
    activated: u32,
    said: Said,
    grab: Option<Grab>,
    popups: Vec<Popup>,
}

/// What an input method said since its last commit.
#[derive(Debug, Default)]
struct Said {
    preedit: Option<(String, i32, i32)>,
    commit: Option<String>,
    delete: Option<(u32, u32)>,
}

/// The input method has the keys.
#[derive(Debug)]
struct Grab {
    object: ZwpInputMethodKeyboardGrabV2,
    modifiers: SerializedMods,
    /// What it was told of as pressed.
    held: Vec<Keycode>,
}

#[derive(Debug)]
struct Popup {
    object: ZwpInputPopupSurfaceV2,
    surface: WlSurface,
    /// What it was told of the cursor.
    told: Option<Rectangle<i32, Logical>>,
}

impl Input {
    fn field(&self) -> Option<&Field> {
        self.field.as_ref().filter(|_| self.entered)
    }
}

impl Composing {
    /// A program has a text input.
    pub(crate) fn add_input(&mut self, object: ZwpTextInputV3) {
        let of_client = self.inputs.iter().filter(|input| input.object.id().same_client_as(&object.id())).count();
        if of_client >= MAX_INPUTS {
            return;
        }
        let focus = self.focus.as_ref().filter(|surface| surface.id().same_client_as(&object.id()));
        focus.into_iter().for_each(|surface| object.enter(surface));
        let entered = focus.is_some();
        self.inputs.push(Input { object, entered, serial: 0, pending: Pending::default(), field: None });
    }

    pub(crate) fn remove_input(&mut self, object: &ZwpTextInputV3) {
        self.inputs.retain(|input| input.object != *object);
        self.tell_method(Change::Updated);
    }

    /// What a text input says until its commit; nowhere to put it if it is not heard.
    pub(crate) fn pending(&mut self, object: &ZwpTextInputV3) -> Option<&mut Pending> {
        let input = self.inputs.iter_mut().find(|input| input.object == *object && input.entered)?;
        Some(&mut input.pending)
    }

    pub(crate) fn commit_input(&mut self, object: &ZwpTextInputV3) {
        let Some(input) = self.inputs.iter_mut().find(|input| input.object == *object) else { return };
        input.serial = input.serial.wrapping_add(1);
        let pending = std::mem::take(&mut input.pending);
        if !input.entered {
            return;
        }
        let change = pending.apply(&mut input.field);
        if change == Change::Enabled {
            // One field has the cursor.
            self.inputs.iter_mut().filter(|input| input.object != *object).for_each(|input| input.field = None);
        }
        if change != Change::Nothing {
            self.tell_method(change);
        }
    }

    /// Another surface has the keyboard.
    pub(crate) fn set_focus(&mut self, focus: Option<&WlSurface>) {
        if self.focus.as_ref() == focus {
            return;
        }
        let before = std::mem::replace(&mut self.focus, focus.cloned());
        for input in &mut self.inputs {
            if std::mem::take(&mut input.entered)
                && let Some(surface) = before.as_ref().filter(|surface| surface.is_alive())
            {
                input.object.leave(surface);
            }
            (input.field, input.pending) = (None, Pending::default());
            if let Some(surface) = focus.filter(|surface| surface.id().same_client_as(&input.object.id())) {
                input.object.enter(surface);
                input.entered = true;
            }
        }
        self.tell_method(Change::Updated);
    }

    fn active(&self) -> Option<(&Input, &Field)> {
        self.inputs.iter().find_map(|input| Some((input, input.field()?)))
    }

    /// The surface with the field that takes text, and where its cursor is on it.
    pub(crate) fn cursor(&self) -> Option<(&WlSurface, Rectangle<i32, Logical>)> {
        let (_, field) = self.active()?;
        Some((self.focus.as_ref()?, field.rect?))
    }

    /// Gives `text` to the field. Whether there is one.
    pub(crate) fn commit_text(&self, text: &str) -> bool {
        let Some((input, _)) = self.active() else { return false };
        let mut rest = text;
        while !rest.is_empty() {
            let (part, more) = rest.split_at(rest.floor_char_boundary(MAX_COMMIT));
            input.object.commit_string(Some(part.to_owned()));
            input.object.done(input.serial);
            rest = more;
        }
        true
    }

    /// Tells the input method about the field.
    fn tell_method(&mut self, change: Change) {
        let field = self.inputs.iter().find_map(Input::field).cloned();
        let Some(method) = &mut self.method else { return };
        let Some(field) = field else {
            if std::mem::take(&mut method.active) {
                method.said = Said::default();
                method.object.deactivate();
                method.done();
            }
            return;
        };
        let begins = change == Change::Enabled || !method.active;
        if begins {
            method.object.activate();
            method.said = Said::default();
            method.active = true;
        }
        if let Some(surrounding) = &field.surrounding {
            method.object.surrounding_text(surrounding.text.clone(), surrounding.cursor, surrounding.anchor);
            method.object.text_change_cause(field.cause);
        }
        method.object.content_type(field.hint, field.purpose);
        method.done();
        if begins {
            method.activated = method.serial;
        }
    }

    /// A program wants to be the input method. There is one.
    pub(crate) fn add_method(&mut self, object: ZwpInputMethodV2) {
        if self.method.is_some() {
            object.unavailable();
            return;
        }
        self.method = Some(Method {
            object,
            active: false,
            serial: 0,
            activated: 0,
            said: Said::default(),
            grab: None,
            popups: Vec::new(),
        });
        self.tell_method(Change::Updated);
    }

    fn method(&mut self, object: &ZwpInputMethodV2) -> Option<&mut Method> {
        self.method.as_mut().filter(|method| method.object == *object)
    }

    pub(crate) fn remove_method(&mut self, object: &ZwpInputMethodV2) {
        self.method.take_if(|method| method.object == *object);
        // What it had begun to compose is gone with it.
        if self.method.is_none()
            && let Some((input, _)) = self.active()
        {
            input.object.done(input.serial);
        }
    }

    pub(crate) fn method_commits(&mut self, object: &ZwpInputMethodV2, text: String) {
        self.method(object).into_iter().for_each(|method| method.said.commit = Some(text.clone()));
    }

    pub(crate) fn method_composes(&mut self, object: &ZwpInputMethodV2, text: String, begin: i32, end: i32) {
        let said = (text, begin, end);
        self.method(object).into_iter().for_each(|method| method.said.preedit = Some(said.clone()));
    }

    pub(crate) fn method_deletes(&mut self, object: &ZwpInputMethodV2, before: u32, after: u32) {
        self.method(object).into_iter().for_each(|method| method.said.delete = Some((before, after)));
    }

    /// What the input method said counts now.
    pub(crate) fn method_is_done(&mut self, object: &ZwpInputMethodV2, serial: u32) {
        let Some(method) = self.method(object) else { return };
        let said = std::mem::take(&mut method.said);
        // Before it knew of this field it spoke of another one.
        if !method.active || serial < method.activated {
            return;
        }
        let Some((input, _)) = self.active() else { return };
        if let Some((text, begin, end)) = said.preedit {
            let between = |at: i32| usize::try_from(at).is_ok_and(|at| text.is_char_boundary(at));
            // Hidden, where it is nowhere.
            let (begin, end) = if between(begin) && between(end) { (begin, end) } else { (-1, -1) };
            input.object.preedit_string(Some(text), begin, end);
        }
        if let Some((before, after)) = said.delete {
            input.object.delete_surrounding_text(before, after);
        }
        if let Some(text) = said.commit {
            input.object.commit_string(Some(text));
        }
        input.object.done(input.serial);
    }

    pub(crate) fn add_popup(&mut self, method: &ZwpInputMethodV2, object: ZwpInputPopupSurfaceV2, surface: WlSurface) {
        if let Some(method) = self.method(method).filter(|method| method.popups.len() < MAX_POPUPS) {
            method.popups.push(Popup { object, surface, told: None });
        }
    }

    pub(crate) fn remove_popup(&mut self, object: &ZwpInputPopupSurfaceV2) {
        self.method.iter_mut().for_each(|method| method.popups.retain(|popup| popup.object != *object));
    }

    /// The surfaces of the popups that are to be seen.
    pub(crate) fn popups(&self) -> impl Iterator<Item = &WlSurface> {
        let method = self.method.iter().filter(|method| method.active);
        method.flat_map(|method| &method.popups).map(|popup| &popup.surface).filter(|surface| surface.is_alive())
    }

    /// The popups that belong to one of these surfaces, beside the cursor that is on it.
    pub(crate) fn popups_on(&self, trees: &[Placed], room: Rectangle<i32, Logical>) -> Vec<Placed> {
        let Some((surface, rect)) = self.cursor() else { return Vec::new() };
        let Some(on) = trees.iter().find(|tree| tree.surface == *surface) else { return Vec::new() };
        let cursor = on.shown(rect);
        let placed = self.popups().filter_map(|popup| {
            let size = with_states(popup, surface::size)?;
            Some(Placed::new(popup.clone(), popup::place(cursor, size, room)))
        });
        placed.collect()
    }

    /// Tells the popups where the cursor is on them.
    pub(crate) fn tell_popups(&mut self, cursor: Rectangle<i32, Logical>, placed: &[Placed]) {
        let popups = self.method.iter_mut().flat_map(|method| &mut method.popups);
        for popup in popups {
            let Some(at) = placed.iter().find(|placed| placed.surface == popup.surface) else { continue };
            let x = cursor.loc.x.saturating_sub(at.location.x);
            let y = cursor.loc.y.saturating_sub(at.location.y);
            let rect = Rectangle::new((x, y).into(), cursor.size);
            if popup.told.replace(rect) != Some(rect) {
                popup.object.text_input_rectangle(x, y, cursor.size.w, cursor.size.h);
            }
        }
    }

    /// The input method takes the keys.
    pub(crate) fn grab(
        &mut self,
        method: &ZwpInputMethodV2,
        object: ZwpInputMethodKeyboardGrabV2,
        keymap: &KeymapFile,
        modifiers: SerializedMods,
    ) {
        let Some(method) = self.method(method) else { return };
        object.repeat_info(REPEAT_RATE, REPEAT_DELAY);
        send_keymap(&object, keymap);
        send_modifiers(&object, modifiers);
        method.grab = Some(Grab { object, modifiers, held: Vec::new() });
    }

    pub(crate) fn release_grab(&mut self, object: &ZwpInputMethodKeyboardGrabV2) {
        if let Some(method) = &mut self.method {
            method.grab.take_if(|grab| grab.object == *object);
        }
    }

    /// Keys mean something else now.
    pub(crate) fn keymap_changed(&self, keymap: &KeymapFile) {
        let grab = self.method.as_ref().and_then(|method| method.grab.as_ref());
        grab.into_iter().for_each(|grab| send_keymap(&grab.object, keymap));
    }

    /// Whether the input method wants to hear of keys.
    pub(crate) fn is_grabbed(&self) -> bool {
        self.method.as_ref().is_some_and(|method| method.active && method.grab.is_some())
    }

    /// Whether the input method was told that this key went down.
    pub(crate) fn holds(&self, code: Keycode) -> bool {
        let grab = self.method.as_ref().and_then(|method| method.grab.as_ref());
        grab.is_some_and(|grab| grab.held.contains(&code))
    }

    /// A key for the input method.
    pub(crate) fn key(&mut self, code: Keycode, state: KeyState, time: u32, modifiers: SerializedMods) {
        let Some(grab) = self.method.as_mut().and_then(|method| method.grab.as_mut()) else { return };
        grab.held.retain(|held| *held != code);
        let told = match state {
            KeyState::Pressed => {
                grab.held.push(code);
                wl_keyboard::KeyState::Pressed
            }
            KeyState::Released => wl_keyboard::KeyState::Released,
        };
        let Some(number) = code.raw().checked_sub(8) else { return };
        grab.object.key(SERIAL_COUNTER.next_serial().into(), time, number, told);
        if std::mem::replace(&mut grab.modifiers, modifiers) != modifiers {
            send_modifiers(&grab.object, modifiers);
        }
    }

    /// Whether a client is the input method and has the keys: what it types is for the program.
    pub(crate) fn is_grabbed_by(&self, client: &ClientId) -> bool {
        let grab = self.method.as_ref().and_then(|method| method.grab.as_ref());
        grab.and_then(|grab| grab.object.client()).is_some_and(|owner| owner.id() == *client)
    }
}

impl Method {
    fn done(&mut self) {
        self.object.done();
        self.serial = self.serial.wrapping_add(1);
    }
}

fn send_keymap(grab: &ZwpInputMethodKeyboardGrabV2, keymap: &KeymapFile) {
    let sent = keymap.with_fd(false, |fd, size| {
        grab.keymap(wl_keyboard::KeymapFormat::XkbV1, fd, u32::try_from(size).unwrap_or(u32::MAX));
    });
    if let Err(error) = sent {
        tracing::warn!(%error, "the input method has no keymap");
    }
}

fn send_modifiers(grab: &ZwpInputMethodKeyboardGrabV2, modifiers: SerializedMods) {
    let SerializedMods { depressed, latched, locked, layout_effective } = modifiers;
    grab.modifiers(SERIAL_COUNTER.next_serial().into(), depressed, latched, locked, layout_effective);
}
