//! `/admin/api/…`: what goes on here. Operators see; administrators act, after a step-up, and each act is a line.
//!
//! | path | body | who |
//! |---|---|---|
//! | `GET overview` | | operators: desktops, what they use, the machine |
//! | `GET users`, `GET audit?before=N`, `GET links` | | operators; administrators |
//! | `POST act` | `user`, `act`: `freeze`, `thaw`, `hibernate`, `kill` | administrators |
//! | `POST look` | `user`: may see that desktop for a quarter of an hour, without touching it | administrators |
//! | `POST user` | `name`, and what changes: `role`, `plan`, `disabled` | administrators |
//! | `POST user/remove`, `user/sign-out`, `user/reset` | `name` | administrators |
//! | `POST invite`, `link/revoke` | `role`, `plan`, `hours`; `id` | administrators |

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{FromRequestParts, Query, State},
    http::request::Parts,
    routing::{get, post},
};
use identity::secret::{Token, Use};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};
use store::{LinkId, LoginId, Moment, Purpose, Role, User, UserChange, audit::Outcome};

use super::{
    App,
    answers::Refusal,
    auth::{acted, posted::Posted},
    caller::{Session, path_of, sees_all},
    join_url,
};
use crate::desktops::Act;

/// How long an administrator who asked for it sees somebody's desktop.
const LOOK: Duration = Duration::from_secs(15 * 60);
/// Lines of the audit log in one answer.
const LINES: u32 = 100;
/// Longest life of an invitation, in hours.
const INVITATION: u32 = 24 * 14;

/// Who was allowed to look at whose desktop, and until when.
#[derive(Default)]
pub struct Looks(Mutex<HashMap<(LoginId, String), Instant>>);

impl Looks {
    fn allow(&self, login: LoginId, user: &str) {
        let mut looks = self.0.lock();
        let now = Instant::now();
        looks.retain(|_, until| now < *until);
        looks.insert((login, user.to_owned()), now + LOOK);
    }

    /// Whether this signed-in browser may look at that desktop now.
    pub fn allowed(&self, login: LoginId, user: &str) -> bool {
        self.0.lock().get(&(login, user.to_owned())).is_some_and(|until| Instant::now() < *until)
    }
}

/// All of `/admin/api`.
pub fn router() -> Router<App> {
    Router::new()
        .route("/overview", get(overview))
        .route("/users", get(users))
        .route("/audit", get(audit))
        .route("/links", get(links))
        .route("/act", post(act))
        .route("/look", post(look))
        .route("/user", post(change))
        .route("/user/remove", post(remove))
        .route("/user/sign-out", post(sign_out))
        .route("/user/reset", post(reset))
        .route("/invite", post(invite))
        .route("/link/revoke", post(revoke))
}

/// Somebody who may see what goes on.
struct Seer(Session);

impl FromRequestParts<App> for Seer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, app).await?;
        if sees_all(session.user.role) {
            return Ok(Self(session));
        }
        app.record.refused(&session.user.name, session.from, "admin", path_of(parts), "not an operator").await;
        Err(Refusal::NotYours)
    }
}

/// Somebody who may act, and has proved to be there.
struct Administrator(Session);

impl FromRequestParts<App> for Administrator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let session = Session::from_request_parts(parts, app).await?;
        if session.user.role != Role::Admin {
            app.record.refused(&session.user.name, session.from, "admin", path_of(parts), "not an administrator").await;
            return Err(Refusal::NotYours);
        }
        session.want_fresh(app)?;
        Ok(Self(session))
    }
}

impl Administrator {
    async fn did(&self, app: &App, what: &str, on: &str, detail: &str) -> Result<(), Refusal> {
        app.record.done(&self.0.user.name, self.0.from, what, on, Outcome::Done, detail).await
    }
}

fn done() -> Json<Value> {
    Json(json!({ "ok": true }))
}

async fn overview(State(app): State<App>, Seer(session): Seer) -> Result<Json<Value>, Refusal> {
    let desktops = app.desktops.overview().await;
    Ok(Json(json!({
        "me": session.user.name,
        "role": session.user.role,
        "fresh": session.fresh(&app),
        "desktops": desktops,
        "machine": machine(),
        "plans": (app.plans)(),
        "now": Moment::now(),
    })))
}

/// What the machine has to do: load, memory.
fn machine() -> Value {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Option<f64> = load.split(' ').next().and_then(|first| first.parse().ok());
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let of = |name: &str| {
        let line = memory.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib.saturating_mul(1024))
    };
    json!({
        "load": load,
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        "memory": of("MemTotal:"),
        "free": of("MemAvailable:"),
    })
}

async fn users(State(app): State<App>, _: Seer) -> Result<Json<Value>, Refusal> {
    let mut all: Vec<User> = Vec::new();
    // A page of the store at a time; more than this many are found by the command line.
    while all.len() < 5000 {
        let next = app.store.users(all.last().map(|user| user.name.as_str()), 1000).await?;
        if next.is_empty() {
            break;
        }
        all.extend(next);
    }
    Ok(Json(json!({ "users": all })))
}

#[derive(Deserialize)]
struct Before {
    before: Option<u64>,
}

