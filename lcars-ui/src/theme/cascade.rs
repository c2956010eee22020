//! From style sheets to a theme. Later sheets win over earlier ones; within one, a rule for the theme wins over one for
//! all. What is said for reduced motion wins over everything while motion is reduced, so that a user's slower zoom does not
//! bring back what the user asked to be spared.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use super::error::{Problem, ThemeError};
use super::sheet::{self, Declaration};
use super::tokens::{PALETTE, PREFIX, Slot, slots};
use super::value::{self, Variables};
use super::{Colour, Measures, Theme, Timing};

/// The themes that are built in; the first is the usual one, which the others change.
const BUILTIN: [(&str, &str); 3] = [
    ("default", include_str!("../../themes/default.css")),
    ("high-contrast", include_str!("../../themes/high-contrast.css")),
    ("red-alert", include_str!("../../themes/red-alert.css")),
];

static SHEETS: LazyLock<Arc<[Declaration]>> =
    LazyLock::new(|| BUILTIN.iter().flat_map(|(_, css)| sheet::parse(css).0).collect());

static DEFAULT: LazyLock<Theme> = LazyLock::new(|| Origin::of("default").theme());

/// What a theme is made of.
#[derive(Clone, PartialEq)]
pub(super) struct Origin {
    name: &'static str,
    reduced: bool,
    builtin: Arc<[Declaration]>,
    own: Arc<[Declaration]>,
}

impl Origin {
    fn of(name: &'static str) -> Self {
        Self { name, reduced: false, builtin: SHEETS.clone(), own: Arc::from([]) }
    }

    /// What counts for this theme, what wins last.
    fn declarations(&self) -> Vec<&Declaration> {
        let layers = self.builtin.iter().map(|declaration| (0, declaration));
        let layers = layers.chain(self.own.iter().map(|declaration| (1, declaration)));
        let counts = |(_, declaration): &(u8, &Declaration)| {
            let theme = declaration.theme.as_deref();
            theme.is_none_or(|theme| theme == self.name) && (self.reduced || !declaration.reduced)
        };
        let mut declarations: Vec<_> = layers.filter(counts).collect();
        declarations.sort_by_key(|(layer, declaration)| (declaration.reduced, *layer, declaration.theme.is_some()));
        declarations.into_iter().map(|(_, declaration)| declaration).collect()
    }

    /// The theme, and what of its tokens could not be read.
    fn resolve(&self) -> (Theme, Vec<(String, Problem)>) {
        let mut variables = Variables::new();
        for declaration in self.declarations() {
            variables.insert(&declaration.name, &declaration.value);
        }
        let mut theme = blank(self.clone());
        let mut problems = Vec::new();
        let mut fill = |token: &str, slot: Slot| {
            let name = format!("{PREFIX}{token}");
            let filled = value::substituted(&name, &variables).and_then(|text| value::fill(slot, &name, &text));
            if let Err(problem) = filled {
                problems.push((name, problem));
            }
        };
        for colour in PALETTE {
            fill(colour, Slot::Colour(&mut Colour::default()));
        }
        for (token, slot) in slots(&mut theme) {
            fill(token, slot);
        }
        theme.measures.derive();
        (theme, problems)
    }

    fn theme(&self) -> Theme {
        self.resolve().0
    }

    /// Every mistake of the user's sheet, whichever theme it is for.
    fn mistakes(&self) -> Vec<ThemeError> {
        let mut errors: Vec<ThemeError> = Vec::new();
        let known = token_names();
        for declaration in self.own.iter() {
            let token = declaration.name.strip_prefix(PREFIX);
            if token.is_some_and(|token| !known.contains(token)) {
                let name = sheet::shown(&declaration.name);
                errors.push(declaration.at.error(Problem::UnknownToken { name }));
            }
            if let Some(theme) = declaration.theme.as_ref().filter(|theme| !Theme::names().contains(&theme.as_str())) {
                let name = sheet::shown(theme);
                errors.push(declaration.at.error(Problem::NoSuchTheme { name }));
            }
        }
        let variants = Theme::names().into_iter().flat_map(|name| [false, true].map(|reduced| (name, reduced)));
        for (name, reduced) in variants {
            let origin = Self { name, reduced, ..self.clone() };
            for (token, problem) in origin.resolve().1 {
                let at = origin.culprit(&token).map(|declaration| declaration.at).unwrap_or_default();
                errors.push(at.error(problem));
            }
        }
        errors.sort_by_key(|error| (error.line, error.column));
        errors.dedup();
        // A built-in token that a mistake of the user's broke is only told of where nothing in the user's sheet is.
        let own = errors.iter().any(|error| error.line > 0);
        errors.retain(|error| error.line > 0 || !own);
        errors
    }

