//! Finding a program as somebody types.

use super::Entry;

/// How well an entry fits; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Its name begins so.
    Name,
    /// A word of its name begins so.
    WordOfName,
    /// A word that it may be searched by begins so, or of what kind of program it is.
    Keyword,
    /// It stands somewhere in one of these, in its id or in its comment.
    Somewhere,
}

/// Longer queries are cut.
const MOST_BYTES: usize = 256;

pub(super) fn search<'a>(
    entries: impl Iterator<Item = &'a Entry>,
    query: &str,
    recency: impl Fn(&str) -> u64,
) -> Vec<&'a Entry> {
    let query = query.get(..query.floor_char_boundary(MOST_BYTES)).unwrap_or_default().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let query = words.join(" ");
    let mut found: Vec<(Fit, u64, &Entry)> = entries
        .filter_map(|entry| {
            let fit = Texts::of(entry).fit(&query, &words)?;
            Some((fit, recency(&entry.id), entry))
        })
        .collect();
    // The entries come by name and the sort keeps what is equal in order.
    found.sort_by_key(|(fit, recency, _)| (*fit, std::cmp::Reverse(*recency)));
    found.into_iter().map(|(_, _, entry)| entry).collect()
}

/// What an entry may be found by, in lower case.
struct Texts {
    name: String,
    keywords: Vec<String>,
    others: Vec<String>,
}

impl Texts {
    fn of(entry: &Entry) -> Self {
        let keywords = entry.keywords.iter().chain(&entry.generic_name);
        let others = [Some(&entry.id), entry.comment.as_ref()];
        Self {
            name: entry.name.to_lowercase(),
            keywords: keywords.map(|text| text.to_lowercase()).collect(),
            others: others.into_iter().flatten().map(|text| text.to_lowercase()).collect(),
        }
    }

    /// The whole query at once, else every word of it wherever it is: `web fire` finds Firefox.
    fn fit(&self, query: &str, words: &[&str]) -> Option<Fit> {
        let each = || words.iter().map(|word| self.fit_of(word)).collect::<Option<Vec<Fit>>>()?.into_iter().max();
        [self.fit_of(query), each()].into_iter().flatten().min()
    }

    fn fit_of(&self, word: &str) -> Option<Fit> {
        if self.name.starts_with(word) {
            Some(Fit::Name)
        } else if begins_a_word(&self.name, word) {
            Some(Fit::WordOfName)
        } else if self.keywords.iter().any(|text| begins_a_word(text, word)) {
            Some(Fit::Keyword)
        } else {
            let mut texts = std::iter::once(&self.name).chain(&self.keywords).chain(&self.others);
            texts.any(|text| text.contains(word)).then_some(Fit::Somewhere)
        }
    }
}

fn begins_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text.get(..at).unwrap_or_default().ends_with(char::is_alphanumeric))
}
