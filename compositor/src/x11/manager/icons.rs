//! `_NET_WM_ICON`: pictures of several sizes, one after the other in one property.

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};

use super::{Failed, Manager};
use crate::x11::words::{Word, Xid};

/// Numbers of a property that are read (2 MiB); what is beyond is left out.
const MOST_NUMBERS: u32 = 1 << 19;
/// Pictures of one icon that are looked at.
const MOST_PICTURES: usize = 16;
/// The longest side of one that is passed on.
const MOST_SIDE: u32 = 256;

impl Manager {
    /// Reads the icon of a window.
    pub(super) fn read_icon(&mut self, window: Xid) -> Result<(), Failed> {
        let (name, kind) = (self.atoms._NET_WM_ICON, AtomEnum::CARDINAL);
        let Ok(reply) = self.connection.get_property(false, window, name, kind, 0, MOST_NUMBERS)?.reply() else {
            return Ok(());
        };
        let numbers: Vec<u32> = reply.value32().into_iter().flatten().collect();
        self.say(Word::Icon { window, squares: squares(&numbers) })
    }
}

/// The pictures that are square and whole.
fn squares(mut numbers: &[u32]) -> Vec<(u32, Vec<u32>)> {
    let mut found = Vec::new();
    for _ in 0..MOST_PICTURES {
        let [width, height, rest @ ..] = numbers else { break };
        let length = usize::try_from(u64::from(*width) * u64::from(*height)).unwrap_or(usize::MAX);
        let Some((pixels, rest)) = rest.split_at_checked(length) else { break };
        if width == height && (1..=MOST_SIDE).contains(width) {
            found.push((*width, pixels.to_vec()));
        }
        numbers = rest;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_taken_as_far_as_they_are_whole() {
        let numbers = [1, 1, 7, 2, 1, 8, 8, 2, 2, 9, 9, 9, 9, 3, 3, 1];
        assert_eq!(squares(&numbers), [(1, vec![7]), (2, vec![9; 4])]);
        assert_eq!(squares(&[u32::MAX, u32::MAX, 1]), []);
        assert_eq!(squares(&[0, 0, 0, 0]), []);
        assert_eq!(squares(&[5]), []);
    }
}
