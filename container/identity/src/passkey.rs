//! Passkeys (WebAuthn level 3): registration, sign-in with and without a name, and step-up.
//!
//! User verification is always asked for and always checked, the origin is compared whole (scheme, host and port), and a
//! counter that goes back ends that sign-in. What a ceremony expects stays here, in memory, and is taken out by the first
//! answer whatever it says; the page holds only a number for it. A restart ends ceremonies that were under way, no more.
//!
//! A step-up is a ceremony for one act. Its proof names the act by its hash and is spent by comparing it: a finger that was
//! put on the key to delete a folder cannot be used to make somebody an administrator.

mod answer;
mod error;
mod purpose;

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    fake::{FakePasskeyDistribution, WebauthnFakeCredentialGenerator},
    prelude::{
        AuthenticationResult, Credential, DiscoverableAuthentication, DiscoverableKey, PasskeyAuthentication,
        PasskeyRegistration, RegisterPublicKeyCredential, WebauthnError,
    },
};

use self::{answer::read, error::refused};
pub use self::{
    answer::{Answer, Claimed},
    error::{PasskeyError, Refusal},
    purpose::{Proof, Purpose},
};
use crate::{limits::Prefix, pending::Pending, secret::Token};

/// How long somebody has to find the key and touch it.
pub const CEREMONY: Duration = Duration::from_secs(300);
/// How long a proof of step-up is good.
pub const PROOF: Duration = Duration::from_secs(60);
/// How many passkeys an account may have.
pub const MAX_KEYS: usize = 20;

/// Ceremonies that are under way at once, of everybody.
const ROOM: usize = 10_000;

/// A passkey as it is kept: the public half, its counter and its properties. Serialised it is a JSON object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Passkey(webauthn_rs::prelude::Passkey);

impl Passkey {
    /// What it is found by. Must be unique among all users.
    pub fn id(&self) -> &[u8] {
        self.0.cred_id().as_ref()
    }

    /// To be kept as text.
    ///
    /// # Errors
    /// [`PasskeyError::Stored`]; our own mistake.
    pub fn to_json(&self) -> Result<String, PasskeyError> {
        serde_json::to_string(self).map_err(|_| PasskeyError::Stored)
    }

    /// Read back.
    ///
    /// # Errors
    /// [`PasskeyError::Stored`].
    pub fn from_json(text: &str) -> Result<Self, PasskeyError> {
        serde_json::from_str(text).map_err(|_| PasskeyError::Stored)
    }
}

/// Whose passkey is registered.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Stays the same for the life of the account; is stored in the authenticator.
    pub id: Uuid,
    /// The user's name.
    pub name: &'a str,
    /// What the authenticator shows.
    pub display_name: &'a str,
}

/// The first half of a ceremony.
#[derive(Debug)]
pub struct Begun {
    /// What the browser shows with its answer. A cookie or a field of the page, but of that page only.
    pub ceremony: Token,
    /// For `navigator.credentials.create()` or `.get()`, bytes in base64url (`PublicKeyCredential.parse…OptionsFromJSON`
    /// takes its `publicKey`).
    pub options: Value,
}

/// A passkey was shown and is right.
#[must_use]
#[derive(Debug)]
pub struct Shown {
    /// Whether the passkey that was given has changed and must be stored again, in the same transaction that lets the user in.
    pub changed: bool,
    /// Whether it lives in a cloud that copies it to other devices.
    pub backed_up: bool,
}

enum Waiting {
    Register {
        user: Uuid,
        state: Box<PasskeyRegistration>,
    },
    /// Anybody's passkey, or one of an account that was named.
    Discover(Box<DiscoverableAuthentication>),
    Named {
        user: Uuid,
        state: Box<PasskeyAuthentication>,
    },
    /// The account that was named has none: no answer is right.
    Decoy,
    StepUp {
        user: Uuid,
        purpose: Purpose,
        state: Box<PasskeyAuthentication>,
    },
}

/// The ceremonies of one host.
pub struct Passkeys {
    webauthn: Webauthn,
    /// Makes credentials for accounts that have none, the same each time.
    decoys: WebauthnFakeCredentialGenerator<FakePasskeyDistribution>,
    waiting: Mutex<Pending<Waiting>>,
}

impl fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passkeys").field("origins", &self.webauthn.get_allowed_origins()).finish_non_exhaustive()
    }
}

