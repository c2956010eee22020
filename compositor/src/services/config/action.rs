//! What a key can be bound to: an operation on the desktop, or something of the interface around it.

use std::fmt;

use lcars_ui::operation::Operation;
use serde::de::value::MapDeserializer;
use serde::de::{self, IntoDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limits::{MOST_COMMAND_WORDS, MOST_WORD_BYTES};

/// What is done with the interface rather than with the hierarchy. In the user's file: `"keys"`, `{ run = ["foot"] }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    /// Nothing: the chord is the program's again.
    None,
    /// Shows or hides the keys in force.
    Keys,
    /// Shows or hides what can be started.
    Launcher,
    /// Searches programs, windows and sectors.
    Search,
    /// Opens the menu of what is in focus or selected.
    Menu,
    /// Shows or hides the log of alerts.
    Alerts,
    /// Asks for a new name for the sector.
    RenameSector,
    /// Chooses the next theme.
    NextTheme,
    /// Focuses the next pane of the output.
    NextPane,
    /// Focuses the pane before.
    PreviousPane,
    /// Gives the focused pane more of its split.
    GrowPane,
    /// Gives the focused pane less of its split.
    ShrinkPane,
    /// Puts the selected tile one place further to the front.
    MoveEarlier,
    /// Puts the selected tile one place further to the end.
    MoveLater,
    /// Starts a terminal.
    Terminal,
    /// Jumps to the sector at that place of the overview, counted from 1.
    SectorNumber(u16),
    /// Sends the window in focus or the selected node to the sector at that place, counted from 1.
    SendToSectorNumber(u16),
    /// Puts the keyboard into the prompt, or takes it out.
    Prompt,
    /// Copies what is selected in the terminal.
    Copy,
    /// Types what was copied into the terminal.
    Paste,
    /// Searches what the terminal shows and has shown.
    FindInTerminal,
    /// Larger letters in terminals.
    FontLarger,
    /// Smaller letters in terminals.
    FontSmaller,
    /// Letters in terminals as the settings say.
    FontNormal,
    /// Shows the prompt of the command before.
    PreviousPrompt,
    /// Shows the prompt of the next command.
    NextPrompt,
    /// Selects what the last command wrote, or the one in view.
    SelectOutput,
    /// Lets keys select in the terminal, until Escape.
    SelectByKeys,
    /// Shows what the terminal has shown before, a page of it.
    ScrollPageUp,
    /// A page forward.
    ScrollPageDown,
    /// Shows the oldest that the terminal has kept.
    ScrollToTop,
    /// Shows the newest.
    ScrollToBottom,
    /// Starts a program: its words, no shell.
    Run(Vec<String>),
}

/// What a chord does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Action {
    /// Something is done to the desktop.
    Operation(Operation),
    /// Something is done by the interface.
    Ui(Bound),
}

impl Action {
    /// Reads what the user's file says, as JSON: `"zoom_out"`, `{"op":"move","direction":"left"}`, `{"run":["foot"]}`.
    ///
    /// # Errors
    /// What is wrong with it, in words for the screen.
    pub fn from_json(value: Value) -> Result<Self, String> {
        let action = match value {
            Value::String(name) => Self::from_name(&name),
            Value::Object(object) if object.contains_key("op") => Self::from_operation(Value::Object(object)),
            Value::Object(object) => Self::from_ui(object),
            _ => Err("an action is a name such as \"zoom_out\" or a table such as { run = [\"foot\"] }".into()),
        }?;
        action.check()?;
        Ok(action)
    }

    fn from_name(name: &str) -> Result<Self, String> {
        if let Ok(ui) = serde_json::from_value(Value::from(name)) {
            return Ok(Self::Ui(ui));
        }
        if names_of_ui().contains(&name) {
            return Err(format!("{name:?} needs a value: {{ {name} = … }}"));
        }
        match serde_json::from_value(serde_json::json!({ "op": name })) {
            Ok(operation) => Ok(Self::Operation(operation)),
            Err(error) if names_of_operations().contains(&name) => {
                Err(format!("{name:?} alone does not say enough: {error}; write {{ op = {name:?}, … }}"))
            }
            Err(_) => Err(no_such_action(name)),
        }
    }

    fn from_operation(value: Value) -> Result<Self, String> {
        let name = value.get("op").and_then(Value::as_str).unwrap_or_default().to_owned();
        match serde_json::from_value(value) {
            Ok(operation) => Ok(Self::Operation(operation)),
            Err(error) if names_of_operations().contains(&name.as_str()) => Err(format!("{name:?}: {error}")),
            Err(_) => Err(no_such_action(&name)),
        }
    }

    fn from_ui(object: serde_json::Map<String, Value>) -> Result<Self, String> {
        let mut names = object.keys();
        let (Some(name), None) = (names.next(), names.next()) else {
            return Err("a table holds either \"op\" and what belongs to it, or one action with its value".into());
        };
        let name = name.clone();
        if !names_of_ui().contains(&name.as_str()) {
            return Err(no_such_action(&name));
        }
        serde_json::from_value(Value::Object(object)).map(Self::Ui).map_err(|error| format!("{name:?}: {error}"))
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Ui(Bound::Run(command)) => check_command(command),
            Self::Ui(Bound::SectorNumber(0) | Bound::SendToSectorNumber(0)) => Err("sectors are counted from 1".into()),
            _ => Ok(()),
        }
    }

    /// What it does, in a few words, for bindings that bring none: `Move left`.
    pub fn label(&self) -> String {
        let words = match self {
            Self::Ui(Bound::Run(command)) => return format!("Start {}", command.join(" ")),
            Self::Ui(Bound::SectorNumber(number)) => return format!("Sector {number}"),
            Self::Ui(Bound::SendToSectorNumber(number)) => return format!("Send to sector {number}"),
            Self::Ui(ui) => serde_json::to_value(ui).ok().and_then(|name| name.as_str().map(str::to_owned)),
            Self::Operation(operation) => serde_json::to_value(operation).ok().map(|value| words_of(&value)),
        };
        let words = words.unwrap_or_default().replace('_', " ");
        let mut chars = words.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }
}

