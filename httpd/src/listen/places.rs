//! How many connections there may be, and how many of them one address may have.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

use parking_lot::Mutex;

/// Limits on connections.
#[derive(Debug)]
pub struct Places {
    total: usize,
    each: usize,
    taken: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

/// One connection's place.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    of: IpAddr,
}

/// What counts as one address: of IPv6 what a household gets.
fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

impl Places {
    /// So many in all, and from one address.
    pub fn new(total: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { total, each, taken: Mutex::default() })
    }

    /// A place for one connection from there; `None` when there is none.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let of = prefix(address);
        let mut taken = self.taken.lock();
        let mine = taken.1.get(&of).copied().unwrap_or(0);
        if taken.0 >= self.total || mine >= self.each {
            return None;
        }
        taken.0 += 1;
        taken.1.insert(of, mine + 1);
        Some(Place { places: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.0 = taken.0.saturating_sub(1);
        if let Some(count) = taken.1.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.1.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_gives_it_back() {
        let places = Places::new(3, 2);
        let [one, two]: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let held = [places.take(one).unwrap(), places.take(one).unwrap()];
        assert!(places.take(one).is_none(), "its share is taken");
        let neighbour = "2001:db8::2:1".parse().unwrap();
        let other = places.take(two).unwrap();
        assert!(places.take(neighbour).is_none(), "all are taken");
        drop(held);
        let again = places.take(neighbour).unwrap();
        assert!(places.take(two).is_none(), "one /64 is one address");
        drop((other, again));
        assert!(places.taken.lock().1.is_empty());
    }
}
