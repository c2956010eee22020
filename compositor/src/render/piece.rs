//! One thing on the output: a client's surface, a colour, or a shape, text or picture of the interface.

use std::sync::Arc;

use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{CommitCounter, DamageSnapshot};
use smithay::utils::{Buffer, Physical, Point, Rectangle, Size, Transform};

use super::mapping::{Mapping, Sampling};
use super::quads::TARGET_FORMAT;
use super::scaling::{Scaling, inwards, outwards, rounded};
use super::shape::{Parts, Shape};
use super::sheet::Sheet;
use super::texture::{Image, SurfaceTexture};
use super::track::Placement;

type Rect = Rectangle<i32, Physical>;

/// A surface to be shown.
#[derive(Debug)]
pub struct SurfacePiece {
    /// The same from frame to frame.
    pub id: Id,
    /// Changes with the surface's content; the one that `damage` counts.
    pub commit: CommitCounter,
    /// What changed in the last commits.
    pub damage: DamageSnapshot<i32, Buffer>,
    /// The content, already uploaded.
    pub texture: Arc<SurfaceTexture>,
    /// What part of it is shown.
    pub src: Rectangle<f64, Buffer>,
    /// Where on the output.
    pub geometry: Rectangle<i32, Physical>,
    /// As the client said with `set_buffer_transform`.
    pub transform: Transform,
    /// 1 is opaque.
    pub alpha: f32,
    /// Where the client says it is opaque, relative to `geometry`. A format without alpha is known to be.
    pub opaque: Vec<Rectangle<i32, Physical>>,
    /// Nothing is shown outside of this part of the output.
    pub clip: Option<Rectangle<i32, Physical>>,
}

/// One thing on the output. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Piece {
    id: Id,
    commit: CommitCounter,
    /// What is seen of it.
    visible: Rect,
    /// Of the content's origin, from `visible`'s: not zero where it was clipped.
    hidden: Point<i32, Physical>,
    /// What part of the texture is seen: a change of it is a change of the piece.
    src: Rectangle<f64, Buffer>,
    transform: Transform,
    alpha: f32,
    /// Relative to `visible`.
    opaque: Arc<[Rect]>,
    /// Relative to `visible`: outside of these there is nothing.
    shown: Arc<[Rect]>,
    content: Content,
}

/// What a piece shows.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A client's picture, or one of ours.
    Picture {
        image: Arc<Image>,
        damage: DamageSnapshot<i32, Buffer>,
        mapping: Mapping,
        /// The first and last texel position that may be sampled.
        limits: [f64; 4],
    },
    /// A premultiplied colour.
    Solid([f32; 4]),
    /// A premultiplied colour within a shape.
    Shape(Arc<Outline>, [f32; 4]),
    /// A premultiplied colour through letters.
    Letters {
        sheet: Arc<Sheet>,
        mapping: Mapping,
        /// The first and last texel position that may be sampled.
        limits: [f64; 4],
        colour: [f32; 4],
    },
}

/// A shape and where it is seen, relative to the piece's place.
#[derive(Debug)]
pub(super) struct Outline {
    pub shape: Shape,
    pub parts: Parts,
}

/// A part of one of our own pictures to be shown, such as a thumbnail.
#[derive(Debug)]
pub(super) struct ImagePiece {
    pub id: Id,
    pub commit: CommitCounter,
    pub damage: DamageSnapshot<i32, Buffer>,
    pub image: Arc<Image>,
    /// What part of it is shown.
    pub src: Rectangle<f64, Buffer>,
    /// Where that goes, in output pixels, whole or not.
    pub rect: Rectangle<f64, Physical>,
    pub clip: Option<Rect>,
    pub alpha: f32,
}

/// Letters to be shown.
#[derive(Debug)]
pub(super) struct LetterPiece {
    pub id: Id,
    pub commit: CommitCounter,
    pub sheet: Arc<Sheet>,
    /// Where on the sheet they are.
    pub src: Rectangle<i32, Buffer>,
    /// Where they go, in output pixels, whole or not.
    pub rect: Rectangle<f64, Physical>,
    pub clip: Rect,
    pub colour: [f32; 4],
}

impl Piece {
    /// A client's surface. One that is clipped away entirely, or makes no sense, is a piece that shows nothing.
    pub fn surface(surface: SurfacePiece) -> Self {
        let SurfacePiece { id, commit, damage, texture, src, geometry, transform, alpha, opaque, clip } = surface;
        let whole = Rectangle::from_size(texture.size().to_f64());
        let sane = [src.loc.x, src.loc.y, src.size.w, src.size.h].iter().all(|v| v.is_finite());
        let src = if sane { src.intersection(whole) } else { None }.filter(|src| !src.is_empty());
        let visible = clip.map_or(Some(geometry), |clip| geometry.intersection(clip));
        let alpha = opacity(alpha);
        let (Some(src), Some(visible), true, false) = (src, visible, alpha > 0.0, geometry.is_empty()) else {
            return Self::nothing(id, commit, geometry.loc);
        };
        let hidden = visible.loc - geometry.loc;
        let seen = Rectangle::from_size(visible.size);
        let opaque = match (alpha < 1.0, texture.format().has_alpha()) {
            (true, _) => Vec::new(),
            (false, false) => vec![seen],
            (false, true) => {
                let moved = |rect: &Rect| Rectangle::new(rect.loc - hidden, rect.size);
                opaque.iter().filter_map(|rect| moved(rect).intersection(seen)).collect()
            }
        };
        let mapping = Mapping::new(src, geometry.size, transform);
        let part = mapping.texels_of(Rectangle::new(hidden, visible.size));
        let content = Content::Picture { limits: limits(src), image: texture.image().clone(), damage, mapping };
        let (opaque, shown) = (opaque.into(), Arc::from([seen]));
        Self { id, commit, visible, hidden, src: part, transform, alpha, opaque, shown, content }
    }

