//! The first process for real: its sockets, what goes through them, and the program that it starts.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::SocketAddr,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        net::{UnixListener, UnixStream},
        process::ExitStatusExt as _,
    },
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use gate::{Error, Gate, Head, Media, Phase, seqpacket::Seqpacket, wire};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, UdpSocket},
};

/// A first process with its program, gone when the test is.
struct Init {
    child: Child,
    directory: tempfile::TempDir,
}

impl Init {
    fn start(options: &[&str], program: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_tos-init"))
            .arg("--gate")
            .arg(directory.path())
            .args(options)
            .arg("--")
            .args(program)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, directory }
    }

    /// Its gate, once it is there: the media socket is made last, and made private after that.
    async fn gate(&self) -> Gate {
        let last = self.directory.path().join(wire::MEDIA);
        while !std::fs::metadata(&last).is_ok_and(|metadata| metadata.mode() & 0o777 == 0o600) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Gate::new(self.directory.path())
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap())
    }

    /// What the program printed, and how it all ended.
    fn end(mut self) -> (String, ExitStatus) {
        let mut text = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        (text, self.child.wait().unwrap())
    }

    fn control(&self) -> UnixStream {
        UnixStream::connect(self.directory.path().join(wire::CONTROL)).unwrap()
    }
}

impl Drop for Init {
    fn drop(&mut self) {
        // Its program is a child of a reaper that goes; kindly, so that it takes it along.
        if self.child.try_wait().unwrap().is_none() {
            let _ = kill(self.pid(), Signal::SIGTERM);
            let _ = self.child.wait();
        }
    }
}

fn alice() -> BTreeMap<String, String> {
    [("USER", "alice"), ("HOME", "/home/alice")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[tokio::test]
async fn the_program_waits_until_it_is_somebodys() {
    let init = Init::start(&[], &["sh", "-c", "read line; echo \"$line\"; cat; sleep 0.2"]);
    let gate = init.gate().await;
    assert_eq!(gate.status().await.unwrap(), Phase::Waiting);
    gate.begin(&alice()).await.unwrap();
    assert!(matches!(gate.status().await.unwrap(), Phase::Running { pid } if pid > 1));
    assert!(matches!(gate.begin(&alice()).await, Err(Error::Refused(reason)) if reason == "begun"));
    let (text, status) = init.end();
    assert_eq!(text, "{\"environment\":{\"HOME\":\"/home/alice\",\"USER\":\"alice\"}}\n", "one line, and then the end");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_begin_as_long_as_may_be_arrives_whole_and_holds_nobody_up() {
    let init = Init::start(&[], &["sh", "-c", "sleep 0.2; wc -c"]);
    let gate = init.gate().await;
    let long = BTreeMap::from([("LONG".to_owned(), "x".repeat(65_000))]);
    gate.begin(&long).await.unwrap();
    assert!(matches!(gate.status().await.unwrap(), Phase::Running { .. }), "it has not read a byte yet");
    assert_eq!(init.end().0.trim(), (65_000 + "{\"environment\":{\"LONG\":\"\"}}\n".len()).to_string());
}

#[tokio::test]
async fn nonsense_ends_its_own_connection_and_nothing_else() {
    let init = Init::start(&[], &["sleep", "600"]);
    let gate = init.gate().await;
    let mut good = init.control();
    let mut ask = |line: &[u8]| {
        good.write_all(line).unwrap();
        let mut answer = [0; 4096];
        let length = good.read(&mut answer).unwrap();
        String::from_utf8(answer[..length].to_vec()).unwrap()
    };
    for line in [
        &b"\n"[..],
        b"null\n",
        b"{\"do\":\"dance\"}\n",
        b"{\"do\":\"begin\"}\n",
        b"{\"do\":\"begin\",\"environment\":{\"A\":1}}\n",
        b"{\"do\":\"begin\",\"environment\":{\"A=B\":\"\"}}\n",
        b"{\"do\":\"begin\",\"environment\":{\"A\":\"\\u0000\"}}\n",
        b"\xff\xfe\n",
    ] {
        assert!(ask(line).starts_with("{\"ok\":false,\"reason\":\""), "{line:?}");
    }
    assert_eq!(ask(b"{\"do\":\"status\"}\n"), "{\"ok\":true,\"phase\":\"waiting\"}\n", "the same connection goes on");

    let mut endless = init.control();
    // It closes on us in the middle of it.
    let _ = endless.write_all(&vec![b'x'; wire::LINE + 10]);
    assert_eq!(endless.read(&mut [0; 16]).unwrap_or(0), 0);
    assert_eq!(gate.status().await.unwrap(), Phase::Waiting);

    // Who opens connections and says nothing has some of them, and after those nobody gets one until they go.
    let silent: Vec<_> = (0..40).map(|_| init.control()).collect();
    drop(silent);
    while gate.status().await.is_err() {}
}

#[tokio::test]
async fn streams_reach_ports_and_end_as_they_end() {
    let init = Init::start(&[], &["sleep", "600"]);
    let gate = init.gate().await;
    for host in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(listener) = TcpListener::bind(host).await else {
            eprintln!("SKIPPED for {host}: this machine has no such loopback");
            continue;
        };
        let port = listener.local_addr().unwrap().port();
        let (outer, inner) = tokio::join!(gate.connect(port), listener.accept());
        let (mut outer, mut inner) = (outer.unwrap(), inner.unwrap().0);
        outer.write_all(b"question").await.unwrap();
        outer.shutdown().await.unwrap();
        let mut heard = String::new();
        inner.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "question");
        inner.write_all(b"answer after the end of the question").await.unwrap();
        drop(inner);
        heard.clear();
        outer.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "answer after the end of the question");
    }

    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert!(matches!(gate.connect(free).await, Err(Error::Refused(reason)) if reason == "listener"));
    assert!(matches!(gate.connect(0).await, Err(Error::Refused(reason)) if reason == "port"));
    for line in ["\n", "80 \n", "+80\n", "123456\n", "65536\n", "GET / HTTP/1.1\n"] {
        let mut stream = UnixStream::connect(init.directory.path().join(wire::PORTS)).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        assert_eq!(answer, "no port\n", "{line:?}");
    }
}

