//! The pointer's picture. It is never drawn here: the page draws it where the hand is, without a round trip.

use std::collections::VecDeque;

use smithay::input::pointer::{CursorIcon, CursorImageStatus, CursorImageSurfaceData};
use smithay::utils::{IsAlive, Logical, Point};
use smithay::wayland::compositor::{SurfaceAttributes, with_states};
use streamer::protocol::{CursorImage, ToPage};

use crate::render::Picture;
use crate::state::State;
use crate::surface::{self, CursorPixels};

/// Pointers that were sent lately, so that one which comes back is not packed again.
const REMEMBERED: usize = 16;

/// What the pointer looks like.
#[derive(Debug)]
pub struct Cursor {
    /// As the client set it.
    pub status: CursorImageStatus,
    packed: VecDeque<(std::sync::Arc<CursorPixels>, String)>,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { status: CursorImageStatus::default_named(), packed: VecDeque::new() }
    }
}

impl State {
    /// A client, or the frame, wants another pointer.
    pub fn set_cursor(&mut self, status: CursorImageStatus) {
        self.cursor.status = status;
        self.send_cursor();
    }

    /// What the pages of the first screen were told to draw last; `None` before the first time.
    pub fn cursor_image(&self) -> Option<&CursorImage> {
        self.screens.first().cursor.as_ref()
    }

    /// The surface that is the pointer has another picture.
    pub fn cursor_committed(&mut self) {
        if let CursorImageStatus::Surface(surface) = &self.cursor.status {
            with_states(surface, |states| {
                let moved = states.cached_state.get::<SurfaceAttributes>().current().buffer_delta.take();
                let hotspot = states.data_map.get::<CursorImageSurfaceData>();
                if let (Some(moved), Some(Ok(mut hotspot))) = (moved, hotspot.map(|data| data.lock())) {
                    hotspot.hotspot -= moved;
                }
            });
        }
        self.send_cursor();
    }

    pub(crate) fn send_cursor(&mut self) {
        if let CursorImageStatus::Surface(surface) = &self.cursor.status
            && !surface.alive()
        {
            self.cursor.status = CursorImageStatus::default_named();
        }
        let image = match &self.cursor.status {
            CursorImageStatus::Hidden => Some(CursorImage::Hidden),
            CursorImageStatus::Named(icon) => Some(CursorImage::Named { name: name_of(*icon).to_owned() }),
            CursorImageStatus::Surface(surface) => {
                let (pixels, hotspot) = with_states(surface, |states| {
                    let hotspot = states.data_map.get::<CursorImageSurfaceData>();
                    let hotspot = hotspot.and_then(|data| data.lock().ok().map(|data| data.hotspot));
                    let pixels = surface::with_state(states, |state| state.cursor.clone()).flatten();
                    (pixels, hotspot.unwrap_or_default())
                });
                match pixels {
                    Some(pixels) => self.cursor.pack(&pixels, hotspot),
                    // It has no picture yet, or an empty one: nothing is shown.
                    None => Some(CursorImage::Hidden),
                }
            }
        };
        // Pages that see another screen than the pointer is on keep theirs.
        let screen = self.screens.get_or_first_mut(self.pointer_on);
        if let Some(image) = image
            && screen.cursor.as_ref() != Some(&image)
        {
            screen.cursor = Some(image.clone());
            screen.stream.iter().for_each(|stream| stream.broadcast(ToPage::Cursor { cursor: image.clone() }));
        }
    }
}

impl Cursor {
    fn pack(&mut self, pixels: &std::sync::Arc<CursorPixels>, hotspot: Point<i32, Logical>) -> Option<CursorImage> {
        let known = self.packed.iter().find(|(known, _)| *known == *pixels).map(|(_, png)| png.clone());
        let png = match known {
            Some(png) => png,
            None => {
                let png = base64(&png_bytes(pixels)?);
                self.packed.push_back((pixels.clone(), png.clone()));
                if self.packed.len() > REMEMBERED {
                    self.packed.pop_front();
                }
                png
            }
        };
        let scale = pixels.scale.max(1);
        Some(CursorImage::Image {
            png,
            width: pixels.size.w as u32,
            height: pixels.size.h as u32,
            hotspot_x: hotspot.x.saturating_mul(scale).clamp(0, pixels.size.w - 1),
            hotspot_y: hotspot.y.saturating_mul(scale).clamp(0, pixels.size.h - 1),
            scale: f64::from(scale),
        })
    }
}

/// What pages draw for a shape. CSS has all of them but two.
fn name_of(icon: CursorIcon) -> &'static str {
    match icon {
        CursorIcon::DndAsk => "copy",
        CursorIcon::AllResize => "move",
        icon => icon.name(),
    }
}

fn png_bytes(pixels: &CursorPixels) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let picture = Picture { width: pixels.size.w as u32, height: pixels.size.h as u32, rgba: pixels.rgba.clone() };
    picture.write_png(&mut bytes).inspect_err(|error| tracing::warn!(%error, "a pointer could not be packed")).ok()?;
    Some(bytes)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
