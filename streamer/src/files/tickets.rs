//! Tickets for downloads. A browser that saves a file sends no token along: the address itself lets it in, once and for a
//! short time. Whoever has begun with it may go on where a line broke.

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// A ticket that is not used within this is void.
const LIFE: Duration = Duration::from_secs(60);
/// A download that was begun may be gone on with for so long after it was last asked for.
const RESUMABLE: Duration = Duration::from_secs(15 * 60);
/// Tickets at once.
const MOST: usize = 256;

struct Ticket {
    paths: Vec<PathBuf>,
    /// Told only to whoever began; shown again to go on.
    proof: String,
    begun: bool,
    until: Instant,
}

/// What a ticket is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// These files and directories.
    pub paths: Vec<PathBuf>,
    /// Begins the entity tag.
    pub proof: String,
}

/// All that were given out.
#[derive(Default)]
pub struct Tickets {
    open: Mutex<HashMap<String, Ticket>>,
}

impl Tickets {
    /// A ticket for these, each by its absolute path. `None` if there are none, or no randomness.
    pub fn issue(&self, paths: Vec<PathBuf>, now: Instant) -> Option<String> {
        if paths.is_empty() || !paths.iter().all(|path| path.is_absolute()) {
            return None;
        }
        let (id, proof) = (random()?, random()?);
        let mut open = self.open.lock();
        open.retain(|_, ticket| ticket.until > now);
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, ticket)| ticket.until).map(|(id, _)| id.clone());
            oldest.and_then(|id| open.remove(&id));
        }
        open.insert(id.clone(), Ticket { paths, proof, begun: false, until: now + LIFE });
        Some(id)
    }

    /// Lets somebody in: the first to come, and after that only who shows the tag of the first answer.
    pub fn redeem(&self, id: &str, tag: Option<&str>, now: Instant) -> Option<Grant> {
        let mut open = self.open.lock();
        let ticket = open.get_mut(id).filter(|ticket| ticket.until > now)?;
        if ticket.begun {
            tag?.strip_prefix('"')?.strip_prefix(&ticket.proof)?;
        }
        ticket.begun = true;
        ticket.until = now + RESUMABLE;
        Some(Grant { paths: ticket.paths.clone(), proof: ticket.proof.clone() })
    }
}

/// 128 bits in hexadecimal digits.
fn random() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().fold(String::new(), |mut text, byte| {
        // A string takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_not_for_long() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let paths = vec![PathBuf::from("/home/ada/a")];
        let id = tickets.issue(paths.clone(), now).unwrap();
        assert_eq!(tickets.redeem("0123", None, now), None);
        assert_eq!(tickets.redeem(&id, None, now + LIFE), None, "too late");
        let grant = tickets.redeem(&id, None, now + LIFE / 2).unwrap();
        assert_eq!(grant.paths, paths);
        assert_eq!(tickets.redeem(&id, None, now + LIFE / 2), None, "used");
        assert_eq!(tickets.redeem(&id, Some("\"guessed\""), now + LIFE / 2), None);
    }

    #[test]
    fn who_began_may_go_on() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        let id = tickets.issue(vec!["/a".into()], now).unwrap();
        let proof = tickets.redeem(&id, None, now).unwrap().proof;
        let tag = format!("\"{proof}-17\"");
        let later = now + RESUMABLE - Duration::from_secs(1);
        assert!(tickets.redeem(&id, Some(&tag), later).is_some());
        assert!(tickets.redeem(&id, Some(&tag), later + RESUMABLE / 2).is_some(), "it counts from the last time");
        assert!(tickets.redeem(&id, Some(&tag), later + RESUMABLE * 2).is_none());
    }

    #[test]
    fn tickets_are_bounded_and_only_for_absolute_paths() {
        let (tickets, now) = (Tickets::default(), Instant::now());
        assert_eq!(tickets.issue(Vec::new(), now), None);
        assert_eq!(tickets.issue(vec!["../etc/passwd".into()], now), None);
        let first = tickets.issue(vec!["/a".into()], now).unwrap();
        for n in 1..=MOST as u64 {
            assert!(tickets.issue(vec!["/a".into()], now + Duration::from_millis(n)).is_some());
        }
        assert!(tickets.open.lock().len() <= MOST);
        assert_eq!(tickets.redeem(&first, None, now), None, "the oldest went");
    }
}
