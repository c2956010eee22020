//! Who reaches whom: real containers, a host with services, and an outside in a network namespace of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops here; clippy exempts only the test functions")]

mod common;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use common::{
    Bench,
    podman::{Podman, why_not},
    until,
};
use runtime::{
    Error, Runtime,
    engine::{Dialect, Engine},
    local::Local,
    spec::{Egress, Network},
};
use sha2::Digest as _;

/// Does what is in `/mnt/ask`, and serves a word on port 8000.
const OBEYS: &str = "echo $(ip -o -4 addr show dev eth0 2>/dev/null | awk '{print $4}') > /mnt/address
    mkdir /tmp/www; echo inside > /tmp/www/word; httpd -p 8000 -h /tmp/www
    echo up > /mnt/up
    while :; do
        if [ -e /mnt/ask ]; then sh /mnt/ask > /tmp/answer 2>&1; rm /mnt/ask; cp /tmp/answer /mnt/part; mv /mnt/part /mnt/answer; fi
        sleep 0.02
    done";

fn run(command: &str) {
    let status = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(status.success(), "{command}");
}

/// A machine beyond the host.
struct Outside {
    name: String,
    server: Child,
    /// The host's end of the line, where the host has a service too.
    host: SocketAddr,
    /// One that everybody may reach.
    open: IpAddr,
    /// One that a plan denies.
    denied: IpAddr,
    /// The same by IPv6.
    open6: IpAddr,
    denied6: IpAddr,
}

const METADATA: &str = "169.254.169.254";

impl Outside {
    async fn new(bench: &Bench, number: u32) -> Self {
        let n = std::process::id() % 200 + number;
        let name = format!("tos-out-{n}");
        let www = bench.directory.join("outside");
        fs::create_dir_all(&www).unwrap();
        fs::write(www.join("word"), "outside\n").unwrap();
        run(&format!(
            "ip netns add {name} && ip link add tosout{n} type veth peer name far netns {name} &&
             ip addr add 10.215.{n}.1/24 dev tosout{n} && ip addr add fd15:{n}::1/64 dev tosout{n} nodad &&
             ip link set tosout{n} up && ip -n {name} link set lo up &&
             ip -n {name} addr add 10.215.{n}.2/24 dev far && ip -n {name} addr add 10.215.{n}.3/24 dev far &&
             ip -n {name} addr add fd15:{n}::2/64 dev far nodad && ip -n {name} addr add fd15:{n}::3/64 dev far nodad &&
             ip -n {name} addr add {METADATA}/32 dev lo && ip -n {name} link set far up &&
             ip -n {name} route add default via 10.215.{n}.1 && ip -n {name} route add default via fd15:{n}::1"
        ));
        let server = Command::new("ip")
            .args(["netns", "exec", &name, "busybox", "httpd", "-f", "-p", "8000", "-h"])
            .arg(&www)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = |text: String| text.parse().unwrap();
        let open = address(format!("10.215.{n}.2"));
        until("the outside serves", || TcpStream::connect((open, 8000)).ok()).await;
        Self {
            name,
            server,
            host: serve(address(format!("10.215.{n}.1"))),
            open,
            denied: address(format!("10.215.{n}.3")),
            open6: address(format!("fd15:{n}::2")),
            denied6: address(format!("fd15:{n}::3")),
        }
    }

    /// Whether somebody out there gets a word from this address.
    fn reaches(&self, place: SocketAddr) -> bool {
        let url = format!("http://{place}/word");
        let told = Command::new("ip")
            .args(["netns", "exec", &self.name, "timeout", "3", "busybox", "wget", "-q", "-O", "-", &url])
            .output()
            .unwrap();
        told.status.success()
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = Command::new("ip").args(["netns", "delete", &self.name]).status();
    }
}

/// A service of the host at one of its addresses.
fn serve(address: IpAddr) -> SocketAddr {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let place = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhost\n");
        }
    });
    place
}

/// What a container gets from there.
async fn word(bench: &Bench, name: &str, place: SocketAddr) -> Option<String> {
    let (ask, answer) = (bench.out(name).join("ask"), bench.out(name).join("answer"));
    let _ = fs::remove_file(&answer);
    let script = format!("timeout 3 wget -q -O - http://{place}/word; echo status $?\n");
    fs::write(bench.out(name).join("new"), script).unwrap();
    fs::rename(bench.out(name).join("new"), ask).unwrap();
    let text = bench.read(name, "answer").await;
    let (said, status) = text.trim().rsplit_once("status ").unwrap();
    (status == "0").then(|| said.trim().to_owned())
}

/// An address of a container, by its own word.
async fn address(bench: &Bench, name: &str) -> IpAddr {
    let text = bench.read(name, "address").await;
    text.trim().split_once('/').unwrap().0.parse().unwrap()
}

async fn runs(engine: &dyn Runtime, bench: &Bench, name: &str, egress: Egress) {
    let mut spec = bench.spec(name, OBEYS);
    spec.egress = egress;
    engine.create(&spec).await.unwrap();
    engine.start(&spec.name).await.unwrap();
    bench.read(name, "up").await;
}

