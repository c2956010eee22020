//! The browser engines that can show a panel, and how each is started. WPE's `cog` comes first: measured as a client of
//! this desktop it takes three quarters of Chromium's memory, as long to the first picture, and draws nothing of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// WPE WebKit in its plain shell.
    Cog,
    /// Chromium as an app without a window frame.
    Chromium,
}

/// How an engine is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Its file.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// All of its environment but what connects it to a display.
    pub environment: Vec<(OsString, OsString)>,
}

impl Engine {
    /// In the order in which they are taken.
    pub const ALL: [Self; 2] = [Self::Cog, Self::Chromium];

    /// What its program is called.
    pub fn program(self) -> &'static str {
        match self {
            Self::Cog => "cog",
            Self::Chromium => "chromium",
        }
    }

    /// The first that is there, and where.
    pub fn probe(find: impl Fn(&str) -> Option<PathBuf>) -> Option<(Self, PathBuf)> {
        Self::ALL.into_iter().find_map(|engine| Some((engine, find(engine.program())?)))
    }

    /// How it shows `url` with everything it asks for going to `port` of this machine. It writes into `directory` alone.
    pub fn start(
        self,
        program: &Path,
        url: &str,
        port: u16,
        directory: &Path,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Start {
        let word = OsString::from;
        let arguments = match self {
            Self::Cog => vec![
                word("--platform=wl"),
                word("--webprocess-failure=exit"),
                word("--bg-color=#000000"),
                word("--doc-viewer"),
                format!("--proxy=http://127.0.0.1:{port}").into(),
                url.into(),
            ],
            Self::Chromium => {
                let mut words: Vec<OsString> = [
                    "--ozone-platform=wayland",
                    "--kiosk",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--no-default-browser-check",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-extensions",
                    "--disable-features=Translate,MediaRouter",
                    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
                    "--proxy-bypass-list=<-loopback>",
                ]
                .map(word)
                .into();
                if rustix::process::geteuid().is_root() {
                    // Its own sandbox refuses to work for root, and its bar that warns of that would cover the panel.
                    words.extend(["--no-sandbox", "--test-type"].map(word));
                }
                words.push(format!("--proxy-server=http://127.0.0.1:{port}").into());
                let mut profile = word("--user-data-dir=");
                profile.push(directory.join("profile"));
                words.push(profile);
                words.push(format!("--app={url}").into());
                words
            }
        };
        // No token, no socket and no bus of the session is handed on.
        let mut environment: Vec<(OsString, OsString)> = ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "USER"]
            .into_iter()
            .filter_map(|name| Some((name.into(), variable(name)?)))
            .collect();
        for (name, below) in [
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("TMPDIR", "tmp"),
        ] {
            environment.push((name.into(), directory.join(below).into()));
        }
        let fixed = [("DBUS_SESSION_BUS_ADDRESS", "disabled:"), ("NO_AT_BRIDGE", "1"), ("XDG_SESSION_TYPE", "wayland")];
        environment.extend(fixed.map(|(name, value)| (name.into(), value.into())));
        Start { program: program.to_owned(), arguments, environment }
    }

    /// The directories below its own that it wants to find.
    pub const DIRECTORIES: [&str; 5] = ["run", "cache", "data", "config", "tmp"];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lighter_one_is_taken_where_both_are() {
        let both = |name: &str| Some(PathBuf::from(format!("/bin/{name}")));
        assert_eq!(Engine::probe(both), Some((Engine::Cog, "/bin/cog".into())));
        let one = |name: &str| (name == "chromium").then(|| PathBuf::from("/bin/chromium"));
        assert_eq!(Engine::probe(one), Some((Engine::Chromium, "/bin/chromium".into())));
        assert_eq!(Engine::probe(|_| None), None);
    }

    #[test]
    fn nothing_of_the_session_is_handed_on_and_all_goes_to_one_port() {
        let variable = |name: &str| Some(OsString::from(format!("value of {name}")));
        for engine in Engine::ALL {
            let start = engine.start(Path::new("/bin/x"), "http://a.panel/", 4711, Path::new("/run/p"), variable);
            let names: Vec<_> = start.environment.iter().map(|(name, _)| name.to_string_lossy().into_owned()).collect();
            assert!(!names.iter().any(|name| name.starts_with("TOS") || name.starts_with("WAYLAND")), "{names:?}");
            let home = start.environment.iter().find(|(name, _)| name == "XDG_RUNTIME_DIR").unwrap();
            assert_eq!(home.1, "/run/p/run");
            let words: Vec<_> = start.arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            assert!(words.iter().any(|word| word.contains("127.0.0.1:4711")), "{words:?}");
        }
    }
}
