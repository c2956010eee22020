//! Small pictures of windows, kept for when the windows themselves are not shown.
//!
//! A thumbnail is the window at half its size, and again at a quarter and so on, each made of the one before by averaging
//! four pixels into one: whatever it is shrunk to, there is a picture of about that size to start from, and nothing
//! flickers while a zoom runs through the sizes. A larger picture would cost a few times the memory for what is seen for a
//! tenth of a second, before the live window takes over.

use std::collections::HashMap;
use std::sync::Arc;

use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::DamageBag;
use smithay::utils::{Buffer, Physical, Rectangle, Size};

use super::canvas::Canvas;
use super::damage;
use super::gpu::Gpu;
use super::piece::{ImagePiece, Piece};
use super::quads::{QuadList, TARGET_FORMAT};
use super::texture::Image;
use super::track::Tracker;

type Rect = Rectangle<i32, Physical>;

/// The smallest picture is about this long on its shorter side.
const SMALLEST: i32 = 24;

/// What thumbnails may take on the device if nobody says otherwise.
pub const THUMBNAIL_BYTES: usize = 128 << 20;

/// The thumbnails of all windows.
#[derive(Debug)]
pub struct Thumbnails {
    gpu: Gpu,
    most_bytes: usize,
    kept: HashMap<u64, Thumbnail>,
    /// Where windows of several surfaces are put together.
    scratch: Option<Scratch>,
    /// Counts what was shown.
    clock: u64,
}

/// What [`Thumbnails::update`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// Nothing of the window changed, and nothing was done.
    Unchanged,
    /// The thumbnail has changed; what shows it has to be drawn again.
    Changed,
    /// The window has no size, or there is no memory for it. An older thumbnail is gone.
    Refused,
}

#[derive(Debug)]
struct Thumbnail {
    /// Of the window.
    size: Size<i32, Physical>,
    levels: Vec<Level>,
    /// Finer levels that were given up for want of memory.
    given_up: usize,
    /// The finest level that was shown since it was last made.
    wanted: usize,
    opaque: bool,
    tracker: Tracker,
    id: Id,
    shown: u64,
}

/// The window at a half, a quarter, … of its size.
#[derive(Debug)]
struct Level {
    image: Arc<Image>,
    canvas: Canvas,
    damage: DamageBag<i32, Buffer>,
}

#[derive(Debug)]
struct Scratch {
    canvas: Canvas,
    image: Arc<Image>,
}

impl Thumbnails {
    /// They take no more than `most_bytes` on the device, the newest one excepted.
    pub fn new(gpu: &Gpu, most_bytes: usize) -> Self {
        Self { gpu: gpu.clone(), most_bytes, kept: HashMap::new(), scratch: None, clock: 0 }
    }

    /// Makes a window's thumbnail what the window is now. `pieces`, front to back, are all of the window with its corner at
    /// zero; `size` is its extent in device pixels. Only what changed since the last call is drawn.
    pub fn update(&mut self, window: u64, pieces: &[Piece], size: Size<i32, Physical>) -> Renewed {
        let most = i32::try_from(self.gpu.largest_side()).unwrap_or(i32::MAX);
        if size.w <= 0 || size.h <= 0 || size.w > most || size.h > most {
            self.forget(window);
            return Renewed::Refused;
        }
        let whole = Rectangle::from_size(size);
        let opaque = whole.subtract_rects(pieces.iter().flat_map(Piece::opaque)).is_empty();
        let fits = |thumbnail: &Thumbnail| thumbnail.size == size && thumbnail.opaque == opaque;
        if !self.kept.get(&window).is_some_and(fits) {
            self.forget(window);
            let Some(thumbnail) = Thumbnail::new(&self.gpu, size, opaque) else { return Renewed::Refused };
            self.kept.insert(window, Thumbnail { shown: self.clock, ..thumbnail });
        }
        let Some(thumbnail) = self.kept.get_mut(&window) else { return Renewed::Refused };
        let mut damage = damage::tidy(&thumbnail.tracker.damage(pieces), whole);
        if damage.is_empty() {
            return Renewed::Unchanged;
        }
        if thumbnail.given_up > 0 {
            // Each level is made of the one before: all are needed again for a while.
            let Some(mut anew) = Thumbnail::new(&self.gpu, size, opaque) else { return Renewed::Refused };
            (anew.tracker, anew.shown) = (std::mem::take(&mut thumbnail.tracker), thumbnail.shown);
            *thumbnail = anew;
            damage = vec![whole];
        }
        thumbnail.wanted = usize::MAX;
        // Four pixels become one: all four are needed.
        let even = damage.iter().filter_map(|rect| halved(*rect).map(doubled)?.intersection(whole));
        let damage = damage::tidy(&even.collect::<Vec<_>>(), whole);
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(image) = single(pieces, whole) {
            let image = image.clone();
            thumbnail.halve(&self.gpu, &image, &damage, &mut encoder);
        } else {
            let scratch = Scratch::of(&mut self.scratch, &self.gpu, size);
            let Some(scratch) = scratch else {
                self.forget(window);
                return Renewed::Refused;
            };
            scratch.canvas.draw(&self.gpu, pieces, &damage, [0.0; 4], opaque, &mut encoder);
            let image = scratch.image.clone();
            thumbnail.halve(&self.gpu, &image, &damage, &mut encoder);
        }
        self.gpu.submit([encoder.finish()]);
        self.purge(Some(window));
        Renewed::Changed
    }

