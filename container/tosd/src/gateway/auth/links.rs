//! Links that work once: the first administrator, invitations, new ways to sign in. The secret stands in the fragment of
//! `/join#SECRET` and comes here in a body.
//!
//! | path | body | |
//! |---|---|---|
//! | `POST link` | `secret` | what it is for; does not use it up |
//! | `POST join/passkey` | `secret`, `name`, `display` | begins to register a passkey for the new account |
//! | `POST join` | `secret`, `name`, `display`, and `password`, or `joining`, `ceremony`, `credential` | the account, signed in |
//! | `POST reset/passkey`, `POST reset` | `secret`, as above without names | a new way to sign in, signed in |

use std::{net::IpAddr, time::Instant};

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use identity::{
    limits::{Attempt, Prefix},
    name::UserName,
    passkey::{Passkey, Person},
    password as passwords,
    secret::{self, Use},
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    CredentialKind, Hash, Link, Moment, NewCredential, NewUser, Purpose, Role, User, UserId, audit::Outcome, name_fits,
    passkey_key,
};

use super::{ask, let_in, passkey, passkeys_of, password, posted::Posted};
use crate::gateway::{App, answers::Refusal, caller};

/// Longest display name.
const DISPLAY: usize = 100;

/// Who is about to have an account, or a new way into one.
pub struct Joining {
    id: UserId,
    secret: Hash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    secret: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    display: String,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    joining: Option<String>,
    #[serde(default)]
    ceremony: Option<String>,
    #[serde(default)]
    credential: Option<Value>,
}

/// A link that works, by what somebody shows. Links for the first administrator are hashed as such.
async fn find(app: &App, from: IpAddr, shown: &str) -> Result<(Hash, Link), Refusal> {
    ask(app, from, None, &Attempt::Ceremony).await?;
    let now = Moment::now();
    for used in [Use::Invitation, Use::Bootstrap] {
        let Some(hash) = secret::Hash::of_shown(used, shown) else { continue };
        if let Some(link) = app.store.link(hash.as_bytes(), now).await? {
            return Ok((*hash.as_bytes(), link));
        }
    }
    app.record.refused("", from, "link", "", "a link that does not work").await;
    Err(Refusal::Missing)
}

/// `POST link`
pub async fn look(
    State(app): State<App>,
    caller::From(from): caller::From,
    Posted(form): Posted<Form>,
) -> Result<Json<Value>, Refusal> {
    let (_, link) = find(&app, from, &form.secret).await?;
    let (what, name) = match &link.purpose {
        Purpose::FirstAdmin => ("first_admin", None),
        Purpose::Invitation { .. } => ("invitation", None),
        Purpose::Reset { user } => ("reset", app.store.user(*user).await?.map(|user| user.name)),
    };
    Ok(Json(json!({
        "ok": true,
        "for": what,
        "name": name,
        "passkeys": app.auth.passkeys.is_some(),
        "passwords": app.config.identity.passwords,
    })))
}

fn names(form: &Form) -> Result<(String, String), Refusal> {
    if !name_fits(&form.name) || UserName::new(&form.name).is_err() {
        return Err(Refusal::NotNow(
            "A user name has 1 to 32 of a-z, 0-9 and -, begins with a letter, and is no name of the system.",
        ));
    }
    let display: String = form.display.chars().filter(|c| !c.is_control()).take(DISPLAY).collect();
    let display = display.trim();
    Ok((form.name.clone(), if display.is_empty() { form.name.clone() } else { display.to_owned() }))
}

/// `POST join/passkey`
pub async fn join_passkey(
    State(app): State<App>,
    caller::From(from): caller::From,
    Posted(form): Posted<Form>,
) -> Result<Json<Value>, Refusal> {
    let (hash, link) = find(&app, from, &form.secret).await?;
    if matches!(link.purpose, Purpose::Reset { .. }) {
        return Err(Refusal::Missing);
    }
    let (name, display) = names(&form)?;
    if app.store.user_named(&name).await?.is_some() {
        return Err(Refusal::Taken);
    }
    begin(&app, from, UserId::new(), hash, &name, &display, &[])
}

fn begin(
    app: &App,
    from: IpAddr,
    id: UserId,
    secret: Hash,
    name: &str,
    display: &str,
    known: &[Passkey],
) -> Result<Json<Value>, Refusal> {
    let (prefix, now) = (Prefix::of(from), Instant::now());
    let person = Person { id: id.0, name, display_name: display };
    let begun = app.auth.passkeys()?.begin_registration(&person, known, prefix, now).map_err(passkey::refused)?;
    let joining = app.auth.joining.lock().put(Joining { id, secret }, prefix, now).map_err(|_| Refusal::Internal)?;
    let mut value = passkey::begun_json(&begun);
    if let Some(value) = value.as_object_mut() {
        value.insert("joining".into(), joining.reveal().into());
    }
    Ok(Json(value))
}

