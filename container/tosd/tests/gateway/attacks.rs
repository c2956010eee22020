//! What attackers try. Each is refused, with an answer that tells nothing, and with a line in the audit log.

use std::sync::Arc;

use axum::http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::house::House;

const NAVIGATION: [(&str, &str); 2] = [("accept", "*/*"), ("sec-fetch-mode", "navigate")];

#[tokio::test]
async fn one_user_reaches_nothing_of_another() {
    let house = Arc::new(House::new().await);
    let _ada = house.joined("ada").await;
    let ben = house.joined("ben").await;
    assert_eq!(ben.get("/u/ben/api/v1/state").await.status, 200);
    for path in ["", "main.js", "api/v1/state", "api/v1/config", "api/v1/snapshot", "phase", "port/8888/"] {
        let theirs = ben.send(Method::GET, &format!("/u/ada/{path}"), &NAVIGATION, None).await;
        let nobodys = ben.send(Method::GET, &format!("/u/nobody/{path}"), &NAVIGATION, None).await;
        assert_eq!(theirs.status, 403, "{path}");
        assert_eq!((theirs.status, theirs.text()), (nobodys.status, nobodys.text()), "nobody learns who is here");
    }
    for (method, path) in [
        (Method::POST, "whep"),
        (Method::PATCH, "whep/abc"),
        (Method::DELETE, "whep/abc"),
        (Method::POST, "api/v1/command"),
    ] {
        let headers = [("sec-fetch-site", "same-origin")];
        assert_eq!(ben.send(method, &format!("/u/ada/{path}"), &headers, None).await.status, 403, "{path}");
    }
    for path in ["api/v1/events", "vnc", "port/8888/socket"] {
        assert_eq!(ben.socket(&format!("/u/ada/{path}"), &ben.origin()).await.err(), Some(403), "{path}");
    }
    for (path, body) in [
        ("/admin/api/act", json!({ "user": "ada", "act": "kill" })),
        ("/admin/api/look", json!({ "user": "ada" })),
        ("/admin/api/user", json!({ "name": "ben", "role": "admin" })),
    ] {
        assert_eq!(ben.post(path, body).await.status, 403, "{path}");
    }
    for path in ["/admin/api/overview", "/admin/api/users", "/admin/api/audit"] {
        assert_eq!(ben.get(path).await.status, 403, "{path}");
    }
    let audit = house.audit().await;
    for line in ["desktop Refused /u/ada/api/v1/state", "desktop Refused /u/ada/whep", "admin Refused /admin/api/act"] {
        assert!(audit.iter().any(|said| said == line), "{line}: {audit:?}");
    }
}

#[tokio::test]
async fn another_ones_ticket_and_another_port_are_refused() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let ben = house.joined("ben").await;
    let place = ben.send(Method::GET, "/u/ben/port/8888/", &NAVIGATION, None).await.location();
    for stolen in [place.replace("/ben/", "/ada/"), place.replace("8888", "9999"), place.replace('~', "~A")] {
        assert_eq!(ben.get(&stolen).await.status, 403, "{stolen}");
    }
    assert_eq!(ada.get("/u/ada/port/9080/").await.status, 404, "the desktop's own port has its own rules");
    for port in ["0", "65536", "-1", "80a", "", "%38%30"] {
        let answer = ada.send(Method::GET, &format!("/u/ada/port/{port}/"), &NAVIGATION, None).await;
        assert_eq!(answer.status, 404, "{port}");
    }
    assert!(house.audit().await.iter().any(|line| line.starts_with("port Refused ada:8888")));
}

