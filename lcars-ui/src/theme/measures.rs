//! Lengths, and how they follow the size of an output and the user's own scale.

/// Lengths in logical pixels for a 1280x720 output; see [`Measures::scaled`] for others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measures {
    /// The grid that everything lies on.
    pub unit: f64,
    /// Between the frame and the screen's edge.
    pub margin: f64,
    /// Between segments.
    pub gap: f64,

    /// Width of the rail of a full frame.
    pub rail: f64,
    /// Width of the rail of a pane of 560 to 959 px.
    pub rail_narrow: f64,
    /// How far a rail's labels stand off its right edge.
    pub rail_label_inset: f64,
    /// Height of the bar on top.
    pub bar_top: f64,
    /// Height of the bar between content and expanded prompt.
    pub bar_inner: f64,
    /// Height of the collapsed prompt.
    pub bar_prompt: f64,
    /// Height of the expanded prompt.
    pub prompt_height: f64,
    /// Outer radius of a full frame's elbow.
    pub elbow_outer: f64,
    /// Inner radius of a full frame's elbow.
    pub elbow_inner: f64,
    /// Height of the elbow at the top left.
    pub elbow_height: f64,
    /// Outer radius of an elbow of a narrow pane or a dialog.
    pub elbow_outer_narrow: f64,
    /// Inner radius of an elbow of a narrow pane or a dialog.
    pub elbow_inner_narrow: f64,
    /// Outer radius of the prompt's elbow.
    pub prompt_outer: f64,
    /// Inner radius of the prompt's elbow.
    pub prompt_inner: f64,
    /// Height of a pill in a rail.
    pub pill_height: f64,
    /// Height of a chip or a launcher.
    pub chip_height: f64,
    /// Height of the buttons of a dialog.
    pub action_height: f64,
    /// Height of a read-out in a rail.
    pub readout_height: f64,
    /// How far content stands off the frame, to the sides.
    pub content_inset_x: f64,
    /// How far content stands off the frame, above and below.
    pub content_inset_y: f64,

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

    /// Between tiles.
    pub tile_gap: f64,
    /// Between tiles in a narrow pane.
    pub tile_gap_narrow: f64,
    /// Between the segments of a tile.
    pub tile_inner_gap: f64,
    /// No tile is narrower.
    pub tile_least: f64,
    /// Width of an app tile's rail.
    pub tile_rail: f64,
    /// Height of an app tile's top bar.
    pub tile_bar: f64,
    /// Height of an app tile's bottom bar.
    pub tile_bottom: f64,
    /// Outer radius of an app tile's elbow.
    pub tile_outer: f64,
    /// Inner radius of an app tile's elbow.
    pub tile_inner: f64,
    /// Width of a sector tile's rail.
    pub sector_tile_rail: f64,
    /// Height of a sector tile's top and bottom bars.
    pub sector_tile_bar: f64,
    /// Outer radius of a sector tile's elbow.
    pub sector_tile_outer: f64,
    /// Inner radius of a sector tile's elbow.
    pub sector_tile_inner: f64,

    /// Width of the ring around what has the keyboard, and how far it stands off.
    pub ring: f64,
    /// Cap height of a title.
    pub cap_title: f64,
    /// Cap height of a tile's name.
    pub cap_tile: f64,
    /// Cap height of a heading.
    pub cap_heading: f64,
    /// Cap height of a label.
    pub cap_label: f64,
    /// Cap height of a small label.
    pub cap_small: f64,
    /// Cap height of the smallest label.
    pub cap_micro: f64,
    /// Size of monospaced text.
    pub mono_size: f64,
    /// Height of a line of monospaced text.
    pub mono_line: f64,
    /// Size of the prompt's monospaced text.
    pub mono_prompt: f64,
    /// Cap height of monospaced text of `mono_size`; it follows from that.
    pub cap_mono: f64,
    /// No hit area is lower than this.
    pub hit_min: f64,
}

/// Cap height of the monospaced faces as a share of their size.
const MONO_CAP: f64 = 0.728_75;

/// A scale never leaves the interface less room than this, in pixels of the measures as they are written down: whoever
/// asks for three times the size on a phone must still find the way back.
const LEAST_ROOM: (f64, f64) = (320.0, 320.0);

impl Measures {
    /// Works out what follows from others.
    pub(super) fn derive(&mut self) {
        self.cap_mono = self.mono_size * MONO_CAP;
    }

    /// The measures for an output of `w` x `h` logical pixels that are `scale` device pixels each.
    ///
    /// They grow and shrink with the output between 0.75 and 2 times, in steps of an eighth so that a window being
    /// resized does not make the frame crawl, and end on whole device pixels so that every edge is sharp.
    pub fn scaled(&self, w: f64, h: f64, scale: f64) -> Self {
        self.scaled_by(w, h, scale, 1.0)
    }

