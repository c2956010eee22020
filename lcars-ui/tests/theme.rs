//! Themes as style sheets: what a user can change, what is said about mistakes, and that the built-in ones can be read.

use std::time::Duration;

use lcars_ui::theme::{Colour, MOST_BYTES, Problem, Theme, ThemeError};
use proptest::prelude::*;

fn mistakes(css: &str) -> Vec<ThemeError> {
    Theme::default().with_overrides(css).expect_err("has mistakes")
}

fn words(css: &str) -> Vec<String> {
    mistakes(css).iter().map(ToString::to_string).collect()
}

fn themes() -> Vec<Theme> {
    Theme::names().into_iter().filter_map(Theme::builtin).collect()
}

#[test]
fn the_usual_theme_has_the_values_of_the_mock_ups() {
    let theme = Theme::default();
    assert_eq!(theme.name(), "default");
    assert_eq!(theme.frame, Colour::rgb(0x8e_75_b6));
    assert_eq!(theme.sectors[5], Colour::rgb(0x7d_9b_d6));
    assert_eq!((theme.measures.rail, theme.measures.slim_outer, theme.measures.tile_inner), (224.0, 40.0, 8.0));
    assert_eq!(theme.measures.cap_mono, 11.66);
    assert_eq!((theme.hover_mix, theme.pressed_mix, theme.dim, theme.tracking), (0.18, 0.22, 0.28, 0.02));
    assert_eq!(theme.font, ["Antonio", "Bebas Neue", "Oswald", "Arial Narrow", "sans-serif"]);
    assert_eq!(theme.timing.zoom_in, Duration::from_millis(350));
    assert_eq!(theme.timing.ease, [0.215, 0.61, 0.355, 1.0]);
}

#[test]
fn every_token_of_every_theme_survives_being_written_and_read() {
    for theme in themes() {
        for theme in [theme.with_reduced_motion(true), theme] {
            let css = theme.to_css();
            assert!(css.lines().count() > 90, "{css}");
            let read = Theme::default().with_overrides(&css).unwrap();
            assert_eq!(read.to_css(), css);
        }
    }
}

#[test]
fn every_token_can_be_changed_and_changes_nothing_else() {
    let before = Theme::default().to_css();
    for line in before.lines().filter(|line| line.contains("--lcars-")) {
        let (name, value) = line.trim().trim_end_matches(';').split_once(": ").unwrap();
        let other = match value {
            _ if name.ends_with("-mix") || name.ends_with("-dim") => "0.5",
            _ if value.starts_with('#') => "#123456",
            _ if value.ends_with("px") && value != "64px" && value.len() >= 4 => "64px",
            "8px" | "4px" | "1px" | "2px" => "6px",
            "64px" => "72px",
            _ if value.ends_with("em") => "0.1em",
            _ if value.ends_with("ms") => "640ms",
            _ if value.starts_with("cubic") => "cubic-bezier(0, 0, 1, 1)",
            _ => "\"Some Other\"",
        };
        let other = if name == "--lcars-tile-least" || name == "--lcars-rail" { "300px" } else { other };
        let changed = Theme::default().with_overrides(&format!(":root {{ {name}: {other} }}")).unwrap().to_css();
        let differing: Vec<_> = before.lines().zip(changed.lines()).filter(|(a, b)| a != b).collect();
        assert_eq!(differing, [(line, format!("  {name}: {other};").as_str())], "{name}");
    }
}

#[test]
fn a_label_can_be_read_on_every_fill_of_every_theme() {
    for theme in themes() {
        let acts = [theme.act_a, theme.act_b, theme.act_c, theme.act_d];
        let frame = [theme.frame, theme.frame_2, theme.frame_3];
        let states = [theme.focus, theme.info, theme.ok, theme.caution, theme.danger];
        for fill in acts.into_iter().chain(frame).chain(states).chain(theme.sectors) {
            let contrast = theme.on_fill.contrast(fill);
            assert!(contrast >= 4.5, "{}: {contrast:.2} on {fill:?}", theme.name());
            let hovered = theme.on_fill.contrast(fill.mix(Colour::WHITE, theme.hover_mix));
            assert!(hovered >= 4.5, "{}: {hovered:.2} on {fill:?} under the pointer", theme.name());
        }
        assert!(theme.text.contrast(theme.bg) >= 7.0);
        assert!(theme.text.contrast(theme.track) >= 4.5);
        assert!(theme.title.contrast(theme.bg) >= 7.0);
        assert!(theme.text_muted.contrast(theme.bg) >= 4.5);
        assert!(theme.focus.contrast(theme.bg) >= 3.0, "the ring is seen");
    }
}

