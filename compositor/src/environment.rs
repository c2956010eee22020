//! The environment of the session: that of this process, and over it what its beginning gave.
//!
//! A session that begins when somebody signs in has its user's environment only then, when threads run that may read that
//! of the process: it is never changed, but carried along.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// What is told besides what this process has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// These over those of the process.
    pub fn over(given: BTreeMap<String, OsString>) -> Self {
        Self(given)
    }

    /// A variable, that of the process where none is given.
    pub fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned().or_else(|| std::env::var_os(name))
    }

    /// What was given.
    pub fn given(&self) -> impl Iterator<Item = (OsString, OsString)> {
        self.0.iter().map(|(name, value)| (name.into(), value.clone()))
    }
}

/// The last word about a variable in what programs are told, else that of this process.
pub(crate) fn find(told: &[(OsString, OsString)], name: &str) -> Option<OsString> {
    let told = told.iter().rev().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    told.or_else(|| std::env::var_os(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_counts_before_what_the_process_has() {
        let given = BTreeMap::from([("PATH".to_owned(), "/given".into())]);
        let environment = Environment::over(given);
        assert_eq!(environment.get("PATH"), Some("/given".into()));
        assert_eq!(Environment::default().get("PATH"), std::env::var_os("PATH"));
        let told: Vec<(OsString, OsString)> =
            vec![("A".into(), "1".into()), ("PATH".into(), "/told".into()), ("A".into(), "2".into())];
        assert_eq!((find(&told, "A"), find(&told, "PATH")), (Some("2".into()), Some("/told".into())));
        assert_eq!(find(&[], "PATH"), std::env::var_os("PATH"));
    }
}
