//! The session as programs see it: over HTTP and over a stream of events.

use std::future::Future;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

use super::{
    Desk,
    http::{Response, request},
    soon,
};
use crate::{
    Event,
    protocol::Role,
    session::{Answer, ApiRequest, Json, Refusal, StagingRequest},
};

/// A session of one number: `{"op":"add","n":2}`.
fn counter() -> impl FnMut(ApiRequest) -> Result<Answer, Refusal> {
    let mut number = 0;
    move |request| {
        match request {
            ApiRequest::State | ApiRequest::Snapshot => return Ok(Answer::json(&json!({ "number": number })).unwrap()),
            ApiRequest::PutSnapshot(snapshot) => {
                number = snapshot["number"]
                    .as_i64()
                    .ok_or_else(|| Refusal::invalid("bad_snapshot", "the snapshot has no number"))?;
            }
            ApiRequest::Clipboard(request) => return Err(Refusal::conflict("gone", format!("{request:?}"))),
            ApiRequest::Staging { by, request } => {
                let StagingRequest::Stage(stage) = request else {
                    return Err(Refusal::conflict("expired", format!("{request:?}")));
                };
                return Ok(Answer::json(&json!({ "text": stage.text, "sector": stage.sector, "by": by.role })).unwrap());
            }
            ApiRequest::Command(command) => {
                let all = match command {
                    Value::Array(all) => all,
                    one => vec![one],
                };
                for (at, operation) in all.iter().enumerate() {
                    let n = operation["n"].as_i64().unwrap_or_default();
                    match operation["op"].as_str() {
                        Some("add") if number + n > 100 => {
                            return Err(Refusal::conflict("too_large", "the number would be over 100").at(at));
                        }
                        Some("add") => number += n,
                        other => return Err(Refusal::invalid("unknown_operation", format!("no {other:?}")).at(at)),
                    }
                }
            }
        }
        Ok(Answer::Done)
    }
}

impl Desk {
    /// Answers as a session does, until the future is done.
    pub async fn answering<T>(
        &self,
        mut session: impl FnMut(ApiRequest) -> Result<Answer, Refusal>,
        until: impl Future<Output = T>,
    ) -> T {
        let mut events = self.events.lock().await;
        tokio::pin!(until);
        loop {
            tokio::select! {
                done = &mut until => return done,
                Some(event) = events.recv() => if let Event::Api { request, reply } = event {
                    reply.send(session(request));
                }
            }
        }
    }

    pub async fn api(&self, method: &str, path: &str, role: Role, body: &str) -> Response {
        request(self, method, path, Some(self.token(role)), &[], body).await
    }

