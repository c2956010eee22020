//! Theme tokens: colour roles and measures. Layout code names roles, never colours.

/// A colour in sRGB; alpha is straight, not multiplied in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// The tokens that the interface uses today, named as in `tokens.css` without its prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Screen, gaps, content.
    pub bg: Colour,
    /// A label on any filled shape.
    pub on_fill: Colour,
    /// Headings.
    pub title: Colour,
    /// Body text.
    pub text: Colour,
    /// Captions.
    pub text_muted: Colour,
    /// Elbows and bars of the current place.
    pub frame: Colour,
    /// The second segment of a bar.
    pub frame_2: Colour,
    /// A short accent, the end cap.
    pub frame_3: Colour,
    /// Things to press.
    pub act_a: Colour,
    /// Where you are; nothing else is orange.
    pub focus: Colour,
    /// What ends something.
    pub danger: Colour,
    /// The share of white mixed into a fill under the pointer.
    pub hover_mix: f64,
    /// Lengths.
    pub measures: Measures,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            bg: Colour::rgb(0x00_03_0f),
            on_fill: Colour::rgb(0x00_03_0f),
            title: Colour::rgb(0xfe_bd_95),
            text: Colour::rgb(0xef_e9_f7),
            text_muted: Colour::rgb(0xa5_9f_c4),
            frame: Colour::rgb(0x8e_75_b6),
            frame_2: Colour::rgb(0x9f_9a_f8),
            frame_3: Colour::rgb(0xe2_9e_87),
            act_a: Colour::rgb(0x9f_9a_f8),
            focus: Colour::rgb(0xff_99_00),
            danger: Colour::rgb(0xf0_54_4f),
            hover_mix: 0.18,
            measures: Measures::default(),
        }
    }
}

/// Lengths in logical pixels for a 1280x720 output; see [`Measures::scaled`] for others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// Between the frame and the screen's edge.
    pub margin: f64,
    /// Between segments.
    pub gap: f64,
    /// Width of a window frame's rail.
    pub slim_rail: f64,
    /// Height of a window frame's top bar.
    pub slim_bar: f64,
    /// Height of a window frame's bottom bar.
    pub slim_bottom: f64,
    /// Outer radius of a window frame's elbow.
    pub slim_outer: f64,
    /// Inner radius of a window frame's elbow.
    pub slim_inner: f64,
    /// How far content stands off the frame, to the sides.
    pub content_inset_x: f64,
    /// How far content stands off the frame, above and below.
    pub content_inset_y: f64,
    /// Cap height of a title.
    pub cap_title: f64,
    /// Cap height of a label.
    pub cap_label: f64,
    /// Cap height of monospaced text of 16 px.
    pub cap_mono: f64,
    /// No hit area is lower than this.
    pub hit_min: f64,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            margin: 8.0,
            gap: 8.0,
            slim_rail: 32.0,
            slim_bar: 32.0,
            slim_bottom: 24.0,
            slim_outer: 40.0,
            slim_inner: 16.0,
            content_inset_x: 32.0,
            content_inset_y: 24.0,
            cap_title: 32.0,
            cap_label: 17.0,
            cap_mono: 11.66,
            hit_min: 40.0,
        }
    }
}

impl Measures {
    /// The measures for an output of `w` x `h` logical pixels that are `scale` device pixels each.
    ///
    /// They grow and shrink with the output between 0.75 and 2 times, in steps of an eighth so that a window being
    /// resized does not make the frame crawl, and end on whole device pixels so that every edge is sharp.
    pub fn scaled(&self, w: f64, h: f64, scale: f64) -> Self {
        let fit = (w / 1280.0).min(h / 720.0).clamp(0.75, 2.0);
        let s = (fit * 8.0).round() / 8.0;
        let px = |length: f64| (length * s * scale).round() / scale;
        Self {
            margin: px(self.margin),
            gap: px(self.gap).max((4.0 * scale).round() / scale),
            slim_rail: px(self.slim_rail),
            slim_bar: px(self.slim_bar),
            slim_bottom: px(self.slim_bottom),
            slim_outer: px(self.slim_outer),
            slim_inner: px(self.slim_inner),
            content_inset_x: px(self.content_inset_x),
            content_inset_y: px(self.content_inset_y),
            cap_title: px(self.cap_title),
            cap_label: px(self.cap_label),
            // Monospaced text follows the output's own scale only.
            cap_mono: self.cap_mono,
            hit_min: self.hit_min,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hover_is_the_colour_of_the_mock_up() {
        let theme = Theme::default();
        assert_eq!(theme.act_a.mix(Colour::WHITE, theme.hover_mix), Colour::rgb(0xb0_ac_f9));
    }

    #[test]
    fn a_premultiplied_colour_never_exceeds_its_alpha() {
        let half = Colour { a: 128, ..Colour::WHITE };
        let [r, g, b, a] = half.premultiplied();
        assert!(r <= a && g <= a && b <= a && a < 0.51);
    }

    #[test]
    fn measures_stay_on_whole_device_pixels() {
        for scale in [1.0, 1.25, 1.5, 2.0] {
            let measures = Measures::default().scaled(1000.0, 600.0, scale);
            for length in [measures.margin, measures.gap, measures.slim_rail, measures.slim_outer] {
                assert!(((length * scale) - (length * scale).round()).abs() < 1e-9, "{length} at {scale}");
            }
        }
    }

    #[test]
    fn the_frame_does_not_grow_without_end() {
        let measures = Measures::default();
        assert_eq!(measures.scaled(1280.0, 720.0, 1.0), measures);
        assert_eq!(measures.scaled(10_000.0, 10_000.0, 1.0).slim_bar, 64.0);
        assert_eq!(measures.scaled(64.0, 64.0, 1.0).slim_bar, 24.0);
    }
}
