//! Which encoders work here, best first, and why the others do not.
//!
//! A start must not wait for more than it needs: rungs whose element is not installed are out at once, the others are
//! tried side by side, each in its child, and [`Ladder::probe`] returns as soon as the best H.264 encoder is known. The
//! rest answer in the background; whoever needs one of them waits for that one only.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use gstreamer as gst;
use parking_lot::{Condvar, Mutex};
use serde::Serialize;

use super::{
    Encoder, EncoderError, Output, Settings,
    gst::{GstEncoder, init},
    probe::{self, Prober},
    rung::{RUNGS, Rung},
};
use crate::video::Codec;

/// How long a better rung may keep one waiting that is known to work. A start within 1.5 s must survive a driver that
/// hangs.
const PATIENCE: Duration = Duration::from_millis(800);

/// What is known of a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Pending,
    Works { probe: Duration },
    Rejected { reason: String },
}

/// The rungs and their verdicts; written by the probes, read by all.
struct Board {
    rungs: Vec<(Rung, Mutex<Verdict>)>,
    began: Instant,
    /// Guards nothing but the waiting: every verdict is announced under it.
    changed: (Mutex<()>, Condvar),
}

/// The encoders of this machine. Cheap to clone.
#[derive(Clone)]
pub struct Ladder {
    board: Arc<Board>,
}

/// One line of `tos-comp doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RungReport {
    /// GStreamer's name of the element.
    pub name: String,
    /// `H264` or `Vp8`.
    pub codec: String,
    /// A device does the work.
    pub hardware: bool,
    /// It may be used.
    pub works: bool,
    /// Why not, or that it is not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How long its probe took, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe_ms: Option<u64>,
}

/// An encoder that may be used, and how to start it.
pub struct Candidate {
    /// For people to read, and unique on its ladder.
    pub name: String,
    /// Starts it.
    pub start: Start,
}

/// Opens an encoder's device and makes it ready for the first picture.
pub type Start = Box<dyn FnOnce(Settings, Output) -> Result<Box<dyn Encoder>, EncoderError> + Send>;

impl Ladder {
    /// Tries the encoders of this machine in children of `exe`, which must know the subcommand `probe-encoder NAME`
    /// ([`super::probe_main`]). Returns when it is known which is the best for H.264; the others go on in the background.
    pub fn probe(exe: &Path) -> Self {
        let ladder = Self::probe_with(RUNGS, Prober::new(exe));
        drop(ladder.candidates(Codec::H264).next());
        ladder
    }

    /// Like [`Ladder::probe`], but returns when every rung is known.
    pub fn probe_all(exe: &Path) -> Self {
        let ladder = Self::probe_with(RUNGS, Prober::new(exe));
        ladder.wait();
        ladder
    }

    /// Trusts every rung whose element is installed, without trying it: for tests and benches, which have no program
    /// to start as a child. A driver that crashes takes this process with it.
    pub fn unprobed() -> Self {
        let started = init();
        Self::of(RUNGS, |rung| match (&started, installed(rung)) {
            (Err(error), _) => Verdict::Rejected { reason: error.to_string() },
            (_, false) => Verdict::Rejected { reason: NOT_INSTALLED.to_owned() },
            (_, true) => Verdict::Works { probe: Duration::ZERO },
        })
    }

    /// Starts a probe of each rung whose element is installed.
    fn probe_with(rungs: &[Rung], prober: Prober) -> Self {
        let started = init();
        let ladder = Self::of(rungs, |rung| match (&started, installed(rung)) {
            (Err(error), _) => Verdict::Rejected { reason: error.to_string() },
            (_, false) => Verdict::Rejected { reason: NOT_INSTALLED.to_owned() },
            (_, true) => Verdict::Pending,
        });
        for (at, (rung, verdict)) in ladder.board.rungs.iter().enumerate() {
            if *verdict.lock() != Verdict::Pending {
                continue;
            }
            let (board, prober, name) = (ladder.board.clone(), prober.clone(), rung.element);
            let judge = move || {
                let verdict = match probe::run(&prober, name) {
                    Ok(probe) => Verdict::Works { probe },
                    Err(reason) => Verdict::Rejected { reason },
                };
                tracing::debug!(encoder = name, ?verdict, "probed");
                board.announce(at, verdict);
            };
            if let Err(error) = std::thread::Builder::new().name("encoder-probe".to_owned()).spawn(judge) {
                ladder.board.announce(at, Verdict::Rejected { reason: format!("no thread to probe it in: {error}") });
            }
        }
        ladder
    }

    fn of(rungs: &[Rung], verdict: impl Fn(&Rung) -> Verdict) -> Self {
        let rungs = rungs.iter().map(|rung| (*rung, Mutex::new(verdict(rung)))).collect();
        Self { board: Arc::new(Board { rungs, began: Instant::now(), changed: Default::default() }) }
    }

