//! What a runtime promises, tried with real containers.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use futures::StreamExt as _;
use runtime::{Error, Event, Name, Runtime, State, spec::Mount};

use super::{Bench, LONG, until};

/// Lives until it is told to end.
const STAYS: &str = "trap 'exit 0' TERM; echo up > /mnt/up; while :; do sleep 0.05; done";

/// The whole of it.
pub async fn conformance(runtime: &dyn Runtime, bench: &Bench) {
    assert!(!runtime.facts().await.0.is_empty());
    assert_eq!(runtime.facts().await.fatal().next(), None);
    nobody(runtime).await;
    states(runtime, bench).await;
    inside(runtime, bench).await;
    mounts(runtime, bench).await;
    frozen(runtime, bench).await;
    limits(runtime, bench).await;
    reading(runtime, bench).await;
    events(runtime, bench).await;
    checkpoint(runtime, bench).await;
    assert!(runtime.list().await.unwrap().is_empty(), "something was left");
}

pub async fn state(runtime: &dyn Runtime, name: &Name) -> Option<State> {
    runtime.list().await.unwrap().into_iter().find(|known| known.name == *name).map(|known| known.state)
}

/// Waits until a container is as it should become.
pub async fn becomes(runtime: &dyn Runtime, name: &Name, so: State) {
    let begin = std::time::Instant::now();
    while state(runtime, name).await != Some(so) {
        assert!(begin.elapsed() < LONG, "{name} does not become {so:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn nobody(runtime: &dyn Runtime) {
    let name: Name = "nobody".parse().unwrap();
    let missing = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Missing(_))), "{result:?}");
    missing(runtime.start(&name).await);
    missing(runtime.freeze(&name).await);
    missing(runtime.thaw(&name).await);
    missing(runtime.stats(&name).await.map(|_| ()));
    missing(runtime.pid(&name).await.map(|_| ()));
    runtime.remove(&name, Duration::ZERO).await.unwrap();
}

async fn states(runtime: &dyn Runtime, bench: &Bench) {
    let spec = bench.spec("states", STAYS);
    let name = &spec.name;
    runtime.create(&spec).await.unwrap();
    assert_eq!(state(runtime, name).await, Some(State::Created));
    assert!(matches!(runtime.create(&spec).await, Err(Error::Exists(_))));
    assert_eq!(runtime.pid(name).await.unwrap(), None);
    runtime.start(name).await.unwrap();
    runtime.start(name).await.unwrap();
    bench.read("states", "up").await;
    let known = runtime.list().await.unwrap();
    let known = known.iter().find(|known| known.name == *name).unwrap();
    assert_eq!((known.state, &known.labels), (State::Running, &spec.labels));
    let pid = runtime.pid(name).await.unwrap().unwrap();
    assert!(fs::exists(format!("/proc/{pid}")).unwrap());
    assert!(matches!(runtime.create(&spec).await, Err(Error::Exists(_))));
    runtime.remove(name, Duration::from_secs(10)).await.unwrap();
    assert_eq!(state(runtime, name).await, None);
    assert!(!fs::exists(format!("/proc/{pid}")).unwrap(), "its first process is still there");
    runtime.remove(name, Duration::from_secs(10)).await.unwrap();

    // The same name is free again, and a status is the program's.
    let spec = bench.spec("states", "exit 7");
    runtime.create(&spec).await.unwrap();
    runtime.start(name).await.unwrap();
    becomes(runtime, name, State::Exited { status: 7 }).await;
    assert_eq!(runtime.pid(name).await.unwrap(), None);
    runtime.remove(name, Duration::ZERO).await.unwrap();
}

