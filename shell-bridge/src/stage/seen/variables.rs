//! Variables that a text sets and uses: `set c rm; $c x`. Which of the values a variable has where it is used depends on
//! what runs, so each of them is tried.

use std::collections::BTreeMap;

use super::Arg;
use super::syntax::{Dialect, SPLIT, Word, is_known};
use super::walk::Walker;

/// So many variables of a text are looked at, and so many values of each.
const MOST: usize = 64;
const MOST_VALUES: usize = 8;
/// Longest value.
const MOST_BYTES: usize = 4 << 10;

/// The known values of variables, each once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Variables(BTreeMap<String, Vec<String>>);

impl Variables {
    /// Takes in what a command sets.
    pub fn learn(&mut self, assigns: &[Word], args: &[Arg], dialect: Dialect) {
        for word in assigns {
            self.assign(&word.text);
        }
        let Some((command, args)) = args.split_first() else { return };
        match command.text.as_str() {
            "set" if dialect == Dialect::Fish => self.set(args),
            "export" | "declare" | "typeset" | "local" | "readonly" => {
                args.iter().for_each(|arg| self.assign(&arg.text))
            }
            _ => {}
        }
    }

    /// Takes in the values that a loop goes through: `c in a b`.
    pub fn learn_loop(&mut self, head: &[Word]) {
        let [name, of, values @ ..] = head else { return };
        if of.text == "in" {
            values.iter().for_each(|value| self.put(&name.text, value.text.clone()));
        }
    }

    /// `set [OPTION…] NAME VALUE…` of Fish.
    fn set(&mut self, args: &[Arg]) {
        let (mut append, mut prepend) = (false, false);
        let mut rest = args.iter();
        let name = loop {
            let Some(arg) = rest.next() else { return };
            match arg.text.as_str() {
                "--append" => append = true,
                "--prepend" => prepend = true,
                "--erase" | "--query" | "--show" | "--names" => return,
                text if text.starts_with("--") => {}
                text if text.starts_with('-') => {
                    if text.contains(['e', 'q', 'S', 'n']) {
                        return;
                    }
                    append |= text.contains('a');
                    prepend |= text.contains('p');
                }
                name => break name,
            }
        };
        let value = rest.map(|arg| arg.text.as_str()).collect::<Vec<_>>().join(&SPLIT.to_string());
        let before = self.0.get(name).cloned().unwrap_or_default();
        for before in before.iter().filter(|_| append) {
            self.put(name, format!("{before}{SPLIT}{value}"));
        }
        for before in before.iter().filter(|_| prepend) {
            self.put(name, format!("{value}{SPLIT}{before}"));
        }
        self.put(name, value);
    }

    /// `NAME=VALUE`, or `NAME+=VALUE`.
    fn assign(&mut self, text: &str) {
        let Some((name, value)) = text.split_once('=') else { return };
        if let Some(name) = name.strip_suffix('+') {
            for before in self.0.get(name).cloned().unwrap_or_default() {
                self.put(name, before + value);
            }
            return self.put(name, value.to_owned());
        }
        self.put(name, value.to_owned());
    }

    fn put(&mut self, name: &str, value: String) {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') && name != "argv";
        if !is_name || !is_known(&value) || value.len() > MOST_BYTES {
            return;
        }
        if self.0.len() >= MOST && !self.0.contains_key(name) {
            return;
        }
        let values = self.0.entry(name.to_owned()).or_default();
        if values.len() < MOST_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }
}

impl Walker<'_> {
    /// Takes the values of a turn for those of the variables: the last ones first, and then one before the other. Whether
    /// they are other ones than before.
    pub(super) fn set_variables(&mut self, turn: usize) -> bool {
        let value = |values: &Vec<String>| values.iter().rev().cycle().nth(turn).cloned();
        let values = self.variables.0.iter().filter_map(|(name, values)| Some((name.clone(), value(values)?)));
        let values: BTreeMap<_, _> = values.collect();
        let other = values != self.names.variables;
        self.names.variables = values;
        other
    }
}
