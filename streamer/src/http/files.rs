//! Files in and out.
//!
//! In: `POST /api/v1/upload` says what comes, `PATCH /api/v1/upload/{id}` brings it, in as many pieces as the line takes,
//! `GET` says how far it is, `DELETE` takes it back. Out: `POST /api/v1/download` gives out an address, and
//! `GET /api/v1/download/{ticket}` is what a browser saves; a token would not come along with that.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use axum::{
    Extension, Json,
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt as _, stream};
use httpd::listen::Moved;
use serde::{Deserialize, Serialize};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    task::spawn_blocking,
    time::timeout,
};

use super::{
    AppState,
    session::{Failure, needs, read_json},
};
use crate::{
    auth::Caller,
    files::{Begin, Files, Range, Standing, Upload, UploadError, disposition, of_download, pack, range},
    protocol::Role,
};

/// Largest request that says what comes or goes.
const MAX_REQUEST: usize = 256 << 10;
/// Most files in one download.
const MAX_PATHS: usize = 1024;
/// The next bytes must be here this fast.
const PIECE_TIME: Duration = Duration::from_secs(30);
/// What is written or read at once.
const PIECE: usize = 256 << 10;
/// Pieces that wait for the line.
const AHEAD: usize = 4;
/// Where a piece belongs.
const OFFSET: &str = "upload-offset";

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        let (status, reason) = match error {
            UploadError::Off => (StatusCode::CONFLICT, "no_files"),
            UploadError::Name => (StatusCode::UNPROCESSABLE_ENTITY, "bad_name"),
            UploadError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            UploadError::NoSpace { .. } => (StatusCode::INSUFFICIENT_STORAGE, "no_space"),
            UploadError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            UploadError::Unknown => (StatusCode::NOT_FOUND, "unknown_upload"),
            UploadError::WrongPlace { .. } => (StatusCode::CONFLICT, "wrong_offset"),
            UploadError::TooLong => (StatusCode::UNPROCESSABLE_ENTITY, "too_long"),
            UploadError::Disk(_) => (StatusCode::INTERNAL_SERVER_ERROR, "disk"),
        };
        Self::new(status, reason, error.to_string())
    }
}

fn place(files: &Files) -> Result<OwnedSemaphorePermit, Failure> {
    let busy = |_| Failure::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "too many files are on their way at once");
    Arc::clone(&files.places).try_acquire_owned().map_err(busy)
}

/// Does what waits for the disk.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, UploadError> + Send + 'static,
) -> Result<T, Failure> {
    match spawn_blocking(work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(UploadError::Disk(io::ErrorKind::Other.into()).into()),
    }
}

async fn finished(upload: Arc<Upload>) -> Result<Json<Standing>, Failure> {
    on_disk(move || {
        upload.finish()?;
        Ok(Json(upload.standing()))
    })
    .await
}

/// `POST /api/v1/upload`
pub async fn begin(app: AppState, Caller { role, .. }: Caller, body: Body) -> Result<Json<Standing>, Failure> {
    needs(role, Role::Control)?;
    let begin: Begin = read_json(body, MAX_REQUEST).await?;
    let files = Arc::clone(&app.files);
    let upload = on_disk(move || {
        let (now, today) = (Instant::now(), SystemTime::now());
        files.uploads.sweep(now, today);
        files.uploads.begin(&begin, now)
    })
    .await?;
    // Nothing in it, or all of it was here already.
    finished(upload).await
}

/// `GET /api/v1/upload/{id}`
pub async fn standing(
    app: AppState,
    Caller { role, .. }: Caller,
    Path(id): Path<String>,
) -> Result<Json<Standing>, Failure> {
    needs(role, Role::Control)?;
    let upload = app.files.uploads.get(&id).ok_or(UploadError::Unknown)?;
    Ok(Json(upload.standing()))
}

/// `DELETE /api/v1/upload/{id}`
pub async fn cancel(app: AppState, Caller { role, .. }: Caller, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    needs(role, Role::Control)?;
    let files = Arc::clone(&app.files);
    let known = on_disk(move || Ok(files.uploads.cancel(&id))).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(UploadError::Unknown.into()) }
}

/// `PATCH /api/v1/upload/{id}`
pub async fn append(
    app: AppState,
    Caller { role, .. }: Caller,
    Path(id): Path<String>,
    Extension(moved): Extension<Moved>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Standing>, Failure> {
    needs(role, Role::Control)?;
    let upload = app.files.uploads.get(&id).ok_or(UploadError::Unknown)?;
    let offset = headers.get(OFFSET).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
    let Some(mut at) = offset else {
        let message = "the header Upload-Offset says where it goes on";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "no_offset", message));
    };
    if at != upload.standing().offset {
        return Err(UploadError::WrongPlace { at: upload.standing().offset }.into());
    }
    let _place = place(&app.files)?;
    let mut body = body.into_data_stream();
    let mut waiting = BytesMut::new();
    loop {
        let next = timeout(PIECE_TIME, body.next()).await;
        let ended = !matches!(next, Ok(Some(Ok(_))));
        if let Ok(Some(Ok(bytes))) = &next {
            moved.tick();
            waiting.extend_from_slice(bytes);
        }
        if !waiting.is_empty() && (ended || waiting.len() >= PIECE) {
            let piece = waiting.split().freeze();
            let end = at + piece.len() as u64;
            let upload = Arc::clone(&upload);
            on_disk(move || upload.write(at, &piece, Instant::now())).await?;
            at = end;
        }
        match next {
            Ok(Some(Ok(_))) => {}
            Ok(None) => return finished(upload).await,
            // What came is kept; the rest comes with another request.
            Ok(Some(Err(_))) => return Err(Failure::new(StatusCode::BAD_REQUEST, "broken_off", "it broke off")),
            Err(_) => return Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "nothing came for a while")),
        }
    }
}

