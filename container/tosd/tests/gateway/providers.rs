//! Sign-ins at a provider, and what somebody in between tries: states, nonces, issuers, answers that were meant for others.
//! Each ends at the portal with the same words, with no cookie, and with a line.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, http::Uri, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use store::Moment;
use tosd::config::{Config, Provider};

use crate::house::{Answer, Browser, House};

const COOKIE: &str = "__Host-tos";

/// A provider that says what it is told to.
struct Liar {
    issuer: String,
    key: Ed25519KeyPair,
    answers: Arc<Mutex<HashMap<String, Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Liar {
    async fn start(seed: u8) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let at = |path: &str| format!("{issuer}{path}");
        let x = URL_SAFE_NO_PAD.encode(key.public_key());
        let answers: Arc<Mutex<HashMap<String, Value>>> = Arc::new(Mutex::new(HashMap::from([
            (
                "/.well-known/openid-configuration".to_owned(),
                json!({
                    "issuer": issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
                    "jwks_uri": at("/jwks"), "response_types_supported": ["code"],
                    "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"],
                }),
            ),
            (
                "/jwks".to_owned(),
                json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k", "use": "sig", "alg": "EdDSA" }] }),
            ),
        ])));
        let asked: Arc<AtomicUsize> = Arc::default();
        let (told, count) = (Arc::clone(&answers), Arc::clone(&asked));
        let router = Router::new().fallback(move |uri: Uri| {
            if uri.path() == "/token" {
                count.fetch_add(1, Ordering::SeqCst);
            }
            let answer = told.lock().get(uri.path()).cloned();
            async move {
                let (status, body) = answer.map_or((404, String::new()), |answer| (200, answer.to_string()));
                let response = Response::builder().status(status).header("content-type", "application/json");
                response.body(axum::body::Body::from(body)).unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { issuer, key, answers, asked }
    }

    /// How often somebody came with a code.
    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn configured(&self, name: &str) -> Provider {
        let text = format!(
            "name = \"{name}\"\ntitle = \"{name}\"\nissuer = \"{}\"\nclient_id = \"tos\"\ncreate = true\n",
            self.issuer
        );
        toml::from_str(&text).unwrap()
    }

    fn claims(&self, nonce: &str) -> Value {
        let now = Moment::now().millis() / 1000;
        json!({
            "iss": self.issuer, "sub": "1", "aud": "tos", "iat": now, "exp": now + 300, "nonce": nonce,
            "preferred_username": "ada",
        })
    }

    /// What the next code gives.
    fn grants(&self, claims: &Value) {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({ "alg": "EdDSA", "kid": "k" })), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        let token = json!({ "access_token": "a", "token_type": "Bearer", "id_token": format!("{signed}.{signature}") });
        self.answers.lock().insert("/token".to_owned(), token);
    }
}

/// What our own request to the provider says.
struct Left {
    state: String,
    nonce: String,
}

async fn leave(browser: &Browser, provider: &str) -> Left {
    let answer = browser.get(&format!("/auth/oidc/{provider}?to=/u/ada/")).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let place = url::Url::parse(&answer.location()).unwrap();
    let said = |key: &str| place.query_pairs().find(|(name, _)| name == key).unwrap().1.into_owned();
    assert_eq!(said("code_challenge_method"), "S256");
    Left { state: said("state"), nonce: said("nonce") }
}

async fn back(browser: &Browser, provider: &str, query: &str) -> Answer {
    browser.get(&format!("/auth/oidc/{provider}/back?{query}")).await
}

/// Two providers, and a gateway that knows both.
async fn house() -> (Arc<House>, Liar, Liar) {
    let (one, two) = (Liar::start(5).await, Liar::start(6).await);
    let providers = vec![one.configured("one"), two.configured("two")];
    let house = House::with(|config: &mut Config| config.identity.providers = providers).await;
    (Arc::new(house), one, two)
}

#[track_caller]
fn refused(browser: &Browser, answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.location().as_str()), (303, "/?refused=provider"), "{what}");
    assert!(!browser.cookies.lock().contains_key(COOKIE), "{what}");
    assert!(answer.body.is_empty(), "{what}: {}", answer.text());
}

async fn lines(house: &House) -> usize {
    house.audit().await.iter().filter(|line| line.starts_with("sign-in Refused one")).count()
}

#[tokio::test]
async fn somebody_comes_back_as_who_they_are_there() {
    let (house, one, _) = house().await;
    let ada = house.browser();
    // Whatever somebody planted before is nobody's after.
    let planted = identity::secret::Token::new().unwrap();
    ada.cookies.lock().insert(COOKIE.into(), planted.reveal().into());
    let left = leave(&ada, "one").await;
    one.grants(&one.claims(&left.nonce));
    let answer = back(&ada, "one", &format!("code=x&state={}", left.state)).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/?to=%2Fu%2Fada%2F"));
    assert_eq!(ada.get("/auth/state").await.json()["signed_in"]["name"], "ada");
    let thief = house.browser();
    thief.cookies.lock().insert(COOKIE.into(), planted.reveal().into());
    assert_eq!(thief.get("/auth/account").await.status, 401);
    assert_eq!(back(&thief, "one", &format!("code=x&state={}", left.state)).await.location(), "/?refused=provider");
}

