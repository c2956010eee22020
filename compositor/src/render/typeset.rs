//! Where a line of text goes, and at which size its letters are made.

use lcars_ui::scene::{Align, Primitive};
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{CommitCounter, DamageSnapshot};
use smithay::utils::{Buffer, Physical, Point, Rectangle};

use super::gpu::Gpu;
use super::letters::Letters;
use super::painter::physical;
use super::piece::{ImagePiece, LetterPiece, Piece};
use super::scaling::{outwards, rounded};
use super::text::{Anchor, Line};

/// Room for a text that is being magnified changes with every picture. Its ellipsis moves in steps of this many pixels.
const ROOM_STEP: i32 = 8;

/// Letters are not made more often twice as large than this: what is that large is about to leave the picture.
const MOST_DOUBLINGS: f64 = 2.0;

/// A text is shown at the size that it is made for, on whole pixels, or it is `times` as large, anywhere.
struct Setting {
    times: f64,
    /// Where it may be.
    rect: Rectangle<f64, Physical>,
    /// The same, in pixels of the text as it is made.
    room: i32,
}

/// A text's pieces, front to back: letters with a colour of their own, then those that take the text's.
pub(super) fn pieces(
    gpu: &Gpu,
    letters: &Letters,
    primitive: &Primitive,
    scale: f64,
    ids: [Id; 2],
    commit: CommitCounter,
) -> Vec<Piece> {
    let Primitive::Text { rect, text, cap_height, colour, align, face, elide, zoom, .. } = primitive else {
        return Vec::new();
    };
    let shown_cap = cap_height * scale;
    let Some((setting, clip)) = Setting::new(physical(rect, scale), *zoom, shown_cap) else { return Vec::new() };
    let made_cap = (shown_cap / setting.times) as f32;
    let fits = letters.width(text, *face, made_cap) <= setting.room as f32 + 0.5;
    let room = if setting.times == 1.0 { setting.room } else { setting.room / ROOM_STEP * ROOM_STEP };
    let anchor = match align {
        Align::Left => Anchor::Left,
        Align::Centre if setting.room % 2 == 0 => Anchor::Middle,
        Align::Centre => Anchor::MiddleAndHalf,
        Align::Right => Anchor::Right,
    };
    let elide = (!fits).then_some((*elide, room));
    let line = letters.line(gpu, &Line { text, face: *face, cap_height: made_cap, anchor, elide });
    let origin = setting.origin(*align, anchor, shown_cap);
    let placed = |at: Point<i32, Buffer>, size: smithay::utils::Size<i32, Buffer>| {
        let times = setting.times;
        let loc = (origin.x + f64::from(at.x) * times, origin.y + f64::from(at.y) * times);
        Rectangle::new(loc.into(), (f64::from(size.w) * times, f64::from(size.h) * times).into())
    };
    let [first, second] = ids;
    let coloured = line.coloured.as_ref().and_then(|(image, at)| {
        Piece::image(ImagePiece {
            id: second,
            commit,
            damage: DamageSnapshot::empty(),
            image: image.clone(),
            src: Rectangle::from_size(image.size().to_f64()),
            rect: placed(*at, image.size()),
            clip: Some(clip),
            alpha: f32::from(colour.a) / 255.0,
        })
    });
    let mask = line.mask.as_ref().and_then(|mask| {
        let (sheet, src, rect) = (mask.sheet.clone(), mask.src, placed(mask.at, mask.src.size));
        Piece::letters(LetterPiece { id: first, commit, sheet, src, rect, clip, colour: colour.premultiplied() })
    });
    coloured.into_iter().chain(mask).collect()
}

impl Setting {
    /// And what nothing is painted outside of. `None` if the text is too small to be seen, or its place is none.
    fn new(rect: Rectangle<f64, Physical>, zoom: f64, shown_cap: f64) -> Option<(Self, Rectangle<i32, Physical>)> {
        if !zoom.is_finite() || zoom <= 0.0 || !(0.75..4096.0).contains(&shown_cap) {
            return None;
        }
        if (zoom - 1.0).abs() < 1e-6 {
            let whole = rounded(rect)?;
            return Some((Self { times: 1.0, rect: whole.to_f64(), room: whole.size.w }, whole));
        }
        // Letters that are shown much smaller than they are made lose their thin strokes between the pixels, and much larger
        // ones blur: they are made a half, a quarter, … or twice, four times as large, whatever is nearest.
        let doublings = zoom.log2().round().clamp(-12.0, MOST_DOUBLINGS);
        let times = zoom / doublings.exp2();
        let room = (rect.size.w / times).round().clamp(0.0, 32_768.0) as i32;
        Some((Self { times, rect, room }, outwards(rect)?))
    }

    /// Where the anchor is on the baseline. Capitals are centred in the height.
    fn origin(&self, align: Align, anchor: Anchor, shown_cap: f64) -> Point<f64, Physical> {
        let (left, width) = (self.rect.loc.x, self.rect.size.w);
        let half = if anchor == Anchor::MiddleAndHalf { self.times / 2.0 } else { 0.0 };
        let x = match align {
            Align::Left => left,
            Align::Centre => left + width / 2.0 - half,
            Align::Right => left + width,
        };
        let baseline = (self.rect.size.h + shown_cap) / 2.0;
        let baseline = if self.times == 1.0 { baseline.round() } else { baseline };
        Point::from((x, self.rect.loc.y + baseline))
    }
}
