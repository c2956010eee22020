//! Which directories are in sight, and what the interface is told about them.

use std::collections::BTreeSet;
use std::time::Duration;

use lcars_ui::hierarchy::{Desktop, HubMode, Level, OutputId, SectorId, ViewportId};

use super::Shell;
use crate::screen::Screen;

/// The panes of an output that are at hubs with files, and whose files these are.
fn places(desktop: &Desktop, output: OutputId) -> Vec<(ViewportId, SectorId)> {
    let panes = desktop.output(output).map(|output| output.panes.viewports()).unwrap_or_default();
    let at_files = |id: ViewportId| {
        let viewport = desktop.viewport(id)?;
        let shows = viewport.path.level() == Level::Hub && viewport.mode == HubMode::Directory;
        viewport.path.sector().filter(|_| shows).map(|sector| (id, sector))
    };
    panes.into_iter().filter_map(at_files).collect()
}

impl Shell {
    /// The sectors whose files somebody looks at.
    pub(crate) fn sectors_with_files(&self) -> BTreeSet<SectorId> {
        let of_output = |output: &lcars_ui::viewport::Output| places(&self.desktop, output.id);
        self.desktop.outputs().iter().flat_map(of_output).map(|(_, sector)| sector).collect()
    }
}

impl Screen {
    /// Takes in what is known of the directories that it shows.
    pub(super) fn follow_files(&mut self, shell: &Shell, now: Duration) {
        let places = places(&shell.desktop, self.id);
        let (motion, timing) = (shell.desktop.motion(), shell.desktop.timing());
        let (interface, sight) = self.apart(shell);
        interface.follow_files(&places, &shell.directories, &sight, now, motion, &timing);
    }
}
