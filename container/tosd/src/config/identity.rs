//! `[identity]`: who may sign in, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::units::{Period, hours, minutes};

/// `[identity]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// Whether people may sign in with a password.
    pub passwords: bool,
    /// Whether people may sign in with a passkey.
    pub passkeys: bool,
    /// How long somebody stays signed in without being seen.
    pub idle: Period,
    /// How long somebody stays signed in at most.
    pub lifetime: Period,
    /// How long a step-up counts for administration.
    pub step_up: Period,
    /// Plan of users that nobody gave one.
    pub plan: String,
    /// OpenID Connect providers.
    pub providers: Vec<Provider>,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            passwords: true,
            passkeys: true,
            idle: hours(24),
            lifetime: hours(24 * 14),
            step_up: minutes(5),
            plan: "standard".into(),
            providers: Vec::new(),
        }
    }
}

/// `[[identity.providers]]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Short name, part of the redirect URI.
    pub name: String,
    /// What the button says.
    pub title: String,
    /// Its issuer URL.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// File of the client secret.
    #[serde(default)]
    pub client_secret: Option<PathBuf>,
    /// Scopes asked for besides `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Claim that users' names are made from.
    #[serde(default = "preferred_username")]
    pub name_claim: String,
    /// Makes a user of whoever comes, within the two lists below.
    #[serde(default)]
    pub create: bool,
    /// Domains of verified mail addresses that may come; empty: any.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Groups that may come; empty: any.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Certificates (PEM) that the provider is believed by, besides the public ones.
    #[serde(default)]
    pub roots: Option<PathBuf>,
}

fn preferred_username() -> String {
    "preferred_username".into()
}
