//! What is asked of the session, by whatever way it comes: pointer, finger, keys, page, control socket.

use std::time::Instant;

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::geometry::Point as At;
use lcars_ui::hierarchy::{NodeId, OutputId, SectorId, TerminalId, ViewportId};
use lcars_ui::interface::{AlertLevel, Button, Held, Interface, Overlay, Request, Sight, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::semantics::{self, Action, UiAction};
use shell_bridge::terminal::Towards;
use smithay::input::keyboard::Keysym;
use smithay::utils::{Logical, Point};
use smithay::wayland::selection::SelectionTarget;

use super::{Shell, point};
use crate::screen::Screen;
use crate::services::config::{self, Holder, Pressed};
use crate::state::State;

/// What one press of a key gives a pane more or less of its split.
const PANE_STEP: f64 = 0.05;

impl Screen {
    /// Whether something on the interface is pressed or dragged, so that pointer and finger belong to it.
    pub fn interface_holds(&self) -> bool {
        self.interface.holds()
    }

    /// The tile at a point that can be zoomed into.
    pub(crate) fn tile_at(&self, at: At) -> Option<NodeId> {
        match semantics::hit(&self.view.nodes, at)?.action {
            Some(Action::Do(Operation::ZoomIn { into })) => into,
            _ => None,
        }
    }
}

impl Shell {
    /// What is meant where nothing is named: the window in focus, else what is selected.
    fn node_here(&self) -> Option<NodeId> {
        self.focused().map(NodeId::from).or(self.desktop.focused_viewport().selected)
    }

    /// The sector of the focused pane: the one it is in, or the selected one.
    pub(crate) fn sector_here(&self) -> Option<SectorId> {
        let viewport = self.desktop.focused_viewport();
        let selected = || viewport.selected.and_then(|node| self.desktop.tree().path_to(node)?.sector());
        viewport.path.sector().or_else(selected)
    }

    /// The sector at this place of the overview, counted from 1.
    fn sector_number(&self, number: usize) -> Option<SectorId> {
        self.desktop.tree().sectors.get(number.checked_sub(1)?).map(|sector| sector.id)
    }
}

impl State {
    /// Who has the keyboard.
    pub fn holder(&mut self) -> Holder {
        if self.lock.is_locked() {
            return if self.lock_with_keyboard().is_some() { Holder::Window } else { Holder::Interface };
        }
        let own = &self.screen().interface;
        let opened = own.overlay.is_some() || own.prompt.keyboard;
        let interface = opened || (self.shell.focused().is_none() && self.layer_with_keyboard().is_none());
        match interface {
            false => Holder::Window,
            true if self.terminal_with_keyboard().is_some() => Holder::Terminal,
            true => Holder::Interface,
        }
    }

    /// The terminal that plain keys go to.
    pub(crate) fn terminal_with_keyboard(&mut self) -> Option<TerminalId> {
        if self.lock.is_locked() {
            return None;
        }
        let focused = self.shell.desktop.focused_output().id;
        let (interface, sight) = self.screens.get_or_first_mut(focused).apart(&self.shell);
        interface.terminal_has_keyboard(&sight)
    }

    /// Lets something happen to the interface of a screen, and does what follows from it.
    fn tell(&mut self, on: OutputId, happen: impl FnOnce(&mut Interface, &Sight, std::time::Duration) -> Vec<Request>) {
        let now = self.shell.now();
        let Some(screen) = self.screens.get_mut(on) else { return };
        let (interface, sight) = screen.apart(&self.shell);
        let before = interface.clone();
        let requests = happen(interface, &sight, now);
        if *interface != before {
            screen.outdated = true;
            screen.damage();
        }
        if screen.interface.alerts != before.alerts {
            self.share_alerts(on);
        }
        self.fulfil(on, requests);
    }

    /// What the user is told is the same on all screens, and what was put away on one is put away on all.
    fn share_alerts(&mut self, from: OutputId) {
        let Some(alerts) = self.screens.get(from).map(|screen| screen.interface.alerts.clone()) else { return };
        for screen in self.screens.iter_mut().filter(|screen| screen.interface.alerts != alerts) {
            screen.interface.alerts = alerts.clone();
            screen.outdated = true;
            screen.damage();
        }
    }

    fn fulfil(&mut self, on: OutputId, requests: Vec<Request>) {
        for (pane, action) in requests {
            self.act(on, pane, action);
        }
        self.wake_interface();
    }

    /// Does what a part of a screen's interface stands for, in its pane. The user is told if it cannot be done.
    fn act(&mut self, on: OutputId, pane: Option<ViewportId>, action: Action) {
        match pane {
            Some(pane) => self.focus_pane(pane),
            None => self.focus_screen(on),
        }
        match action {
            Action::Do(operation) => self.try_to(&operation),
            Action::Ui(action) => {
                if let Err(message) = self.act_ui(action) {
                    self.tell_user(AlertLevel::Caution, &message);
                }
            }
        }
    }

    /// Does something with the desktop; the user is told if it cannot be done.
    fn try_to(&mut self, operation: &Operation) {
        if *operation == Operation::ZoomOut && self.dismiss_layers() {
            return;
        }
        if let Err(refused) = self.operate(operation) {
            self.tell_user(AlertLevel::Info, &refused.to_string());
        }
    }

    /// Tells the user something on the screen.
    pub(crate) fn tell_user(&mut self, level: AlertLevel, text: &str) {
        self.tell_user_of(level, text, None);
    }

    /// Tells the user something about a sector.
    pub(crate) fn tell_user_of(&mut self, level: AlertLevel, text: &str, sector: Option<SectorId>) {
        self.alert_all(level, text, sector);
    }

    /// Tells the user something on every screen. Returns what the alert is called on each.
    pub(crate) fn alert_all(
        &mut self,
        level: AlertLevel,
        text: &str,
        sector: Option<SectorId>,
    ) -> Vec<(OutputId, u64)> {
        let now = self.shell.now();
        let told = |screen: &mut Screen| Some((screen.id, screen.interface.alert(level, text, sector, now)?));
        let copies = self.screens.iter_mut().filter_map(told).collect();
        self.shell.outdated = true;
        self.screens.damage();
        self.wake_interface();
        copies
    }

    /// Does something of the interface.
    ///
    /// # Errors
    /// Why not, in words for the screen.
    pub(crate) fn act_ui(&mut self, action: UiAction) -> Result<(), String> {
        if self.lock.is_locked() && action != UiAction::Unlock {
            return Err("the session is locked".into());
        }
        match action {
            UiAction::Unlock => {
                self.unlock_session();
                Ok(())
            }
            UiAction::Attend { alert } => self.attend(alert),
            UiAction::Launch { entry } => self.launch(&entry),
            UiAction::Another { node } => self.run_another(node),
            UiAction::SectorNumber { number } => {
                let sector = self.shell.sector_number(number).ok_or_else(|| format!("there is no sector {number}"))?;
                let jump = Operation::Jump { to: Some(sector.into()) };
                self.operate(&jump).map_err(|refused| refused.to_string())
            }
            UiAction::Theme { name } => self.choose_theme(&name),
            UiAction::Scale { factor } if (0.75..=3.0).contains(&factor) => {
                self.preferences.scale = Some(factor);
                self.shell.outdated = true;
                Ok(())
            }
            UiAction::Scale { .. } => Err("the scale of the interface is a number from 0.75 to 3".into()),
            UiAction::ReducedMotion { on } => {
                self.preferences.reduced_motion = Some(on);
                self.apply_motion();
                Ok(())
            }
            UiAction::Complete { text, cursor } => {
                self.complete_prompt(text, cursor);
                Ok(())
            }
            UiAction::Interrupt { terminal } => {
                self.interrupt(terminal);
                Ok(())
            }
            UiAction::FindInTerminal { terminal, text } => {
                self.find_in_terminal(terminal, &text);
                Ok(())
            }
            UiAction::FindNext { terminal } => {
                self.find_next(terminal, Towards::Newer);
                Ok(())
            }
            UiAction::FindPrevious { terminal } => {
                self.find_next(terminal, Towards::Older);
                Ok(())
            }
            UiAction::ToEnd { terminal } => {
                self.scroll_to_end(terminal);
                Ok(())
            }
            UiAction::Download { sector, files } => self.download(sector, &files),
            UiAction::Commit { id, hash, confirmed } => {
                self.commit_from_prompt(&id, &hash, confirmed);
                Ok(())
            }
            action => {
                self.tell(self.screen().id, |interface, sight, _| interface.act(&action, sight));
                Ok(())
            }
        }
    }

    /// Does what a chord of the user's stands for.
    pub(crate) fn act_bound(&mut self, action: config::Action) {
        if self.lock.is_locked() {
            return;
        }
        let action = match action {
            config::Action::Operation(operation) => return self.try_to(&operation),
            config::Action::Ui(action) => action,
        };
        if let Err(message) = self.act_bound_ui(action) {
            self.tell_user(AlertLevel::Caution, &message);
        }
    }

    fn act_bound_ui(&mut self, action: config::UiAction) -> Result<(), String> {
        use config::UiAction as Bound;
        let number = |number: u16| usize::from(number);
        match action {
            Bound::None => Ok(()),
            Bound::Keys => self.act_ui(UiAction::Keys),
            Bound::Launcher => self.act_ui(UiAction::Launcher),
            Bound::Search => self.act_ui(UiAction::Search),
            Bound::Alerts => self.act_ui(UiAction::Log),
            Bound::Menu => match self.shell.node_here() {
                Some(node) => self.act_ui(UiAction::Menu { node }),
                None => Err("nothing is selected".into()),
            },
            Bound::RenameSector => match self.shell.sector_here() {
                Some(sector) => self.act_ui(UiAction::Rename { sector }),
                None => Err("no sector is selected".into()),
            },
            Bound::NextTheme => {
                let names = lcars_ui::theme::Theme::names();
                let current = self.theme_name();
                let place = names.iter().position(|name| *name == current).unwrap_or(0);
                let next = names.iter().cycle().nth(place + 1).map_or("default", |name| *name);
                self.choose_theme(next)
            }
            Bound::NextPane => self.step_pane(1),
            Bound::PreviousPane => self.step_pane(-1),
            Bound::GrowPane => self.grow_pane(PANE_STEP),
            Bound::ShrinkPane => self.grow_pane(-PANE_STEP),
            Bound::MoveEarlier => self.reorder(-1),
            Bound::MoveLater => self.reorder(1),
            Bound::Terminal => self.run_terminal(),
            Bound::SectorNumber(n) => self.act_ui(UiAction::SectorNumber { number: number(n) }),
            Bound::SendToSectorNumber(n) => {
                let sector = self.shell.sector_number(number(n)).ok_or_else(|| format!("there is no sector {n}"))?;
                let send = Operation::SendToSector { node: None, sector, follow: false };
                self.operate(&send).map_err(|refused| refused.to_string())
            }
            Bound::Prompt => self.act_ui(UiAction::Prompt),
            Bound::Run(command) => self.run(command, None),
            Bound::Copy
            | Bound::Paste
            | Bound::FindInTerminal
            | Bound::FontLarger
            | Bound::FontSmaller
            | Bound::FontNormal
            | Bound::PreviousPrompt
            | Bound::NextPrompt
            | Bound::SelectOutput
            | Bound::SelectByKeys
            | Bound::ScrollPageUp
            | Bound::ScrollPageDown
            | Bound::ScrollToTop
            | Bound::ScrollToBottom => self.act_in_terminal(&action),
        }
    }

    fn step_pane(&mut self, by: isize) -> Result<(), String> {
        let output = self.shell.desktop.focused_output();
        let panes = output.panes.viewports();
        let place = panes.iter().position(|pane| *pane == output.focused).unwrap_or(0);
        let next = (place + panes.len()).saturating_add_signed(by) % panes.len().max(1);
        let Some(viewport) = panes.get(next).copied() else { return Ok(()) };
        self.operate(&Operation::FocusViewport { viewport }).map_err(|refused| refused.to_string())
    }

    fn grow_pane(&mut self, by: f64) -> Result<(), String> {
        let output = self.shell.desktop.focused_output();
        let rect = output.rect_of(output.focused).unwrap_or_default();
        let others = output.layout().into_iter().filter(|(id, _)| *id != output.focused).map(|(_, rect)| rect);
        // The neighbour it shares a split with lies beside it or below it.
        let beside = others.clone().any(|other| other.y < rect.bottom() && rect.y < other.bottom());
        let (mine, whole) = if beside { (rect.w, output.area.w) } else { (rect.h, output.area.h) };
        let share = (mine / whole.max(1.0) + by).clamp(0.1, 0.9);
        self.operate(&Operation::Resize { share }).map_err(|refused| refused.to_string())
    }

    fn reorder(&mut self, by: isize) -> Result<(), String> {
        let viewport = self.shell.desktop.focused_viewport();
        let children = self.shell.desktop.tree().children(&viewport.path);
        let Some(node) = viewport.selected else { return Err("nothing is selected".into()) };
        let place = children.iter().position(|child| *child == node).unwrap_or(0);
        let Some(to) = place.checked_add_signed(by) else { return Ok(()) };
        self.operate(&Operation::Reorder { node, to }).map_err(|refused| refused.to_string())
    }

    /// Shows the list of keys, or takes it away.
    pub(crate) fn show_keys(&mut self, shown: bool) {
        let shown = shown && !self.lock.is_locked();
        if matches!(self.screen().interface.overlay, Some(Overlay::Keys)) != shown {
            self.tell(self.screen().id, |interface, sight, _| interface.act(&UiAction::Keys, sight));
        }
    }

    /// The pointer is here. While a finger presses something, where the pointer lies means nothing.
    pub(crate) fn interface_moved(&mut self, at: Point<f64, Logical>) {
        if self.tapping.is_some() {
            return;
        }
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.pointer_moved(at, sight, now));
    }

    /// The pointer is over a window at this place.
    pub(crate) fn interface_left(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        if self.screens.get(on).is_some_and(|screen| screen.interface.minds(at, &screen.view.nodes)) {
            self.tell(on, |interface, sight, now| {
                interface.over_window(at, sight, now);
                Vec::new()
            });
        }
    }

    /// A finger landed on a window. Whether the interface takes it.
    pub(crate) fn interface_called(&mut self, at: Point<f64, Logical>) -> bool {
        let (on, at) = self.on_screen(at);
        let mut called = false;
        self.tell(on, |interface, sight, now| {
            called = interface.calls_way_out(at, sight, now);
            Vec::new()
        });
        called
    }

    /// The finger that pressed something is here.
    pub(crate) fn interface_dragged(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.finger_moved(at, sight, now));
    }

    /// A button went down.
    pub(crate) fn interface_pressed(&mut self, at: Point<f64, Logical>, button: u32) {
        self.focus_pane_at(at);
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.pressed(at, Button::from(button), sight, now));
    }

    /// A button came up.
    pub(crate) fn interface_released(&mut self, at: Point<f64, Logical>, button: u32) {
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.released(at, Button::from(button), sight, now));
    }

    /// A finger landed.
    pub(crate) fn interface_touched(&mut self, at: Point<f64, Logical>) {
        self.focus_pane_at(at);
        let (on, at) = self.on_screen(at);
        self.tell(on, |interface, sight, now| interface.touched(at, sight, now));
    }

    /// The finger on a screen was lifted.
    pub(crate) fn interface_lifted(&mut self, on: OutputId) {
        self.tell(on, |interface, sight, now| interface.lifted(sight, now));
    }

    /// What was begun with the finger on a screen does not count.
    pub(crate) fn interface_cancelled(&mut self, on: OutputId) {
        self.tell(on, |interface, _, _| {
            interface.cancel();
            Vec::new()
        });
    }

    /// The screen that a point of the space is on, and the point on it.
    fn on_screen(&self, at: Point<f64, Logical>) -> (OutputId, At) {
        let screen = self.screens.at(at);
        (screen.id, point(screen.local(at)))
    }

    /// The wheel turned over the interface, by logical pixels. Whether it scrolled something.
    pub(crate) fn wheel_scrolls(&mut self, at: Point<f64, Logical>, amount: f64) -> bool {
        let (on, at) = self.on_screen(at);
        let mut scrolls = false;
        self.tell(on, |interface, sight, now| {
            scrolls = interface.scroll_files(at, amount, sight, now);
            Vec::new()
        });
        scrolls
    }

    /// A key went down that belongs to the interface. What it does not want may be bound. Whether it repeats if it is
    /// held.
    pub(crate) fn interface_key(&mut self, pressed: Pressed) -> bool {
        let held = Held {
            shift: pressed.modifiers.shift,
            ctrl: pressed.modifiers.ctrl,
            alt: pressed.modifiers.alt,
            logo: pressed.modifiers.logo,
        };
        if self.prompt_clipboard(symbol(pressed), held) {
            return false;
        }
        let mut taken = false;
        let symbol = symbol(pressed);
        if let Some(symbol) = symbol {
            self.tell(self.screen().id, |interface, sight, now| {
                let requests = interface.key(symbol, held, sight, now);
                taken = requests.is_some();
                requests.unwrap_or_default()
            });
        }
        if !taken && let Some(binding) = self.settings.bindings.find(pressed, Holder::Interface) {
            let action = binding.action.clone();
            self.act_bound(action);
        }
        // A space presses buttons where it is not text.
        let presses = symbol == Some(Symbol::Char(' ')) && !self.screen().interface.prompt.keyboard;
        taken && !presses && symbol.is_some_and(repeats)
    }

    /// A key came up that the interface took: what was held with it is let go.
    pub(crate) fn interface_key_up(&mut self) {
        let screen = self.screen();
        if screen.interface.hold.is_some_and(|hold| hold.is_held()) {
            let id = screen.id;
            self.tell(id, |interface, _, now| {
                interface.let_go(now);
                Vec::new()
            });
        }
    }

    /// Copies, cuts and pastes in the prompt. Whether a key was for that.
    fn prompt_clipboard(&mut self, symbol: Option<Symbol>, held: Held) -> bool {
        let (Held { ctrl, alt: false, logo, .. }, Some(Symbol::Char(c))) = (held, symbol) else { return false };
        if ctrl == logo || !self.screen().interface.prompt.keyboard {
            return false;
        }
        let on = self.screen().id;
        match c.to_ascii_lowercase() {
            'c' => {
                let copied = self.screen().interface.copied().map(str::to_owned);
                copied.into_iter().for_each(|text| self.copy_text(SelectionTarget::Clipboard, text));
            }
            'x' => {
                let mut cut = None;
                self.tell(on, |interface, _, _| {
                    cut = interface.cut();
                    Vec::new()
                });
                cut.into_iter().for_each(|text| self.copy_text(SelectionTarget::Clipboard, text));
            }
            'v' => self.paste_text(SelectionTarget::Clipboard, move |state, text| {
                state.tell(on, |interface, sight, _| {
                    interface.text(&text, sight);
                    Vec::new()
                });
            }),
            _ => return false,
        }
        true
    }

    /// Text that no key typed, for a box of the interface. A single letter is a key all the same: of a layout that we do
    /// not have.
    pub(crate) fn interface_text(&mut self, text: &str) {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            let key = Keysym::from_char(c).raw();
            self.interface_key(Pressed { modifiers: config::Modifiers::default(), raw: key, modified: key });
            return;
        }
        self.tell(self.screen().id, |interface, sight, _| {
            interface.text(text, sight);
            Vec::new()
        });
    }

    /// A part of a screen was pressed by assistive technology, or by a test.
    pub(crate) fn activate(&mut self, on: OutputId, name: &str, secondary: bool) {
        let Some(screen) = self.screens.get(on) else { return };
        let Some(node) = screen.view.nodes.iter().find(|node| node.key.to_string() == name) else { return };
        let key = node.key;
        let menu = node.menu.clone().filter(|_| secondary);
        let pane = (key.pane != 0).then(|| ViewportId::from_raw(key.pane));
        match (secondary, menu) {
            (false, _) => {
                pane.into_iter().for_each(|pane| self.focus_pane(pane));
                self.tell(on, |interface, sight, _| interface.press_key(key, sight));
            }
            (true, Some(menu)) => self.act(on, pane, menu),
            (true, None) => {}
        }
    }

    /// Assistive technology has moved to a part of a screen.
    pub(crate) fn focus_part(&mut self, on: OutputId, key: &str) {
        let Some(screen) = self.screens.get_mut(on) else { return };
        let node = screen.view.nodes.iter().find(|node| node.key.to_string() == key && node.action.is_some());
        if let Some(key) = node.map(|node| node.key) {
            screen.interface.focused = Some(key);
            screen.interface.ring = true;
            screen.outdated = true;
            screen.damage();
        }
    }

    /// Gives the focus to the pane at a point, or at least to its screen.
    pub(crate) fn focus_pane_at(&mut self, at: Point<f64, Logical>) {
        let (on, at) = self.on_screen(at);
        match self.shell.desktop.output(on).and_then(|output| output.pane_at(at)) {
            Some(pane) => self.focus_pane(pane),
            None => self.focus_screen(on),
        }
    }

    /// Gives the focus to a screen, in the pane that had it there last.
    pub(crate) fn focus_screen(&mut self, on: OutputId) {
        if self.shell.desktop.focused_output().id != on
            && let Some(pane) = self.shell.desktop.output(on).map(|output| output.focused)
        {
            self.focus_pane(pane);
        }
    }

    fn focus_pane(&mut self, pane: ViewportId) {
        if self.shell.desktop.focused_viewport().id != pane {
            let focused = self.operate(&Operation::FocusViewport { viewport: pane });
            if let Err(refused) = focused {
                tracing::debug!(%refused, "a pane did not get the focus");
            }
        }
    }

    /// Lets time pass for what is held, blinks or leaves, and asks again when there is more of it.
    pub(crate) fn wake_interface(&mut self) {
        let now = self.shell.now();
        let mut next: Option<std::time::Duration> = None;
        for on in self.screens.ids() {
            let Some(screen) = self.screens.get_mut(on) else { continue };
            let (interface, sight) = screen.apart(&self.shell);
            let before = interface.clone();
            let (requests, due) = interface.tick(&sight, now);
            if *interface != before {
                screen.outdated = true;
                screen.damage();
            }
            next = next.into_iter().chain(due).min();
            for (pane, action) in requests {
                self.act(on, pane, action);
            }
        }
        if let Some(token) = self.shell.wake.take() {
            self.handle.remove(token);
        }
        let Some(next) = next else { return };
        let timer = Timer::from_deadline(Instant::now() + next.saturating_sub(now));
        let inserted = self.handle.insert_source(timer, |_, (), state: &mut State| {
            state.shell.wake = None;
            state.shell.outdated = true;
            state.screens.damage();
            state.wake_interface();
            TimeoutAction::Drop
        });
        match inserted {
            Ok(token) => self.shell.wake = Some(token),
            Err(error) => tracing::error!(%error, "no timer for the interface"),
        }
    }
}

