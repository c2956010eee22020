//! Arguments and columns. Three types are enough, and mean the same in both databases: integers, texts, bytes.

use sqlx::{
    Decode, Postgres, Row as _, SqlSafeStr, Sqlite, Type,
    postgres::{PgArguments, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteRow},
};

use super::trouble::{self, Phase};
use crate::{Error, Moment};

/// An argument of a statement. PostgreSQL wants to know what type a missing one has.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($($from:ty, $value:ident => $to:expr;)*) => {$(
        impl From<$from> for Arg {
            fn from($value: $from) -> Self {
                $to
            }
        }
    )*};
}

from! {
    i64, value => Self::Int(Some(value));
    u32, value => Self::Int(Some(i64::from(value)));
    bool, value => Self::Int(Some(i64::from(value)));
    Moment, value => Self::Int(Some(value.millis()));
    Option<Moment>, value => Self::Int(value.map(Moment::millis));
    &str, value => Self::Text(Some(value.to_owned()));
    String, value => Self::Text(Some(value));
    &String, value => Self::Text(Some(value.clone()));
    Option<&str>, value => Self::Text(value.map(str::to_owned));
    Option<String>, value => Self::Text(value);
    &[u8], value => Self::Bytes(Some(value.to_vec()));
    &crate::Hash, value => Self::Bytes(Some(value.to_vec()));
}

/// Arguments of a statement, in order.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Arg::from($value)),*] };
}
pub(crate) use args;

/// A statement for SQLite.
pub(super) fn lite(sql: impl SqlSafeStr, args: Vec<Arg>) -> Query<'static, Sqlite, SqliteArguments> {
    args.into_iter().fold(sqlx::query(sql), |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

/// A statement for PostgreSQL.
pub(super) fn pg(sql: impl SqlSafeStr, args: Vec<Arg>) -> Query<'static, Postgres, PgArguments> {
    args.into_iter().fold(sqlx::query(sql), |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

/// A row of either database.
pub(crate) enum Row {
    Lite(SqliteRow),
    Pg(PgRow),
}

impl Row {
    /// What is in a column: `i64`, `String`, `Vec<u8>`, or an `Option` of these.
    pub(crate) fn get<T>(&self, column: &str) -> Result<T, Error>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        let value = match self {
            Self::Lite(row) => row.try_get(column),
            Self::Pg(row) => row.try_get(column),
        };
        value.map_err(|error| trouble::classify(error, Phase::Undone))
    }

    /// What is in a column of texts, read as something.
    pub(crate) fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T, Error> {
        self.get::<String>(column)?.parse().map_err(|_| damaged(column))
    }

    /// What is in a column of texts that may be missing, read as something.
    pub(crate) fn parse_optional<T: std::str::FromStr>(&self, column: &str) -> Result<Option<T>, Error> {
        let text = self.get::<Option<String>>(column)?;
        text.map(|text| text.parse().map_err(|_| damaged(column))).transpose()
    }

    /// A moment.
    pub(crate) fn moment(&self, column: &str) -> Result<Moment, Error> {
        self.get(column).map(Moment::from_millis)
    }

    /// A moment, or never.
    pub(crate) fn moment_optional(&self, column: &str) -> Result<Option<Moment>, Error> {
        Ok(self.get::<Option<i64>>(column)?.map(Moment::from_millis))
    }

    /// Yes or no.
    pub(crate) fn flag(&self, column: &str) -> Result<bool, Error> {
        Ok(self.get::<i64>(column)? != 0)
    }

    /// A number that is never negative.
    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, Error> {
        T::try_from(self.get::<i64>(column)?).map_err(|_| damaged(column))
    }
}

fn damaged(column: &str) -> Error {
    Error::Damaged(format!("a row, in its column {column},"))
}
