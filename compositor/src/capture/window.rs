//! Pictures of one window, wherever it is: in sight, on another level, or hidden.
//!
//! A window that is captured is drawn into a picture of its own, at the scale that it is made for: what it shows within its
//! geometry, with its subsurfaces and menus and without the windows around it. It is drawn when somebody waits for it, and no
//! more often than a screen would be; its program gets its frames at that pace too, and is not told that nobody looks.
//! While the session is locked there are no pictures: they would show what the lock hides.

use std::time::{Duration, Instant};

use lcars_ui::hierarchy::{Shown, WindowId};
use smithay::utils::{Logical, Physical, Point, Rectangle, Size};

use super::{Captures, History, Outcome, Pointed, Request, Subject};
use crate::compose;
use crate::render::{Piece, Target};
use crate::screen::Screen;
use crate::state::State;

/// The longest side of a picture.
const MOST_SIDE: i32 = 8192;
/// The most pixels of a picture (128 MiB). A client may call any rectangle its window.
const MOST_PIXELS: i32 = 32 << 20;
/// What is behind a window that can be seen through.
const BEHIND: [f32; 4] = [0.0, 0.0, 0.0, 1.0];

/// A window that is captured.
pub(super) struct WindowCapture {
    captures: Captures,
    target: Target,
    /// When it was drawn last.
    drawn: Option<Instant>,
    /// A timer will say when it may be drawn again.
    armed: bool,
}

impl WindowCapture {
    pub(super) fn picture(&mut self) -> (&mut Target, &History) {
        (&mut self.target, &self.captures.history)
    }
}

impl super::Capturing {
    /// Whether a window is captured.
    pub(crate) fn has_window(&self, id: WindowId) -> bool {
        self.windows.contains_key(&id)
    }
}

impl State {
    /// Pixels of what is captured; `None` if it is gone.
    pub(crate) fn captured_size(&self, subject: Subject) -> Option<Size<i32, Physical>> {
        match subject {
            Subject::Screen(id) => self.screens.get(id).map(Screen::size),
            Subject::Window(id) => self.window_extent(id),
        }
    }

    /// Pixels of the picture of a window.
    fn window_extent(&self, id: WindowId) -> Option<Size<i32, Physical>> {
        let geometry = compose::window_geometry(self.shell.get(id)?.toplevel.wl_surface());
        Some(bounded(geometry.size, self.captured_scale(id)))
    }

    fn captured_scale(&self, id: WindowId) -> f64 {
        let output = self.output_of_window(id);
        output.map_or(1.0, |output| output.current_scale().fractional_scale())
    }

    /// Pictures of a window are wanted from now on.
    pub(crate) fn begin_to_capture(&mut self, id: WindowId) {
        let Some(size) = self.window_extent(id) else { return };
        let gpu = self.gpu.clone();
        self.capturing.windows.entry(id).or_insert_with(|| {
            // Its program may have to hear that it is looked at.
            self.shell.outdated = true;
            WindowCapture { captures: Captures::default(), target: Target::new(&gpu, size), drawn: None, armed: false }
        });
    }

    /// Somebody wants a picture of a window.
    pub(super) fn capture_window(&mut self, id: WindowId, request: Request) {
        self.begin_to_capture(id);
        match self.capturing.windows.get_mut(&id) {
            Some(capture) => capture.captures.push(request),
            None => (request.reply)(Outcome::Gone),
        }
    }

    /// A window is gone.
    pub(crate) fn end_window_capture(&mut self, id: WindowId) {
        if let Some(mut capture) = self.capturing.windows.remove(&id) {
            capture.captures.end();
        }
        self.stop_captures(Subject::Window(id));
    }

    /// Lets go of the pictures that nobody wants any more.
    pub(crate) fn forget_captured_windows(&mut self) {
        let ids: Vec<WindowId> = self.capturing.windows.keys().copied().collect();
        for id in ids {
            let wanted = self.capturing.windows.get(&id).is_some_and(|capture| capture.captures.wanted());
            if !wanted && !self.has_session(Subject::Window(id)) {
                self.capturing.windows.remove(&id);
                self.shell.outdated = true;
            }
        }
    }

