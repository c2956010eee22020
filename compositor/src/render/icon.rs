//! Icons on the device.

use std::collections::HashMap;
use std::sync::Arc;

use lcars_ui::theme::Colour;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{CommitCounter, DamageSnapshot};
use smithay::utils::{Buffer, Physical, Rectangle, Size};

use super::gpu::Gpu;
use super::painter::IconShown;
use super::piece::{ImagePiece, Piece};
use super::shape::{Rounded, Shape};
use super::shelves::Shelves;
use super::texture::{Image, holds};

/// Icons take no more than this on the device.
const MOST_BYTES: usize = 16 << 20;

/// Width and height of a usual sheet, which so fills a block of the device's memory and keeps nothing else there.
const SIDE: i32 = 1024;

/// An icon larger than this has a sheet as large as it is: there are few of them, and much of a usual one would be waste.
const LARGE: i32 = 256;

/// More names than this are not remembered.
const MOST_NAMES: usize = 2048;

/// Of one icon no more sizes than this are kept.
const MOST_SIZES: usize = 6;

/// An icon's picture on the device: a part of a sheet.
#[derive(Debug)]
pub struct Icon {
    sheet: Arc<Image>,
    part: Rectangle<i32, Buffer>,
}

/// Icons that were decoded, and what is to be decoded.
#[derive(Debug)]
pub struct Icons {
    gpu: Gpu,
    known: HashMap<String, Known>,
    wanted: Vec<(String, u32)>,
    sheets: Vec<Sheet>,
    clock: u64,
}

/// A picture that many icons share.
#[derive(Debug)]
struct Sheet {
    image: Arc<Image>,
    shelves: Shelves,
}

/// What is known of a name.
#[derive(Debug, Default)]
struct Known {
    sizes: Vec<Made>,
    /// Asked for, not answered.
    awaited: Vec<u32>,
    /// The side it was last asked for.
    last: u32,
    used: u64,
}

/// An icon that was made for a side, if there is one.
#[derive(Debug)]
struct Made {
    side: u32,
    icon: Option<Arc<Icon>>,
    used: u64,
}

impl Icons {
    /// Nothing is known yet.
    pub fn new(gpu: &Gpu) -> Self {
        Self { gpu: gpu.clone(), known: HashMap::new(), wanted: Vec::new(), sheets: Vec::new(), clock: 0 }
    }

    /// What is to be decoded, by name and side in device pixels; each is told once. Answer with [`Self::insert`].
    pub fn wanted(&mut self) -> Vec<(String, u32)> {
        std::mem::take(&mut self.wanted)
    }

    /// An icon of this name for this side. `pixels` are its width, its height, and blue, green, red, alpha, premultiplied,
    /// rows tightly packed; `None` if there is none.
    pub fn insert(&mut self, name: &str, side: u32, pixels: Option<(u32, u32, &[u8])>) {
        let icon = pixels.and_then(|(w, h, pixels)| {
            let size = Size::new(i32::try_from(w).ok()?, i32::try_from(h).ok()?);
            self.put(size, pixels).map(Arc::new)
        });
        let clock = self.clock;
        let known = self.known.entry(name.to_owned()).or_insert_with(|| Known { used: clock, ..Known::default() });
        known.awaited.retain(|awaited| *awaited != side);
        known.sizes.retain(|made| made.side != side);
        if known.sizes.len() >= MOST_SIZES {
            known.sizes.remove(0);
        }
        known.sizes.push(Made { side, icon, used: clock });
        while self.known.len() > MOST_NAMES && self.drop_oldest(name) {}
        // No icon is left on it.
        self.sheets.retain(|sheet| Arc::strong_count(&sheet.image) > 1);
    }

    /// Nobody will answer for an icon: it is asked for anew when it is shown again.
    pub fn withdraw(&mut self, name: &str, side: u32) {
        if let Some(known) = self.known.get_mut(name) {
            known.awaited.retain(|awaited| *awaited != side);
        }
    }

    /// An icon that is shown this many pixels wide; the nearest there is until it was decoded for that. `stand_in` is the
    /// colour of what is shown if there is none.
    pub fn get(&mut self, name: &str, side: u32, stand_in: Colour) -> IconShown {
        self.clock += 1;
        let clock = self.clock;
        let known = match self.known.get_mut(name) {
            Some(known) => known,
            None => self.known.entry(name.to_owned()).or_default(),
        };
        // During a zoom each picture wants another size; only one that is wanted twice is worth decoding.
        let rests = known.last == side || known.sizes.is_empty();
        (known.last, known.used) = (side, clock);
        if let Some(made) = known.sizes.iter_mut().find(|made| made.side == side) {
            return made.shown(clock, stand_in);
        }
        if rests && !known.awaited.contains(&side) && known.awaited.len() < 4 {
            known.awaited.push(side);
            self.wanted.push((name.to_owned(), side));
        }
        // Rather one that is made smaller than one that is made larger.
        let nearest = known.sizes.iter_mut().min_by_key(|made| (made.side < side, made.side.abs_diff(side)));
        nearest.map_or(IconShown::Awaited, |made| made.shown(clock, stand_in))
    }

    /// Whether it was looked for and there is none.
    pub fn is_missing(&self, name: &str) -> bool {
        let known = self.known.get(name).map(|known| known.sizes.as_slice()).unwrap_or_default();
        !known.is_empty() && known.iter().all(|made| made.icon.is_none())
    }

