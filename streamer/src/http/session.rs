//! The session as programs use it: state, operations, snapshots.
//!
//! Errors have a body, `{"ok":false,"error":{"reason":"…","message":"…"}}`: `reason` for programs, `message` for people.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::AppState;
use crate::{
    auth::{self, Caller},
    protocol::Role,
    session::{Answer, ApiRequest, AskError, Json, Refusal, RefusalKind, StagingRequest},
};

/// Largest command, in bytes; over the event stream too.
pub const MAX_COMMAND: usize = 64 << 10;
/// Most operations in one command.
const MAX_OPERATIONS: usize = 64;
/// Largest snapshot, in bytes.
const MAX_SNAPSHOT: usize = 1 << 20;
/// Largest request about a staged text, in bytes. Longer than any text that can be staged, so that who sends one hears why
/// it is refused.
const MAX_STAGING: usize = 2 << 20;
/// A body must be here this fast.
const BODY_TIME: Duration = Duration::from_secs(10);
/// Longest text in an error, in bytes. What a caller sent comes back in some.
const MAX_TEXT: usize = 1 << 10;

/// Why something was not done.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    error: ErrorBody,
}

#[derive(Debug, Serialize)]
struct ErrorBody {
    reason: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<usize>,
}

/// What a caller reads of a command: of success or of failure.
#[derive(Debug, Serialize)]
pub struct Outcome {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorBody>,
}

impl Failure {
    /// `reason` is for programs, `message` for people.
    pub fn new(status: StatusCode, reason: &str, message: impl Into<String>) -> Self {
        let mut message = message.into();
        message.truncate(message.floor_char_boundary(MAX_TEXT));
        Self { status, error: ErrorBody { reason: reason.to_owned(), message, at: None } }
    }

    fn not_json(error: &serde_json::Error) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "not_json", format!("this is not JSON: {error}"))
    }
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        let message = error.to_string();
        match error {
            AskError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message),
            AskError::Gone => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message),
            AskError::Late => Self::new(StatusCode::GATEWAY_TIMEOUT, "timeout", message),
            AskError::Refused(Refusal { kind, reason, at, .. }) => {
                let status = match kind {
                    RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
                    RefusalKind::Conflict => StatusCode::CONFLICT,
                };
                let mut failure = Self::new(status, &reason, message);
                failure.error.at = at;
                failure
            }
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status;
        (status, axum::Json(Outcome::from(Err(self)))).into_response()
    }
}

impl From<Result<Answer, Failure>> for Outcome {
    fn from(result: Result<Answer, Failure>) -> Self {
        match result {
            // Bytes have an answer of their own, which is no JSON.
            Ok(Answer::Done | Answer::Bytes(_)) => Self { ok: true, result: None, error: None },
            Ok(Answer::Json(result)) => Self { ok: true, result: Some(result), error: None },
            Err(failure) => Self { ok: false, result: None, error: Some(failure.error) },
        }
    }
}

/// `GET /api/v1/state`
pub async fn state(app: AppState, _: Caller) -> Result<Response, Failure> {
    Ok(plain(app.feed.ask(ApiRequest::State).await?))
}

/// `GET /api/v1/schema`
pub async fn schema(app: AppState, _: Caller) -> Result<Response, Failure> {
    app.feed.schema().map(|schema| plain(Answer::Json(schema))).ok_or_else(|| AskError::Gone.into())
}

/// `POST /api/v1/command`
pub async fn command(app: AppState, Caller { role, .. }: Caller, body: Body) -> Result<axum::Json<Outcome>, Failure> {
    needs(role, Role::Control)?;
    let command = operations(read(body, MAX_COMMAND).await?)?;
    let done = app.feed.ask(ApiRequest::Command(command)).await?;
    Ok(axum::Json(Ok(done).into()))
}

/// `GET /api/v1/snapshot`
pub async fn snapshot(app: AppState, Caller { role, .. }: Caller) -> Result<Response, Failure> {
    needs(role, Role::Control)?;
    Ok(plain(app.feed.ask(ApiRequest::Snapshot).await?))
}

/// `PUT /api/v1/snapshot`
pub async fn put_snapshot(
    app: AppState,
    Caller { role, .. }: Caller,
    body: Body,
) -> Result<axum::Json<Outcome>, Failure> {
    needs(role, Role::Admin)?;
    let snapshot = read(body, MAX_SNAPSHOT).await?;
    let done = app.feed.ask(ApiRequest::PutSnapshot(snapshot)).await?;
    Ok(axum::Json(Ok(done).into()))
}

/// `POST /api/v1/stage`
pub async fn stage(app: AppState, caller: Caller, body: Body) -> Result<axum::Json<Outcome>, Failure> {
    staging(app, caller, body, StagingRequest::Stage).await
}

/// `POST /api/v1/commit`
pub async fn commit(app: AppState, caller: Caller, body: Body) -> Result<axum::Json<Outcome>, Failure> {
    staging(app, caller, body, StagingRequest::Commit).await
}

