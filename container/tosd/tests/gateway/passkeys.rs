//! Passkeys, and what attackers say in their place: from another origin, a copy of a key, an answer that was heard before,
//! somebody else's. Whatever it is, the answer is the same.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    authenticator::{Authenticator, Lie},
    house::{Answer, Browser, House},
};

/// Somebody who joined with a passkey.
async fn joined(house: &Arc<House>, name: &str) -> (Browser, Authenticator) {
    let (secret, browser, mut key) = (house.invitation().await, house.browser(), Authenticator::new());
    let answer = join(&browser, &secret, name, &mut key, &Lie::default()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (browser, key)
}

async fn join(browser: &Browser, secret: &str, name: &str, key: &mut Authenticator, lie: &Lie) -> Answer {
    let begun = browser.post("/auth/join/passkey", json!({ "secret": secret, "name": name })).await.json();
    let credential = key.create(&begun, &browser.origin(), lie);
    let joining = json!({
        "secret": secret, "name": name, "joining": begun["joining"], "ceremony": begun["ceremony"],
        "credential": credential,
    });
    browser.post("/auth/join", joining).await
}

async fn begin(browser: &Browser) -> Value {
    browser.post("/auth/passkey/begin", json!({})).await.json()
}

async fn sign_in(browser: &Browser, key: &mut Authenticator, lie: &Lie) -> Answer {
    let begun = begin(browser).await;
    let credential = key.get(&begun, &browser.origin(), lie);
    finish(browser, &begun["ceremony"], &credential).await
}

async fn finish(browser: &Browser, ceremony: &Value, credential: &Value) -> Answer {
    browser.post("/auth/passkey/finish", json!({ "ceremony": ceremony, "credential": credential })).await
}

/// Refused in the words that every refused sign-in gets.
#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 403, "{what}: {}", answer.text());
    let said = json!({ "ok": false, "error": { "reason": "wrong", "message": "That does not sign you in." } });
    assert_eq!(answer.json(), said, "{what}");
    assert!(!answer.headers.contains_key("set-cookie"), "{what}");
}

async fn refusals(house: &House) -> usize {
    house.audit().await.iter().filter(|line| line.starts_with("sign-in Refused")).count()
}

#[tokio::test]
async fn what_a_passkey_did_not_say_here_and_now_is_refused() {
    let house = Arc::new(House::new().await);
    let (ada, mut key) = joined(&house, "ada").await;
    let (_, ben) = joined(&house, "ben").await;
    let stranger = house.browser();
    let other_port = format!("https://localhost:{}", house.served.address.port().wrapping_add(1));
    let heard = begin(&stranger).await["publicKey"]["challenge"].as_str().unwrap().to_owned();
    let lies = [
        ("another site", Lie { origin: Some("https://evil.example".into()), ..Lie::default() }),
        ("another port", Lie { origin: Some(other_port), ..Lie::default() }),
        ("without TLS", Lie { origin: Some(format!("http://{}", house.host())), ..Lie::default() }),
        ("a name like ours", Lie { origin: Some(format!("https://{}.evil.example", house.host())), ..Lie::default() }),
        ("no origin", Lie { origin: Some("null".into()), ..Lie::default() }),
        ("a passkey of another host", Lie { host: Some("evil.example"), ..Lie::default() }),
        ("a registration", Lie { kind: Some("webauthn.create"), ..Lie::default() }),
        ("another one's challenge", Lie { challenge: Some(heard), ..Lie::default() }),
        ("nobody was there", Lie { absent: true, ..Lie::default() }),
        ("nobody knows who it was", Lie { unverified: true, ..Lie::default() }),
        ("signed by nobody", Lie { signed_by_nobody: true, ..Lie::default() }),
        ("another one's account", Lie { user: Some(ben.user.clone()), ..Lie::default() }),
    ];
    for (number, (what, lie)) in lies.iter().enumerate() {
        let answer = sign_in(&stranger, &mut key, lie).await;
        refused(&answer, what);
        assert_eq!(refusals(&house).await, number + 1, "{what}: a line each");
    }
    let unknown = sign_in(&stranger, &mut Authenticator::new(), &Lie::default()).await;
    refused(&unknown, "a passkey that nobody registered");
    assert_eq!(stranger.get("/auth/account").await.status, 401);
    assert_eq!(sign_in(&stranger, &mut key, &Lie::default()).await.status, 200, "the true one still signs in");
    assert_eq!(stranger.get("/auth/account").await.status, 200);
    assert_eq!(ada.get("/auth/account").await.status, 200, "and who was signed in still is");
}

