//! A client that does things in no order: mostly what the protocol allows, now and then what it does not.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use smithay::reexports::wayland_server::backend::protocol::{ArgumentType, Interface, MessageDesc};
use wayland_client::Proxy;
use wayland_client::protocol::wl_display::WlDisplay;

use super::chance::Chance;
use super::known;
use super::wire::{Arg, Object, Wire};
use crate::client::memory;

/// It does not gather more objects than this.
const MOST_OBJECTS: usize = 400;
/// Bytes of the one pool that its pictures are in.
const POOL: usize = 1 << 20;

/// A connection, and the chance that drives it.
pub struct Wild {
    pub wire: Wire,
    chance: Chance,
    pool: Option<u32>,
}

impl Wild {
    pub fn new(stream: UnixStream, chance: Chance) -> Self {
        let mut wire = Wire::new(stream, display());
        let registry = wire.add(interface_of(display(), "get_registry"), 1);
        wire.request(1, 1, &[Arg::Word(registry)]);
        wire.flush();
        Self { wire, chance, pool: None }
    }

    /// Binds everything that there is, at any version.
    pub fn bind_all(&mut self) {
        let Some(registry) = self.find("wl_registry") else { return };
        for (name, interface, version) in std::mem::take(&mut self.wire.globals) {
            let known = known::interface(&interface).unwrap_or_else(|| panic!("fuzz/known.rs lacks {interface}"));
            let version = 1 + self.chance.below(version.min(known.version) as usize) as u32;
            let id = self.wire.add(known, version);
            let text = Some(interface.into_bytes());
            self.wire.request(registry, 0, &[Arg::Word(name), Arg::Text(text), Arg::Word(version), Arg::Word(id)]);
        }
        self.wire.flush();
    }

    /// Does one thing.
    pub fn act(&mut self) {
        match self.chance.below(200) {
            0..=13 => drop(self.window()),
            14..=49 => self.show(),
            50..=59 => drop(self.popup()),
            60..=69 => drop(self.subsurface()),
            70..=77 => self.acknowledge(),
            78..=83 => drop(self.panel()),
            84 => drop(self.lock()),
            85..=88 => drop(self.drag()),
            89..=91 => drop(self.copy()),
            92..=94 => drop(self.hold()),
            95..=197 => self.anything(),
            198 => {
                let bytes = self.chance.bytes(64);
                self.wire.bytes(&bytes);
            }
            _ => {
                let (id, opcode) = (self.chance.number(), self.chance.below(40) as u16);
                self.wire.request(id, opcode, &[]);
            }
        }
        if self.wire.dead || self.chance.percent(30) {
            self.wire.flush();
        }
    }

    fn find(&self, name: &str) -> Option<u32> {
        self.wire.objects.iter().find(|(_, object)| object.interface.name == name).map(|(id, _)| *id)
    }

    fn all(&self, name: &str) -> Vec<u32> {
        self.wire.objects.iter().filter(|(_, object)| object.interface.name == name).map(|(id, _)| *id).collect()
    }

    fn any(&mut self, name: &str) -> Option<u32> {
        let all = self.all(name);
        self.chance.pick(&all).copied()
    }

    /// Sends a request by its name. Returns the object that it makes. Nothing happens without an object to send it to.
    fn ask(&mut self, id: Option<u32>, name: &str, mut args: Vec<Arg>) -> Option<u32> {
        let id = id?;
        let object = *self.wire.objects.get(&id)?;
        let opcode = object.interface.requests.iter().position(|request| request.name == name)?;
        let message = object.interface.requests.get(opcode)?;
        let new = message.child_interface.map(|child| self.wire.add(child, object.version));
        if let (Some(new), Some(at)) = (new, message.signature.iter().position(|arg| *arg == ArgumentType::NewId)) {
            args.insert(at, Arg::Word(new));
        }
        self.wire.request(id, opcode as u16, &args);
        new
    }

