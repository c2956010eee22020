//! The names of users inside. The image's `/etc` is read-only and the same for everybody; `/etc/passwd` and `/etc/group` of it
//! are links into `/run/etc`, where what is written here lies.

use std::{
    collections::BTreeMap,
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use nix::unistd::{Gid, Uid};

/// What the files begin with where the image has nothing of its own.
const PASSWD: &str =
    "root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
const GROUP: &str = "root:x:0:\nnogroup:x:65534:\n";

/// Characters of a name at most, as `useradd` has it.
const NAME: usize = 32;

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    name: String,
    home: String,
    shell: Option<String>,
}

impl Default for Person {
    /// Nobody in particular, for as long as it is nobody's.
    fn default() -> Self {
        Self { name: "tos".to_owned(), home: "/home".to_owned(), shell: None }
    }
}

impl Person {
    /// The one whom an environment tells of; `None` where its `USER` cannot be a name.
    pub fn of(environment: &BTreeMap<String, String>) -> Option<Self> {
        let name = environment.get("USER").filter(|name| is_name(name))?.clone();
        let path = |key| environment.get(key).filter(|path| is_path(path)).cloned();
        Some(Self { home: path("HOME").unwrap_or_else(|| format!("/home/{name}")), shell: path("SHELL"), name })
    }
}

fn is_name(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
    text.len() <= NAME
        && text.bytes().all(known)
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
}

/// A path that does not break its line.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.contains(|c: char| c == ':' || c.is_control())
}

/// Where the files are.
pub struct Accounts {
    etc: PathBuf,
    run: PathBuf,
    /// What the image has, before anybody is added.
    base: PathBuf,
}

impl Accounts {
    /// Those of this system.
    pub fn of_system() -> Self {
        Self { etc: "/etc".into(), run: "/run/etc".into(), base: "/usr/lib/tos".into() }
    }

    /// Gives these ids to this person, in those of the files that are ours to write.
    pub fn write(&self, uid: Uid, gid: Gid, person: &Person) -> io::Result<()> {
        for (file, usual) in [("passwd", PASSWD), ("group", GROUP)] {
            let (seen, ours) = (self.etc.join(file), self.run.join(file));
            let Some(place) = place(&seen, &ours) else { continue };
            let base = fs::read_to_string(self.base.join(file)).unwrap_or_else(|_| usual.to_owned());
            let text = match file {
                "passwd" => passwd(&base, uid.as_raw(), gid.as_raw(), person),
                _ => group(&base, gid.as_raw(), person),
            };
            self.put(&place, file, &text)?;
        }
        Ok(())
    }

    /// Gives this machine an id, where the image leaves that to us: programs ask the bus for it.
    pub fn machine(&self) -> io::Result<()> {
        let file = "machine-id";
        let Some(place) = place(&self.etc.join(file), &self.run.join(file)) else { return Ok(()) };
        let id = fs::read_to_string("/proc/sys/kernel/random/uuid")?.replace('-', "");
        self.put(&place, file, &id)
    }

    fn put(&self, place: &Place, file: &str, text: &str) -> io::Result<()> {
        let ours = self.run.join(file);
        match place {
            Place::Behind => {
                fs::create_dir_all(&self.run)?;
                let new = self.run.join(format!(".{file}.new"));
                fs::write(&new, text)?;
                fs::rename(new, ours)
            }
            Place::Same => fs::write(ours, text),
        }
    }
}

/// How a file is ours.
enum Place {
    /// `/etc` has a link to it.
    Behind,
    /// It is mounted on the one in `/etc`: another one under its name would not be.
    Same,
}

fn place(seen: &Path, ours: &Path) -> Option<Place> {
    if fs::read_link(seen).is_ok_and(|link| seen.parent().is_some_and(|etc| etc.join(link) == ours)) {
        return Some(Place::Behind);
    }
    let (seen, ours) = (fs::metadata(seen).ok()?, fs::metadata(ours).ok()?);
    ((seen.dev(), seen.ino()) == (ours.dev(), ours.ino())).then_some(Place::Same)
}

