//! A connection that remembers what it was told and leaves every decision to the offence.

use std::io::ErrorKind;

use anyhow::{Context as _, Result, bail};
use test_clients::memory;
use wayland_client::backend::WaylandError;
use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_region::WlRegion;
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::protocol::wl_shm::{self, WlShm};
use wayland_client::protocol::wl_shm_pool::WlShmPool;
use wayland_client::protocol::wl_subcompositor::WlSubcompositor;
use wayland_client::protocol::wl_subsurface::WlSubsurface;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Connection, Dispatch, EventQueue, QueueHandle, delegate_noop};
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols::xdg::shell::client::xdg_popup::{self, XdgPopup};
use wayland_protocols::xdg::shell::client::xdg_positioner::XdgPositioner;
use wayland_protocols::xdg::shell::client::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::client::xdg_toplevel::XdgToplevel;
use wayland_protocols::xdg::shell::client::xdg_wm_base::{self, XdgWmBase};

/// Side of every honest buffer.
pub const SIDE: i32 = 64;

/// What the compositor said.
#[derive(Default)]
pub struct Heard {
    /// Serials of `xdg_surface.configure` that are not acknowledged yet.
    pub configures: Vec<(XdgSurface, u32)>,
    /// `wl_callback.done`s.
    pub callbacks: usize,
    /// `xdg_popup.popup_done`s.
    pub dismissed: usize,
    /// Leave pings without an answer.
    pub deaf: bool,
}

/// The connection and its globals.
pub struct Client {
    connection: Connection,
    events: EventQueue<Heard>,
    /// For new objects.
    pub queue: QueueHandle<Heard>,
    /// What was said so far.
    pub heard: Heard,
    pub compositor: WlCompositor,
    pub subcompositor: WlSubcompositor,
    pub shm: WlShm,
    pub wm_base: XdgWmBase,
    /// Absent where there are no input devices.
    pub seat: Option<WlSeat>,
    /// Absent where the compositor has none.
    pub viewporter: Option<WpViewporter>,
}

impl Client {
    /// Connects and binds.
    pub fn connect() -> Result<Self> {
        let connection = Connection::connect_to_env().context("no compositor (is WAYLAND_DISPLAY set?)")?;
        let (globals, events) = registry_queue_init::<Heard>(&connection)?;
        let queue = events.handle();
        Ok(Self {
            compositor: globals.bind(&queue, 4..=6, ())?,
            subcompositor: globals.bind(&queue, 1..=1, ())?,
            shm: globals.bind(&queue, 1..=1, ())?,
            wm_base: globals.bind(&queue, 1..=6, ())?,
            viewporter: globals.bind(&queue, 1..=1, ()).ok(),
            seat: globals.bind(&queue, 1..=5, ()).ok(),
            connection,
            events,
            queue,
            heard: Heard::default(),
        })
    }

    /// Sends all requests and hears all answers; fails once the connection is closed.
    pub fn settle(&mut self) -> Result<()> {
        self.events.roundtrip(&mut self.heard)?;
        Ok(())
    }

    /// Goes on hearing until `until` holds.
    pub fn hear(&mut self, until: impl Fn(&Heard) -> bool) -> Result<()> {
        while !until(&self.heard) {
            self.events.blocking_dispatch(&mut self.heard)?;
        }
        Ok(())
    }

    /// The error that closed the connection: interface, code, message.
    pub fn error(&self) -> Option<(String, u32, String)> {
        self.connection.protocol_error().map(|error| (error.object_interface, error.code, error.message)).or_else(
            || match self.connection.flush() {
                // A full socket only says that the compositor is busy.
                Err(WaylandError::Io(error)) if error.kind() == ErrorKind::WouldBlock => None,
                Err(error) => Some(("connection".to_owned(), 0, error.to_string())),
                Ok(()) => None,
            },
        )
    }

    pub fn surface(&self) -> WlSurface {
        self.compositor.create_surface(&self.queue, ())
    }

