//! All of it in one file, and back.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::json;
use store::{
    BlockKind, CredentialKind, DesktopState, Error, NewCredential, NewLogin, Purpose, Role, Room, SnapshotKind, Store,
    audit::{Event, Outcome, Verdict},
    settings::{self, Expect},
};

use crate::{HOUR, Place, at, hash, in_postgres, in_sqlite, new, on_both};

on_both!(an_archive_is_all_or_nothing, an_archive_is_of_one_moment, an_old_archive_is_read);

/// Something of everything.
async fn fill(store: &Store) {
    let ann = store.add_user(&new("ann", Role::Admin), at(0)).await.unwrap();
    let bob = store.add_user(&new("bob", Role::User), at(1)).await.unwrap();
    let credential = |kind, key: Option<&str>| NewCredential {
        kind,
        key: key.map(str::to_owned),
        label: "a 'label' \u{1f600}\n".to_owned(),
        data: json!({"a": [1, null, "\0"], "b": {"c": -5}}),
    };
    store.add_credential(ann.id, &credential(CredentialKind::Password, None), at(2)).await.unwrap();
    let passkey = store.add_credential(bob.id, &credential(CredentialKind::Passkey, Some("key")), at(2)).await.unwrap();
    store.use_credential(&passkey, &json!({"counter": 7}), at(3)).await.unwrap();
    let login = NewLogin {
        user: bob.id,
        expires: at(0) + HOUR,
        address: String::new(),
        agent: String::new(),
        means: String::new(),
        stepped_up: true,
    };
    store.add_login(&hash(1), &login, at(4)).await.unwrap();
    store.add_link(&hash(2), &Purpose::Reset { user: bob.id }, Some(ann.id), at(0) + HOUR, at(5)).await.unwrap();
    store.add_guest(&hash(3), bob.id, "guest", true, at(0) + HOUR, at(6)).await.unwrap();
    store.claim(ann.id, "small", at(7)).await.unwrap();
    let mut desktop = store.claim(bob.id, "small", at(7)).await.unwrap();
    desktop.state = DesktopState::Frozen;
    desktop.instance = Some("here".to_owned());
    desktop.container = Some("tos-bob".to_owned());
    store.change_desktop(&desktop, at(8)).await.unwrap();
    let room = Room { first: 50_000, end: 60_000, size: 4 };
    store.take_block("here", BlockKind::Ports, "tos-bob", room).await.unwrap();
    let body: Vec<u8> = (0..1_000_000u32).map(|n| n.to_le_bytes()[0]).collect();
    for when in 9..14 {
        let snapshot = store.add_snapshot(bob.id, SnapshotKind::Manual, &body, "note", at(when)).await.unwrap();
        store.fail_snapshot(snapshot.id, "why").await.unwrap();
    }
    let settings = settings::open("store", store).await.unwrap();
    settings.put("theme/bob", b"\0\xff", Expect::Any).await.unwrap();
    for number in 0..20 {
        store.audit(&event(), at(number)).await.unwrap();
    }
}

fn event() -> Event {
    Event {
        who: "ann".to_owned(),
        from: "local".to_owned(),
        what: "role".to_owned(),
        on: "bob".to_owned(),
        outcome: Outcome::Done,
        detail: "\"quoted\"\n".to_owned(),
    }
}

/// An archive's rows without when it was made: two of equal stores are equal.
fn rows(archive: &Path) -> Vec<String> {
    let text = fs::read_to_string(archive).unwrap();
    text.lines().skip(1).filter(|line| line.starts_with("{\"table\"")).map(str::to_owned).collect()
}

