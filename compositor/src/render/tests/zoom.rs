//! A zoom from a hub with six tiles into one of them, as the interface draws it: everything moves, in every picture.

use lcars_ui::geometry::{Rect, Size as LogicalSize};
use lcars_ui::hierarchy::WindowId;
use lcars_ui::scene::{Align, Cut, Elide, Face, Key, Look, Primitive};
use lcars_ui::theme::Colour;
use smithay::utils::{Physical, Rectangle};

use crate::render::{IconShown, Pictures, Piece, Thumbnails, WindowShown, placed, scaled};

const FRAME: Colour = Colour::rgb(0x8e_75_b6);
const TITLE: Colour = Colour::rgb(0xfe_bd_95);
const BLACK: Colour = Colour::rgb(0x00_03_0f);

/// Six windows that keep their pictures.
pub struct Windows<'a> {
    pub thumbnails: &'a mut Thumbnails,
    /// Of the one that is zoomed into, with its corner at zero.
    pub live: &'a [Piece],
}

impl Pictures for Windows<'_> {
    fn window(&mut self, shown: &WindowShown) -> Vec<Piece> {
        let rect = placed(shown.rect, shown.full, shown.full);
        if shown.look == Look::Live {
            let whole: Rectangle<f64, Physical> = Rectangle::from_size(shown.full);
            return scaled(self.live, whole, rect, shown.clip, shown.opacity);
        }
        self.thumbnails.piece(shown.window.get(), rect, shown.clip, shown.opacity).into_iter().collect()
    }

    fn icon(&mut self, _name: &str, _side: u32) -> IconShown {
        IconShown::Awaited
    }
}

