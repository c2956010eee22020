//! In which language a name is shown.

use std::ffi::OsString;

/// What the environment says about messages: `de_DE.UTF-8@euro`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locale {
    language: String,
    country: Option<String>,
    modifier: Option<String>,
}

impl Locale {
    /// That of this process: `LC_ALL`, else `LC_MESSAGES`, else `LANG`.
    pub fn from_env() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// That of an environment.
    pub fn new(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty());
        Self::parse(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
    }

    /// Reads `lang_COUNTRY.ENCODING@MODIFIER`, of which all but the language may be missing. `C` is no language.
    pub fn parse(text: &str) -> Self {
        let (rest, modifier) = split(text, '@');
        let (rest, _encoding) = split(rest, '.');
        let (language, country) = split(rest, '_');
        if matches!(language, "C" | "POSIX") {
            return Self::default();
        }
        Self {
            language: language.to_owned(),
            country: country.map(str::to_owned),
            modifier: modifier.map(str::to_owned),
        }
    }

    /// How well a key's locale fits, more being better; nothing if it is another language. The order is that of the
    /// Desktop Entry specification.
    pub fn fit(&self, key: &str) -> Option<u8> {
        let key = Self::parse(key);
        if key.language.is_empty() || key.language != self.language {
            return None;
        }
        let part = |key: &Option<String>, own: &Option<String>, worth| match key {
            None => Some(0),
            Some(_) if key == own => Some(worth),
            Some(_) => None,
        };
        Some(1 + part(&key.country, &self.country, 2)? + part(&key.modifier, &self.modifier, 1)?)
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_language_wins() {
        let locale = Locale::parse("sr_YU.UTF-8@Latn");
        let order = ["sr", "sr@Latn", "sr_YU", "sr_YU@Latn"].map(|key| locale.fit(key));
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{order:?}");
        for other in ["de", "sr_RS", "sr@ijekavian", "sr_YU@other", ""] {
            assert_eq!(locale.fit(other), None, "{other}");
        }
    }

    #[test]
    fn the_standard_locale_has_no_language() {
        assert_eq!(Locale::parse("C.UTF-8").fit("C"), None);
        assert_eq!(Locale::parse("").fit("de"), None);
    }
}