    /// A buffer whose pool is as large as it says.
    pub fn buffer(&self) -> Result<WlBuffer> {
        let size = SIDE * SIDE * 4;
        let file = memory(size.unsigned_abs().into())?;
        let pool = self.shm.create_pool(std::os::fd::AsFd::as_fd(&file), size, &self.queue, ());
        Ok(pool.create_buffer(0, SIDE, SIDE, SIDE * 4, wl_shm::Format::Xrgb8888, &self.queue, ()))
    }

    /// A toplevel that has been configured and acknowledged, without a buffer yet.
    pub fn toplevel_with_role(&mut self) -> Result<(WlSurface, XdgSurface, XdgToplevel)> {
        let surface = self.surface();
        let xdg = self.wm_base.get_xdg_surface(&surface, &self.queue, ());
        let toplevel = xdg.get_toplevel(&self.queue, ());
        toplevel.set_title("hostile".to_owned());
        surface.commit();
        self.acknowledge()?;
        Ok((surface, xdg, toplevel))
    }

    /// The same for whoever does not need the role.
    pub fn toplevel(&mut self) -> Result<(WlSurface, XdgSurface)> {
        self.toplevel_with_role().map(|(surface, xdg, _)| (surface, xdg))
    }

    /// Waits for a configure and acknowledges all there are.
    pub fn acknowledge(&mut self) -> Result<()> {
        self.hear(|heard| !heard.configures.is_empty())?;
        for (xdg, serial) in self.heard.configures.drain(..) {
            xdg.ack_configure(serial);
        }
        Ok(())
    }

    /// Shows `buffer` on `surface` and asks for a frame callback.
    pub fn show(&mut self, surface: &WlSurface, buffer: &WlBuffer) {
        surface.attach(Some(buffer), 0, 0);
        surface.damage(0, 0, SIDE, SIDE);
        surface.frame(&self.queue, ());
        surface.commit();
    }

    /// A whole honest life: a window that is configured, shown and painted. Says that the compositor is well.
    pub fn show_window(&mut self) -> Result<()> {
        let (surface, _) = self.toplevel()?;
        let buffer = self.buffer()?;
        self.show(&surface, &buffer);
        self.hear(|heard| heard.callbacks > 0)?;
        if let Some(error) = self.error() {
            bail!("an honest client got {error:?}");
        }
        Ok(())
    }
}

impl Dispatch<WlRegistry, GlobalListContents> for Heard {
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

impl Dispatch<XdgWmBase, ()> for Heard {
    fn event(
        heard: &mut Self,
        base: &XdgWmBase,
        event: xdg_wm_base::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let (xdg_wm_base::Event::Ping { serial }, false) = (event, heard.deaf) {
            base.pong(serial);
        }
    }
}

impl Dispatch<XdgSurface, ()> for Heard {
    fn event(
        heard: &mut Self,
        xdg: &XdgSurface,
        event: xdg_surface::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let xdg_surface::Event::Configure { serial } = event {
            heard.configures.push((xdg.clone(), serial));
        }
    }
}

impl Dispatch<XdgPopup, ()> for Heard {
    fn event(heard: &mut Self, _: &XdgPopup, event: xdg_popup::Event, (): &(), _: &Connection, _: &QueueHandle<Self>) {
        heard.dismissed += usize::from(matches!(event, xdg_popup::Event::PopupDone));
    }
}

impl Dispatch<WlCallback, ()> for Heard {
    fn event(
        heard: &mut Self,
        _: &WlCallback,
        event: wl_callback::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        heard.callbacks += usize::from(matches!(event, wl_callback::Event::Done { .. }));
    }
}

delegate_noop!(Heard: ignore WlCompositor);
delegate_noop!(Heard: ignore WlRegion);
delegate_noop!(Heard: ignore WpViewporter);
delegate_noop!(Heard: ignore WpViewport);
delegate_noop!(Heard: ignore WlSubcompositor);
delegate_noop!(Heard: ignore WlSubsurface);
delegate_noop!(Heard: ignore WlSurface);
delegate_noop!(Heard: ignore WlShm);
delegate_noop!(Heard: ignore WlShmPool);
delegate_noop!(Heard: ignore WlBuffer);
delegate_noop!(Heard: ignore WlSeat);
delegate_noop!(Heard: ignore XdgPositioner);
delegate_noop!(Heard: ignore XdgToplevel);
