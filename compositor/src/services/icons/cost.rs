//! How much work a drawing would be, found out before any of it is done.
//!
//! A few hundred bytes can ask for more than any machine can draw: an element that uses ten others, each of which uses
//! ten others, ten deep. So what every element would draw is added up, with everything that it refers to, and drawings
//! beyond any honest icon are refused. The weights are measured: at the largest size no drawing that passes takes more
//! than some seconds, and what takes long at all was made to.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

/// What an icon may cost; the heaviest in Debian's Adwaita and hicolor costs less than a tenth.
const MOST_COST: u64 = 20_000;
/// What a layer costs: a group that is drawn apart and then laid over the rest.
const LAYER: u64 = 20;
/// So many bytes of a path cost as much as an element.
const PATH_BYTES: u64 = 16;
/// So many selectors of style sheets, tried on one element, cost as much as an element.
const SELECTORS: u64 = 50;
/// Elements within elements, references counted.
const MOST_DEPTH: u32 = 200;

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 1000;

/// Filters whose work grows with a number in the file and not with the picture.
const ENDLESS: [&str; 4] = ["feTurbulence", "feMorphology", "feConvolveMatrix", "feImage"];

/// Properties that make a layer, and the value with which they do not.
const LAYERS: [(&str, &str); 6] = [
    ("opacity", "1"),
    ("mask", "none"),
    ("filter", "none"),
    ("clip-path", "none"),
    ("mix-blend-mode", "normal"),
    ("isolation", "auto"),
];

/// Refuses texts that would take too long to be read.
///
/// # Errors
/// Why.
pub fn check_text(text: &str) -> Result<(), String> {
    // Entities can make gigabytes of a few lines, and no icon needs them.
    if text.contains("<!ENTITY") {
        return Err("it declares entities".into());
    }
    // Each attribute is compared to all others of its element.
    if text.split('<').any(|element| element.matches('=').count() > MOST_ATTRIBUTES) {
        return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
    }
    Ok(())
}

/// Refuses drawings that would take too long or too much memory.
///
/// # Errors
/// Why.
pub fn check(document: &Document<'_>) -> Result<(), String> {
    let mut ids = HashMap::new();
    let mut sheets = String::new();
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        if ENDLESS.contains(&name) {
            return Err(format!("it uses {name}, whose work has no bound"));
        }
        if let Some(id) = node.attribute("id") {
            ids.entry(id).or_insert(node);
        }
        // The plain ones were taken out; what is left was written so that it would not be found.
        if node.attributes().any(|attribute| attribute.value().contains("dasharray")) {
            return Err("it hides how its lines are dashed".into());
        }
        if name == "style" {
            sheets.extend(node.descendants().filter_map(|text| text.text()));
        }
    }
    if sheets.contains("dasharray") {
        return Err("it hides how its lines are dashed".into());
    }
    // What a style sheet says may be meant for any element.
    let layered = LAYERS.iter().any(|(property, _)| sheets.contains(property));
    let selectors = sheets.matches([',', '{']).count() as u64;
    let each = 1 + selectors / SELECTORS + if layered { LAYER } else { 0 };
    let mut costs = Costs { ids, each, sheet_targets: Vec::new(), known: HashMap::new() };
    costs.sheet_targets = references(&sheets).filter_map(|id| costs.target(id)).collect();
    let cost = costs.of(document.root_element(), 0)?;
    if cost > MOST_COST {
        return Err("it asks for more than an icon may cost".into());
    }
    Ok(())
}

struct Costs<'a, 'input> {
    ids: HashMap<&'a str, Node<'a, 'input>>,
    /// What every element costs.
    each: u64,
    sheet_targets: Vec<Node<'a, 'input>>,
    /// `None` while an element is being looked at.
    known: HashMap<NodeId, Option<u64>>,
}

impl<'a, 'input> Costs<'a, 'input> {
    /// What an element refers to.
    fn target(&self, id: &str) -> Option<Node<'a, 'input>> {
        self.ids.get(id.trim()).copied()
    }

    fn of(&mut self, node: Node<'a, 'input>, depth: u32) -> Result<u64, String> {
        match self.known.get(&node.id()) {
            Some(Some(cost)) => return Ok(*cost),
            // It refers to itself, which draws nothing.
            Some(None) => return Ok(0),
            None => {}
        }
        if depth > MOST_DEPTH {
            return Err(format!("its elements are nested more than {MOST_DEPTH} deep"));
        }
        self.known.insert(node.id(), None);
        let clips = matches!(node.tag_name().name(), "use" | "symbol" | "svg" | "image");
        let mut cost = self.each.saturating_add(if clips { LAYER } else { 0 });
        for child in node.children().filter(Node::is_element) {
            cost = cost.saturating_add(self.of(child, depth + 1)?);
        }
        let paths = ["d", "points", "transform"].iter().filter_map(|name| node.attribute(*name));
        let bytes: u64 = paths.map(|text| text.len() as u64).sum();
        cost = cost.saturating_add(bytes / PATH_BYTES);
        let mut targets = Vec::new();
        for attribute in node.attributes().filter(|attribute| attribute.name() != "id") {
            let (name, value) = (attribute.name(), attribute.value());
            let layers = if name == "style" { layers_of(value) } else { u64::from(makes_layer(name, value)) };
            cost = cost.saturating_add(layers * LAYER);
            let href = (name == "href").then(|| value.trim().strip_prefix('#')).flatten();
            targets.extend(references(value).chain(href).filter_map(|id| self.target(id)));
        }
        if node.tag_name().name() != "style" {
            targets.extend(&self.sheet_targets);
        }
        for target in targets {
            // Of the colours of a gradient only few are in a picture, but they may come from another and another.
            let reference = self.of(target, depth + 1)?;
            let times = match target.tag_name().name() {
                "linearGradient" | "radialGradient" => continue,
                // The marks of a line are drawn at each of its points.
                "marker" => 1 + bytes / 2,
                _ => 1,
            };
            cost = cost.saturating_add(reference.saturating_mul(times));
        }
        self.known.insert(node.id(), Some(cost));
        Ok(cost)
    }
}

