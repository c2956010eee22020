//! Passkeys: signing in with and without a name.

use std::time::Instant;

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use identity::{
    limits::{Attempt, Prefix},
    passkey::{Answer, Begun, Passkey, PasskeyError},
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Credential, CredentialKind, Moment, User, name_fits, passkey_key};

use super::{ask, let_in, passkeys_of, posted::Posted};
use crate::gateway::{App, answers::Refusal, caller};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    #[serde(default)]
    name: Option<String>,
}

/// An answer of a browser to a ceremony.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    pub ceremony: String,
    pub credential: Value,
}

/// `POST passkey/begin`
pub async fn begin(
    State(app): State<App>,
    caller::From(from): caller::From,
    Posted(form): Posted<Begin>,
) -> Result<Json<Value>, Refusal> {
    ask(&app, from, None, &Attempt::Ceremony).await?;
    let (passkeys, prefix, now) = (app.auth.passkeys()?, Prefix::of(from), Instant::now());
    let begun = match form.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        None => passkeys.begin_sign_in(prefix, now),
        Some(name) => {
            let user = if name_fits(name) { app.store.user_named(name).await? } else { None };
            let user = user.filter(|user| !user.disabled);
            let keys = match &user {
                Some(user) => passkeys_of(&app, user.id).await?,
                None => Vec::new(),
            };
            passkeys.begin_named_sign_in(name, user.map(|user| (user.id.0, keys.as_slice())), prefix, now)
        }
    };
    Ok(Json(begun_json(&begun.map_err(refused)?)))
}

/// The first half of a ceremony, as a page takes it.
pub fn begun_json(begun: &Begun) -> Value {
    let options = begun.options.get("publicKey").unwrap_or(&begun.options);
    json!({ "ok": true, "ceremony": begun.ceremony.reveal(), "publicKey": options })
}

/// What a page is told about a ceremony that came to nothing.
pub fn refused(error: PasskeyError) -> Refusal {
    match error {
        PasskeyError::Refused(why) => {
            tracing::info!(%why, "a passkey was refused");
            Refusal::Wrong
        }
        PasskeyError::Full => Refusal::NotNow("There is no room for one more passkey."),
        error => {
            tracing::error!(%error, "passkeys");
            Refusal::Internal
        }
    }
}

/// The stored passkey that an answer claims to be by, with its owner.
///
/// # Errors
/// The store does not answer.
pub async fn claimed(app: &App, answer: &Answer) -> Result<Option<(Credential, User, Passkey)>, Refusal> {
    let key = passkey_key(&answer.claimed().credential);
    let Some(stored) = app.store.credential_by_key(CredentialKind::Passkey, &key).await? else { return Ok(None) };
    let Some(user) = app.store.user(stored.user).await? else { return Ok(None) };
    let passkey = Passkey::from_json(&stored.data.to_string()).map_err(refused)?;
    Ok(Some((stored, user, passkey)))
}

/// Keeps a passkey's counter: of two who show the same, one is refused.
///
/// # Errors
/// [`Refusal::Wrong`] for the slower one.
pub async fn keep(app: &App, stored: &Credential, passkey: &Passkey) -> Result<(), Refusal> {
    let data = serde_json::to_value(passkey).map_err(|_| Refusal::Internal)?;
    app.store.use_credential(stored, &data, Moment::now()).await?;
    Ok(())
}

/// `POST passkey/finish`
pub async fn finish(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
    Posted(form): Posted<Finish>,
) -> Result<Response, Refusal> {
    ask(&app, from, None, &Attempt::Ceremony).await?;
    let finished = async {
        let answer = Answer::read(form.credential.to_string().as_bytes()).map_err(refused)?;
        let mut found = claimed(&app, &answer).await?;
        let key = found.as_mut().map(|(_, user, passkey)| (user.id.0, passkey));
        let _shown =
            app.auth.passkeys()?.finish_sign_in(&form.ceremony, &answer, key, Instant::now()).map_err(refused)?;
        let (stored, user, passkey) = found.ok_or(Refusal::Wrong)?;
        keep(&app, &stored, &passkey).await?;
        if user.disabled { Err(Refusal::Wrong) } else { Ok(user) }
    };
    match finished.await {
        Ok(user) => let_in(&app, &user, "passkey", true, from, &headers).await,
        Err(refusal) => {
            app.record.refused("", from, "sign-in", "", "passkey").await;
            Err(refusal)
        }
    }
}
