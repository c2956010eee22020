//! What terminals show: their cells drawn on the processor, row by row, each terminal in a texture of its own.
//!
//! Of a terminal only the rows are drawn that are said to have changed and have: what a row shows is remembered as a
//! number. That makes a screen that is written anew with what was there, as full-screen programs do, cost nothing, and
//! keeps damage small. No pixels are kept in memory; rows go straight to the device.

mod boxes;
mod glyphs;
mod metrics;
mod raster;
mod set;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use lcars_ui::hierarchy::TerminalId;
use shell_bridge::terminal::{Cell, Cursor, Damage, GridSize, Rgb, Terminal};
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::DamageBag;
use smithay::utils::{Buffer, Rectangle, Size};

use self::glyphs::Glyphs;
use self::metrics::Metrics;
use self::raster::Brush;
use super::gpu::Gpu;
use super::letters::Letters;
use super::painter::TerminalShown;
use super::piece::{ImagePiece, Piece};
use super::scaling::outwards;
use super::texture::Image;

/// Glyphs that are drawn anew for one picture. What a page needs beyond that comes with the next ones.
const MOST_NEW_GLYPHS: usize = 256;

/// Rows that are drawn and uploaded at once.
const MOST_ROWS: usize = 16;

/// Terminals whose pictures are kept. They are made anew in a moment, and only few are ever in sight.
const MOST_PICTURES: usize = 16;

/// What [`TerminalPainter::update`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// It shows what it did before.
    Unchanged,
    /// It shows something else.
    Changed {
        /// Letters were left out that have to be drawn first: the next picture brings them.
        more: bool,
    },
    /// There is no room for it on the device. It shows nothing.
    Refused,
}

/// Paints terminals. One serves all outputs.
#[derive(Debug)]
pub struct TerminalPainter {
    letters: Letters,
    glyphs: Glyphs,
    /// Lengths by the bits of the font's size, for fonts of that generation.
    metrics: HashMap<u32, Metrics>,
    generation: u64,
    kept: HashMap<TerminalId, Picture>,
    /// What was read from a terminal last, and is drawn now.
    read: Read,
    pixels: Vec<u32>,
    /// Counts what was shown.
    clock: u64,
    ligatures: bool,
}

/// A terminal on the device.
#[derive(Debug)]
struct Picture {
    id: Id,
    image: Arc<Image>,
    metrics: Metrics,
    ligatures: bool,
    size: GridSize,
    background: Rgb,
    damage: DamageBag<i32, Buffer>,
    /// What each row shows; `None` where something is still missing.
    rows: Vec<Option<u64>>,
    /// Where the cursor was drawn.
    cursor: Option<u16>,
    shown: u64,
}

/// A terminal's rows, copied, so that nobody has to wait for it while they are drawn.
#[derive(Debug, Default)]
struct Read {
    size: Option<GridSize>,
    background: Option<Rgb>,
    cursor: Option<Cursor>,
    /// The lines that were read, and where their cells end.
    lines: Vec<(u16, usize)>,
    cells: Vec<Cell>,
    row: Vec<Cell>,
}

/// Reads what a picture needs of a terminal. Hand it the terminal once.
#[derive(Debug)]
pub struct Reader<'a> {
    read: &'a mut Read,
    picture: Option<&'a Picture>,
}

impl Reader<'_> {
    /// Takes the terminal's damage and copies what is damaged. Fast; the terminal is free again afterwards.
    pub fn read(&mut self, terminal: &mut Terminal) {
        let size = terminal.size();
        let background = terminal.background();
        let cursor = terminal.cursor();
        let damage = terminal.take_damage();
        let same = self.picture.filter(|picture| picture.size == size && picture.background == background);
        let all = 0..size.lines;
        let mut lines: Vec<u16> = match (damage, same) {
            (_, None) | (Damage::All, _) => all.collect(),
            (damage, Some(picture)) => {
                let mut lines = if let Damage::Lines(lines) = damage { lines } else { Vec::new() };
                let waiting = picture.rows.iter().zip(0..).filter(|(row, _)| row.is_none()).map(|(_, line)| line);
                lines.extend(waiting);
                let now = cursor.map(|cursor| cursor.line);
                lines.extend(picture.cursor.into_iter().chain(now).filter(|line| all.contains(line)));
                lines
            }
        };
        lines.sort_unstable();
        lines.dedup();
        let Read { cells, row, lines: ends, .. } = self.read;
        for line in lines {
            terminal.row(line, row);
            cells.append(row);
            ends.push((line, cells.len()));
        }
        self.read.size = Some(size);
        self.read.background = Some(background);
        self.read.cursor = cursor;
    }
}

