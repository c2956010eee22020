//! Viewports and the panes they fill: who is where on an output, as pure layout.
//!
//! 1. A pane is never made smaller than [`LEAST_PANE`] by a split or a moved boundary; whoever asks is told.
//! 2. An output that itself became too small for its panes shows the focused one alone. The others keep their paths and
//!    return when there is room again: turning a phone loses nothing.

use crate::camera::Camera;
use crate::geometry::{Point, Rect, Size};
use crate::hierarchy::{Awaited, HubMode, NodeId, OutputId, Path, SectorId, ViewportId};
use crate::operation::{Axis, Direction, Refused};

/// No pane is split into smaller ones than this, in logical pixels.
pub const LEAST_PANE: Size = Size { w: 320.0, h: 240.0 };

/// Between two panes, in logical pixels.
pub const PANE_GAP: f64 = 8.0;

/// A pane's contents: one path and one camera.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewport {
    /// Names it.
    pub id: ViewportId,
    /// Where it is. The camera may still be on its way there.
    pub path: Path,
    /// What it shows meanwhile.
    pub camera: Camera,
    /// The tile with the focus ring; always a child of the path's leaf, and one as long as there are any.
    pub selected: Option<NodeId>,
    /// What its hubs show.
    pub mode: HubMode,
    /// Where the selected tile stands in the order, so that the ring stays there when the tile goes.
    pub(crate) slot: usize,
    /// The sector whose terminals it showed when it was last looked at.
    pub(crate) commanded: Option<SectorId>,
    /// What it waits for after a restart, as long as nobody moves it.
    pub(crate) awaited: Option<Awaited>,
}

impl Viewport {
    pub(crate) fn new(id: ViewportId, path: Path) -> Self {
        let camera = Camera::at(&path);
        Self { id, path, camera, selected: None, mode: HubMode::default(), slot: 0, commanded: None, awaited: None }
    }

    /// Whether a pinch or a wheel drives its camera at the moment.
    pub fn is_held(&self) -> bool {
        self.camera.is_held()
    }
}

/// What an output shows instead of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    /// Nothing: the session is not locked.
    #[default]
    Open,
    /// Our own lock screen, since no program shows one, or none any more.
    Curtain,
    /// What the program shows that locked it.
    Program,
}

/// What lies on an output without being in the hierarchy, such as a program's bar along an edge.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panels {
    /// What they keep free of panes: left, top, right, bottom, in logical pixels.
    pub reserved: [f64; 4],
    /// Some are seen above the windows.
    pub shown: bool,
    /// Whether the session is locked, and by what that is shown.
    pub lock: Lock,
    /// What the one is called that keeps the keyboard or covers everything. Zooming out closes it.
    pub grabbing: Option<String>,
}

impl Panels {
    /// What they leave of a rectangle that reaches to the output's edges.
    pub fn leave(&self, rect: Rect) -> Rect {
        let [left, top, right, bottom] = self.reserved.map(|edge| if edge.is_finite() { edge.max(0.0) } else { 0.0 });
        Rect::from_edges(rect.x + left, rect.y + top, rect.right() - right, rect.bottom() - bottom)
    }
}

/// One picture that is shown or streamed.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Names it.
    pub id: OutputId,
    /// What its panes may fill, in logical pixels: the picture without the prompt and what panels reserve.
    pub area: Rect,
    /// What is not in the hierarchy.
    pub panels: Panels,
    /// How they share it.
    pub panes: Panes,
    /// The one with the focus.
    pub focused: ViewportId,
}

/// How viewports share an output: one, or two halves that may be split in turn.
#[derive(Debug, Clone, PartialEq)]
pub enum Panes {
    /// One viewport has it all.
    One(ViewportId),
    /// Two share it.
    Split {
        /// How they lie.
        axis: Axis,
        /// What the first has of both, between 0 and 1.
        share: f64,
        /// Left or above, and right or below.
        halves: Box<[Panes; 2]>,
    },
}

impl Output {
    /// The rectangle of every pane in sight, in logical pixels.
    pub fn layout(&self) -> Vec<(ViewportId, Rect)> {
        let mut panes = Vec::new();
        self.panes.place(self.area, &mut panes);
        if panes.len() > 1 && panes.iter().any(|(_, rect)| too_small(*rect)) {
            return vec![(self.focused, self.area)];
        }
        panes
    }

    /// Where a viewport is; nowhere while the output is too small for it.
    pub fn rect_of(&self, viewport: ViewportId) -> Option<Rect> {
        self.layout().into_iter().find_map(|(id, rect)| (id == viewport).then_some(rect))
    }

    /// The pane at a point.
    pub fn pane_at(&self, point: Point) -> Option<ViewportId> {
        self.layout().into_iter().find_map(|(id, rect)| rect.contains(point).then_some(id))
    }

