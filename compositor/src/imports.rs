//! The buffers that clients drew on the GPU: which of them are on our device, when they may be read, and when they are their
//! client's again.
//!
//! A commit waits for the client's drawing, and a buffer is released when our copy of it is done. Both are long over for
//! shared memory, and neither is ever waited for on the main thread.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use calloop::channel::Event;
use calloop::{EventSource, LoopHandle, RegistrationToken};
use smithay::backend::allocator::dmabuf::{Dmabuf, WeakDmabuf};
use smithay::reexports::wayland_server::backend::{ClientId, ObjectId};
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::reexports::wayland_server::{Client, Resource};
use smithay::wayland::compositor::{Blocker, add_blocker};
use smithay::wayland::drm_syncobj::DrmSyncPoint;

use crate::render::{Gpu, Imported, Refused};
use crate::state::State;

/// The buffers of one client. Each holds a file open; a window needs four.
const MOST_BUFFERS: usize = 512;
/// Commits of one surface that wait for drawing. Each holds a file open; nobody is as far ahead.
const MOST_WAITING: usize = 16;

/// What is known of buffers of the GPU.
pub struct Imports {
    handle: LoopHandle<'static, State>,
    live: HashMap<WeakDmabuf, (ClientId, Arc<Imported>)>,
    /// What the commits of a surface wait for.
    waiting: HashMap<ObjectId, Vec<(u64, RegistrationToken)>>,
    /// Counts the commits that waited.
    held: u64,
    releaser: Option<Sender<Release>>,
}

/// A buffer that is its client's again once something was done.
struct Release {
    gpu: Gpu,
    done: wgpu::SubmissionIndex,
    /// Nobody may take it off the device before.
    image: Arc<Imported>,
    back: Back,
}

/// How a client hears that it has a buffer back.
struct Back {
    buffer: WlBuffer,
    point: Option<DrmSyncPoint>,
}

impl Back {
    fn give(self) {
        if let Some(point) = self.point
            && let Err(error) = point.signal()
        {
            tracing::warn!(%error, "a program does not hear that its buffer is free");
        }
        self.buffer.release();
    }
}

impl Imports {
    /// None yet.
    pub fn new(handle: LoopHandle<'static, State>) -> Self {
        Self { handle, live: HashMap::new(), waiting: HashMap::new(), held: 0, releaser: None }
    }

    /// Takes a client's buffer over.
    ///
    /// # Errors
    /// If it cannot be: why.
    pub fn add(&mut self, gpu: &Gpu, dmabuf: &Dmabuf, client: &Client) -> Result<Arc<Imported>, Refused> {
        let id = client.id();
        self.live.retain(|dmabuf, _| !dmabuf.is_gone());
        if self.live.values().filter(|(owner, _)| *owner == id).count() >= MOST_BUFFERS {
            return Err(Refused::TooMany);
        }
        let image = Arc::new(gpu.import(dmabuf)?);
        self.live.insert(dmabuf.weak(), (id, image.clone()));
        Ok(image)
    }

    /// A buffer as an image of our device; one that its client has destroyed already is taken over again.
    ///
    /// # Errors
    /// If it cannot be: why.
    pub fn get(&mut self, gpu: &Gpu, dmabuf: &Dmabuf, buffer: &WlBuffer) -> Result<Arc<Imported>, Refused> {
        if let Some((_, image)) = self.live.get(&dmabuf.weak()) {
            return Ok(image.clone());
        }
        let client = buffer.client().ok_or(Refused::Device)?;
        self.add(gpu, dmabuf, &client)
    }

    /// A client has destroyed a buffer.
    pub fn remove(&mut self, dmabuf: &Dmabuf) {
        self.live.remove(&dmabuf.weak());
    }

    /// Gives a buffer back when the device has done what was submitted.
    pub fn release_after(
        &mut self,
        gpu: &Gpu,
        done: wgpu::SubmissionIndex,
        image: Arc<Imported>,
        (buffer, point): (WlBuffer, Option<DrmSyncPoint>),
    ) {
        let release = Release { gpu: gpu.clone(), done, image, back: Back { buffer, point } };
        if self.releaser.is_none() {
            self.releaser = self.start();
        }
        let unsent = match &self.releaser {
            Some(releaser) => releaser.send(release).err().map(|error| error.0),
            None => Some(release),
        };
        if let Some(release) = unsent {
            // Rather late than while it is read.
            release.gpu.wait(release.done);
            release.back.give();
        }
    }

    /// Gives a buffer back that nothing is done with.
    pub fn release(&self, buffer: WlBuffer, point: Option<DrmSyncPoint>) {
        Back { buffer, point }.give();
    }

    /// The thread that waits for the device.
    fn start(&self) -> Option<Sender<Release>> {
        let (sender, releases) = channel::<Release>();
        let (answer, answered) = calloop::channel::channel::<Back>();
        let work = move || {
            for Release { gpu, done, image, back } in releases {
                gpu.wait(done);
                drop(image);
                if answer.send(back).is_err() {
                    return;
                }
            }
        };
        let inserted = self.handle.insert_source(answered, |event, (), _: &mut State| {
            if let Event::Msg(back) = event {
                back.give();
            }
        });
        let started = inserted.is_ok() && std::thread::Builder::new().name("buffers".into()).spawn(work).is_ok();
        if !started {
            tracing::error!("no thread for buffers: each is waited for");
        }
        started.then_some(sender)
    }

    /// Lets a surface's next commit wait for `source`, which releases `blocker`.
    pub fn hold<S>(&mut self, surface: &WlSurface, blocker: impl Blocker + Send + 'static, source: S)
    where
        S: EventSource<Event = (), Ret = Result<(), std::io::Error>> + 'static,
    {
        let Some(client) = surface.client() else { return };
        let id = surface.id();
        let waiting = self.waiting.entry(id.clone()).or_default();
        if waiting.len() >= MOST_WAITING {
            // It sees what it has drawn so far.
            return;
        }
        self.held += 1;
        let number = self.held;
        // Sources fire once and are removed by themselves.
        let inserted = self.handle.insert_source(source, move |(), _, state: &mut State| {
            state.imports.drawn(&id, number);
            state.unblocked.borrow_mut().push(client.clone());
            state.clear_blockers();
            Ok(())
        });
        match inserted {
            Ok(token) => {
                waiting.push((number, token));
                add_blocker(surface, blocker);
            }
            Err(error) => tracing::error!(%error, "a commit counts before it is drawn"),
        }
    }

    /// Something that a surface's commits wait for is drawn.
    fn drawn(&mut self, surface: &ObjectId, number: u64) {
        if let Some(waiting) = self.waiting.get_mut(surface) {
            waiting.retain(|(other, _)| *other != number);
        }
    }

    /// A surface is gone, and what its commits waited for may never be drawn.
    pub fn surface_gone(&mut self, surface: &WlSurface) {
        for (_, token) in self.waiting.remove(&surface.id()).into_iter().flatten() {
            self.handle.remove(token);
        }
    }
}