/// `POST /api/v1/discard`
pub async fn discard(app: AppState, caller: Caller, body: Body) -> Result<axum::Json<Outcome>, Failure> {
    staging(app, caller, body, StagingRequest::Discard).await
}

async fn staging<T: DeserializeOwned>(
    app: AppState,
    by: Caller,
    body: Body,
    request: impl FnOnce(T) -> StagingRequest,
) -> Result<axum::Json<Outcome>, Failure> {
    needs(by.role, Role::Control)?;
    let bytes = read_bytes(body, MAX_STAGING).await?;
    let unprocessable = |reason, message| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, reason, message);
    if let Err(error) = std::str::from_utf8(&bytes) {
        return Err(unprocessable(
            "text_refused",
            format!("this is not valid UTF-8 from byte {} on", error.valid_up_to()),
        ));
    }
    // In two steps, so that what is no JSON is told from what means nothing.
    let request = request(
        serde_json::from_value(parse(&bytes)?).map_err(|error| unprocessable("not_understood", error.to_string()))?,
    );
    let done = app.feed.ask(ApiRequest::Staging { by, request }).await?;
    Ok(axum::Json(Ok(done).into()))
}

/// `OPTIONS`: what a page of an allowed origin may do.
pub async fn options() -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
        (HeaderName::from_static("access-control-max-age"), "600"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// Whether the role may.
///
/// # Errors
/// A failure that names the role it takes.
pub fn needs(role: Role, least: Role) -> Result<(), Failure> {
    if role >= least {
        return Ok(());
    }
    let message = format!("this needs the role {}; the token's is {}", auth::name(least), auth::name(role));
    Err(Failure::new(StatusCode::FORBIDDEN, "forbidden", message))
}

/// JSON out of bytes.
///
/// # Errors
/// A failure that says where it stops being JSON.
pub fn parse(bytes: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(bytes).map_err(|error| Failure::not_json(&error))
}

/// A command: an object, or an array of not too many of them. What they mean, only the session knows.
///
/// # Errors
/// A failure that says what it is instead.
pub fn operations(command: Value) -> Result<Value, Failure> {
    let bad = |message: &str| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "not_an_operation", message);
    match &command {
        Value::Object(_) => Ok(command),
        Value::Array(all) if all.is_empty() => Err(bad("there is no operation in it")),
        Value::Array(all) if all.len() > MAX_OPERATIONS => {
            let message = format!("no more than {MAX_OPERATIONS} operations at once");
            Err(Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", message))
        }
        Value::Array(all) if all.iter().all(Value::is_object) => Ok(command),
        _ => Err(bad("an operation is an object, such as {\"op\":\"zoom_out\"}")),
    }
}

/// What the session said, as it stands.
fn plain(answer: Answer) -> Response {
    let json = match &answer {
        Answer::Json(json) => json.text(),
        Answer::Done | Answer::Bytes(_) => "null",
    };
    ([(header::CONTENT_TYPE, "application/json")], json.to_owned()).into_response()
}

/// A request of a known form.
///
/// # Errors
/// A failure that says what is wrong with it.
pub async fn read_json<T: DeserializeOwned>(body: Body, most: usize) -> Result<T, Failure> {
    serde_json::from_value(read(body, most).await?)
        .map_err(|error| Failure::new(StatusCode::UNPROCESSABLE_ENTITY, "not_understood", error.to_string()))
}

async fn read(body: Body, most: usize) -> Result<Value, Failure> {
    parse(&read_bytes(body, most).await?)
}

async fn read_bytes(body: Body, most: usize) -> Result<Bytes, Failure> {
    match tokio::time::timeout(BODY_TIME, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => {
            let message = format!("longer than {most} bytes, or broken off");
            Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message))
        }
        Err(_) => Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not come in time")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_command_is_an_object_or_a_few_of_them() {
        let operation = json!({ "op": "zoom_out" });
        for good in [operation.clone(), json!([operation]), json!(vec![operation.clone(); MAX_OPERATIONS])] {
            assert_eq!(operations(good.clone()).unwrap(), good);
        }
        for bad in [json!(null), json!("zoom_out"), json!([]), json!([1]), json!([operation, []]), json!(7.5)] {
            assert_eq!(operations(bad).unwrap_err().error.reason, "not_an_operation");
        }
        assert_eq!(operations(json!(vec![operation; MAX_OPERATIONS + 1])).unwrap_err().error.reason, "too_many");
    }

    #[test]
    fn what_a_caller_sent_comes_back_in_bounded_length() {
        let refusal = Refusal::invalid("unknown", format!("unknown operation `{}`", "ä".repeat(60_000))).at(3);
        let failure = Failure::from(AskError::Refused(refusal));
        assert!(failure.error.message.len() <= MAX_TEXT && failure.error.message.starts_with("unknown operation `ää"));
        assert_eq!((failure.status, failure.error.at), (StatusCode::UNPROCESSABLE_ENTITY, Some(3)));
    }
}
