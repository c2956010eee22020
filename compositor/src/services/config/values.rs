//! Values of a TOML file, taken out of their tables one by one; what is of another kind than it should be, and what
//! nobody asks for, is reported where it stands.

use std::ops::Range;

use serde_json::{Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Errors;
use super::limits::MOST_NAME_BYTES;
use super::nearest;

/// A table that is being read.
pub(super) struct Table<'a, 'i> {
    /// How the user knows it: `[interface]`.
    name: &'static str,
    entries: Vec<(&'a Spanned<std::borrow::Cow<'i, str>>, &'a Spanned<DeValue<'i>>)>,
    asked: Vec<&'static str>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// What stands in `table`.
    pub fn new(name: &'static str, table: &'a DeTable<'i>) -> Self {
        Self { name, entries: table.iter().collect(), asked: Vec::new() }
    }

    /// The table at `value`, if it is one.
    pub fn of(name: &'static str, value: &'a Spanned<DeValue<'i>>, errors: &mut Errors<'_>) -> Option<Self> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            errors.add(value.span().start, format!("{name} is a table, not {}", kind(value.get_ref())));
        }
        table.map(|table| Self::new(name, table))
    }

    /// The value at `key`, if there is one.
    pub fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.asked.push(key);
        self.entries.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| *value)
    }

    /// A text that names something: one line, not empty, of bounded length.
    pub fn name(&mut self, key: &'static str, errors: &mut Errors<'_>) -> Option<(String, usize)> {
        let value = self.value(key)?;
        let at = value.span().start;
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => errors.add(at, format!("{key:?} is empty")),
            Some(text) if text.len() > MOST_NAME_BYTES => {
                errors.add(at, format!("{key:?} is longer than {MOST_NAME_BYTES} bytes"));
            }
            Some(text) if text.chars().any(char::is_control) => {
                errors.add(at, format!("{key:?} cannot contain line breaks or other control characters"));
            }
            Some(text) => return Some((text.trim().to_owned(), at)),
            None => errors.add(at, format!("{key:?} is a text in quotes, not {}", kind(value.get_ref()))),
        }
        None
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &'static str, errors: &mut Errors<'_>) -> Option<bool> {
        let value = self.value(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            errors.add(value.span().start, format!("{key:?} is true or false, not {}", kind(value.get_ref())));
        }
        boolean
    }

    /// A number within bounds, whole or not.
    pub fn number(&mut self, key: &'static str, least: f64, most: f64, errors: &mut Errors<'_>) -> Option<f64> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(_) => integer(value.get_ref()).map(|number| number as f64),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| (least..=most).contains(number));
        if number.is_none() {
            errors.add(value.span().start, format!("{key:?} is a number from {least} to {most}"));
        }
        number
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, key: &'static str, least: u32, most: u32, errors: &mut Errors<'_>) -> Option<u32> {
        let value = self.value(key)?;
        let number = integer(value.get_ref()).and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            errors.add(value.span().start, format!("{key:?} is a whole number from {least} to {most}"));
        }
        number
    }

    /// Reports every key that nobody asked for.
    pub fn done(self, errors: &mut Errors<'_>) {
        for (key, _) in &self.entries {
            let name = key.get_ref().as_ref();
            if !self.asked.contains(&name) {
                let meant = nearest(name, self.asked.iter().copied());
                let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {meant:?}?"));
                errors.add(key.span().start, format!("{} has no setting {name:?}{meant}", self.name));
            }
        }
    }
}

/// A value as JSON, for what has a form in JSON already.
pub(super) fn json(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(_) => integer(value).map(Value::from).ok_or("a number is too large")?,
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            number.map(Value::from).ok_or("a number is not finite")?
        }
        DeValue::Boolean(boolean) => Value::from(*boolean),
        DeValue::Datetime(_) => return Err("a date means nothing here".into()),
        DeValue::Array(array) => array.iter().map(|value| json(value.get_ref())).collect::<Result<_, _>>()?,
        DeValue::Table(table) => {
            let entries = table.iter().map(|(key, value)| Ok((key.get_ref().to_string(), json(value.get_ref())?)));
            Value::Object(entries.collect::<Result<_, String>>()?)
        }
    })
}

/// Where a table and its keys stand, in the order of the file.
pub(super) fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(Range<usize>, &'a str, &'a Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().map(|(key, value)| (key.span(), key.get_ref().as_ref(), value)).collect();
    entries.sort_by_key(|(span, ..)| span.start);
    entries
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

/// What a value is, in words.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
