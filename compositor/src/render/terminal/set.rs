//! Sets what stands in a cell: shaped by its font, or drawn.

use cosmic_text::fontdb::{Style as Slant, Weight};
use cosmic_text::{Attrs, Buffer, CacheKeyFlags, FamilyOwned, Metrics as Lines, Shaping, SwashContent, SwashImage};
use lcars_ui::scene::Face as Setting;

use super::super::fonts::Fonts;
use super::boxes::{self, Mask};
use super::glyphs::{Face, Glyph, Ink};
use super::metrics::Metrics;

/// Faces heavier than this are bold of themselves.
const BOLD_ENOUGH: u16 = 600;

/// Other fonts' glyphs may be wider than their cells by this many pixels before they are made smaller.
const SLACK: f32 = 1.0;

/// Of a cluster, no more glyphs are drawn.
const MOST_GLYPHS: usize = 16;

/// Draws a text for one cell or two.
pub(super) fn glyph(fonts: &mut Fonts, metrics: &Metrics, text: &str, face: Face) -> Glyph {
    let mut characters = text.chars();
    if let (Some(first), None) = (characters.next(), characters.next())
        && let Some(mask) = boxes::mask(first, metrics)
    {
        return Glyph::of(mask);
    }
    if text.chars().all(|character| character.is_whitespace() || character.is_control()) {
        return Glyph::default();
    }
    let room = (metrics.width * u32::from(face.cells)) as f32;
    let alone = &text[..text.chars().next().map_or(0, char::len_utf8)];
    let shaped = shaped(fonts, text, face, metrics.font).or_else(|| {
        // Marks that no font has are left out.
        (alone.len() < text.len()).then(|| shaped(fonts, alone, face, metrics.font)).flatten()
    });
    let Some(mut shaped) = shaped else { return Glyph::of(missing(metrics, face.cells)) };
    let own = fonts.style(Setting::Mono).family;
    let foreign = shaped.glyphs.iter().any(|glyph| !of_family(fonts, glyph.font, &own));
    if foreign && shaped.width > room + SLACK {
        let size = metrics.font * room / shaped.width;
        shaped = shape(fonts, &shaped.text, &shaped.family, face, size).unwrap_or(shaped);
    }
    let start = if foreign { (room - shaped.width) / 2.0 } else { 0.0 };
    draw(fonts, metrics, &shaped, start, face)
}

/// Draws signs that stand in cells beside each other, joined where their font joins them. Each stays in its own cells,
/// whatever the font's advance is.
pub(super) fn joined(fonts: &mut Fonts, metrics: &Metrics, text: &str, face: Face) -> Glyph {
    let family = fonts.style(Setting::Mono).family;
    let Some(mut shaped) = shape(fonts, text, &family, face, metrics.font) else {
        return Glyph::of(missing(metrics, face.cells));
    };
    for Set { glyph, .. } in &mut shaped.glyphs {
        // A sign is a byte, and a byte a cell.
        glyph.x = (glyph.start * metrics.width as usize) as f32;
    }
    draw(fonts, metrics, &shaped, 0.0, face)
}

/// A text that was shaped.
struct Shaped {
    text: String,
    family: FamilyOwned,
    glyphs: Vec<Set>,
    /// How far it reaches, from the left.
    width: f32,
}

struct Set {
    glyph: cosmic_text::LayoutGlyph,
    font: cosmic_text::fontdb::ID,
}

/// Shapes a text with the best family there is. `None` if no font has all of it.
fn shaped(fonts: &mut Fonts, text: &str, face: Face, size: f32) -> Option<Shaped> {
    if pictographic(text, face)
        && let Some(family) = fonts.emoji()
        && let Some(shaped) = shape(fonts, text, &family, face, size)
        && shaped.glyphs.iter().all(|set| of_family(fonts, set.font, &family))
    {
        return Some(shaped);
    }
    let family = fonts.style(Setting::Mono).family;
    if let Some(shaped) = shape(fonts, text, &family, face, size) {
        return Some(shaped);
    }
    if fonts.complete() { shape(fonts, text, &family, face, size) } else { None }
}

