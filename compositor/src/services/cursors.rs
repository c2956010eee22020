//! The theme of pointers for programs that draw the pointer themselves; the desktop's own is drawn by the page.

use std::ffi::OsString;
use std::path::PathBuf;

use bus::Toolkit;

use super::dirs::Dirs;

/// By this variable programs are told.
const VARIABLE: &str = "XCURSOR_THEME";
/// What is taken where the user wishes nothing, the best first.
const USUAL: [&str; 4] = ["Adwaita", "DMZ-White", "breeze_cursors", "Breeze_Snow"];
/// Themes that are looked at.
const MOST_THEMES: usize = 256;

/// The side of a pointer, in logical pixels. Programs are not told so by `XCURSOR_SIZE`: all of them take it for granted,
/// and X programs, which count in physical pixels, would take it for theirs on a fine screen too.
const SIZE: i32 = 24;

/// The theme that programs are to use: `wished`, if it is installed, else one that is. Touches the disk.
fn theme(dirs: &Dirs, wished: Option<&str>) -> Option<String> {
    let mut places = vec![dirs.home.join(".icons")];
    places.extend(dirs.data.iter().map(|data| data.join("icons")));
    let is_there = |name: &str| {
        let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\0']);
        plain && places.iter().any(|place| place.join(name).join("cursors").is_dir())
    };
    let known = wished.into_iter().chain(USUAL).find(|name| is_there(name)).map(str::to_owned);
    known.or_else(|| any(&places).into_iter().find(|name| is_there(name)))
}

/// The variable for programs, if a theme is installed: the one that is wished for in the session's own environment, or
/// another.
pub fn variable(dirs: &Dirs, environment: impl Fn(&str) -> Option<OsString>) -> Option<(OsString, OsString)> {
    let wished = environment(VARIABLE).and_then(|theme| theme.into_string().ok());
    theme(dirs, wished.as_deref()).map(|theme| (VARIABLE.into(), theme.into()))
}

/// What toolkits are told on the bus, of programs that have this environment.
pub fn toolkit(environment: &[(OsString, OsString)]) -> Toolkit {
    let theme = environment.iter().rev().find(|(name, _)| name == VARIABLE).and_then(|(_, theme)| theme.to_str());
    Toolkit { cursor_theme: theme.unwrap_or_default().to_owned(), cursor_size: SIZE, ..Toolkit::default() }
}

/// All that lies there, by name.
fn any(places: &[PathBuf]) -> Vec<String> {
    let entries = places.iter().filter_map(|place| std::fs::read_dir(place).ok()).flatten().flatten();
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).take(MOST_THEMES).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::Scratch;
    use super::*;

    #[test]
    fn a_theme_is_one_that_is_installed() {
        let scratch = Scratch::new();
        let at = |name: &str| scratch.0.join(name).into_os_string();
        let dirs = Dirs::new(|name| match name {
            "HOME" => Some(at("home")),
            "XDG_DATA_DIRS" => Some(at("data")),
            _ => None,
        });
        assert_eq!(theme(&dirs, Some("Adwaita")), None);
        scratch.write("data/icons/Zebra/cursors/default", "");
        scratch.write("data/icons/Plain/index.theme", "");
        assert_eq!(theme(&dirs, None).as_deref(), Some("Zebra"), "icons alone are no pointers");
        scratch.write("data/icons/DMZ-White/cursors/default", "");
        scratch.write("home/.icons/Mine/cursors/default", "");
        assert_eq!(theme(&dirs, None).as_deref(), Some("DMZ-White"));
        assert_eq!(theme(&dirs, Some("Mine")).as_deref(), Some("Mine"));
        assert_eq!(theme(&dirs, Some("../../home/.icons/Mine")).as_deref(), Some("DMZ-White"));
    }
}