impl TerminalPainter {
    /// Sets text in the monospaced face of these letters.
    pub fn new(letters: &Letters) -> Self {
        Self {
            letters: letters.clone(),
            glyphs: Glyphs::default(),
            metrics: HashMap::new(),
            generation: 0,
            kept: HashMap::new(),
            read: Read::default(),
            pixels: Vec::new(),
            clock: 0,
            ligatures: false,
        }
    }

    /// Width and height of a cell, in device pixels, for letters of a size in device pixels. Another family, another cell.
    pub fn cell(&mut self, font: f32) -> (u16, u16) {
        let metrics = self.metrics(font);
        (metrics.width as u16, metrics.height as u16)
    }

    /// Whether signs that stand together are joined where their font has that.
    pub fn set_ligatures(&mut self, ligatures: bool) {
        self.ligatures = ligatures;
    }

    fn metrics(&mut self, font: f32) -> Metrics {
        let generation = self.letters.generation();
        if self.generation != generation || self.metrics.len() > MOST_PICTURES {
            self.generation = generation;
            self.metrics.clear();
        }
        let letters = &self.letters;
        let made = || letters.with_fonts(|fonts| Metrics::new(fonts, font));
        *self.metrics.entry(font.to_bits()).or_insert_with(made)
    }

    /// Brings a terminal's picture up to date, with letters of a size in device pixels. `with` hands the reader the
    /// terminal.
    pub fn update(&mut self, gpu: &Gpu, id: TerminalId, font: f32, with: impl FnOnce(&mut Reader<'_>)) -> Updated {
        let metrics = self.metrics(font);
        let ligatures = self.ligatures;
        let alike = |picture: &Picture| picture.metrics == metrics && picture.ligatures == ligatures;
        let before = self.kept.remove(&id).filter(alike);
        let Read { size, background, cursor, lines, cells, .. } = &mut self.read;
        (*size, *background, *cursor) = (None, None, None);
        lines.clear();
        cells.clear();
        with(&mut Reader { read: &mut self.read, picture: before.as_ref() });
        let (Some(size), Some(background)) = (self.read.size, self.read.background) else {
            // Nothing was read: what there was stays.
            if let Some(picture) = before {
                self.kept.insert(id, picture);
            }
            return Updated::Unchanged;
        };
        let same = before.filter(|picture| picture.size == size && picture.background == background);
        let Some(mut picture) = same.or_else(|| Picture::new(gpu, metrics, ligatures, size, background)) else {
            return Updated::Refused;
        };
        let changed = self.paint(gpu, &mut picture);
        let more = picture.rows.iter().any(Option::is_none);
        self.clock += 1;
        picture.shown = self.clock;
        self.kept.insert(id, picture);
        if self.kept.len() > MOST_PICTURES {
            let oldest = self.kept.iter().min_by_key(|(_, picture)| picture.shown).map(|(id, _)| *id);
            oldest.and_then(|id| self.kept.remove(&id));
        }
        if changed || more { Updated::Changed { more } } else { Updated::Unchanged }
    }

    /// Draws what was read where it differs. Returns whether anything does.
    fn paint(&mut self, gpu: &Gpu, picture: &mut Picture) -> bool {
        let Self { letters, glyphs, read, pixels, generation, .. } = self;
        let (width, height) = (picture.image.size().w as u32, picture.metrics.height);
        let row_pixels = width as usize * height as usize;
        letters.with_fonts(|fonts| {
            glyphs.begin(*generation, MOST_NEW_GLYPHS);
            let Picture { metrics, ligatures, background, .. } = *picture;
            let mut brush = Brush { fonts, glyphs, metrics, background, ligatures };
            let mut damage = Vec::new();
            // The line that the rows drawn but not uploaded begin at.
            let mut first = 0;
            pixels.clear();
            let mut start = 0;
            for (line, end) in &read.lines {
                let cells = read.cells.get(start..*end).unwrap_or_default();
                start = *end;
                let cursor = read.cursor.as_ref().filter(|cursor| cursor.line == *line);
                let Some(known) = picture.rows.get_mut(usize::from(*line)) else { continue };
                let shows = number(cells, cursor);
                if *known == Some(shows) {
                    continue;
                }
                let drawn = pixels.len() / row_pixels;
                if drawn > 0 && (drawn == MOST_ROWS || first + drawn != usize::from(*line)) {
                    damage.extend(picture.image.upload_rows(gpu, first as u32 * height, pixels));
                    pixels.clear();
                }
                if pixels.is_empty() {
                    first = usize::from(*line);
                }
                let at = pixels.len();
                pixels.resize(at + row_pixels, 0);
                let complete = brush.row(pixels.get_mut(at..).unwrap_or_default(), width, cells, cursor);
                *known = complete.then_some(shows);
            }
            if !pixels.is_empty() {
                damage.extend(picture.image.upload_rows(gpu, first as u32 * height, pixels));
            }
            picture.cursor = read.cursor.map(|cursor| cursor.line);
            let changed = !damage.is_empty();
            picture.damage.add(damage);
            changed
        })
    }

    /// A terminal as a scene wants it shown. `None` if nothing of it is seen, or it was never painted.
    pub(crate) fn piece(&self, shown: &TerminalShown) -> Option<Piece> {
        let picture = self.kept.get(&shown.terminal)?;
        let size = picture.image.size().to_f64();
        // The grid begins at the upper left; what is left of its place shows what is behind.
        let scale = (shown.rect.size.w / shown.full.w, shown.rect.size.h / shown.full.h);
        let extent = Size::from((size.w * scale.0, size.h * scale.1));
        let bounds = outwards(shown.rect)?;
        let clip = shown.clip.map_or(Some(bounds), |clip| clip.intersection(bounds))?;
        Piece::image(ImagePiece {
            id: picture.id.clone(),
            commit: picture.damage.current_commit(),
            damage: picture.damage.snapshot(),
            image: picture.image.clone(),
            src: Rectangle::from_size(size),
            rect: Rectangle::new(shown.rect.loc, extent),
            clip: Some(clip),
            alpha: shown.opacity,
        })
    }

    /// Forgets terminals that are gone.
    pub fn keep_only(&mut self, is_there: impl Fn(TerminalId) -> bool) {
        self.kept.retain(|id, _| is_there(*id));
    }

    /// What is kept in memory and on the device, in bytes.
    pub fn memory(&self) -> usize {
        let pictures: usize = self.kept.values().map(|picture| picture.image.bytes()).sum();
        pictures + self.glyphs.bytes()
    }
}

impl Picture {
    fn new(gpu: &Gpu, metrics: Metrics, ligatures: bool, size: GridSize, background: Rgb) -> Option<Self> {
        let side = |cells: u16, cell: u32| i32::try_from(u32::from(cells) * cell).ok();
        let extent = Size::from((side(size.columns, metrics.width)?, side(size.lines, metrics.height)?));
        let usage = wgpu::TextureUsages::COPY_DST;
        let image = Image::new(gpu, extent, wgpu::TextureFormat::Bgra8Unorm, false, usage)?;
        Some(Self {
            id: Id::new(),
            image: Arc::new(image),
            metrics,
            ligatures,
            size,
            background,
            damage: DamageBag::default(),
            rows: vec![None; usize::from(size.lines)],
            cursor: None,
            shown: 0,
        })
    }
}

/// Stands for what a row shows.
fn number(cells: &[Cell], cursor: Option<&Cursor>) -> u64 {
    let mut hasher = DefaultHasher::new();
    cells.hash(&mut hasher);
    if let Some(cursor) = cursor {
        let Cursor { column, width, shape, colour, text, .. } = cursor;
        (column, width, shape, colour, text).hash(&mut hasher);
    }
    hasher.finish()
}
