//! From the text of a value to what it means: `var()` is put in, then the text is read as what its token wants.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use cssparser::color::{parse_hash_color, parse_named_color};
use cssparser::{ParseError, Parser, Token};

use super::colour::Colour;
use super::error::Problem;
use super::tokens::Slot;

/// A value has at most so many bytes, as it is written and with everything put in.
pub(super) const MOST_BYTES: usize = 4096;
/// Functions and brackets of one value are at most so deep, variables of variables too.
const MOST_DEPTH: usize = 24;
/// One value asks for at most so many variables, those of its variables included.
const MOST_VARIABLES: usize = 32;
/// A list of fonts has at most so many.
const MOST_FAMILIES: usize = 16;
/// And none has a longer name.
const MOST_FAMILY_BYTES: usize = 128;

/// What every custom property says.
pub(super) type Variables<'a> = HashMap<&'a str, &'a str>;

/// The value of one custom property with every `var()` put in.
pub(super) fn substituted(name: &str, variables: &Variables) -> Result<String, Problem> {
    let mut work = Substitution { of: name, variables, asked: Vec::new(), count: 0, out: String::new() };
    work.variable(name)?;
    Ok(work.out)
}

struct Substitution<'a> {
    of: &'a str,
    variables: &'a Variables<'a>,
    /// Those that are being put in, the outermost first.
    asked: Vec<String>,
    count: usize,
    out: String,
}

impl Substitution<'_> {
    fn too_long(&self) -> Problem {
        Problem::TooLong { name: super::sheet::shown(self.of) }
    }

    fn variable(&mut self, name: &str) -> Result<(), Problem> {
        if self.asked.iter().any(|asked| asked == name) {
            return Err(Problem::Cycle { name: super::sheet::shown(name) });
        }
        self.count += 1;
        if self.asked.len() >= MOST_DEPTH || self.count > MOST_VARIABLES {
            return Err(self.too_long());
        }
        let missing = || super::sheet::shown(name);
        let text = self
            .variables
            .get(name)
            .copied()
            .ok_or_else(|| Problem::NoSuchVariable { name: super::sheet::shown(self.of), missing: missing() })?;
        self.asked.push(name.to_owned());
        let done = self.put_in(&mut Parser::new(text), 0);
        self.asked.pop();
        done
    }

    fn put_in(&mut self, input: &mut Parser, depth: usize) -> Result<(), Problem> {
        if depth >= MOST_DEPTH {
            return Err(self.too_long());
        }
        loop {
            let start = input.position();
            let Ok(token) = input.next_including_whitespace() else { return Ok(()) };
            let (is_var, close) = match token {
                Token::Function(name) => (name.eq_ignore_ascii_case("var"), Some(')')),
                Token::ParenthesisBlock => (false, Some(')')),
                Token::SquareBracketBlock => (false, Some(']')),
                Token::CurlyBracketBlock => (false, Some('}')),
                _ => (false, None),
            };
            if is_var {
                self.nested(input, |this, input| this.reference(input, depth))?;
                continue;
            }
            self.out.push_str(input.slice_from(start));
            if self.out.len() > MOST_BYTES {
                return Err(self.too_long());
            }
            if let Some(close) = close {
                self.nested(input, |this, input| this.put_in(input, depth + 1))?;
                self.out.push(close);
            }
        }
    }

    /// What stands between the brackets of `var()`.
    fn reference(&mut self, input: &mut Parser, depth: usize) -> Result<(), Problem> {
        let name = input.expect_ident_cloned().map_err(|_| Problem::Syntax)?;
        let has_fallback = input.try_parse(|input| input.expect_comma()).is_ok();
        let known = self.variables.contains_key(name.as_ref());
        if has_fallback && !known {
            return self.put_in(input, depth + 1);
        }
        while has_fallback && input.next().is_ok() {}
        input.expect_exhausted().map_err(|_| Problem::Syntax)?;
        self.variable(&name)
    }

    fn nested<'i>(
        &mut self,
        input: &mut Parser<'i>,
        mut work: impl FnMut(&mut Self, &mut Parser<'i>) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let failed = input.parse_nested_block(|input| work(self, input).map_err(ParseError::custom));
        failed.map_err(|error: ParseError<Problem>| match error.kind {
            cssparser::ParseErrorKind::Custom(problem) => problem,
            cssparser::ParseErrorKind::Basic(_) => Problem::Syntax,
        })
    }
}

/// Reads a value as what the slot wants and puts it there; on an error the slot keeps what it had.
pub(super) fn fill(slot: Slot, name: &str, text: &str) -> Result<(), Problem> {
    let owned = || name.to_owned();
    let input = &mut Parser::new(text);
    match slot {
        Slot::Colour(to) => {
            let colour = entirely(input, colour).ok_or_else(|| Problem::NotAColour { name: owned() })?;
            if colour.a != 255 {
                return Err(Problem::NotOpaque { name: owned() });
            }
            *to = colour;
        }
        Slot::Share(to) => {
            let share = entirely(input, share).ok_or_else(|| Problem::NotAShare { name: owned() })?;
            *to = within(share, 0.0..=1.0, name, "")?;
        }
        Slot::Length(to, range) => {
            let length = entirely(input, |input| dimension(input, "px"));
            *to = within(length.ok_or_else(|| Problem::NotALength { name: owned() })?, range, name, " px")?;
        }
        Slot::Em(to) => {
            let length = entirely(input, |input| dimension(input, "em"));
            *to = within(length.ok_or_else(|| Problem::NotAnEm { name: owned() })?, -0.1..=0.5, name, " em")?;
        }
        Slot::Time(to, range) => {
            let time = entirely(input, milliseconds).ok_or_else(|| Problem::NotADuration { name: owned() })?;
            *to = Duration::from_secs_f64(within(time, range, name, " ms")? / 1000.0);
        }
        Slot::Curve(to) => {
            *to = entirely(input, curve).ok_or_else(|| Problem::NotACurve { name: owned() })?;
        }
        Slot::Families(to) => {
            let families = input.parse_comma_separated(|input| family(input).ok_or_else(nothing)).ok();
            let usable = |families: &Vec<String>| families.len() <= MOST_FAMILIES;
            *to = families.filter(usable).ok_or_else(|| Problem::NotFamilies { name: owned(), most: MOST_FAMILIES })?;
        }
    }
    Ok(())
}