/// Whether a text is to be a picture rather than a letter: it says so itself, or is one of those that take two cells.
fn pictographic(text: &str, face: Face) -> bool {
    if text.contains('\u{FE0E}') {
        return false;
    }
    let of_pictures = |character: char| matches!(u32::from(character), 0x231A..=0x2BFF | 0x1F000..=0x1FAFF);
    text.contains('\u{FE0F}') || face.cells == 2 && text.chars().next().is_some_and(of_pictures)
}

/// `None` if glyphs are missing.
fn shape(fonts: &mut Fonts, text: &str, family: &FamilyOwned, face: Face, size: f32) -> Option<Shaped> {
    let weight = if face.bold { Weight::BOLD } else { Weight::NORMAL };
    let slant = if face.italic { Slant::Italic } else { Slant::Normal };
    let attrs = Attrs::new().family(family.as_family()).weight(weight).style(slant);
    let mut buffer = Buffer::new(&mut fonts.system, Lines::new(size, size * 1.25));
    let mut with = buffer.borrow_with(&mut fonts.system);
    with.set_wrap(cosmic_text::Wrap::None);
    with.set_text(text, &attrs, Shaping::Advanced, None);
    with.shape_until_scroll(false);
    let run = buffer.layout_runs().next()?;
    if run.glyphs.is_empty() || run.glyphs.iter().any(|glyph| glyph.glyph_id == 0) {
        return None;
    }
    let width = run.glyphs.iter().map(|glyph| glyph.x + glyph.w).fold(0.0, f32::max);
    let glyphs = run.glyphs.iter().take(MOST_GLYPHS);
    let glyphs = glyphs.map(|glyph| Set { font: glyph.font_id, glyph: glyph.clone() }).collect();
    Some(Shaped { text: String::from(text), family: family.clone(), glyphs, width })
}

fn of_family(fonts: &Fonts, font: cosmic_text::fontdb::ID, family: &FamilyOwned) -> bool {
    let family = family.as_family();
    // A font that stands in for all of a kind has a name of its own.
    let name = fonts.system.db().family_name(&family);
    let face = fonts.system.db().face(font);
    face.is_some_and(|face| face.families.iter().any(|(known, _)| known == name))
}

/// Draws what was shaped, as far as it stays near its cells: above and below, other rows begin.
fn draw(fonts: &mut Fonts, metrics: &Metrics, shaped: &Shaped, start: f32, face: Face) -> Glyph {
    let (cell, room) = (metrics.width as i32, metrics.width as i32 * i32::from(face.cells));
    let mut images = Vec::with_capacity(shaped.glyphs.len());
    for set in &shaped.glyphs {
        let mut place = set.glyph.physical((start, 0.0), 1.0);
        let known = fonts.system.db().face(set.font).map(|face| (face.weight.0, face.style));
        let Some((weight, slant)) = known else { continue };
        if face.italic && slant == Slant::Normal {
            place.cache_key.flags |= CacheKeyFlags::FAKE_ITALIC;
        }
        let bold = face.bold && weight < BOLD_ENOUGH && !has_weights(fonts, set.font, weight);
        let Some(image) = fonts.glyphs.get_image_uncached(&mut fonts.system, place.cache_key) else { continue };
        let x = place.x.saturating_add(image.placement.left);
        let y = metrics.baseline.saturating_add(place.y).saturating_sub(image.placement.top);
        images.push((x, y, image, bold));
    }
    let bounds = [-cell, 0, room + cell, metrics.height as i32];
    if images.iter().any(|(_, _, image, _)| image.content == SwashContent::Color) {
        return coloured(&images, bounds, metrics.height as i32);
    }
    let thicker = |bold: bool| if bold { metrics.stroke as i32 } else { 0 };
    let extent = images.iter().map(|(x, y, image, bold)| (*x, *y, image, thicker(*bold)));
    let Some(mut glyph) = extent_of(extent, bounds) else { return Glyph::default() };
    let mut pixels = vec![0u8; glyph.width as usize * glyph.height as usize];
    for (x, y, image, bold) in &images {
        for by in 0..=thicker(*bold) {
            each(&glyph, x + by, *y, image, 1, |at, ink| {
                if let (Some(pixel), [ink]) = (pixels.get_mut(at), ink) {
                    // What overlaps, such as a slashed letter and its slash, is not darker there.
                    *pixel = (*pixel).max(*ink);
                }
            });
        }
    }
    glyph.ink = Ink::Mask(pixels.into());
    glyph
}

