//! What a page's user copied. The page announces it and keeps it; what a program pastes of it is asked for then.

use std::fmt;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use streamer::protocol::{ClipboardForm, ToPage};
use streamer::{Refusal, ViewerId};

use super::{JPEG_TYPE, form_of, picture};
use crate::state::State;

/// Forms that may be waited for at once.
const MAX_WANTS: usize = 16;
/// Programs that may wait for one of them.
const MAX_TAKERS: usize = 64;
/// A page that has not brought it by then has it no longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a page's user copied.
#[derive(Debug)]
pub struct PageOffer {
    /// Who has it.
    viewer: Option<ViewerId>,
    /// How it is named there.
    number: u32,
    text: Arc<str>,
    more: Vec<ClipboardForm>,
    /// What was asked for before.
    brought: Mutex<Vec<(ClipboardForm, Arc<[u8]>)>>,
}

impl PageOffer {
    /// Text and nothing else.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self { viewer: None, number: 0, text: text.into(), more: Vec::new(), brought: Mutex::default() }
    }

    /// Text, which may be empty, and what a page has besides.
    pub fn of(viewer: ViewerId, number: u32, text: impl Into<Arc<str>>, more: Vec<ClipboardForm>) -> Self {
        Self { viewer: Some(viewer), ..Self::kept(number, text, more) }
    }

    /// The same, where nobody is told that it is wanted.
    pub fn kept(number: u32, text: impl Into<Arc<str>>, more: Vec<ClipboardForm>) -> Self {
        Self { number, more, ..Self::text(text) }
    }

    /// What it is there as.
    pub(super) fn forms(&self) -> Vec<ClipboardForm> {
        let has =
            |form: &ClipboardForm| self.more.contains(form) || (*form == ClipboardForm::Text && !self.text.is_empty());
        // Programs take the first that they know.
        [ClipboardForm::Png, ClipboardForm::Html, ClipboardForm::Text].into_iter().filter(has).collect()
    }

    fn ready(&self, form: ClipboardForm) -> Option<Arc<[u8]>> {
        if form == ClipboardForm::Text && !self.text.is_empty() {
            return Some(Arc::from(self.text.as_bytes()));
        }
        self.brought.lock().iter().find(|(brought, _)| *brought == form).map(|(_, bytes)| Arc::clone(bytes))
    }
}

/// What the desktop itself does with a text.
type Pasting = Box<dyn FnOnce(&mut State, String)>;

/// Who waits for what a page is to bring.
enum Taker {
    Pipe(OwnedFd),
    /// A picture, as JPEG.
    Jpeg(OwnedFd),
    Text(Pasting),
}

impl fmt::Debug for Taker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pipe(_) => "Pipe",
            Self::Jpeg(_) => "Jpeg",
            Self::Text(_) => "Text",
        })
    }
}

#[derive(Debug)]
struct Want {
    ask: u32,
    offer: Arc<PageOffer>,
    form: ClipboardForm,
    takers: Vec<Taker>,
}

/// What pages are to bring.
#[derive(Debug, Default)]
pub(super) struct Wants {
    last: u32,
    waiting: Vec<Want>,
}

impl State {
    /// A program pastes what a page has.
    pub(super) fn send_page(&mut self, offer: &Arc<PageOffer>, mime: &str, fd: OwnedFd) {
        let taker = if mime == JPEG_TYPE { Taker::Jpeg(fd) } else { Taker::Pipe(fd) };
        self.take_from_page(offer, form_of(mime), taker);
    }

    /// The desktop itself pastes it.
    pub(super) fn page_text(&mut self, offer: &Arc<PageOffer>, then: impl FnOnce(&mut State, String) + 'static) {
        self.take_from_page(offer, ClipboardForm::Text, Taker::Text(Box::new(then)));
    }

