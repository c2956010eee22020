//! The format of desktop entries: groups of keys, some of them in several languages.

use std::collections::HashMap;

use super::locale::Locale;

/// The group that describes the program.
const GROUP: &str = "[Desktop Entry]";

/// The keys of the main group, each in the language that fits best.
#[derive(Debug, Default)]
pub struct Keys<'a> {
    values: HashMap<&'a str, (u8, &'a str)>,
}

impl<'a> Keys<'a> {
    /// Reads the main group of `text`. Lines that mean nothing are passed over; nothing if there is no such group.
    pub fn parse(text: &'a str, locale: &Locale) -> Option<Self> {
        let mut lines = text.lines().map(str::trim).skip_while(|line| *line != GROUP);
        lines.next()?;
        let mut keys = Self::default();
        for line in lines.take_while(|line| !line.starts_with('[')) {
            let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { continue };
            let (key, value) = (key.trim_end(), value.trim_start());
            let (key, fit) = match key.strip_suffix(']').and_then(|key| key.split_once('[')) {
                Some((key, language)) => (key, locale.fit(language)),
                None => (key, Some(0)),
            };
            if let Some(fit) = fit
                && keys.values.get(key).is_none_or(|(before, _)| *before < fit)
            {
                keys.values.insert(key, (fit, value));
            }
        }
        Some(keys)
    }

    /// A text, if it is there and not empty.
    pub fn string(&self, key: &str) -> Option<String> {
        let (_, value) = self.values.get(key)?;
        let text = unescape(value);
        (!text.is_empty()).then_some(text)
    }

    /// A list of texts.
    pub fn list(&self, key: &str) -> Option<Vec<String>> {
        let (_, value) = self.values.get(key)?;
        Some(split(value).iter().map(|item| unescape(item)).filter(|item| !item.is_empty()).collect())
    }

    /// A switch that is off where nothing is said.
    pub fn is_true(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|(_, value)| *value == "true" || *value == "1")
    }
}

/// Splits at semicolons that no backslash precedes.
fn split(value: &str) -> Vec<String> {
    let (mut items, mut item) = (Vec::new(), String::new());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => items.push(std::mem::take(&mut item)),
            '\\' => match chars.next() {
                Some(';') => item.push(';'),
                next => item.extend(std::iter::once('\\').chain(next)),
            },
            c => item.push(c),
        }
    }
    items.push(item);
    items
}

/// Undoes the escapes of strings.
fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('s') => text.push(' '),
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('\\') | None => text.push('\\'),
            Some(other) => text.extend(['\\', other]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_group_is_read_in_the_language_that_fits_best() {
        let text = "# a remark\n[Other]\nName=no\n[Desktop Entry]\nName[de_AT]=Topfen\nName = Curd\nName[de]=Quark\n\
                    Name[fr]=Caillé\nnonsense\n[Desktop Action New]\nName=no\n";
        let name = |locale| Keys::parse(text, &Locale::parse(locale)).unwrap().string("Name").unwrap();
        assert_eq!(name("de_AT.UTF-8"), "Topfen");
        assert_eq!(name("de_DE.UTF-8"), "Quark");
        assert_eq!(name("C.UTF-8"), "Curd");
        assert!(Keys::parse("[Other]\nName=no\n", &Locale::default()).is_none());
    }

    #[test]
    fn escapes_are_undone_and_lists_split() {
        let text = "[Desktop Entry]\nA=one\\stwo\\\\n\\x\nL=a;b\\;c;;d\\\\;e\nB=true\nC=yes\nE=\n";
        let keys = Keys::parse(text, &Locale::default()).unwrap();
        assert_eq!(keys.string("A").unwrap(), "one two\\n\\x");
        assert_eq!(keys.list("L").unwrap(), ["a", "b;c", "d\\", "e"]);
        assert!(keys.is_true("B") && !keys.is_true("C") && !keys.is_true("D"));
        assert_eq!(keys.string("E"), None);
        assert_eq!(keys.list("D"), None);
    }
}
