//! What a panel says of itself where it has no picture, or one that does not answer.

use super::super::build::{Builder, Text};
use super::super::frame::Frame;
use super::super::pane::Pane;
use super::hub::empty;
use crate::geometry::Rect;
use crate::hierarchy::{App, Panel, PanelHealth};
use crate::operation::Operation;
use crate::scene::{Align, Key};
use crate::semantics::Action;

/// The height of the strip on a tile.
const STRIP: f64 = 24.0;

/// What is wrong with a panel, in a word or two.
pub(super) fn trouble(panel: &Panel) -> Option<&'static str> {
    match panel.health {
        PanelHealth::Hung => Some("NOT ANSWERING"),
        PanelHealth::Stopped { .. } => Some("PANEL STOPPED"),
        PanelHealth::Resting | PanelHealth::Starting | PanelHealth::Well => None,
    }
}

/// In the place of a panel: that it starts, or what is wrong with it and how it is started anew.
pub(super) fn draw(b: &mut Builder, pane: &Pane, panel: &Panel, area: Rect) {
    let heading = match &panel.health {
        PanelHealth::Well => return,
        PanelHealth::Resting | PanelHealth::Starting => {
            let key = Key::part("panel-starts");
            let line = Rect { h: b.px(32.0).min(area.h), ..area };
            b.text(key, Text::label(line, "STARTING", b.m.cap_tile, b.theme.title));
            return;
        }
        PanelHealth::Hung => "PANEL DOES NOT ANSWER".to_owned(),
        PanelHealth::Stopped { .. } => "PANEL STOPPED".to_owned(),
    };
    let hint = match &panel.health {
        PanelHealth::Stopped { why } => super::super::build::told(why),
        _ => "ITS PAGE MAY BE AT WORK WITHOUT END".to_owned(),
    };
    // What hangs has a picture, which is not to be pressed through.
    b.fill(Key::part("panel-ground"), area, [0.0; 4], b.theme.bg);
    b.covers.push(area);
    let restart = Action::Do(Operation::RestartPanel { name: Some(panel.name.clone()) });
    empty(b, pane, area, &heading, &hint, ("RESTART", restart));
}

/// On the tile of a panel: what is wrong with it.
pub(super) fn draw_on_tile(b: &mut Builder, key: Key, app: &App, frame: &Frame) {
    let Some(words) = app.panel.as_ref().and_then(trouble) else { return };
    let room = frame.room;
    let height = b.px(STRIP).min(room.h);
    let strip = Rect::from_edges(room.x, room.bottom() - height, room.right(), room.bottom());
    b.fill(key.piece(40), strip, [0.0; 4], b.theme.danger);
    let cap = b.m.cap_small.min(0.7 * height);
    b.text(key.piece(41), Text::label(strip, words, cap, b.theme.on_fill).aligned(Align::Centre));
}
