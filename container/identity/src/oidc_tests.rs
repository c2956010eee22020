use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, http::Uri, response::Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{people::Claims, *};

const PUBLIC: &str = "https://tos.example";
const NOW: UnixTime = 1_800_000_000;

/// A provider that lies as it is told. What it says is what the last [`Liar::says`] set.
#[derive(Clone)]
struct Liar {
    issuer: String,
    key: ed25519_dalek::SigningKey,
    answers: Arc<Mutex<std::collections::HashMap<String, (u16, String)>>>,
    asked: Arc<AtomicUsize>,
}

impl Liar {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let liar = Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            key: ed25519_dalek::SigningKey::from_bytes(&[5; 32]),
            answers: Arc::default(),
            asked: Arc::default(),
        };
        let behind = liar.clone();
        let app = Router::new().fallback(move |uri: Uri| {
            let liar = behind.clone();
            async move {
                liar.asked.fetch_add(1, Ordering::SeqCst);
                let (status, body) =
                    liar.answers.lock().unwrap().get(uri.path()).cloned().unwrap_or((404, String::new()));
                Response::builder()
                    .status(status)
                    .header("content-type", "application/json")
                    .header("location", "/elsewhere")
                    .body(axum::body::Body::from(body))
                    .unwrap()
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        liar.describe(json!({}));
        liar.says("/jwks", 200, &liar.jwks("one"));
        liar
    }

    fn says(&self, path: &str, status: u16, body: &Value) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }

    fn jwks(&self, id: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.verifying_key().as_bytes());
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": id, "use": "sig", "alg": "EdDSA" }] })
    }

    fn describe(&self, more: Value) {
        let at = |path: &str| format!("{}{path}", self.issuer);
        let mut description = json!({
            "issuer": self.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
            "jwks_uri": at("/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
        });
        description.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.says("/.well-known/openid-configuration", 200, &description);
    }

    fn claims(&self, nonce: &str) -> Value {
        json!({ "iss": self.issuer, "sub": "alice", "aud": "tos", "iat": NOW, "exp": NOW + 300, "nonce": nonce })
    }

    fn sign(&self, claims: &Value, id: &str) -> String {
        use ed25519_dalek::pkcs8::EncodePrivateKey as _;
        let key = EncodingKey::from_ed_der(self.key.to_pkcs8_der().unwrap().as_bytes());
        let header = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }

    fn grants(&self, id_token: &str) {
        self.says("/token", 200, &json!({ "access_token": "access", "token_type": "Bearer", "id_token": id_token }));
    }

    fn providers(&self) -> Providers {
        let provider = json!({ "id": "liar", "name": "Liar", "issuer": self.issuer, "client_id": "tos" });
        Providers::new(vec![serde_json::from_value(provider).unwrap()], &Url::parse(PUBLIC).unwrap()).unwrap()
    }

    /// A whole sign-in in which the ID token is what `token` makes of the nonce.
    async fn sign_in(&self, providers: &Providers, token: impl Fn(&str) -> String) -> Result<Ended, OidcError> {
        let begun = providers.begin("liar", "/", from(), Instant::now()).await?;
        let sent = |key: &str| begun.location.query_pairs().find(|(other, _)| other == key).unwrap().1.into_owned();
        self.grants(&token(&sent("nonce")));
        let query = format!("code=x&state={}", sent("state"));
        providers.end("liar", Some(begun.browser.reveal()), &query, Instant::now(), NOW).await
    }
}

