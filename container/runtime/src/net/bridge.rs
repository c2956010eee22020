//! A network of its own for each container: its name, its interface, its addresses. Pure.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::spec::{Egress, Network};

/// Bits of an IPv4 network of one container: itself, the host's end, and what the engine likes to keep free.
const PREFIX: u8 = 29;
const PREFIX6: u8 = 64;

/// A container's network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bridge {
    /// What it is called.
    pub(crate) name: String,
    /// The host's network interface.
    pub(crate) interface: String,
    /// Its addresses.
    pub(crate) subnet: Network,
    /// Its IPv6 addresses.
    pub(crate) subnet6: Option<Network>,
    /// Whom the container asks for names.
    pub(crate) resolvers: Vec<IpAddr>,
    /// What may leave it.
    pub(crate) egress: Egress,
}

impl Bridge {
    /// The host's end of it.
    pub(crate) fn gateway(subnet: Network) -> IpAddr {
        nth(subnet.address, 1)
    }

    /// The container's own address.
    pub(crate) fn inside(subnet: Network) -> IpAddr {
        nth(subnet.address, 2)
    }
}

/// The name of the interface: at most 15 characters, the same for the same network whenever it is made.
pub(crate) fn interface(network: &str) -> String {
    let digest = Sha256::digest(network.as_bytes());
    let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("tos{hex}")
}

/// Whether an interface has such a name.
pub(crate) fn is_interface(name: &str) -> bool {
    let digits = name.strip_prefix("tos");
    digits.is_some_and(|digits| {
        digits.len() == 12 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The `index`th network of a pool, with how many bits it shares. `None` when the pool has no more.
pub(crate) fn cut(pool: Network, index: u32) -> Option<Network> {
    let (prefix, width) = if pool.address.is_ipv4() { (PREFIX, 32) } else { (PREFIX6, 128) };
    let bits = prefix.checked_sub(pool.prefix)?;
    if bits < 32 && index >> bits != 0 {
        return None;
    }
    let step = u128::from(index) << (width - prefix);
    let address = match pool.address {
        IpAddr::V4(first) => Ipv4Addr::from_bits(first.to_bits().checked_add(u32::try_from(step).ok()?)?).into(),
        IpAddr::V6(first) => Ipv6Addr::from_bits(first.to_bits().checked_add(step)?).into(),
    };
    Some(Network { address, prefix })
}

/// The first number whose network nobody has.
pub(crate) fn free(pool: Network, taken: &BTreeSet<IpAddr>, from: u32) -> Option<(u32, Network)> {
    (from..).map_while(|index| Some((index, cut(pool, index)?))).find(|(_, network)| !taken.contains(&network.address))
}

fn nth(address: IpAddr, n: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits().saturating_add(n.into())).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits().saturating_add(n.into())).into(),
    }
}

/// `10.0.0.0/8`.
pub(crate) fn written(network: Network) -> String {
    format!("{}/{}", network.address, network.prefix)
}

/// The reverse.
pub(crate) fn read(text: &str) -> Option<Network> {
    let (address, prefix) = text.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let prefix: u8 = prefix.parse().ok()?;
    (prefix <= if address.is_ipv4() { 32 } else { 128 }).then_some(Network { address, prefix })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        read(text).unwrap()
    }

    #[test]
    fn a_pool_is_cut_without_overlap_and_ends() {
        let pool = network("10.213.0.0/24");
        assert_eq!(cut(pool, 0), Some(network("10.213.0.0/29")));
        assert_eq!(cut(pool, 31), Some(network("10.213.0.248/29")));
        assert_eq!(cut(pool, 32), None);
        assert_eq!(cut(network("10.0.0.0/30"), 0), None);
        assert_eq!(cut(network("fd12::/48"), 0x1234), Some(network("fd12:0:0:1234::/64")));
        assert_eq!(cut(network("fd12::/48"), 0x1_0000), None);
    }

    #[test]
    fn what_is_taken_is_passed_over() {
        let pool = network("10.213.0.0/27");
        let taken = BTreeSet::from(["10.213.0.0", "10.213.0.8", "10.213.0.24"].map(|text| text.parse().unwrap()));
        assert_eq!(free(pool, &taken, 0).map(|found| found.0), Some(2));
        assert_eq!(free(pool, &taken, 3), None);
        assert_eq!(Bridge::gateway(network("10.213.0.16/29")).to_string(), "10.213.0.17");
        assert_eq!(Bridge::inside(network("fd12::/64")).to_string(), "fd12::2");
    }

    #[test]
    fn interfaces_have_names_that_the_kernel_takes() {
        let name = interface("tos-main-alice");
        assert!(name.len() == 15 && is_interface(&name) && !is_interface("tos") && !is_interface("tosout1"));
        assert_eq!(name, interface("tos-main-alice"));
        assert_ne!(name, interface("tos-main-bob"));
    }

    #[test]
    fn networks_are_read_as_they_are_written() {
        for text in ["10.0.0.0/8", "::/0", "fd00::/7"] {
            assert_eq!(written(network(text)), text);
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "x/3", "::/129", "10.0.0.0/-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