impl Passkeys {
    /// For pages of `origin`, such as `https://tos.example:8443`; the relying party is its host. `name` is what browsers show.
    /// `decoys` is a secret of this host that stays the same: what a name without passkeys is answered must not change.
    ///
    /// # Errors
    /// [`PasskeyError::Host`]: an address instead of a name, or neither https nor localhost. Browsers would refuse it later.
    pub fn new(origin: &Url, name: &str, decoys: &[u8; 32]) -> Result<Self, PasskeyError> {
        let host = origin.domain().ok_or_else(|| PasskeyError::Host(origin.to_string()))?;
        let local = host == "localhost" || host.ends_with(".localhost");
        if origin.scheme() != "https" && !(local && origin.scheme() == "http") {
            return Err(PasskeyError::Host(origin.to_string()));
        }
        let webauthn = WebauthnBuilder::new(host, origin)
            .and_then(|builder| builder.rp_name(name).timeout(CEREMONY).build())
            .map_err(|error| PasskeyError::Host(error.to_string()))?;
        let decoys =
            WebauthnFakeCredentialGenerator::new(decoys).map_err(|error| PasskeyError::Host(error.to_string()))?;
        Ok(Self { webauthn, decoys, waiting: Mutex::new(Pending::new(ROOM, CEREMONY)) })
    }

    /// Begins to register a passkey of somebody who is signed in and has `known` ones.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn begin_registration(
        &self,
        person: &Person<'_>,
        known: &[Passkey],
        from: Prefix,
        now: Instant,
    ) -> Result<Begun, PasskeyError> {
        if known.len() >= MAX_KEYS {
            return Err(PasskeyError::Full);
        }
        let exclude = known.iter().map(|key| key.0.cred_id().clone()).collect();
        let (options, state) = self
            .webauthn
            .start_passkey_registration(person.id, person.name, person.display_name, Some(exclude))
            .map_err(refused)?;
        let mut options = value(&options)?;
        // So that signing in needs no name; a key with no room for one more still registers.
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection").and_then(Value::as_object_mut)
        {
            selection.insert("residentKey".to_owned(), Value::from("preferred"));
        }
        self.wait(Waiting::Register { user: person.id, state: Box::new(state) }, options, from, now)
    }

    /// The second half: `json` is `PublicKeyCredential.toJSON()`. The caller refuses an id that is known already, of
    /// whichever user.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn finish_registration(
        &self,
        ceremony: &str,
        user: Uuid,
        json: &[u8],
        now: Instant,
    ) -> Result<Passkey, PasskeyError> {
        let Waiting::Register { user: whose, state } = self.take(ceremony, now)? else {
            return Err(Refusal::Ceremony.into());
        };
        if whose != user {
            return Err(Refusal::Ceremony.into());
        }
        let answer: RegisterPublicKeyCredential = read(json)?;
        self.webauthn.finish_passkey_registration(&answer, &state).map(Passkey).map_err(refused)
    }

    /// Begins a sign-in without a name: the browser offers what it has for this host.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn begin_sign_in(&self, from: Prefix, now: Instant) -> Result<Begun, PasskeyError> {
        let (options, state) = self.discoverable()?;
        self.wait(Waiting::Discover(Box::new(state)), options, from, now)
    }

    /// Begins a sign-in with a name, for keys that keep nothing themselves. `account` is who that is, if anybody, and with
    /// which passkeys. Without any the answer looks the same, and stays the same each time it is asked for.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn begin_named_sign_in(
        &self,
        name: &str,
        account: Option<(Uuid, &[Passkey])>,
        from: Prefix,
        now: Instant,
    ) -> Result<Begun, PasskeyError> {
        if let Some((user, keys)) = account.filter(|(_, keys)| !keys.is_empty()) {
            let keys: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
            let (options, state) = self.webauthn.start_passkey_authentication(&keys).map_err(refused)?;
            return self.wait(Waiting::Named { user, state: Box::new(state) }, bare(&options)?, from, now);
        }
        let (mut options, _) = self.discoverable()?;
        let decoys = self.decoys.generate(name.as_bytes()).map_err(refused)?;
        let decoys: Vec<Value> = decoys
            .iter()
            .map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id.as_slice()) }))
            .collect();
        if let Some(options) = options.pointer_mut("/publicKey").and_then(Value::as_object_mut) {
            options.insert("allowCredentials".to_owned(), decoys.into());
        }
        self.wait(Waiting::Decoy, options, from, now)
    }

    /// The second half of either sign-in. `key` is the passkey found by [`Claimed::credential`], with its owner; its
    /// counter is brought up to date.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn finish_sign_in(
        &self,
        ceremony: &str,
        answer: &Answer,
        key: Option<(Uuid, &mut Passkey)>,
        now: Instant,
    ) -> Result<Shown, PasskeyError> {
        // First, so that an answer with no known key uses its ceremony up as well.
        let waiting = self.take(ceremony, now)?;
        let (owner, key) = key.ok_or(Refusal::Credential)?;
        let claimed = answer.claimed();
        if claimed.credential != key.id() || claimed.user.is_some_and(|user| user != owner) {
            return Err(Refusal::Credential.into());
        }
        let result = match waiting {
            Waiting::Discover(state) => {
                // Without it the key did not say whose it is, and nobody else did.
                claimed.user.ok_or(Refusal::Credential)?;
                self.webauthn.finish_discoverable_authentication_v2(&answer.0, *state, DiscoverableKey::from(&key.0))
            }
            Waiting::Named { user, state } if user == owner => {
                fresh(key, self.webauthn.finish_passkey_authentication(&answer.0, &state))
            }
            Waiting::Named { .. } | Waiting::Decoy => return Err(Refusal::Credential.into()),
            Waiting::Register { .. } | Waiting::StepUp { .. } => return Err(Refusal::Ceremony.into()),
        };
        shown(key, &result.map_err(refused)?)
    }

    /// Begins a step-up of a signed-in user for one act.
    ///
    /// # Errors
    /// [`PasskeyError`]; [`Refusal::Credential`] if the user has no passkey.
    pub fn begin_step_up(
        &self,
        user: Uuid,
        keys: &[Passkey],
        purpose: Purpose,
        from: Prefix,
        now: Instant,
    ) -> Result<Begun, PasskeyError> {
        if keys.is_empty() {
            return Err(Refusal::Credential.into());
        }
        let keys: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let (options, state) = self.webauthn.start_passkey_authentication(&keys).map_err(refused)?;
        self.wait(Waiting::StepUp { user, purpose, state: Box::new(state) }, bare(&options)?, from, now)
    }

    /// The second half: gives the proof for the act that the ceremony was begun for, and for no other.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn finish_step_up(
        &self,
        ceremony: &str,
        answer: &Answer,
        key: Option<(Uuid, &mut Passkey)>,
        now: Instant,
    ) -> Result<(Proof, Shown), PasskeyError> {
        let Waiting::StepUp { user, purpose, state } = self.take(ceremony, now)? else {
            return Err(Refusal::Ceremony.into());
        };
        let (owner, key) = key.ok_or(Refusal::Credential)?;
        let claimed = answer.claimed();
        if owner != user || claimed.credential != key.id() || claimed.user.is_some_and(|other| other != user) {
            return Err(Refusal::Credential.into());
        }
        let result = fresh(key, self.webauthn.finish_passkey_authentication(&answer.0, &state));
        let shown = shown(key, &result.map_err(refused)?)?;
        Ok((Proof { user, purpose, until: now + PROOF }, shown))
    }

    fn discoverable(&self) -> Result<(Value, DiscoverableAuthentication), PasskeyError> {
        let (options, state) = self.webauthn.start_discoverable_authentication().map_err(refused)?;
        Ok((bare(&options)?, state))
    }

    fn wait(&self, waiting: Waiting, options: Value, from: Prefix, now: Instant) -> Result<Begun, PasskeyError> {
        let ceremony = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).put(waiting, from, now)?;
        Ok(Begun { ceremony, options })
    }

    fn take(&self, ceremony: &str, now: Instant) -> Result<Waiting, PasskeyError> {
        let taken = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take(ceremony, now);
        taken.ok_or_else(|| Refusal::Ceremony.into())
    }
}

