//! What belongs to somebody's own account.
//!
//! | path | body | wants a step-up |
//! |---|---|---|
//! | `GET account` | | |
//! | `POST account/passkey/begin`, `account/passkey` | ; `ceremony`, `credential`, `label` | yes |
//! | `POST account/password` | `password` | yes |
//! | `POST account/totp/begin`, `account/totp` | ; `enrolling`, `code` | yes |
//! | `POST account/rename`, `account/remove` | `id`, `label`; `id` | remove |
//! | `POST account/session` | `id`, or `all`: sign out elsewhere | |
//! | `POST account/guest`, `account/guest/revoke` | `label`, `hours`; `id` | make |
//! | `POST account/resume` | `snapshot` | |

use std::time::{Duration, Instant};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use identity::{
    limits::Prefix,
    passkey::Person,
    secret::{Token, Use},
    totp::{self, RecoveryCode},
};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    CredentialId, CredentialKind, GuestId, LoginId, Moment, NewCredential, SnapshotId, UserId, audit::Outcome,
};
use zeroize::Zeroizing;

use super::{hex, know_again, links, passkey, passkeys_of, password, posted::Posted};
use crate::{
    desktops::{Act, ActError},
    gateway::{App, answers::Refusal, caller::Session},
};

/// A guest link lives no longer.
const GUEST_HOURS: u32 = 24 * 31;
/// Guest links of one owner.
const GUESTS: usize = 32;

/// One-time codes that wait for their first code.
pub struct Enrolling {
    user: UserId,
    secret: Zeroizing<[u8; 20]>,
}

/// Its paths.
pub fn router() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/passkey/begin", post(passkey_begin))
        .route("/account/passkey", post(passkey_finish))
        .route("/account/password", post(set_password))
        .route("/account/totp/begin", post(totp_begin))
        .route("/account/totp", post(totp_finish))
        .route("/account/rename", post(rename))
        .route("/account/remove", post(remove))
        .route("/account/session", post(end_session))
        .route("/account/guest", post(make_guest))
        .route("/account/guest/revoke", post(revoke_guest))
        .route("/account/resume", post(resume))
}

async fn show(State(app): State<App>, session: Session) -> Result<Json<Value>, Refusal> {
    let (user, now) = (&session.user, Moment::now());
    let credentials: Vec<Value> = app
        .store
        .credentials(user.id)
        .await?
        .iter()
        .map(|one| {
            json!({ "id": one.id, "kind": one.kind, "label": one.label, "created": one.created, "used": one.used })
        })
        .collect();
    let sessions: Vec<Value> = app
        .store
        .logins(user.id, now)
        .await?
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "created": one.created, "seen": one.seen, "address": one.address, "agent": one.agent,
                "means": one.means, "this": one.id == session.login.id,
            })
        })
        .collect();
    let phase = app.desktops.watch(&user.name).await.ok().map(|phase| phase.borrow().clone());
    Ok(Json(json!({
        "name": user.name, "display": user.display, "role": user.role, "plan": user.plan, "fresh": session.fresh(&app),
        "credentials": credentials,
        "sessions": sessions,
        "guests": app.store.guests(user.id, now).await?,
        "snapshots": app.store.snapshots(user.id).await?,
        "desktop": phase,
        "passkeys": app.auth.passkeys.is_some(),
        "passwords": app.config.identity.passwords,
        "now": now,
    })))
}

