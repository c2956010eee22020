//! The unix socket of a running tosd, for its own command line: one JSON object a line, each answered by one. Mode 0600:
//! who can open it could as well write to the database.

use std::{io, os::unix::fs::PermissionsExt as _, path::Path};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::watch,
};

use crate::desktops::{Act, Desktops};

/// Longest request.
const REQUEST: u64 = 4096;
/// Longest answer: some hundred bytes for each desktop.
const ANSWER: u64 = 16 << 20;

/// What is wanted with a desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// See [`Act::Freeze`].
    Freeze,
    /// See [`Act::Thaw`].
    Thaw,
    /// See [`Act::Hibernate`].
    Hibernate,
    /// See [`Act::Kill`].
    Kill,
    /// Bring it to running.
    Open,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// All desktops.
    List,
    /// Something is to be done with one.
    Act {
        /// Whose.
        user: String,
        /// What.
        act: Wish,
    },
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it was done.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// All desktops, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktops: Option<serde_json::Value>,
}

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// There is no tosd.
    #[error("no tosd runs here: {0}")]
    Nobody(#[from] io::Error),
    /// It said what nobody understands.
    #[error("tosd answered what makes no sense: {0}")]
    Nonsense(#[from] serde_json::Error),
}

/// Asks a running tosd.
///
/// # Errors
/// [`ControlError::Nobody`] if there is none.
pub async fn ask(socket: &Path, request: &Request) -> Result<Answer, ControlError> {
    let mut stream = UnixStream::connect(socket).await?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(stream.take(ANSWER)).read_line(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}

/// Listens. A socket that nobody answers on is an earlier tosd's, and is replaced.
///
/// # Errors
/// If another tosd answers there.
pub async fn listen(socket: &Path) -> io::Result<UnixListener> {
    if UnixStream::connect(socket).await.is_ok() {
        return Err(io::Error::new(io::ErrorKind::AddrInUse, "another tosd runs here"));
    }
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Answers until `stop` turns true.
pub async fn serve(listener: UnixListener, desktops: Desktops, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(answer(stream, desktops.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "the control socket");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, desktops: Desktops) {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(REQUEST));
    if reader.read_line(&mut line).await.is_err() {
        return;
    }
    let answer = match serde_json::from_str(&line) {
        Ok(request) => done(request, &desktops).await,
        Err(error) => Answer { ok: false, reason: Some(error.to_string()), desktops: None },
    };
    if let Ok(mut text) = serde_json::to_vec(&answer) {
        text.push(b'\n');
        let _ = writer.write_all(&text).await;
    }
}

async fn done(request: Request, desktops: &Desktops) -> Answer {
    let fine = Answer { ok: true, reason: None, desktops: None };
    let failed = |reason: String| Answer { ok: false, reason: Some(reason), desktops: None };
    match request {
        Request::List => match serde_json::to_value(desktops.overview().await) {
            Ok(all) => Answer { desktops: Some(all), ..fine },
            Err(error) => failed(error.to_string()),
        },
        Request::Act { user, act: Wish::Open } => match desktops.open(&user).await {
            Ok(_) => fine,
            Err(error) => failed(error.to_string()),
        },
        Request::Act { user, act } => {
            let act = match act {
                Wish::Freeze => Act::Freeze,
                Wish::Thaw | Wish::Open => Act::Thaw,
                Wish::Hibernate => Act::Hibernate,
                Wish::Kill => Act::Kill,
            };
            match desktops.act(&user, act).await {
                Ok(()) => fine,
                Err(error) => failed(error.to_string()),
            }
        }
    }
}
