//! The X server's life: it begins when the first program connects.

use std::collections::HashMap;
use std::ffi::OsString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use calloop::channel::{Event, Sender};
use calloop::generic::Generic;
use calloop::timer::{TimeoutAction, Timer};
use calloop::{Interest, Mode, PostAction, RegistrationToken};
use lcars_ui::interface::AlertLevel;
use rustix::process::{Signal, set_parent_process_death_signal};
use smithay::reexports::wayland_server::Client;
use smithay::reexports::wayland_server::backend::DisconnectReason;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::selection::SelectionTarget;

use super::display::Display;
use super::drags::Drags;
use super::manager;
use super::window::Scale;
use super::windows::Known;
use super::words::{Order, Word, Xid};
use crate::services::{descriptors, priority};
use crate::state::{ClientState, State};
use crate::trust::Trust;

/// The program.
const PROGRAM: &str = "Xwayland";
/// Seconds that a server without clients is kept: programs that start programs come and go.
const LINGERS: &str = "5";

/// A server that runs, or is about to.
#[derive(Debug)]
pub(crate) struct Server {
    pub(super) client: Client,
    process: u32,
    pub(super) orders: Sender<Order>,
    words: RegistrationToken,
    pub(super) windows: HashMap<Xid, Known>,
    /// Surfaces that said which window they show, which has not come yet.
    pub(super) serials: HashMap<u64, WlSurface>,
    /// The window that has the keyboard.
    pub(super) focused: Option<Xid>,
    /// The windows that had it, the latest one last.
    pub(super) used: Vec<Xid>,
    /// Physical pixels per logical pixel.
    pub(super) scale: Rc<Scale>,
    pub(super) ready: bool,
    /// The window manager, which is a client of its own for what is dragged.
    pub(super) bridge: Client,
    pub(super) drags: Drags,
}

impl Server {
    /// A window manager that does not listen any more is about to say so itself.
    pub(super) fn order(&self, order: Order) {
        if let Err(error) = self.orders.send(order) {
            tracing::debug!(%error, "the X server's window manager is gone");
        }
    }
}

/// Where the program is.
pub fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(PROGRAM)).find(|file| file.is_file())
}

impl State {
    /// Lets X11 programs in. Returns what they are told in their environment; nothing if there is no X server to start.
    ///
    /// # Errors
    /// If no display can be had.
    pub fn welcome_x11(&mut self, directory: &Path) -> anyhow::Result<Vec<(OsString, OsString)>> {
        if installed().is_none() {
            tracing::info!("X11 programs cannot be shown: {PROGRAM} is not installed");
            return Ok(Vec::new());
        }
        let display = Display::claim(directory)?;
        let told = [
            ("DISPLAY", display.name().into()),
            ("XAUTHORITY", display.authority().into()),
            // Windows have no parent of ours around them; Java's toolkit would wait for one.
            ("_JAVA_AWT_WM_NONREPARENTING", "1".into()),
        ];
        self.x11.display = Some(display);
        self.await_x11()?;
        Ok(told.map(|(name, value): (&str, OsString)| (name.into(), value)).into())
    }

    /// The process of the X server, while one runs.
    pub fn x11_server(&self) -> Option<u32> {
        self.x11.server.as_ref().map(|server| server.process)
    }

    /// Waits for the first program.
    fn await_x11(&mut self) -> anyhow::Result<()> {
        let Some(display) = &self.x11.display else { return Ok(()) };
        let mut waiting = Vec::new();
        for listener in display.listeners() {
            let source = Generic::new(listener.try_clone()?, Interest::READ, Mode::Level);
            let inserted = self.handle.insert_source(source, |_, _, state: &mut State| {
                // Nobody is let in here: the server will find them waiting.
                state.handle.insert_idle(State::start_x11);
                Ok(PostAction::Remove)
            });
            waiting.push(inserted.map_err(|error| error.error)?);
        }
        self.x11.waiting = waiting;
        Ok(())
    }

    fn start_x11(&mut self) {
        for token in std::mem::take(&mut self.x11.waiting) {
            self.handle.remove(token);
        }
        if self.x11.server.is_some() {
            return;
        }
        self.x11.backoff.started(Instant::now());
        match self.spawn_x11() {
            Ok(server) => self.x11.server = Some(server),
            Err(error) => {
                tracing::error!(%error, "the X server was not started");
                self.tell_user(AlertLevel::Caution, "X11 programs cannot be shown: the X server was not started");
                self.await_x11_later();
            }
        }
    }

