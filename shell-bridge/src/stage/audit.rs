//! What became of each staged text, one line of JSON for each commit and each refusal.
//!
//! The file belongs to the user alone (mode 0600), is only ever appended to, and makes room for itself: at a size bound
//! it becomes `NAME.1`, that one `NAME.2`, and so on. A line that cannot be written is told to the caller, who runs
//! nothing dangerous then: what asks for a confirmation must be found again afterwards. Safe and cautious commands run,
//! with an alert; a full disk has to stay a thing that can be cleared from here.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Class, Staged, Verdict, Who};

/// At this size the file is put aside.
pub const MOST_BYTES: u64 = 4 << 20;
/// So many that were put aside are kept.
pub const MOST_KEPT: u32 = 4;
/// Longer texts are cut in the log. Their hash is that of all of it.
const MOST_TEXT: usize = 4 << 10;

/// What became of a staged text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was typed into a terminal.
    Committed,
    /// It was not, at the stage or at the commit.
    Refused,
    /// It was allowed to run, and there was no shell to type it into any more.
    NotRun,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// In UTC, after RFC 3339.
    pub time: String,
    /// Role or person.
    pub who: String,
    /// Where they are.
    pub from: String,
    /// The text, with secrets masked and no longer than 4 KiB.
    pub what: String,
    /// SHA-256 of the text as it was staged; empty for what could not be staged.
    pub hash: String,
    /// Of the staged text; empty for what could not be staged.
    pub id: String,
    /// `None` for what was not looked at.
    pub class: Option<Class>,
    /// Why it is of that class: text and rule.
    pub reasons: Vec<String>,
    /// What became of it.
    pub result: Outcome,
    /// Why that, where it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl AuditLine {
    /// About a staged text. `who` is who asked last: to commit it, or to stage it.
    #[must_use]
    pub fn about(
        staged: &Staged,
        verdict: Option<&Verdict>,
        who: &Who,
        result: Outcome,
        because: Option<String>,
        time: SystemTime,
    ) -> Self {
        let secrets = verdict.map(|verdict| verdict.secrets.as_slice()).unwrap_or_default();
        let reasons = verdict.map(|verdict| verdict.reasons.as_slice()).unwrap_or_default();
        Self {
            time: written(time),
            who: who.name.clone(),
            from: who.from.clone(),
            what: shortened(&masked(&staged.text, secrets)),
            hash: staged.hash.clone(),
            id: staged.id.to_string(),
            class: verdict.map(|verdict| verdict.class),
            reasons: reasons.iter().map(|reason| format!("{} ({})", reason.text, reason.source())).collect(),
            result,
            because,
        }
    }

    /// About a text that could not even be staged. It is not written down itself: it may be anything, and long.
    #[must_use]
    pub fn unstaged(text: &[u8], because: String, who: &Who, time: SystemTime) -> Self {
        Self {
            time: written(time),
            who: who.name.clone(),
            from: who.from.clone(),
            what: format!("{} bytes", text.len()),
            hash: String::new(),
            id: String::new(),
            class: None,
            reasons: Vec::new(),
            result: Outcome::Refused,
            because: Some(because),
        }
    }
}

/// Whether whoever wrote to it last did not come to the end of the line.
fn ends_within_a_line(file: &File) -> bool {
    let Ok(metadata) = file.metadata() else { return false };
    let mut last = [b'\n'];
    metadata.is_file() && metadata.len() > 0 && file.read_at(&mut last, metadata.len() - 1).is_ok() && last != *b"\n"
}

fn written(time: SystemTime) -> String {
    OffsetDateTime::from(time).format(&Rfc3339).unwrap_or_default()
}

/// The text with each secret as `***`. Ranges that are none of this text's are passed over.
fn masked(text: &str, secrets: &[Range<usize>]) -> String {
    let mut secrets: Vec<&Range<usize>> = secrets.iter().filter(|range| text.get((*range).clone()).is_some()).collect();
    secrets.sort_by_key(|range| range.start);
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for secret in secrets {
        if secret.end <= from {
            continue;
        }
        if secret.start >= from {
            masked.push_str(text.get(from..secret.start).unwrap_or_default());
            masked.push_str("***");
        }
        from = secret.end;
    }
    masked.push_str(text.get(from..).unwrap_or_default());
    masked
}

fn shortened(text: &str) -> String {
    if text.len() <= MOST_TEXT {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MOST_TEXT);
    format!("{}… ({} bytes)", &text[..end], text.len())
}

/// Why a line was not written, fit for the screen.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {} cannot be written: {source}", path.display())]
pub struct AuditError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// The file the lines go to. All of it touches the disk: for a worker thread.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    file: Option<File>,
    /// The last line did not go to the disk whole, so that the next one has to begin with a line end.
    torn: bool,
    most_bytes: u64,
}

