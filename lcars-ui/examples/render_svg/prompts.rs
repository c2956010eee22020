//! Hubs with terminals and the prompt in its states.

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::camera::Motion;
use lcars_ui::geometry::{Point, Size};
use lcars_ui::hierarchy::{Activity, Desktop, HubMode, NodeId, Outcome, TerminalId};
use lcars_ui::interface::{AlertLevel, Button, Held, Interface, Sight, Symbol};
use lcars_ui::operation::{Axis, Operation};
use lcars_ui::semantics::{Action, UiAction};
use lcars_ui::shells::{
    BlockOutcome, Candidate, Class, Colours, Completions, Detail, Face, FaceBlock, FaceSearch, Shells, StagedView,
    SuggestedFrom, Suggestion, Syntax,
};
use lcars_ui::theme::Theme;
use lcars_ui::view::{self, Inputs, Launchable, Readings, View};

use super::REST;

/// A desktop whose first sector shows its terminal, and what is known of it.
pub struct Hub {
    pub desktop: Desktop,
    pub interface: Interface,
    pub shells: Shells,
    size: Size,
    view: Option<View>,
}

impl Hub {
    pub fn new(size: Size) -> Self {
        let mut desktop = super::sample(size);
        desktop.set_motion(Motion::Full);
        let build = desktop.tree().sectors.first().map(|sector| NodeId::from(sector.id));
        desktop.apply(&Operation::Mode { mode: HubMode::Command }, Duration::ZERO).unwrap();
        desktop.apply(&Operation::Jump { to: build }, Duration::ZERO).unwrap();
        let mut interface = Interface::default();
        interface.alert(AlertLevel::Danger, "rsync ended with 1", None, Duration::ZERO);
        interface.alert(AlertLevel::Caution, "disk 91 % full", None, Duration::ZERO);
        (1..=2).for_each(|id| interface.alerts.dismiss(id));
        let mut hub = Self { desktop, interface, shells: Shells::default(), size, view: None };
        let terminal = hub.terminal();
        hub.desktop.terminal_moved(terminal, "/home/ada/src/lcars-ui");
        hub.desktop.terminal_activity(terminal, Activity::AtPrompt);
        hub.finish(terminal, "git status --short", 0, 0.02);
        hub.shells.cell = Size { w: 9.0, h: 20.0 };
        let block = |from, to, outcome| FaceBlock { from, to, outcome };
        let blocks = vec![
            block(0, 14, BlockOutcome::Ok),
            block(14, 16, BlockOutcome::Failed(1)),
            block(16, 19, BlockOutcome::Ok),
            block(19, 20, BlockOutcome::Running),
        ];
        let (cell, full) = (hub.shells.cell, Size { w: 720.0, h: 400.0 });
        hub.shells.faces.insert(terminal, Face { cell, full, blocks, ..Face::default() });
        let suggestion = |text: &str| Suggestion { text: text.into(), from: SuggestedFrom::History };
        let chips = ["git pull --rebase", "git push", "git diff", "cargo clippy", "cargo bench"];
        hub.shells.prompt.suggestions = chips.map(suggestion).into();
        let ran = ["cargo test -p lcars-ui", "git push", "git status --short", "cargo build", "make test"];
        hub.shells.prompt.history = Arc::new(ran.map(String::from).into());
        hub
    }

    pub fn terminal(&self) -> TerminalId {
        self.desktop.prompt_terminal().unwrap()
    }

    fn finish(&mut self, terminal: TerminalId, command: &str, status: i32, took: f64) {
        let (command, status, took) = (command.into(), Some(status), Duration::from_secs_f64(took));
        self.desktop.terminal_finished(terminal, Outcome { command, status, took });
    }

    fn apply(&mut self, operation: Operation) {
        self.desktop.apply(&operation, Duration::ZERO).unwrap();
    }

    pub fn view(&mut self, now: Duration) -> View {
        let launch = ["Calculator", "Files", "Firefox", "Inkscape", "LibreOffice", "Monitor", "Terminal"];
        let launcher: Vec<_> = launch
            .iter()
            .map(|name| Launchable { entry: name.to_lowercase(), name: (*name).into(), ..Launchable::default() })
            .collect();
        let readings = Readings { cpu: 0.23, memory_used: 3_328_599_654, memory_total: 8 << 30, network: 4.2e6 };
        let theme = Theme::default();
        let plain = Inputs::of(&self.desktop, &self.interface, &theme, self.size, now);
        let view = view::build(&Inputs { shells: &self.shells, readings: &readings, launcher: &launcher, ..plain });
        self.view = Some(view.clone());
        view
    }

