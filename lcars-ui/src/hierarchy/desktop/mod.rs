//! The whole desktop: the tree, who looks at it from where, and who has the keyboard.
//!
//! 1. A refusal changes nothing.
//! 2. Whatever was done, every path exists afterwards, every camera is on its way to its viewport's path, and every
//!    viewport with tiles has one of them selected ([`Desktop::settle`]).
//! 3. The keyboard's owner follows from the paths. An [`Effect::Focus`] is told exactly when it changed.
//! 4. What programs do never moves a camera, but where the window it shows goes.

mod apply;
mod expected;
mod gestures;
mod outputs;
mod panels;
mod places;
mod programs;
mod saved;
mod shells;
mod sight;

use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) use expected::Awaited;
use expected::Expected;
pub use saved::{Loaded, Restored, Start};
pub use sight::Shown;

use super::id::{AppId, NodeId, OutputId, SectorId, TerminalId, ViewportId, WindowId};
use super::path::{Level, Path};
use super::tiles::HubMode;
use super::tree::{SectorColour, Tree};
use crate::camera::{Motion, Timing};
use crate::geometry::Rect;
use crate::operation::{Effect, Effects, Kind, Refused};
use crate::viewport::{Output, Panels, Panes, Viewport};

/// The sectors of a desktop whose user named none.
pub const DEFAULT_SECTORS: [&str; 5] = ["Build", "Research", "Studio", "Comms", "Logs"];

/// Everything there is. See the module for what it keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Desktop {
    tree: Tree,
    /// At least one.
    outputs: Vec<Output>,
    /// Each is in the panes of exactly one output.
    viewports: BTreeMap<ViewportId, Viewport>,
    focused: OutputId,
    /// Whom the last effects gave the keyboard.
    keyboard: Option<WindowId>,
    /// Apps from before a restart of which windows are still to come.
    expected: Vec<Expected>,
    /// Where the apps from before a restart stood that are there again.
    ranks: BTreeMap<AppId, usize>,
    /// Terminals whose shells are to be started whether or not somebody sees them.
    wanted: Vec<TerminalId>,
    /// What hubs show first on an output that opens.
    hubs: HubMode,
    motion: Motion,
    timing: Timing,
}

impl Desktop {
    /// A desktop with one output that shows the overview. Without a single sector there would be no place for a
    /// window: [`DEFAULT_SECTORS`] stand in for none.
    pub fn new<S: AsRef<str>>(sectors: &[(S, Option<SectorColour>)], area: Rect) -> Result<Self, Refused> {
        let mut tree = Tree::default();
        for (name, colour) in sectors {
            tree.add_sector(name.as_ref(), *colour)?;
        }
        if sectors.is_empty() {
            DEFAULT_SECTORS.into_iter().try_for_each(|name| tree.add_sector(name, None).map(drop))?;
        }
        let mut desktop = Self {
            tree,
            outputs: Vec::new(),
            viewports: BTreeMap::new(),
            focused: OutputId::from_raw(0),
            keyboard: None,
            expected: Vec::new(),
            ranks: BTreeMap::new(),
            wanted: Vec::new(),
            hubs: HubMode::default(),
            motion: Motion::default(),
            timing: Timing::default(),
        };
        desktop.focused = desktop.add_output(area)?;
        Ok(desktop)
    }

    /// Sectors, apps and windows.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// At least one, in the order in which they came.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// An output.
    pub fn output(&self, id: OutputId) -> Option<&Output> {
        self.outputs.iter().find(|output| output.id == id)
    }

    /// The output that shows a viewport.
    pub fn output_of(&self, viewport: ViewportId) -> Option<&Output> {
        self.outputs.iter().find(|output| output.panes.viewports().contains(&viewport))
    }

    /// A viewport.
    pub fn viewport(&self, id: ViewportId) -> Option<&Viewport> {
        self.viewports.get(&id)
    }

