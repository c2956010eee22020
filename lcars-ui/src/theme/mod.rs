//! Theme tokens: colour roles, type, measures and durations. Layout code names roles, never colours.

mod colour;
mod measures;
mod timing;

use std::time::Duration;

pub use colour::Colour;
pub use measures::Measures;
pub use timing::Timing;

/// The tokens of the interface, named as in its style sheets without their prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Screen, gaps, content.
    pub bg: Colour,
    /// The empty part of a meter, a resting field.
    pub track: Colour,
    /// A label on any filled shape.
    pub on_fill: Colour,
    /// Titles and headings.
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
    /// Filler blocks, disabled pills.
    pub frame_inert: Colour,
    /// Things to press; rails cycle through `act_a` to `act_d` from the top.
    pub act_a: Colour,
    /// Things to press.
    pub act_b: Colour,
    /// Things to press.
    pub act_c: Colour,
    /// Things to press.
    pub act_d: Colour,
    /// What a sector keeps for its tile, hub and windows.
    pub sectors: [Colour; 6],
    /// Where you are; nothing else is orange.
    pub focus: Colour,
    /// A notice.
    pub info: Colour,
    /// What went well.
    pub ok: Colour,
    /// What wants care.
    pub caution: Colour,
    /// What ends something, or went wrong.
    pub danger: Colour,
    /// The share of white mixed into a fill under the pointer.
    pub hover_mix: f64,
    /// The share of black mixed into a fill that is pressed.
    pub pressed_mix: f64,
    /// Opacity of a pane that has lost its connection.
    pub dim: f64,
    /// Families for labels, the first that is installed counts.
    pub font: Vec<String>,
    /// Families for commands, paths and file names.
    pub font_mono: Vec<String>,
    /// Between the letters of a label, as a share of the font's size.
    pub tracking: f64,
    /// Lengths.
    pub measures: Measures,
    /// Durations.
    pub timing: Timing,
}

impl Theme {
    /// The colour of the thing to press at that place of a rail, counted from 0 at the top.
    pub fn act(&self, place: usize) -> Colour {
        match place % 4 {
            0 => self.act_a,
            1 => self.act_b,
            2 => self.act_c,
            _ => self.act_d,
        }
    }

    /// A sector's colour by its number, from 1 to 6.
    pub fn sector(&self, number: u8) -> Colour {
        let place = usize::from(number.max(1) - 1) % self.sectors.len();
        self.sectors.get(place).copied().unwrap_or(self.frame)
    }
}

impl Default for Theme {
    fn default() -> Self {
        let families = |names: &[&str]| names.iter().map(|&name| String::from(name)).collect();
        let mut measures = Measures {
            unit: 8.0,
            margin: 8.0,
            gap: 8.0,
            rail: 224.0,
            rail_narrow: 88.0,
            rail_label_inset: 20.0,
            bar_top: 32.0,
            bar_inner: 16.0,
            bar_prompt: 24.0,
            prompt_height: 88.0,
            elbow_outer: 80.0,
            elbow_inner: 32.0,
            elbow_height: 104.0,
            elbow_outer_narrow: 48.0,
            elbow_inner_narrow: 24.0,
            prompt_outer: 64.0,
            prompt_inner: 16.0,
            pill_height: 48.0,
            chip_height: 40.0,
            action_height: 64.0,
            readout_height: 64.0,
            content_inset_x: 32.0,
            content_inset_y: 24.0,
            slim_rail: 32.0,
            slim_bar: 32.0,
            slim_bottom: 24.0,
            slim_outer: 40.0,
            slim_inner: 16.0,
            tile_gap: 24.0,
            tile_gap_narrow: 16.0,
            tile_inner_gap: 4.0,
            tile_least: 240.0,
            tile_rail: 16.0,
            tile_bar: 24.0,
            tile_bottom: 16.0,
            tile_outer: 24.0,
            tile_inner: 8.0,
            sector_tile_rail: 40.0,
            sector_tile_bar: 24.0,
            sector_tile_outer: 40.0,
            sector_tile_inner: 16.0,
            ring: 2.0,
            cap_title: 32.0,
            cap_tile: 24.0,
            cap_heading: 20.0,
            cap_label: 17.0,
            cap_small: 14.0,
            cap_micro: 11.0,
            mono_size: 16.0,
            mono_line: 20.0,
            mono_prompt: 24.0,
            cap_mono: 0.0,
            hit_min: 40.0,
        };
        measures.derive();
        Self {
            bg: Colour::rgb(0x00_03_0f),
            track: Colour::rgb(0x1c_1a_33),
            on_fill: Colour::rgb(0x00_03_0f),
            title: Colour::rgb(0xfe_bd_95),
            text: Colour::rgb(0xef_e9_f7),
            text_muted: Colour::rgb(0xa5_9f_c4),
            frame: Colour::rgb(0x8e_75_b6),
            frame_2: Colour::rgb(0x9f_9a_f8),
            frame_3: Colour::rgb(0xe2_9e_87),
            frame_inert: Colour::rgb(0x4b_42_68),
            act_a: Colour::rgb(0x9f_9a_f8),
            act_b: Colour::rgb(0xfe_bd_95),
            act_c: Colour::rgb(0xe2_9e_87),
            act_d: Colour::rgb(0x8e_75_b6),
            sectors: [0x8e_75_b6, 0xfe_bd_95, 0x9f_9a_f8, 0xe2_9e_87, 0xcc_99_cc, 0x7d_9b_d6].map(Colour::rgb),
            focus: Colour::rgb(0xff_99_00),
            info: Colour::rgb(0x7d_9b_d6),
            ok: Colour::rgb(0x99_cc_99),
            caution: Colour::rgb(0xff_cc_66),
            danger: Colour::rgb(0xf0_54_4f),
            hover_mix: 0.18,
            pressed_mix: 0.22,
            dim: 0.28,
            font: families(&["Antonio", "Bebas Neue", "Oswald", "Arial Narrow", "sans-serif"]),
            font_mono: families(&["JetBrains Mono", "DejaVu Sans Mono", "monospace"]),
            tracking: 0.02,
            measures,
            timing: Timing {
                zoom_in: Duration::from_millis(350),
                zoom_out: Duration::from_millis(250),
                ease: [0.215, 0.61, 0.355, 1.0],
                press: Duration::from_millis(80),
                state: Duration::from_millis(150),
                prompt_resize: Duration::from_millis(200),
                crossfade: Duration::from_millis(150),
                hold: Duration::from_millis(1500),
                alert_blink: Duration::from_millis(1000),
            },
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
    fn any_number_names_a_colour_of_a_sector_or_a_pill() {
        let theme = Theme::default();
        assert_eq!(theme.sector(6), theme.sectors[5]);
        assert_eq!(theme.sector(7), theme.sectors[0]);
        assert_eq!(theme.sector(0), theme.sectors[0]);
        assert_eq!(theme.act(6), theme.act_c);
    }
}
