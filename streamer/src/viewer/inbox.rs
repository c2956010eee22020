//! What comes from a page: bounded in size and rate, checked against the role, motion in order.

use std::time::{Duration, Instant};

use crate::protocol::{FromPage, Rejected, Role};

/// Messages a second that a page may send for long; a 1000 Hz mouse with a touch screen beside it stays below.
const RATE: f64 = 4000.0;
/// Messages that it may send at once, such as after a network hiccup.
const BURST: f64 = 4000.0;
/// A page sends a ping each second. After this long without a word it is gone, whatever ICE still believes.
pub const SILENCE: Duration = Duration::from_secs(4);

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// For what it is.
    Rejected(Rejected),
    /// For how many there were.
    Flood,
}

/// The reading side of a viewer.
#[derive(Debug)]
pub struct Inbox {
    role: Role,
    allowance: f64,
    refilled: Instant,
    heard: Instant,
    motion: Option<u32>,
}

impl Inbox {
    /// For a viewer that joined `now`.
    pub fn new(role: Role, now: Instant) -> Self {
        Self { role, allowance: BURST, refilled: now, heard: now, motion: None }
    }

    /// Takes one message as it came from the wire.
    ///
    /// # Errors
    /// Why it is to be dropped; the connection lives on.
    pub fn take(&mut self, bytes: &[u8], now: Instant) -> Result<FromPage, Refused> {
        // Even a broken message shows that somebody is there.
        self.heard = now;
        let elapsed = now.saturating_duration_since(self.refilled).as_secs_f64();
        self.allowance = (self.allowance + elapsed * RATE).min(BURST);
        self.refilled = now;
        if self.allowance < 1.0 {
            return Err(Refused::Flood);
        }
        self.allowance -= 1.0;

        let message = FromPage::parse(bytes).map_err(Refused::Rejected)?;
        if message.needs() > self.role {
            return Err(Refused::Rejected(Rejected::Forbidden));
        }
        if let FromPage::Motion { seq, .. } | FromPage::Relative { seq, .. } = message {
            if self.motion.is_some_and(|last| !newer(seq, last)) {
                return Err(Refused::Rejected(Rejected::OutOfOrder));
            }
            self.motion = Some(seq);
        }
        Ok(message)
    }

    /// When the viewer counts as gone if nothing more comes.
    pub fn deadline(&self) -> Instant {
        self.heard + SILENCE
    }
}

/// Serial number arithmetic (RFC 1982): the counter may wrap.
fn newer(seq: u32, last: u32) -> bool {
    let ahead = seq.wrapping_sub(last);
    ahead != 0 && ahead < 1 << 31
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOTION: &str = r#"{"t":"motion","x":0.5,"y":0.5,"seq":"#;

    fn motion(seq: u32) -> String {
        format!("{MOTION}{seq}}}")
    }

    fn kind(result: Result<FromPage, Refused>) -> Option<Refused> {
        result.err()
    }

    #[test]
    fn motion_that_was_overtaken_is_dropped_also_across_the_wrap() {
        let now = Instant::now();
        let mut inbox = Inbox::new(Role::Control, now);
        let late = Some(Refused::Rejected(Rejected::OutOfOrder));
        let max = u32::MAX;
        for (seq, expected) in [
            (7, None),
            (7, late),
            (6, late),
            (9, None),
            (8, late),
            (max / 2, None),
            (max - 1, None),
            (1, None),
            (max, late),
            (2, None),
        ] {
            assert_eq!(kind(inbox.take(motion(seq).as_bytes(), now)), expected, "{seq}");
        }
        let relative = br#"{"t":"relative","dx":1,"dy":1,"seq":2}"#;
        assert_eq!(kind(inbox.take(relative, now)), late, "both kinds share one counter");
    }

    #[test]
    fn a_view_role_may_only_ping() {
        let now = Instant::now();
        let mut inbox = Inbox::new(Role::View, now);
        assert_eq!(inbox.take(br#"{"t":"ping","id":3}"#, now), Ok(FromPage::Ping { id: 3 }));
        let forbidden = Some(Refused::Rejected(Rejected::Forbidden));
        assert_eq!(kind(inbox.take(br#"{"t":"key","code":"KeyA","pressed":true}"#, now)), forbidden);
        assert_eq!(kind(inbox.take(motion(1).as_bytes(), now)), forbidden);
        assert_eq!(kind(inbox.take(br#"{"t":"clipboard","text":"x"}"#, now)), forbidden);
    }

    #[test]
    fn rubbish_is_named_and_the_next_message_is_taken() {
        let now = Instant::now();
        let mut inbox = Inbox::new(Role::Admin, now);
        let malformed = Some(Refused::Rejected(Rejected::Malformed));
        for rubbish in [&b""[..], b"{", b"[]", b"\xff\xfe", br#"{"t":"reboot"}"#, br#"{"t":"ping","id":"x"}"#] {
            assert_eq!(kind(inbox.take(rubbish, now)), malformed);
        }
        let long = format!(r#"{{"t":"text","text":"{}"}}"#, "x".repeat(crate::protocol::MAX_TEXT + 1));
        assert_eq!(kind(inbox.take(long.as_bytes(), now)), Some(Refused::Rejected(Rejected::Oversized)));
        assert!(inbox.take(br#"{"t":"blur"}"#, now).is_ok());
    }

    #[test]
    fn a_flood_is_cut_to_the_rate_and_ends_with_it() {
        let start = Instant::now();
        let mut inbox = Inbox::new(Role::Control, start);
        let ping = br#"{"t":"ping","id":0}"#;
        let taken = (0..10_000).filter(|_| inbox.take(ping, start).is_ok()).count();
        assert_eq!(taken, 4000);
        let later = start + Duration::from_millis(100);
        let taken = (0..10_000).filter(|_| inbox.take(ping, later).is_ok()).count();
        assert!((399..=401).contains(&taken), "{taken}");
    }

    #[test]
    fn silence_moves_with_every_word_even_a_wrong_one() {
        let start = Instant::now();
        let mut inbox = Inbox::new(Role::View, start);
        assert_eq!(inbox.deadline(), start + SILENCE);
        let later = start + Duration::from_secs(3);
        let _ = inbox.take(b"?", later);
        assert_eq!(inbox.deadline(), later + SILENCE);
    }
}
