//! Settings in the database itself. PostgreSQL tells every session manager of a change (LISTEN); a SQLite file has one
//! session manager, and what another process writes into it is not told.

use async_trait::async_trait;
use futures::{StreamExt as _, stream::BoxStream};
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::{broadcast, mpsc};

use super::{
    Change, Error, Expect, LIST_BYTES_MAX, LIST_MAX, Setting, Settings, after, check_key, check_prefix, check_value,
    pause,
};
use crate::{
    Store,
    db::{Db, Row, Tx, args},
};

/// Where PostgreSQL tells of changes.
const CHANNEL: &str = "tos_settings";
/// Changes that one who watches may be behind by before they are told that they missed some.
const BEHIND: usize = 256;

/// Whom changes in a SQLite file are told.
#[derive(Debug, Clone)]
pub(crate) struct Told(broadcast::Sender<String>);

impl Default for Told {
    fn default() -> Self {
        Self(broadcast::channel(BEHIND).0)
    }
}

pub(super) struct InStore {
    store: Store,
}

impl InStore {
    pub(super) fn new(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// Begins a change. Whoever has the counter's row is alone until the end.
    async fn change(&self) -> Result<(Tx, i64), Error> {
        let mut tx = self.store.db.begin().await?;
        let row = tx.row("UPDATE settings_clock SET revision = revision + 1 RETURNING revision", args![]).await?;
        match row {
            Some(row) => Ok((tx, row.get("revision")?)),
            None => Err(Error::Unexpected("the counter of settings is gone".to_owned())),
        }
    }

    /// Makes it so, and tells whoever watches: with PostgreSQL at the same moment, or not at all.
    async fn end(&self, mut tx: Tx, key: &str) -> Result<(), Error> {
        if let Tx::Pg(_) = tx {
            tx.rows("SELECT pg_notify($1, $2)", args![CHANNEL, key]).await?;
        }
        tx.commit().await?;
        // There is none if nobody watches.
        let _ = self.store.told.0.send(key.to_owned());
        Ok(())
    }
}

#[async_trait]
impl Settings for InStore {
    async fn get(&self, key: &str) -> Result<Option<Setting>, Error> {
        check_key(key)?;
        let row = self.store.db.row("SELECT key, value, revision FROM settings WHERE key = $1", args![key]).await?;
        row.map(|row| read(&row)).transpose()
    }

    async fn put(&self, key: &str, value: &[u8], expect: Expect) -> Result<i64, Error> {
        check_key(key)?;
        check_value(value)?;
        let (mut tx, revision) = self.change().await?;
        let changed = match expect {
            Expect::Any => {
                let sql = "INSERT INTO settings (key, value, revision) VALUES ($1, $2, $3) \
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value, revision = excluded.revision";
                tx.run(sql, args![key, value, revision]).await?
            }
            Expect::Absent => {
                let sql =
                    "INSERT INTO settings (key, value, revision) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING";
                tx.run(sql, args![key, value, revision]).await?
            }
            Expect::Revision(seen) => {
                let sql = "UPDATE settings SET value = $2, revision = $3 WHERE key = $1 AND revision = $4";
                tx.run(sql, args![key, value, revision, seen]).await?
            }
        };
        if changed == 0 {
            return Err(Error::Conflict);
        }
        self.end(tx, key).await?;
        Ok(revision)
    }

