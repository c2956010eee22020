use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::*;
use crate::api::Nonce;

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_are_the_users_alone_and_are_written_once() {
    let runtime = tempfile::tempdir().unwrap();
    let files = ModuleFiles::install(runtime.path()).unwrap();
    let directory = files.fish().parent().unwrap().parent().unwrap().to_owned();
    for path in [&directory, &files.zsh(), &directory.join("fish"), &directory.join("bash")] {
        assert_eq!(mode(path), 0o700, "{}", path.display());
    }
    for path in [files.fish(), files.zsh().join(".zshenv"), files.bash()] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    let written = std::fs::metadata(files.bash()).unwrap().modified().unwrap();
    // A file that is as it should be is left alone, one that is not is written again.
    std::fs::write(files.fish(), "broken").unwrap();
    ModuleFiles::install(runtime.path()).unwrap();
    assert_eq!(std::fs::metadata(files.bash()).unwrap().modified().unwrap(), written);
    assert!(std::fs::read_to_string(files.fish()).unwrap().contains("__tos_say"));
    assert_eq!(std::fs::read_dir(files.bash().parent().unwrap()).unwrap().count(), 1, "nothing is left over");
}

#[test]
fn a_place_that_is_not_private_is_refused() {
    let runtime = tempfile::tempdir().unwrap();
    let files = ModuleFiles::install(runtime.path()).unwrap();
    let directory = files.fish().parent().unwrap().parent().unwrap().to_owned();
    std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(ModuleFiles::install(runtime.path()), Err(InstallError::NotPrivate(path)) if path == directory));
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
    symlink(elsewhere.path(), &directory).unwrap();
    assert!(matches!(ModuleFiles::install(runtime.path()), Err(InstallError::NotPrivate(_))));
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    assert!(matches!(ModuleFiles::install(Path::new("/nonexistent")), Err(InstallError::Io { .. })));
}

#[test]
fn kinds_go_by_the_name() {
    for (shell, kind) in [
        ("/usr/bin/fish", Kind::Fish),
        ("zsh", Kind::Zsh),
        ("/bin/bash", Kind::Bash),
        ("/bin/sh", Kind::Other),
        ("/bin/rbash", Kind::Other),
        ("", Kind::Other),
        ("/", Kind::Other),
    ] {
        assert_eq!(Kind::of(Path::new(shell)), kind, "{shell}");
    }
}

#[test]
fn a_nonce_goes_to_shells_that_have_a_module_and_is_not_printed() {
    let runtime = tempfile::tempdir().unwrap();
    let files = ModuleFiles::install(runtime.path()).unwrap();
    let nonce = Nonce::random().unwrap();
    for (shell, told) in [("fish", true), ("zsh", true), ("bash", true), ("dash", false)] {
        let command = prepare(Path::new(shell), &nonce, &files, PathBuf::from("/tmp"));
        let env = command.env.iter().any(|(name, value)| name == "TOS_NONCE" && value == nonce.as_str());
        assert_eq!(env, told, "{shell}");
        // Arguments can be read by everybody.
        assert!(!command.argv.iter().any(|argument| argument.to_string_lossy().contains(nonce.as_str())));
        assert!(!format!("{command:?}").contains(nonce.as_str()));
    }
}

#[test]
fn texts_that_would_press_keys_are_not_submitted() {
    for kind in [Kind::Fish, Kind::Zsh, Kind::Bash, Kind::Other] {
        for (text, refused) in [
            ("a\x1b[201~rm\r", NotSubmitted::Control(0x1b)),
            ("a\rb", NotSubmitted::Control(0x0d)),
            ("a\x03", NotSubmitted::Control(3)),
            ("a\u{9b}201~", NotSubmitted::Control(0x9b)),
            ("a\0", NotSubmitted::Control(0)),
            ("a\x7f", NotSubmitted::Control(0x7f)),
            ("", NotSubmitted::Empty),
            (" \n", NotSubmitted::Empty),
        ] {
            assert_eq!(submit(kind, text), Err(refused), "{text:?}");
        }
        assert!(submit(kind, "a\tb c é\n").is_ok());
    }
}

#[test]
fn several_lines_are_one_paste_and_a_shell_that_knows_none_gets_one_line() {
    let typed = String::from_utf8(submit(Kind::Fish, "if true\n  ls\nend").unwrap()).unwrap();
    assert_eq!(typed, "\x1b[983041u\x1b[983042uif true\n  ls\nend\x1b[983047u\x1b[983043u");
    assert!(!typed.contains('\r'));
    assert_eq!(submit(Kind::Other, "ls\npwd"), Err(NotSubmitted::Lines));
    assert_eq!(submit(Kind::Other, "ls\n").unwrap(), b"\x15ls\r");
}

#[test]
fn only_modules_are_asked() {
    for asked in [Request::Suggest, Request::Directory, Request::Complete] {
        assert!(request(Kind::Fish, asked).is_some());
        assert_eq!(request(Kind::Other, asked), None);
    }
}
