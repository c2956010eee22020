//! What is copied, over HTTP.

use serde_json::Value;

use super::Desk;
use crate::{
    protocol::{ClipboardForm, Role},
    session::{Answer, ApiRequest, ClipboardRequest, Refusal},
};

/// A session in which somebody copied HTML as number 3, and waits for number 8.
fn session(request: ApiRequest) -> Result<Answer, Refusal> {
    let ApiRequest::Clipboard(request) = request else { panic!("{request:?}") };
    match request {
        ClipboardRequest::Fetch { offer: 3, form: ClipboardForm::Html } => Ok(Answer::Bytes("<b>engage</b>".into())),
        ClipboardRequest::Bring { ask: 8, bytes } => {
            assert_eq!(bytes.len(), 100_000);
            Ok(Answer::Done)
        }
        other => Err(Refusal::conflict("gone", format!("{other:?}"))),
    }
}

fn reason(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    body["error"]["reason"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_copied_is_fetched_and_brought() {
    let desk = Desk::start();
    let talk = async {
        let html = desk.api("GET", "/api/v1/clipboard/3/html", Role::Control, "").await;
        assert_eq!((html.status, html.body.as_str()), (200, "<b>engage</b>"));
        // Never a page of this server.
        assert_eq!(html.header("content-disposition"), Some("attachment"));
        assert!(html.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
        let brought = desk.api("PUT", "/api/v1/clipboard/8", Role::Control, &"x".repeat(100_000)).await;
        assert_eq!((brought.status, brought.body.as_str()), (200, r#"{"ok":true}"#));
        let gone = desk.api("GET", "/api/v1/clipboard/4/png", Role::Control, "").await;
        assert_eq!((gone.status, reason(&gone.body).as_str()), (409, "gone"));
    };
    desk.answering(session, talk).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_or_sends_too_much_reaches_nobody() {
    let desk = Desk::start();
    for (method, path) in [("GET", "/api/v1/clipboard/3/html"), ("PUT", "/api/v1/clipboard/8")] {
        let refused = desk.api(method, path, Role::View, "x").await;
        assert_eq!((refused.status, reason(&refused.body).as_str()), (403, "forbidden"), "{method}");
    }
    let form = desk.api("GET", "/api/v1/clipboard/3/exe", Role::Control, "").await;
    assert_eq!((form.status, reason(&form.body).as_str()), (404, "unknown_form"));
    assert_eq!(desk.api("GET", "/api/v1/clipboard/-1/png", Role::Control, "").await.status, 400);
    let long = desk.api("PUT", "/api/v1/clipboard/8", Role::Control, &"x".repeat((32 << 20) + 1)).await;
    assert_eq!((long.status, reason(&long.body).as_str()), (413, "too_large"));
}