/// Pictures stand in the middle of the row, whatever their font takes for the baseline.
fn coloured(images: &[(i32, i32, SwashImage, bool)], bounds: [i32; 4], height: i32) -> Glyph {
    let tall = images.iter().map(|(_, _, image, _)| image.placement.height as i32).max().unwrap_or(0);
    let top = images.iter().map(|(_, y, ..)| *y).min().unwrap_or(0);
    let by = (height - tall) / 2 - top;
    let pictures = || images.iter().filter(|(_, _, image, _)| image.content == SwashContent::Color);
    let Some(mut glyph) = extent_of(pictures().map(|(x, y, image, _)| (*x, y + by, image, 0)), bounds) else {
        return Glyph::default();
    };
    let mut pixels = vec![0u32; glyph.width as usize * glyph.height as usize];
    for (x, y, image, _) in pictures() {
        each(&glyph, *x, y + by, image, 4, |at, ink| {
            if let (Some(pixel), [r, g, b, a]) = (pixels.get_mut(at), ink) {
                let premultiplied = |channel: u8| (u32::from(channel) * u32::from(*a) + 127) / 255;
                *pixel = u32::from(*a) << 24 | premultiplied(*r) << 16 | premultiplied(*g) << 8 | premultiplied(*b);
            }
        });
    }
    glyph.ink = Ink::Coloured(pixels.into());
    glyph
}

/// Whether a font can be as heavy as one likes.
fn has_weights(fonts: &mut Fonts, font: cosmic_text::fontdb::ID, weight: u16) -> bool {
    let font = fonts.system.get_font(font, Weight(weight));
    let tag = u32::from_be_bytes(*b"wght");
    font.is_some_and(|font| font.as_swash().variations().any(|axis| axis.tag() == tag))
}

/// A glyph without ink that has room for images, each so many pixels wider than it is.
fn extent_of<'a>(images: impl Iterator<Item = (i32, i32, &'a SwashImage, i32)>, bounds: [i32; 4]) -> Option<Glyph> {
    let mut edges: Option<[i32; 4]> = None;
    for (x, y, image, wider) in images {
        let (w, h) = (image.placement.width as i32, image.placement.height as i32);
        let right = x.saturating_add(w).saturating_add(wider);
        let image = [x.max(bounds[0]), y.max(bounds[1]), right.min(bounds[2]), y.saturating_add(h).min(bounds[3])];
        if image[0] < image[2] && image[1] < image[3] {
            let [left, top, right, bottom] = edges.unwrap_or(image);
            edges = Some([left.min(image[0]), top.min(image[1]), right.max(image[2]), bottom.max(image[3])]);
        }
    }
    let [left, top, right, bottom] = edges?;
    Some(Glyph { left, top, width: (right - left) as u32, height: (bottom - top) as u32, ink: Ink::Nothing })
}

/// Calls for each pixel of an image that lies in a glyph, with its place there.
fn each(glyph: &Glyph, x: i32, y: i32, image: &SwashImage, bytes: usize, mut put: impl FnMut(usize, &[u8])) {
    let width = image.placement.width as usize;
    if width == 0 {
        return;
    }
    for (at, ink) in image.data.chunks_exact(bytes).enumerate() {
        let x = x.saturating_add((at % width) as i32).saturating_sub(glyph.left);
        let y = y.saturating_add((at / width) as i32).saturating_sub(glyph.top);
        if (0..glyph.width as i32).contains(&x) && (0..glyph.height as i32).contains(&y) {
            put(y as usize * glyph.width as usize + x as usize, ink);
        }
    }
}

/// A frame where a letter would be that no font has.
fn missing(metrics: &Metrics, cells: u8) -> Mask {
    let mut mask = Mask::new(metrics.width * u32::from(cells), metrics.height);
    let (left, right) = (1, mask.width as i32 - 1);
    let (top, bottom) = ((metrics.baseline - (metrics.font * 0.72) as i32).max(0), metrics.baseline);
    mask.fill(left..right, top..bottom, 255);
    let thick = metrics.stroke as i32;
    mask.fill(left + thick..right - thick, top + thick..bottom - thick, 0);
    mask
}

impl Glyph {
    fn of(mask: Mask) -> Self {
        Self { left: 0, top: 0, width: mask.width, height: mask.height, ink: Ink::Mask(mask.pixels.into()) }
    }
}
