//! An X program, and a desktop that lets it in.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use compositor::state::Options;
use smithay::utils::Size;
use x11rb::COPY_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::{DefaultStream, RustConnection};
use x11rb::wrapper::ConnectionExt as _;

use crate::fixture::Fixture;

/// A server that has not answered by then will not.
const PATIENCE: Duration = Duration::from_secs(30);

/// A desktop with an X display.
pub struct Desktop {
    pub f: Fixture,
    display: String,
    authority: PathBuf,
    _directory: tempfile::TempDir,
}

impl Desktop {
    /// A desktop of 800×600 at scale 1 that shows each new window at once.
    pub fn new() -> Self {
        Self::scaled(1.0)
    }

    /// A desktop of 800×600 physical pixels, `scale` of them to a logical one.
    pub fn scaled(scale: f64) -> Self {
        let options = Options { size: Size::from((800, 600)), scale, follow: true, ..Options::default() };
        let mut f = Fixture::with(options);
        let directory = tempfile::tempdir().unwrap();
        let told = f.state.welcome_x11(directory.path()).expect("a display");
        let of = |name: &str| {
            let found = told.iter().find(|(known, _)| known == name);
            found.expect("Xwayland is installed").1.clone().into_string().unwrap()
        };
        Self { display: of("DISPLAY"), authority: of("XAUTHORITY").into(), _directory: directory, f }
    }

    /// Does something that waits for the X server, while the desktop goes on.
    pub fn wait_for<T: Send>(&mut self, work: impl FnOnce() -> T + Send) -> T {
        let deadline = Instant::now() + PATIENCE;
        std::thread::scope(|scope| {
            let work = scope.spawn(work);
            while !work.is_finished() {
                assert!(Instant::now() < deadline, "the X server does not answer");
                self.f.wait();
            }
            work.join().unwrap()
        })
    }

    /// Lets the desktop go on until something is so.
    pub fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Fixture) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&mut self.f) {
                return found;
            }
            assert!(Instant::now() < deadline, "{what}: it did not happen");
            self.f.wait();
            // The server draws again when it is told that it may.
            self.f.draw();
        }
    }

    /// Connects with what only the user can read, or with something else.
    pub fn try_connect(&mut self, cookie: Option<[u8; 16]>) -> Result<RustConnection, x11rb::errors::ConnectError> {
        let file = std::fs::read(&self.authority).unwrap();
        let cookie = cookie.map_or_else(|| file[file.len() - 16..].to_vec(), |cookie| cookie.to_vec());
        let path = format!("/tmp/.X11-unix/X{}", self.display.trim_start_matches(':'));
        let stream = std::os::unix::net::UnixStream::connect(path).unwrap();
        self.wait_for(move || {
            let (stream, _) = DefaultStream::from_unix_stream(stream)?;
            RustConnection::connect_to_stream_with_auth_info(stream, 0, b"MIT-MAGIC-COOKIE-1".to_vec(), cookie)
        })
    }

    /// A program that has just connected.
    pub fn program(&mut self) -> Program {
        let connection = self.try_connect(None).unwrap();
        Program { connection, heard: Mutex::default() }
    }

    /// Waits until a colour fills a rectangle of the picture, and tells which.
    pub fn shows(&mut self, colour: u32) -> (i32, i32, i32, i32) {
        self.until("a colour is seen", |f| {
            let shot = f.shot();
            (shot.count(colour) > 0).then(|| shot.find(colour).unwrap())
        })
    }

    /// Waits until a colour fills this rectangle of the picture.
    pub fn shows_at(&mut self, colour: u32, expected: (i32, i32, i32, i32)) {
        let (_, _, w, h) = expected;
        self.until(&format!("{colour:#x} is at {expected:?}"), |f| {
            let shot = f.shot();
            (shot.count(colour) == w * h && shot.find(colour) == Some(expected)).then_some(())
        });
    }

    /// Waits until a colour is seen no more.
    pub fn hides(&mut self, colour: u32) {
        self.until("a colour is gone", |f| (f.shot().count(colour) == 0).then_some(()));
    }

    /// Waits for an event.
    pub fn hear<T>(&mut self, program: &Program, what: &str, find: impl Fn(&Event) -> Option<T>) -> T {
        self.until(what, |_| program.heard(&find))
    }
}

/// An X client.
pub struct Program {
    pub connection: RustConnection,
    heard: Mutex<Vec<Event>>,
}

/// What a window is to be.
pub struct Wanted<'a> {
    pub colour: u32,
    pub place: (i16, i16, u16, u16),
    pub title: &'a str,
    pub class: &'a str,
    /// It minds no window manager.
    pub free: bool,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self { colour: crate::picture::RED, place: (0, 0, 300, 200), title: "", class: "", free: false }
    }
}

impl Program {
    /// The first event of this kind, if there is one. Those before it are forgotten.
    pub fn heard<T>(&self, find: impl Fn(&Event) -> Option<T>) -> Option<T> {
        self.connection.flush().unwrap();
        let mut heard = self.heard.lock().unwrap();
        while let Some(event) = self.connection.poll_for_event().unwrap() {
            heard.push(event);
        }
        let (place, found) = heard.iter().enumerate().find_map(|(place, event)| Some((place, find(event)?)))?;
        heard.drain(..=place);
        Some(found)
    }

    pub fn root(&self) -> Window {
        self.connection.setup().roots[0].root
    }

    /// Makes a window; it is not seen yet.
    pub fn create(&self, wanted: &Wanted) -> Window {
        let window = self.connection.generate_id().unwrap();
        let events = EventMask::STRUCTURE_NOTIFY
            | EventMask::EXPOSURE
            | EventMask::KEY_PRESS
            | EventMask::KEY_RELEASE
            | EventMask::BUTTON_PRESS
            | EventMask::POINTER_MOTION
            | EventMask::FOCUS_CHANGE
            | EventMask::PROPERTY_CHANGE;
        let aux = CreateWindowAux::new()
            .background_pixel(wanted.colour & 0xff_ffff)
            .override_redirect(u32::from(wanted.free))
            .event_mask(events);
        let (x, y, w, h) = wanted.place;
        let (kind, parent) = (WindowClass::INPUT_OUTPUT, self.root());
        self.connection.create_window(COPY_FROM_PARENT as u8, window, parent, x, y, w, h, 0, kind, 0, &aux).unwrap();
        self.text(window, AtomEnum::WM_NAME, wanted.title);
        if !wanted.class.is_empty() {
            self.text(window, AtomEnum::WM_CLASS, &format!("{0}\0{0}\0", wanted.class));
        }
        window
    }

    /// Makes a window and wants it to be seen.
    pub fn show(&self, wanted: &Wanted) -> Window {
        let window = self.create(wanted);
        self.connection.map_window(window).unwrap();
        self.connection.flush().unwrap();
        window
    }

    pub fn text(&self, window: Window, name: AtomEnum, text: &str) {
        self.connection.change_property8(PropMode::REPLACE, window, name, AtomEnum::STRING, text.as_bytes()).unwrap();
    }
}
