//! What tosd itself asks of a desktop: whether it is well, and for a snapshot. Over the gate, with a grant.

use std::time::Duration;

use bytes::Bytes;
use gate::Gate;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;

/// Why it did not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Nobody answers there, or not in time.
    #[error("it does not answer")]
    Nobody,
    /// It answered something else.
    #[error("it answers {0}")]
    Status(u16),
}

/// One GET. The answer has at most `most` bytes and comes `within` this time, or there is none.
pub async fn get(
    gate: &Gate,
    port: u16,
    path: &str,
    grant: Option<&str>,
    most: usize,
    within: Duration,
) -> Result<Bytes, Silence> {
    let asking = async {
        let stream = gate.connect(port).await.map_err(|_| Silence::Nobody)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| Silence::Nobody)?;
        let mut request = Request::get(path).header(header::HOST, "localhost");
        if let Some(grant) = grant {
            request = request.header(header::AUTHORIZATION, format!("Bearer {grant}"));
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(|_| Silence::Nobody)?;
        let answer = async {
            let answer = sender.send_request(request).await.map_err(|_| Silence::Nobody)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), most).collect().await.map_err(|_| Silence::Nobody)?;
            if status == StatusCode::OK { Ok(body.to_bytes()) } else { Err(Silence::Status(status.as_u16())) }
        };
        // The connection is only driven while somebody waits: it needs no task that could outlive this.
        tokio::select! {
            answer = answer => answer,
            _ = async { let _ = connection.await; std::future::pending::<()>().await } => Err(Silence::Nobody),
        }
    };
    tokio::time::timeout(within, asking).await.unwrap_or(Err(Silence::Nobody))
}