/// The operation's name and what it is given, as far as that is a word or a number.
fn words_of(operation: &Value) -> String {
    let mut words = vec![operation.get("op").and_then(Value::as_str).unwrap_or_default().to_owned()];
    for (key, value) in operation.as_object().into_iter().flatten().filter(|(key, _)| *key != "op") {
        match value {
            Value::String(word) => words.push(word.clone()),
            Value::Number(number) => words.push(format!("{key} {number}")),
            _ => {}
        }
    }
    words.join(" ")
}

fn check_command(command: &[String]) -> Result<(), String> {
    match command.first() {
        None => return Err("\"run\" needs the name of a program".into()),
        Some(program) if program.is_empty() => return Err("the name of a program cannot be empty".into()),
        Some(_) => {}
    }
    if command.len() > MOST_COMMAND_WORDS || command.iter().any(|word| word.len() > MOST_WORD_BYTES) {
        return Err(format!("a command has at most {MOST_COMMAND_WORDS} words of {MOST_WORD_BYTES} bytes"));
    }
    if command.iter().any(|word| word.contains('\0')) {
        return Err("a command cannot contain the NUL character".into());
    }
    Ok(())
}

fn no_such_action(name: &str) -> String {
    let known = names_of_ui().iter().chain(names_of_operations());
    match super::nearest(name, known.copied()) {
        Some(nearest) => format!("there is no action {name:?}; did you mean {nearest:?}?"),
        None => format!("there is no action {name:?}"),
    }
}

fn names_of_ui() -> &'static [&'static str] {
    let error = Bound::deserialize(IntoDeserializer::<Names>::into_deserializer("")).err();
    error.map_or(&[], |names| names.0)
}

fn names_of_operations() -> &'static [&'static str] {
    let nothing = MapDeserializer::<_, Names>::new(std::iter::once(("op", "")));
    Operation::deserialize(nothing).err().map_or(&[], |names| names.0)
}

/// An error that keeps the names that would have been right, so that no list of them can fall behind the types.
#[derive(Debug)]
struct Names(&'static [&'static str]);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

impl std::error::Error for Names {}

impl de::Error for Names {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self(expected)
    }
}

#[cfg(test)]
mod tests {
    use lcars_ui::operation::Direction;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_action_is_a_name_an_operation_or_a_command() {
        let read = |value| Action::from_json(value).unwrap();
        assert_eq!(read(json!("zoom_out")), Action::Operation(Operation::ZoomOut));
        assert_eq!(read(json!("alerts")), Action::Ui(Bound::Alerts));
        let left = Operation::Move { direction: Direction::Left };
        assert_eq!(read(json!({ "op": "move", "direction": "left" })), Action::Operation(left));
        assert_eq!(read(json!({ "run": ["foot", "-e", "top"] })).label(), "Start foot -e top");
        assert_eq!(read(json!({ "sector_number": 3 })), Action::Ui(Bound::SectorNumber(3)));
    }

    #[test]
    fn what_is_no_action_is_told_with_the_likeliest_right_word() {
        let error = |value| Action::from_json(value).unwrap_err();
        assert_eq!(error(json!("zoom_ot")), "there is no action \"zoom_ot\"; did you mean \"zoom_out\"?");
        assert_eq!(error(json!("launch")), "there is no action \"launch\"; did you mean \"launcher\"?");
        assert_eq!(error(json!({ "op": "explode" })), "there is no action \"explode\"");
        assert!(error(json!("move")).contains("missing field `direction`"));
        assert!(error(json!("run")).contains("needs a value"));
        assert!(error(json!({ "op": "move", "direction": "left", "far": 1 })).contains("far"));
        assert!(error(json!({ "run": [] })).contains("name of a program"));
        assert!(error(json!({ "run": ["a\u{0}b"] })).contains("NUL"));
        assert!(error(json!({ "run": ["a"], "keys": 1 })).contains("one action"));
        assert!(error(json!({ "sector_number": 0 })).contains("from 1"));
        assert!(error(json!({ "sector_number": 70_000 })).contains("sector_number"));
        assert!(error(json!(17)).contains("an action is"));
    }

    #[test]
    fn the_names_that_are_offered_are_those_that_are_understood() {
        assert!(names_of_operations().contains(&"zoom_in") && names_of_operations().len() > 15);
        assert!(names_of_ui().contains(&"next_pane") && names_of_ui().len() > 10);
        assert!(names_of_ui().iter().all(|name| !names_of_operations().contains(name)), "a name means one thing");
    }

    #[test]
    fn a_label_says_what_an_operation_does() {
        let label = |value| Action::from_json(value).unwrap().label();
        assert_eq!(label(json!({ "op": "move", "direction": "left" })), "Move left");
        assert_eq!(label(json!("close_viewport")), "Close viewport");
        assert_eq!(label(json!({ "op": "resize", "share": 0.25 })), "Resize share 0.25");
        assert_eq!(label(json!("next_theme")), "Next theme");
    }
}