#[tokio::test]
async fn answers_with_another_state_or_for_another_browser_are_refused() {
    let (house, one, two) = house().await;
    let victim = house.browser();
    // An attacker who signs in as themselves and sends the victim the last address: the victim would work in their account.
    let attacker = house.browser();
    let theirs = leave(&attacker, "one").await;
    one.grants(&one.claims(&theirs.nonce));
    let query = format!("code=x&state={}", theirs.state);
    refused(&victim, &back(&victim, "one", &query).await, "a browser that never left");
    let mine = leave(&victim, "one").await;
    refused(&victim, &back(&victim, "one", &query).await, "a browser that left for something else");
    refused(&victim, &back(&victim, "one", &format!("code=x&state={}", mine.state)).await, "one try each");
    for (what, query) in [
        ("no state", "code=x".to_owned()),
        ("an empty one", "code=x&state=".to_owned()),
        ("a guess", format!("code=x&state={}", "A".repeat(43))),
        ("no code", "state={state}".to_owned()),
        ("two states", "code=x&state={state}&state=x".to_owned()),
        ("two codes", "code=x&code=y&state={state}".to_owned()),
        ("a refusal", "error=access_denied&error_description=%3Cscript%3E&state={state}".to_owned()),
        ("a refusal and a code", "error=access_denied&code=x&state={state}".to_owned()),
        ("the other one's issuer", format!("code=x&state={{state}}&iss={}", two.issuer)),
        ("an issuer that is nobody", "code=x&state={state}&iss=https://evil.example".to_owned()),
        ("nothing", String::new()),
    ] {
        let before = lines(&house).await;
        let left = leave(&victim, "one").await;
        one.grants(&one.claims(&left.nonce));
        refused(&victim, &back(&victim, "one", &query.replace("{state}", &left.state)).await, what);
        assert_eq!(lines(&house).await, before + 1, "{what}: a line each");
    }
    assert_eq!(one.asked(), 0, "no code of a stranger ever went to the provider");
}

#[tokio::test]
async fn an_answer_of_one_provider_is_none_of_the_other() {
    let (house, one, two) = house().await;
    let victim = house.browser();
    let left = leave(&victim, "one").await;
    for liar in [&one, &two] {
        liar.grants(&liar.claims(&left.nonce));
    }
    // Somebody who runs `two` would get the code that is for `one`.
    refused(&victim, &back(&victim, "two", &format!("code=x&state={}", left.state)).await, "the other way back");
    assert_eq!((one.asked(), two.asked()), (0, 0));
    // The same person's number at another provider is another person.
    for provider in ["one", "two"] {
        let (liar, browser) = (if provider == "one" { &one } else { &two }, house.browser());
        let left = leave(&browser, provider).await;
        liar.grants(&liar.claims(&left.nonce));
        back(&browser, provider, &format!("code=x&state={}", left.state)).await;
        let name = browser.get("/auth/state").await.json()["signed_in"]["name"].clone();
        assert_eq!(name, if provider == "one" { "ada" } else { "ada-2" });
    }
    assert_eq!(victim.get("/auth/oidc/three").await.status, 404);
    assert_eq!(house.browser().get("/auth/oidc/one?to=https://evil.example/").await.status, 303);
}

#[tokio::test]
async fn tokens_that_were_not_made_for_this_sign_in_are_refused() {
    let (house, one, two) = house().await;
    let victim = house.browser();
    let now = Moment::now().millis() / 1000;
    let changes = [
        ("another nonce", "nonce", json!("another")),
        ("no nonce", "nonce", Value::Null),
        ("another issuer", "iss", json!(two.issuer)),
        ("an issuer that is nobody", "iss", json!("https://evil.example")),
        ("for another client", "aud", json!("another")),
        ("for us and another", "aud", json!(["tos", "another"])),
        ("over", "exp", json!(now - 120)),
        ("of the future", "iat", json!(now + 600)),
        ("nobody", "sub", Value::Null),
        ("no possible name", "preferred_username", json!("'; DROP TABLE users; --")),
    ];
    for (number, (what, key, value)) in changes.into_iter().enumerate() {
        let left = leave(&victim, "one").await;
        let mut claims = one.claims(&left.nonce);
        claims[key] = value;
        one.grants(&claims);
        let answer = back(&victim, "one", &format!("code=x&state={}", left.state)).await;
        if key == "preferred_username" {
            // A name is made of what is left of it, or there is no account: never what it says.
            let name = victim.get("/auth/state").await.json()["signed_in"]["name"].clone();
            assert!(name.as_str().is_none_or(store::name_fits), "{name}");
            continue;
        }
        refused(&victim, &answer, what);
        assert_eq!(lines(&house).await, number + 1, "{what}: a line each");
    }
    let left = leave(&house.browser(), "one").await;
    // Signed by the other provider, in the name of this one.
    let forged = two.claims(&left.nonce);
    two.grants(&forged);
    let token = two.answers.lock()["/token"].clone();
    one.answers.lock().insert("/token".to_owned(), token);
    let browser = house.browser();
    let left = leave(&browser, "one").await;
    refused(&browser, &back(&browser, "one", &format!("code=x&state={}", left.state)).await, "signed by another");
}
