//! The bindings in force: the user's own, and of the standard ones those whose chord the user left alone.

use serde::Serialize;

use super::action::{Action, Bound};
use super::chord::{Chord, Keysyms, Pressed};
use super::defaults::DEFAULTS;

/// Where a binding counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Also where a window has the keyboard.
    Everywhere,
    /// At the levels where keys belong to the interface: 1, 2 and 3a.
    Interface,
    /// Where a terminal of the desktop's own has the keyboard.
    Terminal,
}

/// Who has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A program's window.
    Window,
    /// The interface.
    Interface,
    /// A terminal of the desktop's own.
    Terminal,
}

impl When {
    /// Whether a binding counts where that one has the keyboard.
    pub fn counts(self, holder: Holder) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Interface => holder == Holder::Interface,
            Self::Terminal => holder == Holder::Terminal,
        }
    }
}

/// A chord and what it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Binding {
    /// What is pressed.
    pub chord: Chord,
    /// The same in words: `Super+Up`.
    pub keys: String,
    /// Where it counts.
    pub when: When,
    /// What it does.
    pub action: Action,
    /// The same in words: `Zoom out`.
    pub label: String,
}

/// All bindings in force, in the order in which they are listed.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Bindings(Vec<Binding>);

impl Bindings {
    /// The user's bindings before the standard ones. A chord of the user's takes the place of every standard binding of
    /// that chord; one bound to `none` goes.
    pub fn new(own: Vec<Binding>, keysyms: Keysyms) -> Self {
        let standard = standard(keysyms).filter(|binding| own.iter().all(|other| other.chord != binding.chord));
        let standard: Vec<Binding> = standard.collect();
        let nothing = Action::Ui(Bound::None);
        Self(own.into_iter().filter(|binding| binding.action != nothing).chain(standard).collect())
    }

    /// All of them.
    pub fn all(&self) -> &[Binding] {
        &self.0
    }

    /// What a key does, if it does anything.
    pub fn find(&self, pressed: Pressed, holder: Holder) -> Option<&Binding> {
        pressed
            .chords()
            .find_map(|chord| self.0.iter().find(|binding| binding.chord == chord && binding.when.counts(holder)))
    }
}

/// The standard bindings whose keys exist.
fn standard(keysyms: Keysyms) -> impl Iterator<Item = Binding> {
    DEFAULTS.iter().filter_map(move |line| {
        Some(Binding {
            chord: Chord::parse(line.chord, keysyms).ok()?,
            keys: line.chord.to_owned(),
            when: line.when,
            action: line.action.clone(),
            label: line.label.to_owned(),
        })
    })
}

/// What the standard bindings call this action, else what it calls itself.
pub(super) fn label(action: &Action) -> String {
    let named = DEFAULTS.iter().find(|line| line.action == *action);
    named.map_or_else(|| action.label(), |line| line.label.to_owned())
}

#[cfg(test)]
mod tests {
    use lcars_ui::operation::Operation;

    use super::super::chord::Modifiers;
    use super::super::chord::tests::{chord, keysyms};
    use super::*;

    fn pressed(text: &str) -> Pressed {
        let Chord { modifiers, key } = chord(text);
        Pressed { modifiers, raw: key, modified: key }
    }

    #[test]
    fn every_standard_binding_has_a_key_of_its_own_and_words() {
        let standard = Bindings::new(Vec::new(), keysyms);
        assert_eq!(standard.all().len(), DEFAULTS.len(), "every chord of the table names keys that exist");
        for (i, binding) in standard.all().iter().enumerate() {
            assert!(!binding.label.is_empty());
            assert!(standard.all()[..i].iter().all(|other| other.chord != binding.chord), "{} twice", binding.keys);
        }
    }

    #[test]
    fn no_standard_binding_takes_a_plain_key_from_a_program() {
        let standard = Bindings::new(Vec::new(), keysyms);
        let terminal = standard.all().iter().filter(|binding| binding.when == When::Terminal);
        let several = |chord: Chord| chord.modifiers.shift || chord.modifiers.logo || chord.modifiers.ctrl;
        assert!(terminal.into_iter().all(|binding| several(binding.chord)));
        let everywhere = standard.all().iter().filter(|binding| binding.when == When::Everywhere);
        assert!(everywhere.into_iter().all(|binding| binding.chord.modifiers.logo));
        assert_eq!(standard.find(pressed("Escape"), Holder::Window), None, "at level 3 Escape belongs to the program");
    }

    #[test]
    fn a_key_is_found_where_it_counts() {
        let standard = Bindings::new(Vec::new(), keysyms);
        let action = |text, holder| standard.find(pressed(text), holder).map(|binding| binding.action.clone());
        assert_eq!(action("Super+Up", Holder::Window), Some(Action::Operation(Operation::ZoomOut)));
        assert_eq!(action("Escape", Holder::Interface), Some(Action::Operation(Operation::ZoomOut)));
        assert_eq!(action("Escape", Holder::Terminal), None, "it is typed");
        assert_eq!(action("Super+9", Holder::Terminal), Some(Action::Ui(Bound::SectorNumber(9))));
        assert_eq!(action("Ctrl+Shift+c", Holder::Terminal), Some(Action::Ui(Bound::Copy)));
        assert_eq!(action("Ctrl+Shift+c", Holder::Window), None);
        assert_eq!(action("x", Holder::Interface), None);
        // As a keyboard of the United States has it: Shift and the slash key.
        let shift = Modifiers { shift: true, ..Modifiers::default() };
        let question = Pressed { modifiers: shift, raw: 0x2f, modified: 0x3f };
        assert_eq!(standard.find(question, Holder::Interface).map(|binding| binding.keys.as_str()), Some("question"));
    }

    #[test]
    fn a_binding_of_the_users_takes_the_place_of_the_standard_one() {
        let own = |text: &str, action| Binding {
            chord: chord(text),
            keys: text.to_owned(),
            when: When::Everywhere,
            action,
            label: label(&Action::Operation(Operation::ZoomOut)),
        };
        let nothing = Action::Ui(Bound::None);
        let keys = Action::Ui(Bound::Keys);
        let bindings = Bindings::new(vec![own("Super+x", nothing), own("Super+w", keys.clone())], keysyms);
        assert_eq!(bindings.find(pressed("Super+x"), Holder::Interface), None);
        assert_eq!(bindings.find(pressed("Super+w"), Holder::Interface).map(|binding| &binding.action), Some(&keys));
        assert_eq!(bindings.all().len(), DEFAULTS.len() - 1);
    }

    #[test]
    fn the_list_for_other_programs_says_what_is_bound() {
        let json = serde_json::to_value(Bindings::new(Vec::new(), keysyms)).unwrap();
        let first = json.get(0).unwrap();
        assert_eq!(first["keys"], "Super+Up");
        assert_eq!(first["when"], "everywhere");
        assert_eq!(first["action"], serde_json::json!({ "op": "zoom_out" }));
        assert_eq!(first["chord"]["super"], true);
    }
}
