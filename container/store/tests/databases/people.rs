//! Users, what they sign in by, where they are signed in, links.

use serde_json::json;
use store::{
    CredentialKind, Error, NewCredential, NewLogin, Purpose, Role, Store, UserChange, UserId, oidc_key, passkey_key,
};

use crate::{HOUR, Place, at, hash, new, on_both, user};

on_both!(
    users_are_found_and_changed,
    there_is_always_an_administrator,
    of_two_administrators_who_go_at_once_one_stays,
    a_credential_belongs_to_one_user,
    one_time_codes_are_used_once,
    the_last_way_to_sign_in_stays,
    a_cookie_is_whose_it_is_and_no_longer,
    a_login_changes_its_cookie_once,
    who_is_disabled_is_out,
    a_link_works_once,
    there_is_one_first_administrator,
    a_reset_leaves_nothing_of_before,
    guest_links_end,
    whoever_is_forgotten_leaves_nothing,
);

fn password(text: &str) -> NewCredential {
    NewCredential { kind: CredentialKind::Password, key: None, label: String::new(), data: json!({"hash": text}) }
}

fn passkey(id: &[u8]) -> NewCredential {
    NewCredential {
        kind: CredentialKind::Passkey,
        key: Some(passkey_key(id)),
        label: "phone".to_owned(),
        data: json!({"counter": 0}),
    }
}

fn login(user: UserId) -> NewLogin {
    NewLogin {
        user,
        expires: at(0) + HOUR,
        address: "192.0.2.1".to_owned(),
        agent: "Chromium".to_owned(),
        means: "passkey".to_owned(),
        stepped_up: false,
    }
}

async fn users_are_found_and_changed(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    let bob = user(&store, "bob").await;
    assert_eq!(store.user(alice.id).await.unwrap(), Some(alice.clone()));
    assert_eq!(store.user_named("bob").await.unwrap(), Some(bob.clone()));
    assert_eq!(store.user_named("Bob").await.unwrap(), None);
    assert_eq!(store.user_named("bob\0").await.unwrap(), None);
    assert!(matches!(store.add_user(&new("bob", Role::User), at(1)).await, Err(Error::Taken(_))));
    assert!(matches!(store.add_user(&new("Bob", Role::User), at(1)).await, Err(Error::Invalid { .. })));
    user(&store, "b-1").await;
    // By their bytes, in both databases.
    let names = |users: Vec<store::User>| users.into_iter().map(|user| user.name).collect::<Vec<_>>();
    assert_eq!(names(store.users(None, 10).await.unwrap()), ["alice", "b-1", "bob"]);
    assert_eq!(names(store.users(Some("alice"), 1).await.unwrap()), ["b-1"]);

    let change = UserChange {
        display: Some("Robert".to_owned()),
        role: Some(Role::Operator),
        plan: Some("large".to_owned()),
        disabled: None,
    };
    let changed = store.change_user(bob.id, &change).await.unwrap();
    assert_eq!(store.user(bob.id).await.unwrap().as_ref(), Some(&changed));
    assert_eq!((changed.display.as_str(), changed.role, changed.plan.as_str()), ("Robert", Role::Operator, "large"));
    assert!(matches!(store.change_user(UserId::new(), &change).await, Err(Error::Missing(_))));
    let long = UserChange { display: Some("x".repeat(129)), ..UserChange::default() };
    assert!(matches!(store.change_user(bob.id, &long).await, Err(Error::Invalid { .. })));
}

async fn there_is_always_an_administrator(place: Place) {
    let store = place.store;
    assert!(!store.has_admin().await.unwrap());
    let ann = store.add_user(&new("ann", Role::Admin), at(0)).await.unwrap();
    assert!(store.has_admin().await.unwrap());
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    let demote = UserChange { role: Some(Role::User), ..UserChange::default() };
    assert!(matches!(store.change_user(ann.id, &disable).await, Err(Error::LastAdmin)));
    assert!(matches!(store.change_user(ann.id, &demote).await, Err(Error::LastAdmin)));
    assert!(matches!(store.remove_user(ann.id).await, Err(Error::LastAdmin)));
    let amy = store.add_user(&new("amy", Role::Admin), at(0)).await.unwrap();
    store.change_user(amy.id, &disable).await.unwrap();
    assert!(matches!(store.remove_user(ann.id).await, Err(Error::LastAdmin)), "who is disabled administers nothing");
    store.remove_user(amy.id).await.unwrap();
}

