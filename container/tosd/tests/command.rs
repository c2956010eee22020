//! The program itself, from outside.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    path::Path,
    process::{Command, Output},
};

use store::audit::Anchor;

fn configured(place: &Path, more: &str) -> std::path::PathBuf {
    let file = place.join("tosd.toml");
    let text = format!("data = \"{0}/data\"\nrun = \"{0}/run\"\nplans = \"{0}/plans.yaml\"\n{more}", place.display());
    std::fs::write(&file, text).unwrap();
    file
}

fn tosd(config: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tosd")).arg("--config").arg(config).args(words).output().unwrap()
}

#[track_caller]
fn said(config: &Path, words: &[&str]) -> String {
    let output = tosd(config, words);
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn refused(config: &Path, words: &[&str]) -> String {
    let output = tosd(config, words);
    assert!(!output.status.success(), "{words:?} was done");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_printed_configuration_means_the_same() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "[lifecycle]\ngive_up = 7\n");
    let printed = said(&config, &["config"]);
    assert!(printed.contains("give_up = 7  # default: 5"), "{printed}");
    let again = place.path().join("again.toml");
    std::fs::write(&again, &printed).unwrap();
    assert_eq!(said(&again, &["config"]), printed);
}

#[test]
fn a_mistake_is_told_with_file_and_line() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "[lifecycle]\nfreeze_after = \"soon\"\n");
    let why = refused(&config, &["user", "list"]);
    assert!(why.contains("tosd.toml, line 5"), "{why}");
    assert!(refused(&place.path().join("none.toml"), &["config"]).contains("none.toml"));
}

#[test]
fn people_come_change_and_are_written_down() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "");
    let link =
        said(&config, &["user", "add", "alice", "--display", "Alice \"<b>\"; drop table users", "--role", "admin"]);
    assert!(link.starts_with("https://localhost:8443/join#"), "{link}");
    said(&config, &["user", "add", "bob"]);
    assert!(refused(&config, &["user", "add", "bob"]).contains("taken"));
    assert!(refused(&config, &["user", "add", "../bob"]).contains("a-z"));
    assert!(refused(&config, &["user", "role", "alice", "user"]).contains("last administrator"));
    said(&config, &["user", "role", "bob", "operator"]);
    said(&config, &["user", "disable", "bob"]);
    assert_ne!(said(&config, &["user", "link", "bob"]), link);
    let list: serde_json::Value = serde_json::from_str(&said(&config, &["user", "list", "--json"])).unwrap();
    assert_eq!(list[0]["display"], "Alice \"<b>\"; drop table users");
    assert_eq!((list[1]["name"].as_str(), list[1]["disabled"].as_bool()), (Some("bob"), Some(true)));
    assert!(refused(&config, &["user", "link", "mallory"]).contains("nobody is called mallory"));
    assert!(said(&config, &["audit", "verify"]).starts_with("whole: 7 lines"));
    let lines = said(&config, &["audit", "export"]);
    let what: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(what, ["user-add", "link", "user-add", "link", "role", "disable", "link"]);
}

#[test]
fn without_a_tosd_there_is_nobody_to_ask() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "");
    assert!(refused(&config, &["desktop", "list"]).contains("no tosd runs here"));
}

#[test]
fn what_is_backed_up_is_restored_elsewhere_and_over_nothing() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "");
    said(&config, &["user", "add", "alice", "--role", "admin"]);
    let archive = place.path().join("all.backup");
    said(&config, &["backup", archive.to_str().unwrap()]);
    let elsewhere = tempfile::tempdir().unwrap();
    let other = configured(elsewhere.path(), "");
    // Of the database that was lost: it knew of more lines than were backed up.
    let known = Anchor { number: 99, hash: "ab".repeat(32) };
    std::fs::create_dir_all(elsewhere.path().join("data")).unwrap();
    known.write(&elsewhere.path().join("data/audit.anchor")).unwrap();
    let restored = said(&other, &["restore", archive.to_str().unwrap()]);
    assert!(restored.contains("the audit log had 99 lines and has 2 now"), "{restored}");
    assert!(elsewhere.path().join("data/audit.anchor.before-restore").exists(), "what was known is kept");
    assert_eq!(said(&other, &["user", "list", "--json"]), said(&config, &["user", "list", "--json"]));
    assert!(said(&other, &["audit", "verify"]).starts_with("whole"));
    assert!(refused(&other, &["restore", archive.to_str().unwrap()]).contains("not empty"));
}

#[test]
fn the_doctor_says_what_is_missing() {
    let place = tempfile::tempdir().unwrap();
    let config = configured(place.path(), "[gateway]\ncertificate = \"/nowhere.pem\"\nkey = \"/nowhere.key\"\n");
    let output = tosd(&config, &["doctor", "--json"]);
    assert!(!output.status.success());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = |what: &str| {
        let all = report["findings"].as_array().unwrap();
        all.iter().find(|finding| finding["what"] == what).unwrap_or_else(|| panic!("{what}: {report}")).clone()
    };
    assert_eq!(finding("certificate")["there"], false);
    assert_eq!(finding("database")["there"], true);
    assert_eq!(finding("plans")["why"], "standard");
}

/// By what the machine says of itself: where processes can be written to files, tosd starts; elsewhere it says why not.
#[test]
fn checkpoints_that_the_machine_cannot_make_are_refused_at_the_start() {
    let place = tempfile::tempdir().unwrap();
    // The next to nothing that it takes: without an engine there are none anywhere.
    let more = "[runtime]\nkind = \"local\"\n[lifecycle]\ncheckpoint = true\n[volumes]\nbind = \"direct\"\n";
    let config = configured(place.path(), more);
    let why = refused(&config, &["run"]);
    assert!(why.contains("lifecycle.checkpoint is on, and this machine cannot: it takes a container engine"), "{why}");
    let output = tosd(&config, &["doctor"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("MISSING  processes through hibernation"), "{said}");
    let late = configured(place.path(), "[lifecycle]\ncheckpoint = true\n");
    assert!(refused(&late, &["run"]).contains("volumes.bind"));
}