    fn window(&mut self) -> Option<u32> {
        let compositor = self.find("wl_compositor");
        let surface = self.ask(compositor, "create_surface", vec![]);
        let base = self.find("xdg_wm_base");
        let xdg = self.ask(base, "get_xdg_surface", vec![Arg::Word(surface?)]);
        let toplevel = self.ask(xdg, "get_toplevel", vec![]);
        self.ask(surface, "commit", vec![]);
        toplevel
    }

    fn popup(&mut self) -> Option<u32> {
        let base = self.find("xdg_wm_base");
        let positioner = self.ask(base, "create_positioner", vec![]);
        let (w, h) = (1 + self.chance.below(300) as u32, 1 + self.chance.below(300) as u32);
        self.ask(positioner, "set_size", vec![Arg::Word(w), Arg::Word(h)]);
        let at = [self.chance.number(), self.chance.number(), 1 + self.chance.below(90) as u32, 0].map(Arg::Word);
        self.ask(positioner, "set_anchor_rect", at.into());
        let parent = self.any("xdg_surface");
        let compositor = self.find("wl_compositor");
        let surface = self.ask(compositor, "create_surface", vec![]);
        let xdg = self.ask(base, "get_xdg_surface", vec![Arg::Word(surface?)]);
        let popup = self.ask(xdg, "get_popup", vec![Arg::Word(parent?), Arg::Word(positioner?)]);
        if self.chance.percent(40) {
            let seat = self.any("wl_seat");
            let serial = self.serial();
            self.ask(popup, "grab", vec![Arg::Word(seat?), Arg::Word(serial)]);
        }
        self.ask(surface, "commit", vec![]);
        popup
    }

    fn subsurface(&mut self) -> Option<u32> {
        let (parent, compositor) = (self.any("wl_surface"), self.find("wl_compositor"));
        let surface = self.ask(compositor, "create_surface", vec![]);
        let manager = self.find("wl_subcompositor");
        let role = self.ask(manager, "get_subsurface", vec![Arg::Word(surface?), Arg::Word(parent?)]);
        if self.chance.percent(50) {
            self.ask(role, "set_desync", vec![]);
        }
        self.attach(surface?);
        role
    }

    /// A surface of an output.
    fn panel(&mut self) -> Option<u32> {
        let (shell, compositor) = (self.find("zwlr_layer_shell_v1")?, self.find("wl_compositor"));
        let surface = self.ask(compositor, "create_surface", vec![])?;
        let output = if self.chance.percent(50) { self.any("wl_output").unwrap_or(0) } else { 0 };
        let layer = self.chance.below(4) as u32;
        let name = Arg::Text(Some(self.chance.text()));
        let panel = self.ask(
            Some(shell),
            "get_layer_surface",
            vec![Arg::Word(surface), Arg::Word(output), Arg::Word(layer), name],
        );
        let (w, h) = (1 + self.chance.below(900) as u32, 1 + self.chance.below(700) as u32);
        self.ask(panel, "set_size", vec![Arg::Word(w), Arg::Word(h)]);
        let (anchor, zone, keys) = (self.chance.below(16) as u32, self.chance.number(), self.chance.below(3) as u32);
        self.ask(panel, "set_anchor", vec![Arg::Word(anchor)]);
        self.ask(panel, "set_exclusive_zone", vec![Arg::Word(zone)]);
        self.ask(panel, "set_keyboard_interactivity", vec![Arg::Word(keys)]);
        self.ask(Some(surface), "commit", vec![]);
        panel
    }

    /// Locks the session, and shows something there.
    fn lock(&mut self) -> Option<u32> {
        let manager = self.find("ext_session_lock_manager_v1");
        let lock = self.ask(manager, "lock", vec![])?;
        let (compositor, output) = (self.find("wl_compositor"), self.any("wl_output")?);
        let surface = self.ask(compositor, "create_surface", vec![])?;
        self.ask(Some(lock), "get_lock_surface", vec![Arg::Word(surface), Arg::Word(output)])
    }

