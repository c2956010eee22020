//! The icons of windows: their program's own, by name or as pixels, else that of its desktop entry.

use std::sync::Arc;

use lcars_ui::hierarchy::WindowId;
use smithay::reexports::wayland_server::protocol::wl_buffer::WlBuffer;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::wayland::compositor::with_states;

use super::Toplevel;
use crate::handlers::toplevel_icon::Assigned;
use crate::services::icons::{Picture, Raw};
use crate::state::State;
use crate::surface;

/// The longest side of pixels that are kept.
const MOST_SIDE: i32 = 512;
/// All pixels of one icon (1 MiB, as many as one of the largest).
const MOST_PIXELS: i32 = MOST_SIDE * MOST_SIDE;
/// The longest name.
const MOST_NAME_BYTES: usize = 255;
/// What the names of icons begin with that are pixels of a window. No icon of a theme has a colon in its name.
const PIXELS: &str = "window:";

/// What a program wants its window to be known by.
#[derive(Debug, Default)]
pub struct WindowIcon {
    name: Option<String>,
    /// The smallest first.
    pictures: Vec<Raw>,
}

impl WindowIcon {
    /// Copies what there is in the buffers, squares in shared memory.
    pub(crate) fn new<'a>(name: Option<&str>, buffers: impl Iterator<Item = &'a WlBuffer>) -> Self {
        let mut left = MOST_PIXELS;
        let mut pictures: Vec<Raw> = Vec::new();
        for buffer in buffers {
            let Some(side) = surface::side_of_square(buffer).filter(|side| takes(*side, left)) else { continue };
            let Some(pixels) = surface::straight_pixels(buffer) else { continue };
            left -= side * side;
            pictures.push(Raw { width: side as usize, height: side as usize, rgba: pixels.rgba });
        }
        pictures.sort_by_key(|picture| picture.width);
        Self { name: name.filter(|name| is_plain(name)).map(str::to_owned), pictures }
    }

    /// Of pictures as X programs give them: a side, and its pixels as numbers of alpha, red, green and blue.
    pub(crate) fn of_numbers(squares: impl Iterator<Item = (u32, Vec<u32>)>) -> Self {
        let mut left = MOST_PIXELS;
        let mut pictures: Vec<Raw> = Vec::new();
        for (side, numbers) in squares {
            let Some(side) = i32::try_from(side).ok().filter(|side| takes(*side, left)) else { continue };
            if numbers.len() != (side * side) as usize {
                continue;
            }
            left -= side * side;
            let rgba = numbers.into_iter().flat_map(|number| {
                let [alpha, red, green, blue] = number.to_be_bytes();
                [red, green, blue, alpha]
            });
            pictures.push(Raw { width: side as usize, height: side as usize, rgba: rgba.collect() });
        }
        pictures.sort_by_key(|picture| picture.width);
        Self { name: None, pictures }
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.name.is_none() && self.pictures.is_empty()
    }

    /// The picture for a side in device pixels, made of the one that is best for it.
    fn picture(&self, side: u32) -> Option<Picture> {
        let enough = self.pictures.iter().find(|picture| picture.width >= side as usize);
        enough.or(self.pictures.last()).map(|picture| picture.fit(side))
    }
}

/// Whether pixels of that side are kept, if there is room for so many.
fn takes(side: i32, left: i32) -> bool {
    (1..=MOST_SIDE).contains(&side) && side * side <= left
}

/// Whether a name can be that of an icon in a theme: no path, and none of our own.
fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_control() || c == '/' || c == ':';
    !name.is_empty() && name.len() <= MOST_NAME_BYTES && !name.contains(odd)
}

impl State {
    /// A window's surface committed: it may have another icon.
    pub(crate) fn icon_committed(&mut self, root: &WlSurface) {
        let icon = with_states(root, |states| states.cached_state.get::<Assigned>().current().0.clone());
        let mut windows = self.shell.windows.iter().filter(|window| matches!(window.toplevel, Toplevel::Xdg(_)));
        // X programs say it in their own way.
        if windows.any(|window| window.toplevel.wl_surface() == root) {
            self.give_icon(root, icon);
        }
    }

