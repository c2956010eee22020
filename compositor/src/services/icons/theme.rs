//! Icon themes on the disk, after the Icon Theme specification 0.13.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::files;

/// Bytes of an `index.theme`.
const MOST_BYTES: u64 = 1 << 20;
/// Directories of one theme.
const MOST_DIRS: usize = 4096;
/// Themes that one theme builds upon, one way or another.
const MOST_THEMES: usize = 16;
/// The theme that all others build upon.
const BASE: &str = "hicolor";

/// The icons for which a directory is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sizes {
    /// This size and no other.
    Fixed(u32),
    /// From one size to another.
    Scalable(u32, u32),
    /// About this size.
    Threshold(u32, u32),
}

/// One directory of a theme.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Directory {
    path: String,
    sizes: Sizes,
    scale: u32,
}

impl Directory {
    fn matches(&self, size: u32, scale: u32) -> bool {
        self.scale == scale
            && match self.sizes {
                Sizes::Fixed(own) => own == size,
                Sizes::Scalable(least, most) => (least..=most).contains(&size),
                Sizes::Threshold(own, threshold) => own.abs_diff(size) <= threshold,
            }
    }

    /// How far the directory is from what is wanted, in pixels, and how large its icons are.
    fn distance(&self, size: u32, scale: u32) -> (u32, u32) {
        let wanted = size.saturating_mul(scale);
        let (least, most) = match self.sizes {
            Sizes::Fixed(own) => (own, own),
            Sizes::Scalable(least, most) => (least, most),
            Sizes::Threshold(own, threshold) => (own.saturating_sub(threshold), own.saturating_add(threshold)),
        };
        let (least, most) = (least.saturating_mul(self.scale), most.saturating_mul(self.scale));
        (least.saturating_sub(wanted).max(wanted.saturating_sub(most)), most)
    }
}

/// One theme: where it lies and what directories it has there.
#[derive(Debug, Clone)]
struct Theme {
    /// Every base directory's part of it.
    roots: Vec<PathBuf>,
    directories: Vec<Directory>,
}

/// The themes in which an icon is looked for, the most important first, and the places for icons without a theme.
#[derive(Debug, Clone)]
pub struct Themes {
    themes: Vec<Theme>,
    loose: Vec<PathBuf>,
}

impl Themes {
    /// Reads the theme of that name and those it builds upon. Touches the disk.
    pub fn load(names: &[&str], home: &Path, data: &[PathBuf]) -> Self {
        let mut bases = vec![home.join(".icons")];
        bases.extend(data.iter().map(|dir| dir.join("icons")));
        let mut waiting: Vec<String> = names.iter().rev().map(ToString::to_string).collect();
        let mut seen = vec![BASE.to_owned()];
        let mut themes = Vec::new();
        while let Some(name) = waiting.pop() {
            if seen.contains(&name) || seen.len() > MOST_THEMES || !is_name(&name) {
                continue;
            }
            let Some((theme, parents)) = load_theme(&name, &bases) else { continue };
            seen.push(name);
            themes.push(theme);
            waiting.extend(parents.into_iter().rev());
        }
        themes.extend(load_theme(BASE, &bases).map(|(theme, _)| theme));
        let pixmaps = data.iter().map(|dir| dir.join("pixmaps"));
        Self { themes, loose: bases.iter().cloned().chain(pixmaps).collect() }
    }

    /// The file of an icon: one for that size if there is one, else the nearest. Touches the disk.
    pub fn find(&self, name: &str, size: u32, scale: u32) -> Option<PathBuf> {
        let name = name.strip_suffix(".png").or_else(|| name.strip_suffix(".svg")).unwrap_or(name);
        let name = name.strip_suffix(".xpm").unwrap_or(name);
        if !is_name(name) {
            return None;
        }
        self.themes
            .iter()
            .find_map(|theme| theme.find(name, size, scale))
            .or_else(|| self.loose.iter().find_map(|dir| file_in(dir, name)))
    }
}

