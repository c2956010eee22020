//! The main categories of the Desktop Menu specification.

use serde::Serialize;

/// What a program is for. The order is that of the launcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Category {
    Internet,
    Office,
    Development,
    Graphics,
    SoundAndVideo,
    Games,
    Education,
    Science,
    Accessories,
    Settings,
    System,
    Other,
}

impl Category {
    /// The first of an entry's categories that is a main one. Some hold a second one that says more: a terminal is
    /// `System;TerminalEmulator`, and settings of the system are settings.
    pub fn of(categories: &[String]) -> Self {
        let has = |name: &str| categories.iter().any(|category| category == name);
        if has("Settings") {
            return Self::Settings;
        }
        categories.iter().find_map(|name| Self::main(name)).unwrap_or(Self::Other)
    }

    fn main(name: &str) -> Option<Self> {
        Some(match name {
            "Network" => Self::Internet,
            "Office" => Self::Office,
            "Development" => Self::Development,
            "Graphics" => Self::Graphics,
            "AudioVideo" | "Audio" | "Video" => Self::SoundAndVideo,
            "Game" => Self::Games,
            "Education" => Self::Education,
            "Science" => Self::Science,
            "Utility" => Self::Accessories,
            "System" => Self::System,
            _ => return None,
        })
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Internet => "Internet",
            Self::Office => "Office",
            Self::Development => "Development",
            Self::Graphics => "Graphics",
            Self::SoundAndVideo => "Sound and video",
            Self::Games => "Games",
            Self::Education => "Education",
            Self::Science => "Science",
            Self::Accessories => "Accessories",
            Self::Settings => "Settings",
            Self::System => "System",
            Self::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_main_category_counts() {
        let of = |names: &[&str]| Category::of(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of(&["GNOME", "GTK", "Network", "System"]), Category::Internet);
        assert_eq!(of(&["System", "TerminalEmulator"]), Category::System);
        assert_eq!(of(&["System", "Settings"]), Category::Settings);
        assert_eq!(of(&["X-Own"]), Category::Other);
        assert_eq!(of(&[]), Category::Other);
    }
}
