//! Lines of text on the device, drawn once and kept while they are of use.

use std::collections::HashMap;
use std::sync::Arc;

use lcars_ui::scene::{Elide, Face};
use parking_lot::Mutex;
use smithay::utils::{Buffer, Point, Rectangle};

use super::fonts::{Families, Fonts};
use super::gpu::Gpu;
use super::sheet::{Page, Sheet};
use super::text::{self, Anchor, Bitmap, Line};
use super::texture::Image;

/// Sheets and coloured lines together take no more than this on the device.
const MOST_BYTES: usize = 12 << 20;

/// Lines that are remembered, whether they are on a sheet or only known to be too long.
const MOST_LINES: usize = 4096;

/// Cap heights are told apart in these parts of a pixel, so that rounding errors do not make new letters.
const CAP_STEPS: f32 = 64.0;

/// Draws text and keeps it. Clones share what they keep; outputs that share one load the fonts once.
#[derive(Debug, Clone, Default)]
pub struct Letters(Arc<Mutex<Store>>);

#[derive(Debug, Default)]
struct Store {
    families: Families,
    generation: u64,
    /// Read when the first text is drawn.
    fonts: Option<Fonts>,
    lines: HashMap<Box<str>, Vec<Kept>>,
    count: usize,
    pages: Vec<(Page, u64)>,
    coloured_bytes: usize,
    /// Counts what was asked for, to know what was not for long.
    clock: u64,
}

/// How a text was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// All of it was measured.
    Measured { face: Face, cap: u32 },
    /// It was drawn.
    Drawn { face: Face, cap: u32, anchor: Anchor, elide: Option<(Elide, i32)> },
}

#[derive(Debug)]
struct Kept {
    way: Way,
    width: f32,
    line: Arc<Inked>,
    used: u64,
}

/// A line on the device.
#[derive(Debug, Default)]
pub(super) struct Inked {
    /// What takes the text's colour.
    pub mask: Option<OnSheet>,
    /// What has its own colour, and where that goes from the anchor on the baseline.
    pub coloured: Option<(Arc<Image>, Point<i32, Buffer>)>,
}

/// Letters on a sheet.
#[derive(Debug)]
pub(super) struct OnSheet {
    pub sheet: Arc<Sheet>,
    /// Their place there, with a clear margin.
    pub src: Rectangle<i32, Buffer>,
    /// Where that goes from the anchor on the baseline.
    pub at: Point<i32, Buffer>,
}

impl Letters {
    /// Nothing is read before the first text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets everything in other families from now on. Returns whether that changes anything.
    pub fn set_families(&self, families: Families) -> bool {
        let mut store = self.0.lock();
        if store.families == families {
            return false;
        }
        *store = Store { families, generation: store.generation + 1, ..Store::default() };
        true
    }

    /// Another number, other letters.
    pub(super) fn generation(&self) -> u64 {
        self.0.lock().generation
    }

    /// Does something with the fonts, which are read for it if need be.
    pub(super) fn with_fonts<R>(&self, f: impl FnOnce(&mut Fonts) -> R) -> R {
        f(self.0.lock().fonts())
    }

    /// What is kept on the device, in bytes.
    pub fn memory(&self) -> usize {
        self.0.lock().bytes()
    }

    /// How wide all of a text is, in the pixels that `cap_height` counts.
    pub(super) fn width(&self, text: &str, face: Face, cap_height: f32) -> f32 {
        let mut store = self.0.lock();
        let cap = steps(cap_height);
        let way = Way::Measured { face, cap };
        if let Some(kept) = store.find(text, way) {
            return kept.width;
        }
        let width = text::width(store.fonts(), text, face, cap as f32 / CAP_STEPS);
        store.keep(text, Kept { way, width, line: Arc::default(), used: 0 });
        width
    }

