//! What every runtime has to do, and what tests of runtimes have in common.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod conformance;
pub mod image;
pub mod podman;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use runtime::{
    Spec,
    local::Settings,
    spec::{Egress, IdRange, Image, Limits, Mount, User},
};

/// Longer than anything takes on the slowest machine; nobody waits for it but a test that fails.
pub const LONG: Duration = Duration::from_secs(60);

/// What containers of a test are made from.
pub struct Bench {
    /// Has `/bin/sh`, and the usual programs.
    pub image: Image,
    /// A directory of the host that is ours.
    pub directory: PathBuf,
    /// The ids that containers get. Each of a test gets its own.
    pub ids: IdRange,
    /// Limits that this runtime may lack here.
    pub may_lack: Vec<String>,
    /// Whether user ids inside are other ones outside.
    pub own_ids: bool,
}

impl Bench {
    /// A container that runs a script as user 1000. What it writes to `/mnt` comes out.
    pub fn spec(&self, name: &str, script: &str) -> Spec {
        let out = self.out(name);
        fs::create_dir_all(&out).unwrap();
        let user = if self.own_ids { self.ids.first + 1000 } else { 1000 };
        if nix::unistd::geteuid().is_root() {
            chown(&out, Some(user), Some(user)).unwrap();
        }
        Spec {
            name: name.parse().unwrap(),
            image: self.image.clone(),
            command: ["/bin/sh", "-c", script].map(str::to_owned).into(),
            environment: BTreeMap::from([
                ("PATH".into(), "/usr/bin:/bin:/usr/sbin:/sbin".into()),
                ("GREETING".into(), "hello world, \"quoted\"".into()),
            ]),
            user: User { uid: 1000, gid: 1000 },
            mounts: vec![Mount { source: out, target: "/mnt".into(), read_only: false, follows: false }],
            gate: self.directory.join("gates").join(name),
            ids: self.ids,
            egress: Egress::None,
            limits: Limits { may_lack: self.may_lack.clone(), descriptors: Some(1024), ..Limits::default() },
            gpu: None,
            labels: BTreeMap::from([("user".into(), "alice".into())]),
        }
    }

    /// Where what the container writes to `/mnt` appears.
    pub fn out(&self, name: &str) -> PathBuf {
        self.directory.join("out").join(name)
    }

    /// What the container has written there, as soon as it ends with a line end.
    pub async fn read(&self, name: &str, file: &str) -> String {
        let path = self.out(name).join(file);
        until(&format!("{name} writes {file}"), || fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n')))
            .await
    }
}

/// Waits until something is there.
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < LONG, "{what}: not within {LONG:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A directory that other users may pass through but not read.
pub fn directory() -> tempfile::TempDir {
    let directory = tempfile::Builder::new().prefix("tos-runtime-").tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o711)).unwrap();
    directory
}

/// Where containers without an engine are made.
pub fn local_settings(directory: &tempfile::TempDir, name: &str) -> Settings {
    let instance = format!("{name}-{}", std::process::id()).parse().unwrap();
    Settings::new(directory.path().join("records"), image::built("tos-init"), instance)
}

/// What they are made from.
pub fn local(directory: &tempfile::TempDir) -> Bench {
    let root = directory.path().join("image");
    fs::create_dir(&root).unwrap();
    image::root(&root);
    Bench {
        image: Image::Root(root),
        directory: directory.path().join("bench"),
        ids: IdRange { first: 900_000, count: 65_536 },
        may_lack: vec![],
        own_ids: nix::unistd::geteuid().is_root(),
    }
}

/// Lets go of everything that is mounted below a directory.
pub fn unmount_below(directory: &Path) {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let places = mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .filter(|place| Path::new(place).starts_with(directory));
    for place in places.collect::<Vec<_>>().into_iter().rev() {
        let _ = nix::mount::umount2(place, nix::mount::MntFlags::MNT_DETACH);
    }
}
