//! The files of a hub: a path, tiles, what is to be said about one of them, and what can be done with all.
//!
//! Only the rows in sight become primitives and nodes, however many files there are. A row that is scrolled in or out is
//! covered where it reaches over the tiles' room by the ground of what lies around it.

mod plan;
mod tile;
mod words;
mod zoom;

use plan::{Plan, room};
use tile::tiles;

use super::super::Inputs;
use super::super::build::Builder;
use super::super::pane::{Pane, Rail};
use crate::files::{Browser, Progress, Seen};
use crate::geometry::Rect;
use crate::hierarchy::{HubMode, Level, Path, Sector, SectorId};
use crate::interface::FilesArea;
use crate::interface::files::ASKED;
use crate::scene::Key;
use crate::semantics::{Action, AskAct, FilesAct, Node, Role, UiAction};
use crate::theme::Colour;

/// What is drawn, and where.
struct Shown<'a> {
    inputs: &'a Inputs<'a>,
    /// What is drawn outside of this is not covered by anything.
    room: Rect,
    /// What a tap on a tile does, and holding it.
    tap: fn(u64) -> (Action, Option<Action>),
    browser: &'a Browser,
    plan: Plan,
    /// The sector's colour.
    own: Colour,
}

fn browser<'a>(pane: &Pane<'a>, sector: SectorId) -> Option<&'a Browser> {
    pane.inputs.interface.files.browser(pane.viewport.id, sector)
}

/// Whether a pane has files to show for the hub that it is at.
pub(super) fn is_shown(pane: &Pane) -> bool {
    let sector = pane.viewport.path.sector();
    sector.is_some_and(|sector| browser(pane, sector).is_some())
}

/// Where a pane shows files, if it is at a hub that does.
pub(in super::super) fn area(b: &Builder, pane: &Pane) -> Option<FilesArea> {
    let path: &Path = &pane.viewport.path;
    if path.level() != Level::Hub || pane.mode() != HubMode::Directory || pane.rail == Rail::None {
        return None;
    }
    let sector = path.sector()?;
    let plan = Plan::new(b, pane, browser(pane, sector).is_some_and(Browser::is_picking));
    let around = room(b, pane);
    Some(FilesArea { pane: pane.viewport.id, sector, rect: plan.list, around, shape: plan.shape, pitch: plan.pitch() })
}

/// Draws the files of a sector. Whether there is a directory to show.
pub(super) fn draw(b: &mut Builder, pane: &Pane, sector: &Sector) -> bool {
    let Some(browser) = browser(pane, sector.id) else { return false };
    let plan = Plan::new(b, pane, browser.is_picking());
    let tap = |file| (act(FilesAct::Tap { file }), Some(act(FilesAct::Pick { file })));
    let own = b.theme.sector(sector.colour.number());
    let shown = Shown { inputs: pane.inputs, room: room(b, pane), tap, browser, plan, own };
    let here = browser.stop(pane.inputs.now);
    let list = Node::new(Key::part("files"), Role::List, "FILES", plan.list);
    let list = b.node(Node { value: Some(counted(browser)), ..list });
    let seen = browser.seen(pane.inputs.now);
    b.within(list, |b| match seen {
        Seen::Rest => tiles(b, &shown, &here),
        // While it moves, what can be pressed is already what there will be.
        Seen::Zoom { outer, inner, progress } => {
            b.announce(|b| tiles(b, &shown, &here));
            zoom::zoom(b, &shown, (outer, inner), progress);
        }
        Seen::Fade { from, progress } => {
            b.announce(|b| tiles(b, &shown, &here));
            zoom::fade(b, &shown, from, &here, progress);
        }
    });
    if seen == Seen::Rest {
        words::message(b, pane, &plan, browser);
    }
    cover(b, pane, &plan);
    words::path(b, pane, &plan, browser, shown.own);
    if let Some(bar) = plan.bar {
        words::pick_bar(b, pane, bar, browser);
    }
    if let Some(rect) = plan.details {
        words::details(b, pane, rect, browser);
    }
    if let Some(row) = plan.pills {
        words::pills(b, pane, row, browser, plan.details.is_none());
    }
    true
}

/// Draws the files of which a program lets the user choose. Returns where they are.
pub(in super::super::super) fn draw_asked(
    b: &mut Builder,
    inputs: &Inputs,
    browser: &Browser,
    list: Rect,
) -> FilesArea {
    let plan = Plan::within(b, list);
    let tap = |file| (Action::Ui(UiAction::Ask { act: AskAct::Tap { file } }), None);
    let shown = Shown { inputs, room: list, tap, browser, plan, own: b.theme.frame };
    let here = browser.stop(inputs.now);
    let node = Node::new(Key::part("asked-files"), Role::List, "FILES", plan.list);
    let node = b.node(Node { value: Some(counted(browser)), ..node });
    b.within(node, |b| {
        b.announce(|b| tiles(b, &shown, &here));
        match browser.seen(inputs.now) {
            Seen::Rest => zoom::clipped(b, &shown, &here),
            Seen::Zoom { outer, inner, progress } => zoom::zoom(b, &shown, (outer, inner), progress),
            Seen::Fade { from, progress } => zoom::fade(b, &shown, from, &here, progress),
        }
    });
    let (pane, sector) = ASKED;
    FilesArea { pane, sector, rect: plan.list, around: plan.list, shape: plan.shape, pitch: plan.pitch() }
}

/// What reaches over the tiles' room while they are scrolled goes under this.
fn cover(b: &mut Builder, pane: &Pane, plan: &Plan) {
    let content = room(b, pane);
    let key = Key::part("files-ground");
    let above = Rect::from_edges(content.x, content.y, content.right(), plan.list.y);
    let below = Rect::from_edges(content.x, plan.list.bottom(), content.right(), content.bottom());
    b.fill(key, above, [0.0; 4], b.theme.bg);
    b.fill(key.piece(1), below, [0.0; 4], b.theme.bg);
}

/// How many there are: `14 ENTRIES`, `3 OF 14`, `12 000 SO FAR`.
pub(in super::super::super) fn counted(browser: &Browser) -> String {
    let listing = browser.listing();
    let (all, shown) = (listing.entries.len(), browser.len());
    let all = all - browser.hidden_count().min(all);
    match listing.progress {
        Progress::Failed(_) => return String::from("NOT SHOWN"),
        Progress::Gone => return String::from("GONE"),
        Progress::Reading | Progress::Whole => {}
    }
    if listing.progress == Progress::Reading {
        return if all == 0 { String::from("READING") } else { format!("READING, {} SO FAR", grouped(all)) };
    }
    let more = if listing.cut { " OF MORE" } else { "" };
    match (browser.filter().is_empty(), all) {
        (false, _) => format!("{} OF {}", grouped(shown), grouped(all)),
        (true, 1) => format!("1 ENTRY{more}"),
        (true, _) => format!("{} ENTRIES{more}", grouped(all)),
    }
}

/// A number with its thousands apart: `12 000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn act(act: FilesAct) -> Action {
    Action::Ui(UiAction::Files { act })
}
