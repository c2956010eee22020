//! Icons by name, as pixels of exactly the size that is asked for.
//!
//! Looking for an icon and decoding it touch the disk and take some milliseconds, with a heavy drawing up to a second:
//! nothing for the thread that draws frames. What was found is remembered, and so is what was not.

mod cost;
mod extent;
pub mod photo;
mod picture;
mod png;
mod sheet;
mod svg;
mod theme;
mod tray;

use std::collections::{HashMap, VecDeque};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

pub use picture::{Picture, Raw};

use self::theme::Themes;
use super::dirs::Dirs;
use super::files;

/// Bytes of an icon's file.
const MOST_BYTES: u64 = 2 << 20;
/// Pixels of a side that can be asked for.
pub const MOST_SIZE: u32 = 512;
/// Bytes of pixels that are remembered.
const CACHE_BYTES: usize = 32 << 20;
/// Icons that are remembered, those that were not found counted.
const CACHE_ICONS: usize = 4096;

/// An icon's file that is no icon. It is remembered as such.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the icon {} cannot be shown: {reason}", path.display())]
pub struct IconError {
    /// Which file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

/// An icon, or nothing if there is none of that name.
pub type Found = Result<Option<Arc<Picture>>, IconError>;

/// The icons of the machine and of the user.
#[derive(Debug)]
pub struct Icons {
    themes: Themes,
    dirs: Dirs,
    cache: HashMap<Key, Found>,
    /// The oldest first.
    order: VecDeque<Key>,
    cached_bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    name: String,
    size: u32,
    scale: u32,
    pixels: u32,
}

impl Icons {
    /// Icons of the named theme, where that has none of Adwaita, where that has none of hicolor. Touches the disk.
    pub fn new(dirs: &Dirs, theme: Option<&str>) -> Self {
        let names: Vec<&str> = theme.into_iter().chain(["Adwaita"]).collect();
        let themes = Themes::load(&names, &dirs.home, &dirs.data);
        let (cache, order) = (HashMap::new(), VecDeque::new());
        Self { themes, dirs: dirs.clone(), cache, order, cached_bytes: 0 }
    }

    /// The icon of that name, or of that file, `size` logical pixels large on an output of that scale. Touches the disk
    /// if it is not remembered.
    ///
    /// # Errors
    /// If its file is no icon.
    pub fn get(&mut self, name: &str, size: u32, scale: f64) -> Found {
        let scale = if scale.is_finite() { scale.clamp(0.5, 8.0) } else { 1.0 };
        let size = size.clamp(1, MOST_SIZE);
        let pixels = ((f64::from(size) * scale).round() as u32).clamp(1, MOST_SIZE);
        let key = Key { name: name.to_owned(), size, scale: scale.ceil() as u32, pixels };
        if let Some(found) = self.cache.get(&key) {
            return found.clone();
        }
        let found = match lcars_ui::files::drawing(name) {
            Some(drawing) => {
                let own = |reason: String| IconError { path: PathBuf::from(name), reason };
                svg::decode(drawing.as_bytes(), pixels).map(Some).map_err(own)
            }
            None => self.find(name, key.size, key.scale).map(|path| decode(&path, pixels)).transpose(),
        };
        let found = found.map(|picture| picture.map(Arc::new));
        self.remember(key, found.clone());
        found
    }

    /// The file of an icon. Touches the disk.
    pub fn find(&self, name: &str, size: u32, scale: u32) -> Option<PathBuf> {
        let path = Path::new(name);
        if path.is_absolute() {
            // Whoever writes an entry is not to choose any file of the machine.
            let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
            return (plain && self.dirs.in_data(path) && path.is_file()).then(|| path.to_owned());
        }
        self.themes.find(name, size, scale)
    }

    fn remember(&mut self, key: Key, found: Found) {
        self.cached_bytes += bytes_of(&found);
        self.cache.insert(key.clone(), found);
        self.order.push_back(key);
        while self.cached_bytes > CACHE_BYTES || self.order.len() > CACHE_ICONS {
            let Some(oldest) = self.order.pop_front() else { break };
            let gone = self.cache.remove(&oldest);
            self.cached_bytes -= gone.as_ref().map_or(0, bytes_of);
        }
    }
}

fn bytes_of(found: &Found) -> usize {
    found.as_ref().ok().and_then(Option::as_ref).map_or(0, |picture| picture.bytes.len())
}

fn decode(path: &Path, pixels: u32) -> Result<Picture, IconError> {
    let error = |reason: String| IconError { path: path.to_owned(), reason };
    let bytes = files::read_bounded(path, MOST_BYTES).map_err(|failed| error(failed.to_string()))?;
    // Files are what they begin with, whatever they are called.
    let picture = if bytes.starts_with(b"\x89PNG") { png::decode(&bytes, pixels) } else { svg::decode(&bytes, pixels) };
    picture.map_err(error)
}

#[cfg(test)]
mod tests {
    use ::png::{BitDepth, ColorType};