/// Whether a key does more by being held. One that presses or closes something does so once.
fn repeats(symbol: Symbol) -> bool {
    !matches!(symbol, Symbol::Enter | Symbol::Escape | Symbol::Tab | Symbol::Menu)
}

/// What a key means to the interface.
fn symbol(pressed: Pressed) -> Option<Symbol> {
    Some(match Keysym::from(pressed.modified) {
        Keysym::Tab | Keysym::ISO_Left_Tab => Symbol::Tab,
        Keysym::Return | Keysym::KP_Enter => Symbol::Enter,
        Keysym::Escape => Symbol::Escape,
        Keysym::BackSpace => Symbol::Backspace,
        Keysym::Delete | Keysym::KP_Delete => Symbol::Delete,
        Keysym::Left | Keysym::KP_Left => Symbol::Left,
        Keysym::Right | Keysym::KP_Right => Symbol::Right,
        Keysym::Up | Keysym::KP_Up => Symbol::Up,
        Keysym::Down | Keysym::KP_Down => Symbol::Down,
        Keysym::Home | Keysym::KP_Home => Symbol::Home,
        Keysym::End | Keysym::KP_End => Symbol::End,
        Keysym::Page_Up | Keysym::KP_Page_Up => Symbol::PageUp,
        Keysym::Page_Down | Keysym::KP_Page_Down => Symbol::PageDown,
        Keysym::Menu => Symbol::Menu,
        other => Symbol::Char(other.key_char().filter(|c| !c.is_control())?),
    })
}
