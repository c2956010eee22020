//! The tiles of files.

use super::super::super::Inputs;
use super::super::super::build::{Builder, Text};
use super::Shown;
use super::plan::HEIGHT;
use crate::files::{self, Entry, Listing, Stop, Symbol};
use crate::geometry::{Point, Rect};
use crate::interface::files::TILE;
use crate::scene::{Align, Cut, Key, Primitive};
use crate::semantics::{Node, Role};

/// The side of a symbol.
const SYMBOL: f64 = 64.0;
/// The side of a picture.
const PICTURE: f64 = 80.0;
/// Names are a little smaller than other monospaced text.
const NAME: f64 = 0.875;

/// The tiles in sight.
pub(super) fn tiles(b: &mut Builder, shown: &Shown, stop: &Stop) {
    let order = &stop.order;
    for place in shown.plan.in_sight(stop.top, order.len()) {
        let entry = order.get(place).and_then(|place| stop.listing.entries.get(*place as usize));
        if let Some(entry) = entry {
            let rect = shown.plan.place(b, place, stop.top);
            tile(b, shown, (&stop.listing, entry), rect);
        }
    }
}

/// Whether nothing of it is seen where no ground would cover it.
fn is_covered(shown: &Shown, rect: Rect) -> bool {
    let content = shown.room;
    rect.y >= content.y && rect.bottom() <= content.bottom()
}

fn tile(b: &mut Builder, shown: &Shown, (listing, entry): (&Listing, &Entry), rect: Rect) {
    let list = shown.plan.list;
    let key = Key::of(TILE, entry.name.id());
    let name = entry.name.shown();
    let picked = shown.browser.is_picked(&entry.name);
    let seen = rect.meet(list);
    if seen.is_empty() {
        return;
    }
    let round = b.px(16.0).min(seen.h / 2.0);
    // What is cut off has no round corners there.
    let above = if seen.y > rect.y { 0.0 } else { round };
    let below = if seen.bottom() < rect.bottom() { 0.0 } else { round };
    let radii = [above, above, below, below];
    let ground = b.tint(key, b.theme.track);
    if picked || ground != b.theme.track {
        b.fill(key, seen, radii, ground);
    }
    if picked {
        let line = b.m.ring;
        let inner = Rect::new(rect.x + line, rect.y + line, rect.w - 2.0 * line, rect.h - 2.0 * line);
        let cut = Cut { rect: inner, radii: [(round - line).max(0.0); 4] };
        b.cut(key.piece(6), seen, radii, cut, b.theme.focus);
    }
    symbol(b, shown, key, (listing, entry), rect, picked);
    let low = rect.h < b.px(110.0);
    let cap = NAME * b.m.cap_mono;
    let pad = b.px(6.0);
    let line = |middle: f64, cap: f64| {
        Rect::from_edges(rect.x + pad, middle - 1.1 * cap, rect.right() - pad, middle + 1.1 * cap)
    };
    let middle = if low { rect.bottom() - b.px(14.0) } else { rect.y + b.px(103.0) };
    let words = line(middle, cap);
    if is_covered(shown, words) && words.bottom() <= rect.bottom() + 0.5 {
        b.text(key.piece(1), Text::label(words, name.as_str(), cap, b.theme.text).mono().aligned(Align::Centre));
    }
    let about = about(shown.inputs, entry);
    let words = line(rect.y + b.px(123.0), b.m.cap_micro);
    if !low && is_covered(shown, words) {
        let colour = if picked { b.theme.text } else { b.theme.text_muted };
        b.text(key.piece(2), Text::label(words, about.to_uppercase(), b.m.cap_micro, colour).aligned(Align::Centre));
    }
    if picked {
        check(b, key, rect);
    }
    b.ring(key, seen, radii);
    let mut node = Node::new(key, Role::Button, name, seen);
    node.hit = seen.meet(list);
    let kind = entry.kind_words();
    node.value = Some(if about.is_empty() { kind } else { format!("{kind}, {about}") });
    node.states.selected = picked;
    let (tap, hold) = (shown.tap)(key.of);
    (node.action, node.menu) = (Some(tap), hold);
    b.node(node);
}

/// Size and age: `148 kB  3 d`. The size of a folder says nothing.
fn about(inputs: &Inputs, entry: &Entry) -> String {
    let now = inputs.directories.now;
    let size = (entry.kind == files::Kind::File).then(|| files::size(entry.size));
    let age = entry.modified.map(|moment| files::age(moment, now));
    size.into_iter().chain(age).collect::<Vec<_>>().join("  ")
}

/// What stands for a file: a picture of it, or a drawing.
fn symbol(b: &mut Builder, shown: &Shown, key: Key, (listing, entry): (&Listing, &Entry), tile: Rect, picked: bool) {
    let symbol = Symbol::of(entry);
    let colour = match symbol {
        _ if picked => b.theme.focus,
        Symbol::Folder => b.theme.title,
        Symbol::Broken => b.theme.danger,
        Symbol::Other | Symbol::Special => b.theme.text_muted,
        _ => b.theme.act_a,
    };
    let colour = if entry.name.is_hidden() && !picked { colour.mix(b.theme.bg, 0.35) } else { colour };
    let room = Rect::from_edges(tile.x, tile.y + b.px(8.0), tile.right(), tile.bottom() - b.px(28.0));
    let side = b.px(if entry.picture { PICTURE } else { SYMBOL }).min(room.h).min(room.w);
    let top = if tile.h < b.px(HEIGHT) { room.y } else { tile.y + b.px(if entry.picture { 8.0 } else { 22.0 }) };
    let rect = Rect::new(b.snap(tile.x + (tile.w - side) / 2.0), b.snap(top), side, side);
    if side < 1.0 || !is_covered(shown, rect) {
        return;
    }
    let path = entry.picture.then(|| String::from_utf8(listing.path_of(&entry.name)).ok()).flatten();
    let name = match path {
        Some(path) => {
            let written = entry.modified.map_or(0, |moment| moment.seconds);
            files::picture_name(&path, written, colour)
        }
        None => files::drawing_name(symbol, colour),
    };
    b.icon(key.piece(5), rect, &name);
}

/// The mark of what is picked.
fn check(b: &mut Builder, key: Key, tile: Rect) {
    let radius = b.px(11.0);
    let centre = Point { x: tile.right() - b.px(20.0), y: tile.y + b.px(20.0) };
    let disc = Rect::new(centre.x - radius, centre.y - radius, 2.0 * radius, 2.0 * radius);
    if tile.h < 4.0 * radius {
        return;
    }
    b.fill(key.piece(7), disc, [radius; 4], b.theme.focus);
    let at = |x: f64, y: f64| Point { x: centre.x + x * radius, y: centre.y + y * radius };
    for (piece, from, to) in [(8, at(-0.42, 0.02), at(-0.1, 0.36)), (9, at(-0.1, 0.36), at(0.45, -0.32))] {
        let key = b.key(key.piece(piece));
        let (width, colour) = (b.px(3.0), b.theme.on_fill);
        b.scene.push(Primitive::Line { key, from, to, width, colour });
    }
}
