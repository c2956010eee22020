//! The window manager of the X server, on a thread of its own: it waits for the server's answers, and a client may keep
//! the server from answering for as long as it likes.
//!
//! It knows the protocol and no policy. What windows should be is decided on the main thread.

mod atoms;
mod properties;
mod selection;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Child;

use calloop::channel::{self, Channel, Sender, SyncSender};
use calloop::generic::Generic;
use calloop::{EventLoop, Interest, LoopHandle, Mode, PostAction};
use smithay::utils::{Physical, Rectangle};
use thiserror::Error;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::composite::{ConnectionExt as _, Redirect};
use x11rb::protocol::res::ConnectionExt as _;
use x11rb::protocol::xfixes::ConnectionExt as _;
use x11rb::protocol::xproto::{
    AtomEnum, CONFIGURE_NOTIFY_EVENT, ChangeWindowAttributesAux, ClientMessageEvent, ConfigureNotifyEvent,
    ConfigureRequestEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, PropMode,
    StackMode, WindowClass,
};
use x11rb::rust_connection::{DefaultStream, RustConnection};
use x11rb::wrapper::ConnectionExt as _;

use super::display::COOKIE;
use super::words::{Flags, Order, Place, Word, Xid};
use atoms::Atoms;
use selection::Selections;

/// Words that wait for the main thread. Past that the X server waits too.
const MOST_WAITING: usize = 512;
/// Windows that are looked after; programs have a handful each.
const MOST_WINDOWS: usize = 8192;