    fn with<R>(&mut self, work: impl FnOnce(&mut Interface, &Sight) -> R) -> R {
        let view = self.view(REST);
        let sight = view.sight(&self.desktop, self.desktop.focused_viewport(), &self.shells, &[]);
        work(&mut self.interface, &sight)
    }

    fn act(&mut self, action: UiAction) {
        let requests = self.with(|interface, sight| interface.act(&action, sight));
        for (_, action) in requests {
            if let Action::Do(operation) = action {
                self.apply(operation);
            }
        }
    }

    fn key(&mut self, symbol: Symbol, held: Held) {
        self.with(|interface, sight| interface.key(symbol, held, sight, REST));
    }

    fn stage(&mut self, text: &str, class: Class) {
        self.act(UiAction::Stage { text: text.into() });
        let detail = |(label, text): (&str, &str)| Detail { label: label.into(), text: text.into() };
        let details = [
            ("DELETES", "1 284 files in 41 folders, 312 MB"),
            ("WHERE", "/home/ada/projects/old-site"),
            ("IN USE", "2 files, by Text Editor"),
            ("RECOVERY", "None. No snapshot holds this folder."),
            ("RULE", "recursive-bulk, policy.toml line 18"),
        ];
        let dangerous = class >= Class::Danger;
        self.shells.prompt.verdict = Some(StagedView {
            id: "one".into(),
            text: text.into(),
            hash: "0".repeat(64),
            class,
            title: if dangerous { "recursive delete".into() } else { String::new() },
            reasons: if class == Class::Refused { vec!["it deletes the root directory".into()] } else { Vec::new() },
            details: if dangerous { details.map(detail).into() } else { Vec::new() },
        });
        let end = text.split(' ').next().unwrap_or_default().len();
        let spans = vec![(0..end, Syntax::Command), (end..text.len(), Syntax::Parameter)];
        self.shells.prompt.colours = Some(Colours { text: text.into(), spans });
    }
}

/// All of them, by name.
pub fn all(save: &impl Fn(&str, Size, &View) -> std::io::Result<()>) -> std::io::Result<()> {
    let standard = Size { w: 1280.0, h: 720.0 };
    for (suffix, size) in [
        ("", standard),
        ("-phone", Size { w: 360.0, h: 640.0 }),
        ("-low", Size { w: 640.0, h: 360.0 }),
        ("-large", Size { w: 2560.0, h: 1440.0 }),
        ("-tall", Size { w: 800.0, h: 1280.0 }),
    ] {
        for (name, make) in scenes() {
            let mut hub = Hub::new(size);
            make(&mut hub);
            save(&format!("command-{name}{suffix}"), size, &hub.view(REST))?;
        }
    }
    for part in [10, 30, 50, 70, 90] {
        let mut hub = Hub::new(standard);
        hub.stage("git pull --rebase", Class::Safe);
        hub.desktop.apply(&Operation::ZoomOut, REST).unwrap();
        hub.interface.leave_prompt();
        let t = 1.0 - (1.0 - f64::from(part) / 100.0).cbrt();
        save(&format!("command-out-{part}"), standard, &hub.view(REST + Duration::from_secs_f64(0.25 * t)))?;
    }
    Ok(())
}

