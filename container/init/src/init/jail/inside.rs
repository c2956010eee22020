//! The first process, before it is one: makes its world around itself and steps in.

use std::{
    ffi::CString,
    fs,
    io::{self, Write as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, chown, symlink},
    },
    path::{Component, Path, PathBuf},
};

use anyhow::Context as _;
use gate::plan::{Ids, Plan};
use nix::{
    errno::Errno,
    libc::{MOUNT_ATTR_NODEV, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY},
    mount::{MntFlags, MsFlags, mount, umount2},
    sched::{CloneFlags, unshare},
    sys::{
        prctl,
        socket::{AddressFamily, SockFlag, SockType, socket},
        stat::{Mode, umask},
    },
    unistd::{Gid, Uid, chdir, execve, pivot_root, setgroups, sethostname, setresgid, setresuid, setsid},
};

use super::{
    sources::{self, INIT, Source, Sources},
    system::{
        close_others_at_exec, filter, keep_capabilities, loopback_up, move_mount, new_keys, open_inside, open_tree,
        set_mount,
    },
};

/// Where the new root is made: in our own mount namespace, so nobody sees it there.
const ROOM: &str = "/tmp";

/// Of the host's `/etc`, what is somebody's secret. Most of it only root can read, and nobody inside is root outside; but
/// an administrator's mistake shall not be the container's luck.
const SECRETS: [&str; 24] = [
    "etc/shadow",
    "etc/shadow-",
    "etc/gshadow",
    "etc/gshadow-",
    "etc/sudoers",
    "etc/sudoers.d",
    "etc/ssh",
    "etc/ssl/private",
    "etc/tosd",
    "etc/letsencrypt",
    "etc/wireguard",
    "etc/krb5.keytab",
    "etc/docker",
    "etc/containers",
    "etc/kubernetes",
    "etc/NetworkManager",
    "etc/security/opasswd",
    "etc/openvpn",
    "etc/ppp",
    "etc/postgresql",
    "etc/redis",
    "etc/turnserver.conf",
    "etc/subuid",
    "etc/subgid",
];

/// Of `/proc`, what tells of the whole machine, and what would change it.
const MASKED: [&str; 9] = [
    "proc/acpi",
    "proc/asound",
    "proc/kcore",
    "proc/keys",
    "proc/latency_stats",
    "proc/sched_debug",
    "proc/scsi",
    "proc/timer_list",
    "proc/interrupts",
];
const FROZEN: [&str; 5] = ["proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"];

/// Capabilities of the first process, to make others somebody else and to end them: CHOWN, FOWNER, KILL, SETGID and SETUID by
/// the kernel's numbers.
const CAPABILITIES: [u32; 5] = [0, 3, 5, 6, 7];

/// Makes the world and steps in; comes back only with what went wrong.
pub fn enter(plan: &Plan, opened: Option<Sources>) -> anyhow::Error {
    match prepare(plan, opened).and_then(|()| exec(plan)) {
        Ok(never) => match never {},
        Err(error) => error,
    }
}

fn prepare(plan: &Plan, opened: Option<Sources>) -> anyhow::Result<()> {
    // Still the host's user, for an ordinary one: nobody else opens its files.
    let sources = opened.map_or_else(|| sources::open(plan), Ok)?;
    setsid()?;
    setresgid(Gid::from_raw(0), Gid::from_raw(0), Gid::from_raw(0)).context("no group 0")?;
    setresuid(Uid::from_raw(0), Uid::from_raw(0), Uid::from_raw(0)).context("no user 0")?;
    match setgroups(&[]) {
        Ok(()) => {}
        Err(Errno::EPERM) if matches!(plan.ids, Ids::Given { .. }) => {}
        Err(error) => return Err(error).context("cannot leave groups"),
    }
    umask(Mode::from_bits_truncate(0o022));
    new_keys();
    // After it was put into its cgroup, so that this is the root that it sees.
    unshare(CloneFlags::CLONE_NEWCGROUP).context("no cgroup namespace")?;
    sethostname(&plan.hostname)?;
    let any = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    loopback_up(any.as_fd()).context("no loopback")?;

    World::make(plan)?.fill(plan, sources)?.step_in()
}

/// The root that is being made.
struct World {
    root: OwnedFd,
}

impl World {
    fn make(plan: &Plan) -> anyhow::Result<Self> {
        // Nothing of ours goes out; what is mounted on the host still comes in, where a mount is open to it.
        mount(None::<&str>, "/", None::<&str>, MsFlags::MS_SLAVE | MsFlags::MS_REC, None::<&str>)?;
        memory(Path::new(ROOM), "mode=755,size=4m").context("no memory for a root")?;
        let world = Self { root: open_inside(fs::File::open(ROOM)?, Path::new("/"))? };
        for directory in
            ["dev", "home", "media", "mnt", "proc", "root", "run", "shared", "srv", "sys", "tmp", "workspace"]
        {
            world.directory(directory, 0o755)?;
        }
        // As if they were on a disk, but gone with the container.
        let half = plan.own / 2;
        memory(&at("tmp"), &format!("mode=1777,size={half}"))?;
        memory(&at("workspace"), &format!("mode=755,size={half}"))?;
        chown(at("workspace"), Some(plan.user.0), Some(plan.user.1))?;
        memory(&at("run"), "mode=755,size=64m")?;
        memory(&at("sys"), "mode=755,size=64k")?;
        for directory in ["run/etc", "run/lock", "run/user", "run/tos"] {
            world.directory(directory, 0o755)?;
        }
        Ok(world)
    }

