//! Signing in and out, and what a cookie is worth.

use std::{sync::Arc, time::Duration};

use futures::{SinkExt as _, StreamExt as _};
use identity::secret::{Token, Use};
use serde_json::json;
use store::{Moment, NewLogin};
use tokio_tungstenite::tungstenite::Message;

use crate::house::{House, PASSWORD};

const COOKIE: &str = "__Host-tos";

#[tokio::test]
async fn somebody_joins_signs_out_and_signs_in() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let state = ada.get("/auth/state").await.json();
    assert_eq!(state["signed_in"]["name"], "ada");
    assert_eq!(state["signed_in"]["role"], "admin");
    let cookie = ada.cookies.lock()[COOKIE].clone();
    assert_eq!(ada.post("/auth/sign-out", json!({})).await.status, 200);
    assert!(ada.get("/auth/state").await.json()["signed_in"].is_null());
    ada.cookies.lock().insert(COOKIE.into(), cookie);
    assert_eq!(ada.get("/auth/account").await.status, 401, "a cookie that was signed out is nobody's");
    let wrong = ada.post("/auth/password", json!({ "name": "ada", "password": "something else" })).await;
    let nobody = ada.post("/auth/password", json!({ "name": "eve", "password": "something else" })).await;
    assert_eq!((wrong.status, wrong.text()), (nobody.status, nobody.text()), "nobody learns who is here");
    assert_eq!(ada.post("/auth/password", json!({ "name": "ada", "password": PASSWORD })).await.status, 200);
    assert_eq!(ada.get("/auth/account").await.status, 200);
    let audit = house.audit().await;
    for line in [
        "sign-in Done ada",
        "sign-out Done ada",
        "sign-in Refused ada",
        "sign-in Refused eve",
        "session Refused /auth/account",
    ] {
        assert!(audit.iter().any(|said| said == line), "{line}: {audit:?}");
    }
}

#[tokio::test]
async fn a_planted_cookie_is_nobodys_after_signing_in() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let before = ada.cookies.lock()[COOKIE].clone();
    let signed = ada.post("/auth/password", json!({ "name": "ada", "password": PASSWORD })).await;
    assert_eq!(signed.status, 200);
    let after = ada.cookies.lock()[COOKIE].clone();
    assert_ne!(before, after);
    let thief = house.browser();
    thief.cookies.lock().insert(COOKIE.into(), before);
    assert_eq!(thief.get("/auth/account").await.status, 401, "what was known before is worth nothing after");
    let planted = Token::new().unwrap();
    let victim = house.browser();
    victim.cookies.lock().insert(COOKIE.into(), planted.reveal().into());
    victim.post("/auth/password", json!({ "name": "ada", "password": PASSWORD })).await;
    thief.cookies.lock().insert(COOKIE.into(), planted.reveal().into());
    assert_eq!(thief.get("/auth/account").await.status, 401);
}

#[tokio::test]
async fn forged_expired_and_doubled_cookies_are_nobodys() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let user = house.store.user_named("ada").await.unwrap().unwrap();
    let expired = Token::new().unwrap();
    let now = Moment::now();
    let login = NewLogin {
        user: user.id,
        expires: now - Duration::from_secs(1),
        address: "192.0.2.1".into(),
        agent: String::new(),
        means: "password".into(),
        stepped_up: true,
    };
    let past = now - Duration::from_secs(100);
    house.store.add_login(expired.hash(Use::Session).as_bytes(), &login, past).await.unwrap();
    let good = ada.cookies.lock()[COOKIE].clone();
    let forged = Token::new().unwrap();
    let tries = [
        expired.reveal().to_owned(),
        forged.reveal().to_owned(),
        "x".into(),
        "A".repeat(5000),
        format!("{good}; {COOKIE}={good}"),
    ];
    for value in tries {
        let thief = house.browser();
        thief.cookies.lock().insert(COOKIE.into(), value.clone());
        assert_eq!(thief.get("/auth/account").await.status, 401, "{value:.60}");
    }
    assert_eq!(ada.get("/auth/account").await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_what_is_open() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let mut socket = ada.socket("/u/ada/api/v1/events", &ada.origin()).await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "hello");
    assert_eq!(house.viewers.lock()["ada"], 1, "a WebSocket is a viewer");
    ada.post("/auth/sign-out", json!({})).await;
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text(), "{message}");
    }
    let other = house.browser();
    assert_eq!(other.socket("/u/ada/api/v1/events", &other.origin()).await.err(), Some(401));
}

