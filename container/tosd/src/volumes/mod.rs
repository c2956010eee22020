//! Users' homes and what their desktops remember: where they are on the host, and how they get into a container.
//!
//! On the disk everything of a user belongs to uid 1000, whichever range of ids a container has: what is mounted into it
//! maps the ids. So a container can be made before anybody has signed in, and a home is never walked over.

pub mod below;
mod command;
pub mod mount;
pub mod quota;
pub mod state;

use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown},
    path::{Path, PathBuf},
    sync::Arc,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use runtime::{Name, spec::IdRange};
use sha2::Sha256;

use self::command::run;
use crate::config::{Bind, Config, HomeKind};

/// The user inside, and on the disk.
pub const USER: u32 = 1000;

/// Why a volume is not where it should be.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// The system said no.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A command said no.
    #[error("{program} failed: {said}")]
    Command {
        /// Which.
        program: String,
        /// Its words, cut to a line.
        said: String,
    },
    /// There is no key.
    #[error("the key of the encrypted home: {0}")]
    Key(String),
}

fn system(doing: &'static str) -> impl FnOnce(io::Error) -> VolumeError {
    move |source| VolumeError::System { doing, source }
}

/// Where volumes are and how they get into containers.
#[derive(Debug, Clone)]
pub struct Volumes {
    config: Arc<Config>,
    /// Whether mounts appear in containers that run; otherwise they are there from the beginning.
    late: bool,
}

impl Volumes {
    /// Makes the directories, and finds out how volumes can get into containers here.
    ///
    /// # Errors
    /// Where `volumes.bind = "idmapped"` and this machine cannot.
    pub fn prepare(config: Arc<Config>) -> Result<Self, VolumeError> {
        for directory in [&config.homes(), &config.states(), &config.run.join("slots"), &config.run.join("gates")] {
            fs::create_dir_all(directory).map_err(system("making directories"))?;
        }
        for private in [&config.data, &config.run.join("gates"), &config.homes(), &config.states()] {
            let mode = fs::Permissions::from_mode(0o700);
            fs::set_permissions(private, mode).map_err(system("closing directories"))?;
        }
        let shared = match config.volumes.bind {
            Bind::Direct => Err(io::Error::other("not asked for")),
            Bind::Idmapped | Bind::Auto => mount::share(&config.run.join("slots")),
        };
        match (shared, config.volumes.bind) {
            (Err(source), Bind::Idmapped) => Err(VolumeError::System { doing: "sharing mounts", source }),
            (Err(error), Bind::Auto) => {
                tracing::warn!(%error, "homes are mounted when a container is made, and there is no pool");
                Ok(Self { config, late: false })
            }
            (shared, _) => Ok(Self { late: shared.is_ok(), config }),
        }
    }

    /// Whether a container can be made before it is somebody's.
    pub fn late(&self) -> bool {
        self.late
    }

    /// Directory of the host whose mounts a container sees below `/home` and `/var/lib/state`.
    pub fn slot(&self, name: &Name) -> PathBuf {
        self.config.run.join("slots").join(name.as_str())
    }

    /// A user's state directory on the host.
    pub fn state(&self, user: &str) -> PathBuf {
        self.config.states().join(user)
    }

    /// Owner of a user's files on the disk, for a container with these ids.
    pub fn owner(&self, ids: IdRange) -> u32 {
        if self.late { USER } else { ids.first.saturating_add(USER) }
    }

    /// A user's home on the host, if it is open: encrypted ones and those from elsewhere are not always.
    pub fn opened(&self, user: &str) -> Option<PathBuf> {
        let home = match self.config.volumes.home {
            HomeKind::Directory => Some(self.config.homes().join(user)).filter(|home| home.is_dir()),
            HomeKind::Gocryptfs | HomeKind::Command => Some(self.config.run.join("plain").join(user)),
        };
        let mounted = |home: &PathBuf| mount::is_mount(home).unwrap_or(false);
        home.filter(|home| self.config.volumes.home == HomeKind::Directory || mounted(home))
    }