fn table(instance: &str) -> bool {
    let name = format!("tos-{instance}");
    let told = Command::new("nft").args(["list", "table", "inet", &name]).output().unwrap();
    told.status.success() && String::from_utf8_lossy(&told.stdout).contains("chain leaving")
}

fn one(address: IpAddr) -> Network {
    Network { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_what_is_not_for_them() {
    if let Some(why) = why_not() {
        return eprintln!("NOT TESTED: networks of containers: {why}");
    }
    let podman = Podman::start().await;
    let mut settings = podman.settings(Dialect::Podman);
    settings.addresses6 = Some(Network { address: "fd14:7::".parse().unwrap(), prefix: 48 });
    let connect = async || Box::new(Engine::connect(settings.clone()).await.unwrap()) as Box<dyn Runtime>;
    story(connect, &settings.instance, &podman.bench(), podman.number).await;
    let networks = podman.command().args(["network", "ls", "--quiet"]).output().unwrap();
    let name = format!("tos-{}", settings.instance);
    assert!(!String::from_utf8_lossy(&networks.stdout).contains(&name), "a network was left");
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_without_an_engine() {
    let directory = common::directory();
    let bench = common::local(&directory);
    let mut settings = common::local_settings(&directory, "n");
    settings.addresses = Network { address: [10, 211, 0, 0].into(), prefix: 16 };
    settings.addresses6 = Some(Network { address: "fd14:8::".parse().unwrap(), prefix: 48 });
    let local = Local::open(settings.clone()).await.unwrap();
    if !local.facts().await.has("egress") {
        let mut spec = bench.spec("open", "true");
        spec.egress = Egress::Allow;
        let refused = local.create(&spec).await;
        assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
        return eprintln!("NOT TESTED: networks without an engine: {refused:?}");
    }
    let open = async || Box::new(Local::open(settings.clone()).await.unwrap()) as Box<dyn Runtime>;
    // Far from those of podman, which run at the same time.
    story(open, settings.instance.as_str(), &bench, 40).await;
    let cards = fs::read_dir("/sys/class/net").unwrap().map(|card| card.unwrap().file_name());
    let ours = ["free", "bound", "shut"].map(|name| interface(&format!("tos-{}-{name}", settings.instance)));
    assert!(!cards.into_iter().any(|card| ours.iter().any(|name| card == name.as_str())), "an interface was left");
}

/// As the kernel calls it.
fn interface(network: &str) -> String {
    let digest = sha2::Sha256::digest(network.as_bytes());
    format!("tos{}", digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect::<String>())
}

async fn story(connect: impl AsyncFn() -> Box<dyn Runtime>, instance: &str, bench: &Bench, number: u32) {
    let engine = connect().await;
    let out = Outside::new(bench, number).await;
    let at = |address: IpAddr| SocketAddr::new(address, 8000);
    let (free, bound, shut) = ("free", "bound", "shut");
    runs(&*engine, bench, free, Egress::Allow).await;
    runs(&*engine, bench, bound, Egress::Deny(vec![one(out.denied), one(out.denied6)])).await;
    runs(&*engine, bench, shut, Egress::None).await;
    let (of_free, of_bound) = (address(bench, free).await, address(bench, bound).await);
    assert_ne!(of_free, of_bound);

    let outside = Some("outside".to_owned());
    for (from, to, expected) in [
        (free, out.open, &outside),
        (free, out.denied, &outside),
        (free, out.open6, &outside),
        (free, METADATA.parse().unwrap(), &None),
        (bound, out.open, &outside),
        (bound, out.open6, &outside),
        (bound, out.denied, &None),
        (bound, out.denied6, &None),
        (shut, out.open, &None),
        // Each other, though both may reach out.
        (free, of_bound, &None),
        (bound, of_free, &None),
        (shut, of_free, &None),
    ] {
        assert_eq!(word(bench, from, at(to)).await, *expected, "{from} asks {to}");
    }

    // The host: by its address outside, and by its end of the container's own bridge.
    let IpAddr::V4(inside) = of_free else { panic!("{of_free}") };
    let gateway = serve(std::net::Ipv4Addr::from_bits(inside.to_bits() - 1).into());
    for host in [out.host, gateway] {
        assert!(TcpStream::connect(host).is_ok(), "nobody serves at {host}");
        assert_eq!(word(bench, free, host).await, None, "{host}");
    }
    // Nobody begins from outside, though it serves.
    assert_eq!(word(bench, free, "127.0.0.1:8000".parse().unwrap()).await, Some("inside".into()));
    assert!(!out.reaches(at(of_free)));
    assert!(out.reaches(out.host));

    // Without the table all that would be open; a session manager that comes back shuts it before it does anything else.
    run(&format!("nft delete table inet tos-{instance}"));
    assert_eq!(
        word(bench, free, out.host).await,
        Some("host".into()),
        "something else shuts it, and this test is blind"
    );
    let again = connect().await;
    assert_eq!(word(bench, free, out.host).await, None);
    assert_eq!(word(bench, bound, at(out.denied)).await, None);
    assert_eq!(word(bench, bound, at(out.open)).await, outside);

    for name in [free, bound, shut] {
        assert!(table(instance) || name == shut);
        again.remove(&name.parse().unwrap(), Duration::ZERO).await.unwrap();
    }
    assert!(!table(instance), "rules without containers");
}
