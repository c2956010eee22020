//! What a window says of itself. A property that is missing or makes no sense counts as not set.

use smithay::utils::{Physical, Size};
use x11rb::connection::Connection;
use x11rb::properties::{WmClass, WmHints, WmSizeHints};
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{Atom, AtomEnum, ConnectionExt as _, GetPropertyReply};
use x11rb::rust_connection::RustConnection;

use super::Failed;
use super::atoms::Atoms;
use crate::x11::words::{Place, Properties, Xid};

/// Words of a property that are read, four bytes each.
const MOST_WORDS: u32 = 1024;

/// The longest side of a mode.
const MOST_SIDE: i32 = 8192;

/// Of the protocols and hints of a window: how it takes the keyboard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Manners {
    /// It takes what it is given.
    pub takes_input: bool,
    /// It wants to be told, and may give the keyboard to a window of its own.
    pub wants_word: bool,
    /// It can be asked to close.
    pub closes: bool,
    /// It can be asked whether it listens.
    pub answers: bool,
}

/// In `_MOTIF_WM_HINTS`: its third word says what frame the window wants.
const MOTIF_FRAME: u32 = 2;

/// Reads all that the desktop wants to know of a window, and the states that it says.
pub(super) fn read(connection: &RustConnection, atoms: &Atoms, window: Xid) -> Result<(Properties, Vec<Atom>), Failed> {
    let (class, instance) = match WmClass::get(connection, window)?.reply_unchecked().ok().flatten() {
        Some(class) => (latin(class.class()), latin(class.instance())),
        None => Default::default(),
    };
    let title = text(connection, atoms, window, atoms._NET_WM_NAME)?;
    let title = match title {
        Some(title) => title,
        None => text(connection, atoms, window, AtomEnum::WM_NAME.into())?.unwrap_or_default(),
    };
    let states = words(connection, window, atoms._NET_WM_STATE)?;
    let types = words(connection, window, atoms._NET_WM_WINDOW_TYPE)?;
    let dialogs =
        [atoms._NET_WM_WINDOW_TYPE_DIALOG, atoms._NET_WM_WINDOW_TYPE_SPLASH, atoms._NET_WM_WINDOW_TYPE_UTILITY];
    let owner = words(connection, window, AtomEnum::WM_TRANSIENT_FOR.into())?;
    let hints = WmSizeHints::get_normal_hints(connection, window)?.reply_unchecked().ok().flatten();
    let size = |size: Option<(i32, i32)>| size.filter(|(w, h)| *w > 0 && *h > 0).map(Size::<i32, Physical>::from);
    let motif = words(connection, window, atoms._MOTIF_WM_HINTS)?;
    let emulated = words(connection, window, atoms._XWAYLAND_RANDR_EMU_MONITOR_RECTS)?;
    let wishes = WmHints::get(connection, window)?.reply_unchecked().ok().flatten();
    let properties = Properties {
        title,
        class,
        instance,
        transient_for: owner.first().copied().filter(|owner| *owner != x11rb::NONE),
        dialog: types.first().is_some_and(|first| dialogs.contains(first))
            || states.contains(&atoms._NET_WM_STATE_MODAL)
            || !owner.is_empty(),
        smallest: size(hints.as_ref().and_then(|hints| hints.min_size)),
        largest: size(hints.as_ref().and_then(|hints| hints.max_size)),
        fullscreen: states.contains(&atoms._NET_WM_STATE_FULLSCREEN),
        urgent: wishes.is_some_and(|wishes| wishes.urgent) || states.contains(&atoms._NET_WM_STATE_DEMANDS_ATTENTION),
        frameless: matches!(motif[..], [flags, _, 0, ..] if flags & MOTIF_FRAME != 0),
        emulated: emulated_mode(&emulated),
        deaf: {
            let manners = manners(connection, atoms, window)?;
            !manners.takes_input && !manners.wants_word
        },
    };
    Ok((properties, states))
}