async fn goes_from_to(from: Place, to: Place) {
    let room = tempfile::tempdir().unwrap();
    let (one, two) = (room.path().join("one"), room.path().join("two"));
    fill(&from.store).await;
    let contents = from.store.backup(&one, at(99)).await.unwrap();
    let expected = [
        ("users", 2),
        ("credentials", 2),
        ("guests", 1),
        ("desktops", 2),
        ("blocks", 1),
        ("snapshots", 5),
        ("settings", 1),
        ("settings_clock", 1),
        ("audit", 20),
    ];
    let expected: BTreeMap<String, u64> = expected.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect();
    assert_eq!(contents.rows, expected);
    assert_eq!(to.store.restore(&one).await.unwrap(), contents);
    to.store.backup(&two, at(100)).await.unwrap();
    assert!(rows(&one) == rows(&two), "what came back is not what was there");
    assert_eq!(rows(&one).len(), 35);

    // It lives: the log goes on, what was signed in is signed out, revisions go on.
    let store = to.store;
    store.audit(&event(), at(101)).await.unwrap();
    assert!(
        matches!(store.verify_audit(None).await.unwrap(), Verdict::Whole { last: Some(last) } if last.number == 21)
    );
    assert_eq!(store.login(&hash(1), at(5)).await.unwrap(), None);
    assert_eq!(store.link(&hash(2), at(5)).await.unwrap(), None);
    assert!(store.guest(&hash(3), at(5)).await.unwrap().is_some());
    let bob = store.user_named("bob").await.unwrap().unwrap();
    assert_eq!(store.snapshots(bob.id).await.unwrap(), from.store.snapshots(bob.id).await.unwrap());
    let settings = settings::open("store", &store).await.unwrap();
    let setting = settings.get("theme/bob").await.unwrap().unwrap();
    assert!(settings.put("theme/ann", b"", Expect::Any).await.unwrap() > setting.revision);
    assert!(matches!(store.restore(&one).await, Err(Error::NotEmpty)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_file_to_a_server() {
    goes_from_to(in_sqlite().await, in_postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_a_server_to_a_file() {
    goes_from_to(in_postgres().await, in_sqlite().await).await;
}

async fn an_archive_is_all_or_nothing(place: Place) {
    use std::os::unix::fs::PermissionsExt as _;
    let room = tempfile::tempdir().unwrap();
    let (good, bad) = (room.path().join("good"), room.path().join("bad"));
    let full = in_sqlite().await;
    fill(&full.store).await;
    full.store.backup(&good, at(0)).await.unwrap();
    assert_eq!(fs::metadata(&good).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1, "nothing is left beside it");

    let text = fs::read_to_string(&good).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let without_last = lines[..lines.len() - 1].join("\n") + "\n";
    let bob_first = [&[lines[0]], &lines[3..4], &lines[1..3], &lines[4..]].concat().join("\n") + "\n";
    for (archive, says) in [
        (String::new(), "line 1: it is cut off"),
        ("{}\n".to_owned(), "line 1: it is no archive"),
        (text.replacen("\"tos_archive\":1", "\"tos_archive\":2", 1), "line 1: it has version 2"),
        (text[..text.len() / 2].to_owned(), "cut off"),
        (text[..text.len() - 1].to_owned(), "cut off"),
        (without_last, "cut off"),
        (text.replacen("bob!", "eve!", 1), "not what was written"),
        (bob_first, "not what was written"),
        (text.clone() + "{}\n", "after the end"),
        (text.replacen("\"table\":\"users\"", "\"table\":\"sqlite_master\"", 1), "line 2: it is of a table"),
        (text.replacen("\"display\"", "\"x) VALUES (1); DROP TABLE users; --\"", 1), "line 2: it has a column"),
        (text.replacen("\"ann!\"", "5", 1), "line 2: a text is none"),
        (text.replacen("\"ann!\"", "\"\\u0000\"", 1), "line 2: a text has the character 0"),
        ("[".repeat(100_000) + "\n", "line 1: it is no archive"),
        ("x".repeat(5_000_000), "line 1: it is too long"),
    ] {
        fs::write(&bad, archive).unwrap();
        let refusal = place.store.restore(&bad).await.unwrap_err();
        assert!(matches!(refusal, Error::Archive { .. }) && refusal.to_string().contains(says), "{says}: {refusal}");
        assert_eq!(place.store.users(None, 10).await.unwrap(), []);
    }
    // Well made by somebody, but what the database does not take: half of it was written by then.
    let (forged, _) = text.rsplit_once("{\"rows\"").unwrap();
    let forged = forged.replacen("\"number\":20,", "\"number\":22,", 1);
    let sum = sha256(forged.as_bytes());
    let tail = lines[lines.len() - 1];
    let (rows, _) = tail.rsplit_once(",\"sha256\"").unwrap();
    fs::write(&bad, format!("{forged}{rows},\"sha256\":\"{sum}\"}}\n")).unwrap();
    let refusal = place.store.restore(&bad).await.unwrap_err();
    assert!(refusal.to_string().contains("follows the last one"), "{refusal}");
    assert_eq!(place.store.users(None, 10).await.unwrap(), []);

    assert!(matches!(place.store.restore(&room.path().join("none")).await, Err(Error::File { .. })));
    assert!(matches!(place.store.backup(&room.path().join("no/where"), at(0)).await, Err(Error::File { .. })));
    place.store.restore(&good).await.unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// While it is read, others go on writing: neither waits for the other, and every archive is whole.
async fn an_archive_is_of_one_moment(place: Place) {
    fill(&place.store).await;
    let writer = place.store.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        let mut number = 0;
        while stopped.try_recv().is_err() {
            let user = writer.add_user(&new(&format!("u{number}"), Role::User), at(0)).await.unwrap();
            writer.claim(user.id, "small", at(0)).await.unwrap();
            writer.audit(&event(), at(0)).await.unwrap();
            number += 1;
        }
        number
    });
    let room = tempfile::tempdir().unwrap();
    for number in 0..3 {
        let archive = room.path().join(number.to_string());
        place.store.backup(&archive, at(number)).await.unwrap();
        let other = in_sqlite().await;
        other.store.restore(&archive).await.unwrap();
        assert!(matches!(other.store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
    }
    stop.send(()).unwrap();
    assert!(writing.await.unwrap() > 0);
}

/// One that the first version made. It stays as it is here, whatever later versions make.
async fn an_old_archive_is_read(place: Place) {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/archive-1.jsonl");
    let contents = place.store.restore(&archive).await.unwrap();
    assert_eq!(contents.rows.values().sum::<u64>(), 15);
    let bob = place.store.user_named("bob").await.unwrap().unwrap();
    let desktop = place.store.desktop(bob.id).await.unwrap().unwrap();
    assert_eq!((desktop.state, desktop.container.as_deref()), (DesktopState::Frozen, Some("tos-bob")));
    let newest = place.store.newest_snapshot(bob.id).await.unwrap().unwrap();
    assert_eq!(place.store.snapshot_body(bob.id, newest.id).await.unwrap(), b"{\"sectors\":[]}");
    let found = place.store.credential_by_key(CredentialKind::Passkey, "key").await.unwrap().unwrap();
    assert_eq!((found.user, found.data), (bob.id, json!({"counter": 7})));
    assert!(matches!(place.store.verify_audit(None).await.unwrap(), Verdict::Whole { last: Some(_) }));
}