    /// What is kept on the device, in bytes.
    pub fn memory(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.image.bytes()).sum()
    }

    /// Puts an icon on a sheet, the oldest of which goes when there are too many. `None` if there is no picture.
    fn put(&mut self, size: Size<i32, Buffer>, pixels: &[u8]) -> Option<Icon> {
        if !holds(pixels, size) {
            return None;
        }
        let found = self.sheets.iter_mut().find_map(|sheet| Some((sheet.shelves.place(size)?, sheet.image.clone())));
        let (part, sheet) = match found {
            Some(found) => found,
            None => self.new_sheet(size)?,
        };
        sheet.write(&self.gpu, part, pixels).then_some(Icon { sheet, part })
    }

    fn new_sheet(&mut self, size: Size<i32, Buffer>) -> Option<(Rectangle<i32, Buffer>, Arc<Image>)> {
        let whole = if size.w.max(size.h) > LARGE { size } else { Size::new(SIDE, SIDE) };
        let image = Arc::new(Image::ours(&self.gpu, whole)?);
        while !self.sheets.is_empty() && self.memory() + image.bytes() > MOST_BYTES {
            self.drop_oldest_sheet();
        }
        let mut shelves = Shelves::new(whole);
        let part = shelves.place(size)?;
        self.sheets.push(Sheet { image: image.clone(), shelves });
        Some((part, image))
    }

    /// Forgets the icons of the sheet of which none was shown for the longest time; one that is shown again is asked for.
    fn drop_oldest_sheet(&mut self) {
        let all = || self.known.values().flat_map(|known| &known.sizes);
        let used = |sheet: &Sheet| all().filter(|made| made.is_on(&sheet.image)).map(|made| made.used).max();
        let oldest = self.sheets.iter().enumerate().min_by_key(|(_, sheet)| used(sheet)).map(|(at, _)| at);
        let Some(sheet) = oldest.map(|at| self.sheets.swap_remove(at)) else { return };
        self.known.values_mut().for_each(|known| known.sizes.retain(|made| !made.is_on(&sheet.image)));
    }

    /// Forgets the name that was shown the longest time ago. Whether there is another one.
    fn drop_oldest(&mut self, but: &str) -> bool {
        let others = self.known.iter().filter(|(name, _)| name.as_str() != but);
        let oldest = others.min_by_key(|(_, known)| known.used).map(|(name, _)| name.clone());
        oldest.and_then(|name| self.known.remove(&name)).is_some()
    }
}

impl Made {
    fn is_on(&self, sheet: &Arc<Image>) -> bool {
        self.icon.as_ref().is_some_and(|icon| Arc::ptr_eq(&icon.sheet, sheet))
    }

    fn shown(&mut self, now: u64, stand_in: Colour) -> IconShown {
        self.used = now;
        self.icon.as_ref().map_or(IconShown::Missing(stand_in), |icon| IconShown::Picture(icon.clone()))
    }
}

/// An icon's pieces: a square in the middle of its bounds.
pub(super) fn pieces(
    icon: &IconShown,
    bounds: Rectangle<f64, Physical>,
    opacity: f32,
    [first, second]: [Id; 2],
    commit: CommitCounter,
) -> Vec<Piece> {
    let Some(square) = square(bounds) else { return Vec::new() };
    match icon {
        IconShown::Awaited => Vec::new(),
        IconShown::Picture(icon) => {
            let image = ImagePiece {
                id: first,
                commit,
                damage: DamageSnapshot::empty(),
                src: icon.part.to_f64(),
                rect: square,
                clip: None,
                alpha: opacity,
                image: icon.sheet.clone(),
            };
            Piece::image(image).into_iter().collect()
        }
        IconShown::Missing(colour) => {
            let colour = colour.premultiplied().map(|channel| channel * opacity.clamp(0.0, 1.0));
            let (left, top, side) = (square.loc.x, square.loc.y, square.size.w);
            let (gap, round) = ((side / 12.0).round().max(1.0), side / 2.0);
            let split = left + (side * 0.68).round();
            let block =
                |edges: [f64; 4], radii: [f64; 4]| Shape::Block { outer: Rounded::new(edges, radii), cut: None };
            let body = block([left, top, split, top + side], [round, 0.0, 0.0, round]);
            let cap = block([split + gap, top, left + side, top + side], [0.0; 4]);
            let shape = |id, shape| Piece::shape(id, commit, shape, colour);
            shape(first, body).into_iter().chain(shape(second, cap)).collect()
        }
    }
}

/// The square in the middle of a place; on whole pixels if it is as wide as some.
fn square(bounds: Rectangle<f64, Physical>) -> Option<Rectangle<f64, Physical>> {
    let side = bounds.size.w.min(bounds.size.h);
    if !side.is_finite() || side < 1.0 {
        return None;
    }
    let (x, y) = (bounds.loc.x + (bounds.size.w - side) / 2.0, bounds.loc.y + (bounds.size.h - side) / 2.0);
    let whole = (side - side.round()).abs() < 1e-3;
    let (x, y, side) = if whole { (x.round(), y.round(), side.round()) } else { (x, y, side) };
    Some(Rectangle::new((x, y).into(), (side, side).into()))
}
