//! Screens and the pages that see them.

use calloop::channel::{self, sync_channel};
use lcars_ui::hierarchy::OutputId;
use streamer::OutputKey;

use crate::remote::Stream;
use crate::state::State;
use crate::video::Video;

impl State {
    /// Sends a screen's pictures to pages from now on, which know it by this key.
    ///
    /// # Errors
    /// If there are no pages, or the system has no thread to give.
    pub(crate) fn stream(&mut self, id: OutputId, key: OutputKey) -> anyhow::Result<()> {
        let Some(remote) = &self.remote else { anyhow::bail!("this session has no pages") };
        let streamer = remote.streamer().clone();
        // One picture is under way at a time.
        let (sender, done) = sync_channel(4);
        let video = Video::start(streamer.clone(), key, move |sent| {
            if sender.try_send(sent).is_err() {
                tracing::error!("the main thread does not take its events");
            }
        })?;
        // It goes with the thread, which holds the other end.
        self.handle
            .insert_source(done, move |event, (), state| {
                if let channel::Event::Msg(sent) = event {
                    state.picture_sent(key, sent);
                }
            })
            .map_err(|error| error.error)?;
        if let Some(screen) = self.screens.get_mut(id) {
            screen.stream = Some(Stream::new(streamer, key, video));
        }
        self.announce_size(id);
        Ok(())
    }
}
