//! The lock screen that is shown where no program shows one.

use super::super::build::Builder;
use super::dialog::{self, Choice, Kind};
use crate::geometry::{Rect, Size};
use crate::scene::Key;
use crate::semantics::{Role, UiAction};

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 480.0;
const WORDS: &str = "EVERYTHING GOES ON RUNNING. WHOEVER MAY USE THIS DESKTOP MAY UNLOCK IT.";

/// Draws it on an output that nothing else is drawn on.
pub(in super::super) fn locked(b: &mut Builder, output: Size) {
    let cap = b.m.cap_label;
    let width = dialog::room(b, output).w.min(b.px(MOST_WIDTH));
    let lines = dialog::wrap(WORDS, cap, width, 6).len();
    let h = lines as f64 * dialog::line_height(b, cap) + dialog::footer_height(b);
    let title = "SESSION LOCKED";
    let kind = Kind { part: "locked", role: Role::AlertDialog, title, colour: b.theme.danger };
    let dialog = dialog::open(b, output, Size { w: width, h }, &kind);
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let room = Rect { h: content.h - dialog::footer_height(b), ..content };
        dialog::paragraph(b, Key::part("locked-words"), room, WORDS, cap, b.theme.text);
        let unlock = Choice::ui("unlock", "UNLOCK", b.theme.act_b, UiAction::Unlock);
        dialog::footer(b, content, &[unlock]);
    });
}
