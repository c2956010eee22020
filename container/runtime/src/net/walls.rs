//! What may leave a container's network, as rules of nftables in a table of our own.
//!
//! An engine makes bridges and translates addresses; it would let containers reach each other and every service of the
//! host. Our chains come before the engine's, and a packet that is dropped in one is dropped for good, so nothing that
//! the engine adds or forgets opens what is shut here. Without an engine, addresses are translated by a chain of ours. The table is always written as a whole in one transaction:
//! there is no moment without it, and writing it again puts back what somebody else took out.
//!
//! | from a container to | |
//! |---|---|
//! | the host, by any of its addresses, loopback and broadcast included | dropped before translation of addresses |
//! | link-local addresses (a cloud's metadata service is one) | dropped |
//! | anywhere, with a source address that is not its own | dropped |
//! | another container, of ours or of the engine's other networks | dropped |
//! | what the plan denies | rejected, so that programs are told at once |
//! | the resolvers of the settings, port 53 | let through, denied network or not |
//! | anything else | let through |
//!
//! Nobody outside can begin anything with a container.

use std::{collections::BTreeSet, fmt::Write as _, net::IpAddr, process::Stdio, time::Duration};

use tokio::io::AsyncWriteExt as _;

use super::bridge::{Bridge, written};
use crate::{Error, spec::Egress};

const DOING: &str = "network rules";
const WITHIN: Duration = Duration::from_secs(20);

/// What all rules of an instance are made from.
pub(crate) struct Walls<'a> {
    /// Whose.
    pub(crate) instance: &'a str,
    /// The networks of its containers.
    pub(crate) bridges: &'a [Bridge],
    /// Interfaces of other containers, which are nobody's of ours to reach.
    pub(crate) foreign: &'a BTreeSet<String>,
    /// Whether what leaves the host gets the host's address here.
    pub(crate) translates: bool,
}

impl Walls<'_> {
    /// As `nft -f` reads them. Pure.
    pub(crate) fn script(&self) -> String {
        let mut out = String::new();
        // Writing to a text cannot fail.
        let _ = write(&mut out, self);
        out
    }
}

fn write(out: &mut String, walls: &Walls) -> std::fmt::Result {
    let Walls { instance, bridges, foreign, translates } = *walls;
    // Deleting needs something to delete.
    writeln!(out, "add table inet tos-{instance}\ndelete table inet tos-{instance}")?;
    if bridges.is_empty() {
        return Ok(());
    }
    let ours = names(bridges.iter().map(|bridge| bridge.interface.as_str()));
    writeln!(out, "table inet tos-{instance} {{")?;
    writeln!(out, "set ours {{ type ifname; elements = {{ {ours} }} }}")?;

    writeln!(out, "chain early {{ type filter hook prerouting priority raw; policy accept;")?;
    writeln!(out, "iifname @ours jump leaving\n}}")?;
    writeln!(out, "chain leaving {{")?;
    // How a neighbour is found; without it no IPv6 packet leaves at all.
    writeln!(out, "icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} ip6 hoplimit 255 return")?;
    writeln!(out, "fib daddr type {{ local, broadcast, multicast, anycast }} drop")?;
    writeln!(out, "ip daddr 169.254.0.0/16 drop\nip6 daddr fe80::/10 drop")?;
    for bridge in bridges {
        writeln!(out, "iifname \"{}\" ip saddr != {} drop", bridge.interface, written(bridge.subnet))?;
        match bridge.subnet6 {
            Some(subnet) => writeln!(out, "iifname \"{}\" ip6 saddr != {} drop", bridge.interface, written(subnet))?,
            None => writeln!(out, "iifname \"{}\" meta nfproto ipv6 drop", bridge.interface)?,
        }
    }
    writeln!(out, "}}")?;

    writeln!(out, "chain inward {{ type filter hook input priority filter - 10; policy accept;")?;
    writeln!(out, "iifname @ours icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} ip6 hoplimit 255 accept")?;
    writeln!(out, "iifname @ours drop\n}}")?;

    writeln!(out, "chain across {{ type filter hook forward priority filter - 10; policy accept;")?;
    writeln!(out, "iifname @ours oifname @ours drop")?;
    if !foreign.is_empty() {
        writeln!(out, "iifname @ours oifname {{ {} }} drop", names(foreign.iter().map(String::as_str)))?;
    }
    writeln!(out, "oifname @ours ct state established,related accept\noifname @ours drop")?;
    for bridge in bridges {
        writeln!(out, "iifname \"{0}\" jump from-{0}", bridge.interface)?;
    }
    writeln!(out, "}}")?;
    if translates {
        writeln!(out, "chain outward {{ type nat hook postrouting priority srcnat; policy accept;")?;
        for bridge in bridges {
            writeln!(out, "ip saddr {} oifname != @ours masquerade", written(bridge.subnet))?;
            if let Some(subnet) = bridge.subnet6 {
                writeln!(out, "ip6 saddr {} oifname != @ours masquerade", written(subnet))?;
            }
        }
        writeln!(out, "}}")?;
    }
    for bridge in bridges {
        writeln!(out, "chain from-{} {{", bridge.interface)?;
        rules(out, bridge)?;
        writeln!(out, "}}")?;
    }
    writeln!(out, "}}")
}

