//! `{a,b}`: one word that becomes several.

use super::{CLOSE, COMMA, OPEN, UNKNOWN, VALUE};

/// More words than this do not come of one.
const MOST: usize = 128;
/// So many braces of one word are looked at.
const MOST_BRACES: usize = 32;

/// The words that come of a text with marks of braces. Never none; where they are too many, one that is unknown.
pub(in super::super) fn expand(text: &str) -> Vec<String> {
    let mut open = vec![(text.to_owned(), 0)];
    let mut done = Vec::new();
    // Texts are taken from the end, and put there in reverse, so that the words come in their order.
    while let Some((text, round)) = open.pop() {
        let Some((before, items, after)) = first(&text) else {
            done.push(plain(&text));
            continue;
        };
        if round >= MOST_BRACES || done.len() + open.len() + items.len() > MOST {
            return vec![UNKNOWN.to_string()];
        }
        for item in items.iter().rev() {
            open.push((format!("{before}{}{after}", item.trim_matches(' ')), round + 1));
        }
    }
    done
}

/// What stands before the first braces, the things in them, and what stands behind them.
fn first(text: &str) -> Option<(&str, Vec<String>, &str)> {
    let mut open = Vec::new();
    let mut found: Option<(usize, usize)> = None;
    for (at, c) in text.char_indices() {
        match c {
            OPEN => open.push(at),
            CLOSE => {
                let Some(start) = open.pop() else { continue };
                if found.is_none_or(|(first, _)| start < first) {
                    found = Some((start, at));
                }
                if open.is_empty() {
                    break;
                }
            }
            _ => {}
        }
    }
    let (start, end) = found?;
    let inner = text.get(start + OPEN.len_utf8()..end)?;
    let (mut depth, mut items, mut item) = (0usize, Vec::new(), String::new());
    for c in inner.chars() {
        match c {
            COMMA if depth == 0 => {
                items.push(std::mem::take(&mut item));
                continue;
            }
            OPEN => depth += 1,
            CLOSE => depth = depth.saturating_sub(1),
            _ => {}
        }
        item.push(c);
    }
    items.push(item);
    if let [only] = items.as_mut_slice()
        && !only.contains(VALUE)
    {
        // Around one thing they stay as they are, unless that is a variable.
        *only = format!("{{{only}}}");
    }
    Some((text.get(..start)?, items, text.get(end + CLOSE.len_utf8()..)?))
}

/// With signs for the marks that are left.
fn plain(text: &str) -> String {
    text.replace(OPEN, "{").replace(COMMA, ",").replace(CLOSE, "}").replace(VALUE, "")
}
