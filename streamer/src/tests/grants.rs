//! A server in front that signs a grant for each request, as callers and attackers see it.

use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest as _},
};

use super::{
    Desk, config,
    encoder::Paper,
    http::{Response, request},
    soon,
};
use crate::{
    Answer, ApiRequest, Event, Refusal,
    auth::{
        Caller, Grants, Moment,
        signing::{Signer, seconds},
    },
    protocol::Role,
};

struct Front {
    desk: Desk,
    signer: Signer,
    _folder: tempfile::TempDir,
}

impl Front {
    fn start() -> Self {
        let (signer, folder) = (Signer::new(), tempfile::tempdir().unwrap());
        let mut config = config();
        config.grants = Some(Grants::new(vec![signer.write(folder.path())], "desk-1"));
        config.portal = Some("/".into());
        config.step_up = true;
        Self { desk: Desk::with(config, Paper::default()), signer, _folder: folder }
    }

    fn claims(&self, who: &str, role: Role) -> Value {
        self.signer.claims("desk-1", who, role, seconds(Moment::now().wall))
    }

    fn grant(&self, who: &str, role: Role) -> String {
        self.signer.sign(&self.claims(who, role))
    }

    async fn ask(&self, method: &str, path: &str, grant: &str, body: &str) -> Response {
        request(&self.desk, method, path, Some(grant), &[], body).await
    }

