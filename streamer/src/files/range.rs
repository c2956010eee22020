//! `Range`, RFC 9110: one range of bytes. Several at once are answered with the whole, as a server may.

/// What of a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// All of it.
    Whole,
    /// From the first to before the end.
    Part {
        /// The first byte.
        first: u64,
        /// After the last one, and greater than `first`.
        end: u64,
    },
    /// Nothing that is there.
    Beyond,
}

/// Reads the header for a file of `size` bytes. What it cannot be read as does not count.
pub fn range(header: Option<&str>, size: u64) -> Range {
    let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else { return Range::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Range::Whole };
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
    };
    match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            // So many at the end.
            Some(0) => Range::Beyond,
            Some(_) if size == 0 => Range::Beyond,
            Some(count) => Range::Part { first: size.saturating_sub(count), end: size },
            None => Range::Whole,
        },
        (first, "") => match number(first) {
            Some(first) if first < size => Range::Part { first, end: size },
            Some(_) => Range::Beyond,
            None => Range::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => Range::Whole,
            (Some(first), Some(_)) if first >= size => Range::Beyond,
            (Some(first), Some(last)) => Range::Part { first, end: last.saturating_add(1).min(size) },
            _ => Range::Whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_range_is_understood_and_all_else_is_the_whole() {
        let part = |first, end| Range::Part { first, end };
        for (header, expected) in [
            ("bytes=0-", part(0, 100)),
            ("bytes=0-0", part(0, 1)),
            ("bytes=10-19", part(10, 20)),
            ("bytes=10-1000", part(10, 100)),
            ("bytes=-30", part(70, 100)),
            ("bytes=-1000", part(0, 100)),
            (" bytes=5- ", part(5, 100)),
            ("bytes=100-", Range::Beyond),
            ("bytes=200-300", Range::Beyond),
            ("bytes=-0", Range::Beyond),
            ("bytes=20-10", Range::Whole),
            ("bytes=0-1,5-6", Range::Whole),
            ("bytes=a-b", Range::Whole),
            ("bytes=+1-2", Range::Whole),
            ("bytes=-", Range::Whole),
            ("lines=1-2", Range::Whole),
            ("bytes=99999999999999999999-", Range::Whole),
            ("bytes=0-18446744073709551615", part(0, 100)),
        ] {
            assert_eq!(range(Some(header), 100), expected, "{header}");
        }
        assert_eq!(range(None, 100), Range::Whole);
        assert_eq!(range(Some("bytes=0-"), 0), Range::Beyond);
        assert_eq!(range(Some("bytes=-5"), 0), Range::Beyond);
    }

    proptest! {
        #[test]
        fn a_part_lies_within(header in "bytes=[0-9]{0,21}-[0-9]{0,21}", size in any::<u64>()) {
            if let Range::Part { first, end } = range(Some(&header), size) {
                prop_assert!(first < end && end <= size);
            }
        }
    }
}