/// The mode of the first screen that has one in the server's own property: position and size.
fn emulated_mode(words: &[u32]) -> Option<Place> {
    let at = |value: u32| i16::try_from(value as i32).ok().map(i32::from);
    let side = |value: u32| i32::try_from(value).ok().filter(|side| (1..=MOST_SIDE).contains(side));
    match *words {
        [x, y, w, h, ..] => Some(Place::new((at(x)?, at(y)?).into(), (side(w)?, side(h)?).into())),
        _ => None,
    }
}

/// How a window wants to be dealt with.
pub(super) fn manners(connection: &RustConnection, atoms: &Atoms, window: Xid) -> Result<Manners, Failed> {
    let hints = WmHints::get(connection, window)?.reply_unchecked().ok().flatten();
    let protocols = words(connection, window, atoms.WM_PROTOCOLS)?;
    Ok(Manners {
        takes_input: hints.and_then(|hints| hints.input).unwrap_or(true),
        wants_word: protocols.contains(&atoms.WM_TAKE_FOCUS),
        closes: protocols.contains(&atoms.WM_DELETE_WINDOW),
        answers: protocols.contains(&atoms._NET_WM_PING),
    })
}

/// The process of the client that made a window, as the server knows it from the client's socket.
pub(super) fn pid(connection: &RustConnection, window: Xid) -> Option<u32> {
    let spec = ClientIdSpec { client: window, mask: ClientIdMask::LOCAL_CLIENT_PID };
    let reply = connection.res_query_client_ids(&[spec]).ok()?.reply().ok()?;
    reply.ids.first()?.value.first().copied()
}

fn get(connection: &RustConnection, window: Xid, name: Atom) -> Result<Option<GetPropertyReply>, Failed> {
    let cookie = connection.get_property(false, window, name, AtomEnum::ANY, 0, MOST_WORDS)?;
    // The window may be gone: that is no failure of ours.
    match cookie.reply() {
        Ok(reply) => Ok(Some(reply)),
        Err(x11rb::errors::ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A property as numbers; of none where it is not set.
pub(super) fn words(connection: &RustConnection, window: Xid, name: Atom) -> Result<Vec<u32>, Failed> {
    let reply = get(connection, window, name)?;
    Ok(reply.as_ref().and_then(GetPropertyReply::value32).into_iter().flatten().collect())
}

fn text(connection: &RustConnection, atoms: &Atoms, window: Xid, name: Atom) -> Result<Option<String>, Failed> {
    let Some(reply) = get(connection, window, name)? else { return Ok(None) };
    let Some(bytes) = reply.value8() else { return Ok(None) };
    let bytes: Vec<u8> = bytes.collect();
    Ok(match reply.type_ {
        kind if kind == atoms.UTF8_STRING => Some(String::from_utf8_lossy(&bytes).into_owned()),
        kind if kind == u32::from(AtomEnum::STRING) => Some(latin(&bytes)),
        _ => None,
    })
}

/// Text of the protocol's own kind is ISO 8859-1.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().take(MOST_WORDS as usize * 4).map(|byte| char::from(*byte)).collect()
}

/// The numbers of atoms' names, made where there are none. All are asked for at once.
pub(super) fn intern_all(connection: &RustConnection, names: Vec<String>) -> Result<Vec<(String, Atom)>, Failed> {
    let ask = |name: String| {
        let cookie = connection.intern_atom(false, name.as_bytes())?;
        Ok((name, cookie))
    };
    let asked = names.into_iter().map(ask).collect::<Result<Vec<_>, Failed>>()?;
    Ok(asked.into_iter().filter_map(|(name, cookie)| Some((name, cookie.reply().ok()?.atom))).collect())
}

/// The name of an atom.
pub(super) fn name_of(connection: &RustConnection, atom: Atom) -> Option<String> {
    String::from_utf8(connection.get_atom_name(atom).ok()?.reply().ok()?.name).ok()
}

/// The client that a window belongs to, as a number to compare.
pub(super) fn client_of(connection: &RustConnection, window: Xid) -> u32 {
    window & !connection.setup().resource_id_mask
}
