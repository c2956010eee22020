//! All that is remembered in one file, and back, between databases of either kind.
//!
//! The file has a JSON object a line: what it is, then a row of a table each, then how many there were and the SHA-256 of all
//! lines before. It holds the hashes of passwords and what else one signs in by: only its owner can read it.
//!
//! Logins and one-time links are not in it. Whoever was signed out, or used a link up, after an archive was made, would find
//! either alive again.

mod archive;
mod tables;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use self::{
    archive::{Reader, Writer},
    tables::TABLES,
};
use crate::{
    Error, Moment, Store,
    db::{Lock, args},
    file,
};

/// Lines on their way between the database and the disk. One may have a megabyte.
const UNDER_WAY: usize = 8;

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// When it was made.
    pub made: Moment,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
}

/// What goes to the one who writes the file.
enum Part {
    Line(Vec<u8>),
    /// That was all. Without this, the file is not put in its place.
    Whole,
}

impl Store {
    /// Writes everything to a file, as it is at one moment. The file appears when it is whole, readable by its owner only; one
    /// that was there stays until then.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Unavailable`].
    pub async fn backup(&self, to: &Path, now: Moment) -> Result<Contents, Error> {
        let (lines, from) = mpsc::channel(UNDER_WAY);
        let path = to.to_owned();
        let writing = tokio::task::spawn_blocking(move || write(&path, from));
        let read = self.read_all(&lines, now).await;
        drop(lines);
        let written = joined(writing.await, to);
        match read {
            Ok(Some(contents)) => written.map(|()| contents),
            // Nobody took it any more: the writer says why.
            Ok(None) => Err(written.err().unwrap_or(Error::InUse("the file"))),
            // Then the writer only says that it was left alone.
            Err(error) => Err(error),
        }
    }

    /// Sends everything to the writer; `None` if it takes no more.
    async fn read_all(&self, lines: &mpsc::Sender<Part>, now: Moment) -> Result<Option<Contents>, Error> {
        let mut writer = Writer::default();
        let mut rows = BTreeMap::new();
        if lines.send(Part::Line(writer.head(now))).await.is_err() {
            return Ok(None);
        }
        let mut tx = self.db.begin_reading().await?;
        for table in TABLES {
            let mut number = 0;
            let make = |row| {
                number += 1;
                writer.row(table, &row).map(Part::Line)
            };
            if !tx.each(table.select(), make, lines).await? {
                return Ok(None);
            }
            rows.insert(table.name.to_owned(), number);
        }
        for part in [Part::Line(writer.tail(&rows)), Part::Whole] {
            if lines.send(part).await.is_err() {
                return Ok(None);
            }
        }
        Ok(Some(Contents { made: now, rows }))
    }

    /// Reads everything from a file into a database where nothing is: all or nothing.
    ///
    /// # Errors
    /// [`Error::NotEmpty`]; [`Error::Archive`], which names the line.
    pub async fn restore(&self, from: &Path) -> Result<Contents, Error> {
        let path = from.to_owned();
        // All of it is read once before anything is written: a file that is cut off or changed is found out here.
        let contents = joined(tokio::task::spawn_blocking(move || Reader::open(&path)?.check()).await, from)?;
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Restore).await?;
        for table in TABLES.iter().filter(|table| table.name != tables::CLOCK) {
            if tx.built(table.any()).await?.is_some() {
                return Err(Error::NotEmpty);
            }
        }
        tx.run("DELETE FROM settings_clock", args![]).await?;
        let (to, mut rows) = mpsc::channel(UNDER_WAY);
        let path = from.to_owned();
        let reading = tokio::task::spawn_blocking(move || {
            let mut reader = Reader::open(&path)?;
            while let Some(row) = reader.row()? {
                if to.blocking_send((reader.line(), row)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        while let Some((line, row)) = rows.recv().await {
            let written = tx.run_built(row.table.insert(), row.values).await;
            written.map_err(|error| refused(error, line))?;
        }
        // It is the second time: only a file that was changed meanwhile is different now.
        joined(reading.await, from)?;
        tx.commit().await?;
        Ok(contents)
    }
}

/// What the database says to a row that cannot be.
fn refused(error: Error, line: u64) -> Error {
    match error {
        Error::Taken(_) | Error::Missing(_) | Error::Database(_) | Error::Invalid { .. } => {
            Error::Archive { line, reason: format!("the database does not take it: {error}") }
        }
        other => other,
    }
}

fn write(path: &Path, mut lines: mpsc::Receiver<Part>) -> Result<(), Error> {
    file::replace(path, |out| {
        loop {
            match lines.blocking_recv() {
                Some(Part::Line(line)) => out.write_all(&line)?,
                Some(Part::Whole) => return Ok(()),
                None => return Err(io::Error::other("it was not finished")),
            }
        }
    })
}

fn joined<T>(done: Result<Result<T, Error>, tokio::task::JoinError>, path: &Path) -> Result<T, Error> {
    done.unwrap_or_else(|error| Err(Error::File { path: PathBuf::from(path), source: io::Error::other(error) }))
}