impl Theme {
    fn find(&self, name: &str, size: u32, scale: u32) -> Option<PathBuf> {
        let file =
            |directory: &Directory| self.roots.iter().find_map(|root| file_in(&root.join(&directory.path), name));
        let exact = self.directories.iter().filter(|directory| directory.matches(size, scale)).find_map(file);
        exact.or_else(|| {
            let mut others: Vec<&Directory> = self.directories.iter().collect();
            // Of two that are equally far, the larger: it loses less when it is made smaller.
            others.sort_by_key(|directory| {
                let (distance, most) = directory.distance(size, scale);
                (distance, std::cmp::Reverse(most))
            });
            others.into_iter().find_map(file)
        })
    }
}

fn file_in(dir: &Path, name: &str) -> Option<PathBuf> {
    ["png", "svg"].iter().map(|kind| dir.join(format!("{name}.{kind}"))).find(|path| path.is_file())
}

/// A name that stays in its directory.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.starts_with('.') && !name.contains(['/', '\0'])
}

fn load_theme(name: &str, bases: &[PathBuf]) -> Option<(Theme, Vec<String>)> {
    let roots: Vec<PathBuf> = bases.iter().map(|base| base.join(name)).filter(|root| root.is_dir()).collect();
    let index = roots.iter().find_map(|root| files::read_bounded(&root.join("index.theme"), MOST_BYTES).ok())?;
    let (mut directories, parents) = parse(&String::from_utf8_lossy(&index));
    // Most directories of hicolor are on no disk; each would cost a look at every icon.
    directories.retain(|directory| roots.iter().any(|root| root.join(&directory.path).is_dir()));
    Some((Theme { roots, directories }, parents))
}