async fn of_two_administrators_who_go_at_once_one_stays(place: Place) {
    let store = place.store;
    let mut stays = store.add_user(&new("ann", Role::Admin), at(0)).await.unwrap().id;
    let demote = UserChange { role: Some(Role::User), ..UserChange::default() };
    for round in 0..8 {
        let other = store.add_user(&new(&format!("other{round}"), Role::Admin), at(0)).await.unwrap().id;
        let (first, second) = tokio::join!(store.change_user(stays, &demote), store.remove_user(other));
        match (first, second) {
            (Ok(_), Err(Error::LastAdmin)) => stays = other,
            (Err(Error::LastAdmin), Ok(())) => {}
            both => panic!("{both:?}"),
        }
        assert!(store.has_admin().await.unwrap());
    }
}

async fn a_credential_belongs_to_one_user(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await, user(&store, "bob").await);
    let key = store.add_credential(alice.id, &passkey(b"\0\xff"), at(1)).await.unwrap();
    assert!(matches!(store.add_credential(bob.id, &passkey(b"\0\xff"), at(1)).await, Err(Error::Taken(_))));
    assert!(matches!(store.add_credential(UserId::new(), &passkey(b"2"), at(1)).await, Err(Error::Missing(_))));
    let account = |subject: &str| NewCredential {
        kind: CredentialKind::Oidc,
        key: Some(oidc_key("https://id.example", subject)),
        label: "Example".to_owned(),
        data: json!({}),
    };
    store.add_credential(alice.id, &account("1"), at(2)).await.unwrap();
    store.add_credential(bob.id, &account("2"), at(2)).await.unwrap();
    assert!(matches!(store.add_credential(bob.id, &account("1"), at(2)).await, Err(Error::Taken(_))));
    let found = store.credential_by_key(CredentialKind::Oidc, &oidc_key("https://id.example", "1")).await.unwrap();
    assert_eq!(found.unwrap().user, alice.id);
    // The same key of another kind is something else.
    let found = store.credential_by_key(CredentialKind::Passkey, &oidc_key("https://id.example", "1")).await.unwrap();
    assert_eq!(found, None);
    store.add_credential(alice.id, &password("a"), at(3)).await.unwrap();
    assert!(matches!(store.add_credential(alice.id, &password("b"), at(3)).await, Err(Error::Taken(_))));
    let replaced = store.replace_credential(alice.id, &password("c"), at(4)).await.unwrap();
    let all = store.credentials(alice.id).await.unwrap();
    assert_eq!(all.iter().filter(|c| c.kind == CredentialKind::Password).collect::<Vec<_>>(), [&replaced]);

    // What is another's is not there.
    assert!(matches!(store.rename_credential(bob.id, key.id, "mine").await, Err(Error::Missing(_))));
    assert!(matches!(store.remove_credential(bob.id, key.id).await, Err(Error::Missing(_))));
    store.rename_credential(alice.id, key.id, "key'; DROP TABLE users; --").await.unwrap();
    assert_eq!(store.credentials(alice.id).await.unwrap()[0].label, "key'; DROP TABLE users; --");
    let large = NewCredential { data: json!("x".repeat(70_000)), ..password("") };
    assert!(matches!(store.add_credential(bob.id, &large, at(1)).await, Err(Error::Invalid { .. })));
    let keyless = NewCredential { key: None, ..passkey(b"3") };
    assert!(matches!(store.add_credential(bob.id, &keyless, at(1)).await, Err(Error::Invalid { .. })));
}

async fn one_time_codes_are_used_once(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    let totp = NewCredential { kind: CredentialKind::Totp, key: None, label: String::new(), data: json!({"step": 0}) };
    let seen = store.add_credential(alice.id, &totp, at(0)).await.unwrap();
    // Sixteen at once show the same code: each has read that step 0 was the last.
    let attempts = (0..16).map(|_| {
        let (store, seen) = (store.clone(), seen.clone());
        tokio::spawn(async move { store.use_credential(&seen, &json!({"step": 1}), at(5)).await })
    });
    let results: Vec<_> = futures::future::join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(Error::Stale(_)))), "{results:?}");
    let now = store.credentials(alice.id).await.unwrap().remove(0);
    assert_eq!((now.revision, now.used, now.data.clone()), (1, Some(at(5)), json!({"step": 1})));
    assert_eq!(results.into_iter().find_map(Result::ok), Some(now));
}

