//! What changed since the last picture.
//!
//! smithay's tracker takes a piece whose place in the order moved by one for damaged, so that an overlay that opens would
//! redraw everything behind it, and it compares every piece with every opaque region, which hundreds of shapes in a zoom
//! cannot afford. This one looks at the order itself, and at large opaque parts only.

use std::collections::HashMap;
use std::sync::Arc;

use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::CommitCounter;
use smithay::utils::{Buffer, Physical, Rectangle, Transform};

use super::damage::area;
use super::piece::Piece;

type Rect = Rectangle<i32, Physical>;

/// Smaller parts hide too little to be worth a look.
const LEAST_COVER: i64 = 64 * 64;

/// Knows what the last picture was made of.
#[derive(Debug, Default)]
pub(super) struct Tracker {
    /// Front to back.
    last: Vec<Known>,
    /// Where something opaque may have kept damage from being noted.
    covers: Vec<Rect>,
}

/// A piece as it was last seen.
#[derive(Debug)]
struct Known {
    id: Id,
    commit: CommitCounter,
    placement: Placement,
    shown: Arc<[Rect]>,
}

/// What makes a piece another picture without its content being changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placement {
    pub visible: Rect,
    pub src: Rectangle<f64, Buffer>,
    pub transform: Transform,
    pub alpha: f32,
}

impl Tracker {
    /// Where the pieces (front to back) differ from those of the last call. Rectangles may overlap each other and reach
    /// outside of the output.
    pub(super) fn damage(&mut self, pieces: &[Piece]) -> Vec<Rect> {
        let mut damage = Vec::new();
        let mut covers: Vec<Rect> = Vec::new();
        let mut matches = Matches::new(&self.last);
        let mut highest = None;
        for piece in pieces {
            let before = damage.len();
            match matches.find(piece.id()) {
                None => damage.extend(piece.shown().map(|rect| at(rect, piece.visible()))),
                Some((place, known)) => {
                    // What was behind an earlier one and is now before it has changed places with it.
                    let in_order = highest.is_none_or(|highest| place > highest);
                    highest = highest.max(Some(place));
                    if !in_order || known.placement != piece.placement() {
                        damage.extend([known.placement.visible, piece.visible()]);
                    } else if known.commit != piece.commit() {
                        damage.extend(piece.damage_since(known.commit));
                    }
                }
            }
            let hidden = |rect: &Rect| covers.iter().any(|cover| cover.contains_rect(*rect));
            let seen: Vec<Rect> = damage.drain(before..).filter(|rect| !hidden(rect)).collect();
            damage.extend(seen);
            covers.extend(piece.opaque().filter(|rect| area(rect) >= LEAST_COVER));
        }
        for known in matches.rest() {
            damage.extend(known.shown.iter().map(|rect| at(rect, known.placement.visible)));
        }
        if covers != self.covers {
            let uncovered = Rect::subtract_rects_many(std::mem::take(&mut self.covers), covers.iter().copied());
            damage.extend(uncovered);
        }
        self.covers = covers;
        self.last.clear();
        self.last.extend(pieces.iter().map(|piece| Known {
            id: piece.id().clone(),
            commit: piece.commit(),
            placement: piece.placement(),
            shown: piece.shown_parts(),
        }));
        damage.retain(|rect| !rect.is_empty());
        damage
    }
}

fn at(rect: &Rect, visible: Rect) -> Rect {
    Rectangle::new(rect.loc + visible.loc, rect.size)
}

/// Finds each known piece once. One surface may be shown several times.
struct Matches<'a> {
    last: &'a [Known],
    used: Vec<bool>,
    /// Where the next one is, as long as the order stays.
    next: usize,
    /// The places of each id, last first; made when the order does not stay.
    places: Option<HashMap<&'a Id, Vec<usize>>>,
}

impl<'a> Matches<'a> {
    fn new(last: &'a [Known]) -> Self {
        Self { last, used: vec![false; last.len()], next: 0, places: None }
    }

