//! The portal's pages. Each is written as a letter is: fields, an empty line, and what is in it. The frame around all of them
//! is `parts/frame.html`, where `{{name}}` stands for a field of the page, or else for another part.

use std::{collections::BTreeMap, sync::LazyLock};

use super::assets;

type Fields = BTreeMap<&'static str, &'static str>;

static PAGES: LazyLock<BTreeMap<&'static str, String>> =
    LazyLock::new(|| assets::letters().map(|(name, letter)| (name, framed(letter))).collect());

/// A whole page by its name, such as `index.html`. What stands in braces still is for who answers with it.
pub fn page(name: &str) -> Option<&'static str> {
    PAGES.get(name).map(String::as_str)
}

fn framed(letter: &'static str) -> String {
    let (head, content) = letter.split_once("\n\n").unwrap_or_default();
    let fields = head.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()));
    let fields = fields.chain([("content", content.trim_end())]).collect();
    filled("{{frame}}\n", &fields)
}

fn filled(text: &str, fields: &Fields) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(b, a)| Some((b, a.split_once("}}")?))) {
        out += before;
        match fields.get(name).copied().or_else(|| assets::part(name)) {
            Some(text) => out += &filled(text, fields),
            None => out.extend(["{{", name, "}}"]),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::HeaderMap;

    use super::*;

    /// What stands after `before`, up to the next quotation mark.
    fn named<'a>(html: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
        html.split(before).skip(1).filter_map(|rest| rest.split('"').next())
    }

    #[test]
    fn every_page_is_whole_and_names_what_is_there() {
        assert_eq!(PAGES.len(), 6, "{:?}", PAGES.keys());
        for (name, html) in PAGES.iter() {
            assert!(html.starts_with("<!doctype html>\n") && html.ends_with("</html>\n"), "{name}");
            let open: BTreeSet<_> = html.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).collect();
            let expected = if *name == "error.html" { BTreeSet::from(["what", "words"]) } else { BTreeSet::new() };
            assert_eq!(open, expected, "{name}");
            let ids: Vec<_> = named(html, " id=\"").collect();
            assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: {ids:?}");
            for file in named(html, "\"/portal/") {
                assert!(assets::portal(file, &HeaderMap::new()).is_some(), "{name} wants {file}");
            }
        }
    }

    #[test]
    fn a_rail_says_which_of_its_places_this_is() {
        for (name, place) in [("account.html", "/account"), ("admin.html", "/admin/")] {
            let current: Vec<_> = page(name).unwrap().lines().filter(|line| line.contains("aria-current")).collect();
            assert!(matches!(current[..], [one] if one.contains(&format!("href=\"{place}\""))), "{current:?}");
        }
    }
}
