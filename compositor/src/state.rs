//! Everything that the main thread knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calloop::{LoopHandle, LoopSignal};
use lcars_ui::theme::Theme;
use smithay::backend::input::TouchSlot;
use smithay::desktop::PopupManager;
use smithay::input::keyboard::XkbConfig;
use smithay::input::{Seat, SeatState};
use smithay::reexports::wayland_server::backend::{ClientData, ClientId, DisconnectReason};
use smithay::reexports::wayland_server::{Client, DisplayHandle};
use smithay::utils::{Clock, Logical, Monotonic, Physical, Point, Size};
use smithay::wayland::compositor::CompositorClientState;
use smithay::wayland::tablet_manager::TabletSeatTrait;

use crate::cursor::Cursor;
use crate::globals::Globals;
use crate::handlers::data_device::DragIcon;
use crate::remote::Remote;
use crate::render::Gpu;
use crate::screen::Screen;
use crate::shell::Shell;

/// A held key repeats after this long, milliseconds.
const REPEAT_DELAY: i32 = 400;
/// And this often a second.
const REPEAT_RATE: i32 = 30;

/// How a session is set up.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Physical pixels.
    pub size: Size<i32, Physical>,
    /// Physical pixels per logical pixel.
    pub scale: f64,
    /// Pictures a second at most.
    pub fps: u32,
    /// Keyboard layout, as XKB names it.
    pub layout: String,
    /// Its variant; empty for the plain one.
    pub variant: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { size: Size::from((1280, 720)), scale: 1.0, fps: 60, layout: "us".into(), variant: String::new() }
    }
}

/// The session.
pub struct State {
    pub(crate) display: DisplayHandle,
    pub(crate) handle: LoopHandle<'static, State>,
    pub(crate) signal: LoopSignal,
    pub(crate) clock: Clock<Monotonic>,
    pub(crate) gpu: Gpu,
    pub(crate) globals: Globals,
    pub(crate) seat_state: SeatState<State>,
    pub(crate) theme: Theme,
    /// Name of the Wayland socket; empty where there is none.
    pub(crate) socket: String,
    /// The pages; `None` in tests of protocols.
    pub(crate) remote: Option<Remote>,
    pub(crate) popups: PopupManager,
    pub(crate) cursor: Cursor,
    /// The picture that follows the pointer during drag and drop.
    pub(crate) dnd_icon: Option<DragIcon>,
    /// A pen holds the left button down, for a program that knows no pens.
    pub(crate) pen_presses: bool,
    /// The fingers that touch, and where.
    pub(crate) fingers: Vec<(TouchSlot, Point<f64, Logical>)>,
    /// Clients that are connected.
    clients: Arc<AtomicU64>,
    /// The options in force.
    pub options: Options,
    /// The one seat.
    pub seat: Seat<State>,
    /// The windows.
    pub shell: Shell,
    /// The picture.
    pub screen: Screen,
}

/// What is kept for each client.
#[derive(Debug, Default)]
pub struct ClientState {
    pub(crate) compositor: CompositorClientState,
    count: Arc<AtomicU64>,
}

impl ClientState {
    /// The state of a client that came through one of our sockets, as all do.
    pub(crate) fn of(client: &Client) -> &Self {
        client.get_data().expect("every client is inserted with its ClientState")
    }
}

impl ClientData for ClientState {
    fn initialized(&self, client: ClientId) {
        self.count.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(?client, "a client connected");
    }

    fn disconnected(&self, client: ClientId, reason: DisconnectReason) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        tracing::debug!(?client, ?reason, "a client left");
    }
}

impl State {
    /// A session without clients or pages.
    ///
    /// # Errors
    /// If the keyboard layout is unknown.
    pub fn new(
        display: DisplayHandle,
        handle: LoopHandle<'static, State>,
        signal: LoopSignal,
        gpu: Gpu,
        options: Options,
    ) -> anyhow::Result<Self> {
        let clock = Clock::new();
        let globals = Globals::new(&display, &clock);
        let mut seat_state = SeatState::new();
        let mut seat = seat_state.new_wl_seat(&display, "seat0");
        let layout = crate::input::layout::Layout::new(&options.layout, &options.variant)?;
        let config = XkbConfig { layout: layout.layout(), variant: layout.variant(), ..XkbConfig::default() };
        seat.add_keyboard(config, REPEAT_DELAY, REPEAT_RATE)
            .map_err(|_| anyhow::anyhow!("the keyboard layout {:?} could not be loaded", options.layout))?;
        seat.add_pointer();
        seat.add_touch();
        seat.tablet_seat();
        let screen = Screen::new(&display, &gpu, options.size, options.scale, options.fps);
        let mut state = Self {
            display,
            handle,
            signal,
            clock,
            gpu,
            globals,
            seat_state,
            theme: Theme::default(),
            socket: String::new(),
            remote: None,
            popups: PopupManager::default(),
            cursor: Cursor::default(),
            dnd_icon: None,
            pen_presses: false,
            fingers: Vec::new(),
            clients: Arc::default(),
            options,
            seat,
            shell: Shell::default(),
            screen,
        };
        state.relayout();
        Ok(state)
    }

    /// Lets a client in over `stream`.
    ///
    /// # Errors
    /// If the connection is already gone.
    pub fn insert_client(&mut self, stream: std::os::unix::net::UnixStream) -> std::io::Result<Client> {
        let client = ClientState { count: self.clients.clone(), ..ClientState::default() };
        self.display.insert_client(stream, Arc::new(client))
    }

    /// Runs after every turn of the event loop.
    pub fn after_dispatch(&mut self) {
        self.popups.cleanup();
        if let Some(remote) = &self.remote {
            remote.streamer().metrics().clients.set(self.clients.load(Ordering::Relaxed));
        }
        if self.shell.outdated {
            self.relayout();
        }
        self.tick();
        if let Err(error) = self.display.flush_clients() {
            tracing::debug!(%error, "a client did not take its events");
        }
    }

    /// Ends the session after this turn of the event loop.
    pub fn stop(&self) {
        self.signal.stop();
    }
}
