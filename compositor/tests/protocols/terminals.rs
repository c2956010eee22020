//! The desktop's own terminals: real shells, typed into as people do.

use std::path::Path;
use std::time::{Duration, Instant};

use compositor::services::dirs::Dirs;
use compositor::services::launch::{Launcher, Output};
use compositor::session::Session;
use lcars_ui::hierarchy::{Activity, HubMode, Terminal, TerminalId};
use lcars_ui::operation::Operation;
use tempfile::TempDir;
use wayland_client::protocol::wl_keyboard;

use crate::fixture::Fixture;

/// Shells of a busy machine take their time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session with a machine around it, in a home of its own.
pub struct Desk {
    pub f: Fixture,
    pub home: TempDir,
}

impl Desk {
    /// In the hub of a sector, with a shell.
    pub fn new(shell: &str) -> Self {
        Self::with(&format!("shell = {shell:?}\n"))
    }

    /// With these settings of terminals.
    pub fn with(settings: &str) -> Self {
        Self::prepared(settings, |_| {})
    }

    /// The same, with files that are there when the session begins.
    pub fn prepared(settings: &str, prepare: impl FnOnce(&Path)) -> Self {
        let home = tempfile::tempdir().unwrap();
        prepare(home.path());
        let at = |name: &str| home.path().join(name);
        std::fs::create_dir_all(at(".config/tos")).unwrap();
        // Else a new user's Fish begins to read all manuals.
        std::fs::create_dir_all(at(".local/share/fish/generated_completions")).unwrap();
        std::fs::write(at(".config/tos/config.toml"), format!("[terminal]\n{settings}")).unwrap();
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
        Self { f, home }
    }

