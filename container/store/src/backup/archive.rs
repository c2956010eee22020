//! The lines of an archive.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Contents,
    tables::{TABLES, Table},
};
use crate::{
    Error, Moment,
    db::{Arg, Row},
    hex,
};

/// Version of the format. An older one can be read as long as there are tests that do.
const VERSION: u32 = 1;
/// The longest line, in bytes: a snapshot as base64, and what is around it.
const LINE_MAX: u64 = 4 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    tos_archive: u32,
    made: Moment,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    table: String,
    row: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    rows: BTreeMap<String, u64>,
    sha256: String,
}

/// Makes the lines.
#[derive(Default)]
pub(super) struct Writer {
    sum: Sha256,
}

impl Writer {
    fn line(&mut self, value: &impl Serialize) -> Vec<u8> {
        // Texts, numbers and maps of these: there is nothing in it that JSON could not say.
        let mut line = serde_json::to_vec(value).unwrap_or_default();
        line.push(b'\n');
        self.sum.update(&line);
        line
    }

    pub(super) fn head(&mut self, made: Moment) -> Vec<u8> {
        self.line(&Head { tos_archive: VERSION, made })
    }

    pub(super) fn row(&mut self, table: &Table, row: &Row) -> Result<Vec<u8>, Error> {
        Ok(self.line(&Body { table: table.name.to_owned(), row: table.write(row)? }))
    }

    pub(super) fn tail(&mut self, rows: &BTreeMap<String, u64>) -> Vec<u8> {
        let sha256 = hex(&self.sum.clone().finalize());
        self.line(&Tail { rows: rows.clone(), sha256 })
    }
}

/// A row of an archive.
pub(super) struct ReadRow {
    pub(super) table: &'static Table,
    pub(super) values: Vec<Arg>,
}

/// Reads the lines, and believes none of them.
pub(super) struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    line: u64,
    made: Moment,
    sum: Sha256,
    rows: BTreeMap<String, u64>,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        let mut reader = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            line: 0,
            made: Moment::default(),
            sum: Sha256::new(),
            rows: TABLES.iter().map(|table| (table.name.to_owned(), 0)).collect(),
        };
        let line = reader.next()?;
        let head: Head = serde_json::from_slice(&line).map_err(|_| reader.wrong("it is no archive"))?;
        if head.tos_archive > VERSION {
            return Err(reader.wrong(&format!("it has version {}, this program knows {VERSION}", head.tos_archive)));
        }
        reader.sum.update(&line);
        reader.made = head.made;
        Ok(reader)
    }

    /// Number of the line that was read last.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next row; `None` after the last, when all of them were there and as they were written.
    pub(super) fn row(&mut self) -> Result<Option<ReadRow>, Error> {
        let line = self.next()?;
        if let Ok(tail) = serde_json::from_slice::<Tail>(&line) {
            if tail.sha256 != hex(&self.sum.clone().finalize()) {
                return Err(self.wrong("what is before it is not what was written"));
            }
            if tail.rows != self.rows {
                return Err(self.wrong("there were more or fewer rows"));
            }
            return match self.file.fill_buf() {
                Ok([]) => Ok(None),
                Ok(_) => Err(self.wrong("something comes after the end")),
                Err(source) => Err(Error::File { path: self.path.clone(), source }),
            };
        }
        self.sum.update(&line);
        let body: Body = serde_json::from_slice(&line).map_err(|error| self.wrong(&error.to_string()))?;
        let Some(table) = TABLES.iter().find(|table| table.name == body.table) else {
            return Err(self.wrong("it is of a table that is not known"));
        };
        let values = table.read(&body.row).map_err(|reason| self.wrong(reason))?;
        *self.rows.entry(body.table).or_default() += 1;
        Ok(Some(ReadRow { table, values }))
    }

    /// Reads to the end.
    pub(super) fn check(mut self) -> Result<Contents, Error> {
        while self.row()?.is_some() {}
        Ok(Contents { made: self.made, rows: self.rows })
    }

    fn next(&mut self) -> Result<Vec<u8>, Error> {
        self.line += 1;
        let mut line = Vec::new();
        let read = self.file.by_ref().take(LINE_MAX).read_until(b'\n', &mut line);
        read.map_err(|source| Error::File { path: self.path.clone(), source })?;
        match line.last() {
            Some(b'\n') => Ok(line),
            Some(_) if line.len() as u64 == LINE_MAX => Err(self.wrong("it is too long")),
            _ => Err(self.wrong("it is cut off here")),
        }
    }

    fn wrong(&self, reason: &str) -> Error {
        Error::Archive { line: self.line, reason: reason.chars().take(256).collect() }
    }
}
