//! A file, several, a directory, or a name to save under: the tiles of a directory, and a box.

use super::super::super::Inputs;
use super::super::super::build::{Builder, Text, caption};
use super::super::super::levels::{draw_asked_files, files_counted};
use super::super::super::metrics::label_width;
use super::super::dialog::{self, Choice, Kind};
use super::super::rename::Field;
use super::{about, act, choices, ending, line, note};
use crate::asking::{Asking, What};
use crate::files::{Browser, Failure, Progress};
use crate::geometry::{Rect, Size};
use crate::interface::asked::BOX;
use crate::scene::{Align, Key};
use crate::semantics::{AskAct, Node, Role, UiAction};

/// The dialog's content is no wider.
const MOST_WIDTH: f64 = 1160.0;
/// The rows of buttons below the tiles take no more of the height than this.
const BUTTONS_SHARE: f64 = 0.35;

struct Words {
    title: &'static str,
    otherwise: &'static str,
    accept: &'static str,
    hint: &'static str,
}

fn words(what: &What) -> Words {
    let (title, otherwise, accept, hint) = match what {
        What::Open { multiple: true } => ("OPEN FILES", "CHOOSE FILES", "OPEN", "TYPE TO FIND A FILE"),
        What::Folder => ("OPEN FOLDER", "CHOOSE A FOLDER", "OPEN THIS FOLDER", "TYPE TO FIND A FOLDER"),
        What::Save => ("SAVE FILE", "CHOOSE WHERE TO SAVE IT", "SAVE", "A NAME"),
        What::SaveAll { .. } => ("SAVE FILES", "CHOOSE WHERE TO SAVE THEM", "SAVE HERE", "TYPE TO FIND A FOLDER"),
        _ => ("OPEN FILE", "CHOOSE A FILE", "OPEN", "TYPE TO FIND A FILE"),
    };
    Words { title, otherwise, accept, hint }
}

pub(super) fn draw(b: &mut Builder, inputs: &Inputs, asking: &Asking, output: Size) -> Rect {
    let words = words(&asking.asked.what);
    let room = dialog::room(b, output);
    let size = Size { w: room.w.min(b.px(MOST_WIDTH)), h: room.h };
    let dialog = dialog::open(b, output, size, &Kind::dialog(b, "ask", words.title));
    let content = dialog.content;
    let browser = inputs.interface.files.asked();
    b.within(dialog.place, |b| {
        let gap = b.m.gap;
        let spacious = content.h > b.px(360.0);
        let mut y = content.y;
        if spacious {
            y = line(b, content, &about(&asking.asked, words.otherwise));
        }
        // The box comes first: what is typed goes there.
        let height = dialog::button_height(b);
        let row = Rect { y, h: height, ..content };
        let looks = asking.asked.looks();
        let (role, name) = if looks { (Role::SearchBox, "SEARCH") } else { (Role::TextBox, "NAME") };
        let text = asking.doing.text.as_str();
        let half = b.snap(row.w * 0.42);
        let field = Field { key: Key::part(BOX), role, name, hint: words.hint, text, mono: true };
        field.draw(b, Rect { w: half, ..row }, UiAction::Ask { act: AskAct::Accept });
        path(b, asking, browser, Rect::from_edges(row.x + half + gap, row.y, row.right(), row.bottom()));
        y = row.bottom() + gap;
        let buttons = buttons(b, asking, browser, content);
        let below = dialog::flow_height(b, content.w, &buttons) + gap;
        let end = content.bottom() - dialog::footer_height(b);
        let list = Rect::from_edges(content.x, y, content.right(), (end - below - gap).max(y + 1.0));
        if let Some(browser) = browser {
            b.asked = Some(draw_asked_files(b, inputs, browser, list));
        }
        message(b, asking, browser, list);
        dialog::flow(b, Rect::from_edges(content.x, end - below, content.right(), end), &buttons);
        let ending: Vec<Choice> =
            ending(b, asking, words.accept).into_iter().map(|choice| ready(asking, browser, choice)).collect();
        let left = dialog::footer(b, content, &ending);
        let high = dialog::footer_height(b) - 2.0 * gap;
        note(b, asking, Rect::from_edges(content.x, content.bottom() - high, left - gap, content.bottom()));
    });
    dialog.cover
}

/// What cannot be ended well yet cannot be pressed.
fn ready(asking: &Asking, browser: Option<&Browser>, choice: Choice) -> Choice {
    let picked = browser.is_some_and(|browser| !browser.picks().is_empty());
    let missing = match asking.asked.what {
        What::Open { .. } => !picked,
        What::Save => asking.doing.text.trim().is_empty(),
        _ => false,
    };
    Choice { disabled: choice.key.part == "ask-accept" && missing, ..choice }
}

