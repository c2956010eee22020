//! What is brought to the user's notice: a few alerts on the screen, a longer log behind them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::hierarchy::SectorId;
use crate::label;

/// At most so many are on the screen.
pub const MOST_SHOWN: usize = 4;
/// At most so many are kept in the log; the oldest go.
pub const MOST_KEPT: usize = 200;
/// So much may be done about one; the rest is left out.
pub const MOST_CHOICES: usize = 4;
/// A notice leaves the screen after this long.
pub const NOTICE: Duration = Duration::from_secs(6);
/// What wants care, or an answer, leaves the screen after this long; what is dangerous stays until it is dismissed.
pub const CAUTION: Duration = Duration::from_secs(20);
/// How often an alert blinks before it stays lit.
pub const BLINKS: u32 = 3;
/// Repeats are counted up to this.
const MOST_COUNTED: u32 = 999;

/// How serious it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertLevel {
    /// Something to know.
    Info,
    /// Something that wants care.
    Caution,
    /// Something went wrong, or is about to.
    Danger,
}

impl AlertLevel {
    /// As it is written beside the colour, which alone says nothing to some.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "NOTICE",
            Self::Caution => "CAUTION",
            Self::Danger => "ALERT",
        }
    }
}

/// One thing that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Alert {
    /// Names it; never given out twice.
    pub id: u64,
    /// How serious it is.
    pub level: AlertLevel,
    /// Clean and bounded.
    pub text: String,
    /// Where it happened.
    pub sector: Option<SectorId>,
    /// What may be done about it, in words for its buttons.
    pub choices: Vec<String>,
    /// How often it was said.
    pub count: u32,
    /// When it was last said.
    pub at: Duration,
    /// Whether it is on the screen.
    pub shown: bool,
}

impl Alert {
    /// When it leaves the screen by itself.
    pub fn leaves(&self) -> Option<Duration> {
        match self.level {
            AlertLevel::Info if self.choices.is_empty() => Some(self.at.saturating_add(NOTICE)),
            AlertLevel::Info | AlertLevel::Caution => Some(self.at.saturating_add(CAUTION)),
            AlertLevel::Danger => None,
        }
    }
}

/// All alerts, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// Shared, so that a copy of the interface costs nothing.
    all: Arc<VecDeque<Alert>>,
    last: u64,
    /// How long one blink takes, half of it lit; 0 for none.
    pub blink: Duration,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { all: Arc::default(), last: 0, blink: Duration::from_millis(1000) }
    }
}

impl Alerts {
    /// Tells the user something. What is on the screen already is counted instead of shown twice. A text of which nothing
    /// can be seen is nothing. Returns its name.
    pub fn add(&mut self, level: AlertLevel, text: &str, sector: Option<SectorId>, now: Duration) -> Option<u64> {
        let text = label::clean_told(text);
        if text.is_empty() {
            return None;
        }
        let same = |alert: &Alert| alert.level == level && alert.text == text && alert.sector == sector;
        let all = Arc::make_mut(&mut self.all);
        let repeated = all.iter().position(|alert| alert.shown && same(alert)).and_then(|at| all.remove(at));
        let alert = match repeated {
            Some(alert) => Alert { count: (alert.count + 1).min(MOST_COUNTED), at: now, ..alert },
            None => {
                self.last += 1;
                let choices = Vec::new();
                Alert { id: self.last, level, text, sector, choices, count: 1, at: now, shown: true }
            }
        };
        let id = alert.id;
        all.push_back(alert);
        while all.len() > MOST_KEPT {
            all.pop_front();
        }
        self.make_room();
        Some(id)
    }

    /// Says what may be done about one. What cannot be read on a button is nothing, and keeps its place.
    pub fn offer(&mut self, id: u64, choices: &[String]) {
        let clean = choices.iter().take(MOST_CHOICES).map(|choice| label::clean(choice)).collect();
        if let Some(alert) = Arc::make_mut(&mut self.all).iter_mut().find(|alert| alert.id == id) {
            alert.choices = clean;
        }
    }

    /// Takes from the screen what is too much for it: the least serious one, the oldest of those.
    fn make_room(&mut self) {
        while self.shown().count() > MOST_SHOWN {
            let least = self.shown().map(|alert| alert.level).min();
            let shown = |alert: &&mut Alert| alert.shown && Some(alert.level) == least;
            Arc::make_mut(&mut self.all).iter_mut().find(shown).into_iter().for_each(|alert| alert.shown = false);
        }
    }

    /// What is on the screen, newest first.
    pub fn shown(&self) -> impl Iterator<Item = &Alert> {
        self.all.iter().rev().filter(|alert| alert.shown)
    }

    /// Everything that was said, newest first.
    pub fn log(&self) -> impl Iterator<Item = &Alert> {
        self.all.iter().rev()
    }

    /// One of them, for as long as the log keeps it.
    pub fn get(&self, id: u64) -> Option<&Alert> {
        self.all.iter().find(|alert| alert.id == id)
    }

    /// Takes one from the screen; the log keeps it.
    pub fn dismiss(&mut self, id: u64) {
        if self.shown().any(|alert| alert.id == id) {
            let all = Arc::make_mut(&mut self.all).iter_mut();
            all.filter(|alert| alert.id == id).for_each(|alert| alert.shown = false);
        }
    }

    /// Takes all of them from the screen; the log keeps them.
    pub fn dismiss_all(&mut self) {
        if self.shown().next().is_some() {
            Arc::make_mut(&mut self.all).iter_mut().for_each(|alert| alert.shown = false);
        }
    }

