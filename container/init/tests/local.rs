//! Containers without an engine, for real: what is in one, what is not, and who outlives whom.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixListener},
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use futures::StreamExt as _;
use gate::{Error as GateError, Gate, Phase};
use nix::{
    mount::{MntFlags, MsFlags, mount, umount2},
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use runtime::{
    Error, Name, Runtime as _, Spec, State,
    local::{Local, Settings},
    spec::{Egress, IdRange, Image, Limits, Mount, User},
};

static NEXT: AtomicU32 = AtomicU32::new(0);
const GRACE: Duration = Duration::from_secs(2);

/// A place of its own for a test, without anything left when it goes.
struct World {
    directory: tempfile::TempDir,
    settings: Settings,
    local: Local,
    number: u32,
}

impl World {
    /// `None` where this machine makes no containers; that it says so is tested then.
    async fn make() -> Option<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = tempfile::tempdir().unwrap();
        let instance = format!("test-{}-{number}", std::process::id()).parse().unwrap();
        let settings = Settings::new(directory.path().join("run"), env!("CARGO_BIN_EXE_tos-init").into(), instance);
        let local = Local::open(settings.clone()).await.unwrap();
        let world = Self { directory, settings, local, number };
        let facts = world.local.facts().await;
        if let Some(fact) = facts.fatal().next() {
            eprintln!("SKIPPED: no containers on this machine: {}: {}", fact.what, fact.why);
            let refused = world.local.create(&world.spec("one", &["true"])).await;
            assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
            return None;
        }
        Some(world)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn spec(&self, name: &str, command: &[&str]) -> Spec {
        Spec {
            name: name.parse().unwrap(),
            image: Image::Root("/".into()),
            command: command.iter().map(|part| (*part).to_owned()).collect(),
            environment: BTreeMap::from([("INSIDE".to_owned(), "yes".to_owned())]),
            user: User { uid: 1000, gid: 1000 },
            mounts: vec![],
            gate: self.at("gates").join(name),
            ids: IdRange { first: 600_000 + self.number * 65_536, count: 65_536 },
            egress: Egress::None,
            limits: Limits { descriptors: Some(1024), ..Limits::default() },
            gpu: None,
            labels: BTreeMap::from([("who".to_owned(), "test".to_owned())]),
        }
    }

    async fn run(&self, spec: &Spec) {
        self.local.create(spec).await.unwrap();
        self.local.start(&spec.name).await.unwrap();
    }

    /// What a script in a container of this name printed.
    async fn says(&self, name: &str, script: &str) -> String {
        let spec = self.spec(name, &["sh", "-c", script]);
        self.run(&spec).await;
        self.ended(&spec.name).await;
        let text = self.log(name);
        self.local.remove(&spec.name, GRACE).await.unwrap();
        text
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.settings.directory.join(name).join("log")).unwrap_or_default()
    }

    async fn state(&self, name: &Name) -> Option<State> {
        self.local.list().await.unwrap().into_iter().find(|known| known.name == *name).map(|known| known.state)
    }

    async fn ended(&self, name: &Name) -> i32 {
        loop {
            if let Some(State::Exited { status }) = self.state(name).await {
                // Written by who waits for it, a moment later.
                if self.settings.directory.join(name.as_str()).join("exit").exists() || status != 137 {
                    return status;
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The gate of a container, once its first process made it.
    async fn gate(&self, name: &str) -> Gate {
        let gate = Gate::new(self.at("gates").join(name)).with_patience(Duration::from_millis(500));
        while gate.status().await.is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        gate
    }

    async fn close(self) {
        for known in self.local.list().await.unwrap() {
            self.local.remove(&known.name, Duration::from_millis(100)).await.unwrap();
        }
    }
}

/// What a test that failed has left.
impl Drop for World {
    fn drop(&mut self) {
        for entry in fs::read_dir(&self.settings.directory).into_iter().flatten().flatten() {
            let text = fs::read(entry.path().join("running.json")).unwrap_or_default();
            let Ok(running) = serde_json::from_slice::<gate::plan::Running>(&text) else { continue };
            if gate::plan::Process::of(running.first.pid) == Some(running.first) {
                let _ = kill(Pid::from_raw(running.first.pid.cast_signed()), Signal::SIGKILL);
            }
        }
    }
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[tokio::test]
async fn one_is_made_runs_rests_and_goes() {
    let Some(world) = World::make().await else { return };
    let mut events = world.local.events().await.unwrap();
    let spec = world.spec("one", &["sh", "-c", "read line; while :; do :; done"]);
    let one = &spec.name;
    assert!(matches!(world.local.start(one).await, Err(Error::Missing(_))));
    world.local.create(&spec).await.unwrap();
    assert!(matches!(world.local.create(&spec).await, Err(Error::Exists(_))));
    assert_eq!(world.state(one).await, Some(State::Created));
    assert_eq!(world.local.pid(one).await.unwrap(), None);
    world.local.start(one).await.unwrap();
    world.local.start(one).await.unwrap();
    assert_eq!(world.state(one).await, Some(State::Running));
    let pid = world.local.pid(one).await.unwrap().unwrap();
    assert!(fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap().starts_with("tos-init\0"));

    let gate = world.gate("one").await;
    assert_eq!(gate.status().await.unwrap(), Phase::Waiting);
    gate.begin(&BTreeMap::from([("USER".to_owned(), "alice".to_owned())])).await.unwrap();
    // It takes all of a processor now, and none when it is frozen.
    let before = world.local.stats(one).await.unwrap().cpu;
    while world.local.stats(one).await.unwrap().cpu <= before {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.local.freeze(one).await.unwrap();
    assert_eq!(world.state(one).await, Some(State::Frozen));
    assert!(matches!(gate.status().await, Err(GateError::Silent)));
    let frozen = world.local.stats(one).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(world.local.stats(one).await.unwrap().cpu, frozen.cpu);
    assert_eq!(frozen.pids, 2);
    world.local.thaw(one).await.unwrap();
    assert!(matches!(gate.status().await.unwrap(), Phase::Running { .. }));

    world.local.freeze(one).await.unwrap();
    world.local.remove(one, Duration::from_millis(50)).await.unwrap();
    world.local.remove(one, GRACE).await.unwrap();
    assert_eq!(world.state(one).await, None);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    let mut states = Vec::new();
    while let Some(event) = events.next().await {
        states.push(event.state);
        if event.state.is_none() {
            break;
        }
    }
    for expected in [Some(State::Created), Some(State::Running), Some(State::Frozen), None] {
        assert!(states.contains(&expected), "{states:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn nothing_of_the_host_is_seen_or_reached() {
    let Some(world) = World::make().await else { return };
    let secret = world.at("secret");
    fs::write(&secret, "the host's own").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hidden = format!("tos-test-{}", std::process::id());
    let _abstract = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&hidden).unwrap()).unwrap();
    let shared = PathBuf::from(format!("/dev/shm/{hidden}"));
    fs::write(&shared, "shared").unwrap();
    let script = format!(
        "cat {secret}; cat /etc/shadow; ls -A /home /root /srv /mnt /tmp /dev/shm /var/log; ls /var/lib /etc/ssh; \
         echo processes $(ls /proc | grep -c '^[0-9]'); echo sockets $(grep -c {hidden} /proc/net/unix); \
         echo environment $(env | sort | cut -d= -f1 | tr '\\n' ' '); kill -0 {pid} && echo killed; \
         (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo connected; echo x 2>/dev/null >/usr/x && echo wrote; \
         echo x >/etc/x; echo memory $(wc -l </proc/sysvipc/shm); whoami; cat /proc/sys/kernel/hostname; \
         grep -E 'NoNewPrivs|Seccomp:|CapEff' /proc/self/status | tr -d '\\t'; echo x >/tmp/x && echo x >/workspace/x && echo own; ",
        secret = secret.display(),
        pid = std::process::id(),
    );
    let spec = world.spec("one", &["bash", "-c", &script]);
    world.run(&spec).await;
    world.ended(&spec.name).await;
    let text = world.log("one");
    fs::remove_file(shared).unwrap();
    for never in ["the host's own", "daemon:*", "killed", "connected", "wrote", &hidden, "ssh_host"] {
        assert!(
            !text.lines().any(|line| line.contains(never) && !line.contains("No such file")),
            "{never} in:\n{text}"
        );
    }
    for line in [
        "sockets 0",
        "environment INSIDE PATH PWD SHLVL _",
        "memory 1",
        "tos",
        "one",
        "CapEff:0000000000000000",
        "NoNewPrivs:1",
        "Seccomp:2",
        "own",
    ] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in:\n{text}");
    }
    let processes: u32 = text.lines().find_map(|line| line.strip_prefix("processes ")).unwrap().parse().unwrap();
    assert!(processes < 8, "{text}");
    world.close().await;
}

#[tokio::test]
async fn two_know_nothing_of_each_other() {
    let Some(world) = World::make().await else { return };
    let mut other =
        world.spec("other", &["bash", "-c", "echo theirs >/dev/shm/x; echo theirs >/tmp/x; exec -a visible sleep 600"]);
    other.ids.first += 65_536 * 1000;
    world.run(&other).await;
    world.gate("other").await;
    let text = world.says("one", "ls -A /tmp /dev/shm /run/tos; grep -l visibl[e] /proc/*/cmdline; echo done").await;
    assert!(text.contains("done") && !text.contains("x\n") && !text.contains("cmdline\n"), "{text}");
    // Its own user cannot open the gate, though it passes through its directory.
    let script =
        "for s in control ports media; do test -e /run/tos/$s.sock && ! test -w /run/tos/$s.sock && echo shut; done";
    assert_eq!(world.says("two", script).await, "shut\nshut\nshut\n");
    world.close().await;
}

#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn system_calls_are_as_the_profile_says() {
    let Some(world) = World::make().await else { return };
    // keyctl, bpf, open_tree, a call of tomorrow; a sandbox of its own.
    let calls = "for $n (250, 321, 428, 9999) { syscall($n, 0, 0, 0); print $! + 0, q( ) }";
    let script = format!("perl -e '{calls}'; unshare --user --map-root-user --mount --pid --fork echo sandbox");
    assert_eq!(world.says("one", &script).await, "1 1 38 38 sandbox\n");
    world.close().await;
}

#[tokio::test]
async fn floods_stay_inside() {
    let Some(world) = World::make().await else { return };
    let mut spec = world.spec("one", &["bash", "-c", "read x; (while :; do sleep 600 & done) 2>/dev/null"]);
    spec.limits.pids = Some(40);
    if let Err(error) = world.local.create(&spec).await {
        assert!(matches!(error, Error::Unsupported { what: "pids", .. }), "{error}");
        eprintln!("SKIPPED: {error}");
        spec.limits.may_lack = vec!["pids".to_owned()];
        return world.local.create(&spec).await.unwrap();
    }
    world.local.start(&spec.name).await.unwrap();
    world.gate("one").await.begin(&BTreeMap::new()).await.unwrap();
    while world.local.stats(&spec.name).await.unwrap().pids < 38 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(world.local.stats(&spec.name).await.unwrap().pids <= 40);
    world.local.remove(&spec.name, Duration::ZERO).await.unwrap();

    let mut hog = world.spec("hog", &["bash", "-c", "tail /dev/zero; echo status $?"]);
    hog.limits.memory = Some(48 << 20);
    match world.local.create(&hog).await {
        Err(error @ Error::Unsupported { what: "memory", .. }) => eprintln!("SKIPPED: {error}"),
        made => {
            made.unwrap();
            world.local.start(&hog.name).await.unwrap();
            assert_eq!(world.ended(&hog.name).await, 0, "the hog ends, and what started it goes on");
            assert_eq!(world.log("hog").lines().last(), Some("status 137"));
        }
    }
    world.close().await;
}

#[tokio::test]
async fn the_end_of_the_first_process_is_everybodys() {
    let Some(world) = World::make().await else { return };
    let spec = world.spec("one", &["sh", "-c", "sleep 601 & sleep 601 & wait"]);
    world.run(&spec).await;
    world.gate("one").await;
    let mut events = world.local.events().await.unwrap();
    let pid = world.local.pid(&spec.name).await.unwrap().unwrap();
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).unwrap();
    let event = events.next().await.unwrap();
    assert_eq!((event.name, event.state), (spec.name.clone(), Some(State::Exited { status: 137 })));
    assert_eq!(world.local.stats(&spec.name).await.unwrap().pids, 0);
    assert_eq!(world.local.pid(&spec.name).await.unwrap(), None);
    // It may be started again.
    world.local.start(&spec.name).await.unwrap();
    world.gate("one").await;
    assert_eq!(world.state(&spec.name).await, Some(State::Running));
    world.close().await;
}

#[tokio::test]
async fn what_is_mounted_later_is_there_too_and_nothing_comes_out() {
    let Some(world) = World::make().await else { return };
    if !Uid::effective().is_root() {
        eprintln!("SKIPPED: only root mounts on the host");
        return world.close().await;
    }
    let slot = world.at("slot");
    fs::create_dir_all(slot.join("alice")).unwrap();
    let none = None::<&str>;
    mount(Some(&slot), &slot, none, MsFlags::MS_BIND, none).unwrap();
    mount(none, &slot, none, MsFlags::MS_SHARED, none).unwrap();
    let mut spec = world.spec(
        "one",
        &["sh", "-c", "until cat /home/alice/hello; do sleep 0.02; done 2>/dev/null; touch /shared/x || echo shut"],
    );
    let shared = world.at("shared");
    fs::create_dir(&shared).unwrap();
    spec.mounts = vec![
        Mount { source: slot.clone(), target: "/home".into(), read_only: false, follows: true },
        Mount { source: shared, target: "/shared".into(), read_only: true, follows: false },
    ];
    world.run(&spec).await;
    mount(Some("tmpfs"), &slot.join("alice"), Some("tmpfs"), MsFlags::empty(), none).unwrap();
    fs::write(slot.join("alice/hello"), "hello\n").unwrap();
    world.ended(&spec.name).await;
    let text = world.log("one");
    assert!(text.starts_with("hello\n") && text.ends_with("shut\n"), "{text}");
    world.close().await;
    umount2(&slot.join("alice"), MntFlags::MNT_DETACH).unwrap();
    umount2(&slot, MntFlags::MNT_DETACH).unwrap();
}

/// What the test below kills. By itself it does nothing.
#[tokio::test]
#[ignore = "part of another test"]
async fn a_manager() {
    let Ok(directory) = std::env::var("TOS_TEST_MANAGER") else { return };
    let init = env!("CARGO_BIN_EXE_tos-init").into();
    let instance = std::env::var("TOS_TEST_INSTANCE").unwrap().parse().unwrap();
    let settings = Settings::new(directory.into(), init, instance);
    Local::open(settings).await.unwrap().start(&name("one")).await.unwrap();
    println!("started");
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn who_started_it_may_be_killed_and_finds_it_again() {
    use std::io::BufRead as _;
    let Some(world) = World::make().await else { return };
    let spec = world.spec("one", &["sleep", "600"]);
    world.local.create(&spec).await.unwrap();
    let mut manager = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_manager", "--ignored", "--nocapture"])
        .env("TOS_TEST_MANAGER", &world.settings.directory)
        .env("TOS_TEST_INSTANCE", world.settings.instance.as_str())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let out = std::io::BufReader::new(manager.stdout.take().unwrap());
    assert!(out.lines().map_while(Result::ok).any(|line| line.ends_with("started")));
    manager.kill().unwrap();
    manager.wait().unwrap();

    let again = Local::open(world.settings.clone()).await.unwrap();
    let known = again.list().await.unwrap();
    assert_eq!((known.len(), known[0].state), (1, State::Running));
    assert_eq!(known[0].labels, spec.labels);
    assert_eq!(world.gate("one").await.status().await.unwrap(), Phase::Waiting);
    let mut events = again.events().await.unwrap();
    // The end is heard by one who never was its parent.
    world.gate("one").await.end().await.unwrap();
    assert_eq!(events.next().await.unwrap().state, Some(State::Exited { status: 143 }));
    again.remove(&spec.name, GRACE).await.unwrap();
    world.close().await;
}

#[tokio::test]
async fn what_waits_for_it_may_be_killed_and_it_lives() {
    let Some(world) = World::make().await else { return };
    let spec = world.spec("one", &["sleep", "600"]);
    world.run(&spec).await;
    let gate = world.gate("one").await;
    let text = fs::read(world.settings.directory.join("one/running.json")).unwrap();
    let running: gate::plan::Running = serde_json::from_slice(&text).unwrap();
    kill(Pid::from_raw(running.waiter.pid.cast_signed()), Signal::SIGKILL).unwrap();
    assert_eq!(gate.status().await.unwrap(), Phase::Waiting);
    assert_eq!(world.state(&spec.name).await, Some(State::Running));
    world.local.remove(&spec.name, GRACE).await.unwrap();
    assert_eq!(world.state(&spec.name).await, None);
    world.close().await;
}

#[tokio::test]
async fn many_at_once_are_one_each() {
    let Some(world) = World::make().await else { return };
    let twice = world.spec("twice", &["sleep", "600"]);
    let made = futures::future::join_all((0..8).map(|_| world.local.create(&twice))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
    assert!(made.iter().all(|made| matches!(made, Ok(()) | Err(Error::Exists(_)))), "{made:?}");
    let started = futures::future::join_all((0..4).map(|_| world.local.start(&twice.name))).await;
    assert!(started.iter().all(Result::is_ok), "{started:?}");
    let specs: Vec<_> = (0..12).map(|n| world.spec(&format!("many-{n}"), &["sleep", "600"])).collect();
    futures::future::join_all(specs.iter().map(|spec| world.run(spec))).await;
    let known = world.local.list().await.unwrap();
    assert_eq!(known.iter().filter(|known| known.state == State::Running).count(), 13);
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_with_words() {
    let Some(world) = World::make().await else { return };
    let refused = async |change: &dyn Fn(&mut Spec)| {
        let mut spec = world.spec("one", &["true"]);
        change(&mut spec);
        let error = world.local.create(&spec).await.unwrap_err();
        assert!(world.local.list().await.unwrap().is_empty());
        error.to_string()
    };
    let leads_out = world.local.facts().await.has("egress");
    assert_eq!(leads_out, Uid::effective().is_root());
    if !leads_out {
        assert!(refused(&|spec| spec.egress = Egress::Allow).await.contains("a network that leads out"));
    }
    assert!(refused(&|spec| spec.gpu = Some("nvidia.com/gpu=0".into())).await.contains("GPU"));
    assert!(refused(&|spec| spec.image = Image::Named("x".into())).await.contains("image"));
    assert!(refused(&|spec| spec.command.clear()).await.contains("no program"));
    assert!(refused(&|spec| spec.user.uid = 70_000).await.contains("65536 ids"));
    assert!(refused(&|spec| spec.gate = "../gate".into()).await.contains("plain path"));
    if Uid::effective().is_root() {
        assert!(refused(&|spec| spec.ids.first = 0).await.contains("the host's own ids"));
    }
    // What only shows when it is made is told by the start, and leaves nothing behind.
    let mut spec = world.spec("one", &["true"]);
    spec.mounts = vec![Mount { source: world.at("none"), target: "/home".into(), read_only: true, follows: false }];
    world.local.create(&spec).await.unwrap();
    let error = world.local.start(&spec.name).await.unwrap_err().to_string();
    assert!(error.contains("cannot mount") && error.contains("No such file"), "{error}");
    assert_eq!(world.state(&spec.name).await, Some(State::Created));
    assert!(matches!(
        world.local.checkpoint(&spec.name, Path::new("/x")).await,
        Err(Error::Unsupported { what: "checkpoint", .. })
    ));
    world.close().await;
}