    async fn stream(&self, headers: &[(&str, &str)]) -> Result<Socket, tungstenite::Error> {
        let mut asked = format!("ws://{}/api/v1/events", self.streamer.address()).into_client_request().unwrap();
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().unwrap();
            asked.headers_mut().insert(name, value.parse().unwrap());
        }
        connect_async(asked).await.map(|(socket, _)| socket)
    }

    async fn listen(&self, role: Role) -> Socket {
        self.stream(&[("authorization", &format!("Bearer {}", self.token(role)))]).await.unwrap()
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The next message that is JSON.
async fn told(socket: &mut Socket) -> Value {
    soon("a message", async {
        loop {
            match socket.next().await.expect("the stream lives").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await
}

fn read(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_reads_the_state_and_changes_it() {
    let desk = Desk::start();
    let talk = async {
        let state = desk.api("GET", "/api/v1/state", Role::View, "").await;
        assert_eq!((state.status, state.header("content-type")), (200, Some("application/json")));
        assert_eq!(state.body, r#"{"number":0}"#);
        let done = desk.api("POST", "/api/v1/command", Role::Control, r#"{"op":"add","n":5}"#).await;
        assert_eq!((done.status, done.body.as_str()), (200, r#"{"ok":true}"#));
        let several = r#"[{"op":"add","n":5},{"op":"add","n":95},{"op":"add","n":1}]"#;
        let refused = desk.api("POST", "/api/v1/command", Role::Control, several).await;
        assert_eq!(refused.status, 409);
        let error = json!({ "reason": "too_large", "message": "the number would be over 100", "at": 1 });
        assert_eq!(read(&refused.body), json!({ "ok": false, "error": error }));
        let snapshot = desk.api("GET", "/api/v1/snapshot", Role::Control, "").await;
        assert_eq!(snapshot.body, r#"{"number":10}"#, "what came before the refused one was done");
        let put = desk.api("PUT", "/api/v1/snapshot", Role::Admin, r#"{"number":42}"#).await;
        assert_eq!((put.status, put.body.as_str()), (200, r#"{"ok":true}"#));
        assert_eq!(desk.api("GET", "/api/v1/state", Role::View, "").await.body, r#"{"number":42}"#);
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_answered_with_why_and_does_nothing() {
    let desk = Desk::start();
    let long = format!(r#"{{"op":"{}"}}"#, "x".repeat(64 << 10));
    let deep = "[".repeat(10_000);
    let many = format!("[{}]", vec![r#"{"op":"add"}"#; 65].join(","));
    let huge = format!(r#"{{"number":1,"more":"{}"}}"#, "x".repeat(1 << 20));
    let endless = format!(r#"{{"text":"{}"}}"#, "x".repeat(2 << 20));
    let talk = async {
        for (method, path, body, status, reason) in [
            ("POST", "command", "", 400, "not_json"),
            ("POST", "command", "{", 400, "not_json"),
            ("POST", "command", r#"{"op":"add"} {}"#, 400, "not_json"),
            ("POST", "command", deep.as_str(), 400, "not_json"),
            ("POST", "command", "null", 422, "not_an_operation"),
            ("POST", "command", "[]", 422, "not_an_operation"),
            ("POST", "command", "[7]", 422, "not_an_operation"),
            ("POST", "command", many.as_str(), 422, "too_many"),
            ("POST", "command", long.as_str(), 413, "too_large"),
            ("POST", "command", r#"{"op":"explode"}"#, 422, "unknown_operation"),
            ("POST", "stage", "{", 400, "not_json"),
            ("POST", "stage", "{}", 422, "not_understood"),
            ("POST", "stage", r#"{"text":"ls","more":1}"#, 422, "not_understood"),
            ("POST", "stage", r#"{"text":7}"#, 422, "not_understood"),
            ("POST", "stage", r#"{"text":"ls","sector":-1}"#, 422, "not_understood"),
            ("POST", "stage", endless.as_str(), 413, "too_large"),
            ("POST", "commit", r#"{"id":"1"}"#, 422, "not_understood"),
            ("POST", "commit", r#"{"id":"1","hash":"2"}"#, 409, "expired"),
            ("POST", "discard", r#"{"id":"1"}"#, 409, "expired"),
            ("PUT", "snapshot", "]", 400, "not_json"),
            ("PUT", "snapshot", r#"{"letter":"a"}"#, 422, "bad_snapshot"),
            ("PUT", "snapshot", huge.as_str(), 413, "too_large"),
        ] {
            let refused = desk.api(method, &format!("/api/v1/{path}"), Role::Admin, body).await;
            let shown = body.get(..40).unwrap_or(body);
            assert_eq!(refused.status, status, "{shown}: {}", refused.body);
            let answer = read(&refused.body);
            assert_eq!((&answer["ok"], &answer["error"]["reason"]), (&json!(false), &json!(reason)), "{shown}");
            assert!(!answer["error"]["message"].as_str().unwrap().is_empty());
        }
        assert_eq!(desk.api("GET", "/api/v1/state", Role::View, "").await.body, r#"{"number":0}"#);
        let method = desk.api("DELETE", "/api/v1/state", Role::Admin, "").await;
        assert_eq!(method.status, 405);
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_needs_its_role() {
    let desk = Desk::start();
    let session = |_| Ok(Answer::Done);
    let talk = async {
        for (method, path, least) in [
            ("GET", "state", Role::View),
            ("POST", "command", Role::Control),
            ("GET", "snapshot", Role::Control),
            ("PUT", "snapshot", Role::Admin),
        ] {
            let path = format!("/api/v1/{path}");
            assert_eq!(request(&desk, method, &path, None, &[], "{}").await.status, 401, "{method} {path}");
            for role in [Role::View, Role::Control, Role::Admin] {
                let expected = if role >= least { 200 } else { 403 };
                let answer = desk.api(method, &path, role, "{}").await;
                assert_eq!(answer.status, expected, "{method} {path} {role:?}");
                if expected == 403 {
                    assert!(answer.body.contains(r#""reason":"forbidden""#), "{}", answer.body);
                }
            }
        }
    };
    desk.answering(session, talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_staged_by_who_may_control_and_the_session_hears_by_whom() {
    let desk = Desk::start();
    let talk = async {
        let long = "x".repeat(1 << 20);
        for (role, status) in [(Role::View, 403), (Role::Control, 200), (Role::Admin, 200)] {
            let staged = desk.api("POST", "/api/v1/stage", role, &format!(r#"{{"text":"{long}","sector":7}}"#)).await;
            assert_eq!(staged.status, status);
            if status == 200 {
                let result = &read(&staged.body)["result"];
                assert_eq!((&result["sector"], &result["by"]), (&json!(7), &json!(role)));
                assert_eq!(result["text"].as_str().map(str::len), Some(1 << 20), "who sends a long one hears why not");
            }
            for (path, body) in [("commit", r#"{"id":"1","hash":"2","confirm":true}"#), ("discard", r#"{"id":"1"}"#)] {
                let answer = desk.api("POST", &format!("/api/v1/{path}"), role, body).await;
                assert_eq!(answer.status, if status == 200 { 409 } else { 403 }, "{path}");
            }
        }
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schema_is_served_as_the_session_gave_it() {
    let desk = Desk::start();
    assert_eq!(desk.api("GET", "/api/v1/schema", Role::View, "").await.status, 503);
    desk.streamer.set_schema(Json::new(&json!({ "$schema": "https://json-schema.org/draft/2020-12/schema" })).unwrap());
    let schema = desk.api("GET", "/api/v1/schema", Role::View, "").await;
    assert_eq!(schema.body, r#"{"$schema":"https://json-schema.org/draft/2020-12/schema"}"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_drops_a_question_is_unavailable() {
    let desk = Desk::start();
    let asked = desk.api("GET", "/api/v1/state", Role::View, "");
    let dropped = desk.event(|e| matches!(e, Event::Api { request: ApiRequest::State, .. }).then_some(()));
    let (answer, ()) = tokio::join!(asked, dropped);
    assert_eq!(answer.status, 503);
    assert_eq!(read(&answer.body)["error"]["reason"], "unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_is_told_the_whole_state_and_then_every_change() {
    let desk = Desk::start();
    assert!(!desk.streamer.listened());
    // Nobody heard this: it is not what a listener begins with.
    desk.streamer.publish(Json::new(&json!({ "number": -1 })).unwrap());
    let talk = async {
        let mut socket = desk.listen(Role::View).await;
        assert_eq!(told(&mut socket).await, json!({ "event": "state", "state": { "number": 0 } }));
        assert!(desk.streamer.listened());
        desk.streamer.publish(Json::new(&json!({ "number": 1 })).unwrap());
        assert_eq!(told(&mut socket).await, json!({ "event": "state", "state": { "number": 1 } }));
        let refused = json!({ "event": "refused", "error": { "reason": "at_the_top", "message": "no further" } });
        desk.streamer.report(Json::new(&refused).unwrap());
        assert_eq!(told(&mut socket).await, refused);
        socket.close(None).await.unwrap();
        soon("the end", async {
            while desk.streamer.listened() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_over_a_stream_are_answered_by_their_name() {
    let desk = Desk::start();
    let talk = async {
        let mut socket = desk.listen(Role::Control).await;
        assert_eq!(told(&mut socket).await["event"], "state");
        for (sent, id, reason) in [
            (r#"{"id":7,"command":{"op":"add","n":3}}"#, json!(7), None),
            (r#"{"id":"a","command":[{"op":"add"},{"op":"sink"}]}"#, json!("a"), Some("unknown_operation")),
            (r#"{"id":8,"command":5}"#, json!(8), Some("not_an_operation")),
            (r#"{"id":9}"#, json!(9), Some("not_an_operation")),
            (r#"{"id":[1],"command":{"op":"add"}}"#, json!(null), None),
            ("{", json!(null), Some("not_json")),
            ("[]", json!(null), Some("not_an_operation")),
        ] {
            socket.send(Message::text(sent)).await.unwrap();
            let answer = told(&mut socket).await;
            assert_eq!(answer["event"], "answer", "{sent}");
            assert_eq!(answer["id"], id, "{sent}");
            assert_eq!(answer["ok"], json!(reason.is_none()), "{sent}");
            assert_eq!(answer["error"]["reason"], json!(reason), "{sent}");
        }
        assert_eq!(desk.api("GET", "/api/v1/state", Role::View, "").await.body, r#"{"number":3}"#);
        let mut viewer = desk.listen(Role::View).await;
        viewer.send(Message::text(r#"{"id":1,"command":{"op":"add","n":3}}"#)).await.unwrap();
        let answer = soon("the answer", async {
            loop {
                let message = told(&mut viewer).await;
                if message["event"] == "answer" {
                    return message;
                }
            }
        });
        assert_eq!(answer.await["error"]["reason"], "forbidden");
        // Too long for a command: the stream ends, the server does not.
        socket.send(Message::text("x".repeat(80 << 10))).await.unwrap();
        let ended = async { while socket.next().await.is_some_and(|message| message.is_ok()) {} };
        soon("the end", ended).await;
        assert_eq!(desk.api("GET", "/api/v1/state", Role::View, "").await.status, 200);
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_opened_with_a_right_token_from_a_right_page_only() {
    let desk = Desk::start();
    let (token, host) = (desk.token(Role::View).to_owned(), desk.streamer.address().to_string());
    let wrong = format!("{}0", &token[1..]);
    let status = async |headers: &[(&str, &str)]| match desk.stream(headers).await {
        Ok(_) => 101,
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(error) => panic!("{error}"),
    };
    let bearer = |token: &str| format!("tos.v1, tos.bearer.{token}");
    let talk = async {
        assert_eq!(status(&[]).await, 401);
        assert_eq!(status(&[("authorization", &format!("Bearer {wrong}"))]).await, 401);
        let own = format!("http://{host}");
        let name = "sec-websocket-protocol";
        assert_eq!(status(&[(name, &bearer(&wrong)), ("origin", &own)]).await, 401);
        assert_eq!(status(&[(name, &bearer(&token)), ("origin", &own)]).await, 101);
        assert_eq!(status(&[(name, &bearer(&token)), ("origin", "https://portal.example")]).await, 101);
        assert_eq!(status(&[(name, &bearer(&token)), ("origin", "https://evil.example")]).await, 403);
        // A browser takes the connection only if one of its subprotocols was chosen.
        let mut asked = format!("ws://{host}/api/v1/events").into_client_request().unwrap();
        asked.headers_mut().insert(name, bearer(&token).parse().unwrap());
        let (_, response) = connect_async(asked).await.unwrap();
        assert_eq!(response.headers()[name], "tos.v1", "and the token does not come back");
    };
    desk.answering(counter(), talk).await;
    assert_eq!(desk.api("GET", "/api/v1/events", Role::View, "").await.status, 400, "no WebSocket");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_sleeps_wakes_up_to_the_newest_state() {
    let desk = Desk::start();
    let talk = async {
        let mut socket = desk.listen(Role::View).await;
        told(&mut socket).await;
        // Far more than the sockets' buffers hold.
        let bulk = "x".repeat(1 << 20);
        for number in 0..100 {
            desk.streamer.publish(Json::new(&json!({ "number": number, "bulk": bulk })).unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        let mut seen = Vec::new();
        while seen.last() != Some(&99) {
            seen.push(told(&mut socket).await["state"]["number"].as_i64().unwrap());
        }
        assert!(seen.len() < 50, "{seen:?}");
        assert!(seen.is_sorted(), "{seen:?}");
    };
    desk.answering(counter(), talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_streams_end_with_the_server() {
    let desk = Desk::start();
    let mut socket = desk
        .answering(counter(), async {
            let mut socket = desk.listen(Role::View).await;
            told(&mut socket).await;
            socket
        })
        .await;
    let streamer = desk.streamer;
    tokio::task::spawn_blocking(move || streamer.shutdown()).await.unwrap();
    let last = soon("the end", async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(close))) => return close.map(|close| u16::from(close.code)),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    })
    .await;
    assert_eq!(last, Some(1001));
}