    /// The same with the user's own scale of the interface, from 0.75 to 3. Text follows that one too.
    pub fn scaled_by(&self, w: f64, h: f64, scale: f64, ui_scale: f64) -> Self {
        let scale = if scale.is_finite() { scale.clamp(0.25, 16.0) } else { 1.0 };
        let fit = fit(w, h);
        let room = (w / LEAST_ROOM.0).min(h / LEAST_ROOM.1).max(fit);
        let ui = if ui_scale.is_finite() { ui_scale.clamp(0.75, 3.0) } else { 1.0 };
        let s = eighths((fit * ui).min(room.max(0.75)));
        // Text does not follow the output's size, but what the user asked for as far as there is room for it.
        let text = ui.min((room / fit).max(1.0));
        let px = |length: f64| (length * s * scale).round() / scale;
        let text_px = |length: f64| if text == 1.0 { length } else { (length * text * scale).round() / scale };
        let mut scaled = *self;
        for length in scaled.frame_lengths() {
            *length = px(*length);
        }
        for length in [&mut scaled.mono_size, &mut scaled.mono_line, &mut scaled.mono_prompt] {
            *length = text_px(*length);
        }
        scaled.gap = scaled.gap.max((4.0 * scale).round() / scale);
        scaled.ring = scaled.ring.max(1.0 / scale);
        // A finger does not grow with the output, but whoever wants larger letters wants larger targets.
        scaled.hit_min = (self.hit_min * text.min(s).max(1.0) * scale).round() / scale;
        // The prompt's bar is pressed too, over the margin below it and the gap above.
        scaled.bar_prompt = scaled.bar_prompt.max(scaled.hit_min - scaled.margin - scaled.gap);
        // A pill is met over half of the gaps around it.
        scaled.pill_height = scaled.pill_height.max(scaled.hit_min - scaled.gap);
        scaled.derive();
        scaled
    }

    /// What follows the output's size: all but monospaced text and the least hit area.
    fn frame_lengths(&mut self) -> [&mut f64; 48] {
        [
            &mut self.unit,
            &mut self.margin,
            &mut self.gap,
            &mut self.rail,
            &mut self.rail_narrow,
            &mut self.rail_label_inset,
            &mut self.bar_top,
            &mut self.bar_inner,
            &mut self.bar_prompt,
            &mut self.prompt_height,
            &mut self.elbow_outer,
            &mut self.elbow_inner,
            &mut self.elbow_height,
            &mut self.elbow_outer_narrow,
            &mut self.elbow_inner_narrow,
            &mut self.prompt_outer,
            &mut self.prompt_inner,
            &mut self.pill_height,
            &mut self.chip_height,
            &mut self.action_height,
            &mut self.readout_height,
            &mut self.content_inset_x,
            &mut self.content_inset_y,
            &mut self.slim_rail,
            &mut self.slim_bar,
            &mut self.slim_bottom,
            &mut self.slim_outer,
            &mut self.slim_inner,
            &mut self.tile_gap,
            &mut self.tile_gap_narrow,
            &mut self.tile_inner_gap,
            &mut self.tile_least,
            &mut self.tile_rail,
            &mut self.tile_bar,
            &mut self.tile_bottom,
            &mut self.tile_outer,
            &mut self.tile_inner,
            &mut self.sector_tile_rail,
            &mut self.sector_tile_bar,
            &mut self.sector_tile_outer,
            &mut self.sector_tile_inner,
            &mut self.ring,
            &mut self.cap_title,
            &mut self.cap_tile,
            &mut self.cap_heading,
            &mut self.cap_label,
            &mut self.cap_small,
            &mut self.cap_micro,
        ]
    }
}

/// How much larger than 1280x720 an output is, within bounds.
fn fit(w: f64, h: f64) -> f64 {
    let fit = (w / 1280.0).min(h / 720.0);
    if fit.is_finite() { eighths(fit.clamp(0.75, 2.0)) } else { 1.0 }
}

fn eighths(factor: f64) -> f64 {
    (factor * 8.0).round() / 8.0
}

#[cfg(test)]
mod tests {
    use super::super::Theme;
    use super::*;

    fn measures() -> Measures {
        Theme::default().measures
    }

    #[test]
    fn measures_stay_on_whole_device_pixels() {
        for scale in [1.0, 1.25, 1.5, 2.0] {
            for ui_scale in [0.75, 1.0, 1.6, 3.0] {
                let mut measures = measures().scaled_by(1000.0, 600.0, scale, ui_scale);
                for length in measures.frame_lengths() {
                    assert!(((*length * scale) - (*length * scale).round()).abs() < 1e-9, "{length} at {scale}");
                }
            }
        }
    }

    #[test]
    fn the_frame_does_not_grow_without_end() {
        let measures = measures();
        assert_eq!(measures.scaled(1280.0, 720.0, 1.0), measures);
        assert_eq!(measures.scaled(10_000.0, 10_000.0, 1.0).slim_bar, 64.0);
        assert_eq!(measures.scaled(64.0, 64.0, 1.0).slim_bar, 24.0);
    }

    #[test]
    fn the_users_scale_magnifies_text_and_targets_too() {
        let large = measures().scaled_by(1280.0, 720.0, 1.0, 2.0);
        assert_eq!((large.slim_bar, large.cap_label, large.mono_size, large.hit_min), (64.0, 34.0, 32.0, 80.0));
        let small = measures().scaled_by(1280.0, 720.0, 1.0, 0.75);
        assert_eq!((small.slim_bar, small.mono_size, small.hit_min), (24.0, 12.0, 40.0));
    }

    #[test]
    fn no_scale_makes_the_interface_larger_than_its_screen() {
        let phone = measures().scaled_by(360.0, 640.0, 1.0, 3.0);
        assert_eq!(phone.pill_height, (48.0f64 * 1.125).round());
        assert!(phone.mono_size < 32.0);
        let tiny = measures().scaled_by(64.0, 64.0, 1.0, 3.0);
        assert_eq!(tiny, measures().scaled(64.0, 64.0, 1.0));
    }

    #[test]
    fn a_size_or_a_scale_that_is_no_number_does_no_harm() {
        for (w, h, scale, ui_scale) in
            [(f64::NAN, 1.0, 1.0, 1.0), (1e9, f64::INFINITY, 1.0, 1.0), (1.0, 1.0, f64::NAN, f64::NAN)]
        {
            let mut measures = measures().scaled_by(w, h, scale, ui_scale);
            assert!(measures.frame_lengths().iter().all(|length| length.is_finite()));
        }
    }
}
