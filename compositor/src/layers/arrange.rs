//! Where surfaces of the output itself go, and what they leave for the panes.

use smithay::utils::{Logical, Rectangle, Size};
use smithay::wayland::shell::wlr_layer::{Anchor, ExclusiveZone, Layer, LayerSurfaceCachedState};

/// However much panels reserve, so much of each side of the output is left for the desktop.
const LEFT_FREE: f64 = 0.5;

/// What one surface wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// As its client last committed it.
    pub state: LayerSurfaceCachedState,
    /// It shows something: only then it takes room from others.
    pub mapped: bool,
}

/// What surfaces keep free at the edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reserved {
    /// At the left edge, logical pixels.
    pub left: i32,
    /// At the upper edge.
    pub top: i32,
    /// At the right edge.
    pub right: i32,
    /// At the lower edge.
    pub bottom: i32,
}

/// An edge that a surface reserves room at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Left,
    Top,
    Right,
    Bottom,
}

/// Only a surface at one edge, or along one, can reserve room there.
fn edge(anchor: Anchor) -> Option<Edge> {
    let (across, down) = (Anchor::LEFT | Anchor::RIGHT, Anchor::TOP | Anchor::BOTTOM);
    let at = |edge: Anchor, along: Anchor| anchor == edge || anchor == edge | along;
    match () {
        () if at(Anchor::LEFT, down) => Some(Edge::Left),
        () if at(Anchor::TOP, across) => Some(Edge::Top),
        () if at(Anchor::RIGHT, down) => Some(Edge::Right),
        () if at(Anchor::BOTTOM, across) => Some(Edge::Bottom),
        () => None,
    }
}

/// The higher a layer, the sooner it is served.
fn rank(layer: Layer) -> u8 {
    match layer {
        Layer::Overlay => 0,
        Layer::Top => 1,
        Layer::Bottom => 2,
        Layer::Background => 3,
    }
}

/// Where each of `wishes`, in the order they came, goes on an output of this size, and what all of them reserve.
///
/// Those that reserve room come first and avoid each other; those that do not avoid them; those that ask for it get the
/// whole output. Whatever the numbers, nothing overflows and a part of the output is left free.
pub fn arrange(output: Size<i32, Logical>, wishes: &[Wish]) -> (Vec<Rectangle<i32, Logical>>, Reserved) {
    let mut reserved = Reserved::default();
    let mut places = vec![Rectangle::default(); wishes.len()];
    let mut order: Vec<(usize, &Wish)> = wishes.iter().enumerate().collect();
    order.sort_by_key(|(_, wish)| rank(wish.state.layer));
    let reserves = |wish: &Wish| match wish.state.exclusive_zone {
        ExclusiveZone::Exclusive(amount) if amount > 0 => edge(wish.state.anchor).map(|edge| (edge, amount)),
        _ => None,
    };
    let mut put = |index: usize, area: Rectangle<i32, Logical>, wish: &Wish| {
        places.iter_mut().skip(index).take(1).for_each(|place| *place = within(area, &wish.state));
    };
    for (index, wish) in &order {
        let Some((edge, amount)) = reserves(wish) else { continue };
        put(*index, reserved.leaves(output), wish);
        if wish.mapped {
            reserved.take(edge, amount, wish, output);
        }
    }
    for (index, wish) in order.iter().filter(|(_, wish)| reserves(wish).is_none()) {
        let area = match wish.state.exclusive_zone {
            ExclusiveZone::DontCare => Rectangle::from_size(output),
            _ => reserved.leaves(output),
        };
        put(*index, area, wish);
    }
    (places, reserved)
}

impl Reserved {
    /// What is left of an output.
    pub fn leaves(&self, output: Size<i32, Logical>) -> Rectangle<i32, Logical> {
        let size = (output.w - self.left - self.right, output.h - self.top - self.bottom);
        Rectangle::new((self.left, self.top).into(), Size::from((size.0.max(0), size.1.max(0))))
    }

    fn take(&mut self, edge: Edge, amount: u32, wish: &Wish, output: Size<i32, Logical>) {
        let margin = wish.state.margin;
        let (mine, other, length, margin) = match edge {
            Edge::Left => (&mut self.left, self.right, output.w, margin.left),
            Edge::Right => (&mut self.right, self.left, output.w, margin.right),
            Edge::Top => (&mut self.top, self.bottom, output.h, margin.top),
            Edge::Bottom => (&mut self.bottom, self.top, output.h, margin.bottom),
        };
        let most = (f64::from(length) * (1.0 - LEFT_FREE)) as i64 - i64::from(other);
        let wanted = i64::from(*mine) + i64::from(amount) + i64::from(margin);
        *mine = wanted.clamp(i64::from(*mine), most.max(i64::from(*mine))) as i32;
    }
}

/// Where a surface goes in an area.
fn within(area: Rectangle<i32, Logical>, state: &LayerSurfaceCachedState) -> Rectangle<i32, Logical> {
    let (anchor, margin) = (state.anchor, state.margin);
    let (left, right) = (anchor.contains(Anchor::LEFT), anchor.contains(Anchor::RIGHT));
    let (top, bottom) = (anchor.contains(Anchor::TOP), anchor.contains(Anchor::BOTTOM));
    let (x, w) = along((area.loc.x, area.size.w), state.size.w, (left, margin.left), (right, margin.right));
    let (y, h) = along((area.loc.y, area.size.h), state.size.h, (top, margin.top), (bottom, margin.bottom));
    Rectangle::new((x, y).into(), (w, h).into())
}