async fn the_last_way_to_sign_in_stays(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    let one = store.add_credential(alice.id, &passkey(b"1"), at(0)).await.unwrap();
    let totp = NewCredential { kind: CredentialKind::Totp, key: None, label: String::new(), data: json!({}) };
    let totp = store.add_credential(alice.id, &totp, at(0)).await.unwrap();
    assert!(matches!(store.remove_credential(alice.id, one.id).await, Err(Error::LastCredential)));
    store.remove_credential(alice.id, totp.id).await.unwrap();
    for round in 0..8 {
        let key = store.add_credential(alice.id, &passkey(&[2, round]), at(0)).await.unwrap();
        let all = store.credentials(alice.id).await.unwrap();
        let other = all.iter().find(|credential| credential.id != key.id).unwrap().id;
        let (first, second) =
            tokio::join!(store.remove_credential(alice.id, key.id), store.remove_credential(alice.id, other));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert_eq!(store.credentials(alice.id).await.unwrap().len(), 1);
    }
}

async fn a_cookie_is_whose_it_is_and_no_longer(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await, user(&store, "bob").await);
    let first = store.add_login(&hash(1), &login(alice.id), at(0)).await.unwrap();
    let agent = "A".repeat(300) + "\0";
    let odd = NewLogin { agent, stepped_up: true, ..login(alice.id) };
    let second = store.add_login(&hash(2), &odd, at(5)).await.unwrap();
    assert_eq!((second.agent.len(), second.stepped_up), (256, Some(at(5))));
    store.add_login(&hash(3), &login(bob.id), at(5)).await.unwrap();
    assert_eq!(store.login(&hash(1), at(10)).await.unwrap(), Some((first.clone(), alice.clone())));
    assert_eq!(store.login(&hash(9), at(10)).await.unwrap(), None);
    assert_eq!(store.login(&hash(1), at(0) + HOUR).await.unwrap(), None, "it has expired");
    assert!(matches!(store.add_login(&hash(1), &login(bob.id), at(0)).await, Err(Error::Taken(_))));
    assert!(matches!(store.add_login(&hash(8), &login(UserId::new()), at(0)).await, Err(Error::Missing(_))));

    store.touch_login(first.id, at(60)).await.unwrap();
    store.touch_login(first.id, at(30)).await.unwrap();
    let list = store.logins(alice.id, at(60)).await.unwrap();
    assert_eq!(
        list.iter().map(|login| (login.id, login.seen)).collect::<Vec<_>>(),
        [(second.id, at(5)), (first.id, at(60))]
    );

    assert!(!store.end_login(bob.id, first.id).await.unwrap(), "it is not his");
    assert!(store.end_login(alice.id, first.id).await.unwrap());
    assert_eq!(store.login(&hash(1), at(10)).await.unwrap(), None);
    let third = store.add_login(&hash(4), &login(alice.id), at(9)).await.unwrap();
    assert_eq!(store.end_logins(alice.id, Some(third.id)).await.unwrap(), 1);
    assert_eq!(store.logins(alice.id, at(9)).await.unwrap(), [third]);
    assert_eq!(store.end_logins(alice.id, None).await.unwrap(), 1);
    assert!(store.login(&hash(3), at(9)).await.unwrap().is_some(), "another's stays");
    assert_eq!(store.sweep(at(0) + HOUR).await.unwrap(), 1);
}

async fn a_login_changes_its_cookie_once(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    let login = store.add_login(&hash(1), &login(alice.id), at(0)).await.unwrap();
    let attempts = (10..20).map(|byte| {
        let store = store.clone();
        tokio::spawn(async move { store.rotate_login(&hash(1), &hash(byte), Some(at(7)), at(7)).await })
    });
    let results: Vec<_> = futures::future::join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    assert_eq!(store.login(&hash(1), at(8)).await.unwrap(), None, "the old cookie is nobody's");
    let rotated = results.into_iter().find_map(Result::ok).unwrap();
    assert_eq!((rotated.id, rotated.stepped_up, rotated.expires), (login.id, Some(at(7)), login.expires));
    assert_eq!(store.logins(alice.id, at(8)).await.unwrap(), [rotated]);
}