/// The server is gone, or never came.
#[derive(Debug, Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Connect(#[from] x11rb::errors::ConnectError),
    #[error(transparent)]
    Connection(#[from] x11rb::errors::ConnectionError),
    #[error(transparent)]
    Reply(#[from] x11rb::errors::ReplyError),
    #[error(transparent)]
    Id(#[from] x11rb::errors::ReplyOrIdError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Loop(#[from] calloop::Error),
    #[error("it lacks the extension {0}")]
    Extension(&'static str),
    #[error("the main thread does not listen any more")]
    Alone,
}

/// Starts the thread for a server that was just started. `stream` is the connection that the server takes for its window
/// manager's; the thread ends with it, and the server with the thread.
pub(super) fn start(
    stream: UnixStream,
    cookie: [u8; 16],
    mut child: Child,
    scale: f64,
) -> std::io::Result<(Sender<Order>, Channel<Word>)> {
    let (orders, inbox) = channel::channel();
    let (words, outbox) = channel::sync_channel(MOST_WAITING);
    std::thread::Builder::new().name("x11".into()).spawn(move || {
        if let Err(error) = manage(stream, cookie, scale, inbox, words.clone()) {
            tracing::info!(%error, "the X server is not managed any more");
        }
        // One that ends by itself closes its connections first.
        let ended = wait_a_little(&mut child);
        let well = ended.is_some_and(|status| status.success());
        if ended.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = words.send(Word::Gone { well });
    })?;
    Ok((orders, outbox))
}

fn wait_a_little(child: &mut Child) -> Option<std::process::ExitStatus> {
    for _ in 0..50 {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) => std::thread::sleep(std::time::Duration::from_millis(20)),
            Err(_) => return None,
        }
    }
    None
}

/// What is known of a child of the root window.
#[derive(Debug)]
struct Known {
    place: Place,
    /// It minds no window manager.
    free: bool,
    mapped: bool,
    flags: Flags,
}

struct Manager {
    connection: RustConnection,
    atoms: Atoms,
    root: Xid,
    /// A window of ours that never shows.
    own: Xid,
    words: SyncSender<Word>,
    handle: LoopHandle<'static, Manager>,
    windows: BTreeMap<Xid, Known>,
    /// Seen by all, in the order they came.
    managed: Vec<Xid>,
    /// Those whose properties are to be read again.
    changed: BTreeSet<Xid>,
    selections: Selections,
    ended: Option<Failed>,
}

fn manage(
    stream: UnixStream,
    cookie: [u8; 16],
    scale: f64,
    inbox: Channel<Order>,
    words: SyncSender<Word>,
) -> Result<(), Failed> {
    let (stream, _) = DefaultStream::from_unix_stream(stream)?;
    let connection = RustConnection::connect_to_stream_with_auth_info(stream, 0, COOKIE.to_vec(), cookie.to_vec())?;
    let mut event_loop = EventLoop::<Manager>::try_new()?;
    let handle = event_loop.handle();
    let mut manager = Manager::new(connection, words, handle.clone(), scale)?;
    let readable = manager.connection.stream().as_fd().try_clone_to_owned()?;
    handle
        .insert_source(Generic::new(readable, Interest::READ, Mode::Level), |_, _, _| Ok(PostAction::Continue))
        .map_err(|error| error.error)?;
    handle
        .insert_source(inbox, |event, (), manager| {
            let done = match event {
                channel::Event::Msg(order) => manager.follow(order),
                channel::Event::Closed => Err(Failed::Alone),
            };
            if let Err(error) = done {
                manager.ended.get_or_insert(error);
            }
        })
        .map_err(|error| error.error)?;
    manager.say(Word::Ready)?;
    loop {
        manager.listen()?;
        if let Some(error) = manager.ended.take() {
            return Err(error);
        }
        event_loop.dispatch(None, &mut manager)?;
    }
}

impl Manager {
    fn new(
        connection: RustConnection,
        words: SyncSender<Word>,
        handle: LoopHandle<'static, Manager>,
        scale: f64,
    ) -> Result<Self, Failed> {
        let atoms = Atoms::new(&connection)?.reply()?;
        let screen = connection.setup().roots.first().ok_or(Failed::Extension("screen"))?;
        let (root, depth, visual) = (screen.root, screen.root_depth, screen.root_visual);
        connection.prefetch_extension_information(x11rb::protocol::xfixes::X11_EXTENSION_NAME)?;
        let extension = connection.extension_information(x11rb::protocol::xfixes::X11_EXTENSION_NAME)?;
        extension.ok_or(Failed::Extension("XFIXES"))?;
        connection.xfixes_query_version(5, 0)?.reply()?;
        connection.res_query_version(1, 2)?.reply()?;
        connection.composite_query_version(0, 4)?.reply()?;

        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        connection.change_window_attributes(root, &ChangeWindowAttributesAux::new().event_mask(mask))?.check()?;
        // Each window gets a picture of its own, which becomes a surface.
        connection.composite_redirect_subwindows(root, Redirect::MANUAL)?.check()?;
        let own = connection.generate_id()?;
        let aux = CreateWindowAux::new().override_redirect(1).event_mask(EventMask::PROPERTY_CHANGE);
        connection.create_window(depth, own, root, -1, -1, 1, 1, 0, WindowClass::INPUT_OUTPUT, visual, &aux)?;
        let selections = Selections::new(&connection, &atoms, root)?;
        let manager = Self {
            connection,
            atoms,
            root,
            own,
            words,
            handle,
            windows: BTreeMap::new(),
            managed: Vec::new(),
            changed: BTreeSet::new(),
            selections,
            ended: None,
        };
        manager.announce(scale)?;
        Ok(manager)
    }

    /// Tells clients that there is a window manager, and what it can do. Until then the server lets none in.
    fn announce(&self, scale: f64) -> Result<(), Failed> {
        let (connection, atoms) = (&self.connection, &self.atoms);
        let supported = [
            atoms._NET_ACTIVE_WINDOW,
            atoms._NET_CLIENT_LIST,
            atoms._NET_CLIENT_LIST_STACKING,
            atoms._NET_FRAME_EXTENTS,
            atoms._NET_REQUEST_FRAME_EXTENTS,
            atoms._NET_SUPPORTING_WM_CHECK,
            atoms._NET_WM_NAME,
            atoms._NET_WM_STATE,
            atoms._NET_WM_STATE_FOCUSED,
            atoms._NET_WM_STATE_FULLSCREEN,
            atoms._NET_WM_STATE_HIDDEN,
            atoms._NET_WM_STATE_MAXIMIZED_HORZ,
            atoms._NET_WM_STATE_MAXIMIZED_VERT,
            atoms._NET_WM_STATE_MODAL,
        ];
        let replace = PropMode::REPLACE;
        connection.change_property32(replace, self.root, atoms._NET_SUPPORTED, AtomEnum::ATOM, &supported)?;
        for window in [self.root, self.own] {
            let check = atoms._NET_SUPPORTING_WM_CHECK;
            connection.change_property32(replace, window, check, AtomEnum::WINDOW, &[self.own])?;
        }
        connection.change_property8(replace, self.own, atoms._NET_WM_NAME, atoms.UTF8_STRING, b"TOS")?;
        connection.change_property32(replace, self.root, atoms._NET_ACTIVE_WINDOW, AtomEnum::WINDOW, &[x11rb::NONE])?;
        self.list()?;
        settings::set(connection, atoms, self.root, self.own, scale)?;
        connection.set_selection_owner(self.own, atoms._XSETTINGS_S0, x11rb::CURRENT_TIME)?;
        connection.set_selection_owner(self.own, atoms._NET_WM_CM_S0, x11rb::CURRENT_TIME)?;
        connection.set_selection_owner(self.own, atoms.WM_S0, x11rb::CURRENT_TIME)?;
        connection.flush()?;
        Ok(())
    }

    fn list(&self) -> Result<(), Failed> {
        for name in [self.atoms._NET_CLIENT_LIST, self.atoms._NET_CLIENT_LIST_STACKING] {
            self.connection.change_property32(PropMode::REPLACE, self.root, name, AtomEnum::WINDOW, &self.managed)?;
        }
        Ok(())
    }

    fn say(&self, word: Word) -> Result<(), Failed> {
        self.words.send(word).map_err(|_| Failed::Alone)
    }

    /// Handles all that the server has said.
    fn listen(&mut self) -> Result<(), Failed> {
        loop {
            while let Some(event) = self.connection.poll_for_event()? {
                self.heard(event)?;
            }
            // A client may change a property a thousand times: it is read once.
            while let Some(window) = self.changed.pop_first() {
                if self.managed.contains(&window) {
                    let properties = properties::read(&self.connection, &self.atoms, window)?;
                    self.say(Word::Described { window, properties })?;
                }
            }
            self.connection.flush()?;
            // While answers were waited for, more may have come.
            match self.connection.poll_for_event()? {
                Some(event) => self.heard(event)?,
                None => return Ok(()),
            }
        }
    }

    fn heard(&mut self, event: Event) -> Result<(), Failed> {
        match event {
            Event::CreateNotify(new) if new.parent == self.root => {
                if self.is_ours(new.window) || self.windows.len() >= MOST_WINDOWS {
                    return Ok(());
                }
                let aux = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
                self.connection.change_window_attributes(new.window, &aux)?;
                let place = placed(new.x, new.y, new.width, new.height);
                let free = new.override_redirect;
                self.windows.insert(new.window, Known { place, free, mapped: false, flags: Flags::default() });
            }
            Event::MapRequest(wish) => return self.map_requested(wish.window),
            Event::MapNotify(mapped) => return self.mapped(mapped.window, mapped.override_redirect),
            Event::UnmapNotify(unmapped) => return self.unmapped(unmapped.window),
            Event::DestroyNotify(gone) => return self.forget(gone.window),
            Event::ReparentNotify(moved) if moved.parent != self.root => return self.forget(moved.window),
            Event::ReparentNotify(moved) if !self.is_ours(moved.window) && self.windows.len() < MOST_WINDOWS => {
                let Ok(geometry) = self.connection.get_geometry(moved.window)?.reply() else { return Ok(()) };
                let place = placed(geometry.x, geometry.y, geometry.width, geometry.height);
                let free = moved.override_redirect;
                self.windows.entry(moved.window).or_insert(Known {
                    place,
                    free,
                    mapped: false,
                    flags: Flags::default(),
                });
            }
            Event::ConfigureRequest(wish) => return self.configure_requested(&wish),
            Event::ConfigureNotify(moved) => {
                let Some(known) = self.windows.get_mut(&moved.window) else { return Ok(()) };
                known.place = placed(moved.x, moved.y, moved.width, moved.height);
                known.free = moved.override_redirect;
                if known.mapped && known.free {
                    let place = known.place;
                    return self.say(Word::Moved { window: moved.window, place });
                }
            }
            Event::ClientMessage(message) => return self.asked(&message),
            Event::PropertyNotify(changed) if self.windows.contains_key(&changed.window) => {
                // The states are ours to write.
                if changed.atom != self.atoms._NET_WM_STATE && changed.atom != self.atoms.WM_STATE {
                    self.changed.insert(changed.window);
                }
                return self.selection_property(&changed);
            }
            Event::PropertyNotify(changed) => return self.selection_property(&changed),
            Event::SelectionNotify(answer) => return self.selection_answered(&answer),
            Event::SelectionRequest(wish) => return self.selection_requested(&wish),
            Event::XfixesSelectionNotify(change) => return self.selection_changed(&change),
            // A window was gone before we came to it.
            Event::Error(error) => tracing::trace!(?error, "the X server minds"),
            _ => {}
        }
        Ok(())
    }

    fn is_ours(&self, window: Xid) -> bool {
        properties::client_of(&self.connection, window) == properties::client_of(&self.connection, self.own)
    }

    fn map_requested(&mut self, window: Xid) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.free = false;
        let place = known.place;
        let properties = properties::read(&self.connection, &self.atoms, window)?;
        let pid = properties::pid(&self.connection, window);
        if !self.managed.contains(&window) {
            self.managed.push(window);
        }
        self.say(Word::Wants { window, place, properties, pid })
    }

    fn mapped(&mut self, window: Xid, free: bool) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        (known.mapped, known.free) = (true, free);
        let place = known.place;
        if free {
            let properties = properties::read(&self.connection, &self.atoms, window)?;
            let pid = properties::pid(&self.connection, window);
            return self.say(Word::Popped { window, place, properties, pid });
        }
        self.list()
    }

    fn unmapped(&mut self, window: Xid) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.mapped = false;
        known.flags = Flags::default();
        if self.managed.contains(&window) {
            self.managed.retain(|managed| *managed != window);
            // Withdrawn, in the words of the protocol.
            self.connection.delete_property(window, self.atoms.WM_STATE)?;
            self.connection.delete_property(window, self.atoms._NET_WM_STATE)?;
            self.list()?;
        }
        self.say(Word::Hidden { window })
    }

    fn forget(&mut self, window: Xid) -> Result<(), Failed> {
        self.selections.client_gone(&self.handle, window);
        self.changed.remove(&window);
        if self.windows.remove(&window).is_none() {
            return Ok(());
        }
        self.managed.retain(|managed| *managed != window);
        self.list()?;
        self.say(Word::Hidden { window })
    }

    fn configure_requested(&mut self, wish: &ConfigureRequestEvent) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&wish.window) else { return Ok(()) };
        let aux = ConfigureWindowAux::from_configure_request(wish);
        let mut place = known.place;
        place.loc.x = aux.x.unwrap_or(place.loc.x);
        place.loc.y = aux.y.unwrap_or(place.loc.y);
        place.size.w = aux.width.map_or(place.size.w, |width| width.min(u32::from(u16::MAX)) as i32);
        place.size.h = aux.height.map_or(place.size.h, |height| height.min(u32::from(u16::MAX)) as i32);
        if self.managed.contains(&wish.window) {
            return self.say(Word::Resize { window: wish.window, place });
        }
        // Nobody sees it yet: it may be what it likes.
        known.place = place;
        self.connection.configure_window(wish.window, &aux)?;
        Ok(())
    }

    fn asked(&mut self, message: &ClientMessageEvent) -> Result<(), Failed> {
        let (window, atoms) = (message.window, &self.atoms);
        let data = message.data.as_data32();
        match message.type_ {
            kind if kind == atoms.WL_SURFACE_ID => self.say(Word::Shown { window, surface: data[0] }),
            kind if kind == atoms._NET_WM_STATE && data[1..3].contains(&atoms._NET_WM_STATE_FULLSCREEN) => {
                let on = match data[0] {
                    0 => Some(false),
                    1 => Some(true),
                    _ => None,
                };
                self.say(Word::Fullscreen { window, on })
            }
            kind if kind == atoms._NET_ACTIVE_WINDOW => self.say(Word::Activate { window }),
            kind if kind == atoms._NET_REQUEST_FRAME_EXTENTS => {
                // The frame is drawn around the pane, outside of the X server.
                let extents = atoms._NET_FRAME_EXTENTS;
                self.connection.change_property32(PropMode::REPLACE, window, extents, AtomEnum::CARDINAL, &[0; 4])?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn follow(&mut self, order: Order) -> Result<(), Failed> {
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
                if manners.closes {
                    self.send(window, self.atoms.WM_DELETE_WINDOW)?;
                } else {
                    self.connection.kill_client(window)?;
                }
            }
            Order::Scale { scale } => settings::set(&self.connection, &self.atoms, self.root, self.own, scale)?,
            Order::Copied { target, types } => self.copied(target, types)?,
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

    fn tell(&mut self, window: Xid, flags: Flags) -> Result<(), Failed> {
        let Some(known) = self.windows.get_mut(&window) else { return Ok(()) };
        known.flags = flags;
        let atoms = &self.atoms;
        let states = [
            (flags.maximized, atoms._NET_WM_STATE_MAXIMIZED_HORZ),
            (flags.maximized, atoms._NET_WM_STATE_MAXIMIZED_VERT),
            (flags.fullscreen, atoms._NET_WM_STATE_FULLSCREEN),
            (flags.activated, atoms._NET_WM_STATE_FOCUSED),
            (flags.hidden, atoms._NET_WM_STATE_HIDDEN),
        ];
        let states: Vec<u32> = states.into_iter().filter_map(|(on, atom)| on.then_some(atom)).collect();
        let name = atoms._NET_WM_STATE;
        self.connection.change_property32(PropMode::REPLACE, window, name, AtomEnum::ATOM, &states)?;
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
            }
            None => {
                self.connection.set_input_focus(InputFocus::NONE, x11rb::NONE, now)?;
            }
        }
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

fn placed(x: i16, y: i16, width: u16, height: u16) -> Place {
    Rectangle::<i32, Physical>::new((x.into(), y.into()).into(), (width.into(), height.into()).into())
}