async fn audit(
    State(app): State<App>,
    seer: Seer,
    Query(Before { before }): Query<Before>,
) -> Result<Json<Value>, Refusal> {
    // It has what people typed into their desktops.
    if seer.0.user.role != Role::Admin {
        return Err(Refusal::NotYours);
    }
    Ok(Json(json!({ "lines": app.store.audit_before(before, LINES).await? })))
}

async fn links(State(app): State<App>, seer: Seer) -> Result<Json<Value>, Refusal> {
    if seer.0.user.role != Role::Admin {
        return Err(Refusal::NotYours);
    }
    Ok(Json(json!({ "links": app.store.links(Moment::now()).await? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acted {
    user: String,
    act: What,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Freeze,
    Thaw,
    Hibernate,
    Kill,
}

async fn act(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Acted>,
) -> Result<Json<Value>, Refusal> {
    let act = match form.act {
        What::Freeze => Act::Freeze,
        What::Thaw => Act::Thaw,
        What::Hibernate => Act::Hibernate,
        What::Kill => Act::Kill,
    };
    let word = format!("{:?}", form.act).to_lowercase();
    // Written down before it is done: what cannot be written down is not done.
    admin.did(&app, &word, &form.user, "").await?;
    app.desktops.act(&form.user, act).await.map_err(acted)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Looked {
    user: String,
}

async fn look(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Looked>,
) -> Result<Json<Value>, Refusal> {
    let user = app.store.user_named(&form.user).await?.ok_or(Refusal::Missing)?;
    admin.did(&app, "look", &user.name, "allowed for 15 minutes").await?;
    app.looks.allow(admin.0.login.id, &user.name);
    Ok(Json(json!({ "ok": true, "url": format!("/u/{}/", user.name) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    name: String,
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    plan: Option<String>,
    #[serde(default)]
    disabled: Option<bool>,
}

async fn change(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Changed>,
) -> Result<Json<Value>, Refusal> {
    let user = app.store.user_named(&form.name).await?.ok_or(Refusal::Missing)?;
    if form.plan.as_ref().is_some_and(|plan| !(app.plans)().contains(plan)) {
        return Err(Refusal::NotNow("There is no such plan."));
    }
    let detail = json!({ "role": form.role, "plan": form.plan, "disabled": form.disabled }).to_string();
    admin.did(&app, if form.role.is_some() { "role" } else { "user" }, &user.name, &detail).await?;
    let change = UserChange { display: None, role: form.role, plan: form.plan, disabled: form.disabled };
    app.store.change_user(user.id, &change).await?;
    app.tell_changed();
    Ok(done())
}

async fn remove(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Named>,
) -> Result<Json<Value>, Refusal> {
    let user = app.store.user_named(&form.name).await?.ok_or(Refusal::Missing)?;
    admin.did(&app, "user removed", &user.name, "").await?;
    // Nobody opens it again while it ends.
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    app.store.change_user(user.id, &disable).await?;
    app.tell_changed();
    app.desktops.discard(&user.name).await.map_err(acted)?;
    app.store.remove_user(user.id).await?;
    app.tell_changed();
    Ok(done())
}

async fn sign_out(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Named>,
) -> Result<Json<Value>, Refusal> {
    let user = app.store.user_named(&form.name).await?.ok_or(Refusal::Missing)?;
    admin.did(&app, "sessions ended", &user.name, "").await?;
    app.store.end_logins(user.id, None).await?;
    app.tell_changed();
    Ok(done())
}

async fn link(app: &App, admin: &Administrator, purpose: &Purpose, hours: u32) -> Result<Json<Value>, Refusal> {
    let (token, now) = (Token::new().map_err(|_| Refusal::Internal)?, Moment::now());
    let expires = now + Duration::from_secs(u64::from(hours) * 3600);
    let hash = token.hash(Use::Invitation);
    let link = app.store.add_link(hash.as_bytes(), purpose, Some(admin.0.user.id), expires, now).await?;
    Ok(Json(json!({ "ok": true, "url": join_url(&app.config, token.reveal()), "link": link })))
}

async fn reset(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Named>,
) -> Result<Json<Value>, Refusal> {
    let user = app.store.user_named(&form.name).await?.ok_or(Refusal::Missing)?;
    admin.did(&app, "reset link", &user.name, "").await?;
    link(&app, &admin, &Purpose::Reset { user: user.id }, 24).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invited {
    role: Role,
    plan: String,
    hours: u32,
}

async fn invite(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<Invited>,
) -> Result<Json<Value>, Refusal> {
    if !(1..=INVITATION).contains(&form.hours) {
        return Err(Refusal::Request);
    }
    if !(app.plans)().contains(&form.plan) {
        return Err(Refusal::NotNow("There is no such plan."));
    }
    admin.did(&app, "invitation", "", &format!("{:?}, {}", form.role, form.plan)).await?;
    link(&app, &admin, &Purpose::Invitation { role: form.role, plan: form.plan }, form.hours).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneLink {
    id: LinkId,
}

async fn revoke(
    State(app): State<App>,
    admin: Administrator,
    Posted(form): Posted<OneLink>,
) -> Result<Json<Value>, Refusal> {
    admin.did(&app, "link revoked", &form.id.to_string(), "").await?;
    if app.store.remove_link(form.id).await? { Ok(done()) } else { Err(Refusal::Missing) }
}