async fn inside(runtime: &dyn Runtime, bench: &Bench) {
    let script = "exec > /mnt/told.part 2>/dev/null
        echo id $(id -u) $(id -g)
        echo greeting $GREETING
        echo stranger $CARGO_MANIFEST_DIR
        grep -E '^(CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status
        echo map $(cat /proc/self/uid_map)
        touch /etc/x; echo root $?
        touch /tmp/x; echo tmp $?
        echo processes $(ls -d /proc/[0-9]* | wc -l)
        echo gate $(ls /run/tos; echo $?)
        echo cards $(tail -n +3 /proc/net/dev | cut -d: -f1)
        mv /mnt/told.part /mnt/told
        exec sleep 1000";
    let spec = bench.spec("inside", script);
    runtime.create(&spec).await.unwrap();
    runtime.start(&spec.name).await.unwrap();
    let text = bench.read("inside", "told").await;
    let told: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.split_once([' ', '\t'])).map(|(key, value)| (key, value.trim())).collect();
    assert_eq!(told["id"], "1000 1000", "{text}");
    assert_eq!(told["greeting"], "hello world, \"quoted\"", "{text}");
    assert!(!text.lines().any(|line| line.starts_with("stranger /")), "the host's environment is inside: {text}");
    for none in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
        assert_eq!(told[none].trim_matches('0'), "", "{none} {text}");
    }
    assert_eq!((told["NoNewPrivs:"], told["Seccomp:"]), ("1", "2"), "{text}");
    let map: Vec<u32> = told["map"].split_whitespace().map(|number| number.parse().unwrap()).collect();
    if bench.own_ids {
        assert_eq!(map, [0, bench.ids.first, bench.ids.count], "{text}");
    }
    assert_ne!(told["root"], "0", "the root can be written to: {text}");
    assert_eq!(told["tmp"], "0", "{text}");
    assert!(told["processes"].parse::<u32>().unwrap() < 12, "it sees others: {text}");
    assert!(told["cards"].split_whitespace().all(|card| card == "lo"), "{text}");
    // Nobody inside but the first process gets at the gate.
    assert_ne!(told["gate"], "0", "{text}");
    runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
}

async fn mounts(runtime: &dyn Runtime, bench: &Bench) {
    let shared = bench.directory.join("slot");
    let given = bench.directory.join("given");
    fs::create_dir_all(&shared).unwrap();
    fs::create_dir_all(&given).unwrap();
    fs::write(given.join("word"), "hello\n").unwrap();
    let script = "cat /srv/word > /mnt/word
        touch /srv/x 2>/dev/null; echo $? > /mnt/refused
        until cat /media/late/word > /mnt/late 2>/dev/null; do sleep 0.02; done
        exec sleep 1000";
    let mut spec = bench.spec("mounts", script);
    spec.mounts.push(Mount { source: given, target: "/srv".into(), read_only: true, follows: false });
    let root = nix::unistd::geteuid().is_root();
    if root {
        // Its own mount, so that what comes below is passed on.
        mount(&["--bind", shared.to_str().unwrap(), shared.to_str().unwrap()]);
        mount(&["--make-shared", shared.to_str().unwrap()]);
        spec.mounts.push(Mount { source: shared.clone(), target: "/media".into(), read_only: false, follows: true });
    } else {
        eprintln!("NOT TESTED: mounts that come later, without root");
    }
    runtime.create(&spec).await.unwrap();
    runtime.start(&spec.name).await.unwrap();
    assert_eq!(bench.read("mounts", "word").await, "hello\n");
    assert_ne!(bench.read("mounts", "refused").await, "0\n");
    if root {
        let late = shared.join("late");
        fs::create_dir(&late).unwrap();
        mount(&["-t", "tmpfs", "late", late.to_str().unwrap()]);
        fs::write(late.join("word"), "later\n").unwrap();
        assert_eq!(bench.read("mounts", "late").await, "later\n");
    }
    runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
    super::unmount_below(&shared);
}

fn mount(arguments: &[&str]) {
    assert!(Command::new("mount").args(arguments).status().unwrap().success(), "mount {arguments:?}");
}

async fn frozen(runtime: &dyn Runtime, bench: &Bench) {
    let spec = bench
        .spec("frozen", "i=0; while :; do i=$((i+1)); echo $i > /mnt/count.part; mv /mnt/count.part /mnt/count; done");
    let name = &spec.name;
    runtime.create(&spec).await.unwrap();
    runtime.start(name).await.unwrap();
    bench.read("frozen", "count").await;
    let path = bench.out("frozen").join("count");
    let count = || fs::read_to_string(&path).unwrap();
    for _ in 0..2 {
        runtime.freeze(name).await.unwrap();
        runtime.freeze(name).await.unwrap();
        assert_eq!(state(runtime, name).await, Some(State::Frozen));
        assert!(runtime.pid(name).await.unwrap().is_some());
        let (still, used) = (count(), runtime.stats(name).await.unwrap().cpu);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(still, count());
        assert_eq!(used, runtime.stats(name).await.unwrap().cpu, "it used the processor");
        runtime.thaw(name).await.unwrap();
        runtime.thaw(name).await.unwrap();
        assert_eq!(state(runtime, name).await, Some(State::Running));
        until("it counts on", || (count() != still).then_some(())).await;
    }
    // One that is frozen goes as well as one that runs.
    runtime.freeze(name).await.unwrap();
    runtime.remove(name, Duration::from_secs(10)).await.unwrap();
    assert_eq!(state(runtime, name).await, None);
}