type Scene = (&'static str, fn(&mut Hub));

fn scenes() -> Vec<Scene> {
    vec![
        ("idle", |_| {}),
        ("staged", |hub| hub.stage("git pull --rebase", Class::Safe)),
        ("refused", |hub| hub.stage("rm -rf /", Class::Refused)),
        ("checking", |hub| {
            hub.act(UiAction::Stage { text: "git push".into() });
            hub.shells.prompt.checking = true;
        }),
        ("confirm", |hub| {
            hub.stage("rm -rf ~/projects/old-site", Class::Danger);
            hub.act(UiAction::Execute);
            let now = REST.saturating_sub(Duration::from_millis(600));
            let hold = hub.view(REST).nodes.iter().find(|node| node.key.part == "hold").map(|node| node.rect).unwrap();
            let at = Point { x: hold.x + 20.0, y: hold.y + 20.0 };
            hub.with(|interface, sight| interface.pressed(at, Button::Finger, sight, now));
        }),
        ("running", |hub| {
            let (terminal, since) = (hub.terminal(), REST.saturating_sub(Duration::from_millis(12_400)));
            let running = Activity::Running { command: "cargo build --release".into(), since };
            hub.desktop.terminal_activity(terminal, running);
        }),
        ("failed", |hub| {
            let terminal = hub.terminal();
            hub.finish(terminal, "cargo test", 101, 72.0);
        }),
        ("ended", |hub| {
            for _ in 0..3 {
                hub.apply(Operation::NewTerminal { sector: None });
            }
            let terminal = hub.terminal();
            hub.desktop.terminal_activity(terminal, Activity::Ended { status: Some(1) });
        }),
        ("find", |hub| {
            let terminal = hub.terminal();
            if let Some(face) = hub.shells.faces.get_mut(&terminal) {
                face.scrolled = Some((400, 124));
                face.search = Some(FaceSearch { text: "error".into(), at: Some(3), hits: 17, more: false });
            }
            hub.act(UiAction::Find);
            "error".chars().for_each(|c| hub.key(Symbol::Char(c), Held::default()));
        }),
        ("lines", |hub| {
            hub.act(UiAction::Stage { text: "for file in *.rs\n    wc -l $file\nend".into() });
            hub.key(Symbol::Left, Held { shift: true, ctrl: true, ..Held::default() });
        }),
        ("long", |hub| {
            let text = format!("echo {}", "日本語 and words that go on and on ".repeat(6));
            hub.act(UiAction::Stage { text });
        }),
        ("completions", |hub| {
            let text = String::from("cargo b");
            hub.act(UiAction::Stage { text: text.clone() });
            let candidate = |(text, about): (&str, &str)| Candidate { text: text.into(), about: about.into() };
            let candidates =
                [("bench", "run the benchmarks"), ("build", "compile the current package"), ("b", "alias")];
            hub.shells.prompt.completions =
                Some(Completions { text, cursor: 7, replaces: 6..7, candidates: candidates.map(candidate).into() });
            hub.key(Symbol::Tab, Held::default());
            hub.key(Symbol::Down, Held::default());
        }),
        ("history", |hub| {
            hub.act(UiAction::Prompt);
            hub.key(Symbol::Char('r'), Held { ctrl: true, ..Held::default() });
        }),
        ("search", |hub| hub.act(UiAction::Stage { text: "?fi".into() })),
        ("over-window", |hub| {
            let app = hub.desktop.tree().sectors.first().and_then(|sector| sector.apps.get(1)).map(|app| app.id.into());
            hub.apply(Operation::Jump { to: app });
            hub.stage("git pull --rebase", Class::Safe);
        }),
        ("over-overview", |hub| {
            hub.apply(Operation::Jump { to: None });
            hub.stage("curl -L example.org", Class::Caution);
        }),
        ("split", |hub| {
            let _ = hub.desktop.apply(&Operation::Split { axis: Axis::Horizontal }, Duration::ZERO);
        }),
        ("overview", |hub| {
            let (terminal, since) = (hub.terminal(), REST.saturating_sub(Duration::from_millis(12_400)));
            let running = Activity::Running { command: "cargo build --release".into(), since };
            hub.desktop.terminal_activity(terminal, running);
            hub.apply(Operation::Jump { to: None });
            let sectors: Vec<_> = hub.desktop.tree().sectors.iter().map(|sector| sector.id).collect();
            for (sector, status) in sectors.into_iter().skip(1).zip([0, 1, 0]) {
                hub.apply(Operation::NewTerminal { sector: Some(sector) });
                let terminal = hub.desktop.tree().sector(sector).and_then(|sector| sector.terminal).unwrap();
                hub.desktop.terminal_moved(terminal, "/home/ada/papers");
                hub.desktop.terminal_activity(terminal, Activity::AtPrompt);
                hub.finish(terminal, "rsync -a ~/papers backup:", status, 72.0);
            }
        }),
        ("none", |hub| hub.apply(Operation::CloseTerminal { terminal: None })),
    ]
}
