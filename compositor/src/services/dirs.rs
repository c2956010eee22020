//! Where a user's files are, after the XDG Base Directory specification.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// More directories than this in one variable are not looked at.
const MOST_DIRS: usize = 32;

/// The base directories of one user. All of them are absolute; none need exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// `$HOME`.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME`: what the user wrote.
    pub config_home: PathBuf,
    /// `$XDG_CONFIG_DIRS`: what the machine's owner wrote, the most important first.
    pub config: Vec<PathBuf>,
    /// `$XDG_STATE_HOME`: what we remember between sessions.
    pub state_home: PathBuf,
    /// `$XDG_DATA_HOME`, then `$XDG_DATA_DIRS`, the most important first.
    pub data: Vec<PathBuf>,
    /// `$PATH`: where programs are.
    pub programs: Vec<PathBuf>,
}

impl Dirs {
    /// As the environment of this process says.
    pub fn from_env() -> Self {
        Self::new(|name| env::var_os(name))
    }

    /// As `variable` says. Relative paths do not count, as the specification has it.
    pub fn new(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME").unwrap_or_else(|| PathBuf::from("/"));
        let config_home = absolute("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let state_home = absolute("XDG_STATE_HOME").unwrap_or_else(|| home.join(".local/state"));
        let mut data = vec![absolute("XDG_DATA_HOME").unwrap_or_else(|| home.join(".local/share"))];
        let dirs = variable("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
        let dirs = dirs.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
        for dir in env::split_paths(&dirs).filter(|dir| dir.is_absolute()).take(MOST_DIRS) {
            if !data.contains(&dir) {
                data.push(dir);
            }
        }
        let path = variable("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
        let programs = env::split_paths(&path).filter(|dir| dir.is_absolute()).take(MOST_DIRS).collect();
        let config = variable("XDG_CONFIG_DIRS").filter(|dirs| !dirs.is_empty()).unwrap_or_else(|| "/etc/xdg".into());
        let config = env::split_paths(&config).filter(|dir| dir.is_absolute()).take(MOST_DIRS).collect();
        Self { home, config_home, config, state_home, data, programs }
    }

    /// The user's settings.
    pub fn config_file(&self) -> PathBuf {
        self.config_home.join("tos/config.toml")
    }

    /// The user's changes to the theme.
    pub fn theme_file(&self) -> PathBuf {
        self.config_home.join("tos/theme.css")
    }

    /// What staged commands may do, where the user has other ideas than the shipped policy.
    pub fn policy_file(&self) -> PathBuf {
        self.config_home.join("tos/policy.toml")
    }

    /// What became of staged commands.
    pub fn audit_file(&self) -> PathBuf {
        self.state_home.join("tos/audit.jsonl")
    }

    /// What was started lately.
    pub fn recent_file(&self) -> PathBuf {
        self.state_home.join("tos/recent.json")
    }

    /// Where a program is that can be started by that name or path. Touches the disk.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let executable = |path: &PathBuf| {
            let metadata = fs::metadata(path);
            metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
        };
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(executable);
        }
        self.programs.iter().map(|dir| dir.join(name)).find(executable)
    }

    /// Whether `path` lies below one of the data directories, by its name alone.
    pub fn in_data(&self, path: &Path) -> bool {
        self.data.iter().any(|dir| path.starts_with(dir))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dirs(variables: &[(&str, &str)]) -> Dirs {
        Dirs::new(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn without_variables_the_places_are_those_of_the_specification() {
        let dirs = dirs(&[("HOME", "/home/ada")]);
        assert_eq!(dirs.config_file(), Path::new("/home/ada/.config/tos/config.toml"));
        assert_eq!(dirs.recent_file(), Path::new("/home/ada/.local/state/tos/recent.json"));
        assert_eq!(dirs.data, ["/home/ada/.local/share", "/usr/local/share", "/usr/share"].map(PathBuf::from));
    }

    #[test]
    fn relative_paths_are_not_believed_and_none_is_looked_at_twice() {
        let dirs = dirs(&[
            ("HOME", "/home/ada"),
            ("XDG_CONFIG_HOME", "elsewhere"),
            ("XDG_DATA_HOME", "/a"),
            ("XDG_DATA_DIRS", "/b:relative:/a:/c"),
        ]);
        assert_eq!(dirs.config_home, Path::new("/home/ada/.config"));
        assert_eq!(dirs.data, ["/a", "/b", "/c"].map(PathBuf::from));
        assert!(dirs.in_data(Path::new("/b/icons/x.png")) && !dirs.in_data(Path::new("/etc/x.png")));
    }

    #[test]
    fn a_program_is_what_can_be_run() {
        let dirs = dirs(&[("PATH", "/nonexistent:bin:/bin:/usr/bin")]);
        assert!(dirs.program("sh").is_some_and(|path| path.ends_with("bin/sh")));
        assert_eq!(dirs.program("/bin/sh"), Some("/bin/sh".into()));
        assert_eq!(dirs.program("/etc/passwd"), None, "nobody may run it");
        assert_eq!(dirs.program("no such program"), None);
        assert_eq!(dirs.program(""), None, "a directory is no program");
    }
}
