//! The compositor under test.
//!
//! Nothing here waits: client and compositor are turned by hand, one after the other, until what was asked has been
//! answered. A test that hangs is a test that fails after [`TURNS`] turns.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use calloop::EventLoop;
use compositor::control::SocketFile;
use compositor::input::decode::Decoder;
use compositor::render::Gpu;
use compositor::state::{Options, State};
use compositor::trust::Trust;
use compositor::wayland;
use lcars_ui::hierarchy::WindowId;
use smithay::reexports::wayland_server::Display;
use smithay::utils::{Logical, Rectangle, Size};
use wayland_client::backend::protocol::ProtocolError;

use crate::client::Client;
use crate::picture::Shot;

/// A round trip takes two turns, or a few more where a pipe or an idle callback is involved.
const TURNS: usize = 200;

/// A session without pages, and the loop that drives it.
pub struct Fixture {
    event_loop: EventLoop<'static, State>,
    pub(crate) decoder: Decoder<u32>,
    /// The session; tests ask it what it made of a client's requests.
    /// What it draws with; tests of one process share it.
    pub gpu: Gpu,
    pub state: State,
}

impl Fixture {
    /// A session of 800×600 at scale 1 that shows each new window at once.
    pub fn new() -> Self {
        Self::with(Options { size: Size::from((800, 600)), follow: true, ..Options::default() })
    }

    /// A session of 800×600 in which new windows move no camera, as in the product.
    pub fn watching() -> Self {
        Self::with(Options { size: Size::from((800, 600)), ..Options::default() })
    }

    /// A session with these options.
    pub fn with(options: Options) -> Self {
        // Finding the device is slow, and many of them at once are slower.
        static GPU: OnceLock<Gpu> = OnceLock::new();
        let gpu = GPU.get_or_init(|| Gpu::new().expect("a Vulkan device, such as lavapipe")).clone();
        let event_loop = EventLoop::try_new().unwrap();
        let display = Display::<State>::new().unwrap();
        let signal = event_loop.get_signal();
        let state = State::new(display.handle(), event_loop.handle(), signal, gpu.clone(), options).unwrap();
        wayland::dispatch_clients(&event_loop.handle(), display).unwrap();
        Self { event_loop, decoder: Decoder::default(), gpu, state }
    }

    /// A session of 800×600 physical pixels, `scale` of them to a logical one.
    pub fn scaled(scale: f64) -> Self {
        Self::with(Options { size: Size::from((800, 600)), scale, follow: true, ..Options::default() })
    }

    /// A client that has just connected and knows the globals.
    pub fn client(&mut self) -> Client {
        self.client_with(Trust::Ordinary)
    }

    /// The same, through the trusted socket.
    pub fn trusted_client(&mut self) -> Client {
        self.client_with(Trust::Trusted)
    }

    /// The engine of a panel, as the compositor starts one.
    pub fn panel_client(&mut self, panel: WindowId) -> Client {
        self.client_with(Trust::Panel(panel))
    }

    fn client_with(&mut self, trust: Trust) -> Client {
        let (ours, theirs) = UnixStream::pair().unwrap();
        self.state.insert_client(ours, trust).unwrap();
        let mut client = Client::new(theirs);
        self.roundtrip(&mut client);
        client
    }

    /// Opens the trusted socket beside one called `wayland-9`; its file goes with what is returned.
    pub fn listen_trusted(&mut self, directory: &Path) -> SocketFile {
        wayland::listen_trusted(&self.event_loop.handle(), directory, "wayland-9").unwrap()
    }

    /// Lets the compositor answer `client`, whose connection is still on its way through another thread.
    pub fn let_in(&mut self, client: &mut Client) {
        let done = client.sync();
        let deadline = Instant::now() + Duration::from_secs(20);
        while client.events(&done).is_empty() {
            assert!(Instant::now() < deadline, "the client is not let in");
            client.flush();
            self.wait();
            client.read();
        }
    }

    /// One turn of the compositor's event loop.
    pub fn turn(&mut self) {
        self.event_loop.dispatch(Some(Duration::ZERO), &mut self.state).unwrap();
        self.state.after_dispatch();
    }

    /// One turn that waits a little for something to happen.
    pub fn wait(&mut self) {
        self.event_loop.dispatch(Some(Duration::from_millis(20)), &mut self.state).unwrap();
        self.state.after_dispatch();
    }

    /// Lets the compositor answer everything that `client` has sent.
    pub fn roundtrip(&mut self, client: &mut Client) {
        let done = client.sync();
        for _ in 0..TURNS {
            self.exchange(client);
            if let Some(error) = client.error() {
                panic!("{error}");
            }
            if !client.events(&done).is_empty() {
                return;
            }
        }
        panic!("the compositor does not answer");
    }

    /// Lets the compositor find out that `client` broke the protocol, and returns how.
    pub fn protocol_error(&mut self, client: &mut Client) -> ProtocolError {
        for _ in 0..TURNS {
            self.exchange(client);
            if let Some(error) = client.error() {
                return error;
            }
        }
        panic!("the compositor does not mind");
    }

    /// Turns both sides until `done` says so.
    pub fn until<T>(&mut self, client: &mut Client, mut done: impl FnMut(&mut Client) -> Option<T>) -> T {
        for _ in 0..TURNS {
            self.exchange(client);
            if let Some(value) = done(client) {
                return value;
            }
        }
        panic!("it did not happen");
    }

    /// Lets both sides work until `done` says so, for what another thread has a part in.
    pub fn wait_until<T>(&mut self, client: &mut Client, mut done: impl FnMut(&mut Client) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            client.flush();
            self.wait();
            client.read();
            if let Some(error) = client.error() {
                panic!("{error}");
            }
            if let Some(value) = done(client) {
                return value;
            }
            assert!(Instant::now() < deadline, "it did not happen");
        }
    }

    fn exchange(&mut self, client: &mut Client) {
        client.flush();
        self.turn();
        client.read();
    }

    /// Draws what changed, as the pacer would have it done while someone watches.
    pub fn draw(&mut self) {
        self.state.draw(Instant::now());
        self.turn();
    }

    /// What is on the screen now.
    pub fn shot(&mut self) -> Shot {
        Shot(self.state.picture().unwrap())
    }

    /// Where the one full window goes, logical.
    pub fn area(&self) -> Rectangle<i32, Logical> {
        let area = self.state.screen().view().areas.first().expect("an output has a pane").rect;
        let corner = |x: f64, y: f64| (x.round() as i32, y.round() as i32);
        Rectangle::from_extremities(corner(area.x, area.y), corner(area.right(), area.bottom()))
    }
}
