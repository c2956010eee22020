//! From CSS text to declarations. What they mean is worked out later, when all sheets are known.

use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, SourceLocation, StyleSheetParser, Token,
};

use super::error::{Problem, ThemeError};

/// A sheet has at most so many bytes.
pub const MOST_BYTES: usize = 256 * 1024;
/// Of a sheet's mistakes at most so many are listed.
pub(super) const MOST_ERRORS: usize = 50;
/// A sheet has at most so many declarations; there are some 110 tokens.
const MOST_DECLARATIONS: usize = 4096;
/// A name that is longer is cut before it is shown.
const MOST_NAME: usize = 64;

/// One custom property that is given a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declaration {
    /// With its two dashes.
    pub name: String,
    /// As it was written.
    pub value: String,
    /// Only for the theme of this name.
    pub theme: Option<String>,
    /// Only with reduced motion.
    pub reduced: bool,
    /// Where the value stands.
    pub at: Place,
}

/// A place in a sheet, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub line: u32,
    pub column: u32,
}

impl Place {
    pub(super) fn error(self, problem: Problem) -> ThemeError {
        ThemeError { line: self.line, column: self.column, problem }
    }
}

impl From<SourceLocation> for Place {
    fn from(at: SourceLocation) -> Self {
        Self { line: at.line.saturating_add(1), column: at.column }
    }
}

/// A sheet's declarations in their order, and what is wrong with the rest of it.
pub(super) fn parse(css: &str) -> (Vec<Declaration>, Vec<ThemeError>) {
    if css.len() > MOST_BYTES {
        let start = Place { line: 1, column: 1 };
        return (Vec::new(), vec![start.error(Problem::TooLarge { most: MOST_BYTES })]);
    }
    let mut input = Parser::new(css);
    let mut rules = Rules::default();
    let mut sheet = StyleSheetParser::new(&mut input, &mut rules);
    while let Some(result) = sheet.next() {
        if let Err((error, _, at)) = result {
            sheet.parser.note(at, error);
        }
        if sheet.parser.is_full() {
            break;
        }
    }
    (rules.declarations, rules.errors)
}

/// A name as it is shown in an error: bounded.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect()
}

type Failed = ParseError<Problem>;

#[derive(Default)]
struct Rules {
    declarations: Vec<Declaration>,
    errors: Vec<ThemeError>,
    /// Inside the block for reduced motion.
    reduced: bool,
}

impl Rules {
    fn note(&mut self, at: SourceLocation, error: Failed) {
        let problem = match error.kind {
            cssparser::ParseErrorKind::Custom(problem) => problem,
            cssparser::ParseErrorKind::Basic(_) => Problem::Syntax,
        };
        self.error(at.into(), problem);
    }

    fn error(&mut self, at: Place, problem: Problem) {
        match self.errors.len() {
            count if count + 1 < MOST_ERRORS => self.errors.push(at.error(problem)),
            count if count < MOST_ERRORS => self.errors.push(at.error(Problem::TooMany)),
            _ => {}
        }
    }

    fn is_full(&self) -> bool {
        self.errors.len() >= MOST_ERRORS
    }
}

/// Which themes a rule is for; all where none is named.
type Selectors = Vec<Option<String>>;

fn selector(input: &mut Parser) -> Result<Option<String>, Failed> {
    let failed = || Failed::custom(Problem::Selector);
    input.expect_colon().map_err(|_| failed())?;
    input.expect_ident_matching("root").map_err(|_| failed())?;
    let theme = input.try_parse(|input| {
        input.expect_square_bracket_block()?;
        input.parse_nested_block(|input| {
            input.expect_ident_matching("data-theme")?;
            input.expect_delim('=')?;
            Ok::<_, Failed>(input.expect_ident_or_string()?.as_ref().to_owned())
        })
    });
    Ok(theme.ok())
}

