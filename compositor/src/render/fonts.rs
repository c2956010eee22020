//! The fonts, and no more of them than are needed: reading every font of a system takes longer than a start may.

use std::path::{Path, PathBuf};

use cosmic_text::fontdb::{self, Family, Query, Weight};
use cosmic_text::{Attrs, Buffer, FamilyOwned, FontSystem, Metrics, Shaping, SwashCache};
use lcars_ui::scene::Face;

/// Families for a face where the theme's are not installed, the best first.
const LABEL: [&str; 4] = ["Antonio", "Bebas Neue", "DejaVu Sans Condensed", "DejaVu Sans"];
const MONO: [&str; 2] = ["JetBrains Mono", "DejaVu Sans Mono"];

/// Of the font's size, where a font does not say.
const USUAL_CAP_HEIGHT: f32 = 0.7;

/// No theme needs more families than this for a face.
const MOST_FAMILIES: usize = 16;

/// Which families the interface is set in, the best first. What is not installed is passed over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Families {
    /// Condensed capitals.
    pub label: Vec<String>,
    /// Monospaced.
    pub mono: Vec<String>,
}

/// How a face is set.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub family: FamilyOwned,
    pub weight: Weight,
    /// The height of capitals as a part of the font's size.
    pub cap_ratio: f32,
}

/// What of a font's lengths a grid of letters needs, in parts of its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Proportions {
    /// From one letter to the next.
    pub advance: f32,
    /// What is above the baseline.
    pub ascent: f32,
    /// What is below.
    pub descent: f32,
    /// From the baseline down to the middle of a line below letters.
    pub underline: f32,
    /// The height of small letters.
    pub x_height: f32,
}

impl Default for Proportions {
    /// Those of a usual monospaced font.
    fn default() -> Self {
        Self { advance: 0.6, ascent: 0.93, descent: 0.24, underline: 0.1, x_height: 0.54 }
    }
}

impl Proportions {
    /// What a font says of itself, where that makes sense.
    fn or_usual(self) -> Self {
        let usual = Self::default();
        let sane = |said: f32, usual: f32, least: f32, most: f32| {
            if said.is_finite() && (least..=most).contains(&said) { said } else { usual }
        };
        Self {
            advance: sane(self.advance, usual.advance, 0.3, 1.5),
            ascent: sane(self.ascent, usual.ascent, 0.5, 2.0),
            descent: sane(self.descent, usual.descent, 0.05, 1.0),
            underline: sane(self.underline, usual.underline, 0.02, 0.4),
            x_height: sane(self.x_height, usual.x_height, 0.2, 1.0),
        }
    }
}

/// Fonts and the glyphs that were made with them.
pub(super) struct Fonts {
    pub(super) system: FontSystem,
    pub(super) glyphs: SwashCache,
    /// Whether every font of the system was read.
    complete: bool,
    label: Style,
    mono: Style,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("complete", &self.complete).finish_non_exhaustive()
    }
}

