//! `org.freedesktop.impl.portal.Settings`: what programs ask `xdg-desktop-portal` about how the desktop looks.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use zbus::object_server::SignalEmitter;
use zbus::wire::{OwnedVariant, Variant};
use zbus::{fdo, interface};

use crate::Toolkit;

/// Where Debian's portals say what they are.
const SYSTEM_PORTALS: &str = "/usr/share/xdg-desktop-portal/portals";
/// What the desktop does for `xdg-desktop-portal`.
const INTERFACES: [&str; 8] =
    ["Access", "Account", "AppChooser", "FileChooser", "Inhibit", "Notification", "Screenshot", "Settings"];
/// The one namespace that all desktops share.
const NAMESPACE: &str = "org.freedesktop.appearance";
const KEYS: [&str; 3] = ["color-scheme", "contrast", "accent-color"];

/// How the desktop looks, as far as programs may follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Appearance {
    /// Dark pictures are wanted.
    pub dark: bool,
    /// More contrast is wanted.
    pub contrast: bool,
    /// Red, green, blue; 0 to 1 each.
    pub accent: [f64; 3],
}

impl Appearance {
    /// The value of one of the namespace's keys.
    fn value(&self, key: &str) -> Option<Variant<'static>> {
        let [red, green, blue] = self.accent;
        match key {
            "color-scheme" => Some(Variant::new(u32::from(self.dark))),
            "contrast" => Some(Variant::new(u32::from(self.contrast))),
            "accent-color" => Some(Variant::new((red, green, blue))),
            _ => None,
        }
    }
}

/// The object on the bus.
pub(crate) struct Settings {
    pub(crate) appearance: Appearance,
    pub(crate) toolkit: Toolkit,
}

impl Settings {
    pub(crate) const PATH: &'static str = "/org/freedesktop/portal/desktop";
    pub(crate) const NAME: &'static str = "org.freedesktop.impl.portal.desktop.tos";

    /// Tells programs what is other than it was.
    pub(crate) async fn tell(emitter: &SignalEmitter<'_>, old: Appearance, new: Appearance) -> zbus::Result<()> {
        for key in KEYS {
            if let Some(value) = new.value(key).filter(|value| old.value(key).as_ref() != Some(value)) {
                Self::setting_changed(emitter, NAMESPACE, key, value).await?;
            }
        }
        if old.dark != new.dark
            && let Some(value) = Toolkit::default().value(new.dark, Toolkit::SCHEME)
        {
            Self::setting_changed(emitter, Toolkit::NAMESPACE, Toolkit::SCHEME, value).await?;
        }
        Ok(())
    }

    /// The value of a key of a namespace, if there is one.
    fn value(&self, namespace: &str, key: &str) -> Option<Variant<'static>> {
        match namespace {
            NAMESPACE => self.appearance.value(key),
            Toolkit::NAMESPACE => self.toolkit.value(self.appearance.dark, key),
            _ => None,
        }
    }
}

#[interface(name = "org.freedesktop.impl.portal.Settings")]
impl Settings {
    /// All values of the namespaces that are asked for: by name, by a beginning with `*`, or all if none is named.
    fn read_all(&self, namespaces: Vec<String>) -> HashMap<&'static str, HashMap<&'static str, OwnedVariant>> {
        let wanted = |namespace| namespaces.is_empty() || namespaces.iter().any(|asked| asks_for(asked, namespace));
        let all = [(NAMESPACE, &KEYS[..]), (Toolkit::NAMESPACE, &Toolkit::KEYS[..])];
        let values = |(namespace, keys): (&'static str, &[&'static str])| {
            let owned = |key: &&'static str| Some((*key, self.value(namespace, key)?.try_to_owned().ok()?));
            (namespace, keys.iter().filter_map(owned).collect())
        };
        all.into_iter().filter(|(namespace, _)| wanted(namespace)).map(values).collect()
    }

    /// One value.
    fn read(&self, namespace: &str, key: &str) -> fdo::Result<OwnedVariant> {
        let value = self.value(namespace, key);
        let value = value.ok_or_else(|| fdo::Error::UnknownProperty("there is no such setting".into()))?;
        value.try_to_owned().map_err(|error| fdo::Error::Failed(error.to_string()))
    }

    /// A value is another.
    #[zbus(signal)]
    async fn setting_changed(
        emitter: &SignalEmitter<'_>,
        namespace: &str,
        key: &str,
        value: Variant<'_>,
    ) -> zbus::Result<()>;

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }
}