    /// The encoders for `codec` that work, best first. Each step waits until it knows.
    pub fn candidates(&self, codec: Codec) -> Candidates {
        Candidates { board: self.board.clone(), codec, next: 0 }
    }

    /// Whether any encoder works for `codec`. Waits until it knows.
    pub fn has(&self, codec: Codec) -> bool {
        self.candidates(codec).next().is_some()
    }

    /// Waits until every rung is known.
    pub fn wait(&self) {
        let known = || self.board.rungs.iter().all(|(_, verdict)| *verdict.lock() != Verdict::Pending);
        self.board.wait_until(known, None);
    }

    /// Every rung and what is known of it at this moment.
    pub fn report(&self) -> Vec<RungReport> {
        self.board.rungs.iter().map(|(rung, verdict)| report(rung, &verdict.lock())).collect()
    }
}

const NOT_INSTALLED: &str = "not installed, or no device for it";

/// GStreamer registers hardware elements only where it finds their device.
fn installed(rung: &Rung) -> bool {
    gst::ElementFactory::find(rung.element).is_some()
}

fn report(rung: &Rung, verdict: &Verdict) -> RungReport {
    let (works, reason, probe) = match verdict {
        Verdict::Pending => (false, Some("being tried".to_owned()), None),
        Verdict::Works { probe } => (true, None, Some(*probe)),
        Verdict::Rejected { reason } => (false, Some(reason.clone()), None),
    };
    RungReport {
        name: rung.element.to_owned(),
        codec: format!("{:?}", rung.codec),
        hardware: rung.kind == super::rung::Kind::Hardware,
        works,
        reason,
        probe_ms: probe.map(|probe| u64::try_from(probe.as_millis()).unwrap_or(u64::MAX)),
    }
}

impl Board {
    fn announce(&self, at: usize, verdict: Verdict) {
        let _guard = self.changed.0.lock();
        if let Some((_, slot)) = self.rungs.get(at) {
            *slot.lock() = verdict;
        }
        self.changed.1.notify_all();
    }

    /// Waits until `done`, or until `deadline` if there is one.
    fn wait_until(&self, done: impl Fn() -> bool, deadline: Option<Instant>) {
        let mut guard = self.changed.0.lock();
        while !done() {
            match deadline {
                Some(deadline) if self.changed.1.wait_until(&mut guard, deadline).timed_out() => return,
                Some(_) => {}
                None => self.changed.1.wait(&mut guard),
            }
        }
    }

    /// The verdicts for `codec` from rung `from` on.
    fn verdicts(&self, codec: Codec, from: usize) -> Vec<(usize, Verdict)> {
        let rungs = self.rungs.iter().enumerate().skip(from);
        rungs
            .filter(|(_, (rung, _))| rung.codec == codec)
            .map(|(at, (_, verdict))| (at, verdict.lock().clone()))
            .collect()
    }
}

/// Which rung to take now.
#[derive(Debug, PartialEq, Eq)]
enum Choice {
    Take(usize),
    Wait,
    None,
}

/// The best rung that works, unless a better one may yet answer and there is `patience` left for it.
fn choose(verdicts: &[(usize, Verdict)], patience: bool) -> Choice {
    let open = verdicts.iter().find(|(_, verdict)| !matches!(verdict, Verdict::Rejected { .. }));
    let works = verdicts.iter().find(|(_, verdict)| matches!(verdict, Verdict::Works { .. }));
    match (open, works) {
        (None, _) => Choice::None,
        (Some((open, _)), Some((works, _))) if open == works || !patience => Choice::Take(*works),
        (Some(_), _) => Choice::Wait,
    }
}

/// The encoders of one codec, best first.
pub struct Candidates {
    board: Arc<Board>,
    codec: Codec,
    next: usize,
}

impl Iterator for Candidates {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let deadline = self.board.began + PATIENCE;
        let chosen = || choose(&self.board.verdicts(self.codec, self.next), Instant::now() < deadline);
        let known = || chosen() != Choice::Wait;
        self.board.wait_until(known, Some(deadline));
        // Nothing that works yet: there is no choice but to wait on.
        self.board.wait_until(known, None);
        let Choice::Take(at) = chosen() else { return None };
        self.next = at + 1;
        let rung = self.board.rungs.get(at)?.0;
        Some(candidate(rung))
    }
}

