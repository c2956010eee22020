//! What was copied: between programs, the desktop's own terminals and the pages.
//!
//! A selection comes from a client, and then smithay has it; or from somewhere else, and then it is a [`Source`]. Text, HTML
//! and PNG go between page and programs: text with the announcement, where it is short, all else when it is wanted.

mod page;
mod picture;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use smithay::wayland::selection::SelectionTarget;
use smithay::wayland::selection::data_device::{
    clear_data_device_selection, current_data_device_selection_userdata, request_data_device_client_selection,
    set_data_device_selection,
};
use smithay::wayland::selection::primary_selection::{
    clear_primary_selection, current_primary_selection_userdata, request_primary_client_selection,
    set_primary_selection,
};
use streamer::protocol::{ClipboardForm, MAX_MESSAGE, ToPage};
use streamer::{Answer, ClipboardRequest, Refusal, Reply};

pub use self::page::PageOffer;
use self::page::Wants;
use crate::pipe::{self, ReadError};
use crate::state::State;

/// The names under which programs know plain text, the best one first.
pub(crate) const TEXT_TYPES: [&str; 5] = ["text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT"];
/// HTML and pictures have one each.
const HTML_TYPE: &str = "text/html";
const PNG_TYPE: &str = "image/png";
/// What older programs know instead of PNG: a page's picture becomes that when it is pasted.
const JPEG_TYPE: &str = "image/jpeg";
/// Pictures of programs that pages get as PNG, the best one first.
const PICTURE_TYPES: [&str; 5] = [PNG_TYPE, "image/bmp", "image/webp", JPEG_TYPE, "image/gif"];
/// JSON may need six bytes for one of text; this much always fits a message.
const MAX_TEXT: usize = MAX_MESSAGE / 6;
/// The most of anything, in bytes.
const MAX_COPY: usize = 32 << 20;

/// Where a selection comes from that no client has.
#[derive(Debug, Clone)]
pub enum Source {
    /// Text copied on the desktop itself.
    Desktop(Arc<str>),
    /// A page: its user copied something outside.
    Page(Arc<PageOffer>),
    /// An X client.
    X11 {
        /// Which of its selections.
        target: SelectionTarget,
        /// As what it is to be had.
        types: Arc<[String]>,
    },
}

impl Source {
    /// What programs are told that it is there as.
    fn types(&self) -> Vec<String> {
        match self {
            Self::Desktop(_) => types_of(&[ClipboardForm::Text]),
            Self::Page(offer) => types_of(&offer.forms()),
            Self::X11 { types, .. } => types.to_vec(),
        }
    }
}

fn types_of(forms: &[ClipboardForm]) -> Vec<String> {
    let names = |form: &ClipboardForm| match form {
        ClipboardForm::Text => TEXT_TYPES.as_slice(),
        ClipboardForm::Html => &[HTML_TYPE],
        ClipboardForm::Png => &[PNG_TYPE, JPEG_TYPE],
    };
    forms.iter().flat_map(names).map(ToString::to_string).collect()
}

fn form_of(mime: &str) -> ClipboardForm {
    match mime {
        HTML_TYPE => ClipboardForm::Html,
        PNG_TYPE | JPEG_TYPE => ClipboardForm::Png,
        _ => ClipboardForm::Text,
    }
}

/// What a program offers that others than programs understand.
#[derive(Debug, Default, Clone, Copy)]
struct Forms {
    /// By its best name.
    text: Option<&'static str>,
    html: bool,
    /// A picture, by its best name.
    picture: Option<&'static str>,
}

impl Forms {
    fn of(offered: &[String]) -> Self {
        let has = |mime: &str| offered.iter().any(|offer| offer == mime);
        let text = TEXT_TYPES.iter().find(|mime| has(mime)).copied();
        let picture = PICTURE_TYPES.iter().find(|mime| has(mime)).copied();
        Self { text, html: has(HTML_TYPE), picture }
    }

    fn mime(&self, form: ClipboardForm) -> Option<&'static str> {
        match form {
            ClipboardForm::Text => self.text,
            ClipboardForm::Html => self.html.then_some(HTML_TYPE),
            ClipboardForm::Png => self.picture,
        }
    }

    /// All but text.
    fn rich(&self) -> Vec<ClipboardForm> {
        [ClipboardForm::Html, ClipboardForm::Png].into_iter().filter(|form| self.mime(*form).is_some()).collect()
    }
}

/// What is selected, as far as smithay does not know it.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    clipboard: Forms,
    primary: Forms,
    /// Grows with each selection: what is fetched later is the one that was told of, or nothing.
    number: u32,
    wants: Wants,
}

impl State {
    /// A page's user copied something: it becomes the selection.
    pub fn page_copied(&mut self, offer: PageOffer) {
        self.select(SelectionTarget::Clipboard, Source::Page(Arc::new(offer)));
    }

