//! Icons are read and decoded on a thread of their own: a theme may be large and the disk slow.

use std::sync::mpsc::{Receiver, Sender, channel};

use calloop::channel::{Event, SyncSender, sync_channel};

use crate::services::dirs::Dirs;
use crate::services::icons::{Icons, Picture};
use crate::state::State;

/// Decoded icons that wait for the main thread.
const WAITING: usize = 64;

/// An icon as it was asked for.
struct Decoded {
    name: String,
    side: u32,
    picture: Option<std::sync::Arc<Picture>>,
}

/// Where icons are asked for.
#[derive(Debug)]
pub(crate) struct IconThread(Sender<(String, u32)>);

impl State {
    /// Starts the thread. It ends with the session.
    pub(crate) fn start_icons(&mut self) -> anyhow::Result<()> {
        let Some(session) = &mut self.session else { return Ok(()) };
        let (ask, asked) = channel();
        let (answer, answered) = sync_channel(WAITING);
        let dirs = session.dirs.clone();
        std::thread::Builder::new().name("icons".into()).spawn(move || decode(&dirs, &asked, &answer))?;
        session.icons = Some(IconThread(ask));
        let inserted = self.handle.insert_source(answered, |event, (), state| {
            if let Event::Msg(decoded) = event {
                state.icon_decoded(&decoded);
            }
        });
        inserted.map(|_| ()).map_err(|error| error.error.into())
    }

    /// The scene shows icons that nobody has decoded yet.
    pub(crate) fn want_icons(&mut self, wanted: Vec<(String, u32)>) {
        for (name, side) in wanted {
            let thread = self.session.as_ref().and_then(|session| session.icons.as_ref());
            let sent = thread.is_some_and(|thread| thread.0.send((name.clone(), side)).is_ok());
            if !sent && let Some(gallery) = &mut self.gallery {
                gallery.icons.insert(&name, side, None);
            }
        }
    }

    fn icon_decoded(&mut self, decoded: &Decoded) {
        let Some(gallery) = &mut self.gallery else { return };
        let pixels = decoded.picture.as_ref().map(|picture| (picture.size, picture.size, picture.bytes.as_slice()));
        gallery.icons.insert(&decoded.name, decoded.side, pixels);
        self.screens.damage();
    }
}

fn decode(dirs: &Dirs, asked: &Receiver<(String, u32)>, answer: &SyncSender<Decoded>) {
    let mut icons = Icons::new(dirs, None);
    while let Ok((name, side)) = asked.recv() {
        let picture = icons.get(&name, side, 1.0).unwrap_or_else(|error| {
            tracing::debug!(%error, "an icon is not shown");
            None
        });
        if answer.send(Decoded { name, side, picture }).is_err() {
            return;
        }
    }
}
