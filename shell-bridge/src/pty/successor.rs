//! What took the place of a shell: `exec` leaves the process its number, and takes everything else, the module too.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::modules::Kind;

/// In the environment that a shell with a module was started with, and in that of nothing it starts.
const MARK: &[u8] = b"TOS_NONCE=";
/// Bytes that are read of an environment or of arguments; what is longer is not known.
const MOST: u64 = 4 << 20;
/// Shells without a module, besides those that have one.
const OTHERS: [&str; 12] =
    ["sh", "dash", "ash", "rbash", "ksh", "mksh", "oksh", "csh", "tcsh", "nu", "elvish", "xonsh"];

/// Whether another shell that waits for commands runs as `process` now, and has no module. Only to be asked of one that
/// was started with a module.
pub(super) fn is_replaced(process: u32) -> bool {
    successor(process).is_some_and(|arguments| is_interactive_shell(&arguments))
}

/// The arguments of the program that runs as `process` now, if it is not the shell with a module that was started.
/// Nothing where that cannot be known.
fn successor(process: u32) -> Option<Vec<String>> {
    let own = Path::new("/proc").join(process.to_string());
    match read(&own.join("environ")) {
        // A process between two programs has none.
        Ok(environment) if environment.is_empty() => return None,
        Ok(environment) if environment.split(|byte| *byte == 0).any(|entry| entry.starts_with(MARK)) => return None,
        Ok(_) => {}
        // It became somebody else's.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        Err(_) => return None,
    }
    let arguments = read(&own.join("cmdline")).ok()?;
    let arguments: Vec<String> =
        arguments.split(|byte| *byte == 0).map(|argument| String::from_utf8_lossy(argument).into_owned()).collect();
    let arguments = arguments.split_last().map(|(_, all)| all.to_vec())?;
    (!arguments.is_empty()).then_some(arguments)
}

/// Whether a program with these arguments is a shell that waits for commands, rather than one that runs some.
fn is_interactive_shell(arguments: &[String]) -> bool {
    let Some((program, options)) = arguments.split_first() else { return false };
    // A login shell is called with a hyphen before its name.
    let name = Path::new(program.strip_prefix('-').unwrap_or(program));
    let known = Kind::of(name) != Kind::Other
        || name.file_name().and_then(|name| name.to_str()).is_some_and(|name| OTHERS.contains(&name));
    let harmless = |option: &String| {
        option.starts_with("--") && option != "--command" && !option.starts_with("--command=")
            || option.starts_with(['-', '+']) && !option.contains('c')
    };
    known && options.iter().all(harmless)
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shell(line: &str) -> bool {
        is_interactive_shell(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn shells_that_wait_are_told_from_those_that_run_something() {
        for line in ["bash", "-bash", "/bin/zsh -l", "fish --login", "bash --norc -i", "dash"] {
            assert!(is_shell(line), "{line}");
        }
        for line in ["bash -c ls", "bash -lc ls", "sh script.sh", "fish --command ls", "top", "vim", "/usr/bin/bashful"]
        {
            assert!(!is_shell(line), "{line}");
        }
        assert!(!is_interactive_shell(&[]));
    }

    #[test]
    fn of_a_process_that_is_not_there_nothing_is_known() {
        assert_eq!(successor(u32::MAX), None);
    }

    #[test]
    fn who_was_not_given_the_mark_is_not_the_shell() {
        let own = successor(std::process::id()).unwrap();
        assert!(own[0].contains("shell_bridge"), "{own:?}");
    }
}
