//! Where a viewport is: the stack of nodes from the root to what has the focus.

use schemars::JsonSchema;
use serde::Serialize;

use super::id::{AppId, NodeId, SectorId, WindowId};

/// How deep a place is. Level 0, the portal, is what a page shows before it may see a desktop; it is no place in the
/// tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Level 1: all sectors.
    Overview,
    /// Level 2: one sector's hub.
    Hub,
    /// Level 2: the log of everything that was said.
    Log,
    /// Level 3a: the windows of one app.
    Picker,
    /// Level 3: one window in focus.
    Focus,
}

impl Level {
    /// As the level indicator writes it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Overview => "1",
            Self::Hub | Self::Log => "2",
            Self::Picker => "3A",
            Self::Focus => "3",
        }
    }
}

/// A stack of nodes from the root: empty at the overview, then a sector, an app, a window. A panel's app may be in no
/// sector. The log is the root's own and has nothing in it.
///
/// Only a [`Tree`](super::tree::Tree) makes one, so the nodes are of the right kinds and each was the parent of the next.
/// The desktop shortens or renews the paths of its viewports when nodes go or move.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Path {
    nodes: Vec<NodeId>,
}

impl Path {
    /// The overview.
    pub fn root() -> Self {
        Self::default()
    }

    /// The caller vouches for kinds and kinship.
    pub(super) fn of(nodes: Vec<NodeId>) -> Self {
        debug_assert!(nodes.iter().enumerate().all(|(depth, node)| match (node, depth.checked_sub(1)) {
            (NodeId::Sector(_) | NodeId::Log, outer) => outer.is_none(),
            (NodeId::App(_), outer) => outer.is_none() || outer == Some(0),
            (NodeId::Window(_), outer) => outer.is_some_and(|outer| matches!(nodes.get(outer), Some(NodeId::App(_)))),
        }));
        Self { nodes }
    }

    /// From the root's child to the leaf.
    pub fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// What has the focus; nothing at the overview.
    pub fn leaf(&self) -> Option<NodeId> {
        self.nodes.last().copied()
    }

    /// How deep it is.
    pub fn level(&self) -> Level {
        match self.leaf() {
            None => Level::Overview,
            Some(NodeId::Sector(_)) => Level::Hub,
            Some(NodeId::Log) => Level::Log,
            Some(NodeId::App(_)) => Level::Picker,
            Some(NodeId::Window(_)) => Level::Focus,
        }
    }

    /// One node shorter; the overview has no parent.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.nodes.split_last()?;
        Some(Self { nodes: rest.to_vec() })
    }

    /// Its first `depth` nodes, or all of it.
    pub fn up_to(&self, depth: usize) -> Self {
        Self { nodes: self.nodes.iter().take(depth).copied().collect() }
    }

    /// The nearest place that both lie in.
    pub fn common_ancestor(&self, other: &Self) -> Self {
        let shared = self.nodes.iter().zip(&other.nodes).take_while(|(a, b)| a == b).count();
        self.up_to(shared)
    }

    /// Whether it is `other` or lies within it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.nodes.starts_with(&other.nodes)
    }

    /// The sector it lies in.
    pub fn sector(&self) -> Option<SectorId> {
        self.nodes.iter().find_map(|node| if let NodeId::Sector(id) = node { Some(*id) } else { None })
    }

    /// The app it lies in.
    pub fn app(&self) -> Option<AppId> {
        self.nodes.iter().find_map(|node| if let NodeId::App(id) = node { Some(*id) } else { None })
    }

    /// The window it leads to.
    pub fn window(&self) -> Option<WindowId> {
        self.nodes.iter().find_map(|node| if let NodeId::Window(id) = node { Some(*id) } else { None })
    }
}
