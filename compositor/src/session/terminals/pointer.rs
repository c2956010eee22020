//! Pointer, wheel and fingers over a terminal.

use std::time::Duration;

use lcars_ui::hierarchy::TerminalId;
use lcars_ui::interface::prompt::terminal_of;
use lcars_ui::interface::{AlertLevel, DRAG_DISTANCE};
use lcars_ui::semantics::{self, UiAction};
use shell_bridge::terminal::{Button, Modifiers, Mouse, MouseEvent, MouseKind};
use smithay::backend::input::TouchSlot;
use smithay::utils::{Logical, Point};
use smithay::wayland::selection::SelectionTarget;

use crate::services::config::Bound;
use crate::services::entries::openers::opener;
use crate::shell::point;
use crate::state::State;

/// Linux `BTN_LEFT`.
const BTN_LEFT: u32 = 0x110;
/// What one notch of a wheel scrolls.
const NOTCH_LINES: f64 = 3.0;

/// A button that is held on a terminal, which has the pointer, wherever it goes, until it is released.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Grab {
    pub(super) terminal: TerminalId,
    /// As Linux counts buttons.
    code: u32,
    button: Button,
}

/// A finger on a terminal: it scrolls, or taps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finger {
    pub(super) terminal: TerminalId,
    slot: TouchSlot,
    landed: Point<f64, Logical>,
    last: Point<f64, Logical>,
    /// It has left the place where it landed.
    scrolls: bool,
}

/// How far a wheel or fingers scrolled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scrolled {
    /// Notches of a wheel, down.
    Notches(f64),
    /// Logical pixels, down.
    Distance(f64),
}

fn button(code: u32) -> Option<Button> {
    Some(match code {
        BTN_LEFT => Button::Left,
        0x111 => Button::Right,
        0x112 => Button::Middle,
        0x113 | 0x116 => Button::Back,
        0x114 | 0x115 => Button::Forward,
        _ => return None,
    })
}

impl State {
    /// The terminal whose cells are at a point.
    pub(crate) fn terminal_at(&self, at: Point<f64, Logical>) -> Option<TerminalId> {
        let screen = self.screens.at(at);
        // What is open above it comes first, wherever it is.
        if screen.interface.overlay.is_some() {
            return None;
        }
        let at = point(screen.local(at));
        let id = terminal_of(semantics::hit(&screen.view.nodes, at)?)?;
        screen.view.terminals.iter().any(|area| area.terminal == id && area.rect.contains(at)).then_some(id)
    }

    /// A button went down or came up. Whether that was a terminal's.
    pub(crate) fn terminal_button(&mut self, at: Point<f64, Logical>, code: u32, pressed: bool, time: u32) -> bool {
        if !pressed {
            let grabs = &mut self.terminals.grabs;
            let Some(at_hand) = grabs.iter().position(|grab| grab.code == code) else { return false };
            let grab = grabs.remove(at_hand);
            self.terminal_mouse(grab.terminal, MouseKind::Release(grab.button), at, time);
            return true;
        }
        let (Some(under), Some(button)) = (self.terminal_at(at), button(code)) else { return false };
        let id = self.terminals.grabs.first().map_or(under, |grab| grab.terminal);
        self.focus_pane_at(at);
        if let Err(message) = self.act_ui(UiAction::TerminalFocus) {
            self.tell_user(AlertLevel::Caution, &message);
        }
        if !self.terminals.grabs.iter().any(|grab| grab.code == code) {
            self.terminals.grabs.push(Grab { terminal: id, code, button });
        }
        self.terminal_mouse(id, MouseKind::Press(button), at, time);
        true
    }

    /// The pointer is here. Whether it is a terminal's.
    pub(crate) fn terminal_motion(&mut self, at: Point<f64, Logical>, time: u32) -> bool {
        let grab = self.terminals.grabs.first().copied();
        let Some(id) = grab.map(|grab| grab.terminal).or_else(|| self.terminal_at(at)) else { return false };
        self.terminal_mouse(id, MouseKind::Motion(grab.map(|grab| grab.button)), at, time);
        true
    }

    /// A wheel or two fingers scrolled. Whether that was a terminal's.
    pub(crate) fn terminal_scroll(
        &mut self,
        at: Point<f64, Logical>,
        (columns, lines): (Scrolled, Scrolled),
        time: u32,
    ) -> bool {
        let Some(id) = self.terminal_at(at) else { return false };
        let held = self.seat.get_keyboard().map(|keyboard| keyboard.modifier_state()).unwrap_or_default();
        if let (true, Scrolled::Notches(notches)) = (held.ctrl, lines) {
            let larger = if notches < 0.0 { Bound::FontLarger } else { Bound::FontSmaller };
            return self.act_in_terminal(&larger).is_ok();
        }
        let Some(running) = self.terminals.shells.get(&id) else { return false };
        let scale = self.screens.at(at).scale();
        let count = |scrolled, cell: u16| match scrolled {
            Scrolled::Notches(notches) => notches * NOTCH_LINES,
            Scrolled::Distance(distance) => distance * scale / f64::from(cell.max(1)),
        };
        let kind =
            MouseKind::Wheel { lines: count(lines, running.fit.cell.1), columns: count(columns, running.fit.cell.0) };
        self.terminal_mouse(id, kind, at, time);
        true
    }