    /// The pane that lies that way from the focused one.
    pub fn pane_towards(&self, direction: Direction) -> Option<ViewportId> {
        let panes = self.layout();
        let from = panes.iter().position(|(id, _)| *id == self.focused)?;
        let rects: Vec<Rect> = panes.iter().map(|(_, rect)| *rect).collect();
        panes.get(nearest(&rects, from, direction)?).map(|(id, _)| *id)
    }

    /// How the split lies that a viewport is directly a half of, and what that has of it, between 0 and 1.
    pub fn share_of(&self, viewport: ViewportId) -> Option<(Axis, f64)> {
        self.panes.share_of(viewport)
    }

    /// Gives a half of one viewport's room to a new one.
    pub(crate) fn split(&mut self, viewport: ViewportId, new: ViewportId, axis: Axis) -> Result<(), Refused> {
        let panes = Panes::Split { axis, share: 0.5, halves: Box::new([Panes::One(viewport), Panes::One(new)]) };
        self.try_panes(|all| all.replace(viewport, panes))
    }

    /// Moves the boundary of the split that a viewport is directly a half of.
    pub(crate) fn resize(&mut self, viewport: ViewportId, share: f64) -> Result<(), Refused> {
        let is_half = |half: &Panes| *half == Panes::One(viewport);
        if !share.is_finite() {
            return Err(Refused::NotFinite);
        }
        let mut found = false;
        self.try_panes(|all| {
            all.each_split(&mut |share_now, halves| {
                if let Some(place) = halves.iter().position(is_half) {
                    *share_now = if place == 0 { share } else { 1.0 - share }.clamp(0.0, 1.0);
                    found = true;
                }
            });
        })?;
        if found { Ok(()) } else { Err(Refused::NotSplit) }
    }

    /// Changes the panes, unless some would be too small.
    fn try_panes(&mut self, change: impl FnOnce(&mut Panes)) -> Result<(), Refused> {
        let mut panes = self.panes.clone();
        change(&mut panes);
        let mut rects = Vec::new();
        panes.place(self.area, &mut rects);
        if panes != self.panes
            && let Some((_, rect)) = rects.iter().find(|(_, rect)| too_small(*rect))
        {
            let (w, h) = (rect.w, rect.h);
            return Err(Refused::PaneTooSmall { w, h, least_w: LEAST_PANE.w, least_h: LEAST_PANE.h });
        }
        self.panes = panes;
        Ok(())
    }
}

fn too_small(rect: Rect) -> bool {
    rect.w < LEAST_PANE.w || rect.h < LEAST_PANE.h
}

impl Panes {
    /// Its viewports, left and upper ones first.
    pub fn viewports(&self) -> Vec<ViewportId> {
        match self {
            Self::One(id) => vec![*id],
            Self::Split { halves, .. } => halves.iter().flat_map(Self::viewports).collect(),
        }
    }

    fn place(&self, area: Rect, into: &mut Vec<(ViewportId, Rect)>) {
        let (axis, share, halves) = match self {
            Self::One(id) => return into.push((*id, area)),
            Self::Split { axis, share, halves } => (*axis, *share, halves),
        };
        let length = if axis == Axis::Horizontal { area.w } else { area.h };
        let gap = PANE_GAP.min(length);
        // Whole pixels: a window between two of them would be blurred.
        let first = ((length - gap) * share).round().clamp(0.0, length - gap);
        let (one, other) = match axis {
            Axis::Horizontal => {
                (Rect { w: first, ..area }, Rect::from_edges(area.x + first + gap, area.y, area.right(), area.bottom()))
            }
            Axis::Vertical => {
                (Rect { h: first, ..area }, Rect::from_edges(area.x, area.y + first + gap, area.right(), area.bottom()))
            }
        };
        for (half, rect) in halves.iter().zip([one, other]) {
            half.place(rect, into);
        }
    }

    fn replace(&mut self, viewport: ViewportId, with: Panes) {
        match self {
            Self::One(id) if *id == viewport => *self = with,
            Self::One(_) => {}
            Self::Split { halves, .. } => {
                let holder = halves.iter_mut().find(|half| half.viewports().contains(&viewport));
                holder.into_iter().for_each(|half| half.replace(viewport, with.clone()));
            }
        }
    }

    fn share_of(&self, viewport: ViewportId) -> Option<(Axis, f64)> {
        let Self::Split { axis, share, halves } = self else { return None };
        match halves.iter().position(|half| *half == Self::One(viewport)) {
            Some(place) => Some((*axis, if place == 0 { *share } else { 1.0 - share })),
            None => halves.iter().find_map(|half| half.share_of(viewport)),
        }
    }

    fn each_split(&mut self, visit: &mut impl FnMut(&mut f64, &[Panes; 2])) {
        if let Self::Split { share, halves, .. } = self {
            visit(share, halves);
            halves.iter_mut().for_each(|half| half.each_split(visit));
        }
    }

    /// Takes a viewport out. The first viewport of the half that takes its room is returned; of a single pane nothing
    /// can be taken.
    pub(crate) fn remove(&mut self, viewport: ViewportId) -> Option<ViewportId> {
        let Self::Split { halves, .. } = self else { return None };
        if let Some(place) = halves.iter().position(|half| *half == Self::One(viewport)) {
            let [first, second] = halves.as_ref().clone();
            *self = if place == 0 { second } else { first };
            return self.viewports().first().copied();
        }
        halves.iter_mut().find_map(|half| half.remove(viewport))
    }