fn rules(out: &mut String, bridge: &Bridge) -> std::fmt::Result {
    match &bridge.egress {
        Egress::None => writeln!(out, "drop"),
        Egress::Allow => Ok(()),
        Egress::Deny(networks) => {
            for resolver in &bridge.resolvers {
                let family = family(*resolver);
                writeln!(out, "{family} daddr {resolver} meta l4proto {{ tcp, udp }} th dport 53 return")?;
            }
            for network in networks {
                let family = family(network.address);
                writeln!(out, "{family} daddr {} reject with icmpx admin-prohibited", written(*network))?;
            }
            Ok(())
        }
    }
}

fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "ip" } else { "ip6" }
}

fn names<'a>(interfaces: impl Iterator<Item = &'a str>) -> String {
    interfaces.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// Has the kernel take a script, all or nothing. With `check` it only says whether it would.
pub(crate) async fn load(script: &str, check: bool) -> Result<(), Error> {
    let system = |source| Error::System { doing: DOING, source };
    let mut child = tokio::process::Command::new("nft")
        .args(if check { &["-c", "-f", "-"][..] } else { &["-f", "-"] })
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(system)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(script.as_bytes()).await.map_err(system)?;
    }
    let output = tokio::time::timeout(WITHIN, child.wait_with_output())
        .await
        .map_err(|_| system(std::io::ErrorKind::TimedOut.into()))?
        .map_err(system)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Error::Refused { doing: DOING, said: said.lines().next().unwrap_or_default().chars().take(300).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::bridge::{interface, read};

    fn bridge(name: &str, n: u8, egress: Egress) -> Bridge {
        Bridge {
            name: name.into(),
            interface: interface(name),
            subnet: read(&format!("10.213.0.{}/29", n * 8)).unwrap(),
            subnet6: (n == 1).then(|| read("fd12::/64").unwrap()),
            resolvers: vec!["192.0.2.53".parse().unwrap()],
            egress,
        }
    }

    fn script(instance: &str, bridges: &[Bridge], foreign: &BTreeSet<String>) -> String {
        Walls { instance, bridges, foreign, translates: false }.script()
    }

    #[test]
    fn nobody_is_left_and_the_table_goes() {
        assert_eq!(script("x", &[], &BTreeSet::new()), "add table inet tos-x\ndelete table inet tos-x\n");
    }

    #[test]
    fn each_container_has_its_own_rules() {
        let deny = Egress::Deny(vec![read("10.0.0.0/8").unwrap(), read("fc00::/7").unwrap()]);
        let bridges = [bridge("a", 0, Egress::Allow), bridge("b", 1, deny), bridge("c", 2, Egress::None)];
        let text = script("x", &bridges, &BTreeSet::from(["podman0".to_owned()]));
        for (bridge, rules) in bridges.iter().zip([
            "",
            "ip daddr 192.0.2.53 meta l4proto { tcp, udp } th dport 53 return\n\
             ip daddr 10.0.0.0/8 reject with icmpx admin-prohibited\n\
             ip6 daddr fc00::/7 reject with icmpx admin-prohibited\n",
            "drop\n",
        ]) {
            let chain = format!("chain from-{} {{\n{rules}}}\n", bridge.interface);
            assert!(text.contains(&chain), "{chain}\nis not in\n{text}");
        }
        assert!(text.contains("iifname @ours oifname { \"podman0\" } drop"), "{text}");
    }

    /// The kernel's own word about the script, where it can be asked.
    #[tokio::test]
    async fn the_kernel_understands_every_rule() {
        if !nix::unistd::geteuid().is_root() {
            assert!(load(&script("check", &[], &BTreeSet::new()), true).await.is_err());
            eprintln!("NOT TESTED: the rules of networks, without root");
            return;
        }
        let deny = Egress::Deny(vec![read("10.0.0.0/8").unwrap(), read("10.1.0.0/16").unwrap(), read("::/0").unwrap()]);
        let bridges = [bridge("a", 0, Egress::Allow), bridge("b", 1, deny), bridge("c", 2, Egress::None)];
        let foreign = BTreeSet::from(["podman0".to_owned()]);
        for translates in [false, true] {
            let walls = Walls { instance: "check", bridges: &bridges, foreign: &foreign, translates };
            assert_eq!(walls.script().contains("masquerade"), translates);
            load(&walls.script(), true).await.unwrap();
        }
    }
}