#[test]
fn a_users_sheet_changes_what_it_names_in_every_theme() {
    let css =
        ":root { --lcars-focus: hotpink; --lcars-gap: 4px; --lcars-zoom-in: .5s; --lcars-font: Oxanium, Noto Sans }";
    for name in Theme::names() {
        let theme = Theme::builtin(name).unwrap().with_overrides(css).unwrap();
        assert_eq!((theme.focus, theme.measures.gap), (Colour::rgb(0xff_69_b4), 4.0));
        assert_eq!(theme.timing.zoom_in, Duration::from_millis(500));
        assert_eq!(theme.font, ["Oxanium", "Noto Sans"]);
        assert_eq!(theme.frame, Theme::builtin(name).unwrap().frame);
    }
}

#[test]
fn a_rule_for_one_theme_changes_only_that_one() {
    let css = ":root { --lcars-frame: #111 }\n:root[data-theme=\"red-alert\"], :root[data-theme=default] { --lcars-frame: #222 }";
    let theme = Theme::default().with_overrides(css).unwrap();
    assert_eq!(theme.frame, Colour::rgb(0x22_22_22));
    assert_eq!(theme.switched("red-alert").unwrap().frame, Colour::rgb(0x22_22_22));
    assert_eq!(theme.switched("high-contrast").unwrap().frame, Colour::rgb(0x11_11_11));
    assert_eq!(theme.switched("plaid"), None);
}

#[test]
fn a_new_sheet_of_the_users_replaces_the_one_before() {
    let theme = Theme::default().with_overrides(":root { --lcars-frame: #111 }").unwrap();
    let theme = theme.with_overrides(":root { --lcars-title: #fff }").unwrap();
    assert_eq!(theme.frame, Theme::default().frame);
    assert_eq!(theme.with_overrides("").unwrap(), Theme::default());
}

#[test]
fn a_colour_of_the_palette_changes_every_role_that_is_made_of_it() {
    let theme = Theme::default().with_overrides(":root { --lcars-violet: rgb(1 2 3) }").unwrap();
    assert_eq!([theme.frame, theme.act_d, theme.sectors[0]], [Colour::rgb(0x01_02_03); 3]);
}

#[test]
fn reduced_motion_spares_what_it_says_even_where_the_user_asked_for_more() {
    let reduced = Theme::default().with_reduced_motion(true);
    assert_eq!((reduced.timing.alert_blink, reduced.timing.zoom_in), (Duration::ZERO, Duration::from_millis(150)));
    let css =
        ":root { --lcars-alert-blink: 700ms } @media (prefers-reduced-motion: reduce) { :root { --lcars-state: 0 } }";
    let column = css.find("0 }").unwrap() + 1;
    assert_eq!(
        words(css),
        [format!("line 1, column {column}: --lcars-state: write a duration as a number with ms or s")]
    );
    let theme = reduced.with_overrides(&css.replace(": 0 }", ": 0s }")).unwrap();
    assert_eq!((theme.timing.alert_blink, theme.timing.state), (Duration::ZERO, Duration::ZERO));
    let full = theme.with_reduced_motion(false);
    assert_eq!((full.timing.alert_blink.as_millis(), full.timing.state.as_millis()), (700, 150));
}

#[test]
fn colours_are_read_as_css_writes_them() {
    let frame = |value: &str| Theme::default().with_overrides(&format!(":root {{ --lcars-frame: {value} }}"));
    for value in ["#f80", "#ff8800", "#FF8800FF", "rgb(255 136 0)", "rgba(255, 136, 0, 1)", "rgb(100% 53.3% 0% / 100%)"]
    {
        assert_eq!(frame(value).unwrap().frame, Colour::rgb(0xff_88_00), "{value}");
    }
    for value in ["var(--none, #f80)", "var(--lcars-frame-2, red)"] {
        assert!(frame(value).is_ok(), "{value}");
    }
    let refused = |value: &str| frame(value).unwrap_err().remove(0).problem;
    let name = || String::from("--lcars-frame");
    for value in ["#ff880", "orangish", "12px", "#f80 #f80", "rgb(1 2)", "url(x)", "\"red\"", ""] {
        assert_eq!(refused(value), Problem::NotAColour { name: name() }, "{value}");
    }
    assert_eq!(refused("#ff880080"), Problem::NotOpaque { name: name() });
}

