//! The fonts, and no more of them than are needed: reading every font of a system takes longer than a start may.

use std::path::{Path, PathBuf};

use cosmic_text::fontdb::{self, Family, Query, Weight};
use cosmic_text::{FontSystem, SwashCache};
use lcars_ui::scene::Face;

/// Families to use for a face, the best first. The plain ones at the end are for systems without the others.
const LABEL: [&str; 4] = ["Antonio", "Bebas Neue", "DejaVu Sans Condensed", "DejaVu Sans"];
const MONO: [&str; 2] = ["JetBrains Mono", "DejaVu Sans Mono"];

/// Files whose names begin like this, in lower case and without hyphens and spaces, are read at the start.
const FILES: [&str; 4] = ["antonio", "bebasneue", "jetbrainsmono", "dejavusans"];

/// Of the font's size, where a font does not say.
const USUAL_CAP_HEIGHT: f32 = 0.7;

/// Fonts and the glyphs that were made with them.
pub(super) struct Fonts {
    pub(super) system: FontSystem,
    pub(super) glyphs: SwashCache,
    /// Whether every font of the system was read.
    complete: bool,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("complete", &self.complete).finish_non_exhaustive()
    }
}

impl Fonts {
    /// Reads the fonts of the interface.
    pub(super) fn new() -> Self {
        let mut db = installed();
        let mut complete = false;
        if db.is_empty() {
            tracing::warn!("none of the interface's fonts are installed; reading all there are");
            db.load_system_fonts();
            complete = true;
        }
        // The locale only chooses among glyph variants; a fixed one keeps pictures the same everywhere.
        let system = FontSystem::new_with_locale_and_db(String::from("en-US"), db);
        Self { system, glyphs: SwashCache::new(), complete }
    }

    /// Reads the rest of the system's fonts, for a text that has letters the interface's do not. True the first time.
    pub(super) fn complete(&mut self) -> bool {
        if self.complete {
            return false;
        }
        self.complete = true;
        self.system.db_mut().load_system_fonts();
        true
    }

    /// The family for a face and the height of its capitals as a part of the font's size.
    pub(super) fn face(&mut self, face: Face) -> (Family<'static>, Weight, f32) {
        let (families, fallback, weight): (&[&'static str], _, _) = match face {
            Face::Label => (&LABEL, Family::SansSerif, Weight::BOLD),
            Face::Mono => (&MONO, Family::Monospace, Weight::NORMAL),
        };
        let find = |family: Family<'static>, db: &fontdb::Database| {
            let query = Query { families: &[family], weight, ..Default::default() };
            db.query(&query).map(|id| (family, id))
        };
        let db = self.system.db();
        let found = families.iter().find_map(|name| find(Family::Name(name), db)).or_else(|| find(fallback, db));
        let Some((family, id)) = found else { return (fallback, weight, USUAL_CAP_HEIGHT) };
        let font = self.system.get_font(id, weight);
        let ratio = font.map(|font| {
            let metrics = font.as_swash().metrics(&[]);
            metrics.cap_height / f32::from(metrics.units_per_em)
        });
        (family, weight, ratio.filter(|ratio| (0.3..1.5).contains(ratio)).unwrap_or(USUAL_CAP_HEIGHT))
    }
}

/// Whether a family of the interface's fonts is installed. Where one is not, another stands in.
pub fn has_font(family: &str) -> bool {
    let db = installed();
    db.faces().any(|face| face.families.iter().any(|(name, _)| name == family))
}

/// The interface's fonts, as far as they are installed.
fn installed() -> fontdb::Database {
    let mut db = fontdb::Database::new();
    for folder in folders() {
        load(&mut db, &folder, 0);
    }
    db
}

/// Where fonts are installed.
fn folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/share/fonts"), PathBuf::from("/usr/local/share/fonts")];
    if let Some(home) = std::env::var_os("HOME") {
        folders.push(Path::new(&home).join(".local/share/fonts"));
        folders.push(Path::new(&home).join(".fonts"));
    }
    folders
}

fn load(db: &mut fontdb::Database, folder: &Path, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            // A link that leads back up must not lead round for ever.
            if depth < 4 {
                load(db, &path, depth + 1);
            }
            continue;
        }
        let name = entry.file_name().to_string_lossy().to_lowercase().replace(['-', ' ', '_'], "");
        let font = name.ends_with(".ttf") || name.ends_with(".otf");
        if font && FILES.iter().any(|start| name.starts_with(start)) && db.load_font_file(&path).is_err() {
            tracing::warn!(path = %path.display(), "not a font");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_found_by_its_name() {
        // make deps installs it.
        assert!(has_font("Bebas Neue"));
        assert!(!has_font("No Such Family"));
    }

    #[test]
    fn the_size_of_a_face_follows_from_its_capitals() {
        let mut fonts = Fonts::new();
        let (family, _, ratio) = fonts.face(Face::Label);
        if family == Family::Name("Bebas Neue") {
            assert!((ratio - 0.7).abs() < 0.01, "{ratio}");
        }
    }
}
