//! Everything that the main thread knows.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calloop::{LoopHandle, LoopSignal, RegistrationToken};
use lcars_ui::hierarchy::OutputId;
use lcars_ui::hierarchy::TerminalId;
use lcars_ui::theme::Theme;
use shell_bridge::terminal::KeyEvent;
use smithay::backend::input::TouchSlot;
use smithay::desktop::PopupManager;
use smithay::input::keyboard::{Keycode, XkbConfig};
use smithay::input::{Seat, SeatState};
use smithay::reexports::wayland_server::backend::{ClientData, ClientId, DisconnectReason};
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{Client, DisplayHandle};
use smithay::utils::{Clock, Logical, Monotonic, Physical, Point, Size};
use smithay::wayland::compositor::CompositorClientState;
use smithay::wayland::tablet_manager::TabletSeatTrait;

use crate::begin::BeginError;
use crate::capture::Capturing;
use crate::clipboard::Offered;
use crate::composing::{Composing, ToldCaret};
use crate::cursor::Cursor;
use crate::dropping::Dropping;
use crate::environment::Environment;
use crate::fallback::Fallback;
use crate::floods::{Floods, Line};
use crate::gallery::Gallery;
use crate::globals::Globals;
use crate::handlers::data_device::DragIcon;
use crate::idle::Idle;
use crate::imports::Imports;
use crate::input::compose::Compose;
use crate::input::typist::Typist;
use crate::layers::Layers;
use crate::lock::SessionLock;
use crate::panels::Panels;
use crate::remote::Remote;
use crate::render::{Gpu, Letters};
use crate::screen::{Screen, Screens, Setup};
use crate::seat::{
    Constraints, Finger, Hold, Inhibited, REPEAT_DELAY, REPEAT_RATE, Repeat, Tip, Told, VirtualKeyboards,
};
use crate::services::config::Config;
use crate::session::{Advisor, Asks, Notices, Preferences, Session, Staging, Terminals, Tray};
use crate::shell::{Listed, Shell};
use crate::textures::Textures;
use crate::trust::Trust;
use crate::x11::X11;

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
    /// Each new window is shown as soon as it appears.
    pub follow: bool,
    /// Programs are offered to hand over buffers of the GPU, and fences, even where each is refused then, for tests.
    pub offer_dmabuf: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: Size::from((1280, 720)),
            scale: 1.0,
            fps: 60,
            layout: "us".into(),
            variant: String::new(),
            follow: false,
            offer_dmabuf: false,
        }
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
    /// Pictures on their way to programs that asked for them.
    pub(crate) capturing: Capturing,
    /// The picture that follows the pointer during drag and drop.
    pub(crate) dnd_icon: Option<DragIcon>,
    /// Files that a page's user holds over the picture, or let go.
    pub(crate) dropping: Dropping,
    pub(crate) pen_tip: Tip,
    /// What programs hold the pointer with.
    pub(crate) constraints: Constraints,
    /// Buttons that went down on programs' surfaces and are still held, and who was told.
    pub(crate) pressed_on_programs: Vec<(u32, Told)>,
    /// The surface that the pointer is over, and where its corner was then.
    pub(crate) pointer_over: Option<(WlSurface, Point<f64, Logical>)>,
    /// The screen that the pointer is on.
    pub(crate) pointer_on: OutputId,
    /// The screen that input comes from at the moment.
    pub(crate) input_from: OutputId,
    /// The fingers that touch.
    pub(crate) fingers: Vec<Finger>,
    /// The finger that is on the interface, and of which screen; a second one does nothing.
    pub(crate) tapping: Option<(TouchSlot, OutputId)>,
    /// Where a finger landed last, unless the pointer moved since.
    pub(crate) last_touch: Option<Point<f64, Logical>>,
    /// A camera that wheel or fingers have in hand.
    pub(crate) hold: Option<Hold>,
    /// What programs have for whoever pastes.
    pub(crate) offered: Offered,
    /// Keys that are down and were not the program's.
    pub(crate) swallowed: Vec<Keycode>,
    /// Those of them that a terminal was told of.
    pub(crate) typed: Vec<(Keycode, TerminalId, KeyEvent)>,
    /// The one of them that repeats.
    pub(crate) repeat: Option<Repeat>,
    /// Text fields of programs, and the input method.
    pub(crate) composing: Composing,
    /// Where pages were told that what is typed appears.
    pub(crate) caret: ToldCaret,
    /// Who has the desktop's chords.
    pub(crate) inhibited: Inhibited,
    /// Whether anybody is there.
    pub(crate) idle: Idle,
    /// Keyboards that are programs.
    pub(crate) virtual_keyboards: VirtualKeyboards,
    /// Types what no key types.
    pub(crate) typist: Typist,
    /// Of keys that are typed into the desktop itself.
    pub(crate) compose: Compose,
    /// Super is down, and nothing else was pressed since.
    pub(crate) super_held: Option<RegistrationToken>,
    /// The list of keys is shown for as long as Super is held.
    pub(crate) keys_by_super: bool,
    /// What programs show on the outputs themselves.
    pub(crate) layers: Layers,
    /// The user's own pages.
    pub(crate) panels: Panels,
    /// What is shown instead of the desktop while it is locked.
    pub(crate) lock: SessionLock,
    /// Buffers of the GPU.
    pub(crate) imports: Imports,
    /// What programs were told of windows that are not theirs.
    pub(crate) listed: Listed,
    /// Whose commits may go on that waited for something.
    pub(crate) unblocked: RefCell<Vec<Client>>,
    /// Everything the user can set.
    pub(crate) settings: Config,
    /// Which pictures of windows are on the device.
    pub(crate) textures: Textures,
    /// Thumbnails and icons; away only while they are painted.
    pub(crate) gallery: Option<Gallery>,
    /// What the user chose on the screen.
    pub(crate) preferences: Preferences,
    /// A page's system asks for reduced motion.
    pub(crate) page_reduces: bool,
    /// The machine around the desktop; tests of protocols do without.
    pub(crate) session: Option<Session>,
    /// The desktop's own terminals.
    pub(crate) terminals: Terminals,
    /// What begins a session that waits to be begun.
    pub(crate) begun: Option<Result<Option<Environment>, BeginError>>,
    /// For browsers that cannot show video.
    pub(crate) fallback: Option<Fallback>,
    /// Commands on their way to a shell.
    pub(crate) staging: Staging,
    /// What is said about what stands in the prompt.
    pub(crate) advisor: Advisor,
    /// What programs told the user over D-Bus.
    pub(crate) notices: Notices,
    /// The signs that programs leave behind.
    pub(crate) tray: Tray,
    /// What programs ask the user.
    pub(crate) asks: Asks,
    /// X11 programs.
    pub(crate) x11: X11,
    /// Who looks on while clients are heard.
    pub(crate) floods: Floods,
    /// Clients that are connected.
    clients: Arc<AtomicU64>,
    /// The options in force.
    pub options: Options,
    /// The one seat.
    pub seat: Seat<State>,
    /// The windows.
    pub shell: Shell,
    /// The pictures.
    pub screens: Screens,
}