async fn who_is_disabled_is_out(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    store.add_login(&hash(1), &login(alice.id), at(0)).await.unwrap();
    store.add_guest(&hash(2), alice.id, "for bob", true, at(0) + HOUR, at(0)).await.unwrap();
    let disabled = |disabled| UserChange { disabled: Some(disabled), ..UserChange::default() };
    store.change_user(alice.id, &disabled(true)).await.unwrap();
    assert_eq!(store.login(&hash(1), at(1)).await.unwrap(), None);
    assert_eq!(store.guest(&hash(2), at(1)).await.unwrap(), None);
    assert!(matches!(store.add_login(&hash(3), &login(alice.id), at(1)).await, Err(Error::Missing(_))));
    store.change_user(alice.id, &disabled(false)).await.unwrap();
    assert_eq!(store.login(&hash(1), at(1)).await.unwrap(), None, "signed out is signed out");
}

async fn a_link_works_once(place: Place) {
    let store = place.store;
    let ann = store.add_user(&new("ann", Role::Admin), at(0)).await.unwrap();
    let invitation = Purpose::Invitation { role: Role::Operator, plan: "large".to_owned() };
    let link = store.add_link(&hash(1), &invitation, Some(ann.id), at(0) + HOUR, at(0)).await.unwrap();
    assert_eq!(store.link(&hash(1), at(1)).await.unwrap(), Some(link.clone()));
    assert_eq!(store.links(at(1)).await.unwrap(), [link]);
    assert_eq!(store.link(&hash(1), at(0) + HOUR).await.unwrap(), None);
    // A name that is taken uses nothing up.
    assert!(matches!(store.join(&hash(1), &new("ann", Role::Admin), &[], at(1)).await, Err(Error::Taken(_))));
    let attempts = (0..8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let new = new(&format!("guest{number}"), Role::Admin);
            store.join(&hash(1), &new, &[password("x"), passkey(&[number])], at(2)).await
        })
    });
    let results: Vec<_> = futures::future::join_all(attempts).await.into_iter().map(Result::unwrap).collect();
    let joined: Vec<_> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    assert_eq!(joined.len(), 1, "{results:?}");
    assert_eq!((joined[0].role, joined[0].plan.as_str()), (Role::Operator, "large"), "as the link says");
    assert_eq!(store.credentials(joined[0].id).await.unwrap().len(), 2);
    assert_eq!(store.users(None, 100).await.unwrap().len(), 2);
    assert_eq!(store.link(&hash(1), at(2)).await.unwrap(), None);

    // A passkey that somebody has: neither user nor link are touched.
    let link = store.add_link(&hash(2), &invitation, None, at(0) + HOUR, at(0)).await.unwrap();
    let taken = store.credentials(joined[0].id).await.unwrap().into_iter().find_map(|c| c.key).unwrap();
    let taken = NewCredential { key: Some(taken), ..passkey(b"") };
    assert!(matches!(store.join(&hash(2), &new("eve", Role::User), &[taken], at(1)).await, Err(Error::Taken(_))));
    assert_eq!(store.user_named("eve").await.unwrap(), None);
    assert!(store.remove_link(link.id).await.unwrap());
    assert!(matches!(store.join(&hash(2), &new("eve", Role::User), &[], at(1)).await, Err(Error::Missing(_))));
}

async fn there_is_one_first_administrator(place: Place) {
    let store = place.store;
    store.add_link(&hash(1), &Purpose::FirstAdmin, None, at(0) + HOUR, at(0)).await.unwrap();
    store.add_link(&hash(2), &Purpose::FirstAdmin, None, at(0) + HOUR, at(0)).await.unwrap();
    assert_eq!(store.link(&hash(1), at(1)).await.unwrap(), None, "the new one voids the old one");
    let ann = store.join(&hash(2), &new("ann", Role::User), &[password("a")], at(1)).await.unwrap();
    assert_eq!(ann.role, Role::Admin);
    // One that was made all the same is of no use.
    store.add_link(&hash(3), &Purpose::FirstAdmin, None, at(0) + HOUR, at(1)).await.unwrap();
    assert_eq!(store.link(&hash(3), at(1)).await.unwrap(), None);
    assert!(matches!(store.join(&hash(3), &new("eve", Role::User), &[], at(1)).await, Err(Error::Missing(_))));
    let reset = Purpose::Reset { user: ann.id };
    store.add_link(&hash(4), &reset, None, at(0) + HOUR, at(1)).await.unwrap();
    assert!(matches!(store.join(&hash(4), &new("eve", Role::User), &[], at(1)).await, Err(Error::Missing(_))));
    assert!(store.link(&hash(4), at(1)).await.unwrap().is_some(), "used for something else is not used");
}

