//! The pointer as a picture, for those who want it in theirs. Pages draw it themselves.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use smithay::input::pointer::{CursorIcon, CursorImageStatus, CursorImageSurfaceData};
use smithay::utils::{Physical, Point, Rectangle, Size};
use smithay::wayland::compositor::with_states;

use crate::surface::{self, CursorPixels};

/// Pointers that have a name. Logical pixels; the hot spot of the arrow is its tip, that of the beam its middle.
const ARROW: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="16" height="22">
<path d="M1 1v16.5l4-3.8 2.7 6.3 2.9-1.2-2.7-6.2H13.500z" fill="#000" stroke="#fff" stroke-width="1.2"/></svg>"##;
const BEAM: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="18">
<path d="M1.500 1.500h2l1 1 1-1h2M4.500 2.500v13M1.500 16.500h2l1-1 1 1h2" fill="none" stroke="#fff" stroke-width="3"/>
<path d="M1.500 1.500h2l1 1 1-1h2M4.500 2.500v13M1.500 16.500h2l1-1 1 1h2" fill="none" stroke="#000"/></svg>"##;

/// Longest side of a pointer that is drawn.
const LONGEST: i32 = 512;

/// A pointer's pixels in those of a screen.
#[derive(Debug)]
pub(crate) struct PointerPicture {
    pub size: Size<i32, Physical>,
    /// The pixel that points.
    pub hotspot: Point<i32, Physical>,
    /// Blue, green, red, alpha, premultiplied; rows tightly packed.
    bgra: Vec<u8>,
}

/// What a picture was made of.
#[derive(Debug, Clone, PartialEq)]
enum Made {
    Named { beam: bool, scale: f64 },
    Pixels { pixels: Arc<CursorPixels>, hotspot: (i32, i32), scale: f64 },
}

/// The last picture that was made.
#[derive(Debug, Default)]
pub(crate) struct PointerPictures(Option<(Made, Option<Arc<PointerPicture>>)>);

impl PointerPictures {
    /// The picture of a pointer on a screen of this scale; none where nothing is to be seen.
    pub fn get(&mut self, status: &CursorImageStatus, scale: f64) -> Option<Arc<PointerPicture>> {
        let wanted = match status {
            CursorImageStatus::Hidden => return None,
            CursorImageStatus::Named(icon) => {
                Made::Named { beam: matches!(icon, CursorIcon::Text | CursorIcon::VerticalText), scale }
            }
            CursorImageStatus::Surface(surface) => with_states(surface, |states| {
                let hotspot = states.data_map.get::<CursorImageSurfaceData>();
                let hotspot = hotspot.and_then(|data| data.lock().ok().map(|data| data.hotspot)).unwrap_or_default();
                let pixels = surface::with_state(states, |state| state.cursor.clone()).flatten()?;
                Some(Made::Pixels { pixels, hotspot: (hotspot.x, hotspot.y), scale })
            })?,
        };
        match &self.0 {
            Some((made, picture)) if *made == wanted => picture.clone(),
            _ => {
                let picture = wanted.picture().map(Arc::new);
                self.0 = Some((wanted, picture.clone()));
                picture
            }
        }
    }
}

impl Made {
    fn picture(&self) -> Option<PointerPicture> {
        match self {
            Self::Named { beam, scale } => {
                let (svg, hotspot) = if *beam { (BEAM, (4.5, 9.0)) } else { (ARROW, (1.0, 1.0)) };
                named(svg, hotspot, *scale)
            }
            Self::Pixels { pixels, hotspot, scale } => of_program(pixels, *hotspot, *scale),
        }
    }
}

fn named(svg: &str, hotspot: (f64, f64), scale: f64) -> Option<PointerPicture> {
    let tree = Tree::from_str(svg, &Options::default()).ok()?;
    let side = |length: f32| (f64::from(length) * scale).ceil() as u32;
    let (width, height) = (side(tree.size().width()), side(tree.size().height()));
    let mut pixmap = Pixmap::new(width, height)?;
    resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
    let mut bgra = pixmap.take();
    bgra.chunks_exact_mut(4).for_each(|pixel| pixel.swap(0, 2));
    let hotspot = Point::from(((hotspot.0 * scale) as i32, (hotspot.1 * scale) as i32));
    Some(PointerPicture { size: Size::from((width as i32, height as i32)), hotspot, bgra })
}

