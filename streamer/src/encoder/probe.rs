//! Tries one encoder in a process of its own.
//!
//! A driver that is installed but broken may return an error, hang, or crash its process. Only a child can find out
//! which without harm: [`run`] starts `EXE probe-encoder NAME`, which is to call [`probe_main`] and nothing else. The
//! child encodes a few real pictures under the rule that the server lives by: one in, one out. It answers on stdout with
//! one line and its exit status; stderr belongs to the drivers, who fill it with noise.

use std::{
    ffi::OsString,
    io::Read,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use super::{
    Encoder, EncoderError, Settings,
    gst::GstEncoder,
    nal::Contents,
    rung::{self, Rung},
};
use crate::video::{AccessUnit, Codec, I420, Timing};

/// How long a child may take. CUDA alone needs most of a second to open.
pub const LIMIT: Duration = Duration::from_secs(5);
/// How long one frame may take in it.
const FRAME_LIMIT: Duration = Duration::from_secs(2);
/// How often a child is looked at; each look is one system call.
const LOOK: Duration = Duration::from_millis(4);
/// Of a child's answer.
const ANSWER_LIMIT: u64 = 4096;

/// How a child is started: the program and what stands before the encoder's name.
#[derive(Debug, Clone)]
pub struct Prober {
    exe: OsString,
    arguments: Vec<OsString>,
    limit: Duration,
}

impl Prober {
    /// `exe probe-encoder NAME`.
    pub fn new(exe: &Path) -> Self {
        Self { exe: exe.into(), arguments: vec!["probe-encoder".into()], limit: LIMIT }
    }

    /// For a program whose probe is reached in another way.
    pub fn with(exe: &Path, arguments: impl IntoIterator<Item = OsString>, limit: Duration) -> Self {
        Self { exe: exe.into(), arguments: arguments.into_iter().collect(), limit }
    }
}

/// Runs one child and waits for its verdict, at most the prober's limit.
///
/// # Errors
/// Why the encoder is not to be used, for a person to read.
pub fn run(prober: &Prober, name: &str) -> Result<Duration, String> {
    let began = Instant::now();
    let mut child = Command::new(&prober.exe)
        .args(&prober.arguments)
        .arg(name)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("its probe does not start: {error}"))?;
    let answer = answer_of(&mut child);
    let Some(status) = wait(&mut child, began + prober.limit).map_err(|error| format!("its probe is lost: {error}"))?
    else {
        return Err(format!("no answer within {} ms", prober.limit.as_millis()));
    };
    if status.success() {
        return Ok(began.elapsed());
    }
    // Its grandchildren may hold the pipe open; what it said has been read by now, or is not worth waiting for.
    let said = answer.and_then(|answer| answer.recv_timeout(Duration::from_millis(200)).ok()).unwrap_or_default();
    Err(reason(status, &said))
}

/// Reads a child's answer in a thread, since a pipe that nobody reads can block its writer.
fn answer_of(child: &mut Child) -> Option<mpsc::Receiver<String>> {
    let stdout = child.stdout.take()?;
    let (sender, receiver) = mpsc::channel();
    let read = move || {
        let mut answer = Vec::new();
        let _ = stdout.take(ANSWER_LIMIT).read_to_end(&mut answer);
        let _ = sender.send(String::from_utf8_lossy(&answer).into_owned());
    };
    std::thread::Builder::new().name("encoder-answer".to_owned()).spawn(read).ok()?;
    Some(receiver)
}

