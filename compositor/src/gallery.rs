//! The pictures that a scene asks for: windows, live or as thumbnails, terminals and icons.

use std::time::Instant;

use calloop::timer::{TimeoutAction, Timer};
use lcars_ui::hierarchy::{OutputId, ViewportId, WindowId};
use lcars_ui::scene::Look;
use smithay::utils::{Logical, Physical, Point, Rectangle, Size};

use crate::compose;
use crate::frame::THUMBNAIL_CALLBACKS;
use crate::render::{
    Gpu, IconShown, Icons, Letters, Pictures, Piece, TerminalPainter, TerminalShown, Thumbnails, WindowShown, placed,
    scaled,
};
use crate::state::State;

/// What is kept of pictures between frames, for all screens.
#[derive(Debug)]
pub(crate) struct Gallery {
    pub(crate) thumbnails: Thumbnails,
    pub(crate) icons: Icons,
    pub(crate) terminals: TerminalPainter,
}

/// When the thumbnails on a screen are made anew.
#[derive(Debug, Default)]
pub(crate) struct Renewal {
    /// In the next frame.
    due: bool,
    /// In the one after.
    soon: bool,
    /// When they last were.
    last: Option<Instant>,
    /// A timer will say when.
    armed: bool,
}

impl Renewal {
    /// Thumbnails that have changed are made anew in the next frame.
    pub(crate) fn now(&mut self) {
        self.due = true;
    }

    /// Thumbnails that have changed are made anew in the second frame from now. The first frame of a zoom answers a key,
    /// and in it they are hardly seen.
    pub(crate) fn soon(&mut self) {
        self.soon = true;
    }

    /// Whether it is time.
    fn take(&mut self) -> bool {
        let due = std::mem::replace(&mut self.due, std::mem::take(&mut self.soon));
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}

impl Gallery {
    /// Thumbnails take no more than `most_bytes` on the device. Terminals are set in the monospaced face of `letters`.
    pub(crate) fn new(gpu: &Gpu, most_bytes: usize, letters: &Letters) -> Self {
        let (thumbnails, icons) = (Thumbnails::new(gpu, most_bytes), Icons::new(gpu));
        Self { thumbnails, icons, terminals: TerminalPainter::new(letters) }
    }
}

impl State {
    /// What is seen on a screen but for the pointer, front to back.
    pub(crate) fn scene_pieces(&mut self, id: OutputId) -> Vec<Piece> {
        let finest = self.screens.scale();
        let Some(screen) = self.screens.get_mut(id) else { return Vec::new() };
        let Some(mut gallery) = self.gallery.take() else { return Vec::new() };
        let mut painter = std::mem::take(&mut screen.painter);
        let (renew, scale) = (screen.renewal.take(), screen.scale());
        let mut lookup = Lookup { state: self, screen: id, gallery: &mut gallery, scale, finest, renew };
        let scene = self.screens.get(id).map(|screen| screen.view().scene.as_slice()).unwrap_or_default();
        let pieces = painter.pieces(&self.gpu, scene, scale, &mut lookup);
        let wanted = gallery.icons.wanted();
        self.gallery = Some(gallery);
        self.screens.get_mut(id).into_iter().for_each(|screen| screen.painter = std::mem::take(&mut painter));
        self.want_icons(wanted);
        pieces
    }

    /// Makes the thumbnail of a window, if it has one, what the window is now.
    pub(crate) fn renew_thumbnail(&mut self, window: WindowId) {
        let finest = self.screens.scale();
        let Some(mut gallery) = self.gallery.take() else { return };
        if gallery.thumbnails.size(window.get()).is_some() {
            let screen = self.screens.first().id;
            Lookup { state: self, screen, gallery: &mut gallery, scale: finest, finest, renew: true }.renew(window);
        }
        self.gallery = Some(gallery);
    }

    /// A window whose thumbnail is seen on a screen has another picture: all of them are made anew when it is time.
    pub(crate) fn thumbnail_changed(&mut self, id: OutputId) {
        let Some(screen) = self.screens.get_mut(id) else { return };
        let renewal = &mut screen.renewal;
        if renewal.armed || renewal.due {
            return;
        }
        let at = renewal.last.map(|at| at + THUMBNAIL_CALLBACKS).filter(|at| *at > Instant::now());
        let Some(at) = at else {
            renewal.due = true;
            screen.damage();
            return;
        };
        renewal.armed = true;
        let inserted = self.handle.insert_source(Timer::from_deadline(at), move |_, (), state: &mut State| {
            if let Some(screen) = state.screens.get_mut(id) {
                screen.renewal.armed = false;
                screen.renewal.due = true;
                screen.damage();
            }
            TimeoutAction::Drop
        });
        if let Err(error) = inserted {
            tracing::error!(%error, "no timer for thumbnails");
        }
    }
}

/// Answers the painter.
struct Lookup<'a> {
    state: &'a State,
    screen: OutputId,
    gallery: &'a mut Gallery,
    scale: f64,
    /// Of the screen with the most pixels to a logical one: thumbnails are made for that.
    finest: f64,
    /// Thumbnails that have changed may be made anew.
    renew: bool,
}

