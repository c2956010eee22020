//! From the desktop to a picture: the scene to paint and the semantics that go with it.

pub mod build;
mod frame;
mod levels;
mod lock;
mod map;
mod metrics;
mod overlay;
mod pane;
mod prompt;
mod rail;
mod tile;
mod tray;
mod zoom;

use std::sync::LazyLock;
use std::time::Duration;

pub use metrics::{label_width, mono_width};
pub use overlay::Binding;
pub(crate) use tray::TRAY_ITEM;

use build::Builder;
use levels::{Fit, Without};
use pane::{Pane, Rail};

use crate::camera::Pose;
use crate::files::Directories;
use crate::geometry::{Rect, Size};
use crate::hierarchy::{Desktop, OutputId, TerminalId, ViewportId, WindowId};
use crate::interface::{FilesArea, Interface, Overlay, Sight};
use crate::scene::{Key, Look, Primitive};
use crate::semantics::{Node, Role};
use crate::shells::Shells;
use crate::theme::{Colour, Theme};
use crate::viewport::{Lock, PANE_GAP, Panels, Viewport};

/// The theme of a question about something dangerous.
const RED_ALERT: &str = "red-alert";

/// What the machine is doing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Readings {
    /// Share of the processors in use, 0 to 1.
    pub cpu: f64,
    /// Bytes in use.
    pub memory_used: u64,
    /// Bytes there are; 0 where that is unknown.
    pub memory_total: u64,
    /// Bytes a second, both ways together.
    pub network: f64,
}

/// A program that can be started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Launchable {
    /// Its desktop entry.
    pub entry: String,
    /// Its name.
    pub name: String,
    /// Its icon's name.
    pub icon: Option<String>,
    /// What it is for, such as `GRAPHICS`; empty where nobody said.
    pub category: String,
}

/// Everything a view is made of.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// What there is.
    pub desktop: &'a Desktop,
    /// Whose picture this is.
    pub output: OutputId,
    /// Of the picture, logical.
    pub size: Size,
    /// Device pixels for each logical one.
    pub scale: f64,
    /// The user's own scale of the interface, 0.75 to 3.
    pub ui_scale: f64,
    /// Colours and measures, not yet scaled.
    pub theme: &'a Theme,
    /// What pointer, keyboard and overlays are at.
    pub interface: &'a Interface,
    /// What is in the directories that hubs show.
    pub directories: &'a Directories,
    /// What is known of the shells.
    pub shells: &'a Shells,
    /// For the rails.
    pub readings: &'a Readings,
    /// The time of day as it is shown: `14:02`.
    pub clock: &'a str,
    /// What can be launched: what matches the search, else recently used first.
    pub launcher: &'a [Launchable],
    /// The keys in force, for the overlay that lists them.
    pub bindings: &'a [Binding],
    /// Whether levels 2 and 3 show the small map.
    pub map: bool,
    /// Whether there is a portal above the overview.
    pub portal: bool,
    /// For cameras.
    pub now: Duration,
}

impl<'a> Inputs<'a> {
    /// A picture of the focused output at scale 1 and two in the afternoon, with nothing around the desktop: for pictures
    /// and tests, which say what is otherwise.
    pub fn of(desktop: &'a Desktop, interface: &'a Interface, theme: &'a Theme, size: Size, now: Duration) -> Self {
        static DIRECTORIES: LazyLock<Directories> = LazyLock::new(Directories::default);
        static SHELLS: LazyLock<Shells> = LazyLock::new(Shells::default);
        static READINGS: LazyLock<Readings> = LazyLock::new(Readings::default);
        Self {
            desktop,
            output: desktop.focused_output().id,
            size,
            scale: 1.0,
            ui_scale: 1.0,
            theme,
            interface,
            directories: &DIRECTORIES,
            shells: &SHELLS,
            readings: &READINGS,
            clock: "14:02",
            launcher: &[],
            bindings: &[],
            map: true,
            portal: false,
            now,
        }
    }
}

/// One pane's window in focus: the size its program is told, whether or not the camera is there yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FocusArea {
    /// Which pane.
    pub viewport: ViewportId,
    /// The window that its path leads to.
    pub window: Option<WindowId>,
    /// Where it goes at rest, output logical, on whole device pixels.
    pub rect: Rect,
    /// Where any other window would go: one in our frame,
    pub framed: Rect,
    /// and one whose program draws its own.
    pub own_frame: Rect,
}

