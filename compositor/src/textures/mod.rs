//! Which pictures of windows are on the device. Those that nobody looks at are packed by a thread of their own and brought
//! back when they are drawn; their thumbnails and all else that is known of them stay.

mod policy;

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use calloop::channel::Event;
use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::{Shown, WindowId};
use smithay::backend::renderer::utils::CommitCounter;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Logical, Rectangle, Size};
use smithay::wayland::compositor::with_states;

use crate::compose;
use crate::render::{Packed, Unread};
use crate::session::texture_bytes;
use crate::state::State;
use crate::surface::{self, Content};

use policy::Held;

/// Pictures with fewer bytes are not worth it.
const LEAST_BYTES: usize = 64 << 10;

/// A surface, which picture of it this is, and the picture on its way off the device.
type Order = (WlSurface, CommitCounter, Unread);
/// The same, packed, or nothing where the device did not answer.
type Done = (WlSurface, CommitCounter, Option<Packed>);

/// What is known about the pictures of windows.
#[derive(Debug, Default)]
pub(crate) struct Textures {
    /// Since when each window shows the same, and how often it had changed then.
    still: HashMap<WindowId, (usize, Instant)>,
    /// Where pictures are packed; started when the first one is.
    packer: Option<Sender<Order>>,
    /// How many are there.
    under_way: usize,
    /// A timer will say when to look again.
    armed: bool,
}

impl State {
    /// Another window is in sight, or a hidden one drew: some picture may not be needed much longer.
    pub(crate) fn watch_textures(&mut self) {
        self.look_at_textures_in(policy::STILL);
    }

