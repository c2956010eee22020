//! The window manager of the X server, on a thread of its own: it waits for the server's answers, and a client may keep
//! the server from answering for as long as it likes.
//!
//! It knows the protocol and no policy. What windows should be is decided on the main thread.

mod announce;
mod atoms;
mod children;
mod drag;
mod icons;
mod messages;
mod orders;
mod pings;
mod properties;
mod selection;
mod settings;
mod states;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::process::Child;

use calloop::channel::{self, Channel, Sender, SyncSender};
use calloop::generic::Generic;
use calloop::{EventLoop, Interest, LoopHandle, Mode, PostAction};
use thiserror::Error;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::protocol::Event;
use x11rb::protocol::composite::{ConnectionExt as _, Redirect};
use x11rb::protocol::res::ConnectionExt as _;
use x11rb::protocol::xfixes::ConnectionExt as _;
use x11rb::protocol::xproto::{
    Atom, ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, WindowClass,
};
use x11rb::rust_connection::{DefaultStream, RustConnection};

use super::display::COOKIE;
use super::words::{Flags, Order, Place, Word, Xid};
use atoms::Atoms;
use children::placed;
use drag::Drags;
use drag::bridge::Bridge;
use pings::Pings;
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
/// manager's; the thread ends with it, and the server with the thread. `bridge` is the thread's own connection to us.
pub(super) fn start(
    stream: UnixStream,
    bridge: UnixStream,
    cookie: [u8; 16],
    mut child: Child,
    scale: f64,
) -> std::io::Result<(Sender<Order>, Channel<Word>)> {
    let (orders, inbox) = channel::channel();
    let (words, outbox) = channel::sync_channel(MOST_WAITING);
    std::thread::Builder::new().name("x11".into()).spawn(move || {
        if let Err(error) = manage(stream, bridge, cookie, scale, inbox, words.clone()) {
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
    /// States that its client has said of it, and that are nothing to the desktop.
    said: Vec<Atom>,
}

impl Known {
    fn new(place: Place, free: bool) -> Self {
        Self { place, free, mapped: false, flags: Flags::default(), said: Vec::new() }
    }
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
    /// Those whose icons are.
    repainted: BTreeSet<Xid>,
    selections: Selections,
    pings: Pings,
    drags: Drags,
    ended: Option<Failed>,
}

fn manage(
    stream: UnixStream,
    bridge: UnixStream,
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
    manager.drags.bridge = Some(Bridge::new(bridge, &handle)?);
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
            repainted: BTreeSet::new(),
            selections,
            pings: Pings::default(),
            drags: Drags::default(),
            ended: None,
        };
        manager.announce(scale)?;
        Ok(manager)
    }

    fn say(&self, word: Word) -> Result<(), Failed> {
        self.words.send(word).map_err(|_| Failed::Alone)
    }

    /// Of a failure in a callback the loop hears afterwards.
    fn note(&mut self, done: Result<(), Failed>) {
        if let Err(error) = done {
            self.ended.get_or_insert(error);
        }
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
                    let (properties, _) = properties::read(&self.connection, &self.atoms, window)?;
                    self.say(Word::Described { window, properties })?;
                }
            }
            while let Some(window) = self.repainted.pop_first() {
                if self.managed.contains(&window) {
                    self.read_icon(window)?;
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
                self.windows.insert(new.window, Known::new(place, free));
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
                self.windows.entry(moved.window).or_insert_with(|| Known::new(place, free));
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
                if changed.atom == self.atoms._NET_WM_ICON {
                    self.repainted.insert(changed.window);
                } else if changed.atom != self.atoms._NET_WM_STATE && changed.atom != self.atoms.WM_STATE {
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
}