#[tokio::test]
async fn acts_of_the_account_want_a_proof_of_being_there() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    // As if she had signed in long ago.
    let user = house.store.user_named("ada").await.unwrap().unwrap();
    let old = Token::new().unwrap();
    let now = Moment::now();
    let login = NewLogin {
        user: user.id,
        expires: now + Duration::from_secs(600),
        address: "192.0.2.1".into(),
        agent: String::new(),
        means: "password".into(),
        stepped_up: false,
    };
    house.store.add_login(old.hash(Use::Session).as_bytes(), &login, now).await.unwrap();
    ada.cookies.lock().insert(COOKIE.into(), old.reveal().into());
    let refused = ada.post("/auth/account/guest", json!({ "label": "x", "hours": 1 })).await;
    assert_eq!((refused.status, refused.json()["error"]["reason"].as_str()), (403, Some("step_up")));
    let asked = ada.post("/auth/step-up", json!({ "purpose": "session" })).await.json();
    assert_eq!(asked["password"], true);
    let wrong = ada.post("/auth/step-up", json!({ "purpose": "session", "password": "not it" })).await;
    assert_eq!(wrong.status, 403);
    let right = ada.post("/auth/step-up", json!({ "purpose": "session", "password": PASSWORD })).await;
    assert_eq!(right.status, 200);
    assert_ne!(ada.cookies.lock()[COOKIE], old.reveal(), "more rights, another cookie");
    assert_eq!(ada.post("/auth/account/guest", json!({ "label": "x", "hours": 1 })).await.status, 200);
}

#[tokio::test]
async fn a_proof_is_for_one_text_and_for_ones_own_desktop() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let hash = "ab".repeat(32);
    let proof = ada.post("/auth/step-up", json!({ "purpose": hash, "password": PASSWORD })).await.json();
    let claims = crate::desktop::claims(proof["proof"].as_str().unwrap());
    assert_eq!(claims["commit"], hash);
    assert_eq!((claims["aud"].as_str(), claims["sub"].as_str()), (Some("tos-ada"), Some("ada")));
    for bad in ["", "ab", "zz", &"ab".repeat(33)] {
        assert_eq!(
            ada.post("/auth/step-up", json!({ "purpose": bad, "password": PASSWORD })).await.status,
            400,
            "{bad}"
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_and_does_not_lock_the_owner_out() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let stranger = house.browser();
    let mut later = false;
    for n in 0..12 {
        let answer =
            stranger.post("/auth/password", json!({ "name": "ada", "password": format!("guess number {n}") })).await;
        assert!([403, 429].contains(&answer.status));
        if answer.status == 429 {
            assert!(answer.headers.contains_key("retry-after"));
            later = true;
            break;
        }
    }
    assert!(later, "somebody who guesses is told to wait");
    let signed = ada.post("/auth/password", json!({ "name": "ada", "password": PASSWORD })).await;
    assert_eq!(signed.status, 200, "the owner's own browser is known");
    // A copy of what it is known by is worth nothing once she has signed out everywhere.
    let copied = ada.cookies.lock()[identity::cookie::DEVICE].clone();
    assert_eq!(ada.post("/auth/account/session", json!({ "all": true })).await.status, 200);
    let thief = house.browser();
    thief.cookies.lock().insert(identity::cookie::DEVICE.into(), copied);
    let form = json!({ "name": "ada", "password": PASSWORD });
    assert_eq!(thief.post("/auth/password", form.clone()).await.status, 429, "a stranger as all others");
    assert_eq!(ada.post("/auth/password", form).await.status, 200, "hers is known anew");
}