/// Where the text of the open prompt stands, so that a pointer finds the letter that it is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PromptPlace {
    /// What the text may fill, output logical.
    pub rect: Rect,
    /// The width of a narrow letter, and the height of a line.
    pub cell: Size,
    /// The first line in view, and how many columns are scrolled off at the left.
    pub scrolled: (usize, usize),
}

/// A terminal in sight at rest: what its grid is to be sized to, whether or not the camera is there yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TerminalArea {
    /// In which pane.
    pub viewport: ViewportId,
    /// Which.
    pub terminal: TerminalId,
    /// Where its cells go, output logical, from a whole device pixel on; a whole number of cells.
    pub rect: Rect,
}

/// What is shown and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// What is behind everything.
    pub background: Colour,
    /// To be painted in this order.
    pub scene: Vec<Primitive>,
    /// What it means, in reading order, overlays last.
    pub nodes: Vec<Node>,
    /// The place of the window in focus in each pane, also for a pane that is elsewhere: what a window is configured to.
    pub areas: Vec<FocusArea>,
    /// The terminals that can be seen, each in its pane.
    pub terminals: Vec<TerminalArea>,
    /// Where what is typed into the prompt stands, while it is open.
    pub prompt: Option<PromptPlace>,
    /// Where files can be seen, each in its pane.
    pub files: Vec<FilesArea>,
    /// What overlays cover, output logical: no window is touched through them.
    pub covers: Vec<Rect>,
    /// A camera is under way: the next picture differs without any event.
    pub moving: bool,
}

impl View {
    /// A view of nothing, as before the first.
    pub fn empty(background: Colour) -> Self {
        Self {
            background,
            scene: Vec::new(),
            nodes: Vec::new(),
            areas: Vec::new(),
            terminals: Vec::new(),
            prompt: None,
            files: Vec::new(),
            covers: Vec::new(),
            moving: false,
        }
    }

    /// What somebody sees of it who is at a pane, before whatever they do to it next.
    pub fn sight<'a>(
        &'a self,
        desktop: &'a Desktop,
        viewport: &Viewport,
        shells: &'a Shells,
        launcher: &'a [Launchable],
    ) -> Sight<'a> {
        Sight {
            nodes: &self.nodes,
            pane: viewport.id,
            level: viewport.path.level(),
            sector: viewport.path.sector(),
            selected: viewport.selected,
            tree: desktop.tree(),
            shells,
            launcher,
            prompt: self.prompt,
            files: &self.files,
        }
    }
}

/// Lays out and draws an output.
pub fn build(inputs: &Inputs) -> View {
    // A question about something dangerous turns everything red, for as long as it is open.
    let alarm = matches!(inputs.interface.overlay, Some(Overlay::Confirm { .. }));
    let red = alarm.then(|| inputs.theme.switched(RED_ALERT)).flatten();
    let inputs = &Inputs { theme: red.as_ref().unwrap_or(inputs.theme), ..*inputs };
    let mut b = Builder::new(inputs);
    let mut areas = Vec::new();
    let mut files = Vec::new();
    let mut terminals = Vec::new();
    let mut moving = false;
    if let Some(output) = inputs.desktop.output(inputs.output) {
        let panes = pane::panes(&b, inputs, output);
        for pane in &panes {
            b.enter_pane(Some(pane.viewport.id));
            draw_pane(&mut b, pane);
            areas.push(focus_area(&b, pane));
            files.extend(levels::files_area(&b, pane));
            terminals.extend(levels::terminal_area(&b, pane));
            moving |= !pane.viewport.camera.rests(inputs.now);
        }
        b.enter_pane(None);
        let room = pane::room(b.scale, inputs.size, &output.panels);
        let whole = pane::room(b.scale, inputs.size, &Panels::default());
        dividers(&mut b, &panes);
        let framed = panes.iter().all(|pane| pane.rail != Rail::None);
        let focused = panes.iter().find(|pane| pane.focused);
        let shares = |focused: &&Pane| panes.len() > 1 && framed && !prompt::is_over(inputs, focused);
        if let Some(focused) = focused.filter(shares) {
            prompt::draw_shared(&mut b, room, focused);
        }
        raise_windows(&mut b.scene);
        if output.panels.shown {
            b.scene.push(Primitive::Panels { key: Key::part("panels"), rect: whole });
        }
        if let Some(focused) = focused.filter(|focused| prompt::is_over(inputs, focused)) {
            let cover = prompt::draw_over(&mut b, room, focused);
            b.covers.push(cover);
        }
    }
    moving |= !inputs.interface.files.rests(inputs.now);
    overlay::draw(inputs, &mut b);
    files.extend(b.asked);
    let moving = moving || inputs.interface.hold_moves(inputs.now);
    let lock = inputs.desktop.output(inputs.output).map_or(Lock::Open, |output| output.panels.lock);
    if lock != Lock::Open {
        return lock::build(inputs, lock, areas);
    }
    View {
        background: inputs.theme.bg,
        scene: b.scene,
        nodes: b.nodes,
        areas,
        terminals,
        prompt: b.prompt,
        files,
        covers: b.covers,
        moving,
    }
}

