//! How often somebody may try, without a way to lock others out.
//!
//! 1. **A guess costs its guesser.** Everything is counted by where it comes from, and by account *and* where it comes from.
//! 2. **An account is never locked.** What all strangers together may guess at one account in an hour is bounded; when they
//!    have used it up, only strangers wait. A browser that the owner has signed in with before carries a device token and is
//!    counted by that alone, whatever anybody else does. Passkeys and providers are nothing to guess and are counted by
//!    address only.
//! 3. **Memory is bounded**, and fixed: counts are kept in a sketch (count-min, conservative update) whose errors go one way.
//!    Two keys that fall together are slowed more than they deserve, never less, and nothing can be pushed out of it.
//!    Addresses, accounts and devices have a sketch each: whoever fills one with names leaves the others as they were, and
//!    only devices that are known write into theirs.
//! 4. **Nothing is told.** An account that does not exist is counted like one that does.
//!
//! Each count is a leaky bucket in the form of the generic cell rate algorithm (ITU-T I.371): one number, the time at which
//! the bucket will be empty. Success is not given back, so nobody refreshes a budget by signing in as themselves.

use std::{
    hash::{BuildHasher as _, RandomState},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, Instant},
};

use crate::secret;

/// Where a request comes from, as far as one subscriber reaches: an IPv4 address, or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix(IpAddr);

impl Prefix {
    /// The prefix of an address. IPv4 in IPv6 clothes is IPv4.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => Self(IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64))),
        }
    }

    /// The network around it: an IPv4 /24, or an IPv6 /48, which is what one customer often has.
    fn site(self) -> Self {
        match self.0 {
            IpAddr::V4(address) => Self(IpAddr::V4(Ipv4Addr::from(u32::from(address) >> 8 << 8))),
            IpAddr::V6(address) => Self(IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 80 << 80))),
        }
    }
}

/// How many at once, and how often after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// So many at once.
    pub burst: u32,
    /// One more after this long.
    pub every: Duration,
}

impl Rule {
    const fn new(burst: u32, every_ms: u64) -> Self {
        Self { burst, every: Duration::from_millis(every_ms) }
    }

    /// The most that this allows within any stretch of time of that length.
    pub fn most_within(&self, time: Duration) -> u64 {
        u64::from(self.burst) + u64::try_from(time.as_nanos() / self.every.as_nanos().max(1)).unwrap_or(u64::MAX)
    }
}

/// All rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Anything of one address that costs us work.
    pub requests: Rule,
    /// Guesses of one address, at whichever accounts. A hundred colleagues behind one address sign in at once.
    pub guesses: Rule,
    /// Passwords of one address at one account.
    pub pair: Rule,
    /// Passwords of all strangers together at one account.
    pub account: Rule,
    /// One-time and recovery codes of all strangers together at one account: six digits are few.
    pub codes: Rule,
    /// Passwords or codes from a device that the owner has used before.
    pub device: Rule,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            requests: Rule::new(300, 500),
            guesses: Rule::new(128, 10_000),
            pair: Rule::new(8, 30_000),
            account: Rule::new(32, 60_000),
            codes: Rule::new(10, 300_000),
            device: Rule::new(16, 30_000),
        }
    }
}

/// A network may do so many times what one address in it may.
const SITE: u32 = 4;

/// What somebody is about to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt<'a> {
    /// To begin or end something in which nothing can be guessed: a passkey, a provider, a link of 256 bits.
    Ceremony,
    /// A password of an account that may not exist.
    Password {
        /// As it was typed.
        account: &'a str,
    },
    /// A one-time or recovery code.
    Code {
        /// Whose.
        account: &'a str,
    },
}

/// Who tries.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// From where.
    pub address: IpAddr,
    /// The hash of the device token ([`secret::Use::Device`]) that was shown, if it is known for *this* account and still good.
    /// Never one that was only shown.
    pub device: Option<secret::Hash>,
}

/// Whether they may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may. If it turns out wrong, the answer waits this long, in the connection of whoever was wrong.
    Go {
        /// From nothing to a few seconds.
        delay: Duration,
    },
    /// Not before this long from now. Nothing was counted.
    Later(Duration),
}

/// The first wrong guesses are answered at once: people mistype.
const FREE: u32 = 3;
const FIRST_DELAY: Duration = Duration::from_millis(250);
const MAX_DELAY: Duration = Duration::from_secs(4);

/// The counts.
pub struct Limits {
    rules: Rules,
    start: Instant,
    addresses: Sketch,
    accounts: Sketch,
    devices: Sketch,
}

