//! The prompt by its keys: what it edits, what it asks for, and that nothing dangerous gets out of it unasked.

mod editing;
mod running;

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::geometry::{Rect, Size};
use crate::hierarchy::{Activity, Desktop, NodeId};
use crate::interface::{Button, Held, Symbol};
use crate::operation::Operation;
use crate::semantics::Role;
use crate::shells::{Candidate, Class, Completions, StagedView};

const CTRL: Held = Held { shift: false, ctrl: true, alt: false, logo: false };
const ALT: Held = Held { shift: false, ctrl: false, alt: true, logo: false };
const SHIFT: Held = Held { shift: true, ctrl: false, alt: false, logo: false };
const PLAIN: Held = Held { shift: false, ctrl: false, alt: false, logo: false };

/// A hub with a terminal, a chip beside it, and the prompt.
struct World {
    desktop: Desktop,
    interface: Interface,
    shells: Shells,
    nodes: Vec<Node>,
    now: Duration,
}

impl World {
    fn new() -> Self {
        let mut desktop =
            Desktop::new(&[("Build", None), ("Comms", None)], Rect::new(0.0, 0.0, 1280.0, 680.0)).unwrap();
        let build = NodeId::from(desktop.tree().sectors[0].id);
        desktop.apply(&Operation::Mode { mode: crate::hierarchy::HubMode::Command }, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Jump { to: Some(build) }, Duration::ZERO).unwrap();
        let (terminal, pane) = (desktop.prompt_terminal().unwrap(), desktop.focused_viewport().id.get());
        desktop.terminal_activity(terminal, Activity::AtPrompt);
        let mut world = Self {
            desktop,
            interface: Interface::default(),
            shells: Shells::default(),
            nodes: Vec::new(),
            now: Duration::from_secs(50),
        };
        let mut add = |key: Key, role, rect, action| {
            let mut node = Node::new(key.in_pane(pane), role, key.part.to_uppercase(), rect);
            node.action = Some(Action::Ui(action));
            world.nodes.push(node);
        };
        let area = Rect::new(280.0, 64.0, 768.0, 400.0);
        add(Key::of(TERMINAL, terminal.get()), Role::Application, area, UiAction::TerminalFocus);
        let chip = UiAction::Stage { text: String::from("git push") };
        add(Key::of("suggestion", 1), Role::Button, Rect::new(1064.0, 64.0, 208.0, 40.0), chip);
        add(Key::part(PROMPT), Role::TextBox, Rect::new(256.0, 624.0, 600.0, 72.0), UiAction::Execute);
        add(Key::part("execute"), Role::Button, Rect::new(1056.0, 632.0, 152.0, 48.0), UiAction::Execute);
        // The prompt belongs to the output.
        world.nodes.iter_mut().skip(2).for_each(|node| node.key.pane = 0);
        world
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight, Duration) -> R) -> R {
        let viewport = self.desktop.focused_viewport();
        let place = PromptPlace {
            rect: Rect::new(256.0, 661.0, 600.0, 28.0),
            cell: Size { w: 10.0, h: 28.0 },
            scrolled: (0, 0),
        };
        let sight = Sight {
            nodes: &self.nodes,
            pane: viewport.id,
            level: viewport.path.level(),
            sector: viewport.path.sector(),
            selected: viewport.selected,
            tree: self.desktop.tree(),
            shells: &self.shells,
            launcher: &[],
            prompt: Some(place),
            files: &[],
        };
        work(&mut self.interface, &sight, self.now)
    }

    fn chord(&mut self, symbol: Symbol, held: Held) -> Option<Vec<Request>> {
        self.with(|interface, sight, now| interface.key(symbol, held, sight, now))
    }

    fn key(&mut self, symbol: Symbol) -> Vec<Request> {
        self.chord(symbol, PLAIN).unwrap_or_else(|| panic!("{symbol:?} is not for the interface"))
    }

    fn typed(&mut self, text: &str) {
        text.chars().for_each(|c| assert_eq!(self.key(Symbol::Char(c)), [], "{c}"));
    }

    fn act(&mut self, action: UiAction) -> Vec<Request> {
        self.with(|interface, sight, _| interface.act(&action, sight))
    }

    fn tick(&mut self, milliseconds: u64) -> (Vec<Request>, Option<Duration>) {
        self.now += Duration::from_millis(milliseconds);
        self.with(|interface, sight, now| interface.tick(sight, now))
    }

    /// The prompt has the keyboard, and this is in it.
    fn with_text(text: &str) -> Self {
        let mut world = Self::new();
        assert_eq!(world.act(UiAction::Prompt), []);
        world.with(|interface, sight, _| assert!(text.is_empty() || interface.text(text, sight)));
        world
    }

    fn text(&self) -> &str {
        self.interface.prompt.text()
    }

    /// The text with the cursor as a bar.
    fn shown(&self) -> String {
        let (text, cursor) = (self.text(), self.interface.prompt.editor().cursor());
        format!("{}|{}", &text[..cursor], &text[cursor..])
    }

    fn judge(&mut self, class: Class) {
        let text = self.text().to_owned();
        let hash = format!("{:064x}", text.len());
        let (title, reasons) = (String::new(), vec![String::from("it may do harm")]);
        self.shells.prompt.verdict =
            Some(StagedView { id: format!("of {text}"), text, hash, class, title, reasons, details: Vec::new() });
    }
}