    /// Turns the loop until something is so.
    pub fn until<T>(&mut self, what: &str, mut check: impl FnMut(&mut Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = check(self) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what}: {:?}", self.screens());
            self.f.wait();
        }
    }

    pub fn does(&mut self, operation: &Operation) {
        self.f.state.operate(operation).unwrap();
        self.f.state.shell.desktop.arrive_at_once();
        self.f.state.relayout();
        self.f.turn();
    }

    /// Enters the hub of the first sector in COMMAND mode; its terminal, once its shell waits for a command.
    pub fn terminal(&mut self) -> TerminalId {
        let sector = self.f.state.shell.desktop.tree().sectors[0].id;
        self.does(&Operation::Jump { to: Some(sector.into()) });
        self.does(&Operation::Mode { mode: HubMode::Command });
        let id = self.f.state.shell.desktop.prompt_terminal().expect("the hub has a terminal");
        self.at_prompt(id);
        id
    }

    pub fn told(&self, id: TerminalId) -> &Terminal {
        self.f.state.shell.desktop.terminal(id).expect("a terminal")
    }

    pub fn at_prompt(&mut self, id: TerminalId) {
        self.until("the shell waits for a command", |desk| {
            (desk.told(id).activity == Activity::AtPrompt).then_some(())
        });
    }

    pub fn lines(&self, id: TerminalId) -> Vec<String> {
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

/// Keys of a keyboard of the United States that type a text, as a page tells them.
fn keys(text: &str) -> Vec<(String, bool)> {
    let key = |c: char| match c {
        'a'..='z' => (format!("Key{}", c.to_ascii_uppercase()), false),
        'A'..='Z' => (format!("Key{c}"), true),
        '0'..='9' => (format!("Digit{c}"), false),
        ' ' => ("Space".into(), false),
        '\n' => ("Enter".into(), false),
        '-' => ("Minus".into(), false),
        '.' => ("Period".into(), false),
        ';' => ("Semicolon".into(), false),
        '/' => ("Slash".into(), false),
        '=' => ("Equal".into(), false),
        '_' => ("Minus".into(), true),
        '$' => ("Digit4".into(), true),
        other => panic!("no key for {other:?}"),
    };
    text.chars().map(key).collect()
}

impl Desk {
    pub fn types(&mut self, text: &str) {
        for (code, shift) in keys(text) {
            if shift {
                self.f.key("ShiftLeft", true);
            }
            self.f.key(&code, true);
            self.f.key(&code, false);
            if shift {
                self.f.key("ShiftLeft", false);
            }
        }
    }

    pub fn chord(&mut self, held: &[&str], code: &str) {
        held.iter().for_each(|code| self.f.key(code, true));
        self.f.key(code, true);
        self.f.key(code, false);
        held.iter().rev().for_each(|code| self.f.key(code, false));
    }

    pub fn shows(&mut self, id: TerminalId, text: &str) {
        self.until(text, |desk| desk.lines(id).iter().any(|line| line.trim_end() == text).then_some(()));
    }

    /// The command that has ended last, and with what.
    pub fn ended(&mut self, id: TerminalId, command: &str) -> Option<i32> {
        self.until(command, |desk| {
            let last = desk.told(id).last.clone()?;
            // Until the prompt is seen, the shell may not read yet: what is typed would be the tty's.
            (last.command == command && desk.told(id).activity == Activity::AtPrompt && desk.prompts(id))
                .then_some(last.status)
        })
    }

    /// Whether the last thing on a terminal is a prompt.
    pub fn prompts(&self, id: TerminalId) -> bool {
        let lines = self.lines(id);
        let last = lines.iter().map(|line| line.trim_end()).rfind(|line| !line.is_empty());
        last.is_some_and(|line| line.ends_with(['#', '$', '>', '%']))
    }
}

#[test]
fn what_is_typed_runs_and_what_becomes_of_it_is_told() {
    for shell in ["fish", "bash", "zsh"] {
        let mut desk = Desk::new(shell);
        let id = desk.terminal();
        desk.types("echo $HOME; cd /; false\n");
        assert_eq!(desk.ended(id, "echo $HOME; cd /; false"), Some(1), "{shell}");
        let home = desk.home.path().to_str().unwrap().to_owned();
        desk.shows(id, &home);
        desk.until("the shell is elsewhere", |desk| (desk.told(id).directory.as_deref() == Some("/")).then_some(()));
    }
}

#[test]
fn plain_keys_are_the_terminals_and_chords_with_super_are_not() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("cat\n");
    desk.until("it runs", |desk| matches!(desk.told(id).activity, Activity::Running { .. }).then_some(()));
    // It says again what it reads: from then on the terminal, and its keys, are its own and no longer the shell's.
    desk.types("there\n");
    desk.until("it reads", |desk| {
        (desk.lines(id).iter().filter(|line| line.trim_end() == "there").count() == 2).then_some(())
    });
    let before = desk.f.state.shell.desktop.focused_viewport().path.clone();
    desk.f.key("Escape", true);
    desk.f.key("Escape", false);
    desk.shows(id, "^[");
    assert_eq!(desk.f.state.shell.desktop.focused_viewport().path, before, "Escape is typed");
    desk.chord(&["ControlLeft"], "KeyC");
    assert_eq!(desk.ended(id, "cat"), Some(130));
    desk.chord(&["MetaLeft"], "ArrowUp");
    desk.until("it is zoomed out", |desk| (desk.f.state.shell.desktop.focused_viewport().path != before).then_some(()));
}

#[test]
fn a_held_key_types_again_until_it_is_released() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("echo ");
    desk.f.key("KeyX", true);
    desk.until("it is typed again", |desk| desk.lines(id).iter().any(|line| line.contains("xxx")).then_some(()));
    desk.f.blur();
    desk.types("\n");
    let last = desk.until("it ran", |desk| desk.told(id).last.clone());
    assert!(last.command.starts_with("echo xxx"), "{last:?}");
}

#[test]
fn a_terminal_that_is_closed_hangs_its_shell_up() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    let gone = desk.home.path().join("gone");
    // It hears of the end of its terminal only once it listens.
    let script = format!("trap 'echo yes > {}; exit' HUP\necho ready\nwhile :; do read -r x; done\n", gone.display());
    std::fs::write(desk.home.path().join("script"), script).unwrap();
    desk.types("bash script\n");
    desk.shows(id, "ready");
    desk.does(&Operation::CloseTerminal { terminal: Some(id) });
    desk.until("the program has heard of it", |_| gone.exists().then_some(()));
    assert_eq!(desk.f.state.terminal_lines(id), Vec::<String>::new());
}

