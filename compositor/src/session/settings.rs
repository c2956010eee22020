//! The user's files: settings and theme, put into force when the session starts and whenever they are saved.
//!
//! A file with a mistake changes nothing: it is told on the screen with file and line, and the last good one stays.

use std::path::Path;

use lcars_ui::camera::{Motion, Timing};
use lcars_ui::hierarchy::Desktop;
use lcars_ui::interface::AlertLevel;
use lcars_ui::theme::Theme;
use lcars_ui::view::Binding;
use smithay::input::keyboard::xkb;
use streamer::FileRules;

use crate::render::Families;
use crate::services::config::{Config, Known, When};
use crate::services::files;
use crate::services::watch::Watch;
use crate::state::State;

/// Longest style sheet that is read.
const MOST_CSS: u64 = 256 << 10;

/// The keysym of a name, as XKB has it.
fn keysym(name: &str) -> Option<u32> {
    let exact = xkb::keysym_from_name(name, xkb::KEYSYM_NO_FLAGS).raw();
    let keysym = if exact == 0 { xkb::keysym_from_name(name, xkb::KEYSYM_CASE_INSENSITIVE).raw() } else { exact };
    (keysym != 0).then_some(keysym)
}

/// What holds where the user says nothing.
pub fn standard() -> Config {
    Config::standard(Known { keysyms: keysym, themes: &Theme::names() })
}

/// What pictures may take on the device: thumbnails, and windows that nobody looks at.
pub fn texture_bytes(settings: &Config) -> usize {
    usize::try_from(settings.interface.texture_memory_mb).unwrap_or(usize::MAX).saturating_mul(1 << 20)
}

/// The settings in a file.
///
/// # Errors
/// What is wrong with it, a line for each mistake.
pub fn load(file: &Path) -> Result<Config, Vec<String>> {
    let known = Known { keysyms: keysym, themes: &Theme::names() };
    Config::load(file, known).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// A theme with the user's changes to it, if there are any.
///
/// # Errors
/// What is wrong with them, a line for each mistake.
fn load_theme(name: &str, file: &Path) -> Result<Theme, Vec<String>> {
    let theme = Theme::builtin(name).unwrap_or_default();
    let bytes = match files::read_bounded(file, MOST_CSS) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(theme),
        Err(error) => return Err(vec![format!("{}: {error}", file.display())]),
    };
    let changed = theme.with_overrides(&String::from_utf8_lossy(&bytes));
    changed.map_err(|errors| {
        errors.iter().map(|error| format!("{}:{}: {}", file.display(), error.line, error.problem)).collect()
    })
}

impl State {
    /// Reads both files again and puts them into force.
    pub(crate) fn read_settings(&mut self) {
        let Some(session) = &self.session else { return };
        let (config, theme) = (session.dirs.config_file(), session.dirs.theme_file());
        match load(&config) {
            Ok(config) => self.take_settings(config),
            Err(mistakes) => self.tell_mistakes(&mistakes),
        }
        self.apply_motion();
        match load_theme(&self.theme_name(), &theme) {
            Ok(theme) => self.take_theme(theme),
            Err(mistakes) => self.tell_mistakes(&mistakes),
        }
        self.shell.outdated = true;
    }

    /// Begins with the sectors of the settings. What was remembered takes their place.
    pub(crate) fn found_sectors(&mut self) {
        let sectors: Vec<_> = self.settings.sectors.iter().map(|sector| (sector.name.clone(), sector.colour)).collect();
        let area = self.shell.desktop.focused_output().area;
        match Desktop::new(&sectors, area) {
            Ok(mut desktop) => {
                desktop.open_hubs_with(self.settings.interface.hub);
                self.screens.first_mut().id = desktop.focused_output().id;
                self.input_from = self.screens.first().id;
                self.pointer_on = self.input_from;
                self.shell.begin_with(desktop);
                self.apply_motion();
                self.apply_timing();
            }
            Err(refused) => self.tell_user(AlertLevel::Danger, &format!("the sectors of the settings: {refused}")),
        }
    }

    fn take_settings(&mut self, config: Config) {
        let listed = config.bindings.all().iter().map(|binding| Binding {
            chord: binding.keys.clone(),
            label: binding.label.clone(),
            context: match binding.when {
                When::Everywhere => "Everywhere".to_owned(),
                When::Interface => "Outside of windows".to_owned(),
                When::Terminal => "In a terminal".to_owned(),
            },
        });
        self.shell.bindings = listed.collect();
        self.shell.desktop.open_hubs_with(config.interface.hub);
        self.settings = config;
        self.recolour_terminals();
        self.apply_file_rules();
    }

