//! What changed in a picture since somebody last looked.

use std::collections::VecDeque;

use smithay::utils::{Physical, Rectangle};

use crate::render::tidy;

type Rect = Rectangle<i32, Physical>;

/// Pictures that are remembered. Whoever looks less often gets all of it.
const MOST: usize = 64;

/// The damage of the last pictures.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Counts the pictures.
    latest: u64,
    /// The damage of the latest is the last.
    recent: VecDeque<Vec<Rect>>,
}

impl History {
    /// Another picture, which differs from the one before here.
    pub fn drew(&mut self, damage: &[Rect]) {
        self.latest += 1;
        self.recent.push_back(damage.to_vec());
        if self.recent.len() > MOST {
            self.recent.pop_front();
        }
    }

    /// The next picture has nothing to do with those before.
    pub fn forget(&mut self) {
        self.latest += 1;
        self.recent.clear();
    }

    /// Names the picture as it is.
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// Where the picture differs from the one of that name, within `region`; all of it if that is not known any more.
    pub fn since(&self, name: Option<u64>, region: Rect) -> Vec<Rect> {
        let missed =
            name.and_then(|name| self.latest.checked_sub(name)).and_then(|missed| usize::try_from(missed).ok());
        match missed.filter(|missed| *missed <= self.recent.len()) {
            None => vec![region],
            Some(missed) => {
                let damage: Vec<Rect> = self.recent.iter().rev().take(missed).flatten().copied().collect();
                tidy(&damage, region)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rectangle::new((x, y).into(), (w, h).into())
    }

    const ALL: (i32, i32, i32, i32) = (0, 0, 1000, 1000);

    #[test]
    fn whoever_saw_the_latest_missed_nothing() {
        let all = rect(ALL.0, ALL.1, ALL.2, ALL.3);
        let mut history = History::default();
        assert_eq!(history.since(None, all), [all]);
        history.drew(&[rect(0, 0, 10, 10)]);
        let seen = Some(history.latest());
        assert!(history.since(seen, all).is_empty());
        history.drew(&[rect(500, 500, 100, 100)]);
        assert_eq!(history.since(seen, all), [rect(500, 500, 100, 100)]);
        assert!(history.since(seen, rect(0, 0, 200, 200)).is_empty());
        assert_eq!(history.since(seen, rect(0, 0, 550, 550)), [rect(500, 500, 50, 50)]);
    }

    #[test]
    fn whoever_missed_too_many_or_a_resize_gets_all() {
        let all = rect(ALL.0, ALL.1, ALL.2, ALL.3);
        let mut history = History::default();
        history.drew(&[all]);
        let seen = Some(history.latest());
        (0..MOST).for_each(|_| history.drew(&[rect(0, 0, 10, 10)]));
        assert_eq!(history.since(seen, all), [rect(0, 0, 10, 10)]);
        history.drew(&[rect(0, 0, 10, 10)]);
        assert_eq!(history.since(seen, all), [all]);
        let seen = Some(history.latest());
        history.forget();
        assert_eq!(history.since(seen, all), [all]);
    }
}
