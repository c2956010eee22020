//! What programs send beside a question: a dictionary that may hold anything, of any size. It is read within bounds, and
//! one that leaves them is refused as a whole.

use std::collections::HashMap;

use zbus::wire::{OwnedVariant, Variant};

use crate::ask::{Choice, Filter, Parent, Rule, Terms};
use crate::text::cut;

/// As D-Bus has it.
pub(crate) type Options = HashMap<String, OwnedVariant>;

/// Characters of a title, and of the words on a button; more is cut.
pub(crate) const MOST_TITLE: usize = 160;
pub(crate) const MOST_LABEL: usize = 48;
/// Bytes of a name that is given back as it came.
pub(crate) const MOST_WORD: usize = 1024;
/// Bytes of a path; it is what Linux allows.
const MOST_PATH: usize = 4096;
/// Filters, and rules of one of them.
const MOST_FILTERS: usize = 64;
const MOST_RULES: usize = 256;
/// Bytes of a rule.
const MOST_RULE: usize = 128;
/// Choices, and what one of them may be.
const MOST_CHOICES: usize = 16;
const MOST_OF_CHOICE: usize = 64;
/// Files that are saved at once.
const MOST_NAMES: usize = 1000;
/// Bytes of a handle of `xdg-foreign`.
const MOST_HANDLE: usize = 256;

/// It is not what the interface says, or too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit;

type RawFilter = (String, Vec<(u32, String)>);
type RawChoice = (String, String, Vec<(String, String)>, String);

/// A value of a kind; none where there is none.
fn value<T>(options: &Options, key: &str) -> Result<Option<T>, Unfit>
where
    T: for<'a> TryFrom<Variant<'a>>,
{
    let Some(value) = options.get(key) else { return Ok(None) };
    let value = Variant::try_from(value).map_err(|_| Unfit)?;
    T::try_from(value).map(Some).map_err(|_| Unfit)
}

/// Whether something is so; not, where nothing is said.
pub(crate) fn flag(options: &Options, key: &str) -> Result<bool, Unfit> {
    Ok(value(options, key)?.unwrap_or(false))
}

/// A text for the screen, as far as it is there and not empty.
pub(crate) fn label(options: &Options, key: &str) -> Result<Option<String>, Unfit> {
    let text: Option<String> = value(options, key)?;
    Ok(text.map(|text| cut(&without_mnemonic(&text), MOST_LABEL)).filter(|text| !text.trim().is_empty()))
}

/// A text for the screen, cut; empty where there is none.
pub(crate) fn text(options: &Options, key: &str, most: usize) -> Result<String, Unfit> {
    let text: Option<String> = value(options, key)?;
    Ok(text.map(|text| cut(text.trim(), most)).unwrap_or_default())
}

/// A list of what is like this itself.
pub(crate) fn dictionaries(options: &Options, key: &str) -> Result<Vec<Options>, Unfit> {
    Ok(value(options, key)?.unwrap_or_default())
}

/// A text that is not cut, since it is used as it is.
pub(crate) fn word(options: &Options, key: &str) -> Result<Option<String>, Unfit> {
    value(options, key)?.map(|text: String| fitting(text, MOST_WORD)).transpose()
}

/// A text without the `_` before the letter that is a key for it. Two of them are one.
fn without_mnemonic(text: &str) -> String {
    // Longer than what is shown is not looked at.
    let mut letters = text.chars().take(MOST_LABEL * 4).peekable();
    let mut plain = String::new();
    while let Some(letter) = letters.next() {
        if letter != '_' || letters.next_if_eq(&'_').is_some() {
            plain.push(letter);
        }
    }
    plain
}

fn fitting(text: String, most: usize) -> Result<String, Unfit> {
    if text.len() <= most { Ok(text) } else { Err(Unfit) }
}

/// An absolute path in bytes, which may end in the NUL that the interface wants there, and goes nowhere in secret.
pub(crate) fn path(options: &Options, key: &str) -> Result<Option<Vec<u8>>, Unfit> {
    let Some(mut path) = value::<Vec<u8>>(options, key)? else { return Ok(None) };
    if path.last() == Some(&0) {
        path.pop();
    }
    if path.is_empty() {
        return Ok(None);
    }
    let upwards = path.split(|byte| *byte == b'/').any(|part| part == b"..");
    let fits = path.len() <= MOST_PATH && path.first() == Some(&b'/') && !path.contains(&0) && !upwards;
    if fits { Ok(Some(path)) } else { Err(Unfit) }
}

