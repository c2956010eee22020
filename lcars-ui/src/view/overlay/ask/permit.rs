//! Whether a program may do something, or a file may go.

use super::super::super::build::{Builder, Text, caption, told};
use super::super::dialog::{self, Choice, Kind};
use super::{about, act, away, choices};
use crate::asking::Asking;
use crate::geometry::{Rect, Size};
use crate::scene::Key;
use crate::semantics::{AskAct, Role};
use crate::theme::Colour;

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 560.0;
/// And says no more.
const MOST_LINES: usize = 9;

/// Words, what else there is to choose, and the buttons that end it.
struct Question<'a> {
    title: &'a str,
    colour: Colour,
    lines: Vec<String>,
    /// A name that is shown as it is.
    name: Option<String>,
    choices: Vec<Choice>,
    ending: Vec<Choice>,
}

fn question(b: &mut Builder, output: Size, question: &Question) -> Rect {
    let cap = b.m.cap_label;
    let room = dialog::room(b, output);
    let width = room.w.min(b.px(MOST_WIDTH));
    let count: usize = question.lines.iter().map(|line| dialog::wrap(line, cap, width, MOST_LINES).len()).sum();
    let named = if question.name.is_some() { 2.0 } else { 0.0 };
    let words = (count.min(MOST_LINES) as f64 + named) * dialog::line_height(b, cap) + 2.0 * b.m.gap;
    let more = dialog::flow_height(b, width, &question.choices);
    let h = words + more + dialog::footer_height(b);
    let kind = Kind { part: "ask", role: Role::AlertDialog, title: question.title, colour: question.colour };
    let dialog = dialog::open(b, output, Size { w: width, h }, &kind);
    if let Some(node) = b.nodes.get_mut(dialog.place) {
        let name = question.name.iter().map(String::as_str);
        let words: Vec<&str> = question.lines.iter().map(String::as_str).chain(name).collect();
        node.name = format!("{}: {}", question.title, words.join(" "));
    }
    let content = dialog.content;
    b.within(dialog.place, |b| {
        let end = content.bottom() - dialog::footer_height(b);
        let mut y = content.y;
        for (place, line) in question.lines.iter().enumerate() {
            let colour = if place == 0 { b.theme.text } else { b.theme.text_muted };
            let room = Rect::from_edges(content.x, y, content.right(), end - more);
            y = dialog::paragraph(b, Key::of("asked", place as u64 + 1), room, line, cap, colour);
        }
        if let Some(name) = &question.name {
            let line = Rect { y, h: 2.0 * dialog::line_height(b, cap), ..content };
            let text = Text::label(line, name.as_str(), 1.25 * b.m.cap_mono, b.theme.title);
            b.text(Key::part("asked-name"), text.mono());
        }
        // The way back comes first, so that the keyboard is there.
        dialog::footer(b, content, &question.ending);
        dialog::flow(b, Rect::from_edges(content.x, end - more, content.right(), end), &question.choices);
    });
    dialog.cover
}

/// Whether it may. The keyboard is where it may not.
pub(super) fn draw(b: &mut Builder, asking: &Asking, (text, deny): (&str, Option<&str>), output: Size) -> Rect {
    let label = |own: Option<&str>, otherwise: &str| {
        own.map(caption).filter(|own| !own.is_empty()).unwrap_or_else(|| otherwise.to_owned())
    };
    let (deny, allow) = (label(deny, "DENY"), label(asking.asked.accept.as_deref(), "ALLOW"));
    let deny = Choice::new(Key::part("ask-cancel"), deny, b.theme.act_a, act(AskAct::Cancel));
    let allow = Choice::new(Key::part("ask-accept"), allow, b.theme.caution, act(AskAct::Accept));
    let lines = [about(&asking.asked, "MAY IT?"), told(text)].into_iter().filter(|line| !line.is_empty()).collect();
    let ending = [deny, allow].into_iter().chain(away(b, asking)).collect();
    let choices = choices(b, asking);
    let asked = Question { title: "PERMISSION", colour: b.theme.caution, lines, name: None, choices, ending };
    question(b, output, &asked)
}

/// Whether what is saved may take the place of a file that is there.
pub(super) fn over(b: &mut Builder, asking: &Asking, output: Size) -> Option<Rect> {
    let name = asking.doing.over.as_ref()?.shown();
    // Parts of their own: the keyboard is not to stay at the button of the same place.
    let keep = Choice::new(Key::part("ask-keep"), "KEEP IT", b.theme.act_a, act(AskAct::Cancel));
    let replace = Choice::new(Key::part("ask-over"), "OVERWRITE", b.theme.danger, act(AskAct::Accept));
    let lines = vec![String::from("THERE IS A FILE OF THIS NAME. WHAT IS IN IT WOULD BE LOST.")];
    let (title, colour) = ("OVERWRITE FILE", b.theme.danger);
    Some(question(
        b,
        output,
        &Question { title, colour, lines, name: Some(name), choices: Vec::new(), ending: vec![keep, replace] },
    ))
}