/// What is counted apart from each other.
#[derive(Debug, Clone, Copy, Hash)]
enum Count<'a> {
    Requests(Prefix),
    SiteRequests(Prefix),
    Guesses(Prefix),
    SiteGuesses(Prefix),
    Pair(&'a str, Prefix),
    Account(&'a str),
    Codes(&'a str),
    Device(&'a [u8; 32]),
}

/// How long an account's name may be before it is all one: nobody has such a name.
const MAX_NAME: usize = 64;

impl Limits {
    /// Counts that begin at `now`. Two megabytes.
    pub fn new(rules: Rules, now: Instant) -> Self {
        Self::with_width(rules, now, 1 << 15)
    }

    fn with_width(rules: Rules, now: Instant, width: usize) -> Self {
        let sketch = || Sketch::new(width);
        Self { rules, start: now, addresses: sketch(), accounts: sketch(), devices: sketch() }
    }

    /// Whether `source` may make this attempt at `now`, which counts it if so.
    pub fn ask(&mut self, source: &Source, attempt: &Attempt<'_>, now: Instant) -> Verdict {
        let prefix = Prefix::of(source.address);
        let site = |rule: Rule| Rule { burst: rule.burst.saturating_mul(SITE), every: rule.every / SITE };
        let rules = self.rules;
        let mut counts: Vec<(Count<'_>, Rule)> = Vec::with_capacity(6);
        match (attempt, &source.device) {
            (Attempt::Password { .. } | Attempt::Code { .. }, Some(device)) => {
                counts.push((Count::Device(device.as_bytes()), rules.device));
            }
            (attempt, _) => {
                counts.push((Count::Requests(prefix), rules.requests));
                counts.push((Count::SiteRequests(prefix.site()), site(rules.requests)));
                if let Attempt::Password { account } | Attempt::Code { account } = attempt {
                    let account = if account.len() <= MAX_NAME { account } else { "" };
                    counts.push((Count::Guesses(prefix), rules.guesses));
                    counts.push((Count::SiteGuesses(prefix.site()), site(rules.guesses)));
                    counts.push((Count::Pair(account, prefix), rules.pair));
                    counts.push(match attempt {
                        Attempt::Code { .. } => (Count::Codes(account), rules.codes),
                        _ => (Count::Account(account), rules.account),
                    });
                }
            }
        }
        let now = now.saturating_duration_since(self.start);
        let (mut wait, mut used) = (Duration::ZERO, 0);
        for (count, rule) in &counts {
            let (waits, uses) = self.sketch(count).look(count, rule, now);
            wait = wait.max(waits);
            if matches!(count, Count::Pair(..) | Count::Device(_)) {
                used = uses;
            }
        }
        if !wait.is_zero() {
            return Verdict::Later(wait);
        }
        for (count, rule) in &counts {
            self.sketch(count).charge(count, rule, now);
        }
        let doubled = used.saturating_sub(FREE - 1);
        let delay = if doubled == 0 { Duration::ZERO } else { FIRST_DELAY * (1 << (doubled - 1).min(8)) };
        Verdict::Go { delay: delay.min(MAX_DELAY) }
    }

    fn sketch(&mut self, count: &Count<'_>) -> &mut Sketch {
        match count {
            Count::Requests(_) | Count::SiteRequests(_) | Count::Guesses(_) | Count::SiteGuesses(_) => {
                &mut self.addresses
            }
            Count::Pair(..) | Count::Account(_) | Count::Codes(_) => &mut self.accounts,
            Count::Device(_) => &mut self.devices,
        }
    }
}

/// For each count, when its bucket will be empty, in microseconds since the start: the least of its cells, one in each row.
struct Sketch {
    keys: RandomState,
    cells: Vec<u64>,
    width: usize,
}

const ROWS: usize = 3;

impl Sketch {
    fn new(width: usize) -> Self {
        let width = width.max(1);
        Self { keys: RandomState::new(), cells: vec![0; width * ROWS], width }
    }

    /// How long this count must wait, and how much of its burst is used up.
    fn look(&self, count: &Count<'_>, rule: &Rule, now: Duration) -> (Duration, u32) {
        let ahead = Duration::from_micros(self.least(self.slots(count))).saturating_sub(now);
        let allowed = rule.every * rule.burst.saturating_sub(1);
        let used = ahead.as_micros().div_ceil(rule.every.as_micros().max(1));
        (ahead.saturating_sub(allowed), u32::try_from(used).unwrap_or(u32::MAX))
    }

    fn charge(&mut self, count: &Count<'_>, rule: &Rule, now: Duration) {
        let slots = self.slots(count);
        let next = self.least(slots).max(micros(now)).saturating_add(micros(rule.every));
        for slot in slots {
            if let Some(cell) = self.cells.get_mut(slot) {
                *cell = next.max(*cell);
            }
        }
    }

    fn least(&self, slots: [usize; ROWS]) -> u64 {
        slots.into_iter().filter_map(|slot| self.cells.get(slot)).min().copied().unwrap_or(0)
    }

    fn slots(&self, count: &Count<'_>) -> [usize; ROWS] {
        std::array::from_fn(|row| {
            let hash = self.keys.hash_one((row, count)) % u64::try_from(self.width).unwrap_or(1);
            row * self.width + usize::try_from(hash).unwrap_or(0)
        })
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").field("rules", &self.rules).finish_non_exhaustive()
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
