//! Signing in at a provider: away with a cookie, back with an answer.

use std::time::Instant;

use axum::{
    extract::{Path, Query, RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use identity::{
    cookie::{self, SameSite},
    limits::{Attempt, Prefix},
    oidc::{self, AWAY, NameFrom, People, Person, Rank},
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{
    CredentialKind, Moment, NewCredential, NewUser, Role, User, UserChange, UserId, audit::Outcome, name_fits, oidc_key,
};
use url::Url;

use super::{Onward, ask, let_in_with, set_cookie};
use crate::{
    config::Config,
    gateway::{App, answers::Refusal, caller, desk},
};

/// The providers there are.
pub struct Providers(Option<oidc::Providers>);

impl Providers {
    /// As configured.
    ///
    /// # Errors
    /// One that cannot be used.
    pub async fn new(config: &Config, origin: &Url) -> anyhow::Result<Self> {
        let mut all = Vec::new();
        for one in &config.identity.providers {
            let client_secret = match &one.client_secret {
                Some(path) => Some(tokio::fs::read_to_string(path).await?.trim().to_owned()),
                None => None,
            };
            let scopes =
                if one.scopes.is_empty() { vec!["profile".into(), "email".into()] } else { one.scopes.clone() };
            all.push(oidc::Provider {
                id: one.name.clone(),
                name: one.title.clone(),
                issuer: Url::parse(&one.issuer)?,
                client_id: one.client_id.clone(),
                client_secret,
                scopes,
                authorities: one.roots.clone(),
                people: People {
                    create: one.create,
                    name_from: match one.name_claim.as_str() {
                        "preferred_username" => NameFrom::PreferredUsername,
                        "email" => NameFrom::Email,
                        "sub" => NameFrom::Subject,
                        other => anyhow::bail!(
                            "provider {}: name_claim {other:?} is none of preferred_username, email, sub",
                            one.name
                        ),
                    },
                    domains: one.domains.clone(),
                    groups: one.groups.clone(),
                    ..People::default()
                },
            });
        }
        Ok(Self(if all.is_empty() { None } else { Some(oidc::Providers::new(all, origin)?) }))
    }

    /// For the buttons.
    pub fn shown(&self) -> Vec<Value> {
        let all = self.0.iter().flat_map(oidc::Providers::list);
        all.map(|(id, title)| json!({ "id": id, "title": title })).collect()
    }
}

#[derive(Deserialize)]
pub struct To {
    #[serde(default)]
    to: String,
}

/// `GET oidc/ID`
pub async fn leave(
    State(app): State<App>,
    caller::From(from): caller::From,
    Path(id): Path<String>,
    Query(To { to }): Query<To>,
) -> Result<Response, Refusal> {
    ask(&app, from, None, &Attempt::Ceremony).await?;
    let providers = app.auth.providers.0.as_ref().ok_or(Refusal::Missing)?;
    let to = if desk::is_desktop(&to) { to.as_str() } else { "/" };
    match providers.begin(&id, to, Prefix::of(from), Instant::now()).await {
        Ok(begun) => {
            let mut response = Redirect::to(begun.location.as_str()).into_response();
            let cookie = cookie::set(cookie::PROVIDER, begun.browser.reveal(), SameSite::Lax, Some(AWAY));
            set_cookie(&mut response, cookie)?;
            Ok(response)
        }
        Err(oidc::OidcError::Unknown) => Err(Refusal::Missing),
        Err(error) => {
            tracing::warn!(%error, id, "a provider");
            Ok(Redirect::to("/?refused=unreachable").into_response())
        }
    }
}

/// `GET oidc/ID/back`
pub async fn back(
    State(app): State<App>,
    caller::From(from): caller::From,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    ask(&app, from, None, &Attempt::Ceremony).await?;
    let providers = app.auth.providers.0.as_ref().ok_or(Refusal::Missing)?;
    let browser = caller::cookie_of(&headers, cookie::PROVIDER);
    let unix = u64::try_from(Moment::now().millis() / 1000).unwrap_or(0);
    let ended = providers.end(&id, browser, query.as_deref().unwrap_or_default(), Instant::now(), unix).await;
    let arrived = match ended {
        Ok(ended) => match user(&app, &ended.person).await {
            Ok(user) => {
                let to: String =
                    percent_encoding::utf8_percent_encode(&ended.return_to, percent_encoding::NON_ALPHANUMERIC)
                        .collect();
                let means = format!("provider {id}");
                // At a provider somebody was there, some time ago; that is no proof of being here now.
                let_in_with(&app, &user, &means, false, from, &headers, Onward::To(format!("/?to={to}"))).await
            }
            Err(refusal) => Err(refusal),
        },
        Err(error) => {
            if let oidc::OidcError::Refused(why) = &error {
                tracing::warn!(%why, id, "an answer of a provider was refused");
            }
            Err(Refusal::Wrong)
        }
    };
    let mut response = match arrived {
        Ok((response, _)) => response,
        Err(refusal) => {
            app.record.refused("", from, "sign-in", &id, refusal.reason()).await;
            Redirect::to("/?refused=provider").into_response()
        }
    };
    set_cookie(&mut response, cookie::clear(cookie::PROVIDER))?;
    Ok(response)
}

/// Whose account it is, or a new one where that is allowed. Never the account of somebody of the same name.
async fn user(app: &App, person: &Person) -> Result<User, Refusal> {
    let key = oidc_key(&person.issuer, &person.subject);
    if let Some(known) = app.store.credential_by_key(CredentialKind::Oidc, &key).await? {
        let user = app.store.user(known.user).await?.filter(|user| !user.disabled).ok_or(Refusal::Wrong)?;
        return ranked(app, user, person).await;
    }
    let wanted = person.new_name.as_ref().ok_or(Refusal::Wrong)?.as_str().to_owned();
    let id = UserId::new();
    let display = person.display_name.clone().unwrap_or_else(|| wanted.clone());
    let numbered = (2..10).map(|number| format!("{}-{number}", wanted.get(..30).unwrap_or(&wanted)));
    for name in std::iter::once(wanted.clone()).chain(numbered).filter(|name| name_fits(name)) {
        let new =
            NewUser { id, name, display: display.clone(), role: Role::User, plan: app.config.identity.plan.clone() };
        let user = match app.store.add_user(&new, Moment::now()).await {
            Err(store::Error::Taken(_)) => continue,
            made => made?,
        };
        let credential = NewCredential {
            kind: CredentialKind::Oidc,
            key: Some(key.clone()),
            label: person.email.clone().unwrap_or_else(|| person.provider.clone()),
            data: json!({ "provider": person.provider }),
        };
        if let Err(error) = app.store.add_credential(user.id, &credential, Moment::now()).await {
            // Two of one person at once: the other one has it.
            app.store.remove_user(user.id).await?;
            return Err(error.into());
        }
        let at = std::net::IpAddr::from([0, 0, 0, 0]);
        app.record
            .done("tosd", at, "join", &user.name, Outcome::Done, &format!("provider {}", person.provider))
            .await?;
        return ranked(app, user, person).await;
    }
    Err(Refusal::Taken)
}

/// The role that the provider's groups give, where they decide that.
async fn ranked(app: &App, user: User, person: &Person) -> Result<User, Refusal> {
    let role = match person.rank {
        None => return Ok(user),
        Some(Rank::User) => Role::User,
        Some(Rank::Operator) => Role::Operator,
        Some(Rank::Admin) => Role::Admin,
    };
    if role == user.role {
        return Ok(user);
    }
    let change = UserChange { role: Some(role), ..UserChange::default() };
    let at = std::net::IpAddr::from([0, 0, 0, 0]);
    match app.store.change_user(user.id, &change).await {
        Ok(changed) => {
            app.tell_changed();
            let detail = format!("{:?} by the groups of {}", role, person.provider);
            app.record.done("tosd", at, "role", &changed.name, Outcome::Done, &detail).await?;
            Ok(changed)
        }
        // Somebody has to administer this host.
        Err(store::Error::LastAdmin) => Ok(user),
        Err(error) => Err(error.into()),
    }
}
