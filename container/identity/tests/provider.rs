//! Sign-ins at a real provider (oidc-provider, started by node on loopback), and what somebody in between may try.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    net::{IpAddr, Ipv4Addr},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use identity::{
    limits::Prefix,
    oidc::{Ended, NotAllowed, OidcError, People, Provider, Providers, Rank, Refusal},
};
use serde_json::json;
use url::Url;

const PUBLIC: &str = "https://tos.example";

/// The provider's process; it ends with its standard input.
struct Remote {
    process: Child,
    /// Kept open: it may have more to say.
    _said: BufReader<ChildStdout>,
    issuer: Url,
}

impl Remote {
    /// A provider with the clients `tos-a` and `tos-b`, whose ways back are those of our providers `a` and `b`.
    fn start() -> Self {
        let client = |id: &str, more: serde_json::Value| {
            let mut client = json!({
                "client_id": format!("tos-{id}"), "client_secret": "a secret of both",
                "redirect_uris": [format!("{PUBLIC}/auth/oidc/{id}/back")],
            });
            client.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            client
        };
        let setup = json!({
            "clients": [
                client("a", json!({})),
                client("b", json!({})),
                client("hmac", json!({ "id_token_signed_response_alg": "HS256" })),
                client("es", json!({ "id_token_signed_response_alg": "ES256" })),
            ],
            "accounts": {
                "alice": {
                    "email": "alice@tos.example", "email_verified": true, "name": "Alice\u{7}", "preferred_username": "Alice.L",
                    "groups": ["crew", "bridge"],
                },
                "mallory": { "email": "alice@tos.example", "email_verified": false, "preferred_username": "alice-l" },
            },
        });
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/host/harness/provider.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(setup.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node is needed for this test: make deps");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let said: serde_json::Value =
            serde_json::from_str(&line).expect("the provider does not start; npm's packages are needed: make deps");
        let issuer = Url::parse(said["issuer"].as_str().unwrap()).unwrap();
        Self { process, _said: output, issuer }
    }

    fn provider(&self, id: &str, people: People) -> Provider {
        Provider {
            id: id.to_owned(),
            name: id.to_uppercase(),
            issuer: self.issuer.clone(),
            client_id: format!("tos-{id}"),
            client_secret: Some("a secret of both".to_owned()),
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            authorities: None,
            people,
        }
    }

    fn providers(&self, ids: &[&str]) -> Providers {
        let all = ids.iter().map(|id| self.provider(id, People { create: true, ..People::default() })).collect();
        Providers::new(all, &Url::parse(PUBLIC).unwrap()).unwrap()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Just enough of a browser: cookies, redirects, one form.
struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> reqwest::Response {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// Goes to `url`, signs in as `form` says, and gives the query that the provider sends it back to us with.
    async fn sign_in(&mut self, url: Url, form: &'static str) -> String {
        let mut at = url;
        for _ in 0..10 {
            let mut request = self.http.get(at.clone());
            if at.path().starts_with("/sign-in/") {
                let page = self.send(self.http.get(at.clone())).await;
                assert!(page.text().await.unwrap().contains("<form"));
                request =
                    self.http.post(at.clone()).header("content-type", "application/x-www-form-urlencoded").body(form);
            }
            let response = self.send(request).await;
            let status = response.status();
            let Some(to) = response.headers().get("location") else {
                panic!("{at}: {status}: {}", response.text().await.unwrap());
            };
            at = at.join(to.to_str().unwrap()).unwrap();
            if at.host_str() == Some("tos.example") {
                return at.query().unwrap().to_owned();
            }
        }
        panic!("too many redirects");
    }
}

fn from() -> Prefix {
    Prefix::of(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn unix() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Begins at `id`, signs in as `form` says in a new browser, and gives the cookie and the query that came back.
async fn away(providers: &Providers, id: &str, form: &'static str) -> (String, String) {
    let begun = providers.begin(id, "/u/alice/", from(), Instant::now()).await.unwrap();
    let query = Browser::new().sign_in(begun.location, form).await;
    (begun.browser.reveal().to_owned(), query)
}

async fn end(providers: &Providers, id: &str, cookie: &str, query: &str) -> Result<Ended, OidcError> {
    providers.end(id, Some(cookie), query, Instant::now(), unix()).await
}

#[track_caller]
fn refused(result: Result<Ended, OidcError>, why: Refusal) {
    match result {
        Err(error @ OidcError::Refused(refusal)) => {
            assert_eq!(refusal, why);
            assert_eq!(error.to_string(), "this sign-in was not accepted; begin again", "no reason for a stranger");
        }
        other => panic!("{other:?}, not {why:?}"),
    }
}

/// The query with one parameter changed.
fn with(query: &str, key: &str, value: Option<&str>) -> String {
    let mut changed = url::form_urlencoded::Serializer::new(String::new());
    changed.extend_pairs(url::form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other != key));
    if let Some(value) = value {
        changed.append_pair(key, value);
    }
    changed.finish()
}

fn part(query: &str, key: &str) -> String {
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(other, _)| other == key);
    found.unwrap_or_else(|| panic!("{query} has no {key}")).1.into_owned()
}

#[tokio::test]
async fn somebody_signs_in_and_nobody_can_use_it_again() {
    let remote = Remote::start();
    let people = People {
        create: true,
        domains: vec!["TOS.example".to_owned()],
        groups: vec!["crew".to_owned()],
        admins: vec!["bridge".to_owned()],
        ..People::default()
    };
    let providers = Providers::new(vec![remote.provider("a", people)], &Url::parse(PUBLIC).unwrap()).unwrap();
    let (cookie, query) = away(&providers, "a", "account=alice").await;
    let ended = end(&providers, "a", &cookie, &query).await.unwrap();
    assert_eq!(ended.return_to, "/u/alice/");
    let person = ended.person;
    assert_eq!(
        (person.subject.as_str(), person.issuer.as_str()),
        ("alice", remote.issuer.as_str().trim_end_matches('/'))
    );
    assert_eq!(person.new_name.unwrap().as_str(), "alice-l");
    assert_eq!((person.display_name.as_deref(), person.rank), (Some("Alice"), Some(Rank::Admin)));
    assert_eq!(person.email.as_deref(), Some("alice@tos.example"));
    // The same answer once more, in the same browser and in another sign-in of it.
    refused(end(&providers, "a", &cookie, &query).await, Refusal::Browser);
    let again = providers.begin("a", "/", from(), Instant::now()).await.unwrap();
    refused(end(&providers, "a", again.browser.reveal(), &query).await, Refusal::State);
    // Somebody who typed alice's address into a profile, unverified.
    let (cookie, query) = away(&providers, "a", "account=mallory").await;
    let result = end(&providers, "a", &cookie, &query).await;
    assert!(matches!(result, Err(OidcError::NotAllowed(NotAllowed::Domain))), "{result:?}");
    // Whoever says no.
    let (cookie, query) = away(&providers, "a", "no=1").await;
    assert!(matches!(end(&providers, "a", &cookie, &query).await, Err(OidcError::Denied)));
    // And with another signature of public keys.
    let providers = remote.providers(&["es"]);
    let (cookie, query) = away(&providers, "es", "account=alice").await;
    assert!(end(&providers, "es", &cookie, &query).await.is_ok());
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let remote = Remote::start();
    let providers = remote.providers(&["a", "b"]);
    // Mallory's own code, with the state of alice's browser: PKCE does not fit.
    let (_, mallorys) = away(&providers, "a", "account=mallory").await;
    let (cookie, alices) = away(&providers, "a", "account=alice").await;
    let injected = with(&alices, "code", Some(&part(&mallorys, "code")));
    refused(end(&providers, "a", &cookie, &injected).await, Refusal::Code);
    // Alice's code, stolen, in mallory's browser.
    let (cookie, mallorys) = away(&providers, "a", "account=mallory").await;
    let stolen = with(&mallorys, "code", Some(&part(&alices, "code")));
    refused(end(&providers, "a", &cookie, &stolen).await, Refusal::Code);
    // A code that was made for another client.
    let (_, for_b) = away(&providers, "b", "account=alice").await;
    let (cookie, for_a) = away(&providers, "a", "account=mallory").await;
    let crossed = with(&for_a, "code", Some(&part(&for_b, "code")));
    refused(end(&providers, "a", &cookie, &crossed).await, Refusal::Code);
}

#[tokio::test]
async fn state_nonce_and_browser_belong_together() {
    let remote = Remote::start();
    let providers = remote.providers(&["a"]);
    // Login CSRF: mallory's whole answer in alice's browser, with and without a sign-in of alice's own.
    let (_, mallorys) = away(&providers, "a", "account=mallory").await;
    let result = providers.end("a", None, &mallorys, Instant::now(), unix()).await;
    refused(result, Refusal::Browser);
    let alices = providers.begin("a", "/", from(), Instant::now()).await.unwrap();
    refused(end(&providers, "a", alices.browser.reveal(), &mallorys).await, Refusal::State);
    // Another nonce: the ID token belongs to another beginning.
    let begun = providers.begin("a", "/", from(), Instant::now()).await.unwrap();
    let mut location = begun.location.clone();
    let query = with(location.query().unwrap(), "nonce", Some("another"));
    location.set_query(Some(&query));
    let query = Browser::new().sign_in(location, "account=alice").await;
    refused(end(&providers, "a", begun.browser.reveal(), &query).await, Refusal::Token);
    // Too late, by our clock.
    let (cookie, query) = away(&providers, "a", "account=alice").await;
    let late = Instant::now() + Duration::from_secs(601);
    refused(providers.end("a", Some(&cookie), &query, late, unix()).await, Refusal::Browser);
    // An ID token that is over, or from the future.
    for at in [unix() + 7200, unix() - 7200] {
        let (cookie, query) = away(&providers, "a", "account=alice").await;
        refused(providers.end("a", Some(&cookie), &query, Instant::now(), at).await, Refusal::Token);
    }
}

#[tokio::test]
async fn one_provider_cannot_answer_for_another() {
    let (one, two) = (Remote::start(), Remote::start());
    let all = vec![one.provider("a", People::default()), two.provider("b", People::default())];
    let providers = Providers::new(all, &Url::parse(PUBLIC).unwrap()).unwrap();
    // Begun at `a`, ended on the way back of `b`.
    let (cookie, query) = away(&providers, "a", "account=alice").await;
    refused(end(&providers, "b", &cookie, &query).await, Refusal::Provider);
    // The answer names the other issuer, or none although this provider always does.
    for issuer in [Some(two.issuer.as_str().trim_end_matches('/')), Some(""), None] {
        let (cookie, query) = away(&providers, "a", "account=alice").await;
        refused(end(&providers, "a", &cookie, &with(&query, "iss", issuer)).await, Refusal::Issuer);
    }
    // The other's code.
    let (_, theirs) = away(&providers, "b", "account=alice").await;
    let (cookie, query) = away(&providers, "a", "account=alice").await;
    refused(end(&providers, "a", &cookie, &with(&query, "code", Some(&part(&theirs, "code")))).await, Refusal::Code);
    assert!(matches!(providers.begin("c", "/", from(), Instant::now()).await, Err(OidcError::Unknown)));
}

#[tokio::test]
async fn an_id_token_signed_with_the_shared_secret_is_refused() {
    let remote = Remote::start();
    let providers = remote.providers(&["hmac"]);
    let (cookie, query) = away(&providers, "hmac", "account=alice").await;
    refused(end(&providers, "hmac", &cookie, &query).await, Refusal::Token);
}

#[tokio::test]
async fn a_provider_that_is_away_is_not_reachable() {
    let mut remote = Remote::start();
    let providers = remote.providers(&["a"]);
    let (cookie, query) = away(&providers, "a", "account=alice").await;
    drop(remote.process.stdin.take());
    remote.process.wait().unwrap();
    let error = end(&providers, "a", &cookie, &query).await.unwrap_err();
    assert_eq!(error.to_string(), "the provider cannot be reached; try again in a moment");
    let providers = remote.providers(&["a"]);
    assert!(matches!(providers.begin("a", "/", from(), Instant::now()).await, Err(OidcError::Unreachable)));
}
