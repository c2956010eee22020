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
    pub serial: u32,
    pub size: (i32, i32),
    pub bounds: Option<(i32, i32)>,
    pub states: Vec<xdg_toplevel::State>,
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
        let serial = client.events(&self.xdg).into_iter().last().map(|event| match event {
            xdg_surface::Event::Configure { serial } => serial,
            other => panic!("{other:?}"),
        })?;
        let mut configure = Configure { serial, size: (0, 0), bounds: None, states: Vec::new() };
        for event in client.events(&self.toplevel) {
            match event {
                xdg_toplevel::Event::Configure { width, height, states } => {
                    (configure.size, configure.states) = ((width, height), unpack(&states));
                }
                xdg_toplevel::Event::ConfigureBounds { width, height } => configure.bounds = Some((width, height)),
                _ => {}
            }
        }
        self.xdg.ack_configure(serial);
        Some(configure)
    }

    /// Shows a picture.
    pub fn show(&self, buffer: &WlBuffer) {
        show(&self.surface, buffer);
    }
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
        self.map(client, &window, colour);
        window
    }

    /// Goes through the first configure of a window and fills it. Returns what was wanted of it.
    pub fn map(&mut self, client: &mut Client, window: &Window, colour: u32) -> Configure {
        window.surface.commit();
        self.roundtrip(client);
        let configure = window.configured(client).expect("a configure after the first commit");
        let area = self.area().size;
        let size = if configure.size == (0, 0) { (area.w / 2, area.h / 2) } else { configure.size };
        window.show(&client.colour(size, colour));
        self.roundtrip(client);
        configure
    }
}
