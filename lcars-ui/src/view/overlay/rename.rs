//! A box for a sector's new name.

use super::super::Inputs;
use super::super::build::{Builder, Text};
use super::super::metrics::{label_width, mono_width};
use super::dialog::{self, Choice, Kind};
use crate::geometry::{Rect, Size};
use crate::hierarchy::SectorId;
use crate::scene::{Align, Key};
use crate::semantics::{Action, Node, Role, UiAction};

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 440.0;

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, output: Size, sector: SectorId, text: &str) -> Option<Rect> {
    let colour = b.theme.sector(inputs.desktop.tree().sector(sector)?.colour.number());
    let height = b.m.pill_height.max(b.m.hit_min);
    let size = Size { w: b.px(MOST_WIDTH), h: height + dialog::footer_height(b) };
    let kind = Kind { colour, ..Kind::dialog(b, "rename", "RENAME SECTOR") };
    let dialog = dialog::open(b, output, size, &kind);
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let field =
            Field { key: Key::part("name"), role: Role::TextBox, name: "NAME", hint: "A NAME", text, mono: false };
        field.draw(b, Rect { h: height, ..content }, UiAction::Accept);
        let cancel = Choice::ui("cancel", "CANCEL", b.theme.act_a, UiAction::Cancel);
        let accept = Choice::ui("accept", "RENAME", b.theme.act_b, UiAction::Accept);
        let accept = Choice { disabled: text.trim().is_empty(), ..accept };
        dialog::footer(b, content, &[cancel, accept]);
    });
    Some(dialog.cover)
}

/// A box that something is typed into. It is square: it holds data.
pub(super) struct Field<'a> {
    pub key: Key,
    pub role: Role,
    pub name: &'a str,
    /// What stands in it while it is empty.
    pub hint: &'a str,
    pub text: &'a str,
    /// Capitals count: a name of a file.
    pub mono: bool,
}

impl Field<'_> {
    /// Draws it. What is typed is always at its end, and the end is what is seen of a long text.
    pub fn draw(&self, b: &mut Builder, rect: Rect, action: UiAction) {
        let key = self.key;
        b.fill(key, rect, [0.0; 4], b.theme.track);
        b.ring(key, rect, [0.0; 4]);
        let mut node = Node::new(key, self.role, self.name, rect);
        node.hit = b.reach(rect);
        node.value = Some(self.text.to_owned());
        node.action = Some(Action::Ui(action));
        b.node(node);
        let size = 1.25 * b.m.mono_size;
        let cap = if self.mono { 1.25 * b.m.cap_mono } else { b.m.cap_heading.min(rect.h / 2.0) };
        let width_of = |text: &str| if self.mono { mono_width(text, size) } else { label_width(text, cap) };
        let inset = 1.5 * b.m.gap;
        let room = Rect::from_edges(rect.x + inset, rect.y, rect.right() - inset, rect.bottom());
        let caret = b.px(8.0);
        let seen = end_of(self.text, width_of, room.w - caret - b.m.gap);
        let width = width_of(&seen) + if self.text.ends_with(' ') { 0.2 * cap } else { 0.0 };
        let block =
            Rect::new(b.snap(room.x + width + 0.2 * cap), rect.y + (rect.h - 1.4 * cap) / 2.0, caret, 1.4 * cap);
        b.fill(key.piece(2), block, [0.0; 4], b.theme.focus);
        if self.text.is_empty() {
            let from = block.right() + b.m.gap;
            let hint = Rect::from_edges(from, rect.y, room.right(), rect.bottom());
            b.text(key.piece(1), Text::label(hint, self.hint, b.m.cap_small, b.theme.text_muted));
        } else {
            // A little more than thought, so that nothing is cut off where the face is wider.
            let line = Rect { w: (width + 0.15 * cap).min(room.w), ..room };
            let text = Text::label(line, seen, cap, b.theme.text).aligned(Align::Left);
            b.text(key.piece(1), if self.mono { text.mono() } else { text });
        }
    }
}

/// As much of the end of a text as there is room for.
fn end_of(text: &str, width_of: impl Fn(&str) -> f64, width: f64) -> String {
    let mut seen = text.trim_end();
    while width_of(seen) > width {
        let mut rest = seen.chars();
        if rest.next().is_none() {
            break;
        }
        seen = rest.as_str();
    }
    seen.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_text_the_end_is_seen() {
        let wide = |text: &str| label_width(text, 20.0);
        assert_eq!(end_of("short", wide, 400.0), "short");
        let seen = end_of("a very long name that does not fit", wide, 120.0);
        assert!("a very long name that does not fit".ends_with(&seen) && !seen.is_empty());
        assert_eq!(end_of("text", wide, -1.0), "");
    }
}
