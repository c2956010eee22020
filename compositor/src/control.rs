//! The control socket: a request in JSON, up to the end of the stream; an answer in JSON; done.
//!
//! It belongs to the user whose session this is (mode 0600 in `$XDG_RUNTIME_DIR`): whoever can open it may do all.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use calloop::generic::Generic;
use calloop::{Interest, LoopHandle, Mode, PostAction};
use lcars_ui::hierarchy::WindowId;
use serde::{Deserialize, Serialize};
use smithay::utils::Size;
use streamer::protocol::Role;
use streamer::{CommitStaged, DiscardStaged, StageText, StagingRequest};

use crate::compose;
use crate::pipe;
use crate::session::Asker;
use crate::state::State;

/// Longest request.
const MAX_REQUEST: usize = 64 << 10;
/// A session that does not answer by then is taken for hung.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// What can be asked of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Answered with [`Answer::State`].
    State,
    /// Gives the picture another size.
    Resize {
        /// Physical pixels.
        width: i32,
        /// Physical pixels.
        height: i32,
        /// Unchanged if absent.
        #[serde(default)]
        scale: Option<f64>,
    },
    /// Shows a window.
    Focus {
        /// Its name.
        window: u64,
    },
    /// Asks a window's program to close it.
    Close {
        /// Its name.
        window: u64,
    },
    /// Does something with the desktop or the interface: an operation or an action, as `POST /api/v1/command` takes it.
    Command {
        /// Such as `{"op":"zoom_out"}`.
        command: serde_json::Value,
    },
    /// Opens a file, or something at an address.
    Open {
        /// An absolute path, or an address with its scheme.
        file: String,
        /// The desktop entry of the program that opens it.
        entry: String,
        /// The terminal whose sector it is to be opened in; the focused sector where none is named.
        #[serde(default)]
        terminal: Option<u64>,
    },
    /// Answered with [`Answer::Desktop`].
    Desktop,
    /// Puts a command into the prompt; answered with [`Answer::Staged`] when it was looked at.
    Stage {
        /// One line.
        text: String,
        /// In whose terminal it is to run; that of the focused pane where none is named.
        #[serde(default)]
        sector: Option<u64>,
    },
    /// Lets a staged command run.
    Commit {
        /// Of the staged text.
        id: String,
        /// SHA-256 of the text that was looked at.
        hash: String,
        /// Also where it is dangerous.
        #[serde(default)]
        confirm: bool,
        /// What the portal gave whoever confirmed it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<String>,
    },
    /// Takes a staged command away.
    Discard {
        /// Of the staged text.
        id: String,
    },
    /// Answered with [`Answer::Url`].
    Url {
        /// What whoever has the URL may do.
        role: Role,
    },
    /// Answered with [`Answer::Screenshot`].
    Screenshot,
    /// Ends the session.
    Quit,
}

/// One window, as `state` tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowInfo {
    /// Its name.
    pub id: u64,
    /// As its program says.
    pub title: String,
    /// As its program says.
    pub app_id: String,
    /// It has the keyboard.
    pub focused: bool,
    /// Of its geometry, logical: width and height.
    pub size: [i32; 2],
}

/// What a session answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It was done.
    Done,
    /// It was not done.
    Error {
        /// Why not.
        reason: String,
    },
    /// What there is.
    State {
        /// Physical pixels.
        width: i32,
        /// Physical pixels.
        height: i32,
        /// Physical pixels per logical pixel.
        scale: f64,
        /// Keyboard layout in force.
        layout: String,
        /// In the order they came.
        windows: Vec<WindowInfo>,
        /// Pages that watch.
        viewers: u64,
        /// Of clients.
        wayland_display: String,
        /// What draws.
        adapter: String,
    },
    /// Sectors, apps, windows, viewports.
    Desktop {
        /// As `GET /api/v1/state` gives it.
        desktop: serde_json::Value,
    },
    /// What is to be said about a staged command.
    Staged {
        /// As `POST /api/v1/stage` gives it.
        staged: serde_json::Value,
    },
    /// A URL with a token.
    Url {
        /// The URL.
        url: String,
    },
    /// What is shown.
    Screenshot {
        /// A PNG, Base64.
        png: String,
    },
}

