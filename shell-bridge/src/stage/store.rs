//! The texts that are staged, and the one way from there to a text that runs.
//!
//! What it keeps, whatever it is asked in whatever order (a property test asks it at random):
//! - a text runs only if it passed [`check_text`], has a verdict, and that verdict is not "refused";
//! - who commits names the text that was looked at, by its hash;
//! - a dangerous text runs only if it was confirmed;
//! - a verdict stays what it is, an id stays that of one text, and it runs once.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Class, TextRefused, Verdict, check_text, hash, hexadecimal};

/// How long a text can be committed after it was staged.
pub const EXPIRES_AFTER: Duration = Duration::from_secs(600);
/// So many texts are staged at a time; one more, and the oldest goes.
pub const MOST_STAGED: usize = 32;
/// Of so many that are gone it is known why.
const MOST_GONE: usize = 256;

/// The name of a staged text: 128 random bits, as 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageId(String);

impl StageId {
    fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hexadecimal(&bytes)))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for StageId {
    /// A name as somebody gave it; it need not be one of a text.
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who asks, for the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// A role or a person: `control`, `user`.
    pub name: String,
    /// Where it came from: `page 3`, `http 127.0.0.1`, `prompt`, `socket`.
    pub from: String,
}

/// One staged text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Its name.
    pub id: StageId,
    /// What would run.
    pub text: String,
    /// Of the text, see [`hash`].
    pub hash: String,
    /// Who staged it.
    pub who: Who,
    /// `None` for as long as it is looked at.
    pub verdict: Option<Verdict>,
    /// From then on it cannot be committed.
    pub expires: Duration,
}

/// A text that is to run now. Only [`Store::commit`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "it is gone from the store"]
pub struct Committed {
    staged: Staged,
    verdict: Verdict,
}

impl Committed {
    /// What is to run.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.staged.text
    }

    /// As it was staged.
    #[must_use]
    pub fn staged(&self) -> &Staged {
        &self.staged
    }

    /// What was said about it; never refused.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// Why a text was not staged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StageRefused {
    /// It does not show what it runs.
    #[error(transparent)]
    Text(#[from] TextRefused),
    /// The system gives no random numbers, and a name that can be guessed is none.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

/// Why a text was not committed, fit for the screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitRefused {
    /// No text of that id, now or lately.
    #[error("there is no staged command of this id")]
    Unknown,
    /// It was staged too long ago, or too many were staged after it.
    #[error("this command was staged too long ago; stage it again")]
    Expired,
    /// Somebody cleared it.
    #[error("this command was cleared")]
    Discarded,
    /// It ran.
    #[error("this command was committed before")]
    Committed,
    /// The hash is that of another text.
    #[error("this is not the text that was shown; look at it again")]
    OtherText,
    /// There is no verdict yet.
    #[error("this command is still being looked at")]
    Unsettled,
    /// It is dangerous.
    #[error("this command is dangerous and has to be confirmed")]
    NeedsConfirmation,
    /// By the policy.
    #[error("this command is refused: {0}")]
    Refused(String),
}

impl CommitRefused {
    /// One word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_id",
            Self::Expired => "expired",
            Self::Discarded => "discarded",
            Self::Committed => "already_committed",
            Self::OtherText => "other_text",
            Self::Unsettled => "not_settled",
            Self::NeedsConfirmation => "needs_confirmation",
            Self::Refused(_) => "refused",
        }
    }
}

/// Why a text is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    Expired,
    Discarded,
    Committed,
}

/// All staged texts. Times are since any moment that stays the same.
#[derive(Debug, Default)]
pub struct Store {
    /// In the order they were staged, so in the order they expire.
    staged: VecDeque<Staged>,
    /// Those that went lately, the longest gone first.
    gone: VecDeque<(StageId, Gone)>,
}

impl Store {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a text. It has no verdict yet: [`Self::settle`].
    ///
    /// # Errors
    /// If it cannot be staged.
    pub fn stage(&mut self, text: &[u8], who: Who, now: Duration) -> Result<Staged, StageRefused> {
        let text = check_text(text)?.to_owned();
        let id = StageId::random().map_err(StageRefused::Random)?;
        self.expire(now);
        while self.staged.len() >= MOST_STAGED {
            let oldest = self.staged.pop_front();
            self.remember(oldest, Gone::Expired);
        }
        let hash = hash(&text);
        let staged = Staged { id, text, hash, who, verdict: None, expires: now + EXPIRES_AFTER };
        self.staged.push_back(staged.clone());
        Ok(staged)
    }

    /// Keeps what is to be said about a text. The first word counts. Whether it was kept: the text can be gone.
    pub fn settle(&mut self, id: &StageId, verdict: Verdict, now: Duration) -> bool {
        self.expire(now);
        let unsettled = self.staged.iter_mut().find(|staged| staged.id == *id && staged.verdict.is_none());
        unsettled.map(|staged| staged.verdict = Some(verdict)).is_some()
    }

    /// The text of that id.
    pub fn get(&mut self, id: &StageId, now: Duration) -> Option<&Staged> {
        self.expire(now);
        self.staged.iter().find(|staged| staged.id == *id)
    }

