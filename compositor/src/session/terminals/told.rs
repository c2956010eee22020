//! What shells say, and what becomes of it.

use std::time::Duration;

use lcars_ui::hierarchy::{Activity, Outcome, TerminalId};
use lcars_ui::interface::AlertLevel;
use lcars_ui::semantics::UiAction;
use lcars_ui::shells::{SuggestedFrom, Suggestion};
use shell_bridge::api::ShellEvent;
use shell_bridge::modules::Kind;
use shell_bridge::pty::FromShell;
use shell_bridge::terminal::Happening;
use smithay::wayland::selection::SelectionTarget;

use super::ear::Heard;
use crate::state::State;

/// A terminal that rings and notifies is heard once in this time.
const QUIET: Duration = Duration::from_secs(1);
/// Longest notice that is shown, in letters.
const MOST_NOTICE: usize = 200;

impl State {
    /// A shell said something.
    pub(super) fn heard(&mut self, heard: Heard) {
        let id = heard.terminal;
        // One that runs no more may have been heard late.
        if self.terminals.shells.get(&id).is_none_or(|running| running.life != heard.life) {
            return;
        }
        match heard.what {
            FromShell::Event(event) => self.shell_said(id, event),
            FromShell::Happening(happening) => self.terminal_happening(id, happening),
            FromShell::Replaced => self.shell_replaced(id),
            FromShell::Exited { status, signal } => self.shell_ended(id, status, signal),
        }
        self.shell.outdated = true;
    }

    fn shell_said(&mut self, id: TerminalId, event: ShellEvent) {
        let now = self.shell.now();
        match event {
            ShellEvent::Directory { host, path } => {
                // Where somebody is on another machine is no place of this one.
                if (host.is_empty() || is_here(&host))
                    && let Some(path) = path.to_str()
                {
                    self.shell.desktop.terminal_moved(id, path);
                    self.remember();
                }
            }
            ShellEvent::PromptStart | ShellEvent::InputStart => self.at_prompt(id),
            ShellEvent::OutputStart { command } => {
                self.shell_took_command(id);
                let command = command.unwrap_or_default();
                let directory = self.shell.desktop.terminal(id).and_then(|terminal| terminal.directory.clone());
                self.remember_command(directory.as_deref(), &command);
                if let Some(running) = self.terminals.shells.get_mut(&id) {
                    running.command = Some((command.clone(), now));
                }
                self.shell.desktop.terminal_activity(id, Activity::Running { command, since: now });
            }
            ShellEvent::CommandEnd { status } => self.command_ended(id, status),
            ShellEvent::Notify { title, body } => {
                let title = title.filter(|title| !title.is_empty());
                let text = title.map_or_else(|| body.clone(), |title| format!("{title}: {body}"));
                self.terminal_notice(id, AlertLevel::Info, &text);
            }
            ShellEvent::Suggest(suggested) => {
                if self.shell.desktop.prompt_terminal() == Some(id) {
                    let suggestion = |text: String| Suggestion { text, from: SuggestedFrom::Shell };
                    self.shell.shells.prompt.suggestions =
                        suggested.into_iter().map(|suggested| suggestion(suggested.text)).collect();
                }
            }
            // It is put before the user, who looks at it as at anything else that is staged.
            ShellEvent::Stage { text } => {
                if self.shell.desktop.prompt_terminal() == Some(id)
                    && let Err(reason) = self.act_ui(UiAction::Stage { text })
                {
                    self.terminal_notice(id, AlertLevel::Caution, &reason);
                }
            }
            ShellEvent::Ready { shell, version } => {
                tracing::info!(%id, shell, version, "a shell is ready");
                // It begins: what ran before it does not any more.
                self.command_ended(id, None);
            }
            ShellEvent::Listing(listing) => self.shell_lists(id, listing),
            ShellEvent::Env(variables) => self.shell_environment(id, variables),
            ShellEvent::Complete { text, candidates } => self.shell_completes(id, text, candidates),
            ShellEvent::Result(value) => self.command_result(id, &value),
        }
    }

    /// A terminal shows something. That is all that a shell without a module says of having begun.
    pub(super) fn speechless_began(&mut self, id: TerminalId) {
        let speechless = self.terminals.shells.get(&id).is_some_and(|running| running.kind == Kind::Other);
        let starting = self.shell.desktop.terminal(id).is_some_and(|terminal| terminal.activity == Activity::Starting);
        if speechless && starting {
            self.shell.desktop.terminal_activity(id, Activity::AtPrompt);
            self.shell.outdated = true;
        }
    }

    /// Another shell is in the place of the one that was started: `exec bash` would run for good.
    fn shell_replaced(&mut self, id: TerminalId) {
        let Some(running) = self.terminals.shells.get_mut(&id) else { return };
        running.kind = Kind::Other;
        self.command_ended(id, None);
        self.shell.desktop.terminal_activity(id, Activity::AtPrompt);
    }

