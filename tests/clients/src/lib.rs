//! A window made of shared memory, with as little between a client and the protocol as will do.
//!
//! The programs of this crate are what the browser tests and the bench run inside `tos-comp`. They use no toolkit, so
//! that what is measured is the compositor's time and what is tested is the protocol itself. A client implements
//! [`App`] and calls [`run`]; it draws into a [`Pool`] and commits when it likes.

mod input;
mod shm;

use std::io::Write as _;

use anyhow::{Context as _, Result};
pub use input::Input;
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
pub use shm::{Pool, memory};
use wayland_client::globals::{GlobalList, GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_shm::WlShm;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Dispatch, QueueHandle, delegate_noop};
use wayland_protocols::xdg::shell::client::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::client::xdg_toplevel::{self, XdgToplevel};
use wayland_protocols::xdg::shell::client::xdg_wm_base::{self, XdgWmBase};

/// What a client does with what it is told.
pub trait App: Sized + 'static {
    /// The window has this size now, in pixels. Called once for each configure, after it was acknowledged; the client
    /// must draw and commit.
    fn configure(&mut self, window: &mut Window<Self>, width: u32, height: u32) -> Result<()>;

    /// The frame callback asked for with [`Window::request_frame`]. `time` is the compositor's, in milliseconds.
    fn frame(&mut self, _window: &mut Window<Self>, _time: u32) -> Result<()> {
        Ok(())
    }

    /// Something came from the seat.
    fn input(&mut self, _window: &mut Window<Self>, _input: &Input) -> Result<()> {
        Ok(())
    }
}

/// One toplevel and what is needed to draw into it.
pub struct Window<A: App> {
    /// The window's surface.
    pub surface: WlSurface,
    /// The window's role.
    pub toplevel: XdgToplevel,
    /// Where pools come from.
    pub shm: WlShm,
    /// For making further objects.
    pub queue: QueueHandle<State<A>>,
    /// Ends [`run`] once set.
    pub done: bool,
    connection: Connection,
    size: (u32, u32),
}

impl<A: App> Window<A> {
    /// Asks for [`App::frame`]; takes effect with the next commit.
    pub fn request_frame(&self) {
        self.surface.frame(&self.queue, ());
    }

    /// Asks for [`App::frame`] once everything requested so far has been handled, whether or not it is seen.
    pub fn request_answer(&self) {
        self.connection.display().sync(&self.queue, ());
    }

    /// Sends what was requested now, not when the queue next waits.
    ///
    /// # Errors
    /// When the connection is broken.
    pub fn flush(&self) -> Result<()> {
        Ok(self.connection.flush()?)
    }

    /// Shows buffer `index` of `pool`, of which `(x, y, width, height)` differs from what is shown now.
    pub fn show(&self, pool: &Pool, index: usize, (x, y, width, height): (i32, i32, i32, i32)) {
        pool.attach(index, &self.surface);
        self.surface.damage_buffer(x, y, width, height);
        self.surface.commit();
    }
}

/// What the event queue dispatches to.
pub struct State<A: App> {
    window: Window<A>,
    app: A,
    /// The first error of the app; it ends [`run`].
    failed: Option<anyhow::Error>,
}

impl<A: App> State<A> {
    fn tell(&mut self, call: impl FnOnce(&mut A, &mut Window<A>) -> Result<()>) {
        if let Err(error) = call(&mut self.app, &mut self.window) {
            self.failed.get_or_insert(error);
        }
    }
}

/// Opens a window with `title` and runs until the app is done, the window is closed or the connection breaks.
///
/// # Errors
/// When there is no compositor, it lacks a global, or the app fails.
pub fn run<A: App>(title: &str, fullscreen: bool, app: A) -> Result<()> {
    let connection = Connection::connect_to_env().context("no compositor (is WAYLAND_DISPLAY set?)")?;
    let (globals, mut events) = registry_queue_init::<State<A>>(&connection)?;
    let queue = events.handle();
    let compositor: WlCompositor = bind(&globals, &queue, 4..=6)?;
    let wm_base: XdgWmBase = bind(&globals, &queue, 1..=6)?;
    // A compositor without any input device has no seat; a client that only draws does not mind.
    let _seat: Option<WlSeat> = bind(&globals, &queue, 5..=9).ok();
    let surface = compositor.create_surface(&queue, ());
    let xdg_surface = wm_base.get_xdg_surface(&surface, &queue, ());
    let toplevel = xdg_surface.get_toplevel(&queue, ());
    toplevel.set_title(title.to_owned());
    toplevel.set_app_id(title.to_owned());
    if fullscreen {
        toplevel.set_fullscreen(None);
    }
    surface.commit();
    let shm = bind(&globals, &queue, 1..=1)?;
    let window = Window { surface, toplevel, shm, queue, done: false, connection, size: (0, 0) };
    let mut state = State { window, app, failed: None };
    while !state.window.done {
        events.blocking_dispatch(&mut state)?;
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
    }
    Ok(())
}

fn bind<I, A>(globals: &GlobalList, queue: &QueueHandle<State<A>>, versions: std::ops::RangeInclusive<u32>) -> Result<I>
where
    A: App,
    I: wayland_client::Proxy + 'static,
    State<A>: Dispatch<I, ()>,
{
    globals.bind(queue, versions, ()).with_context(|| format!("the compositor lacks {}", I::interface().name))
}

/// `CLOCK_MONOTONIC` in microseconds, the clock of presentation and input events.
pub fn now_us() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

/// Writes one JSON line to stdout at once: whoever reads it waits for it.
///
/// # Errors
/// When nobody reads any more.
pub fn report(line: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    out.flush()?;
    Ok(())
}

impl<A: App> Dispatch<WlRegistry, GlobalListContents> for State<A> {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

impl<A: App> Dispatch<XdgWmBase, ()> for State<A> {
    fn event(
        _: &mut Self,
        base: &XdgWmBase,
        event: xdg_wm_base::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let xdg_wm_base::Event::Ping { serial } = event {
            base.pong(serial);
        }
    }
}

impl<A: App> Dispatch<XdgToplevel, ()> for State<A> {
    fn event(
        state: &mut Self,
        _: &XdgToplevel,
        event: xdg_toplevel::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            xdg_toplevel::Event::Configure { width, height, .. } => {
                state.window.size = (width.unsigned_abs(), height.unsigned_abs());
            }
            xdg_toplevel::Event::Close => state.window.done = true,
            _ => {}
        }
    }
}

impl<A: App> Dispatch<XdgSurface, ()> for State<A> {
    fn event(
        state: &mut Self,
        surface: &XdgSurface,
        event: xdg_surface::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let xdg_surface::Event::Configure { serial } = event {
            surface.ack_configure(serial);
            // Zero means that the size is ours to choose.
            let or = |value, otherwise| if value == 0 { otherwise } else { value };
            let (width, height) = (or(state.window.size.0, 640), or(state.window.size.1, 480));
            state.tell(|app, window| app.configure(window, width, height));
        }
    }
}

impl<A: App> Dispatch<WlCallback, ()> for State<A> {
    fn event(
        state: &mut Self,
        _: &WlCallback,
        event: wl_callback::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_callback::Event::Done { callback_data } = event {
            state.tell(|app, window| app.frame(window, callback_data));
        }
    }
}

delegate_noop!(@<A: App> State<A>: ignore WlCompositor);
delegate_noop!(@<A: App> State<A>: ignore WlSurface);
delegate_noop!(@<A: App> State<A>: ignore WlShm);