/// Waits until the child ends; kills it at `deadline` and gives `None`.
fn wait(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            // By its id, which is ours until `wait` returns.
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

/// Why a child that did not succeed rejects its encoder.
fn reason(status: ExitStatus, said: &str) -> String {
    if let Some(signal) = status.signal() {
        return format!("it crashes ({})", signal_name(signal));
    }
    let said = said.lines().rev().find_map(|line| line.strip_prefix(ANSWER));
    said.map_or_else(|| format!("its probe ends with status {}", status.code().unwrap_or(-1)), str::to_owned)
}

/// The signals that a broken driver dies of.
fn signal_name(signal: i32) -> String {
    match signal {
        4 => "SIGILL".to_owned(),
        6 => "SIGABRT".to_owned(),
        7 => "SIGBUS".to_owned(),
        8 => "SIGFPE".to_owned(),
        9 => "SIGKILL".to_owned(),
        11 => "SIGSEGV".to_owned(),
        31 => "SIGSYS".to_owned(),
        other => format!("signal {other}"),
    }
}

/// Begins the child's answer, so that nothing a library prints is taken for one.
const ANSWER: &str = "probe: ";

/// What the subcommand `probe-encoder NAME` does: tries the rung of that name and answers by exit status, with the
/// reason on stdout.
pub fn probe_main(name: &str) -> ExitCode {
    match judge(name) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("{ANSWER}{}", reason.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

/// Tries the rung of that name in this process.
///
/// # Errors
/// Why it is not to be used.
pub(super) fn judge(name: &str) -> Result<(), String> {
    let rung = rung::named(name).ok_or_else(|| format!("no encoder is called {name}"))?;
    try_rung(rung).map_err(|error| error.to_string())
}

/// Encodes a few pictures here and now: a first one, a plain one, a forced key frame, and one of another size.
///
/// # Errors
/// What the encoder did wrong.
pub fn try_rung(rung: &Rung) -> Result<(), EncoderError> {
    let (sender, units) = mpsc::channel();
    let output: super::Output = Arc::new(move |result| {
        let _ = sender.send(result);
    });
    let mut encoder = GstEncoder::start(rung, Settings { fps: 60, bitrate: 2_000_000 }, output)?;
    let failed = |reason: &str| EncoderError::Failed { element: rung.element.to_owned(), reason: reason.to_owned() };
    // Small, but over the least that hardware takes.
    let steps =
        [((640, 480), true, "the first frame"), ((640, 480), false, ""), ((640, 480), true, "a forced key frame")];
    for (number, (size, key, what)) in steps.into_iter().chain([((480, 320), true, "a change of size")]).enumerate() {
        let now = Instant::now();
        encoder.submit(&test_picture(size, number), Timing { damaged: now, drawn: now }, key)?;
        let unit = units.recv_timeout(FRAME_LIMIT).map_err(|_| EncoderError::Stalled {
            element: rung.element.to_owned(),
            millis: FRAME_LIMIT.as_millis(),
        })??;
        if unit.size != size {
            return Err(failed("its frames come late"));
        }
        if key && !starts(&unit) {
            return Err(failed(&format!("{what} is not one that a decoder can start at")));
        }
    }
    Ok(())
}

/// A decoder of a browser can start here.
fn starts(unit: &AccessUnit) -> bool {
    match unit.codec {
        Codec::H264 => {
            let contents = Contents::of(&unit.data);
            unit.key && contents.starts() && contents.profile == Some(66)
        }
        // RFC 6386, 9.1: the lowest bit of a frame is 0 in a key frame.
        Codec::Vp8 => unit.key && unit.data.first().is_some_and(|first| first & 1 == 0),
    }
}

/// A picture with edges that move with `number`.
pub fn test_picture((width, height): (u32, u32), number: usize) -> I420 {
    let mut picture = I420::black(width, height);
    let width = picture.width as usize;
    let (y, ..) = picture.planes_mut();
    for (line, row) in y.chunks_exact_mut(width).enumerate() {
        for (column, byte) in row.iter_mut().enumerate() {
            let block = (column + 5 * number) / 24 + line / 16;
            *byte = 16 + (block * 37 % 220) as u8;
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    /// A child that is a shell script: the encoder's name is its `$0`.
    fn shell(script: &str, limit: Duration) -> Prober {
        Prober::with(Path::new("/bin/sh"), ["-c".into(), script.into()], limit)
    }

    #[test]
    fn a_crash_rejects_with_the_name_of_the_signal() {
        let verdict = run(&shell("kill -SEGV $$", LIMIT), "any");
        assert_eq!(verdict.unwrap_err(), "it crashes (SIGSEGV)");
    }

    #[test]
    fn a_child_that_hangs_is_killed() {
        let began = Instant::now();
        let verdict = run(&shell("exec sleep 600", Duration::from_millis(50)), "any");
        assert_eq!(verdict.unwrap_err(), "no answer within 50 ms");
        assert!(began.elapsed() < Duration::from_secs(300), "it waited for the child's own end");
    }

    #[test]
    fn the_childs_own_reason_is_told_and_noise_is_not() {
        let verdict = run(&shell("echo noise; echo 'probe: no device for '$0; echo more; exit 1", LIMIT), "nvh264enc");
        assert_eq!(verdict.unwrap_err(), "no device for nvh264enc");
        let verdict = run(&shell("echo noise; exit 3", LIMIT), "any");
        assert_eq!(verdict.unwrap_err(), "its probe ends with status 3");
    }

    #[test]
    fn a_program_that_is_missing_rejects() {
        let verdict = run(&Prober::new(Path::new("/nonexistent/tos-comp")), "x264enc");
        assert!(verdict.unwrap_err().starts_with("its probe does not start"));
    }

    #[test]
    fn a_child_that_succeeds_is_believed() {
        assert!(run(&shell("test $0 = x264enc", LIMIT), "x264enc").is_ok());
        assert!(run(&shell("test $0 = x264enc", LIMIT), "other").is_err());
    }

    #[test]
    fn signals_have_names() {
        assert_eq!(reason(ExitStatus::from_raw(6), ""), "it crashes (SIGABRT)");
        assert_eq!(reason(ExitStatus::from_raw(40), ""), "it crashes (signal 40)");
    }

    #[test]
    fn the_software_rungs_pass_their_own_probe() {
        for name in ["x264enc", "openh264enc", "vp8enc"] {
            assert_eq!(try_rung(rung::named(name).unwrap()), Ok(()), "{name}");
        }
    }

    #[test]
    fn an_element_that_is_not_installed_says_so() {
        let missing = Rung { element: "nosuchenc", ..*rung::named("x264enc").unwrap() };
        assert_eq!(try_rung(&missing).unwrap_err().to_string(), "nosuchenc does not start: not installed");
    }
}
