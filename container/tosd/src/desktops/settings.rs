//! Settings, theme overrides and the sectors of a user, kept where every host of ours finds them (`settings` in `tosd.toml`):
//! brought into the home before a desktop begins, and kept again whenever they changed.
//!
//! They are files of the user's own, `~/.config/tos/config.toml` and `theme.css`, and stay that: a host that cannot reach the
//! store goes on with what is in the home. What was the same here and there last is written down in `data`, so that it is
//! known which side changed; where both did, the store's counts, and the home's is kept beside it as `….before`.

use std::{collections::BTreeMap, fs, io, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use store::settings::{Expect, Setting, Settings, VALUE_MAX};
use tokio::time::timeout;

use super::{hex_sha256, house::House};
use crate::volumes::{USER, below};

/// Where they are in a home.
const FOLDER: [&str; 2] = [".config", "tos"];
const FILES: [&str; 2] = ["config.toml", "theme.css"];

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// One of them, as it was here and there at the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Same {
    /// SHA-256 of what it held.
    hash: String,
    /// The store's revision of that.
    revision: i64,
}

/// What is to be done with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing.
    Leave,
    /// The home's goes to the store.
    Keep,
    /// The store's comes to the home; `aside`: the home has one that nobody else has.
    Bring { aside: bool },
}

/// Which side changed since both were the same. `None` is a file that is not there.
fn step(same: Option<&Same>, here: Option<&str>, there: Option<(&str, i64)>) -> Step {
    if here == there.map(|(hash, _)| hash) {
        return Step::Leave;
    }
    let changed_here = same.map(|same| same.hash.as_str()) != here;
    let changed_there = same.map(|same| same.revision) != there.map(|(_, revision)| revision);
    match (changed_here, changed_there) {
        (true, false) => Step::Keep,
        (true, true) => Step::Bring { aside: here.is_some() },
        (false, _) => Step::Bring { aside: false },
    }
}

type Known = BTreeMap<String, Same>;

impl House {
    /// Brings a user's settings and the store together, before a desktop begins. What does not work is said in the log: a
    /// desktop with the settings of its home is better than none.
    pub async fn bring_settings(&self, user: &str, owner: u32) {
        self.settle(user, owner, true).await;
    }

    /// Keeps what changed in a home.
    pub async fn keep_settings(&self, user: &str) {
        self.settle(user, USER, false).await;
    }

    /// Forgets what was kept of somebody.
    pub async fn forget_settings(&self, user: &str) -> anyhow::Result<()> {
        let Some(settings) = &self.settings else { return Ok(()) };
        for file in FILES {
            settings.delete(&key(user, file), Expect::Any).await?;
        }
        match fs::remove_file(self.written(user)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn written(&self, user: &str) -> PathBuf {
        self.config.data.join("settings").join(format!("{user}.json"))
    }

    async fn settle(&self, user: &str, owner: u32, bring: bool) {
        // Somebody waits for a desktop; the settings are in the home as well.
        if timeout(PATIENCE, self.settle_all(user, owner, bring)).await.is_err() {
            tracing::warn!(user, "settings stay as they are in the home: their store takes long");
        }
    }

    async fn settle_all(&self, user: &str, owner: u32, bring: bool) {
        let Some(settings) = &self.settings else { return };
        let Some(home) = self.volumes.opened(user) else { return };
        let path = self.written(user);
        let before = read(&path);
        let mut known = before.clone();
        for file in FILES {
            let done = settle_one(&**settings, &home, user, file, owner, bring, &mut known).await;
            if let Err(error) = done {
                tracing::warn!(user, file, error = format!("{error:#}"), "settings stay as they are in the home");
            }
        }
        if known != before
            && let Err(error) = write(&path, &known)
        {
            tracing::warn!(user, %error, "it is not written down which settings are kept");
        }
    }
}

fn key(user: &str, file: &str) -> String {
    format!("users/{user}/{file}")
}

async fn settle_one(
    settings: &dyn Settings,
    home: &std::path::Path,
    user: &str,
    file: &str,
    owner: u32,
    bring: bool,
    known: &mut Known,
) -> anyhow::Result<()> {
    let here = below::read(home, &FOLDER, file, VALUE_MAX)?;
    let hash = here.as_deref().map(hex_sha256);
    // What did not change here is no reason to ask anybody.
    if !bring && known.get(file).map(|same| same.hash.as_str()) == hash.as_deref() {
        return Ok(());
    }
    let key = key(user, file);
    let there = settings.get(&key).await?;
    let of = |there: &Setting| (hex_sha256(&there.value), there.revision);
    let told = there.as_ref().map(of);
    let next = step(known.get(file), hash.as_deref(), told.as_ref().map(|(hash, revision)| (hash.as_str(), *revision)));
    let same = match (next, &there, &here) {
        (Step::Leave, _, _) => told.map(|(hash, revision)| Same { hash, revision }),
        // While a desktop runs nothing is changed under it; the next beginning sees to it.
        (Step::Bring { .. }, _, _) if !bring => return Ok(()),
        (Step::Bring { aside }, there, _) => {
            if aside {
                below::write(home, &FOLDER, &format!("{file}.before"), here.as_deref(), owner)?;
            }
            below::write(home, &FOLDER, file, there.as_ref().map(|there| there.value.as_slice()), owner)?;
            told.map(|(hash, revision)| Same { hash, revision })
        }
        (Step::Keep, there, Some(here)) => {
            let expect = there.as_ref().map_or(Expect::Absent, |there| Expect::Revision(there.revision));
            let revision = settings.put(&key, here, expect).await?;
            hash.map(|hash| Same { hash, revision })
        }
        (Step::Keep, Some(there), None) => {
            settings.delete(&key, Expect::Revision(there.revision)).await?;
            None
        }
        (Step::Keep, None, None) => None,
    };
    match same {
        Some(same) => known.insert(file.to_owned(), same),
        None => known.remove(file),
    };
    Ok(())
}

/// What was the same here and there. One that cannot be read knows of nothing: both sides then count as changed.
fn read(path: &PathBuf) -> Known {
    fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

fn write(path: &PathBuf, known: &Known) -> io::Result<()> {
    use std::io::Write as _;
    let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let temporary = path.with_extension("part");
    let mut file = fs::File::create(&temporary)?;
    file.write_all(&serde_json::to_vec(known)?)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_side_that_changed_counts() {
        let same = Same { hash: "a".into(), revision: 1 };
        let known = Some(&same);
        for (known, here, there, next) in [
            (None, None, None, Step::Leave),
            (None, Some("a"), None, Step::Keep),
            (None, None, Some(("a", 1)), Step::Bring { aside: false }),
            (None, Some("a"), Some(("a", 1)), Step::Leave),
            (None, Some("b"), Some(("a", 1)), Step::Bring { aside: true }),
            (known, Some("a"), Some(("a", 1)), Step::Leave),
            (known, Some("b"), Some(("a", 1)), Step::Keep),
            (known, None, Some(("a", 1)), Step::Keep),
            (known, Some("a"), Some(("b", 2)), Step::Bring { aside: false }),
            (known, Some("a"), None, Step::Bring { aside: false }),
            (known, Some("b"), Some(("c", 2)), Step::Bring { aside: true }),
            (known, Some("b"), None, Step::Bring { aside: true }),
            (known, None, None, Step::Leave),
            (known, Some("b"), Some(("b", 2)), Step::Leave),
        ] {
            assert_eq!(step(known, here, there), next, "{known:?} {here:?} {there:?}");
        }
    }
}
