//! Icons that are SVG files.

use std::panic::{AssertUnwindSafe, catch_unwind};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::roxmltree::{Document, ParsingOptions};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use super::cost;
use super::extent;
use super::picture::Picture;

/// Elements, texts and remarks of a file.
const MOST_NODES: u32 = 50_000;

/// Draws an SVG into a square of `size`, as large as it goes, in the middle. Pictures within the picture, text and
/// everything outside of the file are left out.
///
/// # Errors
/// What is wrong with it.
pub fn decode(bytes: &[u8], size: u32) -> Result<Picture, String> {
    // What the libraries take for impossible is not to end the desktop.
    catch_unwind(AssertUnwindSafe(|| draw(bytes, size))).unwrap_or_else(|_| Err("it cannot be drawn".into()))
}

fn draw(bytes: &[u8], size: u32) -> Result<Picture, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text")?;
    cost::check_text(text)?;
    // A line has a bound to its points but none to its dashes, so lines are drawn through.
    let text = text.replace("stroke-dasharray", "stroke-dash-none");
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).map_err(|error| error.to_string())?;
    cost::check(&document)?;
    let options = Options {
        // By default it would open files, of any kind, anywhere.
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| error.to_string())?;
    let mut pixmap = Pixmap::new(size, size).ok_or("it has no size")?;
    let (width, height, side) = (tree.size().width(), tree.size().height(), size as f32);
    let scale = side / width.max(height);
    let (left, top) = ((side - width * scale) / 2.0, (side - height * scale) / 2.0);
    if ![scale, left, top].iter().all(|number| number.is_finite()) {
        return Err("its size is no number to go by".into());
    }
    let transform = Transform::from_row(scale, 0.0, 0.0, scale, left, top);
    extent::check(&tree, transform)?;
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    let mut bytes = pixmap.take();
    for pixel in bytes.chunks_exact_mut(4) {
        pixel.swap(0, 2);
    }
    Ok(Picture { size, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(attributes: &str, inside: &str) -> String {
        let spaces = "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";
        format!("<svg {spaces} {attributes}>{inside}</svg>")
    }

    fn error(text: &str) -> String {
        decode(text.as_bytes(), 32).expect_err("it is refused")
    }

    #[test]
    fn a_drawing_fills_the_square_in_the_order_of_the_renderer() {
        let text = svg("viewBox=\"0 0 2 2\"", "<rect width=\"2\" height=\"2\" fill=\"#ff8000\" fill-opacity=\"0.5\"/>");
        let picture = decode(text.as_bytes(), 3).unwrap();
        assert_eq!(picture.bytes, [0, 64, 128, 128].repeat(9));
    }

    #[test]
    fn a_long_drawing_lies_in_the_middle() {
        let text = svg("width=\"400\" height=\"200\"", "<rect width=\"400\" height=\"200\"/>");
        let rows: Vec<u8> = decode(text.as_bytes(), 4).unwrap().bytes.chunks(16).map(|row| row[3]).collect();
        assert_eq!(rows, [0, 255, 255, 0]);
    }

    #[test]
    fn a_doctype_is_no_entity() {
        let text = format!("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\">{}", svg("", "<rect/>"));
        assert!(decode(text.as_bytes(), 8).is_ok());
    }

    #[test]
    fn laughing_a_billion_times_is_refused() {
        let lol: String =
            (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
        let text = format!("<!DOCTYPE svg [<!ENTITY l0 \"lol\">{lol}]>{}", svg("", "<text>&l9;</text>"));
        assert_eq!(error(&text), "it declares entities");
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let text = svg("viewBox=\"0 0 2 2\"", "<g><rect width=\"2\" height=\"2\"/><!-- ö --></g>");
        for length in 0..text.len() {
            assert!(decode(&text.as_bytes()[..length], 8).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn nothing_outside_of_the_file_is_opened() {
        // Opening this would never end.
        let image =
            "<image width=\"9\" height=\"9\" xlink:href=\"/dev/zero\"/><image href=\"data:image/svg+xml,%3Csvg/%3E\"/>";
        let text = svg("viewBox=\"0 0 9 9\"", image);
        assert!(decode(text.as_bytes(), 8).unwrap().bytes.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn numbers_without_measure_are_refused_or_drawn() {
        let shapes = [
            "<rect width=\"1e30\" height=\"1e30\"/>",
            "<circle r=\"1e38\" stroke=\"red\" stroke-width=\"1e38\"/>",
            "<path d=\"M0 0L9 9\" stroke=\"red\" stroke-dasharray=\"0.00002\"/>",
            "<path d=\"M-1e38 1e38C1e38 0 -1e38 0 0 1e38z\" transform=\"scale(1e30)\"/>",
            "<filter id=\"f\"><feGaussianBlur stdDeviation=\"1e9\"/></filter><rect width=\"9\" height=\"9\" filter=\"url(#f)\"/>",
            "<pattern id=\"p\" width=\"1e-9\" height=\"1e-9\"><rect width=\"1\" height=\"1\"/></pattern><rect width=\"9\" height=\"9\" fill=\"url(#p)\"/>",
        ];
        for shape in shapes {
            for attributes in
                ["viewBox=\"0 0 9 9\"", "width=\"1e30\" height=\"1e-30\"", "width=\"0\"", "viewBox=\"0 0 1e-30 1e30\""]
            {
                // Without bounds some of these would never end.
                let _ = decode(svg(attributes, shape).as_bytes(), 32);
            }
        }
    }

    #[test]
    fn dashes_are_drawn_through_however_they_are_written() {
        let line =
            |attributes: &str| svg("viewBox=\"0 0 9 9\"", &format!("<path d=\"M0 4h9\" stroke=\"red\" {attributes}/>"));
        let solid = decode(line("").as_bytes(), 16);
        assert!(solid.is_ok());
        for attributes in ["stroke-dasharray=\"1\"", "style=\"stroke-dasharray:1\"", "style=\"stroke-dash&#97;rray:1\""]
        {
            let drawn = decode(line(attributes).as_bytes(), 16);
            assert!(drawn == solid || drawn == Err("it hides how its lines are dashed".into()), "{attributes}");
        }
    }

    #[test]
    fn a_huge_drawing_is_refused() {
        assert!(error(&svg("", &"<path d=\"M0 0\"/>".repeat(60_000))).contains("limit"));
        assert!(error(&svg("", &"<path d=\"M0 0\"/>".repeat(30_000))).contains("cost"));
    }

    #[test]
    fn an_element_of_attributes_alone_is_refused() {
        let attributes: String = (0..100_000).map(|n| format!("a{n}=\"\" ")).collect();
        assert!(error(&svg("", &format!("<rect {attributes}/>"))).contains("attributes"));
    }

    #[test]
    fn what_is_nested_without_end_is_refused_on_a_small_stack_too() {
        for depth in [300, 1000, 20_000] {
            let text = svg("", &format!("{}{}", "<g>".repeat(depth), "</g>".repeat(depth)));
            let thread =
                std::thread::Builder::new().stack_size(2 << 20).spawn(move || decode(text.as_bytes(), 8).is_err());
            assert!(thread.unwrap().join().unwrap(), "{depth} deep");
        }
    }
}
