//! Users from the console: whoever can read the database may do it, so nobody is asked who they are. It is written down.

use std::io::Write as _;

use anyhow::Context as _;
use identity::secret::{Token, Use};
use store::{Moment, NewUser, Purpose, Role, Store, User, UserChange, UserId, audit};

use crate::{cli, config::Config, control, gateway::join_url};

/// How long a link on the console works.
const LINK: std::time::Duration = std::time::Duration::from_secs(24 * 3600);

/// A link for the first administrator, if there is none yet.
///
/// # Errors
/// If the store does not answer.
pub async fn first_admin(config: &Config, store: &Store) -> anyhow::Result<Option<String>> {
    if store.has_admin().await? {
        return Ok(None);
    }
    let token = Token::new()?;
    let now = Moment::now();
    store.add_link(token.hash(Use::Bootstrap).as_bytes(), &Purpose::FirstAdmin, None, now + LINK, now).await?;
    note(store, "link", "", "for the first administrator").await;
    Ok(Some(join_url(config, token.reveal())))
}

/// Does one of `tosd user …`.
///
/// # Errors
/// For whoever typed it.
pub async fn run(config: &Config, store: &Store, command: cli::User) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match command {
        cli::User::Add { name, display, role, plan } => {
            anyhow::ensure!(store::name_fits(&name), "a name has 1 to 32 of a-z, 0-9 and -, and begins with a letter");
            let plan = plan.unwrap_or_else(|| config.identity.plan.clone());
            let new = NewUser {
                id: UserId::new(),
                display: display.unwrap_or_else(|| name.clone()),
                name,
                role: role.into(),
                plan,
            };
            let user = store.add_user(&new, Moment::now()).await?;
            note(store, "user-add", &user.name, &format!("{:?}", user.role)).await;
            writeln!(out, "{}", link(config, store, &user).await?)?;
        }
        cli::User::List { json } => {
            let users = all(store).await?;
            if json {
                writeln!(out, "{}", serde_json::to_string(&users)?)?;
            } else {
                for user in users {
                    let role = format!("{:?}", user.role).to_lowercase();
                    let disabled = if user.disabled { "disabled" } else { "" };
                    writeln!(out, "{:<32} {role:<9} {:<16} {disabled}", user.name, user.plan)?;
                }
            }
        }
        cli::User::Role { name, role } => {
            let user = find(store, &name).await?;
            let change = UserChange { role: Some(role.into()), ..UserChange::default() };
            store.change_user(user.id, &change).await?;
            note(store, "role", &name, &format!("{:?}", Role::from(role))).await;
        }
        cli::User::Disable(who) => {
            let user = find(store, &who.name).await?;
            let change = UserChange { disabled: Some(true), ..UserChange::default() };
            store.change_user(user.id, &change).await?;
            note(store, "disable", &who.name, "").await;
            let request = control::Request::Act { user: who.name, act: control::Wish::Hibernate };
            // No tosd, no desktop: there is nothing to put away then.
            let _ = control::ask(&config.control(), &request).await;
        }
        cli::User::Enable(who) => {
            let user = find(store, &who.name).await?;
            let change = UserChange { disabled: Some(false), ..UserChange::default() };
            store.change_user(user.id, &change).await?;
            note(store, "enable", &who.name, "").await;
        }
        cli::User::Link(who) => {
            let user = find(store, &who.name).await?;
            writeln!(out, "{}", link(config, store, &user).await?)?;
        }
    }
    Ok(())
}

async fn link(config: &Config, store: &Store, user: &User) -> anyhow::Result<String> {
    let token = Token::new()?;
    let now = Moment::now();
    let purpose = Purpose::Reset { user: user.id };
    store.add_link(token.hash(Use::Invitation).as_bytes(), &purpose, None, now + LINK, now).await?;
    note(store, "link", &user.name, "").await;
    Ok(join_url(config, token.reveal()))
}

async fn find(store: &Store, name: &str) -> anyhow::Result<User> {
    store.user_named(name).await?.with_context(|| format!("nobody is called {name}"))
}

async fn all(store: &Store) -> anyhow::Result<Vec<User>> {
    let mut all: Vec<User> = Vec::new();
    loop {
        let page = store.users(all.last().map(|user| user.name.as_str()), 500).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

async fn note(store: &Store, what: &str, on: &str, detail: &str) {
    let event = audit::Event {
        who: "console".into(),
        from: "local".into(),
        what: what.into(),
        on: on.into(),
        outcome: audit::Outcome::Done,
        detail: detail.into(),
    };
    if let Err(error) = store.audit(&event, Moment::now()).await {
        tracing::error!(%error, what, on, "not in the audit log");
    }
}

impl From<cli::Role> for Role {
    fn from(role: cli::Role) -> Self {
        match role {
            cli::Role::User => Self::User,
            cli::Role::Operator => Self::Operator,
            cli::Role::Admin => Self::Admin,
        }
    }
}