#[tokio::test]
async fn a_copy_of_a_passkey_is_found_by_its_counter() {
    let house = Arc::new(House::new().await);
    let (ada, mut key) = joined(&house, "ada").await;
    for _ in 0..3 {
        assert_eq!(sign_in(&ada, &mut key, &Lie::default()).await.status, 200);
    }
    for counter in [3, 2, 1, 0] {
        let copy = Lie { counter: Some(counter), ..Lie::default() };
        refused(&sign_in(&house.browser(), &mut key, &copy).await, &format!("the counter says {counter}"));
    }
    assert_eq!(refusals(&house).await, 4);
    assert_eq!(sign_in(&ada, &mut key, &Lie::default()).await.status, 200, "the one that went on counting");
}

#[tokio::test]
async fn an_answer_that_was_heard_is_worth_nothing() {
    let house = Arc::new(House::new().await);
    let (ada, mut key) = joined(&house, "ada").await;
    let begun = begin(&ada).await;
    let credential = key.get(&begun, &ada.origin(), &Lie::default());
    assert_eq!(finish(&ada, &begun["ceremony"], &credential).await.status, 200);
    let thief = house.browser();
    refused(&finish(&thief, &begun["ceremony"], &credential).await, "the same again");
    let anew = begin(&thief).await;
    refused(&finish(&thief, &anew["ceremony"], &credential).await, "the same in a ceremony of the thief's");
    for ceremony in [json!(""), json!("x"), json!("A".repeat(60_000)), json!("'; DROP TABLE users; --")] {
        let answer = finish(&thief, &ceremony, &credential).await;
        assert!([400, 403, 413].contains(&answer.status), "{}", answer.status);
    }
    assert_eq!(thief.get("/auth/account").await.status, 401);
}

#[tokio::test]
async fn a_link_is_not_used_up_by_a_registration_that_is_refused() {
    let house = Arc::new(House::new().await);
    let (secret, eve) = (house.invitation().await, house.browser());
    for lie in [
        Lie { origin: Some("https://evil.example".into()), ..Lie::default() },
        Lie { host: Some("evil.example"), ..Lie::default() },
        Lie { kind: Some("webauthn.get"), ..Lie::default() },
        Lie { unverified: true, ..Lie::default() },
    ] {
        refused(&join(&eve, &secret, "ada", &mut Authenticator::new(), &lie).await, "a registration");
    }
    assert!(house.store.user_named("ada").await.unwrap().is_none());
    let ada = house.browser();
    assert_eq!(join(&ada, &secret, "ada", &mut Authenticator::new(), &Lie::default()).await.status, 200);
    let late = eve.post("/auth/join/passkey", json!({ "secret": secret, "name": "eve" })).await;
    assert_eq!(late.status, 404, "used up");
}

#[tokio::test]
async fn a_step_up_is_by_ones_own_passkey_and_for_one_purpose() {
    let house = Arc::new(House::new().await);
    let (ada, mut key) = joined(&house, "ada").await;
    let (_, mut ben) = joined(&house, "ben").await;
    let (one, other) = ("ab".repeat(32), "cd".repeat(32));
    let step_up = async |purpose: &str, said: &str, key: &mut Authenticator, lie: &Lie| {
        let begun = ada.post("/auth/step-up", json!({ "purpose": purpose })).await.json();
        let credential = key.get(&begun, &ada.origin(), lie);
        let form = json!({ "purpose": said, "ceremony": begun["ceremony"], "credential": credential });
        ada.post("/auth/step-up", form).await
    };
    refused(&step_up(&one, &one, &mut ben, &Lie::default()).await, "ben's passkey");
    refused(&step_up(&one, &other, &mut key, &Lie::default()).await, "another command than was asked for");
    refused(&step_up("session", &one, &mut key, &Lie::default()).await, "a session's proof for a command");
    let elsewhere = Lie { origin: Some("https://evil.example".into()), ..Lie::default() };
    refused(&step_up(&one, &one, &mut key, &elsewhere).await, "from elsewhere");
    let password = ada.post("/auth/step-up", json!({ "purpose": one, "password": "whatever it is" })).await;
    refused(&password, "who has a passkey proves by it");
    assert_eq!(step_up(&one, &one, &mut key, &Lie::default()).await.status, 200);
    let lines = house.audit().await;
    let of = |outcome: &str| lines.iter().filter(|line| line.starts_with(&format!("step-up commit {outcome}"))).count();
    assert_eq!((of("Refused"), of("Done")), (5, 1), "{lines:?}");
}
