//! Which program opens what, after the specification of associations between MIME types and applications: the user's own
//! `mimeapps.list`, then those of the machine, then any program that says it can.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{DESKTOP, Entries, Entry};
use crate::services::dirs::Dirs;
use crate::services::files::read_bounded;

/// Bytes of a list.
const MOST_BYTES: u64 = 1 << 20;

/// What one list says of one type.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    default: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
}

/// The lists there are, the most important first. Touches the disk.
fn lists(dirs: &Dirs) -> Vec<String> {
    let named = |dir: &PathBuf| {
        let own = format!("{}-mimeapps.list", DESKTOP.to_lowercase());
        [dir.join(own), dir.join("mimeapps.list")]
    };
    let config = std::iter::once(&dirs.config_home).chain(&dirs.config).flat_map(named);
    let data = dirs.data.iter().map(|dir| dir.join("applications"));
    let all = config.chain(data.flat_map(|dir| named(&dir)));
    let texts = all.filter_map(|path| read_bounded(&path, MOST_BYTES).ok());
    texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// What a list says of a type.
fn said(list: &str, media: &str) -> Said {
    let mut said = Said::default();
    let mut group = "";
    for line in list.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.starts_with('[') {
            group = line;
            continue;
        }
        let Some((_, programs)) = line.split_once('=').filter(|(key, _)| key.trim() == media) else { continue };
        let programs = programs.split(';').map(str::trim).filter_map(|program| program.strip_suffix(".desktop"));
        let programs = programs.map(str::to_owned);
        match group {
            "[Default Applications]" => said.default.extend(programs),
            "[Added Associations]" => said.added.extend(programs),
            "[Removed Associations]" => said.removed.extend(programs),
            _ => {}
        }
    }
    said
}

/// The program that opens what is of one of these types, the first type being what it is and the others what that is a
/// kind of. Touches the disk.
pub fn opener<'a>(entries: &'a Entries, dirs: &Dirs, types: &[String]) -> Option<&'a Entry> {
    let lists = lists(dirs);
    types.iter().find_map(|media| opener_of(entries, &lists, media))
}

fn opener_of<'a>(entries: &'a Entries, lists: &[String], media: &str) -> Option<&'a Entry> {
    let all: Vec<Said> = lists.iter().map(|list| said(list, media)).collect();
    let known = |id: &String| entries.get(id);
    if let Some(chosen) = all.iter().flat_map(|said| &said.default).find_map(known) {
        return Some(chosen);
    }
    // What was taken away by one list is no longer added by those that count for less.
    let mut removed = HashSet::new();
    for said in &all {
        let added = said.added.iter().filter(|id| !removed.contains(*id)).find_map(known);
        if added.is_some() {
            return added;
        }
        removed.extend(&said.removed);
    }
    let says_so = |entry: &&Entry| entry.media_types.iter().any(|own| own == media) && !removed.contains(&entry.id);
    // One that is offered to the user goes before one that is not.
    entries.all().find(says_so).or_else(|| entries.entries.iter().find(says_so))
}

#[cfg(test)]
mod tests {
    use super::super::super::files::tests::Scratch;
    use super::super::Locale;
    use super::*;

    struct World {
        scratch: Scratch,
        dirs: Dirs,
    }

    impl World {
        fn new() -> Self {
            let scratch = Scratch::new();
            let at = |name| scratch.0.join(name).into_os_string();
            let dirs = Dirs::new(|name| match name {
                "HOME" => Some(at("home")),
                "XDG_DATA_DIRS" => Some(at("data")),
                "XDG_CONFIG_DIRS" => Some(at("etc")),
                _ => None,
            });
            let world = Self { scratch, dirs };
            for (id, types) in
                [("viewer", "image/png;image/jpeg;"), ("painter", "image/png;"), ("editor", "text/plain;")]
            {
                world.write(
                    &format!("data/applications/{id}.desktop"),
                    &format!("[Desktop Entry]\nType=Application\nName={id}\nExec={id} %U\nMimeType={types}\n"),
                );
            }
            world
        }

        fn write(&self, name: &str, text: &str) {
            self.scratch.write(name, text);
        }

        fn opens(&self, types: &[&str]) -> Option<String> {
            let entries = Entries::scan(&self.dirs, &Locale::parse("C"));
            let types: Vec<String> = types.iter().map(|media| String::from(*media)).collect();
            opener(&entries, &self.dirs, &types).map(|entry| entry.id.clone())
        }
    }

    #[test]
    fn the_user_chooses_then_the_machine_then_any_program_that_can() {
        let world = World::new();
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("painter"), "by name where nobody chose");
        assert_eq!(world.opens(&["text/x-csrc", "text/plain"]).as_deref(), Some("editor"), "by what it is a kind of");
        assert_eq!(world.opens(&["video/mp4"]), None);
        world.write(
            "data/applications/mimeapps.list",
            "[Default Applications]\nimage/png=gone.desktop;viewer.desktop;\n",
        );
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("viewer"), "the first that is there");
        world.write("etc/mimeapps.list", "[Default Applications]\nimage/png=editor.desktop\n");
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("editor"));
        world.write("home/.config/mimeapps.list", "[Default Applications]\nimage/png = painter.desktop\n");
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("painter"));
        world.write("home/.config/tos-mimeapps.list", "[Default Applications]\nimage/png=viewer.desktop\n");
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("viewer"), "the list of this desktop goes first");
    }

    #[test]
    fn programs_are_added_to_types_and_taken_from_them() {
        let world = World::new();
        world.write(
            "home/.config/mimeapps.list",
            "[Added Associations]\nimage/jpeg=painter.desktop;\n[Removed Associations]\nimage/png=painter.desktop;\n",
        );
        assert_eq!(world.opens(&["image/jpeg"]).as_deref(), Some("painter"));
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("viewer"));
        world.write("etc/mimeapps.list", "[Added Associations]\nimage/png=painter.desktop;\n");
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("viewer"), "what was taken away stays so");
    }

    #[test]
    fn a_list_of_nonsense_says_nothing() {
        let world = World::new();
        world.write(
            "home/.config/mimeapps.list",
            "image/png=editor.desktop\n[Default Applications\nimage/png\n=;;;\n[x]\nimage/png=editor.desktop\n\u{0}",
        );
        assert_eq!(world.opens(&["image/png"]).as_deref(), Some("painter"));
    }
}