#[tokio::test]
async fn an_administrator_looks_only_after_saying_so_and_never_acts() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let _ben = house.joined("ben").await;
    assert_eq!(ada.get("/u/ben/").await.status, 403);
    assert_eq!(ada.post("/admin/api/look", json!({ "user": "ben" })).await.status, 200);
    let told = ada.get("/u/ben/api/v1/state").await.json();
    let grant = told["headers"]["authorization"].as_str().unwrap();
    assert_eq!(crate::desktop::claims(grant.strip_prefix("Bearer ").unwrap())["role"], "view");
    assert_eq!(ada.send(Method::GET, "/u/ben/port/80/", &NAVIGATION, None).await.status, 403);
    assert!(house.audit().await.iter().any(|line| line == "look Done ben"));
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_refused() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let ours = ada.origin();
    let (json_type, mark) = (("content-type", "application/json"), ("x-tos", "1"));
    let tries: [&[(&str, &str)]; 7] = [
        &[json_type, mark, ("origin", "https://evil.example")],
        &[json_type, mark, ("origin", "null")],
        &[json_type, mark, ("sec-fetch-site", "cross-site")],
        &[json_type, mark, ("sec-fetch-site", "same-site"), ("origin", &ours)],
        &[json_type, mark],
        &[json_type, ("origin", &ours)],
        &[("content-type", "text/plain"), mark, ("origin", &ours)],
    ];
    for headers in tries {
        let answer = ada.send(Method::POST, "/auth/sign-out", headers, Some("{}".into())).await;
        assert_eq!(answer.status, 403, "{headers:?}");
    }
    assert_eq!(ada.get("/auth/account").await.status, 200, "she is still signed in");
    for origin in ["https://evil.example", "null", "http://localhost"] {
        assert_eq!(ada.socket("/u/ada/api/v1/events", origin).await.err(), Some(403), "{origin}");
    }
    let worker = [("service-worker", "script")];
    assert_eq!(ada.send(Method::GET, "/u/ada/main.js", &worker, None).await.status, 403);
}

#[tokio::test]
async fn requests_that_can_be_read_in_two_ways_are_refused() {
    let house = Arc::new(House::new().await);
    let host = house.host();
    let tries = [
        format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        format!("POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n"),
        format!("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n\r\n"),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
        format!("GET https://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-A: b\r\n c: d\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-A : b\r\n\r\n"),
        format!("GET / HTTP/1.0\r\nHost: {host}\r\n\r\n"),
        format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{host}"),
        format!("GET /u/ada/../../admin HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /u/ada/port/8888/%2e%2e/%2e%2e/api HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /u/ada/port/8888/..%2f..%2fapi HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /u/ada/port/8888/%252e%252e/x HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX-A: {}\r\n\r\n", "b".repeat(40_000)),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\n{}\r\n", "X-A: b\r\n".repeat(100)),
        format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", "a".repeat(8000)),
    ];
    for bytes in tries {
        // A second request in the same bytes must never be answered.
        let answer = house
            .raw(format!("{bytes}GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes())
            .await;
        let status = answer.split(' ').nth(1).unwrap_or("closed");
        assert!(status == "closed" || status.starts_with('4') || status.starts_with("505"), "{bytes:.80}: {answer}");
        assert!(!answer.contains("ok\n"), "{bytes:.80}: {answer}");
    }
    assert!(house.audit().await.iter().any(|line| line.starts_with("request Refused")));
}

#[tokio::test]
async fn bodies_have_an_end_in_size() {
    let house = Arc::new(House::new().await);
    let ada = house.joined("ada").await;
    let long = ada.post("/auth/password", json!({ "name": "ada", "password": "x".repeat(100_000) })).await;
    assert_eq!(long.status, 413);
    for odd in ["", "{", "[]", "{\"name\":7}", "{\"name\":\"a\",\"password\":\"b\",\"more\":1}"] {
        let headers = [("x-tos", "1"), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        let answer = ada.send(Method::POST, "/auth/password", &headers, Some(odd.to_owned().into())).await;
        assert_eq!(answer.status, 400, "{odd}");
    }
}

#[tokio::test]
async fn who_sends_headers_slowly_is_cut_off() {
    let house = Arc::new(House::new().await);
    let mut stream = house.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.unwrap();
    let mut answer = Vec::new();
    // Ends, and does not end well: it waits for the server's own patience, not for a time of ours.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).starts_with("HTTP/1.1 200"));
    let plain = tokio::net::TcpStream::connect(house.served.address).await;
    let mut plain = plain.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "no word without TLS");
}

#[tokio::test]
async fn every_answer_says_how_a_browser_may_use_it() {
    let house = Arc::new(House::new().await);
    let browser = house.browser();
    for path in
        ["/", "/account", "/admin/", "/join", "/portal/frame.css", "/nothing", "/auth/state", "/auth/account", "/u/x/"]
    {
        let answer = browser.get(path).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "no-referrer")]
        {
            assert_eq!(answer.headers[name], value, "{path}");
        }
        assert!(!answer.headers.contains_key("server"));
    }
    let page = browser.send(Method::GET, "/u/%3Cscript%3Ealert(1)", &[("accept", "text/html")], None).await;
    assert!(page.status >= 400 && !page.text().contains("alert") && page.text().contains("To the portal"));
}