    fn fill(self, plan: &Plan, sources: Sources) -> anyhow::Result<Self> {
        let host = plan.root == Path::new("/");
        self.all(sources.root)?;
        if host {
            for directory in ["var/cache", "var/lib/state", "var/log"] {
                self.directory(directory, 0o755)?;
            }
            for (link, to) in [("var/run", "/run"), ("var/lock", "/run/lock"), ("var/tmp", "/tmp")] {
                symlink(to, at(link))?;
            }
        }
        self.devices(plan)?;
        self.all(sources.machine)?;
        self.processes()?;
        if host {
            self.etc(plan)?;
        } else if plan.network.is_some() {
            self.own("resolv.conf", &resolvers(plan))?;
        }
        self.all(sources.mounts)?;
        // The root itself: places only.
        for read_only in ["", "sys"] {
            let place = open_inside(&self.root, Path::new("/"))?;
            let place = if read_only.is_empty() { place } else { open_inside(&self.root, Path::new(read_only))? };
            set_mount(place.as_fd(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, false)?;
        }
        Ok(self)
    }

    fn step_in(self) -> anyhow::Result<()> {
        chdir(ROOM)?;
        pivot_root(".", ".").context("cannot step in")?;
        umount2(".", MntFlags::MNT_DETACH).context("the host stays in sight")?;
        chdir("/")?;
        Ok(())
    }

    fn all(&self, sources: Vec<Source>) -> anyhow::Result<()> {
        for source in sources {
            match source {
                Source::Link { target, to } => symlink(to, at(&target))?,
                Source::Mount { target, tree, directory } => self
                    .attach(&target, &tree, directory)
                    .with_context(|| format!("cannot mount at /{}", target.display()))?,
            }
        }
        Ok(())
    }

    /// Attaches it, at a place that is made where it can be.
    fn attach(&self, target: &Path, tree: &OwnedFd, directory: bool) -> io::Result<()> {
        let place = match open_inside(&self.root, target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if directory {
                    self.directory(target, 0o755)?;
                } else {
                    self.directory(target.parent().unwrap_or(Path::new("")), 0o755)?;
                    fs::write(at(target), "")?;
                }
                open_inside(&self.root, target)?
            }
            found => found?,
        };
        move_mount(tree.as_fd(), place.as_fd())
    }