#[tokio::test]
async fn there_are_so_many_streams_and_no_more() {
    let init = Init::start(&[], &["sleep", "600"]);
    let gate = init.gate().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut streams = Vec::new();
    for _ in 0..wire::STREAMS {
        let (outer, inner) = tokio::join!(gate.connect(port), listener.accept());
        streams.push((outer.unwrap(), inner.unwrap()));
    }
    assert!(matches!(gate.connect(port).await, Err(Error::Refused(reason)) if reason == "busy"));
    streams.pop();
    while let Err(error) = gate.connect(port).await {
        assert!(matches!(error, Error::Refused(reason) if reason == "busy"));
    }
}

/// Sends every datagram back with the port it came from in front.
async fn parrot() -> (u16, tokio::task::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let mut datagram = vec![0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut datagram).await {
            let mut answer = from.port().to_be_bytes().to_vec();
            answer.extend_from_slice(&datagram[..length]);
            answer.truncate(wire::DATAGRAM);
            let _ = socket.send_to(&answer, from).await;
        }
    });
    (port, task)
}

async fn echo(media: &Media, head: Head, text: &[u8]) -> (u16, Vec<u8>) {
    media.send(head, text).unwrap();
    let mut buffer = Media::buffer();
    let (answered, datagram) = media.recv(&mut buffer).await.unwrap().unwrap();
    assert_eq!(answered, head, "an answer goes to who asked");
    let (source, rest) = datagram.split_first_chunk::<2>().unwrap();
    (u16::from_be_bytes(*source), rest.to_vec())
}

