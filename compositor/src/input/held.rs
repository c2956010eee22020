//! Who holds what down.
//!
//! Pages come and go without a word and may send nonsense, but a Wayland client counts on every press having its release.
//! So nothing reaches the seat unseen by these books: a second press of what is held and a release of what is not are
//! dropped, and what two viewers hold is released when the last of them lets go. Each viewer can hold a bounded number
//! of things. All of it is small (fingers of a hand or two), hence plain vectors.

/// Most keys one viewer can hold; more than all fingers.
const MAX_HELD: usize = 64;
/// Most fingers one viewer can have down; as many as one message may name.
const MAX_FINGERS: usize = streamer::protocol::MAX_TOUCHES;

/// Things of one kind (keys, buttons) and who holds them, in the order of the presses.
#[derive(Debug)]
pub struct Holders<V, T> {
    held: Vec<(V, T)>,
}

impl<V, T> Default for Holders<V, T> {
    fn default() -> Self {
        Self { held: Vec::new() }
    }
}

impl<V: Copy + PartialEq, T: Copy + PartialEq> Holders<V, T> {
    /// `viewer` presses `thing`. True if it was up until now: the seat has to hear of it.
    pub fn press(&mut self, viewer: V, thing: T) -> bool {
        let full = self.held.iter().filter(|(by, _)| *by == viewer).count() >= MAX_HELD;
        if full || self.held.contains(&(viewer, thing)) {
            return false;
        }
        let up = !self.is_held(thing);
        self.held.push((viewer, thing));
        up
    }

    /// `viewer` lets go of `thing`. True if nobody holds it any more: the seat has to hear of it.
    pub fn release(&mut self, viewer: V, thing: T) -> bool {
        let Some(index) = self.held.iter().position(|held| *held == (viewer, thing)) else { return false };
        self.held.remove(index);
        !self.is_held(thing)
    }

    /// `viewer` lets go of everything. What nobody holds any more, the last pressed first: a letter goes up before the
    /// Control that made a shortcut of it.
    pub fn release_all(&mut self, viewer: V) -> Vec<T> {
        let mut things: Vec<T> = Vec::new();
        self.held.retain(|&(by, thing)| {
            if by == viewer {
                things.push(thing);
            }
            by != viewer
        });
        things.retain(|&thing| !self.is_held(thing));
        things.reverse();
        things
    }

    /// Different things that are held.
    pub fn count(&self) -> usize {
        let first =
            |(index, (_, thing)): &(usize, &(V, T))| !self.held[..*index].iter().any(|(_, other)| other == thing);
        self.held.iter().enumerate().filter(first).count()
    }

    fn is_held(&self, thing: T) -> bool {
        self.held.iter().any(|(_, held)| *held == thing)
    }
}

/// Fingers on the picture. A page numbers its own; here each gets a slot that is unique on the seat.
#[derive(Debug)]
pub struct Fingers<V> {
    down: Vec<Finger<V>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Finger<V> {
    viewer: V,
    id: u8,
    slot: u32,
}

impl<V> Default for Fingers<V> {
    fn default() -> Self {
        Self { down: Vec::new() }
    }
}

impl<V: Copy + PartialEq> Fingers<V> {
    /// A finger lands and gets the lowest free slot; none if it is down already, or the viewer has too many down.
    pub fn land(&mut self, viewer: V, id: u8) -> Option<u32> {
        if self.slot(viewer, id).is_some() || self.of(viewer).count() >= MAX_FINGERS {
            return None;
        }
        let slot = (0..).find(|slot| self.down.iter().all(|finger| finger.slot != *slot))?;
        self.down.push(Finger { viewer, id, slot });
        Some(slot)
    }

    /// The slot of a finger that is down.
    pub fn slot(&self, viewer: V, id: u8) -> Option<u32> {
        self.of(viewer).find(|finger| finger.id == id).map(|finger| finger.slot)
    }

    /// A finger is lifted; its slot, if it was down.
    pub fn lift(&mut self, viewer: V, id: u8) -> Option<u32> {
        let slot = self.slot(viewer, id)?;
        self.down.retain(|finger| finger.slot != slot);
        Some(slot)
    }

    /// All fingers of `viewer` are lifted; their slots.
    pub fn lift_all(&mut self, viewer: V) -> Vec<u32> {
        let slots = self.of(viewer).map(|finger| finger.slot).collect();
        self.down.retain(|finger| finger.viewer != viewer);
        slots
    }