fn value(options: &impl Serialize) -> Result<Value, PasskeyError> {
    serde_json::to_value(options).map_err(|_| Refusal::Other.into())
}

/// The options without mediation: when a browser offers its passkeys, in a list or beside a field, is the page's to say.
/// Without extensions, so that a name without passkeys is not told by them.
fn bare(options: &impl Serialize) -> Result<Value, PasskeyError> {
    let mut options = value(options)?;
    if let Some(options) = options.as_object_mut() {
        options.remove("mediation");
        if let Some(options) = options.get_mut("publicKey").and_then(Value::as_object_mut) {
            options.remove("extensions");
            for credential in options.get_mut("allowCredentials").and_then(Value::as_array_mut).into_iter().flatten() {
                credential.as_object_mut().map(|credential| credential.remove("transports"));
            }
        }
    }
    Ok(options)
}

/// A named ceremony compares with the counter as it was when it began; another one may have ended since.
fn fresh(
    key: &Passkey,
    result: Result<AuthenticationResult, WebauthnError>,
) -> Result<AuthenticationResult, WebauthnError> {
    let result = result?;
    let stored = Credential::from(key.0.clone()).counter;
    let counts = stored > 0 || result.counter() > 0;
    if counts && result.counter() <= stored { Err(WebauthnError::CredentialPossibleCompromise) } else { Ok(result) }
}

fn shown(key: &mut Passkey, result: &AuthenticationResult) -> Result<Shown, PasskeyError> {
    // The library has refused it already; this is what everything else here rests on.
    if !result.user_verified() {
        return Err(Refusal::UserVerification.into());
    }
    let changed = key.0.update_credential(result).ok_or(Refusal::Credential)?;
    Ok(Shown { changed, backed_up: result.backup_state() })
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