    /// Every viewport of every output, oldest first.
    pub fn viewports(&self) -> impl Iterator<Item = &Viewport> {
        self.viewports.values()
    }

    /// The output that has the keyboard and that operations concern.
    #[expect(clippy::missing_panics_doc, reason = "the last output cannot be removed")]
    pub fn focused_output(&self) -> &Output {
        let focused = self.output(self.focused);
        focused.or_else(|| self.outputs.first()).expect("a desktop has an output")
    }

    /// The viewport that has the keyboard and that operations concern.
    #[expect(clippy::missing_panics_doc, reason = "the last viewport of an output cannot be closed")]
    pub fn focused_viewport(&self) -> &Viewport {
        let focused = self.viewport(self.focused_output().focused);
        focused.or_else(|| self.viewports.values().next()).expect("an output has a viewport")
    }

    /// The window that has the keyboard; the interface has it while there is none.
    pub fn focused_window(&self) -> Option<WindowId> {
        self.tree.keyboard_of(self.focused_viewport().path.window()?)
    }

    /// How much moves.
    pub fn motion(&self) -> Motion {
        self.motion
    }

    /// Chooses how much is to move. What is under way is over at once.
    pub fn set_motion(&mut self, motion: Motion) {
        if std::mem::replace(&mut self.motion, motion) != motion {
            self.arrive_at_once();
        }
    }

    /// Ends every movement: each camera is where its viewport's path leads.
    pub fn arrive_at_once(&mut self) {
        for viewport in self.viewports.values_mut() {
            viewport.camera.cut(&viewport.path);
        }
    }

    /// How long movements take.
    pub fn timing(&self) -> Timing {
        self.timing
    }

    /// Chooses how long movements take. What is under way goes on as it is.
    pub fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Whether a camera is on its way, so that the next picture differs without anything being done.
    pub fn moving(&self, now: Duration) -> bool {
        self.viewports.values().any(|viewport| !viewport.camera.rests(now))
    }

    /// The sector that a new app belongs to if nobody knows better.
    fn usual_sector(&self) -> SectorId {
        let here = self.focused_viewport();
        let selected = here.selected.and_then(|node| if let NodeId::Sector(id) = node { Some(id) } else { None });
        let first = || self.tree.sectors.first().map(|sector| sector.id);
        here.path.sector().or(selected).or_else(first).unwrap_or(SectorId::from_raw(0))
    }

    /// Sends a viewport to a place that exists. Its path is the new one at once; its camera goes there.
    fn go(&mut self, viewport: ViewportId, to: &Path, now: Duration) {
        let (motion, timing) = (self.motion, self.timing);
        let camera = self.viewports.get_mut(&viewport).map(|viewport| &mut viewport.camera);
        camera.into_iter().for_each(|camera| camera.travel(to, now, motion, &timing));
        self.arrive(viewport, to);
    }

    /// Puts a viewport's path at a place that its camera goes to.
    fn arrive(&mut self, viewport: ViewportId, to: &Path) {
        if let Some(viewport) = self.viewports.get_mut(&viewport) {
            let from = std::mem::replace(&mut viewport.path, to.clone());
            viewport.awaited = None;
            if from != *to {
                // Zooming out selects what one came from, everything else what one would want next.
                let came_from = from.nodes().get(to.nodes().len()).copied().filter(|_| from.is_within(to));
                viewport.selected = came_from.or_else(|| self.tree.usual_child(to));
            }
        }
        self.tree.remember(to);
    }

