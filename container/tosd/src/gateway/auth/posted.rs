//! What our own pages send: a JSON object with a header that no form and no page from elsewhere can add unasked.

use std::time::Duration;

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::header,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::gateway::answers::Refusal;

/// Longest body. The answer of a passkey with its attestation has less than 8 KiB.
const LONGEST: usize = 64 << 10;
const TIME: Duration = Duration::from_secs(10);

/// A body from one of our pages.
pub struct Posted<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let headers = request.headers();
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let json = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json");
        if headers.get("x-tos").is_none_or(|mark| mark != "1") || !json {
            return Err(Refusal::Foreign);
        }
        // What is longer than that is told by its own length, or by reading no further.
        let body = timeout(TIME, to_bytes(request.into_body(), LONGEST)).await.map_err(|_| Refusal::Request)?;
        let body = body.map_err(|_| Refusal::TooLarge)?;
        serde_json::from_slice(&body).map(Self).map_err(|_| Refusal::Request)
    }
}
