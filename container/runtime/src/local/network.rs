//! A line out of a container that we make ourselves: a pair of interfaces, of which the host has one end, and the rules
//! that an engine's networks have as well. Only root can: rules of anybody else hold nowhere.

use std::{
    collections::BTreeSet,
    fs, io,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::{Command, Stdio},
};

use gate::plan::{Link, Network as Line};
use nix::unistd::Uid;

use super::{Inner, Settings};
use crate::{
    Error, Name, Spec,
    net::{
        bridge::{self, Bridge},
        walls::{self, Walls},
    },
    spec::{Egress, Network},
};

const WHAT: &str = "a network that leads out";
const FORWARDING: [(&str, &str); 2] = [("ipv4", "ip_forward"), ("ipv6", "conf/all/forwarding")];

/// Whether there can be any; told as what is used for it.
pub(super) async fn possible() -> Result<String, String> {
    if !Uid::effective().is_root() {
        return Err("only root can keep containers from each other and from the host".into());
    }
    let found = tokio::task::spawn_blocking(|| {
        let quiet = |command: &mut Command| command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        let ip = quiet(Command::new("ip").arg("-Version")).map_err(|error| format!("ip: {error}"))?;
        if ip.success() { Ok(()) } else { Err("ip does not run".to_owned()) }
    });
    found.await.map_err(|error| error.to_string())??;
    // A chain for addresses, which a kernel may lack where it has the others.
    let probe = "add table inet tos-probe\nadd chain inet tos-probe outward { type nat hook postrouting priority srcnat; }\n\
                 add rule inet tos-probe outward masquerade\n";
    walls::load(probe, true).await.map_err(|error| error.to_string())?;
    Ok("a pair of interfaces for each container, with rules of nftables".into())
}

/// What the jail is told to make.
pub(super) fn line(bridge: &Bridge) -> Line {
    let link =
        |subnet: Network| Link { host: Bridge::gateway(subnet), inside: Bridge::inside(subnet), prefix: subnet.prefix };
    Line {
        interface: bridge.interface.clone(),
        links: [Some(bridge.subnet), bridge.subnet6].into_iter().flatten().map(link).collect(),
        resolvers: bridge.resolvers.clone(),
    }
}

impl Inner {
    /// The network of a container that is to be made; none if it may reach nothing. Who calls holds `networks`.
    pub(super) fn new_bridge(&self, spec: &Spec) -> Result<Option<Bridge>, Error> {
        if spec.egress == Egress::None {
            return Ok(None);
        }
        let unsupported = |why: &str| Error::Unsupported { what: WHAT, why: why.to_owned() };
        if let Err(why) = &self.leads_out {
            return Err(unsupported(why));
        }
        let Settings { addresses, addresses6, resolvers, instance, .. } = &self.settings;
        let name = format!("tos-{instance}-{}", spec.name);
        let interface = bridge::interface(&name);
        let taken: BTreeSet<IpAddr> = self.bridges()?.iter().map(|bridge| bridge.subnet.address).collect();
        let routes = routes();
        let mut from = 0;
        let (index, subnet) = loop {
            let full = || unsupported("all addresses are taken");
            let (index, subnet) = bridge::free(*addresses, &taken, from).ok_or_else(full)?;
            // Somebody else's network may lie there.
            if !routes.iter().any(|route| route.is_met(subnet) && route.interface != interface) {
                break (index, subnet);
            }
            from = index + 1;
        };
        let subnet6 = addresses6.map(|pool| bridge::cut(pool, index).ok_or_else(|| unsupported("IPv6 has fewer")));
        let resolvers = if resolvers.is_empty() { of_host() } else { resolvers.clone() };
        let subnet6 = subnet6.transpose()?;
        Ok(Some(Bridge { name, interface, subnet, subnet6, resolvers, egress: spec.egress.clone() }))
    }

    /// Before a container with a network starts: nobody else has its addresses, rules are there, and packets pass.
    pub(super) async fn open_way(&self, name: &Name) -> Result<(), Error> {
        let _changes = self.networks.lock().await;
        let Some(bridge) = self.about(name)?.network else { return Ok(()) };
        if let Some(other) =
            routes().into_iter().find(|route| route.is_met(bridge.subnet) && route.interface != bridge.interface)
        {
            let why = format!("{} has its addresses now", other.interface);
            return Err(Error::Unsupported { what: WHAT, why });
        }
        self.write_walls().await?;
        let families = if bridge.subnet6.is_some() { &FORWARDING[..] } else { &FORWARDING[..1] };
        for (family, file) in families {
            let path = Path::new("/proc/sys/net").join(family).join(file);
            if fs::read_to_string(&path).is_ok_and(|text| text.trim() == "0") {
                fs::write(&path, "1").map_err(|source| Error::System { doing: "letting packets pass", source })?;
            }
        }
        Ok(())
    }

