//! What is seen of each piece in the damaged part of the output: from front to back, leaving out what is hidden.

use smithay::utils::{Physical, Rectangle};

use super::damage::area;
use super::piece::{Content, Outline, Piece};

type Rect = Rectangle<i32, Physical>;

/// What of a piece is to be drawn, in output coordinates. Rectangles do not overlap.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Nothing shines through: it replaces what is there.
    pub opaque: Vec<Rect>,
    /// To be blended over what is behind it.
    pub blended: Vec<Rect>,
    /// To be blended as much as its shape covers.
    pub edges: Vec<Rect>,
}

/// What is to be drawn.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// For each piece, in the order they came in.
    pub pieces: Vec<Seen>,
    /// Where the background is seen.
    pub background: Vec<Rect>,
}

/// An opaque part that is smaller hides less than it costs to cut it out of what is behind it.
const LEAST_HIDING: i64 = 512;

/// Divides the damage, which may not overlap itself, among the pieces (front to back) and the background.
pub(super) fn plan(pieces: &[Piece], damage: &[Rect]) -> Plan {
    let mut open = damage.to_vec();
    let mut plan = Plan { pieces: Vec::with_capacity(pieces.len()), background: Vec::new() };
    for piece in pieces {
        let rest = cut(&open, piece.visible());
        let mut seen = Seen::default();
        if !rest.is_empty() {
            match piece.content() {
                Content::Shape(outline, _) => seen.shape(piece, outline, &rest),
                _ => seen.rectangle(piece, rest),
            }
            // What is copied is copied before anything is drawn, so nothing may be drawn behind it.
            let copied = piece.copyable().is_some();
            for opaque in piece.opaque().filter(|rect| copied || area(rect) >= LEAST_HIDING) {
                open = Rect::subtract_rects_many_in_place(open, [opaque]);
            }
        }
        plan.pieces.push(seen);
    }
    plan.background = open;
    plan
}

impl Seen {
    fn rectangle(&mut self, piece: &Piece, mut rest: Vec<Rect>) {
        for opaque in piece.opaque() {
            let part = cut(&rest, opaque);
            if part.is_empty() {
                continue;
            }
            self.opaque.extend(part);
            rest = Rect::subtract_rects_many_in_place(rest, [opaque]);
        }
        self.blended = rest;
    }

    fn shape(&mut self, piece: &Piece, outline: &Outline, rest: &[Rect]) {
        let at = piece.visible().loc;
        let placed = |rect: &Rect| Rectangle::new(rect.loc + at, rect.size);
        let whole = if piece.opaque().next().is_some() { &mut self.opaque } else { &mut self.blended };
        whole.extend(outline.parts.whole.iter().flat_map(|rect| cut(rest, placed(rect))));
        self.edges.extend(outline.parts.edge.iter().flat_map(|rect| cut(rest, placed(rect))));
    }
}

/// The parts of the rectangles that lie within bounds.
fn cut(rects: &[Rect], bounds: Rect) -> Vec<Rect> {
    rects.iter().filter_map(|rect| rect.intersection(bounds)).filter(|rect| !rect.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use smithay::backend::renderer::element::Id;
    use smithay::backend::renderer::utils::CommitCounter;

    use super::*;

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rect {
        Rectangle::new((x, y).into(), (w, h).into())
    }

    fn colour(geometry: Rect, alpha: f32) -> Piece {
        Piece::solid(Id::new(), CommitCounter::default(), geometry, [0.0, 0.0, 0.0, alpha])
    }

    #[test]
    fn what_lies_behind_something_opaque_is_left_out() {
        let pieces = [colour(rect(0, 0, 50, 50), 1.0), colour(rect(0, 0, 50, 50), 1.0)];
        let plan = plan(&pieces, &[rect(0, 0, 100, 50)]);
        assert_eq!(plan.pieces[0].opaque, vec![rect(0, 0, 50, 50)]);
        assert_eq!(plan.pieces[1], Seen::default());
        assert_eq!(plan.background, vec![rect(50, 0, 50, 50)]);
    }

    #[test]
    fn what_lies_behind_something_translucent_is_drawn() {
        let pieces = [colour(rect(10, 10, 20, 20), 0.5), colour(rect(0, 0, 50, 50), 1.0)];
        let plan = plan(&pieces, &[rect(0, 0, 50, 50)]);
        assert_eq!(plan.pieces[0].blended, vec![rect(10, 10, 20, 20)]);
        assert_eq!(plan.pieces[1].opaque, vec![rect(0, 0, 50, 50)]);
        assert!(plan.background.is_empty());
    }

    #[test]
    fn nothing_is_drawn_outside_of_the_damage() {
        let pieces = [colour(rect(0, 0, 50, 50), 1.0)];
        let plan = plan(&pieces, &[rect(40, 40, 20, 20)]);
        assert_eq!(plan.pieces[0].opaque, vec![rect(40, 40, 10, 10)]);
        assert_eq!(plan.background.iter().map(area).sum::<i64>(), 300);
    }
}
