//! The server of one panel. It stands as the engine's proxy, so that whatever the page asks for comes here: its own host is
//! answered, the hosts that its file names are led to, and everything else is nothing.
//!
//! | path | what |
//! |---|---|
//! | `/` | the page |
//! | `/tos/theme.css` | the theme's custom properties |
//! | `/tos/bridge.js` | what connects the page to the desktop |
//! | `/tos/events` | server-sent events: `look`, `motion`, `data`, `ping`, `reload` |
//! | `POST /tos/pong/{n}` | it is alive |

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::Stream;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

use crate::bridge::{Listening, Look, Shared};
use crate::{guard, tunnel};

/// Connections at once; a page uses two or three.
const CONNECTIONS: usize = 32;
/// Headers must be here this fast.
const HEADER_TIME: Duration = Duration::from_secs(10);
const HEADER_BYTES: usize = 16 << 10;
/// The script in every page.
const BRIDGE: &str = include_str!("bridge.js");

/// Serves until the panel goes.
pub async fn run(listener: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let router = router(Arc::clone(&shared));
    let mut stop = shared.stop.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => return,
        };
        let Ok((stream, peer)) = accepted else {
            // Out of file descriptors, most likely: it passes, but not by trying harder.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        if !guard::is_own(peer, address) {
            tracing::warn!("another user's program asked a panel's server");
            continue;
        }
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (router, shared, mut stop) = (router.clone(), Arc::clone(&shared), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = connection(stream, router, shared) => {}
                () = stopped(&mut stop) => {}
            }
        });
    }
}

