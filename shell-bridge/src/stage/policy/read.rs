//! From the text of a policy to rules.

use std::collections::BTreeMap;
use std::ops::Range;

use regex::{Regex, RegexBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{PolicyError, Rule};
use crate::stage::Class;
use crate::stage::seen::Sign;

/// Largest text that is read.
const MOST_BYTES: usize = 1 << 20;
const MOST_RULES: usize = 1000;
/// Values in one list.
const MOST_VALUES: usize = 500;
/// More mistakes than this are not listed.
const MOST_ERRORS: usize = 64;
/// Memory of one compiled pattern, in bytes.
const MOST_PATTERN: usize = 1 << 20;

/// What one text says.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub rules: Vec<Rule>,
    pub places: Vec<(String, Vec<String>)>,
}

/// Mistakes found so far.
struct Errors<'a> {
    text: &'a str,
    file: &'a str,
    found: Vec<PolicyError>,
}

impl Errors<'_> {
    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..self.text.floor_char_boundary(at)).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn add(&mut self, at: usize, message: impl Into<String>) {
        if self.found.len() < MOST_ERRORS {
            let error = PolicyError { file: self.file.to_owned(), line: self.line(at), message: message.into() };
            self.found.push(error);
        }
    }
}

/// Reads the whole text. `known` are the sets of places that there are already.
pub(super) fn read(text: &str, file: &str, known: &BTreeMap<String, Vec<String>>) -> Result<Read, Vec<PolicyError>> {
    let mut errors = Errors { text, file, found: Vec::new() };
    if text.len() > MOST_BYTES {
        errors.add(0, format!("the file is larger than {} KB", MOST_BYTES >> 10));
        return Err(errors.found);
    }
    let (table, mistakes) = DeTable::parse_recoverable(text);
    for mistake in &mistakes {
        errors.add(mistake.span().map_or(0, |span| span.start), mistake.message().replace('\n', ", "));
    }
    if !mistakes.is_empty() {
        // What could be read despite them would only give mistakes that are none.
        return Err(errors.found);
    }
    let mut read = Read::default();
    for (key, value) in table.get_ref() {
        match key.get_ref().as_ref() {
            "paths" => read.places = places(value, &mut errors),
            "rule" => read.rules = rules(value, &mut errors),
            other => errors.add(key.span().start, format!("there is no {other:?}; there are [paths] and [[rule]]")),
        }
    }
    let is_known = |name: &str| known.contains_key(name) || read.places.iter().any(|(place, _)| place == name);
    for rule in &read.rules {
        let named = rule
            .operands
            .iter()
            .chain(&rule.writes)
            .chain(&rule.reads)
            .flatten()
            .filter_map(|value| value.strip_prefix('@'));
        for name in named.filter(|name| !is_known(name)) {
            let message = format!("rule {:?} speaks of @{name}, which [paths] does not say", rule.name);
            errors.found.push(PolicyError { file: file.to_owned(), line: rule.line, message });
        }
    }
    errors.found.sort_by_key(|error| error.line);
    if errors.found.is_empty() { Ok(read) } else { Err(errors.found) }
}

type Value<'i> = Spanned<DeValue<'i>>;

