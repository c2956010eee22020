//! Searching in what a terminal shows and has shown.

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::TerminalId;
use lcars_ui::shells::FaceSearch;
use shell_bridge::terminal::{SearchStep, Towards};

use crate::state::State;

impl State {
    /// Searches for a text, from the newest line back. An empty one ends the search.
    pub(crate) fn find_in_terminal(&mut self, id: TerminalId, text: &str) {
        let begun = self.terminals.with(id, |terminal| terminal.search(text, false));
        // A text that is too long for a search is found nowhere.
        let begun = begun.is_some_and(|begun| begun.is_ok()) && !text.is_empty();
        self.faced_search(id, (!text.is_empty()).then(|| FaceSearch { text: text.to_owned(), at: None, hits: 0 }));
        if begun {
            self.find_next(id, Towards::Older);
        }
        self.terminal_touched(id);
    }

    /// Goes to the next hit. Where it is far it is looked for in steps, with everything else between.
    pub(crate) fn find_next(&mut self, id: TerminalId, towards: Towards) {
        match self.terminals.with(id, |terminal| terminal.search_step(towards)) {
            Some(SearchStep::Found) => self.found(id, true),
            Some(SearchStep::Nothing) => self.found(id, false),
            Some(SearchStep::More) => {
                let text = self.searched(id);
                let inserted = self.handle.insert_source(Timer::immediate(), move |_, (), state: &mut State| {
                    // Something else may be searched for by now.
                    if state.searched(id) == text {
                        state.find_next(id, towards);
                    }
                    TimeoutAction::Drop
                });
                if let Err(error) = inserted {
                    tracing::error!(%error, "no timer for a search");
                }
            }
            None => {}
        }
    }

    /// What is searched for in a terminal.
    fn searched(&self, id: TerminalId) -> Option<String> {
        self.shell.shells.faces.get(&id)?.search.as_ref().map(|search| search.text.clone())
    }

    fn found(&mut self, id: TerminalId, found: bool) {
        let at = found.then_some(1);
        let text = self.searched(id);
        self.faced_search(id, text.map(|text| FaceSearch { text, at, hits: usize::from(found) }));
        self.terminal_touched(id);
    }

    fn faced_search(&mut self, id: TerminalId, search: Option<FaceSearch>) {
        if let Some(face) = self.shell.shells.faces.get_mut(&id)
            && face.search != search
        {
            face.search = search;
            self.shell.outdated = true;
        }
    }
}