/// How many layers the declarations of a `style` attribute make.
fn layers_of(style: &str) -> u64 {
    if style.contains("/*") || style.contains('\\') {
        // Nobody writes remarks or escapes in there, unless to hide something.
        return LAYERS.len() as u64;
    }
    let declarations = style.split(';').filter_map(|declaration| declaration.split_once(':'));
    declarations.filter(|(name, value)| makes_layer(name.trim(), value)).count() as u64
}

fn makes_layer(name: &str, value: &str) -> bool {
    let value = value.trim();
    let without = LAYERS.iter().find(|(property, _)| *property == name).map(|(_, without)| *without);
    without.is_some_and(|without| value != without && value.parse() != Ok(1.0f32))
}

/// The names in every `url(#name)` of a text.
fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split("url(").skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once(')')?;
        inside.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').strip_prefix('#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost_of(text: &str) -> Result<(), String> {
        check(&Document::parse(text).unwrap())
    }

    /// Ten levels of ten that refer to the next with `reference`.
    fn tower(reference: impl Fn(usize) -> String) -> String {
        let levels: String = (0..10).map(|n| format!("<g id=\"n{n}\">{}</g>", reference(n + 1).repeat(10))).collect();
        format!("<svg><defs>{levels}<g id=\"n10\"><path d=\"M0 0\"/></g></defs>{}</svg>", reference(0))
    }

    #[test]
    fn an_honest_icon_passes() {
        let path = "<g opacity=\"0.5\"><path style=\"opacity:1;mask:none\" fill=\"url(#c)\" d=\"M0 0h1v1z\"/></g>";
        let sheet = "<style>.a{fill:url('#c')}</style>";
        let colours = format!("<linearGradient id=\"c\">{}</linearGradient>", "<stop/>".repeat(100));
        assert_eq!(cost_of(&format!("<svg><defs>{sheet}{colours}</defs>{}</svg>", path.repeat(500))), Ok(()));
    }

    #[test]
    fn a_tower_of_references_is_refused_whatever_they_are() {
        assert!(cost_of(&tower(|n| format!("<use href=\"#n{n}\"/>"))).is_err());
        assert!(cost_of(&tower(|n| format!("<g mask=\"url(#n{n})\"/>"))).is_err());
        assert!(cost_of(&tower(|n| format!("<g style=\"filter: url( '#n{n}' )\"/>"))).is_err());
    }

    #[test]
    fn layers_weigh_more_than_shapes() {
        let groups = |attribute: &str| format!("<svg>{}</svg>", format!("<g {attribute}/>").repeat(5000));
        for attribute in ["opacity=\"1.0\"", "style=\"opacity:1;isolation:auto\"", "fill-opacity=\"0.5\""] {
            assert_eq!(cost_of(&groups(attribute)), Ok(()), "{attribute}");
        }
        for attribute in
            ["opacity=\".5\"", "style=\"a:b; opacity : 0.5\"", "style=\"opacity/**/:0\"", "filter=\"blur(2)\""]
        {
            assert!(cost_of(&groups(attribute)).is_err(), "{attribute}");
        }
        let sheet = groups("class=\"a\"").replacen("<svg>", "<svg><style>.a{opacity:.5}</style>", 1);
        assert!(cost_of(&sheet).is_err());
    }

    #[test]
    fn long_paths_and_large_style_sheets_are_refused() {
        assert!(cost_of(&format!("<svg><path d=\"{}\"/></svg>", "L1 1".repeat(100_000))).is_err());
        let rules = "g rect,a{fill:red}".repeat(5000);
        assert!(cost_of(&format!("<svg><style>{rules}</style>{}</svg>", "<g/>".repeat(5000))).is_err());
    }

    #[test]
    fn a_style_sheet_hides_no_marks() {
        let marker = format!("<marker id=\"m\">{}</marker>", "<path/>".repeat(200));
        let sheet = "<style>path{marker-mid:url(#m)}</style>";
        let text = format!("<svg>{sheet}<defs>{marker}</defs><path d=\"{}\"/></svg>", "L1 1".repeat(1000));
        assert!(cost_of(&text).is_err());
    }

    #[test]
    fn circles_end_and_chains_are_not_too_long() {
        let circle =
            "<g id=\"a\"><use href=\"#b\"/></g><g id=\"b\"><use href=\"#a\"/></g><g id=\"c\" mask=\"url(#c)\"/>";
        assert_eq!(cost_of(&format!("<svg>{circle}</svg>")), Ok(()));
        let link = |n| format!("<linearGradient id=\"n{n}\" href=\"#n{}\"/>", n + 1);
        let chain: String = (0..1000).map(link).collect();
        assert!(cost_of(&format!("<svg>{chain}</svg>")).unwrap_err().contains("deep"));
    }

    #[test]
    fn depth_and_endless_filters_are_refused() {
        let deep = format!("<svg>{}{}</svg>", "<g>".repeat(500), "</g>".repeat(500));
        assert!(cost_of(&deep).unwrap_err().contains("deep"));
        let noise = "<svg><filter><feTurbulence numOctaves=\"999999999\"/></filter></svg>";
        assert!(cost_of(noise).unwrap_err().contains("feTurbulence"));
    }
}
