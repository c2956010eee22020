//! What programs ask of the session over HTTP, and what they are told of it.
//!
//! This crate does not know what a session is made of: operations, state and snapshots pass through as JSON, bounded on
//! their way in. A question goes to the compositor as [`crate::Event::Api`] with a [`Reply`]; what changes comes back
//! through [`Feed`], where of the state only the newest counts.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, oneshot, watch},
    time::timeout,
};

use crate::{
    auth::Caller,
    hub::{Event, Listener},
    protocol::ClipboardForm,
};

/// JSON text, cheap to hand on.
#[derive(Debug, Clone)]
pub struct Json(Arc<RawValue>);

impl Json {
    /// The text of a value.
    ///
    /// # Errors
    /// As `serde_json` has them: a map with keys that are not strings.
    pub fn new(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self(to_raw_value(value)?.into()))
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        self.0.get()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

/// Questions that may wait for the compositor at once.
const QUESTIONS: usize = 32;
/// How long the compositor may take over one.
pub const ANSWER_TIME: Duration = Duration::from_secs(5);
/// How long a program may take to give what it copied.
pub const CLIPBOARD_TIME: Duration = Duration::from_secs(30);
/// Reports that a reader may be behind before it loses some.
const REPORTS: usize = 64;
/// Streams of events at once; each keeps a connection.
const STREAMS: usize = 64;

/// What is asked of the session.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiRequest {
    /// What it looks like; the same as what is given to [`crate::Streamer::publish`].
    State,
    /// One operation, an object, or several of them in an array, to be done in order up to the first that is refused.
    Command(Value),
    /// All that it takes to come back to where it is.
    Snapshot,
    /// Come back to this.
    PutSnapshot(Value),
    /// A command on its way to a shell.
    Staging {
        /// Who asks.
        by: Caller,
        /// What of it.
        request: StagingRequest,
    },
    /// What programs copied, or what a page's user copied, where it is too much for a message.
    Clipboard(ClipboardRequest),
}

/// Something copied on its way between a page and a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClipboardRequest {
    /// What [`crate::protocol::ToPage::Clipboard`] told of; answered with [`Answer::Bytes`].
    Fetch {
        /// As it was named.
        offer: u32,
        /// What it is wanted as.
        form: ClipboardForm,
    },
    /// Answers [`crate::protocol::ToPage::ClipboardWanted`]. Nothing in it: the page has it no longer.
    Bring {
        /// As it was named.
        ask: u32,
        /// As it came.
        bytes: Bytes,
    },
}

/// A command on its way to a shell: it is staged, looked at, and only then committed. What the parts mean, only the
/// session knows; here they are bounded by the size of what carries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StagingRequest {
    /// Puts a text into the prompt; answered with what is to be said about it.
    Stage(StageText),
    /// Lets a staged text run.
    Commit(CommitStaged),
    /// Takes a staged text away.
    Discard(DiscardStaged),
}

/// See [`StagingRequest::Stage`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageText {
    /// One line.
    pub text: String,
    /// In whose terminal it is to run; that of the focused pane where none is named.
    #[serde(default)]
    pub sector: Option<u64>,
}

/// See [`StagingRequest::Commit`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitStaged {
    /// Of the staged text.
    pub id: String,
    /// SHA-256 of the text that was looked at, in hexadecimal digits.
    pub hash: String,
    /// Somebody confirmed it, where it is dangerous; takes the role admin.
    #[serde(default)]
    pub confirm: bool,
    /// What the server in front gave whoever confirmed it to it in person, where that is asked for.
    #[serde(default)]
    pub proof: Option<String>,
}

/// See [`StagingRequest::Discard`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardStaged {
    /// Of the staged text.
    pub id: String,
}

/// What the session says.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It was done.
    Done,
    /// This, of whatever form.
    Json(Json),
    /// What was copied.
    Bytes(Bytes),
}

impl Answer {
    /// An answer in JSON.
    ///
    /// # Errors
    /// As `serde_json` has them: a map with keys that are not strings.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        Json::new(value).map(Self::Json)
    }
}

