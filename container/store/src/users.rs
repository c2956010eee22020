//! Who may use this host.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Moment, Store, UserId,
    bounds::{fits, fits_and_says},
    db::{Lock, Row, Tx, args, taken},
    words::words,
};

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Has a desktop.
    #[default]
    User,
    /// Sees which desktops there are and how they do; no pictures.
    Operator,
    /// Everything.
    Admin,
}

words!(Role { User = "user", Operator = "operator", Admin = "admin" });

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Never changes, and is never used again.
    pub id: UserId,
    /// Part of addresses, paths and of the user's own environment: see [`name_fits`].
    pub name: String,
    /// As people call them; at most 128 characters.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Name of a plan.
    pub plan: String,
    /// May not sign in any more.
    pub disabled: bool,
    /// Since when.
    pub created: Moment,
    /// How often they were signed out everywhere. What says that a browser is known counts for one of these.
    #[serde(skip)]
    pub devices: i64,
}

/// Somebody who is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// [`UserId::new`]; passkeys want it before there is a user.
    pub id: UserId,
    /// See [`name_fits`].
    pub name: String,
    /// At most 128 characters.
    pub display: String,
    /// What they may do.
    pub role: Role,
    /// Name of a plan.
    pub plan: String,
}

/// What is to be different. `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserChange {
    /// At most 128 characters.
    pub display: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Name of a plan.
    pub plan: Option<String>,
    /// Whether they may not sign in. Signs them out everywhere.
    pub disabled: Option<bool>,
}

/// Whether this can be a user's name: `[a-z][a-z0-9-]{0,31}`.
pub fn name_fits(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() <= 32
        && bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
}

impl Store {
    /// Adds somebody.
    ///
    /// # Errors
    /// [`Error::Taken`] if there is one of this name, [`Error::Invalid`].
    pub async fn add_user(&self, user: &NewUser, now: Moment) -> Result<User, Error> {
        let mut tx = self.db.begin().await?;
        let user = insert(&mut tx, user, now).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// Somebody by id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, Error> {
        self.db.row("SELECT * FROM users WHERE id = $1", args![id]).await?.map(|row| read(&row)).transpose()
    }

    /// Somebody by name.
    pub async fn user_named(&self, name: &str) -> Result<Option<User>, Error> {
        if !name_fits(name) {
            return Ok(None);
        }
        self.db.row("SELECT * FROM users WHERE name = $1", args![name]).await?.map(|row| read(&row)).transpose()
    }

    /// At most `limit` (1000 at the most) whose names come after `after`, by name.
    pub async fn users(&self, after: Option<&str>, limit: u32) -> Result<Vec<User>, Error> {
        let after = crate::bounds::cut(after.unwrap_or_default(), 64);
        let sql = "SELECT * FROM users WHERE name > $1 ORDER BY name LIMIT $2";
        self.db.rows(sql, args![after, limit.min(1000)]).await?.iter().map(read).collect()
    }

    /// Whether anybody administers this host.
    pub async fn has_admin(&self) -> Result<bool, Error> {
        let sql = "SELECT 1 AS one FROM users WHERE role = 'admin' AND disabled = 0 LIMIT 1";
        Ok(self.db.row(sql, args![]).await?.is_some())
    }