async fn limits(runtime: &dyn Runtime, bench: &Bench) {
    let facts = runtime.facts().await;
    let script = "ulimit -n > /mnt/descriptors
        ( x=$(head -c 200000000 /dev/zero | tr '\\0' x) ) 2>/dev/null; echo $? > /mnt/hog
        ( i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done ) 2>/dev/null
        echo $? > /mnt/bomb
        while :; do :; done";
    let mut spec = bench.spec("limits", script);
    let name = &spec.name.clone();
    spec.limits.descriptors = Some(321);
    spec.limits.memory = facts.has("memory limit").then_some(96 << 20);
    spec.limits.pids = facts.has("process limit").then_some(40);
    spec.limits.cpu_weight = facts.has("processor limit").then_some(50);
    spec.limits.cpu_millis = facts.has("processor limit").then_some(200);
    runtime.create(&spec).await.unwrap();
    runtime.start(name).await.unwrap();
    assert_eq!(bench.read("limits", "descriptors").await, "321\n");
    let hog = bench.read("limits", "hog").await;
    bench.read("limits", "bomb").await;
    let before = runtime.stats(name).await.unwrap();
    if spec.limits.memory.is_some() {
        assert_ne!(hog, "0\n", "it had more memory than it may");
        assert!((1..=96 << 20).contains(&before.memory), "{before:?}");
    } else {
        eprintln!("NOT TESTED: the limit of memory");
    }
    if spec.limits.pids.is_some() {
        assert!((5..=40).contains(&before.pids), "{before:?}");
    } else {
        eprintln!("NOT TESTED: the limit of processes");
    }
    if spec.limits.cpu_millis.is_some() {
        let begin = std::time::Instant::now();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let used = runtime.stats(name).await.unwrap().cpu - before.cpu;
        // A fifth of the time, with a period's worth of slack at either end.
        let most = begin.elapsed().mul_f64(0.2) + Duration::from_millis(60);
        assert!(used <= most, "{used:?} of at most {most:?}");
    } else {
        eprintln!("NOT TESTED: the ceiling of the processor");
    }
    if facts.has("processor limit") {
        let pid = runtime.pid(name).await.unwrap().unwrap();
        let before = settings_of(pid);
        match runtime.weigh(name, 10).await {
            Ok(()) => {
                let changed = settings_of(pid).into_iter().filter(|(file, value)| before.get(file) != Some(value));
                let changed: Vec<_> = changed.collect();
                let (weight, shares) = (("cpu.weight", "10".to_owned()), ("cpu.shares", "102".to_owned()));
                assert!(changed == [weight] || changed == [shares], "{changed:?} of {before:?}");
            }
            Err(Error::Unsupported { why, .. }) => eprintln!("NOT TESTED: another share of the processor: {why}"),
            Err(error) => panic!("{error}"),
        }
        let nobody = runtime.weigh(&"nobody".parse().unwrap(), 10).await;
        assert!(matches!(nobody, Err(Error::Missing(_))), "{nobody:?}");
    }
    // What cannot be had is refused, and given up by name only.
    for (fact, field) in [
        ("memory limit", "memory"),
        ("processor limit", "cpu_millis"),
        ("process limit", "pids"),
        ("writing limit", "write_rate"),
    ] {
        let mut spec = bench.spec("wish", "true");
        spec.limits.memory = (field == "memory").then_some(1 << 30);
        spec.limits.cpu_millis = (field == "cpu_millis").then_some(1000);
        spec.limits.pids = (field == "pids").then_some(100);
        spec.limits.write_rate = (field == "write_rate").then_some(1 << 20);
        if !facts.has(fact) && !bench.may_lack.iter().any(|lacking| lacking == field) {
            assert!(matches!(runtime.create(&spec).await, Err(Error::Unsupported { .. })));
            spec.limits.may_lack.push(field.to_owned());
        }
        runtime.create(&spec).await.unwrap();
        runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
    }
    runtime.remove(name, Duration::ZERO).await.unwrap();
}

/// The limits that the cgroups of a process say, of either version, by file.
fn settings_of(pid: u32) -> BTreeMap<&'static str, String> {
    const FILES: [&str; 8] = [
        "cpu.weight",
        "cpu.max",
        "memory.max",
        "cpu.shares",
        "cpu.cfs_quota_us",
        "cpu.cfs_period_us",
        "memory.limit_in_bytes",
        "pids.max",
    ];
    let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
    let directories: Vec<String> = groups
        .lines()
        .filter_map(|line| line.split_once(':')?.1.split_once(':'))
        .flat_map(|(controllers, path)| {
            ["", "unified", controllers].map(|mount| format!("/sys/fs/cgroup/{mount}/{}", path.trim_start_matches('/')))
        })
        .collect();
    let read = |file| directories.iter().find_map(|directory| fs::read_to_string(format!("{directory}/{file}")).ok());
    FILES.into_iter().filter_map(|file| Some((file, read(file)?.trim().to_owned()))).collect()
}