#[test]
fn a_shell_that_ends_can_be_started_again() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("exit 7\n");
    desk.until("it ended", |desk| (desk.told(id).activity == Activity::Ended { status: Some(7) }).then_some(()));
    assert!(!desk.lines(id).is_empty(), "what it left is still there");
    desk.does(&Operation::RestartTerminal { terminal: Some(id) });
    desk.at_prompt(id);
    desk.types("echo again\n");
    desk.shows(id, "again");
}

#[test]
fn a_shell_that_another_takes_the_place_of_is_no_command_that_never_ends() {
    for (shell, then) in [("bash", "bash"), ("fish", "bash"), ("zsh", "sh")] {
        let mut desk = Desk::new(shell);
        let id = desk.terminal();
        let command = format!("exec {then}");
        desk.types(&format!("{command}\n"));
        assert_eq!(desk.ended(id, &command), None, "{shell}: how it ended is not known");
        desk.types("echo here\n");
        desk.shows(id, "here");
        assert_eq!(desk.told(id).activity, Activity::AtPrompt);
        desk.types("exit 3\n");
        desk.until("it ended", |desk| (desk.told(id).activity == Activity::Ended { status: Some(3) }).then_some(()));
        desk.does(&Operation::RestartTerminal { terminal: Some(id) });
        desk.at_prompt(id);
        desk.types("false\n");
        assert_eq!(desk.ended(id, "false"), Some(1), "{shell}: what is started anew has its module");
    }
}

#[test]
fn a_program_that_takes_the_place_of_a_shell_runs() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("exec cat\n");
    desk.until("it runs", |desk| matches!(desk.told(id).activity, Activity::Running { .. }).then_some(()));
    desk.types("twice\n");
    desk.until("it reads", |desk| {
        (desk.lines(id).iter().filter(|line| line.trim_end() == "twice").count() == 2).then_some(())
    });
    assert!(matches!(&desk.told(id).activity, Activity::Running { command, .. } if command == "exec cat"));
}

#[test]
fn no_program_hears_of_keys_that_a_terminal_has() {
    let mut desk = Desk::new("bash");
    let mut client = desk.f.client();
    let keyboard = client.seat().get_keyboard(&client.qh, ());
    desk.f.window(&mut client, crate::picture::RED);
    let id = desk.terminal();
    client.events(&keyboard);
    desk.types("echo secret\n");
    desk.shows(id, "secret");
    desk.f.roundtrip(&mut client);
    let told = client.events(&keyboard).into_iter().any(|event| matches!(event, wl_keyboard::Event::Key { .. }));
    assert!(!told, "keys of the terminal reached a program");
}

#[test]
fn what_a_command_wrote_is_selected_copied_and_pasted_by_keys() {
    let mut desk = Desk::new("bash");
    let id = desk.terminal();
    desk.types("echo marker7\n");
    assert_eq!(desk.ended(id, "echo marker7"), Some(0));
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyO");
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyC");
    desk.types("echo again-");
    desk.chord(&["ControlLeft", "ShiftLeft"], "KeyV");
    desk.until("it is pasted", |desk| {
        desk.lines(id).iter().any(|line| line.contains("echo again-marker7")).then_some(())
    });
}

#[test]
fn a_long_command_that_ends_where_nobody_looks_is_told() {
    // However short it is by the clock: a terminal that is heard late begins and ends almost at once.
    let mut desk = Desk::with("shell = \"bash\"\nlong_command = 1e-9\n");
    let id = desk.terminal();
    let made = std::process::Command::new("mkfifo").arg(desk.home.path().join("fifo")).status().unwrap();
    assert!(made.success());
    desk.types("cat fifo\n");
    desk.until("it runs", |desk| matches!(desk.told(id).activity, Activity::Running { .. }).then_some(()));
    desk.does(&Operation::Jump { to: None });
    std::fs::write(desk.home.path().join("fifo"), "x\n").unwrap();
    desk.until("it is told", |desk| {
        let alerts = format!("{:?}", desk.f.state.screen().interface.alerts);
        alerts.contains("cat fifo is done after").then_some(())
    });
}