    /// Whether someone else has a finger down.
    pub fn shared_with_others(&self, viewer: V) -> bool {
        self.down.iter().any(|finger| finger.viewer != viewer)
    }

    fn of(&self, viewer: V) -> impl Iterator<Item = &Finger<V>> {
        self.down.iter().filter(move |finger| finger.viewer == viewer)
    }
}

/// Small numbers for viewers, to name their devices by. The lowest free one is given.
#[derive(Debug)]
pub struct Numbers<V> {
    given: Vec<Option<V>>,
}

impl<V> Default for Numbers<V> {
    fn default() -> Self {
        Self { given: Vec::new() }
    }
}

impl<V: Copy + PartialEq> Numbers<V> {
    /// The number of `viewer`, who keeps it until [`Numbers::forget`].
    pub fn of(&mut self, viewer: V) -> u32 {
        let known = self.given.iter().position(|given| *given == Some(viewer));
        let index =
            known.unwrap_or_else(|| match self.given.iter_mut().enumerate().find(|(_, given)| given.is_none()) {
                Some((index, free)) => {
                    *free = Some(viewer);
                    index
                }
                None => {
                    self.given.push(Some(viewer));
                    self.given.len() - 1
                }
            });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The number of `viewer` is free again.
    pub fn forget(&mut self, viewer: V) {
        self.given.iter_mut().filter(|given| **given == Some(viewer)).for_each(|given| *given = None);
        while self.given.last().is_some_and(Option::is_none) {
            self.given.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_two_hold_goes_up_with_the_last() {
        let mut keys = Holders::default();
        assert!(keys.press(1, 'a'));
        assert!(!keys.press(2, 'a'), "down already");
        assert_eq!(keys.count(), 1);
        assert!(!keys.release(1, 'a'), "viewer 2 still holds it");
        assert!(keys.release(2, 'a'));
        assert_eq!(keys.count(), 0);
    }

    #[test]
    fn repeated_presses_and_releases_out_of_nowhere_are_not_heard() {
        let mut keys = Holders::default();
        assert!(!keys.release(1, 'a'));
        assert!(keys.press(1, 'a'));
        assert!(!keys.press(1, 'a'));
        assert!(!keys.release(2, 'a'), "viewer 2 does not hold it");
        assert!(keys.release(1, 'a'), "one release undoes any number of presses");
    }

    #[test]
    fn a_viewer_that_leaves_lets_go_in_reverse_order_of_what_only_it_holds() {
        let mut keys = Holders::default();
        for (viewer, key) in [(1, 'C'), (1, 'S'), (2, 'S'), (1, 'x')] {
            keys.press(viewer, key);
        }
        assert_eq!(keys.release_all(1), ['x', 'C']);
        assert_eq!(keys.release_all(2), ['S']);
        assert!(keys.release_all(2).is_empty());
    }

    #[test]
    fn nobody_holds_more_than_the_bound() {
        let mut keys = Holders::default();
        let heard = (0..1000).filter(|key| keys.press(1, *key)).count();
        assert_eq!(heard, MAX_HELD);
        assert!(keys.press(2, 999), "the bound is each viewer's own");
        let mut fingers = Fingers::default();
        assert_eq!((0..=255).filter(|id| fingers.land(1, *id).is_some()).count(), MAX_FINGERS);
        assert!(fingers.land(2, 0).is_some());
    }

    #[test]
    fn fingers_of_all_viewers_have_slots_of_their_own() {
        let mut fingers = Fingers::default();
        assert_eq!(fingers.land(1, 0), Some(0));
        assert_eq!(fingers.land(2, 0), Some(1));
        assert_eq!(fingers.land(1, 0), None, "down already");
        assert_eq!(fingers.lift(1, 0), Some(0));
        assert_eq!(fingers.lift(1, 0), None);
        assert_eq!(fingers.land(2, 7), Some(0), "free slots are used again");
        assert_eq!(fingers.slot(2, 7), Some(0));
        assert_eq!(fingers.lift_all(2), [1, 0]);
        assert!(!fingers.shared_with_others(1));
    }

    #[test]
    fn numbers_are_kept_and_given_anew() {
        let mut numbers = Numbers::default();
        assert_eq!((numbers.of('a'), numbers.of('b'), numbers.of('a')), (0, 1, 0));
        numbers.forget('a');
        assert_eq!((numbers.of('c'), numbers.of('b')), (0, 1));
    }
}