/// The new way to sign in that a form brings, and for which id.
async fn brought(app: &App, form: &Form, name: &str, link: Hash) -> Result<(UserId, NewCredential), Refusal> {
    if let (Some(joining), Some(ceremony), Some(answer)) = (&form.joining, &form.ceremony, &form.credential) {
        let now = Instant::now();
        let joining = app.auth.joining.lock().take(joining, now).filter(|joining| joining.secret == link);
        let id = joining.ok_or(Refusal::Wrong)?.id;
        let registered = app
            .auth
            .passkeys()?
            .finish_registration(ceremony, id.0, answer.to_string().as_bytes(), now)
            .map_err(passkey::refused)?;
        return Ok((id, passkey_credential(&registered, "First passkey")?));
    }
    let password = form.password.as_deref().ok_or(Refusal::Request)?;
    Ok((UserId::new(), password_credential(app, password, name).await?))
}

/// A password, if it is good enough.
///
/// # Errors
/// It is not; too many at once.
pub async fn password_credential(app: &App, password: &str, name: &str) -> Result<NewCredential, Refusal> {
    if !app.config.identity.passwords {
        return Err(Refusal::NotNow("There are no passwords here."));
    }
    passwords::check(password, name).map_err(|weakness| {
        Refusal::NotNow(match weakness {
            passwords::Weakness::Short => "A password has at least 12 characters.",
            passwords::Weakness::Long => "A password has at most 1024 bytes.",
            passwords::Weakness::Common => "This password is among those that are tried first.",
            passwords::Weakness::Name => "A password must not be made of the user name.",
            passwords::Weakness::Pattern => "A password needs more than a pattern.",
        })
    })?;
    let phc = app.auth.hasher.hash(passwords::Lane::Known, password).await.map_err(password::busy)?;
    Ok(NewCredential { kind: CredentialKind::Password, key: None, label: String::new(), data: json!({ "phc": phc }) })
}

/// A registered passkey, as it is kept.
///
/// # Errors
/// Our own mistakes.
pub fn passkey_credential(passkey: &Passkey, label: &str) -> Result<NewCredential, Refusal> {
    Ok(NewCredential {
        kind: CredentialKind::Passkey,
        key: Some(passkey_key(passkey.id())),
        label: label.chars().filter(|c| !c.is_control()).take(DISPLAY).collect(),
        data: serde_json::to_value(passkey).map_err(|_| Refusal::Internal)?,
    })
}

/// `POST join`
pub async fn join(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
    Posted(form): Posted<Form>,
) -> Result<Response, Refusal> {
    let (hash, link) = find(&app, from, &form.secret).await?;
    let (name, display) = names(&form)?;
    let (role, plan) = match link.purpose {
        Purpose::FirstAdmin => (Role::Admin, app.config.identity.plan.clone()),
        Purpose::Invitation { role, plan } => (role, plan),
        Purpose::Reset { .. } => return Err(Refusal::Missing),
    };
    let (id, credential) = brought(&app, &form, &name, hash).await?;
    let new = NewUser { id, name, display, role, plan };
    let user = app.store.join(&hash, &new, std::slice::from_ref(&credential), Moment::now()).await?;
    app.record.done(&user.name, from, "join", &user.name, Outcome::Done, &format!("{:?}", user.role)).await?;
    arrive(&app, &user, &credential, from, &headers).await
}

async fn arrive(
    app: &App,
    user: &User,
    by: &NewCredential,
    from: IpAddr,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let means = if by.kind == CredentialKind::Passkey { "passkey" } else { "password" };
    let_in(app, user, means, true, from, headers).await
}

/// The user that a link gives a new way to sign in.
async fn of_reset(app: &App, link: &Link) -> Result<User, Refusal> {
    let Purpose::Reset { user } = link.purpose else { return Err(Refusal::Missing) };
    app.store.user(user).await?.filter(|user| !user.disabled).ok_or(Refusal::Missing)
}

/// `POST reset/passkey`
pub async fn reset_passkey(
    State(app): State<App>,
    caller::From(from): caller::From,
    Posted(form): Posted<Form>,
) -> Result<Json<Value>, Refusal> {
    let (hash, link) = find(&app, from, &form.secret).await?;
    let user = of_reset(&app, &link).await?;
    let known = passkeys_of(&app, user.id).await?;
    begin(&app, from, user.id, hash, &user.name, &user.display, &known)
}

/// `POST reset`
pub async fn reset(
    State(app): State<App>,
    caller::From(from): caller::From,
    headers: HeaderMap,
    Posted(form): Posted<Form>,
) -> Result<Response, Refusal> {
    let (hash, link) = find(&app, from, &form.secret).await?;
    let user = of_reset(&app, &link).await?;
    let (_, credential) = brought(&app, &form, &user.name, hash).await?;
    let user = app.store.reset(&hash, &credential, Moment::now()).await?;
    app.tell_changed();
    app.record.done(&user.name, from, "reset", &user.name, Outcome::Done, "").await?;
    arrive(&app, &user, &credential, from, &headers).await
}
