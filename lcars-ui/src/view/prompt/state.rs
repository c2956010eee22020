//! What the prompt is at, in words and colours: what is staged, what runs, what ended, and why not.

use std::time::Duration;

use super::super::build::{Builder, told};
use super::super::levels;
use super::super::pane::Pane;
use crate::hierarchy::{Activity, NodeId, Sector, SectorId, Terminal, TerminalId};
use crate::interface::Overlay;
use crate::interface::prompt::{ListKind, Sources};
use crate::shells::{Class, Shells};
use crate::theme::{Colour, Theme};

/// A square block with a word.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::view) struct Block {
    pub words: String,
    pub fill: Colour,
    pub ink: Colour,
}

/// What the button at the end does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Run {
    /// It runs what is in the prompt, if it can be.
    Execute { can: bool },
    /// It ends what runs.
    Stop(TerminalId),
}

/// What the prompt is at.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::view) struct State {
    pub blocks: Vec<Block>,
    /// What is told in a line.
    pub notice: Option<(String, Colour)>,
    /// The frame's colour, where it is not that of the place.
    pub frame: Option<Colour>,
    pub run: Run,
    /// Nothing can be run from here.
    pub muted: bool,
}

/// The sector that the prompt of a pane is for.
pub(in crate::view) fn sector(pane: &Pane) -> Option<SectorId> {
    let viewport = pane.viewport;
    viewport.path.sector().or_else(|| match viewport.selected? {
        NodeId::Sector(id) => Some(id),
        node => levels::tree(pane).path_to(node)?.sector(),
    })
}

/// The terminal that the prompt of a pane speaks to.
pub(in crate::view) fn terminal<'a>(pane: &Pane<'a>) -> Option<&'a Terminal> {
    levels::tree(pane).sector(sector(pane)?).and_then(Sector::shown_terminal)
}

/// How long something takes or took, for the eye.
pub(in crate::view) fn lasted(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} S", (time.as_secs_f64() * 10.0).floor() / 10.0),
        10..60 => format!("{seconds} S"),
        60..3600 => format!("{} MIN {} S", seconds / 60, seconds % 60),
        _ => format!("{} H {} MIN", seconds / 3600, seconds / 60 % 60),
    }
}

/// The same of what still goes on, in whole seconds so that it changes once a second.
pub(in crate::view) fn lasts(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} S"),
        _ => lasted(time),
    }
}

/// How a command ended.
pub(in crate::view) fn ended(status: Option<i32>) -> String {
    status.map_or_else(|| String::from("ENDED"), |status| format!("EXIT {status}"))
}

pub(in crate::view) fn class_colour(theme: &Theme, class: Class) -> Colour {
    match class {
        Class::Safe => theme.ok,
        Class::Caution => theme.caution,
        Class::Danger | Class::Refused => theme.danger,
    }
}

