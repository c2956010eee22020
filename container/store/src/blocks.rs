//! Numbers of a host that no two containers may have at once: ranges of user ids, blocks of UDP ports.
//!
//! They belong to a container rather than to a desktop, since a container of the warm pool has them before it has a user.

use serde::{Deserialize, Serialize};

use crate::{Error, Store};

/// What kind of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// User and group ids.
    Ids,
    /// UDP ports.
    Ports,
}

/// Numbers from `first` on that belong to one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What kind.
    pub kind: BlockKind,
    /// The first.
    pub first: u32,
    /// How many.
    pub size: u32,
    /// Name of the container.
    pub container: String,
}

/// Where blocks are taken from: `[first, end)`, `size` at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// The first number.
    pub first: u32,
    /// The first that does not belong to it.
    pub end: u32,
    /// How many one container gets.
    pub size: u32,
}

impl Store {
    /// Gives a container its block: the lowest that touches no other of this instance, or the one that it has already.
    ///
    /// # Errors
    /// [`Error::Exhausted`].
    pub async fn take_block(
        &self,
        instance: &str,
        kind: BlockKind,
        container: &str,
        room: Room,
    ) -> Result<Block, Error> {
        todo!()
    }

    /// Frees all blocks of a container.
    pub async fn free_blocks(&self, instance: &str, container: &str) -> Result<(), Error> {
        todo!()
    }

    /// All blocks of an instance, by number. Who starts anew frees those whose container is gone.
    pub async fn blocks(&self, instance: &str) -> Result<Vec<Block>, Error> {
        todo!()
    }
}
