//! In which order files are shown, and which of them.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::listing::Listing;
use super::symbol::Symbol;

/// By what files are sorted. Folders always come first; what is equal is in the order of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// Numbers in names count as numbers.
    #[default]
    Name,
    /// The largest first.
    Size,
    /// The newest first.
    Age,
    /// What is of one kind together.
    Kind,
}

impl SortBy {
    /// As it is written on the button.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Size => "SIZE",
            Self::Age => "AGE",
            Self::Kind => "KIND",
        }
    }

    /// The one after it, round and round.
    pub fn next(self) -> Self {
        match self {
            Self::Name => Self::Size,
            Self::Size => Self::Age,
            Self::Age => Self::Kind,
            Self::Kind => Self::Name,
        }
    }
}

/// The order of names: capitals do not count, and runs of digits count as numbers, so that `10` comes after `9`.
pub fn compare_names(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (Some(&x), Some(&y)) = (left.first(), right.first()) else {
            // Names that are the same but for capitals or leading zeros are told apart by their bytes.
            return left.len().cmp(&right.len()).then_with(|| a.cmp(b));
        };
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (number, rest) = leading_number(left);
            let (other, other_rest) = leading_number(right);
            // Without leading zeros, the longer is the larger.
            match number.len().cmp(&other.len()).then_with(|| number.cmp(other)) {
                Ordering::Equal => (left, right) = (rest, other_rest),
                unequal => return unequal,
            }
            continue;
        }
        match x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase()) {
            Ordering::Equal => (left, right) = (&left[1..], &right[1..]),
            unequal => return unequal,
        }
    }
}

/// The digits at the beginning without leading zeros, and what comes after them.
fn leading_number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    (&digits[zeros..], rest)
}

/// The order that a listing is kept in: folders first, then by name.
pub(super) fn usual(a: &Entry, b: &Entry) -> Ordering {
    b.is_directory().cmp(&a.is_directory()).then_with(|| compare_names(a.name.bytes(), b.name.bytes()))
}

/// Which entries of a listing are shown, by their places in it, in the order in which they are. Hidden ones are left out
/// unless `hidden`, or unless what is looked for begins with a dot as they do. A `filter` leaves those whose names have
/// it in them, capitals or not.
pub fn arrange(listing: &Listing, sort: SortBy, hidden: bool, filter: &str) -> Arc<[u32]> {
    let filter = Filter::new(filter);
    let hidden = hidden || filter.0.starts_with('.');
    let wanted = |entry: &Entry| (hidden || !entry.name.is_hidden()) && filter.fits(entry);
    // There are never more entries than a u32 counts.
    let mut order: Vec<u32> =
        (0..).zip(listing.entries.iter()).filter(|(_, entry)| wanted(entry)).map(|(place, _)| place).collect();
    let entry = |place: &u32| listing.entries.get(*place as usize);
    let file_last = |entry: &Entry| !entry.is_directory();
    // A stable sort of places that are in the order of names already keeps that order among equals.
    match sort {
        SortBy::Name => {}
        SortBy::Size => order.sort_by_key(|place| {
            // The size of a folder says nothing about what is in it.
            entry(place).map(|entry| (file_last(entry), Reverse(if entry.is_directory() { 0 } else { entry.size })))
        }),
        SortBy::Age => order.sort_by_key(|place| {
            entry(place).map(|entry| (file_last(entry), Reverse(entry.modified.map(|moment| moment.seconds))))
        }),
        SortBy::Kind => order.sort_by(|a, b| match (entry(a), entry(b)) {
            (Some(a), Some(b)) => (file_last(a), Symbol::of(a), &a.media).cmp(&(file_last(b), Symbol::of(b), &b.media)),
            _ => Ordering::Equal,
        }),
    }
    order.into()
}

/// What names are looked for by, in small letters.
#[derive(Debug)]
struct Filter(String);

impl Filter {
    fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    fn fits(&self, entry: &Entry) -> bool {
        let (wanted, name) = (self.0.as_bytes(), entry.name.bytes());
        if wanted.is_empty() {
            return true;
        }
        if self.0.is_ascii() && name.is_ascii() {
            return name.windows(wanted.len()).any(|window| window.eq_ignore_ascii_case(wanted));
        }
        entry.name.shown().to_lowercase().contains(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::{FileName, Kind};
    use super::super::listing::Progress;
    use super::super::when::Moment;
    use super::*;

    fn entry(name: &str, kind: Kind, size: u64, seconds: i64, media: &str) -> Entry {
        let modified = Some(Moment { seconds, ahead: 0 });
        Entry { size, modified, media: media.into(), ..Entry::named(FileName::new(name.as_bytes()).unwrap(), kind) }
    }

    fn listing() -> Listing {
        let entries = vec![
            entry("img10.png", Kind::File, 10, 50, "image/png"),
            entry("img9.png", Kind::File, 90, 40, "image/png"),
            entry("Notes.txt", Kind::File, 5, 90, "text/plain"),
            entry(".hidden", Kind::File, 1, 1, ""),
            entry("src", Kind::Directory, 4096, 3, "inode/directory"),
            entry("Assets", Kind::Directory, 4096, 60, "inode/directory"),
        ];
        Listing::new("/x", entries, Progress::Whole)
    }

    fn names(sort: SortBy, hidden: bool, filter: &str) -> Vec<String> {
        let listing = listing();
        let order = arrange(&listing, sort, hidden, filter);
        order.iter().map(|place| listing.entries[*place as usize].name.shown()).collect()
    }

    #[test]
    fn folders_come_first_and_numbers_count() {
        assert_eq!(names(SortBy::Name, false, ""), ["Assets", "src", "img9.png", "img10.png", "Notes.txt"]);
        assert_eq!(names(SortBy::Size, false, ""), ["Assets", "src", "img9.png", "img10.png", "Notes.txt"]);
        assert_eq!(names(SortBy::Age, false, ""), ["Assets", "src", "Notes.txt", "img10.png", "img9.png"]);
        assert_eq!(names(SortBy::Kind, false, ""), ["Assets", "src", "Notes.txt", "img9.png", "img10.png"]);
    }

    #[test]
    fn what_is_typed_leaves_what_has_it_in_its_name() {
        assert_eq!(names(SortBy::Name, false, "IMG"), ["img9.png", "img10.png"]);
        assert_eq!(names(SortBy::Name, false, "s"), ["Assets", "src", "Notes.txt"]);
        assert_eq!(names(SortBy::Name, false, ".hid"), [".hidden"]);
        assert_eq!(names(SortBy::Name, true, "hid"), [".hidden"]);
        assert!(names(SortBy::Name, true, "nothing").is_empty());
    }

    #[test]
    fn names_are_in_the_order_that_people_count_in() {
        let ordered = ["1", "02", "2", "10", "a1b2", "a1b10", "A2", "b", "z"];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(compare_names(a.as_bytes(), b.as_bytes()), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_order_of_names_is_an_order(names in prop::collection::vec("[aA0129.]{0,6}", 3)) {
            let [a, b, c] = [&names[0], &names[1], &names[2]].map(String::as_bytes);
            prop_assert_eq!(compare_names(a, b), compare_names(b, a).reverse());
            prop_assert_eq!(compare_names(a, b) == Ordering::Equal, a == b);
            if compare_names(a, b).is_le() && compare_names(b, c).is_le() {
                prop_assert!(compare_names(a, c).is_le());
            }
        }
    }
}