    /// Shows a window's thumbnail stretched over a rectangle. `None` if there is no thumbnail or nothing of it is seen.
    pub fn piece(
        &mut self,
        window: u64,
        rect: Rectangle<f64, Physical>,
        clip: Option<Rectangle<i32, Physical>>,
        opacity: f32,
    ) -> Option<Piece> {
        self.clock += 1;
        let clock = self.clock;
        let thumbnail = self.kept.get_mut(&window)?;
        thumbnail.shown = clock;
        let (w, h) = (f64::from(thumbnail.size.w), f64::from(thumbnail.size.h));
        let times = (rect.size.w / w).max(rect.size.h / h);
        if !times.is_finite() || times <= 0.0 {
            return None;
        }
        // The level whose texels are nearest to a pixel each, rather too fine than too coarse.
        let level = (0.2 - times.log2()).floor().max(1.0) as usize - 1;
        thumbnail.wanted = thumbnail.wanted.min(level);
        let level = level.saturating_sub(thumbnail.given_up).min(thumbnail.levels.len().saturating_sub(1));
        let reduced = f64::from((thumbnail.given_up + level) as i32 + 1).exp2();
        let level = thumbnail.levels.get(level)?;
        Piece::image(ImagePiece {
            id: thumbnail.id.clone(),
            commit: level.damage.current_commit(),
            damage: level.damage.snapshot(),
            image: level.image.clone(),
            src: Rectangle::from_size((w / reduced, h / reduced).into()),
            rect,
            clip,
            alpha: opacity,
        })
    }

    /// Of the window that a thumbnail was made of, in device pixels.
    pub fn size(&self, window: u64) -> Option<Size<i32, Physical>> {
        self.kept.get(&window).map(|thumbnail| thumbnail.size)
    }

    /// Drops a window's thumbnail.
    pub fn forget(&mut self, window: u64) {
        self.kept.remove(&window);
    }

    /// They take no more than that from now on.
    pub fn set_most(&mut self, bytes: usize) {
        self.most_bytes = bytes;
        self.purge(None);
    }

    /// What thumbnails take on the device, in bytes.
    pub fn memory(&self) -> usize {
        let scratch = self.scratch.as_ref().map_or(0, |scratch| scratch.image.bytes());
        self.kept.values().map(Thumbnail::bytes).sum::<usize>() + scratch
    }

    /// Makes room: gives up levels that are finer than what is shown, then whole thumbnails, those that were shown the
    /// longest time ago first. The one that was just made stays.
    fn purge(&mut self, newest: Option<u64>) {
        let mut memory = self.memory();
        if memory <= self.most_bytes {
            return;
        }
        let mut by_age: Vec<_> = self.kept.iter().map(|(window, thumbnail)| (thumbnail.shown, *window)).collect();
        by_age.sort_unstable();
        let others: Vec<u64> =
            by_age.into_iter().map(|(_, window)| window).filter(|window| Some(*window) != newest).collect();
        for window in &others {
            if memory <= self.most_bytes {
                return;
            }
            let freed = self.kept.get_mut(window).map_or(0, Thumbnail::give_up);
            memory = memory.saturating_sub(freed);
        }
        for window in &others {
            if memory <= self.most_bytes {
                return;
            }
            let freed = self.kept.remove(window).map_or(0, |thumbnail| thumbnail.bytes());
            memory = memory.saturating_sub(freed);
        }
    }
}

impl Thumbnail {
    fn new(gpu: &Gpu, size: Size<i32, Physical>, opaque: bool) -> Option<Self> {
        let (mut levels, mut extent) = (Vec::new(), size);
        while levels.is_empty() || extent.w.min(extent.h) / 2 >= SMALLEST {
            extent = Size::new((extent.w + 1) / 2, (extent.h + 1) / 2);
            let (canvas, image) = picture(gpu, extent, !opaque)?;
            levels.push(Level { image, canvas, damage: DamageBag::default() });
        }
        let (given_up, wanted) = (0, usize::MAX);
        Some(Self { size, levels, given_up, wanted, opaque, tracker: Tracker::default(), id: Id::new(), shown: 0 })
    }

