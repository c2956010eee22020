//! Which windows anybody can see at the moment, and how well.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::id::{NodeId, WindowId};
use super::super::path::Path;
use super::super::tree::{App, Tree};
use super::Desktop;
use crate::camera::Pose;
use crate::viewport::{Output, Viewport};

/// How a window is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Not at all.
    #[default]
    Hidden,
    /// As a small picture in a tile.
    Thumbnail,
    /// In a pane of its own, or on its way into one or out of one.
    Live,
}

impl Desktop {
    /// How a window is seen then, over all outputs and panes, also while cameras move.
    pub fn shown(&self, window: WindowId, now: Duration) -> Shown {
        self.in_sight(now).get(&window).copied().unwrap_or_default()
    }

    /// Every window that is seen then, and how.
    pub fn in_sight(&self, now: Duration) -> BTreeMap<WindowId, Shown> {
        self.look_from(|viewport| match viewport.camera.pose(now) {
            Pose::Rest(place) => vec![place],
            Pose::Zoom { outer, inner, .. } => vec![outer, inner],
            Pose::Fade { from, to, .. } => vec![from, to],
        })
    }

    /// How many steps in the tree a node is away from the nearest path of any viewport.
    pub fn steps_to(&self, node: impl Into<NodeId>) -> usize {
        let Some(there) = self.tree.path_to(node.into()) else { return usize::MAX };
        let steps = |viewport: &Viewport| {
            let (here, there) = (viewport.path.nodes(), there.nodes());
            let shared = here.iter().zip(there).take_while(|(one, other)| one == other).count();
            here.len() + there.len() - 2 * shared
        };
        self.viewports.values().map(steps).min().unwrap_or(usize::MAX)
    }

    /// Every window that is seen when all cameras have come to rest, and how.
    pub fn in_sight_at_rest(&self) -> BTreeMap<WindowId, Shown> {
        self.look_from(|viewport| vec![viewport.path.clone()])
    }

    fn look_from(&self, places: impl Fn(&Viewport) -> Vec<Path>) -> BTreeMap<WindowId, Shown> {
        let mut seen = BTreeMap::new();
        let panes = self.outputs.iter().flat_map(Output::layout);
        for viewport in panes.filter_map(|(viewport, _)| self.viewports.get(&viewport)) {
            places(viewport).iter().for_each(|place| look(&self.tree, place, &mut seen));
        }
        seen
    }
}

/// What a place shows: a window with its dialogs, the windows of an app, the front windows of a sector's apps, and of
/// every sector the app that was last in focus.
fn look(tree: &Tree, place: &Path, seen: &mut BTreeMap<WindowId, Shown>) {
    let mut see = |window: WindowId, shown: Shown| {
        let before = seen.entry(window).or_default();
        *before = shown.max(*before);
    };
    let mut see_stack = |app: &App, window, shown| app.stack(window).for_each(|window| see(window.id, shown));
    match place.leaf() {
        None => {
            for sector in &tree.sectors {
                let front = sector.front().and_then(|app| Some((app, app.front()?)));
                front.into_iter().for_each(|(app, window)| see_stack(app, window.id, Shown::Thumbnail));
            }
            let panels = tree.overview_panels().filter_map(|app| Some((app, app.front()?)));
            panels.for_each(|(app, window)| see_stack(app, window.id, Shown::Thumbnail));
        }
        Some(NodeId::Log) => {}
        Some(NodeId::Sector(id)) => {
            let apps = tree.sector(id).into_iter().flat_map(|sector| &sector.apps);
            apps.filter_map(|app| Some((app, app.front()?)))
                .for_each(|(app, w)| see_stack(app, w.id, Shown::Thumbnail));
        }
        Some(NodeId::App(id)) => {
            let app = tree.app(id).map(|(_, app)| app);
            // Every window of it is one of a tile, or above one.
            let windows = app.into_iter().flat_map(|app| &app.windows);
            windows.for_each(|window| see(window.id, Shown::Thumbnail));
        }
        Some(NodeId::Window(id)) => {
            tree.window(id).into_iter().for_each(|(_, app, _)| see_stack(app, app.place_of(id), Shown::Live));
        }
    }
}
