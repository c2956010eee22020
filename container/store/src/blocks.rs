//! Numbers of a host that no two containers may have at once: ranges of user ids, blocks of UDP ports.
//!
//! They belong to a container rather than to a desktop, since a container of the warm pool has them before it has a user.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Store,
    bounds::fits_and_says,
    db::{Lock, Row, args},
    words::words,
};

/// What kind of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// User and group ids.
    Ids,
    /// UDP ports.
    Ports,
}

words!(BlockKind { Ids = "ids", Ports = "ports" });

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
        fits_and_says("an instance", instance, 64)?;
        fits_and_says("a container", container, 64)?;
        let mut tx = self.db.begin().await?;
        tx.lock(Lock::Blocks).await?;
        let sql = "SELECT * FROM blocks WHERE instance = $1 AND kind = $2 ORDER BY first";
        let all: Vec<Block> = tx.rows(sql, args![instance, kind]).await?.iter().map(read).collect::<Result<_, _>>()?;
        if let Some(has) = all.iter().find(|block| block.container == container) {
            return Ok(has.clone());
        }
        let first = lowest(room, all.iter().map(|block| (block.first, block.size))).ok_or(match kind {
            BlockKind::Ids => Error::Exhausted("range of user ids"),
            BlockKind::Ports => Error::Exhausted("block of UDP ports"),
        })?;
        let sql = "INSERT INTO blocks (instance, kind, first, size, container) VALUES ($1, $2, $3, $4, $5)";
        tx.run(sql, args![instance, kind, first, room.size, container]).await?;
        tx.commit().await?;
        Ok(Block { kind, first, size: room.size, container: container.to_owned() })
    }

    /// Frees all blocks of a container.
    pub async fn free_blocks(&self, instance: &str, container: &str) -> Result<(), Error> {
        let sql = "DELETE FROM blocks WHERE instance = $1 AND container = $2";
        self.db.run(sql, args![instance, container]).await.map(drop)
    }

    /// All blocks of an instance, by number. Who starts anew frees those whose container is gone.
    pub async fn blocks(&self, instance: &str) -> Result<Vec<Block>, Error> {
        let sql = "SELECT * FROM blocks WHERE instance = $1 ORDER BY kind, first";
        self.db.rows(sql, args![instance]).await?.iter().map(read).collect()
    }
}

/// The lowest place in a room, counted in whole blocks from its beginning, that touches none of `taken` (by number).
fn lowest(room: Room, taken: impl Iterator<Item = (u32, u32)>) -> Option<u32> {
    let size = u64::from(room.size);
    if size == 0 {
        return None;
    }
    let mut free = u64::from(room.first);
    for (first, count) in taken {
        let (first, end) = (u64::from(first), u64::from(first) + u64::from(count));
        if end <= free {
            continue;
        }
        if first >= free + size {
            break;
        }
        // The next whole block after it: blocks stay aligned, whatever size was configured before.
        let blocks = (end - u64::from(room.first)).div_ceil(size);
        free = u64::from(room.first) + blocks * size;
    }
    if free + size <= u64::from(room.end) { u32::try_from(free).ok() } else { None }
}

fn read(row: &Row) -> Result<Block, Error> {
    Ok(Block {
        kind: row.parse("kind")?,
        first: row.number("first")?,
        size: row.number("size")?,
        container: row.get("container")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_that_is_free_is_taken() {
        let room = Room { first: 100, end: 112, size: 4 };
        assert_eq!(lowest(room, [].into_iter()), Some(100));
        assert_eq!(lowest(room, [(100, 4)].into_iter()), Some(104));
        assert_eq!(lowest(room, [(100, 4), (108, 4)].into_iter()), Some(104));
        assert_eq!(lowest(room, [(100, 4), (104, 4), (108, 4)].into_iter()), None);
        // Blocks from before the room was configured anew.
        assert_eq!(lowest(room, [(90, 11)].into_iter()), Some(104));
        assert_eq!(lowest(room, [(90, 10), (103, 2)].into_iter()), Some(108));
        assert_eq!(lowest(room, [(0, u32::MAX)].into_iter()), None);
        assert_eq!(lowest(Room { first: u32::MAX - 3, end: u32::MAX, size: 4 }, [].into_iter()), None);
        assert_eq!(lowest(Room { size: 0, ..room }, [].into_iter()), None);
    }

    proptest::proptest! {
        #[test]
        fn none_touches_another(sizes in proptest::collection::vec(1u32..9, 1..40), end in 0u32..200) {
            let mut taken: Vec<(u32, u32)> = Vec::new();
            for size in sizes {
                taken.sort_unstable();
                let Some(first) = lowest(Room { first: 10, end, size }, taken.iter().copied()) else { continue };
                proptest::prop_assert!(first >= 10 && first + size <= end);
                proptest::prop_assert!(taken.iter().all(|(f, s)| first + size <= *f || f + s <= first));
                taken.push((first, size));
            }
        }
    }
}
