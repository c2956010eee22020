//! Which local addresses a peer binds.
//!
//! The library takes one UDP port for each peer and skips an address that it cannot bind without saying so, so a free
//! one is looked for first. The search begins where the last one ended: a port that was just given back may still get
//! packets of its former peer.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    ops::RangeInclusive,
    sync::atomic::{AtomicU16, Ordering::Relaxed},
};

use super::PeerError;

/// Hands out UDP addresses.
#[derive(Debug)]
pub struct Ports {
    address: IpAddr,
    range: Option<RangeInclusive<u16>>,
    next: AtomicU16,
    tcp: bool,
}

impl Ports {
    /// On this address (unspecified: on every interface), from this range (`None`: whatever the system gives).
    pub fn new(address: IpAddr, range: Option<RangeInclusive<u16>>) -> Self {
        Self { address, range, next: AtomicU16::new(0), tcp: true }
    }

    /// The same without TCP.
    pub fn udp_alone(self) -> Self {
        Self { tcp: false, ..self }
    }

    /// The addresses for TCP candidates; the system picks the port.
    pub fn tcp(&self) -> Vec<SocketAddr> {
        if self.tcp { self.with_loopback(SocketAddr::new(self.address, 0)) } else { Vec::new() }
    }

    /// The library takes an unspecified address for every interface but loopback, which is the only one of a container
    /// without network, and the one of a tunnel.
    fn with_loopback(&self, address: SocketAddr) -> Vec<SocketAddr> {
        let loopback = match self.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        };
        let also = self.address.is_unspecified().then(|| SocketAddr::new(loopback, address.port()));
        [address].into_iter().chain(also).collect()
    }

    /// Addresses with a port that is free at this moment.
    ///
    /// # Errors
    /// [`PeerError::NoPort`].
    pub fn udp(&self) -> Result<Vec<SocketAddr>, PeerError> {
        self.free_port().map(|address| self.with_loopback(address))
    }

    fn free_port(&self) -> Result<SocketAddr, PeerError> {
        let Some(range) = &self.range else { return Ok(SocketAddr::new(self.address, 0)) };
        let (first, last) = (*range.start(), *range.end());
        let size = u32::from(last.saturating_sub(first)) + 1;
        for _ in 0..size {
            let step = u32::from(self.next.fetch_add(1, Relaxed)) % size;
            // The sum is at most `last`.
            let candidate = SocketAddr::new(self.address, first.saturating_add(step as u16));
            if UdpSocket::bind(candidate).is_ok() {
                return Ok(candidate);
            }
        }
        Err(PeerError::NoPort(first, last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_port_is_passed_over_and_a_full_range_is_an_error() {
        let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let only = Ports::new(Ipv4Addr::LOCALHOST.into(), Some(port..=port));
        assert!(matches!(only.udp(), Err(PeerError::NoPort(a, b)) if a == port && b == port));
        drop(taken);
        assert_eq!(only.udp().unwrap()[0].port(), port);
    }

    #[test]
    fn without_a_range_the_system_picks() {
        let any = Ports::new(Ipv4Addr::LOCALHOST.into(), None);
        assert_eq!(any.udp().unwrap()[0].port(), 0);
    }

    #[test]
    fn every_interface_includes_loopback_on_the_same_port() {
        let all = Ports::new(Ipv4Addr::UNSPECIFIED.into(), Some(50_000..=50_100)).udp().unwrap();
        assert_eq!(all.len(), 2);
        assert!(all[0].ip().is_unspecified() && all[1].ip().is_loopback());
        assert_eq!(all[0].port(), all[1].port());
    }
}