fn from() -> Prefix {
    Prefix::of(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn with(mut claims: Value, key: &str, value: Value) -> Value {
    claims[key] = value;
    claims
}

#[tokio::test]
async fn an_honest_answer_is_accepted() {
    let liar = Liar::start().await;
    let ended = liar.sign_in(&liar.providers(), |nonce| liar.sign(&liar.claims(nonce), "one")).await.unwrap();
    assert_eq!((ended.person.subject.as_str(), ended.return_to.as_str()), ("alice", "/"));
    assert_eq!(ended.person.new_name, None, "nobody said that accounts are made");
}

#[tokio::test]
async fn forged_id_tokens_are_refused() {
    let liar = Liar::start().await;
    let providers = liar.providers();
    type Forge<'a> = Box<dyn Fn(&str) -> String + 'a>;
    let change = |key: &'static str, value: Value| -> Forge<'_> {
        let liar = &liar;
        Box::new(move |nonce| liar.sign(&with(liar.claims(nonce), key, value.clone()), "one"))
    };
    let unsigned: Forge<'_> = Box::new(|nonce| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&json!({ "alg": "none" })), part(&liar.claims(nonce)))
    });
    let hmac: Forge<'_> = Box::new(|nonce| {
        let key = EncodingKey::from_secret(liar.key.verifying_key().as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &liar.claims(nonce), &key).unwrap()
    });
    let other: Forge<'_> = Box::new(|nonce| {
        let other = Liar { key: ed25519_dalek::SigningKey::from_bytes(&[6; 32]), ..liar.clone() };
        other.sign(&liar.claims(nonce), "one")
    });
    for (name, forge) in [
        ("not signed", unsigned),
        ("signed with the public key", hmac),
        ("by another key", other),
        ("for another client", change("aud", json!("another"))),
        ("for us and another", change("aud", json!(["tos", "another"]))),
        ("by another issuer", change("iss", json!("https://evil.example"))),
        ("over", change("exp", json!(NOW - 61))),
        ("issued in the future", change("iat", json!(NOW + 61))),
        ("issued long ago", change("iat", json!(NOW - 3600))),
        ("with another nonce", change("nonce", json!("another"))),
        ("without a nonce", change("nonce", Value::Null)),
        ("with another access token's hash", change("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        ("nothing", Box::new(|_| "..".to_owned())),
    ] {
        let result = liar.sign_in(&providers, forge).await;
        assert!(matches!(result, Err(OidcError::Refused(Refusal::Token | Refusal::Code))), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let liar = Liar::start().await;
    let providers = liar.providers();
    for (key, time) in [("exp", NOW - 59), ("iat", NOW + 59)] {
        let result =
            liar.sign_in(&providers, |nonce| liar.sign(&with(liar.claims(nonce), key, json!(time)), "one")).await;
        assert!(result.is_ok(), "{key}: {result:?}");
    }
}

#[tokio::test]
async fn what_is_said_about_somebody_else_is_refused() {
    let liar = Liar::start().await;
    liar.describe(json!({ "userinfo_endpoint": format!("{}/userinfo", liar.issuer) }));
    liar.says("/userinfo", 200, &json!({ "sub": "bob", "name": "Bob" }));
    let providers = liar.providers();
    let result = liar.sign_in(&providers, |nonce| liar.sign(&liar.claims(nonce), "one")).await;
    assert!(matches!(result, Err(OidcError::Refused(Refusal::Claims))), "{result:?}");
    // The verified flag of one side says nothing about the address of the other.
    liar.says(
        "/userinfo",
        200,
        &json!({ "sub": "alice", "email": "admin@tos.example", "email_verified": true, "name": "A" }),
    );
    let token = |nonce: &str| liar.sign(&with(liar.claims(nonce), "email", json!("alice@evil.example")), "one");
    let person = liar.sign_in(&providers, token).await.unwrap().person;
    assert_eq!((person.email, person.display_name.as_deref()), (None, Some("A")));
}

#[tokio::test]
async fn a_provider_that_answers_wrongly_is_not_reachable() {
    let liar = Liar::start().await;
    let path = "/.well-known/openid-configuration";
    let described = liar.answers.lock().unwrap().get(path).cloned().unwrap();
    for (name, status, body) in [
        ("without end", 200, format!("{{\"a\":\"{}\"}}", "x".repeat(2 << 20))),
        ("elsewhere", 302, String::new()),
        ("nonsense", 200, "<html>".to_owned()),
        ("as another issuer", 200, described.1.replace(&liar.issuer, "https://evil.example")),
        ("broken", 500, String::new()),
    ] {
        liar.answers.lock().unwrap().insert(path.to_owned(), (status, body));
        let result = liar.providers().begin("liar", "/", from(), Instant::now()).await;
        assert!(matches!(result, Err(OidcError::Unreachable)), "{name}: {result:?}");
    }
    for (name, wrong) in [
        ("in the clear", json!({ "authorization_endpoint": "http://evil.example/authorize" })),
        ("to a script", json!({ "authorization_endpoint": "javascript:alert(1)" })),
        ("keys in the clear", json!({ "jwks_uri": "http://192.0.2.1/jwks" })),
    ] {
        liar.describe(wrong);
        let result = liar.providers().begin("liar", "/", from(), Instant::now()).await;
        assert!(matches!(result, Err(OidcError::Unreachable)), "{name}: {result:?}");
    }
}

#[tokio::test]
async fn a_provider_is_asked_once_and_again_for_a_new_key_but_not_for_every_unknown_one() {
    let liar = Liar::start().await;
    let providers = liar.providers();
    let start = Instant::now();
    for _ in 0..5 {
        providers.begin("liar", "/", from(), start).await.unwrap();
    }
    assert_eq!(liar.asked.load(Ordering::SeqCst), 2, "its description and its keys");
    // It changes its key.
    liar.says("/jwks", 200, &liar.jwks("two"));
    let sign_in = async |now: Instant, key: &str| {
        let begun = providers.begin("liar", "/", from(), now).await.unwrap();
        let sent = |key: &str| begun.location.query_pairs().find(|(other, _)| other == key).unwrap().1.into_owned();
        liar.grants(&liar.sign(&liar.claims(&sent("nonce")), key));
        let query = format!("code=x&state={}", sent("state"));
        providers.end("liar", Some(begun.browser.reveal()), &query, now, NOW).await
    };
    assert!(sign_in(start + Duration::from_secs(61), "two").await.is_ok());
    let asked = liar.asked.load(Ordering::SeqCst);
    assert_eq!(asked, 5, "keys, description, and the code");
    for _ in 0..5 {
        assert!(sign_in(start + Duration::from_secs(62), "three").await.is_err());
    }
    assert_eq!(liar.asked.load(Ordering::SeqCst), asked + 5, "only the codes");
}

#[tokio::test]
async fn a_provider_that_is_down_is_not_asked_by_every_visitor() {
    let liar = Liar::start().await;
    liar.says("/.well-known/openid-configuration", 500, &json!({}));
    let providers = liar.providers();
    let now = Instant::now();
    for _ in 0..5 {
        assert!(providers.begin("liar", "/", from(), now).await.is_err());
    }
    assert_eq!(liar.asked.load(Ordering::SeqCst), 1);
    liar.describe(json!({}));
    assert!(providers.begin("liar", "/", from(), now + Duration::from_secs(5)).await.is_ok());
    // Later it is down again: what it said is good for a day.
    liar.says("/.well-known/openid-configuration", 500, &json!({}));
    assert!(providers.begin("liar", "/", from(), now + Duration::from_secs(7200)).await.is_ok());
    assert!(providers.begin("liar", "/", from(), now + Duration::from_secs(90_000)).await.is_err());
}

#[test]
fn mistakes_in_the_configuration_are_told() {
    let public = Url::parse(PUBLIC).unwrap();
    let provider = |id: &str, issuer: &str| -> Provider {
        serde_json::from_value(json!({ "id": id, "name": "x", "issuer": issuer, "client_id": "tos" })).unwrap()
    };
    let made = |providers: Vec<Provider>| Providers::new(providers, &public).map(|_| ());
    assert!(made(vec![provider("a", "https://a.example"), provider("b", "https://b.example/realm")]).is_ok());
    assert!(matches!(made(vec![provider("A/..", "https://a.example")]), Err(ConfigError::Id(_))));
    assert!(matches!(made(vec![provider("a", "http://a.example")]), Err(ConfigError::Issuer(_))));
    assert!(matches!(made(vec![provider("a", "https://a.example?x")]), Err(ConfigError::Issuer(_))));
    let twice = vec![provider("a", "https://a.example"), provider("a", "https://b.example")];
    assert!(matches!(made(twice), Err(ConfigError::Twice(_))));
    let clear = Providers::new(Vec::new(), &Url::parse("http://tos.example").unwrap());
    assert!(matches!(clear, Err(ConfigError::Public(_))));
    let mut secret = provider("a", "https://a.example");
    secret.client_secret = Some("a secret".to_owned());
    assert!(!format!("{secret:?}").contains("a secret"));
    assert!(!serde_json::to_string(&secret).unwrap().contains("a secret"));
}

#[test]
fn only_paths_of_this_host_are_returned_to() {
    for good in ["/", "/u/alice/", "/u/alice/port/8888/?a=b#c"] {
        assert!(local_path(good), "{good}");
    }
    for bad in ["", "//evil.example", "/\\evil.example", "https://evil.example", "u", "/a\nb", "/ b", &"/".repeat(3000)]
    {
        assert!(!local_path(bad), "{bad:?}");
    }
}

fn claims(value: Value) -> Claims {
    value.as_object().unwrap().clone()
}

#[test]
fn an_address_counts_only_if_the_provider_has_verified_it() {
    let people = People { create: true, domains: vec!["tos.example".to_owned()], ..People::default() };
    let admit = |email: Value, verified: Value| {
        people.admit("p", "https://p", &claims(json!({ "sub": "1", "email": email, "email_verified": verified })))
    };
    assert!(admit(json!("a@tos.example"), json!(true)).is_ok());
    for (email, verified) in [
        (json!("a@tos.example"), json!(false)),
        (json!("a@tos.example"), Value::Null),
        (json!("a@tos.example"), json!("true")),
        (json!("a@tos.example"), json!(1)),
        (json!("a@evil.example"), json!(true)),
        (json!("a@sub.tos.example"), json!(true)),
        (json!("a@eviltos.example"), json!(true)),
        (json!("a@evil.example@tos.example"), json!(true)),
        (json!("a@tos.example\n"), json!(true)),
        (json!(["a@tos.example"]), json!(true)),
    ] {
        assert_eq!(admit(email.clone(), verified), Err(NotAllowed::Domain), "{email}");
    }
}

#[test]
fn groups_open_and_raise_and_are_taken_away() {
    let people = People {
        groups: vec!["crew".to_owned()],
        operators: vec!["ops".to_owned()],
        admins: vec!["bridge".to_owned()],
        groups_claim: "roles".to_owned(),
        ..People::default()
    };
    let rank = |groups: Value| {
        people.admit("p", "https://p", &claims(json!({ "sub": "1", "roles": groups }))).map(|person| person.rank)
    };
    assert_eq!(rank(json!(["crew"])), Ok(Some(Rank::User)));
    assert_eq!(rank(json!(["crew", "ops"])), Ok(Some(Rank::Operator)));
    assert_eq!(rank(json!(["ops", "bridge", "crew"])), Ok(Some(Rank::Admin)));
    assert_eq!(rank(json!("crew")), Ok(Some(Rank::User)));
    for none in [json!([]), json!(["Crew"]), json!(["bridge"]), json!({ "crew": true }), Value::Null, json!([["crew"]])]
    {
        assert_eq!(rank(none.clone()), Err(NotAllowed::Group), "{none}");
    }
    let plain = People::default().admit("p", "https://p", &claims(json!({ "sub": "1" }))).unwrap();
    assert_eq!((plain.rank, plain.new_name), (None, None), "groups do not decide, and accounts are not made");
}

#[test]
fn a_subject_is_needed() {
    for subject in [json!(""), json!("x".repeat(256)), json!(7), Value::Null] {
        let result = People::default().admit("p", "https://p", &claims(json!({ "sub": subject })));
        assert_eq!(result, Err(NotAllowed::Subject));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[a-z.]{1,8}@[a-z.]{1,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Value::from))
}

proptest! {
    #[test]
    fn any_query_is_read_without_harm(query in ".{0,200}") {
        let _ = Answer::read(&query);
    }

    #[test]
    fn of_two_values_none_is_believed(state in "[a-z]{1,5}", key in "state|iss|code|error") {
        let query = format!("state={state}&code=c&iss=i");
        prop_assert!(Answer::read(&query).is_ok());
        let doubled = format!("{query}&{key}=x");
        prop_assert_eq!(Answer::read(&doubled), Err(Refusal::Malformed));
    }

    #[test]
    fn any_claims_are_read_without_harm(
        sub in any_json(), email in any_json(), verified in any_json(), name in any_json(), user in any_json(), groups in any_json(),
    ) {
        let people = People { create: true, domains: vec!["a.b".to_owned()], groups: vec!["g".to_owned()], ..People::default() };
        let open = People { create: true, ..People::default() };
        let claims = claims(json!({
            "sub": sub, "email": email, "email_verified": verified, "name": name, "preferred_username": user, "groups": groups,
        }));
        let _ = people.admit("p", "https://p", &claims);
        if let Ok(person) = open.admit("p", "https://p", &claims) {
            prop_assert!(person.display_name.is_none_or(|name| name.chars().all(|c| !c.is_control())));
            prop_assert!(person.email.is_none() || verified == Value::Bool(true));
        }
    }

    #[test]
    fn a_path_stays_on_this_host(path in "[/\\\\a-z:.@?#]{0,20}") {
        if local_path(&path) {
            let url = Url::parse(PUBLIC).unwrap().join(&path).unwrap();
            prop_assert_eq!(url.origin(), Url::parse(PUBLIC).unwrap().origin());
        }
    }
}
