//! What a page is told of the picture's meaning: the newest list of nodes, in messages that its channel takes.
//!
//! Lists do not queue. A page that has one gets only the nodes that differ, as long as they are the same ones in the same
//! order; else the whole list, in several messages if it is long. While everything moves it gets a few a second.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{sync::Notify, time::sleep_until};

use crate::protocol::{SemanticNode, ToPage};

/// Bytes of JSON in one message. Any browser takes 64 KiB.
const MESSAGE: usize = 48 << 10;
/// Least time between two lists.
const PAUSE: Duration = Duration::from_millis(80);

/// A picture's nodes, shared by all who are told.
pub type Nodes = Arc<[SemanticNode]>;

/// The newest list that a page does not have yet.
#[derive(Debug, Default)]
pub struct Semantics {
    newest: Mutex<Option<Nodes>>,
    more: Notify,
}

impl Semantics {
    /// Takes the place of what waits; never waits itself.
    pub fn set(&self, nodes: Nodes) {
        *self.newest.lock() = Some(nodes);
        self.more.notify_one();
    }
}

/// What a page has.
#[derive(Debug, Default)]
pub struct Told {
    nodes: Nodes,
    /// On their way: parts of one list.
    parts: VecDeque<ToPage>,
    at: Option<Instant>,
}

impl Told {
    /// The next message, as soon as there is one. May be dropped and called again at any time.
    pub async fn next(&mut self, from: &Semantics) -> ToPage {
        loop {
            if let Some(part) = self.parts.pop_front() {
                return part;
            }
            if let Some(at) = self.at {
                sleep_until((at + PAUSE).into()).await;
            }
            let newest = from.newest.lock().take();
            match newest {
                None => from.more.notified().await,
                Some(newest) => {
                    self.parts = messages(&self.nodes, &newest);
                    self.nodes = newest;
                    if !self.parts.is_empty() {
                        self.at = Some(tokio::time::Instant::now().into_std());
                    }
                }
            }
        }
    }
}

/// What makes the new list of the old one.
fn messages(old: &[SemanticNode], new: &[SemanticNode]) -> VecDeque<ToPage> {
    let same =
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| old.id == new.id && old.parent == new.parent);
    let changed = new.iter().enumerate().filter(|(at, node)| !same || old.get(*at) != Some(node));
    let (mut parts, mut part, mut weight) = (VecDeque::new(), Vec::new(), 0);
    for (_, node) in changed {
        if weight + node.weight() > MESSAGE && !part.is_empty() {
            parts.push_back(ToPage::Semantics { whole: !same, more: true, nodes: std::mem::take(&mut part) });
            weight = 0;
        }
        weight += node.weight();
        part.push(node.clone());
    }
    // The last part also says that an emptied list is empty.
    if !part.is_empty() || !same {
        parts.push_back(ToPage::Semantics { whole: !same, more: false, nodes: part });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::semantics::{MAX_NODES, bounded};

    fn nodes(count: usize, name: &str) -> Vec<SemanticNode> {
        (0..count).map(|n| SemanticNode { id: n.to_string(), name: name.into(), ..SemanticNode::default() }).collect()
    }

    /// What a page makes of the messages.
    fn take(has: &mut Vec<SemanticNode>, messages: impl IntoIterator<Item = ToPage>) {
        let mut parts = Vec::new();
        for message in messages {
            let ToPage::Semantics { whole, more, nodes } = message else { panic!("{message:?}") };
            parts.extend(nodes);
            if more {
                continue;
            }
            if whole {
                *has = std::mem::take(&mut parts);
            }
            for node in parts.drain(..) {
                let old = has.iter_mut().find(|old| old.id == node.id).expect("a node that is there");
                *old = node;
            }
        }
    }

    #[test]
    fn a_page_ends_up_with_the_list_whatever_came_before() {
        let mut changed = nodes(5, "a");
        changed[3].name = "b".into();
        let mut turned = changed.clone();
        turned.reverse();
        let mut adopted = turned.clone();
        adopted[4].parent = Some("4".into());
        let (mut has, mut before) = (Vec::new(), Vec::new());
        for (new, whole) in [
            (nodes(5, "a"), Some(true)),
            (changed.clone(), Some(false)),
            (changed, None),
            (turned, Some(true)),
            (adopted, Some(true)),
            (Vec::new(), Some(true)),
            (Vec::new(), None),
        ] {
            let messages = messages(&before, &new);
            let told = messages.front().map(|message| matches!(message, ToPage::Semantics { whole: true, .. }));
            assert_eq!(told, whole);
            take(&mut has, messages);
            assert_eq!(has, new);
            before = new;
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let (old, mut new) = (nodes(100, "a"), nodes(100, "a"));
        new[7].value = Some("12:01".into());
        let expected = ToPage::Semantics { whole: false, more: false, nodes: vec![new[7].clone()] };
        assert_eq!(messages(&old, &new), [expected]);
    }

    #[test]
    fn a_long_list_comes_in_messages_that_every_browser_takes() {
        let new = bounded(nodes(MAX_NODES, &"ä\u{1}".repeat(20)));
        let messages = messages(&[], &new);
        assert!(messages.len() > 3);
        assert!(messages.iter().all(|message| serde_json::to_string(message).unwrap().len() <= MESSAGE + 64));
        let mut has = Vec::new();
        take(&mut has, messages);
        assert_eq!(has, new);
    }

    #[tokio::test(start_paused = true)]
    async fn while_everything_moves_a_page_gets_the_newest_now_and_then() {
        let (semantics, mut told) = (Semantics::default(), Told::default());
        let began = tokio::time::Instant::now();
        let mut has = Vec::new();
        let mut count = 0;
        for n in 0..100 {
            semantics.set(nodes(2, &n.to_string()).into());
            let pause = tokio::time::sleep(Duration::from_millis(10));
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    message = told.next(&semantics) => {
                        count += 1;
                        take(&mut has, [message]);
                    }
                    () = &mut pause => break,
                }
            }
        }
        assert!((10..=14).contains(&count), "{count} in {:?}", began.elapsed());
        take(&mut has, [told.next(&semantics).await]);
        assert_eq!(has, nodes(2, "99"));
    }
}