    /// The status of an upgrade that fails.
    async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Result<(), u16> {
        let mut asked = format!("ws://{}{path}", self.desk.streamer.address()).into_client_request().unwrap();
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().unwrap();
            asked.headers_mut().insert(name, value.parse().unwrap());
        }
        match connect_async(asked).await {
            Ok((mut socket, _)) => {
                soon("the state", socket.next()).await.unwrap().unwrap();
                Ok(())
            }
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grant_is_good_for_one_request_of_its_role_beside_the_tokens() {
    let front = Front::start();
    let grant = front.grant("alice", Role::View);
    let config = front.ask("GET", "/api/v1/config", &grant, "").await;
    let expected = r#"{"version":"test","role":"view","who":"alice","ice_servers":[],"portal":"/","step_up":true}"#;
    assert_eq!((config.status, config.body.as_str()), (200, expected));
    let again = front.ask("GET", "/api/v1/config", &grant, "").await;
    assert_eq!((again.status, again.body.as_str()), (401, ""), "used, and not a word more");
    let little = front.ask("POST", "/api/v1/command", &front.grant("alice", Role::View), "{}").await;
    assert_eq!(little.status, 403);
    let session = format!("/whep/{}", "0".repeat(64));
    assert_eq!(front.ask("DELETE", &session, &front.grant("alice", Role::View), "").await.status, 404);
    assert_eq!(front.ask("GET", "/metrics", &front.grant("tosd", Role::View), "").await.status, 200);
    let token = front.desk.token(Role::View).to_owned();
    let static_one = front.ask("GET", "/api/v1/config", &token, "").await;
    assert!(static_one.status == 200 && !static_one.body.contains("who"), "{}", static_one.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_wrong_grant_is_401_and_not_a_word_more() {
    let front = Front::start();
    let now = seconds(Moment::now().wall);
    let changed = |changes: Value| {
        let mut claims = front.claims("alice", Role::Admin);
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        front.signer.sign(&claims)
    };
    for (what, grant) in [
        ("expired", changed(json!({ "iat": now - 90, "exp": now - 60 }))),
        ("not yet", changed(json!({ "iat": now + 60, "exp": now + 90 }))),
        ("too long", changed(json!({ "exp": now + 3600 }))),
        ("for another", changed(json!({ "aud": "desk-2" }))),
        ("from another", changed(json!({ "iss": "desk-1" }))),
        ("huge", changed(json!({ "x": "x".repeat(5000) }))),
        ("a proof", changed(json!({ "commit": "0".repeat(64) }))),
        ("forged", Signer::new().sign(&front.claims("alice", Role::Admin))),
    ] {
        let answer = front.ask("GET", "/api/v1/config", &grant, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{what}");
        assert_eq!(front.stream("/api/v1/events", &[("authorization", &format!("Bearer {grant}"))]).await, Err(401));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn web_sockets_and_whep_take_grants_and_say_whose_they_are() {
    let front = Front::start();
    let number = |request: ApiRequest| match request {
        ApiRequest::State => Ok(Answer::json(&1).unwrap()),
        other => Err(Refusal::conflict("no", format!("{other:?}"))),
    };
    let talk = async {
        let bearer = format!("Bearer {}", front.grant("alice", Role::View));
        assert_eq!(front.stream("/api/v1/events", &[("authorization", &bearer)]).await, Ok(()));
        assert_eq!(front.stream("/api/v1/events", &[("authorization", &bearer)]).await, Err(401), "a replay");
        let offered = format!("tos.v1, tos.bearer.{}", front.grant("alice", Role::View));
        assert_eq!(front.stream("/api/v1/events", &[("sec-websocket-protocol", &offered)]).await, Ok(()));
        // There is no fallback display; who may not even ask hears less.
        let bearer = format!("Bearer {}", front.grant("alice", Role::View));
        assert_eq!(front.stream("/vnc", &[("authorization", &bearer)]).await, Err(404));
        assert_eq!(front.stream("/vnc", &[("authorization", &bearer)]).await, Err(401));
    };
    front.desk.answering(number, talk).await;

    let grant = front.grant("bob", Role::Control);
    let page = super::page::Page::connect_as(&front.desk, &grant, &super::page::Plan::default()).await;
    let joined = front.desk.event(|e| if let Event::Joined { caller, .. } = e { Some(caller) } else { None }).await;
    assert_eq!(joined, Caller { role: Role::Control, who: Some("bob".into()) });
    let left = front.ask("DELETE", &page.resource, &front.grant("bob", Role::View), "").await;
    assert_eq!(left.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_session_is_told_who_asks_about_commands() {
    let front = Front::start();
    let mut asked = Vec::new();
    let note = |request: ApiRequest| {
        if let ApiRequest::Staging { by, .. } = request {
            asked.push(by);
        }
        Ok(Answer::Done)
    };
    let talk = async {
        let body = r#"{"text":"ls"}"#;
        assert_eq!(front.ask("POST", "/api/v1/stage", &front.grant("alice", Role::Control), body).await.status, 200);
        let token = front.desk.token(Role::Admin).to_owned();
        assert_eq!(front.ask("POST", "/api/v1/stage", &token, body).await.status, 200);
    };
    front.desk.answering(note, talk).await;
    assert_eq!(asked, [Caller { role: Role::Control, who: Some("alice".into()) }, Role::Admin.into()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_the_session_has_begun_there_is_the_page_and_little_else() {
    let mut config = config();
    config.waiting = true;
    let desk = Desk::with(config, Paper::default());
    let token = desk.token(Role::Admin).to_owned();
    assert_eq!(request(&desk, "GET", "/healthz", None, &[], "").await.body, "waiting\n");
    assert_eq!(request(&desk, "GET", "/", None, &[], "").await.status, 200);
    for (method, path) in [("GET", "/api/v1/config"), ("POST", "/whep"), ("GET", "/vnc"), ("GET", "/api/v1/events")] {
        let answer = request(&desk, method, path, Some(&token), &[], "").await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{path}");
        assert!(answer.body.contains(r#""reason":"waiting""#), "{}", answer.body);
    }
    desk.streamer.begin();
    assert_eq!(request(&desk, "GET", "/healthz", None, &[], "").await.body, "ok\n");
    assert_eq!(request(&desk, "GET", "/api/v1/config", Some(&token), &[], "").await.status, 200);
}
