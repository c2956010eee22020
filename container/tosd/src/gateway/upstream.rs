//! Requests to the inside of a container, and what comes back.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header},
};
use gate::Gate;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes},
    time::timeout,
};

use crate::desktops::Desk;

/// Until the first bytes of an answer. A program that is asked may think for a while; a desktop answers at once.
const ANSWER: Duration = Duration::from_secs(30);
const HEADER_BYTES: usize = 64 << 10;
const HEADER_COUNT: usize = 128;
/// In each direction of a stream that was upgraded.
const COPY: usize = 16 << 10;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The gate does not open: the container is gone, or gets no processor.
    #[error("the gate does not open")]
    Closed,
    /// Nobody listens on that port.
    #[error("nobody listens there")]
    Refused,
    /// It takes too long.
    #[error("no answer in time")]
    Late,
    /// What came is no HTTP.
    #[error("no HTTP")]
    Nonsense,
}

impl From<Failure> for StatusCode {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Closed => Self::SERVICE_UNAVAILABLE,
            Failure::Refused | Failure::Nonsense => Self::BAD_GATEWAY,
            Failure::Late => Self::GATEWAY_TIMEOUT,
        }
    }
}

/// What is said between two neighbours only (RFC 9110, section 7.6.1).
const HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Takes away what is meant for the neighbour alone, named there or known.
pub fn strip_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Whether a request wants to become a WebSocket. Nothing else is upgraded.
pub fn wants_websocket(headers: &HeaderMap) -> bool {
    let has = |name: &HeaderName, word: &str| {
        let all = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|value| value.split(',')).any(|part| part.trim().eq_ignore_ascii_case(word))
    };
    has(&header::UPGRADE, "websocket") && has(&header::CONNECTION, "upgrade")
}

/// Sends a request to a port of a container. `request` has the path as it is to be seen there, and no header of the way
/// here; if it wants to be a WebSocket, what comes of that lives until `ended`.
///
/// # Errors
/// [`Failure`].
pub async fn send<E>(
    desk: &Desk,
    port: u16,
    mut request: Request<Body>,
    websocket: bool,
    ended: E,
) -> Result<Response<Body>, Failure>
where
    E: Future<Output = ()> + Send + 'static,
{
    let stream = Gate::new(&desk.gate).connect(port).await.map_err(|error| {
        tracing::debug!(%error, container = %desk.name, port, "a gate");
        if matches!(error, gate::Error::Refused(_)) { Failure::Refused } else { Failure::Closed }
    })?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEADER_BYTES)
        .max_headers(HEADER_COUNT)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Failure::Closed)?;
    tokio::spawn(async move {
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection into a container");
        }
    });
    let visitor = websocket.then(|| hyper::upgrade::on(&mut request));
    if websocket {
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        request.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    }
    let answered = timeout(ANSWER, sender.send_request(request)).await.map_err(|_| Failure::Late)?;
    let mut response = answered.map_err(|error| {
        tracing::debug!(%error, container = %desk.name, port, "an answer");
        Failure::Nonsense
    })?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let visitor = visitor.ok_or(Failure::Nonsense)?;
        let container = hyper::upgrade::on(&mut response);
        tokio::spawn(async move {
            let Ok((visitor, container)) = tokio::try_join!(visitor, container) else { return };
            pipe(TokioIo::new(visitor), TokioIo::new(container), ended).await;
        });
        let mut headers = response.headers().clone();
        strip_hop(&mut headers);
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        let mut upgraded = Response::new(Body::empty());
        *upgraded.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *upgraded.headers_mut() = headers;
        return Ok(upgraded);
    }
    strip_hop(response.headers_mut());
    Ok(response.map(Body::new))
}

/// Both ways, until one side has enough or the right to it ends.
async fn pipe(
    mut visitor: impl AsyncRead + AsyncWrite + Unpin,
    mut container: impl AsyncRead + AsyncWrite + Unpin,
    ended: impl Future<Output = ()>,
) {
    tokio::select! {
        copied = copy_bidirectional_with_sizes(&mut visitor, &mut container, COPY, COPY) => {
            if let Err(error) = copied {
                tracing::debug!(%error, "a WebSocket");
            }
        }
        () = ended => tracing::debug!("a WebSocket whose session ended"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_the_neighbour_stays_here() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("connection", "close, X-Secret"), ("x-secret", "1"), ("te", "trailers"), ("accept", "*/*")]
        {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        strip_hop(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn only_websockets_are_upgraded() {
        let headers = |connection: &'static str, upgrade: &'static str| {
            HeaderMap::from_iter([
                (header::CONNECTION, HeaderValue::from_static(connection)),
                (header::UPGRADE, HeaderValue::from_static(upgrade)),
            ])
        };
        assert!(wants_websocket(&headers("keep-alive, Upgrade", "websocket")));
        assert!(!wants_websocket(&headers("Upgrade", "h2c")));
        assert!(!wants_websocket(&headers("close", "websocket")));
    }
}
