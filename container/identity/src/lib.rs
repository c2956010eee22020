//! Who somebody is: passkeys, OpenID Connect, passwords, and the grants that a desktop believes.
//!
//! Values go in and values come out. Nothing here knows where users are kept or how a request arrives; the time is an
//! argument; only [`oidc`] speaks to the network. Three rules hold everywhere:
//!
//! 1. What somebody shows is worth nothing until it was checked, and is checked without telling how far it got: a refusal
//!    has no reason in it that helps to guess. Reasons go to the log of the host.
//! 2. What is kept can be stolen without loss: of tokens the hash, of passwords argon2id, of passkeys the public half.
//! 3. Whatever a stranger can make us remember or compute is bounded, and the bound hurts that stranger first.

pub mod cookie;
pub mod grant;
pub mod limits;
pub mod name;
pub mod oidc;
pub mod passkey;
pub mod password;
pub mod pending;
pub mod secret;
pub mod totp;

/// Seconds since 1970 by the wall clock: what goes into tokens and is compared with what others wrote.
pub type UnixTime = u64;
