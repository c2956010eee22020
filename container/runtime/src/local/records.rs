//! What is known of each container, in files. Made whole or not at all, so that whoever is killed leaves nothing half.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use gate::plan::{EXIT, PLAN, Plan, RUNNING, Running};
use serde::{Deserialize, Serialize};

use crate::{Name, net::bridge::Bridge};

const ABOUT: &str = "about.json";

/// What we need to know besides the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    /// The spec's labels.
    pub(super) labels: BTreeMap<String, String>,
    /// Its directories of cgroups, by what they are for.
    pub(super) cgroups: BTreeMap<String, PathBuf>,
    /// Its network, if it has one.
    #[serde(default)]
    pub(super) network: Option<Bridge>,
}

/// All records.
#[derive(Debug, Clone)]
pub(super) struct Records {
    directory: PathBuf,
}

impl Records {
    /// Makes the directory. Only we see it: containers' output and plans are in there.
    pub(super) fn open(directory: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
        let directory = directory.canonicalize()?;
        let records = Self { directory };
        // What was being made or thrown away when we were killed.
        for entry in fs::read_dir(&records.directory)?.flatten() {
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(['+', '-'])) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Ok(records)
    }

    /// Where a container's are.
    pub(super) fn of(&self, name: &Name) -> PathBuf {
        self.directory.join(name.as_str())
    }

    /// Whether there are any.
    pub(super) fn has(&self, name: &Name) -> bool {
        self.of(name).join(PLAN).is_file()
    }

    /// Every container that there are records of.
    pub(super) fn names(&self) -> io::Result<Vec<Name>> {
        let entries = fs::read_dir(&self.directory)?;
        let name = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<Name>().ok();
        let mut names: Vec<_> = entries.flatten().filter_map(name).filter(|name| self.has(name)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Makes those of a new one. [`io::ErrorKind::AlreadyExists`] if somebody was quicker.
    pub(super) fn make(&self, name: &Name, plan: &Plan, about: &About) -> io::Result<()> {
        // Two who make the same one at once each have their own; the rename decides.
        let mut new = None;
        for n in 0..1000 {
            let path = self.directory.join(format!("+{name}-{}-{n}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {
                    new = Some(path);
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        let new = new.ok_or(io::ErrorKind::ResourceBusy)?;
        let made = put(&new.join(PLAN), &serde_json::to_vec(plan)?)
            .and_then(|()| put(&new.join(ABOUT), &serde_json::to_vec(about)?))
            .and_then(|()| fs::rename(&new, self.of(name)));
        if made.is_err() {
            let _ = fs::remove_dir_all(&new);
        }
        made.map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty => io::ErrorKind::AlreadyExists.into(),
            _ => error,
        })
    }

    /// What is known of one.
    pub(super) fn about(&self, name: &Name) -> io::Result<About> {
        Ok(serde_json::from_slice(&fs::read(self.of(name).join(ABOUT))?)?)
    }

    /// Its processes, if it was ever started.
    pub(super) fn running(&self, name: &Name) -> Option<Running> {
        serde_json::from_slice(&fs::read(self.of(name).join(RUNNING)).ok()?).ok()
    }

    /// Its exit status, if it ended and somebody saw it.
    pub(super) fn exit(&self, name: &Name) -> Option<i32> {
        fs::read_to_string(self.of(name).join(EXIT)).ok()?.trim().parse().ok()
    }

    /// Forgets one; at once, though the files may take longer.
    pub(super) fn forget(&self, name: &Name) -> io::Result<()> {
        let gone = self.directory.join(format!("-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&gone);
        match fs::rename(self.of(name), &gone) {
            Ok(()) => fs::remove_dir_all(gone),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
