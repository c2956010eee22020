//! The tree itself: sectors own apps, apps own windows. Ownership is what gives every child exactly one parent.
//!
//! Plain data and how to find one's way in it. What may be done to it stands in [`edit`](super::edit); outside of this
//! module nobody gets more than a shared reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{AppId, Ids, NodeId, SectorId, TerminalId, WindowId};
use super::limits::MOST_NESTED_DIALOGS;
use super::panels::Panel;
use super::path::Path;
use super::terminals::Terminal;

/// Which of the six colours of the theme a sector has, from 1 to 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(extend("minimum" = 1, "maximum" = 6))]
pub struct SectorColour(u8);

impl SectorColour {
    /// A colour by its number in the theme.
    pub fn new(number: u8) -> Option<Self> {
        (1..=6).contains(&number).then_some(Self(number))
    }

    /// The colour of the sector at that place, as long as nobody chose another.
    pub fn of_place(place: usize) -> Self {
        // The rest of a division by six fits.
        Self((place % 6) as u8 + 1)
    }

    /// Its number in the theme.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for SectorColour {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Self::new(number).ok_or_else(|| format!("a sector's colour is a number from 1 to 6, not {number}"))
    }
}

impl From<SectorColour> for u8 {
    fn from(colour: SectorColour) -> u8 {
        colour.0
    }
}

/// A persistent workspace. It lives until somebody removes it, with apps in it or without.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sector {
    /// Names it.
    pub id: SectorId,
    /// What its tile says; clean, bounded, never empty.
    pub name: String,
    /// Of its tile, hub and windows.
    pub colour: SectorColour,
    /// In the order in which they came, or were put.
    pub apps: Vec<App>,
    /// The app that was last in focus; where zooming in leads.
    pub recent: Option<AppId>,
    /// Its shells, in the order in which they came.
    pub terminals: Vec<Terminal>,
    /// The one that its hub shows; one of them as long as there are any.
    pub terminal: Option<TerminalId>,
}

/// A running program in one sector. It lives as long as it has windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct App {
    /// Names it.
    pub id: AppId,
    /// By which windows are grouped; clean and bounded. Windows with an empty one are never grouped.
    pub app_id: String,
    /// What its tile says; clean and bounded.
    pub title: String,
    /// How it was started, as far as that is known.
    pub launch: Option<Launch>,
    /// In the order in which they came, dialogs among them, each behind its parent.
    pub windows: Vec<Window>,
    /// The window that was last in focus; where zooming in leads.
    pub recent: Option<WindowId>,
    /// What it is if it is a panel, and no program's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<Panel>,
}

/// How an app was started, so that it can be started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The desktop entry it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
}

/// One toplevel. A dialog is a window that stays above its parent and is no place of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// Names it.
    pub id: WindowId,
    /// As its program says, clean and bounded.
    pub title: String,
    /// The window of the same app that it stays above.
    pub parent: Option<WindowId>,
    /// Whether anybody had it in focus or saw it in its app's picker.
    pub seen: bool,
    /// Whether its program asked for attention since somebody looked.
    pub urgent: bool,
    /// Whether it fills the pane without our frame.
    pub fullscreen: bool,
    /// Whether its program draws its frame itself, and wants none of ours around it.
    pub own_frame: bool,
    /// How large it is seen, in hundredths, where it needs more room than there is.
    pub reduced: Option<u8>,
    /// Who of it and its dialogs has the keyboard, where somebody chose; else the newest.
    pub keyboard: Option<WindowId>,
    /// The name of its icon, as a scene has it.
    #[serde(skip)]
    pub icon: Option<String>,
}

/// Everything there is, as a tree. Its root is the overview.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tree {
    /// In their order on the overview.
    pub sectors: Vec<Sector>,
    /// The panels that are in no sector, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panels: Vec<App>,
    #[serde(skip)]
    pub(super) ids: Ids,
}

