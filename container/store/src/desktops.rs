//! Which desktops there are. One for each user, whoever asks for it and however often.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Moment, Store, UserId,
    bounds::{cut, fits_and_says},
    db::{Row, args, missing, taken},
    words::words,
};

/// How a desktop is, as far as the one who manages it has written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DesktopState {
    /// Never ran.
    New,
    /// Runs.
    Running,
    /// Is there and gets no processor.
    Frozen,
    /// Is put away.
    Hibernated,
    /// Could not be kept running.
    Failed,
}

words!(DesktopState {
    New = "new",
    Running = "running",
    Frozen = "frozen",
    Hibernated = "hibernated",
    Failed = "failed",
});

/// A desktop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// Whose.
    pub user: UserId,
    /// How it is.
    pub state: DesktopState,
    /// Which session manager looks after it, where several share a database; at most 64 characters.
    pub instance: Option<String>,
    /// Name of its container while there is one; no two desktops of an instance have the same.
    pub container: Option<String>,
    /// What runs the container, such as `podman`; at most 64 characters.
    pub runtime: Option<String>,
    /// Name of the plan that the container was made by.
    pub plan: String,
    /// Counts changes; see [`Store::change_desktop`].
    pub generation: i64,
    /// When somebody last looked at it.
    pub last_viewer: Option<Moment>,
    /// How often it was started again after it crashed, since it last did well.
    pub restarts: u32,
    /// When this was written.
    pub changed: Moment,
    /// What there is to say to its user, such as why it failed; cut to 1024 characters.
    pub note: String,
}

impl Store {
    /// The desktop of a user, made if there is none. However many ask at once, there is one.
    ///
    /// # Errors
    /// [`Error::Missing`] without the user.
    pub async fn claim(&self, user: UserId, plan: &str, now: Moment) -> Result<Desktop, Error> {
        fits_and_says("a plan", plan, 64)?;
        // One that is removed between the two statements is claimed anew; nobody removes and claims for ever.
        for _ in 0..16 {
            if let Some(desktop) = self.desktop(user).await? {
                return Ok(desktop);
            }
            self.db
                .run(
                    "INSERT INTO desktops (user_id, state, plan, generation, restarts, changed, note) \
                     VALUES ($1, 'new', $2, 0, 0, $3, '') ON CONFLICT (user_id) DO NOTHING",
                    args![user, plan, now],
                )
                .await
                .map_err(missing("user"))?;
        }
        Err(Error::Stale("the desktop"))
    }

    /// The desktop of a user.
    pub async fn desktop(&self, user: UserId) -> Result<Option<Desktop>, Error> {
        let row = self.db.row("SELECT * FROM desktops WHERE user_id = $1", args![user]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// All desktops, by user.
    pub async fn desktops(&self) -> Result<Vec<Desktop>, Error> {
        self.db.rows("SELECT * FROM desktops ORDER BY user_id", args![]).await?.iter().map(read).collect()
    }

    /// Writes a desktop, if nobody did since `desktop` was read; gives it back with its next generation.
    ///
    /// # Errors
    /// [`Error::Stale`] if somebody did, [`Error::Taken`] if another desktop of the instance has this container.
    pub async fn change_desktop(&self, desktop: &Desktop, now: Moment) -> Result<Desktop, Error> {
        let mut desktop = desktop.clone();
        desktop.note = cut(&desktop.note, 1024);
        fits_and_says("a plan", &desktop.plan, 64)?;
        for text in [&desktop.instance, &desktop.container, &desktop.runtime].into_iter().flatten() {
            fits_and_says("a name of a container, a runtime or an instance", text, 64)?;
        }
        let changed = self
            .db
            .run(
                "UPDATE desktops SET state = $3, instance = $4, container = $5, runtime = $6, plan = $7, \
                 generation = generation + 1, last_viewer = $8, restarts = $9, changed = $10, note = $11 \
                 WHERE user_id = $1 AND generation = $2",
                args![
                    desktop.user,
                    desktop.generation,
                    desktop.state,
                    desktop.instance.as_deref(),
                    desktop.container.as_deref(),
                    desktop.runtime.as_deref(),
                    &desktop.plan,
                    desktop.last_viewer,
                    desktop.restarts,
                    now,
                    &desktop.note
                ],
            )
            .await
            .map_err(taken("this container"))?;
        if changed == 0 {
            return Err(Error::Stale("the desktop"));
        }
        desktop.generation += 1;
        desktop.changed = now;
        Ok(desktop)
    }

    /// Writes down that somebody looks at it; no new generation, since nothing is decided by it alone.
    pub async fn touch_desktop(&self, user: UserId, now: Moment) -> Result<(), Error> {
        self.db.run("UPDATE desktops SET last_viewer = $2 WHERE user_id = $1", args![user, now]).await.map(drop)
    }

    /// Forgets a desktop and its snapshots, if nobody changed it since it was read.
    ///
    /// # Errors
    /// [`Error::Stale`].
    pub async fn remove_desktop(&self, desktop: &Desktop) -> Result<(), Error> {
        let sql = "DELETE FROM desktops WHERE user_id = $1 AND generation = $2";
        match self.db.run(sql, args![desktop.user, desktop.generation]).await? {
            0 => Err(Error::Stale("the desktop")),
            _ => Ok(()),
        }
    }
}

fn read(row: &Row) -> Result<Desktop, Error> {
    Ok(Desktop {
        user: row.parse("user_id")?,
        state: row.parse("state")?,
        instance: row.get("instance")?,
        container: row.get("container")?,
        runtime: row.get("runtime")?,
        plan: row.get("plan")?,
        generation: row.get("generation")?,
        last_viewer: row.moment_optional("last_viewer")?,
        restarts: row.number("restarts")?,
        changed: row.moment("changed")?,
        note: row.get("note")?,
    })
}
