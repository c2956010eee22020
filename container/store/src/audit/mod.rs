//! What happened, in a log that nobody can change unseen.
//!
//! Every line has a number, one above the last, and the hash of the line before. The database refuses to change or remove
//! lines; who gets around that is found by [`Store::verify_audit`], which names the first line that does not fit. Lines cut
//! off at the end would fit: so the number and hash of the last line are also written to a file beside the database (an
//! [`Anchor`]), which only ever moves forward.

mod anchor;
mod chain;

use serde::{Deserialize, Serialize};

pub use self::chain::Chain;
use crate::{
    Error, Moment, Store,
    db::{Lock, Row, args},
    words::words,
};

/// Lines read at once.
const PAGE: u32 = 1000;

/// How it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It went wrong.
    Failed,
}

words!(Outcome { Done = "done", Refused = "refused", Failed = "failed" });

/// Something that happened. Texts are cut (`who`, `from`, `what` to 256 characters, the others to 4096), and the character 0
/// becomes U+FFFD: nothing that somebody writes into one keeps the line from being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who did it: a user's name, `console`, `tosd`, or nobody known (empty).
    pub who: String,
    /// From where: an address, or `local`.
    pub from: String,
    /// What, such as `sign-in`, `role`, `commit`.
    pub what: String,
    /// On what: a user, a desktop, a snapshot.
    pub on: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What else there is to say: a reason, the text of a command.
    pub detail: String,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Counted from 1, without gaps.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// Who did it.
    pub who: String,
    /// From where.
    pub from: String,
    /// What.
    pub what: String,
    /// On what.
    pub on: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What else there is to say.
    pub detail: String,
    /// Hash of the line before; 64 zeros for the first.
    pub before: String,
    /// SHA-256 of this line without this field, in hexadecimal digits.
    pub hash: String,
}

/// The last line that somebody knew of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: String,
}

/// What came of looking through the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Every line fits.
    Whole {
        /// The last one; `None` if there is none.
        last: Option<Anchor>,
    },
    /// From this line on it is not what was written.
    Broken {
        /// Number of the first line that does not fit, or that is missing.
        number: u64,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Store {
    /// Writes a line. Returns when it is on the disk.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Unknown`], [`Error::Full`]: whoever may not act unseen does not act then.
    pub async fn audit(&self, event: &Event, now: Moment) -> Result<Line, Error> {
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Audit).await?;
        let last = tx.row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", args![]).await?;
        let last = last.map(|row| anchor(&row)).transpose()?;
        let line = Line::after(last.as_ref(), event, now);
        let values = args![
            i64::try_from(line.number).unwrap_or(i64::MAX),
            now,
            &line.who,
            &line.from,
            &line.what,
            &line.on,
            line.outcome,
            &line.detail,
            &line.before,
            &line.hash
        ];
        tx.run(
            "INSERT INTO audit (number, at, who, origin, what, target, outcome, detail, before, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            values,
        )
        .await?;
        tx.commit().await?;
        Ok(line)
    }

    /// Lines after a number, the oldest first, at most `limit` (1000 at the most). For export from 0 on, again and again.
    pub async fn audit_after(&self, number: u64, limit: u32) -> Result<Vec<Line>, Error> {
        let sql = "SELECT * FROM audit WHERE number > $1 ORDER BY number LIMIT $2";
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.db.rows(sql, args![number, limit.min(PAGE)]).await?.iter().map(read).collect()
    }

    /// Lines before a number (or the last ones), the newest first, at most `limit` (1000 at the most). For people.
    pub async fn audit_before(&self, number: Option<u64>, limit: u32) -> Result<Vec<Line>, Error> {
        let sql = "SELECT * FROM audit WHERE number < $1 ORDER BY number DESC LIMIT $2";
        let number = number.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
        self.db.rows(sql, args![number, limit.min(PAGE)]).await?.iter().map(read).collect()
    }

    /// The last line, for an anchor.
    pub async fn audit_last(&self) -> Result<Option<Anchor>, Error> {
        let row = self.db.row("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1", args![]).await?;
        row.map(|row| anchor(&row)).transpose()
    }

    /// Looks through all of it; `anchor` is what [`Anchor::read`] gave.
    pub async fn verify_audit(&self, anchor: Option<&Anchor>) -> Result<Verdict, Error> {
        let mut chain = Chain::new(anchor.cloned());
        let mut number = 0;
        loop {
            let lines = self.audit_after(number, PAGE).await?;
            let Some(last) = lines.last() else { return Ok(chain.end()) };
            number = last.number;
            for line in &lines {
                if let Some(broken) = chain.add(line) {
                    return Ok(broken);
                }
            }
        }
    }
}

fn anchor(row: &Row) -> Result<Anchor, Error> {
    Ok(Anchor { number: row.number("number")?, hash: row.get("hash")? })
}

/// A line as the database has it, whoever wrote it there.
fn read(row: &Row) -> Result<Line, Error> {
    Ok(Line {
        number: row.number("number")?,
        at: row.moment("at")?,
        who: row.get("who")?,
        from: row.get("origin")?,
        what: row.get("what")?,
        on: row.get("target")?,
        outcome: row.parse("outcome")?,
        detail: row.get("detail")?,
        before: row.get("before")?,
        hash: row.get("hash")?,
    })
}