impl Launch {
    /// Bytes of all its words together.
    pub fn bytes(&self) -> usize {
        self.command.iter().chain(&self.entry).chain(&self.directory).map(String::len).fold(0, usize::saturating_add)
    }
}

impl Sector {
    /// How many of its windows nobody has seen yet or that want attention.
    pub fn notifications(&self) -> usize {
        self.apps.iter().map(App::notifications).sum()
    }

    /// One of its apps.
    pub fn app(&self, id: AppId) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }
}

impl App {
    /// Its windows that are places: all but the dialogs.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = &Window> {
        self.windows.iter().filter(|window| window.parent.is_none())
    }

    /// The number on its tile: how many windows it has, where it has several.
    pub fn badge(&self) -> Option<usize> {
        Some(self.places().count()).filter(|&count| count > 1)
    }

    /// How many of its windows nobody has seen yet or that want attention.
    pub fn notifications(&self) -> usize {
        self.windows.iter().filter(|window| !window.seen || window.urgent).count()
    }

    /// One of its windows.
    pub fn window(&self, id: WindowId) -> Option<&Window> {
        self.windows.iter().find(|window| window.id == id)
    }

    /// The window that a dialog of a dialog stays above in the end; of any other window, itself.
    pub fn place_of(&self, id: WindowId) -> WindowId {
        let mut place = id;
        // The bound only guards against a cycle, which the edits refuse.
        for _ in 0..=MOST_NESTED_DIALOGS {
            match self.window(place).and_then(|window| window.parent) {
                Some(parent) => place = parent,
                None => break,
            }
        }
        place
    }

    /// A window and everything that stays above it, lowest first.
    pub fn stack(&self, place: WindowId) -> impl DoubleEndedIterator<Item = &Window> {
        let family = self.family(place);
        let above: Vec<&Window> =
            self.windows.iter().filter(|window| window.id != place && family.contains_key(&window.id)).collect();
        self.window(place).into_iter().chain(above)
    }

    /// A window and everything that stays above it, with how many dialogs lie between. One pass: a dialog stands behind
    /// its parent in the order.
    pub(super) fn family(&self, place: WindowId) -> BTreeMap<WindowId, usize> {
        let mut family = BTreeMap::new();
        for window in &self.windows {
            if window.id == place {
                family.insert(place, 0);
            } else if let Some(height) = window.parent.and_then(|parent| family.get(&parent)) {
                family.insert(window.id, height + 1);
            }
        }
        family
    }
}

