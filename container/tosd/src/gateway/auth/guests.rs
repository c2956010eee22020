//! Guest links: whoever has one looks at its owner's desktop, until it expires or is revoked.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use identity::{
    cookie::{self, SameSite},
    limits::Attempt,
    secret::{Hash, Use},
};
use store::{Moment, audit::Outcome};

use super::{ask, set_cookie};
use crate::gateway::{
    App,
    answers::Refusal,
    caller::{self, GUEST},
};

/// `GET /g/SECRET`: the secret goes into a cookie, and out of the address.
pub async fn enter(
    State(app): State<App>,
    caller::From(from): caller::From,
    Path(shown): Path<String>,
) -> Result<Response, Refusal> {
    ask(&app, from, None, &Attempt::Ceremony).await?;
    let now = Moment::now();
    let found = match Hash::of_shown(Use::Guest, &shown) {
        Some(hash) => app.store.guest(hash.as_bytes(), now).await?,
        None => None,
    };
    let Some((guest, owner)) = found else {
        app.record.refused("", from, "guest", "", "a link that does not work").await;
        return Err(Refusal::Missing);
    };
    app.store.touch_guest(guest.id, now).await?;
    app.record.done(&format!("guest-{}", guest.id), from, "guest", &owner.name, Outcome::Done, &guest.label).await?;
    let mut response = Redirect::to(&format!("/u/{}/", owner.name)).into_response();
    set_cookie(&mut response, cookie::set(GUEST, &shown, SameSite::Lax, Some(guest.expires.since(now))))?;
    Ok(response)
}