/// The same for one direction: start and length in an area of `(start, length)`, by the length that is wished for (0 is
/// all there is), and for each end whether it is anchored and how far from it.
fn along(area: (i32, i32), wished: i32, near: (bool, i32), far: (bool, i32)) -> (i32, i32) {
    let (start, room) = (i64::from(area.0), i64::from(area.1.max(1)));
    let margin = |(anchored, margin): (bool, i32)| if anchored { i64::from(margin).clamp(-room, room) } else { 0 };
    let (before, after) = (margin(near), margin(far));
    let length = match wished {
        ..=0 => room - before - after,
        wished => i64::from(wished),
    };
    let length = length.clamp(1, room);
    let at = match (near.0, far.0) {
        (true, false) => start + before,
        (false, true) => start + room - after - length,
        (true, true) if wished <= 0 => start + before,
        _ => start + (room - length) / 2,
    };
    (at as i32, length as i32)
}

#[cfg(test)]
mod tests {
    use smithay::wayland::shell::wlr_layer::Margins;

    use super::*;

    const OUTPUT: (i32, i32) = (800, 600);

    fn wish(anchor: Anchor, size: (i32, i32), zone: i32, layer: Layer) -> Wish {
        let state = LayerSurfaceCachedState {
            size: size.into(),
            anchor,
            exclusive_zone: zone.into(),
            layer,
            ..LayerSurfaceCachedState::default()
        };
        Wish { state, mapped: true }
    }

    fn rect(x: i32, y: i32, w: i32, h: i32) -> Rectangle<i32, Logical> {
        Rectangle::new((x, y).into(), (w, h).into())
    }

    #[test]
    fn a_bar_takes_its_edge_and_others_avoid_it() {
        let across = Anchor::LEFT | Anchor::RIGHT;
        let bar = wish(Anchor::TOP | across, (0, 30), 30, Layer::Top);
        let second = wish(Anchor::TOP | across, (0, 20), 20, Layer::Top);
        let corner = wish(Anchor::TOP | Anchor::RIGHT, (100, 50), 0, Layer::Overlay);
        let whole = wish(Anchor::all(), (0, 0), -1, Layer::Background);
        let (places, reserved) = arrange(OUTPUT.into(), &[whole, bar, corner, second]);
        let expected = [rect(0, 0, 800, 600), rect(0, 0, 800, 30), rect(700, 50, 100, 50), rect(0, 30, 800, 20)];
        assert_eq!(places, expected);
        assert_eq!(reserved, Reserved { top: 50, ..Reserved::default() });
    }

    #[test]
    fn margins_count_from_the_edges_that_it_is_at() {
        let mut left = wish(Anchor::LEFT, (60, 100), 60, Layer::Top);
        left.state.margin = Margins { left: 5, right: 1000, top: 1000, bottom: 1000 };
        let (places, reserved) = arrange(OUTPUT.into(), &[left]);
        assert_eq!(places, [rect(5, 250, 60, 100)]);
        assert_eq!(reserved.left, 65);
    }

    #[test]
    fn what_is_not_seen_takes_no_room_and_neither_does_a_corner() {
        let mut bar = wish(Anchor::TOP, (0, 30), 30, Layer::Top);
        bar.mapped = false;
        let corner = wish(Anchor::TOP | Anchor::LEFT, (30, 30), 30, Layer::Top);
        let whole = wish(Anchor::all(), (0, 0), 30, Layer::Top);
        let (_, reserved) = arrange(OUTPUT.into(), &[bar, corner, whole]);
        assert_eq!(reserved, Reserved::default());
    }

    #[test]
    fn whatever_is_asked_for_half_of_each_side_is_left() {
        let edges = [Anchor::LEFT, Anchor::TOP, Anchor::RIGHT, Anchor::BOTTOM];
        for extreme in [i32::MIN, -1, 0, 1, 700, i32::MAX] {
            let greedy = edges.map(|anchor| {
                let mut wish = wish(anchor, (extreme, extreme), i32::MAX, Layer::Overlay);
                wish.state.margin = Margins { left: extreme, right: extreme, top: extreme, bottom: extreme };
                wish
            });
            let (places, reserved) = arrange(OUTPUT.into(), &greedy);
            let left = reserved.leaves(OUTPUT.into());
            assert!(left.size.w >= 400 && left.size.h >= 300, "{left:?}");
            assert!(Rectangle::from_size(OUTPUT.into()).contains_rect(left));
            assert!(places.iter().all(|place| place.size.w > 0 && place.size.h > 0), "{places:?}");
            let near = |place: &Rectangle<i32, Logical>| place.loc.x.abs() <= 1600 && place.loc.y.abs() <= 1200;
            assert!(places.iter().all(near), "{places:?}");
        }
    }

    #[test]
    fn an_output_of_nothing_does_no_harm() {
        let bar = wish(Anchor::TOP, (0, 30), 30, Layer::Top);
        let (places, reserved) = arrange(Size::default(), &[bar]);
        assert_eq!((places.len(), reserved), (1, Reserved::default()));
    }
}
