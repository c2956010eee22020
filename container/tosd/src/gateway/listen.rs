//! The accept loop: bounded connections, bounded headers, bounded time; each address has its share.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpListener,
    sync::watch,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::tls::ACME_ALPN;

/// Headers must be here this fast, and a connection is closed after it between two requests.
const HEADER_TIME: Duration = Duration::from_secs(10);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// Without a byte in either direction, whoever is waited for.
const IDLE: Duration = Duration::from_secs(60);
/// How long what is under way may go on when the server ends.
const GRACE: Duration = Duration::from_secs(5);
const HEADER_BYTES: usize = 16 << 10;
const HEADER_COUNT: usize = 64;

/// Who a request came from.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Limits on connections.
#[derive(Debug)]
pub struct Places {
    total: usize,
    each: usize,
    taken: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

/// One connection's place.
#[derive(Debug)]
struct Place {
    places: Arc<Places>,
    of: IpAddr,
}

/// What counts as one address: of IPv6 what a household gets.
pub fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

impl Places {
    /// So many in all, and from one address.
    pub fn new(total: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { total, each, taken: Mutex::default() })
    }

    fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let of = prefix(address);
        let mut taken = self.taken.lock();
        let mine = taken.1.get(&of).copied().unwrap_or(0);
        if taken.0 >= self.total || mine >= self.each {
            return None;
        }
        taken.0 += 1;
        taken.1.insert(of, mine + 1);
        Some(Place { places: Arc::clone(self), of })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.0 = taken.0.saturating_sub(1);
        if let Some(count) = taken.1.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.1.remove(&self.of);
            }
        }
    }
}

/// A stream that counts what moves on it.
struct Counted<S> {
    stream: S,
    moved: Arc<AtomicU64>,
    // A WebSocket outlives what is served here, and still is a connection.
    _place: Place,
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, into);
        self.moved.fetch_add((into.filled().len() - before) as u64, Relaxed);
        done
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, from);
        if let Poll::Ready(Ok(count)) = done {
            self.moved.fetch_add(count as u64, Relaxed);
        }
        done
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Serves until `stop` turns true. Without `tls` it is plain HTTP, for redirects.
pub async fn run(
    listener: TcpListener,
    router: Router,
    tls: Option<Arc<ServerConfig>>,
    places: Arc<Places>,
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
                tokio::time::sleep(Duration::from_millis(100)).await;
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
                None => connection(stream, peer, router, place, stop).await,
                Some(acceptor) => match timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await {
                    // The handshake was all that ACME wanted.
                    Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(ACME_ALPN) => {}
                    Ok(Ok(stream)) => connection(stream, peer, router, place, stop).await,
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
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    place: Place,
    mut stop: watch::Receiver<bool>,
) {
    let moved = Arc::new(AtomicU64::new(0));
    let stream = Counted { stream, moved: Arc::clone(&moved), _place: place };
    let peer = Peer(peer.ip().to_canonical());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
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
    let mut seen = 0;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection");
                }
                return;
            }
            () = tokio::time::sleep(IDLE) => {
                let now = moved.load(Relaxed);
                if now == seen {
                    return tracing::debug!("a connection was cut off");
                }
                seen = now;
            }
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(GRACE, connection.as_mut()).await;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_gives_it_back() {
        let places = Places::new(3, 2);
        let [one, two]: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let held = [places.take(one).unwrap(), places.take(one).unwrap()];
        assert!(places.take(one).is_none(), "its share is taken");
        let neighbour = "2001:db8::2:1".parse().unwrap();
        let other = places.take(two).unwrap();
        assert!(places.take(neighbour).is_none(), "all are taken");
        drop(held);
        let again = places.take(neighbour).unwrap();
        assert!(places.take(two).is_none(), "one /64 is one address");
        drop((other, again));
        assert!(places.taken.lock().1.is_empty());
    }
}
