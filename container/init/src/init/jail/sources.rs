//! What of the host is inside: opened as the host's user, before we are anybody else.

use std::{
    fs, io,
    os::fd::{AsFd as _, OwnedFd},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use gate::plan::Plan;
use nix::libc::{MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_SLAVE};

use super::system::{open_tree, set_mount};

/// What of the host's own system is nobody's secret. All else is not there at all.
const SYSTEM: [&str; 10] = ["bin", "etc", "lib", "lib32", "lib64", "libx32", "nix", "opt", "sbin", "usr"];
/// Of the host's `/var`, what only repeats what is elsewhere.
const CACHES: [&str; 3] = ["var/cache/fontconfig", "var/lib/alsa", "var/lib/ghostscript"];
/// Of a root that is a directory, what is made anew.
const ANEW: [&str; 5] = ["dev", "proc", "run", "sys", "tmp"];
/// Devices that are there.
pub const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// How a program finds itself after everything it came from is gone.
pub const INIT: &str = "run/.tos-init";

/// A place inside, and what is there.
pub enum Source {
    /// Something of the host's.
    Mount {
        /// Without the leading slash.
        target: PathBuf,
        /// The copy of its mount.
        tree: OwnedFd,
        /// Whether it is a directory.
        directory: bool,
    },
    /// A symbolic link.
    Link {
        /// Without the leading slash.
        target: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
}

impl Source {
    fn mount(source: &Path, target: &Path, attributes: u64, propagation: u64) -> anyhow::Result<Self> {
        let open = || -> io::Result<Self> {
            let directory = fs::metadata(source)?.is_dir();
            let tree = open_tree(source, directory)?;
            // What is copied from a mount that spreads would spread too, and from the inside out.
            set_mount(tree.as_fd(), attributes, propagation, true)?;
            let target = target.strip_prefix("/").unwrap_or(target).to_owned();
            Ok(Self::Mount { target, tree, directory })
        };
        open().with_context(|| format!("cannot mount {}", source.display()))
    }

    fn read_only(source: &Path, target: &Path) -> anyhow::Result<Self> {
        Self::mount(source, target, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, MS_PRIVATE)
    }
}

/// All of it, in the order in which it is mounted: first the root, then what goes over it.
pub struct Sources {
    /// The root's own.
    pub root: Vec<Source>,
    /// Devices, ourselves, the gate, the processors.
    pub machine: Vec<Source>,
    /// What the plan names.
    pub mounts: Vec<Source>,
}

/// Opens it.
pub fn open(plan: &Plan) -> anyhow::Result<Sources> {
    let host = plan.root == Path::new("/");
    let mut root = Vec::new();
    for name in names(&plan.root, host)? {
        let path = plan.root.join(&name);
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_symlink() {
            root.push(Source::Link { to: fs::read_link(&path)?, target: name });
        } else if metadata.is_dir() {
            root.push(Source::read_only(&path, &name)?);
        }
    }
    let mut machine = Vec::new();
    if host {
        for cache in CACHES.into_iter().map(Path::new).filter(|cache| Path::new("/").join(cache).is_dir()) {
            machine.push(Source::read_only(&Path::new("/").join(cache), cache)?);
        }
    }
    for device in DEVICES {
        let path = Path::new("/dev").join(device);
        machine.push(Source::mount(&path, &path, MOUNT_ATTR_NOSUID, MS_PRIVATE)?);
    }
    let processors = Path::new("/sys/devices/system/cpu");
    if processors.is_dir() {
        machine.push(Source::read_only(processors, processors)?);
    }
    let ourselves = fs::read_link("/proc/self/exe").context("cannot find ourselves")?;
    machine.push(Source::read_only(&ourselves, Path::new(INIT))?);
    let attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    machine.push(Source::mount(&plan.gate, Path::new("run/tos"), attributes, MS_PRIVATE)?);

    let mut mounts = Vec::new();
    for mount in &plan.mounts {
        let attributes = attributes | if mount.read_only { MOUNT_ATTR_RDONLY } else { 0 };
        let propagation = if mount.follows { MS_SLAVE } else { MS_PRIVATE };
        mounts.push(Source::mount(&mount.source, &mount.target, attributes, propagation)?);
    }
    Ok(Sources { root, machine, mounts })
}

fn names(root: &Path, host: bool) -> anyhow::Result<Vec<PathBuf>> {
    if host {
        return Ok(SYSTEM.into_iter().map(PathBuf::from).collect());
    }
    let entries = fs::read_dir(root).with_context(|| format!("no root {}", root.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = PathBuf::from(entry?.file_name());
        if !ANEW.iter().any(|anew| Path::new(anew) == name) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}
