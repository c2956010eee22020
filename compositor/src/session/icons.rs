//! Icons, and small pictures of files, are read and decoded on threads of their own: a theme may be large, a picture a
//! heavy one, and the disk slow. A picture keeps no icon waiting.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use bus::TrayIcon;
use calloop::channel::{Event, SyncSender, sync_channel};
use lcars_ui::files;

use crate::services::dirs::Dirs;
use crate::services::icons::{Icons, Picture, photo};
use crate::state::State;

/// Decoded icons that wait for the main thread.
const WAITING: usize = 64;
/// Pictures that wait to be decoded. Whoever scrolls past more than these does not want the first of them any more.
const MOST_PICTURES: usize = 128;

/// A name and a side in pixels.
type Wanted = (String, u32);

/// What became of an icon that was asked for.
struct Decoded {
    name: String,
    side: u32,
    outcome: Outcome,
}

enum Outcome {
    Picture(Arc<Picture>),
    /// There is none.
    Nothing,
    /// Nobody looked; it may be asked for again.
    Dropped,
}

/// An icon by its name, or one of the tray that is made of more.
type Job = (Wanted, Option<TrayIcon>);

/// Where icons are asked for.
#[derive(Debug)]
pub(crate) struct IconThread {
    icons: Sender<Job>,
    pictures: Sender<Wanted>,
}

impl State {
    /// Starts the threads. They end with the session.
    pub(crate) fn start_icons(&mut self) -> anyhow::Result<()> {
        let Some(session) = &mut self.session else { return Ok(()) };
        let (answer, answered) = sync_channel(WAITING);
        let (icons, asked) = channel();
        let (dirs, answers) = (session.dirs.clone(), answer.clone());
        std::thread::Builder::new().name("icons".into()).spawn(move || decode(&dirs, &asked, &answers))?;
        let (pictures, asked) = channel();
        let dirs = session.dirs.clone();
        std::thread::Builder::new().name("pictures".into()).spawn(move || decode_pictures(&dirs, &asked, &answer))?;
        session.icons = Some(IconThread { icons, pictures });
        let inserted = self.handle.insert_source(answered, |event, (), state| {
            if let Event::Msg(decoded) = event {
                state.icon_decoded(&decoded);
            }
        });
        inserted.map(|_| ()).map_err(|error| error.error.into())
    }

    /// The scene shows icons that nobody has decoded yet.
    pub(crate) fn want_icons(&mut self, wanted: Vec<Wanted>) {
        for (name, side) in wanted {
            if let Some(pixels) = self.pixels_of_icon(&name, side) {
                let pixels = pixels.map(Arc::new);
                let outcome = pixels.map_or(Outcome::Nothing, Outcome::Picture);
                self.icon_decoded(&Decoded { name, side, outcome });
                continue;
            }
            let threads = self.session.as_ref().and_then(|session| session.icons.as_ref());
            let wanted = (name.clone(), side);
            let sent = threads.is_some_and(|threads| match files::picture(&name) {
                Some(_) => threads.pictures.send(wanted).is_ok(),
                None => threads.icons.send((wanted, self.tray.icon(&name))).is_ok(),
            });
            if !sent {
                self.icon_decoded(&Decoded { name, side, outcome: Outcome::Nothing });
            }
        }
    }

    fn icon_decoded(&mut self, decoded: &Decoded) {
        let Some(gallery) = &mut self.gallery else { return };
        let (name, side) = (&decoded.name, decoded.side);
        match &decoded.outcome {
            Outcome::Picture(picture) => {
                gallery.icons.insert(name, side, Some((picture.size, picture.size, picture.bytes.as_slice())));
            }
            Outcome::Nothing => {
                gallery.icons.insert(name, side, None);
                self.icon_is_missing(name);
            }
            // Nothing that is seen has changed.
            Outcome::Dropped => return gallery.icons.withdraw(name, side),
        }
        self.screens.damage();
    }
}

fn get(icons: &mut Icons, name: &str, side: u32) -> Outcome {
    let found = icons.get(name, side, 1.0).unwrap_or_else(|error| {
        tracing::debug!(%error, "an icon is not shown");
        None
    });
    found.map_or(Outcome::Nothing, Outcome::Picture)
}

fn decode(dirs: &Dirs, asked: &Receiver<Job>, answer: &SyncSender<Decoded>) {
    let mut icons = Icons::new(dirs, None);
    while let Ok(((name, side), tray)) = asked.recv() {
        let outcome = match tray {
            Some(icon) => icons.of_tray(&icon, side).map_or(Outcome::Nothing, |icon| Outcome::Picture(Arc::new(icon))),
            None => get(&mut icons, &name, side),
        };
        if answer.send(Decoded { name, side, outcome }).is_err() {
            return;
        }
    }
}

/// What was asked for last is in sight most likely: it comes first.
fn decode_pictures(dirs: &Dirs, asked: &Receiver<Wanted>, answer: &SyncSender<Decoded>) {
    // For the drawings of what is no picture after all.
    let mut icons = Icons::new(dirs, None);
    let mut waiting: VecDeque<Wanted> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Ok(next) = asked.recv() else { return };
            waiting.push_back(next);
        }
        waiting.extend(asked.try_iter());
        while waiting.len() > MOST_PICTURES {
            let Some((name, side)) = waiting.pop_front() else { break };
            if answer.send(Decoded { name, side, outcome: Outcome::Dropped }).is_err() {
                return;
            }
        }
        let Some((name, side)) = waiting.pop_back() else { continue };
        let Some((path, drawing)) = files::picture(&name) else { continue };
        let outcome = match photo::load(Path::new(path), side) {
            Ok(picture) => Outcome::Picture(Arc::new(picture)),
            Err(reason) => {
                tracing::debug!(path, reason, "a picture is not shown");
                get(&mut icons, &drawing, side)
            }
        };
        if answer.send(Decoded { name, side, outcome }).is_err() {
            return;
        }
    }
}
