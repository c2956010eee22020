//! One end of a connection, below every library: what a library would refuse to send is sent.

use std::collections::BTreeMap;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use smithay::reexports::wayland_server::backend::protocol::{ArgumentType, Interface};

/// Ids from here on are given by the server.
const FIRST_OF_SERVER: u32 = 0xff00_0000;
/// Of an event that says nothing but numbers, these many of the last are kept, to be used as serials.
const SERIALS: usize = 16;

/// One argument of a request.
#[derive(Debug)]
pub enum Arg {
    /// A number, an object or a new id.
    Word(u32),
    /// Text; `None` for null.
    Text(Option<Vec<u8>>),
    Array(Vec<u8>),
    Fd(OwnedFd),
}

/// An object that the client believes to have.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    pub interface: &'static Interface,
    pub version: u32,
}

/// A connection and what is alive on it.
#[derive(Debug)]
pub struct Wire {
    stream: UnixStream,
    out: Vec<u8>,
    input: Vec<u8>,
    free: Vec<u32>,
    next: u32,
    /// Which objects there are.
    pub objects: BTreeMap<u32, Object>,
    /// Name, interface and version of each global.
    pub globals: Vec<(u32, String, u32)>,
    /// What each surface with such a role was configured with last.
    pub configured: BTreeMap<u32, u32>,
    /// Numbers that came lately.
    pub serials: Vec<u32>,
    /// The server hung up, or said that the client broke the protocol.
    pub dead: bool,
}

impl Wire {
    pub fn new(stream: UnixStream, display: &'static Interface) -> Self {
        stream.set_nonblocking(true).unwrap();
        let objects = BTreeMap::from([(1, Object { interface: display, version: 1 })]);
        Self {
            stream,
            out: Vec::new(),
            input: Vec::new(),
            free: Vec::new(),
            next: 2,
            objects,
            globals: Vec::new(),
            configured: BTreeMap::new(),
            serials: Vec::new(),
            dead: false,
        }
    }

    /// A new object.
    pub fn add(&mut self, interface: &'static Interface, version: u32) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        self.objects.insert(id, Object { interface, version });
        id
    }

    /// Writes a request down; it is sent with [`Wire::flush`], or at once if a descriptor goes with it.
    pub fn request(&mut self, id: u32, opcode: u16, args: &[Arg]) {
        let mut body = Vec::new();
        let mut fds = Vec::new();
        for arg in args {
            match arg {
                Arg::Word(word) => body.extend(word.to_ne_bytes()),
                Arg::Text(None) => body.extend(0_u32.to_ne_bytes()),
                Arg::Text(Some(text)) => put(&mut body, &[text.as_slice(), &[0]].concat()),
                Arg::Array(bytes) => put(&mut body, bytes),
                Arg::Fd(fd) => fds.push(fd.as_fd()),
            }
        }
        let size = u32::try_from(body.len() + 8).unwrap();
        self.bytes(&id.to_ne_bytes());
        self.bytes(&(size << 16 | u32::from(opcode)).to_ne_bytes());
        self.bytes(&body);
        if !fds.is_empty() {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(4))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            control.push(SendAncillaryMessage::ScmRights(&fds));
            self.send(&mut control);
        }
    }

    /// Writes anything down.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.out.extend(bytes);
    }

    /// Sends what the socket takes.
    pub fn flush(&mut self) {
        self.send(&mut SendAncillaryBuffer::default());
    }

    fn send(&mut self, control: &mut SendAncillaryBuffer<'_, '_, '_>) {
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        while !self.out.is_empty() && !self.dead {
            match sendmsg(&self.stream, &[IoSlice::new(&self.out)], control, flags) {
                Ok(sent) => drop(self.out.drain(..sent)),
                Err(rustix::io::Errno::AGAIN) => return,
                Err(_) => self.dead = true,
            }
            control.clear();
        }
    }

    /// Takes in what has come, without waiting. Whether anything has.
    pub fn read(&mut self) -> bool {
        let mut heard = false;
        let mut bytes = [0; 4096];
        loop {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(28))];
            // Descriptors that come along are closed here.
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
            match recvmsg(&self.stream, &mut [IoSliceMut::new(&mut bytes)], &mut control, flags) {
                Ok(received) if received.bytes > 0 => self.input.extend(&bytes[..received.bytes]),
                Err(rustix::io::Errno::AGAIN) => break,
                _ => {
                    self.dead = true;
                    break;
                }
            }
            heard = true;
        }
        while let Some((id, opcode, body)) = self.message() {
            self.event(id, opcode, &body);
        }
        heard
    }

    fn message(&mut self) -> Option<(u32, u16, Vec<u8>)> {
        let (id, head) = (word(&self.input, 0)?, word(&self.input, 4)?);
        let size = (head >> 16) as usize;
        if self.input.len() < size {
            return None;
        }
        let body = self.input[8..size].to_vec();
        self.input.drain(..size);
        Some((id, head as u16, body))
    }

    fn event(&mut self, id: u32, opcode: u16, body: &[u8]) {
        // What was destroyed may still be told something.
        let Some(object) = self.objects.get(&id).copied() else { return };
        let Some(event) = object.interface.events.get(usize::from(opcode)) else {
            assert!(object.interface.events.is_empty(), "{} has no event {opcode}", object.interface.name);
            return;
        };
        match (object.interface.name, event.name) {
            ("wl_display", "error") => self.dead = true,
            ("wl_display", "delete_id") => {
                let id = word(body, 0).unwrap();
                self.objects.remove(&id);
                self.free.push(id);
            }
            ("wl_registry", "global") => {
                let length = word(body, 4).unwrap() as usize;
                let name = String::from_utf8(body[8..8 + length - 1].to_vec()).unwrap();
                let version = word(body, 8 + length.next_multiple_of(4)).unwrap();
                self.globals.push((word(body, 0).unwrap(), name, version));
            }
            ("xdg_surface" | "zwlr_layer_surface_v1" | "ext_session_lock_surface_v1", "configure") => {
                self.configured.insert(id, word(body, 0).unwrap());
            }
            _ => {}
        }
        let mut at = 0;
        for argument in event.signature {
            let value = word(body, at).unwrap_or_default();
            match argument {
                ArgumentType::Fd => continue,
                ArgumentType::Str(_) | ArgumentType::Array => at += (value as usize).next_multiple_of(4),
                ArgumentType::NewId => {
                    let interface = event.child_interface.expect("a server names what it makes");
                    self.objects.insert(value, Object { interface, version: object.version });
                }
                ArgumentType::Uint => {
                    self.serials.push(value);
                    let surplus = self.serials.len().saturating_sub(SERIALS);
                    self.serials.drain(..surplus);
                }
                _ => {}
            }
            at += 4;
        }
    }

    /// The client has asked for the end of an object.
    pub fn destroyed(&mut self, id: u32) {
        self.configured.remove(&id);
        // Ids of its own come back with `delete_id`; those of the server are gone.
        if id >= FIRST_OF_SERVER {
            self.objects.remove(&id);
        } else if id != 1
            && let Some(object) = self.objects.get_mut(&id)
        {
            object.interface = &smithay::reexports::wayland_server::backend::protocol::ANONYMOUS_INTERFACE;
        }
    }
}

/// Length, bytes, padding.
fn put(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend((bytes.len() as u32).to_ne_bytes());
    body.extend(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
