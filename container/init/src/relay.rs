//! Which remote address is which flow of a container. The relay outside asks here; it moves the datagrams itself.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use crate::{
    flows::Flows,
    wire::{FLOW_LIFE, FLOWS, Head},
};

/// The remote addresses of one container's ports. Numbers are not given twice (but for a wrap of 32 bits), so that a late answer
/// to somebody who went reaches nobody.
#[derive(Debug)]
pub struct Relay {
    flows: Flows<(u16, SocketAddr), u32>,
    addresses: HashMap<u32, (u16, SocketAddr)>,
    next: u32,
}

impl Default for Relay {
    fn default() -> Self {
        Self::new(FLOWS, FLOW_LIFE)
    }
}

impl Relay {
    /// At most `most` addresses, each of which may be silent for `life`.
    pub fn new(most: usize, life: Duration) -> Self {
        Self { flows: Flows::new(most, life), addresses: HashMap::new(), next: 1 }
    }

    /// What stands in front of a datagram that came from `address` to `port`.
    pub fn inward(&mut self, port: u16, address: SocketAddr, now: Instant) -> Head {
        if let Some(flow) = self.flows.heard(&(port, address), now) {
            return Head { port, flow: *flow };
        }
        self.expire(now);
        let flow = self.number();
        if let Some((_, gone)) = self.flows.insert((port, address), flow, now) {
            self.addresses.remove(&gone);
        }
        self.addresses.insert(flow, (port, address));
        Head { port, flow }
    }

    /// Where a datagram with this head goes. `None`: that flow was never given, is gone, or is of another port.
    pub fn outward(&mut self, head: Head, now: Instant) -> Option<SocketAddr> {
        let &(port, address) = self.addresses.get(&head.flow)?;
        if port != head.port {
            return None;
        }
        self.flows.heard(&(port, address), now)?;
        Some(address)
    }

    /// Forgets who was silent for too long.
    pub fn expire(&mut self, now: Instant) {
        for (_, flow) in self.flows.expire(now) {
            self.addresses.remove(&flow);
        }
    }

    /// When the next one is forgotten, if all stay silent.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.flows.next()
    }

    /// How many addresses there are.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    fn number(&mut self) -> u32 {
        loop {
            let number = self.next;
            self.next = self.next.wrapping_add(1);
            if !self.addresses.contains_key(&number) {
                return number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], n))
    }

    #[test]
    fn answers_find_who_asked_and_nobody_else() {
        let now = Instant::now();
        let mut relay = Relay::default();
        let first = relay.inward(40_000, address(1), now);
        let second = relay.inward(40_000, address(2), now);
        assert_ne!(first.flow, second.flow);
        assert_eq!(relay.inward(40_000, address(1), now), first);
        assert_eq!(relay.outward(first, now), Some(address(1)));
        assert_eq!(relay.outward(second, now), Some(address(2)));
        assert_eq!(relay.outward(Head { port: 40_001, ..first }, now), None, "another port's");
        assert_eq!(relay.outward(Head { port: 40_000, flow: 99 }, now), None, "never given");
    }

    #[test]
    fn a_late_answer_to_who_went_reaches_nobody() {
        let now = Instant::now();
        let mut relay = Relay::new(1, FLOW_LIFE);
        let gone = relay.inward(40_000, address(1), now);
        let here = relay.inward(40_000, address(2), now);
        assert_eq!(relay.outward(gone, now), None);
        assert_eq!(relay.outward(here, now), Some(address(2)));
        relay.expire(now + FLOW_LIFE);
        assert!(relay.is_empty());
        assert_eq!(relay.outward(here, now + FLOW_LIFE), None);
        assert_ne!(relay.inward(40_000, address(2), now + FLOW_LIFE), here);
    }

    #[test]
    fn a_flood_of_addresses_stays_small() {
        let now = Instant::now();
        let mut relay = Relay::default();
        for n in 1..10_000 {
            relay.inward(40_000, address(n), now + Duration::from_millis(u64::from(n)));
        }
        assert_eq!(relay.len(), FLOWS);
        assert_eq!(relay.addresses.len(), FLOWS);
    }

    #[test]
    fn numbers_wrap_without_meeting_one_in_use() {
        let now = Instant::now();
        let mut relay = Relay::default();
        let first = relay.inward(40_000, address(1), now);
        relay.next = u32::MAX;
        let last = relay.inward(40_000, address(2), now);
        let zero = relay.inward(40_000, address(3), now);
        let after = relay.inward(40_000, address(4), now);
        assert_eq!((last.flow, zero.flow), (u32::MAX, 0));
        assert_ne!(after.flow, first.flow);
    }
}