#[test]
fn mistakes_are_told_with_their_line_and_column() {
    let css = ":root {\n  --lcars-fram: red;\n  --lcars-gap: 8;\n  --lcars-focus: #12;\n\n  color: red;\n  --lcars-hit-min: 10px;\n}\n\
               body { --lcars-gap: 1px }\n@import \"x.css\";\n:root { --lcars-dim: 2; --lcars-tracking: 3em; --lcars-hold: 1ms }\n";
    let expected = [
        "line 2, column 17: there is no token --lcars-fram",
        "line 3, column 16: --lcars-gap: write a length as a number with px",
        "line 4, column 18: --lcars-focus: write a colour as #rrggbb, rgb(r g b) or by its name",
        "line 6, column 3: only custom properties such as --lcars-frame are known, not color",
        "line 7, column 20: --lcars-hit-min: 10 is out of range; 40 to 200 px will do",
        "line 9, column 1: only :root and :root[data-theme=\"name\"] can be styled",
        "line 10, column 1: of at-rules only @media (prefers-reduced-motion: reduce) is known",
        "line 11, column 22: --lcars-dim: 2 is out of range; 0 to 1 will do",
        "line 11, column 43: --lcars-tracking: 3 is out of range; -0.1 to 0.5 em will do",
        "line 11, column 62: --lcars-hold: 1 is out of range; 300 to 10000 ms will do",
    ];
    assert_eq!(words(css), expected);
}

#[test]
fn a_mistake_for_a_theme_that_is_not_shown_is_told_too() {
    assert_eq!(words(":root[data-theme=red-alert] { --lcars-bg: 1 }").len(), 1);
    assert_eq!(
        words("\n:root[data-theme=plaid] { --lcars-bg: red }"),
        ["line 2, column 39: there is no theme \"plaid\""]
    );
}

#[test]
fn what_is_made_of_itself_is_a_mistake_and_not_a_hang() {
    let cycle = mistakes(":root { --lcars-frame: var(--a);\n--a: var(--b);\n--b: var( --a ) }");
    assert!(matches!(&cycle[0].problem, Problem::Cycle { .. }), "{cycle:?}");
    assert_eq!(cycle[0].line, 1);
    let through_builtin = mistakes(":root {\n --lcars-violet: var(--lcars-frame) }");
    assert_eq!((through_builtin.len(), through_builtin[0].line), (1, 2), "{through_builtin:?}");
    let missing = words(":root { --lcars-frame: var(--gone) }");
    assert_eq!(missing, ["line 1, column 24: --lcars-frame: var() asks for --gone, which nobody has set"]);
}

#[test]
fn variables_of_variables_cannot_grow_without_end() {
    let mut css = String::from(":root { --lcars-font: var(--v0);");
    for level in 0..30 {
        let next = format!("var(--v{})", level + 1);
        css.push_str(&format!("--v{level}: {next}, {next}, {next}, {next};"));
    }
    css.push_str("--v30: \"laugh\" }");
    assert!(matches!(mistakes(&css)[0].problem, Problem::TooLong { .. }));
}

#[test]
fn hostile_sheets_are_mistakes_and_never_a_panic() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    let declared = |value: &str| format!(":root {{ --lcars-frame: {value} }}");
    let sheets = [
        deep("{", "}"),
        deep("@media (prefers-reduced-motion: reduce) {", "}")[..MOST_BYTES].to_owned(),
        deep(":root {", "}"),
        declared(&deep("(", ")")),
        declared(&"rgb(".repeat(600)),
        declared(&"var(--x, ".repeat(190)),
        declared(&"x".repeat(100_000)),
        declared("\u{0}\u{fffd}\u{202e}"),
        "\u{1}\u{2}{}}}{{\"'\\".repeat(500),
        String::from(":root { --lcars-frame: \"un\nclosed }"),
        format!(":root {{ {} }}", "--lcars-gap: x;".repeat(10_000)),
        format!(":root {{ {} }}", "--x: y;".repeat(10_000)),
        String::from("/*"),
        String::from("<!-- -->}"),
    ];
    for sheet in &sheets[..sheets.len() - 2] {
        let errors = mistakes(sheet);
        assert!(errors.len() <= 50 && errors.iter().all(|error| error.to_string().len() < 400), "{errors:?}");
    }
    let huge = mistakes(&" ".repeat(MOST_BYTES + 1));
    assert_eq!(huge[0].problem, Problem::TooLarge { most: MOST_BYTES });
    assert!(Theme::default().with_overrides(&" ".repeat(MOST_BYTES)).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_a_theme_or_a_list_of_mistakes(css in "\\PC{0,200}|[-:;{}()\\[\\]@\"',a-z0-9 \\n#%]{0,300}") {
        if let Err(errors) = Theme::default().with_overrides(&css) {
            prop_assert!(!errors.is_empty() && errors.iter().all(|error| error.line > 0));
        }
    }

    #[test]
    fn any_value_of_any_token_is_taken_or_told(token in 0usize..92, value in "[-:()a-z0-9 #%.,/]{0,20}") {
        let css = Theme::default().to_css();
        let name = css.lines().nth(token + 1).and_then(|line| line.trim().split(':').next()).unwrap_or("--x");
        let sheet = format!(":root {{ {name}: {value} }}");
        if let Ok(theme) = Theme::default().with_overrides(&sheet) {
            let read = Theme::default().with_overrides(&theme.to_css()).unwrap();
            prop_assert_eq!(read.to_css(), theme.to_css());
        }
    }
}
