//! What to run for a shell that speaks the Shell API.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::files::ModuleFiles;
use crate::api::Nonce;

/// Shells that have a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Fish 3.6 or later.
    Fish,
    /// Zsh 5.8 or later.
    Zsh,
    /// Bash 4.4 or later.
    Bash,
    /// Any other: it runs without a module.
    Other,
}

impl Kind {
    /// By the name of the program.
    pub fn of(shell: &Path) -> Self {
        match shell.file_name().and_then(|name| name.to_str()) {
            Some("fish") => Self::Fish,
            Some("zsh") => Self::Zsh,
            Some("bash") => Self::Bash,
            _ => Self::Other,
        }
    }
}

/// A shell that is to be started.
#[derive(Clone)]
pub struct ShellCommand {
    /// The program and its arguments.
    pub argv: Vec<OsString>,
    /// Added to the environment of this process. The nonce is among it.
    pub env: Vec<(OsString, OsString)>,
    /// Where it starts.
    pub directory: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// Without the environment: the nonce is for the shell alone.
impl std::fmt::Debug for ShellCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { argv, env: _, directory, kind } = self;
        f.debug_struct("ShellCommand")
            .field("argv", argv)
            .field("directory", directory)
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

/// An interactive `shell` in `directory` that has the module of its kind, if there is one, and was told `nonce`.
///
/// Nothing of the user's is touched, and what the user has configured runs before the module. `ZDOTDIR` of this process
/// is handed on to Zsh.
pub fn prepare(shell: &Path, nonce: &Nonce, files: &ModuleFiles, directory: PathBuf) -> ShellCommand {
    let kind = Kind::of(shell);
    let mut argv = vec![shell.as_os_str().to_owned()];
    let mut env: Vec<(OsString, OsString)> =
        vec![("TERM".into(), "xterm-256color".into()), ("COLORTERM".into(), "truecolor".into())];
    match kind {
        Kind::Fish => {
            let mut source = OsString::from("source ");
            source.push(files.fish_quoted());
            // Fish 4 marks its prompts itself, without the nonce. Fish 3 does not know this feature and passes over it.
            argv.extend(["--features".into(), "no-mark-prompt".into(), "--init-command".into(), source]);
        }
        Kind::Zsh => {
            if let Some(user) = std::env::var_os("ZDOTDIR") {
                env.push(("TOS_ZDOTDIR".into(), user));
            }
            env.push(("ZDOTDIR".into(), files.zsh().into()));
        }
        Kind::Bash => argv.extend(["--rcfile".into(), files.bash().into()]),
        Kind::Other => {}
    }
    if kind != Kind::Other {
        env.push(("TOS_NONCE".into(), nonce.as_str().into()));
    }
    ShellCommand { argv, env, directory, kind }
}
