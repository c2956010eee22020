//! Questions that are open: each waits for the desktop, for its program to take it back, or for that to leave the bus.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use zbus::message::Header;
use zbus::wire::{ObjectPath, OwnedVariant};
use zbus::{Connection, fdo, interface};

use crate::ask::{Answer, Ask, AskId};
use crate::options::Unfit;
use crate::{Word, service::Deliver};

/// Questions that are open at once, and of one program.
const MOST_OPEN: usize = 32;
const MOST_OF_ONE: usize = 8;
/// So many a program may ask within [`WHILE`]: who is told "no" again and again does not ask for ever.
const MOST_OFTEN: usize = 30;
const WHILE: Duration = Duration::from_secs(60);
/// Where requests have to be.
const PREFIX: &str = "/org/freedesktop/portal/desktop/";

/// What a portal answers: a number, and what belongs to it.
pub(crate) type Reply = (u32, HashMap<&'static str, OwnedVariant>);

/// The numbers of `org.freedesktop.portal.Request::Response`.
pub(crate) const DONE: u32 = 0;
const CANCELLED: u32 = 1;
pub(crate) const ENDED: u32 = 2;

/// What is answered when the question was not: the user did not want to, or it came to nothing.
pub(crate) fn unanswered(answer: &Answer) -> Reply {
    only(if matches!(answer, Answer::Cancelled) { CANCELLED } else { ENDED })
}

/// Whether something is where requests have to be.
pub(crate) fn is_request(handle: &ObjectPath<'_>) -> bool {
    handle.as_str().starts_with(PREFIX)
}

/// An answer without anything.
pub(crate) fn only(response: u32) -> Reply {
    (response, HashMap::new())
}

#[derive(Debug)]
struct Open {
    owner: String,
    program: String,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug, Default)]
struct Account {
    last: u64,
    open: HashMap<AskId, Open>,
    /// Who asked lately.
    asked: VecDeque<(Instant, String)>,
}

impl Account {
    /// A name for one more, unless that is too much.
    fn name(&mut self, owner: &str, program: &str, now: Instant) -> Result<AskId, Unfit> {
        while self.asked.front().is_some_and(|(then, _)| now.saturating_duration_since(*then) > WHILE) {
            self.asked.pop_front();
        }
        let who = format!("{owner} {program}");
        let often = self.asked.iter().filter(|(_, asked)| *asked == who).count();
        let own = self.open.values().filter(|open| open.owner == owner && open.program == program).count();
        if self.open.len() >= MOST_OPEN || own >= MOST_OF_ONE || often >= MOST_OFTEN {
            return Err(Unfit);
        }
        self.asked.push_back((now, who));
        if self.asked.len() > MOST_OPEN * MOST_OFTEN {
            self.asked.pop_front();
        }
        self.last += 1;
        Ok(AskId(self.last))
    }
}

/// All that are open.
#[derive(Clone)]
pub(crate) struct Requests {
    deliver: Deliver,
    account: Arc<Mutex<Account>>,
}

/// Takes a question back, whatever way its end comes: also when its task is dropped.
struct Ending<'a> {
    requests: &'a Requests,
    id: AskId,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if self.requests.account().open.remove(&self.id).is_some() {
            (self.requests.deliver)(Word::Unask(self.id));
        }
    }
}

impl Requests {
    pub(crate) fn new(deliver: Deliver) -> Self {
        Self { deliver, account: Arc::default() }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        // Whoever failed with it held left whole values behind.
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and waits for what comes of it. What is too much, or is no request, is answered at once.
    pub(crate) async fn ask(
        &self,
        connection: &Connection,
        header: &Header<'_>,
        handle: &ObjectPath<'_>,
        ask: Ask,
    ) -> Answer {
        let Some(owner) = header.sender().map(ToString::to_string) else { return Answer::Failed };
        if !is_request(handle) {
            return Answer::Failed;
        }
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut account = self.account();
            let Ok(id) = account.name(&owner, &ask.program, Instant::now()) else { return Answer::Failed };
            account.open.insert(id, Open { owner: owner.clone(), program: ask.program.clone(), answer: sender });
            id
        };
        let ending = Ending { requests: self, id };
        let request = Request { requests: self.clone(), id, owner };
        match connection.object_server().at(handle, request).await {
            Ok(None) => {}
            // Somebody has a request of this name already.
            Ok(Some(_)) | Err(_) => {
                // Nobody was asked anything that is to be taken back.
                self.account().open.remove(&id);
                return Answer::Failed;
            }
        }
        let answer = match (self.deliver)(Word::Ask(Ask { id, ..ask })) {
            true => answer.await.unwrap_or(Answer::Failed),
            false => Answer::Failed,
        };
        drop(ending);
        if let Err(error) = connection.object_server().remove::<Request, _>(handle).await {
            tracing::debug!(%error, "a request stays on the bus");
        }
        answer
    }

    /// The desktop has an answer.
    pub(crate) fn answer(&self, id: AskId, answer: Answer) {
        if let Some(open) = self.account().open.remove(&id) {
            // Its task may have gone.
            let _ = open.answer.send(answer);
        }
    }

    /// A program takes its question back, or has left.
    fn end(&self, is_it: impl Fn(AskId, &str) -> bool) {
        let ended: Vec<(AskId, Open)> = self.account().open.extract_if(|id, open| is_it(*id, &open.owner)).collect();
        for (id, open) in ended {
            (self.deliver)(Word::Unask(id));
            let _ = open.answer.send(Answer::Failed);
        }
    }

    /// Somebody has left the bus.
    pub(crate) fn left(&self, name: &str) {
        self.end(|_, owner| owner == name);
    }
}

/// What a program takes its question back with.
struct Request {
    requests: Requests,
    id: AskId,
    owner: String,
}

#[interface(name = "org.freedesktop.impl.portal.Request")]
impl Request {
    /// The question is not open any more. Only who asked may say so.
    fn close(&self, #[zbus(header)] header: Header<'_>) -> fdo::Result<()> {
        if header.sender().map(|sender| sender.as_str()) != Some(self.owner.as_str()) {
            return Err(fdo::Error::AccessDenied("somebody else asked".into()));
        }
        self.requests.end(|id, _| id == self.id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(account: &mut Account, owner: &str, program: &str, now: Instant) -> Result<AskId, Unfit> {
        let id = account.name(owner, program, now)?;
        let (answer, _) = oneshot::channel();
        account.open.insert(id, Open { owner: owner.into(), program: program.into(), answer });
        Ok(id)
    }

    #[test]
    fn who_asks_too_much_at_once_hears_no_and_others_may_go_on() {
        let (mut account, now) = (Account::default(), Instant::now());
        for _ in 0..MOST_OF_ONE {
            assert!(open(&mut account, ":1.1", "mail", now).is_ok());
        }
        assert_eq!(open(&mut account, ":1.1", "mail", now), Err(Unfit));
        assert!(open(&mut account, ":1.1", "editor", now).is_ok(), "the portal asks for many");
        let others = (0..1000).filter(|n| open(&mut account, &format!(":1.{n}"), "x", now).is_ok()).count();
        assert_eq!(account.open.len(), MOST_OPEN);
        assert!(others < MOST_OPEN);
    }

    #[test]
    fn who_asks_too_often_waits() {
        let (mut account, now) = (Account::default(), Instant::now());
        let mut ask = |now| account.name(":1.1", "mail", now);
        assert_eq!((0..100).filter(|_| ask(now).is_ok()).count(), MOST_OFTEN);
        assert!(ask(now + WHILE * 2).is_ok());
    }
}