/// What is kept for each client.
#[derive(Debug, Default)]
pub struct ClientState {
    pub(crate) compositor: CompositorClientState,
    pub(crate) trust: Trust,
    line: Arc<Line>,
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
        self.line.close();
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
        let globals = Globals::new(&display, &clock, &gpu, options.offer_dmabuf);
        let imports = Imports::new(handle.clone());
        let idle = Idle::new(&display, handle.clone());
        let mut seat_state = SeatState::new();
        let mut seat = seat_state.new_wl_seat(&display, "seat0");
        let layout = crate::input::layout::Layout::new(&options.layout, &options.variant)?;
        let config = XkbConfig { layout: layout.layout(), variant: layout.variant(), ..XkbConfig::default() };
        seat.add_keyboard(config, REPEAT_DELAY, REPEAT_RATE)
            .map_err(|_| anyhow::anyhow!("the keyboard layout {:?} could not be loaded", options.layout))?;
        seat.add_pointer();
        seat.add_touch();
        seat.tablet_seat();
        let settings = crate::session::standard_settings();
        let letters = Letters::new();
        let gallery = Gallery::new(&gpu, crate::session::texture_bytes(&settings), &letters);
        let theme = Theme::default();
        let logical = options.size.to_f64().to_logical(options.scale).to_i32_round();
        let shell = Shell::new(&theme, logical)?;
        let id = shell.desktop.focused_output().id;
        let setup = Setup { id, slot: 0, size: options.size, scale: options.scale, fps: options.fps };
        let screen = Screen::new(&display, &gpu, &theme, &letters, setup);
        let mut state = Self {
            display,
            handle,
            signal,
            clock,
            gpu,
            globals,
            seat_state,
            theme,
            socket: String::new(),
            remote: None,
            popups: PopupManager::default(),
            cursor: Cursor::default(),
            capturing: Capturing::default(),
            dnd_icon: None,
            dropping: Dropping::default(),
            pen_tip: Tip::default(),
            constraints: Constraints::default(),
            pressed_on_programs: Vec::new(),
            pointer_over: None,
            pointer_on: id,
            input_from: id,
            fingers: Vec::new(),
            tapping: None,
            last_touch: None,
            hold: None,
            offered: Offered::default(),
            swallowed: Vec::new(),
            typed: Vec::new(),
            repeat: None,
            composing: Composing::default(),
            caret: None,
            inhibited: Inhibited::default(),
            idle,
            virtual_keyboards: VirtualKeyboards::default(),
            typist: Typist::default(),
            compose: Compose::default(),
            super_held: None,
            keys_by_super: false,
            layers: Layers::default(),
            panels: Panels::default(),
            lock: SessionLock::default(),
            imports,
            listed: Listed::default(),
            unblocked: RefCell::default(),
            settings,
            textures: Textures::default(),
            gallery: Some(gallery),
            preferences: Preferences::default(),
            page_reduces: false,
            session: None,
            terminals: Terminals::default(),
            begun: None,
            fallback: None,
            staging: Staging::default(),
            advisor: Advisor::default(),
            notices: Notices::default(),
            tray: Tray::default(),
            asks: Asks::default(),
            x11: X11::default(),
            floods: Floods::new(),
            clients: Arc::default(),
            options,
            seat,
            shell,
            screens: Screens::new(screen),
        };
        state.relayout();
        Ok(state)
    }

    /// The display that clients are on.
    pub fn display(&self) -> &DisplayHandle {
        &self.display
    }

    /// Lets a client in over `stream`.
    ///
    /// # Errors
    /// If the connection is already gone.
    pub fn insert_client(&mut self, stream: std::os::unix::net::UnixStream, trust: Trust) -> std::io::Result<Client> {
        let line = self.floods.line(&stream);
        let client = ClientState { trust, line, count: self.clients.clone(), ..ClientState::default() };
        self.display.insert_client(stream, Arc::new(client))
    }

    /// Lets the X server in.
    ///
    /// # Errors
    /// If the connection is already gone.
    pub(crate) fn insert_x11_client(&mut self, stream: std::os::unix::net::UnixStream) -> std::io::Result<Client> {
        self.insert_client(stream, Trust::XServer)
    }

    /// A connection for a part of the desktop that is a program of its own; it gets it as `WAYLAND_SOCKET`.
    ///
    /// # Errors
    /// If there are no more file descriptors.
    pub fn connect_helper(&mut self, trust: Trust) -> std::io::Result<std::os::fd::OwnedFd> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        self.insert_client(ours, trust)?;
        Ok(theirs.into())
    }

    /// Runs after every turn of the event loop.
    pub fn after_dispatch(&mut self) {
        self.popups.cleanup();
        self.screens.iter().for_each(|screen| screen.output.cleanup());
        if let Some(remote) = &self.remote {
            let metrics = remote.streamer().metrics();
            metrics.clients.set(self.clients.load(Ordering::Relaxed));
            metrics.texture_bytes.set(self.gpu.texture_bytes() as u64);
        }
        self.follow_prompt();
        self.advise_prompt();
        self.follow_asks();
        self.relayout_outdated();
        self.x11_focus();
        self.keep_constraints();
        self.keep_inhibitors();
        self.keep_idle();
        self.tick();
        self.follow_lock();
        self.follow_notices();
        self.follow_tray();
        self.follow_panels();
        self.clear_blockers();
        if let Err(error) = self.display.flush_clients() {
            tracing::debug!(%error, "a client did not take its events");
        }
    }

    /// Ends the session after this turn of the event loop. Programs lose their windows then, which is not how the
    /// desktop is to be remembered.
    pub fn stop(&mut self) {
        self.remember_now();
        if let Some(session) = &mut self.session {
            session.forget_from_now_on();
        }
        self.signal.stop();
    }
}