fn asks_for(asked: &str, namespace: &str) -> bool {
    match asked.strip_suffix('*') {
        Some(beginning) => namespace.starts_with(beginning),
        None => asked == namespace || asked.is_empty(),
    }
}

/// What programs' portals are written to; gone when dropped.
#[derive(Debug)]
pub struct Portals(PathBuf);

impl Drop for Portals {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "the list of portals stays behind");
        }
    }
}

/// Writes into a directory of the session what `xdg-desktop-portal` reads as `XDG_DESKTOP_PORTAL_DIR`: our own portal
/// beside those that are installed. The package needs to know nothing of us.
///
/// # Errors
/// If the directory cannot be written to.
pub fn write_portals(directory: &Path) -> io::Result<Portals> {
    std::fs::create_dir_all(directory)?;
    for entry in std::fs::read_dir(SYSTEM_PORTALS).into_iter().flatten().flatten() {
        match symlink(entry.path(), directory.join(entry.file_name())) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    let own = INTERFACES.map(|name| format!("org.freedesktop.impl.portal.{name}")).join(";");
    let text = format!("[portal]\nDBusName={}\nInterfaces={own};\nUseIn=TOS;\n", Settings::NAME);
    std::fs::write(directory.join("tos.portal"), text)?;
    // Newer portals than Debian's go by this, and not by `UseIn`.
    std::fs::write(directory.join("tos-portals.conf"), "[preferred]\ndefault=tos;*\n")?;
    Ok(Portals(directory.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOKS: Appearance = Appearance { dark: true, contrast: false, accent: [1.0, 0.6, 0.2] };

    #[test]
    fn namespaces_are_asked_for_by_name_or_beginning() {
        let toolkit = Toolkit { cursor_theme: "Zebra".into(), ..Toolkit::default() };
        let settings = Settings { appearance: LOOKS, toolkit };
        for asked in [vec![], vec![""], vec!["org.freedesktop.*"], vec!["org.gnome.x", NAMESPACE]] {
            let answer = settings.read_all(asked.iter().map(ToString::to_string).collect());
            assert_eq!(answer[NAMESPACE].len(), KEYS.len(), "{asked:?}");
        }
        assert!(settings.read_all(vec!["org.gnome.desktop".into()]).is_empty());
        let all = settings.read_all(vec!["org.gnome.*".into()]);
        assert_eq!(all.keys().collect::<Vec<_>>(), [&Toolkit::NAMESPACE]);
        assert_eq!(all[Toolkit::NAMESPACE].len(), Toolkit::KEYS.len());
        assert_eq!(*settings.read(Toolkit::NAMESPACE, "cursor-theme").unwrap(), Variant::from("Zebra"));
        assert_eq!(*settings.read(Toolkit::NAMESPACE, "color-scheme").unwrap(), Variant::from("prefer-dark"));
        assert!(settings.read("org.gnome.desktop", "color-scheme").is_err());
        assert!(settings.read(NAMESPACE, "color").is_err());
    }

    #[test]
    fn our_portal_is_beside_those_that_are_installed() {
        let folder = tempfile::tempdir().unwrap();
        let portals = folder.path().join("portals");
        // What a killed session left behind is written over.
        std::mem::forget(write_portals(&portals).unwrap());
        let written = write_portals(&portals).unwrap();
        let text = std::fs::read_to_string(portals.join("tos.portal")).unwrap();
        assert!(text.contains("UseIn=TOS;") && text.contains(Settings::NAME), "{text}");
        drop(written);
        assert!(!portals.exists());
    }
}