    /// Gives out a text that is to run now, and forgets it.
    ///
    /// # Errors
    /// If it may not run; it is still staged then, unless it was gone before.
    pub fn commit(
        &mut self,
        id: &StageId,
        hash: &str,
        confirmed: bool,
        now: Duration,
    ) -> Result<Committed, CommitRefused> {
        self.expire(now);
        let Some(place) = self.staged.iter().position(|staged| staged.id == *id) else {
            return Err(self.why_gone(id));
        };
        let staged = &self.staged[place];
        if staged.hash != hash {
            return Err(CommitRefused::OtherText);
        }
        let verdict = staged.verdict.clone().ok_or(CommitRefused::Unsettled)?;
        match verdict.class {
            Class::Refused => {
                let why = verdict.reasons.first().map_or_else(String::new, |reason| reason.text.clone());
                return Err(CommitRefused::Refused(why));
            }
            Class::Danger if !confirmed => return Err(CommitRefused::NeedsConfirmation),
            Class::Safe | Class::Caution | Class::Danger => {}
        }
        let staged = self.staged.remove(place).ok_or(CommitRefused::Unknown)?;
        self.remember(Some(staged.clone()), Gone::Committed);
        Ok(Committed { staged, verdict })
    }

    /// Forgets a text.
    ///
    /// # Errors
    /// If it was gone before.
    pub fn discard(&mut self, id: &StageId, now: Duration) -> Result<Staged, CommitRefused> {
        self.expire(now);
        let place = self.staged.iter().position(|staged| staged.id == *id);
        let staged = place.and_then(|place| self.staged.remove(place)).ok_or_else(|| self.why_gone(id))?;
        self.remember(Some(staged.clone()), Gone::Discarded);
        Ok(staged)
    }

    /// What is staged, in the order it came.
    pub fn staged(&mut self, now: Duration) -> impl Iterator<Item = &Staged> {
        self.expire(now);
        self.staged.iter()
    }

    fn expire(&mut self, now: Duration) {
        while self.staged.front().is_some_and(|staged| staged.expires <= now) {
            let oldest = self.staged.pop_front();
            self.remember(oldest, Gone::Expired);
        }
    }

    fn remember(&mut self, staged: Option<Staged>, why: Gone) {
        let Some(staged) = staged else { return };
        if self.gone.len() >= MOST_GONE {
            self.gone.pop_front();
        }
        self.gone.push_back((staged.id, why));
    }