    fn source(&mut self) -> Option<u32> {
        let manager = self.find("wl_data_device_manager");
        let source = self.ask(manager, "create_data_source", vec![]);
        for _ in 0..self.chance.below(4) {
            let kind = Arg::Text(Some(self.chance.text()));
            self.ask(source, "offer", vec![kind]);
        }
        source
    }

    fn device(&mut self) -> Option<u32> {
        let (manager, seat) = (self.find("wl_data_device_manager"), self.any("wl_seat")?);
        let device = self.any("wl_data_device");
        device.or_else(|| self.ask(manager, "get_data_device", vec![Arg::Word(seat)]))
    }

    fn drag(&mut self) -> Option<u32> {
        let device = self.device()?;
        let (origin, icon) = (self.any("wl_surface")?, self.any("wl_surface")?);
        let source = self.source()?;
        let actions = self.chance.below(8) as u32;
        self.ask(Some(source), "set_actions", vec![Arg::Word(actions)]);
        let (icon, serial) = (if self.chance.percent(30) { icon } else { 0 }, self.serial());
        self.ask(Some(device), "start_drag", [source, origin, icon, serial].map(Arg::Word).into())
    }

    fn copy(&mut self) -> Option<u32> {
        let (device, source) = (self.device()?, self.source()?);
        let serial = self.serial();
        self.ask(Some(device), "set_selection", vec![Arg::Word(source), Arg::Word(serial)])
    }

    /// Takes the pointer, or the desktop's chords.
    fn hold(&mut self) -> Option<u32> {
        let surface = self.any("wl_surface")?;
        let (seat, pointer) = (self.any("wl_seat")?, self.any("wl_pointer"));
        if self.chance.percent(40) {
            let manager = self.find("zwp_keyboard_shortcuts_inhibit_manager_v1");
            return self.ask(manager, "inhibit_shortcuts", vec![Arg::Word(surface), Arg::Word(seat)]);
        }
        let pointer = pointer.or_else(|| self.ask(Some(seat), "get_pointer", vec![]))?;
        let request = if self.chance.percent(50) { "lock_pointer" } else { "confine_pointer" };
        let constraints = self.find("zwp_pointer_constraints_v1");
        self.ask(constraints, request, [surface, pointer, 0, 2].map(Arg::Word).into())
    }

    /// Says that it has heard what its windows should be.
    fn acknowledge(&mut self) {
        let configured: Vec<(u32, u32)> = std::mem::take(&mut self.wire.configured).into_iter().collect();
        for (xdg, serial) in configured {
            self.ask(Some(xdg), "ack_configure", vec![Arg::Word(serial)]);
        }
    }

    fn show(&mut self) {
        self.acknowledge();
        if let Some(surface) = self.any("wl_surface") {
            self.attach(surface);
        }
    }

    fn attach(&mut self, surface: u32) {
        let buffer = match self.chance.below(10) {
            0 => Some(0),
            1..=5 => self.any("wl_buffer"),
            _ => None,
        };
        let Some(buffer) = buffer.or_else(|| self.buffer()) else { return };
        self.ask(Some(surface), "attach", [buffer, 0, 0].map(Arg::Word).into());
        self.ask(Some(surface), "damage", [0, 0, 0x7fff_ffff, 0x7fff_ffff].map(Arg::Word).into());
        if self.chance.percent(20) {
            self.ask(Some(surface), "frame", vec![]);
        }
        self.ask(Some(surface), "commit", vec![]);
    }

    fn buffer(&mut self) -> Option<u32> {
        if self.pool.is_none() {
            let shm = self.find("wl_shm");
            let fd = Arg::Fd(memory(&vec![0x80; POOL]).into());
            self.pool = self.ask(shm, "create_pool", vec![fd, Arg::Word(POOL as u32)]);
        }
        let (w, h) = (1 + self.chance.below(500) as u32, 1 + self.chance.below(500) as u32);
        let format = self.chance.below(2) as u32;
        self.ask(self.pool, "create_buffer", [0, w, h, w * 4, format].map(Arg::Word).into())
    }

