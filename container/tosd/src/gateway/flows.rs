//! Which remote address a flow of media is, and when it ends. Pure; the time is an argument.
//!
//! A flow is one remote address at one port of a desktop. Anybody can send a datagram, from any address: so there are few
//! flows, those of whom the desktop has answered are kept before those that only ever asked, and all end in silence.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Flows of one desktop at once.
pub const MOST: usize = 64;
/// Of these, how many that were never answered: the room that strangers can take.
const UNANSWERED: usize = 16;
/// After which silence a flow ends.
pub const SILENCE: Duration = Duration::from_secs(120);

#[derive(Debug)]
struct Flow {
    number: u32,
    heard: Instant,
    answered: bool,
}

/// The flows of one desktop.
#[derive(Debug, Default)]
pub struct Flows {
    by_address: HashMap<(u16, SocketAddr), Flow>,
    by_number: HashMap<u32, (u16, SocketAddr)>,
    next: u32,
}

impl Flows {
    /// The number of whoever sent something to a port, and whether the desktop ever answered them.
    pub fn of(&mut self, port: u16, remote: SocketAddr, now: Instant) -> (u32, bool) {
        if let Some(flow) = self.by_address.get_mut(&(port, remote)) {
            flow.heard = now;
            return (flow.number, flow.answered);
        }
        self.expire(now);
        let unanswered = self.by_address.values().filter(|flow| !flow.answered).count();
        if unanswered >= UNANSWERED {
            self.drop_oldest(|flow| !flow.answered);
        } else if self.by_address.len() >= MOST {
            self.drop_oldest(|_| true);
        }
        // Numbers are not used again before all others were: what a desktop says late goes to nobody.
        let mut number = self.next;
        while self.by_number.contains_key(&number) {
            number = number.wrapping_add(1);
        }
        self.next = number.wrapping_add(1);
        self.by_number.insert(number, (port, remote));
        self.by_address.insert((port, remote), Flow { number, heard: now, answered: false });
        (number, false)
    }

    /// Where an answer goes. `None`: that flow has ended, or never was at this port.
    pub fn answer(&mut self, port: u16, number: u32, now: Instant) -> Option<SocketAddr> {
        let &(at, remote) = self.by_number.get(&number)?;
        if at != port {
            return None;
        }
        let flow = self.by_address.get_mut(&(at, remote))?;
        flow.answered = true;
        flow.heard = now;
        Some(remote)
    }

    fn expire(&mut self, now: Instant) {
        self.by_address.retain(|_, flow| {
            let lives = now.saturating_duration_since(flow.heard) < SILENCE;
            if !lives {
                self.by_number.remove(&flow.number);
            }
            lives
        });
    }

    fn drop_oldest(&mut self, of: impl Fn(&Flow) -> bool) {
        let candidates = self.by_address.iter().filter(|(_, flow)| of(flow));
        if let Some((&key, flow)) = candidates.min_by_key(|(_, flow)| flow.heard) {
            self.by_number.remove(&flow.number);
            self.by_address.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn remote(n: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], n))
    }

    #[test]
    fn an_answer_finds_its_way_and_no_other() {
        let (mut flows, now) = (Flows::default(), Instant::now());
        let (one, _) = flows.of(4000, remote(1), now);
        let (two, _) = flows.of(4001, remote(1), now);
        assert_ne!(one, two);
        assert_eq!(flows.of(4000, remote(1), now), (one, false));
        assert_eq!(flows.answer(4000, one, now), Some(remote(1)));
        assert_eq!(flows.answer(4001, one, now), None, "another port");
        assert_eq!(flows.answer(4000, 77, now), None);
    }

    #[test]
    fn strangers_do_not_push_out_who_is_answered() {
        let (mut flows, now) = (Flows::default(), Instant::now());
        let (viewer, _) = flows.of(4000, remote(1), now);
        flows.answer(4000, viewer, now);
        for n in 2..5000 {
            flows.of(4000, remote(n), now + Duration::from_secs(1));
        }
        assert!(flows.by_number.len() <= UNANSWERED + 1);
        assert_eq!(flows.answer(4000, viewer, now), Some(remote(1)));
    }

    #[test]
    fn silence_ends_a_flow() {
        let (mut flows, now) = (Flows::default(), Instant::now());
        let (one, _) = flows.of(4000, remote(1), now);
        flows.answer(4000, one, now);
        flows.of(4000, remote(2), now + SILENCE);
        assert_eq!(flows.answer(4000, one, now + SILENCE), None);
    }

    proptest! {
        #[test]
        fn both_tables_always_agree(steps in proptest::collection::vec((0u16..4, 0u16..40, 0u64..200, any::<bool>()), 0..300)) {
            let mut flows = Flows::default();
            let mut now = Instant::now();
            for (port, from, later, answered) in steps {
                now += Duration::from_secs(later);
                let (number, _) = flows.of(port, remote(from), now);
                if answered {
                    prop_assert_eq!(flows.answer(port, number, now), Some(remote(from)));
                }
                prop_assert!(flows.by_address.len() <= MOST);
                prop_assert_eq!(flows.by_address.len(), flows.by_number.len());
                for (key, flow) in &flows.by_address {
                    prop_assert_eq!(flows.by_number.get(&flow.number), Some(key));
                }
            }
        }
    }
}
