//! A session in a thread of its own, and what the suite does to it.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use calloop::EventLoop;
use calloop::ping::{Ping, make_ping};
use compositor::input::backend::RemoteInput;
use compositor::render::Gpu;
use compositor::state::{Options, State};
use compositor::trust::Trust;
use compositor::wayland;
use smithay::backend::input::InputEvent;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{Client, Display};
use smithay::utils::Size;

/// Logical pixels on both sides of the only screen. A power of two: every point that the suite can name is told exactly.
pub const SIDE: i32 = 1024;

/// What the thread knows.
pub struct Desk {
    state: State,
    /// By the descriptor of the other end.
    clients: HashMap<RawFd, Client>,
    running: bool,
}

type Command = Box<dyn FnOnce(&mut Desk) + Send>;

/// A session that runs.
pub struct Server {
    commands: Commands,
    thread: JoinHandle<()>,
}

/// The way to a session.
#[derive(Clone)]
pub struct Commands {
    queue: Sender<(Command, Sender<()>)>,
    ping: Ping,
}

impl Commands {
    /// Has something done, and waits until it is: what a client sends afterwards is handled afterwards. Nothing happens
    /// if the session has failed, which its clients notice.
    pub fn run(&self, command: impl FnOnce(&mut Desk) + Send + 'static) {
        let (done, wait) = channel();
        if self.queue.send((Box::new(command), done)).is_ok() {
            self.ping.ping();
            let _ = wait.recv();
        }
    }
}

impl Server {
    /// Starts a session; what it is told waits until it is up.
    pub fn start() -> std::io::Result<Self> {
        let (ping, source) = make_ping()?;
        let (queue, commands) = channel();
        let thread = std::thread::Builder::new().name("session".into()).spawn(move || {
            let mut event_loop = EventLoop::try_new().expect("an event loop");
            event_loop.handle().insert_source(source, |(), (), _: &mut State| {}).expect("room in the loop");
            run(&mut event_loop, &commands);
        })?;
        Ok(Self { commands: Commands { queue, ping }, thread })
    }

    /// Ends it, and waits until it has.
    pub fn stop(self) {
        self.commands.run(|desk| desk.running = false);
        let _ = self.thread.join();
    }

    /// The way to it.
    pub fn commands(&self) -> Commands {
        self.commands.clone()
    }

    /// The client's end of a new connection.
    pub fn connect(&self) -> std::io::Result<OwnedFd> {
        let (ours, theirs) = UnixStream::pair()?;
        let name = theirs.as_raw_fd();
        self.commands.run(move |desk| {
            if let Ok(client) = desk.state.insert_client(ours, Trust::Trusted) {
                desk.clients.insert(name, client);
            }
        });
        Ok(theirs.into())
    }
}

impl Desk {
    /// Puts a window of a client somewhere.
    pub fn place(&mut self, client: RawFd, surface: u32, at: (i32, i32)) {
        let display = self.state.display().clone();
        let Some(client) = self.clients.get(&client) else { return };
        if let Ok(surface) = client.object_from_protocol_id::<WlSurface>(&display, surface) {
            self.state.put_window(&surface, at.into());
        }
    }

    /// Somebody does something.
    pub fn input(&mut self, event: InputEvent<RemoteInput>) {
        self.state.process_input_event(event);
    }
}

fn run(event_loop: &mut EventLoop<'static, State>, commands: &Receiver<(Command, Sender<()>)>) {
    // Finding the device is slow.
    static GPU: OnceLock<Gpu> = OnceLock::new();
    let gpu = GPU.get_or_init(|| Gpu::new().expect("a Vulkan device, such as lavapipe")).clone();
    let display = Display::<State>::new().expect("a display");
    let options = Options { size: Size::from((SIDE, SIDE)), follow: true, ..Options::default() };
    let mut state = State::new(display.handle(), event_loop.handle(), event_loop.get_signal(), gpu, options)
        .expect("the standard keyboard layout");
    wayland::dispatch_clients(&event_loop.handle(), display).expect("room in the loop");
    state.float_windows();
    let mut desk = Desk { state, clients: HashMap::new(), running: true };
    while desk.running {
        event_loop.dispatch(None, &mut desk.state).expect("the loop runs");
        settle(&mut desk.state);
        // What clients sent before is handled by now.
        while let Ok((command, done)) = commands.try_recv() {
            command(&mut desk);
            settle(&mut desk.state);
            let _ = done.send(());
        }
    }
}

/// Draws at once what wants to be drawn, so that a client which asks finds everything in its place.
fn settle(state: &mut State) {
    if state.screen().wants_frame() {
        state.draw(Instant::now());
    }
    state.after_dispatch();
}
