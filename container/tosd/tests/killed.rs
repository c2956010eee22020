//! tosd itself is killed at each step of a life, and started again. Real containers: those of the runtime `local`, or with
//! `TOSD_TEST_SOCKET` and `TOSD_TEST_IMAGE` those of a podman (the image needs `tos-init` and `sleep`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    io::BufRead as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tosd::{
    control::{self, Answer, Request, Wish},
    failpoint::POINTS,
};

/// How long anything may take before it counts as never.
const LONG: Duration = Duration::from_secs(60);

struct Host {
    place: tempfile::TempDir,
    config: PathBuf,
}

struct Tosd(Child);

impl Drop for Tosd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Host {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().display();
        let init = Path::new(env!("CARGO_BIN_EXE_tosd")).with_file_name("tos-init");
        let instance = format!("k{:x}", std::process::id());
        let engine = std::env::var("TOSD_TEST_SOCKET").ok().zip(std::env::var("TOSD_TEST_IMAGE").ok());
        let runtime = engine.map_or_else(
            || "kind = \"local\"".to_owned(),
            |(socket, image)| format!("kind = \"podman\"\nsocket = \"{socket}\"\nimage = \"{image}\""),
        );
        let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let text = format!(
            "instance = \"{instance}\"\ndata = \"{path}/data\"\nrun = \"{path}/run\"\nplans = \"{path}/plans.yaml\"\n\
             [gateway]\nlisten = \"127.0.0.1:{}\"\n[media]\nports = \"43000-43799\"\n\
             [runtime]\n{runtime}\ninit = \"{}\"\n\
             [desktop]\ncommand = [\"sleep\", \"infinity\"]\napi = false\n\
             [lifecycle]\nback_off = \"50ms\"\ngrace = \"1s\"\n[observe]\nlisten = \"127.0.0.1:{}\"\n",
            port(),
            init.display(),
            port(),
        );
        let config = place.path().join("tosd.toml");
        std::fs::write(&config, text).unwrap();
        let plans = "plans: {standard: {pool: 1, may_lack: [memory, pids]}}";
        std::fs::write(place.path().join("plans.yaml"), plans).unwrap();
        Self { place, config }
    }

    fn run(&self, failpoint: Option<&str>) -> Tosd {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tosd"));
        command.arg("--config").arg(&self.config).arg("run").stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.env("TOSD_FAILPOINT", failpoint.unwrap_or("none"));
        let mut child = command.spawn().unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok);
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        assert!(first.is_some() || failpoint.is_some(), "it serves");
        Tosd(child)
    }

    fn ask(&self, request: &Request) -> Option<Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let socket = self.place.path().join("run/control.sock");
        runtime.block_on(async { tokio::time::timeout(LONG, control::ask(&socket, request)).await.ok()?.ok() })
    }

    fn act(&self, act: Wish) -> Option<bool> {
        self.ask(&Request::Act { user: "alice".into(), act }).map(|answer| answer.ok)
    }

    /// Records of containers that are there.
    fn records(&self) -> usize {
        std::fs::read_dir(self.place.path().join("run/gates")).map_or(0, Iterator::count)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Whatever is there when a test fails: containers outlive tosd, and so they are taken away by one.
        let plans = "plans: {standard: {pool: 0, may_lack: [memory, pids]}}";
        let _ = std::fs::write(self.place.path().join("plans.yaml"), plans);
        let _tosd = self.run(None);
        self.act(Wish::Kill);
        let began = Instant::now();
        while self.records() > 0 && began.elapsed() < LONG {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = tosd::volumes::mount::take_away(&self.place.path().join("run/slots"));
    }
}

/// A life that meets every point. Ends early where tosd does.
fn live(host: &Host) -> Option<()> {
    for act in [Wish::Open, Wish::Freeze, Wish::Open, Wish::Hibernate, Wish::Open] {
        host.act(act).filter(|ok| *ok)?;
    }
    Some(())
}

#[test]
fn killed_at_every_step_there_is_one_container_and_it_comes_back() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("NOT ROOT: tosd makes no containers here, nothing is tested");
        return;
    }
    let host = Host::new();
    let mut add = Command::new(env!("CARGO_BIN_EXE_tosd"));
    add.arg("--config").arg(&host.config).args(["user", "add", "alice"]);
    assert!(add.output().unwrap().status.success());
    {
        let _tosd = host.run(None);
        let answer = host.ask(&Request::Act { user: "alice".into(), act: Wish::Open }).unwrap();
        if !answer.ok {
            let why = answer.reason.unwrap_or_default();
            eprintln!("NO CONTAINERS HERE: {why}");
            assert!(why.contains("cannot be had here"), "a refusal with its reason: {why}");
            return;
        }
        assert_eq!(host.act(Wish::Kill), Some(true));
    }
    // A snapshot is taken of what speaks the API; this command does not.
    for point in POINTS.iter().filter(|point| **point != "snapshot.kept") {
        let mut tosd = host.run(Some(point));
        let lived = live(&host);
        if lived.is_some() {
            panic!("{point} was not met");
        }
        let ended = tosd.0.wait().unwrap();
        assert!(!ended.success(), "{point}");
        drop(tosd);
        let _tosd = host.run(None);
        assert_eq!(host.act(Wish::Open), Some(true), "{point}");
        let answer = host.ask(&Request::List).unwrap();
        let desktops = answer.desktops.unwrap();
        assert_eq!(desktops.as_array().unwrap().len(), 1, "{point}: {desktops}");
        assert_eq!(desktops[0]["phase"]["is"], "running", "{point}: {desktops}");
        // Alice's and one of the pool, once the pool is full again.
        let began = Instant::now();
        while host.records() != 2 {
            assert!(began.elapsed() < LONG, "{point}: {} containers", host.records());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(host.act(Wish::Hibernate), Some(true), "{point}");
    }
}
