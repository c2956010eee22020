//! Who asks about staged texts, and how each of them is answered.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use shell_bridge::stage::{CommitRefused, Who};
use streamer::auth::{self, Caller};
use streamer::protocol::{StagedDetail, StagedText, StagingRefused, ToPage};
use streamer::{Answer, Refusal, Reply, ViewerId};

use crate::control;
use crate::pipe;
use crate::state::State;

/// Where an answer goes.
#[derive(Debug)]
pub(crate) enum Asker {
    /// The prompt of the picture: what it shows is the answer.
    Prompt,
    /// A program, over HTTP.
    Http(Reply),
    /// A page.
    Page {
        /// Which.
        viewer: ViewerId,
        /// Its question.
        ask: u32,
    },
    /// A program of this user.
    Socket(UnixStream),
}

impl Asker {
    /// For the audit log.
    pub(super) fn who(&self, caller: &Caller) -> Who {
        let from = match self {
            Self::Prompt => "prompt".to_owned(),
            Self::Http(_) => "http".to_owned(),
            Self::Page { viewer, .. } => format!("page {viewer}"),
            Self::Socket(_) => "control socket".to_owned(),
        };
        let name = match (self, &caller.who) {
            (_, Some(who)) => who.as_ref(),
            (Self::Prompt, None) => "user",
            (_, None) => auth::name(caller.role),
        };
        Who { name: name.to_owned(), from }
    }
}

/// A refusal of the store, for programs and for people.
pub(super) fn refusal(refused: &CommitRefused) -> Refusal {
    match refused {
        // It will never run, whenever it is asked for.
        CommitRefused::Refused(_) => Refusal::invalid(refused.code(), refused.to_string()),
        other => Refusal::conflict(other.code(), other.to_string()),
    }
}

impl State {
    /// Answers: what was staged, nothing where it was done, or why it was not.
    pub(super) fn answer_asker(&mut self, asker: Asker, answer: Result<Option<StagedText>, Refusal>) {
        match asker {
            Asker::Prompt => {}
            Asker::Http(reply) => reply.send(answer.and_then(|staged| match staged {
                None => Ok(Answer::Done),
                Some(staged) => {
                    Answer::json(&staged).map_err(|error| Refusal::conflict("unwritable", error.to_string()))
                }
            })),
            Asker::Page { viewer, ask } => {
                let (staged, refused) = match answer {
                    Ok(staged) => (staged, None),
                    Err(Refusal { reason, message, .. }) => (None, Some(StagingRefused { reason, message })),
                };
                if let Some(remote) = &self.remote {
                    remote.streamer().send(viewer, ToPage::Staging { ask, staged, refused });
                }
            }
            Asker::Socket(stream) => {
                let answer = match answer {
                    Ok(None) => control::Answer::Done,
                    Ok(Some(staged)) => {
                        control::Answer::Staged { staged: serde_json::to_value(staged).unwrap_or_default() }
                    }
                    Err(refusal) => {
                        control::Answer::Error { reason: format!("{} ({})", refusal.message, refusal.reason) }
                    }
                };
                let bytes = serde_json::to_vec(&answer).unwrap_or_default();
                if let Err(error) = pipe::write(&self.handle, stream.into(), Arc::from(bytes)) {
                    tracing::warn!(%error, "a control request was not answered");
                }
            }
        }
    }
}

/// A line of the dialog, for pages.
pub(super) fn told(detail: &lcars_ui::shells::Detail) -> StagedDetail {
    StagedDetail { label: detail.label.clone(), text: detail.text.clone() }
}