/// The directories of an `index.theme`, and the themes it builds upon.
fn parse(index: &str) -> (Vec<Directory>, Vec<String>) {
    let mut groups: HashMap<&str, HashMap<&str, &str>> = HashMap::new();
    let mut group = "";
    for line in index.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            group = name;
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            groups.entry(group).or_default().entry(key.trim()).or_insert(value.trim());
        }
    }
    let list = |key: &str| {
        let value = groups.get("Icon Theme").and_then(|keys| keys.get(key)).copied().unwrap_or_default();
        value.split(',').map(str::trim).filter(|item| !item.is_empty())
    };
    let inside = |path: &&str| Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let names = list("Directories").chain(list("ScaledDirectories")).filter(inside).take(MOST_DIRS);
    let directories = names.filter_map(|path| {
        let keys = groups.get(path)?;
        let number = |key: &str| keys.get(key).and_then(|value| value.parse::<u32>().ok());
        let size = number("Size")?;
        let sizes = match keys.get("Type").copied() {
            Some("Fixed") => Sizes::Fixed(size),
            Some("Scalable") => Sizes::Scalable(number("MinSize").unwrap_or(size), number("MaxSize").unwrap_or(size)),
            _ => Sizes::Threshold(size, number("Threshold").unwrap_or(2)),
        };
        Some(Directory { path: path.to_owned(), sizes, scale: number("Scale").unwrap_or(1).max(1) })
    });
    (directories.collect(), list("Inherits").take(MOST_THEMES).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::files::tests::Scratch;
    use super::*;

    const INDEX: &str = "[Icon Theme]\nName=Test\nInherits=parent,hicolor\n\
        Directories=16/apps,48/apps,48@2/apps,any/apps,../out,gone/apps\n\
        [16/apps]\nSize=16\nType=Fixed\n[48/apps]\nSize=48\n\
        [48@2/apps]\nSize=48\nScale=2\nType=Fixed\n[any/apps]\nSize=64\nMinSize=60\nMaxSize=512\nType=Scalable\n\
        [../out]\nSize=48\n[gone/apps]\nSize=48\n";

    struct Icons(Scratch);

    impl Icons {
        fn new(files: &[&str]) -> Self {
            let scratch = Scratch::new();
            scratch.write("a/icons/test/index.theme", INDEX);
            for file in files {
                scratch.write(file, "");
            }
            Self(scratch)
        }

        fn find(&self, name: &str, size: u32, scale: u32) -> Option<String> {
            let root = &self.0.0;
            let themes = Themes::load(&["test", "nothing"], &root.join("home"), &[root.join("a"), root.join("b")]);
            let path = themes.find(name, size, scale)?;
            Some(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned())
        }
    }

    #[test]
    fn the_directory_for_the_size_and_scale_is_chosen_else_the_nearest() {
        let files = ["a/icons/test/16/apps/x.png", "a/icons/test/48/apps/x.png", "a/icons/test/48@2/apps/x.png"];
        let icons = Icons::new(&files);
        let find = |size, scale| icons.find("x", size, scale).unwrap();
        assert_eq!(find(16, 1), files[0]);
        assert_eq!(find(50, 1), files[1], "a directory stands for two more and less");
        assert_eq!(find(48, 2), files[2]);
        assert_eq!(find(32, 1), files[1], "nothing fits; of those equally far the larger");
        assert_eq!(find(90, 1), files[2]);
    }

    #[test]
    fn a_drawing_is_as_good_as_its_sizes_say() {
        let icons = Icons::new(&["a/icons/test/48/apps/x.png", "a/icons/test/any/apps/x.svg"]);
        assert_eq!(icons.find("x", 256, 1).unwrap(), "a/icons/test/any/apps/x.svg");
        assert_eq!(icons.find("x", 48, 1).unwrap(), "a/icons/test/48/apps/x.png");
    }

    #[test]
    fn themes_are_spread_over_places_and_build_upon_others() {
        let icons = Icons::new(&["b/icons/test/48/apps/x.png", "a/icons/hicolor/32/apps/y.png", "b/pixmaps/z.png"]);
        icons.0.write("b/icons/hicolor/index.theme", "[Icon Theme]\nDirectories=32/apps\n[32/apps]\nSize=32\n");
        icons.0.write("home/.icons/parent/index.theme", "[Icon Theme]\nInherits=test\nDirectories=8\n[8]\nSize=8\n");
        icons.0.write("home/.icons/parent/8/w.svg", "");
        assert_eq!(icons.find("x", 48, 1).unwrap(), "b/icons/test/48/apps/x.png");
        assert_eq!(icons.find("y", 48, 1).unwrap(), "a/icons/hicolor/32/apps/y.png");
        assert_eq!(icons.find("z.png", 48, 1).unwrap(), "b/pixmaps/z.png");
        assert_eq!(icons.find("w", 48, 1).unwrap(), "home/.icons/parent/8/w.svg");
        assert_eq!(icons.find("nothing", 48, 1), None);
    }

    #[test]
    fn no_name_leads_out_of_the_themes() {
        let icons = Icons::new(&["a/icons/out/x.png", "a/icons/test/48/apps/x.png"]);
        for name in ["../x", "/etc/passwd", "", ".", "..", "a\0b", "x/../x"] {
            assert_eq!(icons.find(name, 48, 1), None, "{name:?}");
        }
        let (directories, _) = parse(INDEX);
        assert!(directories.iter().all(|directory| !directory.path.contains("..")));
    }

    #[test]
    fn odd_indexes_give_what_can_be_understood() {
        let (directories, parents) =
            parse("[Icon Theme]\nDirectories=a,b,c,,a\nInherits=\n[a]\nSize=x\n[b]\nSize=9\nScale=0\n");
        assert_eq!(directories, [Directory { path: "b".into(), sizes: Sizes::Threshold(9, 2), scale: 1 }]);
        assert!(parents.is_empty());
        assert!(parse("").0.is_empty());
        let huge = Directory { path: String::new(), sizes: Sizes::Scalable(u32::MAX, u32::MAX), scale: u32::MAX };
        assert_eq!(huge.distance(0, u32::MAX).0, u32::MAX);
    }
}
