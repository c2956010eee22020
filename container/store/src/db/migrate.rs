//! Brings a database to this program's version: forward only, all of it or nothing.

use sqlx::{
    SqlSafeStr as _,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{
    Db,
    trouble::{self, Phase},
    tx::{Lock, Tx},
};
use crate::Error;

/// A version: its number, what it brought, and how in SQLite and in PostgreSQL.
type Step = (i64, &'static str, &'static str, &'static str);

/// All of them. What stands here was run somewhere and is never changed; the next one is added below.
const STEPS: &[Step] = &[(
    1,
    "begin",
    include_str!("../../migrations/sqlite/0001_begin.sql"),
    include_str!("../../migrations/postgres/0001_begin.sql"),
)];

fn migrator(steps: &[Step], script: impl Fn(&Step) -> &'static str) -> Migrator {
    let step =
        |step: &Step| Migration::new(step.0, step.1.into(), MigrationType::Simple, script(step).into_sql_str(), false);
    let mut migrator = Migrator::with_migrations(steps.iter().map(step).collect());
    // The transaction around it is the lock, and goes away with its connection.
    migrator.set_locking(false);
    migrator
}

/// Runs what has not been run yet.
pub(super) async fn run(db: &Db) -> Result<(), Error> {
    run_steps(db, STEPS).await
}

async fn run_steps(db: &Db, steps: &[Step]) -> Result<(), Error> {
    let known = steps.last().map_or(0, |step| step.0);
    let mut tx = db.begin().await?;
    tx.lock(Lock::Schema).await?;
    let done = match &mut tx {
        Tx::Lite(tx) => migrator(steps, |step| step.2).run(&mut **tx).await,
        Tx::Pg(tx) => migrator(steps, |step| step.3).run(&mut **tx).await,
    };
    match done {
        Ok(()) => tx.commit().await,
        Err(MigrateError::VersionMissing(found)) if found > known => Err(Error::Newer { found, known }),
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(trouble::classify(error, Phase::Undone))
        }
        Err(other) => Err(Error::Damaged(format!("the history of the database ({other})"))),
    }
}
