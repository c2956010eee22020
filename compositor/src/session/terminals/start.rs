//! How a shell begins and ends.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lcars_ui::hierarchy::{Activity, SectorId, TerminalId};
use lcars_ui::interface::AlertLevel;
use shell_bridge::api::{Decoder, Limits, Nonce};
use shell_bridge::modules::{ModuleFiles, prepare};
use shell_bridge::pty::Shell;
use shell_bridge::terminal::{Options, Terminal};

use super::ear::Ear;
use super::{Running, VARIABLE};
use crate::services::dirs::Dirs;
use crate::services::{descriptors, priority};
use crate::state::State;
use crate::trust;

/// A shell that is to be started.
#[derive(Debug)]
pub(super) struct Due {
    terminal: TerminalId,
    sector: SectorId,
    directory: Option<String>,
}

/// The shell of the settings, else Fish, else the user's, else Bash: the first that is there.
fn choose(set: Option<&str>, dirs: &Dirs, users: Option<OsString>) -> Result<PathBuf, String> {
    if let Some(set) = set {
        return dirs.program(set).ok_or_else(|| format!("the shell of the settings, {set:?}, is not there"));
    }
    let users = users.and_then(|shell| shell.into_string().ok()).filter(|shell| shell.starts_with('/'));
    let known = [Some("fish".to_owned()), users, Some("bash".to_owned()), Some("/bin/sh".to_owned())];
    let found = known.into_iter().flatten().find_map(|name| dirs.program(&name));
    found.ok_or_else(|| "there is no shell on this machine".to_owned())
}

impl State {
    /// A terminal wants a shell. It is started when the picture is laid out next, in the size that it is seen in.
    pub(crate) fn start_terminal(&mut self, terminal: TerminalId, sector: SectorId, directory: Option<String>) {
        self.terminals.due.push(Due { terminal, sector, directory });
        self.shell.outdated = true;
    }

    /// Starts what waits to be started.
    pub(super) fn start_due(&mut self) {
        for due in std::mem::take(&mut self.terminals.due) {
            let (terminal, sector) = (due.terminal, due.sector);
            if self.shell.desktop.terminal(terminal).is_none() {
                continue;
            }
            if let Err(reason) = self.start_shell(due) {
                tracing::warn!("a shell was not started: {reason}");
                self.shell.desktop.terminal_activity(terminal, Activity::Ended { status: None });
                self.tell_user_of(AlertLevel::Danger, &reason, Some(sector));
                self.shell.outdated = true;
            }
        }
    }

    fn start_shell(&mut self, due: Due) -> Result<(), String> {
        let words = |error: &dyn std::fmt::Display| format!("the shell cannot be started: {error}");
        let (ping, sender) = self.listen_to_shells().map_err(|error| words(&error))?;
        let Some(session) = &self.session else { return Err("this session starts no shells".into()) };
        let shell = choose(self.settings.terminal.shell.as_deref(), session.dirs(), session.variable("SHELL"))?;
        let modules = match &self.terminals.modules {
            Some(modules) => modules.clone(),
            None => {
                let modules = ModuleFiles::install(session.runtime()).map_err(|error| words(&error))?;
                self.terminals.modules.insert(modules).clone()
            }
        };
        let nonce = Nonce::random().map_err(|error| words(&error))?;
        let home = session.dirs().home.clone();
        let wanted = due.directory.map(PathBuf::from).filter(|directory| directory.is_dir());
        let mut command = prepare(&shell, &nonce, &modules, wanted.unwrap_or(home));
        // What its module needs comes after what all programs are told, and so counts.
        let of_module = std::mem::replace(&mut command.env, session.environment().to_vec());
        command.env.extend(of_module);
        if !self.socket.is_empty() {
            command.env.push((trust::VARIABLE.into(), trust::socket_name(&self.socket).into()));
        }
        command.env.push((VARIABLE.into(), due.terminal.get().to_string().into()));
        let kind = command.kind;
        let fit = match self.fit(due.terminal) {
            Some(fit) => fit,
            None => self.unseen_fit(),
        };
        let options = Options {
            scrollback: self.settings.terminal.scrollback as usize,
            palette: self.terminal_palette(),
            cell: fit.cell,
            ..Options::default()
        };
        self.terminals.lives += 1;
        let life = self.terminals.lives;
        let ear = Ear::new(due.terminal, life, ping, sender);
        let mut grid = Terminal::new(fit.size, options);
        grid.focus(self.terminals.focused == Some(due.terminal));
        let decoder = Decoder::new(nonce, Limits::default());
        let shell = Shell::spawn(command, grid, decoder, ear.clone(), Arc::clone(&self.terminals.turns))
            .map_err(|error| words(&error))?;
        if let Some(pid) = shell.process() {
            descriptors::usual_for(pid);
            priority::let_give_way(pid);
        }
        let running = Running { shell, life, ear, kind, fit, command: None, path: None, noise: None, ended: false };
        // What was there before it is gone with its grid.
        self.terminals.shells.insert(due.terminal, running);
        self.shell.outdated = true;
        Ok(())
    }

    /// A terminal is gone: its shell hears what shells hear of a terminal that was closed.
    pub(crate) fn end_terminal(&mut self, terminal: TerminalId) {
        self.terminals.due.retain(|due| due.terminal != terminal);
        if let Some(running) = self.terminals.shells.remove(&terminal) {
            running.shell.hang_up();
        }
        self.terminals.grabs.retain(|grab| grab.terminal != terminal);
        self.terminals.finger = self.terminals.finger.take().filter(|finger| finger.terminal != terminal);
        self.shell.shells.faces.remove(&terminal);
        let shells = &self.terminals.shells;
        self.gallery.iter_mut().for_each(|gallery| gallery.terminals.keep_only(|id| shells.contains_key(&id)));
    }

    /// The session ends, and with it every shell.
    pub(crate) fn end_terminals(&mut self) {
        for (_, running) in std::mem::take(&mut self.terminals.shells) {
            running.shell.hang_up();
        }
    }

    /// A moment as commands are timed.
    pub(super) fn long_command(&self) -> Option<Duration> {
        let seconds = self.settings.terminal.long_command;
        (seconds > 0.0).then(|| Duration::from_secs_f64(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shell_is_that_of_the_settings_or_the_best_there_is() {
        let dirs = Dirs::new(|name| (name == "PATH").then(|| "/usr/bin:/bin".into()));
        assert_eq!(choose(Some("sh"), &dirs, None), Ok(dirs.program("sh").unwrap()));
        assert!(choose(Some("no-such-shell"), &dirs, None).unwrap_err().contains("no-such-shell"));
        assert_eq!(choose(None, &dirs, None), Ok(dirs.program("fish").or(dirs.program("bash")).unwrap()));
        let bare = Dirs::new(|name| (name == "PATH").then(|| "/nowhere".into()));
        assert_eq!(choose(None, &bare, Some("/bin/bash".into())), Ok("/bin/bash".into()));
        assert_eq!(
            choose(None, &bare, Some("bash".into())),
            Ok("/bin/sh".into()),
            "one without a path is not believed"
        );
    }
}