    /// A line on the device, drawn if need be.
    pub(super) fn line(&self, gpu: &Gpu, line: &Line) -> Arc<Inked> {
        let mut store = self.0.lock();
        let cap = steps(line.cap_height);
        let way = Way::Drawn { face: line.face, cap, anchor: line.anchor, elide: line.elide };
        if let Some(kept) = store.find(line.text, way) {
            return kept.line.clone();
        }
        let ink = text::ink(store.fonts(), &Line { cap_height: cap as f32 / CAP_STEPS, ..*line });
        let mask = ink.mask.and_then(|mask| store.put(gpu, &mask));
        let coloured = ink.coloured.and_then(|coloured| {
            let image = Image::with_pixels(gpu, coloured.size, &coloured.pixels)?;
            store.coloured_bytes += coloured.pixels.len();
            Some((Arc::new(image), (coloured.left, coloured.top).into()))
        });
        let inked = Arc::new(Inked { mask, coloured });
        store.keep(line.text, Kept { way, width: 0.0, line: inked.clone(), used: 0 });
        inked
    }
}

fn steps(cap_height: f32) -> u32 {
    (cap_height * CAP_STEPS).round().clamp(CAP_STEPS, 4096.0 * CAP_STEPS) as u32
}

impl Store {
    fn fonts(&mut self) -> &mut Fonts {
        self.fonts.get_or_insert_with(|| Fonts::new(&self.families))
    }

    fn bytes(&self) -> usize {
        self.pages.iter().map(|(page, _)| page.bytes()).sum::<usize>() + self.coloured_bytes
    }

    fn find(&mut self, text: &str, way: Way) -> Option<&Kept> {
        self.clock += 1;
        let kept = self.lines.get_mut(text)?.iter_mut().find(|kept| kept.way == way)?;
        kept.used = self.clock;
        if let Some(mask) = &kept.line.mask
            && let Some(page) = self.pages.iter_mut().find(|(page, _)| Arc::ptr_eq(&page.sheet, &mask.sheet))
        {
            page.1 = self.clock;
        }
        Some(kept)
    }

    fn keep(&mut self, text: &str, kept: Kept) {
        let kept = Kept { used: self.clock, ..kept };
        match self.lines.get_mut(text) {
            Some(ways) => ways.push(kept),
            None => drop(self.lines.insert(text.into(), vec![kept])),
        }
        self.count += 1;
        if self.count > MOST_LINES {
            self.forget_before(self.clock.saturating_sub(MOST_LINES as u64 / 2));
        }
        if self.coloured_bytes > MOST_BYTES / 2 {
            // Emoji are rare; one more drawing of those in sight is cheap.
            self.drop_lines(|kept| kept.line.coloured.is_none());
        }
    }

    /// Puts a mask on a sheet, the oldest of which goes when there is no room.
    fn put(&mut self, gpu: &Gpu, mask: &Bitmap) -> Option<OnSheet> {
        let clock = self.clock;
        let at = Point::from((mask.left - 1, mask.top - 1));
        for (page, used) in &mut self.pages {
            if let Some(src) = page.put(gpu, mask.size, &mask.pixels) {
                *used = clock;
                return Some(OnSheet { sheet: page.sheet.clone(), src, at });
            }
        }
        let mut page = Page::new(gpu, mask.size)?;
        let src = page.put(gpu, mask.size, &mask.pixels)?;
        while !self.pages.is_empty() && self.bytes() + page.bytes() > MOST_BYTES {
            self.drop_oldest_page();
        }
        let sheet = page.sheet.clone();
        self.pages.push((page, clock));
        Some(OnSheet { sheet, src, at })
    }

    fn drop_oldest_page(&mut self) {
        let oldest = self.pages.iter().enumerate().min_by_key(|(_, (_, used))| *used).map(|(at, _)| at);
        let Some((page, _)) = oldest.map(|at| self.pages.swap_remove(at)) else { return };
        self.drop_lines(|kept| !kept.line.mask.as_ref().is_some_and(|mask| Arc::ptr_eq(&mask.sheet, &page.sheet)));
    }

    fn forget_before(&mut self, clock: u64) {
        self.drop_lines(|kept| kept.used > clock);
    }

    fn drop_lines(&mut self, keep: impl Fn(&Kept) -> bool) {
        let bytes = |kept: &Kept| {
            let size = kept.line.coloured.as_ref().map(|(image, _)| image.size()).unwrap_or_default();
            size.w as usize * size.h as usize * 4
        };
        self.lines.retain(|_, ways| {
            ways.retain(&keep);
            !ways.is_empty()
        });
        self.count = self.lines.values().map(Vec::len).sum();
        self.coloured_bytes = self.lines.values().flatten().map(bytes).sum();
    }
}