    /// Makes the slot of a container that is to be made.
    ///
    /// # Errors
    /// What the system says.
    pub fn make_slot(&self, name: &Name) -> Result<(), VolumeError> {
        let slot = self.slot(name);
        for directory in [slot.join("home"), slot.join("state")] {
            fs::create_dir_all(&directory).map_err(system("making a slot"))?;
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).map_err(system("making a slot"))?;
        }
        Ok(())
    }

    /// Makes what a user has, if it is not there: home and state, owned by who they are inside.
    ///
    /// # Errors
    /// What the system or a command says.
    pub async fn make(&self, user: &str, ids: IdRange) -> Result<PathBuf, VolumeError> {
        let owner = self.owner(ids);
        own(&self.state(user), owner)?;
        let home = match self.config.volumes.home {
            HomeKind::Directory => self.config.homes().join(user),
            HomeKind::Gocryptfs => self.unlock(user, ids).await?,
            HomeKind::Command => {
                return self.mounted(user, ids).await;
            }
        };
        if self.config.volumes.home == HomeKind::Directory {
            own(&home, owner)?;
        }
        Ok(home)
    }

    /// Lets a user's home take so many bytes.
    ///
    /// # Errors
    /// Why it cannot be limited, for a person.
    pub fn limit(&self, user: &str, bytes: u64) -> Result<(), String> {
        match self.config.volumes.home {
            HomeKind::Directory => quota::limit(&self.config.homes().join(user), bytes),
            HomeKind::Gocryptfs => quota::limit(&self.config.homes().join(format!("{user}.crypt")), bytes),
            HomeKind::Command => Err("a home that a command mounts is limited where it comes from".into()),
        }
    }

    /// Brings a user's volumes into a container that runs. `pid` is its first process. Doing it again changes nothing.
    ///
    /// # Errors
    /// What the system or a command says.
    pub async fn bring(&self, user: &str, name: &Name, ids: IdRange, pid: u32) -> Result<(), VolumeError> {
        let home = self.make(user, ids).await?;
        if !self.late {
            return Ok(());
        }
        let slot = self.slot(name);
        let state = self.state(user);
        let mapped = match self.config.volumes.home {
            HomeKind::Directory => true,
            // It shows files as the container's own already, see `unlock`.
            HomeKind::Gocryptfs => false,
            HomeKind::Command => !self.knows_ids(),
        };
        for (source, below, mapped) in [(home, "home", mapped), (state, "state", true)] {
            let target = slot.join(below).join(user);
            fs::create_dir_all(&target).map_err(system("making a place for a volume"))?;
            mount::take_away(&target).map_err(system("clearing a place for a volume"))?;
            mount::bring(&source, &target, mapped.then_some(pid)).map_err(system("mounting a volume"))?;
        }
        Ok(())
    }

    /// Takes everything of a container's slot away; with `user`, what only that user needed as well.
    ///
    /// # Errors
    /// What the system or a command says.
    pub async fn clear(&self, name: &Name, user: Option<&str>) -> Result<(), VolumeError> {
        let slot = self.slot(name);
        for below in ["home", "state"] {
            let directory = slot.join(below);
            for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
                mount::take_away(&entry.path()).map_err(system("unmounting a volume"))?;
                // Never what is below: if it were still mounted, that would be somebody's home.
                fs::remove_dir(entry.path()).map_err(system("clearing a slot"))?;
            }
            let _ = fs::remove_dir(&directory);
        }
        let _ = fs::remove_dir(&slot);
        let Some(user) = user else { return Ok(()) };
        let plain = self.config.run.join("plain").join(user);
        match self.config.volumes.home {
            HomeKind::Directory => {}
            HomeKind::Gocryptfs => mount::take_away(&plain).map_err(system("locking a home"))?,
            HomeKind::Command => {
                if plain.exists() && mount::is_mount(&plain).map_err(system("looking at mounts"))? {
                    self.unmount(user, &plain).await?;
                }
            }
        }
        Ok(())
    }

    /// Names that have a slot.
    pub fn slots(&self) -> Vec<Name> {
        let entries = fs::read_dir(self.config.run.join("slots")).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
    }

    fn plain(&self, user: &str) -> Result<PathBuf, VolumeError> {
        let all = self.config.run.join("plain");
        let plain = all.join(user);
        fs::create_dir_all(&plain).map_err(system("making a place for a home"))?;
        fs::set_permissions(&all, fs::Permissions::from_mode(0o700)).map_err(system("closing directories"))?;
        Ok(plain)
    }

    /// Whether the command that mounts homes is told whose the files are to look: then nothing else maps them. Many file
    /// systems of networks can be told that, and cannot be mapped.
    fn knows_ids(&self) -> bool {
        self.config.volumes.mount_command.iter().any(|part| part.contains("{uid}"))
    }

    /// Has the administrator's command mount a home.
    async fn mounted(&self, user: &str, ids: IdRange) -> Result<PathBuf, VolumeError> {
        let plain = self.plain(user)?;
        if mount::is_mount(&plain).map_err(system("looking at mounts"))? {
            let about = fs::metadata(&plain).map_err(system("looking at a home"))?;
            if !self.knows_ids() || about.uid() == ids.first.saturating_add(USER) {
                return Ok(plain);
            }
            // Of an earlier container, which had other ids.
            self.unmount(user, &plain).await?;
        }
        let command = &self.config.volumes.mount_command;
        run(command, user, &plain, ids, None).await?;
        if mount::is_mount(&plain).map_err(system("looking at mounts"))? {
            return Ok(plain);
        }
        // Whatever is written there would be the host's, and gone with the next restart.
        let program = command.first().cloned().unwrap_or_default();
        Err(VolumeError::Command { program, said: "it says that all is well, and nothing is mounted".into() })
    }

    async fn unmount(&self, user: &str, plain: &Path) -> Result<(), VolumeError> {
        let none = IdRange { first: 0, count: 0 };
        run(&self.config.volumes.unmount_command, user, plain, none, None).await.map(drop)
    }

    /// Opens an encrypted home. gocryptfs maps no ids, so it is told whose the files are to look.
    async fn unlock(&self, user: &str, ids: IdRange) -> Result<PathBuf, VolumeError> {
        let plain = self.plain(user)?;
        let owner = ids.first.saturating_add(USER);
        if mount::is_mount(&plain).map_err(system("looking at mounts"))? {
            let about = fs::metadata(&plain).map_err(system("looking at a home"))?;
            if about.uid() == owner {
                return Ok(plain);
            }
            mount::take_away(&plain).map_err(system("locking a home"))?;
        }
        let secret = self.config.homes().join(format!("{user}.crypt"));
        let key = self.key(user, ids).await?;
        let path = |path: &Path| path.display().to_string();
        if !secret.join("gocryptfs.conf").exists() {
            fs::create_dir_all(&secret).map_err(system("making an encrypted home"))?;
            let command = ["gocryptfs", "-q", "-init", "-scryptn", "10", "--", &path(&secret)].map(str::to_owned);
            run(&command, user, &plain, ids, Some(&key)).await?;
        }
        let force = format!("{owner}:{owner}");
        let (from, to) = (path(&secret), path(&plain));
        let command = ["gocryptfs", "-q", "-allow_other", "-nosyslog", "-force_owner", &force, "--", &from, &to];
        run(&command.map(str::to_owned), user, &plain, ids, Some(&key)).await?;
        Ok(plain)
    }

    /// The key of a user's home: from the master key, or from a command.
    async fn key(&self, user: &str, ids: IdRange) -> Result<String, VolumeError> {
        let Some(file) = &self.config.volumes.key_file else {
            let key = run(&self.config.volumes.key_command, user, Path::new(""), ids, None).await?;
            let key = key.trim().to_owned();
            let fits = key.len() >= 32 && !key.contains('\n');
            return if fits {
                Ok(key)
            } else {
                Err(VolumeError::Key("the command gave fewer than 32 characters".into()))
            };
        };
        let about = fs::metadata(file).map_err(system("reading the master key"))?;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(VolumeError::Key(format!("{} can be read by others: chmod 600", file.display())));
        }
        let master = fs::read(file).map_err(system("reading the master key"))?;
        if master.len() < 32 || master.len() > 4096 {
            return Err(VolumeError::Key(format!("{} has to have 32 to 4096 bytes", file.display())));
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&master).map_err(|error| VolumeError::Key(error.to_string()))?;
        mac.update(b"tos home 1\0");
        mac.update(user.as_bytes());
        Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Makes a directory, or gives it to its owner. All that is in it too, if it was somebody else's: another container's ids,
/// where the machine cannot map them.
fn own(directory: &Path, owner: u32) -> Result<(), VolumeError> {
    match fs::create_dir(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(VolumeError::System { doing: "making a volume", source: error });
        }
        _ => {}
    }
    let about = fs::symlink_metadata(directory).map_err(system("looking at a volume"))?;
    if !about.is_dir() {
        let source = io::ErrorKind::NotADirectory.into();
        return Err(VolumeError::System { doing: "looking at a volume", source });
    }
    if about.uid() == owner {
        return Ok(());
    }
    let before = about.uid();
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(system("making a volume"))?;
    give(directory, before, owner).map_err(system("giving a volume to its user"))?;
    // The top last: killed before, it is done again.
    chown(directory, Some(owner), Some(owner)).map_err(system("giving a volume to its user"))
}

fn give(directory: &Path, before: u32, owner: u32) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let about = fs::symlink_metadata(&path)?;
        if about.is_dir() {
            give(&path, before, owner)?;
        }
        if about.uid() == before {
            lchown(&path, Some(owner), Some(owner))?;
        }
    }
    Ok(())
}
