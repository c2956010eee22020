//! Programs: what can be launched, where what was launched belongs, and how it ended.

use std::time::{Duration, Instant, SystemTime};

use lcars_ui::hierarchy::{self, NodeId, OutputId, SectorId, TerminalId};
use lcars_ui::interface::AlertLevel;
use lcars_ui::view::Launchable;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;

use super::{Origin, Session, terminals};
use crate::services::launch::{LaunchId, Program, command_of, session_of, variable_of};
use crate::state::State;

/// Programs that are asked to end have this long.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the hierarchy is told of a new window's program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Provenance {
    /// The sector that it belongs to.
    pub sector: Option<SectorId>,
    /// How it can be started again.
    pub launch: Option<hierarchy::Launch>,
    /// It is one that is to come back to where it was.
    pub expected: Option<hierarchy::ExpectedId>,
}

impl Session {
    /// What can be launched and matches what was typed, the best match first; of all, what was used lately first.
    pub(crate) fn launchables(&self, search: &str) -> Vec<Launchable> {
        let recency = |id: &str| self.recent.as_ref().map_or(0, |recent| recent.recency(id));
        let entries = if search.trim().is_empty() {
            let mut all: Vec<_> = self.entries.all().collect();
            all.sort_by_key(|entry| std::cmp::Reverse(recency(&entry.id)));
            all
        } else {
            self.entries.search(search, recency)
        };
        let launchable = |entry: &crate::services::entries::Entry| Launchable {
            entry: entry.id.clone(),
            name: entry.name.clone(),
            icon: entry.icon.clone(),
            category: entry.category.label().to_owned(),
        };
        entries.into_iter().map(launchable).collect()
    }

    fn start(&mut self, launch: &Program, origin: Origin) -> Result<LaunchId, String> {
        let id = self.launcher.start(launch, &[]).map_err(|error| error.to_string())?;
        self.origins.insert(id, origin);
        Ok(id)
    }

    fn provenance(&self, pid: u32, sector_of: impl Fn(u32) -> Option<SectorId>) -> Provenance {
        let id = self.launcher.launches().of_pid(pid);
        let origin = id.and_then(|id| self.origins.get(&id).copied());
        let itself = id.filter(|id| self.launcher.launches().pid(*id) == Some(pid));
        let launch = itself.and_then(|id| self.launcher.launches().get(id).cloned()).or_else(|| command_of(pid));
        // A program that was started in a window belongs where that window is now, wherever it was when that began.
        let parent = id.and_then(|id| self.launcher.launches().pid(id)).filter(|parent| *parent != pid);
        Provenance {
            sector: parent.and_then(sector_of).or_else(|| origin.and_then(|origin| origin.sector)),
            launch: launch.map(|launch| hierarchy::Launch {
                command: launch.command,
                entry: None,
                directory: launch.directory.map(|directory| directory.to_string_lossy().into_owned()),
            }),
            expected: origin.and_then(|origin| origin.expected).filter(|_| itself.is_some()),
        }
    }
}

impl State {
    /// What can be launched, as far as it matches what was typed on a screen.
    pub(crate) fn find_launchables(&mut self, screen: OutputId) {
        let (Some(session), Some(screen)) = (&self.session, self.screens.get_mut(screen)) else { return };
        let search = screen.interface.sought();
        if screen.launcher_for.as_deref() != Some(search) {
            screen.launcher = session.launchables(search);
            screen.launcher_for = Some(search.to_owned());
        }
    }

