//! How large the parts of a drawing come out on the picture, found out before any of it is drawn.
//!
//! The renderer makes a picture for each pattern, as large as its numbers say, and one for each group with a filter,
//! blown up by as much as the group is slanted; where that is beyond the memory of the machine the process ends. It also
//! counts in pixels, and comes to wrong results or none if there are too many. So drawings that go far beyond their
//! picture are refused.

use resvg::usvg::filter::Kind;
use resvg::usvg::{Group, Mask, Node, Paint, Pattern, Transform, Tree};

/// Nothing may lie further away than this, in pixels.
const MOST_PIXELS: f32 = 1e6;
/// No pattern may have more pixels on a side.
const MOST_PATTERN: f32 = 2048.0;
/// How far a filter may reach, in pixels.
const MOST_BLUR: f32 = 2048.0;
/// How much is left of the area of a square after a group with a filter was slanted.
const LEAST_AREA: f32 = 0.05;
/// Patterns within patterns and groups within groups.
const MOST_DEPTH: u32 = 400;

/// Refuses a drawing of which some part comes out too large if it is drawn with that transform.
///
/// # Errors
/// Why.
pub fn check(tree: &Tree, transform: Transform) -> Result<(), String> {
    group(tree.root(), transform, 0)
}

fn group(group: &Group, transform: Transform, depth: u32) -> Result<(), String> {
    let transform = transform.pre_concat(group.transform());
    if !transform.is_finite() || depth > MOST_DEPTH {
        return Err("its transforms lead nowhere".into());
    }
    near(group.layer_bounding_box().to_rect(), transform)?;
    if !group.filters().is_empty() {
        filters(group, transform)?;
    }
    let mut clip = group.clip_path();
    let mut clip_depth = depth;
    while let Some(path) = clip {
        clip_depth += 1;
        self::group(path.root(), transform.pre_concat(path.transform()), clip_depth)?;
        clip = path.clip_path();
    }
    if let Some(mask) = group.mask() {
        self::mask(mask, transform, depth + 1)?;
    }
    for child in group.children() {
        match child {
            Node::Group(child) => self::group(child, transform, depth + 1)?,
            Node::Path(path) => {
                near(path.stroke_bounding_box(), transform)?;
                let paints = [path.fill().map(|fill| fill.paint()), path.stroke().map(|stroke| stroke.paint())];
                for paint in paints.into_iter().flatten() {
                    if let Paint::Pattern(paint) = paint {
                        pattern(paint, transform, depth + 1)?;
                    }
                }
            }
            // Neither is drawn.
            Node::Image(_) | Node::Text(_) => {}
        }
    }
    Ok(())
}

fn mask(mask: &Mask, transform: Transform, depth: u32) -> Result<(), String> {
    near(mask.rect().to_rect(), transform)?;
    group(mask.root(), transform, depth + 1)?;
    match mask.mask() {
        Some(next) => self::mask(next, transform, depth + 1),
        None => Ok(()),
    }
}

fn pattern(pattern: &Pattern, transform: Transform, depth: u32) -> Result<(), String> {
    let (sx, sy) = transform.pre_concat(pattern.transform()).get_scale();
    let size = [pattern.rect().width() * sx, pattern.rect().height() * sy];
    // What is not a number is not below anything either.
    if !size.iter().all(|side| *side <= MOST_PATTERN) {
        return Err("it has a pattern that is too large".into());
    }
    group(pattern.root(), Transform::from_scale(sx, sy), depth + 1)
}

fn filters(group: &Group, transform: Transform) -> Result<(), String> {
    let (sx, sy) = (transform.sx.hypot(transform.ky), transform.kx.hypot(transform.sy));
    let area = (transform.sx * transform.sy - transform.kx * transform.ky) / (sx * sy);
    let straight = area.abs() >= LEAST_AREA;
    let primitives = group.filters().iter().flat_map(|filter| filter.primitives());
    let (width, height) = transform.get_scale();
    let reach = primitives.map(|primitive| match primitive.kind() {
        Kind::GaussianBlur(blur) => (blur.std_dev_x().get() * width).max(blur.std_dev_y().get() * height),
        Kind::DropShadow(shadow) => [
            shadow.std_dev_x().get() * width,
            shadow.std_dev_y().get() * height,
            shadow.dx().abs() * width,
            shadow.dy().abs() * height,
        ]
        .into_iter()
        .fold(0.0, f32::max),
        Kind::Offset(offset) => (offset.dx().abs() * width).max(offset.dy().abs() * height),
        _ => 0.0,
    });
    if straight && reach.into_iter().all(|reach| reach <= MOST_BLUR) {
        return Ok(());
    }
    Err("it has a filter that reaches too far".into())
}