    fn serial(&mut self) -> u32 {
        self.chance.pick(&self.wire.serials).copied().unwrap_or_default()
    }

    /// Any request to any object, with arguments of the right type.
    fn anything(&mut self) {
        // Kinds first, so that a hundred buffers do not hide the one seat.
        let mut kinds: Vec<&str> = self.wire.objects.values().map(|object| object.interface.name).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let Some(kind) = self.chance.pick(&kinds).copied() else { return };
        let Some(id) = self.any(kind) else { return };
        let Some(object) = self.wire.objects.get(&id).copied() else { return };
        let requests: Vec<(usize, &MessageDesc)> = object
            .interface
            .requests
            .iter()
            .enumerate()
            .filter(|(_, request)| request.since <= object.version)
            .collect();
        let Some((opcode, request)) = self.chance.pick(&requests).copied() else { return };
        if request.is_destructor && !self.chance.percent(20) || kind == "wl_registry" {
            return;
        }
        if self.wire.objects.len() > MOST_OBJECTS && request.child_interface.is_some() {
            return;
        }
        let mut interfaces = request.arg_interfaces.iter();
        let mut args = Vec::new();
        for argument in request.signature {
            let Some(value) = self.value(*argument, object, request, &mut interfaces) else { return };
            args.push(value);
        }
        self.wire.request(id, opcode as u16, &args);
        if request.is_destructor {
            self.wire.destroyed(id);
            self.pool = self.pool.filter(|pool| *pool != id);
        }
    }

    fn value(
        &mut self,
        argument: ArgumentType,
        object: Object,
        request: &MessageDesc,
        interfaces: &mut std::slice::Iter<'_, &'static Interface>,
    ) -> Option<Arg> {
        Some(match argument {
            ArgumentType::Uint if self.chance.percent(30) => Arg::Word(self.serial()),
            ArgumentType::Int | ArgumentType::Uint => Arg::Word(self.chance.number()),
            ArgumentType::Fixed if self.chance.percent(70) => Arg::Word(self.chance.number().wrapping_mul(256)),
            ArgumentType::Fixed => Arg::Word(self.chance.number()),
            ArgumentType::Str(allowed) => {
                let null = matches!(allowed, smithay::reexports::wayland_server::backend::protocol::AllowNull::Yes);
                Arg::Text((!null || !self.chance.percent(20)).then(|| self.chance.text()))
            }
            ArgumentType::Array => Arg::Array(self.chance.bytes(80)),
            ArgumentType::Fd => Arg::Fd(self.file()),
            ArgumentType::NewId => Arg::Word(self.wire.add(request.child_interface?, object.version)),
            ArgumentType::Object(allowed) => {
                let wanted = interfaces.next()?.name;
                let null = matches!(allowed, smithay::reexports::wayland_server::backend::protocol::AllowNull::Yes);
                let found = self.any(wanted).filter(|_| !null || self.chance.percent(80));
                match found {
                    Some(found) => Arg::Word(found),
                    None if null => Arg::Word(0),
                    // Once in a while one of another kind, or none.
                    None if self.chance.percent(3) => Arg::Word(self.chance.below(50) as u32),
                    None => return None,
                }
            }
        })
    }

    /// Something that is open.
    fn file(&mut self) -> OwnedFd {
        match self.chance.below(5) {
            0 => rustix::pipe::pipe().unwrap().0,
            1 => rustix::pipe::pipe().unwrap().1,
            2 => UnixStream::pair().unwrap().0.into(),
            3 => File::open("/dev/null").unwrap().into(),
            _ => {
                let bytes = self.chance.bytes(9_000);
                memory(&bytes).into()
            }
        }
    }
}

fn display() -> &'static Interface {
    WlDisplay::interface()
}

/// The interface of what a request makes.
fn interface_of(of: &'static Interface, request: &str) -> &'static Interface {
    let request = of.requests.iter().find(|message| message.name == request);
    request.and_then(|message| message.child_interface).expect("a request that makes something")
}
