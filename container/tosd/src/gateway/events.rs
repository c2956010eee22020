//! Commands that were committed in desktops become lines of the audit log here, where who is in a desktop cannot change
//! them: each running desktop is listened to over its own API (`GET /api/v1/events`), as somebody who may look.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::header;
use futures::StreamExt as _;
use gate::Gate;
use httpd::listen::stopped;
use identity::grant::{self, Grant};
use parking_lot::Mutex;
use serde::Deserialize;
use store::audit::Outcome;
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

use super::{App, desk};
use crate::desktops::{Desk, Phase};

/// Looks for desktops that have begun to run.
const LOOK: Duration = Duration::from_secs(3);
/// The first message is the whole state of a desktop.
const LONGEST: usize = 4 << 20;
/// Lines of one desktop in one [`WINDOW`]: who is in there may say anything, and as often as they like.
const LINES: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);

/// Listens to all desktops that run, from now on.
pub fn follow(app: &App) {
    let app = app.clone();
    let followed: Arc<Mutex<HashSet<String>>> = Arc::default();
    tokio::spawn(async move {
        let mut stop = app.stop.clone();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = stopped(&mut stop) => return,
            }
            for one in app.desktops.overview().await {
                if one.phase != Phase::Running || !followed.lock().insert(one.user.clone()) {
                    continue;
                }
                let (app, followed) = (app.clone(), Arc::clone(&followed));
                tokio::spawn(async move {
                    listen(&app, &one.user).await;
                    followed.lock().remove(&one.user);
                });
            }
        }
    });
}

async fn listen(app: &App, user: &str) {
    // Not by opening it: a desktop that is opened every few seconds would never be frozen.
    let Some(desk) = app.desktops.running(user) else { return };
    if let Err(error) = hear(app, &desk).await {
        tracing::debug!(error = format!("{error:#}"), user, "the events of a desktop");
    }
}

async fn hear(app: &App, desk: &Desk) -> anyhow::Result<()> {
    let stream = Gate::new(&desk.gate).connect(desk::PORT).await?;
    let mut request = "ws://localhost/api/v1/events".into_client_request()?;
    let grant = Grant { audience: desk.name.as_str(), user: "tosd", role: grant::Role::View, commit: None };
    let minted = desk::mint(app, &grant).map_err(|refusal| anyhow::anyhow!(refusal.message()))?;
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {}", minted.as_str()).parse()?);
    request.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, "tos.v1".parse()?);
    let config = WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    let mut stop = app.stop.clone();
    let mut window = (Instant::now(), 0u32);
    loop {
        let message = tokio::select! {
            message = socket.next() => message,
            () = stopped(&mut stop) => return Ok(()),
        };
        let Some(message) = message else { return Ok(()) };
        let Message::Text(text) = message? else { continue };
        let Some(commit) = read(&text) else { continue };
        if window.0.elapsed() > WINDOW {
            window = (Instant::now(), 0);
        }
        window.1 += 1;
        if window.1 > LINES {
            if window.1 == LINES + 1 {
                write(app, desk, &Commit { what: "more commits than are written down".into(), ..commit }).await;
            }
            continue;
        }
        write(app, desk, &commit).await;
    }
}

/// What a desktop says of a commit. It may say anything.
#[derive(Debug, Deserialize)]
struct Commit {
    event: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    hash: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    result: String,
    #[serde(default)]
    because: Option<String>,
}

fn read(text: &str) -> Option<Commit> {
    // The state is large, and is none.
    if !text.get(..200.min(text.len())).unwrap_or(text).contains("\"commit\"") {
        return None;
    }
    serde_json::from_str(text).ok().filter(|commit: &Commit| commit.event == "commit")
}

async fn write(app: &App, desk: &Desk, commit: &Commit) {
    let outcome = match commit.result.as_str() {
        "committed" => Outcome::Done,
        "refused" => Outcome::Refused,
        _ => Outcome::Failed,
    };
    let because = commit.because.as_deref().map(|because| format!(" ({because})")).unwrap_or_default();
    let detail = format!("{} {}{because}: {}", commit.class, commit.hash, commit.what);
    // What the desktop says it was, and that the desktop says it.
    let who = if commit.who.is_empty() { desk.user.clone() } else { format!("{} (in {})", commit.who, desk.user) };
    let from = IpAddr::from([127, 0, 0, 1]);
    if let Err(error) = app.record.done(&who, from, "commit", &desk.user, outcome, &detail).await {
        tracing::error!(?error, user = desk.user, "a commit was not written down");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_and_nothing_else_is() {
        let commit =
            r#"{"event":"commit","who":"ada","what":"rm x","hash":"ab","class":"caution","result":"committed"}"#;
        assert_eq!(read(commit).unwrap().what, "rm x");
        for not in [
            r#"{"event":"state","state":{}}"#,
            "",
            "{",
            r#"{"event":7,"x":"commit"}"#,
            r#"{"event":"x","commit":"commit"}"#,
        ] {
            assert!(read(not).is_none(), "{not}");
        }
        assert!(read(&"é".repeat(300)).is_none());
    }
}
