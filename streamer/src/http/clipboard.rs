//! What was copied, where it is too much for a message: pictures, HTML, long texts.
//!
//! `GET /api/v1/clipboard/{offer}/{form}` is what a program copied, `PUT /api/v1/clipboard/{ask}` what a program pastes.
//! Both are about what somebody copied, which may be a password: not for those who only watch.

use std::{str::FromStr, sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    AppState,
    session::{Failure, Outcome, needs},
};
use crate::{
    auth::Caller,
    protocol::{ClipboardForm, Role},
    session::{Answer, ApiRequest, ClipboardRequest},
};

/// Longest text, piece of HTML or picture, in bytes.
pub const MAX_COPY: usize = 32 << 20;
/// It must be here this fast, also over a slow line.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How many at once: each may need the memory for a whole picture, decoded.
const COPIES: usize = 2;
/// Those that wait for their turn.
const WAITING: usize = 16;

/// Places for what is copied and on its way.
pub struct Copies {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Default for Copies {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(COPIES)), queue: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Copies {
    /// A place, after those who came before.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let busy = || Failure::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too much is being copied at once");
        let _waiting = self.queue.try_acquire().map_err(|_| busy())?;
        Arc::clone(&self.places).acquire_owned().await.map_err(|_| busy())
    }
}

impl FromStr for ClipboardForm {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "text" => Ok(Self::Text),
            "html" => Ok(Self::Html),
            "png" => Ok(Self::Png),
            _ => Err(()),
        }
    }
}

/// `GET /api/v1/clipboard/{offer}/{form}`
pub async fn fetch(
    app: AppState,
    Caller { role, .. }: Caller,
    Path((offer, form)): Path<(u32, String)>,
) -> Result<Response, Failure> {
    needs(role, Role::Control)?;
    let form: ClipboardForm = form
        .parse()
        .map_err(|()| Failure::new(StatusCode::NOT_FOUND, "unknown_form", "it is text, html or png that can be had"))?;
    let _place = app.copies.place().await?;
    let answer = app.feed.ask(ApiRequest::Clipboard(ClipboardRequest::Fetch { offer, form })).await?;
    let Answer::Bytes(bytes) = answer else {
        return Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "no_bytes", "there is nothing to be had"));
    };
    // Never shown as a page of this server, whatever it says.
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(form.mime())),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    Ok((headers, bytes).into_response())
}

/// `PUT /api/v1/clipboard/{ask}`
pub async fn bring(
    app: AppState,
    Caller { role, .. }: Caller,
    Path(ask): Path<u32>,
    body: Body,
) -> Result<Json<Outcome>, Failure> {
    needs(role, Role::Control)?;
    let _place = app.copies.place().await?;
    let bytes = match tokio::time::timeout(BODY_TIME, to_bytes(body, MAX_COPY)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let message = format!("longer than {MAX_COPY} bytes, or broken off");
            return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        Err(_) => {
            return Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not come in time"));
        }
    };
    let done = app.feed.ask(ApiRequest::Clipboard(ClipboardRequest::Bring { ask, bytes })).await?;
    Ok(Json(Ok(done).into()))
}
