//! One thing on the output: a client's surface, a colour, or a shape or text of the frame.

use std::sync::Arc;

use smithay::backend::renderer::element::{Element, Id};
use smithay::backend::renderer::utils::{CommitCounter, DamageSet, DamageSnapshot, OpaqueRegions};
use smithay::utils::{Buffer, Physical, Point, Rectangle, Scale, Size, Transform};

use super::mapping::Mapping;
use super::mask::Mask;
use super::texture::SurfaceTexture;

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
    /// What is seen of it; what the damage tracker takes for its geometry.
    visible: Rectangle<i32, Physical>,
    /// Of the content's origin, from `visible`'s: not zero where it was clipped.
    hidden: Point<i32, Physical>,
    /// What part of the texture is seen: a change of it is a change of the piece.
    src: Rectangle<f64, Buffer>,
    transform: Transform,
    alpha: f32,
    /// Relative to `visible`.
    opaque: Vec<Rectangle<i32, Physical>>,
    content: Content,
}

/// What a piece shows.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// A client's picture.
    Surface {
        texture: Arc<SurfaceTexture>,
        damage: DamageSnapshot<i32, Buffer>,
        mapping: Mapping,
        /// The first and last texel position that may be sampled.
        limits: [f64; 4],
    },
    /// A premultiplied colour.
    Solid([f32; 4]),
    /// A premultiplied colour through a mask of the piece's size.
    Mask(Arc<Mask>, [f32; 4]),
}

impl Piece {
    /// A client's surface. One that is clipped away entirely, or makes no sense, is a piece that shows nothing.
    pub fn surface(surface: SurfacePiece) -> Self {
        let SurfacePiece { id, commit, damage, texture, src, geometry, transform, alpha, opaque, clip } = surface;
        let whole = Rectangle::from_size(texture.size().to_f64());
        let sane = [src.loc.x, src.loc.y, src.size.w, src.size.h].iter().all(|v| v.is_finite());
        let src = if sane { src.intersection(whole) } else { None }.filter(|src| !src.is_empty());
        let visible = clip.map_or(Some(geometry), |clip| geometry.intersection(clip));
        let alpha = if alpha.is_finite() { alpha.clamp(0.0, 1.0) } else { 1.0 };
        let (Some(src), Some(visible), true, false) = (src, visible, alpha > 0.0, geometry.is_empty()) else {
            let nothing = Rectangle::new(geometry.loc, Size::default());
            return Self::solid(id, commit, nothing, [0.0; 4]);
        };
        let hidden = visible.loc - geometry.loc;
        let seen = Rectangle::from_size(visible.size);
        let opaque = match (alpha < 1.0, texture.format().has_alpha()) {
            (true, _) => Vec::new(),
            (false, false) => vec![seen],
            (false, true) => {
                let moved = |rect: &Rectangle<i32, Physical>| Rectangle::new(rect.loc - hidden, rect.size);
                opaque.iter().filter_map(|rect| moved(rect).intersection(seen)).collect()
            }
        };
        let mapping = Mapping::new(src, geometry.size, transform);
        let part = mapping.texels_of(Rectangle::new(hidden, visible.size));
        let content = Content::Surface { limits: limits(src), texture, damage, mapping };
        Self { id, commit, visible, hidden, src: part, transform, alpha, opaque, content }
    }

    /// A colour, premultiplied, such as a single-pixel buffer.
    pub fn solid(id: Id, commit: CommitCounter, geometry: Rectangle<i32, Physical>, colour: [f32; 4]) -> Self {
        let opaque = if colour[3] >= 1.0 { vec![Rectangle::from_size(geometry.size)] } else { Vec::new() };
        Self::plain(id, commit, geometry, opaque, Content::Solid(colour))
    }

    /// A colour through a mask whose place is the piece's; `opaque` is where the mask is whole.
    pub(super) fn mask(
        id: Id,
        commit: CommitCounter,
        at: Point<i32, Physical>,
        mask: Arc<Mask>,
        opaque: Vec<Rectangle<i32, Physical>>,
        colour: [f32; 4],
    ) -> Self {
        let opaque = if colour[3] >= 1.0 { opaque } else { Vec::new() };
        Self::plain(id, commit, Rectangle::new(at, mask.size()), opaque, Content::Mask(mask, colour))
    }

    fn plain(
        id: Id,
        commit: CommitCounter,
        visible: Rectangle<i32, Physical>,
        opaque: Vec<Rectangle<i32, Physical>>,
        content: Content,
    ) -> Self {
        let (hidden, src) = (Point::default(), Rectangle::default());
        Self { id, commit, visible, hidden, src, transform: Transform::Normal, alpha: 1.0, opaque, content }
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// What is seen of it.
    pub(super) fn visible(&self) -> Rectangle<i32, Physical> {
        self.visible
    }

    /// Where its content would begin if nothing of it were clipped.
    pub(super) fn origin(&self) -> Point<i32, Physical> {
        self.visible.loc - self.hidden
    }

    /// Where nothing behind it is seen, in output coordinates.
    pub(super) fn opaque(&self) -> impl Iterator<Item = Rectangle<i32, Physical>> {
        self.opaque.iter().map(|rect| Rectangle::new(rect.loc + self.visible.loc, rect.size))
    }

    pub(super) fn opacity(&self) -> f32 {
        self.alpha
    }
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

impl Element for Piece {
    fn id(&self) -> &Id {
        &self.id
    }

    fn current_commit(&self) -> CommitCounter {
        self.commit
    }

    fn src(&self) -> Rectangle<f64, Buffer> {
        self.src
    }

    fn transform(&self) -> Transform {
        self.transform
    }

    fn geometry(&self, _scale: Scale<f64>) -> Rectangle<i32, Physical> {
        self.visible
    }

    fn damage_since(&self, _scale: Scale<f64>, commit: Option<CommitCounter>) -> DamageSet<i32, Physical> {
        let seen = Rectangle::from_size(self.visible.size);
        if commit == Some(self.commit) {
            return DamageSet::default();
        }
        let Content::Surface { damage, mapping, .. } = &self.content else {
            return DamageSet::from_slice(&[seen]);
        };
        match damage.damage_since(commit) {
            Some(rects) => rects
                .iter()
                .filter_map(|rect| {
                    let rect = mapping.pixels_of(*rect);
                    Rectangle::new(rect.loc - self.hidden, rect.size).intersection(seen)
                })
                .collect(),
            None => DamageSet::from_slice(&[seen]),
        }
    }

    fn opaque_regions(&self, _scale: Scale<f64>) -> OpaqueRegions<i32, Physical> {
        OpaqueRegions::from_slice(&self.opaque)
    }

    fn alpha(&self) -> f32 {
        self.alpha
    }
}