/// Whether a refused request could ever have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It means nothing: no such operation, a wrong field, a snapshot that makes no sense. HTTP 422.
    Invalid,
    /// It is understood, but cannot be done as things are. HTTP 409.
    Conflict,
}

/// Why the session did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What sort.
    pub kind: RefusalKind,
    /// For programs, such as `at_the_top`.
    pub reason: String,
    /// For people.
    pub message: String,
    /// Which of several operations, counted from 0; those before it were done.
    pub at: Option<usize>,
}

impl Refusal {
    /// It means nothing.
    pub fn invalid(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Invalid, reason: reason.into(), message: message.into(), at: None }
    }

    /// It cannot be done now.
    pub fn conflict(reason: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Conflict, ..Self::invalid(reason, message) }
    }

    /// The same, of one operation of several.
    #[must_use]
    pub fn at(self, place: usize) -> Self {
        Self { at: Some(place), ..self }
    }
}

/// Takes one answer, from any thread and without waiting. Dropped without one, the asker hears that there is none.
pub struct Reply {
    asker: oneshot::Sender<Result<Answer, Refusal>>,
    /// A state that is told to one is told to all: none of them sees it go backwards.
    newest: Option<watch::Sender<Option<Json>>>,
    /// The place of the question, until it is answered.
    _place: OwnedSemaphorePermit,
}

impl Reply {
    /// Answers. An asker that is gone is no error.
    pub fn send(self, answer: Result<Answer, Refusal>) {
        if let (Some(newest), Ok(Answer::Json(state))) = (&self.newest, &answer) {
            replace(newest, state.clone());
        }
        let _ = self.asker.send(answer);
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}

fn replace(newest: &watch::Sender<Option<Json>>, state: Json) {
    newest.send_if_modified(|old| {
        let news = old.as_ref() != Some(&state);
        if news {
            *old = Some(state);
        }
        news
    });
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Too many questions wait.
    #[error("too many requests wait for an answer")]
    Busy,
    /// Nobody is there to answer.
    #[error("the session does not answer")]
    Gone,
    /// The compositor takes too long.
    #[error("the session did not answer in time")]
    Late,
    /// The session has said no.
    #[error("{}", .0.message)]
    Refused(Refusal),
}

/// Where those who ask and those who listen meet the compositor.
pub struct Feed {
    on: Listener,
    newest: watch::Sender<Option<Json>>,
    reports: broadcast::Sender<Json>,
    schema: Mutex<Option<Json>>,
    questions: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

/// One who listens.
pub struct Listening {
    /// The newest state.
    pub state: watch::Receiver<Option<Json>>,
    /// All else that happens, in order.
    pub reports: broadcast::Receiver<Json>,
    _place: OwnedSemaphorePermit,
}

impl Feed {
    /// `on`: the compositor.
    pub fn new(on: Listener) -> Self {
        Self {
            on,
            newest: watch::Sender::new(None),
            reports: broadcast::Sender::new(REPORTS),
            schema: Mutex::default(),
            questions: Arc::new(Semaphore::new(QUESTIONS)),
            streams: Arc::new(Semaphore::new(STREAMS)),
        }
    }

    /// Tells all who listen that the state is this now.
    pub fn publish(&self, state: Json) {
        replace(&self.newest, state);
    }

    /// Tells all who listen that this has happened.
    pub fn report(&self, event: Json) {
        // Nobody listens: nothing is lost.
        let _ = self.reports.send(event);
    }

    /// Somebody listens.
    pub fn listened(&self) -> bool {
        self.reports.receiver_count() > 0
    }

    /// Listens from now on; `None` if too many do.
    pub fn listen(&self) -> Option<Listening> {
        let place = Arc::clone(&self.streams).try_acquire_owned().ok()?;
        Some(Listening { state: self.newest.subscribe(), reports: self.reports.subscribe(), _place: place })
    }

    /// What operations and state look like.
    pub fn schema(&self) -> Option<Json> {
        self.schema.lock().clone()
    }

    /// See [`Feed::schema`].
    pub fn set_schema(&self, schema: Json) {
        *self.schema.lock() = Some(schema);
    }

