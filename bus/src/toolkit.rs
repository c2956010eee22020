//! What toolkits ask a desktop by the names that GNOME gave it: the pointer, letters, icons.

use zbus::wire::Variant;

/// Programs draw as these say, where they ask at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolkit {
    /// The theme of pointers that programs draw themselves; empty where none is installed.
    pub cursor_theme: String,
    /// The side of a pointer, in logical pixels.
    pub cursor_size: i32,
    /// The theme of icons.
    pub icon_theme: String,
    /// The family and size of letters, as fontconfig and Pango name them.
    pub font: String,
    /// That of letters which are all equally wide.
    pub monospace: String,
}

impl Default for Toolkit {
    /// What fontconfig makes of the plain names has emoji and the letters of East Asia to fall back on.
    fn default() -> Self {
        let [cursor_theme, icon_theme, font, monospace] = ["", "Adwaita", "Sans 11", "Monospace 11"].map(String::from);
        Self { cursor_theme, cursor_size: 24, icon_theme, font, monospace }
    }
}

impl Toolkit {
    pub(crate) const NAMESPACE: &'static str = "org.gnome.desktop.interface";
    /// The one that follows the appearance.
    pub(crate) const SCHEME: &'static str = "color-scheme";
    pub(crate) const KEYS: [&'static str; 8] = [
        Self::SCHEME,
        "cursor-size",
        "cursor-theme",
        "document-font-name",
        "font-name",
        "icon-theme",
        "monospace-font-name",
        "text-scaling-factor",
    ];

    /// The value of one of the keys.
    pub(crate) fn value(&self, dark: bool, key: &str) -> Option<Variant<'static>> {
        let text = |text: &str| (!text.is_empty()).then(|| Variant::new(text.to_owned()));
        match key {
            Self::SCHEME => text(if dark { "prefer-dark" } else { "default" }),
            "cursor-size" => Some(Variant::new(self.cursor_size)),
            "cursor-theme" => text(&self.cursor_theme),
            "document-font-name" | "font-name" => text(&self.font),
            "icon-theme" => text(&self.icon_theme),
            "monospace-font-name" => text(&self.monospace),
            // How fine a screen is, programs are told by its scale.
            "text-scaling-factor" => Some(Variant::new(1.0_f64)),
            _ => None,
        }
    }
}