    fn why_gone(&self, id: &StageId) -> CommitRefused {
        match self.gone.iter().find(|(gone, _)| gone == id).map(|(_, why)| why) {
            None => CommitRefused::Unknown,
            Some(Gone::Expired) => CommitRefused::Expired,
            Some(Gone::Discarded) => CommitRefused::Discarded,
            Some(Gone::Committed) => CommitRefused::Committed,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;
    use crate::stage::Reason;

    fn who() -> Who {
        Who { name: "control".into(), from: "test".into() }
    }

    fn verdict(class: Class) -> Verdict {
        Verdict::new(vec![Reason::built_in("rule", class, "because")])
    }

    const START: Duration = Duration::from_secs(1000);

    fn staged(store: &mut Store, text: &str, class: Class) -> Staged {
        let staged = store.stage(text.as_bytes(), who(), START).unwrap();
        assert!(store.settle(&staged.id, verdict(class), START));
        staged
    }

    #[test]
    fn a_safe_text_is_committed_once() {
        let mut store = Store::new();
        let staged = staged(&mut store, "ls", Class::Safe);
        assert_eq!(staged.hash, hash("ls"));
        let committed = store.commit(&staged.id, &staged.hash, false, START).unwrap();
        assert_eq!(committed.text(), "ls");
        assert_eq!(store.commit(&staged.id, &staged.hash, true, START), Err(CommitRefused::Committed));
        assert!(!store.settle(&staged.id, verdict(Class::Safe), START));
    }

    #[test]
    fn the_hash_is_sha_256_of_the_text() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn nothing_runs_before_it_was_looked_at() {
        let mut store = Store::new();
        let staged = store.stage(b"ls", who(), START).unwrap();
        assert_eq!(store.commit(&staged.id, &staged.hash, true, START), Err(CommitRefused::Unsettled));
        assert_eq!(store.commit(&staged.id, &hash("ls -l"), true, START), Err(CommitRefused::OtherText));
    }

    #[test]
    fn danger_wants_to_be_confirmed_and_refused_never_runs() {
        let mut store = Store::new();
        let danger = staged(&mut store, "rm -rf x", Class::Danger);
        assert_eq!(store.commit(&danger.id, &danger.hash, false, START), Err(CommitRefused::NeedsConfirmation));
        assert!(store.commit(&danger.id, &danger.hash, true, START).is_ok());
        let refused = staged(&mut store, "rm -rf /", Class::Refused);
        let told = store.commit(&refused.id, &refused.hash, true, START).unwrap_err();
        assert_eq!(told.to_string(), "this command is refused: because");
        assert!(!store.settle(&refused.id, verdict(Class::Safe), START), "the first word counts");
    }

    #[test]
    fn a_text_expires_and_too_many_push_out_the_oldest() {
        let mut store = Store::new();
        let old = staged(&mut store, "ls", Class::Safe);
        let late = START + EXPIRES_AFTER;
        assert!(store.get(&old.id, late - Duration::from_millis(1)).is_some());
        assert_eq!(store.commit(&old.id, &old.hash, false, late), Err(CommitRefused::Expired));

        let first = staged(&mut store, "first", Class::Safe);
        (0..MOST_STAGED).for_each(|_| drop(store.stage(b"more", who(), START).unwrap()));
        assert_eq!(store.staged(START).count(), MOST_STAGED);
        assert_eq!(store.commit(&first.id, &first.hash, false, START), Err(CommitRefused::Expired));
    }

    #[test]
    fn a_discarded_text_is_gone_and_unknown_ids_stay_unknown() {
        let mut store = Store::new();
        let text = staged(&mut store, "ls", Class::Safe);
        assert!(store.discard(&text.id, START).is_ok());
        assert_eq!(store.discard(&text.id, START), Err(CommitRefused::Discarded));
        assert_eq!(store.commit(&text.id, &text.hash, true, START), Err(CommitRefused::Discarded));
        assert_eq!(store.commit(&StageId::from("1"), &text.hash, true, START), Err(CommitRefused::Unknown));
    }

    #[test]
    fn what_is_known_of_those_that_are_gone_is_bounded() {
        let mut store = Store::new();
        for _ in 0..2 * MOST_GONE {
            let text = store.stage(b"ls", who(), START).unwrap();
            store.discard(&text.id, START).unwrap();
        }
        assert_eq!(store.gone.len(), MOST_GONE);
    }

    /// One request, with indices into what was staged before.
    #[derive(Debug, Clone)]
    enum Request {
        Stage(&'static [u8]),
        Settle(usize, Class),
        Commit { id: usize, hash_of: usize, confirmed: bool },
        Discard(usize),
        Wait(u64),
    }

    fn requests() -> impl Strategy<Value = Vec<Request>> {
        let class = prop::sample::select(vec![Class::Safe, Class::Caution, Class::Danger, Class::Refused]);
        let text = prop::sample::select(vec![&b"ls"[..], b"rm -rf x", b"rm -rf /", b"a\nb", b"\x1b[0m", b"\xff", b""]);
        let request = prop_oneof![
            4 => text.prop_map(Request::Stage),
            4 => (0..40usize, class).prop_map(|(id, class)| Request::Settle(id, class)),
            6 => (0..40usize, 0..40usize, any::<bool>(), any::<bool>()).prop_map(|(id, other, same, confirmed)| {
                Request::Commit { id, hash_of: if same { id } else { other }, confirmed }
            }),
            1 => (0..40usize).prop_map(Request::Discard),
            1 => (0..400u64).prop_map(Request::Wait),
        ];
        prop::collection::vec(request, 1..200)
    }

    proptest! {
        #[test]
        fn no_order_of_requests_runs_what_may_not_run(requests in requests()) {
            let mut store = Store::new();
            let mut now = START;
            let mut ids: Vec<(StageId, String, String, Duration)> = Vec::new();
            let mut first: HashMap<StageId, Class> = HashMap::new();
            let mut over: HashSet<StageId> = HashSet::new();
            for request in requests {
                match request {
                    Request::Stage(text) => match store.stage(text, who(), now) {
                        Ok(staged) => {
                            prop_assert!(check_text(text).is_ok());
                            ids.push((staged.id, staged.text, staged.hash, now));
                        }
                        Err(_) => prop_assert!(check_text(text).is_err()),
                    },
                    Request::Settle(id, class) => {
                        let Some((id, ..)) = ids.get(id) else { continue };
                        if store.settle(id, verdict(class), now) {
                            prop_assert!(first.insert(id.clone(), class).is_none(), "a verdict was replaced");
                        }
                    }
                    Request::Commit { id, hash_of, confirmed } => {
                        let (Some((id, text, hash, since)), Some((_, _, named, _))) = (ids.get(id), ids.get(hash_of)) else { continue };
                        if let Ok(committed) = store.commit(id, named, confirmed, now) {
                            prop_assert_eq!(committed.text(), text);
                            prop_assert_eq!(named, hash);
                            let class = *first.get(id).expect("nothing runs without a verdict");
                            prop_assert!(class != Class::Refused);
                            prop_assert!(class != Class::Danger || confirmed);
                            prop_assert!(now < *since + EXPIRES_AFTER);
                            prop_assert!(over.insert(id.clone()), "it ran twice, or after it was cleared");
                        }
                    }
                    Request::Discard(id) => {
                        let Some((id, ..)) = ids.get(id) else { continue };
                        if store.discard(id, now).is_ok() {
                            prop_assert!(over.insert(id.clone()));
                        }
                    }
                    Request::Wait(seconds) => now += Duration::from_secs(seconds),
                }
                prop_assert!(store.staged(now).count() <= MOST_STAGED);
            }
        }
    }
}