/// Also when nobody is left who could say so.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(stream: TcpStream, router: Router, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let (router, shared) = (router.clone(), Arc::clone(&shared));
        async move { Ok::<_, Infallible>(answer(request, router, &shared).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    if let Err(error) = served.await {
        tracing::debug!(%error, "a panel's connection");
    }
}

async fn answer(request: Request<Incoming>, router: Router, shared: &Shared) -> Response {
    if request.method() == Method::CONNECT {
        let page = shared.page.lock().clone();
        return tunnel::open(request, |host, port| page.may_reach(host, port)).await;
    }
    let own = shared.page.lock().host();
    if request.uri().host() != Some(own.as_str()) {
        // Going there leaves the page where it is.
        return StatusCode::NO_CONTENT.into_response();
    }
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    answered.unwrap_or_else(|never| match never {})
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/tos/theme.css", get(theme))
        .route("/tos/bridge.js", get(|| async { typed("text/javascript; charset=utf-8", BRIDGE.to_owned()) }))
        .route("/tos/events", get(events))
        .route("/tos/pong/{number}", post(pong))
        // A link that leads to nothing here leads nowhere.
        .fallback(|| async { StatusCode::NO_CONTENT })
        .with_state(shared)
}

async fn page(State(shared): State<Arc<Shared>>) -> Response {
    let (html, policy) = {
        let page = shared.page.lock();
        (page.html(), page.policy())
    };
    let mut response = typed("text/html; charset=utf-8", html);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        response
    } else {
        // Without its bounds it is not shown.
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

async fn theme(State(shared): State<Arc<Shared>>) -> Response {
    let css = css(&shared.look.borrow());
    typed("text/css; charset=utf-8", css)
}

fn css(look: &Look) -> String {
    let motion = if look.reduced { "reduce" } else { "no-preference" };
    format!("{}:root {{ --tos-motion: {motion}; }}\n", look.css)
}

async fn pong(State(shared): State<Arc<Shared>>, Path(number): Path<u64>) -> StatusCode {
    shared.answer(number);
    StatusCode::NO_CONTENT
}

/// Each is told as it is now, and whenever it changes.
async fn events(State(shared): State<Arc<Shared>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (look, data) = (shared.look.subscribe(), shared.data.subscribe());
    let (ping, mut edition) = (shared.ping.subscribe(), shared.edition.subscribe());
    edition.mark_unchanged();
    let wants_data = shared.page.lock().data;
    let streams = Streams { look, data, ping, edition, wants_data, first: true, _listening: Listening::of(&shared) };
    Sse::new(futures::stream::unfold(streams, |mut streams| async move {
        let event = streams.next().await?;
        Some((Ok(event), streams))
    }))
}

struct Streams {
    look: watch::Receiver<Look>,
    data: watch::Receiver<String>,
    ping: watch::Receiver<u64>,
    edition: watch::Receiver<u64>,
    wants_data: bool,
    first: bool,
    _listening: Listening,
}

impl Streams {
    /// `None` when the panel goes.
    async fn next(&mut self) -> Option<Event> {
        if std::mem::take(&mut self.first) {
            self.data.mark_changed();
            return Some(look(&self.look.borrow_and_update()));
        }
        tokio::select! {
            changed = self.look.changed() => changed.ok().map(|()| look(&self.look.borrow_and_update())),
            changed = self.edition.changed() => changed.ok().map(|()| Event::default().event("reload").data("1")),
            changed = self.ping.changed() => {
                changed.ok().map(|()| Event::default().event("ping").data(self.ping.borrow_and_update().to_string()))
            }
            changed = self.data.changed(), if self.wants_data => {
                // An event has no bare line feeds; JSON needs none.
                changed.ok().map(|()| Event::default().event("data").data(self.data.borrow_and_update().replace('\n', " ")))
            }
        }
    }
}

fn look(look: &Look) -> Event {
    Event::default().event("look").id(if look.reduced { "reduce" } else { "full" }).data(css(look))
}

fn typed(kind: &'static str, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use crate::{Bridge, Host, Look, Page};

    fn open(html: &str) -> (Host, Bridge) {
        let host = Host::new().unwrap();
        let look = Look { css: ":root {\n  --lcars-focus: #ff9900;\n}\n".into(), reduced: false };
        let bridge = host.open(Page::read("Weather", html.as_bytes()).unwrap(), look).unwrap();
        (host, bridge)
    }

    fn ask(bridge: &Bridge, line: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", bridge.port())).unwrap();
        write!(stream, "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        text
    }

    #[test]
    fn the_page_comes_with_its_bounds_and_the_theme() {
        let (_host, bridge) = open("<!doctype html><title>W</title><p>hello");
        let text = ask(&bridge, "GET http://weather.panel/");
        assert!(text.starts_with("HTTP/1.1 200") && text.contains("<p>hello"), "{text}");
        assert!(text.contains("content-security-policy: default-src 'none'") && text.contains("bridge.js"));
        let css = ask(&bridge, "GET http://weather.panel/tos/theme.css");
        assert!(css.contains("--lcars-focus: #ff9900") && css.contains("--tos-motion: no-preference"));
    }

    #[test]
    fn nothing_else_is_reached_through_it() {
        let (_host, bridge) = open("<meta name=tos-network content='https://example.com'>");
        for line in ["GET http://example.com/", "GET http://other.panel/", "GET /", "POST http://127.0.0.1:1/"] {
            assert!(ask(&bridge, line).starts_with("HTTP/1.1 204"), "{line}");
        }
        for target in ["example.org:443", "example.com:80", "localhost:22", "127.0.0.1:22"] {
            assert!(ask(&bridge, &format!("CONNECT {target}")).starts_with("HTTP/1.1 403"), "{target}");
        }
    }

    #[test]
    fn it_hears_the_look_and_questions_and_only_what_was_asked_is_answered() {
        let (_host, bridge) = open("x");
        let mut stream = TcpStream::connect(("127.0.0.1", bridge.port())).unwrap();
        write!(stream, "GET http://weather.panel/tos/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut heard = String::new();
        let mut until = |word: &str| {
            while !heard.contains(word) {
                let mut bytes = [0; 512];
                let n = stream.read(&mut bytes).unwrap();
                assert_ne!(n, 0, "{heard}");
                heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
        };
        assert!(!bridge.left(), "nobody was there yet");
        until("--lcars-focus: #ff9900");
        bridge.ping(3);
        until("event: ping");
        bridge.set_look(Look { css: ":root { --lcars-focus: #00ff00; }".into(), reduced: true });
        until("#00ff00");
        bridge.set_page(Page::read("Weather", b"new").unwrap());
        until("event: reload");
        assert_eq!(bridge.answered(), 0);
        ask(&bridge, "POST http://weather.panel/tos/pong/9");
        assert_eq!(bridge.answered(), 0, "nobody asked that yet");
        ask(&bridge, "POST http://weather.panel/tos/pong/3");
        assert_eq!(bridge.answered(), 3);
        assert!(ask(&bridge, "GET http://weather.panel/").contains("new"));
        assert!(!bridge.left());
        drop(stream);
        while !bridge.left() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn it_ends_with_its_panel() {
        let (_host, bridge) = open("x");
        let port = bridge.port();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(stream, "GET http://weather.panel/tos/events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        drop(bridge);
        let mut rest = Vec::new();
        // Reset or ended, the connection is gone.
        let _ = stream.read_to_end(&mut rest);
    }
}
