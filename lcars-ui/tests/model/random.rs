//! Random sequences of everything that people and programs may do, with what must hold after each step.

use std::collections::BTreeSet;
use std::time::Duration;

use lcars_ui::camera::{LONGEST, Motion, Pose};
use lcars_ui::geometry::{Rect, Size};
use lcars_ui::hierarchy::{
    Activity, App, AppId, Desktop, HubMode, Launch, Level, NewPanel, NewWindow, NodeId, Outcome, OutputId, PanelLevel,
    Path, SectorColour, SectorId, TerminalId, Tree, ViewportId, WindowId, content, tiles,
};
use lcars_ui::operation::{Axis, Direction, Effect, Effects, Operation, Refused};
use lcars_ui::state::operation_schema;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::AREA;
use crate::cameras::pose_of;

/// One thing that happens. Numbers choose among what there is at the time; some choose what is not there.
#[derive(Debug, Clone)]
enum Step {
    Apply(Asked),
    Open {
        app: u8,
        sector: u8,
        parent: Option<u8>,
    },
    Remove(u8),
    SetAppId(u8, u8),
    SetParent(u8, Option<u8>),
    SetUrgent(u8, bool),
    SetFullscreen(u8, bool),
    SetOwnFrame(u8, bool),
    AddOutput(f64, f64),
    RemoveOutput(u8),
    ResizeOutput(u8, f64, f64),
    Grab(u8, Option<u8>),
    Pull(u8, f64),
    Release(u8, f64),
    SetMotion(bool),
    Wait(u64),
    /// A shell says what it is at, where it is, and what ended.
    Shell(u8, u8),
    /// The files of panels come and go, and say where each belongs.
    Panels(u8, u8),
    /// Loads the snapshot of this moment.
    Reload,
}

/// An operation whose ids are not known yet.
#[derive(Debug, Clone)]
enum Asked {
    ZoomIn(Option<u8>),
    ZoomOut,
    Jump(Option<u8>),
    Select(u8),
    Next,
    Previous,
    Move(Direction),
    Mode(HubMode),
    Split(Axis),
    CloseViewport,
    Swap(Option<u8>),
    Resize(f64),
    FocusViewport(u8),
    FocusPane(Direction),
    NewSector(String),
    Rename(u8, String),
    Recolour(u8, u8),
    Reorder(u8, usize),
    RemoveSector(u8),
    Send(Option<u8>, u8, bool),
    Close(Option<u8>),
    Activate(u8),
    Fullscreen(Option<u8>, Option<bool>),
    NewTerminal(Option<u8>),
    CloseTerminal(Option<u8>),
    RestartTerminal(Option<u8>),
    ShowTerminal(u8),
    StepTerminal(bool),
    OpenPanel(u8),
    ClosePanel(Option<u8>),
    RestartPanel(Option<u8>),
}

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Left), Just(Direction::Right), Just(Direction::Up), Just(Direction::Down)]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -3.0..3.0f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(-1e300)]
}

fn extent() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 200.0..3000.0f64, 1 => Just(0.0), 1 => Just(-5.0), 1 => Just(f64::NAN)]
}

