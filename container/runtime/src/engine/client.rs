//! HTTP to the engine over its unix socket.
//!
//! One connection for each call: an engine that was killed and came back is simply there again, and an answer that was
//! given up in the middle cannot be taken for the next one's. Whatever answers is not trusted: heads, bodies and lines have
//! bounds, and so has the time that each step may take.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response,
    body::{Frame, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
};

use crate::Error;

/// Longest answer that is read at once. The list of a thousand containers has about two megabytes.
const MOST_BYTES: usize = 16 << 20;
/// Longest line of a stream. An event has less than two kilobytes.
const MOST_LINE: usize = 256 << 10;
/// Longest head of an answer.
const MOST_HEAD: usize = 64 << 10;
/// A socket of the same machine is there at once or not at all.
const CONNECT: Duration = Duration::from_secs(5);

type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// The engine's socket.
#[derive(Debug, Clone)]
pub(super) struct Client {
    socket: PathBuf,
}

/// What the engine said.
#[derive(Debug)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// The whole body.
    pub(super) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub(super) fn json(&self, doing: &'static str) -> Result<Value, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Error::Refused { doing, said: "the engine's answer is no JSON".into() })
    }

    /// The answer if it is a good one, the engine's own words if not.
    pub(super) fn good(self, doing: &'static str) -> Result<Self, Error> {
        if (200..400).contains(&self.status) { Ok(self) } else { Err(Error::Refused { doing, said: self.said() }) }
    }

    /// The engine's own words about what went wrong, one line for the screen.
    pub(super) fn said(&self) -> String {
        let told = serde_json::from_slice::<Value>(&self.body).ok();
        let text = told.as_ref().and_then(|value| value.get("message")).and_then(Value::as_str);
        let line = one_line(text.unwrap_or_default());
        if line.is_empty() { format!("status {}", self.status) } else { line }
    }
}

/// At most 300 characters without line ends and controls.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

impl Client {
    pub(super) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned() }
    }

    /// Asks, and reads the whole answer. `within` is for all of it.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        within: Duration,
    ) -> Result<Answer, Error> {
        let body = body.map(|value| Bytes::from(value.to_string()));
        let whole = async {
            let response = self.send(method, path, json(body)).await?;
            let status = response.status().as_u16();
            let body = collect(response.into_body()).await?;
            Ok(Answer { status, body })
        };
        tokio::time::timeout(within, whole).await.unwrap_or_else(|_| Err(slow(within)))
    }

    /// Asks for lines that come as things happen. The answer's head has to come soon; the lines take their time.
    pub(super) async fn lines(
        &self,
        path: &str,
        within: Duration,
        doing: &'static str,
    ) -> Result<impl Stream<Item = Bytes> + Send + 'static, Error> {
        let head = self.send(Method::GET, path, json(None));
        let response = tokio::time::timeout(within, head).await.unwrap_or_else(|_| Err(slow(within)))?;
        let status = response.status().as_u16();
        if status != 200 {
            let body = tokio::time::timeout(within, collect(response.into_body())).await;
            return Err(Error::Refused {
                doing,
                said: Answer { status, body: body.ok().and_then(Result::ok).unwrap_or_default() }.said(),
            });
        }
        Ok(lines(response.into_body().into_data_stream().map_err(|_| ())))
    }

    /// Writes the answer's body to a file that was empty. `silence` is the longest wait for the next piece of it.
    pub(super) async fn download(
        &self,
        method: Method,
        path: &str,
        file: std::fs::File,
        silence: Duration,
        doing: &'static str,
    ) -> Result<(), Error> {
        let response =
            tokio::time::timeout(silence, self.send(method, path, json(None))).await.map_err(|_| slow(silence))??;
        let status = response.status().as_u16();
        if status != 200 {
            let body = tokio::time::timeout(silence, collect(response.into_body())).await;
            let body = body.ok().and_then(Result::ok).unwrap_or_default();
            return Err(Error::Refused { doing, said: Answer { status, body }.said() });
        }
        let system = |source| Error::System { doing, source };
        let mut file = tokio::fs::File::from_std(file);
        let mut pieces = response.into_body().into_data_stream();
        while let Some(piece) = tokio::time::timeout(silence, pieces.next()).await.map_err(|_| slow(silence))? {
            file.write_all(&piece.map_err(|error| lost(&error))?).await.map_err(system)?;
        }
        file.flush().await.map_err(system)?;
        file.sync_all().await.map_err(system)
    }

    /// Sends a file as the request's body.
    pub(super) async fn upload(&self, path: &str, file: std::fs::File, within: Duration) -> Result<Answer, Error> {
        let file = tokio::fs::File::from_std(file);
        let pieces = futures::stream::try_unfold(file, |mut file| async move {
            let mut piece = BytesMut::with_capacity(64 << 10);
            let read = file.read_buf(&mut piece).await?;
            Ok((read > 0).then(|| (Frame::data(piece.freeze()), file)))
        });
        let body = ("application/x-tar", StreamBody::new(pieces).boxed_unsync());
        let whole = async {
            let response = self.send(Method::POST, path, body).await?;
            let status = response.status().as_u16();
            Ok(Answer { status, body: collect(response.into_body()).await? })
        };
        tokio::time::timeout(within, whole).await.unwrap_or_else(|_| Err(slow(within)))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        (kind, body): (&'static str, Body),
    ) -> Result<Response<Incoming>, Error> {
        let connect = tokio::time::timeout(CONNECT, UnixStream::connect(&self.socket));
        let stream = connect
            .await
            .map_err(|_| slow(CONNECT))?
            .map_err(|error| Error::Unreachable(format!("{}: {error}", self.socket.display())))?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MOST_HEAD);
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
        // Ends when the sender and the answer's body are gone, or the engine is.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the engine's connection");
            }
        });
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "engine")
            .header(header::CONTENT_TYPE, kind)
            .body(body)
            .map_err(|error| Error::Unreachable(error.to_string()))?;
        sender.send_request(request).await.map_err(|error| lost(&error))
    }
}

