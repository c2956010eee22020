//! Which token sets which field of a theme, what kind of value it has and what is out of range.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{Colour, Measures, Theme, Timing};

/// What every token's name begins with.
pub(super) const PREFIX: &str = "--lcars-";

/// Colours that roles are made of. They set nothing themselves.
pub(super) const PALETTE: [&str; 11] =
    ["black", "violet", "periwinkle", "peach", "copper", "lilac", "blue", "orange", "gold", "green", "red"];

/// Where a token's value goes, and with that what it has to be.
pub(super) enum Slot<'a> {
    /// An opaque colour.
    Colour(&'a mut Colour),
    /// A percentage, or a number from 0 to 1.
    Share(&'a mut f64),
    /// A length in px within a range.
    Length(&'a mut f64, RangeInclusive<f64>),
    /// A length in em.
    Em(&'a mut f64),
    /// A list of font families.
    Families(&'a mut Vec<String>),
    /// A duration of so many milliseconds.
    Time(&'a mut Duration, RangeInclusive<f64>),
    /// A cubic Bézier curve.
    Curve(&'a mut [f64; 4]),
}

/// Every token of a theme, without [`PREFIX`]. A field that is not named here does not compile.
pub(super) fn slots(theme: &mut Theme) -> Vec<(&'static str, Slot<'_>)> {
    let Theme {
        bg,
        track,
        on_fill,
        title,
        text,
        text_muted,
        frame,
        frame_2,
        frame_3,
        frame_inert,
        act_a,
        act_b,
        act_c,
        act_d,
        sectors: [sector_1, sector_2, sector_3, sector_4, sector_5, sector_6],
        focus,
        info,
        ok,
        caution,
        danger,
        hover_mix,
        pressed_mix,
        dim,
        font,
        font_mono,
        tracking,
        measures,
        timing,
        origin: _,
    } = theme;
    let mut slots = vec![
        ("bg", Slot::Colour(bg)),
        ("track", Slot::Colour(track)),
        ("on-fill", Slot::Colour(on_fill)),
        ("title", Slot::Colour(title)),
        ("text", Slot::Colour(text)),
        ("text-muted", Slot::Colour(text_muted)),
        ("frame", Slot::Colour(frame)),
        ("frame-2", Slot::Colour(frame_2)),
        ("frame-3", Slot::Colour(frame_3)),
        ("frame-inert", Slot::Colour(frame_inert)),
        ("act-a", Slot::Colour(act_a)),
        ("act-b", Slot::Colour(act_b)),
        ("act-c", Slot::Colour(act_c)),
        ("act-d", Slot::Colour(act_d)),
        ("sector-1", Slot::Colour(sector_1)),
        ("sector-2", Slot::Colour(sector_2)),
        ("sector-3", Slot::Colour(sector_3)),
        ("sector-4", Slot::Colour(sector_4)),
        ("sector-5", Slot::Colour(sector_5)),
        ("sector-6", Slot::Colour(sector_6)),
        ("focus", Slot::Colour(focus)),
        ("info", Slot::Colour(info)),
        ("ok", Slot::Colour(ok)),
        ("caution", Slot::Colour(caution)),
        ("danger", Slot::Colour(danger)),
        ("hover-mix", Slot::Share(hover_mix)),
        ("pressed-mix", Slot::Share(pressed_mix)),
        ("dim", Slot::Share(dim)),
        ("font", Slot::Families(font)),
        ("font-mono", Slot::Families(font_mono)),
        ("tracking", Slot::Em(tracking)),
    ];
    slots.extend(lengths(measures));
    slots.extend(times(timing));
    slots
}

fn lengths(measures: &mut Measures) -> Vec<(&'static str, Slot<'_>)> {
    const ANY: RangeInclusive<f64> = 0.0..=400.0;
    const GAP: RangeInclusive<f64> = 0.0..=64.0;
    const BAR: RangeInclusive<f64> = 8.0..=200.0;
    const CAP: RangeInclusive<f64> = 6.0..=96.0;
    const TARGET: RangeInclusive<f64> = 40.0..=200.0;
    let m = measures;
    vec![
        ("cap-title", Slot::Length(&mut m.cap_title, CAP)),
        ("cap-tile", Slot::Length(&mut m.cap_tile, CAP)),
        ("cap-heading", Slot::Length(&mut m.cap_heading, CAP)),
        ("cap-label", Slot::Length(&mut m.cap_label, CAP)),
        ("cap-small", Slot::Length(&mut m.cap_small, CAP)),
        ("cap-micro", Slot::Length(&mut m.cap_micro, CAP)),
        ("mono-size", Slot::Length(&mut m.mono_size, CAP)),
        ("mono-line", Slot::Length(&mut m.mono_line, CAP)),
        ("mono-prompt", Slot::Length(&mut m.mono_prompt, CAP)),
        ("unit", Slot::Length(&mut m.unit, 1.0..=64.0)),
        ("margin", Slot::Length(&mut m.margin, GAP)),
        ("gap", Slot::Length(&mut m.gap, GAP)),
        ("rail", Slot::Length(&mut m.rail, 40.0..=400.0)),
        ("rail-narrow", Slot::Length(&mut m.rail_narrow, 40.0..=400.0)),
        ("rail-label-inset", Slot::Length(&mut m.rail_label_inset, GAP)),
        ("bar-top", Slot::Length(&mut m.bar_top, BAR)),
        ("bar-inner", Slot::Length(&mut m.bar_inner, BAR)),
        ("bar-prompt", Slot::Length(&mut m.bar_prompt, BAR)),
        ("prompt-height", Slot::Length(&mut m.prompt_height, BAR)),
        ("elbow-outer", Slot::Length(&mut m.elbow_outer, ANY)),
        ("elbow-inner", Slot::Length(&mut m.elbow_inner, ANY)),
        ("elbow-height", Slot::Length(&mut m.elbow_height, ANY)),
        ("elbow-outer-narrow", Slot::Length(&mut m.elbow_outer_narrow, ANY)),
        ("elbow-inner-narrow", Slot::Length(&mut m.elbow_inner_narrow, ANY)),
        ("prompt-outer", Slot::Length(&mut m.prompt_outer, ANY)),
        ("prompt-inner", Slot::Length(&mut m.prompt_inner, ANY)),
        ("pill-height", Slot::Length(&mut m.pill_height, TARGET)),
        ("chip-height", Slot::Length(&mut m.chip_height, TARGET)),
        ("action-height", Slot::Length(&mut m.action_height, TARGET)),
        ("readout-height", Slot::Length(&mut m.readout_height, BAR)),
        ("content-inset-x", Slot::Length(&mut m.content_inset_x, GAP)),
        ("content-inset-y", Slot::Length(&mut m.content_inset_y, GAP)),
        ("hit-min", Slot::Length(&mut m.hit_min, TARGET)),
        ("ring", Slot::Length(&mut m.ring, 1.0..=8.0)),
        ("slim-rail", Slot::Length(&mut m.slim_rail, BAR)),
        ("slim-bar", Slot::Length(&mut m.slim_bar, BAR)),
        ("slim-bottom", Slot::Length(&mut m.slim_bottom, BAR)),
        ("slim-outer", Slot::Length(&mut m.slim_outer, ANY)),
        ("slim-inner", Slot::Length(&mut m.slim_inner, ANY)),
        ("tile-gap", Slot::Length(&mut m.tile_gap, GAP)),
        ("tile-gap-narrow", Slot::Length(&mut m.tile_gap_narrow, GAP)),
        ("tile-inner-gap", Slot::Length(&mut m.tile_inner_gap, GAP)),
        ("tile-least", Slot::Length(&mut m.tile_least, 120.0..=800.0)),
        ("tile-rail", Slot::Length(&mut m.tile_rail, BAR)),
        ("tile-bar", Slot::Length(&mut m.tile_bar, BAR)),
        ("tile-bottom", Slot::Length(&mut m.tile_bottom, BAR)),
        ("tile-outer", Slot::Length(&mut m.tile_outer, ANY)),
        ("tile-inner", Slot::Length(&mut m.tile_inner, ANY)),
        ("sector-tile-rail", Slot::Length(&mut m.sector_tile_rail, BAR)),
        ("sector-tile-bar", Slot::Length(&mut m.sector_tile_bar, BAR)),
        ("sector-tile-outer", Slot::Length(&mut m.sector_tile_outer, ANY)),
        ("sector-tile-inner", Slot::Length(&mut m.sector_tile_inner, ANY)),
    ]
}

fn times(timing: &mut Timing) -> Vec<(&'static str, Slot<'_>)> {
    const SHORT: RangeInclusive<f64> = 0.0..=5_000.0;
    vec![
        ("zoom-in", Slot::Time(&mut timing.zoom_in, SHORT)),
        ("zoom-out", Slot::Time(&mut timing.zoom_out, SHORT)),
        ("ease", Slot::Curve(&mut timing.ease)),
        ("press", Slot::Time(&mut timing.press, SHORT)),
        ("state", Slot::Time(&mut timing.state, SHORT)),
        ("prompt-resize", Slot::Time(&mut timing.prompt_resize, SHORT)),
        ("crossfade", Slot::Time(&mut timing.crossfade, SHORT)),
        ("hold", Slot::Time(&mut timing.hold, 300.0..=10_000.0)),
        ("hold-drain", Slot::Time(&mut timing.hold_drain, SHORT)),
        ("alert-blink", Slot::Time(&mut timing.alert_blink, SHORT)),
    ]
}

impl Slot<'_> {
    /// What it holds, as CSS.
    pub(super) fn to_css(&self) -> String {
        match self {
            Self::Colour(colour) => format!("#{:02x}{:02x}{:02x}", colour.r, colour.g, colour.b),
            Self::Share(share) => share.to_string(),
            Self::Length(length, _) => format!("{length}px"),
            Self::Em(length) => format!("{length}em"),
            Self::Families(families) => {
                let quoted = |family: &String| {
                    // In quotes these would name a font and not a kind of fonts.
                    if matches!(family.as_str(), "sans-serif" | "serif" | "monospace" | "system-ui") {
                        return family.clone();
                    }
                    let mut text = String::new();
                    // Writing to a string does not fail.
                    let _ = cssparser::serialize_string(family, &mut text);
                    text
                };
                families.iter().map(quoted).collect::<Vec<_>>().join(", ")
            }
            Self::Time(time, _) => format!("{}ms", time.as_secs_f64() * 1000.0),
            Self::Curve([x1, y1, x2, y2]) => format!("cubic-bezier({x1}, {y1}, {x2}, {y2})"),
        }
    }
}