    /// Waits for the next program, but not at once: whoever waits already would start it again and again.
    fn await_x11_later(&mut self) {
        let pause = self.x11.backoff.died(Instant::now());
        let inserted = self.handle.insert_source(Timer::from_duration(pause), |_, (), state| {
            if let Err(error) = state.await_x11() {
                tracing::error!(%error, "X11 programs are not waited for any more");
            }
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for the X server");
        }
    }

    fn spawn_x11(&mut self) -> anyhow::Result<Server> {
        let Some(display) = &self.x11.display else { anyhow::bail!("there is no display") };
        let (ours, theirs) = UnixStream::pair()?;
        let (managing, managed) = UnixStream::pair()?;
        let (bridge, bridged) = UnixStream::pair()?;
        let child = spawn(display, &theirs.into(), &managed.into())?;
        let (cookie, process) = (display.cookie(), child.id());
        let client = self.insert_x11_client(ours)?;
        let bridge_client = self.insert_client(bridged, Trust::Ordinary)?;
        let scale = self.screens.scale();
        ClientState::of(&client).compositor.set_client_scale(scale);
        let (orders, words) = manager::start(managing, bridge, cookie, child, scale)?;
        let words = self.handle.insert_source(words, |event, (), state| {
            if let Event::Msg(word) = event {
                state.x11_said(word);
            }
        });
        let words = words.map_err(|error| error.error)?;
        Ok(Server {
            client,
            process,
            orders,
            words,
            windows: HashMap::new(),
            serials: HashMap::new(),
            focused: None,
            used: Vec::new(),
            scale: Rc::new(Scale::new(scale)),
            ready: false,
            bridge: bridge_client,
            drags: Drags::default(),
        })
    }

    /// The server is gone, and all its windows with it.
    pub(super) fn x11_gone(&mut self, well: bool) {
        let Some(server) = self.x11.server.take() else { return };
        self.handle.remove(server.words);
        let shown: Vec<_> = server.windows.values().filter_map(|known| known.shown.clone()).collect();
        for window in shown {
            self.remove_toplevel(window.wl_surface());
        }
        for target in [SelectionTarget::Clipboard, SelectionTarget::Primary] {
            self.x11_copied(target, Vec::new());
        }
        for client in [&server.client, &server.bridge] {
            self.display.backend_handle().kill_client(client.id(), DisconnectReason::ConnectionClosed);
        }
        self.screens.damage();
        self.refresh_pointer_focus();
        self.let_held_go();
        if well {
            self.x11.backoff.ended_well();
            if let Err(error) = self.await_x11() {
                tracing::error!(%error, "X11 programs are not waited for any more");
            }
        } else {
            self.tell_user(AlertLevel::Caution, "The X server died, and the X11 programs with it");
            self.await_x11_later();
        }
    }

    /// A screen is finer or coarser than before: X clients count otherwise from now on.
    pub(crate) fn rescale_x11(&mut self) {
        let scale = self.screens.scale();
        let Some(server) = &self.x11.server else { return };
        if server.scale.replace(scale) == scale {
            return;
        }
        ClientState::of(&server.client).compositor.set_client_scale(scale);
        server.order(Order::Scale { scale });
        for screen in self.screens.iter() {
            let output = &screen.output;
            output.change_current_state(output.current_mode(), None, Some(output.current_scale()), None);
        }
    }

    /// The word of the window manager.
    fn x11_said(&mut self, word: Word) {
        match word {
            Word::Ready => {
                if let Some(server) = &mut self.x11.server {
                    server.ready = true;
                }
                self.offer_all_to_x11();
            }
            Word::Gone { well } => self.x11_gone(well),
            Word::Copied { target, types } => {
                target.target().into_iter().for_each(|target| self.x11_copied(target, types.clone()));
            }
            Word::Took => self.x11_took(),
            Word::Wanted { target, mime, into } => {
                if let Some(target) = target.target() {
                    self.x11_pastes(target, mime, into);
                }
            }
            Word::Bridge { .. } | Word::DragHeld { .. } | Word::Dragged { .. } | Word::DragLeft | Word::DragDropped => {
                self.x11_drag_said(word)
            }
            word => self.x11_window_said(word),
        }
    }
}

/// Starts the program: with who waits already, the connection to us as its display, and the one of its window manager.
fn spawn(display: &Display, wayland: &OwnedFd, managed: &OwnedFd) -> std::io::Result<Child> {
    let mut command = Command::new(PROGRAM);
    command
        .arg(display.name())
        .args(["-rootless", "-terminate", LINGERS, "-nolisten", "tcp", "-auth"])
        .arg(display.authority())
        .args(["-wm", &managed.as_raw_fd().to_string()]);
    for listener in display.listeners() {
        command.args(["-listenfd", &listener.as_raw_fd().to_string()]);
    }
    command
        .env("WAYLAND_SOCKET", wayland.as_raw_fd().to_string())
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(if tracing::enabled!(tracing::Level::DEBUG) { Stdio::inherit() } else { Stdio::null() })
        .process_group(0);
    let passed: Vec<RawFd> = display.listeners().iter().chain([wayland, managed]).map(AsRawFd::as_raw_fd).collect();
    // SAFETY: what runs between fork and exec are system calls, which take no lock and allocate nothing; the descriptors
    // live until `spawn` returns.
    unsafe {
        command.pre_exec(move || {
            for fd in &passed {
                if libc::fcntl(*fd, libc::F_SETFD, 0) < 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            Ok(set_parent_process_death_signal(Some(Signal::TERM))?)
        })
    };
    let child = command.spawn()?;
    descriptors::usual_for(child.id());
    priority::let_give_way(child.id());
    Ok(child)
}