impl AuditLog {
    /// Lines will go to `path`. Nothing is opened before the first one.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, file: None, torn: false, most_bytes: MOST_BYTES }
    }

    /// The same with another size bound, in bytes.
    #[must_use]
    pub fn with_bound(path: PathBuf, most_bytes: u64) -> Self {
        Self { most_bytes, ..Self::new(path) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one line through to the disk.
    ///
    /// # Errors
    /// If it is not there afterwards. The next line tries again from the start.
    pub fn append(&mut self, line: &AuditLine) -> Result<(), AuditError> {
        self.try_append(line).map_err(|source| {
            self.file = None;
            AuditError { path: self.path.clone(), source }
        })
    }

    fn try_append(&mut self, line: &AuditLine) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.make_room(bytes.len() as u64)?;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = self.open()?;
                self.torn |= ends_within_a_line(&file);
                file
            }
        };
        if self.torn {
            bytes.insert(0, b'\n');
        }
        self.torn = true;
        file.write_all(&bytes)?;
        self.torn = false;
        match file.sync_data() {
            // What is no file on a disk has nothing to be written through.
            Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
            _ => {}
        }
        self.file = Some(file);
        Ok(())
    }

    fn open(&self) -> io::Result<File> {
        if let Some(directory) = self.path.parent() {
            fs::create_dir_all(directory)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true).mode(0o600);
        // A link in its place could lead the lines anywhere; a pipe would never end.
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY).open(&self.path)
    }

    /// Puts the file aside if `more` bytes do not fit it.
    fn make_room(&mut self, more: u64) -> io::Result<()> {
        let metadata = match fs::symlink_metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Somebody took it away. What is open would go nowhere.
                self.file = None;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if !metadata.is_file() || metadata.len() == 0 || metadata.len() + more <= self.most_bytes {
            return Ok(());
        }
        self.file = None;
        for number in (1..MOST_KEPT).rev() {
            match fs::rename(self.aside(number), self.aside(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(&self.path, self.aside(1))
    }

    fn aside(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;
    use std::time::Duration;

    use super::*;
    use crate::stage::{Reason, Store};

    fn line(text: &str) -> AuditLine {
        let who = Who { name: "control".into(), from: "page 3".into() };
        let staged = Store::new().stage(text.as_bytes(), who.clone(), Duration::ZERO).unwrap();
        let mut verdict = Verdict::new(vec![Reason::built_in("rule", Class::Caution, "because")]);
        verdict.secrets = text.find("hunter2").map(|at| at..at + 7).into_iter().collect();
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
        AuditLine::about(&staged, Some(&verdict), &who, Outcome::Committed, None, time)
    }

    fn lines(path: &Path) -> Vec<AuditLine> {
        let text = fs::read_to_string(path).unwrap();
        text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_line_says_who_from_where_what_class_and_result() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/audit.jsonl");
        let mut log = AuditLog::new(path.clone());
        log.append(&line("ls")).unwrap();
        log.append(&line("login --password=hunter2 ada")).unwrap();
        let read = lines(&path);
        assert_eq!(read[0], line("ls").clone_with_id(&read[0]));
        assert_eq!(read[0].time, "2023-11-14T22:13:20.123Z");
        assert_eq!((read[0].who.as_str(), read[0].from.as_str()), ("control", "page 3"));
        assert_eq!(read[0].reasons, ["because (rule)"]);
        assert_eq!(read[1].what, "login --password=*** ada", "no secret is written down");
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o600);
    }

    impl AuditLine {
        fn clone_with_id(&self, other: &Self) -> Self {
            Self { id: other.id.clone(), ..self.clone() }
        }
    }

    #[test]
    fn the_file_makes_room_for_itself_and_loses_the_oldest_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        let mut log = AuditLog::with_bound(path.clone(), 700);
        for number in 0..40 {
            log.append(&line(&format!("echo {number}"))).unwrap();
            assert!(fs::metadata(&path).unwrap().len() <= 700);
        }
        assert_eq!(fs::read_dir(dir.path()).unwrap().count() as u32, 1 + MOST_KEPT);
        let mut kept: Vec<String> = Vec::new();
        for number in (1..=MOST_KEPT).rev() {
            kept.extend(lines(&log.aside(number)).into_iter().map(|line| line.what));
        }
        kept.extend(lines(&path).into_iter().map(|line| line.what));
        let expected: Vec<String> = (40 - kept.len()..40).map(|number| format!("echo {number}")).collect();
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_full_disk_is_told_and_the_next_line_is_tried_again() {
        let mut log = AuditLog::new("/dev/full".into());
        let told = log.append(&line("ls")).unwrap_err();
        assert_eq!(told.source.kind(), io::ErrorKind::StorageFull);
        assert!(told.to_string().starts_with("the audit log /dev/full cannot be written: No space left"), "{told}");

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("audit.jsonl");
        fs::write(&path, b"{\"time\":").unwrap();
        AuditLog::new(path.clone()).append(&line("ls")).unwrap();
        log.path = path.clone();
        log.append(&line("ls")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(serde_json::from_str::<AuditLine>(text.lines().nth(1).unwrap()).is_ok(), "after a torn line: {text}");
    }

    #[test]
    fn a_link_in_its_place_is_not_followed_and_a_file_that_went_away_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let (path, elsewhere) = (dir.path().join("audit.jsonl"), dir.path().join("elsewhere"));
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        let mut log = AuditLog::new(path.clone());
        assert!(log.append(&line("ls")).is_err());
        assert!(!elsewhere.exists());
        fs::remove_file(&path).unwrap();
        log.append(&line("one")).unwrap();
        fs::remove_file(&path).unwrap();
        log.append(&line("two")).unwrap();
        assert_eq!(lines(&path).len(), 1);
    }

    #[test]
    fn long_texts_are_cut_and_overlapping_secrets_masked_once() {
        assert_eq!(masked("abcdef", &[1..3, 2..4, 90..91]), "a***ef");
        let text = "é".repeat(MOST_TEXT);
        assert!(shortened(&text).len() < MOST_TEXT + 40);
    }
}
