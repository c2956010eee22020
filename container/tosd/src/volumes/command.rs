//! Commands that bring volumes: gocryptfs, and what an administrator wrote down.

use std::{
    fs::File,
    io::{Read as _, Seek as _},
    path::Path,
    process::Stdio,
    time::Duration,
};

use nix::sys::memfd::{MFdFlags, memfd_create};
use runtime::spec::IdRange;
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{USER, VolumeError};

/// How long a command may take.
const WITHIN: Duration = Duration::from_secs(60);
/// Bytes that are read of what it says.
const SAID: u64 = 64 * 1024;

/// Runs a command with `{user}`, `{target}`, `{uid}` filled in, and `input` on its standard input; gives what it printed.
pub(super) async fn run(
    command: &[String],
    user: &str,
    target: &Path,
    ids: IdRange,
    input: Option<&str>,
) -> Result<String, VolumeError> {
    let filled = command.iter().map(|part| {
        part.replace("{user}", user)
            .replace("{target}", &target.display().to_string())
            .replace("{uid}", &ids.first.saturating_add(USER).to_string())
    });
    let mut parts = filled.collect::<Vec<_>>().into_iter();
    let program = parts.next().unwrap_or_default();
    let fail = |said: String| VolumeError::Command { program: program.clone(), said };
    let failed = |error: std::io::Error| fail(error.to_string());
    // No pipes: what goes on in the background, as whatever serves a file system does, would hold them open for ever.
    let (printed, said) = (paper().map_err(failed)?, paper().map_err(failed)?);
    let mut child = Command::new(&program)
        .args(parts)
        .stdin(Stdio::piped())
        .stdout(printed.try_clone().map_err(failed)?)
        .stderr(said.try_clone().map_err(failed)?)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take()
        && let Some(input) = input
    {
        // A program that reads nothing closes it, which is no error.
        let _ = stdin.write_all(format!("{input}\n").as_bytes()).await;
    }
    let ended = tokio::time::timeout(WITHIN, child.wait()).await;
    let status = ended.map_err(|_| fail("it took longer than a minute".into()))?.map_err(failed)?;
    if status.success() {
        return read(printed).map_err(failed);
    }
    let said = read(said).unwrap_or_default();
    let words: Vec<&str> = said.split_whitespace().collect();
    let line = if words.is_empty() { "no word of why".to_owned() } else { words.join(" ") };
    Err(fail(line.chars().filter(|c| !c.is_control()).take(300).collect()))
}

/// A file in memory, without a name: keys are written on it.
fn paper() -> std::io::Result<File> {
    Ok(File::from(memfd_create(c"said", MFdFlags::MFD_CLOEXEC)?))
}

fn read(mut paper: File) -> std::io::Result<String> {
    paper.rewind()?;
    let mut bytes = Vec::new();
    paper.take(SAID).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn shell(script: &str, input: Option<&str>) -> Result<String, VolumeError> {
        let command = ["sh", "-c", script].map(str::to_owned);
        run(&command, "alice", Path::new("/place"), IdRange { first: 100, count: 1 }, input).await
    }

    #[tokio::test]
    async fn it_is_told_who_and_where_and_heard() {
        assert_eq!(shell("echo {user} {target} {uid}; cat", Some("key")).await.unwrap(), "alice /place 1100\nkey\n");
        let error = shell("echo first >&2; echo last >&2; exit 3", None).await.unwrap_err();
        assert_eq!(error.to_string(), "sh failed: first last");
        let none = run(&["/nowhere".to_owned()], "a", Path::new("/"), IdRange { first: 0, count: 0 }, None).await;
        assert!(none.unwrap_err().to_string().contains("No such file"));
    }

    #[tokio::test]
    async fn what_goes_on_in_the_background_holds_nobody_up() {
        let begin = std::time::Instant::now();
        let pid = shell("sleep 600 & echo $!", None).await.unwrap();
        assert!(begin.elapsed() < WITHIN / 2, "{:?}", begin.elapsed());
        let pid = nix::unistd::Pid::from_raw(pid.trim().parse().unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }

    #[tokio::test]
    async fn what_says_too_much_is_read_in_part() {
        assert_eq!(shell("head -c 1000000 /dev/zero | tr '\\0' x", None).await.unwrap().len(), 64 * 1024);
    }
}