impl Tree {
    /// A sector.
    pub fn sector(&self, id: SectorId) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.id == id)
    }

    /// Where in the order of the overview a sector stands.
    pub fn sector_place(&self, id: SectorId) -> Option<usize> {
        self.sectors.iter().position(|sector| sector.id == id)
    }

    /// Every app, with the sector it is in; some panels are in none.
    fn apps(&self) -> impl Iterator<Item = (Option<&Sector>, &App)> {
        let in_sectors = self.sectors.iter().flat_map(|sector| sector.apps.iter().map(move |app| (Some(sector), app)));
        in_sectors.chain(self.panels.iter().map(|app| (None, app)))
    }

    /// An app and the sector it is in.
    pub fn app(&self, id: AppId) -> Option<(Option<&Sector>, &App)> {
        self.apps().find(|(_, app)| app.id == id)
    }

    /// A window, its app and its sector.
    pub fn window(&self, id: WindowId) -> Option<(Option<&Sector>, &App, &Window)> {
        self.apps().find_map(|(sector, app)| Some((sector, app, app.window(id)?)))
    }

    /// Every window, dialogs and panels among them.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        self.apps().flat_map(|(_, app)| &app.windows)
    }

    /// Whether there is such a node.
    pub fn contains(&self, node: NodeId) -> bool {
        match node {
            NodeId::Sector(id) => self.sector(id).is_some(),
            NodeId::App(id) => self.app(id).is_some(),
            NodeId::Window(id) => self.window(id).is_some(),
            NodeId::Log => true,
        }
    }

    /// The way to a node. A dialog is no place: its path is that of the window it stays above.
    pub fn path_to(&self, node: NodeId) -> Option<Path> {
        let (sector, app, window) = match node {
            NodeId::Log => return Some(Path::of(vec![node])),
            NodeId::Sector(id) => (self.sector(id), None, None),
            NodeId::App(id) => {
                let (sector, app) = self.app(id)?;
                (sector, Some(app), None)
            }
            NodeId::Window(id) => {
                let (sector, app, _) = self.window(id)?;
                (sector, Some(app), Some(NodeId::Window(app.place_of(id))))
            }
        };
        let sector = sector.map(|sector| NodeId::Sector(sector.id));
        let nodes: Vec<_> = sector.into_iter().chain(app.map(|app| NodeId::App(app.id))).chain(window).collect();
        Some(Path::of(nodes)).filter(|path| path.leaf().is_some())
    }

    /// Whether every node of the path lives and is a child of the one before.
    pub fn is_valid(&self, path: &Path) -> bool {
        path.leaf().is_none_or(|leaf| self.path_to(leaf).as_ref() == Some(path))
    }

    /// Where a viewport with this path is now: the leaf's place wherever it was moved to, or if it is gone the nearest
    /// ancestor that still lives.
    pub fn renew(&self, path: &Path) -> Path {
        let alive = (1..=path.nodes().len()).rev().find_map(|depth| self.path_to(path.up_to(depth).leaf()?));
        alive.unwrap_or_default()
    }

    /// The places that one can zoom into from here, in their order.
    pub fn children(&self, path: &Path) -> Vec<NodeId> {
        match path.leaf() {
            None => {
                let sectors = self.sectors.iter().map(|sector| NodeId::Sector(sector.id));
                sectors.chain(self.overview_panels().map(|app| NodeId::App(app.id))).collect()
            }
            Some(NodeId::Sector(id)) => {
                self.sector(id).into_iter().flat_map(|sector| &sector.apps).map(|app| NodeId::App(app.id)).collect()
            }
            Some(NodeId::App(id)) => {
                let app = self.app(id).map(|(_, app)| app);
                app.into_iter().flat_map(App::places).map(|window| NodeId::Window(window.id)).collect()
            }
            Some(NodeId::Window(_) | NodeId::Log) => Vec::new(),
        }
    }

    /// The child that zooming in leads to while nothing else is selected: the one last in focus, or the first.
    pub fn usual_child(&self, path: &Path) -> Option<NodeId> {
        let children = self.children(path);
        let recent = match path.leaf() {
            Some(NodeId::Sector(id)) => self.sector(id)?.recent.map(NodeId::App),
            Some(NodeId::App(id)) => self.app(id)?.1.recent.map(NodeId::Window),
            None | Some(NodeId::Window(_) | NodeId::Log) => None,
        };
        recent.filter(|node| children.contains(node)).or_else(|| children.first().copied())
    }

    /// Where zooming into a node ends: an app is entered at the window that was last in focus, not at its picker.
    pub fn entrance(&self, node: NodeId) -> Option<Path> {
        let path = self.path_to(node)?;
        match node {
            NodeId::App(_) => self.usual_child(&path).and_then(|window| self.path_to(window)).or(Some(path)),
            NodeId::Sector(_) | NodeId::Window(_) | NodeId::Log => Some(path),
        }
    }

    /// Where zooming out of a path ends: out of an app with several windows at its picker, out of one with a single
    /// window at the sector's hub.
    pub fn exit(&self, path: &Path) -> Option<Path> {
        let parent = path.parent()?;
        let several = parent.app().and_then(|id| self.app(id)).is_some_and(|(_, app)| app.places().count() > 1);
        if path.window().is_some() && !several { parent.parent() } else { Some(parent) }
    }
}