/// Names of files, in bytes.
pub(crate) fn names(options: &Options, key: &str) -> Result<Vec<Vec<u8>>, Unfit> {
    let mut names = value::<Vec<Vec<u8>>>(options, key)?.unwrap_or_default();
    for name in &mut names {
        if name.last() == Some(&0) {
            name.pop();
        }
        let fits = (1..=255).contains(&name.len()) && name != b"." && name != b"..";
        if !fits || name.iter().any(|byte| matches!(byte, b'/' | 0)) {
            return Err(Unfit);
        }
    }
    if (1..=MOST_NAMES).contains(&names.len()) { Ok(names) } else { Err(Unfit) }
}

/// What goes for all questions about files.
pub(crate) fn terms(options: &Options) -> Result<Terms, Unfit> {
    let raw: Vec<RawFilter> = value(options, "filters")?.unwrap_or_default();
    if raw.len() > MOST_FILTERS {
        return Err(Unfit);
    }
    let mut filters = raw.into_iter().map(filter).collect::<Result<Vec<_>, _>>()?;
    let current = value::<RawFilter>(options, "current_filter")?.map(filter).transpose()?;
    let place = current.map_or(0, |current| {
        filters.iter().position(|filter| *filter == current).unwrap_or_else(|| {
            // Not one of the list: without a list it goes for everything.
            filters.insert(0, current);
            0
        })
    });
    Ok(Terms { folder: path(options, "current_folder")?, filters, filter: place, choices: choices(options)? })
}

fn filter((name, rules): RawFilter) -> Result<Filter, Unfit> {
    if rules.len() > MOST_RULES {
        return Err(Unfit);
    }
    let rule = |(kind, text): (u32, String)| {
        let text = fitting(text, MOST_RULE)?;
        match kind {
            0 => Ok(Rule::Glob(text)),
            1 => Ok(Rule::Media(text)),
            _ => Err(Unfit),
        }
    };
    let rules = rules.into_iter().map(rule).collect::<Result<_, _>>()?;
    Ok(Filter { name: fitting(name, MOST_WORD)?, rules })
}

/// A filter as it came.
pub(crate) fn unread(filter: &Filter) -> (String, Vec<(u32, String)>) {
    let rule = |rule: &Rule| match rule {
        Rule::Glob(text) => (0, text.clone()),
        Rule::Media(text) => (1, text.clone()),
    };
    (filter.name.clone(), filter.rules.iter().map(rule).collect())
}

/// What else there is to choose.
pub(crate) fn choices(options: &Options) -> Result<Vec<Choice>, Unfit> {
    let raw: Vec<RawChoice> = value(options, "choices")?.unwrap_or_default();
    if raw.len() > MOST_CHOICES {
        return Err(Unfit);
    }
    raw.into_iter().map(choice).collect()
}

fn choice((id, label, options, chosen): RawChoice) -> Result<Choice, Unfit> {
    if options.len() > MOST_OF_CHOICE {
        return Err(Unfit);
    }
    let shown = |text: &str| cut(&without_mnemonic(text), MOST_LABEL);
    let option = |(id, label): (String, String)| Ok((fitting(id, MOST_WORD)?, shown(&label)));
    let options: Vec<(String, String)> = options.into_iter().map(option).collect::<Result<_, Unfit>>()?;
    let known = match options.is_empty() {
        true => chosen == "true" || chosen == "false",
        false => options.iter().any(|(id, _)| *id == chosen),
    };
    let first = || options.first().map_or_else(|| String::from("false"), |(id, _)| id.clone());
    let chosen = if known { chosen } else { first() };
    Ok(Choice { id: fitting(id, MOST_WORD)?, label: shown(&label), options, chosen })
}

