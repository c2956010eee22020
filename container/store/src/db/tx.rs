//! Changes that happen together or not at all.

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr as _, SqlStr, Sqlite, Transaction};
use tokio::sync::mpsc;

use super::{
    trouble::{self, Phase},
    value::{self, Arg, Row},
};
use crate::{Error, UserId};

/// A transaction. Rolled back when it is dropped.
pub(crate) enum Tx {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// What PostgreSQL lets one transaction at a time do. SQLite has one writer anyway.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lock {
    /// Bringing the database to a version.
    Schema,
    /// Appending to the audit log.
    Audit,
    /// Deciding who administers.
    Admins,
    /// Giving out blocks.
    Blocks,
    /// Restoring.
    Restore,
    /// What one user signs in by.
    Credentials(UserId),
}

impl Lock {
    fn key(self) -> i64 {
        // Chosen once; only their being different matters. "TOS" in front keeps clear of others in the same database.
        const BASE: i64 = 0x544f_5300_0000_0000;
        match self {
            Self::Schema => BASE + 1,
            Self::Audit => BASE + 2,
            Self::Admins => BASE + 3,
            Self::Blocks => BASE + 4,
            Self::Restore => BASE + 5,
            // Two users with the same key wait for each other, and nothing else.
            Self::Credentials(user) => {
                let (_, low) = user.0.as_u64_pair();
                i64::from_ne_bytes(low.to_ne_bytes())
            }
        }
    }
}

impl Tx {
    /// Waits until nobody else has this lock; it is held until the end of the transaction. Taken before anything is read, or
    /// what was read is older than the lock.
    pub(crate) async fn lock(&mut self, lock: Lock) -> Result<(), Error> {
        if let Self::Pg(_) = self {
            self.rows("SELECT pg_advisory_xact_lock($1)", vec![Arg::from(lock.key())]).await?;
        }
        Ok(())
    }

    /// Rows of a statement.
    pub(crate) async fn rows(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let rows = match self {
            Self::Lite(tx) => {
                value::lite(sql, args).fetch_all(&mut **tx).await.map(|rows| rows.into_iter().map(Row::Lite).collect())
            }
            Self::Pg(tx) => {
                value::pg(sql, args).fetch_all(&mut **tx).await.map(|rows| rows.into_iter().map(Row::Pg).collect())
            }
        };
        rows.map_err(undone)
    }

    /// The row of a statement that gives one at most.
    pub(crate) async fn row(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement, and says how many rows it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<u64, Error> {
        self.run_built(sql.into_sql_str(), args).await
    }

    /// As [`Self::run`], for statements that are put together from constants.
    pub(crate) async fn run_built(&mut self, sql: SqlStr, args: Vec<Arg>) -> Result<u64, Error> {
        let done = match self {
            Self::Lite(tx) => value::lite(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
            Self::Pg(tx) => value::pg(sql, args).execute(&mut **tx).await.map(|done| done.rows_affected()),
        };
        done.map_err(undone)
    }

    /// The row of a statement that is put together from constants and gives one at most.
    pub(crate) async fn built(&mut self, sql: SqlStr) -> Result<Option<Row>, Error> {
        let row = match self {
            Self::Lite(tx) => {
                value::lite(sql, Vec::new()).fetch_optional(&mut **tx).await.map(|row| row.map(Row::Lite))
            }
            Self::Pg(tx) => value::pg(sql, Vec::new()).fetch_optional(&mut **tx).await.map(|row| row.map(Row::Pg)),
        };
        row.map_err(undone)
    }

    /// Makes something of every row, one at a time, however many there are, and sends it on. `false` if nobody takes it.
    pub(crate) async fn each<T: Send>(
        &mut self,
        sql: SqlStr,
        mut make: impl FnMut(Row) -> Result<T, Error> + Send,
        to: &mpsc::Sender<T>,
    ) -> Result<bool, Error> {
        match self {
            Self::Lite(tx) => {
                let mut rows = value::lite(sql, Vec::new()).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(undone)? {
                    if to.send(make(Row::Lite(row))?).await.is_err() {
                        return Ok(false);
                    }
                }
            }
            Self::Pg(tx) => {
                let mut rows = value::pg(sql, Vec::new()).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await.map_err(undone)? {
                    if to.send(make(Row::Pg(row))?).await.is_err() {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        let done = match self {
            Self::Lite(tx) => tx.commit().await,
            Self::Pg(tx) => tx.commit().await,
        };
        done.map_err(|error| trouble::classify(error, Phase::Ending))
    }
}

fn undone(error: sqlx::Error) -> Error {
    trouble::classify(error, Phase::Undone)
}

/// A statement put together from constants of this crate, never from what somebody wrote.
pub(crate) fn of_constants(sql: String) -> SqlStr {
    AssertSqlSafe(sql).into_sql_str()
}
