//! What stands in cells, drawn once and kept while it is of use.

use std::collections::HashMap;
use std::hash::Hash;

use shell_bridge::terminal::Cell;

use super::super::fonts::Fonts;
use super::metrics::Metrics;
use super::set;

/// What is kept takes no more than this, with what it takes to find it.
const MOST_BYTES: usize = 8 << 20;

/// What an entry takes besides its pixels, about.
const ENTRY: usize = 96;

/// Of what is stacked in one cell, no more is drawn.
const MOST_TEXT: usize = 96;

/// What stands in a cell, in device pixels from the cell's upper left corner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Glyph {
    pub left: i32,
    pub top: i32,
    pub width: u32,
    pub height: u32,
    pub ink: Ink,
}

/// The pixels of a glyph, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Ink {
    /// There are none.
    #[default]
    Nothing,
    /// How much the text's colour covers; 255 is all.
    Mask(Box<[u8]>),
    /// Colours of its own: alpha, red, green, blue from the highest byte, premultiplied.
    Coloured(Box<[u32]>),
}

/// How a glyph is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Face {
    pub bold: bool,
    pub italic: bool,
    /// Cells it has to itself: 1 or 2, or as many as are drawn together.
    pub cells: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Text {
    One(char),
    Several(Box<str>),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    text: Text,
    face: Face,
    /// The bits of the font's size.
    size: u32,
}

/// Keeps what was drawn. Terminals and outputs share one.
#[derive(Debug, Default)]
pub(super) struct Glyphs {
    kept: Kept<Key, Glyph>,
    /// Of the fonts that the glyphs were made with.
    generation: u64,
    /// How many may still be drawn for this picture.
    left: usize,
}

impl Glyphs {
    /// Before each picture: no more than `most` glyphs are drawn for it, so that a page full of unknown ones does not hold
    /// everything else up. With fonts of another generation all begins anew.
    pub(super) fn begin(&mut self, generation: u64, most: usize) {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
        self.left = most;
    }

    /// What stands in a cell, or in some that are drawn together. `None` if it has to wait for the next picture.
    pub(super) fn get(&mut self, fonts: &mut Fonts, metrics: &Metrics, cells: &[Cell]) -> Option<&Glyph> {
        let cell = cells.first()?;
        let (first, rest) = (cell.text.first(), cell.text.combining());
        let text = if cells.len() > 1 {
            Text::Several(cells.iter().map(|cell| cell.text.first()).collect::<String>().into())
        } else if rest.is_empty() {
            Text::One(first)
        } else {
            let mut text = String::with_capacity(first.len_utf8() + rest.len().min(MOST_TEXT));
            text.push(first);
            text.push_str(rest.get(..rest.floor_char_boundary(MOST_TEXT)).unwrap_or_default());
            Text::Several(text.into())
        };
        let taken = if cells.len() > 1 { u8::try_from(cells.len()).unwrap_or(u8::MAX) } else { cell.width.clamp(1, 2) };
        let face = Face { bold: cell.style.bold, italic: cell.style.italic, cells: taken };
        let key = Key { text, face, size: metrics.font.to_bits() };
        if !self.kept.has(&key) {
            if self.left == 0 {
                return None;
            }
            self.left -= 1;
            let mut one = [0; 4];
            let text: &str = match &key.text {
                Text::One(first) => first.encode_utf8(&mut one),
                Text::Several(text) => text,
            };
            let glyph = match cells {
                [_, _, ..] => set::joined(fonts, metrics, text, face),
                _ => set::glyph(fonts, metrics, text, face),
            };
            let bytes = ENTRY + text.len() + glyph.bytes();
            self.kept.insert(key.clone(), glyph, bytes);
        }
        self.kept.get(&key)
    }

    /// What is kept, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.kept.bytes()
    }
}

impl Glyph {
    fn bytes(&self) -> usize {
        match &self.ink {
            Ink::Nothing => 0,
            Ink::Mask(pixels) => pixels.len(),
            Ink::Coloured(pixels) => pixels.len() * 4,
        }
    }
}

/// Things by key, in two halves. When the newer one is full, it becomes the older, and what was in that and not asked for
/// since is dropped.
#[derive(Debug)]
struct Kept<K, V> {
    newer: HashMap<K, (V, usize)>,
    older: HashMap<K, (V, usize)>,
    newer_bytes: usize,
    older_bytes: usize,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), newer_bytes: 0, older_bytes: 0 }
    }
}

impl<K: Hash + Eq, V> Kept<K, V> {
    /// Whether there is something for a key, which is then as new as if it had just come.
    fn has(&mut self, key: &K) -> bool {
        if self.newer.contains_key(key) {
            return true;
        }
        let Some((key, (value, bytes))) = self.older.remove_entry(key) else { return false };
        self.older_bytes -= bytes;
        self.insert(key, value, bytes);
        true
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.newer.get(key).map(|(value, _)| value)
    }

    fn insert(&mut self, key: K, value: V, bytes: usize) {
        if self.newer_bytes + bytes > MOST_BYTES / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.older_bytes = std::mem::take(&mut self.newer_bytes);
        }
        self.newer_bytes += bytes;
        if let Some((_, before)) = self.newer.insert(key, (value, bytes)) {
            self.newer_bytes -= before;
        }
    }

    fn bytes(&self) -> usize {
        self.newer_bytes + self.older_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_and_what_is_used_stays() {
        let mut kept = Kept::default();
        let one = MOST_BYTES / 64;
        for key in 0..1000 {
            kept.insert(key, key, one);
            assert!(kept.bytes() <= MOST_BYTES, "{} bytes", kept.bytes());
            assert!(kept.has(&0), "what is asked for all the time is gone after {key}");
            assert_eq!(kept.get(&key), Some(&key));
        }
        assert!(!kept.has(&1));
        assert!(kept.has(&999));
    }
}
