//! `org.freedesktop.impl.portal.FileChooser`, version 4, and `org.freedesktop.impl.portal.AppChooser`, version 2: the user
//! chooses files and programs.

use std::collections::HashMap;

use zbus::message::Header;
use zbus::wire::{ObjectPath, OwnedVariant, Variant};
use zbus::{Connection, interface};

use crate::ask::{Answer, Ask, AskId, Filter, Question};
use crate::options::{self, MOST_TITLE, Options, Unfit};
use crate::requests::{DONE, ENDED, Reply, Requests, only, unanswered};
use crate::text::cut;
use crate::uri;
use crate::{Word, service::Deliver};

/// Programs that one is chosen of, and bytes of the name of one.
const MOST_PROGRAMS: usize = 256;
const MOST_PROGRAM: usize = 256;

/// What every question says first.
pub(crate) fn asked(app_id: &str, parent: &str, title: &str, question: Question) -> Ask {
    Ask {
        id: AskId(0),
        program: cut(app_id, MOST_PROGRAM),
        parent: options::parent(parent),
        title: cut(title.trim(), MOST_TITLE),
        accept: None,
        question,
    }
}

/// What belongs to an answer, as far as it can be said.
pub(crate) fn results<const N: usize>(results: [(&'static str, Variant<'_>); N]) -> Reply {
    let owned = |(key, value): (&'static str, Variant)| Some((key, value.try_to_owned().ok()?));
    let results: HashMap<&'static str, OwnedVariant> = results.into_iter().filter_map(owned).collect();
    // Half an answer would be a wrong one.
    if results.len() == N { (DONE, results) } else { only(ENDED) }
}

/// The object on the bus that lets choose files.
pub(crate) struct FileChooser {
    pub(crate) requests: Requests,
}

impl FileChooser {
    async fn answered(&self, connection: &Connection, header: &Header<'_>, handle: &ObjectPath<'_>, ask: Ask) -> Reply {
        let filters: Vec<Filter> = match &ask.question {
            Question::Open { terms, .. } | Question::Save { terms, .. } => terms.filters.clone(),
            _ => Vec::new(),
        };
        match self.requests.ask(connection, header, handle, ask).await {
            Answer::Files { paths, filter, choices } if !paths.is_empty() => {
                let uris: Vec<String> = paths.iter().map(|path| uri::of_path(path)).collect();
                let (uris, choices) = (Variant::new(uris), Variant::new(choices));
                let writable = Variant::new(true);
                match filter.and_then(|place| filters.get(place)) {
                    Some(filter) => {
                        let filter = Variant::new(options::unread(filter));
                        let filter = ("current_filter", filter);
                        results([("uris", uris), ("choices", choices), ("writable", writable), filter])
                    }
                    None => results([("uris", uris), ("choices", choices), ("writable", writable)]),
                }
            }
            answer => unanswered(&answer),
        }
    }
}

fn open(options: &Options) -> Result<(Question, Option<String>), Unfit> {
    let (multiple, directory) = (options::flag(options, "multiple")?, options::flag(options, "directory")?);
    let question = Question::Open { multiple, directory, terms: options::terms(options)? };
    Ok((question, options::label(options, "accept_label")?))
}

fn save(options: &Options) -> Result<(Question, Option<String>), Unfit> {
    let mut terms = options::terms(options)?;
    let mut name = options::word(options, "current_name")?.unwrap_or_default();
    // What is saved again is suggested where it is.
    if let Some(file) = options::path(options, "current_file")?
        && let Some(slash) = file.iter().rposition(|byte| *byte == b'/')
    {
        terms.folder = Some(file.get(..slash.max(1)).unwrap_or_default().to_vec());
        if let Some(Ok(last)) = file.get(slash + 1..).map(std::str::from_utf8) {
            last.clone_into(&mut name);
        }
    }
    Ok((Question::Save { name, terms }, options::label(options, "accept_label")?))
}

fn save_all(options: &Options) -> Result<(Question, Option<String>), Unfit> {
    let question = Question::SaveAll { names: options::names(options, "files")?, terms: options::terms(options)? };
    Ok((question, options::label(options, "accept_label")?))
}

#[interface(name = "org.freedesktop.impl.portal.FileChooser")]
impl FileChooser {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn open_file(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        title: &str,
        options: Options,
    ) -> Reply {
        let Ok((question, accept)) = open(&options) else { return only(ENDED) };
        drop(options);
        let ask = Ask { accept, ..asked(app_id, parent_window, title, question) };
        self.answered(connection, &header, &handle, ask).await
    }

    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn save_file(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        title: &str,
        options: Options,
    ) -> Reply {
        let Ok((question, accept)) = save(&options) else { return only(ENDED) };
        drop(options);
        let ask = Ask { accept, ..asked(app_id, parent_window, title, question) };
        self.answered(connection, &header, &handle, ask).await
    }

    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn save_files(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        title: &str,
        options: Options,
    ) -> Reply {
        let Ok((question, accept)) = save_all(&options) else { return only(ENDED) };
        drop(options);
        let ask = Ask { accept, ..asked(app_id, parent_window, title, question) };
        self.answered(connection, &header, &handle, ask).await
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        4
    }
}

/// The object on the bus that lets choose programs.
pub(crate) struct AppChooser {
    pub(crate) requests: Requests,
    pub(crate) deliver: Deliver,
}

/// What is opened, in words: the name of a file, or else its address.
fn what(options: &Options) -> Result<String, Unfit> {
    let file = options::label(options, "filename")?;
    let address = || options::label(options, "uri");
    let media = || options::label(options, "content_type");
    Ok(match file {
        Some(file) => file,
        None => address()?.map_or_else(media, |address| Ok(Some(address)))?.unwrap_or_default(),
    })
}

fn program(choices: Vec<String>, options: &Options) -> Result<Question, Unfit> {
    if choices.is_empty() || choices.len() > MOST_PROGRAMS || choices.iter().any(|id| id.len() > MOST_PROGRAM) {
        return Err(Unfit);
    }
    let last = options::word(options, "last_choice")?.filter(|last| choices.contains(last));
    Ok(Question::Program { choices, last, what: what(options)? })
}

#[interface(name = "org.freedesktop.impl.portal.AppChooser")]
impl AppChooser {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    async fn choose_application(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        handle: ObjectPath<'_>,
        app_id: &str,
        parent_window: &str,
        choices: Vec<String>,
        options: Options,
    ) -> Reply {
        if choices.is_empty() {
            if let Ok(what) = what(&options) {
                (self.deliver)(Word::Unopened(what));
            }
            return only(ENDED);
        }
        let Ok(question) = program(choices.clone(), &options) else { return only(ENDED) };
        drop(options);
        let ask = asked(app_id, parent_window, "", question);
        match self.requests.ask(connection, &header, &handle, ask).await {
            // Only what was offered is ever started.
            Answer::Program(choice) if choices.contains(&choice) => results([("choice", Variant::new(choice))]),
            answer => unanswered(&answer),
        }
    }

    /// There is more to choose of than was known. What is on the screen stays: it can be chosen all the same.
    fn update_choices(&self, _handle: ObjectPath<'_>, choices: Vec<String>) {
        tracing::debug!(count = choices.len(), "more programs to choose of are left out");
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::tests::options as with;

    #[test]
    fn what_is_saved_again_is_suggested_where_it_is() {
        let options = with(vec![
            ("current_name", Variant::new("other.txt")),
            ("current_file", Variant::new(b"/home/ada/notes.txt\0".to_vec())),
        ]);
        let Ok((Question::Save { name, terms }, None)) = save(&options) else { panic!("it is fine") };
        assert_eq!((name.as_str(), terms.folder.as_deref()), ("notes.txt", Some(&b"/home/ada"[..])));
        let root = with(vec![("current_file", Variant::new(b"/a\0".to_vec()))]);
        let Ok((Question::Save { terms, .. }, _)) = save(&root) else { panic!("it is fine") };
        assert_eq!(terms.folder.as_deref(), Some(&b"/"[..]));
        assert_eq!(save(&with(vec![("current_name", Variant::new("x".repeat(1_000_000)))])), Err(Unfit));
    }

    #[test]
    fn programs_are_bounded_and_the_last_choice_is_one_of_them() {
        let options = with(vec![("last_choice", Variant::new("b")), ("uri", Variant::new("https://example.org"))]);
        let Ok(Question::Program { last, what, .. }) = program(vec!["a".into(), "b".into()], &options) else {
            panic!("it is fine")
        };
        assert_eq!((last.as_deref(), what.as_str()), (Some("b"), "https://example.org"));
        let Ok(Question::Program { last: None, .. }) = program(vec!["a".into()], &options) else {
            panic!("it is gone")
        };
        for choices in [vec![], vec!["x".into(); 10_000], vec!["x".repeat(1000)]] {
            assert_eq!(program(choices, &options), Err(Unfit));
        }
    }
}
