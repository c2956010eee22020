//! Whether the shell that would run a text takes it for well formed, asked of that shell itself.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use shell_bridge::modules::Kind;
use shell_bridge::query::{Fish, QueryError, SyntaxError};

/// A shell that has not read so little text by then does not read it.
const LONGEST: Duration = Duration::from_secs(3);
/// How often the child is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// Why a text cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unchecked {
    /// The shell does not take it.
    #[error("{0}")]
    Wrong(String),
    /// There is nobody to ask.
    #[error("it cannot be checked: {0}")]
    Nobody(String),
}

/// Asks a shell of this kind. It reads the text and runs none of it; neither does it read anybody's settings. Takes some
/// milliseconds, and three seconds at most.
pub(super) fn check(kind: Kind, text: &str) -> Result<(), Unchecked> {
    match kind {
        // A machine that is busy for a moment is asked again.
        Kind::Fish => match ask_fish(text) {
            Err(SyntaxError::Unanswered(QueryError::TooLate(_))) => ask_fish(text),
            answer => answer,
        }
        .map_err(|error| match error {
            SyntaxError::Mistake(mistake) => Unchecked::Wrong(match mistake.line.filter(|_| text.contains('\n')) {
                Some(line) => format!("line {line}: {mistake}"),
                None => mistake.to_string(),
            }),
            SyntaxError::Unanswered(error) => Unchecked::Nobody(error.to_string()),
        }),
        Kind::Zsh => ask("zsh", &["-f", "-n"], text),
        Kind::Bash => ask("bash", &["--norc", "--noprofile", "-n"], text),
        Kind::Other => ask("sh", &["-n"], text),
    }
}

fn ask_fish(text: &str) -> Result<(), SyntaxError> {
    Fish::find()?.syntax(text)
}

/// Asks a shell that says by its status whether it takes a script.
fn ask(program: &str, arguments: &[&str], text: &str) -> Result<(), Unchecked> {
    let nobody = |error: &dyn std::fmt::Display| Unchecked::Nobody(format!("{program}: {error}"));
    // What it says is short: it never fills the pipe before it is read.
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| nobody(&error))?;
    // At most 16 KiB, which fit the pipe; who goes away before has made up its mind.
    if let Some(mut stdin) = child.stdin.take()
        && let Err(error) = stdin.write_all(text.as_bytes()).and_then(|()| stdin.write_all(b"\n"))
    {
        tracing::debug!(%error, "a shell did not read all of a text");
    }
    let deadline = Instant::now() + LONGEST;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(_)) => break,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(nobody(&"it took too long"));
            }
            Err(error) => return Err(nobody(&error)),
        }
    }
    let output = child.wait_with_output().map_err(|error| nobody(&error))?;
    Err(Unchecked::Wrong(complaint(&String::from_utf8_lossy(&output.stderr))))
}

/// What of a shell's complaint tells somebody what is wrong: its first line, without the name of what was read.
fn complaint(said: &str) -> String {
    let first = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("the shell does not take it");
    // Where there is only one line nobody needs to know which.
    let told = first.rsplit_once("line 1: ").map_or(first, |(_, told)| told);
    let told = told.strip_prefix("bash: ").or_else(|| told.strip_prefix("zsh: ")).unwrap_or(told);
    let told = told.strip_prefix("syntax error: ").unwrap_or(told);
    told.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_is_asked_about_its_own_syntax() {
        for (kind, program) in [(Kind::Fish, "fish"), (Kind::Zsh, "zsh"), (Kind::Bash, "bash"), (Kind::Other, "sh")] {
            if Command::new(program).arg("-c").arg(":").output().is_err() {
                continue;
            }
            assert_eq!(check(kind, "ls | cat"), Ok(()), "{program}");
            assert!(matches!(check(kind, "ls '"), Err(Unchecked::Wrong(_))), "{program}");
            assert_eq!(check(kind, "if true; then ls; fi").is_ok(), kind != Kind::Fish, "{program}");
            assert_eq!(check(kind, "if true; ls; end").is_ok(), kind == Kind::Fish, "{program}");
            assert_eq!(check(kind, "ls |\n  cat\npwd"), Ok(()), "{program}");
            assert!(matches!(check(kind, "ls\nif true\n"), Err(Unchecked::Wrong(_))), "{program}");
        }
    }

    #[test]
    fn nothing_is_run_to_find_out() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("made");
        for kind in [Kind::Fish, Kind::Bash] {
            let _ = check(kind, &format!("touch {0}; echo (touch {0}) $(touch {0})", file.display()));
            let _ = check(kind, &format!("touch {}", file.display()));
        }
        assert!(!file.exists());
    }

    #[test]
    fn what_is_wrong_is_told_in_one_short_line() {
        assert_eq!(complaint("bash: line 1: syntax error near x\n"), "syntax error near x");
        assert_eq!(complaint("bash: line 3: syntax error near x\n"), "line 3: syntax error near x");
        assert_eq!(complaint("\nsh: 1: Syntax error: x\n"), "sh: 1: Syntax error: x");
        assert_eq!(complaint(""), "the shell does not take it");
        assert!(complaint(&"x".repeat(5000)).len() <= 200);
    }
}