    fn look_at_textures_in(&mut self, delay: Duration) {
        if std::mem::replace(&mut self.textures.armed, true) {
            return;
        }
        let inserted = self.handle.insert_source(Timer::from_duration(delay), |_, (), state: &mut State| {
            state.textures.armed = false;
            state.tend_textures(Instant::now());
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for textures");
        }
    }

    /// Packs the next picture that is to go at that moment, if there is one.
    pub fn tend_textures(&mut self, now: Instant) {
        if self.textures.under_way > 0 {
            // It is looked at again when they are packed.
            return;
        }
        let held = self.held_textures(now);
        let (used, budget) = (self.gpu.texture_bytes(), texture_bytes(&self.settings));
        if let Some(gallery) = &mut self.gallery {
            let others = used.saturating_sub(gallery.thumbnails.memory());
            gallery.thumbnails.set_most(budget.saturating_sub(others).max(budget / 4));
        }
        match policy::next(&held, used, budget) {
            Some(window) => self.pack(window),
            None => {
                if let Some(delay) = policy::later(&held, used, budget) {
                    self.look_at_textures_in(delay.max(policy::PRESSED));
                }
            }
        }
    }

    /// The windows at the bottom of their stacks, with what is on the device of them.
    fn held_textures(&mut self, now: Instant) -> Vec<Held> {
        let ids = self.shell.windows().iter().filter_map(|window| window.id);
        let places: Vec<WindowId> = ids.filter(|id| self.shell.place_of(*id) == *id).collect();
        let mut before = std::mem::take(&mut self.textures.still);
        let mut held = Vec::with_capacity(places.len());
        for window in places {
            let (mut bytes, mut changes) = (0, 0_usize);
            self.each_surface(window, |_, state| {
                changes = changes.wrapping_add(
                    state.damage.current_commit().distance(Some(CommitCounter::default())).unwrap_or_default(),
                );
                bytes += on_device(state);
            });
            let shown = self.seen(window);
            let known = before.remove(&window).filter(|(then, _)| *then == changes && shown != Shown::Live);
            let (changes, since) = known.unwrap_or((changes, now));
            self.textures.still.insert(window, (changes, since));
            let still = now.saturating_duration_since(since);
            let steps = self.shell.desktop.steps_to(window);
            held.push(Held { window, bytes, shown, steps, still });
        }
        held
    }

    /// Visits the surfaces of a window and its dialogs.
    fn each_surface(&self, place: WindowId, mut visit: impl FnMut(&WlSurface, &mut surface::SurfaceState)) {
        let anywhere = Rectangle::<i32, Logical>::from_size(Size::from((1, 1)));
        for (tree, _) in self.stack_in(place, anywhere, false) {
            compose::each(&tree, &mut visit);
        }
    }

    /// What the pictures of a window and its dialogs take on the device, small ones apart.
    pub fn device_bytes(&self, place: WindowId) -> usize {
        let mut bytes = 0;
        self.each_surface(place, |_, state| bytes += on_device(state));
        bytes
    }

    /// Whether all that is large of a window is packed: there is nothing new in it then.
    pub(crate) fn is_packed(&self, place: WindowId) -> bool {
        let (mut packed, mut held) = (false, false);
        self.each_surface(place, |_, state| {
            packed |= matches!(state.content, Some(Content::Packed(_)));
            held |= on_device(state) > 0;
        });
        packed && !held
    }

    /// Begins to take a window's pictures off the device.
    fn pack(&mut self, place: WindowId) {
        // The thumbnail stays, and is to be of the last picture.
        self.renew_thumbnail(place);
        let mut orders: Vec<Order> = Vec::new();
        let gpu = self.gpu.clone();
        self.each_surface(place, |surface, state| {
            if on_device(state) > 0
                && let Some(Content::Texture(texture)) = &state.content
            {
                orders.push((surface.clone(), state.damage.current_commit(), texture.read(&gpu)));
            }
        });
        for order in orders {
            let Some(packer) = self.packer() else { return };
            if packer.send(order).is_ok() {
                self.textures.under_way += 1;
            }
        }
    }

    /// The thread that packs. `None` if it cannot be started: then nothing is packed.
    fn packer(&mut self) -> Option<Sender<Order>> {
        if let Some(packer) = &self.textures.packer {
            return Some(packer.clone());
        }
        let (orders, ordered) = channel::<Order>();
        let (answer, answered) = calloop::channel::channel::<Done>();
        let work = move || {
            for (surface, commit, unread) in ordered {
                if answer.send((surface, commit, unread.pack())).is_err() {
                    return;
                }
            }
        };
        let inserted = self.handle.insert_source(answered, |event, (), state: &mut State| {
            if let Event::Msg(done) = event {
                state.packed(done);
            }
        });
        let started = inserted.is_ok() && std::thread::Builder::new().name("textures".into()).spawn(work).is_ok();
        if !started {
            tracing::error!("no thread for textures: all of them stay on the device");
            return None;
        }
        self.textures.packer = Some(orders.clone());
        Some(orders)
    }

    /// A picture is packed: it takes the place of the one on the device, unless the client drew meanwhile.
    fn packed(&mut self, (surface, commit, packed): Done) {
        self.textures.under_way = self.textures.under_way.saturating_sub(1);
        let place = self.shell.window_of(&surface).map(|id| self.shell.place_of(id));
        let looked_at = place.is_some_and(|place| self.seen(place) == Shown::Live);
        if let Some(packed) = packed.filter(|_| surface.is_alive() && !looked_at) {
            with_states(&surface, |states| {
                surface::with_state(states, |state| {
                    if state.damage.current_commit() == commit && matches!(state.content, Some(Content::Texture(_))) {
                        tracing::debug!(bytes = packed.bytes(), "a picture is off the device");
                        state.content = Some(Content::Packed(packed.into()));
                    }
                });
            });
        }
        if self.textures.under_way == 0 {
            self.tend_textures(Instant::now());
        }
    }
}

/// What of a surface is worth packing.
fn on_device(state: &surface::SurfaceState) -> usize {
    match &state.content {
        Some(Content::Texture(texture)) => {
            let size = texture.size();
            let bytes = size.w as usize * size.h as usize * texture.format().bytes();
            if bytes < LEAST_BYTES { 0 } else { bytes }
        }
        _ => 0,
    }
}
