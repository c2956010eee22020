//! Links that work once: the first administrator, invitations, new passwords.

use serde::{Deserialize, Serialize};

use crate::{
    CredentialKind, Error, Hash, LinkId, Moment, NewCredential, NewUser, Role, Store, User, UserId,
    bounds::fits_and_says,
    credentials,
    db::{Lock, Row, Tx, args, missing, taken},
    users,
};

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "for")]
pub enum Purpose {
    /// Somebody becomes the first administrator. Void as soon as there is one.
    FirstAdmin,
    /// Somebody may join.
    Invitation {
        /// As what.
        role: Role,
        /// With which plan.
        plan: String,
    },
    /// Somebody gets a new way to sign in.
    Reset {
        /// Who.
        user: UserId,
    },
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Shown in lists; no secret.
    pub id: LinkId,
    /// What for.
    pub purpose: Purpose,
    /// Who made it; nobody did if the console did.
    pub made_by: Option<UserId>,
    /// Since when.
    pub created: Moment,
    /// Until when.
    pub expires: Moment,
}

impl Store {
    /// Makes a link by the hash of its secret. A new one for the first administrator voids the one before.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user that it is for or that made it, [`Error::Invalid`].
    pub async fn add_link(
        &self,
        secret: &Hash,
        purpose: &Purpose,
        made_by: Option<UserId>,
        expires: Moment,
        now: Moment,
    ) -> Result<Link, Error> {
        let link = Link { id: LinkId::new(), purpose: purpose.clone(), made_by, created: now, expires };
        let (word, user, role, plan) = match purpose {
            Purpose::FirstAdmin => ("first_admin", None, None, None),
            Purpose::Invitation { role, plan } => {
                fits_and_says("a plan", plan, 64)?;
                ("invitation", None, Some(role.as_str()), Some(plan.as_str()))
            }
            Purpose::Reset { user } => ("reset", Some(user.to_string()), None, None),
        };
        let mut tx = self.db.begin().await?;
        if *purpose == Purpose::FirstAdmin {
            tx.run("DELETE FROM links WHERE purpose = 'first_admin'", args![]).await?;
        }
        tx.run(
            "INSERT INTO links (id, secret, purpose, user_id, role, plan, made_by, created, expires) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![link.id, secret, word, user, role, plan, made_by.map(|id| id.to_string()), now, expires],
        )
        .await
        .map_err(taken("this secret"))
        .map_err(missing("user"))?;
        tx.commit().await?;
        Ok(link)
    }

    /// A link that would still work. Does not use it up.
    pub async fn link(&self, secret: &Hash, now: Moment) -> Result<Option<Link>, Error> {
        let row = self.db.row("SELECT * FROM links WHERE secret = $1 AND expires > $2", args![secret, now]).await?;
        let link = row.map(|row| read(&row)).transpose()?;
        match link {
            Some(Link { purpose: Purpose::FirstAdmin, .. }) if self.has_admin().await? => Ok(None),
            other => Ok(other),
        }
    }

    /// Links that have not been used and have not expired, the newest first.
    pub async fn links(&self, now: Moment) -> Result<Vec<Link>, Error> {
        let sql = "SELECT * FROM links WHERE expires > $1 ORDER BY created DESC, id DESC LIMIT 1000";
        self.db.rows(sql, args![now]).await?.iter().map(read).collect()
    }

    /// Voids a link. `false` if there was none.
    pub async fn remove_link(&self, id: LinkId) -> Result<bool, Error> {
        Ok(self.db.run("DELETE FROM links WHERE id = $1", args![id]).await? > 0)
    }

    /// Uses a link up to join: the user and their first credentials, or nothing at all. Role and plan are the link's
    /// (an administrator's has the plan that `new` says); those of `new` are not looked at.
    ///
    /// # Errors
    /// [`Error::Missing`] if the link does not work (any more) or is for something else; [`Error::Taken`], which leaves the
    /// link as it is.
    pub async fn join(
        &self,
        secret: &Hash,
        new: &NewUser,
        credentials: &[NewCredential],
        now: Moment,
    ) -> Result<User, Error> {
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Admins).await?;
        let mut new = new.clone();
        match take(&mut tx, secret, now).await?.purpose {
            Purpose::FirstAdmin => {
                let sql = "SELECT 1 AS one FROM users WHERE role = 'admin' AND disabled = 0 LIMIT 1";
                if tx.row(sql, args![]).await?.is_some() {
                    return Err(Error::Missing("link"));
                }
                new.role = Role::Admin;
            }
            Purpose::Invitation { role, plan } => (new.role, new.plan) = (role, plan),
            Purpose::Reset { .. } => return Err(Error::Missing("link")),
        }
        let user = users::insert(&mut tx, &new, now).await?;
        for credential in credentials {
            credentials::insert(&mut tx, user.id, credential, now).await?;
        }
        tx.commit().await?;
        Ok(user)
    }

    /// Uses a link up to give its user a new way to sign in: a password takes the place of the old one, and TOTP goes (whoever
    /// lost one lost the other); anything else is added. Signs them out everywhere.
    ///
    /// # Errors
    /// As [`Self::join`].
    pub async fn reset(&self, secret: &Hash, credential: &NewCredential, now: Moment) -> Result<User, Error> {
        let mut tx = self.db.begin().await?;
        let Purpose::Reset { user } = take(&mut tx, secret, now).await?.purpose else {
            return Err(Error::Missing("link"));
        };
        let Some(row) = tx.row("SELECT * FROM users WHERE id = $1 AND disabled = 0", args![user]).await? else {
            return Err(Error::Missing("link"));
        };
        tx.lock(Lock::Credentials(user)).await?;
        credentials::remove_kind(&mut tx, user, CredentialKind::Totp).await?;
        if credential.kind == CredentialKind::Password {
            credentials::remove_kind(&mut tx, user, CredentialKind::Password).await?;
        }
        credentials::insert(&mut tx, user, credential, now).await?;
        tx.run("DELETE FROM logins WHERE user_id = $1", args![user]).await?;
        let devices = users::strangers(&mut tx, user).await?;
        tx.commit().await?;
        Ok(users::User { devices, ..users::read(&row)? })
    }
}

/// Uses a link up. Of two who come with it at once, the other waits here for the end of the first, and finds none.
async fn take(tx: &mut Tx, secret: &Hash, now: Moment) -> Result<Link, Error> {
    let row = tx.row("DELETE FROM links WHERE secret = $1 AND expires > $2 RETURNING *", args![secret, now]).await?;
    row.map_or(Err(Error::Missing("link")), |row| read(&row))
}

fn read(row: &Row) -> Result<Link, Error> {
    let damaged = || Error::Damaged("a one-time link".to_owned());
    let purpose = match row.get::<String>("purpose")?.as_str() {
        "first_admin" => Purpose::FirstAdmin,
        "invitation" => Purpose::Invitation {
            role: row.parse_optional("role")?.ok_or_else(damaged)?,
            plan: row.get::<Option<String>>("plan")?.ok_or_else(damaged)?,
        },
        "reset" => Purpose::Reset { user: row.parse_optional("user_id")?.ok_or_else(damaged)? },
        _ => return Err(damaged()),
    };
    Ok(Link {
        id: row.parse("id")?,
        purpose,
        made_by: row.parse_optional("made_by")?,
        created: row.moment("created")?,
        expires: row.moment("expires")?,
    })
}