/// What it is at.
pub(in crate::view) fn state(b: &Builder, pane: &Pane) -> State {
    let theme = b.theme;
    let (shells, prompt): (&Shells, _) = (pane.inputs.shells, &pane.inputs.interface.prompt);
    let lit = |words: &str, fill| Block { words: words.to_owned(), fill, ink: theme.on_fill };
    let dull = |words: &str| Block { words: words.to_owned(), fill: theme.frame_inert, ink: theme.text };
    let terminal = terminal(pane);
    let notice = prompt.notice().map(|words| (told(words), theme.caution));
    let mut state = State { blocks: Vec::new(), notice, frame: None, run: Run::Execute { can: false }, muted: false };
    if prompt.query().is_some() {
        let sources = Sources { tree: levels::tree(pane), shells, launcher: pane.inputs.launcher };
        let count = if prompt.list().is_some_and(|list| list.kind == ListKind::Search) {
            prompt.items(&sources).len()
        } else {
            0
        };
        state.blocks.push(lit("SEARCH", theme.info));
        state.blocks.push(dull(&if count == 1 { String::from("1 FOUND") } else { format!("{count} FOUND") }));
        state.run = Run::Execute { can: count > 0 };
        return state;
    }
    let can = match terminal.map(|terminal| &terminal.activity) {
        // Whoever opens the prompt gets a shell.
        None if prompt.command().is_none() => {
            state.blocks.push(dull(super::STATE));
            false
        }
        None => {
            state.blocks.push(dull("NO TERMINAL"));
            state.muted = true;
            false
        }
        Some(Activity::Ended { .. }) => {
            state.blocks.push(dull("THE SHELL HAS ENDED"));
            state.muted = true;
            false
        }
        Some(Activity::Running { since, .. }) => {
            let took = lasts(pane.inputs.now.saturating_sub(*since));
            state.blocks.push(lit(&format!("RUNNING {took}"), theme.focus));
            state.run = terminal.map_or(state.run, |terminal| Run::Stop(terminal.id));
            return state;
        }
        Some(Activity::Starting | Activity::AtPrompt) => true,
    };
    let Some(command) = prompt.command() else {
        match terminal.and_then(|terminal| terminal.last.as_ref()).filter(|_| can) {
            Some(last) => {
                let fill = if last.went_well() { theme.ok } else { theme.danger };
                state.blocks.push(lit(&ended(last.status), fill));
                if last.took >= Duration::from_secs(1) {
                    state.blocks.push(dull(&lasted(last.took)));
                }
                let result = terminal.and_then(|terminal| terminal.result.as_deref());
                state.notice = state.notice.or(result.map(|result| (told(result), theme.text)));
            }
            None if can => state.blocks.push(dull(super::STATE)),
            None => {}
        }
        let works_with = terminal.filter(|_| can).map(|terminal| terminal.works_with.as_slice()).unwrap_or_default();
        state.blocks.extend(works_with.iter().map(|words| dull(&told(words))));
        return state;
    };
    let verdict = shells.prompt.verdict_on(command);
    let held = matches!(pane.inputs.interface.overlay, Some(Overlay::Confirm { .. }));
    match verdict {
        Some(verdict) if verdict.class == Class::Refused => {
            state.blocks.push(lit(Class::Refused.word(), theme.danger));
            let reason = verdict.reasons.first().map(|reason| (told(reason), theme.text));
            state.notice = state.notice.or(reason);
        }
        Some(verdict) => {
            let words = if held { "HELD FOR CONFIRMATION" } else { "WAIT-TO-EXECUTE" };
            state.blocks.push(lit(words, theme.focus));
            state.blocks.push(lit(verdict.class.word(), class_colour(theme, verdict.class)));
            match prompt.editor().lines() {
                1 => {}
                lines if lines <= super::text::MOST_LINES => state.blocks.push(dull(&format!("{lines} LINES"))),
                // Who runs it has to know that there is more than can be seen.
                lines => {
                    let words = format!("{} OF {lines} LINES IN VIEW", super::text::MOST_LINES);
                    state.blocks.push(lit(&words, theme.caution));
                }
            }
            let reason = verdict.reasons.first().map(|reason| (told(reason), theme.text_muted));
            state.notice = state.notice.or(reason.filter(|_| !held));
            state.frame = Some(if held { theme.danger } else { theme.focus });
            state.run = Run::Execute { can: can && !held };
        }
        None if shells.prompt.checking || prompt.is_waiting() => {
            state.blocks.push(lit("CHECKING", theme.info));
            state.run = Run::Execute { can };
        }
        None => {
            if can {
                state.blocks.push(dull("EDITING"));
            }
            state.run = Run::Execute { can };
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_somebody_wants_them() {
        let lasted = |seconds| lasted(Duration::from_secs_f64(seconds));
        assert_eq!(lasted(0.04), "0.0 S");
        assert_eq!(lasted(4.29), "4.2 S");
        assert_eq!(lasted(9.999), "9.9 S");
        assert_eq!(lasted(59.9), "59 S");
        assert_eq!(lasted(72.0), "1 MIN 12 S");
        assert_eq!(lasted(7500.0), "2 H 5 MIN");
        assert_eq!(lasts(Duration::from_millis(2400)), "2 S");
    }
}