    /// Makes a directory, and all on the way to it. What is there already is as good; links on the way are followed
    /// inside the root only, and through one nothing is made.
    fn directory(&self, path: impl AsRef<Path>, mode: u32) -> io::Result<()> {
        let mut way = PathBuf::new();
        for part in path.as_ref().components() {
            way.push(part);
            match open_inside(&self.root, &way) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    fs::DirBuilder::new().mode(mode).create(at(&way))?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn devices(&self, plan: &Plan) -> anyhow::Result<()> {
        for directory in ["dev/pts", "dev/shm", "dev/mqueue"] {
            self.directory(directory, 0o755)?;
        }
        let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
        mount(Some("devpts"), &at("dev/pts"), Some("devpts"), quiet, Some("newinstance,ptmxmode=0666,mode=0620"))
            .context("no terminals")?;
        memory(&at("dev/shm"), &format!("mode=1777,size={}", plan.shared))?;
        mount(Some("mqueue"), &at("dev/mqueue"), Some("mqueue"), quiet | MsFlags::MS_NODEV, None::<&str>)
            .context("no message queues")?;
        let links = [
            ("dev/ptmx", "pts/ptmx"),
            ("dev/fd", "/proc/self/fd"),
            ("dev/stdin", "/proc/self/fd/0"),
            ("dev/stdout", "/proc/self/fd/1"),
            ("dev/stderr", "/proc/self/fd/2"),
        ];
        for (link, to) in links {
            symlink(to, at(link))?;
        }
        let own = at(format!("run/user/{}", plan.user.0));
        fs::DirBuilder::new().mode(0o700).create(&own)?;
        chown(own, Some(plan.user.0), Some(plan.user.1))?;
        Ok(())
    }

    fn processes(&self) -> anyhow::Result<()> {
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC | MsFlags::MS_NODEV;
        mount(Some("proc"), &at("proc"), Some("proc"), flags, None::<&str>).context("no /proc")?;
        for name in MASKED {
            self.hide(name)?;
        }
        for name in FROZEN.into_iter().filter(|name| at(name).exists()) {
            let tree = open_tree(&at(name), true)?;
            set_mount(tree.as_fd(), MOUNT_ATTR_RDONLY, 0, true)?;
            move_mount(tree.as_fd(), open_inside(&self.root, Path::new(name))?.as_fd())?;
        }
        Ok(())
    }

    /// The host's own `/etc`, less its secrets, and with what is the container's.
    fn etc(&self, plan: &Plan) -> anyhow::Result<()> {
        for name in SECRETS {
            self.hide(name)?;
        }
        let name = &plan.hostname;
        let id = fs::read_to_string("/proc/sys/kernel/random/uuid")?.replace('-', "");
        let files = [
            ("passwd", String::new()),
            ("group", String::new()),
            ("hostname", format!("{name}\n")),
            ("hosts", format!("127.0.0.1 localhost {name}\n::1 localhost\n")),
            ("machine-id", id),
            ("resolv.conf", resolvers(plan)),
        ];
        files.iter().try_for_each(|(file, text)| self.own(file, text))
    }

    /// Puts a file of the container's own over one of `/etc`, where there is one.
    fn own(&self, file: &str, text: &str) -> anyhow::Result<()> {
        let ours = at("run/etc").join(file);
        fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&ours)?.write_all(text.as_bytes())?;
        let name = Path::new("etc").join(file);
        if let Ok(place) = open_inside(&self.root, &name) {
            move_mount(open_tree(&ours, false)?.as_fd(), place.as_fd())?;
        } else if let Some(place) = fs::read_link(at(&name)).ok().as_deref().and_then(in_run) {
            // What systemd's resolver does: a link to a file that it makes. Here nobody else makes it.
            self.directory(place.parent().unwrap_or(Path::new("run")), 0o755)?;
            symlink(Path::new("/run/etc").join(file), at(place))?;
        }
        Ok(())
    }

    /// Puts nothing over something.
    fn hide(&self, name: &str) -> anyhow::Result<()> {
        let Ok(metadata) = fs::metadata(at(name)) else { return Ok(()) };
        let place = open_inside(&self.root, Path::new(name))?;
        let tree = if metadata.is_dir() {
            self.directory("run/.nothing", 0o555)?;
            open_tree(&at("run/.nothing"), false)?
        } else {
            open_tree(&at("dev/null"), false).or_else(|_| open_tree(Path::new("/dev/null"), false))?
        };
        set_mount(tree.as_fd(), MOUNT_ATTR_RDONLY, 0, false)?;
        move_mount(tree.as_fd(), place.as_fd()).with_context(|| format!("cannot hide /{name}"))
    }
}

/// Where a link of `/etc` leads, if that is in `/run` and goes nowhere but down.
fn in_run(link: &Path) -> Option<&Path> {
    let place = link.strip_prefix("/").or_else(|_| link.strip_prefix("..")).ok()?;
    let down = place.components().all(|part| matches!(part, Component::Normal(_)));
    (down && place.starts_with("run") && place.components().count() > 1).then_some(place)
}

/// Whom programs ask for names: nobody, where nobody can be reached.
fn resolvers(plan: &Plan) -> String {
    let resolvers = plan.network.iter().flat_map(|network| &network.resolvers);
    resolvers.map(|resolver| format!("nameserver {resolver}\n")).collect()
}

/// A place of the root that is being made, seen from where we are.
fn at(name: impl AsRef<Path>) -> PathBuf {
    Path::new(ROOM).join(name)
}

fn memory(target: &Path, options: &str) -> nix::Result<()> {
    mount(Some("tmpfs"), target, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some(options))
}

fn exec(plan: &Plan) -> anyhow::Result<std::convert::Infallible> {
    let mut arguments = vec!["tos-init".to_owned(), "--user".to_owned(), format!("{}:{}", plan.user.0, plan.user.1)];
    for (option, value) in [("--nofile", plan.nofile), ("--nproc", plan.nproc)] {
        arguments.extend(value.into_iter().flat_map(|value| [option.to_owned(), value.to_string()]));
    }
    arguments.push("--".to_owned());
    arguments.extend(plan.command.iter().cloned());
    let arguments: Vec<CString> = arguments.into_iter().map(CString::new).collect::<Result<_, _>>()?;
    let mut environment = plan.environment.clone();
    environment.entry("PATH".to_owned()).or_insert_with(|| "/usr/local/bin:/usr/bin:/bin".to_owned());
    let environment: Vec<CString> =
        environment.iter().map(|(key, value)| CString::new(format!("{key}={value}"))).collect::<Result<_, _>>()?;
    let init = CString::new(format!("/{INIT}"))?;

    close_others_at_exec()?;
    keep_capabilities(&CAPABILITIES).context("capabilities cannot be given up")?;
    prctl::set_no_new_privs()?;
    for program in &plan.filters {
        filter(program).context("system calls cannot be filtered")?;
    }
    execve(&init, &arguments, &environment).context("cannot run the first process")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_the_resolver_leads_into_run_and_nowhere_else() {
        let place = "run/systemd/resolve/stub-resolv.conf";
        for link in [format!("../{place}"), format!("/{place}")] {
            assert_eq!(in_run(Path::new(&link)), Some(Path::new(place)));
        }
        for link in ["../run", "/etc/other", "../run/../etc/x", "../../run/x", "run/x"] {
            assert_eq!(in_run(Path::new(link)), None, "{link}");
        }
    }
}