#[tokio::test]
async fn datagrams_find_their_way_in_and_back() {
    let init = Init::start(&[], &["sleep", "600"]);
    let media = init.gate().await.media().await.unwrap();
    let (port, task) = parrot().await;
    let flow = |flow| Head { port, flow };
    let (first, text) = echo(&media, flow(1), b"one").await;
    assert_eq!(text, b"one");
    let (second, _) = echo(&media, flow(2), b"two").await;
    assert_ne!(first, second, "a socket of its own");
    assert_eq!(echo(&media, flow(1), b"").await, (first, vec![]), "and the same one again");
    let long = vec![7; wire::DATAGRAM];
    assert_eq!(echo(&media, flow(1), &long).await.1, long[2..]);
    assert!(media.send(flow(1), &vec![7; wire::DATAGRAM + 1]).is_err());

    // A flow to a port where nobody listens hurts no other.
    let nobody = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for _ in 0..3 {
        media.send(Head { port: nobody, flow: 1 }, b"hello?").unwrap();
    }
    assert_eq!(echo(&media, flow(2), b"two").await.0, second);

    // As many others as there may be: what was silent longest had to go, and comes back with a new socket.
    let mut sources = std::collections::HashSet::new();
    for n in 0..u32::try_from(wire::FLOWS).unwrap() {
        assert!(sources.insert(echo(&media, flow(100 + n), b"x").await.0), "flow {n} shares a socket");
    }
    assert!(!sources.contains(&echo(&media, flow(1), b"again").await.0));
    task.abort();
}

#[tokio::test]
async fn a_channel_of_nonsense_ends_and_the_next_one_works() {
    let init = Init::start(&[], &["sleep", "600"]);
    let gate = init.gate().await;
    let path = init.directory.path().join(wire::MEDIA);
    for packet in [vec![1; 5], vec![0; 40], vec![1; wire::PACKET + 1]] {
        let raw = Seqpacket::connect(&path).unwrap();
        raw.send(&packet, b"").await.unwrap();
        assert_eq!(raw.recv(&mut [0; 16]).await.unwrap_or(0), 0, "it was closed");
    }
    let (port, task) = parrot().await;
    let media = gate.media().await.unwrap();
    assert_eq!(echo(&media, Head { port, flow: 1 }, b"x").await.1, b"x");
    task.abort();
}

#[tokio::test]
async fn what_a_container_puts_in_the_place_of_a_socket_leads_nowhere() {
    let secret = tempfile::tempdir().unwrap();
    let listener = UnixListener::bind(secret.path().join("engine.sock")).unwrap();
    listener.set_nonblocking(true).unwrap();
    let evil = tempfile::tempdir().unwrap();
    let gate = Gate::new(evil.path());
    assert!(matches!(gate.connect(80).await, Err(Error::Closed(_))), "nothing there");
    for name in [wire::CONTROL, wire::PORTS, wire::MEDIA] {
        std::os::unix::fs::symlink(secret.path().join("engine.sock"), evil.path().join(name)).unwrap();
    }
    assert!(matches!(gate.connect(80).await, Err(Error::Closed(_))));
    assert!(matches!(gate.status().await, Err(Error::Closed(_))));
    assert!(matches!(gate.media().await, Err(Error::Closed(_))));
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody knocked");
}

#[tokio::test]
async fn answers_have_a_bound_and_a_deadline() {
    let evil = tempfile::tempdir().unwrap();
    let listener = tokio::net::UnixListener::bind(evil.path().join(wire::CONTROL)).unwrap();
    let gate = Gate::new(evil.path()).with_patience(Duration::from_millis(300));
    let with = |answer: Vec<u8>| {
        let (gate, listener) = (&gate, &listener);
        async move {
            let say = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.write_all(&answer).await;
                stream
            };
            tokio::join!(gate.status(), say).0
        }
    };
    assert!(matches!(with(vec![]).await, Err(Error::Silent)));
    assert!(matches!(with(vec![b'x'; 1 << 20]).await, Err(Error::Nonsense)));
    assert!(matches!(with(b"\xff\n".to_vec()).await, Err(Error::Nonsense)));
    assert!(matches!(with(b"{\"ok\":true}\n".to_vec()).await, Err(Error::Nonsense)));
    let rude = b"{\"ok\":false,\"reason\":\"\\u001b[2J\\nyou\"}\n".to_vec();
    assert!(matches!(with(rude).await, Err(Error::Refused(words)) if words == "[2Jyou"));
    assert!(matches!(
        with(b"{\"ok\":true,\"phase\":\"running\",\"pid\":7}\n".to_vec()).await,
        Ok(Phase::Running { pid: 7 })
    ));
}

