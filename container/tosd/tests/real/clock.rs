//! The clock of the host jumps, by an hour, a month, and back to yesterday. Desktops go by a clock that never jumps; sessions,
//! links and proofs by one that does, and none of them lasts longer for it than it may.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tosd::control::Wish;

use crate::host::{Host, is_root};

/// What shows programs another time (Debian: libfaketime).
fn library() -> PathBuf {
    let machines = std::fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    let mut found = machines.map(|machine| machine.path().join("faketime/libfaketimeMT.so.1"));
    found.find(|path| path.exists()).expect("libfaketime is missing; `make deps`")
}

/// The time that tosd sees from now on, against the true one.
fn jump(file: &Path, by: &str) {
    let next = file.with_extension("next");
    std::fs::write(&next, by).unwrap();
    std::fs::rename(&next, file).unwrap();
}

/// A browser.
struct Browser<'a> {
    host: &'a Host,
    http: reqwest::Client,
    tokio: &'a tokio::runtime::Runtime,
    cookie: String,
}

impl<'a> Browser<'a> {
    fn new(host: &'a Host, tokio: &'a tokio::runtime::Runtime) -> Self {
        let http = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).build().unwrap();
        Self { host, http, tokio, cookie: String::new() }
    }

    fn send(&mut self, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("https://localhost:{}{path}", self.host.port);
        let request = match body {
            None => self.http.get(url),
            Some(body) => self
                .http
                .post(url)
                .header("x-tos", "1")
                .header("sec-fetch-site", "same-origin")
                .header("content-type", "application/json")
                .body(body.to_string()),
        };
        self.tokio.block_on(async {
            let answer = request.header("cookie", &self.cookie).send().await.unwrap();
            for set in answer.headers().get_all("set-cookie") {
                let pair = set.to_str().unwrap().split(';').next().unwrap();
                if pair.starts_with("__Host-tos=") {
                    self.cookie = pair.to_owned();
                }
            }
            let status = answer.status().as_u16();
            (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
        })
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        self.send(path, None)
    }

    fn post(&mut self, path: &str, body: Value) -> (u16, Value) {
        self.send(path, Some(body))
    }
}

const PASSWORD: &str = "tea, earl grey, hot";

#[test]
fn a_clock_that_jumps_moves_no_desktop_and_lengthens_no_right() {
    if !is_root() {
        return;
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let mut host = Host::new("kind = \"local\"", 0);
    let clock = host.place.path().join("clock");
    jump(&clock, "+0");
    host.environment = vec![
        ("LD_PRELOAD", library().display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ("NO_FAKE_STAT", "1".into()),
    ];
    let link = host.say(&["user", "add", "alice", "--role", "admin"]);
    let mut tosd = host.run(None);
    if host.first().is_none() {
        return;
    }
    let secret = link.trim().rsplit_once('#').unwrap().1;
    let mut alice = Browser::new(&host, &tokio);
    assert_eq!(alice.post("/auth/reset", json!({ "secret": secret, "password": PASSWORD })).0, 200);
    assert_eq!(alice.get("/auth/account").1["fresh"], true);
    let guest = alice.post("/auth/account/guest", json!({ "label": "", "hours": 2 })).1;
    let guest = guest["url"].as_str().unwrap().split_once("/g/").unwrap().1.to_owned();
    let running = host.desktop();
    assert_eq!(running.0, "running");

    jump(&clock, "+1h");
    // Nobody looks at it, and it would be frozen after five minutes.
    assert_eq!(host.desktop(), running, "an hour that never was freezes nothing");
    let (status, account) = alice.get("/auth/account");
    assert_eq!((status, &account["fresh"]), (200, &json!(false)), "a proof of being there is an hour old");
    assert_eq!(alice.post("/admin/api/act", json!({ "user": "alice", "act": "freeze" })).0, 403);
    assert_eq!(alice.post("/auth/step-up", json!({ "purpose": "session", "password": PASSWORD })).0, 200);

    jump(&clock, "-1d");
    // The proof was given in what is now the future: that is no "a moment ago".
    let (status, account) = alice.get("/auth/account");
    assert_eq!((status, &account["fresh"]), (200, &json!(false)));
    assert_eq!(alice.post("/admin/api/act", json!({ "user": "alice", "act": "freeze" })).0, 403);
    assert_eq!(host.desktop(), running);
    assert_eq!(host.act(Wish::Freeze), Some(true), "and what is wanted is done");
    assert_eq!(host.act(Wish::Open), Some(true));
    // One that starts under this clock finds what there is.
    tosd.0.kill().unwrap();
    tosd.0.wait().unwrap();
    drop(tosd);
    let _tosd = host.run(None);
    assert_eq!(host.act(Wish::Open), Some(true));
    assert_eq!(host.desktop(), running, "the same container");

    jump(&clock, "+30d");
    assert_eq!(alice.get("/auth/account").0, 401, "a session of last month");
    assert_eq!(Browser::new(&host, &tokio).get(&format!("/g/{guest}")).0, 404, "a link of last month");
    assert_eq!(host.desktop(), running);
    assert_eq!(alice.post("/auth/password", json!({ "name": "alice", "password": PASSWORD })).0, 200);
    assert_eq!(alice.get("/auth/account").0, 200);

    jump(&clock, "+0");
    assert_eq!(alice.get("/auth/account").0, 200);
    assert_eq!(host.act(Wish::Hibernate), Some(true));
    assert_eq!(host.act(Wish::Open), Some(true));
    assert!(host.say(&["audit", "verify"]).starts_with("whole"), "lines follow each other, whatever their time says");
}