    /// Changes somebody. Who is disabled is signed out everywhere in the same moment.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Invalid`]; [`Error::LastAdmin`] if nobody would be left who administers.
    pub async fn change_user(&self, id: UserId, change: &UserChange) -> Result<User, Error> {
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Admins).await?;
        let Some(row) = tx.row("SELECT * FROM users WHERE id = $1", args![id]).await? else {
            return Err(Error::Missing("user"));
        };
        let mut user = read(&row)?;
        if let Some(display) = &change.display {
            user.display.clone_from(display);
        }
        if let Some(plan) = &change.plan {
            user.plan.clone_from(plan);
        }
        user.role = change.role.unwrap_or(user.role);
        user.disabled = change.disabled.unwrap_or(user.disabled);
        check(&user.display, &user.plan)?;
        if user.disabled || user.role != Role::Admin {
            keeps_an_admin(&mut tx, id).await?;
        }
        tx.run(
            "UPDATE users SET display = $2, role = $3, plan = $4, disabled = $5 WHERE id = $1",
            args![id, &user.display, user.role, &user.plan, user.disabled],
        )
        .await?;
        // Also when they may sign in again: a login that was being made while they were disabled does not come to life.
        if change.disabled.is_some() {
            tx.run("DELETE FROM logins WHERE user_id = $1", args![id]).await?;
            user.devices = strangers(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(user)
    }

    /// Forgets somebody, their credentials, logins and links. Their desktop has to be gone before.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::InUse`] while there is a desktop, [`Error::LastAdmin`].
    pub async fn remove_user(&self, id: UserId) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Admins).await?;
        keeps_an_admin(&mut tx, id).await?;
        let gone = tx.run("DELETE FROM users WHERE id = $1", args![id]).await;
        match gone {
            // What belongs to a user goes with them, but for the desktop.
            Err(Error::Missing(_)) => Err(Error::InUse("the user's desktop")),
            Err(error) => Err(error),
            Ok(0) => Err(Error::Missing("user")),
            Ok(_) => tx.commit().await,
        }
    }
}

/// Refuses if this one is the last who administers.
async fn keeps_an_admin(tx: &mut Tx, without: UserId) -> Result<(), Error> {
    let admins = tx.rows("SELECT id FROM users WHERE role = 'admin' AND disabled = 0", args![]).await?;
    let admins: Vec<UserId> = admins.iter().map(|row| row.parse("id")).collect::<Result<_, _>>()?;
    if admins == [without] { Err(Error::LastAdmin) } else { Ok(()) }
}

/// Adds somebody.
pub(crate) async fn insert(tx: &mut Tx, new: &NewUser, now: Moment) -> Result<User, Error> {
    if !name_fits(&new.name) {
        return Err(Error::Invalid {
            field: "a name",
            rule: "has 1 to 32 of a-z, 0-9 and -, and begins with a letter",
        });
    }
    check(&new.display, &new.plan)?;
    tx.run(
        "INSERT INTO users (id, name, display, role, plan, disabled, created) VALUES ($1, $2, $3, $4, $5, 0, $6)",
        args![new.id, &new.name, &new.display, new.role, &new.plan, now],
    )
    .await
    .map_err(taken("this name"))?;
    Ok(User {
        id: new.id,
        name: new.name.clone(),
        display: new.display.clone(),
        role: new.role,
        plan: new.plan.clone(),
        disabled: false,
        created: now,
        devices: 0,
    })
}

fn check(display: &str, plan: &str) -> Result<(), Error> {
    fits("a display name", display, 128)?;
    fits_and_says("a plan", plan, 64)
}

/// A user from a row of the table, or of a join that has its columns.
pub(crate) fn read(row: &Row) -> Result<User, Error> {
    Ok(User {
        id: row.parse("id")?,
        name: row.get("name")?,
        display: row.get("display")?,
        role: row.parse("role")?,
        plan: row.get("plan")?,
        disabled: row.flag("disabled")?,
        created: row.moment("created")?,
        devices: row.get("devices")?,
    })
}

/// Makes all browsers of a user strangers.
pub(crate) async fn strangers(tx: &mut Tx, id: UserId) -> Result<i64, Error> {
    let row = tx.row("UPDATE users SET devices = devices + 1 WHERE id = $1 RETURNING devices", args![id]).await?;
    row.ok_or(Error::Missing("user"))?.get("devices")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_fit_for_paths_and_addresses() {
        for name in ["a", "alice", "a-1", &"a".repeat(32)] {
            assert!(name_fits(name), "{name}");
        }
        for name in ["", "1a", "-a", "Alice", "a.b", "a/b", "é", "a\n", "a ", &"a".repeat(33)] {
            assert!(!name_fits(name), "{name}");
        }
    }
}
