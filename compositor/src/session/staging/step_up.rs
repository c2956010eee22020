//! A dangerous command where the session wants to know who confirms it.
//!
//! Whoever held the button has shown that they mean it, not who they are: the page may have been left open. So the page is
//! asked for a proof. It gets one from the server in front, where the person shows a passkey, and commits with it what was
//! held. A proof names the hash of the text and is used once ([`streamer::Streamer::check_proof`]).

use shell_bridge::stage::{Class, StageId, Who};
use streamer::auth::Caller;
use streamer::protocol::{Role, ToPage};
use streamer::{Refusal, ViewerId};

use super::Staging;
use super::asker::Asker;
use super::commit::Asked;
use crate::state::State;

/// What the prompt says meanwhile.
pub(super) const ASKED: &str = "confirm in the browser that it is you";

/// A command that was held in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    id: StageId,
    hash: String,
    /// Whose hand it was.
    viewer: ViewerId,
}

/// Whether a command was confirmed by somebody who is known.
pub(super) enum StepUp {
    /// It was, or needs not be.
    Done,
    /// A page was asked to.
    Asked,
    /// It was not.
    Refused(Refusal),
}

impl Staging {
    /// A page is gone, and what was held there with it.
    pub(crate) fn page_left(&mut self, viewer: ViewerId) {
        self.pages.remove(&viewer);
        self.held = self.held.take().filter(|held| held.viewer != viewer);
    }

    /// This page held that command down, which waits for its proof.
    pub(super) fn was_held(&self, id: &StageId, hash: &str, asker: &Asker) -> bool {
        let Asker::Page { viewer, .. } = asker else { return false };
        self.held.as_ref().is_some_and(|held| held.id == *id && held.hash == hash && held.viewer == *viewer)
    }
}

impl State {
    /// Who sits at the prompt: whose hand did something last.
    pub(super) fn at_the_prompt(&self) -> Caller {
        let last = self.remote.as_ref().and_then(|remote| remote.last());
        let who = last.and_then(|viewer| self.staging.pages.get(&viewer)).and_then(|caller| caller.who.clone());
        Caller { role: Role::Control, who }
    }

    /// The same, for what is written down.
    pub(super) fn who_is_at_the_prompt(&self) -> Who {
        Asker::Prompt.who(&self.at_the_prompt())
    }

    /// Whether a text that may run otherwise was confirmed by somebody who is known, where that is wanted.
    pub(super) fn stepped_up(&mut self, id: &StageId, asked: &Asked<'_>, asker: &Asker) -> StepUp {
        let now = self.shell.now();
        let verdict = self.staging.store.get(id, now).and_then(|staged| staged.verdict.as_ref());
        let dangerous = verdict.is_some_and(|verdict| verdict.class == Class::Danger);
        // What is not confirmed at all is refused for that.
        if !self.staging.step_up || !dangerous || !asked.confirmed {
            return StepUp::Done;
        }
        let last = self.remote.as_ref().map(|remote| (remote.streamer().clone(), remote.last()));
        let Some((streamer, last)) = last else { return refused("there is no page to ask") };
        if let Some(proof) = asked.proof {
            return match streamer.check_proof(proof, asked.hash, asked.by.who.as_deref()) {
                Ok(()) => {
                    self.staging.held = None;
                    StepUp::Done
                }
                Err(error) => refused(&format!("the proof of who confirms it was not accepted: {error}")),
            };
        }
        match (asker, last) {
            (Asker::Prompt, Some(viewer)) => {
                let (id, hash) = (id.clone(), asked.hash.to_owned());
                streamer.send(viewer, ToPage::StepUp { id: id.to_string(), hash: hash.clone() });
                self.staging.held = Some(Held { id, hash, viewer });
                StepUp::Asked
            }
            (Asker::Prompt, None) => refused("nobody at a page confirms that it is them"),
            _ => refused("this command is dangerous and takes a proof of who confirms it"),
        }
    }
}

fn refused(message: &str) -> StepUp {
    StepUp::Refused(Refusal::conflict("needs_step_up", message))
}
