//! Searching in what a terminal shows and has shown.

use std::time::Duration;

use lcars_ui::hierarchy::TerminalId;
use lcars_ui::shells::FaceSearch;
use shell_bridge::terminal::{MOST_COUNTED, SearchStep, Terminal, Towards};

use crate::state::State;

impl State {
    /// Searches for a text, from the newest line back. An empty one ends the search.
    pub(crate) fn find_in_terminal(&mut self, id: TerminalId, text: &str) {
        let begun = self.terminals.with(id, |terminal| terminal.search(text, false));
        // A text that is too long for a search is found nowhere.
        let begun = begun.is_some_and(|begun| begun.is_ok()) && !text.is_empty();
        self.faced_search(
            id,
            (!text.is_empty()).then(|| FaceSearch { text: text.to_owned(), ..FaceSearch::default() }),
        );
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
            Some(SearchStep::More) => self.go_on_finding(id, move |state| state.find_next(id, towards)),
            None => {}
        }
    }

    /// What is searched for in a terminal.
    fn searched(&self, id: TerminalId) -> Option<String> {
        self.shell.shells.faces.get(&id)?.search.as_ref().map(|search| search.text.clone())
    }

    /// Goes on with a search after everything else that waits, unless something else is searched for by then.
    fn go_on_finding(&mut self, id: TerminalId, step: impl FnOnce(&mut Self) + 'static) {
        let text = self.searched(id);
        self.after(Duration::ZERO, "a search", move |state| {
            if state.searched(id) == text {
                step(state);
            }
        });
    }

    fn found(&mut self, id: TerminalId, found: bool) {
        match self.searched(id) {
            Some(_) if found => self.count_found(id),
            text => self.faced_search(id, text.map(|text| FaceSearch { text, ..FaceSearch::default() })),
        }
        self.terminal_touched(id);
    }

    /// Counts hits in steps, so that neither the shell nor anybody else waits for long.
    fn count_found(&mut self, id: TerminalId) {
        let (Some(text), Some(count)) = (self.searched(id), self.terminals.with(id, Terminal::count_step)) else {
            return;
        };
        let more = count.more || count.matches >= MOST_COUNTED;
        // It stands on one at least, which may be further up than was counted.
        self.faced_search(id, Some(FaceSearch { text, at: count.at, hits: count.matches.max(1), more }));
        if count.more {
            self.go_on_finding(id, move |state| state.count_found(id));
        }
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
