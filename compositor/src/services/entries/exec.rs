//! The `Exec` key: from one line to the words of a command.

use thiserror::Error;

/// No command has more words.
const MOST_WORDS: usize = 256;

/// Why an `Exec` line is no command.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the texts say it")]
pub enum ExecError {
    #[error("the command is empty")]
    Empty,
    #[error("a quotation mark is never closed")]
    OpenQuote,
    #[error("nothing follows the last backslash")]
    OpenEscape,
    #[error("%{0} means nothing")]
    FieldCode(char),
    #[error("nothing follows the last per cent sign")]
    OpenFieldCode,
    #[error("the command has more than {MOST_WORDS} words")]
    TooLong,
    #[error("the command contains the NUL character")]
    Nul,
    #[error("it needs a terminal, and there is none")]
    NoTerminal,
}

/// What field codes stand for.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// `%c`.
    pub name: &'a str,
    /// `%i`.
    pub icon: Option<&'a str>,
    /// `%k`.
    pub file: &'a str,
    /// `%f` and its like: what is to be opened, if anything is.
    pub open: Option<Open<'a>>,
}

/// What a program is to open.
#[derive(Debug, Clone, Copy)]
pub struct Open<'a> {
    /// For programs that take paths.
    pub path: &'a str,
    /// For programs that take addresses.
    pub address: &'a str,
}

/// Whether a command says where what it is to open goes.
pub fn takes_files(exec: &str) -> bool {
    let mut chars = exec.chars();
    while let Some(c) = chars.next() {
        if c == '%' && matches!(chars.next(), Some('f' | 'F' | 'u' | 'U')) {
            return true;
        }
    }
    false
}

/// A word as it grows.
#[derive(Default)]
struct Word {
    text: String,
    /// It had a quotation mark or a character that stays, so that it is a word even if it turns out empty.
    kept: bool,
    /// It had a field code that may leave nothing of it.
    field: bool,
}

/// The words of `exec`, which has its escapes of strings undone already. Where no file is handed over the codes for them
/// vanish, and a word that was nothing else with them.
pub fn words(exec: &str, fields: Fields<'_>) -> Result<Vec<String>, ExecError> {
    if exec.contains('\0') {
        return Err(ExecError::Nul);
    }
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut chars = exec.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' => finish(&mut word, &mut words)?,
            '"' | '\'' => {
                let word = word.get_or_insert_default();
                word.kept = true;
                quoted(&mut chars, c, word, fields)?;
            }
            '\\' => {
                let word = word.get_or_insert_default();
                word.kept = true;
                word.text.push(chars.next().ok_or(ExecError::OpenEscape)?);
            }
            '%' => match field(chars.next(), fields)? {
                Field::Text(text) => {
                    let word = word.get_or_insert_default();
                    word.field = true;
                    word.text.push_str(text);
                }
                Field::Icon(icon) => {
                    // `%i` is two words of its own, or none.
                    finish(&mut word, &mut words)?;
                    words.extend(icon.into_iter().flat_map(|icon| ["--icon".to_owned(), icon.to_owned()]));
                }
            },
            c => {
                let word = word.get_or_insert_default();
                word.kept = true;
                word.text.push(c);
            }
        }
    }
    finish(&mut word, &mut words)?;
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err(ExecError::Empty),
    }
}

fn finish(word: &mut Option<Word>, words: &mut Vec<String>) -> Result<(), ExecError> {
    if let Some(word) = word.take()
        && (word.kept || !word.text.is_empty() || !word.field)
    {
        words.push(word.text);
    }
    if words.len() > MOST_WORDS { Err(ExecError::TooLong) } else { Ok(()) }
}

fn quoted(chars: &mut std::str::Chars<'_>, quote: char, word: &mut Word, fields: Fields<'_>) -> Result<(), ExecError> {
    loop {
        match chars.next().ok_or(ExecError::OpenQuote)? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => match chars.next().ok_or(ExecError::OpenQuote)? {
                c @ ('"' | '`' | '$' | '\\') => word.text.push(c),
                c => word.text.extend(['\\', c]),
            },
            '%' => match field(chars.next(), fields)? {
                Field::Text(text) => word.text.push_str(text),
                Field::Icon(icon) => word.text.push_str(icon.unwrap_or_default()),
            },
            c => word.text.push(c),
        }
    }
}