    async fn delete(&self, key: &str, expect: Expect) -> Result<(), Error> {
        check_key(key)?;
        let (mut tx, _) = self.change().await?;
        let gone = match expect {
            Expect::Revision(seen) => {
                tx.run("DELETE FROM settings WHERE key = $1 AND revision = $2", args![key, seen]).await?
            }
            Expect::Any => tx.run("DELETE FROM settings WHERE key = $1", args![key]).await?,
            Expect::Absent => {
                let there = tx.row("SELECT revision FROM settings WHERE key = $1", args![key]).await?;
                return if there.is_some() { Err(Error::Conflict) } else { Ok(()) };
            }
        };
        match (gone, expect) {
            (0, Expect::Revision(_)) => Err(Error::Conflict),
            (0, _) => Ok(()),
            _ => self.end(tx, key).await,
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Setting>, Error> {
        check_prefix(prefix)?;
        let mut tx = self.store.db.begin_reading().await?;
        let sql = "SELECT COUNT(*) AS number, CAST(COALESCE(SUM(LENGTH(value)), 0) AS BIGINT) AS bytes FROM settings \
                   WHERE key >= $1 AND key < $2";
        let Some(row) = tx.row(sql, args![prefix, after(prefix)]).await? else { return Ok(Vec::new()) };
        let (number, bytes): (usize, usize) = (row.number("number")?, row.number("bytes")?);
        if number > LIST_MAX || bytes > LIST_BYTES_MAX {
            return Err(Error::Many);
        }
        let sql = "SELECT key, value, revision FROM settings WHERE key >= $1 AND key < $2 ORDER BY key";
        tx.rows(sql, args![prefix, after(prefix)]).await?.iter().map(read).collect()
    }

    async fn watch(&self, prefix: &str) -> Result<BoxStream<'static, Change>, Error> {
        check_prefix(prefix)?;
        let prefix = prefix.to_owned();
        match &self.store.db {
            Db::Lite { .. } => {
                let told = self.store.told.0.subscribe();
                let changes = futures::stream::unfold(told, |mut told| async {
                    match told.recv().await {
                        Ok(key) => Some((Change::Key(key), told)),
                        Err(broadcast::error::RecvError::Lagged(_)) => Some((Change::Any, told)),
                        Err(broadcast::error::RecvError::Closed) => None,
                    }
                });
                Ok(changes.filter(move |change| std::future::ready(concerns(change, &prefix))).boxed())
            }
            Db::Pg(pool) => {
                // A connection of its own: one of the pool's would be missing there as long as somebody watches.
                let pool = PgPoolOptions::new()
                    .max_connections(1)
                    .max_lifetime(None)
                    .idle_timeout(None)
                    .acquire_timeout(super::PATIENCE)
                    .connect_with(pool.connect_options().as_ref().clone())
                    .await
                    .map_err(unavailable)?;
                let mut listener = PgListener::connect_with(&pool).await.map_err(unavailable)?;
                listener.listen(CHANNEL).await.map_err(unavailable)?;
                let (to, from) = mpsc::channel(BEHIND);
                tokio::spawn(listen(listener, prefix, to));
                Ok(futures::stream::unfold(from, |mut from| async { from.recv().await.map(|change| (change, from)) })
                    .boxed())
            }
        }
    }
}

/// Passes on what PostgreSQL tells, until nobody wants it any more.
async fn listen(mut listener: PgListener, prefix: String, to: mpsc::Sender<Change>) {
    let mut attempt = 0;
    loop {
        let told = tokio::select! {
            told = listener.try_recv() => told,
            () = to.closed() => return,
        };
        let change = match told {
            Ok(Some(note)) => {
                attempt = 0;
                Change::Key(note.payload().to_owned())
            }
            // It has a new connection, and what happened in between was told to nobody.
            Ok(None) => Change::Any,
            Err(error) => {
                tracing::debug!(%error, "settings are not watched just now");
                tokio::select! {
                    () = tokio::time::sleep(pause(attempt)) => {}
                    () = to.closed() => return,
                }
                attempt = attempt.saturating_add(1);
                Change::Any
            }
        };
        if concerns(&change, &prefix) && to.send(change).await.is_err() {
            return;
        }
    }
}

fn concerns(change: &Change, prefix: &str) -> bool {
    match change {
        Change::Key(key) => key.starts_with(prefix),
        Change::Any => true,
    }
}

fn read(row: &Row) -> Result<Setting, Error> {
    Ok(Setting { key: row.get("key")?, value: row.get("value")?, revision: row.get("revision")? })
}

fn unavailable(error: sqlx::Error) -> Error {
    Error::Unavailable(error.to_string())
}

impl From<crate::Error> for Error {
    fn from(error: crate::Error) -> Self {
        match error {
            crate::Error::Unavailable(_) | crate::Error::Unknown(_) | crate::Error::Full(_) => {
                Self::Unavailable(error.to_string())
            }
            other => Self::Unexpected(other.to_string()),
        }
    }
}