/// What is to be downloaded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    paths: Vec<PathBuf>,
}

/// Where it is to be had.
#[derive(Serialize)]
pub struct Address {
    url: String,
}

/// `POST /api/v1/download`
pub async fn ticket(app: AppState, Caller { role, .. }: Caller, body: Body) -> Result<Json<Address>, Failure> {
    needs(role, Role::Control)?;
    let Wanted { paths } = read_json(body, MAX_REQUEST).await?;
    let bad = |message: &str| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_paths", message);
    if paths.len() > MAX_PATHS {
        return Err(bad(&format!("no more than {MAX_PATHS} files at once")));
    }
    let ticket = app.files.tickets.issue(paths, Instant::now());
    let ticket = ticket.ok_or_else(|| bad("files are named by their absolute paths"))?;
    // Relative to this request, so that it holds below any prefix of a server in front.
    Ok(Json(Address { url: format!("download/{ticket}") }))
}

/// Of a ticket, relative to the page.
pub fn address(ticket: &str) -> String {
    format!("api/v1/download/{ticket}")
}

/// `GET /api/v1/download/{ticket}`
pub async fn download(
    app: AppState,
    method: Method,
    Path(ticket): Path<String>,
    Extension(moved): Extension<Moved>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // A look would use the ticket up.
    if method != Method::GET {
        return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, "only_get", "a download can only be fetched"));
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let gone = || Failure::new(StatusCode::NOT_FOUND, "used", "this download was used, or waited for too long");
    let grant = app.files.tickets.redeem(&ticket, text(header::IF_RANGE), Instant::now()).ok_or_else(gone)?;
    let place = place(&app.files)?;
    let paths = grant.paths;
    let opened = spawn_blocking({
        let paths = paths.clone();
        move || if let [one] = paths.as_slice() { open(one) } else { Ok(None) }
    });
    let unreadable =
        |error: io::Error| Failure::new(StatusCode::FORBIDDEN, "unreadable", format!("it cannot be read: {error}"));
    let opened = opened.await.map_err(|error| unreadable(io::Error::other(error)))?.map_err(unreadable)?;
    let name = disposition(&of_download(&paths, opened.is_none()));
    // Made of ASCII that is printed.
    let name = HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"));
    let common = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, name),
    ];
    let Some((file, size, tag)) = opened else {
        return Ok((common, Body::from_stream(packed(paths, moved, place))).into_response());
    };
    let tag = format!("\"{}-{tag}\"", grant.proof);
    // Another file by now: all of it, and not a part that does not fit.
    let part = if text(header::IF_RANGE).is_none_or(|shown| shown == tag) { text(header::RANGE) } else { None };
    let (status, first, end) = match range(part, size) {
        Range::Whole => (StatusCode::OK, 0, size),
        Range::Part { first, end } => (StatusCode::PARTIAL_CONTENT, first, end),
        Range::Beyond => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, all).into_response());
        }
    };
    let mut response = (status, common, Body::from_stream(read(file, first, end, moved, place))).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(end - first));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(what) = HeaderValue::try_from(format!("bytes {first}-{}/{size}", end.saturating_sub(1)))
    {
        headers.insert(header::CONTENT_RANGE, what);
    }
    Ok(response)
}

/// A file with its size and what tells it from a later one; `None` for a directory.
fn open(path: &std::path::Path) -> io::Result<Option<(File, u64, String)>> {
    // Not a pipe, which would not open before somebody writes.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Ok(None);
    }
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no file"));
    }
    let tag = format!("{:x}-{:x}-{:x}", metadata.len(), metadata.mtime(), metadata.mtime_nsec());
    Ok(Some((file, metadata.len(), tag)))
}

/// A part of a file, as the line takes it.
fn read(
    file: File,
    first: u64,
    end: u64,
    moved: Moved,
    place: OwnedSemaphorePermit,
) -> impl futures::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((Arc::new(file), first, place), move |(file, at, place)| {
        let moved = moved.clone();
        async move {
            if at >= end {
                return Ok(None);
            }
            moved.tick();
            let from = Arc::clone(&file);
            let read = spawn_blocking(move || {
                let want = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
                let mut piece = vec![0; want];
                let read = from.read_at(&mut piece, at)?;
                piece.truncate(read);
                Ok(piece)
            });
            let piece = read.await.map_err(io::Error::other).flatten()?;
            if piece.is_empty() {
                // Promised more; the browser sees that it broke off.
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let at = at + piece.len() as u64;
            Ok(Some((Bytes::from(piece), (file, at, place))))
        }
    })
}

/// Several files, or a directory, packed while they are sent.
fn packed(
    paths: Vec<PathBuf>,
    moved: Moved,
    place: OwnedSemaphorePermit,
) -> impl futures::Stream<Item = io::Result<Bytes>> {
    let (pieces, ready) = mpsc::channel::<io::Result<Bytes>>(AHEAD);
    spawn_blocking(move || {
        // Held until nobody takes it any more.
        let _place = place;
        let packed = pack(&paths, &mut |piece| pieces.blocking_send(Ok(piece)).is_ok());
        if let Err(error) = packed {
            tracing::info!(%error, "a download broke off");
            let _ = pieces.blocking_send(Err(io::Error::other(error)));
        }
    });
    stream::unfold((ready, moved), |(mut ready, moved)| async move {
        let piece = ready.recv().await?;
        moved.tick();
        Some((piece, (ready, moved)))
    })
}