    /// The rules of every container that there are records of. Who calls holds `networks`.
    pub(super) async fn write_walls(&self) -> Result<(), Error> {
        let bridges = self.bridges()?;
        let foreign = foreign(&bridges);
        let walls =
            Walls { instance: self.settings.instance.as_str(), bridges: &bridges, foreign: &foreign, translates: true };
        walls::load(&walls.script(), false).await
    }

    fn bridges(&self) -> Result<Vec<Bridge>, Error> {
        let bridge = |name: &Name| match self.about(name) {
            Ok(about) => about.network.map(Ok),
            // Gone while we looked.
            Err(Error::Missing(_)) => None,
            Err(error) => Some(Err(error)),
        };
        self.names()?.iter().filter_map(bridge).collect()
    }
}

/// A way that packets go, by IPv4.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    interface: String,
    to: Ipv4Addr,
    mask: Ipv4Addr,
}

impl Route {
    /// Whether some of these addresses lie there. All addresses lie on the way to the rest of the world, which counts for nothing.
    fn is_met(&self, subnet: Network) -> bool {
        let IpAddr::V4(address) = subnet.address else { return false };
        let shared = u32::MAX.checked_shl(32 - u32::from(subnet.prefix)).unwrap_or(0) & self.mask.to_bits();
        self.mask.to_bits() != 0 && address.to_bits() & shared == self.to.to_bits() & shared
    }
}

fn routes() -> Vec<Route> {
    read_routes(&fs::read_to_string("/proc/net/route").unwrap_or_default())
}

fn read_routes(text: &str) -> Vec<Route> {
    let route = |line: &str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // As the machine has the bytes, not as the wire does.
        let address = |field: usize| {
            let bits = u32::from_str_radix(fields.get(field)?, 16).ok()?;
            Some(Ipv4Addr::from(bits.to_ne_bytes()))
        };
        Some(Route { interface: (*fields.first()?).to_owned(), to: address(1)?, mask: address(7)? })
    };
    text.lines().skip(1).filter_map(route).collect()
}

/// Interfaces behind which other containers are: bridges, unless the way to the world goes through one, and lines such as ours.
fn foreign(ours: &[Bridge]) -> BTreeSet<String> {
    let ways: BTreeSet<String> =
        routes().into_iter().filter(|route| route.mask.is_unspecified()).map(|route| route.interface).collect();
    let names = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let names = names.filter_map(|entry| Some((entry.path(), entry.file_name().into_string().ok()?)));
    names
        .filter(|(path, name)| path.join("bridge").is_dir() || bridge::is_interface(name))
        .map(|(_, name)| name)
        .filter(|name| !ways.contains(name) && !ours.iter().any(|bridge| bridge.interface == *name))
        .collect()
}

/// Whom the host asks for names, unless that is itself: nobody inside reaches the host.
fn of_host() -> Vec<IpAddr> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    // With systemd-resolved, the first file names only the host.
    ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]
        .into_iter()
        .map(|path| read_resolvers(&read(path)))
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn read_resolvers(text: &str) -> Vec<IpAddr> {
    let words = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok());
    words.filter(|address| !address.is_loopback() && !address.is_unspecified()).take(3).collect()
}

/// An interface that is left over: its container is gone. That there is none is no error.
pub(super) fn unplug(bridge: &Bridge) -> io::Result<()> {
    if !Path::new("/sys/class/net").join(&bridge.interface).exists() {
        return Ok(());
    }
    let quiet = Command::new("ip").args(["link", "delete", &bridge.interface]).stdin(Stdio::null()).output()?;
    // It goes with its other end, perhaps just now.
    let gone = quiet.status.success() || !Path::new("/sys/class/net").join(&bridge.interface).exists();
    if gone { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&quiet.stderr).trim().to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_somebody_has_are_seen_in_the_routes() {
        let line = |to: [u8; 4], mask: [u8; 4]| {
            let hex = |bytes| format!("{:08X}", u32::from_ne_bytes(bytes));
            format!("eth0\t{}\t00000000\t0003\t0\t0\t0\t{}\t0\t0\t0\n", hex(to), hex(mask))
        };
        let text = format!(
            "Iface\tDestination\tGateway\n{}{}{}broken\n",
            line([0; 4], [0; 4]),
            line([10, 213, 0, 0], [255, 255, 255, 248]),
            line([10, 220, 0, 0], [255, 252, 0, 0])
        );
        let routes = read_routes(&text);
        assert_eq!(routes.len(), 3);
        let met = |text: &str| {
            let network = bridge::read(text).unwrap();
            routes.iter().any(|route| route.is_met(network))
        };
        assert!(met("10.213.0.0/29") && met("10.213.0.0/16") && met("10.221.7.0/29"));
        assert!(!met("10.213.0.8/29") && !met("10.224.0.0/29") && !met("192.168.0.0/29"));
    }

    #[test]
    fn the_host_itself_is_no_resolver_of_anybody() {
        let text = "# a comment\nnameserver 127.0.0.53\nnameserver ::1\nnameserver 192.0.2.1\nnameserver x\nsearch example.org\n";
        assert_eq!(read_resolvers(text), ["192.0.2.1".parse::<IpAddr>().unwrap()]);
    }
}