    fn take_from_page(&mut self, offer: &Arc<PageOffer>, form: ClipboardForm, taker: Taker) {
        if let Some(bytes) = offer.ready(form) {
            return self.hand_to(taker, &bytes);
        }
        // Dropped, the pipe ends, and the program pastes nothing.
        if !offer.more.contains(&form) {
            return;
        }
        let wants = &mut self.offered.wants;
        if let Some(want) = wants.waiting.iter_mut().find(|want| want.form == form && Arc::ptr_eq(&want.offer, offer)) {
            if want.takers.len() < MAX_TAKERS {
                want.takers.push(taker);
            }
            return;
        }
        if wants.waiting.len() >= MAX_WANTS {
            tracing::warn!("too much is being pasted at once");
            return;
        }
        wants.last = wants.last.wrapping_add(1);
        let ask = wants.last;
        wants.waiting.push(Want { ask, offer: Arc::clone(offer), form, takers: vec![taker] });
        if let (Some(remote), Some(viewer)) = (&self.remote, offer.viewer) {
            remote.streamer().send(viewer, ToPage::ClipboardWanted { ask, offer: offer.number, form });
        }
        self.after(PATIENCE, "a paste", move |state| state.offered.wants.waiting.retain(|want| want.ask != ask));
    }

    fn hand_to(&mut self, taker: Taker, bytes: &Arc<[u8]>) {
        match taker {
            Taker::Pipe(fd) => self.send_bytes(fd, Arc::clone(bytes)),
            Taker::Jpeg(fd) => {
                let (sender, made) = calloop::channel::channel();
                let mut fd = Some(fd);
                let watched = self.handle.insert_source(made, move |event, (), state| {
                    if let (calloop::channel::Event::Msg(bytes), Some(fd)) = (event, fd.take()) {
                        state.send_bytes(fd, bytes);
                    }
                });
                if let Err(error) = watched {
                    return tracing::error!(%error, "a picture cannot come back");
                }
                picture::as_jpeg(Arc::clone(bytes), move |made| match made {
                    // The desktop ends: nobody pastes any more.
                    Ok(bytes) => drop(sender.send(Arc::from(bytes))),
                    // Its end of the pipe goes with what waits here, and nothing is pasted.
                    Err(error) => tracing::warn!(%error, "a picture was not pasted"),
                });
            }
            Taker::Text(then) => {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    then(self, text.to_owned());
                }
            }
        }
    }

    /// A page brought what was asked for; no bytes mean that it has it no longer. `done` hears what became of it, maybe on
    /// another thread.
    pub fn page_brought(&mut self, ask: u32, bytes: Bytes, done: impl FnOnce(Result<(), Refusal>) + Send + 'static) {
        let waiting = &mut self.offered.wants.waiting;
        let Some(want) = waiting.iter().position(|want| want.ask == ask).map(|at| waiting.swap_remove(at)) else {
            return done(Err(Refusal::conflict("not_wanted", "nobody waits for this any more")));
        };
        if bytes.is_empty() {
            return done(Ok(()));
        }
        match want.form {
            ClipboardForm::Png => {
                let (sender, cleaned) = calloop::channel::channel();
                let mut want = Some(want);
                let watched = self.handle.insert_source(cleaned, move |event, (), state| {
                    if let (calloop::channel::Event::Msg(bytes), Some(want)) = (event, want.take()) {
                        state.hand_out(want, bytes);
                    }
                });
                if let Err(error) = watched {
                    tracing::error!(%error, "a picture cannot come back");
                }
                picture::clean(bytes, move |cleaned| {
                    done(match cleaned {
                        // The desktop ends: nobody pastes any more.
                        Ok(bytes) => sender.send(Arc::from(bytes)).map_err(|_| Refusal::conflict("gone", "it ends")),
                        Err(error) => Err(error.refusal()),
                    });
                });
            }
            ClipboardForm::Text | ClipboardForm::Html => match std::str::from_utf8(&bytes) {
                Ok(text) => {
                    self.hand_out(want, Arc::from(text.as_bytes()));
                    done(Ok(()));
                }
                Err(_) => done(Err(Refusal::invalid("not_text", "this is not valid UTF-8"))),
            },
        }
    }

    fn hand_out(&mut self, want: Want, bytes: Arc<[u8]>) {
        want.offer.brought.lock().push((want.form, Arc::clone(&bytes)));
        for taker in want.takers {
            self.hand_to(taker, &bytes);
        }
    }

    /// A page is gone, with what it had. Who waits for it waits no longer.
    pub(crate) fn page_left(&mut self, viewer: ViewerId) {
        self.offered.wants.waiting.retain(|want| want.offer.viewer != Some(viewer));
    }
}
