//! What desktops looked like, so that they can look like that again.

use serde::{Deserialize, Serialize};

use sha2::{Digest as _, Sha256};

use crate::{
    Error, Moment, SnapshotId, Store, UserId,
    bounds::{cut, fits},
    db::{Row, args, missing},
    hex,
    words::words,
};

/// The largest snapshot, in bytes.
pub const SNAPSHOT_MAX: usize = 1 << 20;

/// Why it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotKind {
    /// From time to time.
    Periodic,
    /// Before the desktop was put away.
    Hibernation,
    /// Its user wanted it.
    Manual,
}

words!(SnapshotKind { Periodic = "periodic", Hibernation = "hibernation", Manual = "manual" });

/// What is known of a snapshot without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which.
    pub id: SnapshotId,
    /// Whose desktop.
    pub user: UserId,
    /// When.
    pub made: Moment,
    /// Why.
    pub kind: SnapshotKind,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// What its user, or whoever made it, says of it; at most 1024 characters.
    pub note: String,
    /// Why no desktop could be made from it. It is kept all the same.
    pub failed: Option<String>,
}

/// What is known of one without its body, which may be a megabyte.
macro_rules! known {
    ($rest:literal) => {
        concat!("SELECT id, user_id, made, kind, size, sha256, note, failed FROM snapshots ", $rest)
    };
}

impl Store {
    /// Keeps a snapshot.
    ///
    /// # Errors
    /// [`Error::Invalid`] above [`SNAPSHOT_MAX`], [`Error::Missing`] without the desktop.
    pub async fn add_snapshot(
        &self,
        user: UserId,
        kind: SnapshotKind,
        body: &[u8],
        note: &str,
        now: Moment,
    ) -> Result<Snapshot, Error> {
        if body.len() > SNAPSHOT_MAX {
            return Err(Error::Invalid { field: "a snapshot", rule: "has at most 1 MiB" });
        }
        fits("a note", note, 1024)?;
        let snapshot = Snapshot {
            id: SnapshotId::new(),
            user,
            made: now,
            kind,
            size: body.len() as u64,
            sha256: hex(&Sha256::digest(body)),
            note: note.to_owned(),
            failed: None,
        };
        let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
        self.db
            .run(
                "INSERT INTO snapshots (id, user_id, made, kind, size, sha256, note, body) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                args![snapshot.id, user, now, kind, size, &snapshot.sha256, note, body],
            )
            .await
            .map_err(missing("desktop"))?;
        Ok(snapshot)
    }

    /// Snapshots of a user, the newest first.
    pub async fn snapshots(&self, user: UserId) -> Result<Vec<Snapshot>, Error> {
        let sql = known!("WHERE user_id = $1 ORDER BY made DESC, id DESC");
        self.db.rows(sql, args![user]).await?.iter().map(read).collect()
    }

    /// The newest of a user that has not failed.
    pub async fn newest_snapshot(&self, user: UserId) -> Result<Option<Snapshot>, Error> {
        let sql = known!("WHERE user_id = $1 AND failed IS NULL ORDER BY made DESC, id DESC LIMIT 1");
        self.db.row(sql, args![user]).await?.map(|row| read(&row)).transpose()
    }

    /// What is in one of a user's.
    ///
    /// # Errors
    /// [`Error::Missing`] if it is not this user's; [`Error::Damaged`] if it is not what was kept.
    pub async fn snapshot_body(&self, user: UserId, id: SnapshotId) -> Result<Vec<u8>, Error> {
        let sql = "SELECT sha256, body FROM snapshots WHERE id = $1 AND user_id = $2";
        let Some(row) = self.db.row(sql, args![id, user]).await? else {
            return Err(Error::Missing("snapshot"));
        };
        let body: Vec<u8> = row.get("body")?;
        if row.get::<String>("sha256")? != hex(&Sha256::digest(&body)) {
            return Err(Error::Damaged(format!("snapshot {id}")));
        }
        Ok(body)
    }

