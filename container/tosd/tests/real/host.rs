//! A tosd as a process, with a configuration and a place of its own.

use std::{
    io::{BufRead as _, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use tosd::control::{self, Answer, Request, Wish};

/// How long anything may take before it counts as never.
pub const LONG: Duration = Duration::from_secs(60);

/// A host with a tosd of its own.
pub struct Host {
    pub place: tempfile::TempDir,
    config: PathBuf,
    /// Its HTTPS port.
    pub port: u16,
    /// The port of its figures.
    observe: u16,
    /// What every tosd that is started from now on finds in its environment.
    pub environment: Vec<(&'static str, String)>,
}

/// A tosd that runs. It is killed at the end.
pub struct Tosd(pub Child);

impl Drop for Tosd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The configuration of containers by a podman.
pub fn podman(socket: &str, image: &str) -> String {
    format!("kind = \"podman\"\nsocket = \"{socket}\"\nimage = \"{image}\"")
}

impl Host {
    /// With the runtime that is configured so, and `pool` containers that wait for somebody.
    pub fn new(runtime: &str, pool: u32) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let place = tempfile::tempdir().unwrap();
        let path = place.path().display();
        let init = Path::new(env!("CARGO_BIN_EXE_tosd")).with_file_name("tos-init");
        let instance = format!("k{number}{:x}", std::process::id());
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let (port, observe) = (free(), free());
        let first = 43_000 + number * 800;
        let text = format!(
            "instance = \"{instance}\"\ndata = \"{path}/data\"\nrun = \"{path}/run\"\nplans = \"{path}/plans.yaml\"\n\
             [gateway]\nlisten = \"127.0.0.1:{port}\"\n[media]\nports = \"{first}-{}\"\n\
             [runtime]\n{runtime}\ninit = \"{}\"\n\
             [desktop]\ncommand = [\"sleep\", \"infinity\"]\napi = false\n\
             [lifecycle]\nback_off = \"50ms\"\ngrace = \"1s\"\n[observe]\nlisten = \"127.0.0.1:{observe}\"\n",
            first + 799,
            init.display(),
        );
        let config = place.path().join("tosd.toml");
        std::fs::write(&config, text).unwrap();
        let host = Self { place, config, port, observe, environment: Vec::new() };
        host.plan(pool);
        host
    }

    fn plan(&self, pool: u32) {
        let plans = format!("plans: {{standard: {{pool: {pool}, may_lack: [memory, pids]}}}}");
        let _ = std::fs::write(self.place.path().join("plans.yaml"), plans);
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tosd"));
        command.arg("--config").arg(&self.config).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What a command says.
    pub fn say(&self, words: &[&str]) -> String {
        let said = self.command().args(words).output().unwrap();
        assert!(said.status.success(), "{words:?}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    /// Starts it, to end at a failpoint, if one is named.
    pub fn run(&self, failpoint: Option<&str>) -> Tosd {
        let mut command = self.command();
        command.arg("run").stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.env("TOSD_FAILPOINT", failpoint.unwrap_or("none"));
        let mut child = command.spawn().unwrap();
        let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok);
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        assert!(first.is_some() || failpoint.is_some(), "it serves");
        Tosd(child)
    }

    pub fn ask(&self, request: &Request) -> Option<Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let socket = self.place.path().join("run/control.sock");
        runtime.block_on(async { tokio::time::timeout(LONG, control::ask(&socket, request)).await.ok()?.ok() })
    }

    /// Does something with alice's desktop.
    pub fn act(&self, act: Wish) -> Option<bool> {
        self.ask(&Request::Act { user: "alice".into(), act }).map(|answer| answer.ok)
    }

    /// Opens alice's desktop for the first time. None where there are no containers, which is said.
    pub fn first(&self) -> Option<()> {
        let answer = self.ask(&Request::Act { user: "alice".into(), act: Wish::Open }).unwrap();
        if answer.ok {
            return Some(());
        }
        let why = answer.reason.unwrap_or_default();
        eprintln!("NO CONTAINERS HERE: {why}");
        assert!(why.contains("cannot be had here"), "a refusal with its reason: {why}");
        None
    }

    /// The phase of the one desktop, and its container.
    pub fn desktop(&self) -> (String, String) {
        let desktops = self.ask(&Request::List).unwrap().desktops.unwrap();
        assert_eq!(desktops.as_array().unwrap().len(), 1, "{desktops}");
        let said = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        (said(&desktops[0]["phase"]["is"]), said(&desktops[0]["container"]))
    }

    /// How many steps of lifecycles went wrong.
    pub fn failed(&self) -> u64 {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.observe)).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let failed = text.lines().filter(|line| line.contains("result=\"failed\""));
        failed.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
    }

    /// Records of containers that are there.
    pub fn records(&self) -> usize {
        std::fs::read_dir(self.place.path().join("run/gates")).map_or(0, Iterator::count)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Whatever is there when a test fails: containers outlive tosd, and so they are taken away by one.
        self.plan(0);
        self.environment.clear();
        let _tosd = self.run(Some("nothing"));
        self.act(Wish::Kill);
        until("containers are gone", || self.records() == 0 || std::thread::panicking());
        let _ = tosd::volumes::mount::take_away(&self.place.path().join("run/slots"));
    }
}

/// Waits for what comes in a moment.
pub fn until(what: &str, mut check: impl FnMut() -> bool) {
    let began = Instant::now();
    while !check() {
        assert!(began.elapsed() < LONG, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Only root has containers with ids of their own.
pub fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        eprintln!("NOT ROOT: tosd makes no containers here, nothing is tested");
    }
    root
}
