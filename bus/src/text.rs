//! Words from programs, made fit to be shown.

/// Takes the markup out of a notification's body (the few elements of HTML that the specification allows, and the five
/// entities) and cuts it to `most` characters.
pub fn plain(body: &str, most: usize) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, markup) = rest.split_at(at);
        text.push_str(before);
        rest = match after_markup(markup, &mut text) {
            Some(rest) => rest,
            None => {
                let mut characters = markup.chars();
                text.extend(characters.next());
                characters.as_str()
            }
        };
        if text.len() > most.saturating_mul(4) {
            rest = "";
        }
    }
    text.push_str(rest);
    cut(&text, most)
}

/// The first `most` characters, with a sign where there was more.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What follows an element or entity at the beginning; nothing where it is none and means itself.
fn after_markup<'a>(markup: &'a str, text: &mut String) -> Option<&'a str> {
    const ENTITIES: [(&str, char); 5] =
        [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&apos;", '\'')];
    if let Some((entity, meaning)) = ENTITIES.iter().find(|(entity, _)| markup.starts_with(entity)) {
        text.push(*meaning);
        return markup.get(entity.len()..);
    }
    let inside = markup.strip_prefix('<')?;
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let end = inside.find('>')?;
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| inside.get(end + 1..))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_entities_mean_what_they_mean() {
        assert_eq!(plain("<b>3</b> new &amp; <a href=\"x\">unread</a>", 99), "3 new & unread");
        assert_eq!(plain("1 < 2 && 3 > 2", 99), "1 < 2 && 3 > 2");
        assert_eq!(plain("a &nonsense; <", 99), "a &nonsense; <");
        assert_eq!(plain("&amp;lt;", 99), "&lt;");
        assert_eq!(plain("", 99), "");
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        assert_eq!(plain("äöüß", 4), "äöüß");
        assert_eq!(plain("äöüß", 3), "äöü…");
        let endless = "<b>ä</b>".repeat(100_000);
        assert_eq!(plain(&endless, 10).chars().count(), 11);
    }
}
