//! All that is remembered in one file, and back, between databases of either kind.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{Error, Moment, Store};

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// When it was made.
    pub made: Moment,
    /// Rows of each table.
    pub rows: std::collections::BTreeMap<String, u64>,
}

impl Store {
    /// Writes everything to a file, as it is at one moment. The file appears when it is whole, readable by its owner only.
    pub async fn backup(&self, to: &Path, now: Moment) -> Result<Contents, Error> {
        todo!()
    }

    /// Reads everything from a file: all or nothing.
    ///
    /// # Errors
    /// [`Error::NotEmpty`]; [`Error::Archive`], which names the line.
    pub async fn restore(&self, from: &Path) -> Result<Contents, Error> {
        todo!()
    }
}
