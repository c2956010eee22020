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
const STEPS: &[Step] = &[
    (
        1,
        "begin",
        include_str!("../../migrations/sqlite/0001_begin.sql"),
        include_str!("../../migrations/postgres/0001_begin.sql"),
    ),
    (
        2,
        "devices",
        include_str!("../../migrations/sqlite/0002_devices.sql"),
        include_str!("../../migrations/postgres/0002_devices.sql"),
    ),
];

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
        // What `run` does after it has got itself a connection; that of `run` cannot be sent between threads.
        Tx::Lite(tx) => migrator(steps, |step| step.2).run_direct(None, &mut **tx, false).await,
        Tx::Pg(tx) => migrator(steps, |step| step.3).run_direct(None, &mut **tx, false).await,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::args;

    async fn fresh() -> (tempfile::TempDir, Db) {
        let room = tempfile::tempdir().unwrap();
        let db = Db::connect(&format!("sqlite:{}", room.path().join("db").display())).await.unwrap();
        (room, db)
    }

    async fn tables(db: &Db) -> i64 {
        let sql = "SELECT COUNT(*) AS number FROM sqlite_master WHERE type = 'table'";
        db.row(sql, args![]).await.unwrap().unwrap().get("number").unwrap()
    }

    #[tokio::test]
    async fn an_old_database_is_brought_forward_with_what_is_in_it() {
        let (_room, db) = fresh().await;
        run_steps(&db, STEPS).await.unwrap();
        db.run("INSERT INTO blocks VALUES ('here', 'ids', 1, 1, 'c')", args![]).await.unwrap();
        let later = [STEPS, &[(1000, "later", "ALTER TABLE blocks ADD COLUMN more TEXT", "")]].concat();
        run_steps(&db, &later).await.unwrap();
        run_steps(&db, &later).await.unwrap();
        let row = db.row("SELECT container, more FROM blocks", args![]).await.unwrap().unwrap();
        assert_eq!(row.get::<String>("container").unwrap(), "c");
        // And not back.
        assert!(matches!(run_steps(&db, STEPS).await, Err(Error::Newer { found: 1000, .. })));
    }

    #[tokio::test]
    async fn a_step_that_fails_leaves_nothing() {
        let (_room, db) = fresh().await;
        let broken = [STEPS, &[(1000, "broken", "CREATE TABLE more (a TEXT); SELECT nonsense;", "")]].concat();
        assert!(matches!(run_steps(&db, &broken).await, Err(Error::Database(_))));
        assert_eq!(tables(&db).await, 0);
        run_steps(&db, STEPS).await.unwrap();
        assert!(tables(&db).await > 5);
    }

    #[tokio::test]
    async fn a_history_that_was_changed_is_told() {
        let (_room, db) = fresh().await;
        run_steps(&db, STEPS).await.unwrap();
        let mut changed = STEPS.to_vec();
        changed[0] = (1, "begin", "SELECT 1", "");
        assert!(matches!(run_steps(&db, &changed).await, Err(Error::Damaged(_))));
    }
}