enum Field<'a> {
    Text(&'a str),
    Icon(Option<&'a str>),
}

fn field<'a>(code: Option<char>, fields: Fields<'a>) -> Result<Field<'a>, ExecError> {
    Ok(match code.ok_or(ExecError::OpenFieldCode)? {
        '%' => Field::Text("%"),
        'f' | 'F' => Field::Text(fields.open.map_or("", |open| open.path)),
        'u' | 'U' => Field::Text(fields.open.map_or("", |open| open.address)),
        'd' | 'D' | 'n' | 'N' | 'v' | 'm' => Field::Text(""),
        'c' => Field::Text(fields.name),
        'k' => Field::Text(fields.file),
        'i' => Field::Icon(fields.icon),
        other => return Err(ExecError::FieldCode(other)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: Fields<'_> =
        Fields { name: "Two Words", icon: Some("drawing"), file: "/usr/share/applications/x.desktop", open: None };

    fn split(exec: &str) -> Vec<String> {
        words(exec, FIELDS).unwrap()
    }

    #[test]
    fn words_are_split_at_spaces_that_are_not_quoted() {
        assert_eq!(split("  foot   --title one\ttwo "), ["foot", "--title", "one", "two"]);
        assert_eq!(split(r#""/opt/My App/run" "" 'a b'"#), ["/opt/My App/run", "", "a b"]);
        assert_eq!(split(r#"sh -c "echo \"\$HOME\" \\ \n 100%%""#), ["sh", "-c", r#"echo "$HOME" \ \n 100%"#]);
        assert_eq!(split(r"wine C:\\Program\ Files\\x.exe"), ["wine", r"C:\Program Files\x.exe"]);
        assert_eq!(split(r#"env A="b c"d"#), ["env", "A=b cd"]);
    }

    #[test]
    fn codes_for_files_vanish_and_the_others_stand_for_one_word_each() {
        assert_eq!(split("gimp %U"), ["gimp"]);
        assert_eq!(split("x --open=%f %F %d %m end"), ["x", "--open=", "end"]);
        assert_eq!(split("x %c %k"), ["x", "Two Words", "/usr/share/applications/x.desktop"]);
        assert_eq!(split("x %i y"), ["x", "--icon", "drawing", "y"]);
        assert_eq!(words("x %i y", Fields { icon: None, ..FIELDS }).unwrap(), ["x", "y"]);
        assert_eq!(split("x 5%% %%"), ["x", "5%", "%"]);
    }

    #[test]
    fn what_is_to_be_opened_is_one_word_whatever_it_is_called() {
        let open = Some(Open { path: "/a b/$(x) \"%c", address: "file:///a%20b" });
        let with = |exec: &str| words(exec, Fields { open, ..FIELDS }).unwrap();
        assert_eq!(with("gimp %U"), ["gimp", "file:///a%20b"]);
        assert_eq!(with("vi -- %f"), ["vi", "--", "/a b/$(x) \"%c"]);
        assert_eq!(with("x --open=%F"), ["x", "--open=/a b/$(x) \"%c"]);
        assert!(takes_files("x %u") && !takes_files("x %%u %c") && !takes_files("x %"));
    }

    #[test]
    fn what_is_no_command_is_refused_with_a_reason() {
        let error = |exec: &str| words(exec, FIELDS).unwrap_err();
        assert_eq!(error(" "), ExecError::Empty);
        assert_eq!(error("%U"), ExecError::Empty);
        assert_eq!(error("\"\" x"), ExecError::Empty);
        assert_eq!(error("sh -c \"echo"), ExecError::OpenQuote);
        assert_eq!(error("sh \\"), ExecError::OpenEscape);
        assert_eq!(error("x %z"), ExecError::FieldCode('z'));
        assert_eq!(error("x %"), ExecError::OpenFieldCode);
        assert_eq!(error("x\0y"), ExecError::Nul);
        assert_eq!(error(&"x ".repeat(1000)), ExecError::TooLong);
    }

    proptest! {
        #[test]
        fn any_line_gives_words_or_a_reason(exec in r#"[ -~]{0,60}|(["'\\%a ]{0,30})"#) {
            if let Ok(words) = words(&exec, FIELDS) {
                prop_assert!(words.first().is_some_and(|program| !program.is_empty()));
            }
        }
    }
}
