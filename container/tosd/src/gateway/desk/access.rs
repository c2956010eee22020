//! Who may see a desktop: its owner, to use it; a guest by the owner's link, to look; an administrator for a quarter of an hour
//! after having asked for it, which is written down, to look. Operators may not. Whoever may not gets the answer of a desktop that
//! is not there.

use std::net::IpAddr;

use axum::http::HeaderMap;
use identity::{grant, secret};
use store::{Moment, Role, name_fits};

use crate::gateway::{
    App,
    answers::Refusal,
    caller::{self, GUEST, Right, Watch},
};

/// By what somebody is here.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose desktop.
    pub owner: String,
    /// By what right.
    pub right: Right,
    /// What the desktop is told they may do.
    pub role: grant::Role,
    /// Whom the desktop takes them for.
    pub who: String,
    /// The right is an administrator's look.
    pub look: bool,
}

impl Access {
    /// Tells when it ends.
    pub fn watch(&self, app: &App) -> Watch {
        Watch::new(app, self.right.clone(), self.look.then(|| self.owner.clone()))
    }
}

/// By what right somebody sees a desktop.
///
/// # Errors
/// [`Refusal::SignIn`] for who is nobody, [`Refusal::NotYours`] for everybody else.
pub async fn access(app: &App, headers: &HeaderMap, from: IpAddr, name: &str) -> Result<Access, Refusal> {
    if !name_fits(name) {
        return Err(Refusal::NotYours);
    }
    let guest = async {
        let Some(shown) = caller::cookie_of(headers, GUEST) else { return Ok(None) };
        let Some(hash) = secret::Hash::of_shown(secret::Use::Guest, shown) else { return Ok(None) };
        let found = app.store.guest(hash.as_bytes(), Moment::now()).await?;
        Ok::<_, Refusal>(found.filter(|(_, owner)| owner.name == name).map(|(guest, _)| Access {
            owner: name.to_owned(),
            right: Right::Guest { hash: *hash.as_bytes(), owner: name.to_owned() },
            // Whatever the link says: there is no other kind of guest yet.
            role: grant::Role::View,
            who: format!("guest-{}", guest.id),
            look: false,
        }))
    };
    let Some(session) = caller::session(app, headers, from).await? else {
        return guest.await?.ok_or(Refusal::SignIn);
    };
    let own = session.user.name == name;
    let look = !own && session.user.role == Role::Admin && app.looks.allowed(session.login.id, name);
    if !own && !look {
        return guest.await?.ok_or(Refusal::NotYours);
    }
    Ok(Access {
        owner: name.to_owned(),
        role: if own { grant::Role::Control } else { grant::Role::View },
        who: session.user.name.clone(),
        right: Right::Session(Box::new(session)),
        look,
    })
}
