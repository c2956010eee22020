//! Passwords, with one-time codes where there are any.

use axum::{extract::State, http::HeaderMap, response::Response};
use identity::{
    limits::Attempt,
    password::{Lane, PasswordError, Verdict},
    secret::{self, Hash},
    totp,
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Credential, CredentialKind, Moment, User, UserId, name_fits};

use super::{ask, credentials, hex, let_in, passkeys_of, posted::Posted, unhex};
use crate::gateway::{App, answers::Refusal, caller};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    name: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

/// `POST password`
pub async fn sign_in(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
    Posted(form): Posted<Form>,
) -> Result<Response, Refusal> {
    if !app.config.identity.passwords {
        return Err(Refusal::NotNow("There are no passwords here."));
    }
    let user = match name_fits(&form.name) {
        true => app.store.user_named(&form.name).await?,
        false => None,
    };
    let device = user.as_ref().and_then(|user| app.auth.known(user, &headers));
    let delay = ask(&app, from, device, &Attempt::Password { account: &form.name }).await?;
    let lane = if device.is_some() { Lane::Known } else { Lane::Stranger };
    let checked = check(&app, lane, user.as_ref(), &form.password).await?;
    let Some(user) = user.filter(|user| checked && !user.disabled) else {
        return wrong(&app, from, &form.name, "password", delay).await;
    };
    if let Some(totp) = credentials(&app, user.id, CredentialKind::Totp).await?.into_iter().next() {
        let Some(code) = form.code.filter(|code| !code.trim().is_empty()) else { return Err(Refusal::Code) };
        let delay = ask(&app, from, device, &Attempt::Code { account: &user.name }).await?;
        if !use_code(&app, &user, &totp, &code).await? {
            return wrong(&app, from, &user.name, "code", delay).await;
        }
    }
    // Who has passkeys proves by one of them to be there: a password that was seen is not enough for that.
    let present = passkeys_of(&app, user.id).await?.is_empty();
    let_in(&app, &user, "password", present, from, &headers).await
}

/// A wrong guess waits, in the connection of whoever guessed.
async fn wrong<T>(
    app: &App,
    from: std::net::IpAddr,
    account: &str,
    means: &str,
    delay: std::time::Duration,
) -> Result<T, Refusal> {
    app.record.refused("", from, "sign-in", account, means).await;
    tokio::time::sleep(delay).await;
    Err(Refusal::Wrong)
}

/// Whether this is the password of a user. Takes the same time for nobody.
///
/// # Errors
/// Too many at once.
pub async fn check(app: &App, lane: Lane, user: Option<&User>, password: &str) -> Result<bool, Refusal> {
    let stored = match user {
        Some(user) => credentials(app, user.id, CredentialKind::Password).await?.into_iter().next(),
        None => None,
    };
    let phc = stored.as_ref().and_then(|stored| stored.data.get("phc")).and_then(Value::as_str);
    let verdict = app.auth.hasher.verify(lane, phc, password).await.map_err(busy)?;
    match (verdict, stored) {
        (Verdict::Wrong, _) | (_, None) => Ok(false),
        (Verdict::Right { rehash }, Some(stored)) => {
            let data = rehash.map_or_else(|| stored.data.clone(), |phc| json!({ "phc": phc }));
            // Two at once with the right password are both right.
            match app.store.use_credential(&stored, &data, Moment::now()).await {
                Ok(_) | Err(store::Error::Stale(_)) => Ok(true),
                Err(error) => Err(error.into()),
            }
        }
    }
}

/// Our answer when no hash was computed.
pub fn busy(error: PasswordError) -> Refusal {
    match error {
        PasswordError::Busy => Refusal::Later(2),
        error => {
            tracing::error!(%error, "passwords");
            Refusal::Internal
        }
    }
}

/// What is kept of one-time codes.
pub fn totp_data(secret: &[u8], last: Option<u64>, recovery: &[Hash]) -> Value {
    let recovery: Vec<String> = recovery.iter().map(Hash::to_hex).collect();
    json!({ "secret": hex(secret), "last": last, "recovery": recovery })
}

/// Uses a one-time code or a recovery code up. Of two who show the same, one is told that it is wrong.
///
/// # Errors
/// The store does not answer.
pub async fn use_code(app: &App, user: &User, totp: &Credential, code: &str) -> Result<bool, Refusal> {
    let read = || {
        let secret = unhex(totp.data.get("secret")?.as_str()?)?;
        let recovery: Vec<Hash> = totp
            .data
            .get("recovery")?
            .as_array()?
            .iter()
            .filter_map(|hash| secret::Hash::from_slice(&unhex(hash.as_str()?)?))
            .collect();
        Some((secret, totp.data.get("last").and_then(Value::as_u64), recovery))
    };
    let Some((secret, last, mut recovery)) = read() else {
        tracing::error!(user = user.name, "a stored one-time secret cannot be read");
        return Ok(false);
    };
    let now = Moment::now();
    let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let step = totp::verify(&secret, code, seconds, last).map_err(|_| Refusal::Internal)?;
    let data = match step {
        Some(step) => totp_data(&secret, Some(step), &recovery),
        None => {
            let shown = totp::recovery_hash(&user.name, code);
            let Some(at) = shown.and_then(|shown| recovery.iter().position(|hash| *hash == shown)) else {
                return Ok(false);
            };
            recovery.remove(at);
            totp_data(&secret, last, &recovery)
        }
    };
    match app.store.use_credential(totp, &data, now).await {
        Ok(_) => Ok(true),
        Err(store::Error::Stale(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether a user has a second factor.
///
/// # Errors
/// The store does not answer.
pub async fn totp_of(app: &App, user: UserId) -> Result<Option<Credential>, Refusal> {
    Ok(credentials(app, user, CredentialKind::Totp).await?.into_iter().next())
}
