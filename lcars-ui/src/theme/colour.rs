//! Colours in sRGB and what is done with them.

/// A colour in sRGB; alpha is straight, not multiplied in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Colour {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
    /// 255 is opaque.
    pub a: u8,
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self::rgb(0xff_ff_ff);

    /// Black.
    pub const BLACK: Self = Self::rgb(0);

    /// An opaque colour from `0xRRGGBB`.
    pub const fn rgb(hex: u32) -> Self {
        Self { r: (hex >> 16) as u8, g: (hex >> 8) as u8, b: hex as u8, a: 255 }
    }

    /// This colour with a share (0 to 1) of another mixed in, as CSS `color-mix(in srgb, …)` does it.
    pub fn mix(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let channel = |a: u8, b: u8| (f64::from(a) * (1.0 - share) + f64::from(b) * share).round() as u8;
        Self {
            r: channel(self.r, other.r),
            g: channel(self.g, other.g),
            b: channel(self.b, other.b),
            a: channel(self.a, other.a),
        }
    }

    /// Red, green, blue, alpha from 0 to 1, with alpha multiplied into the others: what a blender wants.
    pub fn premultiplied(self) -> [f32; 4] {
        let alpha = f32::from(self.a) / 255.0;
        let channel = |c: u8| f32::from(c) / 255.0 * alpha;
        [channel(self.r), channel(self.g), channel(self.b), alpha]
    }

    /// How much light it gives, 0 to 1, as WCAG 2 defines relative luminance. Alpha does not count.
    pub fn luminance(self) -> f64 {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.r) + 0.7152 * linear(self.g) + 0.0722 * linear(self.b)
    }

    /// How well one is read on the other, from 1 to 21, as WCAG 2 defines the contrast ratio.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_premultiplied_colour_never_exceeds_its_alpha() {
        let half = Colour { a: 128, ..Colour::WHITE };
        let [r, g, b, a] = half.premultiplied();
        assert!(r <= a && g <= a && b <= a && a < 0.51);
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((Colour::BLACK.contrast(Colour::WHITE) - 21.0).abs() < 1e-9);
        assert!((Colour::rgb(0x77_77_77).contrast(Colour::WHITE) - 4.48).abs() < 0.01);
        assert_eq!(Colour::WHITE.contrast(Colour::WHITE), 1.0);
    }
}