    fn at_prompt(&mut self, id: TerminalId) {
        let runs = self.terminals.shells.get(&id).is_some_and(|running| running.command.is_some());
        if runs {
            // The shell did not say how it ended.
            self.command_ended(id, None);
        }
        self.shell.desktop.terminal_activity(id, Activity::AtPrompt);
    }

    fn command_ended(&mut self, id: TerminalId, status: Option<i32>) {
        let now = self.shell.now();
        let Some(running) = self.terminals.shells.get_mut(&id) else { return };
        // An empty line ends too, and ran nothing.
        let Some((command, since)) = running.command.take() else { return };
        let took = now.saturating_sub(since);
        let outcome = Outcome { command: command.clone(), status, took };
        let well = outcome.went_well();
        self.shell.desktop.terminal_finished(id, outcome);
        let seen = self.shell.desktop.terminals_in_sight().iter().any(|(_, seen)| *seen == id);
        let result = self.shell.desktop.terminal(id).and_then(|terminal| terminal.result.clone());
        // Who told a result wants it to be known, however long it took.
        if seen || result.is_none() && self.long_command().is_none_or(|long| took < long) {
            return;
        }
        let name = if command.is_empty() { "a command" } else { &command };
        let text = match status.filter(|status| *status != 0) {
            Some(status) => format!("{name} failed with {status} after {}", in_words(took)),
            None => format!("{name} is done after {}", in_words(took)),
        };
        let text = result.map_or_else(|| text.clone(), |result| format!("{text}: {result}"));
        let sector = self.shell.desktop.tree().terminal(id).map(|(sector, _)| sector.id);
        self.tell_user_of(if well { AlertLevel::Info } else { AlertLevel::Caution }, &shortened(&text), sector);
    }

    fn terminal_happening(&mut self, id: TerminalId, happening: Happening) {
        match happening {
            // Answered where it was read.
            Happening::Reply(_) => {}
            Happening::Title(title) => self.shell.desktop.terminal_titled(id, &title),
            Happening::Bell => {
                // Who looks at it needs no telling.
                if !self.terminal_is_seen(id) {
                    let name = self.terminal_name(id);
                    self.terminal_notice(id, AlertLevel::Info, &format!("{name} rings"));
                }
            }
            Happening::Copy { text, primary } => {
                let target = if primary { SelectionTarget::Primary } else { SelectionTarget::Clipboard };
                self.copy_text(target, text);
            }
            Happening::Pointer(_) => {}
        }
    }

    /// What a terminal is called where there are several.
    fn terminal_name(&self, id: TerminalId) -> String {
        let terminal = self.shell.desktop.terminal(id);
        match terminal.map(|terminal| (&terminal.activity, terminal.title.as_str())) {
            Some((Activity::Running { command, .. }, _)) if !command.is_empty() => command.clone(),
            Some((_, title)) if !title.is_empty() => title.to_owned(),
            _ => "a terminal".to_owned(),
        }
    }

    /// Tells the user something that a terminal says, not more often than anyone can read.
    fn terminal_notice(&mut self, id: TerminalId, level: AlertLevel, text: &str) {
        let now = self.shell.now();
        let Some(running) = self.terminals.shells.get_mut(&id) else { return };
        if running.noise.is_some_and(|noise| now.saturating_sub(noise) < QUIET) {
            return;
        }
        running.noise = Some(now);
        let sector = self.shell.desktop.tree().terminal(id).map(|(sector, _)| sector.id);
        self.tell_user_of(level, &shortened(text), sector);
    }

    fn shell_ended(&mut self, id: TerminalId, status: Option<i32>, signal: Option<i32>) {
        tracing::info!(%id, ?status, ?signal, "a shell ended");
        let seen = self.terminal_is_seen(id);
        let Some(running) = self.terminals.shells.get_mut(&id) else { return };
        running.ended = true;
        running.command = None;
        self.shell.desktop.terminal_activity(id, Activity::Ended { status });
        if !seen && status != Some(0) {
            let how = match (status, signal) {
                (_, Some(signal)) => format!("by signal {signal}"),
                (Some(status), None) => format!("with {status}"),
                (None, None) => "for a reason that nobody knows".to_owned(),
            };
            self.terminal_notice(id, AlertLevel::Caution, &format!("a shell ended {how}"));
        }
    }
}

/// Whether a name is that of this machine.
pub(super) fn is_here(host: &str) -> bool {
    let here = rustix::system::uname();
    let here = here.nodename().to_string_lossy();
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    host == "localhost" || short(host) == short(&here)
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_NOTICE).collect()
}

/// A duration as somebody would say it.
fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_what_matters() {
        let told = [0, 59, 60, 754, 3600, 93_784].map(|seconds| in_words(Duration::from_secs(seconds)));
        assert_eq!(told, ["0 s", "59 s", "1 min 0 s", "12 min 34 s", "1 h 0 min", "26 h 3 min"]);
    }

    #[test]
    fn this_machine_is_known_by_its_name() {
        let name = rustix::system::uname();
        let name = name.nodename().to_string_lossy();
        assert!(is_here(&name) && is_here("localhost"));
        assert!(!is_here("elsewhere.example"));
    }
}