    /// Tells the streamer which files it may take.
    pub(crate) fn apply_file_rules(&self) {
        let (Some(session), Some(remote)) = (&self.session, &self.remote) else { return };
        let files = &self.settings.files;
        let most = u64::from(files.upload_limit_mb) << 20;
        let rules = FileRules { folder: files.folder(&session.dirs.home), most };
        remote.streamer().set_file_rules((most > 0).then_some(rules));
    }

    /// Reads both files again whenever one of them is saved.
    pub(crate) fn watch_settings(&mut self) {
        let Some(session) = &self.session else { return };
        let files = [session.dirs.config_file(), session.dirs.theme_file()];
        let watched = Watch::new(&files).map_err(anyhow::Error::from).and_then(|watch| {
            let inserted = self.handle.insert_source(watch, |_, (), state| {
                state.read_settings();
                state.screens.damage();
            });
            inserted.map_err(|error| error.error.into())
        });
        if let Err(error) = watched {
            self.tell_user(AlertLevel::Caution, &format!("changed settings will not be noticed: {error}"));
        }
    }

    /// The theme that was chosen: on the screen, else in the settings.
    pub(crate) fn theme_name(&self) -> String {
        self.preferences.theme.clone().unwrap_or_else(|| self.settings.interface.theme.clone())
    }

    /// The scale of the interface that was chosen.
    pub(crate) fn ui_scale(&self) -> f64 {
        self.preferences.scale.unwrap_or(self.settings.interface.scale)
    }

    fn take_theme(&mut self, theme: Theme) {
        let chosen = |own: &Option<String>, theirs: &[String]| own.iter().chain(theirs).cloned().collect();
        let settings = &self.settings.interface;
        let families = Families {
            label: chosen(&settings.label_font, &theme.font),
            mono: chosen(&settings.mono_font, &theme.font_mono),
        };
        // All screens share their letters.
        if self.screens.first().painter.letters().set_families(families) {
            self.screens.damage();
        }
        self.screens.iter_mut().for_each(|screen| screen.interface.follow(&theme));
        self.theme = theme;
        self.recolour_terminals();
        self.apply_timing();
        self.tell_appearance();
        self.tell_panels_the_look();
        self.shell.outdated = true;
    }

    /// Lets cameras take the time that the theme gives them.
    fn apply_timing(&mut self) {
        let timing = &self.theme.timing;
        let (zoom_in, zoom_out, fade) = (timing.zoom_in, timing.zoom_out, timing.crossfade);
        self.shell.desktop.set_timing(Timing { zoom_in, zoom_out, fade });
    }

    /// Chooses a theme by its name.
    ///
    /// # Errors
    /// If there is none of that name, or the user's changes do not fit it.
    pub(crate) fn choose_theme(&mut self, name: &str) -> Result<(), String> {
        if !Theme::names().contains(&name) {
            return Err(format!("there is no theme {name:?}"));
        }
        let file = self.session.as_ref().map(|session| session.dirs.theme_file());
        let theme = match &file {
            Some(file) => load_theme(name, file).map_err(|mistakes| mistakes.join("; "))?,
            None => Theme::builtin(name).unwrap_or_default(),
        };
        self.preferences.theme = Some(name.to_owned());
        self.take_theme(theme);
        Ok(())
    }

    /// Puts full or reduced motion into force: as chosen on the screen, asked for by a page, or set in the file.
    pub(crate) fn apply_motion(&mut self) {
        let reduced =
            self.preferences.reduced_motion.unwrap_or(self.settings.interface.reduced_motion || self.page_reduces);
        let motion = if reduced { Motion::Reduced } else { Motion::Full };
        if motion != self.shell.desktop.motion() {
            self.shell.desktop.set_motion(motion);
            self.tell_panels_the_look();
            self.shell.outdated = true;
        }
    }

    pub(crate) fn tell_mistakes(&mut self, mistakes: &[String]) {
        for mistake in mistakes.iter().take(4) {
            tracing::warn!("{mistake}");
            self.tell_user(AlertLevel::Danger, mistake);
        }
        if mistakes.len() > 4 {
            self.tell_user(AlertLevel::Danger, &format!("and {} more mistakes", mistakes.len() - 4));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_binding_names_keys_that_exist() {
        assert!(standard().bindings.all().len() > 40);
    }

    #[test]
    fn a_mistake_is_told_with_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "[bindings]\n\"Super+Up\" = \"zoom_sideways\"\n").unwrap();
        let mistakes = load(&file).unwrap_err();
        assert!(mistakes[0].contains("config.toml:2"), "{mistakes:?}");
    }
}
