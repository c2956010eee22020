//! The name of a user: part of URLs, of paths on disk, of the home in the container, of what is logged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names that mean something else in a container or in a URL.
const RESERVED: [&str; 14] = [
    "admin", "api", "auth", "bin", "daemon", "guest", "nobody", "operator", "portal", "root", "shared", "sys", "tos",
    "tosd",
];

/// A user's name: 1 to 32 characters of `a-z`, `0-9` and `-`, the first a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// Why a text is no user's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Other characters, or too many.
    #[error("a user's name has 1 to 32 of a-z, 0-9 and -, and begins with a letter")]
    Form,
    /// It has a meaning of its own.
    #[error("this name is taken by the system")]
    Reserved,
}

impl UserName {
    /// Takes a name as it is; nothing is changed for it to fit.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn new(name: &str) -> Result<Self, NameError> {
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !first || name.len() > 32 || !name.bytes().all(fits) {
            return Err(NameError::Form);
        }
        if RESERVED.contains(&name) { Err(NameError::Reserved) } else { Ok(Self(name.to_owned())) }
    }

    /// A name out of what a provider calls somebody: in lower case, what does not fit becomes `-`. `None` if nothing is left
    /// or too much would have to change for the owner to know it again.
    pub fn from_foreign(text: &str) -> Option<Self> {
        let fitted: String = text
            .trim()
            .chars()
            .take(64)
            .map(|c| match c.to_ascii_lowercase() {
                c if c.is_ascii_lowercase() || c.is_ascii_digit() => c,
                _ => '-',
            })
            .collect();
        let fitted = fitted.trim_matches('-');
        let kept = fitted.bytes().filter(u8::is_ascii_alphanumeric).count();
        (kept * 2 > text.trim().chars().count()).then(|| Self::new(fitted).ok()).flatten()
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for UserName {
    type Error = NameError;

    fn try_from(name: String) -> Result<Self, NameError> {
        Self::new(&name)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_what_paths_and_urls_can_bear() {
        for good in ["alice", "a", "worf-3", &"x".repeat(32)] {
            assert_eq!(UserName::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "0", "3a", "a_b", "Alice", "a b", "a/b", "..", "a.b", "ä", "a\0", "a\n", &"x".repeat(33)]
        {
            assert_eq!(UserName::new(bad), Err(NameError::Form), "{bad:?}");
        }
        assert_eq!(UserName::new("root"), Err(NameError::Reserved));
    }

    #[test]
    fn foreign_names_are_fitted_or_refused() {
        let fitted = |text: &str| UserName::from_foreign(text).map(String::from);
        assert_eq!(fitted("Jean-Luc.Picard").as_deref(), Some("jean-luc-picard"));
        assert_eq!(fitted("  Data ").as_deref(), Some("data"));
        assert_eq!(fitted("Ωmega🖖🖖🖖🖖"), None, "nobody would know the name again");
        assert_eq!(fitted("root"), None);
        assert_eq!(fitted(&"x".repeat(40)), None, "cutting would make two people one");
    }

    proptest! {
        #[test]
        fn whatever_is_fitted_is_a_name(text in ".{0,80}") {
            if let Some(name) = UserName::from_foreign(&text) {
                prop_assert_eq!(UserName::new(name.as_str()), Ok(name));
            }
        }
    }
}