    /// Something that no client has becomes the selection.
    pub(crate) fn select(&mut self, target: SelectionTarget, source: Source) {
        let types = source.types();
        if !matches!(source, Source::X11 { .. }) {
            self.offer_to_x11(target, &types);
        }
        match target {
            SelectionTarget::Clipboard => {
                self.offered.number = self.offered.number.wrapping_add(1);
                set_data_device_selection(&self.display, &self.seat, types, source);
            }
            SelectionTarget::Primary => set_primary_selection(&self.display, &self.seat, types, source),
        }
    }

    /// Something was copied on the desktop itself: programs can paste it, and of the clipboard the page hears too.
    pub(crate) fn copy_text(&mut self, target: SelectionTarget, text: String) {
        let text: Arc<str> = text.into();
        self.select(target, Source::Desktop(Arc::clone(&text)));
        if target == SelectionTarget::Clipboard {
            self.tell_copied(&text, Vec::new());
        }
    }

    /// The source of a selection that no client has.
    fn source(&self, target: SelectionTarget) -> Option<Source> {
        match target {
            SelectionTarget::Clipboard => current_data_device_selection_userdata(&self.seat).map(|of| of.clone()),
            SelectionTarget::Primary => current_primary_selection_userdata(&self.seat).map(|of| of.clone()),
        }
    }

    /// Gives `then` what was copied, wherever that was, as soon as it is there. Nothing happens where nothing was, or it
    /// is no text.
    pub(crate) fn paste_text(&mut self, target: SelectionTarget, then: impl FnOnce(&mut State, String) + 'static) {
        match self.source(target) {
            Some(Source::Desktop(text)) => return then(self, text.to_string()),
            Some(Source::Page(offer)) => return self.page_text(&offer, then),
            Some(Source::X11 { .. }) | None => {}
        }
        let theirs = match target {
            SelectionTarget::Clipboard => self.offered.clipboard.text,
            SelectionTarget::Primary => self.offered.primary.text,
        };
        let Some(mime) = theirs else { return };
        self.read_selection(target, mime, MAX_TEXT, |state, read| match read.map(String::from_utf8) {
            Ok(Ok(text)) => then(state, text),
            Ok(Err(_)) => tracing::debug!("what was to be pasted is not UTF-8"),
            Err(error) => tracing::debug!(%error, "nothing was pasted"),
        });
    }

    /// A program selected something, or nothing any more. Of what it copied the pages hear.
    pub fn client_selected(&mut self, target: SelectionTarget, offered: &[String]) {
        self.offer_to_x11(target, offered);
        self.tell_selected(target, offered);
    }

    /// An X client copied something, or nothing any more.
    pub(crate) fn x11_copied(&mut self, target: SelectionTarget, types: Vec<String>) {
        if types.is_empty() {
            let theirs = matches!(self.source(target), Some(Source::X11 { .. }));
            match target {
                SelectionTarget::Clipboard if theirs => clear_data_device_selection(&self.display, &self.seat),
                SelectionTarget::Primary if theirs => clear_primary_selection(&self.display, &self.seat),
                _ => {}
            }
            return;
        }
        self.x11_has(target);
        self.select(target, Source::X11 { target, types: types.clone().into() });
        self.tell_selected(target, &types);
    }

    fn tell_selected(&mut self, target: SelectionTarget, offered: &[String]) {
        let forms = Forms::of(offered);
        if target == SelectionTarget::Primary {
            self.offered.primary = forms;
            return;
        }
        self.offered.clipboard = forms;
        self.offered.number = self.offered.number.wrapping_add(1);
        let number = self.offered.number;
        // The selection is set only after this handler returns.
        self.handle.insert_idle(move |state| state.announce(number));
    }

    /// Tells the pages of what a program copied, with its text if that is short.
    fn announce(&mut self, number: u32) {
        if number != self.offered.number {
            return;
        }
        let forms = self.offered.clipboard;
        let mut more = forms.rich();
        let Some(mime) = forms.text else {
            if !more.is_empty() {
                self.tell_copied("", more);
            }
            return;
        };
        self.read_selection(SelectionTarget::Clipboard, mime, MAX_TEXT, move |state, read| {
            if number != state.offered.number {
                return;
            }
            let text = match read.map(String::from_utf8) {
                Ok(Ok(text)) => text,
                Err(ReadError::TooLong) => {
                    more.insert(0, ClipboardForm::Text);
                    String::new()
                }
                Ok(Err(_)) | Err(_) => String::new(),
            };
            if !text.is_empty() || !more.is_empty() {
                state.tell_copied(&text, more);
            }
        });
    }

