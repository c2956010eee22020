//! Panels: the user's own pages as places of the hierarchy. Each is shown by a browser engine in a process of its own, whose
//! one toplevel is the panel's surface, and which is there only while somebody looks (`life.rs`). What the page may reach
//! and how it looks is the crate `webview`'s.

mod data;
mod door;
mod files;
mod life;
mod process;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use lcars_ui::camera::Motion;
use lcars_ui::hierarchy::{NewPanel, PanelLevel, Shown, WindowId};
use lcars_ui::interface::AlertLevel;
use webview::{Bridge, Engine, Host, Look, Page, Place};

use crate::state::State;

use door::Door;
use life::{Deed, Heard, Life};
use process::Process;

/// Bytes that one panel may have for itself.
const MOST_MEMORY: u64 = 512 << 20;
/// How often that is looked at.
const WEIGH: Duration = Duration::from_secs(5);
/// With more of the machine's memory in use, panels out of sight go sooner.
const SHORT: f64 = 0.9;

/// All panels, and what shows them.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    /// Where the user's are.
    folder: Option<PathBuf>,
    /// A file has changed; they will be read again.
    changed: bool,
    pages: Vec<Page>,
    lives: BTreeMap<WindowId, Life>,
    running: BTreeMap<WindowId, Running>,
    host: Option<Host>,
    weighed: Option<Instant>,
    before: Option<data::Before>,
}

/// What shows one panel.
#[derive(Debug)]
struct Running {
    bridge: Bridge,
    process: Process,
    _door: Door,
}

impl Panels {
    /// How many are shown by something.
    fn running(&self) -> usize {
        self.running.len()
    }
}

impl State {
    /// Begins with the user's panels.
    pub(crate) fn begin_panels(&mut self) {
        let Some(session) = &self.session else { return };
        self.panels.folder = Some(session.dirs().config_home.join("tos/panels"));
        self.read_panels();
        self.watch_panels();
    }

    /// Reads the user's panels. What is new appears, what has changed is loaded anew, what has gone goes.
    pub(crate) fn read_panels(&mut self) {
        let Some(folder) = self.panels.folder.clone() else { return };
        let (pages, mistakes) = files::read(&folder);
        self.tell_mistakes(&mistakes);
        let wanted: Vec<NewPanel> = pages.iter().map(described).collect();
        let now = self.shell.now();
        match self.shell.desktop.put_panels(&wanted, now) {
            Ok(effects) => self.carry_out(effects),
            Err(refused) => return self.tell_user(AlertLevel::Caution, &format!("panels: {refused}")),
        }
        let before = std::mem::replace(&mut self.panels.pages, pages);
        let tree = self.shell.desktop.tree();
        let alive: BTreeMap<WindowId, String> = tree
            .all_panels()
            .filter_map(|app| Some((app.windows.first()?.id, app.panel.as_ref()?.name.clone())))
            .collect();
        let panels = &mut self.panels;
        panels.lives.retain(|window, _| alive.contains_key(window));
        panels.running.retain(|window, _| alive.contains_key(window));
        for (window, name) in &alive {
            panels.lives.entry(*window).or_insert_with(|| Life::new(Instant::now()));
            let page = panels.pages.iter().find(|page| page.name == *name);
            if let (Some(running), Some(page)) = (panels.running.get(window), page)
                && !before.contains(page)
            {
                running.bridge.set_page(page.clone());
            }
        }
        self.shell.outdated = true;
        self.screens.damage();
    }

    /// Starts what has come into sight. After every turn of the loop, and cheap.
    pub(crate) fn follow_panels(&mut self) {
        let waiting: Vec<WindowId> =
            self.panels.lives.iter().filter(|(_, life)| life.waits_to_be_seen()).map(|(window, _)| *window).collect();
        for window in waiting {
            // Most of the time nobody sees it, and nothing is done.
            self.tend_panel(window, Instant::now());
        }
    }

    /// Looks after those that run, once a second.
    pub(crate) fn tend_panels(&mut self) {
        if self.panels.lives.is_empty() {
            return;
        }
        let now = Instant::now();
        self.weigh_panels(now);
        let all: Vec<WindowId> = self.panels.lives.keys().copied().collect();
        all.into_iter().for_each(|window| self.tend_panel(window, now));
        self.tell_panels(now);
    }

    fn tend_panel(&mut self, window: WindowId, now: Instant) {
        let shown = self.seen(window);
        let readings = self.shell.readings;
        let short = readings.memory_total > 0 && readings.memory_used as f64 > SHORT * readings.memory_total as f64;
        let heard = |running: &Running| Heard { answered: running.bridge.answered(), left: running.bridge.left() };
        let heard = self.panels.running.get(&window).map(heard).unwrap_or_default();
        let Some(life) = self.panels.lives.get_mut(&window) else { return };
        match life.tend(now, shown, short, heard) {
            Deed::Nothing => {}
            Deed::Start => self.start_panel(window),
            Deed::End => _ = self.panels.running.remove(&window),
            Deed::Ask(question) => {
                self.panels.running.get(&window).into_iter().for_each(|running| running.bridge.ping(question));
            }
        }
        self.show_health(window);
    }