    /// Lets two viewports change places.
    pub(crate) fn swap(&mut self, one: ViewportId, other: ViewportId) {
        match self {
            Self::One(id) if *id == one => *id = other,
            Self::One(id) if *id == other => *id = one,
            Self::One(_) => {}
            Self::Split { halves, .. } => halves.iter_mut().for_each(|half| half.swap(one, other)),
        }
    }
}

/// The rectangle that lies that way from one of them: the nearest, and among those the one most straight ahead.
pub fn nearest(rects: &[Rect], from: usize, direction: Direction) -> Option<usize> {
    let start = rects.get(from)?;
    let centre = |rect: &Rect| (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
    let (x, y) = centre(start);
    let ahead = rects.iter().enumerate().filter(|(i, _)| *i != from).filter_map(|(i, rect)| {
        let (their_x, their_y) = centre(rect);
        let (edge, aside) = match direction {
            Direction::Left => (start.x - rect.right(), their_y - y),
            Direction::Right => (rect.x - start.right(), their_y - y),
            Direction::Up => (start.y - rect.bottom(), their_x - x),
            Direction::Down => (rect.y - start.bottom(), their_x - x),
        };
        // Half a pixel forgives what dividing a width leaves behind.
        (edge > -0.5).then_some((i, edge.max(0.0) + 2.0 * aside.abs()))
    });
    ahead.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> ViewportId {
        ViewportId::from_raw(number)
    }

    fn output(w: f64, h: f64) -> Output {
        let area = Rect::new(0.0, 0.0, w, h);
        let panels = Panels::default();
        Output { id: OutputId::from_raw(99), area, panels, panes: Panes::One(id(1)), focused: id(1) }
    }

    #[test]
    fn a_split_shares_the_room_and_leaves_a_gap() {
        let mut output = output(1280.0, 680.0);
        output.split(id(1), id(2), Axis::Horizontal).unwrap();
        let right = Rect::new(644.0, 0.0, 636.0, 680.0);
        assert_eq!(output.layout(), [(id(1), Rect::new(0.0, 0.0, 636.0, 680.0)), (id(2), right)]);
        assert_eq!(output.pane_towards(Direction::Right), Some(id(2)));
        assert_eq!(output.pane_towards(Direction::Left), None);
    }

    #[test]
    fn a_split_into_panes_that_are_too_small_is_refused_and_changes_nothing() {
        let mut output = output(640.0, 680.0);
        let refused = output.split(id(1), id(2), Axis::Horizontal);
        assert_eq!(refused, Err(Refused::PaneTooSmall { w: 316.0, h: 680.0, least_w: 320.0, least_h: 240.0 }));
        assert_eq!(output.panes, Panes::One(id(1)));
    }

    #[test]
    fn a_moved_boundary_stops_where_a_pane_would_be_too_small() {
        let mut output = output(1280.0, 680.0);
        assert_eq!(output.resize(id(1), 0.3), Err(Refused::NotSplit));
        output.split(id(1), id(2), Axis::Horizontal).unwrap();
        output.resize(id(2), 0.7).unwrap();
        assert_eq!(output.rect_of(id(1)).unwrap().w, (1272.0f64 * 0.3).round());
        let (axis, share) = output.share_of(id(1)).unwrap();
        assert!(axis == Axis::Horizontal && (share - 0.3).abs() < 1e-9);
        assert!(matches!(output.resize(id(2), 0.9), Err(Refused::PaneTooSmall { .. })));
        assert_eq!(output.resize(id(2), f64::NAN), Err(Refused::NotFinite));
    }

    #[test]
    fn an_output_too_small_for_its_panes_shows_the_focused_one_until_it_grows_again() {
        let mut output = output(1280.0, 680.0);
        output.split(id(1), id(2), Axis::Horizontal).unwrap();
        let before = output.layout();
        output.area = Rect::new(0.0, 0.0, 400.0, 680.0);
        assert_eq!(output.layout(), [(id(1), output.area)]);
        output.area = Rect::new(0.0, 0.0, 1280.0, 680.0);
        assert_eq!(output.layout(), before);
    }

    #[test]
    fn a_closed_pane_leaves_its_room_to_its_neighbour() {
        let mut output = output(1280.0, 1000.0);
        output.split(id(1), id(2), Axis::Horizontal).unwrap();
        output.split(id(2), id(3), Axis::Vertical).unwrap();
        assert_eq!(output.panes.remove(id(2)), Some(id(3)));
        assert_eq!(output.panes.viewports(), [id(1), id(3)]);
        assert_eq!(output.panes.remove(id(1)), Some(id(3)));
        assert_eq!(output.panes, Panes::One(id(3)));
        assert_eq!(output.panes.remove(id(3)), None);
    }
}
