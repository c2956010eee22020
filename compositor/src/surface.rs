//! What drawing and hit-testing need to know of a `wl_surface`, brought up to date at each commit.
//!
//! smithay's `RendererSurfaceState` keeps the client's buffer until the next one comes. A shared-memory buffer is copied
//! into our texture within the commit, so we keep state of our own and release the buffer at once: a client with a
//! single buffer can draw again immediately.

mod clamp;
mod memory;

pub use self::memory::{CursorPixels, MAX_CURSOR_SIDE};
pub(crate) use self::memory::{side_of_square, straight_pixels};

use std::sync::{Arc, Mutex, PoisonError};

use smithay::backend::allocator::dmabuf::Dmabuf;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::DamageBag;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_shm;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Buffer, Logical, Point, Rectangle, Size, Transform};
use smithay::wayland::alpha_modifier::AlphaModifierSurfaceCachedState;
use smithay::wayland::compositor::{
    BufferAssignment, Damage, RectangleKind, RegionAttributes, SurfaceAttributes, SurfaceData, with_states,
};
use smithay::wayland::dmabuf::get_dmabuf;
use smithay::wayland::drm_syncobj::{DrmSyncPoint, DrmSyncobjCachedState};
use smithay::wayland::shm::{BufferData, with_buffer_contents};
use smithay::wayland::single_pixel_buffer::get_single_pixel_buffer;
use smithay::wayland::viewporter::{ViewportCachedState, ensure_viewport_valid};

use self::clamp::{clamp_buffer, clamp_logical};
use self::memory::{Pool, cursor_pixels, pixel_format};
use crate::imports::Imports;
use crate::render::{Gpu, Packed, PixelFormat, Refused, SurfaceTexture, surface_to_buffer};

/// The largest side of a buffer that is taken, physical pixels: what every Vulkan implementation can hold.
pub(crate) const MAX_SIDE: i32 = 8192;
/// Opaque regions are a hint; past this many rectangles the rest is drawn as if it were translucent.
const MAX_OPAQUE_RECTS: usize = 32;
/// Past this many rectangles in one commit the whole surface counts as damaged.
const MAX_DAMAGE_RECTS: usize = 64;

/// The formats that are taken over `wl_shm`, beside the two that the protocol asks for.
pub const EXTRA_FORMATS: [wl_shm::Format; 2] = [wl_shm::Format::Abgr8888, wl_shm::Format::Xbgr8888];

/// What a surface shows.
#[derive(Debug, Clone)]
pub enum Content {
    /// A picture on the GPU.
    Texture(Arc<SurfaceTexture>),
    /// One that was taken off it, because nobody looks.
    Packed(Arc<Packed>),
    /// One colour, premultiplied.
    Solid([f32; 4]),
}

/// Drawing state of one surface.
#[derive(Debug)]
pub struct SurfaceState {
    /// Names the surface to the damage tracker.
    pub id: Id,
    /// `None` while no buffer is attached.
    pub content: Option<Content>,
    /// Kept for surfaces that are, or may become, a pointer.
    pub cursor: Option<Arc<CursorPixels>>,
    /// Of the attached buffer.
    pub buffer_size: Size<i32, Buffer>,
    /// Buffer pixels per surface-local unit.
    pub buffer_scale: i32,
    /// How the client turned its picture.
    pub transform: Transform,
    /// What part of the surface is shown, surface-local before the viewport.
    pub source: Rectangle<f64, Logical>,
    /// The size it is shown at, after the viewport.
    pub size: Size<i32, Logical>,
    /// Of a subsurface: where it is in its parent, as of the parent's last commit.
    pub position: Point<i32, Logical>,
    /// Parts without translucency, surface-local.
    pub opaque: Vec<Rectangle<i32, Logical>>,
    /// How opaque it is shown, on top of what its picture says.
    pub alpha: f32,
    /// Damage since the surface exists, as smithay's tracker reads it.
    pub damage: DamageBag<i32, Buffer>,
    has_alpha: bool,
    /// Units of the client's per surface-local unit.
    client_scale: f64,
}

type Stored = Mutex<SurfaceState>;

impl Default for SurfaceState {
    fn default() -> Self {
        Self {
            id: Id::new(),
            content: None,
            cursor: None,
            buffer_size: Size::default(),
            buffer_scale: 1,
            transform: Transform::Normal,
            source: Rectangle::default(),
            size: Size::default(),
            position: Point::default(),
            opaque: Vec::new(),
            alpha: 1.0,
            damage: DamageBag::default(),
            has_alpha: true,
            client_scale: 1.0,
        }
    }
}

