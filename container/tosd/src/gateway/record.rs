//! Lines of the audit log. What strangers cause has a bound: whoever knocks a thousand times a second would otherwise fill
//! the disk of the host, and what matters would drown.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use store::{
    Moment, Store,
    audit::{Event, Outcome},
};

use super::answers::Refusal;

/// Lines about refusals in one [`WINDOW`].
const REFUSALS: u32 = 120;
const WINDOW: Duration = Duration::from_secs(60);

/// Writes lines.
pub struct Recorder {
    store: Store,
    window: Mutex<(Option<Instant>, u32, u64)>,
}

impl Recorder {
    /// Into this store.
    pub fn new(store: Store) -> Self {
        Self { store, window: Mutex::new((None, 0, 0)) }
    }

    /// Something that was done, or went wrong. What cannot be written down is not done: the caller gives up on an error.
    pub async fn done(
        &self,
        who: &str,
        from: IpAddr,
        what: &str,
        on: &str,
        outcome: Outcome,
        detail: &str,
    ) -> Result<(), Refusal> {
        let event = Event {
            who: who.into(),
            from: from.to_string(),
            what: what.into(),
            on: on.into(),
            outcome,
            detail: detail.into(),
        };
        self.store.audit(&event, Moment::now()).await?;
        Ok(())
    }

    /// Something that was not allowed. Above the bound they are counted, and the next line tells how many.
    pub async fn refused(&self, who: &str, from: IpAddr, what: &str, on: &str, detail: &str) {
        let unwritten = {
            let mut window = self.window.lock();
            let now = Instant::now();
            if window.0.is_none_or(|began| now.saturating_duration_since(began) >= WINDOW) {
                *window = (Some(now), 0, window.2);
            }
            if window.1 >= REFUSALS {
                window.2 += 1;
                return;
            }
            window.1 += 1;
            std::mem::take(&mut window.2)
        };
        let detail = match unwritten {
            0 => detail.to_owned(),
            count => format!("{detail}; {count} more refusals before this one were not written down"),
        };
        if let Err(error) = self.done(who, from, what, on, Outcome::Refused, &detail).await {
            tracing::warn!(?error, "a refusal was not written down");
        }
    }
}
