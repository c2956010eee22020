//! The accept loop: bounded connections, bounded headers, bounded time.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::events::Place;
use crate::tls;

/// Connections at once. A page uses one or two.
const CONNECTIONS: usize = 256;
/// Headers must be here this fast, and an idle connection is closed after it.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Then it is closed between two requests; a browser opens another. It keeps no place for who does not read answers.
const LIFE_TIME: Duration = Duration::from_secs(120);
/// After which an answer that is not taken is given up.
const GRACE: Duration = Duration::from_secs(10);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
const HEADER_BYTES: usize = 16 << 10;
const HEADER_COUNT: usize = 64;

/// Counts what moves on a connection, for files that take longer than [`LIFE_TIME`].
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

/// Serves until `stop` turns true.
pub async fn run(listener: TcpListener, router: Router, tls: Option<tls::Server>, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let acceptor = tls.map(|tls| TlsAcceptor::from(tls.config));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => return,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: it passes, but not by trying harder.
                tracing::warn!(%error, "accepting a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        // Over the limit it is closed at once rather than left waiting: the browser says so to its user.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        // Answers are small and should not wait for more of them.
        let _ = stream.set_nodelay(true);
        let (router, acceptor, stop) = (router.clone(), acceptor.clone(), stop.clone());
        tokio::spawn(async move {
            match acceptor {
                None => connection(stream, router, place, stop).await,
                Some(acceptor) => match timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => connection(stream, router, place, stop).await,
                    Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
                    Err(_) => tracing::debug!("TLS handshake took too long"),
                },
            }
        });
    }
}

/// Also when nobody is left who could say so.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // The guard that the wait returns may not be held while waiting for something else.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    place: OwnedSemaphorePermit,
    mut stop: watch::Receiver<bool>,
) {
    // With each request, since a WebSocket outlives what is served here, and still is a connection.
    let place: Place = Arc::new(place);
    let moved = Moved::default();
    let movement = moved.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&place));
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
        ended = connection.as_mut() => Ok(ended),
        _ = timeout(LIFE_TIME, stopped(&mut stop)) => {
            connection.as_mut().graceful_shutdown();
            loop {
                let before = movement.count();
                let ended = timeout(GRACE, connection.as_mut()).await;
                // A file that is still being taken may take its time.
                if ended.is_ok() || movement.count() == before || *stop.borrow() {
                    break ended;
                }
            }
        }
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "connection"),
        Err(_) => tracing::debug!("a connection was cut off"),
    }
}