/// Answers requests on `path` for as long as the loop runs. The socket's file goes with the returned guard.
///
/// # Errors
/// If the socket cannot be made.
pub fn listen(handle: &LoopHandle<'static, State>, path: &Path) -> anyhow::Result<SocketFile> {
    // A file that nobody listens on was left by a session that was killed.
    if UnixStream::connect(path).is_ok() {
        bail!("another session listens on {}", path.display());
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let listener = UnixListener::bind(path).with_context(|| format!("control socket {}", path.display()))?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    listener.set_nonblocking(true)?;
    let source = Generic::new(listener, Interest::READ, Mode::Level);
    handle
        .insert_source(source, |_, listener, state| {
            loop {
                match listener.accept() {
                    Ok((stream, _)) => serve(state, stream),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(PostAction::Continue),
                    Err(error) => {
                        tracing::warn!(%error, "a control connection was not accepted");
                        return Ok(PostAction::Continue);
                    }
                }
            }
        })
        .map_err(|error| error.error)?;
    Ok(SocketFile(path.to_owned()))
}

/// Removes the socket's file when dropped.
#[derive(Debug)]
pub struct SocketFile(PathBuf);

impl SocketFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "a socket was not removed");
        }
    }
}

impl Request {
    /// What is asked about staged commands. The answer has to wait until they were looked at.
    fn staging(self) -> Result<StagingRequest, Self> {
        match self {
            Self::Stage { text, sector } => Ok(StagingRequest::Stage(StageText { text, sector })),
            Self::Commit { id, hash, confirm, proof } => {
                Ok(StagingRequest::Commit(CommitStaged { id, hash, confirm, proof }))
            }
            Self::Discard { id } => Ok(StagingRequest::Discard(DiscardStaged { id })),
            other => Err(other),
        }
    }
}

fn serve(state: &State, stream: UnixStream) {
    let served = stream.try_clone().and_then(|reader| {
        pipe::read(&state.handle, reader.into(), MAX_REQUEST, move |state, bytes| {
            let request = match serde_json::from_slice::<Request>(&bytes).map(Request::staging) {
                Ok(Ok(staging)) => return state.staging_request(Role::Admin.into(), staging, Asker::Socket(stream)),
                Ok(Err(request)) => Ok(request),
                Err(error) => Err(error),
            };
            let quit = matches!(request, Ok(Request::Quit));
            let answer = match request {
                Ok(request) => state.answer(request),
                Err(error) => Answer::Error { reason: format!("not a request: {error}") },
            };
            let bytes = serde_json::to_vec(&answer).unwrap_or_default();
            if quit {
                // There is no later turn of the loop to write it in. So few bytes always fit the socket.
                let mut stream = &stream;
                if let Err(error) = stream.write_all(&bytes) {
                    tracing::warn!(%error, "a control request was not answered");
                }
                return;
            }
            if let Err(error) = pipe::write(&state.handle, stream.into(), Arc::from(bytes)) {
                tracing::warn!(%error, "a control request was not answered");
            }
        })
    });
    if let Err(error) = served {
        tracing::warn!(%error, "a control connection was not served");
    }
}