    /// Starts the program of a desktop entry in the sector of the focused pane.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn launch(&mut self, entry: &str) -> Result<(), String> {
        let Some(session) = &self.session else { return Err("this session starts no programs".into()) };
        let Some(found) = session.entries.get(entry) else {
            return Err(format!("there is no program {entry:?}"));
        };
        let command = session.entries.command(found).map_err(|error| error.to_string())?;
        self.run(command, found.directory.clone())?;
        self.remember_launch(entry);
        Ok(())
    }

    /// Opens a file or an address with the program of a desktop entry, in the sector of a terminal.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn open_with(&mut self, what: &str, entry: &str, terminal: Option<TerminalId>) -> Result<(), String> {
        if what.len() > crate::opening::MOST_BYTES || what.contains('\0') {
            return Err("that is neither a path nor an address".into());
        }
        if !what.starts_with('/') && !what.contains("://") {
            return Err("a path is to be absolute".into());
        }
        let Some(session) = &self.session else { return Err("this session starts no programs".into()) };
        let Some(found) = session.entries.get(entry) else { return Err(format!("there is no program {entry:?}")) };
        let command = session.entries.command_to_open(found, what).map_err(|error| error.to_string())?;
        let directory = found.directory.clone();
        let of_terminal = terminal.and_then(|id| self.shell.desktop.tree().terminal(id)).map(|(sector, _)| sector.id);
        let sector = of_terminal.or_else(|| self.shell.sector_here());
        self.start(&Program { command, directory }, Origin { sector, expected: None })?;
        self.remember_launch(entry);
        Ok(())
    }

    /// What is launched often is offered first. Written on another thread; nothing waits for the disk.
    fn remember_launch(&mut self, entry: &str) {
        let Some(session) = &mut self.session else { return };
        let Some(recent) = &mut session.recent else { return };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        recent.add(entry, now.as_secs());
        let (recent, file) = (recent.clone(), session.dirs.recent_file());
        let spawned = std::thread::Builder::new().name("recent".into()).spawn(move || {
            if let Err(error) = recent.save(&file) {
                tracing::warn!(%error, "what was launched is not remembered");
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "what was launched is not remembered");
        }
        self.screens.iter_mut().for_each(|screen| screen.launcher_for = None);
    }

    /// Starts a program by its words in the sector of the focused pane.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn run(&mut self, command: Vec<String>, directory: Option<std::path::PathBuf>) -> Result<(), String> {
        let sector = self.shell.sector_here();
        self.start(&Program { command, directory }, Origin { sector, expected: None })
    }

    fn start(&mut self, launch: &Program, origin: Origin) -> Result<(), String> {
        let Some(session) = &mut self.session else { return Err("this session starts no programs".into()) };
        session.start(launch, origin).map(drop)
    }

    /// Starts what was there when the desktop was remembered.
    pub(crate) fn start_expected(
        &mut self,
        launch: &hierarchy::Launch,
        expected: hierarchy::ExpectedId,
    ) -> Result<(), String> {
        let launch = Program { command: launch.command.clone(), directory: launch.directory.clone().map(Into::into) };
        self.start(&launch, Origin { sector: None, expected: Some(expected) })
    }

    /// Starts a terminal.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn run_terminal(&mut self) -> Result<(), String> {
        let terminal = self.session.as_ref().and_then(|session| session.entries.terminal());
        let command = terminal.ok_or_else(|| String::from("there is no terminal program; install foot"))?;
        self.run(command, None)
    }

    /// Starts another instance of what a node is.
    pub(crate) fn run_another(&mut self, node: NodeId) -> Result<(), String> {
        let tree = self.shell.desktop.tree();
        let app = match node {
            NodeId::App(id) => tree.app(id).map(|(_, app)| app),
            NodeId::Window(id) => tree.window(id).map(|(_, app, _)| app),
            NodeId::Sector(_) | NodeId::Log => None,
        };
        let Some(app) = app else { return Err("there is no such app".into()) };
        let (app_id, launch) = (app.app_id.clone(), app.launch.clone());
        let entry =
            self.session.as_ref().and_then(|session| session.entries.find(&app_id)).map(|entry| entry.id.clone());
        match (entry, launch) {
            (Some(entry), _) => self.launch(&entry),
            (None, Some(launch)) => self.run(launch.command, launch.directory.map(Into::into)),
            (None, None) => Err("nobody knows how this program is started".into()),
        }
    }

    /// Where a surface's program comes from.
    pub(crate) fn provenance(&self, surface: &WlSurface) -> Provenance {
        self.pid_of(surface).map(|pid| self.provenance_of(pid)).unwrap_or_default()
    }

    /// Where a process comes from.
    pub(crate) fn provenance_of(&self, pid: u32) -> Provenance {
        let Some(session) = &self.session else { return Provenance::default() };
        let sector_of = |pid: u32| {
            let windows = self.shell.windows().iter().filter_map(|window| Some((window.id?, window)));
            let mut theirs = windows.filter(|(_, window)| self.pid_of(window.toplevel.wl_surface()) == Some(pid));
            let (id, _) = theirs.next()?;
            self.shell.desktop.tree().window(id).and_then(|(sector, _, _)| Some(sector?.id))
        };
        let mut provenance = session.provenance(pid, sector_of);
        provenance.sector = provenance.sector.or_else(|| self.sector_of_terminal(pid));
        provenance
    }

    /// The sector of the terminal that a program was started in. One that has detached itself from its shell still has
    /// its environment.
    fn sector_of_terminal(&self, pid: u32) -> Option<SectorId> {
        let led = session_of(pid).and_then(|leader| self.terminals.led_by(leader));
        let named = || variable_of(pid, terminals::VARIABLE)?.parse().ok().map(TerminalId::from_raw);
        let terminal = led.or_else(named)?;
        self.shell.desktop.tree().terminal(terminal).map(|(sector, _)| sector.id)
    }

    /// The process that a surface belongs to.
    fn pid_of(&self, surface: &WlSurface) -> Option<u32> {
        if let Some(window) = self.x11_window(surface) {
            return window.pid();
        }
        let credentials = surface.client()?.get_credentials(&self.display).ok()?;
        u32::try_from(credentials.pid).ok()
    }

    /// What a desktop entry calls the program of an `app_id`.
    pub(crate) fn app_name(&self, app_id: &str) -> Option<String> {
        self.session.as_ref()?.entries.find(app_id).map(|entry| entry.name.clone())
    }

    /// Begins with the machine around: settings, what was remembered, and the program that the session was started
    /// with, unless that is among what comes back.
    ///
    /// # Errors
    /// If what the session consists of cannot be started.
    pub fn begin(&mut self, session: Session, command: &[String]) -> anyhow::Result<()> {
        self.session = Some(session);
        self.read_settings();
        self.apply_file_rules();
        self.found_sectors();
        self.begin_panels();
        self.watch_installed();
        self.recall();
        self.start_clock()?;
        self.start_icons()?;
        self.watch_settings();
        let apps = self.shell.desktop.snapshot().sectors.into_iter().flat_map(|sector| sector.apps);
        let comes_back = apps.filter_map(|app| app.launch).any(|launch| launch.command == command);
        if !command.is_empty() && !comes_back {
            // Its words may name files from here.
            self.run(command.to_vec(), std::env::current_dir().ok()).map_err(|reason| anyhow::anyhow!(reason))?;
        }
        self.relayout();
        Ok(())
    }

    /// Ends every program that was started: politely, then not.
    pub(crate) fn end_programs(&mut self) {
        self.end_terminals();
        let Some(session) = &mut self.session else { return };
        session.launcher.ask_all_to_end();
        let deadline = Instant::now() + PATIENCE;
        while session.launcher.launches().running() > 0 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
            session.launcher.reap();
        }
        session.launcher.kill_all();
    }

    /// Programs have ended: the user hears of those that failed.
    pub(crate) fn reap(&mut self) {
        self.reap_fallback();
        self.reap_panels();
        let Some(session) = &mut self.session else { return };
        let mut failed = Vec::new();
        for ended in session.launcher.reap() {
            let name = session.launcher.launches().get(ended.id).and_then(|launch| launch.command.first().cloned());
            let origin = session.origins.remove(&ended.id);
            if let (Some(reason), Some(name)) = (ended.reason(), name) {
                let name = name.rsplit('/').next().unwrap_or(&name);
                failed.push((format!("{name} ended {reason}"), origin.and_then(|origin| origin.sector)));
            }
        }
        for (text, sector) in failed {
            self.tell_user_of(AlertLevel::Caution, &text, sector);
        }
    }
}