async fn a_reset_leaves_nothing_of_before(place: Place) {
    let store = place.store;
    let alice = user(&store, "alice").await;
    store.add_credential(alice.id, &password("old"), at(0)).await.unwrap();
    let totp = NewCredential { kind: CredentialKind::Totp, key: None, label: String::new(), data: json!({}) };
    store.add_credential(alice.id, &totp, at(0)).await.unwrap();
    store.add_login(&hash(1), &login(alice.id), at(0)).await.unwrap();
    store.add_link(&hash(2), &Purpose::Reset { user: alice.id }, None, at(0) + HOUR, at(0)).await.unwrap();
    let reset = store.reset(&hash(2), &password("new"), at(1)).await.unwrap();
    assert!(reset.devices > alice.devices, "browsers that were known are strangers");
    assert_eq!(store::User { devices: alice.devices, ..reset.clone() }, alice);
    assert_eq!(store.user(alice.id).await.unwrap(), Some(reset));
    let left = store.credentials(alice.id).await.unwrap();
    assert_eq!(left.iter().map(|c| c.data.clone()).collect::<Vec<_>>(), [json!({"hash": "new"})]);
    assert_eq!(store.login(&hash(1), at(1)).await.unwrap(), None);
    assert!(matches!(store.reset(&hash(2), &password("newer"), at(1)).await, Err(Error::Missing(_))));
}

async fn guest_links_end(place: Place) {
    let store = place.store;
    let (alice, bob) = (user(&store, "alice").await, user(&store, "bob").await);
    let guest = store.add_guest(&hash(1), alice.id, "für Bob", true, at(0) + HOUR, at(0)).await.unwrap();
    assert_eq!(store.guest(&hash(1), at(1)).await.unwrap(), Some((guest.clone(), alice.clone())));
    assert_eq!(store.guest(&hash(1), at(0) + HOUR).await.unwrap(), None);
    store.touch_guest(guest.id, at(3)).await.unwrap();
    assert_eq!(store.guests(alice.id, at(4)).await.unwrap()[0].used, Some(at(3)));
    assert_eq!(store.guests(bob.id, at(4)).await.unwrap(), []);
    assert!(!store.remove_guest(bob.id, guest.id).await.unwrap());
    assert!(store.remove_guest(alice.id, guest.id).await.unwrap());
    assert_eq!(store.guest(&hash(1), at(1)).await.unwrap(), None);
}

async fn whoever_is_forgotten_leaves_nothing(place: Place) {
    let store: Store = place.store;
    let alice = user(&store, "alice").await;
    store.add_credential(alice.id, &passkey(b"1"), at(0)).await.unwrap();
    store.add_login(&hash(1), &login(alice.id), at(0)).await.unwrap();
    store.add_guest(&hash(2), alice.id, "", true, at(0) + HOUR, at(0)).await.unwrap();
    store.add_link(&hash(3), &Purpose::Reset { user: alice.id }, None, at(0) + HOUR, at(0)).await.unwrap();
    let desktop = store.claim(alice.id, "small", at(0)).await.unwrap();
    assert!(matches!(store.remove_user(alice.id).await, Err(Error::InUse(_))), "first the desktop");
    assert!(store.login(&hash(1), at(1)).await.unwrap().is_some());
    store.remove_desktop(&desktop).await.unwrap();
    store.remove_user(alice.id).await.unwrap();
    assert!(matches!(store.remove_user(alice.id).await, Err(Error::Missing(_))));
    assert_eq!(store.login(&hash(1), at(1)).await.unwrap(), None);
    assert_eq!(store.guest(&hash(2), at(1)).await.unwrap(), None);
    assert_eq!(store.link(&hash(3), at(1)).await.unwrap(), None);
    assert_eq!(store.credentials(alice.id).await.unwrap(), []);
}
