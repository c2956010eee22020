//! Step-up: somebody who is signed in proves to be there now, by a passkey, or by the password (and a code) where they have
//! no passkey.
//!
//! | `purpose` | what it gives |
//! |---|---|
//! | `session` | acts of the account and of administration, for some minutes; the cookie changes |
//! | 64 hexadecimal digits | `proof` for the commit of the text with this SHA-256 in one's own desktop: a grant, good once, for a minute |
//!
//! `POST step-up` with `purpose` alone tells by which means: `ceremony` and `publicKey`, or `"password": true` with `totp`.
//! The same again with `ceremony` and `credential`, or with `password` and `totp`, gives it.

use std::time::Instant;

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use identity::{
    cookie::{self, SameSite},
    grant::{self, Grant},
    limits::{Attempt, Prefix},
    passkey::{Answer, Purpose},
    password::Lane,
    secret::{self, Token},
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Moment, audit::Outcome};

use super::{ask, passkey, passkeys_of, password, posted::Posted, set_cookie, unhex};
use crate::gateway::{App, answers::Refusal, caller::Session, desk};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    purpose: String,
    #[serde(default)]
    ceremony: Option<String>,
    #[serde(default)]
    credential: Option<Value>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    totp: Option<String>,
}

/// What is proved to be wanted.
enum Wanted {
    Session,
    Commit([u8; 32]),
}

fn wanted(text: &str) -> Result<Wanted, Refusal> {
    if text == "session" {
        return Ok(Wanted::Session);
    }
    let hash = unhex(text).and_then(|bytes| bytes.try_into().ok()).ok_or(Refusal::Request)?;
    Ok(Wanted::Commit(hash))
}

fn purpose(wanted: &Wanted, session: &Session) -> Purpose {
    match wanted {
        Wanted::Session => Purpose::admin("session", &session.login.id.to_string(), ""),
        Wanted::Commit(hash) => Purpose::commit(&session.user.name, hash),
    }
}

async fn begin(app: &App, session: &Session, wanted: &Wanted) -> Result<Json<Value>, Refusal> {
    ask(app, session.from, None, &Attempt::Ceremony).await?;
    let keys = passkeys_of(app, session.user.id).await?;
    if keys.is_empty() || app.auth.passkeys.is_none() {
        let totp = password::totp_of(app, session.user.id).await?.is_some();
        return Ok(Json(json!({ "ok": true, "password": true, "totp": totp })));
    }
    let purpose = purpose(wanted, session);
    let begun = app
        .auth
        .passkeys()?
        .begin_step_up(session.user.id.0, &keys, purpose, Prefix::of(session.from), Instant::now())
        .map_err(passkey::refused)?;
    Ok(Json(passkey::begun_json(&begun)))
}

/// `POST step-up`
pub async fn step_up(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Posted(form): Posted<Form>,
) -> Result<Response, Refusal> {
    let wanted = wanted(&form.purpose)?;
    if form.credential.is_none() && form.password.is_none() {
        return Ok(begin(&app, &session, &wanted).await?.into_response());
    }
    let proved = prove(&app, &session, &headers, &wanted, form).await;
    let (what, on) = match &wanted {
        Wanted::Session => ("step-up", session.user.name.clone()),
        Wanted::Commit(hash) => ("step-up commit", super::hex(hash)),
    };
    if let Err(refusal) = proved {
        app.record.refused(&session.user.name, session.from, what, &on, refusal.reason()).await;
        return Err(refusal);
    }
    app.record.done(&session.user.name, session.from, what, &on, Outcome::Done, "").await?;
    match wanted {
        Wanted::Session => {
            let token = Token::new().map_err(|_| Refusal::Internal)?;
            let now = Moment::now();
            let hash = token.hash(secret::Use::Session);
            let login = app.store.rotate_login(&session.hash, hash.as_bytes(), Some(now), now).await?;
            let mut response = Json(json!({ "ok": true })).into_response();
            let life = login.expires.since(now);
            set_cookie(&mut response, cookie::set(cookie::SESSION, token.reveal(), SameSite::Lax, Some(life)))?;
            Ok(response)
        }
        Wanted::Commit(commit) => {
            let desk = app.desktops.open(&session.user.name).await.map_err(|_| Refusal::Unavailable)?;
            let grant = Grant {
                audience: desk.name.as_str(),
                user: &session.user.name,
                role: grant::Role::Control,
                commit: Some(commit),
            };
            let proof = desk::mint(&app, &grant)?;
            Ok(Json(json!({ "ok": true, "proof": proof.as_str() })).into_response())
        }
    }
}

async fn prove(app: &App, session: &Session, headers: &HeaderMap, wanted: &Wanted, form: Form) -> Result<(), Refusal> {
    let user = &session.user;
    if let (Some(ceremony), Some(answer)) = (&form.ceremony, &form.credential) {
        ask(app, session.from, None, &Attempt::Ceremony).await?;
        let answer = Answer::read(answer.to_string().as_bytes()).map_err(passkey::refused)?;
        let mut found = passkey::claimed(app, &answer).await?;
        let key = found.as_mut().map(|(_, owner, passkey)| (owner.id.0, passkey));
        let now = Instant::now();
        let (proof, _shown) =
            app.auth.passkeys()?.finish_step_up(ceremony, &answer, key, now).map_err(passkey::refused)?;
        let (stored, _, passkey) = found.ok_or(Refusal::Wrong)?;
        passkey::keep(app, &stored, &passkey).await?;
        return if proof.spend(user.id.0, &purpose(wanted, session), now) { Ok(()) } else { Err(Refusal::Wrong) };
    }
    // Whoever has passkeys does not get by without one.
    if !passkeys_of(app, user.id).await?.is_empty() && app.auth.passkeys.is_some() {
        return Err(Refusal::Wrong);
    }
    let password = form.password.as_deref().ok_or(Refusal::Request)?;
    let device = app.auth.known(user, headers);
    let delay = ask(app, session.from, device, &Attempt::Password { account: &user.name }).await?;
    let mut right = password::check(app, Lane::Known, Some(user), password).await?;
    if right && let Some(totp) = password::totp_of(app, user.id).await? {
        ask(app, session.from, device, &Attempt::Code { account: &user.name }).await?;
        right = password::use_code(app, user, &totp, form.totp.as_deref().unwrap_or_default()).await?;
    }
    if !right {
        tokio::time::sleep(delay).await;
        return Err(Refusal::Wrong);
    }
    Ok(())
}