fn json(body: Option<Bytes>) -> (&'static str, Body) {
    ("application/json", Full::new(body.unwrap_or_default()).map_err(|never| match never {}).boxed_unsync())
}

async fn collect(body: Incoming) -> Result<Bytes, Error> {
    let mut pieces = body.into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|error| lost(&error))?;
        if whole.len() + piece.len() > MOST_BYTES {
            return Err(Error::Unreachable(format!("its answer has more than {MOST_BYTES} bytes")));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Cuts a body into its lines. It ends with the body, and with a line that is too long to be one.
fn lines(body: impl Stream<Item = Result<Bytes, ()>> + Send + Unpin + 'static) -> impl Stream<Item = Bytes> + Send {
    futures::stream::unfold((body, BytesMut::new()), |(mut body, mut rest)| async move {
        loop {
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line = rest.split_to(end + 1).freeze();
                return Some((line.slice(..end), (body, rest)));
            }
            if rest.len() > MOST_LINE {
                tracing::warn!("the engine sent a line without an end");
                return None;
            }
            match body.next().await {
                Some(Ok(piece)) => rest.extend_from_slice(&piece),
                Some(Err(())) | None => return None,
            }
        }
    })
}

fn slow(within: Duration) -> Error {
    Error::Unreachable(format!("nothing came for {} s", within.as_secs_f32()))
}

fn lost(error: &hyper::Error) -> Error {
    Error::Unreachable(one_line(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_words_are_one_bounded_line() {
        let answer = |body: &str| Answer { status: 500, body: Bytes::from(body.to_owned()) };
        assert_eq!(answer(r#"{"message":"no\n\tspace \u001b[31mleft"}"#).said(), "no space [31mleft");
        assert_eq!(answer("<html>").said(), "status 500");
        let long = format!(r#"{{"message":"{}"}}"#, "x".repeat(5000));
        assert_eq!(answer(&long).said().len(), 300);
    }

    #[tokio::test]
    async fn lines_are_put_together_from_pieces_and_have_an_end() {
        let pieces = ["on", "e\ntw", "o\n\nthree", "\nlost"].map(|text| Ok(Bytes::from(text)));
        let found: Vec<Bytes> = lines(futures::stream::iter(pieces)).collect().await;
        assert_eq!(found, ["one", "two", "", "three"]);

        let endless = futures::stream::repeat(Ok(Bytes::from(vec![b'x'; 1 << 16])));
        assert_eq!(lines(endless).count().await, 0);
    }
}