fn near(rect: resvg::tiny_skia::Rect, transform: Transform) -> Result<(), String> {
    let rect = rect.transform(transform).ok_or("a part of it has no place")?;
    let edges = [rect.left(), rect.top(), rect.right(), rect.bottom()];
    if edges.iter().all(|edge| edge.abs() <= MOST_PIXELS) {
        return Ok(());
    }
    Err("a part of it lies too far outside of the picture".into())
}

#[cfg(test)]
mod tests {
    use resvg::usvg::Options;

    use super::*;

    fn check_text(inside: &str) -> Result<(), String> {
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\">{inside}</svg>");
        check(&Tree::from_str(&text, &Options::default()).unwrap(), Transform::from_scale(2.0, 2.0))
    }

    const RECT: &str = "<rect width=\"90\" height=\"90\"";

    #[test]
    fn what_stays_about_the_picture_passes() {
        let pattern = format!("<pattern id=\"p\" width=\".2\" height=\".2\">{RECT}/></pattern>");
        let filter = "<filter id=\"f\"><feGaussianBlur stdDeviation=\"4\"/><feOffset dx=\"3\"/></filter>";
        let shapes = format!("{RECT} fill=\"url(#p)\"/>{RECT} filter=\"url(#f)\" transform=\"rotate(30) skewX(20)\"/>");
        assert_eq!(check_text(&format!("{pattern}{filter}{shapes}")), Ok(()));
    }

    #[test]
    fn what_lies_far_away_is_refused_wherever_it_is() {
        let far = format!("<g transform=\"scale(100000)\">{RECT}/></g>");
        assert!(check_text(&far).is_err());
        assert!(check_text(&format!("<mask id=\"m\">{far}</mask>{RECT} mask=\"url(#m)\"/>")).is_err());
        assert!(
            check_text(&format!(
                "<clipPath id=\"c\">{RECT} transform=\"scale(1e6)\"/></clipPath>{RECT} clip-path=\"url(#c)\"/>"
            ))
            .is_err()
        );
        assert!(
            check_text(&format!(
                "<pattern id=\"p\" width=\".2\" height=\".2\">{far}</pattern>{RECT} fill=\"url(#p)\"/>"
            ))
            .is_err()
        );
        assert!(check_text("<circle r=\"1e38\" stroke=\"red\" stroke-width=\"1e38\"/>").is_err());
    }

    #[test]
    fn a_pattern_beyond_the_memory_of_the_machine_is_refused() {
        let pattern = |attributes: &str| {
            let pattern = format!("<pattern id=\"p\" width=\"1\" height=\"1\" {attributes}>{RECT}/></pattern>");
            check_text(&format!("{pattern}{RECT} fill=\"url(#p)\"/>{RECT} fill=\"none\" stroke=\"url(#p)\"/>"))
        };
        assert_eq!(pattern(""), Ok(()));
        assert!(pattern("patternTransform=\"scale(1000)\"").unwrap_err().contains("pattern"));
    }

    #[test]
    fn a_filter_on_something_nearly_flat_or_without_end_is_refused() {
        let filter = |inside: &str, transform: &str| {
            check_text(&format!(
                "<filter id=\"f\">{inside}</filter>{RECT} filter=\"url(#f)\" transform=\"{transform}\"/>"
            ))
        };
        let blur = "<feGaussianBlur stdDeviation=\"2\"/>";
        assert_eq!(filter(blur, ""), Ok(()));
        assert!(filter(blur, "skewX(89.9)").unwrap_err().contains("filter"));
        assert!(filter("<feGaussianBlur stdDeviation=\"1e9\"/>", "").unwrap_err().contains("filter"));
        assert!(filter("<feDropShadow dx=\"1e30\"/>", "").unwrap_err().contains("filter"));
    }
}
