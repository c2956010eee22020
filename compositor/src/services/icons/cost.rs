//! How much work a drawing would be, found out before any of it is done.
//!
//! A few hundred bytes can ask for more than any machine can draw: an element that uses ten others, each of which uses
//! ten others, ten deep. So what every element would draw is added up, with everything that it refers to, and drawings
//! beyond any honest icon are refused. The weights are measured: at the largest size no drawing that passes takes more
//! than some seconds, and what takes long at all was made to.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node, NodeId};

use super::sheet::{self, Rule};

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

/// What is said of a drawing beyond that.
const TOO_MUCH: &str = "it asks for more than an icon may cost";
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 1000;

/// Filters whose work grows with a number in the file and not with the picture.
const ENDLESS: [&str; 4] = ["feTurbulence", "feMorphology", "feConvolveMatrix", "feImage"];

/// Coordinates beyond this, either way; lines are divided into more pieces the larger they are.
const MOST_NUMBER: f64 = 1e6;
/// Attributes that hold coordinates.
const GEOMETRY: [&str; 19] = [
    "d",
    "points",
    "x",
    "y",
    "width",
    "height",
    "r",
    "rx",
    "ry",
    "cx",
    "cy",
    "x1",
    "y1",
    "x2",
    "y2",
    "viewBox",
    "transform",
    "stroke-width",
    "stroke-miterlimit",
];

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
        if node.attributes().any(|attribute| !has_measure(attribute.name(), attribute.value())) {
            return Err("it has numbers without measure".into());
        }
        if name == "style" {
            sheets.extend(node.descendants().filter_map(|text| text.text()));
        }
    }
    if sheets.contains("dasharray") {
        return Err("it hides how its lines are dashed".into());
    }
    if !has_measure("style", &sheets) {
        return Err("it has numbers without measure".into());
    }
    let selectors = sheets.matches([',', '{']).count() as u64;
    let each = 1 + selectors / SELECTORS;
    let elements = document.descendants().filter(Node::is_element).count() as u64;
    if each.saturating_mul(elements) > MOST_COST {
        return Err(TOO_MUCH.into());
    }
    let mut costs = Costs { ids, each, rules: Vec::new(), known: HashMap::new() };
    for rule in sheet::parse(&sheets) {
        let layers = layers_of(&rule.body);
        let targets: Vec<Node<'_, '_>> = references(&rule.body).filter_map(|id| costs.target(id)).collect();
        if layers > 0 || !targets.is_empty() {
            costs.rules.push(Costly { rule, layers, targets });
        }
    }
    let cost = costs.of(document.root_element(), 0)?;
    if cost > MOST_COST { Err(TOO_MUCH.into()) } else { Ok(()) }
}

struct Costs<'a, 'input> {
    ids: HashMap<&'a str, Node<'a, 'input>>,
    /// What every element costs.
    each: u64,
    rules: Vec<Costly<'a, 'input>>,
    /// `None` while an element is being looked at.
    known: HashMap<NodeId, Option<u64>>,
}

/// A rule of a style sheet that makes layers or refers to something.
struct Costly<'a, 'input> {
    rule: Rule,
    layers: u64,
    targets: Vec<Node<'a, 'input>>,
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
        for costly in self.rules.iter().filter(|costly| costly.rule.concerns(node)) {
            cost = cost.saturating_add(costly.layers * LAYER);
            targets.extend(&costly.targets);
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

/// Whether all coordinates of an attribute are such as an icon could have.
fn has_measure(name: &str, value: &str) -> bool {
    if name == "style" {
        // Of what style sheets can set only this is a length that lines are drawn by.
        return value.split("stroke-width").skip(1).all(|rest| {
            let declaration = rest.split([';', '}']).next().unwrap_or_default();
            numbers(declaration).all(|number| number.abs() <= MOST_NUMBER)
        });
    }
    !GEOMETRY.contains(&name) || numbers(value).all(|number| number.abs() <= MOST_NUMBER)
}

/// The numbers of a text, whatever stands between them: `M1-2.5e3` has two.
fn numbers(text: &str) -> impl Iterator<Item = f64> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        while at < bytes.len() && !byte(at).is_ascii_digit() && !(byte(at) == b'.' && byte(at + 1).is_ascii_digit()) {
            at += 1;
        }
        let start = at;
        at += digits(at);
        if byte(at) == b'.' {
            at += 1;
            at += digits(at);
        }
        let sign = usize::from(matches!(byte(at + 1), b'+' | b'-'));
        if matches!(byte(at), b'e' | b'E') && byte(at + 1 + sign).is_ascii_digit() {
            at += 1 + sign;
            at += digits(at);
        }
        text.get(start..at).filter(|number| !number.is_empty()).map(|number| number.parse().unwrap_or(f64::INFINITY))
    })
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
    fn numbers_are_found_however_they_are_written() {
        let found: Vec<f64> = numbers("M1-2.5e3.5,1e+2L7.e1 3e,.25px-e9z9.").collect();
        assert_eq!(found, [1.0, 2500.0, 0.5, 100.0, 70.0, 3.0, 0.25, 9.0, 9.0]);
        assert_eq!(numbers("1e999 ").collect::<Vec<_>>(), [f64::INFINITY]);
        assert_eq!(numbers("none ö ").count(), 0);
    }

    #[test]
    fn numbers_without_measure_are_refused() {
        for shape in [
            "<circle r=\"1e38\"/>",
            "<path d=\"M0 0C1 2 3 4 5-99999999\"/>",
            "<g style=\"fill:red; stroke-width : 1e30 ;\"/>",
            "<style>g{stroke-width:1e30}</style>",
        ] {
            assert!(cost_of(&format!("<svg>{shape}</svg>")).unwrap_err().contains("measure"), "{shape}");
        }
        let honest = "<path id=\"path99999999\" style=\"fill:#99999999;stroke-width:2\" d=\"M-36000.5 1e3\"/>";
        assert_eq!(cost_of(&format!("<svg>{honest}</svg>")), Ok(()));
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