fn nothing() -> ParseError<()> {
    ParseError::unexpected_token()
}

/// What `read` makes of the input, if nothing is left of it then.
fn entirely<'i, T>(input: &mut Parser<'i>, read: impl Fn(&mut Parser<'i>) -> Option<T>) -> Option<T> {
    input.parse_entirely(|input| read(input).ok_or_else(nothing)).ok()
}

fn within(value: f64, range: RangeInclusive<f64>, name: &str, unit: &'static str) -> Result<f64, Problem> {
    if range.contains(&value) {
        return Ok(value);
    }
    let (least, most) = (*range.start(), *range.end());
    Err(Problem::OutOfRange { name: name.to_owned(), value, least, most, unit })
}

/// A CSS number is a single; its decimal digits are what the author meant.
fn number(value: f32) -> Option<f64> {
    value.to_string().parse().ok().filter(|value: &f64| value.is_finite())
}

fn dimension(input: &mut Parser, wanted: &str) -> Option<f64> {
    match input.next().ok()? {
        Token::Dimension { value, unit, .. } if unit.eq_ignore_ascii_case(wanted) => number(*value),
        Token::Number { value, .. } if *value == 0.0 => Some(0.0),
        _ => None,
    }
}

fn milliseconds(input: &mut Parser) -> Option<f64> {
    match input.next().ok()? {
        Token::Dimension { value, unit, .. } if unit.eq_ignore_ascii_case("ms") => number(*value),
        Token::Dimension { value, unit, .. } if unit.eq_ignore_ascii_case("s") => number(*value).map(|s| s * 1000.0),
        _ => None,
    }
}

fn share(input: &mut Parser) -> Option<f64> {
    match input.next().ok()? {
        // In hundredths as it was written, so that 18 % is the same number as 0.18.
        Token::Percentage { unit_value, .. } => number((unit_value * 1e5).round() / 1e5),
        Token::Number { value, .. } => number(*value),
        _ => None,
    }
}

fn curve(input: &mut Parser) -> Option<[f64; 4]> {
    input.expect_function_matching("cubic-bezier").ok()?;
    let numbers = input.parse_nested_block(|input| {
        input.parse_comma_separated(|input| Ok::<_, ParseError<()>>(number(input.expect_number()?)))
    });
    let numbers: Option<Vec<f64>> = numbers.ok()?.into_iter().collect();
    let [x1, y1, x2, y2] = numbers?.try_into().ok()?;
    let on_axis = |x: f64| (0.0..=1.0).contains(&x);
    let near = |y: f64| (-2.0..=3.0).contains(&y);
    (on_axis(x1) && on_axis(x2) && near(y1) && near(y2)).then_some([x1, y1, x2, y2])
}

fn family(input: &mut Parser) -> Option<String> {
    let first = input.expect_ident_or_string().ok()?.as_ref().to_owned();
    let mut family = first;
    // A name of several words may stand without quotes.
    while let Ok(word) = input.try_parse(|input| input.expect_ident_cloned()) {
        family.push(' ');
        family.push_str(&word);
    }
    let usable = !family.is_empty() && family.len() <= MOST_FAMILY_BYTES && !family.chars().any(char::is_control);
    usable.then_some(family)
}

fn colour(input: &mut Parser) -> Option<Colour> {
    let token = input.next().ok()?.clone();
    match token {
        Token::Hash(hex) | Token::IDHash(hex) => {
            let (r, g, b, a) = parse_hash_color(hex.as_bytes()).ok()?;
            Some(Colour { r, g, b, a: channel(f64::from(a), 1.0) })
        }
        Token::Ident(name) => {
            let (r, g, b) = parse_named_color(&name).ok()?;
            Some(Colour { r, g, b, a: 255 })
        }
        Token::Function(name) if name.eq_ignore_ascii_case("rgb") || name.eq_ignore_ascii_case("rgba") => {
            input.parse_nested_block(|input| rgb(input).ok_or_else(nothing)).ok()
        }
        _ => None,
    }
}

/// `r g b`, `r g b / a` or with commas; numbers to 255 or percentages.
fn rgb(input: &mut Parser) -> Option<Colour> {
    let mut channels = [0u8; 4];
    for place in 0..4 {
        if place > 0 {
            let separated = input.try_parse(|input| input.expect_comma()).is_ok();
            let slash = !separated && place == 3 && input.try_parse(|input| input.expect_delim('/')).is_ok();
            if place == 3 && !separated && !slash {
                channels[3] = 255;
                break;
            }
        }
        let whole = if place == 3 { 1.0 } else { 255.0 };
        channels[place] = match input.next().ok()? {
            Token::Number { value, .. } => channel(f64::from(*value), whole),
            Token::Percentage { unit_value, .. } => channel(f64::from(*unit_value), 1.0),
            _ => return None,
        };
    }
    let [r, g, b, a] = channels;
    Some(Colour { r, g, b, a })
}

fn channel(value: f64, whole: f64) -> u8 {
    // The cast cannot lose anything: the value is from 0 to 255 and whole, or 0 for what is no number.
    (value / whole * 255.0).round().clamp(0.0, 255.0) as u8
}