#[tokio::test]
async fn it_ends_as_its_program_does() {
    assert_eq!(Init::start(&[], &["sh", "-c", "exit 7"]).end().1.code(), Some(7));
    assert_eq!(Init::start(&[], &["sh", "-c", "kill -9 $$"]).end().1.code(), Some(137));
    assert_eq!(Init::start(&[], &["/there/is/none"]).end().1.code(), Some(126));

    let init =
        Init::start(&[], &["sh", "-c", "trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.05; done"]);
    let gate = init.gate().await;
    let mut init = init;
    let mut ready = [0; 6];
    init.child.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
    gate.end().await.unwrap();
    let (text, status) = init.end();
    assert_eq!((text.as_str(), status.code()), ("told\n", Some(3)));

    let init = Init::start(&[], &["sleep", "600"]);
    init.gate().await;
    kill(init.pid(), Signal::SIGTERM).unwrap();
    let (_, status) = init.end();
    assert_eq!((status.code(), status.signal()), (Some(143), None), "the signal was the program's");
}

#[tokio::test]
async fn only_their_owner_opens_the_sockets() {
    let init = Init::start(&[], &["sleep", "600"]);
    init.gate().await;
    for name in [wire::CONTROL, wire::PORTS, wire::MEDIA] {
        let mode = init.directory.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_program_is_who_it_is_told_to_be_and_no_more() {
    if !Uid::effective().is_root() {
        let init = Init::start(&["--user", "1:1"], &["true"]);
        assert_eq!(init.end().1.code(), Some(126), "an ordinary user becomes nobody else");
        eprintln!("SKIPPED in part: only root becomes another user");
        return;
    }
    let script = "id -u; id -g; id -G; ulimit -n; awk '/Max processes/ { print $3 }' /proc/self/limits; grep -E 'NoNewPrivs|CapEff' /proc/self/status; pwd";
    let options = ["--user", "1234:1235", "--nofile", "512", "--nproc", "64"];
    let (text, status) = Init::start(&options, &["sh", "-c", script]).end();
    let expected = "1234\n1235\n1235\n512\n64\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n/\n";
    assert_eq!((text.as_str(), status.code()), (expected, Some(0)));
}

#[test]
fn as_process_1_it_reaps_every_orphan_and_ends_everything() {
    let directory = tempfile::tempdir().unwrap();
    // 50 orphans, all of which end; then one that stays and says what it hears.
    let script = "i=0; while [ $i -lt 50 ]; do (true &) ; i=$((i+1)); done; \
        (trap 'echo left; exit' TERM; echo stays; while :; do sleep 0.05; done) & \
        while :; do n=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l); [ $n -eq 0 ] && break; done; \
        echo none; sleep 0.2; exit 5";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--pid", "--fork", "--mount", "--mount-proc", "--kill-child"])
        .arg(env!("CARGO_BIN_EXE_tos-init"))
        .arg("--gate")
        .arg(directory.path())
        .args(["--", "sh", "-c", script])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("unshare failed") {
        eprintln!("SKIPPED: this machine gives no user namespaces: {complaint}");
        return;
    }
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!((lines, output.status.code()), (vec!["left", "none", "stays"], Some(5)), "{complaint}");
}

#[tokio::test]
async fn a_still_one_wakes_for_nobody() {
    let init = Init::start(&[], &["sleep", "600"]);
    let gate = init.gate().await;
    let (port, task) = parrot().await;
    gate.status().await.unwrap();
    let media = gate.media().await.unwrap();
    echo(&media, Head { port, flow: 1 }, b"x").await;
    let switches = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", init.pid())).unwrap();
        status.lines().find(|line| line.starts_with("voluntary_ctxt_switches")).unwrap().to_owned()
    };
    // It goes to sleep after the last answer; from then on nothing wakes it.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = switches();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(switches(), before);
    task.abort();
}

#[test]
fn addresses_of_the_relay_come_from_anywhere() {
    let now = std::time::Instant::now();
    let mut relay = gate::Relay::default();
    let six: SocketAddr = "[2001:db8::1]:5".parse().unwrap();
    let head = relay.inward(40_000, six, now);
    assert_eq!(relay.outward(head, now), Some(six));
}
