//! Homes that are more than a directory, for real: encrypted by gocryptfs, mounted by an administrator's command.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use runtime::{Name, spec::IdRange};
use tosd::{
    config::Config,
    volumes::{VolumeError, Volumes, mount},
};

const FIRST: IdRange = IdRange { first: 700_000, count: 65_536 };
const OTHER: IdRange = IdRange { first: 800_000, count: 65_536 };

/// A host with volumes as this text says. Nothing is left mounted when it goes.
struct Place {
    directory: tempfile::TempDir,
    volumes: Volumes,
}

impl Place {
    /// `None`, and loudly, where only the refusal can be tested.
    fn new(says: &str) -> Option<Self> {
        if !nix::unistd::geteuid().is_root() {
            eprintln!("NOT TESTED: only root mounts homes");
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        fs::write(at.join("key"), [7; 32]).unwrap();
        fs::set_permissions(at.join("key"), fs::Permissions::from_mode(0o600)).unwrap();
        let volumes = Volumes::prepare(config(at, says)).unwrap();
        Some(Self { directory, volumes })
    }

    fn at(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// The home as a container with these ids has it, and the process that stands for the container.
    async fn bring(&self, name: &Name, ids: IdRange) -> (PathBuf, Namespace) {
        let container = Namespace::new(ids);
        self.volumes.make_slot(name).unwrap();
        self.volumes.bring("alice", name, ids, container.0.id()).await.unwrap();
        (self.volumes.slot(name).join("home/alice"), container)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let places: Vec<&str> = mounts.lines().filter_map(|line| line.split(' ').nth(4)).collect();
        for place in places.into_iter().rev().filter(|place| Path::new(place).starts_with(self.directory.path())) {
            let _ = mount::take_away(Path::new(place));
        }
    }
}

fn config(at: &Path, says: &str) -> Arc<Config> {
    let says = says.replace("AT", &at.display().to_string());
    let text = format!("data = \"{0}/data\"\nrun = \"{0}/run\"\n[volumes]\n{says}\n", at.display());
    Arc::new(Config::parse(&text, Path::new("tosd.toml")).unwrap())
}

/// A process in a user namespace.
struct Namespace(Child);

impl Namespace {
    fn new(ids: IdRange) -> Self {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped());
        // SAFETY: one system call between fork and exec, which takes no lock and no memory.
        unsafe {
            command
                .pre_exec(|| nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER).map_err(std::io::Error::from))
        };
        let child = command.spawn().unwrap();
        for map in ["uid_map", "gid_map"] {
            fs::write(format!("/proc/{}/{map}", child.id()), format!("0 {} {}", ids.first, ids.count)).unwrap();
        }
        Self(child)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Writes as the user of a container with these ids would.
fn write_as(path: &Path, text: &str, ids: IdRange) {
    fs::write(path, text).unwrap();
    chown(path, Some(ids.first + 1000), Some(ids.first + 1000)).unwrap();
}

fn holds(directory: &Path, text: &str) -> bool {
    let grep = Command::new("grep").args(["--recursive", "--quiet", "--fixed-strings", text]).arg(directory).status();
    grep.unwrap().success()
}

const ENCRYPTED: &str = "home = \"gocryptfs\"\nkey_file = \"AT/key\"";

#[tokio::test]
async fn an_encrypted_home_tells_the_disk_nothing_and_its_user_everything() {
    if Command::new("gocryptfs").arg("-version").output().is_err() {
        return eprintln!("NOT TESTED: gocryptfs is not installed; `make deps`");
    }
    let Some(place) = Place::new(ENCRYPTED) else { return };
    let name: Name = "d-1".parse().unwrap();
    let (home, container) = place.bring(&name, FIRST).await;
    assert_eq!(fs::metadata(&home).unwrap().uid(), FIRST.first + 1000, "it is the container's own");
    write_as(&home.join("diary"), "nobody shall read this", FIRST);
    let secret = place.at("data/homes/alice.crypt");
    assert!(secret.join("gocryptfs.conf").is_file());
    let names: Vec<_> = fs::read_dir(&secret).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.len() >= 3 && !names.iter().any(|name| name == "diary"), "{names:?}");
    assert!(holds(&home, "nobody shall read this") && !holds(&secret, "nobody shall read this"));

    // Whoever brings it twice mounts it once; and put away, it is shut.
    place.volumes.bring("alice", &name, FIRST, container.0.id()).await.unwrap();
    place.volumes.clear(&name, Some("alice")).await.unwrap();
    drop(container);
    assert!(!home.exists());
    let plain = place.at("run/plain/alice");
    assert!(!mount::is_mount(&plain).unwrap() && fs::read_dir(&plain).unwrap().next().is_none());

    // Another container has other ids, and the same files.
    let name: Name = "d-2".parse().unwrap();
    let (home, _container) = place.bring(&name, OTHER).await;
    assert_eq!(fs::read_to_string(home.join("diary")).unwrap(), "nobody shall read this");
    assert_eq!(fs::metadata(home.join("diary")).unwrap().uid(), OTHER.first + 1000);
    // Without an end to the first: tosd was killed, and the user is in another container already.
    let again: Name = "d-3".parse().unwrap();
    let (home, _other) = place.bring(&again, FIRST).await;
    assert_eq!(fs::metadata(home.join("diary")).unwrap().uid(), FIRST.first + 1000);
    for name in [&name, &again] {
        place.volumes.clear(name, Some("alice")).await.unwrap();
    }

    // Another key opens nothing, and says so.
    fs::write(place.at("key"), [8; 32]).unwrap();
    let refused = place.volumes.make("alice", FIRST).await.unwrap_err();
    assert!(matches!(&refused, VolumeError::Command { said, .. } if said.contains("incorrect")), "{refused}");
    // Nor does a key that others can read.
    fs::set_permissions(place.at("key"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(place.volumes.make("alice", FIRST).await, Err(VolumeError::Key(_))));
}

#[tokio::test]
async fn a_key_may_come_from_elsewhere() {
    if Command::new("gocryptfs").arg("-version").output().is_err() {
        return eprintln!("NOT TESTED: gocryptfs is not installed; `make deps`");
    }
    let says = "home = \"gocryptfs\"\nkey_command = [\"sh\", \"-c\", \"echo {user} | sha256sum | head -c 64\"]";
    let Some(place) = Place::new(says) else { return };
    let home = place.volumes.make("alice", FIRST).await.unwrap();
    assert!(mount::is_mount(&home).unwrap());
    place.volumes.clear(&"none".parse().unwrap(), Some("alice")).await.unwrap();
    assert!(!mount::is_mount(&home).unwrap());
    // Fewer than 32 characters are no key.
    let short = says.replace("head -c 64", "head -c 16");
    let volumes = Volumes::prepare(config(place.directory.path(), &short)).unwrap();
    assert!(matches!(volumes.make("alice", FIRST).await, Err(VolumeError::Key(_))));
}

/// In the place of a network's file system: the host's own, mounted by a command.
#[tokio::test]
async fn a_home_is_mounted_by_command_and_taken_away_by_one() {
    let says = "home = \"command\"\nmount_command = [\"mount\", \"--bind\", \"AT/far/{user}\", \"{target}\"]\n\
                unmount_command = [\"umount\", \"--lazy\", \"{target}\"]";
    let Some(place) = Place::new(says) else { return };
    fs::create_dir_all(place.at("far/alice")).unwrap();
    for file in [place.at("far/alice/letter"), place.at("far/alice")] {
        if !file.exists() {
            fs::write(&file, "from afar").unwrap();
        }
        chown(&file, Some(1000), Some(1000)).unwrap();
    }
    let name: Name = "d-1".parse().unwrap();
    let (home, _container) = place.bring(&name, FIRST).await;
    assert_eq!(fs::read_to_string(home.join("letter")).unwrap(), "from afar");
    assert_eq!(fs::metadata(home.join("letter")).unwrap().uid(), FIRST.first + 1000);
    place.volumes.clear(&name, Some("alice")).await.unwrap();
    assert!(!mount::is_mount(&place.at("run/plain/alice")).unwrap());
    // A server that is away is told in the command's own words.
    let refused = place.volumes.make("bob", FIRST).await.unwrap_err().to_string();
    assert!(refused.starts_with("mount failed:") && refused.contains("bob"), "{refused}");
}

/// One that can be told whose the files are to look, and that no ids are mapped of.
#[tokio::test]
async fn a_command_that_knows_the_ids_is_asked_again_for_others() {
    let says = "home = \"command\"\n\
                mount_command = [\"mount\", \"-t\", \"tmpfs\", \"-o\", \"uid={uid},mode=700\", \"far\", \"{target}\"]\n\
                unmount_command = [\"umount\", \"--lazy\", \"{target}\"]";
    let Some(place) = Place::new(says) else { return };
    let (home, _container) = place.bring(&"d-1".parse().unwrap(), FIRST).await;
    assert_eq!(fs::metadata(&home).unwrap().uid(), FIRST.first + 1000);
    let (home, _other) = place.bring(&"d-2".parse().unwrap(), OTHER).await;
    assert_eq!(fs::metadata(&home).unwrap().uid(), OTHER.first + 1000);
    // One that does nothing is not believed.
    let lies = says.replacen("\"mount\", \"-t\"", "\"true\", \"-t\"", 1);
    let volumes = Volumes::prepare(config(place.directory.path(), &lies)).unwrap();
    let refused = volumes.make("bob", FIRST).await.unwrap_err().to_string();
    assert!(refused.contains("nothing is mounted"), "{refused}");
}