    /// A colour, premultiplied, such as a single-pixel buffer.
    pub fn solid(id: Id, commit: CommitCounter, geometry: Rectangle<i32, Physical>, colour: [f32; 4]) -> Self {
        let whole: Arc<[Rect]> = Arc::from([Rectangle::from_size(geometry.size)]);
        let opaque = if colour[3] >= 1.0 { whole.clone() } else { Arc::default() };
        Self::plain(id, commit, geometry, opaque, whole, Content::Solid(colour))
    }

    /// A colour, premultiplied, within a shape.
    pub(super) fn shape(id: Id, commit: CommitCounter, shape: Shape, colour: [f32; 4]) -> Option<Self> {
        let visible = shape.bounds()?;
        let Parts { mut whole, mut edge } = shape.parts(visible);
        if edge.is_empty() && whole.len() == 1 {
            return Some(Self::solid(id, commit, visible, colour));
        }
        whole.iter_mut().chain(&mut edge).for_each(|rect| rect.loc -= visible.loc);
        let opaque = if colour[3] >= 1.0 { whole.as_slice().into() } else { Arc::default() };
        let shown = whole.iter().chain(&edge).copied().collect();
        let content = Content::Shape(Arc::new(Outline { shape, parts: Parts { whole, edge } }), colour);
        Some(Self::plain(id, commit, visible, opaque, shown, content))
    }

    /// One of our own pictures. `None` if nothing of it is seen.
    pub(super) fn image(piece: ImagePiece) -> Option<Self> {
        let ImagePiece { id, commit, damage, image, src, rect, clip, alpha } = piece;
        let visible = rounded(rect)?;
        let visible = clip.map_or(Some(visible), |clip| visible.intersection(clip)).filter(|rect| !rect.is_empty())?;
        let alpha = Some(opacity(alpha)).filter(|alpha| *alpha > 0.0)?;
        let mapping = Mapping::stretched(src, rect, visible.loc);
        let limits = limits(src.intersection(Rectangle::from_size(image.size().to_f64()))?);
        let seen: Arc<[Rect]> = Arc::from([Rectangle::from_size(visible.size)]);
        let opaque = if alpha < 1.0 || image.has_alpha() { Arc::default() } else { seen.clone() };
        let src = mapping.texels_of(Rectangle::from_size(visible.size));
        let content = Content::Picture { image, damage, mapping, limits };
        let (hidden, transform) = (Point::default(), Transform::Normal);
        Some(Self { id, commit, visible, hidden, src, transform, alpha, opaque, shown: seen, content })
    }

    /// Letters. `None` if nothing of them is seen.
    pub(super) fn letters(piece: LetterPiece) -> Option<Self> {
        let LetterPiece { id, commit, sheet, src, rect, clip, colour } = piece;
        let visible = outwards(rect)?.intersection(clip).filter(|rect| !rect.is_empty())?;
        let mapping = Mapping::stretched(src.to_f64(), rect, visible.loc);
        let shown = Arc::from([Rectangle::from_size(visible.size)]);
        let content = Content::Letters { sheet, mapping, limits: limits(src.to_f64()), colour };
        Some(Self::plain(id, commit, visible, Arc::default(), shown, content))
    }

    /// A piece that is there but shows nothing.
    fn nothing(id: Id, commit: CommitCounter, at: Point<i32, Physical>) -> Self {
        Self::solid(id, commit, Rectangle::new(at, Size::default()), [0.0; 4])
    }

    fn plain(
        id: Id,
        commit: CommitCounter,
        visible: Rect,
        opaque: Arc<[Rect]>,
        shown: Arc<[Rect]>,
        content: Content,
    ) -> Self {
        let (hidden, src) = (Point::default(), Rectangle::default());
        Self { id, commit, visible, hidden, src, transform: Transform::Normal, alpha: 1.0, opaque, shown, content }
    }

    pub(super) fn id(&self) -> &Id {
        &self.id
    }