impl Lookup<'_> {
    /// A window with its dialogs in an area, front to back, at a scale.
    fn stack(&self, window: WindowId, area: Rectangle<i32, Logical>, scale: f64, popups: bool) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (tree, clip) in self.state.stack_in(window, area, popups) {
            let clip = clip.map(|clip| compose::to_physical(clip, scale));
            compose::pieces(&tree, scale, clip, &mut pieces);
        }
        pieces
    }

    /// What programs show on the output itself, above or below the windows, front to back.
    fn layers(&self, above: bool, clip: Option<Rectangle<i32, Physical>>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for tree in self.state.layers_placed(self.screen, above) {
            compose::pieces(&tree, self.scale, clip, &mut pieces);
        }
        pieces
    }

    fn logical(&self, size: Size<f64, Physical>) -> Size<i32, Logical> {
        size.to_logical(self.scale).to_i32_round()
    }

    fn live(&self, shown: &WindowShown) -> Vec<Piece> {
        if let Some(size) = self.state.made_elsewhere(shown.window, ViewportId::from_raw(shown.key.pane)) {
            return self.elsewhere(shown, size);
        }
        let same = |a: f64, b: f64| (a - b).abs() < 0.5;
        if same(shown.rect.size.w, shown.full.w) && same(shown.rect.size.h, shown.full.h) && shown.opacity >= 1.0 {
            let area = Rectangle::new(shown.rect.loc.to_logical(self.scale).to_i32_round(), self.logical(shown.full));
            let mut pieces = self.stack(shown.window, area, self.scale, true);
            let clip = compose::to_physical(area, self.scale);
            pieces.extend(self.layers(false, Some(clip)));
            return pieces;
        }
        let area = Rectangle::from_size(self.logical(shown.full));
        let pieces = self.stack(shown.window, area, self.scale, false);
        scaled(&pieces, Rectangle::from_size(shown.full), shown.rect, shown.clip, shown.opacity)
    }

    /// A window that is made for a pane of another size, with its menus, as large as it fits here.
    fn elsewhere(&self, shown: &WindowShown, size: Size<i32, Logical>) -> Vec<Piece> {
        let area = Rectangle::from_size(size);
        let pieces = self.stack(shown.window, area, self.scale, true);
        let full = size.to_f64().to_physical(self.scale);
        let room = shown.rect;
        let factor = (room.size.w / full.w.max(1.0)).min(room.size.h / full.h.max(1.0));
        let fitted = full.upscale(factor);
        let corner = room.loc + Point::from(((room.size.w - fitted.w) / 2.0, (room.size.h - fitted.h) / 2.0));
        let clip = shown.clip.map_or(Some(outwards(room)), |clip| clip.intersection(outwards(room)));
        let Some(clip) = clip else { return Vec::new() };
        scaled(&pieces, Rectangle::from_size(full), Rectangle::new(corner, fitted), Some(clip), shown.opacity)
    }

    /// Makes a window's thumbnail what the window is now.
    fn renew(&mut self, window: WindowId) -> Option<()> {
        let surface = self.state.shell.get(window)?.toplevel.wl_surface().clone();
        let size = compose::window_geometry(&surface).size;
        let pieces = self.stack(window, Rectangle::from_size(size), self.finest, false);
        let extent = compose::to_physical(Rectangle::from_size(size), self.finest).size;
        self.gallery.thumbnails.update(window.get(), &pieces, extent);
        Some(())
    }

    fn thumbnail(&mut self, shown: &WindowShown) -> Option<Piece> {
        let id = shown.window.get();
        let made = self.gallery.thumbnails.size(id).is_some();
        // What is packed has not changed since.
        if !made || (self.renew && !self.state.is_packed(shown.window)) {
            self.renew(shown.window)?;
        }
        let size = self.gallery.thumbnails.size(id)?.to_f64().upscale(self.scale / self.finest);
        let rect = placed(shown.rect, shown.full, size);
        let bounds = outwards(shown.rect);
        let clip = shown.clip.map_or(Some(bounds), |clip| clip.intersection(bounds))?;
        self.gallery.thumbnails.piece(id, rect, Some(clip), shown.opacity)
    }
}

/// The whole pixels that a rectangle touches.
fn outwards(rect: Rectangle<f64, Physical>) -> Rectangle<i32, Physical> {
    let from = rect.loc.to_i32_floor();
    let to = (rect.loc + rect.size).to_i32_ceil();
    Rectangle::from_extremities(from, to)
}

impl Pictures for Lookup<'_> {
    fn window(&mut self, shown: &WindowShown) -> Vec<Piece> {
        match shown.look {
            Look::Live => self.live(shown),
            Look::Thumbnail => self.thumbnail(shown).into_iter().collect(),
        }
    }

    fn panels(&mut self) -> Vec<Piece> {
        if !self.state.lock.is_locked() {
            return self.layers(true, None);
        }
        let mut pieces = Vec::new();
        for tree in self.state.lock_placed(self.screen) {
            compose::pieces(&tree, self.scale, None, &mut pieces);
        }
        pieces
    }

    fn terminal(&mut self, shown: &TerminalShown) -> Vec<Piece> {
        self.gallery.terminals.piece(shown).into_iter().collect()
    }

    fn icon(&mut self, name: &str, side: u32) -> IconShown {
        self.gallery.icons.get(name, side, self.state.theme.frame_inert)
    }
}
