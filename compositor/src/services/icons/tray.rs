//! Icons of the tray: a name in a theme, a file that the program names itself, or pixels that it sent.

use std::path::{Path, PathBuf};

use bus::{Pixels, TrayIcon};

use super::picture::{Picture, Raw};
use super::{Icons, MOST_SIZE, decode, png};
use crate::services::files;

/// Files below a program's own folder that are looked through.
const MOST_FILES: usize = 512;
/// How deep: `hicolor/24x24/apps`.
const DEPTH: usize = 3;

impl Icons {
    /// The icon of a sign, `side` pixels large. Touches the disk. It is looked for as the specification says: by its name
    /// in the program's folder, then in the themes, and only then is what the program sent looked at.
    pub fn of_tray(&mut self, icon: &TrayIcon, side: u32) -> Option<Picture> {
        let side = side.clamp(1, MOST_SIZE);
        let folder = icon.folder.as_deref().and_then(|folder| in_folder(folder, &icon.name, side));
        let own = folder.or_else(|| Some(PathBuf::from(&icon.name)).filter(|path| path.is_absolute()));
        // Its file may be anything; what cannot be decoded as a small picture is none.
        if let Some(picture) = own.and_then(|path| decode(&path, side).ok()) {
            return Some(picture);
        }
        if !icon.name.is_empty()
            && let Ok(Some(picture)) = self.get(&icon.name, side, 1.0)
        {
            return Some(Picture::clone(&picture));
        }
        let sent = icon.pixels.as_deref().map(|pixels| of_pixels(pixels, side));
        sent.or_else(|| png::decode(icon.png.as_deref()?, side).ok())
    }
}

fn of_pixels(Pixels { width, height, rgba }: &Pixels, side: u32) -> Picture {
    Raw { width: *width as usize, height: *height as usize, rgba: rgba.clone() }.fit(side)
}

/// The file of that name in a folder or the theme in it, of the size that fits best.
fn in_folder(folder: &Path, name: &str, side: u32) -> Option<PathBuf> {
    let name = name.strip_suffix(".png").or_else(|| name.strip_suffix(".svg")).unwrap_or(name);
    if name.is_empty() || name.contains(['/', '\0']) {
        return None;
    }
    let is_it = |path: &PathBuf| {
        let kind = path.extension().is_some_and(|kind| kind == "png" || kind == "svg");
        kind && path.file_stem().is_some_and(|stem| stem == name)
    };
    let found = files::list_below(folder, DEPTH, MOST_FILES).into_iter().filter(is_it);
    found.min_by_key(|path| distance(path, side))
}

/// How far a file is from a size: by the directory it is in, `24x24`; a drawing fits every size.
fn distance(path: &Path, side: u32) -> (bool, u32) {
    let words = path.ancestors().skip(1).take(DEPTH).filter_map(|part| part.file_name()?.to_str());
    let size = words.filter_map(|word| word.split_once('x')?.0.parse::<u32>().ok()).next();
    let drawing = path.extension().is_some_and(|kind| kind == "svg");
    match size {
        // Rather one that is made smaller.
        Some(size) => (size < side, size.abs_diff(side)),
        None => (!drawing, 0),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::dirs::Dirs;
    use super::super::super::files::tests::Scratch;
    use super::super::png::tests::encode;
    use super::*;
    use ::png::{BitDepth, ColorType};

    fn png_of(grey: u8) -> Vec<u8> {
        encode(1, 1, ColorType::Grayscale, BitDepth::Eight, &[grey])
    }

    #[test]
    fn a_sign_is_looked_for_in_its_folder_the_themes_and_what_was_sent() {
        let scratch = Scratch::new();
        scratch.write("own/hicolor/16x16/apps/post.png", png_of(16));
        scratch.write("own/hicolor/48x48/apps/post.png", png_of(48));
        scratch.write("data/pixmaps/post.png", png_of(99));
        let at = |name: &str| scratch.0.join(name).into_os_string();
        let dirs = Dirs::new(|name| match name {
            "HOME" => Some(at("home")),
            "XDG_DATA_DIRS" => Some(at("data")),
            _ => None,
        });
        let mut icons = Icons::new(&dirs, None);
        let pixels = Some(Arc::new(Pixels { width: 1, height: 1, rgba: vec![7, 7, 7, 255] }));
        let folder = Some(scratch.0.join("own"));
        let whole = TrayIcon { name: "post".into(), folder, pixels, png: Some(png_of(5).into()) };
        let mut grey = |icon: &TrayIcon, side| icons.of_tray(icon, side).map(|picture| picture.bytes[0]);
        assert_eq!((grey(&whole, 16), grey(&whole, 24)), (Some(16), Some(48)));
        let whole = TrayIcon { folder: None, ..whole };
        assert_eq!(grey(&whole, 24), Some(99));
        let whole = TrayIcon { name: "nowhere".into(), ..whole };
        assert_eq!(grey(&whole, 24), Some(7));
        let whole = TrayIcon { pixels: None, ..whole };
        assert_eq!(grey(&whole, 24), Some(5));
        assert_eq!(grey(&TrayIcon { png: None, ..whole }, 24), None);
        let named = scratch.write("elsewhere.png", png_of(3)).to_str().unwrap().to_owned();
        let file = |name: &str| TrayIcon { name: name.into(), ..TrayIcon::default() };
        assert_eq!((grey(&file(&named), 8), grey(&file("/dev/zero"), 8)), (Some(3), None));
        let out = TrayIcon { folder: Some(scratch.0.join("own")), ..file("../elsewhere") };
        assert_eq!(grey(&out, 8), None);
    }
}
