//! The line that leads out of a container, laid from outside before anything runs in it. `ip` does it: its words have been
//! the same for twenty years.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail};
use gate::plan::Network;
use nix::{
    sched::{CloneFlags, setns},
    unistd::Pid,
};

/// The name of the inner end.
const INSIDE: &str = "eth0";

/// Lays it to the network of a process. One that was there of this name belonged to a container that is gone.
pub fn lay(network: &Network, first: Pid) -> anyhow::Result<()> {
    let _ = Command::new("ip").args(["link", "delete", &network.interface]).stderr(Stdio::null()).status();
    let (outside, inside) = words(network, first);
    batch(Command::new("ip"), &outside).context("no line out")?;
    let namespace = fs::File::open(format!("/proc/{first}/ns/net")).context("no network inside")?;
    let mut there = Command::new("ip");
    // SAFETY: between fork and exec, the closure makes one system call, with a descriptor that it owns.
    unsafe { there.pre_exec(move || Ok(setns(&namespace, CloneFlags::CLONE_NEWNET)?)) };
    batch(there, &inside).context("no line inside")
}

/// What `ip` is told on the host, and inside. Pure.
fn words(network: &Network, first: Pid) -> (String, String) {
    let interface = &network.interface;
    let mut outside = format!("link add {interface} type veth peer name {INSIDE} netns {first}\n");
    let (mut inside, mut routes) = (String::new(), String::new());
    for link in &network.links {
        // Both ends are known: nobody has to ask whether somebody has that address, which takes a second.
        let known = if link.host.is_ipv4() { "" } else { " nodad" };
        // Writing to a text cannot fail.
        let _ = writeln!(outside, "address add {}/{} dev {interface}{known}", link.host, link.prefix);
        let _ = writeln!(inside, "address add {}/{} dev {INSIDE}{known}", link.inside, link.prefix);
        let _ = writeln!(routes, "route add default via {} dev {INSIDE}", link.host);
    }
    let _ = writeln!(outside, "link set {interface} up");
    let _ = writeln!(inside, "link set {INSIDE} up");
    (outside, inside + &routes)
}

fn batch(mut ip: Command, words: &str) -> anyhow::Result<()> {
    let mut child = ip
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("ip cannot be run")?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(words.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ip: {}", said.lines().next().unwrap_or("it does not say why"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use gate::plan::Link;

    use super::*;

    #[test]
    fn both_ends_are_told_and_the_way_comes_last() {
        let link = |host: &str, inside: &str, prefix| Link {
            host: host.parse().unwrap(),
            inside: inside.parse().unwrap(),
            prefix,
        };
        let links = vec![link("10.1.0.1", "10.1.0.2", 29), link("fd00::1", "fd00::2", 64)];
        let network = Network { interface: "tos1".into(), links, resolvers: vec![] };
        let (outside, inside) = words(&network, Pid::from_raw(7));
        assert_eq!(
            outside,
            "link add tos1 type veth peer name eth0 netns 7\naddress add 10.1.0.1/29 dev tos1\n\
             address add fd00::1/64 dev tos1 nodad\nlink set tos1 up\n"
        );
        assert_eq!(
            inside,
            "address add 10.1.0.2/29 dev eth0\naddress add fd00::2/64 dev eth0 nodad\nlink set eth0 up\n\
             route add default via 10.1.0.1 dev eth0\nroute add default via fd00::1 dev eth0\n"
        );
    }
}
