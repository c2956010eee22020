//! One way to speak to either database. Statements are the same text for both (`$1`), and are constants: what somebody wrote
//! is only ever an argument.

mod address;
mod migrate;
mod trouble;
mod tx;
mod value;

use std::time::{Duration, Instant};

use sqlx::{
    Connection as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use self::{address::Address, trouble::Phase};
pub(crate) use self::{
    trouble::{missing, taken},
    tx::{Lock, Tx, of_constants},
    value::{Arg, Row, args},
};
use crate::Error;

/// How long somebody waits for a connection, and a writer of SQLite for another process that writes. Longer than a database
/// takes to start again; shorter than people wait before a page.
const WAIT: Duration = Duration::from_secs(5);
/// How long after which a file that another process makes ready is tried again.
const AGAIN: Duration = Duration::from_millis(20);
/// Connections that read a SQLite file. Each has a thread and a page cache of its own.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 8;

/// A database of either kind.
#[derive(Debug, Clone)]
pub(crate) enum Db {
    /// A file. SQLite has one writer at a time anyway: with one connection for it they queue here, in order, and none is
    /// ever told that the database is busy.
    Lite { write: SqlitePool, read: SqlitePool },
    /// A server.
    Pg(PgPool),
}

impl Db {
    /// Opens it and brings it to this program's version.
    pub(crate) async fn open(url: &str) -> Result<Self, Error> {
        let db = Self::connect(url).await?;
        migrate::run(&db).await?;
        Ok(db)
    }

    /// Opens it as it is.
    async fn connect(url: &str) -> Result<Self, Error> {
        match address::parse(url)? {
            Address::File(path) => {
                address::make_private(&path)?;
                let options = SqliteConnectOptions::new()
                    .filename(&path)
                    .journal_mode(SqliteJournalMode::Wal)
                    // WAL with less than this may forget the last commits when the power goes.
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(WAIT)
                    // So that no REPLACE gets around the triggers of the audit log.
                    .pragma("recursive_triggers", "on")
                    .pragma("cache_size", "-512")
                    .row_buffer_size(4);
                let pool = || SqlitePoolOptions::new().acquire_timeout(WAIT).max_lifetime(None);
                let write = pool()
                    .max_connections(1)
                    // Where there is no room SQLite ends a transaction by itself, and sqlx goes on believing in it: such a
                    // connection would never begin another one.
                    .after_release(|connection, _| {
                        Box::pin(async move {
                            // After this, what was to be rolled back is.
                            connection.ping().await?;
                            Ok(!connection.is_in_transaction())
                        })
                    })
                    .idle_timeout(None);
                let write = begin_writing(write, &options).await.map_err(trouble::opening)?;
                // They write nothing, and could not: what belongs into the writer's queue would show here.
                let read = pool().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "on"));
                Ok(Self::Lite { write, read })
            }
            Address::Server(url) => {
                let options: PgConnectOptions =
                    url.parse().map_err(|_| Error::Address(address::without_password(&url)))?;
                let options = options.application_name("tosd").options([
                    // A lock or a statement that hangs is an error, not a desktop that never comes.
                    ("lock_timeout", "10s"),
                    ("statement_timeout", "60s"),
                    ("idle_in_transaction_session_timeout", "60s"),
                ]);
                let pool = PgPoolOptions::new()
                    .max_connections(CONNECTIONS)
                    .acquire_timeout(WAIT)
                    .connect_with(options)
                    .await
                    .map_err(trouble::opening)?;
                Ok(Self::Pg(pool))
            }
        }
    }

    /// Rows of a statement that only reads.
    pub(crate) async fn rows(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let rows = match self {
            Self::Lite { read, .. } => {
                value::lite(sql, args).fetch_all(read).await.map(|rows| rows.into_iter().map(Row::Lite).collect())
            }
            Self::Pg(pool) => {
                value::pg(sql, args).fetch_all(pool).await.map(|rows| rows.into_iter().map(Row::Pg).collect())
            }
        };
        rows.map_err(|error| trouble::classify(error, Phase::Undone))
    }

    /// The row of a statement that only reads and gives one at most.
    pub(crate) async fn row(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>, Error> {
        Ok(self.rows(sql, args).await?.into_iter().next())
    }

    /// Runs a statement that is a change by itself, and says how many rows it changed.
    pub(crate) async fn run(&self, sql: &'static str, args: Vec<Arg>) -> Result<u64, Error> {
        let done = match self {
            Self::Lite { write, .. } => value::lite(sql, args).execute(write).await.map(|done| done.rows_affected()),
            Self::Pg(pool) => value::pg(sql, args).execute(pool).await.map(|done| done.rows_affected()),
        };
        done.map_err(|error| trouble::classify(error, Phase::Ending))
    }

    /// Runs a statement that is a change by itself and gives back what it changed, a row at most.
    pub(crate) async fn returning(&self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>, Error> {
        let rows: Result<Vec<Row>, sqlx::Error> = match self {
            // To the end: stopped at its first row, SQLite would not have finished the change.
            Self::Lite { write, .. } => {
                value::lite(sql, args).fetch_all(write).await.map(|rows| rows.into_iter().map(Row::Lite).collect())
            }
            Self::Pg(pool) => {
                value::pg(sql, args).fetch_all(pool).await.map(|rows| rows.into_iter().map(Row::Pg).collect())
            }
        };
        Ok(rows.map_err(|error| trouble::classify(error, Phase::Ending))?.into_iter().next())
    }

    /// Begins changes that happen together or not at all. Dropped without [`Tx::commit`], they did not happen.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        let begun = match self {
            // Takes the write lock at once: one that only asks for it later may be refused after it has read.
            Self::Lite { write, .. } => write.begin_with("BEGIN IMMEDIATE").await.map(Tx::Lite),
            Self::Pg(pool) => pool.begin().await.map(Tx::Pg),
        };
        begun.map_err(|error| trouble::classify(error, Phase::Undone))
    }

    /// Begins to read everything as it is at one moment, while others go on writing.
    pub(crate) async fn begin_reading(&self) -> Result<Tx, Error> {
        let begun = match self {
            Self::Lite { read, .. } => read.begin().await.map(Tx::Lite),
            Self::Pg(pool) => pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Tx::Pg),
        };
        begun.map_err(|error| trouble::classify(error, Phase::Undone))
    }

    /// Closes all connections once what is under way is done.
    pub(crate) async fn close(&self) {
        match self {
            Self::Lite { write, read } => {
                read.close().await;
                // The last one to go puts the write-ahead log into the file.
                write.close().await;
            }
            Self::Pg(pool) => pool.close().await,
        }
    }
}

/// Makes the first connection to a file. The change of a new one to write-ahead logging has read it before it writes, and
/// SQLite refuses such a one at once while another process writes, whatever `busy_timeout` says: that is waited for here.
async fn begin_writing(pool: SqlitePoolOptions, options: &SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    let begun = Instant::now();
    loop {
        match pool.clone().connect_with(options.clone()).await {
            Err(error) if trouble::locked(&error) && begun.elapsed() < WAIT => tokio::time::sleep(AGAIN).await,
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions as _;

    use super::*;

    #[tokio::test]
    async fn a_new_file_that_somebody_writes_is_waited_for() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("db");
        let mut writer = SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut writer).await.unwrap();
        let url = format!("sqlite:{}", path.display());
        let mut opening = std::pin::pin!(Db::open(&url));
        let early = tokio::time::timeout(AGAIN * 5, &mut opening).await;
        assert!(early.is_err(), "{early:?} while another writes");
        sqlx::raw_sql("COMMIT").execute(&mut writer).await.unwrap();
        opening.await.unwrap();
    }
}
