//! Primitives as SVG.

use std::fmt::Write as _;

use lcars_ui::geometry::{Rect, Size};
use lcars_ui::scene::{Align, Cut, Face, Look, Primitive};
use lcars_ui::theme::Colour;
use lcars_ui::view::View;

pub fn svg(size: Size, view: &View) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}"><rect width="{0}" height="{1}" fill="{2}"/>"#,
        size.w,
        size.h,
        paint(view.background)
    );
    for (i, primitive) in view.scene.iter().enumerate() {
        write_primitive(&mut out, i, primitive);
    }
    out.push_str("</svg>\n");
    out
}

fn paint(colour: Colour) -> String {
    format!("rgba({},{},{},{:.3})", colour.r, colour.g, colour.b, f64::from(colour.a) / 255.0)
}

fn write_primitive(out: &mut String, i: usize, primitive: &Primitive) {
    let _ = match primitive {
        Primitive::Fill { rect, radii, cut, colour, .. } => {
            let mask = cut.map(|cut| mask(out, i, *rect, cut)).unwrap_or_default();
            writeln!(out, r#"<path d="{}" fill="{}"{mask}/>"#, outline(*rect, *radii), paint(*colour))
        }
        Primitive::Text { rect, text, cap_height, colour, align, face, .. } => {
            let (x, anchor) = match align {
                Align::Left => (rect.x, "start"),
                Align::Centre => (rect.x + rect.w / 2.0, "middle"),
                Align::Right => (rect.right(), "end"),
            };
            let (family, ratio, weight) = match face {
                Face::Label => ("Bebas Neue", 0.7, 700),
                Face::Mono => ("JetBrains Mono, DejaVu Sans Mono", 0.72875, 400),
            };
            let spacing = if *face == Face::Label { 0.02 } else { 0.0 };
            let baseline = rect.y + rect.h / 2.0 + cap_height / 2.0;
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            writeln!(
                out,
                r#"<clipPath id="c{i}"><rect x="{}" y="{}" width="{}" height="{}"/></clipPath><g clip-path="url(#c{i})"><text x="{x}" y="{baseline}" text-anchor="{anchor}" font-family="{family}" font-weight="{weight}" font-size="{}" letter-spacing="{spacing}em" fill="{}" xml:space="preserve">{text}</text></g>"#,
                rect.x,
                rect.y,
                rect.w,
                rect.h,
                cap_height / ratio,
                paint(*colour)
            )
        }
        Primitive::Window { rect, look, opacity, window, .. } => {
            let colour = if *look == Look::Live { "#24272f" } else { "#16181d" };
            writeln!(
                out,
                r##"<g opacity="{opacity}"><rect x="{0}" y="{1}" width="{2}" height="{3}" fill="{colour}"/><path d="M{0} {1}l{2} {3}m0 -{3}l-{2} {3}" stroke="#353a45"/><text x="{4}" y="{5}" fill="#737a88" font-size="14" font-family="DejaVu Sans Mono">{window}</text></g>"##,
                rect.x,
                rect.y,
                rect.w,
                rect.h,
                rect.x + 8.0,
                rect.y + 20.0
            )
        }
        Primitive::Terminal { rect, opacity, terminal, .. } => writeln!(
            out,
            r##"<g opacity="{opacity}"><rect x="{}" y="{}" width="{}" height="{}" fill="#06060c"/><text x="{}" y="{}" fill="#737a88" font-size="14" font-family="DejaVu Sans Mono">{terminal}</text></g>"##,
            rect.x,
            rect.y,
            rect.w,
            rect.h,
            rect.x + 8.0,
            rect.y + 20.0
        ),
        Primitive::Panels { .. } => Ok(()),
        Primitive::Icon { rect, name, opacity, .. } if lcars_ui::files::drawing(name).is_some() => {
            let drawing = lcars_ui::files::drawing(name).unwrap_or_default();
            let side = rect.w.min(rect.h);
            let (x, y) = (rect.x + (rect.w - side) / 2.0, rect.y + (rect.h - side) / 2.0);
            let at = format!(r#"<svg x="{x}" y="{y}" width="{side}" height="{side}" opacity="{opacity}""#);
            writeln!(out, "{}", drawing.replacen("<svg", &at, 1))
        }
        Primitive::Icon { rect, .. } => writeln!(
            out,
            r##"<rect x="{}" y="{}" width="{}" height="{}" fill="none" stroke="#fff"/>"##,
            rect.x, rect.y, rect.w, rect.h
        ),
        Primitive::Line { from, to, width, colour, .. } => writeln!(
            out,
            r#"<line x1="{}" y1="{}" x2="{}" y2="{}" stroke-width="{width}" stroke-linecap="round" stroke="{}"/>"#,
            from.x,
            from.y,
            to.x,
            to.y,
            paint(*colour)
        ),
    };
}

fn mask(out: &mut String, i: usize, rect: Rect, cut: Cut) -> String {
    let _ = writeln!(
        out,
        r#"<mask id="m{i}" maskUnits="userSpaceOnUse" x="{}" y="{}" width="{}" height="{}"><path d="{}" fill="white"/><path d="{}" fill="black"/></mask>"#,
        rect.x - 1.0,
        rect.y - 1.0,
        rect.w + 2.0,
        rect.h + 2.0,
        outline(Rect::new(rect.x - 1.0, rect.y - 1.0, rect.w + 2.0, rect.h + 2.0), [0.0; 4]),
        outline(cut.rect, cut.radii)
    );
    format!(r#" mask="url(#m{i})""#)
}

fn outline(rect: Rect, radii: [f64; 4]) -> String {
    let [tl, tr, br, bl] = radii;
    let (l, t, r, b) = (rect.x, rect.y, rect.right(), rect.bottom());
    format!(
        "M{} {t}H{}A{tr} {tr} 0 0 1 {r} {}V{}A{br} {br} 0 0 1 {} {b}H{}A{bl} {bl} 0 0 1 {l} {}V{}A{tl} {tl} 0 0 1 {} {t}Z",
        l + tl,
        r - tr,
        t + tr,
        b - br,
        r - br,
        l + bl,
        b - bl,
        t + tl,
        l + tl
    )
}