    /// Gives pictures of windows to those who wait for them. Runs after every turn of the event loop.
    pub(crate) fn tick_captured_windows(&mut self, now: Instant) {
        if self.capturing.windows.is_empty() {
            return;
        }
        let ids: Vec<WindowId> = self.capturing.windows.keys().copied().collect();
        for id in ids {
            self.keep_captured_size(id);
            let Some(capture) = self.capturing.windows.get(&id) else { continue };
            if !capture.captures.wanted() || self.lock.is_locked() {
                continue;
            }
            let period = Duration::from_secs(1) / self.options.fps.max(1);
            match capture.drawn.map(|drawn| drawn + period).filter(|due| *due > now) {
                Some(due) => self.draw_captured_at(id, due - now),
                None => self.draw_captured(id, now),
            }
        }
        self.forget_captured_windows();
    }

    /// A window of another size has another picture.
    fn keep_captured_size(&mut self, id: WindowId) {
        let Some(size) = self.window_extent(id) else { return };
        let Some(capture) = self.capturing.windows.get_mut(&id) else { return };
        if capture.target.size() != size {
            capture.target.resize(size);
            capture.captures.history.forget();
            self.constrain_captures(Subject::Window(id));
        }
    }

    fn draw_captured_at(&mut self, id: WindowId, delay: Duration) {
        let Some(capture) = self.capturing.windows.get_mut(&id) else { return };
        if std::mem::replace(&mut capture.armed, true) {
            return;
        }
        // The turn of the loop that this makes does the rest.
        self.after(delay, "a captured window", move |state| {
            state.capturing.windows.get_mut(&id).into_iter().for_each(|capture| capture.armed = false);
        });
    }

    fn draw_captured(&mut self, id: WindowId, now: Instant) {
        let pieces = self.pieces_of_window(id);
        let pointed = self.pointed_in(id);
        let Some(capture) = self.capturing.windows.get_mut(&id) else { return };
        capture.drawn = Some(now);
        if let Some(drawn) = capture.target.draw(&pieces, BEHIND, false) {
            capture.captures.history.drew(&drawn.damage);
        }
        let waiting = std::mem::take(&mut capture.captures.waiting);
        let still = self.serve(Subject::Window(id), waiting, &pointed);
        if let Some(capture) = self.capturing.windows.get_mut(&id) {
            capture.captures.waiting.extend(still);
        }
        // Whoever looks at it on a screen gives it its frames; if nobody does, this is who looks.
        let place = self.shell.place_of(id);
        let paced = self.screens.iter().any(|screen| screen.watched() && screen.seen.get(&place) == Some(&Shown::Live));
        if let Some(output) = self.output_of_window(id).filter(|_| !paced) {
            self.send_callbacks_to(&output, |window| window == Some(id));
        }
    }

    /// A window with its menus, front to back, its geometry's corner at zero.
    fn pieces_of_window(&self, id: WindowId) -> Vec<Piece> {
        let Some(window) = self.shell.get(id) else { return Vec::new() };
        let scale = self.captured_scale(id);
        let mut pieces = Vec::new();
        for tree in compose::with_popups(window.toplevel.wl_surface(), Point::default()) {
            compose::pieces(&tree, scale, None, &mut pieces);
        }
        pieces
    }

    /// The pointer, if it is over a window that is seen at its own size.
    fn pointed_in(&mut self, id: WindowId) -> Option<Pointed> {
        let (screen, place) = self.placement(id).filter(|(screen, _)| screen.id == self.pointer_on)?;
        let at = place.local(screen.local(self.seat.get_pointer()?.current_location()));
        if !Rectangle::from_size(place.rect.size).to_f64().contains(at) {
            return None;
        }
        let scale = self.captured_scale(id);
        let picture = self.capturing.pointers.get(&self.cursor.status, scale)?;
        let corner = at.to_physical(scale).to_i32_floor::<i32>() - picture.hotspot;
        Some((picture, corner))
    }
}

/// The pixels of a window of that size, as many as a picture may have.
fn bounded(size: Size<i32, Logical>, scale: f64) -> Size<i32, Physical> {
    let size = compose::to_physical(Rectangle::from_size(size), scale).size;
    let width = size.w.clamp(1, MOST_SIDE);
    Size::new(width, size.h.clamp(1, MOST_SIDE.min(MOST_PIXELS / width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_a_size_that_can_be_held_whatever_a_client_calls_its_window() {
        assert_eq!(bounded((300, 200).into(), 1.5), Size::from((450, 300)));
        assert_eq!(bounded((0, 0).into(), 1.0), Size::from((1, 1)));
        for (w, h) in [(i32::MAX, i32::MAX), (i32::MAX, 1), (8192, 8192), (5, i32::MAX)] {
            let size = bounded((w, h).into(), 4.0);
            assert!(size.w <= MOST_SIDE && size.h <= MOST_SIDE && size.w * size.h <= MOST_PIXELS, "{size:?}");
        }
    }
}
