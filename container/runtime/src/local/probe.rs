//! What this machine gives a container without an engine, found out by trying.

use std::{fs, path::Path, process::Command};

use nix::unistd::{Uid, User};

use super::{Settings, cgroup};
use crate::{Error, Facts, facts::Fact};

/// Ids that a container needs at least: those of one user, of its system, and nobody.
const IDS: u32 = 65_536;

/// Tries everything.
pub(super) fn facts(settings: &Settings, cgroups: &cgroup::Host, leads_out: &Result<String, String>) -> Facts {
    let of = |what, tried: Result<String, String>, without| {
        let there = tried.is_ok();
        let (Ok(why) | Err(why)) = tried;
        Fact { what, there, why, without }
    };
    Facts(vec![
        of("tos-init", init(&settings.init), None),
        of("namespaces", namespaces(), None),
        of(
            "a range of user ids",
            if Uid::effective().is_root() { Ok("all, as root".into()) } else { given().map(words) },
            None,
        ),
        of("memory limit", cgroups.words("memory"), REFUSED),
        of("processor limit", cgroups.words("cpu"), REFUSED),
        of("process limit", cgroups.words("pids"), Some("the user's own processes are counted, which is less exact")),
        of("block device limit", cgroups.words("blkio"), REFUSED),
        of("writing limit", cgroups.writing(), REFUSED),
        of(
            "freezer",
            if cgroups.freezes() { Ok("by cgroup".into()) } else { Err("no cgroup can be made in ours".into()) },
            Some("processes are stopped by SIGSTOP"),
        ),
        of("checkpoint", Err(NO_CHECKPOINT.into()), Some("a desktop comes back from its snapshot")),
        of("egress", leads_out.clone(), Some("containers reach nothing outside of themselves")),
        of("gpu", Err("devices by name take a container engine".into()), Some("pictures are drawn by the processor")),
    ])
}

/// What becomes of limits that cannot be had.
const REFUSED: Option<&str> = Some("plans that limit it are refused, unless they may lack it");
const NO_CHECKPOINT: &str = "it takes a container engine";

/// What is said to who asks for a checkpoint.
pub(super) fn no_checkpoint() -> Error {
    Error::Unsupported { what: "checkpoint", why: NO_CHECKPOINT.to_owned() }
}

fn words((first, count): (u32, u32)) -> String {
    format!("{count} from {first} on, by newuidmap")
}

fn init(path: &Path) -> Result<String, String> {
    let output =
        Command::new(path).arg("--version").output().map_err(|error| format!("{}: {error}", path.display()))?;
    if !output.status.success() {
        return Err(format!("{} does not run", path.display()));
    }
    Ok(format!("{} at {}", String::from_utf8_lossy(&output.stdout).trim(), path.display()))
}

/// Whether a process can have a world of its own; in one that ends at once.
fn namespaces() -> Result<String, String> {
    use std::os::unix::process::CommandExt as _;

    use nix::sched::{CloneFlags, unshare};
    let all = CloneFlags::CLONE_NEWUSER
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWCGROUP;
    let mut command = Command::new("/proc/self/exe");
    // SAFETY: between fork and exec, the closure makes one system call; that it fails always keeps the exec from happening.
    unsafe {
        command.pre_exec(move || {
            unshare(all)?;
            // It was tried; nothing is to be run.
            Err(std::io::Error::from_raw_os_error(nix::libc::ECANCELED))
        })
    };
    match command.spawn() {
        Err(error) if error.raw_os_error() == Some(nix::libc::ECANCELED) => {
            Ok("user, mount, pid, ipc, uts, net, cgroup".to_owned())
        }
        Err(error) => Err(format!("the kernel refuses namespaces: {error}")),
        Ok(mut child) => {
            let _ = child.kill();
            let _ = child.wait();
            Err("a process without namespaces came up".to_owned())
        }
    }
}

/// The ids that `/etc/subuid` and `/etc/subgid` give us, the same of both.
pub(super) fn given() -> Result<(u32, u32), String> {
    let (uid, name) = (Uid::current(), User::from_uid(Uid::current()).ok().flatten().map(|user| user.name));
    let read = |file: &str| {
        let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        range(&text, name.as_deref(), uid.as_raw()).ok_or_else(|| format!("{file} gives our user no {IDS} ids"))
    };
    let (users, groups) = (read("/etc/subuid")?, read("/etc/subgid")?);
    for program in ["newuidmap", "newgidmap"] {
        let places = ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin"];
        if !places.iter().any(|place| Path::new(place).join(program).exists()) {
            return Err(format!("no {program}"));
        }
    }
    if users == groups { Ok(users) } else { Err("/etc/subuid and /etc/subgid give different ranges".to_owned()) }
}

fn range(text: &str, name: Option<&str>, uid: u32) -> Option<(u32, u32)> {
    text.lines().find_map(|line| {
        let mut fields = line.trim().split(':');
        let who = fields.next()?;
        let ours = name == Some(who) || who == uid.to_string();
        let (first, count) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        (ours && count >= IDS).then_some((first, count))
    })
}

/// Bytes received and sent on everything but the loopback.
pub(super) fn network(pid: u32) -> (u64, u64) {
    let text = fs::read_to_string(format!("/proc/{pid}/net/dev")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (interface, numbers) = line.split_once(':')?;
            let mut numbers = numbers.split_ascii_whitespace().map(str::parse::<u64>);
            let (received, sent) = (numbers.next()?.ok()?, numbers.nth(7)?.ok()?);
            (interface.trim() != "lo").then_some((received, sent))
        })
        .fold((0, 0), |(received, sent), (more, also)| (received + more, sent + also))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_our_user_and_large_enough() {
        let text = "other:100000:65536\nada:1:10\n1000:200000:65536\nada:300000:65536\n";
        assert_eq!(range(text, Some("ada"), 1000), Some((200_000, 65_536)));
        assert_eq!(range(text, Some("ada"), 5), Some((300_000, 65_536)));
        assert_eq!(range(text, None, 5), None);
        assert_eq!(range("ada:x:65536\nada\n", Some("ada"), 5), None);
    }
}
