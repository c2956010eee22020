//! The clipboard's text, between programs, the desktop's own terminals and the page.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use smithay::wayland::selection::SelectionTarget;
use smithay::wayland::selection::data_device::{
    current_data_device_selection_userdata, request_data_device_client_selection, set_data_device_selection,
};
use smithay::wayland::selection::primary_selection::{
    current_primary_selection_userdata, request_primary_client_selection, set_primary_selection,
};
use streamer::protocol::{MAX_MESSAGE, ToPage};

use crate::pipe;
use crate::state::State;

/// The names under which programs know plain text, the best one first.
const TEXT_TYPES: [&str; 5] = ["text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT"];
/// JSON may need six bytes for one of text; this much always fits a message.
const MAX_TEXT: usize = MAX_MESSAGE / 6;

/// What programs offer as text, by its best name.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    clipboard: Option<&'static str>,
    primary: Option<&'static str>,
}

impl State {
    /// The page's user copied something: it becomes the selection.
    pub fn page_copied(&mut self, text: String) {
        self.select_text(SelectionTarget::Clipboard, text.into());
    }

    fn select_text(&mut self, target: SelectionTarget, text: Arc<str>) {
        let types = TEXT_TYPES.iter().map(ToString::to_string).collect();
        match target {
            SelectionTarget::Clipboard => set_data_device_selection(&self.display, &self.seat, types, text),
            SelectionTarget::Primary => set_primary_selection(&self.display, &self.seat, types, text),
        }
    }

    /// Something was copied on the desktop itself: programs can paste it, and of the clipboard the page hears too.
    pub(crate) fn copy_text(&mut self, target: SelectionTarget, text: String) {
        if let (SelectionTarget::Clipboard, Some(remote)) = (target, &self.remote)
            && text.len() <= MAX_TEXT
        {
            remote.broadcast(ToPage::Clipboard { text: text.clone() });
        }
        self.select_text(target, text.into());
    }

    /// Gives `then` what was copied, wherever that was, as soon as it is there. Nothing happens where nothing was, or it
    /// is no text.
    pub(crate) fn paste_text(&mut self, target: SelectionTarget, then: impl FnOnce(&mut State, String) + 'static) {
        let ours = match target {
            SelectionTarget::Clipboard => current_data_device_selection_userdata(&self.seat),
            SelectionTarget::Primary => current_primary_selection_userdata(&self.seat),
        };
        let ours = ours.map(|text| text.to_string());
        if let Some(text) = ours {
            return then(self, text);
        }
        let theirs = match target {
            SelectionTarget::Clipboard => self.offered.clipboard,
            SelectionTarget::Primary => self.offered.primary,
        };
        if let Some(mime) = theirs
            && let Err(error) = self.read_selection(target, mime, then)
        {
            tracing::debug!(%error, "nothing was pasted");
        }
    }

    /// A program selected something, or nothing any more. If it copied text, the page gets it.
    pub fn client_selected(&mut self, target: SelectionTarget, offered: &[String]) {
        let mime = TEXT_TYPES.iter().find(|mime| offered.iter().any(|offer| offer == *mime)).copied();
        match target {
            SelectionTarget::Clipboard => self.offered.clipboard = mime,
            SelectionTarget::Primary => self.offered.primary = mime,
        }
        let (SelectionTarget::Clipboard, Some(mime)) = (target, mime) else { return };
        // The selection is set only after this handler returns.
        self.handle.insert_idle(move |state| {
            let read = state.read_selection(target, mime, |state, text| {
                if let Some(remote) = &state.remote {
                    remote.broadcast(ToPage::Clipboard { text });
                }
            });
            if let Err(error) = read {
                tracing::warn!(%error, "the clipboard could not be read");
            }
        });
    }

    fn read_selection(
        &mut self,
        target: SelectionTarget,
        mime: &str,
        then: impl FnOnce(&mut State, String) + 'static,
    ) -> anyhow::Result<()> {
        let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        match target {
            SelectionTarget::Clipboard => request_data_device_client_selection(&self.seat, mime.to_owned(), writer)?,
            SelectionTarget::Primary => request_primary_client_selection(&self.seat, mime.to_owned(), writer)?,
        }
        pipe::read(&self.handle, reader, MAX_TEXT, |state, bytes| {
            if let Ok(text) = String::from_utf8(bytes) {
                then(state, text);
            }
        })?;
        Ok(())
    }

    /// A program pastes what the page brought.
    pub fn send_page_text(&self, fd: OwnedFd, text: Arc<str>) {
        if let Err(error) = pipe::write(&self.handle, fd, Arc::from(text)) {
            tracing::warn!(%error, "the clipboard could not be written");
        }
    }
}
