//! Links by which somebody without an account sees a desktop.

use serde::{Deserialize, Serialize};

use crate::{
    Error, GuestId, Hash, Moment, Store, User, UserId,
    bounds::fits,
    db::{Row, args, missing, taken},
    users,
};

/// A guest link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// Shown in lists; no secret.
    pub id: GuestId,
    /// Whose desktop.
    pub owner: UserId,
    /// What the owner calls it; at most 128 characters.
    pub label: String,
    /// Whether the guest may only look.
    pub view_only: bool,
    /// Since when.
    pub created: Moment,
    /// Until when.
    pub expires: Moment,
    /// When somebody came by it last.
    pub used: Option<Moment>,
}

impl Store {
    /// Makes a guest link by the hash of its secret.
    ///
    /// # Errors
    /// [`Error::Missing`] without the owner, [`Error::Invalid`].
    pub async fn add_guest(
        &self,
        secret: &Hash,
        owner: UserId,
        label: &str,
        view_only: bool,
        expires: Moment,
        now: Moment,
    ) -> Result<Guest, Error> {
        fits("a label", label, 128)?;
        let label = label.to_owned();
        let guest = Guest { id: GuestId::new(), owner, label, view_only, created: now, expires, used: None };
        self.db
            .run(
                "INSERT INTO guests (id, secret, owner, label, view_only, created, expires) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![guest.id, secret, owner, &guest.label, view_only, now, expires],
            )
            .await
            .map_err(taken("this secret"))
            .map_err(missing("user"))?;
        Ok(guest)
    }

    /// A guest link that works, and whose desktop it shows. `None` if it was revoked, has expired, or its owner is disabled.
    pub async fn guest(&self, secret: &Hash, now: Moment) -> Result<Option<(Guest, User)>, Error> {
        let row = self
            .db
            .row(
                "SELECT users.*, guests.id AS guest_id, owner, label, view_only, guests.created AS guest_created, expires, \
                 used FROM guests JOIN users ON users.id = guests.owner \
                 WHERE secret = $1 AND expires > $2 AND disabled = 0",
                args![secret, now],
            )
            .await?;
        row.map(|row| Ok((read(&row)?, users::read(&row)?))).transpose()
    }

    /// Writes down that somebody came by it.
    pub async fn touch_guest(&self, id: GuestId, now: Moment) -> Result<(), Error> {
        self.db.run("UPDATE guests SET used = $2 WHERE id = $1", args![id, now]).await.map(drop)
    }

    /// Guest links of an owner that work, the newest first.
    pub async fn guests(&self, owner: UserId, now: Moment) -> Result<Vec<Guest>, Error> {
        let rows = self
            .db
            .rows(
                "SELECT id AS guest_id, owner, label, view_only, created AS guest_created, expires, used FROM guests \
                 WHERE owner = $1 AND expires > $2 ORDER BY created DESC, id DESC LIMIT 1000",
                args![owner, now],
            )
            .await?;
        rows.iter().map(read).collect()
    }

    /// Revokes one of an owner's. `false` if there was none.
    pub async fn remove_guest(&self, owner: UserId, id: GuestId) -> Result<bool, Error> {
        Ok(self.db.run("DELETE FROM guests WHERE owner = $1 AND id = $2", args![owner, id]).await? > 0)
    }
}

fn read(row: &Row) -> Result<Guest, Error> {
    Ok(Guest {
        id: row.parse("guest_id")?,
        owner: row.parse("owner")?,
        label: row.get("label")?,
        view_only: row.flag("view_only")?,
        created: row.moment("guest_created")?,
        expires: row.moment("expires")?,
        used: row.moment_optional("used")?,
    })
}
