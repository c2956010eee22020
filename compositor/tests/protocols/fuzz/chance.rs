//! Chance that can be had again: everything a round does follows from its seed.

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Chance(u64);

/// Numbers that are at an edge of something.
const EDGES: &[i64] = &[
    -0x8000_0000,
    -0x7fff_ffff,
    -65_536,
    -1_024,
    -256,
    -4,
    -2,
    -1,
    0,
    1,
    2,
    3,
    4,
    8,
    16,
    64,
    255,
    256,
    257,
    1_024,
    8_192,
    16_384,
    32_767,
    65_535,
    65_536,
    0x7fff_ff00,
    0x7fff_fffe,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
];

const TEXTS: &[&str] = &[
    "",
    "a",
    "text/plain",
    "text/plain;charset=utf-8",
    "UTF8_STRING",
    "image/png",
    "text/html",
    "foot",
    "org.example.App",
    "Ein Fenster – ウィンドウ",
    "\u{202e}\u{feff}\u{7}\n",
    "../../etc/passwd",
    "%s%n",
    "TOS-1",
];

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `bound`; 0 if there is nothing below.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound == 0 { 0 } else { (self.next() % bound as u64) as usize }
    }

    /// So many times of a hundred.
    pub fn percent(&mut self, of: usize) -> bool {
        self.below(100) < of
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A number for an argument of which only the type is known: most are small, since most are enums and lengths.
    pub fn number(&mut self) -> u32 {
        match self.below(100) {
            0..=39 => self.below(8) as u32,
            40..=59 => self.below(40) as u32,
            60..=84 => self.below(900) as u32,
            85..=96 => EDGES.get(self.below(EDGES.len())).map_or(0, |edge| *edge as u32),
            _ => self.next() as u32,
        }
    }

    /// Text, with the odd one that is no text or very long.
    pub fn text(&mut self) -> Vec<u8> {
        match self.below(100) {
            0..=89 => self.pick(TEXTS).map_or_else(Vec::new, |text| text.as_bytes().to_vec()),
            90..=95 => vec![b'x'; self.below(3_900)],
            _ => (0..self.below(40)).map(|_| self.next() as u8 | 1).collect(),
        }
    }

    /// Any bytes.
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.next() as u8).collect()
    }
}
