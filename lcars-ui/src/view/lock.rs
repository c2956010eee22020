//! What an output shows while the session is locked: nothing of the desktop, and a way to unlock it.

use super::build::{Builder, Button};
use super::overlay::locked;
use super::{FocusArea, Inputs, View, pane};
use crate::geometry::Rect;
use crate::scene::{Align, Key, Primitive};
use crate::semantics::{Action, UiAction};
use crate::viewport::{Lock, Panels};

/// How wide the pill is that unlocks beside a program's lock screen.
const PILL: f64 = 136.0;

/// Windows keep their `areas`, so that they are found again as they were.
pub(super) fn build(inputs: &Inputs, lock: Lock, areas: Vec<FocusArea>) -> View {
    let mut b = Builder::new(inputs);
    let whole = pane::room(b.scale, inputs.size, &Panels::default());
    let cover = match lock {
        Lock::Program => {
            b.scene.push(Primitive::Panels { key: Key::part("panels"), rect: whole });
            pill(&mut b, whole)
        }
        Lock::Curtain | Lock::Open => {
            locked(&mut b, whole.size());
            whole
        }
    };
    View {
        background: inputs.theme.bg,
        scene: b.scene,
        nodes: b.nodes,
        areas,
        terminals: Vec::new(),
        prompt: None,
        files: Vec::new(),
        covers: vec![cover],
        moving: false,
    }
}

/// The pill in the lower right corner. What it covers.
fn pill(b: &mut Builder, whole: Rect) -> Rect {
    let (gap, height) = (b.m.gap, b.m.hit_min);
    let width = b.px(PILL).min(whole.w);
    let rect = Rect::new(whole.right() - width - gap, whole.bottom() - height - gap, width, height);
    let cover = Rect::from_edges(rect.x - gap, rect.y - gap, whole.right(), whole.bottom());
    b.fill(Key::part("unlock-ground"), cover, [0.0; 4], b.theme.bg);
    let mut button = Button::pill(Key::part("unlock"), rect, "UNLOCK", b.theme.act_b, Action::Ui(UiAction::Unlock));
    button.align = Align::Centre;
    b.button(button);
    cover
}
