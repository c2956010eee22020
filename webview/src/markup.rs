//! As much of HTML as tells which elements stand in a page's head: tags, attributes, comments, and text that is no markup.

/// Elements that are looked at; what a page says of itself stands at its top.
const MOST_ELEMENTS: usize = 400;
/// Attributes of one element that are looked at.
const MOST_ATTRIBUTES: usize = 32;

/// An element's beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// In small letters.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// Of a title: what is in it.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// The elements of a page, from the top, as far as they are looked at.
pub fn elements(html: &str) -> impl Iterator<Item = Element> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            rest = rest.get(rest.find('<')?..)?;
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = after(comment, "-->");
                continue;
            }
            let tag = rest.get(1..)?;
            if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
                rest = tag;
                continue;
            }
            let (mut element, behind) = element(tag);
            rest = behind;
            if matches!(element.name.as_str(), "script" | "style" | "title" | "textarea") {
                let end = end_of(rest, &element.name);
                if element.name == "title" {
                    element.text = decoded(rest.get(..end).unwrap_or_default());
                }
                rest = rest.get(end..)?;
            }
            return Some(element);
        }
    })
    .take(MOST_ELEMENTS)
}

/// Where a page's doctype ends; 0 where it has none before its first element.
pub fn doctype_end(html: &str) -> usize {
    let mut rest = html.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        rest = after(comment, "-->").trim_start();
    }
    let is_doctype = rest.get(..9).is_some_and(|word| word.eq_ignore_ascii_case("<!doctype"));
    if is_doctype { html.len() - after(rest, ">").len() } else { 0 }
}

/// What stands behind the next `end`; nothing if there is none.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// Where the text of such an element ends.
fn end_of(text: &str, name: &str) -> usize {
    let ends = |at: &usize| {
        let word = text.get(at + 2..at + 2 + name.len());
        word.is_some_and(|word| word.eq_ignore_ascii_case(name))
    };
    text.match_indices("</").map(|(at, _)| at).find(ends).unwrap_or(text.len())
}

/// Reads a tag from its name on. What is behind it.
fn element(tag: &str) -> (Element, &str) {
    let space = |c: char| c.is_ascii_whitespace() || c == '/';
    let end = tag.find(|c: char| space(c) || c == '>').unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(end);
    let mut element = Element { name: name.to_ascii_lowercase(), ..Element::default() };
    loop {
        rest = rest.trim_start_matches(space);
        if rest.is_empty() {
            return (element, "");
        }
        if let Some(behind) = rest.strip_prefix('>') {
            return (element, behind);
        }
        let end = rest.find(|c: char| space(c) || matches!(c, '>' | '=')).unwrap_or(rest.len()).max(first(rest));
        let (name, behind) = rest.split_at(end);
        rest = behind.trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => {
                    let inner = behind.get(1..).unwrap_or_default();
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                None => {
                    behind.split_at(behind.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(behind.len()))
                }
            };
        }
        if element.attributes.len() < MOST_ATTRIBUTES {
            element.attributes.push((name.to_ascii_lowercase(), decoded(value)));
        }
    }
}

/// Bytes of the first character, so that an odd one is passed as well.
fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// The few entities that titles have.
fn decoded(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attributes_are_read_however_they_are_written() {
        let html = "<META a=1 B='two words' c=\"3\" d e = x /><p>";
        let all: Vec<_> = elements(html).collect();
        assert_eq!((all[0].name.as_str(), all.len()), ("meta", 2));
        let value = |name| all[0].attribute(name).unwrap();
        assert_eq!((value("a"), value("b"), value("c")), ("1".into(), "two words".into(), "3".into()));
        assert_eq!((value("d"), value("e")), (String::new(), "x".into()));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(parts in proptest::collection::vec(
            prop_oneof![
                Just("<"), Just(">"), Just("<!--"), Just("-->"), Just("<meta "), Just("=\""), Just("'"), Just("<title>"),
                Just("</titl"), Just("ä"), Just("="), Just("/"), Just(" "), Just("<!doctype"), Just("<script>"),
            ], 0..40)
        ) {
            let html = parts.concat();
            prop_assert!(elements(&html).count() <= MOST_ELEMENTS);
            prop_assert!(html.is_char_boundary(doctype_end(&html)));
        }
    }
}
