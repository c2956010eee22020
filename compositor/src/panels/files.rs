//! The user's panels: which files there are, and hearing when they change.

use std::path::{Path, PathBuf};
use std::time::Duration;

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::interface::AlertLevel;
use webview::Page;

use crate::services::files::read_bounded;
use crate::services::watch::folders::Folders;
use crate::state::State;

/// Panels of the user's.
pub(super) const MOST: usize = 16;
/// Bytes of a file.
const MOST_BYTES: u64 = 2 << 20;
/// Names in the folder that are looked at.
const MOST_NAMES: usize = 1024;
/// A file that is being saved is left alone for so long.
const QUIET: Duration = Duration::from_millis(150);
/// The shipped panel; a file of the user's of that name takes its place.
const DIAGNOSTICS: (&str, &str) = ("diagnostics", include_str!("diagnostics.html"));

/// The user's panels by their names, and what is wrong with the others.
pub(super) fn read(folder: &Path) -> (Vec<Page>, Vec<String>) {
    let (mut pages, mut mistakes) = (Vec::new(), Vec::new());
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).take(MOST_NAMES);
    let html = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "html");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(html).collect();
    paths.sort();
    if paths.len() > MOST {
        mistakes.push(format!("{}: only {MOST} panels are shown of {}", folder.display(), paths.len()));
    }
    for path in paths.iter().take(MOST) {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let page = read_bounded(path, MOST_BYTES).map_err(|error| error.to_string());
        match page.and_then(|bytes| Page::read(name, &bytes).map_err(|error| error.to_string())) {
            Ok(page) => pages.push(page),
            Err(mistake) => mistakes.push(format!("{}: {mistake}", path.display())),
        }
    }
    let (name, html) = DIAGNOSTICS;
    if !pages.iter().any(|page| page.name == name)
        && let Ok(page) = Page::read(name, html.as_bytes())
    {
        pages.push(page);
    }
    (pages, mistakes)
}

impl State {
    /// Reads the user's panels again a moment after one of their files has changed.
    pub(crate) fn watch_panels(&mut self) {
        let Some(folder) = self.panels.folder.clone() else { return };
        if let Err(error) = Folders::watch(&self.handle, &[folder], Self::panels_changed) {
            self.tell_user(AlertLevel::Caution, &format!("changed panels will not be noticed: {error}"));
        }
    }

    fn panels_changed(&mut self) {
        if std::mem::replace(&mut self.panels.changed, true) {
            return;
        }
        let inserted = self.handle.insert_source(Timer::from_duration(QUIET), |_, (), state: &mut State| {
            state.panels.changed = false;
            state.read_panels();
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for panels");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_read_by_name_and_what_is_no_panel_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.html", "<title>Second</title>");
        write("a.html", "<title>First</title>");
        write("notes.txt", "no panel");
        write("odd name.html", "x");
        std::fs::create_dir(folder.path().join("dir.html")).unwrap();
        let (pages, mistakes) = read(folder.path());
        let titles: Vec<_> = pages.iter().map(|page| page.title.as_str()).collect();
        assert_eq!(titles, ["First", "Second", "System diagnostics"]);
        assert_eq!(mistakes.len(), 2, "{mistakes:?}");
    }

    #[test]
    fn more_than_the_most_are_reported() {
        let folder = tempfile::tempdir().unwrap();
        for n in 0..=MOST {
            std::fs::write(folder.path().join(format!("p{n:02}.html")), "x").unwrap();
        }
        let (pages, mistakes) = read(folder.path());
        assert_eq!((pages.len(), mistakes.len()), (MOST + 1, 1), "{mistakes:?}");
    }

    #[test]
    fn a_panel_of_the_users_takes_the_place_of_the_shipped_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&folder.path().join("nowhere")).0.len(), 1);
        std::fs::write(folder.path().join("diagnostics.html"), "<title>Mine</title>").unwrap();
        let (pages, _) = read(folder.path());
        assert_eq!((pages.len(), pages[0].title.as_str()), (1, "Mine"));
    }
}
