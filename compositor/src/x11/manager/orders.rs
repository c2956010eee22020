//! What the main thread wants of windows, said to the server and to their clients.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, CONFIGURE_NOTIFY_EVENT, ClientMessageEvent, ConfigureNotifyEvent, ConfigureWindowAux, ConnectionExt as _,
    EventMask, InputFocus, PropMode, StackMode,
};
use x11rb::wrapper::ConnectionExt as _;

use super::{Failed, Manager, properties, settings};
use crate::x11::words::{Order, Place, Word, Xid};

impl Manager {
    pub(super) fn follow(&mut self, order: Order) -> Result<(), Failed> {
        match order {
            Order::Show { window } => {
                let state = [1u32, x11rb::NONE];
                let name = self.atoms.WM_STATE;
                self.connection.change_property32(PropMode::REPLACE, window, name, name, &state)?;
                self.connection.map_window(window)?;
                self.list()?;
            }
            Order::Place { window, place } => self.place(window, place)?,
            Order::Tell { window, flags } => self.tell(window, flags)?,
            Order::Focus { window } => self.focus(window)?,
            Order::Raise { window } => {
                self.connection.configure_window(window, &ConfigureWindowAux::new().stack_mode(StackMode::ABOVE))?;
                if let Some(at) = self.managed.iter().position(|managed| *managed == window) {
                    let window = self.managed.remove(at);
                    self.managed.push(window);
                    self.list()?;
                }
            }
            Order::Close { window } => {
                let manners = properties::manners(&self.connection, &self.atoms, window)?;
                if manners.closes && !self.pings.hangs(window) {
                    self.send(window, self.atoms.WM_DELETE_WINDOW)?;
                    self.ping(window)?;
                } else {
                    // It cannot be asked, or was asked and does not listen.
                    self.connection.kill_client(window)?;
                }
            }
            Order::Scale { scale } => settings::set(&self.connection, &self.atoms, self.root, self.own, scale)?,
            Order::Copied { target, types } => {
                let copied = self.copied(target, types);
                self.say(Word::Took)?;
                copied?;
            }
            Order::DragOver { over } => self.drag_over(over)?,
            Order::Catch { on } => self.catch(on)?,
            Order::DragAnswer { taken } => self.drag_answered(taken)?,
            Order::DragDone { well } => self.drag_done(well)?,
            Order::Paste { target, mime, into } => self.paste(target, &mime, into)?,
        }
        self.connection.flush()?;
        Ok(())
    }

    fn place(&mut self, window: Xid, place: Place) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.place = place;
        let aux = ConfigureWindowAux::new()
            .x(place.loc.x)
            .y(place.loc.y)
            .width(place.size.w.max(1) as u32)
            .height(place.size.h.max(1) as u32)
            .border_width(0);
        self.connection.configure_window(window, &aux)?;
        // The server says nothing where nothing changes, and a client that asked waits for a word.
        let word = ConfigureNotifyEvent {
            response_type: CONFIGURE_NOTIFY_EVENT,
            sequence: 0,
            event: window,
            window,
            above_sibling: x11rb::NONE,
            x: place.loc.x.clamp(i16::MIN.into(), i16::MAX.into()) as i16,
            y: place.loc.y.clamp(i16::MIN.into(), i16::MAX.into()) as i16,
            width: place.size.w.clamp(1, u16::MAX.into()) as u16,
            height: place.size.h.clamp(1, u16::MAX.into()) as u16,
            border_width: 0,
            override_redirect: false,
        };
        self.connection.send_event(false, window, EventMask::STRUCTURE_NOTIFY, word)?;
        Ok(())
    }

    fn focus(&mut self, window: Option<Xid>) -> Result<(), Failed> {
        let now = x11rb::CURRENT_TIME;
        match window {
            Some(window) => {
                let manners = properties::manners(&self.connection, &self.atoms, window)?;
                if manners.takes_input {
                    self.connection.set_input_focus(InputFocus::POINTER_ROOT, window, now)?;
                }
                if manners.wants_word {
                    self.send(window, self.atoms.WM_TAKE_FOCUS)?;
                }
                self.attended(window)?;
            }
            None => {
                self.connection.set_input_focus(InputFocus::NONE, x11rb::NONE, now)?;
            }
        }
        self.ping_focused(window)?;
        let active = window.unwrap_or(x11rb::NONE);
        let name = self.atoms._NET_ACTIVE_WINDOW;
        self.connection.change_property32(PropMode::REPLACE, self.root, name, AtomEnum::WINDOW, &[active])?;
        Ok(())
    }

    /// Says a word of the kind that a window said it knows.
    fn send(&self, window: Xid, word: u32) -> Result<(), Failed> {
        let message =
            ClientMessageEvent::new(32, window, self.atoms.WM_PROTOCOLS, [word, x11rb::CURRENT_TIME, 0, 0, 0]);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?;
        Ok(())
    }
}
