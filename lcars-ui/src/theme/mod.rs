//! Theme tokens: colour roles, type, measures and durations. Layout code names roles, never colours.

mod cascade;
mod colour;
mod error;
mod measures;
mod sheet;
mod timing;
mod tokens;
mod value;

use cascade::Origin;

pub use colour::Colour;
pub use error::{Problem, ThemeError};
pub use measures::Measures;
pub use sheet::MOST_BYTES;
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
    /// The style sheets that it is made of.
    origin: Origin,
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
