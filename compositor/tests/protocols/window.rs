//! A toplevel in as few lines as a test needs.

use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::xdg::shell::client::xdg_surface::{self, XdgSurface};
use wayland_protocols::xdg::shell::client::xdg_toplevel::{self, XdgToplevel};
use wayland_protocols::xdg::shell::client::xdg_wm_base::XdgWmBase;

use crate::client::Client;
use crate::fixture::Fixture;

/// A surface that is a window.
pub struct Window {
    pub surface: WlSurface,
    pub xdg: XdgSurface,
    pub toplevel: XdgToplevel,
}

/// One complete configure: the last event of each kind before `xdg_surface.configure`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configure {
    pub size: (i32, i32),
    pub bounds: Option<(i32, i32)>,
    pub states: Vec<xdg_toplevel::State>,
    /// The program was asked to close the window.
    pub close: bool,
}

impl Configure {
    pub fn has(&self, state: xdg_toplevel::State) -> bool {
        self.states.contains(&state)
    }
}

/// The states of a configure, as they are packed in the event.
fn unpack(states: &[u8]) -> Vec<xdg_toplevel::State> {
    states
        .chunks_exact(4)
        .map(|bytes| u32::from_ne_bytes(bytes.try_into().unwrap()).try_into().expect("a state this client knows"))
        .collect()
}

impl Window {
    /// Makes the objects; nothing is committed yet.
    pub fn new(client: &mut Client) -> Self {
        let surface = client.surface();
        let xdg = client.bind::<XdgWmBase>().get_xdg_surface(&surface, &client.qh, ());
        let toplevel = xdg.get_toplevel(&client.qh, ());
        Self { surface, xdg, toplevel }
    }

    /// What the compositor wants of this window now, if it has said so since the last call. Acknowledged.
    pub fn configured(&self, client: &mut Client) -> Option<Configure> {
        let serial = last_configure(client, &self.xdg)?;
        let mut configure = Configure { size: (0, 0), bounds: None, states: Vec::new(), close: false };
        for event in client.events(&self.toplevel) {
            match event {
                xdg_toplevel::Event::Configure { width, height, states } => {
                    (configure.size, configure.states) = ((width, height), unpack(&states));
                }
                xdg_toplevel::Event::ConfigureBounds { width, height } => configure.bounds = Some((width, height)),
                xdg_toplevel::Event::Close => configure.close = true,
                _ => {}
            }
        }
        self.xdg.ack_configure(serial);
        Some(configure)
    }

    /// Whether the compositor has asked for the window to be closed.
    pub fn asked_to_close(&self, client: &mut Client) -> bool {
        client.events(&self.toplevel).iter().any(|event| matches!(event, xdg_toplevel::Event::Close))
    }

    /// Shows a picture.
    pub fn show(&self, buffer: &WlBuffer) {
        show(&self.surface, buffer);
    }

    /// Takes the picture away.
    pub fn hide(&self) {
        self.surface.attach(None, 0, 0);
        self.surface.commit();
    }

    /// Destroys everything in the order that the protocol asks for.
    pub fn destroy(self) {
        self.toplevel.destroy();
        self.xdg.destroy();
        self.surface.destroy();
    }
}

/// The serial of the newest `xdg_surface.configure` since the last call.
pub fn last_configure(client: &mut Client, xdg: &XdgSurface) -> Option<u32> {
    client.events(xdg).into_iter().last().map(|event| match event {
        xdg_surface::Event::Configure { serial } => serial,
        other => panic!("{other:?}"),
    })
}

/// Attaches, damages and commits.
pub fn show(surface: &WlSurface, buffer: &WlBuffer) {
    surface.attach(Some(buffer), 0, 0);
    surface.damage_buffer(0, 0, i32::MAX, i32::MAX);
    surface.commit();
}

impl Fixture {
    /// A window that has the size it was told, in one colour.
    pub fn window(&mut self, client: &mut Client, colour: u32) -> Window {
        let window = Window::new(client);
        let configure = self.configure(client, &window);
        window.show(&client.colour(configure.size, colour));
        self.roundtrip(client);
        window
    }

    /// A window that shows `buffer`, whatever size it was told. A smaller one is in the middle of the area.
    pub fn window_showing(&mut self, client: &mut Client, buffer: &WlBuffer) -> Window {
        let window = Window::new(client);
        self.configure(client, &window);
        window.show(buffer);
        self.roundtrip(client);
        window
    }

    /// A dialog of `parent` in one colour.
    pub fn dialog(&mut self, client: &mut Client, parent: &Window, size: (i32, i32), colour: u32) -> Window {
        let window = Window::new(client);
        window.toplevel.set_parent(Some(&parent.toplevel));
        self.configure(client, &window);
        window.show(&client.colour(size, colour));
        self.roundtrip(client);
        window
    }

    /// Goes through the first configure of a window. Returns what is wanted of it.
    pub fn configure(&mut self, client: &mut Client, window: &Window) -> Configure {
        window.surface.commit();
        self.roundtrip(client);
        window.configured(client).expect("a configure after the first commit")
    }
}