async fn reading(runtime: &dyn Runtime, bench: &Bench) {
    let script = "echo up > /mnt/up; dd if=/mnt/book of=/dev/null bs=64k iflag=direct 2>/mnt/said; echo $? > /mnt/read";
    let mut spec = bench.spec("reading", script);
    spec.limits.read_rate = Some(1 << 20);
    fs::write(bench.out("reading").join("book"), vec![1; 2 << 20]).unwrap();
    let made = runtime.create(&spec).await;
    if let Err(error) = made {
        assert!(matches!(error, Error::Unsupported { .. }), "{error}");
        return eprintln!("NOT TESTED: the limit of reading: {error}");
    }
    runtime.start(&spec.name).await.unwrap();
    bench.read("reading", "up").await;
    let begin = std::time::Instant::now();
    let status = bench.read("reading", "read").await;
    let said = fs::read_to_string(bench.out("reading").join("said")).unwrap();
    if status == "0\n" {
        // Two seconds' worth; the first of it may be had at once.
        assert!(begin.elapsed() > Duration::from_millis(900), "{:?}: {said}", begin.elapsed());
    } else {
        eprintln!("NOT TESTED: the limit of reading, on a file system without direct reads: {said}");
    }
    runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
}

async fn events(runtime: &dyn Runtime, bench: &Bench) {
    let spec = bench.spec("events", "trap 'exit 3' TERM; echo up > /mnt/up; while :; do sleep 0.05; done");
    let name = &spec.name;
    let mut stream = runtime.events().await.unwrap();
    runtime.create(&spec).await.unwrap();
    runtime.start(name).await.unwrap();
    bench.read("events", "up").await;
    runtime.freeze(name).await.unwrap();
    runtime.thaw(name).await.unwrap();
    runtime.remove(name, Duration::from_secs(10)).await.unwrap();
    let mut found: Vec<Option<State>> = Vec::new();
    while found.last() != Some(&None) {
        let Event { name: whose, state } = tokio::time::timeout(LONG, stream.next())
            .await
            .unwrap_or_else(|_| panic!("no more events after {found:?}"))
            .expect("the stream ended");
        // What a runtime tells once more, because it begins a little earlier, is of others.
        if whose == *name && found.last() != Some(&state) {
            found.push(state);
        }
    }
    let running = Some(State::Running);
    let all = [Some(State::Created), running, Some(State::Frozen), running, Some(State::Exited { status: 3 }), None];
    // A freezer that is no engine's own has nobody to tell of it.
    let told: Vec<_> = found.iter().filter(|state| **state != Some(State::Frozen)).copied().collect();
    assert!(found == all || (!runtime.facts().await.has("freezer") && told.starts_with(&all[..2])), "{found:?}");
}

async fn checkpoint(runtime: &dyn Runtime, bench: &Bench) {
    let spec = bench.spec("checkpoint", "i=0; while :; do i=$((i+1)); echo $i > /mnt/count; sleep 0.05; done");
    let archive = bench.directory.join("checkpoint.tar");
    runtime.create(&spec).await.unwrap();
    runtime.start(&spec.name).await.unwrap();
    bench.read("checkpoint", "count").await;
    let written = runtime.checkpoint(&spec.name, &archive).await;
    if runtime.facts().await.has("checkpoint") {
        written.unwrap();
        runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
        let before: u64 = bench.read("checkpoint", "count").await.trim().parse().unwrap();
        runtime.restore(&spec, &archive).await.unwrap();
        let path = bench.out("checkpoint").join("count");
        let count = || fs::read_to_string(&path).ok()?.trim().parse::<u64>().ok();
        until("it counts on", || count().filter(|count| *count > before)).await;
    } else {
        let Err(Error::Unsupported { why, .. }) = written else { panic!("{written:?}") };
        assert!(!why.is_empty() && !archive.exists());
        assert!(matches!(runtime.restore(&spec, &archive).await, Err(Error::Unsupported { .. })));
        eprintln!("NOT TESTED: checkpoints: {why}");
        // It was left alone.
        assert_eq!(state(runtime, &spec.name).await, Some(State::Running));
    }
    runtime.remove(&spec.name, Duration::ZERO).await.unwrap();
}
