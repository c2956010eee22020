//! Browsers that are signed in.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Hash, LoginId, Moment, Store, User, UserId,
    bounds::cut,
    db::{Row, args, taken},
    users::{self, strangers},
};

/// A browser that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// Shown in lists; no secret.
    pub id: LoginId,
    /// Who.
    pub user: UserId,
    /// Since when.
    pub created: Moment,
    /// When it was heard of last, by [`Store::touch_login`].
    pub seen: Moment,
    /// Until when, whatever happens.
    pub expires: Moment,
    /// Address that it signed in from; at most 64 characters.
    pub address: String,
    /// What the browser says it is; cut to 256 characters.
    pub agent: String,
    /// By which means, such as `passkey`; at most 64 characters.
    pub means: String,
    /// When its user last proved to be there.
    pub stepped_up: Option<Moment>,
}

/// A browser that has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    /// Who.
    pub user: UserId,
    /// Until when, whatever happens.
    pub expires: Moment,
    /// Address that it signed in from.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// By which means.
    pub means: String,
    /// Signing in was itself a proof of being there (a passkey with user verification).
    pub stepped_up: bool,
}

impl Store {
    /// Signs a browser in by the hash of its new cookie.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user or if they are disabled.
    pub async fn add_login(&self, cookie: &Hash, new: &NewLogin, now: Moment) -> Result<Login, Error> {
        let login = Login {
            id: LoginId::new(),
            user: new.user,
            created: now,
            seen: now,
            expires: new.expires,
            address: cut(&new.address, 64),
            agent: cut(&new.agent, 256),
            means: cut(&new.means, 64),
            stepped_up: new.stepped_up.then_some(now),
        };
        // In one statement, so that nobody who is disabled in between is signed in afterwards.
        let added = self
            .db
            .run(
                "INSERT INTO logins (id, cookie, user_id, created, seen, expires, address, agent, means, stepped_up) \
                 SELECT $1, $2, id, $4, $4, $5, $6, $7, $8, $9 FROM users WHERE id = $3 AND disabled = 0",
                args![
                    login.id,
                    cookie,
                    new.user,
                    now,
                    new.expires,
                    &login.address,
                    &login.agent,
                    &login.means,
                    login.stepped_up
                ],
            )
            .await
            .map_err(taken("this cookie"))?;
        if added == 0 { Err(Error::Missing("user")) } else { Ok(login) }
    }

    /// Whose cookie this is. `None` if it is nobody's, has expired, or its user is disabled.
    pub async fn login(&self, cookie: &Hash, now: Moment) -> Result<Option<(Login, User)>, Error> {
        let row = self
            .db
            .row(
                "SELECT users.*, logins.id AS login_id, logins.user_id, logins.created AS login_created, seen, expires, \
                 address, agent, means, stepped_up FROM logins JOIN users ON users.id = logins.user_id \
                 WHERE cookie = $1 AND expires > $2 AND disabled = 0",
                args![cookie, now],
            )
            .await?;
        row.map(|row| Ok((read(&row)?, users::read(&row)?))).transpose()
    }

    /// Writes down that it was heard of. Once a minute is enough.
    pub async fn touch_login(&self, id: LoginId, now: Moment) -> Result<(), Error> {
        self.db.run("UPDATE logins SET seen = $2 WHERE id = $1 AND seen < $2", args![id, now]).await.map(drop)
    }

    /// Gives the same login another cookie; the old one is nobody's from then on. When rights grow (step-up), the cookie
    /// changes.
    ///
    /// # Errors
    /// [`Error::Missing`] if the old one is nobody's (any more): of two who come with it, one gets this.
    pub async fn rotate_login(
        &self,
        old: &Hash,
        new: &Hash,
        stepped_up: Option<Moment>,
        now: Moment,
    ) -> Result<Login, Error> {
        let row = self
            .db
            .returning(
                "UPDATE logins SET cookie = $2, seen = $4, stepped_up = COALESCE($3, stepped_up) \
                 WHERE cookie = $1 AND expires > $4 \
                 AND EXISTS (SELECT 1 FROM users WHERE users.id = logins.user_id AND disabled = 0) \
                 RETURNING id AS login_id, user_id, created AS login_created, seen, expires, address, agent, means, \
                 stepped_up",
                args![old, new, stepped_up, now],
            )
            .await
            .map_err(taken("this cookie"))?;
        row.map_or(Err(Error::Missing("login")), |row| read(&row))
    }

    /// Browsers where somebody is signed in, the newest first.
    pub async fn logins(&self, user: UserId, now: Moment) -> Result<Vec<Login>, Error> {
        let rows = self
            .db
            .rows(
                "SELECT id AS login_id, user_id, created AS login_created, seen, expires, address, agent, means, stepped_up \
                 FROM logins WHERE user_id = $1 AND expires > $2 ORDER BY created DESC, id DESC LIMIT 1000",
                args![user, now],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Signs one browser of a user out. `false` if there was none.
    pub async fn end_login(&self, user: UserId, id: LoginId) -> Result<bool, Error> {
        Ok(self.db.run("DELETE FROM logins WHERE user_id = $1 AND id = $2", args![user, id]).await? > 0)
    }

    /// Signs all browsers of a user out, but for one, and makes all of them strangers ([`crate::User::devices`]). Says how many.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user.
    pub async fn end_logins(&self, user: UserId, but: Option<LoginId>) -> Result<u64, Error> {
        let but = but.map(|id| id.to_string()).unwrap_or_default();
        let mut tx = self.db.begin().await?;
        let ended = tx.run("DELETE FROM logins WHERE user_id = $1 AND id <> $2", args![user, but]).await?;
        strangers(&mut tx, user).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Forgets logins, one-time links and guest links that have expired. Says how many.
    pub async fn sweep(&self, now: Moment) -> Result<u64, Error> {
        let mut tx = self.db.begin().await?;
        let mut gone = tx.run("DELETE FROM logins WHERE expires <= $1", args![now]).await?;
        gone += tx.run("DELETE FROM links WHERE expires <= $1", args![now]).await?;
        gone += tx.run("DELETE FROM guests WHERE expires <= $1", args![now]).await?;
        tx.commit().await?;
        Ok(gone)
    }
}

fn read(row: &Row) -> Result<Login, Error> {
    Ok(Login {
        id: row.parse("login_id")?,
        user: row.parse("user_id")?,
        created: row.moment("login_created")?,
        seen: row.moment("seen")?,
        expires: row.moment("expires")?,
        address: row.get("address")?,
        agent: row.get("agent")?,
        means: row.get("means")?,
        stepped_up: row.moment_optional("stepped_up")?,
    })
}
