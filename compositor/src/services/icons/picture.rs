//! Pixels of an icon, and how they are brought to a size.

/// A square picture, premultiplied BGRA, rows without padding: what wgpu calls `Bgra8Unorm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Width and height in pixels.
    pub size: u32,
    /// Four bytes a pixel, from the top left.
    pub bytes: Vec<u8>,
}

/// Straight RGBA of any size.
#[derive(Debug)]
pub struct Raw {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Four bytes a pixel, from the top left.
    pub rgba: Vec<u8>,
}

impl Raw {
    /// Fits the picture into a square, as large as it goes, in the middle, with its proportions kept.
    pub fn fit(&self, size: u32) -> Picture {
        let side = size as usize;
        let most = self.width.max(self.height).max(1) as f64;
        let scaled = |length: usize| ((length as f64 / most * side as f64).round() as usize).clamp(1, side.max(1));
        let (width, height) = (scaled(self.width), scaled(self.height));
        let (left, top) = ((side - width) / 2, (side - height) / 2);
        let (columns, rows) = (weights(self.width, width), weights(self.height, height));
        let source = self.premultiplied();
        // First every row is brought to the width, then the columns to the height.
        let mut wide = vec![[0f32; 4]; width * self.height];
        for (row, out) in source.chunks_exact(self.width.max(1)).zip(wide.chunks_exact_mut(width)) {
            for (pixel, taps) in out.iter_mut().zip(&columns) {
                *pixel = taps.mix(|at| row.get(at).copied());
            }
        }
        let mut bytes = vec![0u8; side * side * 4];
        for (y, taps) in rows.iter().enumerate() {
            let start = ((top + y) * side + left) * 4;
            let Some(out) = bytes.get_mut(start..start + width * 4) else { continue };
            for (x, pixel) in out.chunks_exact_mut(4).enumerate() {
                let [r, g, b, a] = taps.mix(|at| wide.get(at * width + x).copied()).map(|value| value.round() as u8);
                pixel.copy_from_slice(&[b, g, r, a]);
            }
        }
        Picture { size, bytes }
    }

    fn premultiplied(&self) -> Vec<[f32; 4]> {
        let pixels = self.rgba.chunks_exact(4).map(|pixel| {
            let &[r, g, b, a] = pixel else { return [0.0; 4] };
            let part = f32::from(a) / 255.0;
            [f32::from(r) * part, f32::from(g) * part, f32::from(b) * part, f32::from(a)]
        });
        pixels.collect()
    }
}

/// What goes into one pixel: neighbouring ones from `first` on, with weights that add up to one.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn mix(&self, pixel: impl Fn(usize) -> Option<[f32; 4]>) -> [f32; 4] {
        let mut sum = [0f32; 4];
        for (i, weight) in self.weights.iter().enumerate() {
            let pixel = pixel(self.first + i).unwrap_or_default();
            sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value * weight);
        }
        sum
    }
}

/// A triangle over each pixel of `to`, as wide as two of them in `from`, or two of `from` where those are wider.
fn weights(from: usize, to: usize) -> Vec<Taps> {
    let ratio = from as f64 / to as f64;
    let reach = ratio.max(1.0);
    let taps = |i: usize| {
        let centre = (i as f64 + 0.5) * ratio - 0.5;
        let first = (centre - reach).ceil().max(0.0) as usize;
        let last = ((centre + reach).floor().max(0.0) as usize).min(from.saturating_sub(1));
        let weights: Vec<f64> = (first..=last).map(|at| (1.0 - (at as f64 - centre).abs() / reach).max(0.0)).collect();
        let sum: f64 = weights.iter().sum();
        Taps { first, weights: weights.iter().map(|weight| (weight / sum) as f32).collect() }
    };
    (0..to).map(taps).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(width: usize, height: usize, rgba: [u8; 4]) -> Raw {
        Raw { width, height, rgba: rgba.repeat(width * height) }
    }

    #[test]
    fn colours_come_out_premultiplied_and_in_the_order_of_the_renderer() {
        let picture = plain(1, 1, [200, 100, 0, 128]).fit(2);
        assert_eq!(picture.bytes, [0, 50, 100, 128].repeat(4));
    }

    #[test]
    fn a_picture_of_the_wanted_size_stays_as_it_is() {
        let rgba: Vec<u8> = (0..16u8).flat_map(|n| [n, 2 * n, 3 * n, 255]).collect();
        let picture = Raw { width: 4, height: 4, rgba: rgba.clone() }.fit(4);
        let swapped: Vec<u8> = rgba.chunks(4).flat_map(|p| [p[2], p[1], p[0], p[3]]).collect();
        assert_eq!(picture.bytes, swapped);
    }

    #[test]
    fn a_long_picture_lies_in_the_middle() {
        let picture = plain(4, 2, [255, 255, 255, 255]).fit(4);
        let rows: Vec<u8> = picture.bytes.chunks(16).map(|row| row[3]).collect();
        assert_eq!(rows, [0, 255, 255, 0]);
    }

    proptest! {
        #[test]
        fn any_size_goes_into_any_other(width in 1usize..90, height in 1usize..90, size in 1u32..90, alpha in 0u8..) {
            let picture = plain(width, height, [255, 255, 255, alpha]).fit(size);
            prop_assert_eq!(picture.bytes.len(), (size * size * 4) as usize);
            for pixel in picture.bytes.chunks(4) {
                prop_assert!(pixel[..3].iter().all(|colour| *colour <= pixel[3]), "{:?}", pixel);
                prop_assert!(pixel[3] == 0 || pixel[3].abs_diff(alpha) <= 1, "a plain picture stays plain");
            }
        }
    }
}