    /// Whether it is lit at that moment: it blinks three times and stays lit.
    pub fn lit(&self, alert: &Alert, now: Duration) -> bool {
        let passed = now.saturating_sub(alert.at);
        if self.blink.is_zero() || passed >= self.blink * BLINKS {
            return true;
        }
        let half = (self.blink / 2).as_nanos().max(1);
        (passed.as_nanos() / half).is_multiple_of(2)
    }

    /// Lets go what has had its time. Returns when something changes next.
    pub fn tick(&mut self, now: Duration) -> Option<Duration> {
        let has_left = |alert: &Alert| alert.leaves().is_some_and(|leaves| now >= leaves);
        if self.shown().any(has_left) {
            let all = Arc::make_mut(&mut self.all).iter_mut();
            all.filter(|alert| alert.shown && has_left(alert)).for_each(|alert| alert.shown = false);
        }
        self.shown().filter_map(|alert| self.next_change(alert, now)).min()
    }

    fn next_change(&self, alert: &Alert, now: Duration) -> Option<Duration> {
        let half = self.blink / 2;
        let passed = now.saturating_sub(alert.at);
        if half.is_zero() || passed >= self.blink * BLINKS {
            return alert.leaves();
        }
        let halves = u32::try_from(passed.as_nanos() / half.as_nanos()).unwrap_or(0);
        Some(alert.at + half * (halves + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn texts(alerts: &Alerts) -> Vec<&str> {
        alerts.shown().map(|alert| alert.text.as_str()).collect()
    }

    #[test]
    fn what_is_repeated_is_counted_and_comes_to_the_top() {
        let mut alerts = Alerts::default();
        for text in ["disk full", "other", "disk full", "disk full"] {
            alerts.add(AlertLevel::Danger, text, None, seconds(1.0));
        }
        assert_eq!(texts(&alerts), ["disk full", "other"]);
        assert_eq!(alerts.shown().next().unwrap().count, 3);
        alerts.add(AlertLevel::Danger, "disk full", Some(SectorId::from_raw(1)), seconds(1.0));
        assert_eq!(alerts.shown().count(), 3, "another sector's is another");
    }

    #[test]
    fn the_least_serious_makes_room_and_stays_in_the_log() {
        let mut alerts = Alerts::default();
        alerts.add(AlertLevel::Info, "notice", None, seconds(0.0));
        for number in 0..4 {
            alerts.add(AlertLevel::Danger, &format!("danger {number}"), None, seconds(0.0));
        }
        assert_eq!(texts(&alerts), ["danger 3", "danger 2", "danger 1", "danger 0"]);
        assert_eq!(alerts.log().count(), 5);
        alerts.add(AlertLevel::Info, "too late", None, seconds(0.0));
        assert!(!texts(&alerts).contains(&"too late"), "what is dangerous is not pushed away by a notice");
    }

    #[test]
    fn notices_leave_and_danger_stays_until_it_is_dismissed() {
        let mut alerts = Alerts::default();
        alerts.add(AlertLevel::Info, "notice", None, seconds(0.0));
        alerts.add(AlertLevel::Danger, "danger", None, seconds(0.0));
        alerts.tick(seconds(5.9));
        assert_eq!(alerts.shown().count(), 2);
        assert_eq!(alerts.tick(seconds(6.0)), None);
        assert_eq!(texts(&alerts), ["danger"]);
        let id = alerts.shown().next().unwrap().id;
        alerts.dismiss(id);
        assert_eq!(alerts.shown().count(), 0);
        assert_eq!(alerts.log().count(), 2);
    }

    #[test]
    fn one_that_wants_an_answer_waits_longer_and_offers_a_few_things() {
        let mut alerts = Alerts::default();
        let id = alerts.add(AlertLevel::Info, "mail", None, seconds(0.0)).unwrap();
        let offered = ["Reply", "Mark\nas read", "Later", "Open", "Never"].map(String::from);
        alerts.offer(id, &offered);
        assert_eq!(alerts.get(id).unwrap().choices, ["Reply", "Mark as read", "Later", "Open"]);
        alerts.tick(seconds(19.9));
        assert_eq!(alerts.shown().count(), 1);
        alerts.tick(seconds(20.0));
        assert_eq!(alerts.shown().count(), 0);
    }

    #[test]
    fn an_alert_blinks_three_times_and_stays_lit() {
        let mut alerts = Alerts::default();
        alerts.add(AlertLevel::Danger, "danger", None, seconds(10.0));
        let alert = alerts.shown().next().unwrap().clone();
        let lit: Vec<bool> = (0..8).map(|half| alerts.lit(&alert, seconds(10.1 + 0.5 * f64::from(half)))).collect();
        assert_eq!(lit, [true, false, true, false, true, false, true, true]);
        assert_eq!(alerts.tick(seconds(10.1)), Some(seconds(10.5)));
        assert_eq!(alerts.tick(seconds(12.5)), Some(seconds(13.0)));
        assert_eq!(alerts.tick(seconds(13.0)), None);
        alerts.blink = Duration::ZERO;
        assert!(alerts.lit(&alert, seconds(10.6)), "nothing blinks with reduced motion");
        assert_eq!(alerts.tick(seconds(10.1)), None);
    }

    #[test]
    fn texts_are_clean_and_the_log_is_bounded() {
        let mut alerts = Alerts::default();
        alerts.add(AlertLevel::Info, "\u{202e}\n", None, seconds(0.0));
        assert_eq!(alerts.log().count(), 0);
        for number in 0..1000 {
            alerts.add(AlertLevel::Info, &format!("{number} {}", "x".repeat(10_000)), None, seconds(0.0));
        }
        assert_eq!(alerts.log().count(), MOST_KEPT);
        assert!(alerts.log().all(|alert| alert.text.chars().count() <= 320));
        assert!(alerts.log().next().unwrap().text.starts_with("999 "));
    }
}