    pub(super) fn commit(&self) -> CommitCounter {
        self.commit
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// What is seen of it.
    pub(super) fn visible(&self) -> Rect {
        self.visible
    }

    /// Where its content would begin if nothing of it were clipped.
    pub(super) fn origin(&self) -> Point<i32, Physical> {
        self.visible.loc - self.hidden
    }

    /// Where nothing behind it is seen, in output coordinates.
    pub(super) fn opaque(&self) -> impl Iterator<Item = Rect> {
        self.opaque.iter().map(|rect| Rectangle::new(rect.loc + self.visible.loc, rect.size))
    }

    /// Outside of these there is nothing of it; relative to what is visible.
    pub(super) fn shown(&self) -> impl Iterator<Item = &Rect> {
        self.shown.iter()
    }

    /// The same, to be kept.
    pub(super) fn shown_parts(&self) -> Arc<[Rect]> {
        self.shown.clone()
    }

    pub(super) fn opacity(&self) -> f32 {
        self.alpha
    }

    pub(super) fn placement(&self) -> Placement {
        Placement { visible: self.visible, src: self.src, transform: self.transform, alpha: self.alpha }
    }

    /// What changed since a commit, in output coordinates.
    pub(super) fn damage_since(&self, commit: CommitCounter) -> Vec<Rect> {
        let seen = Rectangle::from_size(self.visible.size);
        let changed = match &self.content {
            Content::Picture { damage, mapping, .. } => damage.damage_since(Some(commit)).map(|rects| {
                let shown = |rect: &Rectangle<i32, Buffer>| {
                    let rect = mapping.pixels_of(*rect);
                    Rectangle::new(rect.loc - self.hidden, rect.size).intersection(seen)
                };
                rects.iter().filter_map(shown).collect::<Vec<_>>()
            }),
            _ => None,
        };
        let mut rects = changed.unwrap_or_else(|| self.shown.to_vec());
        rects.iter_mut().for_each(|rect| rect.loc += self.visible.loc);
        rects
    }

    /// The piece as it is shown when what is at `from` is shown at `to` instead, with all it holds. At the same size on
    /// whole pixels it stays a copy. `clip` is in output pixels. `None` if nothing of it is left.
    ///
    /// Only clients' pictures and colours can be scaled; shapes and letters are made for their scale.
    pub(super) fn scaled(&self, scaling: &Scaling) -> Option<Self> {
        let alpha = Some(self.alpha * scaling.opacity()).filter(|alpha| *alpha > 0.0)?;
        let geometry = scaling.rect(self.visible.to_f64());
        let visible = rounded(geometry)?;
        let visible =
            scaling.clip().map_or(Some(visible), |clip| visible.intersection(clip)).filter(|rect| !rect.is_empty())?;
        let opaque: Arc<[Rect]> = if alpha < 1.0 {
            Arc::default()
        } else {
            let inner = |rect: Rect| {
                // What fills the piece fills it at every scale; other parts are rounded inwards.
                let whole = rect == self.visible;
                let rect = if whole { visible } else { inwards(scaling.rect(rect.to_f64()))? };
                let rect = rect.intersection(visible)?;
                Some(Rectangle::new(rect.loc - visible.loc, rect.size)).filter(|rect| !rect.is_empty())
            };
            self.opaque().filter_map(inner).collect()
        };
        let shown = Arc::from([Rectangle::from_size(visible.size)]);
        let (id, commit) = (self.id.clone(), self.commit);
        match &self.content {
            Content::Solid(colour) => {
                let content = Content::Solid(colour.map(|channel| channel * scaling.opacity()));
                Some(Self::plain(id, commit, visible, opaque, shown, content))
            }
            Content::Picture { image, damage, mapping, limits } => {
                let start = scaling.back([f64::from(visible.loc.x), f64::from(visible.loc.y)]);
                let origin = self.origin();
                let start = [start[0] - f64::from(origin.x), start[1] - f64::from(origin.y)];
                let mapping = mapping.scaled(scaling.factor(), start);
                let src = mapping.texels_of(Rectangle::from_size(visible.size));
                let content =
                    Content::Picture { image: image.clone(), damage: damage.clone(), mapping, limits: *limits };
                let (hidden, transform) = (Point::default(), self.transform);
                Some(Self { id, commit, visible, hidden, src, transform, alpha, opaque, shown, content })
            }
            Content::Shape(..) | Content::Letters { .. } => None,
        }
    }

    /// The picture to copy its opaque parts from and the texel at its origin, if it is shown texel for pixel.
    pub(super) fn copyable(&self) -> Option<(&Arc<Image>, [i32; 2])> {
        match &self.content {
            Content::Picture { image, mapping, .. }
                if mapping.sampling == Sampling::Exact && image.texture().format() == TARGET_FORMAT =>
            {
                Some((image, mapping.start.map(|texel| texel as i32)))
            }
            _ => None,
        }
    }
}

fn opacity(alpha: f32) -> f32 {
    if alpha.is_finite() { alpha.clamp(0.0, 1.0) } else { 1.0 }
}

/// Sampling stays half a texel inside the shown part, so that what was cropped off does not shine in at the edges.
fn limits(src: Rectangle<f64, Buffer>) -> [f64; 4] {
    let span = |start: f64, length: f64| {
        let inset = (length / 2.0).min(0.5);
        (start + inset, start + length - inset)
    };
    let (left, right) = span(src.loc.x, src.size.w);
    let (top, bottom) = span(src.loc.y, src.size.h);
    [left, top, right, bottom]
}
