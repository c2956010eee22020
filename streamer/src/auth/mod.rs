//! Who may see, use, or administer the session.
//!
//! Two kinds of credential stand side by side: static tokens ([`Tokens`]), which say a role and nothing else, and grants
//! ([`Grants`]), which a server in front signs for one request each and which also say who asks. Either comes as
//! `Authorization: Bearer …`. A wrong one is answered slowly and without a reason; the delay is served in the wrong
//! caller's own connection: nobody can lock anybody else out by guessing.

mod grants;
mod keys;
#[cfg(test)]
pub(crate) mod signing;
mod tokens;
mod used;

use std::{sync::Arc, time::Duration};

pub use self::{
    grants::{GrantError, Grants, Moment},
    tokens::{TokenError, Tokens},
};
use crate::protocol::Role;

/// How long a refused request waits for its answer. Guessing 2^256 does not work anyway; this keeps logs and CPU quiet.
pub const REFUSAL_DELAY: Duration = Duration::from_millis(200);

/// Somebody whose credential was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What they may do.
    pub role: Role,
    /// Their name, where a grant told one; a static token is anybody's.
    pub who: Option<Arc<str>>,
}

impl From<Role> for Caller {
    fn from(role: Role) -> Self {
        Self { role, who: None }
    }
}

/// All credentials in force.
#[derive(Debug, Clone)]
pub struct Authority {
    tokens: Tokens,
    grants: Option<Arc<Grants>>,
}

impl Authority {
    /// Tokens, and grants where a server in front signs some.
    pub fn new(tokens: Tokens, grants: Option<Grants>) -> Self {
        Self { tokens, grants: grants.map(Arc::new) }
    }

    /// The static ones.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Who shows this token or grant. A grant is used up by it.
    pub fn caller(&self, shown: &[u8], now: Moment) -> Option<Caller> {
        if let Some(role) = self.tokens.role_of(shown) {
            return Some(role.into());
        }
        let grants = self.grants.as_ref()?;
        grants.caller(shown, now).inspect_err(|error| tracing::debug!(%error, "a grant was refused")).ok()
    }

    /// Who is behind an `Authorization: Bearer …` value.
    pub fn bearer(&self, header: Option<&[u8]>, now: Moment) -> Option<Caller> {
        let (scheme, token) = header?.split_at_checked(7)?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(())?;
        self.caller(token.trim_ascii(), now)
    }

    /// Whether `proof` says that `who` has just confirmed the command with this hash, in person. It is used up by it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn proof(&self, proof: &str, hash: &str, who: Option<&str>, now: Moment) -> Result<(), GrantError> {
        self.grants.as_ref().ok_or(GrantError::NoKey)?.proof(proof.as_bytes(), hash, who, now)
    }
}

/// As written in the token file and in `/api/v1/config`.
pub fn name(role: Role) -> &'static str {
    match role {
        Role::View => "view",
        Role::Control => "control",
        Role::Admin => "admin",
    }
}

/// 256 random bits, in hexadecimal.
///
/// # Errors
/// [`TokenError::Random`].
pub fn secret() -> Result<String, TokenError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(TokenError::Random)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_bearer_of_ours_is_nobody() {
        let authority = Authority::new(Tokens::generate().unwrap(), None);
        let token = authority.tokens().get(Role::View).unwrap().to_owned();
        let bearer = |header: &str| authority.bearer(Some(header.as_bytes()), Moment::now());
        assert_eq!(bearer(&format!("Bearer {token}")), Some(Role::View.into()));
        assert_eq!(bearer(&format!("bearer  {token} ")), Some(Role::View.into()));
        assert_eq!(bearer(&format!("Basic {token}")), None);
        for wrong in
            [None, Some(&b""[..]), Some(b"Bearer "), Some(b"Bearer"), Some(b"Bearer \xff"), Some("ä".as_bytes())]
        {
            assert_eq!(authority.bearer(wrong, Moment::now()), None, "{wrong:?}");
        }
    }
}