async fn passkey_begin(State(app): State<App>, session: Session, _: Posted<Value>) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    let user = &session.user;
    let person = Person { id: user.id.0, name: &user.name, display_name: &user.display };
    let known = passkeys_of(&app, user.id).await?;
    let (prefix, now) = (Prefix::of(session.from), Instant::now());
    let begun = app.auth.passkeys()?.begin_registration(&person, &known, prefix, now).map_err(passkey::refused)?;
    Ok(Json(passkey::begun_json(&begun)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPasskey {
    ceremony: String,
    credential: Value,
    #[serde(default)]
    label: String,
}

async fn passkey_finish(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<NewPasskey>,
) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    let json = form.credential.to_string();
    let registered = app
        .auth
        .passkeys()?
        .finish_registration(&form.ceremony, session.user.id.0, json.as_bytes(), Instant::now())
        .map_err(passkey::refused)?;
    let label = if form.label.trim().is_empty() { "Passkey" } else { form.label.trim() };
    let new = links::passkey_credential(&registered, label)?;
    app.store.add_credential(session.user.id, &new, Moment::now()).await?;
    changed(&app, &session, "passkey added", label).await
}

/// Every change is a line, and an answer.
async fn changed(app: &App, session: &Session, what: &str, detail: &str) -> Result<Json<Value>, Refusal> {
    app.record.done(&session.user.name, session.from, what, &session.user.name, Outcome::Done, detail).await?;
    Ok(Json(json!({ "ok": true })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: String,
}

async fn set_password(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<NewPassword>,
) -> Result<Response, Refusal> {
    session.want_fresh(&app)?;
    let new = links::password_credential(&app, &form.password, &session.user.name).await?;
    app.store.replace_credential(session.user.id, &new, Moment::now()).await?;
    // Whoever knew the old one may be signed in by it.
    app.store.end_logins(session.user.id, Some(session.login.id)).await?;
    app.tell_changed();
    let mut response = changed(&app, &session, "password", "").await?.into_response();
    know_again(&app, session.user.id, &mut response).await?;
    Ok(response)
}

async fn totp_begin(State(app): State<App>, session: Session, _: Posted<Value>) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    let enrolment = totp::enrol(app.origins.host(), &session.user.name).map_err(|_| Refusal::Internal)?;
    let waiting = Enrolling { user: session.user.id, secret: enrolment.secret };
    let prefix = Prefix::of(session.from);
    let token = app.auth.enrolling.lock().put(waiting, prefix, Instant::now()).map_err(|_| Refusal::Internal)?;
    let code = QrCode::encode_text(&enrolment.url, QrCodeEcc::Medium).map_err(|_| Refusal::Internal)?;
    // Rows of dots; the page draws them, so that no markup travels.
    let rows: Vec<String> = (0..code.size())
        .map(|y| (0..code.size()).map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect())
        .collect();
    Ok(Json(json!({
        "ok": true, "enrolling": token.reveal(), "text": enrolment.text.as_str(), "url": enrolment.url.as_str(), "rows": rows,
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstCode {
    enrolling: String,
    code: String,
}

async fn totp_finish(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<FirstCode>,
) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    let waiting = app.auth.enrolling.lock().take(&form.enrolling, Instant::now());
    let waiting = waiting.filter(|waiting| waiting.user == session.user.id).ok_or(Refusal::Wrong)?;
    let now = Moment::now();
    let seconds = u64::try_from(now.millis() / 1000).unwrap_or(0);
    let step = totp::verify(waiting.secret.as_slice(), &form.code, seconds, None).map_err(|_| Refusal::Internal)?;
    let step = step.ok_or(Refusal::NotNow("That is not the code. Begin again."))?;
    let recovery = RecoveryCode::fresh().map_err(|_| Refusal::Internal)?;
    let hashes: Vec<_> = recovery.iter().map(|code| code.hash(&session.user.name)).collect();
    let new = NewCredential {
        kind: CredentialKind::Totp,
        key: None,
        label: String::new(),
        data: password::totp_data(waiting.secret.as_slice(), Some(step), &hashes),
    };
    app.store.replace_credential(session.user.id, &new, now).await?;
    let _ = changed(&app, &session, "one-time codes", "").await?;
    let codes: Vec<&str> = recovery.iter().map(RecoveryCode::reveal).collect();
    Ok(Json(json!({ "ok": true, "recovery": codes })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    id: CredentialId,
    #[serde(default)]
    label: String,
}

async fn rename(State(app): State<App>, session: Session, Posted(form): Posted<Named>) -> Result<Json<Value>, Refusal> {
    let label: String = form.label.chars().filter(|c| !c.is_control()).take(100).collect();
    app.store.rename_credential(session.user.id, form.id, label.trim()).await?;
    changed(&app, &session, "credential renamed", label.trim()).await
}

async fn remove(State(app): State<App>, session: Session, Posted(form): Posted<Named>) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    app.store.remove_credential(session.user.id, form.id).await?;
    changed(&app, &session, "credential removed", &form.id.to_string()).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sessions {
    #[serde(default)]
    id: Option<LoginId>,
    #[serde(default)]
    all: bool,
}

async fn end_session(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<Sessions>,
) -> Result<Response, Refusal> {
    match form.id {
        Some(id) if !app.store.end_login(session.user.id, id).await? => return Err(Refusal::Missing),
        Some(_) => {}
        None if form.all => {
            app.store.end_logins(session.user.id, Some(session.login.id)).await?;
        }
        None => return Err(Refusal::Request),
    }
    app.tell_changed();
    let which = form.id.map_or_else(|| "all others".into(), |id| id.to_string());
    let mut response = changed(&app, &session, "session ended", &which).await?.into_response();
    if form.id.is_none() {
        know_again(&app, session.user.id, &mut response).await?;
    }
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGuest {
    #[serde(default)]
    label: String,
    hours: u32,
}

async fn make_guest(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<NewGuest>,
) -> Result<Json<Value>, Refusal> {
    session.want_fresh(&app)?;
    let now = Moment::now();
    if !(1..=GUEST_HOURS).contains(&form.hours) {
        return Err(Refusal::Request);
    }
    if app.store.guests(session.user.id, now).await?.len() >= GUESTS {
        return Err(Refusal::NotNow("There are many guest links already. Revoke one first."));
    }
    let label: String = form.label.chars().filter(|c| !c.is_control()).take(100).collect();
    let token = Token::new().map_err(|_| Refusal::Internal)?;
    let expires = now + Duration::from_secs(u64::from(form.hours) * 3600);
    let hash = token.hash(Use::Guest);
    let guest = app.store.add_guest(hash.as_bytes(), session.user.id, label.trim(), true, expires, now).await?;
    let _ = changed(&app, &session, "guest link made", &guest.id.to_string()).await?;
    Ok(Json(json!({ "ok": true, "url": format!("{}/g/{}", app.origins.first(), token.reveal()), "guest": guest })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneGuest {
    id: GuestId,
}

async fn revoke_guest(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<OneGuest>,
) -> Result<Json<Value>, Refusal> {
    if !app.store.remove_guest(session.user.id, form.id).await? {
        return Err(Refusal::Missing);
    }
    app.tell_changed();
    changed(&app, &session, "guest link revoked", &form.id.to_string()).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneSnapshot {
    snapshot: SnapshotId,
}

async fn resume(
    State(app): State<App>,
    session: Session,
    Posted(form): Posted<OneSnapshot>,
) -> Result<Json<Value>, Refusal> {
    let done = app.desktops.act(&session.user.name, Act::Resume(form.snapshot.0)).await;
    done.map_err(acted)?;
    changed(&app, &session, "resume", &hex(form.snapshot.0.as_bytes())).await
}

/// What somebody is told who asked for an act that was not done.
pub fn acted(error: ActError) -> Refusal {
    match error {
        ActError::Nobody | ActError::NoSnapshot => Refusal::Missing,
        ActError::NotNow(_) => Refusal::NotNow("The desktop cannot do that as it is now."),
        ActError::Viewed => Refusal::NotNow("Somebody looks at it."),
        ActError::Failed(why) => {
            tracing::warn!(%why, "an act");
            Refusal::NotNow("It was tried and did not work.")
        }
        ActError::Stopping => Refusal::Unavailable,
    }
}
