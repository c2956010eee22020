//! All screens of the session.

use lcars_ui::hierarchy::{OutputId, Shown, WindowId};
use smithay::utils::{Logical, Point};
use streamer::OutputKey;

use super::{APART, Screen};

/// The screens, side by side: the first one, which is there for as long as the session, and those of pages that have one
/// of their own.
pub struct Screens {
    first: Screen,
    more: Vec<Screen>,
}

impl Screens {
    pub(crate) fn new(first: Screen) -> Self {
        Self { first, more: Vec::new() }
    }

    /// The one that is always there.
    pub fn first(&self) -> &Screen {
        &self.first
    }

    /// The one that is always there.
    pub fn first_mut(&mut self) -> &mut Screen {
        &mut self.first
    }

    /// All of them, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = &Screen> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// All of them, the first one first.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Screen> {
        std::iter::once(&mut self.first).chain(&mut self.more)
    }

    /// Adds one.
    pub(super) fn add(&mut self, screen: Screen) {
        self.more.push(screen);
    }

    /// Takes one out; the first stays.
    pub(super) fn remove(&mut self, id: OutputId) -> Option<Screen> {
        let place = self.more.iter().position(|screen| screen.id == id)?;
        Some(self.more.remove(place))
    }

    /// The first place in the row that none has.
    pub(super) fn free_slot(&self) -> u16 {
        (1..).find(|slot| self.more.iter().all(|screen| screen.slot != *slot)).unwrap_or(u16::MAX)
    }

    /// The names of all, to go through them with.
    pub fn ids(&self) -> Vec<OutputId> {
        self.iter().map(|screen| screen.id).collect()
    }

    /// One of them.
    pub fn get(&self, id: OutputId) -> Option<&Screen> {
        self.iter().find(|screen| screen.id == id)
    }

    /// One of them.
    pub fn get_mut(&mut self, id: OutputId) -> Option<&mut Screen> {
        self.iter_mut().find(|screen| screen.id == id)
    }

    /// The one that pages know by this key.
    pub(crate) fn by_key_mut(&mut self, key: OutputKey) -> Option<&mut Screen> {
        self.iter_mut().find(|screen| screen.key() == Some(key))
    }

    /// One of them; the first if it is gone.
    pub(crate) fn get_or_first_mut(&mut self, id: OutputId) -> &mut Screen {
        let place = self.more.iter().position(|screen| screen.id == id);
        match place.and_then(|place| self.more.get_mut(place)) {
            Some(screen) => screen,
            None => &mut self.first,
        }
    }

    /// The one that a point of the space is on; the first if that is on none.
    pub fn at(&self, point: Point<f64, Logical>) -> &Screen {
        let slot = (point.x / f64::from(APART)).floor();
        self.iter().find(|screen| f64::from(screen.slot) == slot).unwrap_or(&self.first)
    }

    /// The scale of the finest one, physical pixels per logical pixel: what is sharp there is sharp everywhere.
    pub fn scale(&self) -> f64 {
        self.more.iter().map(Screen::scale).fold(self.first.scale(), f64::max)
    }

    /// Something on every one may have changed.
    pub fn damage(&mut self) {
        self.iter_mut().for_each(Screen::damage);
    }

    /// How a window at the bottom of its stack is seen where it is seen best.
    pub(crate) fn seen(&self, place: WindowId) -> Shown {
        self.iter().filter_map(|screen| screen.seen.get(&place).copied()).max().unwrap_or_default()
    }
}