    /// A program gives a window another icon.
    pub(crate) fn give_icon(&mut self, root: &WlSurface, icon: Option<Arc<WindowIcon>>) {
        let mut windows = self.shell.windows.iter_mut();
        let Some(window) = windows.find(|window| window.toplevel.wl_surface() == root) else { return };
        let same = match (&window.icon, &icon) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        if same {
            return;
        }
        window.icon = icon;
        if let Some(id) = window.id {
            self.shell.icons_given += 1;
            self.show_icon(id);
        }
    }

    /// Shows a window with the icon that it has now.
    pub(crate) fn show_icon(&mut self, id: WindowId) {
        let icon = self.icon_of(id);
        self.shell.desktop.set_icon(id, icon.as_deref());
        self.shell.outdated = true;
    }

    /// The name of a window's icon, as a scene has it: the first of those that it could have which is not known to be
    /// missing.
    fn icon_of(&self, id: WindowId) -> Option<String> {
        let window = self.shell.get(id)?;
        let icon = window.icon.as_deref();
        let named = icon.and_then(|icon| icon.name.clone());
        let pixels = icon.filter(|icon| !icon.pictures.is_empty());
        // Other pixels have another name.
        let pixels = pixels.map(|_| format!("{PIXELS}{}:{}", id.get(), self.shell.icons_given));
        let (_, app_id) = window.toplevel.title();
        let entry = self.session.as_ref().and_then(|session| session.entries().find(&app_id)?.icon.clone());
        let missing = |name: &String| self.gallery.as_ref().is_some_and(|gallery| gallery.icons.is_missing(name));
        [named, pixels, entry].into_iter().flatten().find(|name| !missing(name))
    }

    /// There is no icon of that name: windows that have it are shown with the next that they could have.
    pub(crate) fn icon_is_missing(&mut self, name: &str) {
        let has_it = |id: &WindowId| {
            self.shell.desktop.tree().window(*id).is_some_and(|(_, _, window)| window.icon.as_deref() == Some(name))
        };
        let ids: Vec<WindowId> = self.shell.windows.iter().filter_map(|window| window.id).filter(has_it).collect();
        ids.into_iter().for_each(|id| self.show_icon(id));
    }

    /// The pixels of a window's icon, if that is what a name means: `None` if it is the name of something else.
    pub(crate) fn pixels_of_icon(&self, name: &str, side: u32) -> Option<Option<Picture>> {
        let (id, _) = name.strip_prefix(PIXELS)?.split_once(':')?;
        let window = id.parse().ok().and_then(|id| self.shell.get(WindowId::from_raw(id)));
        Some(window.and_then(|window| window.icon.as_ref()).and_then(|icon| icon.picture(side)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(side: usize, red: u8) -> Raw {
        Raw { width: side, height: side, rgba: [red, 0, 0, 255].repeat(side * side) }
    }

    #[test]
    fn names_are_those_of_a_theme_and_nothing_else() {
        assert!(is_plain("org.gnome.TextEditor-symbolic"));
        let long = "x".repeat(MOST_NAME_BYTES + 1);
        for bad in ["", "/usr/share/pixmaps/x.png", "../x", "window:1:2", "a\nb", &long] {
            assert!(!is_plain(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_smallest_picture_that_is_large_enough_is_made_smaller() {
        let icon = WindowIcon { name: None, pictures: vec![square(16, 10), square(32, 20), square(64, 30)] };
        let red = |side| icon.picture(side).map(|picture| (picture.size, picture.bytes[2]));
        assert_eq!(
            [red(8), red(16), red(24), red(64), red(200)].map(|found| found.map(|(_, red)| red)),
            [Some(10), Some(10), Some(20), Some(30), Some(30)]
        );
        assert_eq!(red(200).map(|(size, _)| size), Some(200));
    }

    #[test]
    fn an_icon_of_numbers_is_one_of_whole_squares() {
        let squares = [(2, vec![0xff01_0203; 4]), (3, vec![0; 8]), (0, Vec::new()), (u32::MAX, vec![0; 4])];
        let icon = WindowIcon::of_numbers(squares.into_iter());
        assert_eq!(icon.pictures.len(), 1);
        assert_eq!(icon.pictures[0].rgba, [1, 2, 3, 255].repeat(4));
    }

    #[test]
    fn no_icon_takes_more_than_its_share() {
        assert!(takes(48, MOST_PIXELS) && takes(MOST_SIDE, MOST_PIXELS));
        assert!(!takes(0, MOST_PIXELS) && !takes(MOST_SIDE + 1, MOST_PIXELS) && !takes(48, 48 * 48 - 1));
    }
}