/// Runs `f` on the state of a surface; `None` before its first commit.
pub fn with_state<T>(states: &SurfaceData, f: impl FnOnce(&mut SurfaceState) -> T) -> Option<T> {
    let stored = states.data_map.get::<Stored>()?;
    Some(f(&mut stored.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Whether a surface shows something.
pub fn is_mapped(surface: &WlSurface) -> bool {
    with_states(surface, |states| with_state(states, |s| s.content.is_some()).unwrap_or(false))
}

/// The size of a surface, or `None` if it shows nothing.
pub fn size(states: &SurfaceData) -> Option<Size<i32, Logical>> {
    with_state(states, |s| s.content.is_some().then_some(s.size)).flatten()
}

/// Whether a surface takes input at `point` (surface-local).
pub fn takes_input(states: &SurfaceData, point: Point<f64, Logical>) -> bool {
    let Some(size) = size(states) else { return false };
    if !Rectangle::from_size(size).to_f64().contains(point) {
        return false;
    }
    let mut cached = states.cached_state.get::<SurfaceAttributes>();
    let region = cached.current().input_region.as_ref();
    region.is_none_or(|region| region_contains(region, size, point))
}

/// The protocol builds regions by adding and subtracting in order: the last rectangle that covers the point decides.
fn region_contains(region: &RegionAttributes, size: Size<i32, Logical>, point: Point<f64, Logical>) -> bool {
    let covers = |rect: &Rectangle<i32, Logical>| clamp_logical(*rect, size).to_f64().contains(point);
    region.rects.iter().rev().find(|(_, rect)| covers(rect)).is_some_and(|(kind, _)| matches!(kind, RectangleKind::Add))
}

/// Takes over what a commit brought. Returns whether anything visible may have changed.
///
/// `client_scale` is what the client's units are of a logical pixel: X clients count in physical ones.
pub fn commit(gpu: &Gpu, imports: &mut Imports, surface: &WlSurface, client_scale: f64) -> bool {
    with_states(surface, |states| {
        states.data_map.insert_if_missing_threadsafe(Stored::default);
        let mut cached = states.cached_state.get::<SurfaceAttributes>();
        let attributes = cached.current();
        let assignment = attributes.buffer.take();
        let damage = std::mem::take(&mut attributes.damage);
        let (scale, transform) = (attributes.buffer_scale.max(1), Transform::from(attributes.buffer_transform));
        let opaque = attributes.opaque_region.clone();
        drop(cached);

        let keep_pixels = matches!(states.role, None | Some("cursor_image"));
        with_state(states, |state| {
            let attached = match assignment {
                Some(BufferAssignment::NewBuffer(buffer)) => {
                    (state.buffer_scale, state.transform) = (scale, transform);
                    state.client_scale = client_scale;
                    let point = states.cached_state.get::<DrmSyncobjCachedState>().current().release_point.take();
                    match get_dmabuf(&buffer) {
                        Ok(dmabuf) => state.take_dmabuf(gpu, imports, (dmabuf, &buffer, point), &damage),
                        Err(_) => {
                            state.attach(gpu, &buffer, &damage, keep_pixels);
                            buffer.release();
                        }
                    }
                    true
                }
                Some(BufferAssignment::Removed) => {
                    let was_mapped = state.content.is_some();
                    let (id, position) = (state.id.clone(), state.position);
                    *state = SurfaceState { id, position, ..SurfaceState::default() };
                    return was_mapped;
                }
                None => false,
            };
            if state.content.is_none() {
                return attached;
            }
            let moved = state.update_view(states) | state.update_alpha(states);
            if attached || moved {
                state.update_opaque(opaque.as_ref());
            }
            attached || moved
        })
        .unwrap_or(false)
    })
}

/// Puts a subsurface somewhere in its parent. Returns whether it was elsewhere.
pub fn place_child(states: &SurfaceData, position: Point<i32, Logical>) -> bool {
    states.data_map.insert_if_missing_threadsafe(Stored::default);
    with_state(states, |state| std::mem::replace(&mut state.position, position)) != Some(position)
}

/// A part of a picture, in its pixels.
type Damaged = Rectangle<i32, Buffer>;

impl SurfaceState {
    /// Its picture, on the device; one that was taken off it is brought back. `None` where there is none, or no room.
    pub fn texture(&mut self) -> Option<Arc<SurfaceTexture>> {
        match self.content.as_ref()? {
            Content::Texture(texture) => Some(texture.clone()),
            Content::Solid(_) => None,
            Content::Packed(packed) => {
                let texture = Arc::new(packed.unpack()?);
                self.content = Some(Content::Texture(texture.clone()));
                Some(texture)
            }
        }
    }

    fn attach(&mut self, gpu: &Gpu, buffer: &WlBuffer, damage: &[Damage], keep_pixels: bool) {
        if let Ok(pixel) = get_single_pixel_buffer(buffer) {
            self.buffer_size = Size::from((1, 1));
            self.has_alpha = pixel.has_alpha();
            self.content = Some(Content::Solid(pixel.rgba32f()));
            self.cursor = None;
            self.damage.add([Rectangle::from_size(self.buffer_size)]);
            return;
        }
        // On an error the client is told by smithay (a truncated pool) or its mistake is its own: it sees nothing new.
        let copied = with_buffer_contents(buffer, |pool, length, data| {
            self.copy_shm(gpu, Pool { pool, length }, data, damage, keep_pixels)
        });
        match copied {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => {
                tracing::warn!(buffer = ?buffer.id(), reason, "a client's buffer was not taken");
                self.content = None;
            }
            Err(error) => {
                tracing::warn!(buffer = ?buffer.id(), %error, "a client's buffer could not be read");
                self.content = None;
            }
        }
    }

    fn copy_shm(
        &mut self,
        gpu: &Gpu,
        pool: Pool,
        data: BufferData,
        damage: &[Damage],
        keep_pixels: bool,
    ) -> Result<(), &'static str> {
        let format = pixel_format(data.format).ok_or("its format was not offered")?;
        let size = Size::<i32, Buffer>::from((data.width, data.height));
        if size.w <= 0 || size.h <= 0 || size.w > MAX_SIDE || size.h > MAX_SIDE {
            return Err("its size is out of range");
        }
        let pixels = pool.rows(&data).ok_or("it reaches past the end of its pool")?;

        let (texture, rects) = self.place_for(gpu, size, format, damage).ok_or("the device cannot hold it")?;
        texture.upload(gpu, pixels, data.stride, &rects).map_err(|_| "its rows do not fit its size")?;
        self.cursor = (keep_pixels && size.w <= MAX_CURSOR_SIDE && size.h <= MAX_CURSOR_SIDE)
            .then(|| Arc::new(cursor_pixels(pixels, &data, format, self.buffer_scale)));
        self.show(texture, rects);
        Ok(())
    }

    /// Copies a buffer of the GPU on the device. It is its client's again when that is done.
    fn take_dmabuf(
        &mut self,
        gpu: &Gpu,
        imports: &mut Imports,
        (dmabuf, buffer, point): (&Dmabuf, &WlBuffer, Option<DrmSyncPoint>),
        damage: &[Damage],
    ) {
        // Who draws a pointer's picture into such a buffer is not shown it by the page.
        self.cursor = None;
        let taken = imports.get(gpu, dmabuf, buffer).and_then(|image| {
            let place = self.place_for(gpu, image.size(), image.format(), damage);
            Ok((place.ok_or(Refused::Device)?, image))
        });
        match taken {
            Ok(((texture, rects), image)) => {
                let done = image.copy(gpu, &texture, &rects);
                self.show(texture, rects);
                imports.release_after(gpu, done, image, (buffer.clone(), point));
            }
            Err(reason) => {
                tracing::warn!(buffer = ?buffer.id(), %reason, "a client's buffer was not taken");
                self.content = None;
                imports.release(buffer.clone(), point);
            }
        }
    }

    /// A texture for a picture, and what of it is new: all of it, unless it has the one before.
    fn place_for(
        &self,
        gpu: &Gpu,
        size: Size<i32, Buffer>,
        format: PixelFormat,
        damage: &[Damage],
    ) -> Option<(Arc<SurfaceTexture>, Vec<Damaged>)> {
        match &self.content {
            Some(Content::Texture(texture)) if texture.size() == size && texture.format() == format => {
                Some((texture.clone(), self.buffer_damage(damage, size)))
            }
            _ => {
                let texture = SurfaceTexture::new(gpu, size, format).ok()?;
                Some((Arc::new(texture), vec![Rectangle::from_size(size)]))
            }
        }
    }

    /// Shows a texture in which that is new.
    fn show(&mut self, texture: Arc<SurfaceTexture>, rects: Vec<Rectangle<i32, Buffer>>) {
        self.buffer_size = texture.size();
        self.has_alpha = texture.format().has_alpha();
        self.content = Some(Content::Texture(texture));
        self.damage.add(rects);
    }

    /// The client's damage in buffer coordinates, clamped; clients send `i32::MAX` and worse.
    fn buffer_damage(&self, damage: &[Damage], size: Size<i32, Buffer>) -> Vec<Rectangle<i32, Buffer>> {
        if damage.len() > MAX_DAMAGE_RECTS {
            return vec![Rectangle::from_size(size)];
        }
        let surface_size = size.to_logical(self.buffer_scale, self.transform);
        // Of another client's units it is not known how they were rounded.
        let same_units = self.client_scale == 1.0;
        let (from, to) = (self.source, self.size);
        let mut rects = Vec::with_capacity(damage.len());
        for damage in damage {
            let rect = match *damage {
                Damage::Buffer(rect) => clamp_buffer(rect, size),
                // Surface damage counts in units after the viewport. With one in use, redraw all of it.
                Damage::Surface(_) if !same_units || from != Rectangle::from_size(to).to_f64() => {
                    Rectangle::from_size(size)
                }
                Damage::Surface(rect) => {
                    let rect = clamp_logical(rect, surface_size).to_f64();
                    let scale = f64::from(self.buffer_scale);
                    surface_to_buffer(rect, scale, self.transform, surface_size.to_f64()).to_i32_up()
                }
            };
            if !rect.is_empty() {
                rects.push(clamp_buffer(rect, size));
            }
        }
        rects
    }

    /// Applies buffer scale, transform and viewport. Returns whether the shown part or size changed.
    fn update_view(&mut self, states: &SurfaceData) -> bool {
        let natural = self.buffer_size.to_logical(self.buffer_scale, self.transform);
        // A viewport that reaches outside is a protocol error, which this call posts.
        let valid = ensure_viewport_valid(states, natural);
        let mut cached = states.cached_state.get::<ViewportCachedState>();
        let viewport = cached.current();
        let (source, size) = if valid {
            (viewport.src.unwrap_or_else(|| Rectangle::from_size(natural).to_f64()), viewport.size().unwrap_or(natural))
        } else {
            (Rectangle::from_size(natural).to_f64(), natural)
        };
        let size = Size::from((size.w.clamp(0, 2 * MAX_SIDE), size.h.clamp(0, 2 * MAX_SIDE)));
        let (source, size) = match self.client_scale {
            1.0 => (source, size),
            // What shows something has a size.
            scale => {
                let size = size.to_f64().downscale(scale).to_i32_round::<i32>();
                (
                    Rectangle::new(source.loc.downscale(scale), source.size.downscale(scale)),
                    Size::from((size.w.max(1), size.h.max(1))),
                )
            }
        };
        let changed = (source, size) != (self.source, self.size);
        (self.source, self.size) = (source, size);
        changed
    }

    /// The extent of the whole buffer, surface-local before the viewport.
    pub fn natural(&self) -> Size<f64, Logical> {
        self.buffer_size.to_logical(self.buffer_scale, self.transform).to_f64().downscale(self.client_scale)
    }

    /// Buffer pixels per surface-local unit.
    pub fn density(&self) -> f64 {
        f64::from(self.buffer_scale) * self.client_scale
    }

    /// Takes over how opaque the client wants it shown. Returns whether that changed.
    fn update_alpha(&mut self, states: &SurfaceData) -> bool {
        let modifier = states.cached_state.get::<AlphaModifierSurfaceCachedState>().current().multiplier_f32();
        let alpha = modifier.unwrap_or(1.0);
        let changed = std::mem::replace(&mut self.alpha, alpha) != alpha;
        if changed {
            self.damage.add([Rectangle::from_size(self.buffer_size)]);
        }
        changed
    }

    fn update_opaque(&mut self, region: Option<&RegionAttributes>) {
        self.opaque.clear();
        if self.alpha < 1.0 {
            return;
        }
        if !self.has_alpha {
            self.opaque.push(Rectangle::from_size(self.size));
            return;
        }
        let rects = region.map(|region| region.rects.as_slice()).unwrap_or_default();
        for (kind, rect) in rects.iter().take(MAX_OPAQUE_RECTS) {
            let rect = clamp_logical(*rect, self.size);
            match kind {
                RectangleKind::Add => self.opaque.push(rect),
                RectangleKind::Subtract => {
                    self.opaque = Rectangle::subtract_rects_many(std::mem::take(&mut self.opaque), [rect]);
                }
            }
        }
        if rects.len() > MAX_OPAQUE_RECTS {
            // A later rectangle might take away what an earlier one added.
            self.opaque.clear();
        }
        self.opaque.retain(|rect| !rect.is_empty());
    }
}