    /// Brings paths, cameras, selections and the keyboard in line with the tree after it changed, and tells who has the
    /// keyboard now if it is another. `leaving` is the viewport whose window was taken from it, though it lives.
    fn settle(&mut self, leaving: Option<(ViewportId, Path)>, now: Duration) -> Effects {
        let ids: Vec<ViewportId> = self.viewports.keys().copied().collect();
        for id in ids {
            let Some(viewport) = self.viewports.get(&id) else { continue };
            let away = leaving.as_ref().filter(|(left, _)| *left == id).map(|(_, path)| path.clone());
            let is_leaving = away.is_some();
            let path = away.unwrap_or_else(|| self.where_now(viewport));
            let (motion, timing, tree) = (self.motion, self.timing, &self.tree);
            if let Some(viewport) = self.viewports.get_mut(&id) {
                viewport.camera.renew(tree, &path, is_leaving, now, motion, &timing);
                let moved = viewport.path != path;
                viewport.path = path;
                viewport.awaited = viewport.awaited.filter(|_| !moved);
                choose_tile(tree, viewport, moved);
            }
        }
        self.notice();
        let keyboard = self.focused_window();
        let changed = std::mem::replace(&mut self.keyboard, keyboard) != keyboard;
        let mut effects = self.start_terminals();
        self.notice_terminals();
        effects.extend(changed.then_some(Effect::Focus { window: keyboard }));
        effects
    }

    /// Where a viewport is after the tree changed: with what it shows, wherever that went; if that is gone with its
    /// app's other windows, else one level out.
    fn where_now(&self, viewport: &Viewport) -> Path {
        let path = self.tree.renew(&viewport.path);
        match (viewport.path.level(), path.level()) {
            (Level::Focus, Level::Picker) => self.windows_of(&path),
            // The app was taken in by its like: its windows are in that one's picker now.
            (Level::Picker, Level::Hub | Level::Overview) => {
                let taken_in = viewport.selected.and_then(|window| self.tree.path_to(window));
                taken_in.filter(|path| path.window().is_some()).map_or(path, |window| window.up_to(2))
            }
            _ => path,
        }
    }

    /// The picker of an app with several windows, or the only window.
    fn windows_of(&self, picker: &Path) -> Path {
        match self.tree.children(picker).as_slice() {
            [only] => self.tree.path_to(*only).unwrap_or_else(|| picker.clone()),
            _ => picker.clone(),
        }
    }

    /// Marks as seen what somebody can see.
    fn notice(&mut self) {
        let in_sight = self.outputs.iter().flat_map(Output::layout);
        let paths: Vec<Path> =
            in_sight.filter_map(|(id, _)| self.viewports.get(&id)).map(|viewport| viewport.path.clone()).collect();
        paths.iter().for_each(|path| self.tree.look_at(path));
    }

    fn add_viewport(&mut self, path: Path) -> ViewportId {
        let id = ViewportId::from_raw(self.tree.ids.next());
        let mut viewport = Viewport::new(id, path);
        choose_tile(&self.tree, &mut viewport, true);
        self.viewports.insert(id, viewport);
        id
    }
}

/// Keeps a tile selected where there are any: the one that was, else the one now in its place.
fn choose_tile(tree: &Tree, viewport: &mut Viewport, moved: bool) {
    let children = tree.children(&viewport.path);
    let kept = viewport.selected.filter(|node| children.contains(node));
    let usual = || if moved { tree.usual_child(&viewport.path) } else { None };
    let in_place = || children.get(viewport.slot.min(children.len().saturating_sub(1))).copied();
    viewport.selected = kept.or_else(usual).or_else(in_place);
    let slot = children.iter().position(|node| Some(*node) == viewport.selected);
    viewport.slot = slot.unwrap_or(0);
}

impl Output {
    fn single(id: OutputId, area: Rect, viewport: ViewportId) -> Self {
        Self { id, area, panels: Panels::default(), panes: Panes::One(viewport), focused: viewport }
    }
}

/// An area that pixels can be counted in.
fn checked(area: Rect) -> Result<Rect, Refused> {
    let numbers = [area.x, area.y, area.w, area.h];
    if numbers.iter().all(|n| n.is_finite()) && area.w >= 0.0 && area.h >= 0.0 {
        Ok(area)
    } else {
        Err(Refused::NotFinite)
    }
}

fn too_many<T>(what: Kind, most: usize) -> Result<T, Refused> {
    Err(Refused::TooMany { what, most })
}