    /// Asks the compositor.
    ///
    /// # Errors
    /// See [`AskError`].
    pub async fn ask(&self, request: ApiRequest) -> Result<Answer, AskError> {
        let place = Arc::clone(&self.questions).try_acquire_owned().map_err(|_| AskError::Busy)?;
        let (asker, answer) = oneshot::channel();
        let newest = matches!(request, ApiRequest::State).then(|| self.newest.clone());
        let time = if matches!(request, ApiRequest::Clipboard(_)) { CLIPBOARD_TIME } else { ANSWER_TIME };
        (self.on)(Event::Api { request, reply: Reply { asker, newest, _place: place } });
        match timeout(time, answer).await {
            Ok(Ok(answer)) => answer.map_err(AskError::Refused),
            Ok(Err(_)) => Err(AskError::Gone),
            Err(_) => Err(AskError::Late),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    fn feed() -> (Arc<Feed>, mpsc::UnboundedReceiver<Event>) {
        let (tell, events) = mpsc::unbounded_channel();
        (Arc::new(Feed::new(Arc::new(move |event| drop(tell.send(event))))), events)
    }

    fn number(n: u32) -> Json {
        Json::new(&n).unwrap()
    }

    async fn reply(events: &mut mpsc::UnboundedReceiver<Event>) -> Reply {
        let Some(Event::Api { reply, .. }) = events.recv().await else { panic!("a question") };
        reply
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_not_answered_hears_why() {
        let (feed, mut events) = feed();
        let (gone, ()) = tokio::join!(feed.ask(ApiRequest::Snapshot), async { drop(reply(&mut events).await) });
        assert_eq!(gone.unwrap_err(), AskError::Gone);
        let (late, kept) = tokio::join!(feed.ask(ApiRequest::Snapshot), reply(&mut events));
        assert_eq!(late.unwrap_err(), AskError::Late);
        // Nobody waits for it any more.
        kept.send(Ok(Answer::Done));
    }

    #[tokio::test(start_paused = true)]
    async fn questions_that_wait_are_bounded_also_those_whose_askers_gave_up() {
        let (feed, mut events) = feed();
        let ask = |_| {
            tokio::spawn({
                let feed = Arc::clone(&feed);
                async move { feed.ask(ApiRequest::State).await.map(|_| ()) }
            })
        };
        for asked in (0..QUESTIONS).map(ask).collect::<Vec<_>>() {
            assert_eq!(asked.await.unwrap(), Err(AskError::Late));
        }
        assert_eq!(ask(0).await.unwrap(), Err(AskError::Busy));
        drop(reply(&mut events).await);
        assert_eq!(ask(0).await.unwrap(), Err(AskError::Late), "there was a place again");
    }

    #[test]
    fn a_listener_gets_the_newest_state_and_the_same_again_is_no_news() {
        let (feed, _events) = feed();
        assert!(!feed.listened());
        let mut listening = feed.listen().unwrap();
        assert!(feed.listened());
        for n in 0..1000 {
            feed.publish(number(n));
        }
        assert_eq!(listening.state.borrow_and_update().as_ref().unwrap().text(), "999");
        feed.publish(number(999));
        assert!(!listening.state.has_changed().unwrap());
        drop(listening);
        assert!(!feed.listened());
    }

    #[tokio::test]
    async fn a_state_that_was_asked_for_is_published_in_its_place_in_the_order() {
        let (feed, mut events) = feed();
        let listening = feed.listen().unwrap();
        let (answer, ()) = tokio::join!(feed.ask(ApiRequest::State), async {
            let reply = reply(&mut events).await;
            feed.publish(number(1));
            reply.send(Ok(Answer::Json(number(2))));
        });
        assert!(answer.is_ok());
        assert_eq!(listening.state.borrow().as_ref().unwrap().text(), "2");
    }

    #[test]
    fn streams_are_bounded() {
        let (feed, _events) = feed();
        let all: Vec<_> = (0..STREAMS).map(|_| feed.listen().unwrap()).collect();
        assert!(feed.listen().is_none());
        drop(all);
        assert!(feed.listen().is_some());
    }
}