/// The window that a program names.
pub(crate) fn parent(name: &str) -> Parent {
    match name.split_once(':') {
        Some(("wayland", handle)) if (1..=MOST_HANDLE).contains(&handle.len()) => Parent::Wayland(handle.to_owned()),
        Some(("x11", number)) => {
            let number = number.strip_prefix("0x").unwrap_or(number);
            u32::from_str_radix(number, 16).map_or(Parent::Nobody, Parent::X11)
        }
        _ => Parent::Nobody,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// As they come off the bus.
    pub(crate) fn options(values: Vec<(&str, Variant<'_>)>) -> Options {
        values.into_iter().map(|(key, value)| (key.to_owned(), value.try_to_owned().unwrap())).collect()
    }

    fn with(key: &str, value: impl Into<Variant<'static>>) -> Options {
        options(vec![(key, value.into())])
    }

    #[test]
    fn paths_are_bytes_and_go_nowhere_in_secret() {
        let read = |bytes: &[u8]| path(&with("f", bytes.to_vec()), "f");
        assert_eq!(read(b"/home/\xff\0"), Ok(Some(b"/home/\xff".to_vec())));
        assert_eq!(read(b"\0"), Ok(None));
        assert_eq!(path(&Options::new(), "f"), Ok(None));
        for bad in [&b"home"[..], b"/a/../b", b"/a\0b\0", b"..", &[b'/'; 5000]] {
            assert_eq!(read(bad), Err(Unfit), "{bad:?}");
        }
        assert_eq!(path(&with("f", "/home"), "f"), Err(Unfit), "that is no array of bytes");
    }

    #[test]
    fn names_are_names() {
        let read = |names: Vec<&[u8]>| names.into_iter().map(<[u8]>::to_vec).collect::<Vec<Vec<u8>>>();
        let good = read(vec![b"a.txt\0", b"\xff"]);
        assert_eq!(names(&with("n", good), "n"), Ok(vec![b"a.txt".to_vec(), b"\xff".to_vec()]));
        for bad in [vec![], read(vec![b"../a"]), read(vec![b".."]), read(vec![b""]), vec![b"a".to_vec(); 1001]] {
            assert_eq!(names(&with("n", bad), "n"), Err(Unfit));
        }
    }

    #[test]
    fn filters_come_with_the_one_in_force_and_within_bounds() {
        let picture = || (String::from("Pictures"), vec![(0_u32, String::from("*.png")), (1, String::from("image/*"))]);
        let all = || (String::from("All"), vec![(0_u32, String::from("*"))]);
        let mut options = with("filters", vec![all(), picture()]);
        options.extend(with("current_filter", picture()));
        let read = terms(&options).unwrap();
        assert_eq!((read.filters.len(), read.filter), (2, 1));
        assert_eq!(unread(&read.filters[1]), picture());
        assert_eq!(terms(&with("current_filter", picture())).unwrap().filters.len(), 1);
        let globs = vec![(String::from("x"), vec![(0_u32, String::from("*")); 10_000])];
        assert_eq!(terms(&with("filters", globs)), Err(Unfit));
        assert_eq!(terms(&with("filters", vec![all(); 65])), Err(Unfit));
        let odd = vec![(String::from("x"), vec![(7_u32, String::from("*"))])];
        assert_eq!(terms(&with("filters", odd)), Err(Unfit));
        let long = vec![(String::from("x"), vec![(0_u32, "*".repeat(1000))])];
        assert_eq!(terms(&with("filters", long)), Err(Unfit));
        assert_eq!(terms(&with("filters", 5_u32)), Err(Unfit));
    }

    #[test]
    fn a_choice_is_always_one_of_what_it_may_be() {
        let raw = |options: Vec<(&str, &str)>, chosen: &str| {
            let options: Vec<(String, String)> =
                options.into_iter().map(|(id, label)| (id.to_owned(), label.to_owned())).collect();
            with("choices", vec![(String::from("id"), String::from("_Label"), options, chosen.to_owned())])
        };
        let one = |options| choices(&options).unwrap().remove(0);
        let encoding = one(raw(vec![("utf8", "UTF-8"), ("latin", "Latin")], "nonsense"));
        assert_eq!((encoding.chosen.as_str(), encoding.label.as_str()), ("utf8", "Label"));
        assert_eq!(one(raw(vec![], "")).chosen, "false");
        assert_eq!(one(raw(vec![], "true")).chosen, "true");
    }

    #[test]
    fn windows_are_named_in_two_ways() {
        assert_eq!(parent("wayland:abc"), Parent::Wayland("abc".into()));
        assert_eq!(parent("x11:1e0003a"), Parent::X11(0x01e0_003a));
        for odd in ["", "wayland:", "x11:zz", "abc", &format!("wayland:{}", "x".repeat(300))] {
            assert_eq!(parent(odd), Parent::Nobody, "{odd}");
        }
    }

    #[test]
    fn words_on_buttons_are_short_and_without_signs_for_keys() {
        assert_eq!(label(&with("l", "_Open"), "l"), Ok(Some("Open".into())));
        assert_eq!(label(&with("l", "a__b"), "l"), Ok(Some("a_b".into())));
        assert_eq!(label(&with("l", "_"), "l"), Ok(None));
        assert!(label(&with("l", "x".repeat(4_000_000)), "l").unwrap().unwrap().len() < 64);
    }
}