    use super::super::files::tests::Scratch;
    use super::png::tests::encode;
    use super::*;

    const RED: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><rect width=\"1\" height=\"1\" fill=\"red\"/></svg>";

    fn icons(scratch: &Scratch) -> Icons {
        let at = |name| scratch.0.join(name).into_os_string();
        let dirs = Dirs::new(|name| match name {
            "HOME" => Some(at("home")),
            "XDG_DATA_DIRS" => Some(at("data")),
            _ => None,
        });
        Icons::new(&dirs, None)
    }

    #[test]
    fn an_icon_has_exactly_the_size_that_was_asked_for() {
        let scratch = Scratch::new();
        scratch.write("data/pixmaps/red.svg", RED);
        scratch.write("data/pixmaps/grey.png", encode(5, 7, ColorType::Grayscale, BitDepth::Eight, &[9; 35]));
        let mut icons = icons(&scratch);
        for name in ["red", "grey"] {
            for (size, scale, pixels) in [(16, 1.0, 16), (48, 1.25, 60), (40, 3.0, 120), (5000, 9.0, 512), (0, 1.0, 1)]
            {
                let picture = icons.get(name, size, scale).unwrap().unwrap();
                assert_eq!((picture.size, picture.bytes.len()), (pixels, (pixels * pixels * 4) as usize));
            }
        }
        assert_eq!(icons.get("red", 1, f64::NAN).unwrap().unwrap().bytes, [0, 0, 255, 255]);
    }

    #[test]
    fn the_drawings_of_files_are_icons_too() {
        let scratch = Scratch::new();
        let mut icons = icons(&scratch);
        let colour = lcars_ui::theme::Colour { r: 255, g: 0, b: 0, a: 255 };
        let name = lcars_ui::files::drawing_name(lcars_ui::files::Symbol::Folder, colour);
        let picture = icons.get(&name, 64, 1.0).unwrap().unwrap();
        let red = picture.bytes.chunks(4).filter(|pixel| pixel[2] > 200 && pixel[0] == 0).count();
        assert!((100..2000).contains(&red), "strokes and nothing else: {red}");
    }

    #[test]
    fn a_missing_icon_is_none_and_a_broken_one_is_told_of() {
        let scratch = Scratch::new();
        scratch.write("data/pixmaps/broken.png", "no picture");
        scratch.write("data/pixmaps/huge.svg", vec![b' '; 3 << 20]);
        let mut icons = icons(&scratch);
        assert_eq!(icons.get("missing", 16, 1.0), Ok(None));
        let error = icons.get("broken", 16, 1.0).unwrap_err();
        assert!(error.path.ends_with("broken.png") && !error.reason.is_empty());
        assert_eq!(icons.get("broken", 16, 1.0).unwrap_err(), error);
        assert!(icons.get("huge", 16, 1.0).unwrap_err().reason.contains("larger than"));
    }

    #[test]
    fn a_path_counts_only_below_the_data_directories() {
        let scratch = Scratch::new();
        let inside = scratch.write("data/app/red.svg", RED);
        let outside = scratch.write("elsewhere/red.svg", RED);
        let mut icons = icons(&scratch);
        let mut get = |path: &Path| icons.get(path.to_str().unwrap(), 8, 1.0).unwrap().is_some();
        assert!(get(&inside));
        assert!(!get(&outside));
        assert!(!get(&scratch.0.join("data/../elsewhere/red.svg")));
    }

    #[test]
    fn what_was_found_once_is_remembered_within_bounds() {
        let scratch = Scratch::new();
        let file = scratch.write("data/pixmaps/red.svg", RED);
        let mut icons = icons(&scratch);
        let first = icons.get("red", 8, 1.0).unwrap().unwrap();
        std::fs::remove_file(file).unwrap();
        assert!(Arc::ptr_eq(&first, &icons.get("red", 8, 1.0).unwrap().unwrap()));
        for n in 0..2 * CACHE_ICONS {
            icons.get(&format!("nothing {n}"), 8, 1.0).unwrap();
        }
        assert!(icons.cache.len() <= CACHE_ICONS && icons.order.len() == icons.cache.len());
        assert_eq!((icons.get("red", 8, 1.0), icons.cached_bytes), (Ok(None), 0), "it was forgotten, and is gone");
    }

    #[test]
    fn the_icons_of_this_machine_can_be_drawn() {
        let mut icons = Icons::new(&Dirs::from_env(), None);
        for name in ["foot", "firefox-esr", "chromium", "folder", "utilities-terminal"] {
            if let Err(error) = icons.get(name, 64, 1.0) {
                panic!("{error}");
            }
        }
    }
}
