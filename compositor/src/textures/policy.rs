//! Whose picture is taken off the device next.

use std::time::Duration;

use lcars_ui::hierarchy::{Shown, WindowId};

/// Whoever is further away than this from every path is not looked at soon.
pub(super) const NEAR: usize = 2;
/// A window that is far away is packed once its picture has stood still for so long: who prints once a second would else
/// be packed and unpacked all day.
pub(super) const STILL: Duration = Duration::from_secs(3);
/// The same where there is no room.
pub(super) const PRESSED: Duration = Duration::from_secs(1);

/// A window with its dialogs whose pictures are on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// The one at the bottom.
    pub window: WindowId,
    /// What they take.
    pub bytes: usize,
    /// How they are seen.
    pub shown: Shown,
    /// Steps in the tree from the nearest path.
    pub steps: usize,
    /// For how long there was nothing new in them, and nobody looked.
    pub still: Duration,
}

/// Whose pictures go now, if anyone's; `used` are the bytes of all pictures, `budget` those that they may take.
pub(super) fn next(held: &[Held], used: usize, budget: usize) -> Option<WindowId> {
    let unused = held.iter().filter(|held| held.shown != Shown::Live && held.bytes > 0);
    let least = if used > budget { PRESSED } else { STILL };
    let goes = |held: &&Held| is_far(held) || used > budget;
    // Who is not seen goes before who is seen small, who is further away before who is near.
    unused
        .filter(goes)
        .filter(|held| held.still >= least)
        .max_by_key(|held| (held.shown == Shown::Hidden, held.steps, held.still))
        .map(|held| held.window)
}

/// When to look again, if time alone makes a difference.
pub(super) fn later(held: &[Held], used: usize, budget: usize) -> Option<Duration> {
    let waits = |held: &&Held| held.shown != Shown::Live && held.bytes > 0 && (is_far(held) || used > budget);
    let least = if used > budget { PRESSED } else { STILL };
    held.iter().filter(waits).map(|held| least.saturating_sub(held.still)).min()
}

fn is_far(held: &Held) -> bool {
    held.shown == Shown::Hidden && held.steps > NEAR
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(id: u64, shown: Shown, steps: usize, still: u64) -> Held {
        Held { window: WindowId::from_raw(id), bytes: 100, shown, steps, still: Duration::from_secs(still) }
    }

    fn id(id: u64) -> Option<WindowId> {
        Some(WindowId::from_raw(id))
    }

    #[test]
    fn who_is_far_from_every_path_goes_even_where_there_is_room() {
        let all = [held(1, Shown::Live, 0, 60), held(2, Shown::Hidden, 2, 60), held(3, Shown::Hidden, 3, 60)];
        assert_eq!(next(&all, 300, 1000), id(3));
        assert_eq!(next(&all[..2], 200, 1000), None, "two steps are near");
    }

    #[test]
    fn who_still_draws_stays_for_a_while() {
        let all = [held(1, Shown::Hidden, 4, 1)];
        assert_eq!(next(&all, 100, 1000), None);
        assert_eq!(later(&all, 100, 1000), Some(Duration::from_secs(2)));
        assert_eq!(next(&all, 2000, 1000), id(1), "unless there is no room");
        assert_eq!(later(&[held(1, Shown::Hidden, 4, 9)], 100, 1000), Some(Duration::ZERO));
    }

    #[test]
    fn without_room_the_hidden_and_the_far_go_first_and_what_is_in_focus_never() {
        let mut all = vec![
            held(1, Shown::Live, 0, 60),
            held(2, Shown::Thumbnail, 2, 60),
            held(3, Shown::Hidden, 2, 60),
            held(4, Shown::Hidden, 4, 60),
        ];
        for expected in [4, 3, 2] {
            assert_eq!(next(&all, 2000, 1000), id(expected));
            all.iter_mut().filter(|held| Some(held.window) == id(expected)).for_each(|held| held.bytes = 0);
        }
        assert_eq!(next(&all, 2000, 1000), None);
        assert_eq!(later(&all, 2000, 1000), None, "there is nothing to wait for");
    }

    #[test]
    fn at_rest_nobody_looks_again() {
        let all = [held(1, Shown::Live, 0, 60), held(2, Shown::Thumbnail, 2, 60), held(3, Shown::Hidden, 2, 60)];
        assert_eq!(later(&all, 300, 1000), None);
    }
}