    /// A finger landed. Whether that was on a terminal.
    pub(crate) fn terminal_touched_by(&mut self, slot: TouchSlot, at: Point<f64, Logical>) -> bool {
        let Some(terminal) = self.terminal_at(at).filter(|_| self.terminals.finger.is_none()) else { return false };
        self.focus_pane_at(at);
        self.terminals.finger = Some(Finger { terminal, slot, landed: at, last: at, scrolls: false });
        true
    }

    /// A finger moved. Whether it is a terminal's.
    pub(crate) fn terminal_finger_moved(&mut self, slot: TouchSlot, at: Point<f64, Logical>, time: u32) -> bool {
        let Some(finger) = self.terminals.finger.as_mut().filter(|finger| finger.slot == slot) else { return false };
        let far = at - finger.landed;
        finger.scrolls |= far.x.hypot(far.y) >= DRAG_DISTANCE;
        if finger.scrolls {
            let (id, by) = (finger.terminal, finger.last.y - at.y);
            finger.last = at;
            let scale = self.screens.at(at).scale();
            let Some(running) = self.terminals.shells.get(&id) else { return true };
            let lines = by * scale / f64::from(running.fit.cell.1.max(1));
            self.terminal_mouse(id, MouseKind::Wheel { lines, columns: 0.0 }, at, time);
        }
        true
    }

    /// A finger was lifted, which is a click if it stayed where it was. Whether it was a terminal's.
    pub(crate) fn terminal_finger_lifted(&mut self, slot: TouchSlot, time: u32) -> bool {
        let Some(finger) = self.terminals.finger.take_if(|finger| finger.slot == slot) else { return false };
        if !finger.scrolls {
            self.terminal_button(finger.landed, BTN_LEFT, true, time);
            self.terminal_button(finger.landed, BTN_LEFT, false, time);
        }
        true
    }

    /// What fingers do does not count any more.
    pub(crate) fn terminal_finger_cancelled(&mut self) {
        self.terminals.finger = None;
    }

    /// The mouse did something over a terminal, or with it in hand.
    pub(crate) fn terminal_mouse(&mut self, id: TerminalId, kind: MouseKind, at: Point<f64, Logical>, time: u32) {
        let screen = self.screens.at(at);
        let at = point(screen.local(at));
        let areas = screen.view.terminals.iter().filter(|area| area.terminal == id);
        let Some(area) = areas.max_by_key(|area| area.rect.contains(at)) else { return };
        let Some(running) = self.terminals.shells.get(&id) else { return };
        // On a screen of another scale its cells are as large as they look there.
        let size = running.fit.size;
        let across = f64::from(running.fit.cell.0) * f64::from(size.columns) / area.rect.w.max(1.0);
        let down = f64::from(running.fit.cell.1) * f64::from(size.lines) / area.rect.h.max(1.0);
        let held = self.seat.get_keyboard().map(|keyboard| keyboard.modifier_state()).unwrap_or_default();
        let event = MouseEvent {
            kind,
            x: (at.x - area.rect.x) * across,
            y: (at.y - area.rect.y) * down,
            modifiers: Modifiers {
                shift: held.shift,
                alt: held.alt,
                control: held.ctrl,
                logo: held.logo,
                ..Modifiers::NONE
            },
            time: Duration::from_millis(u64::from(time)),
        };
        let Some(done) = self.terminals.with(id, |terminal| terminal.mouse(event)) else { return };
        match done {
            Mouse::Bytes(bytes) => self.terminals.write(id, &bytes),
            Mouse::Handled => self.terminal_touched(id),
            Mouse::Open(address) => self.open_link(id, &address),
            Mouse::PastePrimary => self.paste_into(id, SelectionTarget::Primary),
            Mouse::Selected(text) => {
                self.copy_text(SelectionTarget::Primary, text);
                self.terminal_touched(id);
            }
            Mouse::Ignored => {}
        }
    }

    /// Opens the address of a link in the program for such addresses, in the terminal's sector.
    fn open_link(&mut self, id: TerminalId, address: &str) {
        let opened = self.opener_of(address).and_then(|entry| self.open_with(address, &entry, Some(id)));
        if let Err(reason) = opened {
            self.tell_user(AlertLevel::Caution, &reason);
        }
    }

    fn opener_of(&self, address: &str) -> Result<String, String> {
        let Some(session) = &self.session else { return Err("this session starts no programs".into()) };
        let scheme = address.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let types = [format!("x-scheme-handler/{scheme}")];
        let found = opener(session.entries(), session.dirs(), &types);
        found.map(|entry| entry.id.clone()).ok_or_else(|| format!("no program here opens {scheme} addresses"))
    }
}