/// What an output's panes may fill, to be told to the desktop: all of a picture but the prompt. Where there are panels it
/// is what [`Panels::leave`] of it.
pub fn pane_area(theme: &Theme, size: Size, scale: f64, ui_scale: f64) -> Rect {
    let m = theme.measures.scaled_by(size.w, size.h, scale, ui_scale);
    pane::shared(&m, pane::room(scale, size, &Panels::default()))
}

/// Windows at their own size come after every frame: their menus may reach over it, and over the next pane.
fn raise_windows(scene: &mut Vec<Primitive>) {
    let at_rest = |primitive: &Primitive| match primitive {
        Primitive::Window { rect, full, look: Look::Live, .. } => rect.size() == *full,
        _ => false,
    };
    let windows: Vec<Primitive> = scene.extract_if(.., |primitive| at_rest(primitive)).collect();
    scene.extend(windows);
}

fn draw_pane(b: &mut Builder, pane: &Pane) {
    let path = &pane.viewport.path;
    let pose = pane.viewport.camera.pose(pane.inputs.now);
    let mut region = Node::new(Key::part("pane"), Role::Region, prompt::place_name(pane), pane.rect);
    region.value = Some(format!("LEVEL {}", path.level().label()));
    let region = b.node(region);
    let at_rest = |b: &mut Builder, path| {
        let pane = pane.at(path);
        levels::draw(b, &pane, path, Without::default());
        if pane.alone {
            prompt::draw_alone(b, &pane, path);
        }
    };
    let first = b.nodes.len();
    b.within(region, |b| match &pose {
        Pose::Rest(place) if pane.viewport.camera.rests(pane.inputs.now) => at_rest(b, place),
        // While it moves, what can be pressed is already what there will be.
        Pose::Rest(place) => {
            b.announce(|b| at_rest(b, path));
            let picture = b.sketch(|b| at_rest(b, place));
            b.scene.extend(picture);
        }
        Pose::Zoom { outer, inner, progress } => {
            b.announce(|b| at_rest(b, path));
            zoom::draw(b, pane, outer, inner, *progress);
        }
        Pose::Fade { from, to, progress } => {
            b.announce(|b| at_rest(b, path));
            zoom::fade(b, pane, from, to, *progress);
        }
    });
    // Hit areas reach over gaps, but never into the pane beside.
    b.nodes.iter_mut().skip(first).for_each(|node| node.hit = node.hit.meet(pane.rect));
}

fn focus_area(b: &Builder, pane: &Pane) -> FocusArea {
    let path = &pane.viewport.path;
    let [framed, own_frame] = [Fit::Framed, Fit::OwnFrame].map(|fit| levels::area_for(b, pane, fit));
    let rect = levels::area(b, pane, path);
    FocusArea { viewport: pane.viewport.id, window: path.window(), rect, framed, own_frame }
}

/// A short tick in the middle of the gap between two panes.
fn dividers(b: &mut Builder, panes: &[Pane]) {
    let (length, width) = (b.px(80.0), b.px(4.0).min(PANE_GAP));
    let mut place = 0;
    for one in panes {
        for other in panes {
            let (one, other) = (one.rect, other.rect);
            let across = (other.x - one.right() - PANE_GAP).abs() < 0.5;
            let down = (other.y - one.bottom() - PANE_GAP).abs() < 0.5;
            let shared = |a: f64, b: f64, c: f64, d: f64| (a.max(c), b.min(d));
            let (from, to) = match (across, down) {
                (true, _) => shared(one.y, one.bottom(), other.y, other.bottom()),
                (_, true) => shared(one.x, one.right(), other.x, other.right()),
                _ => continue,
            };
            let middle = (from + to) / 2.0;
            if to - from < length {
                continue;
            }
            let rect = if across {
                Rect::new(one.right() + (PANE_GAP - width) / 2.0, middle - length / 2.0, width, length)
            } else {
                Rect::new(middle - length / 2.0, one.bottom() + (PANE_GAP - width) / 2.0, length, width)
            };
            place += 1;
            b.fill(Key::of("divider", place), rect, [width / 2.0; 4], b.theme.frame_inert);
        }
    }
}
