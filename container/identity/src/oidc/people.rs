//! Who of a provider's users may come in, and under which name.
//!
//! An account is tied to the pair of issuer and subject, the only thing at a provider that does not change hands. Names and
//! addresses of mail are for people: they choose a new account's name and may be asked for by policy, but never open an
//! account that is there already. An address that the provider has not verified counts as none.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::name::UserName;

/// The claims of somebody, as JSON.
pub type Claims = Map<String, Value>;

/// A provider's list of groups is read to this length.
const MAX_GROUPS: usize = 1000;
/// OpenID Connect core, section 2: a subject has at most 255 ASCII characters.
const MAX_SUBJECT: usize = 255;

/// Where a new account's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameFrom {
    /// `preferred_username`.
    #[default]
    PreferredUsername,
    /// The part of the verified address before the `@`.
    Email,
    /// `sub`.
    Subject,
}

/// What is asked of a provider's users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct People {
    /// Whether somebody without an account gets one.
    pub create: bool,
    /// Where its name comes from.
    pub name_from: NameFrom,
    /// If not empty: the verified address must be in one of these domains, to the letter.
    pub domains: Vec<String>,
    /// If not empty: one of these groups is needed.
    pub groups: Vec<String>,
    /// Whoever is in one of these groups is an operator. Taken away at the next sign-in when the group is.
    pub operators: Vec<String>,
    /// Whoever is in one of these groups is an administrator. Taken away at the next sign-in when the group is.
    pub admins: Vec<String>,
    /// The claim that lists groups; `groups` if empty.
    pub groups_claim: String,
}

/// What a provider's groups make of somebody here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// A user.
    User,
    /// Sees sessions, not pictures.
    Operator,
    /// All of it.
    Admin,
}

/// Somebody who has signed in at a provider and may come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The provider, by its configured id.
    pub provider: String,
    /// With [`Self::subject`]: what the account is tied to.
    pub issuer: String,
    /// Who, at that issuer. Compared byte by byte.
    pub subject: String,
    /// The name for a new account, if one may be made and the provider's fits. If that name is taken already the new account
    /// needs another one; it is never that other account.
    pub new_name: Option<UserName>,
    /// What they are called, to be shown. Any text of theirs: at most 100 characters, none of them control characters.
    pub display_name: Option<String>,
    /// Their verified address, to be shown.
    pub email: Option<String>,
    /// By their groups; `None` where groups do not decide that.
    pub rank: Option<Rank>,
}

/// Why somebody may not come in, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// No usable subject.
    #[error("no subject")]
    Subject,
    /// No verified address in an allowed domain.
    #[error("no verified address in an allowed domain")]
    Domain,
    /// In none of the groups.
    #[error("in none of the groups")]
    Group,
}

impl People {
    /// Whether the person with these claims may come in, and as whom.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn admit(&self, provider: &str, issuer: &str, claims: &Claims) -> Result<Person, NotAllowed> {
        let text = |key: &str| claims.get(key).and_then(Value::as_str);
        let subject =
            text("sub").filter(|sub| !sub.is_empty() && sub.len() <= MAX_SUBJECT).ok_or(NotAllowed::Subject)?;
        // Only the boolean: a text "true" is what somebody typed.
        let verified = claims.get("email_verified") == Some(&Value::Bool(true));
        let email = text("email").filter(|email| verified && address(email));
        if !self.domains.is_empty() {
            let domain = email.and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
            let allowed = |domain: &str| self.domains.iter().any(|allowed| allowed.eq_ignore_ascii_case(domain));
            domain.filter(|domain| allowed(domain)).ok_or(NotAllowed::Domain)?;
        }
        let claim = if self.groups_claim.is_empty() { "groups" } else { &self.groups_claim };
        let theirs: Vec<&str> = match claims.get(claim) {
            Some(Value::Array(groups)) => groups.iter().take(MAX_GROUPS).filter_map(Value::as_str).collect(),
            Some(Value::String(group)) => vec![group],
            _ => Vec::new(),
        };
        let in_one_of = |groups: &[String]| groups.iter().any(|group| theirs.contains(&group.as_str()));
        if !self.groups.is_empty() && !in_one_of(&self.groups) {
            return Err(NotAllowed::Group);
        }
        let rank = (!self.admins.is_empty() || !self.operators.is_empty()).then(|| {
            if in_one_of(&self.admins) {
                Rank::Admin
            } else if in_one_of(&self.operators) {
                Rank::Operator
            } else {
                Rank::User
            }
        });
        let called = match self.name_from {
            NameFrom::PreferredUsername => text("preferred_username"),
            NameFrom::Email => email.and_then(|email| email.rsplit_once('@')).map(|(local, _)| local),
            NameFrom::Subject => Some(subject),
        };
        let new_name = called.filter(|_| self.create).and_then(UserName::from_foreign);
        let display_name = text("name")
            .map(|name| name.chars().filter(|c| !c.is_control()).take(100).collect::<String>())
            .filter(|name| !name.trim().is_empty());
        Ok(Person {
            provider: provider.to_owned(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            new_name,
            display_name,
            email: email.map(str::to_owned),
            rank,
        })
    }
}

/// Enough of an address to be compared and shown; whether mail arrives there is the provider's word.
fn address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '@';
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && local.chars().all(plain) && domain.chars().all(plain)
        })
}