impl Fonts {
    /// Reads the fonts of the interface.
    pub(super) fn new(families: &Families) -> Self {
        let names = |wanted: &[String], usual: &[&str]| -> Vec<String> {
            let wanted = wanted.iter().take(MOST_FAMILIES).cloned();
            wanted.chain(usual.iter().map(|name| String::from(*name))).collect()
        };
        let (label, mono) = (names(&families.label, &LABEL), names(&families.mono, &MONO));
        let mut db = installed(&[label.as_slice(), &mono].concat());
        let mut complete = false;
        if db.is_empty() {
            tracing::warn!("none of the interface's fonts are installed; reading all there are");
            db.load_system_fonts();
            complete = true;
        }
        // The locale only chooses among glyph variants; a fixed one keeps pictures the same everywhere.
        let mut system = FontSystem::new_with_locale_and_db(String::from("en-US"), db);
        let label = style(&mut system, &label, Family::SansSerif, Weight::BOLD);
        let mono = style(&mut system, &mono, Family::Monospace, Weight::NORMAL);
        Self { system, glyphs: SwashCache::new(), complete, label, mono }
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

    /// The family that has pictures in colour, if one is installed.
    pub(super) fn emoji(&mut self) -> Option<FamilyOwned> {
        self.complete();
        let names = || self.system.db().faces().flat_map(|face| &face.families).map(|(name, _)| name);
        // Some are drawn in lines only.
        let found =
            names().find(|name| name.contains("Color Emoji")).or_else(|| names().find(|name| name.contains("Emoji")));
        found.map(|name| FamilyOwned::new(Family::Name(name)))
    }

    /// The lengths of the font that a face is set in.
    pub(super) fn proportions(&mut self, face: Face) -> Proportions {
        let style = self.style(face);
        let query = Query { families: &[style.family.as_family()], weight: style.weight, ..Default::default() };
        let font = self.system.db().query(&query).and_then(|id| self.system.get_font(id, style.weight));
        let Some(font) = font else { return Proportions::default() };
        let font = font.as_swash();
        let (metrics, glyphs) = (font.metrics(&[]), font.glyph_metrics(&[]));
        let em = f32::from(metrics.units_per_em);
        let said = Proportions {
            advance: glyphs.advance_width(font.charmap().map('0')) / em,
            ascent: metrics.ascent / em,
            descent: metrics.descent.abs() / em,
            underline: -metrics.underline_offset / em,
            x_height: metrics.x_height / em,
        };
        said.or_usual()
    }

    /// How a face is set.
    pub(super) fn style(&self, face: Face) -> Style {
        match face {
            Face::Label => self.label.clone(),
            Face::Mono => self.mono.clone(),
        }
    }
}

/// The first of the families that is installed.
fn style(system: &mut FontSystem, families: &[String], fallback: Family<'static>, weight: Weight) -> Style {
    let find = |family: Family| {
        let query = Query { families: &[family], weight, ..Default::default() };
        system.db().query(&query).map(|id| (FamilyOwned::new(family), id))
    };
    let found = families.iter().find_map(|name| find(Family::Name(name))).or_else(|| find(fallback));
    let Some((family, id)) = found else {
        return Style { family: FamilyOwned::new(fallback), weight, cap_ratio: USUAL_CAP_HEIGHT };
    };
    let ratio = system.get_font(id, weight).map(|font| {
        let metrics = font.as_swash().metrics(&[]);
        metrics.cap_height / f32::from(metrics.units_per_em)
    });
    let sane = |ratio: &f32| (0.3..1.5).contains(ratio);
    let ratio = ratio.filter(sane).or_else(|| measured_cap(system, &family, weight).filter(sane));
    Style { family, weight, cap_ratio: ratio.unwrap_or(USUAL_CAP_HEIGHT) }
}

/// How high a capital is drawn, as a part of the font's size: older fonts do not say it.
fn measured_cap(system: &mut FontSystem, family: &FamilyOwned, weight: Weight) -> Option<f32> {
    const SIZE: f32 = 1000.0;
    let attrs = Attrs::new().family(family.as_family()).weight(weight);
    let mut buffer = Buffer::new(system, Metrics::new(SIZE, SIZE));
    buffer.borrow_with(system).set_text("H", &attrs, Shaping::Basic, None);
    buffer.borrow_with(system).shape_until_scroll(false);
    let glyph = buffer.layout_runs().next()?.glyphs.first()?.physical((0.0, 0.0), 1.0);
    let image = SwashCache::new().get_image_uncached(system, glyph.cache_key)?;
    Some(image.placement.top as f32 / SIZE)
}

/// Whether a family is installed. Where one is not, another stands in.
pub fn has_font(family: &str) -> bool {
    let db = installed(&[String::from(family)]);
    db.faces().any(|face| face.families.iter().any(|(name, _)| name == family))
}

/// Fonts of these families, as far as they are installed: those in files named like them.
fn installed(families: &[String]) -> fontdb::Database {
    let mut db = fontdb::Database::new();
    let starts: Vec<_> = families.iter().map(|family| plain(family)).filter(|start| !start.is_empty()).collect();
    for folder in folders() {
        load(&mut db, &folder, &starts, 0);
    }
    db
}

/// As it would stand in the name of a file: lower case, without hyphens and spaces.
fn plain(name: &str) -> String {
    name.to_lowercase().replace(['-', ' ', '_'], "")
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

fn load(db: &mut fontdb::Database, folder: &Path, starts: &[String], depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            // A link that leads back up must not lead round for ever.
            if depth < 4 {
                load(db, &path, starts, depth + 1);
            }
            continue;
        }
        let name = plain(&entry.file_name().to_string_lossy());
        let font = name.ends_with(".ttf") || name.ends_with(".otf");
        if font && starts.iter().any(|start| name.starts_with(start.as_str())) && db.load_font_file(&path).is_err() {
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
        let style = Fonts::new(&Families::default()).style(Face::Label);
        if style.family == FamilyOwned::new(Family::Name("Bebas Neue")) {
            assert!((style.cap_ratio - 0.7).abs() < 0.01, "{}", style.cap_ratio);
        }
    }

    #[test]
    fn the_capitals_of_a_font_that_does_not_say_are_measured() {
        let wanted = vec![String::from("DejaVu Sans Mono")];
        let style = Fonts::new(&Families { label: Vec::new(), mono: wanted }).style(Face::Mono);
        // It is older than the field that says so. The prompt's cells are made for this: letters that are larger would lie
        // below its cursor.
        assert!((style.cap_ratio - 0.729).abs() < 0.002, "{}", style.cap_ratio);
    }

    #[test]
    fn a_font_that_says_nonsense_is_not_believed() {
        let wild =
            Proportions { advance: 0.0, ascent: f32::NAN, descent: -3.0, underline: 1e9, x_height: f32::INFINITY };
        assert_eq!(wild.or_usual(), Proportions::default());
    }

    #[test]
    fn a_font_says_how_wide_its_letters_are() {
        let wanted = vec![String::from("DejaVu Sans Mono")];
        let parts = Fonts::new(&Families { label: Vec::new(), mono: wanted }).proportions(Face::Mono);
        assert!((parts.advance - 0.602).abs() < 0.001, "{parts:?}");
        assert!((parts.ascent + parts.descent - 1.164).abs() < 0.01, "{parts:?}");
    }

    #[test]
    fn the_theme_s_families_come_first_and_missing_ones_are_passed_over() {
        let wanted = ["No Such Family", "DejaVu Sans Mono"].map(String::from).to_vec();
        let fonts = Fonts::new(&Families { label: wanted, mono: Vec::new() });
        assert_eq!(fonts.style(Face::Label).family, FamilyOwned::new(Family::Name("DejaVu Sans Mono")));
    }
}