fn asked() -> impl Strategy<Value = Asked> {
    use proptest::option::of;
    let any = any::<u8>;
    prop_oneof![
        6 => of(any()).prop_map(Asked::ZoomIn),
        4 => Just(Asked::ZoomOut),
        6 => of(any()).prop_map(Asked::Jump),
        1 => any().prop_map(Asked::Select),
        1 => Just(Asked::Next),
        1 => Just(Asked::Previous),
        2 => direction().prop_map(Asked::Move),
        1 => prop_oneof![Just(HubMode::Command), Just(HubMode::Apps), Just(HubMode::Directory)].prop_map(Asked::Mode),
        3 => prop_oneof![Just(Axis::Horizontal), Just(Axis::Vertical)].prop_map(Asked::Split),
        1 => Just(Asked::CloseViewport),
        1 => of(any()).prop_map(Asked::Swap),
        1 => number().prop_map(Asked::Resize),
        2 => any().prop_map(Asked::FocusViewport),
        2 => direction().prop_map(Asked::FocusPane),
        2 => "\\PC{0,5}".prop_map(Asked::NewSector),
        1 => (any(), "\\PC{0,5}").prop_map(|(sector, name)| Asked::Rename(sector, name)),
        1 => (any(), 1u8..=6).prop_map(|(sector, colour)| Asked::Recolour(sector, colour)),
        2 => (any(), 0usize..9).prop_map(|(node, to)| Asked::Reorder(node, to)),
        3 => any().prop_map(Asked::RemoveSector),
        4 => (of(any()), any(), proptest::bool::ANY).prop_map(|(node, to, follow)| Asked::Send(node, to, follow)),
        1 => of(any()).prop_map(Asked::Close),
        1 => any().prop_map(Asked::Activate),
        1 => (of(any()), of(proptest::bool::ANY)).prop_map(|(window, on)| Asked::Fullscreen(window, on)),
        2 => of(any()).prop_map(Asked::NewTerminal),
        1 => of(any()).prop_map(Asked::CloseTerminal),
        1 => of(any()).prop_map(Asked::RestartTerminal),
        1 => any().prop_map(Asked::ShowTerminal),
        1 => proptest::bool::ANY.prop_map(Asked::StepTerminal),
        1 => any().prop_map(Asked::OpenPanel),
        1 => of(any()).prop_map(Asked::ClosePanel),
        1 => of(any()).prop_map(Asked::RestartPanel),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    use proptest::option::of;
    let any = any::<u8>;
    prop_oneof![
        30 => asked().prop_map(Step::Apply),
        10 => (any(), any(), of(any())).prop_map(|(app, sector, parent)| Step::Open { app, sector, parent }),
        5 => any().prop_map(Step::Remove),
        2 => (any(), any()).prop_map(|(window, app)| Step::SetAppId(window, app)),
        2 => (any(), of(any())).prop_map(|(window, parent)| Step::SetParent(window, parent)),
        1 => (any(), proptest::bool::ANY).prop_map(|(window, on)| Step::SetUrgent(window, on)),
        1 => (any(), proptest::bool::ANY).prop_map(|(window, on)| Step::SetFullscreen(window, on)),
        1 => (any(), proptest::bool::ANY).prop_map(|(window, on)| Step::SetOwnFrame(window, on)),
        1 => (extent(), extent()).prop_map(|(w, h)| Step::AddOutput(w, h)),
        1 => any().prop_map(Step::RemoveOutput),
        1 => (any(), extent(), extent()).prop_map(|(output, w, h)| Step::ResizeOutput(output, w, h)),
        4 => (any(), of(any())).prop_map(|(viewport, into)| Step::Grab(viewport, into)),
        5 => (any(), number()).prop_map(|(viewport, amount)| Step::Pull(viewport, amount)),
        3 => (any(), number()).prop_map(|(viewport, speed)| Step::Release(viewport, speed * 5.0)),
        1 => any().prop_map(|n| Step::SetMotion(n < 80)),
        12 => (0u64..400).prop_map(Step::Wait),
        4 => (any(), any()).prop_map(|(terminal, what)| Step::Shell(terminal, what)),
        2 => (any(), any()).prop_map(|(which, levels)| Step::Panels(which, levels)),
        1 => Just(Step::Reload),
    ]
}

/// The name of a panel, which may be there.
fn panel(number: u8) -> String {
    format!("p{}", number % 5)
}

fn panel_windows(tree: &Tree) -> BTreeSet<WindowId> {
    tree.all_panels().flat_map(|app| &app.windows).map(|window| window.id).collect()
}

/// A desktop, and what is known about it independently.
struct Run {
    desktop: Desktop,
    now: Duration,
    /// The keyboard's owner, by the effects alone.
    keyboard: Option<WindowId>,
    /// What was opened and not removed.
    windows: BTreeSet<WindowId>,
    /// Terminals whose shells were to be started and not ended, by the effects alone.
    shells: BTreeSet<TerminalId>,
    /// Every number that ever named something.
    used: BTreeSet<u64>,
    alive: BTreeSet<u64>,
}

fn pick<T: Copy>(from: &[T], number: u8, missing: T) -> T {
    // One in sixteen names nothing.
    if number >= 240 { missing } else { from.get(number as usize % from.len().max(1)).copied().unwrap_or(missing) }
}

impl Run {
    fn new() -> Self {
        let desktop = Desktop::new(&[("One", None), ("Two", None)], AREA).unwrap();
        let (used, alive) = (BTreeSet::new(), BTreeSet::new());
        Self {
            desktop,
            now: Duration::ZERO,
            keyboard: None,
            windows: BTreeSet::new(),
            shells: BTreeSet::new(),
            used,
            alive,
        }
    }

    fn sector(&self, number: u8) -> SectorId {
        let all: Vec<_> = self.desktop.tree().sectors.iter().map(|sector| sector.id).collect();
        pick(&all, number, SectorId::from_raw(100_000))
    }

    fn window(&self, number: u8) -> WindowId {
        let all: Vec<_> = self.windows.iter().copied().collect();
        pick(&all, number, WindowId::from_raw(100_000))
    }

    fn terminal(&self, number: u8) -> TerminalId {
        let all: Vec<_> = self.desktop.tree().terminals().map(|terminal| terminal.id).collect();
        pick(&all, number, TerminalId::from_raw(100_000))
    }

    fn viewport(&self, number: u8) -> ViewportId {
        let all: Vec<_> = self.desktop.viewports().map(|viewport| viewport.id).collect();
        pick(&all, number, ViewportId::from_raw(100_000))
    }

    fn output(&self, number: u8) -> OutputId {
        let all: Vec<_> = self.desktop.outputs().iter().map(|output| output.id).collect();
        pick(&all, number, OutputId::from_raw(100_000))
    }

    /// A tile of the place in focus as often as any other node.
    fn node(&self, number: u8) -> NodeId {
        let children = self.desktop.tree().children(&self.desktop.focused_viewport().path);
        let nodes =
            if number.is_multiple_of(2) && !children.is_empty() { children } else { nodes(self.desktop.tree()) };
        pick(&nodes, number / 2, NodeId::App(AppId::from_raw(100_000)))
    }

    fn operation(&self, asked: &Asked) -> Operation {
        match asked.clone() {
            Asked::ZoomIn(into) => Operation::ZoomIn { into: into.map(|n| self.node(n)) },
            Asked::ZoomOut => Operation::ZoomOut,
            Asked::Jump(to) => Operation::Jump { to: to.map(|n| self.node(n)) },
            Asked::Select(n) => Operation::Select { node: self.node(n) },
            Asked::Next => Operation::FocusNext,
            Asked::Previous => Operation::FocusPrev,
            Asked::Move(direction) => Operation::Move { direction },
            Asked::Mode(mode) => Operation::Mode { mode },
            Asked::Split(axis) => Operation::Split { axis },
            Asked::CloseViewport => Operation::CloseViewport,
            Asked::Swap(with) => Operation::Swap { with: with.map(|n| self.viewport(n)) },
            Asked::Resize(share) => Operation::Resize { share },
            Asked::FocusViewport(n) => Operation::FocusViewport { viewport: self.viewport(n) },
            Asked::FocusPane(direction) => Operation::FocusPane { direction },
            Asked::NewSector(name) => Operation::NewSector { name: Some(name), colour: None },
            Asked::Rename(n, name) => Operation::Rename { sector: self.sector(n), name },
            Asked::Recolour(n, colour) => {
                Operation::Recolour { sector: self.sector(n), colour: SectorColour::new(colour).unwrap() }
            }
            Asked::Reorder(n, to) => Operation::Reorder { node: self.node(n), to },
            Asked::RemoveSector(n) => Operation::RemoveSector { sector: self.sector(n) },
            Asked::Send(n, to, follow) => {
                Operation::SendToSector { node: n.map(|n| self.node(n)), sector: self.sector(to), follow }
            }
            Asked::Close(n) => Operation::Close { node: n.map(|n| self.node(n)) },
            Asked::NewTerminal(n) => Operation::NewTerminal { sector: n.map(|n| self.sector(n)) },
            Asked::CloseTerminal(n) => Operation::CloseTerminal { terminal: n.map(|n| self.terminal(n)) },
            Asked::RestartTerminal(n) => Operation::RestartTerminal { terminal: n.map(|n| self.terminal(n)) },
            Asked::ShowTerminal(n) => Operation::ShowTerminal { terminal: self.terminal(n) },
            Asked::StepTerminal(on) => {
                if on {
                    Operation::NextTerminal
                } else {
                    Operation::PreviousTerminal
                }
            }
            Asked::OpenPanel(n) => Operation::OpenPanel { name: panel(n) },
            Asked::ClosePanel(n) => Operation::ClosePanel { name: n.map(panel) },
            Asked::RestartPanel(n) => Operation::RestartPanel { name: n.map(panel) },
            Asked::Activate(n) => Operation::Activate { window: self.window(n) },
            Asked::Fullscreen(n, on) => Operation::Fullscreen { window: n.map(|n| self.window(n)), on },
        }
    }

    fn step(&mut self, step: &Step) {
        let before = self.desktop.clone();
        let now = self.now;
        let done: Result<Effects, Refused> = match step {
            Step::Apply(asked) => {
                let operation = self.operation(asked);
                self.desktop.apply(&operation, now)
            }
            Step::Open { app, sector, parent } => {
                let app_id = ["", "foot", "org.mozilla.firefox", "mail"][*app as usize % 4];
                let (sector, parent) = (Some(self.sector(*sector)), parent.map(|n| self.window(n)));
                let launch = Some(Launch { command: vec![app_id.to_owned() + "!"], entry: None, directory: None });
                let new = NewWindow { app_id, title: "title", sector, parent, launch, ..NewWindow::default() };
                self.desktop.add_window(new, now).map(|(id, effects)| {
                    self.windows.insert(id);
                    effects
                })
            }
            Step::Remove(n) => {
                let id = self.window(*n);
                if self.desktop.tree().panel_of(id).is_none() {
                    self.windows.remove(&id);
                }
                Ok(self.desktop.remove_window(id, now))
            }
            Step::SetAppId(n, app) => {
                let app_id = ["", "foot", "org.mozilla.firefox", "mail"][*app as usize % 4];
                Ok(self.desktop.set_app_id(self.window(*n), app_id, now))
            }
            Step::SetParent(n, parent) => {
                let (id, parent) = (self.window(*n), parent.map(|n| self.window(n)));
                self.desktop.set_parent(id, parent, now)
            }
            Step::SetUrgent(n, on) => {
                self.desktop.set_urgent(self.window(*n), *on);
                Ok(vec![])
            }
            Step::SetOwnFrame(n, on) => {
                self.desktop.set_own_frame(self.window(*n), *on);
                Ok(vec![])
            }
            Step::SetFullscreen(n, on) => Ok(self.desktop.set_fullscreen(self.window(*n), *on)),
            Step::AddOutput(w, h) => self.desktop.add_output(Rect::new(0.0, 0.0, *w, *h)).map(|_| vec![]),
            Step::RemoveOutput(n) => self.desktop.remove_output(self.output(*n), now),
            Step::ResizeOutput(n, w, h) => {
                self.desktop.resize_output(self.output(*n), Rect::new(0.0, 0.0, *w, *h)).map(|()| vec![])
            }
            Step::Grab(n, into) => {
                let (viewport, into) = (self.viewport(*n), into.map(|n| self.node(n)));
                self.desktop.grab(viewport, into, now).map(|()| vec![])
            }
            Step::Pull(n, amount) => self.desktop.pull(self.viewport(*n), *amount, now).map(|()| vec![]),
            Step::Release(n, speed) => self.desktop.release(self.viewport(*n), *speed, now),
            Step::SetMotion(reduced) => {
                self.desktop.set_motion(if *reduced { Motion::Reduced } else { Motion::Full });
                Ok(vec![])
            }
            Step::Shell(n, what) => {
                let id = self.terminal(*n);
                match what % 5 {
                    0 => self.desktop.terminal_moved(id, if *what < 100 { "/home" } else { "" }),
                    1 => self.desktop.terminal_titled(id, "\u{202e}vim\n"),
                    2 => self.desktop.terminal_activity(id, Activity::Ended { status: Some(1) }),
                    3 => {
                        let activity = Activity::Running { command: "x".repeat(1000), since: now };
                        self.desktop.terminal_activity(id, activity);
                    }
                    _ => {
                        let took = Duration::from_secs(u64::from(*what));
                        let outcome = Outcome { command: "make".into(), status: Some(i32::from(*what)), took };
                        self.desktop.terminal_finished(id, outcome);
                    }
                }
                Ok(vec![])
            }
            Step::Panels(which, levels) => {
                let level = |n: u8| match (levels >> (2 * n)) % 4 {
                    0 => PanelLevel::Overview,
                    1 => PanelLevel::Place,
                    _ => PanelLevel::Hub,
                };
                let panels = (0..4).filter(|n| which >> n & 1 == 1).map(|n| NewPanel {
                    name: format!("p{n}"),
                    title: format!("Panel {n}"),
                    level: level(n),
                    sector: (levels % 3 == 0).then(|| self.desktop.tree().sectors[0].name.clone()),
                });
                let before: BTreeSet<_> = panel_windows(self.desktop.tree());
                let effects = self.desktop.put_panels(&panels.collect::<Vec<_>>(), now).unwrap();
                self.windows.retain(|id| !before.contains(id));
                self.windows.extend(panel_windows(self.desktop.tree()));
                Ok(effects)
            }
            Step::Reload => {
                let snapshot = self.desktop.snapshot();
                let loaded = self.desktop.load(&snapshot, now).unwrap();
                assert_eq!((loaded.starts, loaded.lost), (vec![], vec![]), "everything runs already");
                Ok(loaded.effects)
            }
            Step::Wait(ms) => {
                self.now += Duration::from_millis(*ms);
                Ok(vec![])
            }
        };
        match done {
            Err(_) => assert_eq!(self.desktop, before, "a refusal changed something"),
            Ok(effects) => {
                for effect in effects {
                    match effect {
                        Effect::Focus { window } => {
                            assert_ne!(window, self.keyboard, "told what was known");
                            self.keyboard = window;
                        }
                        Effect::EndPanel { window } | Effect::RestartPanel { window } => {
                            assert!(self.desktop.tree().panel_of(window).is_some());
                        }
                        Effect::AskToClose { window } | Effect::SetFullscreen { window, .. } => {
                            assert!(self.windows.contains(&window));
                        }
                        Effect::StartTerminal { terminal, sector, .. } => {
                            let found = self.desktop.tree().terminal(terminal);
                            assert_eq!(found.map(|(sector, _)| sector.id), Some(sector));
                            // One that ended is started again under its own name.
                            self.shells.insert(terminal);
                        }
                        Effect::EndTerminal { terminal } => {
                            assert!(self.desktop.terminal(terminal).is_none());
                            self.shells.remove(&terminal);
                        }
                    }
                }
                let gesture = matches!(step, Step::Pull(..));
                if self.desktop.motion() == Motion::Full && before.motion() == Motion::Full && !gesture {
                    self.check_nothing_jumped(&before, now);
                }
            }
        }
        self.check_tree();
        self.check_outputs();
        self.desktop.viewports().for_each(|viewport| self.check_viewport(viewport));
        assert_eq!(self.keyboard, self.desktop.focused_window(), "the effects tell who has the keyboard");
    }

    /// What a viewport shows at this moment is what it showed a moment ago, unless that has gone or moved.
    fn check_nothing_jumped(&self, before: &Desktop, now: Duration) {
        for (viewport, old) in self.desktop.viewports().filter_map(|v| Some((v, before.viewport(v.id)?))) {
            let (pose, old) = (viewport.camera.pose(now), old.camera.pose(now));
            let (places, _) = pose_of(&old);
            if places.iter().all(|path| self.desktop.tree().is_valid(path)) {
                assert_eq!(pose_of(&pose), pose_of(&old), "{} jumped", viewport.id);
            }
        }
    }

    fn check_tree(&mut self) {
        let tree = self.desktop.tree();
        assert!(!tree.sectors.is_empty());
        let mut alive = BTreeSet::new();
        let mut name = |id: u64| assert!(alive.insert(id), "{id} names two things");
        for sector in &tree.sectors {
            name(sector.id.get());
            assert!(!sector.name.is_empty());
            assert!(sector.recent.is_none_or(|id| sector.app(id).is_some()));
            for app in &sector.apps {
                name(app.id.get());
                check_app(app);
                app.windows.iter().for_each(|window| name(window.id.get()));
                let like = |other: &&App| !app.app_id.is_empty() && other.app_id == app.app_id;
                assert!(sector.apps.iter().filter(like).count() <= 1, "two apps of one kind in a sector");
            }
        }
        for app in &tree.panels {
            assert!(app.is_panel() && app.windows.len() == 1);
            name(app.id.get());
            name(app.windows[0].id.get());
        }
        for sector in &tree.sectors {
            sector.terminals.iter().for_each(|terminal| name(terminal.id.get()));
            let shown = sector.terminal.is_some_and(|id| sector.terminals.iter().any(|terminal| terminal.id == id));
            assert_eq!(shown, !sector.terminals.is_empty(), "a sector with terminals shows one of them");
            for terminal in &sector.terminals {
                assert!(terminal.title.chars().count() <= 96 && !terminal.title.chars().any(char::is_control));
                assert_ne!(terminal.directory.as_deref(), Some(""));
            }
        }
        let terminals: BTreeSet<TerminalId> = tree.terminals().map(|terminal| terminal.id).collect();
        assert!(self.shells.is_subset(&terminals), "a shell runs that nobody can get at");
        for (_, seen) in self.desktop.terminals_in_sight() {
            assert!(self.shells.contains(&seen), "nobody was asked to start what is seen");
            assert!(self.desktop.terminal(seen).is_some_and(|terminal| !terminal.unseen));
        }
        let ids: BTreeSet<WindowId> = tree.windows().map(|window| window.id).collect();
        assert_eq!(ids, self.windows, "a window was lost or came from nowhere");
        self.desktop.viewports().for_each(|viewport| name(viewport.id.get()));
        self.desktop.outputs().iter().for_each(|output| name(output.id.get()));
        assert!(alive.difference(&self.alive).all(|id| !self.used.contains(id)), "an id was given out twice");
        self.used.extend(&alive);
        self.alive = alive;
    }

    fn check_outputs(&self) {
        let mut all: Vec<ViewportId> = Vec::new();
        for output in self.desktop.outputs() {
            let panes = output.panes.viewports();
            assert!(panes.contains(&output.focused));
            let layout = output.layout();
            assert!(layout.iter().any(|(id, _)| *id == output.focused), "the focus is out of sight");
            for (i, (id, rect)) in layout.iter().enumerate() {
                let area = output.area;
                assert!(rect.x >= area.x && rect.y >= area.y);
                assert!(rect.right() <= area.right() + 1e-6 && rect.bottom() <= area.bottom() + 1e-6);
                assert!(layout[..i].iter().all(|(_, other)| !rect.overlaps(other)));
                self.check_tiles(*id, *rect);
            }
            all.extend(panes);
        }
        all.sort();
        let viewports: Vec<ViewportId> = self.desktop.viewports().map(|viewport| viewport.id).collect();
        assert_eq!(all, viewports, "every viewport is in one pane");
    }

    fn check_tiles(&self, viewport: ViewportId, rect: Rect) {
        let viewport = self.desktop.viewport(viewport).unwrap();
        let (pane, level) = (Size { w: rect.w, h: rect.h }, viewport.path.level());
        let count = self.desktop.tree().children(&viewport.path).len();
        let (room, tiles) = (content(pane, level), tiles(pane, level, viewport.mode, count));
        for (i, tile) in tiles.iter().enumerate().filter(|_| !room.is_empty()) {
            assert!(tile.x >= room.x - 1e-6 && tile.right() <= room.right() + 1e-6);
            assert!(tile.y >= room.y - 1e-6 && tile.bottom() <= room.bottom() + 1e-6);
            assert!(tiles[..i].iter().all(|other| !tile.overlaps(other)));
        }
    }

    fn check_viewport(&self, viewport: &lcars_ui::viewport::Viewport) {
        let tree = self.desktop.tree();
        assert!(tree.is_valid(&viewport.path), "{:?}", viewport.path);
        let children = tree.children(&viewport.path);
        match viewport.selected {
            Some(node) => assert!(children.contains(&node)),
            None => assert!(children.is_empty(), "nothing is selected"),
        }
        for after in [0, 1, 90, 200, 349] {
            self.check_pose(viewport.camera.pose(self.now + Duration::from_millis(after)));
        }
        if !viewport.is_held() {
            let rest = self.now + LONGEST;
            assert!(viewport.camera.rests(rest));
            assert_eq!(viewport.camera.pose(rest), Pose::Rest(viewport.path.clone()));
        }
    }

    fn check_pose(&self, pose: Pose) {
        let valid = |path: &Path| self.desktop.tree().is_valid(path);
        match pose {
            Pose::Rest(path) => assert!(valid(&path) || self.was_left(&path), "{path:?}"),
            Pose::Zoom { outer, inner, progress } => {
                assert!(valid(&outer), "{outer:?}");
                assert!(inner.is_within(&outer) && inner != outer);
                assert!(inner.level() != Level::Focus || valid(&inner) || self.was_left(&inner));
                assert!(progress > 0.0 && progress < 1.0, "{progress}");
            }
            Pose::Fade { from, to, progress } => {
                assert!(valid(&from) && valid(&to));
                assert!((0.0..=1.0).contains(&progress), "{progress}");
            }
        }
    }

    /// Whether a place is gone, or elsewhere by now, though it was one.
    fn was_left(&self, path: &Path) -> bool {
        path.nodes().iter().all(|node| self.used.contains(&node.get()))
    }
}

fn nodes(tree: &Tree) -> Vec<NodeId> {
    let apps = || tree.sectors.iter().flat_map(|sector| &sector.apps).chain(&tree.panels);
    let sectors = tree.sectors.iter().map(|sector| NodeId::from(sector.id)).chain([NodeId::Log]);
    sectors.chain(apps().map(|app| app.id.into())).chain(tree.windows().map(|window| window.id.into())).collect()
}

fn check_app(app: &App) {
    assert!(app.places().next().is_some(), "an app without a window of its own");
    assert!(app.recent.is_none_or(|id| app.places().any(|window| window.id == id)));
    for window in &app.windows {
        let place = app.place_of(window.id);
        assert!(app.window(place).is_some_and(|place| place.parent.is_none()), "a dialog above nothing");
        let behind =
            |parent| app.windows.iter().take_while(|other| other.id != window.id).any(|other| other.id == parent);
        assert!(window.parent.is_none_or(behind), "a dialog stands before its parent");
    }
}

#[test]
fn every_operation_is_among_what_happens() {
    let (run, steps, mut runner) = (Run::new(), asked(), TestRunner::deterministic());
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let asked = steps.new_tree(&mut runner).unwrap().current();
        let operation = serde_json::to_value(run.operation(&asked)).unwrap();
        seen.insert(operation["op"].as_str().unwrap().to_owned());
    }
    let schema = operation_schema();
    let names = schema["oneOf"].as_array().unwrap().iter().map(|variant| &variant["properties"]["op"]);
    let name = |op: &serde_json::Value| op["const"].as_str().or_else(|| op["enum"][0].as_str()).unwrap().to_owned();
    let all: BTreeSet<String> = names.map(name).collect();
    assert_eq!(seen, all);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_desktop_stays_whole(steps in vec(step(), 1..120)) {
        let mut run = Run::new();
        for step in &steps {
            run.step(step);
        }
        // A desktop that is made anew has none before their files are read.
        run.step(&Step::Panels(0, 0));
        let (snapshot, areas) = (run.desktop.snapshot(), vec![AREA; run.desktop.outputs().len()]);
        let restored = Desktop::restore(&snapshot, &areas).unwrap();
        prop_assert_eq!(restored.desktop.snapshot(), snapshot);
    }
}