    /// Writes down that no desktop could be made from it, and why (cut to 1024 characters).
    ///
    /// # Errors
    /// [`Error::Missing`].
    pub async fn fail_snapshot(&self, id: SnapshotId, why: &str) -> Result<(), Error> {
        match self.db.run("UPDATE snapshots SET failed = $2 WHERE id = $1", args![id, cut(why, 1024)]).await? {
            0 => Err(Error::Missing("snapshot")),
            _ => Ok(()),
        }
    }

    /// Forgets one of a user's. `false` if there was none.
    pub async fn remove_snapshot(&self, user: UserId, id: SnapshotId) -> Result<bool, Error> {
        Ok(self.db.run("DELETE FROM snapshots WHERE id = $1 AND user_id = $2", args![id, user]).await? > 0)
    }

    /// Forgets snapshots of a user that are older than `before`, or of which there are more than `keep` newer ones. Never the
    /// newest that has not failed; those made by hand only for their age. Says how many.
    pub async fn prune_snapshots(&self, user: UserId, keep: u32, before: Moment) -> Result<u64, Error> {
        let mut tx = self.db.begin().await?;
        let sql = known!("WHERE user_id = $1 ORDER BY made DESC, id DESC");
        let all: Vec<Snapshot> = tx.rows(sql, args![user]).await?.iter().map(read).collect::<Result<_, _>>()?;
        let spare = spare(&all, keep, before);
        for id in &spare {
            tx.run("DELETE FROM snapshots WHERE id = $1", args![*id]).await?;
        }
        tx.commit().await?;
        Ok(spare.len() as u64)
    }
}

/// Those of `all` (the newest first) that can go.
fn spare(all: &[Snapshot], keep: u32, before: Moment) -> Vec<SnapshotId> {
    let newest = all.iter().find(|snapshot| snapshot.failed.is_none()).map(|snapshot| snapshot.id);
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    let mut counted = 0;
    let mut spare = Vec::new();
    for snapshot in all {
        let manual = snapshot.kind == SnapshotKind::Manual;
        if !manual {
            counted += 1;
        }
        let go = snapshot.made < before || (!manual && counted > keep);
        if go && Some(snapshot.id) != newest {
            spare.push(snapshot.id);
        }
    }
    spare
}

fn read(row: &Row) -> Result<Snapshot, Error> {
    Ok(Snapshot {
        id: row.parse("id")?,
        user: row.parse("user_id")?,
        made: row.moment("made")?,
        kind: row.parse("kind")?,
        size: row.number("size")?,
        sha256: row.get("sha256")?,
        note: row.get("note")?,
        failed: row.get("failed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(made: i64, kind: SnapshotKind, failed: bool) -> Snapshot {
        Snapshot {
            id: SnapshotId::new(),
            user: UserId::new(),
            made: Moment::from_millis(made),
            kind,
            size: 0,
            sha256: String::new(),
            note: String::new(),
            failed: failed.then(String::new),
        }
    }

    fn left(all: &[Snapshot], keep: u32, before: i64) -> Vec<i64> {
        let spare = spare(all, keep, Moment::from_millis(before));
        all.iter().filter(|s| !spare.contains(&s.id)).map(|s| s.made.millis()).collect()
    }

    #[test]
    fn the_newest_that_works_is_never_let_go() {
        use SnapshotKind::{Hibernation, Manual, Periodic};
        let all = [
            snapshot(9, Hibernation, true),
            snapshot(8, Periodic, true),
            snapshot(7, Periodic, false),
            snapshot(6, Manual, false),
            snapshot(5, Periodic, false),
        ];
        assert_eq!(left(&all, 2, 0), [9, 8, 7, 6]);
        assert_eq!(left(&all, 0, 0), [7, 6]);
        assert_eq!(left(&all, 0, 100), [7]);
        assert_eq!(left(&all, 10, 7), [9, 8, 7]);
        assert_eq!(left(&all, 10, 0), [9, 8, 7, 6, 5]);
    }
}
