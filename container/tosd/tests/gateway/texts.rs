//! What stands in a text is a text: in every field of every form, in paths, queries and headers. It is refused, or it is kept
//! and given back as it is; no database, page or header takes it for anything else.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};
use store::audit::Verdict;

use crate::house::{Answer, Browser, House, PASSWORD};

/// For SQL, templates, HTML, formats, shells, paths, headers.
const TEXTS: [&str; 14] = [
    "'; DROP TABLE users; --",
    "ada' OR '1'='1",
    "ada\"; UPDATE users SET role = 'admin'; --",
    "$1; SELECT pg_sleep(10)",
    "{{7*7}}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{{title}}{{words}}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "%s%s%n%x",
    "$(touch /tmp/x) `id` | id; id",
    "../../../etc/passwd",
    "x\r\nSet-Cookie: __Host-tos=planted; Path=/\r\n\r\n<p>",
    "a\u{0}b\u{202e}c\u{feff}'",
];

/// Every form there is with each of its texts in turn; `@` is where the text goes.
const FORMS: [(&str, &str); 39] = [
    ("/auth/password", r#"{"name":"@","password":"@","code":"@"}"#),
    ("/auth/passkey/begin", r#"{"name":"@"}"#),
    ("/auth/passkey/finish", r#"{"ceremony":"@","credential":{}}"#),
    ("/auth/passkey/finish", r#"{"ceremony":"x","credential":{"id":"@","rawId":"@","type":"@"}}"#),
    ("/auth/link", r#"{"secret":"@"}"#),
    ("/auth/join", r#"{"secret":"@","name":"eve","password":"x"}"#),
    ("/auth/join", r#"{"secret":"SECRET","name":"@","password":"a long one that nobody has"}"#),
    ("/auth/join", r#"{"secret":"SECRET","name":"eve","joining":"@","ceremony":"@","credential":"@"}"#),
    ("/auth/join/passkey", r#"{"secret":"SECRET","name":"@"}"#),
    ("/auth/join/passkey", r#"{"secret":"SECRET","name":"eve","display":"@"}"#),
    ("/auth/reset", r#"{"secret":"@","password":"a long one that nobody has"}"#),
    ("/auth/reset/passkey", r#"{"secret":"@"}"#),
    ("/auth/step-up", r#"{"purpose":"@"}"#),
    ("/auth/step-up", r#"{"purpose":"session","ceremony":"@","credential":"@"}"#),
    ("/auth/account/passkey", r#"{"ceremony":"@","credential":{},"label":"x"}"#),
    ("/auth/account/passkey", r#"{"ceremony":"x","credential":{"id":"@"},"label":"@"}"#),
    ("/auth/account/totp", r#"{"enrolling":"@","code":"1"}"#),
    ("/auth/account/totp", r#"{"enrolling":"x","code":"@"}"#),
    ("/auth/account/rename", r#"{"id":"@","label":"x"}"#),
    ("/auth/account/rename", r#"{"id":"CREDENTIAL","label":"@"}"#),
    ("/auth/account/remove", r#"{"id":"@"}"#),
    ("/auth/account/session", r#"{"id":"@"}"#),
    ("/auth/account/guest", r#"{"label":"@","hours":1}"#),
    ("/auth/account/guest/revoke", r#"{"id":"@"}"#),
    ("/auth/account/resume", r#"{"snapshot":"@"}"#),
    ("/admin/api/act", r#"{"user":"@","act":"freeze"}"#),
    ("/admin/api/act", r#"{"user":"ada","act":"@"}"#),
    ("/admin/api/look", r#"{"user":"@"}"#),
    ("/admin/api/user", r#"{"name":"@","role":"user"}"#),
    ("/admin/api/user", r#"{"name":"ada","role":"@"}"#),
    ("/admin/api/user", r#"{"name":"ada","plan":"@"}"#),
    ("/admin/api/user/remove", r#"{"name":"@"}"#),
    ("/admin/api/user/sign-out", r#"{"name":"@"}"#),
    ("/admin/api/user/reset", r#"{"name":"@"}"#),
    ("/admin/api/invite", r#"{"role":"user","plan":"@","hours":1}"#),
    ("/admin/api/invite", r#"{"role":"@","plan":"standard","hours":1}"#),
    ("/admin/api/link/revoke", r#"{"id":"@"}"#),
    ("/auth/sign-out", r#"{"@":"@"}"#),
    ("/auth/nothing", r#"{"x":"@"}"#),
];

/// Puts a text in every place that is marked.
fn filled(value: &Value, text: &str) -> Value {
    match value {
        Value::String(mark) if mark == "@" => text.into(),
        Value::Array(all) => all.iter().map(|one| filled(one, text)).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(key, one)| (if key == "@" { text.to_owned() } else { key.clone() }, filled(one, text)))
            .collect(),
        other => other.clone(),
    }
}

/// Nothing that a browser would run, no header that was planted, none of our own mistakes.
#[track_caller]
fn harmless(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert!(!format!("{cookies:?}").contains("planted"), "{what}");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{what}");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{what}");
    let html = answer.headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().contains("html"));
    if html {
        let page = answer.text();
        for part in ["alert(1)", "DROP TABLE", "{{7*7}}", "planted", "etc/passwd"] {
            assert!(!page.contains(part), "{what}: {part} is on a page");
        }
    }
}

/// What they were before.
async fn untouched(house: &House, ada: &Browser) {
    let users = house.store.users(None, 100).await.unwrap();
    let all: Vec<_> = users.iter().map(|user| (user.name.as_str(), user.role, user.disabled)).collect();
    assert_eq!(all, [("ada", store::Role::Admin, false), ("ben", store::Role::User, false)]);
    assert!(matches!(house.store.verify_audit(None).await.unwrap(), Verdict::Whole { .. }));
    assert_eq!(ada.get("/auth/account").await.status, 200);
}

#[tokio::test]
async fn no_field_of_a_form_is_more_than_a_text() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let ben = house.joined("ben").await;
    let secret = house.invitation().await;
    let credential = ada.get("/auth/account").await.json()["credentials"][0]["id"].as_str().unwrap().to_owned();
    for (path, form) in FORMS {
        let form = form.replace("SECRET", &secret).replace("CREDENTIAL", &credential);
        let form: Value = serde_json::from_str(&form).unwrap();
        for text in TEXTS {
            // Signing out is about who asks.
            let browser = if path == "/auth/sign-out" { &ben } else { &ada };
            let answer = browser.post(path, filled(&form, text)).await;
            harmless(&answer, &format!("{path} {text:?}"));
            if answer.status == 409 && path == "/auth/account/guest" {
                break;
            }
        }
    }
    untouched(&house, &ada).await;
}

#[tokio::test]
async fn what_is_kept_is_given_back_as_it_is() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let ben = house.joined("ben").await;
    let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(100).collect::<String>().trim().to_owned();
    for text in TEXTS {
        let made = ada.post("/auth/account/guest", json!({ "label": text, "hours": 1 })).await.json();
        assert_eq!(made["guest"]["label"], plain(text));
        let id = &ada.get("/auth/account").await.json()["credentials"][0]["id"];
        ada.post("/auth/account/rename", json!({ "id": id, "label": text })).await;
        let account = ada.get("/auth/account").await;
        assert_eq!(account.headers["content-type"], "application/json");
        assert_eq!(account.json()["credentials"][0]["label"], plain(text));
        // Refused by name: what was tried is in the log, whole, and the log is data.
        ben.post("/auth/password", json!({ "name": text, "password": PASSWORD })).await;
        let log = ada.get("/admin/api/audit").await;
        assert_eq!(log.headers["content-type"], "application/json");
        let lines = log.json()["lines"].clone();
        let line = lines.as_array().unwrap().iter().find(|line| line["what"] == "sign-in").unwrap().clone();
        // PostgreSQL has no character 0.
        assert_eq!(line["on"], text.replace('\0', "\u{fffd}"), "{line}");
        ada.post("/auth/account/guest/revoke", json!({ "id": made["guest"]["id"] })).await;
    }
    untouched(&house, &ada).await;
}

#[tokio::test]
async fn no_path_query_or_header_is_more_than_a_text() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let _ben = house.joined("ben").await;
    let pages = [("accept", "text/html")];
    for text in TEXTS {
        let quoted: String = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).collect();
        for path in [
            format!("/{quoted}"),
            format!("/u/{quoted}/"),
            format!("/u/ada/{quoted}"),
            format!("/u/ada/port/{quoted}/"),
            format!("/u/ada/port/8888/~{quoted}/"),
            format!("/u/ada/whep/{quoted}"),
            format!("/u/ada/novnc/{quoted}"),
            format!("/g/{quoted}"),
            format!("/portal/{quoted}"),
            format!("/auth/oidc/{quoted}"),
            format!("/auth/oidc/one/back?code={quoted}&state={quoted}"),
            format!("/admin/api/audit?before={quoted}"),
            format!("/?to={quoted}&refused={quoted}"),
            format!("/u/ada/?output={quoted}"),
        ] {
            harmless(&ada.send(Method::GET, &path, &pages, None).await, &path);
        }
        // What a browser calls itself is shown in the list of sessions.
        let printable: String = text.chars().filter(|c| c.is_ascii() && !c.is_control()).collect();
        let browser = house.browser();
        let headers = [
            ("x-tos", "1"),
            ("content-type", "application/json"),
            ("sec-fetch-site", "same-origin"),
            ("user-agent", printable.as_str()),
        ];
        let form = json!({ "name": "ben", "password": PASSWORD }).to_string();
        let signed = browser.send(Method::POST, "/auth/password", &headers, Some(form.into())).await;
        if signed.status == 429 {
            continue;
        }
        assert_eq!(signed.status, 200, "{}", signed.text());
        let sessions = browser.get("/auth/account").await.json()["sessions"].clone();
        let all = sessions.as_array().unwrap();
        assert!(all.iter().any(|session| session["agent"] == printable), "{sessions}");
    }
    untouched(&house, &ada).await;
}
