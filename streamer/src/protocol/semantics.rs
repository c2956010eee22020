//! What the picture means, for assistive technology and for tests: a flat list of nodes, each after the one it is part of.

use std::{collections::HashSet, ops::Not};

use serde::{Deserialize, Serialize};

/// Most nodes of one picture.
pub const MAX_NODES: usize = 4096;
/// Longest name of a node for programs, in bytes.
pub const MAX_NODE_ID: usize = 96;
/// Longest role, in bytes; those of WAI-ARIA are shorter.
const MAX_ROLE: usize = 32;
/// Longest name for people, in bytes.
const MAX_NAME: usize = 512;
/// Longest value, in bytes.
const MAX_VALUE: usize = 2 << 10;
/// All nodes of one picture together, in bytes of JSON.
const MAX_SEMANTICS: usize = 1 << 20;
/// The JSON of a node without its texts takes no more bytes than this.
const FRAME: usize = 240;

/// One part of the picture that says or does something.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SemanticNode {
    /// Names it, as long as it is the same part.
    pub id: String,
    /// As WAI-ARIA names it, such as `button`.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// What it says beside its name: a reading, a badge, the text in a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub value: Option<String>,
    /// Logical pixels from the left edge of the picture.
    pub x: f32,
    /// Logical pixels from the top edge of the picture.
    pub y: f32,
    /// Logical pixels.
    pub w: f32,
    /// Logical pixels.
    pub h: f32,
    /// The node that it is part of: an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub parent: Option<String>,
    /// It cannot be used now.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub disabled: bool,
    /// It is the chosen one of its row.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub selected: bool,
    /// The desktop's keyboard is here.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub focused: bool,
    /// What it opens is open.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub expanded: bool,
    /// Nothing outside of it can be used while it is there.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub modal: bool,
    /// Pressing it does something.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub actionable: bool,
    /// So does a long press, or the secondary button.
    #[serde(default, skip_serializing_if = "Not::not")]
    #[cfg_attr(test, ts(as = "Option<bool>", optional))]
    pub menu: bool,
}

impl SemanticNode {
    /// Cuts what is too long and mends what is no number.
    fn bound(&mut self) {
        cut(&mut self.role, MAX_ROLE);
        cut(&mut self.name, MAX_NAME);
        if let Some(value) = &mut self.value {
            cut(value, MAX_VALUE);
        }
        for number in [&mut self.x, &mut self.y, &mut self.w, &mut self.h] {
            // A hundredth of a pixel is more than anybody sees, and keeps the JSON short.
            let rounded = (f64::from(*number) * 100.0).round() / 100.0;
            *number = if rounded.is_finite() { rounded.clamp(-100_000.0, 100_000.0) as f32 } else { 0.0 };
        }
        (self.w, self.h) = (self.w.max(0.0), self.h.max(0.0));
    }

    /// Bytes of its JSON, at most.
    pub fn weight(&self) -> usize {
        let texts = [Some(&self.id), Some(&self.role), Some(&self.name), self.value.as_ref(), self.parent.as_ref()];
        FRAME + texts.into_iter().flatten().map(|text| escaped(text)).sum::<usize>()
    }
}

/// What may go to a page: every id once, every parent before its children, and no more than it has room for. What does
/// not fit is left out at the end.
pub fn bounded(nodes: Vec<SemanticNode>) -> Vec<SemanticNode> {
    let (mut seen, mut weight) = (HashSet::new(), 0);
    let mut kept = Vec::with_capacity(nodes.len().min(MAX_NODES));
    for mut node in nodes {
        if node.id.is_empty() || node.id.len() > MAX_NODE_ID || seen.contains(&node.id) {
            continue;
        }
        node.bound();
        node.parent = node.parent.filter(|parent| seen.contains(parent));
        weight += node.weight();
        if kept.len() >= MAX_NODES || weight > MAX_SEMANTICS {
            tracing::debug!(kept = kept.len(), "a picture with too many parts");
            break;
        }
        seen.insert(node.id.clone());
        kept.push(node);
    }
    kept
}

fn cut(text: &mut String, most: usize) {
    text.truncate(text.floor_char_boundary(most));
}

/// Bytes of a text in JSON.
fn escaped(text: &str) -> usize {
    let one = |byte| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(one).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, parent: Option<&str>) -> SemanticNode {
        SemanticNode { id: id.into(), parent: parent.map(Into::into), ..SemanticNode::default() }
    }

    #[test]
    fn a_node_without_a_name_of_its_own_is_left_out_and_an_orphan_stands_alone() {
        let long = "x".repeat(MAX_NODE_ID + 1);
        let nodes = [("a", None), ("", None), ("a", None), ("b", Some("c")), ("c", Some("a")), (&long, None)];
        let kept = bounded(nodes.map(|(id, parent)| node(id, parent)).into());
        assert_eq!(kept, [node("a", None), node("b", None), node("c", Some("a"))]);
    }

    #[test]
    fn long_texts_and_wild_numbers_are_brought_into_range() {
        let wild = SemanticNode {
            role: "r".repeat(1000),
            name: "ä".repeat(100_000),
            value: Some("日".repeat(100_000)),
            x: f32::NAN,
            y: f32::INFINITY,
            w: -5.0,
            h: 1.0 / 3.0,
            ..node("a", None)
        };
        let kept = bounded(vec![wild]);
        let [kept] = kept.as_slice() else { panic!("one") };
        assert_eq!((kept.x, kept.y, kept.w, kept.h), (0.0, 0.0, 0.0, 0.33));
        assert!(
            kept.role.len() <= MAX_ROLE
                && kept.name.len() <= MAX_NAME
                && kept.value.as_ref().unwrap().len() <= MAX_VALUE
        );
    }

    #[test]
    fn all_together_they_stay_within_their_room() {
        let named = |name: &str, n: usize| SemanticNode { name: name.into(), ..node(&n.to_string(), None) };
        let nodes = |name: &str| (0..10_000).map(|n| named(name, n)).collect();
        assert_eq!(bounded(nodes("")).len(), MAX_NODES);
        let kept = bounded(nodes(&"\u{1}".repeat(MAX_NAME)));
        let bytes = serde_json::to_string(&kept).unwrap().len();
        assert!(bytes <= MAX_SEMANTICS && bytes > MAX_SEMANTICS / 2, "{bytes}");
    }

    #[test]
    fn the_weight_is_never_less_than_the_json() {
        let texts = ["", "\"\\\n\u{0}\u{1f}\u{7f}ä日🖖", "plain"];
        for text in texts {
            let all = true;
            let node = SemanticNode {
                id: text.into(),
                role: text.into(),
                name: text.into(),
                value: Some(text.into()),
                parent: Some(text.into()),
                x: -99_999.99,
                y: -99_999.99,
                w: 99_999.99,
                h: 99_999.99,
                disabled: all,
                selected: all,
                focused: all,
                expanded: all,
                modal: all,
                actionable: all,
                menu: all,
            };
            let bytes = serde_json::to_string(&node).unwrap().len();
            assert!(node.weight() >= bytes, "{} < {bytes}", node.weight());
        }
    }
}
