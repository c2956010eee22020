//! Which tables there are, in an order in which each row finds what it belongs to. Statements are put together from these
//! names, and from nothing that stands in an archive.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use sqlx::SqlStr;

use crate::{
    Error,
    db::{Arg, Row, of_constants},
};

/// The counter of settings: it has a row from the beginning.
pub(super) const CLOCK: &str = "settings_clock";

/// What is in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    /// A number that is 0 where an archive is older than its column.
    Count,
    Text,
    Bytes,
}

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    columns: &'static [(&'static str, Kind)],
}

use Kind::{Bytes, Count, Int, Text};

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "users",
        columns: &[
            ("id", Text),
            ("name", Text),
            ("display", Text),
            ("role", Text),
            ("plan", Text),
            ("disabled", Int),
            ("created", Int),
            ("devices", Count),
        ],
    },
    Table {
        name: "credentials",
        columns: &[
            ("id", Text),
            ("user_id", Text),
            ("kind", Text),
            ("key", Text),
            ("label", Text),
            ("data", Text),
            ("revision", Int),
            ("created", Int),
            ("used", Int),
        ],
    },
    Table {
        name: "guests",
        columns: &[
            ("id", Text),
            ("secret", Bytes),
            ("owner", Text),
            ("label", Text),
            ("view_only", Int),
            ("created", Int),
            ("expires", Int),
            ("used", Int),
        ],
    },
    Table {
        name: "desktops",
        columns: &[
            ("user_id", Text),
            ("state", Text),
            ("instance", Text),
            ("container", Text),
            ("runtime", Text),
            ("plan", Text),
            ("generation", Int),
            ("last_viewer", Int),
            ("restarts", Int),
            ("changed", Int),
            ("note", Text),
        ],
    },
    Table {
        name: "blocks",
        columns: &[("instance", Text), ("kind", Text), ("first", Int), ("size", Int), ("container", Text)],
    },
    Table {
        name: "snapshots",
        columns: &[
            ("id", Text),
            ("user_id", Text),
            ("made", Int),
            ("kind", Text),
            ("size", Int),
            ("sha256", Text),
            ("note", Text),
            ("failed", Text),
            ("body", Bytes),
        ],
    },
    Table { name: "settings", columns: &[("key", Text), ("value", Bytes), ("revision", Int)] },
    Table { name: CLOCK, columns: &[("id", Int), ("revision", Int)] },
    Table {
        name: "audit",
        columns: &[
            ("number", Int),
            ("at", Int),
            ("who", Text),
            ("origin", Text),
            ("what", Text),
            ("target", Text),
            ("outcome", Text),
            ("detail", Text),
            ("before", Text),
            ("hash", Text),
        ],
    },
];

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| column.0).collect::<Vec<_>>().join(", ")
    }

    /// All rows, by the first column: lines of the audit log come in order.
    pub(super) fn select(&self) -> SqlStr {
        of_constants(format!("SELECT {} FROM {} ORDER BY 1", self.names(), self.name))
    }

    /// A row if there is any.
    pub(super) fn any(&self) -> SqlStr {
        of_constants(format!("SELECT 1 AS one FROM {} LIMIT 1", self.name))
    }

    pub(super) fn insert(&self) -> SqlStr {
        let places: Vec<String> = (1..=self.columns.len()).map(|number| format!("${number}")).collect();
        of_constants(format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.names(), places.join(", ")))
    }

    /// A row as JSON. What is not there is left out.
    pub(super) fn write(&self, row: &Row) -> Result<Map<String, Value>, Error> {
        let mut values = Map::new();
        for (name, kind) in self.columns {
            let value = match kind {
                Int | Count => row.get::<Option<i64>>(name)?.map(Value::from),
                Text => row.get::<Option<String>>(name)?.map(Value::from),
                Bytes => row.get::<Option<Vec<u8>>>(name)?.map(|bytes| STANDARD.encode(bytes).into()),
            };
            values.extend(value.map(|value| ((*name).to_owned(), value)));
        }
        Ok(values)
    }

    /// Arguments of [`Self::insert`] from JSON.
    pub(super) fn read(&self, values: &Map<String, Value>) -> Result<Vec<Arg>, &'static str> {
        if values.keys().any(|key| self.columns.iter().all(|column| column.0 != key)) {
            return Err("it has a column that is not known");
        }
        let arg = |(name, kind): &(&'static str, Kind)| {
            let value = values.get(*name).filter(|value| !value.is_null());
            match kind {
                Int | Count => match (kind, value.map(Value::as_i64)) {
                    (_, Some(None)) => Err("a number is none"),
                    (Count, None) => Ok(Arg::Int(Some(0))),
                    (_, number) => Ok(Arg::Int(number.flatten())),
                },
                Text => match value.map(Value::as_str) {
                    Some(None) => Err("a text is none"),
                    Some(Some(text)) if text.contains('\0') => Err("a text has the character 0"),
                    text => Ok(Arg::Text(text.flatten().map(str::to_owned))),
                },
                Bytes => match value.map(|value| value.as_str().and_then(|text| STANDARD.decode(text).ok())) {
                    Some(None) => Err("bytes are no base64"),
                    bytes => Ok(Arg::Bytes(bytes.flatten())),
                },
            }
        };
        self.columns.iter().map(arg).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_an_archive_is_older_than_begins_at_nothing() {
        let users = &TABLES[0];
        let at = users.columns.iter().position(|column| column.0 == "devices").unwrap();
        let read = users.read(&Map::from_iter([("id".to_owned(), Value::from("x"))])).unwrap();
        assert!(matches!(read[at], Arg::Int(Some(0))) && matches!(read[at - 1], Arg::Int(None)));
        assert!(users.read(&Map::from_iter([("devices".to_owned(), Value::from("x"))])).is_err());
    }
}
