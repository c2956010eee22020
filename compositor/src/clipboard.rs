//! The clipboard's text, both ways between programs and page.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use smithay::wayland::selection::data_device::{request_data_device_client_selection, set_data_device_selection};
use streamer::protocol::{MAX_MESSAGE, ToPage};

use crate::pipe;
use crate::state::State;

/// The names under which programs know plain text, the best one first.
const TEXT_TYPES: [&str; 5] = ["text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING", "TEXT"];
/// JSON may need six bytes for one of text; this much always fits a message.
const MAX_TEXT: usize = MAX_MESSAGE / 6;

impl State {
    /// The page's user copied something: it becomes the selection.
    pub fn page_copied(&mut self, text: String) {
        let types = TEXT_TYPES.iter().map(ToString::to_string).collect();
        set_data_device_selection(&self.display, &self.seat, types, Arc::from(text));
    }

    /// A program copied something: if it is text, the page gets it.
    pub fn client_copied(&mut self, offered: &[String]) {
        let Some(mime) = TEXT_TYPES.iter().find(|mime| offered.iter().any(|offer| offer == *mime)) else { return };
        let mime = (*mime).to_owned();
        // The selection is set only after this handler returns.
        self.handle.insert_idle(move |state| {
            if let Err(error) = state.read_selection(mime) {
                tracing::warn!(%error, "the clipboard could not be read");
            }
        });
    }

    fn read_selection(&mut self, mime: String) -> anyhow::Result<()> {
        let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        request_data_device_client_selection(&self.seat, mime, writer)?;
        pipe::read(&self.handle, reader, MAX_TEXT, |state, bytes| {
            if let (Ok(text), Some(remote)) = (String::from_utf8(bytes), &state.remote) {
                remote.broadcast(ToPage::Clipboard { text });
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