/// A `passwd` in which these ids are this person's, and nobody else's.
fn passwd(base: &str, uid: u32, gid: u32, person: &Person) -> String {
    let mut shell = None;
    let mut text = String::new();
    for line in base.lines() {
        let mut fields = line.split(':');
        let (name, id) = (fields.next(), fields.nth(1));
        if id == Some(uid.to_string().as_str()) {
            shell = fields.nth(3).map(str::to_owned);
        } else if name != Some(person.name.as_str()) {
            text.push_str(line);
            text.push('\n');
        }
    }
    let shell = person.shell.clone().or(shell).unwrap_or_else(|| "/bin/sh".to_owned());
    let Person { name, home, .. } = person;
    text + &format!("{name}:x:{uid}:{gid}::{home}:{shell}\n")
}

/// A `group` in which this id is this person's.
fn group(base: &str, gid: u32, person: &Person) -> String {
    let mut text = String::new();
    for line in base.lines() {
        let mut fields = line.split(':');
        let (name, id) = (fields.next(), fields.nth(1));
        if id != Some(gid.to_string().as_str()) && name != Some(person.name.as_str()) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text + &format!("{}:x:{gid}:\n", person.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alice() -> Person {
        let environment = [("USER", "alice"), ("HOME", "/home/alice")];
        Person::of(&environment.map(|(key, value)| (key.to_owned(), value.to_owned())).into()).unwrap()
    }

    #[test]
    fn the_id_has_one_name_and_keeps_its_shell() {
        let base = format!("{PASSWD}tos:x:1000:1000::/home:/usr/bin/fish\n");
        let text = passwd(&base, 1000, 1000, &alice());
        assert_eq!(text, format!("{PASSWD}alice:x:1000:1000::/home/alice:/usr/bin/fish\n"));
        assert_eq!(passwd(&text, 1000, 1000, &alice()), text, "twice is once");
        assert_eq!(group(&format!("{GROUP}tos:x:1000:\n"), 1000, &alice()), format!("{GROUP}alice:x:1000:\n"));
    }

    #[test]
    fn nobody_takes_the_name_of_somebody_or_writes_a_line_of_their_own() {
        let person = |user: &str, home: &str| {
            Person::of(&[("USER", user), ("HOME", home)].map(|(k, v)| (k.to_owned(), v.to_owned())).into())
        };
        for user in ["", "a:b", "a\nroot:x:0:0::/:/bin/sh", "Alice", "0", "../x", "-x", &"a".repeat(33)] {
            assert_eq!(person(user, "/home"), None, "{user:?}");
        }
        assert_eq!(person("bob", "/x\nroot::0:0:").unwrap().home, "/home/bob");
        let root = passwd(PASSWD, 1000, 1000, &person("root", "/root").unwrap());
        assert!(!root.contains(":0:0:"), "two of a name would be one too many");
    }

    #[test]
    fn a_machine_has_an_id_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let (etc, run) = (directory.path().join("etc"), directory.path().join("run"));
        fs::create_dir(&etc).unwrap();
        let accounts = Accounts { etc: etc.clone(), run: run.clone(), base: directory.path().join("none") };
        accounts.machine().unwrap();
        assert!(!run.exists(), "it is not ours to give");
        std::os::unix::fs::symlink(run.join("machine-id"), etc.join("machine-id")).unwrap();
        accounts.machine().unwrap();
        let id = fs::read_to_string(etc.join("machine-id")).unwrap();
        let id = id.strip_suffix('\n').unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }

    #[test]
    fn only_files_that_are_ours_are_written() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir_all(at("etc")).unwrap();
        let accounts = Accounts { etc: at("etc"), run: at("run"), base: at("base") };
        fs::write(at("etc/passwd"), "theirs").unwrap();
        std::os::unix::fs::symlink(at("run/group"), at("etc/group")).unwrap();
        accounts.write(Uid::from_raw(1000), Gid::from_raw(1000), &alice()).unwrap();
        assert_eq!(fs::read_to_string(at("etc/passwd")).unwrap(), "theirs");
        assert!(!at("run/passwd").exists());
        assert!(fs::read_to_string(at("etc/group")).unwrap().ends_with("alice:x:1000:\n"));
        // A file that is mounted there is the same file.
        fs::write(at("run/passwd"), "").unwrap();
        fs::remove_file(at("etc/passwd")).unwrap();
        fs::hard_link(at("run/passwd"), at("etc/passwd")).unwrap();
        accounts.write(Uid::from_raw(1000), Gid::from_raw(1000), &alice()).unwrap();
        assert!(fs::read_to_string(at("etc/passwd")).unwrap().contains("alice:x:1000:1000::/home/alice:/bin/sh"));
    }
}
