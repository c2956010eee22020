//! Real servers from Debian's packages, on free ports of the loopback, each as long as this process lives.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// Starts a server, waits for the end of its own input, which comes with the end of whoever started it, and then ends the
/// server and removes its directory. `$0` is the directory.
const KEEPER: &str = r#"
"$@" >"$0/log" 2>&1 </dev/null &
server=$!
echo $server
read -r _
kill -KILL $server 2>/dev/null
wait $server 2>/dev/null
rm -rf "$0"
"#;

/// A server.
pub struct Server {
    pub port: u16,
    pub room: PathBuf,
    keeper: Child,
    pid: u32,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Server {
    fn start(room: PathBuf, port: u16, command: &[&str], ready: impl Fn(u16) -> bool) -> Self {
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER])
            .arg(&room)
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(keeper.stdout.take().unwrap()), &mut line).unwrap();
        let server = Self { port, room, keeper, pid: line.trim().parse().unwrap() };
        let given_up = Instant::now() + Duration::from_secs(60);
        while !ready(port) {
            assert!(Instant::now() < given_up, "{command:?} does not answer:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// What it said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.room.join("log")).unwrap_or_default()
    }

    /// Ends it at once, as a crash does.
    pub fn kill(&self) {
        // SAFETY: a plain system call; the keeper has not waited for the server, so the number is still its own.
        let rc = unsafe { libc::kill(self.pid.cast_signed(), libc::SIGKILL) };
        assert_eq!(rc, 0);
        // SIGKILL takes a moment.
        let given_up = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
            assert!(Instant::now() < given_up);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A port that was free just now.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn room(what: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let room = std::env::temp_dir().join(format!("store-{what}-{}-{number}", std::process::id()));
    let _ = fs::remove_dir_all(&room);
    fs::create_dir(&room).unwrap();
    room
}

fn answers(port: u16, question: &[u8], answer: &[u8]) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let mut said = vec![0; answer.len()];
    stream.write_all(question).is_ok() && stream.read_exact(&mut said).is_ok() && said == answer
}

/// Redis.
pub fn redis() -> Server {
    let (room, port) = (room("redis"), free_port());
    redis_at(room, port)
}

/// Redis on a port that it had before.
pub fn redis_at(room: PathBuf, port: u16) -> Server {
    fs::create_dir_all(&room).unwrap();
    let dir = room.to_str().unwrap().to_owned();
    let port_text = port.to_string();
    let command = ["redis-server", "--port", &port_text, "--bind", "127.0.0.1", "--dir", &dir, "--save", ""];
    Server::start(room, port, &command, |port| answers(port, b"PING\r\n", b"+PONG"))
}

/// etcd.
pub fn etcd() -> Server {
    let (room, port) = (room("etcd"), free_port());
    etcd_at(room, port)
}

/// etcd on a port that it had before.
pub fn etcd_at(room: PathBuf, port: u16) -> Server {
    fs::create_dir_all(&room).unwrap();
    let url = format!("http://127.0.0.1:{port}");
    // For other members, of which there are none.
    let peer = format!("http://127.0.0.1:{}", free_port());
    let data = room.join("data").to_str().unwrap().to_owned();
    let cluster = format!("default={peer}");
    let command = [
        "etcd",
        "--data-dir",
        &data,
        "--listen-client-urls",
        &url,
        "--advertise-client-urls",
        &url,
        "--listen-peer-urls",
        &peer,
        "--initial-advertise-peer-urls",
        &peer,
        "--initial-cluster",
        &cluster,
    ];
    Server::start(room, port, &command, |port| answers(port, b"GET /health HTTP/1.0\r\n\r\n", b"HTTP/1.0 200 OK"))
}

/// PostgreSQL.
pub struct Postgres {
    server: Option<Server>,
    room: PathBuf,
    port: u16,
}

impl Postgres {
    /// A new one, without any database of ours.
    pub fn new() -> Self {
        let (room, port) = (room("postgres"), free_port());
        if root() {
            run(Command::new("chown").arg("postgres:").arg(&room));
        }
        let mut initdb = as_postgres(&program("initdb"));
        let data = room.join("data");
        initdb.extend(
            ["-D", data.to_str().unwrap(), "-U", "tos", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
                .map(str::to_owned),
        );
        run(Command::new(&initdb[0]).args(&initdb[1..]).stdout(Stdio::null()));
        let mut postgres = Self { server: None, room, port };
        postgres.start();
        postgres
    }

    /// Starts it again, with what it had.
    pub fn start(&mut self) {
        let mut command = as_postgres(&program("postgres"));
        let data = self.room.join("data");
        let data = data.to_str().unwrap();
        let port = self.port.to_string();
        // A crash of the server does not lose what the system has in its cache: fsync would only cost time here.
        let options =
            ["-D", data, "-p", &port, "-h", "127.0.0.1", "-k", "", "-c", "fsync=off", "-c", "max_connections=60"];
        command.extend(options.map(str::to_owned));
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        // Refuses a user that is not there in its own words, once it is up.
        let hello = b"\0\0\0\x2f\0\x03\0\0user\0nobody\0database\0nothing\0options\0-c x\0\0";
        let hello = [&u32::try_from(hello.len()).unwrap().to_be_bytes()[..], &hello[4..]].concat();
        self.server = Some(Server::start(self.room.clone(), self.port, &command, |port| {
            said(port, &hello).is_some_and(|said| !said.windows(5).any(|code| code == b"57P03"))
        }));
    }

    /// Ends it at once, with all of its connections.
    pub fn crash(&mut self) {
        let server = self.server.take().unwrap();
        let pid_file = fs::read_to_string(self.room.join("data/postmaster.pid")).unwrap();
        let main: i32 = pid_file.lines().next().unwrap().parse().unwrap();
        // Its children notice that it is gone, but take their time: they are killed too.
        let children = fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap_or_default();
        for pid in [main].into_iter().chain(children.split_whitespace().map(|pid| pid.parse().unwrap())) {
            // SAFETY: a plain system call; they are children of the server, or the server, which nobody has waited for.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
        // The keeper would remove what is to be found again: it is moved aside meanwhile.
        let aside = self.room.with_extension("aside");
        fs::rename(&self.room, &aside).unwrap();
        fs::create_dir(&self.room).unwrap();
        drop(server);
        fs::rename(&aside, &self.room).unwrap();
        let _ = fs::remove_file(self.room.join("data/postmaster.pid"));
    }

    /// The address of a new database.
    pub fn database(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("tos{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        format!("postgres://tos@127.0.0.1:{}/{name}", self.port)
    }

    /// Runs a statement around the store, and says what it said.
    pub fn sql(&self, database: &str, sql: &str) -> (bool, String) {
        let done = Command::new("psql")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "tos", "-d", database, "-Atqc", sql])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        (done.status.success(), said)
    }
}

/// What a server says to this.
fn said(port: u16, question: &[u8]) -> Option<Vec<u8>> {
    use std::io::{Read as _, Write as _};
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(question).ok()?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).ok()?;
    (!said.is_empty()).then_some(said)
}

fn root() -> bool {
    // SAFETY: asks for a number.
    unsafe { libc::geteuid() == 0 }
}

/// PostgreSQL does not run as root.
fn as_postgres(program: &Path) -> Vec<String> {
    let program = program.to_str().unwrap().to_owned();
    if !root() {
        return vec![program];
    }
    let mut command: Vec<String> =
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"].map(str::to_owned).to_vec();
    command.push(program);
    command
}

/// A program of the newest PostgreSQL that is installed; Debian has them in a directory for each version.
fn program(name: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is not installed: run scripts/deps")
        .map(|entry| entry.unwrap().path().join("bin").join(name))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().expect("PostgreSQL is not installed: run scripts/deps")
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}
