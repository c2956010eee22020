//! Whatever somebody writes into any field comes back as it was, or is refused in words; and changes nothing else.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};
use store::{
    CredentialKind, Error, NewCredential, NewLogin, NewUser, Purpose, Role, SnapshotKind, Store, UserChange, UserId,
    settings,
};

use crate::{HOUR, Place, at, in_postgres, in_sqlite, new, user};

/// Texts that have broken programs before, and any others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "'; DROP TABLE users; --",
            "\" OR 1=1 --",
            "$1",
            "?1",
            ":name",
            "%_\\",
            "\\x00",
            "{{7*7}}${7*7}<script>alert(1)</script>",
            "\u{202e}\u{200b}\u{feff}",
            "a\0b",
            "\r\n\t\u{b}\u{1b}[31m",
            "NULL",
            "\u{10ffff}\u{e000}\u{1f468}\u{200d}\u{1f469}",
            "",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[\\x00-\\x7f]{0,40}",
    ]
}

/// What a field may have: it is taken exactly if it has no character 0 and is not too long.
fn fits(text: &str, most: usize) -> bool {
    !text.contains('\0') && text.chars().count() <= most
}

fn told<T: std::fmt::Debug>(result: &Result<T, Error>, fits: bool) {
    match result {
        Ok(_) => assert!(fits, "it was taken"),
        Err(Error::Invalid { .. }) => assert!(!fits, "it was refused"),
        Err(other) => panic!("{other:?}"),
    }
}

async fn every_field(store: &Store, alice: UserId, text: &str, number: u64) {
    let secret = |kind: u8| -> store::Hash {
        let mut hash = [kind; 32];
        hash[..8].copy_from_slice(&number.to_be_bytes());
        hash
    };
    // A user's name is no text but an address: anything else is refused, and found by nobody.
    let odd = NewUser { name: text.to_owned(), ..new("x", Role::User) };
    told(&store.add_user(&odd, at(0)).await, false);
    assert_eq!(store.user_named(text).await.unwrap(), None);
    store.users(Some(text), 1).await.unwrap();

    let change = UserChange { display: Some(text.to_owned()), plan: Some(text.to_owned()), ..UserChange::default() };
    let changed = store.change_user(alice, &change).await;
    told(&changed, fits(text, 64) && !text.is_empty());
    if let Ok(changed) = changed {
        let read = store.user(alice).await.unwrap().unwrap();
        assert_eq!((&read, read.display.as_str(), read.plan.as_str()), (&changed, text, text));
    }

    let credential = NewCredential {
        kind: CredentialKind::Oidc,
        key: Some(store::oidc_key(text, &number.to_string())),
        label: text.to_owned(),
        data: json!({text: [text, {"x": text}]}),
    };
    let added = store.add_credential(alice, &credential, at(0)).await;
    told(&added, fits(text, 128));
    if let Ok(added) = added {
        let found = store.credential_by_key(CredentialKind::Oidc, credential.key.as_deref().unwrap()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&added));
        assert_eq!((added.label.as_str(), added.data.clone()), (text, credential.data));
        let used = store.use_credential(&added, &Value::from(text), at(1)).await.unwrap();
        told(&store.rename_credential(alice, used.id, text).await, true);
        let found = store.credential_by_key(CredentialKind::Oidc, credential.key.as_deref().unwrap()).await.unwrap();
        assert_eq!(found, Some(used));
    }
    assert_eq!(store.credential_by_key(CredentialKind::Passkey, text).await.unwrap(), None);

    let login = NewLogin {
        user: alice,
        expires: at(0) + HOUR,
        address: text.to_owned(),
        agent: text.to_owned(),
        means: text.to_owned(),
        stepped_up: false,
    };
    let login = store.add_login(&secret(1), &login, at(0)).await.unwrap();
    let (read, _) = store.login(&secret(1), at(1)).await.unwrap().unwrap();
    assert_eq!(read, login);
    if fits(text, 64) {
        assert_eq!([&login.address, &login.agent, &login.means], [text; 3]);
    }

    let guest = store.add_guest(&secret(2), alice, text, true, at(0) + HOUR, at(0)).await;
    told(&guest, fits(text, 128));
    if let Ok(guest) = guest {
        assert_eq!(store.guest(&secret(2), at(1)).await.unwrap().map(|found| found.0), Some(guest));
    }
    let purpose = Purpose::Invitation { role: Role::User, plan: text.to_owned() };
    let link = store.add_link(&secret(3), &purpose, None, at(0) + HOUR, at(0)).await;
    told(&link, fits(text, 64) && !text.is_empty());
    if let Ok(link) = link {
        assert_eq!(store.link(&secret(3), at(1)).await.unwrap(), Some(link));
    }

    let mut desktop = store.desktop(alice).await.unwrap().unwrap();
    desktop.note = text.to_owned();
    let noted = store.change_desktop(&desktop, at(2)).await.unwrap();
    assert_eq!(noted.note, text.replace('\0', "\u{fffd}"));
    let named = Some(text.to_owned());
    let odd = store::Desktop { instance: named.clone(), container: named.clone(), runtime: named, ..noted.clone() };
    let changed = store.change_desktop(&odd, at(3)).await;
    told(&changed, fits(text, 64) && !text.is_empty());
    assert_eq!(store.desktop(alice).await.unwrap(), Some(changed.unwrap_or(noted)));

    let snapshot = store.add_snapshot(alice, SnapshotKind::Manual, text.as_bytes(), text, at(0)).await;
    told(&snapshot, fits(text, 1024));
    if let Ok(snapshot) = snapshot {
        assert_eq!(store.snapshot_body(alice, snapshot.id).await.unwrap(), text.as_bytes());
        assert_eq!(store.snapshots(alice).await.unwrap().iter().find(|s| s.id == snapshot.id), Some(&snapshot));
        store.fail_snapshot(snapshot.id, text).await.unwrap();
        store.remove_snapshot(alice, snapshot.id).await.unwrap();
    }
    let settings = settings::open("store", store).await.unwrap();
    assert_eq!(settings.get(&format!("{text} ")).await, Err(settings::Error::Key));
}