fn places(value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<(String, Vec<String>)> {
    let Some(table) = value.get_ref().as_table() else {
        errors.add(value.span().start, "[paths] is a table");
        return Vec::new();
    };
    let mut places = Vec::new();
    for (name, value) in table {
        let paths = strings(name.get_ref(), value, errors);
        for path in &paths {
            if !path.starts_with(['/', '~']) {
                errors.add(value.span().start, format!("{path:?} is not a path that begins with / or ~"));
            }
        }
        places.push((name.get_ref().to_string(), paths));
    }
    places
}

fn rules(value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<Rule> {
    let Some(array) = value.get_ref().as_array() else {
        errors.add(value.span().start, "rules are written as [[rule]], one for each");
        return Vec::new();
    };
    if array.len() > MOST_RULES {
        errors.add(value.span().start, format!("there are more than {MOST_RULES} rules"));
    }
    let mut rules: Vec<Rule> = Vec::new();
    for value in array.iter().take(MOST_RULES) {
        let Some(rule) = rule(value, errors) else { continue };
        if let Some(before) = rules.iter().find(|before| before.name == rule.name) {
            let message = format!("there are two rules {:?}; the other is in line {}", rule.name, before.line);
            errors.add(value.span().start, message);
        }
        rules.push(rule);
    }
    rules
}

fn rule(value: &Value<'_>, errors: &mut Errors<'_>) -> Option<Rule> {
    let start = value.span().start;
    let Some(table) = value.get_ref().as_table() else {
        errors.add(start, "[[rule]] is a table");
        return None;
    };
    let name = table.iter().find(|(key, _)| key.get_ref() == "name");
    // A rule is looked up by the line of its name: that is what somebody searches for.
    let line = errors.line(name.map_or(start, |(key, _)| key.span().start));
    let mut rule = Rule {
        name: String::new(),
        class: Class::Safe,
        because: String::new(),
        file: errors.file.to_owned(),
        line,
        commands: None,
        flags: None,
        operands: None,
        writes: None,
        reads: None,
        via: None,
        from: None,
        line_matches: None,
        signs: None,
        text_matches: None,
        secret: false,
    };
    let mut class = None;
    for (key, value) in table {
        let key_name = key.get_ref().as_ref();
        match key_name {
            "name" => rule.name = string(key_name, value, errors),
            "because" => rule.because = string(key_name, value, errors),
            "class" => class = read_class(value, errors),
            "commands" => rule.commands = Some(strings(key_name, value, errors)),
            "flags" => rule.flags = Some(flags(value, errors)),
            "operands" => rule.operands = Some(strings(key_name, value, errors)),
            "writes" => rule.writes = Some(strings(key_name, value, errors)),
            "reads" => rule.reads = Some(strings(key_name, value, errors)),
            "via" => rule.via = Some(strings(key_name, value, errors)),
            "from" => rule.from = Some(strings(key_name, value, errors)),
            "line" => rule.line_matches = pattern(value, errors),
            "text" => rule.text_matches = pattern(value, errors),
            "signs" => rule.signs = Some(signs(value, errors)),
            "secret" => match value.get_ref().as_bool() {
                Some(secret) => rule.secret = secret,
                None => errors.add(value.span().start, "secret is true or false"),
            },
            other => errors.add(key.span().start, format!("a rule has no {other:?}")),
        }
    }
    let has = |key: &str| table.iter().any(|(name, _)| name.get_ref() == key);
    for key in ["name", "class", "because"].iter().filter(|key| !has(key)) {
        errors.add(start, format!("a rule needs {key:?}"));
    }
    let conditions = ["commands", "flags", "operands", "writes", "reads", "via", "from", "line", "signs", "text"];
    if !conditions.iter().any(|key| has(key)) {
        errors.add(start, format!("a rule needs one of {}", conditions.join(", ")));
    }
    rule.class = class?;
    Some(rule)
}

fn read_class(value: &Value<'_>, errors: &mut Errors<'_>) -> Option<Class> {
    let class = match value.get_ref().as_str() {
        Some("safe") => Some(Class::Safe),
        Some("caution") => Some(Class::Caution),
        Some("danger") => Some(Class::Danger),
        Some("refused") => Some(Class::Refused),
        _ => None,
    };
    if class.is_none() {
        errors.add(value.span().start, "a class is \"safe\", \"caution\", \"danger\" or \"refused\"");
    }
    class
}

fn string(name: &str, value: &Value<'_>, errors: &mut Errors<'_>) -> String {
    match value.get_ref().as_str() {
        Some(text) if !text.trim().is_empty() => text.to_owned(),
        _ => {
            errors.add(value.span().start, format!("{name} is a text that is not empty"));
            String::new()
        }
    }
}

fn strings(name: &str, value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<String> {
    let listed = placed_strings(name, value, errors);
    listed.into_iter().map(|(text, _)| text).collect()
}

fn placed_strings(name: &str, value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<(String, Range<usize>)> {
    let Some(array) = value.get_ref().as_array() else {
        errors.add(value.span().start, format!("{name} is a list of texts"));
        return Vec::new();
    };
    if array.is_empty() || array.len() > MOST_VALUES {
        errors.add(value.span().start, format!("{name} is a list of 1 to {MOST_VALUES} texts"));
    }
    let mut listed = Vec::new();
    for value in array.iter().take(MOST_VALUES) {
        match value.get_ref().as_str() {
            Some(text) if !text.is_empty() => listed.push((text.to_owned(), value.span())),
            _ => errors.add(value.span().start, format!("{name} is a list of texts that are not empty")),
        }
    }
    listed
}

fn flags(value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<String> {
    let listed = placed_strings("flags", value, errors);
    for (flag, at) in &listed {
        if !flag.starts_with('-') {
            errors.add(at.start, format!("{flag:?} is no flag; flags begin with -"));
        }
    }
    listed.into_iter().map(|(flag, _)| flag).collect()
}

fn signs(value: &Value<'_>, errors: &mut Errors<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    for (name, at) in placed_strings("signs", value, errors) {
        match Sign::from_name(&name) {
            Some(sign) => signs.push(sign),
            None => errors.add(at.start, format!("there is no sign {name:?}; there are {}", Sign::NAMES)),
        }
    }
    signs
}

fn pattern(value: &Value<'_>, errors: &mut Errors<'_>) -> Option<Regex> {
    let text = string("a pattern", value, errors);
    let pattern = RegexBuilder::new(&text).size_limit(MOST_PATTERN).dfa_size_limit(MOST_PATTERN).build();
    pattern
        .map_err(|error| {
            let error = error.to_string();
            let last = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            errors.add(value.span().start, format!("this is no regular expression: {last}"));
        })
        .ok()
}
