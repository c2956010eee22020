//! The settings of files that come from pages, `[files]`.

use std::path::{Path, PathBuf};

use super::error::Errors;
use super::values::Table;

/// Most that can be said, in MB: a terabyte.
const MOST_LIMIT: u32 = 1 << 20;

/// Files that pages bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Where they go: an absolute path, or one that begins with `~/`.
    pub folder: String,
    /// Largest one, in MB. Where it is 0, none is taken.
    pub upload_limit_mb: u32,
}

impl Default for Files {
    fn default() -> Self {
        Self { folder: "~/Downloads".to_owned(), upload_limit_mb: 4096 }
    }
}

impl Files {
    /// The folder of a user whose home this is.
    pub fn folder(&self, home: &Path) -> PathBuf {
        match self.folder.strip_prefix('~') {
            Some(below) => home.join(below.trim_start_matches('/')),
            None => PathBuf::from(&self.folder),
        }
    }
}

/// Reads `[files]`.
pub(super) fn read(mut table: Table<'_, '_>, errors: &mut Errors<'_>) -> Files {
    let mut files = Files::default();
    if let Some((folder, at)) = table.name("folder", errors) {
        if folder == "~" || folder.starts_with("~/") || Path::new(&folder).is_absolute() {
            files.folder = folder;
        } else {
            errors.add(at, "\"folder\" is a path from the root, or from the home with ~/");
        }
    }
    files.upload_limit_mb = table.whole("upload_limit_mb", 0, MOST_LIMIT, errors).unwrap_or(files.upload_limit_mb);
    table.done(errors);
    files
}