    /// Tells the pages that want it how the system does.
    fn tell_panels(&mut self, now: Instant) {
        let wants = |state: &Self, window: &WindowId| {
            let panel = state.shell.desktop.tree().panel_of(*window);
            let page = panel.and_then(|panel| state.panels.pages.iter().find(|page| page.name == panel.name));
            page.is_some_and(|page| page.data) && state.seen(*window) != Shown::Hidden
        };
        let told: Vec<WindowId> = self.panels.running.keys().copied().filter(|window| wants(self, window)).collect();
        if told.is_empty() {
            return;
        }
        let data = self.panel_data(now).to_string();
        for running in told.iter().filter_map(|window| self.panels.running.get(window)) {
            running.bridge.set_data(data.clone());
        }
    }

    /// Ends those that have taken too much.
    fn weigh_panels(&mut self, now: Instant) {
        if self.panels.weighed.is_some_and(|at| now.saturating_duration_since(at) < WEIGH) {
            return;
        }
        self.panels.weighed = Some(now);
        let heavy =
            |(window, running): (&WindowId, &Running)| (running.process.memory() > MOST_MEMORY).then_some(*window);
        let heavy: Vec<WindowId> = self.panels.running.iter().filter_map(heavy).collect();
        for window in heavy {
            self.stop_panel(window, format!("it took more than {} MB of memory", MOST_MEMORY >> 20));
        }
    }

    /// What shows a panel is gone, or goes, and the user hears of it.
    fn stop_panel(&mut self, window: WindowId, why: String) {
        tracing::warn!(%window, why, "a panel has stopped");
        self.panels.running.remove(&window);
        if let Some(life) = self.panels.lives.get_mut(&window) {
            life.died(Instant::now(), why);
        }
        self.show_health(window);
    }

    fn show_health(&mut self, window: WindowId) {
        let Some(life) = self.panels.lives.get(&window) else { return };
        if self.shell.desktop.set_panel_health(window, life.health()) {
            self.shell.outdated = true;
            self.screens.damage();
        }
    }

    fn start_panel(&mut self, window: WindowId) {
        if let Err(why) = self.try_to_start_panel(window) {
            self.stop_panel(window, why);
        }
    }

    fn try_to_start_panel(&mut self, window: WindowId) -> Result<(), String> {
        let session = self.session.as_ref().ok_or("this session starts no programs")?;
        let name = self.shell.desktop.tree().panel_of(window).map(|panel| panel.name.clone()).unwrap_or_default();
        let page = self.panels.pages.iter().find(|page| page.name == name).cloned().ok_or("its file is gone")?;
        let found = Engine::probe(|program| session.dirs().program(program));
        let (engine, program) = found.ok_or("no engine is installed: cog or chromium")?;
        let directory = session.runtime().join(format!("tos-panel-{}-{}", std::process::id(), window.get()));
        let failed = |error: std::io::Error| error.to_string();
        let display = Process::prepare(&directory).map_err(failed)?;
        let (url, look) = (page.url(), self.look_of_panels());
        let host = match self.panels.host.take() {
            Some(host) => host,
            None => Host::new().map_err(failed)?,
        };
        let bridge = host.open(page, look);
        self.panels.host = Some(host);
        let bridge = bridge.map_err(failed)?;
        let door = Door::open(&self.handle, display, window).map_err(failed)?;
        let start = engine.start(&program, &url, bridge.port(), &directory, |name| session.variable(name));
        let process = Process::start(&start, directory).map_err(failed)?;
        tracing::info!(name, pid = process.id(), engine = engine.program(), "a panel starts");
        self.panels.running.insert(window, Running { bridge, process, _door: door });
        Ok(())
    }

    /// A panel's engine shows something.
    pub(crate) fn panel_appeared(&mut self, window: WindowId) {
        if let Some(life) = self.panels.lives.get_mut(&window) {
            life.appeared();
        }
        self.show_health(window);
    }

    /// Puts a panel away until somebody goes to it.
    pub(crate) fn end_panel(&mut self, window: WindowId) {
        self.panels.running.remove(&window);
        if let Some(life) = self.panels.lives.get_mut(&window) {
            life.close();
        }
        self.show_health(window);
    }

    /// Starts a panel anew.
    pub(crate) fn restart_panel(&mut self, window: WindowId) {
        self.panels.running.remove(&window);
        let now = Instant::now();
        if let Some(life) = self.panels.lives.get_mut(&window) {
            life.restart(now);
        }
        self.tend_panel(window, now);
    }

    /// Something that we started has ended.
    pub(crate) fn reap_panels(&mut self) {
        let ended = |(window, running): (&WindowId, &mut Running)| Some((*window, running.process.ended()?));
        let ended: Vec<_> = self.panels.running.iter_mut().filter_map(ended).collect();
        ended.into_iter().for_each(|(window, why)| self.stop_panel(window, why));
    }

    /// Lets panels look as the desktop does.
    pub(crate) fn tell_panels_the_look(&self) {
        let look = self.look_of_panels();
        self.panels.running.values().for_each(|running| running.bridge.set_look(look.clone()));
    }

    fn look_of_panels(&self) -> Look {
        Look { css: self.theme.to_css(), reduced: self.shell.desktop.motion() == Motion::Reduced }
    }
}

fn described(page: &Page) -> NewPanel {
    let level = match page.place {
        Place::Overview => PanelLevel::Overview,
        Place::Hub => PanelLevel::Hub,
        Place::Place => PanelLevel::Place,
    };
    NewPanel { name: page.name.clone(), title: page.title.clone(), level, sector: page.sector.clone() }
}
