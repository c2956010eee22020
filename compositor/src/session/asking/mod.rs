//! What programs ask the user through portals: which question is on which screen, and what comes of it.
//!
//! One is shown at a time: over the window that asks, while that is in focus somewhere; one of no window over whatever has
//! the keyboard. No camera moves for it. A question whose window is left waits with the window, as it is.

mod directory;
mod picture;
mod words;

use std::collections::VecDeque;

use bus::{Answer, Ask, AskId, Parent, Question, Told};
use lcars_ui::asking::{Asking, Verdict};
use lcars_ui::hierarchy::{OutputId, WindowId};
use lcars_ui::interface::AlertLevel;

use crate::state::State;
use directory::Watched;
use words::Known;

/// The questions that are open.
#[derive(Default)]
pub(crate) struct Asks {
    open: VecDeque<Open>,
    /// What is on a screen.
    shown: Option<(AskId, OutputId)>,
    /// The directory that is read for it.
    watched: Option<Watched>,
    /// Where the user was when a file was chosen last.
    directory: Option<Vec<u8>>,
    /// Where other threads tell what became of pictures.
    pictures: Option<calloop::channel::Sender<(AskId, Answer)>>,
}

impl std::fmt::Debug for Asks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asks").field("open", &self.open.len()).field("shown", &self.shown).finish_non_exhaustive()
    }
}

/// One of them.
struct Open {
    id: AskId,
    window: Option<WindowId>,
    /// As it is while it is on no screen.
    aside: Option<Asking>,
    /// What an answer is made of.
    known: Known,
    /// The user was told that it waits.
    told: bool,
}

impl State {
    /// A program asks something.
    pub(crate) fn asked(&mut self, ask: Ask) {
        if ask.question == (Question::Screenshot { ask: false }) {
            return self.take_picture(ask.id);
        }
        let window = self.window_named(&ask.parent);
        let (asking, known) = self.put_in_words(&ask, window);
        self.asks.open.push_back(Open { id: ask.id, window, aside: Some(asking), known, told: false });
    }

    /// A program does not ask any more.
    pub(crate) fn unasked(&mut self, id: AskId) {
        if self.asks.shown.is_some_and(|(shown, _)| shown == id) {
            self.put_question_aside();
        }
        self.asks.open.retain(|open| open.id != id);
    }

    /// The window that a program names as the one it asks for.
    fn window_named(&self, parent: &Parent) -> Option<WindowId> {
        let surface = match parent {
            Parent::Nobody => return None,
            Parent::Wayland(handle) => self.globals.foreign.exported(handle)?.clone(),
            Parent::X11(window) => self.x11_surface(*window)?,
        };
        self.shell.window_of(&surface)
    }

    /// The screen that a question belongs to now.
    fn screen_for(&self, window: Option<WindowId>) -> Option<OutputId> {
        if self.lock.is_locked() {
            return None;
        }
        let Some(window) = window else { return Some(self.screen().id) };
        let place = self.shell.place_of(window);
        let desktop = &self.shell.desktop;
        let shows = |output: &&lcars_ui::viewport::Output| {
            desktop.viewport(output.focused).is_some_and(|viewport| viewport.path.window() == Some(place))
        };
        let focused = Some(desktop.focused_output()).filter(shows);
        focused.or_else(|| desktop.outputs().iter().find(shows)).map(|output| output.id)
    }

    /// Looks after the questions once a turn: what was decided is answered, and what can be shown is.
    pub(crate) fn follow_asks(&mut self) {
        if self.asks.open.is_empty() {
            return;
        }
        self.take_verdict();
        // The window that asked is gone: so is the question.
        let tree = self.shell.desktop.tree();
        let orphans: Vec<AskId> = self
            .asks
            .open
            .iter()
            .filter(|open| open.window.is_some_and(|id| !tree.contains(id.into())))
            .map(|open| open.id)
            .collect();
        orphans.into_iter().for_each(|id| self.end_question(id, Answer::Failed));
        let wanted = self.asks.open.iter().find_map(|open| Some((open.id, self.screen_for(open.window)?)));
        if wanted != self.asks.shown {
            self.put_question_aside();
            if let Some((id, screen)) = wanted {
                self.show_question(id, screen);
            }
        }
        if let Some(screen) = self.asks.shown.and_then(|(_, screen)| self.screens.get_mut(screen)) {
            let before = screen.interface.overlay.is_none();
            screen.interface.show_asked();
            if before && screen.interface.overlay.is_some() {
                screen.outdated = true;
                screen.damage();
            }
        }
        self.tell_of_questions();
        self.follow_asked_directory();
    }

    fn show_question(&mut self, id: AskId, screen: OutputId) {
        let open = self.asks.open.iter_mut().find(|open| open.id == id);
        let (Some(open), Some(on)) = (open, self.screens.get_mut(screen)) else { return };
        if let Some(asking) = open.aside.take() {
            on.interface.ask(asking);
            on.outdated = true;
            on.damage();
            self.asks.shown = Some((id, screen));
        }
    }

    /// Takes what is shown off its screen. It is not answered by that.
    fn put_question_aside(&mut self) {
        let Some((id, screen)) = self.asks.shown.take() else { return };
        self.forget_asked_directory();
        let Some(screen) = self.screens.get_mut(screen) else {
            // It went with its screen; the program is told so.
            return self.end_question(id, Answer::Failed);
        };
        let asking = screen.interface.put_aside();
        screen.outdated = true;
        screen.damage();
        if let Some(open) = self.asks.open.iter_mut().find(|open| open.id == id) {
            open.aside = asking;
        }
    }

    /// Answers what was decided on a screen.
    fn take_verdict(&mut self) {
        let Some((id, screen)) = self.asks.shown else { return };
        let asking = self.screens.get(screen).and_then(|screen| screen.interface.asking.as_ref());
        let Some(asking) = asking.filter(|asking| asking.verdict.is_some()).cloned() else { return };
        self.put_question_aside();
        let Some(verdict) = asking.verdict else { return };
        if matches!(verdict, Verdict::Files(_)) {
            self.asks.directory = Some(asking.doing.directory.to_vec());
        }
        let Some(open) = self.asks.open.iter().find(|open| open.id == id) else { return };
        match (&open.known, verdict) {
            (Known::Screenshot, Verdict::Granted) => self.take_picture(id),
            (Known::Colour, Verdict::Point(at)) => self.take_colour(id, screen, at),
            (known, verdict) => {
                let answer = known.answer(verdict, &asking.doing);
                self.end_question(id, answer);
            }
        }
    }

    fn end_question(&mut self, id: AskId, answer: Answer) {
        self.asks.open.retain(|open| open.id != id);
        if self.asks.shown.is_some_and(|(shown, _)| shown == id) {
            self.put_question_aside();
        }
        self.notices.tell(Told::Answered(id, answer));
    }

    /// Tells the user once of each question that waits with a window which is not in sight.
    fn tell_of_questions(&mut self) {
        let mut waiting = Vec::new();
        let shown = self.asks.shown.map(|(id, _)| id);
        for open in self.asks.open.iter_mut().filter(|open| !open.told && Some(open.id) != shown) {
            let (Some(window), Some(asking)) = (open.window, &open.aside) else { continue };
            open.told = true;
            waiting.push((window, asking.asked.program.clone(), asking.asked.title.clone()));
        }
        for (window, program, title) in waiting {
            let sector = self.shell.desktop.tree().path_to(window.into()).and_then(|path| path.sector());
            self.tell_user_of(AlertLevel::Info, &format!("{program} asks: {title}"), sector);
        }
    }
}
