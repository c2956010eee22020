//! Which providers there are.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::people::People;

/// One provider, as configured.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name in URLs: 1 to 32 of `a-z`, `0-9` and `-`. The redirect address is `https://HOST/auth/oidc/ID/back`, one for
    /// each provider, so that the answer of one is never taken for another's.
    pub id: String,
    /// What the button says.
    pub name: String,
    /// Its issuer address; `/.well-known/openid-configuration` is below it.
    pub issuer: Url,
    /// What we are called there.
    pub client_id: String,
    /// What proves it. Left out for a public client, which PKCE alone protects.
    #[serde(default, skip_serializing)]
    pub client_secret: Option<String>,
    /// Asked for beside `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// A PEM file with the authorities of a provider in house, believed for this provider beside the system's.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// Who of its users may come in, and as whom.
    #[serde(default)]
    pub people: People,
}

fn default_scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

// A derived one would print the client's secret.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("id", &self.id).field("issuer", &self.issuer.as_str()).finish_non_exhaustive()
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not a name for URLs.
    #[error("oidc provider {0:?}: an id has 1 to 32 of a-z, 0-9 and -")]
    Id(String),
    /// Two of one name.
    #[error("oidc provider {0:?} is there twice")]
    Twice(String),
    /// Somebody on the way could read and change what goes there.
    #[error("oidc provider {0:?}: the issuer must be https, without query or fragment")]
    Issuer(String),
    /// The host's own address is not one.
    #[error("the public address {0} must be https")]
    Public(Url),
    /// Cannot speak TLS.
    #[error("oidc provider {id:?}: {what}")]
    Client {
        /// Which provider.
        id: String,
        /// What is wrong.
        what: String,
    },
}

/// Whether nobody on the way can read or change what goes to that address: https, or our own machine.
pub(super) fn private(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
}

impl Provider {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.id.is_empty() || self.id.len() > 32 || !self.id.bytes().all(fits) {
            return Err(ConfigError::Id(self.id.clone()));
        }
        if !private(&self.issuer) || self.issuer.query().is_some() || self.issuer.fragment().is_some() {
            return Err(ConfigError::Issuer(self.id.clone()));
        }
        Ok(())
    }
}