impl<'i> QualifiedRuleParser<'i> for Rules {
    type Prelude = Selectors;
    type QualifiedRule = ();
    type Error = Problem;

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Selectors, Failed> {
        let selectors = input.parse_comma_separated(selector)?;
        input.expect_exhausted().map_err(|_| Failed::custom(Problem::Selector))?;
        Ok(selectors)
    }

    fn parse_block(&mut self, selectors: Selectors, _: &ParserState, input: &mut Parser<'i>) -> Result<(), Failed> {
        let mut body = Body { rules: self, selectors };
        let mut items = RuleBodyParser::new(input, &mut body);
        while let Some(result) = items.next() {
            if let Err((error, _, at)) = result {
                items.parser.rules.note(at, error);
            }
            if items.parser.rules.is_full() {
                break;
            }
        }
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for Rules {
    type Prelude = ();
    type AtRule = ();
    type Error = Problem;

    fn parse_prelude(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>) -> Result<(), Failed> {
        let mut media = || -> Result<(), Failed> {
            input.expect_parenthesis_block()?;
            input.parse_nested_block(|input| {
                input.expect_ident_matching("prefers-reduced-motion")?;
                input.expect_colon()?;
                Ok::<_, Failed>(input.expect_ident_matching("reduce")?)
            })?;
            Ok(input.expect_exhausted()?)
        };
        if name.eq_ignore_ascii_case("media") && !self.reduced && media().is_ok() {
            Ok(())
        } else {
            Err(Failed::custom(Problem::AtRule))
        }
    }

    fn parse_block(&mut self, (): (), _: &ParserState, input: &mut Parser<'i>) -> Result<(), Failed> {
        self.reduced = true;
        let mut sheet = StyleSheetParser::new(input, self);
        while let Some(result) = sheet.next() {
            if let Err((error, _, at)) = result {
                sheet.parser.note(at, error);
            }
            if sheet.parser.is_full() {
                break;
            }
        }
        self.reduced = false;
        Ok(())
    }
}

/// What stands between the braces of a rule.
struct Body<'a> {
    rules: &'a mut Rules,
    selectors: Selectors,
}

impl<'i> DeclarationParser<'i> for Body<'_> {
    type Declaration = ();
    type Error = Problem;

    fn parse_value(&mut self, name: CowRcStr<'i>, input: &mut Parser<'i>, _: &ParserState) -> Result<(), Failed> {
        if !name.starts_with("--") {
            return Err(Failed::custom(Problem::Property { name: shown(&name) }));
        }
        input.skip_whitespace();
        let (start, at) = (input.position(), Place::from(input.current_source_location()));
        while let Ok(token) = input.next() {
            if token.is_parse_error() || matches!(token, Token::Delim('!')) {
                return Err(Failed::custom(Problem::Syntax));
            }
        }
        let value = input.slice_from(start).trim();
        if value.len() > super::value::MOST_BYTES {
            return Err(Failed::custom(Problem::TooLong { name: shown(&name) }));
        }
        if self.rules.declarations.len() + self.selectors.len() > MOST_DECLARATIONS {
            return Err(Failed::custom(Problem::TooMany));
        }
        let reduced = self.rules.reduced;
        self.rules.declarations.extend(self.selectors.iter().map(|theme| Declaration {
            name: name.as_ref().to_owned(),
            value: value.to_owned(),
            theme: theme.clone(),
            reduced,
            at,
        }));
        Ok(())
    }
}

impl AtRuleParser<'_> for Body<'_> {
    type Prelude = ();
    type AtRule = ();
    type Error = Problem;
}

impl QualifiedRuleParser<'_> for Body<'_> {
    type Prelude = ();
    type QualifiedRule = ();
    type Error = Problem;
}

impl RuleBodyItemParser<'_, (), Problem> for Body<'_> {
    fn parse_declarations(&self) -> bool {
        true
    }

    fn parse_qualified(&self) -> bool {
        false
    }
}
