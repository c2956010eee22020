//! The desktop's own terminals: real shells, typed into as people do.

use std::time::{Duration, Instant};

use compositor::services::dirs::Dirs;
use compositor::services::launch::{Launcher, Output};
use compositor::session::Session;
use lcars_ui::hierarchy::{Activity, HubMode, Terminal, TerminalId};
use lcars_ui::operation::Operation;
use tempfile::TempDir;

use crate::fixture::Fixture;

/// Shells of a busy machine take their time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session with a machine around it, in a home of its own.
struct Desk {
    f: Fixture,
    _home: TempDir,
}

impl Desk {
    /// In the hub of a sector, with a shell.
    fn new(shell: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        std::fs::create_dir_all(at(".config/tos")).unwrap();
        std::fs::write(at(".config/tos/config.toml"), format!("[terminal]\nshell = {shell:?}\n")).unwrap();
        let path = std::env::var_os("PATH");
        let dirs = Dirs::new(|name| match name {
            "HOME" => Some(home.path().into()),
            "PATH" => path.clone(),
            _ => None,
        });
        let environment = vec![("HOME".into(), home.path().into()), ("XDG_CONFIG_HOME".into(), at(".config").into())];
        let launcher = Launcher::new(environment, Output::Log, home.path().to_owned());
        let mut f = Fixture::watching();
        assert!(f.state.resize((1280, 720).into(), 1.0));
        f.state.begin(Session::new(dirs, home.path().to_owned(), launcher, None), &[]).unwrap();
        Self { f, _home: home }
    }

    /// Turns the loop until something is so.
    fn until<T>(&mut self, what: &str, mut check: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = check(self) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what}: {:?}", self.screens());
            self.f.wait();
        }
    }

    fn does(&mut self, operation: &Operation) {
        self.f.state.operate(operation).unwrap();
        self.f.state.shell.desktop.arrive_at_once();
        self.f.state.relayout();
        self.f.turn();
    }

    /// Enters the hub of the first sector in COMMAND mode; its terminal, once its shell waits for a command.
    fn terminal(&mut self) -> TerminalId {
        let sector = self.f.state.shell.desktop.tree().sectors[0].id;
        self.does(&Operation::Jump { to: Some(sector.into()) });
        self.does(&Operation::Mode { mode: HubMode::Command });
        let id = self.f.state.shell.desktop.prompt_terminal().expect("the hub has a terminal");
        self.at_prompt(id);
        id
    }

    fn told(&self, id: TerminalId) -> &Terminal {
        self.f.state.shell.desktop.terminal(id).expect("a terminal")
    }

    fn at_prompt(&mut self, id: TerminalId) {
        self.until("the shell waits for a command", |desk| {
            (desk.told(id).activity == Activity::AtPrompt).then_some(())
        });
    }

    fn lines(&self, id: TerminalId) -> Vec<String> {
        self.f.state.terminal_lines(id)
    }

    /// Everything on all terminals, for the words of a test that failed.
    fn screens(&self) -> Vec<(Activity, String)> {
        let terminals = self.f.state.shell.desktop.tree().terminals();
        terminals.map(|terminal| (terminal.activity.clone(), self.lines(terminal.id).join("\n"))).collect()
    }
}

#[test]
fn entering_the_command_mode_of_a_hub_starts_a_shell() {
    let mut desk = Desk::new("sh");
    let id = desk.terminal();
    desk.until("there is a prompt", |desk| desk.lines(id).iter().any(|line| !line.is_empty()).then_some(()));
}

#[test]
fn a_shell_that_is_not_there_is_told_and_the_terminal_has_ended() {
    let mut desk = Desk::new("no-such-shell");
    let sector = desk.f.state.shell.desktop.tree().sectors[0].id;
    desk.does(&Operation::Jump { to: Some(sector.into()) });
    desk.does(&Operation::Mode { mode: HubMode::Command });
    let id = desk.f.state.shell.desktop.prompt_terminal().unwrap();
    assert_eq!(desk.told(id).activity, Activity::Ended { status: None });
    let alerts = &desk.f.state.screen().interface.alerts;
    assert!(format!("{alerts:?}").contains("no-such-shell"), "{alerts:?}");
}