    fn tell_copied(&self, text: &str, mut more: Vec<ClipboardForm>) {
        let mut text = text.to_owned();
        if text.len() > MAX_TEXT {
            more.insert(0, ClipboardForm::Text);
            text.clear();
        }
        if let Some(remote) = &self.remote {
            remote.broadcast(ToPage::Clipboard { text, offer: self.offered.number, more });
        }
    }

    /// Reads what a client has selected. `then` always hears how it ended.
    fn read_selection(
        &mut self,
        target: SelectionTarget,
        mime: &str,
        limit: usize,
        then: impl FnOnce(&mut State, Result<Vec<u8>, ReadError>) + 'static,
    ) {
        let asked = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(anyhow::Error::from).and_then(
            |(reader, writer)| {
                self.request_selection(target, mime.to_owned(), writer)?;
                Ok(reader)
            },
        );
        match asked {
            Ok(reader) => pipe::read_all(&self.handle, reader, limit, then),
            Err(error) => {
                tracing::debug!(%error, "a selection was not asked for");
                then(self, Err(ReadError::Broken));
            }
        }
    }

    /// Has what a program copied written to `into`.
    fn request_selection(&self, target: SelectionTarget, mime: String, into: OwnedFd) -> anyhow::Result<()> {
        match (self.source(target), target) {
            (Some(Source::X11 { .. }), _) => self.paste_from_x11(target, mime, into),
            (_, SelectionTarget::Clipboard) => request_data_device_client_selection(&self.seat, mime, into)?,
            (_, SelectionTarget::Primary) => request_primary_client_selection(&self.seat, mime, into)?,
        }
        Ok(())
    }

    /// An X client pastes what somebody else copied.
    pub(crate) fn x11_pastes(&mut self, target: SelectionTarget, mime: String, into: OwnedFd) {
        if !self.x11_may_paste() {
            return;
        }
        match self.source(target) {
            Some(source) => self.send_source(&mime, into, &source),
            None => {
                if let Err(error) = self.request_selection(target, mime, into) {
                    tracing::debug!(%error, "an X client gets nothing");
                }
            }
        }
    }

    /// A program pastes what no client has.
    pub(crate) fn send_source(&mut self, mime: &str, fd: OwnedFd, source: &Source) {
        match source {
            Source::Desktop(text) => self.send_bytes(fd, Arc::from(text.as_bytes())),
            Source::Page(offer) => self.send_page(offer, mime, fd),
            Source::X11 { target, .. } => self.paste_from_x11(*target, mime.to_owned(), fd),
        }
    }

    fn send_bytes(&self, fd: OwnedFd, bytes: Arc<[u8]>) {
        if let Err(error) = pipe::write(&self.handle, fd, bytes) {
            tracing::warn!(%error, "the clipboard could not be written");
        }
    }

    /// A page fetches what a program copied, or brings what a program pastes.
    pub(crate) fn clipboard_request(&mut self, request: ClipboardRequest, reply: Reply) {
        match request {
            ClipboardRequest::Fetch { offer, form } => self.fetch_copied(offer, form, reply),
            ClipboardRequest::Bring { ask, bytes } => {
                self.page_brought(ask, bytes, |result| reply.send(result.map(|()| Answer::Done)));
            }
        }
    }

    fn fetch_copied(&mut self, offer: u32, form: ClipboardForm, reply: Reply) {
        let gone = || Refusal::conflict("gone", "something else was copied since");
        if offer != self.offered.number {
            return reply.send(Err(gone()));
        }
        let mime = match self.source(SelectionTarget::Clipboard) {
            Some(Source::Desktop(text)) if form == ClipboardForm::Text => {
                return reply.send(Ok(Answer::Bytes(text.as_bytes().to_vec().into())));
            }
            Some(Source::Desktop(_) | Source::Page(_)) => None,
            Some(Source::X11 { .. }) | None => self.offered.clipboard.mime(form),
        };
        let Some(mime) = mime else { return reply.send(Err(gone())) };
        self.read_selection(SelectionTarget::Clipboard, mime, MAX_COPY, move |_, read| match read {
            Ok(bytes) if form == ClipboardForm::Png => {
                picture::clean(bytes.into(), move |cleaned| {
                    let answer = cleaned.map(|bytes| Answer::Bytes(bytes.into()));
                    reply.send(answer.map_err(|error| error.refusal()));
                });
            }
            Ok(bytes) => reply.send(Ok(Answer::Bytes(bytes.into()))),
            Err(ReadError::TooLong) => {
                let message = format!("what was copied is longer than {} MiB", MAX_COPY >> 20);
                reply.send(Err(Refusal::invalid("too_large", message)));
            }
            Err(error) => reply.send(Err(Refusal::conflict("not_given", error.to_string()))),
        });
    }
}
