//! Files that the user wants to keep outside of the desktop: the page that asked gets an address, and its browser saves them.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use lcars_ui::files::Listing;
use lcars_ui::hierarchy::SectorId;
use streamer::protocol::{Role, ToPage};

use crate::state::State;

/// Most of them at once.
const MOST: usize = 1024;

impl State {
    /// Offers files of a sector's directory to the page whose user did something last.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn download(&mut self, sector: SectorId, files: &[u64]) -> Result<(), String> {
        let listing = self.shell.directories.of(sector).ok_or("the files of this sector are not known")?;
        let paths = paths_of(listing, files);
        if paths.is_empty() {
            return Err("these files are not here any more".into());
        }
        let remote = self.remote.as_ref().ok_or("there is no page to download to")?;
        let may = |viewer: &streamer::ViewerId| {
            self.staging.pages.get(viewer).is_some_and(|caller| caller.role >= Role::Control)
        };
        let viewer = remote.last().filter(may).ok_or("there is no page to download to")?;
        let url = remote.streamer().offer_files(paths).ok_or("the files cannot be offered")?;
        remote.streamer().send(viewer, ToPage::Download { url });
        Ok(())
    }
}

/// Where files are, by the numbers of their names. What is not in the directory is left out.
fn paths_of(listing: &Listing, files: &[u64]) -> Vec<PathBuf> {
    let wanted = listing.entries.iter().filter(|entry| files.contains(&entry.name.id()));
    wanted.take(MOST).map(|entry| PathBuf::from(OsString::from_vec(listing.path_of(&entry.name)))).collect()
}
