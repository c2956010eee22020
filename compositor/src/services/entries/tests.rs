use std::os::unix::fs::PermissionsExt;

use super::super::files::tests::Scratch;
use super::*;

/// A user's and a machine's data directory, and one for programs.
struct Machine {
    scratch: Scratch,
    dirs: Dirs,
}

impl Machine {
    fn new() -> Self {
        let scratch = Scratch::new();
        let at = |name| scratch.0.join(name).into_os_string();
        let dirs = Dirs::new(|name| match name {
            "XDG_DATA_HOME" => Some(at("user")),
            "XDG_DATA_DIRS" => Some(at("machine")),
            "PATH" => Some(at("bin")),
            _ => None,
        });
        Self { scratch, dirs }
    }

    fn entry(&self, file: &str, keys: &str) -> &Self {
        self.scratch.write(file, format!("[Desktop Entry]\nType=Application\n{keys}"));
        self
    }

    fn program(&self, name: &str) -> &Self {
        let path = self.scratch.write(&format!("bin/{name}"), "");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn scan(&self) -> Entries {
        Entries::scan(&self.dirs, &Locale::parse("de_DE.UTF-8"))
    }
}

fn ids<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a str> {
    entries.into_iter().map(|entry| entry.id.as_str()).collect()
}

#[test]
fn entries_come_by_name_with_their_subdirectories_in_their_id() {
    let machine = Machine::new();
    machine.entry("machine/applications/kde/paint.desktop", "Name=zeichnen\nExec=paint %U\n");
    machine.entry("machine/applications/b.desktop", "Name=Files\nName[de]=Dateien\nExec=files\nComment=Keeps them\n");
    machine.entry("machine/applications/readme.txt", "Name=No\nExec=no\n");
    let entries = machine.scan();
    assert_eq!(ids(entries.all()), ["b", "kde-paint"]);
    let files = entries.get("b").unwrap();
    assert_eq!((files.name.as_str(), files.comment.as_deref()), ("Dateien", Some("Keeps them")));
}

#[test]
fn an_entry_of_the_users_counts_for_more_even_if_it_only_hides() {
    let machine = Machine::new();
    for id in ["a", "b", "c"] {
        machine.entry(&format!("machine/applications/{id}.desktop"), "Name=Machine\nExec=x\n");
    }
    machine.entry("user/applications/a.desktop", "Name=User\nExec=y\n");
    machine.entry("user/applications/b.desktop", "Name=User\nExec=y\nHidden=true\n");
    let entries = machine.scan();
    assert_eq!(ids(entries.all()), ["c", "a"]);
    assert_eq!(entries.get("a").unwrap().name, "User");
}

#[test]
fn what_is_not_for_this_desktop_is_not_offered_but_still_knows_its_windows() {
    let machine = Machine::new();
    machine.entry("user/applications/plain.desktop", "Name=1\nExec=x\n");
    machine.entry("user/applications/ours.desktop", "Name=2\nExec=x\nOnlyShowIn=GNOME;TOS;\n");
    machine.entry("user/applications/theirs.desktop", "Name=3\nExec=x\nOnlyShowIn=GNOME;\n");
    machine.entry("user/applications/not.desktop", "Name=4\nExec=x\nNotShowIn=TOS;\n");
    machine.entry("user/applications/silent.desktop", "Name=5\nExec=x\nNoDisplay=true\n");
    machine.scratch.write("user/applications/link.desktop", "[Desktop Entry]\nType=Link\nName=6\nExec=x\n");
    machine.entry("user/applications/empty.desktop", "Name=7\n");
    machine.entry("user/applications/nameless.desktop", "Exec=x\n");
    let entries = machine.scan();
    assert_eq!(ids(entries.all()), ["plain", "ours"]);
    assert_eq!(entries.find("silent").unwrap().name, "5");
    assert_eq!(entries.find("link"), None);
}

#[test]
fn a_program_that_is_not_installed_is_not_offered() {
    let machine = Machine::new();
    machine.program("here");
    machine.entry("user/applications/a.desktop", "Name=A\nExec=here\nTryExec=here\n");
    machine.entry("user/applications/b.desktop", "Name=B\nExec=gone\nTryExec=gone\n");
    assert_eq!(ids(machine.scan().all()), ["a"]);
}

#[test]
fn a_program_for_the_terminal_gets_one_with_its_own_name() {
    let machine = Machine::new();
    machine.entry("user/applications/org.x.top.desktop", "Name=Top\nExec=top -d %c\nTerminal=true\nPath=/tmp\n");
    let entries = machine.scan();
    let top = entries.get("org.x.top").unwrap();
    assert_eq!(entries.command(top), Err(ExecError::NoTerminal));
    assert_eq!(entries.terminal(), None);
    let entries = machine.program("foot").scan();
    assert_eq!(entries.command(top).unwrap(), ["foot", "--app-id=org.x.top", "-e", "top", "-d", "Top"]);
    assert_eq!(entries.terminal().unwrap(), ["foot"]);
    assert_eq!(top.directory.as_deref(), Some(Path::new("/tmp")));
}

#[test]
fn a_window_finds_its_entry_by_whatever_name_it_goes() {
    let machine = Machine::new();
    machine.entry("machine/applications/org.mozilla.firefox.desktop", "Name=Firefox\nExec=firefox %u\n");
    machine.entry("machine/applications/org.gnome.Nautilus.desktop", "Name=Files\nExec=nautilus\n");
    machine.entry(
        "machine/applications/code.desktop",
        "Name=Code\nExec=/opt/code/bin/code-oss\nStartupWMClass=Code-OSS\n",
    );
    machine.entry("machine/applications/aa-open.desktop", "Name=AA\nExec=gimp-2.10 %f\nNoDisplay=true\n");
    machine.entry("machine/applications/gimp.desktop", "Name=GIMP\nExec=gimp-2.10 %f\n");
    let entries = machine.scan();
    let find = |app_id| entries.find(app_id).map(|entry| entry.id.as_str());
    assert_eq!(find("org.mozilla.firefox"), Some("org.mozilla.firefox"));
    assert_eq!(find("firefox"), Some("org.mozilla.firefox"));
    assert_eq!(find("org.gnome.nautilus"), Some("org.gnome.Nautilus"));
    assert_eq!(find("code-oss"), Some("code"));
    assert_eq!(find("gimp-2.10"), Some("gimp"), "rather one that is offered");
    assert_eq!(find("unknown"), None);
    assert_eq!(find(""), None);
}

#[test]
fn the_best_fit_comes_first_then_what_was_started_last_then_the_name() {
    let machine = Machine::new();
    let add = |id: &str, keys: &str| {
        machine.entry(&format!("user/applications/{id}.desktop"), &format!("Exec=x\n{keys}"));
    };
    add("1", "Name=Terminal");
    add("2", "Name=Fish Terminal");
    add("3", "Name=Foot\nGenericName=Terminal");
    add("4", "Name=Kitty\nKeywords=shell;terminal;");
    add("5", "Name=Xterminator");
    add("6", "Name=Zoom\nComment=no terminal");
    add("7", "Name=Other");
    let entries = machine.scan();
    let search = |query, late: &str| ids(entries.search(query, |id| u64::from(id == late))).join(" ");
    assert_eq!(search("term", ""), "1 2 3 4 5 6");
    assert_eq!(search(" TERMINAL ", "4"), "1 2 4 3 6");
    assert_eq!(search("terminal fish", ""), "2", "every word has to fit");
    assert_eq!(search("", "6"), "6 2 3 4 7 1 5", "nothing typed: what was started last, then by name");
    assert_eq!(search("nothing of the kind", ""), "");
    assert!(entries.search(&"ä".repeat(100_000), |_| 0).is_empty());
}

#[test]
fn files_that_are_no_entries_harm_nobody() {
    let machine = Machine::new();
    machine.entry("user/applications/good.desktop", "Name=\u{202e}Good\u{7}\nExec=x\n");
    machine.scratch.write("user/applications/huge.desktop", vec![b'x'; 2 << 20]);
    machine
        .scratch
        .write("user/applications/bytes.desktop", b"[Desktop Entry]\nType=Application\nName=\xff\xfe\nExec=\xff\n");
    machine.scratch.write("user/applications/empty.desktop", "");
    let entries = machine.scan();
    assert_eq!(ids(entries.all())[0], "good");
    assert_eq!(entries.get("good").unwrap().name, "Good", "no control or bidirectional characters in a label");
    assert!(entries.get("huge").is_none() && entries.get("empty").is_none());
}

#[test]
fn the_entries_of_this_machine_can_be_read() {
    // Whatever is installed here: nothing of it may stop the desktop.
    let entries = Entries::scan(&Dirs::from_env(), &Locale::from_env());
    for entry in entries.all() {
        assert!(!entry.name.is_empty());
        let _ = entries.command(entry);
    }
}
