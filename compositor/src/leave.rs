//! The user leaves the desktop by its uppermost level: above it is the portal that they came by.

use streamer::protocol::ToPage;

use crate::state::State;

impl State {
    /// Leads the page whose user did something last to the portal above the desktop.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn lead_to_portal(&self) -> Result<(), String> {
        let remote = self.remote.as_ref().filter(|_| self.shell.portal).ok_or("there is no portal to go to")?;
        let viewer = remote.last().ok_or("there is no page to lead to the portal")?;
        remote.streamer().send(viewer, ToPage::Portal);
        Ok(())
    }
}