/// Where the files are, how many there are, and the way up.
fn path(b: &mut Builder, asking: &Asking, browser: Option<&Browser>, row: Rect) {
    let (key, gap) = (Key::part("ask-path"), b.m.gap);
    let up = Rect::from_edges(row.right() - b.px(72.0).min(row.w / 4.0), row.y, row.right(), row.bottom());
    let block = Rect::from_edges(row.x, row.y, up.x - gap, row.bottom());
    b.fill(key, block, [0.0; 4], b.theme.track);
    let shown = crate::files::Listing::reading(&asking.doing.directory).shown_path();
    let count = browser.map(files_counted).unwrap_or_default();
    let width = label_width(&count, b.m.cap_small) + b.m.cap_small;
    let fits = block.w > 2.0 * width + b.px(120.0);
    let inner = Rect::from_edges(block.x + 1.5 * gap, block.y, block.right() - 1.5 * gap, block.bottom());
    if fits {
        let text = Text::label(inner, count.as_str(), b.m.cap_small, b.theme.text_muted);
        b.text(key.piece(2), text.aligned(Align::Right));
    }
    let rest = Rect { w: (inner.w - if fits { width } else { 0.0 }).max(0.0), ..inner };
    // Of a long path the end says most.
    let mut seen = shown.as_str();
    while super::super::super::metrics::mono_width(seen, b.m.mono_size) > rest.w && !seen.is_empty() {
        seen = seen.get(seen.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
    }
    let seen = if seen.len() < shown.len() {
        format!("…{}", seen.chars().skip(1).collect::<String>())
    } else {
        shown.clone()
    };
    b.text(key.piece(1), Text::label(rest, seen, b.m.cap_mono, b.theme.text).mono());
    b.node(Node { value: Some(count), ..Node::new(key, Role::Status, shown, block) });
    let root = asking.doing.directory.as_ref() == b"/";
    let button = Choice::new(Key::part("ask-up"), "UP", b.theme.act_a, act(AskAct::Up));
    Choice { disabled: root, ..button }.draw(b, up, Align::Centre);
}

/// Places, kinds of files, what else there is to choose; as many as there is room for.
fn buttons(b: &Builder, asking: &Asking, browser: Option<&Browser>, content: Rect) -> Vec<Choice> {
    let place = |(number, (name, _)): (usize, &(String, _))| {
        let key = Key::of("ask-place", number as u64 + 1);
        Choice::new(key, caption(name), b.theme.act_a, act(AskAct::Place { number }))
    };
    let mut buttons: Vec<Choice> = Vec::new();
    if let Some(sieve) = asking.sieve() {
        let several = asking.asked.filters.len() > 1;
        let label = format!("SHOW {}", caption(&sieve.name));
        let choice = Choice::new(Key::part("ask-filter"), label, b.theme.act_b, act(AskAct::Filter));
        buttons.push(Choice { disabled: !several, ..choice });
    }
    buttons.extend(choices(b, asking));
    buttons.extend(asking.asked.places.iter().enumerate().map(place));
    if let Some(browser) = browser {
        let sort = format!("SORT BY {}", browser.sort().word());
        let hidden = Choice::new(Key::part("ask-hidden"), "HIDDEN", b.theme.act_c, act(AskAct::Hidden));
        buttons.push(Choice { selected: browser.shows_hidden(), ..hidden });
        buttons.push(Choice::new(Key::part("ask-sort"), sort, b.theme.act_c, act(AskAct::Sort)));
    }
    let most = (BUTTONS_SHARE * content.h).max(dialog::button_height(b));
    while buttons.len() > 1 && dialog::flow_height(b, content.w, &buttons) > most {
        buttons.pop();
    }
    buttons
}

/// What is said where there is nothing to show.
fn message(b: &mut Builder, asking: &Asking, browser: Option<&Browser>, list: Rect) {
    let words = match browser.map(|browser| (&browser.listing().progress, browser.is_empty())) {
        None => "READING",
        Some((Progress::Failed(Failure::Denied), _)) => "PERMISSION DENIED",
        Some((Progress::Failed(Failure::Missing) | Progress::Gone, _)) => "THIS DIRECTORY IS NOT THERE",
        Some((Progress::Failed(_), _)) => "THIS DIRECTORY CANNOT BE SHOWN",
        Some((_, false)) => return,
        Some((Progress::Reading, true)) => "READING",
        Some((Progress::Whole, true)) if asking.asked.looks() && !asking.doing.text.is_empty() => {
            "NOTHING HERE IS CALLED THAT"
        }
        Some((Progress::Whole, true)) => "THERE IS NOTHING HERE TO CHOOSE",
    };
    let key = Key::part("ask-empty");
    let line = Rect { h: b.px(40.0).min(list.h), ..list };
    b.node(Node::new(key, Role::Status, words, line));
    b.text(key, Text::label(line, words, b.m.cap_heading.min(line.h), b.theme.title));
}