impl State {
    /// Does what was asked.
    pub fn answer(&mut self, request: Request) -> Answer {
        let done = |found: bool| match found {
            true => Answer::Done,
            false => Answer::Error { reason: "there is no such window".into() },
        };
        match request {
            Request::State => self.describe(),
            Request::Resize { width, height, scale } => {
                let scale = scale.unwrap_or_else(|| self.screens.first().scale());
                self.resize((width, height).into(), scale);
                Answer::Done
            }
            Request::Focus { window } => {
                let window = WindowId::from_raw(window);
                let found = self.shell.get(window).is_some();
                self.focus_window(window);
                done(found)
            }
            Request::Close { window } => done(self.close_window(WindowId::from_raw(window))),
            Request::Command { command } => match self.command(command) {
                Ok(()) => Answer::Done,
                Err(refusal) => Answer::Error { reason: refusal.message },
            },
            Request::Open { file, entry, terminal } => {
                let terminal = terminal.map(lcars_ui::hierarchy::TerminalId::from_raw);
                match self.open_with(&file, &entry, terminal) {
                    Ok(()) => Answer::Done,
                    Err(reason) => Answer::Error { reason },
                }
            }
            Request::Desktop => Answer::Desktop { desktop: self.desktop_state() },
            Request::Url { role } => match &self.remote {
                Some(remote) => match remote.streamer().url(role) {
                    Some(url) => Answer::Url { url },
                    None => Answer::Error { reason: "this role has no token".into() },
                },
                None => Answer::Error { reason: "this session has no page".into() },
            },
            Request::Screenshot => self.screenshot(),
            Request::Stage { .. } | Request::Commit { .. } | Request::Discard { .. } => {
                Answer::Error { reason: "commands are staged by a request of their own".into() }
            }
            Request::Quit => {
                self.stop();
                Answer::Done
            }
        }
    }

    fn describe(&self) -> Answer {
        let windows = self.shell.windows().iter().filter_map(|window| {
            let (title, app_id) = window.toplevel.title();
            let id = window.id?;
            let Size { w, h, .. } = compose::window_geometry(window.toplevel.wl_surface()).size;
            Some(WindowInfo { id: id.get(), title, app_id, focused: self.shell.focused() == Some(id), size: [w, h] })
        });
        let size = self.screens.first().size();
        Answer::State {
            width: size.w,
            height: size.h,
            scale: self.screens.first().scale(),
            layout: self.options.layout.clone(),
            windows: windows.collect(),
            viewers: self.remote.as_ref().map_or(0, |remote| remote.streamer().metrics().viewers.get()),
            wayland_display: self.socket.clone(),
            adapter: self.gpu.adapter_name().to_owned(),
        }
    }

    fn screenshot(&mut self) -> Answer {
        use base64::Engine as _;
        let mut bytes = Vec::new();
        let packed = match self.picture() {
            Ok(picture) => picture.write_png(&mut bytes).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match packed {
            Ok(()) => Answer::Screenshot { png: base64::engine::general_purpose::STANDARD.encode(bytes) },
            Err(reason) => Answer::Error { reason },
        }
    }
}

/// Asks a running session.
///
/// # Errors
/// If there is no session, or it does not answer.
pub fn ask(path: &Path, request: &Request) -> anyhow::Result<Answer> {
    let mut stream = UnixStream::connect(path).with_context(|| format!("no session answers on {}", path.display()))?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    stream.set_write_timeout(Some(ANSWER_WITHIN))?;
    stream.write_all(&serde_json::to_vec(request)?)?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).context("the session did not answer")?;
    serde_json::from_slice(&answer).context("the session gave an answer that makes no sense")
}

/// The control socket that is meant: the one given, `$TOS_SOCKET`, or the only one of this user.
///
/// # Errors
/// If there is none, or more than one.
pub fn find(given: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    if let Some(path) = given.or_else(|| std::env::var_os("TOS_SOCKET").map(PathBuf::from)) {
        return Ok(path);
    }
    let directory = crate::runtime::directory()?;
    let mut live: Vec<PathBuf> = std::fs::read_dir(&directory)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)))
        .filter(|path| UnixStream::connect(path).is_ok())
        .collect();
    match (live.pop(), live.len()) {
        (Some(path), 0) => Ok(path),
        (Some(_), _) => bail!("several sessions run; name one with --socket"),
        (None, _) => bail!("no session runs in {}", directory.display()),
    }
}

const PREFIX: &str = "tos-comp-";

/// Where the session of a Wayland socket listens.
pub fn path_for(directory: &Path, wayland_display: &str) -> PathBuf {
    directory.join(format!("{PREFIX}{wayland_display}.sock"))
}