    fn bytes(&self) -> usize {
        self.levels.iter().map(|level| level.image.bytes()).sum()
    }

    /// Gives up the levels that are finer than what is shown. Returns how many bytes that frees.
    fn give_up(&mut self) -> usize {
        let before = self.bytes();
        let finer = self.wanted.saturating_sub(self.given_up).min(self.levels.len().saturating_sub(1));
        self.levels.drain(..finer);
        self.given_up += finer;
        before - self.bytes()
    }

    /// Makes every level anew where the window was damaged.
    fn halve(&mut self, gpu: &Gpu, window: &Arc<Image>, damage: &[Rect], encoder: &mut wgpu::CommandEncoder) {
        let mut source = window.clone();
        let mut extent = self.size;
        let mut rects = damage.to_vec();
        for level in &mut self.levels {
            rects = rects.into_iter().filter_map(halved).collect();
            rects = damage::tidy(&rects, Rectangle::from_size(level.canvas.extent()));
            let mut list = QuadList::new(level.canvas.extent());
            list.halved(&source, extent, self.opaque, &rects);
            level.canvas.paint(gpu, &list, encoder);
            level.damage.add(
                rects
                    .iter()
                    .map(|rect| Rectangle::new((rect.loc.x, rect.loc.y).into(), (rect.size.w, rect.size.h).into())),
            );
            (source, extent) = (level.image.clone(), level.canvas.extent());
        }
    }
}

impl Scratch {
    /// A canvas that is at least this large, but not by far.
    fn of<'a>(scratch: &'a mut Option<Self>, gpu: &Gpu, size: Size<i32, Physical>) -> Option<&'a mut Self> {
        let fits = |scratch: &Self| {
            let extent = scratch.canvas.extent();
            extent.w >= size.w && extent.h >= size.h && extent.w <= size.w + 1024 && extent.h <= size.h + 1024
        };
        if !scratch.as_ref().is_some_and(fits) {
            *scratch = picture(gpu, size, true).map(|(canvas, image)| Self { canvas, image });
        }
        scratch.as_mut()
    }
}

/// A picture that can be drawn into and drawn.
fn picture(gpu: &Gpu, size: Size<i32, Physical>, has_alpha: bool) -> Option<(Canvas, Arc<Image>)> {
    let size = Size::new(size.w, size.h);
    let usage = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_DST;
    let image = Image::new(gpu, size, TARGET_FORMAT, has_alpha, usage)?;
    Some((Canvas::new(image.texture().clone()), Arc::new(image)))
}

/// The picture of a window that is nothing but one opaque picture, shown as it is: there is no need to put it together.
fn single(pieces: &[Piece], whole: Rect) -> Option<&Arc<Image>> {
    let piece = pieces.first().filter(|piece| piece.visible() == whole && piece.opaque().eq([whole]))?;
    piece.copyable().filter(|(_, start)| *start == [0, 0]).map(|(image, _)| image)
}

/// The pixels that a rectangle becomes a part of.
fn halved(rect: Rect) -> Option<Rect> {
    let (right, bottom) = (rect.loc.x + rect.size.w, rect.loc.y + rect.size.h);
    let (left, top, right, bottom) = (rect.loc.x / 2, rect.loc.y / 2, (right + 1) / 2, (bottom + 1) / 2);
    (right > left && bottom > top).then(|| Rectangle::new((left, top).into(), (right - left, bottom - top).into()))
}

/// The pixels that a rectangle is made of.
fn doubled(rect: Rect) -> Rect {
    Rectangle::new((rect.loc.x * 2, rect.loc.y * 2).into(), (rect.size.w * 2, rect.size.h * 2).into())
}

/// Where a window of this size is shown, when one that has the size `full` is shown at `rect`: scaled by the same factor,
/// in the middle. A larger one is where its corner would be, and has to be clipped.
pub fn placed(
    rect: Rectangle<f64, Physical>,
    full: Size<f64, Physical>,
    size: Size<f64, Physical>,
) -> Rectangle<f64, Physical> {
    let times = |shown: f64, full: f64| if full > 0.0 { shown / full } else { 1.0 };
    let (x, y) = (times(rect.size.w, full.w), times(rect.size.h, full.h));
    let offset = |full: f64, size: f64| ((full - size) / 2.0).floor().max(0.0);
    let loc = (rect.loc.x + offset(full.w, size.w) * x, rect.loc.y + offset(full.h, size.h) * y);
    Rectangle::new(loc.into(), (size.w * x, size.h * y).into())
}
