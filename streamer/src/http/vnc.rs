//! The fallback for browsers without WebRTC or without a video decoder: a VNC server of the session, and noVNC in the page.
//!
//! `GET /vnc` is a WebSocket that carries what the VNC server says on its own socket, as it is. Browsers cannot set headers
//! on one: they offer the subprotocol `tos.bearer.TOKEN` beside `tos.vnc`. Who may only look is connected to another server,
//! which takes no input and knows no clipboard: what may not pass does not have to be found in the stream.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{
        Path as Place,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{SinkExt as _, StreamExt as _};
use httpd::listen::stopped;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    sync::{Semaphore, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::{App, AppState, events::Subscriber};
use crate::protocol::Role;

/// What this speaks.
const PROTOCOL: &str = "tos.vnc";
/// Bridges at the same time.
const MOST: usize = 16;
/// Largest message of a page: its longest is a copied text.
const MAX_MESSAGE: usize = 1 << 20;
/// Read from the server at once.
const CHUNK: usize = 64 << 10;
/// The server is on this machine: it takes a connection at once or does not run.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// A ping goes out this often.
const PING: Duration = Duration::from_secs(10);
/// A page that was not heard for so long, not even with a pong, is gone.
const SILENCE: Duration = Duration::from_secs(25);
/// What a side does not take within this time is the last it gets.
const SEND_TIME: Duration = Duration::from_secs(20);
/// Largest file of noVNC that is served.
const MAX_FILE: u64 = 1 << 20;

/// Where the fallback is.
#[derive(Debug, Clone)]
pub struct Fallback {
    /// Socket of the VNC server for those who may do something.
    pub control: PathBuf,
    /// Socket of the one for those who may look.
    pub view: PathBuf,
    /// The folder with noVNC's `core` and `vendor`.
    pub novnc: PathBuf,
}

/// The fallback and who uses it.
#[derive(Debug)]
pub struct Bridges {
    fallback: Fallback,
    free: Arc<Semaphore>,
}

impl Bridges {
    /// Nobody uses it yet.
    pub fn new(fallback: Fallback) -> Self {
        Self { fallback, free: Arc::new(Semaphore::new(MOST)) }
    }
}

/// `GET /vnc`
pub async fn bridge(app: AppState, caller: Subscriber, upgrade: WebSocketUpgrade) -> Response {
    let App(app) = app.0;
    let Some(bridges) = &app.fallback else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(permit) = Arc::clone(&bridges.free).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let server = if caller.role >= Role::Control { &bridges.fallback.control } else { &bridges.fallback.view };
    let Ok(Ok(server)) = timeout(CONNECT_TIME, UnixStream::connect(server)).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let stop = app.stop.clone();
    upgrade.protocols([PROTOCOL]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(
        async move |socket| {
            let why = carry(socket, server, stop).await;
            tracing::debug!(why, "a VNC bridge ended");
            drop(permit);
        },
    )
}

/// Carries bytes both ways until one side ends; returns why.
async fn carry(socket: WebSocket, server: UnixStream, mut stop: watch::Receiver<bool>) -> &'static str {
    let (mut page, mut from_page) = socket.split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    let mut chunk = vec![0; CHUNK];
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return "the session ends",
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE {
                    return "the page is silent";
                }
                if !matches!(timeout(SEND_TIME, page.send(Message::Ping(Default::default()))).await, Ok(Ok(()))) {
                    return "the page takes nothing";
                }
            }
            read = from_server.read(&mut chunk) => {
                let Ok(length @ 1..) = read else { return "the server ended" };
                let bytes = chunk.get(..length).unwrap_or_default().to_vec();
                if !matches!(timeout(SEND_TIME, page.send(Message::Binary(bytes.into()))).await, Ok(Ok(()))) {
                    return "the page takes nothing";
                }
            }
            message = from_page.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Binary(bytes))) => {
                        if !matches!(timeout(SEND_TIME, to_server.write_all(&bytes)).await, Ok(Ok(()))) {
                            return "the server takes nothing";
                        }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return "the page left",
                }
            }
        }
    }
}

/// `GET /novnc/…`: its modules, as they lie on this machine. They hold no secret.
pub async fn novnc(app: AppState, Place(path): Place<String>) -> Response {
    let Some(bridges) = &app.fallback else { return StatusCode::NOT_FOUND.into_response() };
    let Some(file) = module(&bridges.fallback.novnc, &path) else { return StatusCode::NOT_FOUND.into_response() };
    let read = tokio::task::spawn_blocking(move || {
        let short = std::fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() <= MAX_FILE);
        short.then(|| std::fs::read(&file).ok()).flatten()
    });
    let Ok(Some(bytes)) = read.await else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
    ];
    (headers, bytes).into_response()
}

/// A module below `core` or `vendor`, and nothing else.
fn module(folder: &Path, path: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| {
        let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        !part.is_empty() && !part.starts_with('.') && part.chars().all(fit)
    };
    let known = matches!(parts.first(), Some(&("core" | "vendor"))) && path.ends_with(".js");
    (known && parts.iter().all(plain)).then(|| folder.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_modules_of_novnc_is_served() {
        let folder = Path::new("/n");
        assert_eq!(module(folder, "core/rfb.js"), Some("/n/core/rfb.js".into()));
        assert_eq!(
            module(folder, "vendor/pako/lib/zlib/inflate.js"),
            Some("/n/vendor/pako/lib/zlib/inflate.js".into())
        );
        for bad in [
            "core/../../../etc/passwd.js",
            "core//etc/x.js",
            "/core/rfb.js",
            "core/.hidden.js",
            "core/rfb.js/..",
            "core/a\\b.js",
            "core/a b.js",
            "app/ui.js",
            "vnc.html",
            "core/rfb.json",
            "core",
            "",
        ] {
            assert_eq!(module(folder, bad), None, "{bad}");
        }
    }
}