fn of_program(pixels: &CursorPixels, hotspot: (i32, i32), scale: f64) -> Option<PointerPicture> {
    let factor = scale / f64::from(pixels.scale.max(1));
    let side = |length: i32| ((f64::from(length) * factor).round() as i32).clamp(1, LONGEST);
    let size = Size::from((side(pixels.size.w), side(pixels.size.h)));
    let picture = image::RgbaImage::from_raw(pixels.size.w as u32, pixels.size.h as u32, pixels.rgba.clone())?;
    let picture = if (size.w, size.h) == (pixels.size.w, pixels.size.h) {
        picture
    } else {
        image::imageops::resize(&picture, size.w as u32, size.h as u32, image::imageops::FilterType::Triangle)
    };
    let mut bgra = picture.into_raw();
    for pixel in bgra.chunks_exact_mut(4) {
        let alpha = u32::from(pixel[3]);
        pixel[..3].iter_mut().for_each(|value| *value = (u32::from(*value) * alpha / 255) as u8);
        pixel.swap(0, 2);
    }
    let along = |at: i32, length: i32| ((f64::from(at) * scale) as i32).clamp(0, length - 1);
    Some(PointerPicture { size, hotspot: Point::from((along(hotspot.0, size.w), along(hotspot.1, size.h))), bgra })
}

impl PointerPicture {
    /// Paints it over rows of blue, green, red and a fourth byte, of which the first pixel is that of `region`.
    pub fn paint(&self, corner: Point<i32, Physical>, region: Rectangle<i32, Physical>, pixels: &mut [u8]) {
        let Some(both) = Rectangle::new(corner, self.size).intersection(region) else { return };
        let row = |width: i32, at: Point<i32, Physical>| {
            let start = (at.y as usize * width as usize + at.x as usize) * 4;
            start..start + both.size.w as usize * 4
        };
        for line in 0..both.size.h {
            let at = both.loc + Point::from((0, line));
            let from = self.bgra.get(row(self.size.w, at - corner));
            let to = pixels.get_mut(row(region.size.w, at - region.loc));
            let (Some(from), Some(to)) = (from, to) else { return };
            for (over, under) in from.chunks_exact(4).zip(to.chunks_exact_mut(4)) {
                let rest = 255 - u32::from(over[3]);
                for (over, under) in over.iter().zip(under.iter_mut()) {
                    *under = (u32::from(*over) + u32::from(*under) * rest / 255).min(255) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrow_points_with_its_tip_at_every_scale() {
        for scale in [0.5, 1.0, 1.5, 4.0] {
            let mut pictures = PointerPictures::default();
            let picture = pictures.get(&CursorImageStatus::default_named(), scale).expect("there is one");
            let region = Rectangle::new((100, 100).into(), (200, 200).into());
            let mut pixels = vec![9; 200 * 200 * 4];
            let tip = Point::from((150, 150));
            picture.paint(tip - picture.hotspot, region, &mut pixels);
            let changed = |x: usize, y: usize| pixels[(y * 200 + x) * 4..][..4] != [9; 4];
            let inside = (2.0 * scale).ceil() as usize;
            assert!(changed(50 + inside, 50 + 3 * inside), "scale {scale}");
            let outside = (2.0 * scale).ceil() as usize + 1;
            assert!((0..200).all(|x| !changed(x, 50 - outside)), "scale {scale}");
            assert!((0..200).all(|y| !changed(50 - outside, y)), "scale {scale}");
        }
    }

    #[test]
    fn a_pointer_at_the_edge_is_cut_off() {
        let mut pictures = PointerPictures::default();
        let picture = pictures.get(&CursorImageStatus::Named(CursorIcon::Text), 1.0).expect("there is one");
        let region = Rectangle::from_size((20, 20).into());
        for corner in [(-4, -9), (18, 18), (-100, 0), (0, 100)] {
            let mut pixels = vec![0; 20 * 20 * 4];
            picture.paint(corner.into(), region, &mut pixels);
        }
    }
}
