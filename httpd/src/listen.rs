//! The accept loop: bounded connections, bounded headers, bounded time; each address has its share.

mod counted;
mod places;

pub use self::places::Places;

use std::{
    convert::Infallible,
    future,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use self::counted::Counted;
use crate::tls::ACME_ALPN;

/// Headers must be here this fast, and a connection is closed after it between two requests.
const HEADER_TIME: Duration = Duration::from_secs(10);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
const HEADER_BYTES: usize = 16 << 10;
const HEADER_COUNT: usize = 64;

/// Who a request came from; it is among the request's extensions.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Counts what moves for a request, for those that take longer than a connection's life; it is among the request's extensions.
#[derive(Debug, Clone, Default)]
pub struct Moved(Arc<AtomicU64>);

impl Moved {
    /// Something moved.
    pub fn tick(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// How long a connection may take what it takes. What it became by an upgrade, such as a WebSocket, is no more counted here.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Without a byte in either direction for so long it is cut off, whoever is waited for.
    pub idle: Option<Duration>,
    /// Then it is closed between two requests; a browser opens another. It keeps no place for who does not read answers.
    pub life: Option<Duration>,
    /// After which an answer is given up, when the life is over and it does not [move](Moved), or when the server ends.
    pub grace: Duration,
}

/// Serves until `stop` turns true. Without `tls` it is plain HTTP.
pub async fn run(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<ServerConfig>>,
    places: Arc<Places>,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely: it passes, but not by trying harder.
                tracing::warn!(%error, "accepting a connection");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Over the limit it is closed at once rather than left waiting: the browser says so to its user.
        let Some(place) = places.take(peer.ip()) else { continue };
        // Answers are small and should not wait for more of them.
        let _ = stream.set_nodelay(true);
        let (router, acceptor, stop) = (router.clone(), acceptor.clone(), stop.clone());
        tokio::spawn(async move {
            match acceptor {
                None => connection(Counted::new(stream, place), peer, router, patience, stop).await,
                Some(acceptor) => match timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await {
                    // The handshake was all that ACME wanted.
                    Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(ACME_ALPN) => {}
                    Ok(Ok(stream)) => connection(Counted::new(stream, place), peer, router, patience, stop).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                },
            }
        });
    }
}

/// Also when nobody is left who could say so.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The guard that the wait returns may not be held while waiting for something else.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: Counted<impl AsyncRead + AsyncWrite + Unpin + Send + 'static>,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
) {
    let (bytes, moved) = (stream.bytes(), Moved::default());
    let (peer, movement) = (Peer(peer.ip().to_canonical()), moved.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(moved.clone());
        let answer = router.clone().oneshot(request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADER_COUNT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = silence(&bytes, patience.idle) => None,
        () = over(patience.life, &mut stop) => {
            connection.as_mut().graceful_shutdown();
            loop {
                let before = movement.count();
                let ended = timeout(patience.grace, connection.as_mut()).await.ok();
                // A file that is still being taken may take its time.
                if ended.is_some() || movement.count() == before || *stop.borrow() {
                    break ended;
                }
            }
        }
    };
    match ended {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::debug!(%error, "connection"),
        None => tracing::debug!("a connection was cut off"),
    }
}

/// Until nothing moved for so long.
async fn silence(bytes: &AtomicU64, idle: Option<Duration>) {
    let Some(idle) = idle else { return future::pending().await };
    let mut seen = 0;
    loop {
        sleep(idle).await;
        let now = bytes.load(Relaxed);
        if now == seen {
            return;
        }
        seen = now;
    }
}

/// Until a connection has had its time, or the server ends.
async fn over(life: Option<Duration>, stop: &mut watch::Receiver<bool>) {
    match life {
        Some(life) => drop(timeout(life, stopped(stop)).await),
        None => stopped(stop).await,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use axum::{Extension, routing::get};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex},
        task::JoinHandle,
        time::Instant,
    };

    use super::*;

    const PATIENCE: Patience = Patience { idle: None, life: None, grace: Duration::from_secs(5) };

    /// `/` answers at once, `/slow` after ten minutes, `/file` too, but something moves all the while.
    fn router() -> Router {
        let minutes = async |moved: Option<Moved>| {
            for _ in 0..600 {
                sleep(Duration::from_secs(1)).await;
                moved.iter().for_each(Moved::tick);
            }
            "late"
        };
        Router::new()
            .route("/", get(async || "here"))
            .route("/slow", get(move || minutes(None)))
            .route("/file", get(move |Extension(moved): Extension<Moved>| minutes(Some(moved))))
    }

    struct Visit {
        client: DuplexStream,
        places: Arc<Places>,
        stop: watch::Sender<bool>,
        served: JoinHandle<()>,
        since: Instant,
    }

    fn visit(patience: Patience) -> Visit {
        let (client, stream) = duplex(64 << 10);
        let (places, peer) = (Places::new(1, 1), SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
        let stream = Counted::new(stream, places.take(peer.ip()).unwrap());
        let (stop, stopping) = watch::channel(false);
        let served = tokio::spawn(connection(stream, peer, router(), patience, stopping));
        Visit { client, places, stop, served, since: Instant::now() }
    }

    impl Visit {
        async fn ask(&mut self, path: &str) {
            let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n");
            self.client.write_all(request.as_bytes()).await.unwrap();
        }

        /// What is still told, and after how many seconds it ended.
        async fn end(mut self) -> (String, u64) {
            let mut told = String::new();
            self.client.read_to_string(&mut told).await.unwrap();
            self.served.await.unwrap();
            assert!(self.places.take(Ipv4Addr::LOCALHOST.into()).is_some(), "its place is free again");
            (told, self.since.elapsed().as_secs())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_nothing_is_closed_and_so_is_who_sends_headers_slowly() {
        assert_eq!(visit(PATIENCE).end().await.1, HEADER_TIME.as_secs());
        let mut slow = visit(PATIENCE);
        let mut sent = 0;
        while slow.client.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n".get(sent..=sent).unwrap()).await.is_ok() {
            sent += 1;
            sleep(Duration::from_secs(1)).await;
        }
        assert!(slow.end().await.1 <= HEADER_TIME.as_secs() + 1, "{sent}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_is_cut_off_whoever_is_waited_for() {
        let mut visit = visit(Patience { idle: Some(Duration::from_secs(60)), ..PATIENCE });
        visit.ask("/slow").await;
        let (told, after) = visit.end().await;
        assert_eq!(told, "");
        assert!((60..=120).contains(&after), "{after}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_life_ends_between_requests_but_not_amid_what_moves() {
        let patience = Patience { life: Some(Duration::from_secs(120)), ..PATIENCE };
        let mut file = visit(patience);
        file.ask("/file").await;
        let (told, after) = file.end().await;
        assert!(told.ends_with("late") && told.contains("connection: close"), "{told}");
        assert_eq!(after, 600);

        let mut slow = visit(patience);
        slow.ask("/slow").await;
        assert_eq!(slow.end().await, (String::new(), 125));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_under_way_when_the_server_ends_has_a_moment() {
        for path in ["/slow", "/file"] {
            let mut visit = visit(PATIENCE);
            visit.ask(path).await;
            sleep(Duration::from_secs(7)).await;
            visit.stop.send_replace(true);
            assert_eq!(visit.end().await, (String::new(), 12), "{path}");
        }
        let mut quick = visit(PATIENCE);
        quick.ask("/").await;
        sleep(Duration::from_secs(1)).await;
        quick.stop.send_replace(true);
        let (told, after) = quick.end().await;
        assert!(told.ends_with("here"), "{told}");
        assert_eq!(after, 1);
    }
}
