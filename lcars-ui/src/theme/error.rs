//! What can be wrong with a style sheet.

use std::fmt;

use thiserror::Error;

/// One mistake and where it is.
#[derive(Debug, Clone, PartialEq, Error)]
pub struct ThemeError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in UTF-16 units as CSS tools count.
    pub column: u32,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.problem)
    }
}

/// What is wrong. The texts are fit for the screen once control characters are taken out, as alerts do.
#[derive(Debug, Clone, PartialEq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum Problem {
    #[error("a theme has at most {most} bytes")]
    TooLarge { most: usize },
    #[error("too many mistakes; the rest is not listed")]
    TooMany,
    #[error("this is not CSS")]
    Syntax,
    #[error("only :root and :root[data-theme=\"name\"] can be styled")]
    Selector,
    #[error("there is no theme \"{name}\"")]
    NoSuchTheme { name: String },
    #[error("of at-rules only @media (prefers-reduced-motion: reduce) is known")]
    AtRule,
    #[error("only custom properties such as --lcars-frame are known, not {name}")]
    Property { name: String },
    #[error("there is no token {name}")]
    UnknownToken { name: String },
    #[error("{name}: write a colour as #rrggbb, rgb(r g b) or by its name")]
    NotAColour { name: String },
    #[error("{name}: colours here are opaque")]
    NotOpaque { name: String },
    #[error("{name}: write a length as a number with px")]
    NotALength { name: String },
    #[error("{name}: write a length as a number with em")]
    NotAnEm { name: String },
    #[error("{name}: write a share as a percentage or a number from 0 to 1")]
    NotAShare { name: String },
    #[error("{name}: write a duration as a number with ms or s")]
    NotADuration { name: String },
    #[error("{name}: write a curve as cubic-bezier(x1, y1, x2, y2)")]
    NotACurve { name: String },
    #[error("{name}: write fonts as a list of at most {most} family names with commas between")]
    NotFamilies { name: String, most: usize },
    #[error("{name}: {value} is out of range; {least} to {most}{unit} will do")]
    OutOfRange { name: String, value: f64, least: f64, most: f64, unit: &'static str },
    #[error("{name}: var() asks for {missing}, which nobody has set")]
    NoSuchVariable { name: String, missing: String },
    #[error("{name} is made of itself")]
    Cycle { name: String },
    #[error("{name}: this is longer or more deeply nested than any value needs to be")]
    TooLong { name: String },
}