/// The scene at a moment: 0 is the hub, 1 the window in its frame.
pub fn scene(progress: f64) -> Vec<Primitive> {
    let mut scene = Vec::new();
    let tile = |i: usize| Rect::new(264.0 + 344.0 * (i % 3) as f64, 64.0 + 224.0 * (i / 3) as f64, 320.0, 208.0);
    let (from, to) = (tile(1), Rect::new(8.0, 8.0, 1264.0, 704.0));
    let mix = |a: f64, b: f64| a + (b - a) * progress;
    let times = mix(from.w, to.w) / from.w;
    // What takes the tile to the screen takes everything else along.
    let ride = |rect: Rect| {
        let (x, y) = (mix(from.x, to.x), mix(from.y, to.y));
        Rect::new(x + (rect.x - from.x) * times, y + (rect.y - from.y) * times, rect.w * times, rect.h * times)
    };
    let fade = Colour { a: (255.0 * (1.0 - progress).powf(0.8)) as u8, ..FRAME };
    let fill = |scene: &mut Vec<Primitive>, key: Key, rect: Rect, radii: [f64; 4], colour: Colour| {
        scene.push(Primitive::Fill { key, rect: ride(rect), radii: radii.map(|r| r * times), cut: None, colour });
    };
    let label = |scene: &mut Vec<Primitive>, key: Key, rect: Rect, text: &str, cap: f64, colour: Colour| {
        let (text, align, face, elide) = (String::from(text), Align::Right, Face::Label, Elide::End);
        let (rect, cap_height) = (ride(rect), cap * times);
        scene.push(Primitive::Text { key, rect, text, cap_height, colour, align, face, elide, zoom: times });
    };
    // The rail and the bars of the hub.
    let big = Some(Cut { rect: ride(Rect::new(232.0, 40.0, 2000.0, 2000.0)), radii: [32.0 * times, 0.0, 0.0, 0.0] });
    scene.push(Primitive::Fill {
        key: Key::part("elbow"),
        rect: ride(Rect::new(8.0, 8.0, 416.0, 104.0)),
        radii: [80.0 * times, 0.0, 0.0, 0.0],
        cut: big,
        colour: fade,
    });
    for i in 0..9u64 {
        let rect = Rect::new(8.0, 120.0 + 56.0 * i as f64, 224.0, 48.0);
        fill(&mut scene, Key::of("pill", i), rect, [24.0; 4], fade);
        let inner = Rect::new(28.0, rect.y, 184.0, 48.0);
        label(&mut scene, Key::of("pill-label", i), inner, "DIRECTORY", 17.0, Colour { a: fade.a, ..BLACK });
    }
    for i in 0..6u64 {
        let rect = Rect::new(264.0 + 169.0 * i as f64, 544.0, 161.0, 40.0);
        fill(&mut scene, Key::of("chip", i), rect, [20.0; 4], fade);
        label(&mut scene, Key::of("chip-label", i), rect, "CALCULATOR ", 17.0, Colour { a: fade.a, ..BLACK });
        let bar = Rect::new(432.0 + 140.0 * i as f64, 8.0, 132.0, 32.0);
        fill(&mut scene, Key::of("bar", i), bar, [0.0; 4], fade);
    }
    for i in 0..6 {
        let (rect, of) = (tile(i), i as u64);
        // The tile that is zoomed into becomes a frame, of a frame's measures; the others ride along.
        let chosen = i == 1;
        let place = if chosen {
            Rect::new(mix(from.x, to.x), mix(from.y, to.y), mix(from.w, to.w), mix(from.h, to.h))
        } else {
            ride(rect)
        };
        let measure = |tile: f64, frame: f64| if chosen { mix(tile, frame) } else { tile * times };
        let (rail, bar, bottom, gap) =
            (measure(16.0, 32.0), measure(24.0, 32.0), measure(16.0, 24.0), measure(4.0, 8.0));
        let (outer, inner) = (measure(24.0, 40.0), measure(8.0, 16.0));
        let colour = if chosen { FRAME } else { fade };
        let middle = place.y + place.h / 2.0;
        let elbow = |key, top: f64, end: f64, radii: [f64; 4], cut: Rect, inner: [f64; 4]| Primitive::Fill {
            key,
            rect: Rect::from_edges(place.x, top, place.x + measure(72.0, 96.0), end),
            radii,
            cut: Some(Cut { rect: cut, radii: inner }),
            colour,
        };
        let (left, top, under) = (place.x + rail, place.y + bar, place.bottom() - bottom);
        scene.push(elbow(
            Key::of("elbow-top", of),
            place.y,
            middle - gap,
            [outer, 0.0, 0.0, 0.0],
            Rect::from_edges(left, top, place.right() + 90.0, middle + 90.0),
            [inner, 0.0, 0.0, 0.0],
        ));
        scene.push(elbow(
            Key::of("elbow-bottom", of),
            middle,
            place.bottom(),
            [0.0, 0.0, 0.0, outer],
            Rect::from_edges(left, middle - 90.0, place.right() + 90.0, under),
            [0.0, 0.0, 0.0, inner],
        ));
        let plain = |part, x0: f64, y0: f64, x1: f64, y1: f64, radius: f64| Primitive::Fill {
            key: Key::of(part, of),
            rect: Rect::from_edges(x0, y0, x1, y1),
            radii: [0.0, radius, radius, 0.0],
            cut: None,
            colour,
        };
        let start = place.x + measure(76.0, 104.0);
        scene.push(plain("bar-top", start, place.y, place.right() - measure(160.0, 300.0), top, 0.0));
        scene.push(plain("cap-top", place.right() - bar, place.y, place.right(), top, bar / 2.0));
        scene.push(plain("bar-bottom", start, under, place.right() - 40.0, place.bottom(), 0.0));
        scene.push(plain("cap-bottom", place.right() - 32.0, under, place.right(), place.bottom(), bottom / 2.0));
        let cap_height = measure(24.0, 32.0);
        scene.push(Primitive::Text {
            key: Key::of("title", of),
            rect: Rect::from_edges(start, place.y, place.right() - bar - gap, top),
            text: String::from("TEXT EDITOR [3]"),
            cap_height,
            colour: Colour { a: colour.a, ..TITLE },
            align: Align::Right,
            face: Face::Label,
            elide: Elide::End,
            zoom: cap_height / 24.0,
        });
        let inset = |tile: f64, frame: f64| measure(tile, frame);
        let rect = Rect::from_edges(
            place.x + inset(24.0, 40.0),
            place.y + inset(32.0, 40.0),
            place.right(),
            place.bottom() - inset(24.0, 32.0),
        );
        scene.push(Primitive::Window {
            key: Key::of("window", of),
            window: WindowId::from_raw(of),
            rect,
            full: LogicalSize { w: 1224.0, h: 632.0 },
            clip: Some(Rect::new(0.0, 0.0, 1280.0, 720.0)),
            look: if chosen && progress >= 0.5 { Look::Live } else { Look::Thumbnail },
            opacity: if chosen { 1.0 } else { (1.0 - progress).powf(0.8) },
        });
    }
    let prompt = Rect::new(8.0, 720.0 - mix(96.0, 32.0), 1264.0, mix(88.0, 24.0));
    scene.push(Primitive::Fill { key: Key::part("prompt"), rect: prompt, radii: [16.0; 4], cut: None, colour: FRAME });
    scene
}