/// What nobody touched.
async fn witness(store: &Store) -> String {
    let user = store.user_named("witness").await.unwrap().unwrap();
    let all = (
        store.credentials(user.id).await.unwrap(),
        store.logins(user.id, at(0)).await.unwrap(),
        store.guests(user.id, at(0)).await.unwrap(),
        store.desktop(user.id).await.unwrap(),
        store.snapshots(user.id).await.unwrap(),
        store.users(None, 1000).await.unwrap().len(),
        store.desktops().await.unwrap().len(),
    );
    format!("{user:?} {all:?}")
}

fn any_text_stays_a_text(place: impl Future<Output = Place>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let place = place.await;
        let store = &place.store;
        let (alice, other) = (user(store, "alice").await.id, user(store, "witness").await.id);
        for who in [alice, other] {
            store.claim(who, "small", at(0)).await.unwrap();
            let password =
                NewCredential { kind: CredentialKind::Password, key: None, label: String::new(), data: json!({}) };
            store.add_credential(who, &password, at(0)).await.unwrap();
        }
        store.add_snapshot(other, SnapshotKind::Manual, b"x", "", at(0)).await.unwrap();
        store.add_guest(&[0xee; 32], other, "", true, at(0) + HOUR, at(0)).await.unwrap();
        let before = witness(store).await;
        let mut runner = TestRunner::default();
        let strategy = text();
        for number in 0..60 {
            let text = strategy.new_tree(&mut runner).unwrap().current();
            // A name that is one would make a user: that is another test's.
            if !store::name_fits(&text) {
                every_field(store, alice, &text, number).await;
            }
        }
        assert_eq!(witness(store).await, before);
    });
}

#[test]
fn in_a_file() {
    any_text_stays_a_text(in_sqlite());
}

#[test]
fn on_a_server() {
    any_text_stays_a_text(in_postgres());
}
