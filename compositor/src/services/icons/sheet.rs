//! The style sheets of a drawing, as far as they matter for what it costs.

use resvg::usvg::roxmltree::Node;

/// One rule for one selector.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    selector: Selector,
    /// Its declarations.
    pub body: String,
}

/// Which elements a rule is for. What is not as simple as this counts as for all of them.
#[derive(Debug, PartialEq, Eq)]
enum Selector {
    All,
    Tag(String),
    Class(String),
    Id(String),
}

/// Reads style sheets: every rule once for each of its selectors.
pub fn parse(sheets: &str) -> Vec<Rule> {
    if hides_signs(sheets) {
        return vec![Rule { selector: Selector::All, body: sheets.to_owned() }];
    }
    let text = without_remarks(sheets);
    let rules = text.split('}').filter(|rule| !rule.trim().is_empty());
    // What has no beginning may be for anything.
    let rules = rules.map(|rule| rule.split_once('{').unwrap_or(("*", rule)));
    let each = rules.flat_map(|(selectors, body)| {
        // Rules within `@media` and the like are not looked at closely.
        let nested = selectors.contains('@') || body.contains('{');
        let selectors = selectors.split(',').map(move |selector| match nested {
            true => Selector::All,
            false => Selector::parse(selector.trim()),
        });
        selectors.map(|selector| Rule { selector, body: body.to_owned() })
    });
    each.collect()
}

/// Whether texts in quotation marks hold signs that mean something without them.
fn hides_signs(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['"', '\'']).collect();
    parts.len().is_multiple_of(2)
        || parts.iter().skip(1).step_by(2).any(|part| part.contains(['{', '}', ';', '*', '\\']))
}

/// The same without what stands between `/*` and `*/`.
fn without_remarks(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut text, part| {
        text.push(' ');
        text.push_str(part.split_once("*/").map_or("", |(_, rest)| rest));
        text
    })
}

impl Selector {
    fn parse(text: &str) -> Self {
        let name = |name: &str| {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
        };
        let kind = match (text.strip_prefix('.'), text.strip_prefix('#')) {
            (Some(class), _) => name(class).map(Self::Class),
            (_, Some(id)) => name(id).map(Self::Id),
            _ => name(text).map(Self::Tag),
        };
        kind.unwrap_or(Self::All)
    }
}

impl Rule {
    /// Whether the rule may be for that element.
    pub fn concerns(&self, node: Node<'_, '_>) -> bool {
        match &self.selector {
            Selector::All => true,
            Selector::Tag(tag) => node.tag_name().name() == tag,
            Selector::Class(class) => {
                node.attribute("class").is_some_and(|classes| classes.split_whitespace().any(|own| own == class))
            }
            Selector::Id(id) => node.attribute("id") == Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use resvg::usvg::roxmltree::Document;

    use super::*;

    #[test]
    fn a_rule_concerns_what_it_is_for() {
        let document = Document::parse("<g class=\"a b\" id=\"c\"/>").unwrap();
        let concerns =
            |sheet: &str| parse(sheet).iter().map(|rule| rule.concerns(document.root_element())).collect::<Vec<_>>();
        assert_eq!(concerns(".b{} .c{} #c{} #a{} g{} path{}"), [true, false, true, false, true, false]);
        assert_eq!(concerns(".x, g /* .y, */ , .ab{fill:red}"), [false, true, false]);
        assert_eq!(concerns("path g{} *{} path:hover{} [x]{}"), [true; 4], "rather too many than too few");
        assert_eq!(concerns("@media print{.x{a:b}}"), [true]);
    }

    #[test]
    fn odd_sheets_have_what_can_be_found() {
        let bodies = |sheet: &str| parse(sheet).into_iter().map(|rule| rule.body).collect::<Vec<_>>();
        assert_eq!(bodies(""), [""; 0]);
        assert_eq!(bodies("}} {{a{b"), ["{a{b"]);
        assert_eq!(bodies("a{b:'}';mask:c}"), ["a{b:'}';mask:c}"]);
        assert_eq!(bodies("a{b:\"'}'\";mask:c}"), ["b:\"'", "'\";mask:c"]);
        assert_eq!(bodies("a{font:'x y'}"), ["font:'x y'"]);
        assert_eq!(bodies("a{b:/* } */c}/* d{e"), ["b: c"]);
    }
}
