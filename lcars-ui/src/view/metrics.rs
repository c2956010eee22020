//! How wide a label is, without a font at hand: the advances of Bebas Neue Bold, the face that is wider than the others
//! labels are set in, as parts of the cap height. Bars that meet a title leave room for it by these.

/// Between the letters, as a part of the cap height.
const TRACKING: f64 = 0.0286;

/// Of the printable ASCII characters from the space on.
#[rustfmt::skip]
const ADVANCES: [f64; 95] = [
    0.221, 0.271, 0.464, 0.586, 0.566, 0.896, 0.591, 0.257, 0.359, 0.359, 0.566, 0.566, 0.266, 0.386, 0.266, 0.544,
    0.566, 0.566, 0.566, 0.566, 0.566, 0.566, 0.566, 0.566, 0.566, 0.566, 0.266, 0.266, 0.566, 0.566, 0.566, 0.514,
    0.984, 0.581, 0.580, 0.551, 0.583, 0.526, 0.491, 0.557, 0.610, 0.271, 0.366, 0.591, 0.484, 0.773, 0.610, 0.566,
    0.546, 0.566, 0.574, 0.534, 0.509, 0.569, 0.574, 0.804, 0.614, 0.566, 0.529, 0.359, 0.544, 0.359, 0.566, 0.714,
    0.357, 0.581, 0.580, 0.551, 0.583, 0.526, 0.491, 0.557, 0.610, 0.271, 0.366, 0.591, 0.484, 0.773, 0.610, 0.566,
    0.539, 0.566, 0.574, 0.534, 0.509, 0.569, 0.574, 0.804, 0.614, 0.566, 0.529, 0.367, 0.714, 0.367, 0.566,
];

/// The width of a character of the label face as a part of its cap height.
fn advance(c: char) -> f64 {
    let place = (c as usize).checked_sub(32);
    match place.and_then(|place| ADVANCES.get(place)) {
        Some(advance) => *advance,
        // Letters with accents are as wide as those without; ideographs fill the em.
        None if (c as u32) < 0x1100 => 0.64,
        None => 1.45,
    }
}

/// How wide a label is that is set with this cap height, a little on the generous side.
pub fn label_width(text: &str, cap_height: f64) -> f64 {
    let advances: f64 = text.chars().map(|c| advance(c) + TRACKING).sum();
    (advances - if text.is_empty() { 0.0 } else { TRACKING }) * cap_height
}

/// How wide monospaced text of this size is.
pub fn mono_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if (c as u32) < 0x1100 { 0.602 } else { 1.204 }).sum::<f64>() * size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_as_wide_as_in_their_pictures() {
        // Measured in the mock-ups, which are set at a cap height of 32.2.
        for (title, width) in [("GLOBAL OVERVIEW", 267.72), ("TEXT EDITOR", 184.23), ("FIREFOX [3]", 171.67)] {
            let estimate = label_width(title, 32.2);
            assert!((-1.0..3.0).contains(&(estimate - width)), "{title}: {estimate} for {width}");
        }
    }

    #[test]
    fn a_longer_text_is_wider() {
        assert_eq!(label_width("", 17.0), 0.0);
        assert!(label_width("ÉDITEUR", 17.0) > label_width("DITEUR", 17.0));
        assert!(label_width("日本", 17.0) > label_width("AB", 17.0));
        assert_eq!(mono_width("abcd", 10.0), 24.08);
    }
}