/// A rung, ready to start.
pub fn candidate(rung: Rung) -> Candidate {
    let start = move |settings, output| {
        GstEncoder::start(&rung, settings, output).map(|encoder| Box::new(encoder) as Box<dyn Encoder>)
    };
    Candidate { name: rung.element.to_owned(), start: Box::new(start) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{super::rung::named, *};

    fn works() -> Verdict {
        Verdict::Works { probe: Duration::ZERO }
    }

    fn rejected() -> Verdict {
        Verdict::Rejected { reason: "broken".to_owned() }
    }

    #[test]
    fn the_best_that_works_is_taken() {
        assert_eq!(choose(&[(0, rejected()), (3, works()), (4, works())], true), Choice::Take(3));
        assert_eq!(choose(&[(0, works()), (1, Verdict::Pending)], true), Choice::Take(0), "the rest may take its time");
    }

    #[test]
    fn a_better_one_is_waited_for_while_there_is_patience() {
        let verdicts = [(0, Verdict::Pending), (1, works())];
        assert_eq!(choose(&verdicts, true), Choice::Wait);
        assert_eq!(choose(&verdicts, false), Choice::Take(1));
    }

    #[test]
    fn without_one_that_works_there_is_no_hurry() {
        assert_eq!(choose(&[(0, Verdict::Pending)], false), Choice::Wait);
        assert_eq!(choose(&[(0, rejected()), (1, rejected())], true), Choice::None);
        assert_eq!(choose(&[], true), Choice::None);
    }

    /// Children that answer by a shell script, in which `$0` is the encoder's name.
    fn shell(script: &str) -> Prober {
        Prober::with(Path::new("/bin/sh"), ["-c".into(), script.into()], probe::LIMIT)
    }

    fn software() -> Vec<Rung> {
        RUNGS.iter().filter(|rung| rung.kind == super::super::rung::Kind::Software).copied().collect()
    }

    #[test]
    fn a_rung_that_crashes_its_child_is_stepped_over_and_the_report_says_why() {
        let missing = Rung { element: "nosuchenc", ..*named("nvh264enc").unwrap() };
        let rungs: Vec<_> = [missing].into_iter().chain(software()).collect();
        let ladder = Ladder::probe_with(&rungs, shell("test $0 = x264enc && kill -ABRT $$; exit 0"));
        let names: Vec<_> = ladder.candidates(Codec::H264).map(|candidate| candidate.name).collect();
        assert_eq!(names, ["openh264enc"]);
        ladder.wait();
        let report = ladder.report();
        let reasons: Vec<_> = report.iter().map(|line| (line.name.as_str(), line.reason.as_deref())).collect();
        assert_eq!(
            reasons,
            [
                ("nosuchenc", Some(NOT_INSTALLED)),
                ("x264enc", Some("it crashes (SIGABRT)")),
                ("openh264enc", None),
                ("vp8enc", None)
            ]
        );
        assert_eq!(report.iter().map(|line| line.works).collect::<Vec<_>>(), [false, false, true, true]);
        let json = serde_json::to_value(&report[1]).unwrap();
        assert_eq!(json["reason"], "it crashes (SIGABRT)");
        assert_eq!(json["hardware"], false);
    }

    #[test]
    fn a_start_does_not_wait_for_a_codec_that_it_does_not_need() {
        // The child of vp8enc ends when it is told to.
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("go");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        let script = format!("test $0 = vp8enc || exit 0; read line < '{}'", fifo.display());
        let ladder = Ladder::probe_with(&software(), shell(&script));
        assert_eq!(ladder.candidates(Codec::H264).next().map(|candidate| candidate.name).as_deref(), Some("x264enc"));
        let open = ladder.report().into_iter().find(|line| line.name == "vp8enc").unwrap();
        assert_eq!((open.works, open.reason.as_deref()), (false, Some("being tried")));
        std::fs::write(&fifo, "go\n").unwrap();
        assert!(ladder.has(Codec::Vp8));
    }

    #[test]
    fn a_program_that_cannot_probe_leaves_no_encoder() {
        let ladder = Ladder::probe(Path::new("/nonexistent/tos-comp"));
        assert!(!ladder.has(Codec::H264) && !ladder.has(Codec::Vp8));
        assert!(ladder.report().iter().all(|line| !line.works && line.reason.is_some()));
    }

    /// What the test below starts as its child: this same test binary, told to run only this.
    #[test]
    #[ignore = "the child of `real_children_encode_real_pictures`"]
    fn child() {
        let name = std::env::args().next_back().unwrap_or_default();
        if named(&name).is_some() {
            std::process::exit(i32::from(probe::judge(&name).is_err()));
        }
    }

    #[test]
    fn real_children_encode_real_pictures() {
        let arguments = ["--exact", "encoder::ladder::tests::child", "--ignored"].map(OsString::from);
        let prober = Prober::with(&std::env::current_exe().unwrap(), arguments, Duration::from_secs(60));
        let ladder = Ladder::probe_with(&software(), prober);
        ladder.wait();
        assert!(ladder.report().iter().all(|line| line.works), "{:?}", ladder.report());
    }
}