    /// The user's declaration that a token is set by, if it is the user's.
    fn culprit(&self, name: &str) -> Option<&Declaration> {
        let winner = self.declarations().into_iter().rfind(|declaration| declaration.name == name)?;
        self.own.iter().find(|declaration| std::ptr::eq(*declaration, winner))
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, reduced, own, .. } = self;
        write!(f, "{name}, {} of its own, reduced: {reduced}", own.len())
    }
}

fn token_names() -> HashSet<&'static str> {
    let mut theme = DEFAULT.clone();
    slots(&mut theme).into_iter().map(|(name, _)| name).chain(PALETTE).collect()
}

/// A theme that says nothing yet.
fn blank(origin: Origin) -> Theme {
    let [bg, track, on_fill, title, text, text_muted, frame, frame_2, frame_3, frame_inert] = [Colour::BLACK; 10];
    let [act_a, act_b, act_c, act_d, focus, info, ok, caution, danger] = [Colour::BLACK; 9];
    Theme {
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
        sectors: [Colour::BLACK; 6],
        focus,
        info,
        ok,
        caution,
        danger,
        hover_mix: 0.0,
        pressed_mix: 0.0,
        dim: 1.0,
        font: Vec::new(),
        font_mono: Vec::new(),
        tracking: 0.0,
        measures: Measures::default(),
        timing: Timing::default(),
        origin,
    }
}

impl Default for Theme {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Theme {
    /// The names of the themes there are, the usual one first.
    pub fn names() -> [&'static str; 3] {
        BUILTIN.map(|(name, _)| name)
    }

    /// A theme by its name.
    pub fn builtin(name: &str) -> Option<Self> {
        let name = Self::names().into_iter().find(|known| *known == name)?;
        Some(Origin::of(name).theme())
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.origin.name
    }

    /// Whether its durations are those for reduced motion.
    pub fn is_reduced(&self) -> bool {
        self.origin.reduced
    }

    /// The same with a user's own sheet in place of the one before. A sheet with a mistake anywhere, also in a part for
    /// another theme, changes nothing: the caller keeps the theme that it has.
    pub fn with_overrides(&self, css: &str) -> Result<Self, Vec<ThemeError>> {
        let (declarations, mut errors) = sheet::parse(css);
        let origin = Origin { own: declarations.into(), ..self.origin.clone() };
        errors.extend(origin.mistakes());
        errors.sort_by_key(|error| (error.line, error.column));
        errors.truncate(sheet::MOST_ERRORS);
        if errors.is_empty() { Ok(origin.theme()) } else { Err(errors) }
    }

    /// Another theme with the same sheet of the user's.
    pub fn switched(&self, name: &str) -> Option<Self> {
        let name = Self::names().into_iter().find(|known| *known == name)?;
        Some(Origin { name, ..self.origin.clone() }.theme())
    }

    /// The same with full or reduced motion.
    pub fn with_reduced_motion(&self, reduced: bool) -> Self {
        Origin { reduced, ..self.origin.clone() }.theme()
    }

    /// Every token with its value as a sheet, from which the same tokens are read again.
    pub fn to_css(&self) -> String {
        let mut theme = self.clone();
        let lines = slots(&mut theme).into_iter().map(|(name, slot)| format!("  {PREFIX}{name}: {};\n", slot.to_css()));
        format!(":root {{\n{}}}\n", lines.collect::<String>())
    }
}
