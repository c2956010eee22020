//! Tests that count what their process holds: they need one whose descriptors and memory nobody else uses.

use std::io::Read as _;
use std::process::{Command, Stdio};

/// What is shown of the end of a test that failed.
const SHOWN: usize = 6_000;

/// Runs a test that is marked `#[ignore]` in a process of its own. What it says on stderr is shown if it fails, or at once
/// if `--nocapture` was asked for.
pub fn alone(test: &str) {
    let aloud = std::env::args().any(|argument| argument == "--nocapture");
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--ignored", "--nocapture"]).stdout(Stdio::null());
    if !aloud {
        child.stderr(Stdio::piped());
    }
    let mut child = child.spawn().unwrap();
    let mut said = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut said).unwrap();
    }
    let status = child.wait().unwrap();
    let end = said.char_indices().rev().nth(SHOWN).map_or(0, |(at, _)| at);
    assert!(status.success(), "{status}\n{}", &said[end..]);
}

/// What this process has open.
pub fn open() -> Vec<String> {
    let open = std::fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| entry.ok()?.path().read_link().ok());
    open.map(|path| path.to_string_lossy().into_owned()).collect()
}

/// Bytes of memory that this process holds.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}