    fn find(&mut self, id: &Id) -> Option<(usize, &'a Known)> {
        let last = self.last;
        if let Some(known) = last.get(self.next)
            && known.id == *id
            && self.used.get(self.next) == Some(&false)
        {
            return self.take(self.next, known);
        }
        let places = self.places.get_or_insert_with(|| {
            let mut places: HashMap<&Id, Vec<usize>> = HashMap::with_capacity(last.len());
            last.iter().enumerate().rev().for_each(|(place, known)| places.entry(&known.id).or_default().push(place));
            places
        });
        let places = places.get_mut(id)?;
        while let Some(place) = places.pop() {
            if self.used.get(place) == Some(&false) {
                return last.get(place).and_then(|known| self.take(place, known));
            }
        }
        None
    }

    fn take(&mut self, place: usize, known: &'a Known) -> Option<(usize, &'a Known)> {
        if let Some(used) = self.used.get_mut(place) {
            *used = true;
        }
        self.next = place + 1;
        Some((place, known))
    }

    /// Those that were not found.
    fn rest(self) -> impl Iterator<Item = &'a Known> {
        self.last.iter().zip(self.used).filter(|(_, used)| !used).map(|(known, _)| known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rectangle::new((x, y).into(), (w, h).into())
    }

    fn colour(id: &Id, commit: usize, geometry: Rect) -> Piece {
        let mut counter = CommitCounter::default();
        (0..commit).for_each(|_| counter.increment());
        Piece::solid(id.clone(), counter, geometry, [0.0, 0.0, 0.0, 1.0])
    }

    #[test]
    fn one_more_in_front_damages_nothing_else() {
        let ids: Vec<_> = (0..4).map(|_| Id::new()).collect();
        let mut pieces: Vec<_> = (0..3).map(|i| colour(&ids[i], 0, rect(100 * i as i32, 0, 50, 50))).collect();
        let mut tracker = Tracker::default();
        tracker.damage(&pieces);
        assert!(tracker.damage(&pieces).is_empty());
        pieces.insert(0, colour(&ids[3], 0, rect(0, 0, 20, 20)));
        assert_eq!(tracker.damage(&pieces), vec![rect(0, 0, 20, 20)]);
        pieces.remove(0);
        assert_eq!(tracker.damage(&pieces), vec![rect(0, 0, 20, 20)]);
    }

    #[test]
    fn two_that_change_places_are_damaged_where_they_meet() {
        let ids = [Id::new(), Id::new()];
        let mut pieces = vec![colour(&ids[0], 0, rect(0, 0, 50, 50)), colour(&ids[1], 0, rect(25, 0, 50, 50))];
        let mut tracker = Tracker::default();
        tracker.damage(&pieces);
        pieces.swap(0, 1);
        let damage = tracker.damage(&pieces);
        assert!(rect(25, 0, 25, 50).subtract_rects(damage).is_empty());
    }

    #[test]
    fn what_changes_behind_something_opaque_is_damaged_when_it_is_uncovered() {
        let ids = [Id::new(), Id::new()];
        let front = |w: i32| colour(&ids[0], 0, rect(0, 0, w, 200));
        let mut tracker = Tracker::default();
        tracker.damage(&[front(200), colour(&ids[1], 0, rect(10, 10, 20, 20))]);
        assert!(tracker.damage(&[front(200), colour(&ids[1], 1, rect(10, 10, 20, 20))]).is_empty());
        let damage = tracker.damage(&[colour(&ids[1], 1, rect(10, 10, 20, 20))]);
        assert!(rect(0, 0, 200, 200).subtract_rects(damage).is_empty());
    }

    #[test]
    fn one_surface_may_be_shown_twice() {
        let id = Id::new();
        let twice = [colour(&id, 0, rect(0, 0, 50, 50)), colour(&id, 0, rect(100, 0, 50, 50))];
        let mut tracker = Tracker::default();
        tracker.damage(&twice);
        assert!(tracker.damage(&twice).is_empty());
        assert_eq!(tracker.damage(&twice[..1]), vec![rect(100, 0, 50, 50)]);
    }
}
