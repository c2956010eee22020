use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use super::*;
use crate::api::{Limits, Nonce};
use crate::modules::Kind;
use crate::terminal::{Cell, Options};

/// Longer than anything here takes, on any machine: what waits so long has failed.
const LONG: Duration = Duration::from_secs(60);

enum News {
    Changed,
    Came(FromShell),
}

struct Ear(Sender<News>);

impl Listener for Ear {
    fn changed(&self) {
        let _ = self.0.send(News::Changed);
    }

    fn happened(&self, event: FromShell) {
        let _ = self.0.send(News::Came(event));
    }
}

struct Scene {
    shell: Shell,
    news: Receiver<News>,
}

fn run(argv: &[&str]) -> Scene {
    let command = ShellCommand {
        argv: argv.iter().map(OsString::from).collect(),
        env: vec![("PS1".into(), "$ ".into())],
        directory: PathBuf::from("/"),
        kind: Kind::Other,
    };
    let (sender, news) = channel();
    let terminal = Terminal::new(GridSize::new(80, 24), Options::default());
    let decoder = Decoder::new(Nonce::random().unwrap(), Limits::default());
    let shell = Shell::spawn(command, terminal, decoder, Arc::new(Ear(sender)), Arc::default()).unwrap();
    Scene { shell, news }
}

impl Scene {
    fn text(&self) -> String {
        self.shell.with(|terminal| {
            let (mut text, mut cells) = (String::new(), Vec::<Cell>::new());
            for line in 0..terminal.size().lines {
                terminal.row(line, &mut cells);
                let mut row = String::new();
                cells.iter().filter(|cell| cell.width > 0).for_each(|cell| cell.text.push_to(&mut row));
                text.push_str(row.trim_end());
                text.push('\n');
            }
            text
        })
    }

    fn next(&self, until: Instant) -> News {
        self.news.recv_timeout(until.saturating_duration_since(Instant::now())).expect("nothing more came")
    }

    /// Waits for a text to be on the screen.
    fn shows(&self, wanted: &str) {
        let until = Instant::now() + LONG;
        while !self.text().contains(wanted) {
            self.next(until);
        }
    }

    fn exits(&self) -> (Option<i32>, Option<i32>) {
        let until = Instant::now() + LONG;
        loop {
            if let News::Came(FromShell::Exited { status, signal }) = self.next(until) {
                assert!(self.news.try_recv().is_err(), "something came after the end");
                return (status, signal);
            }
        }
    }
}

#[test]
fn a_program_writes_and_ends() {
    let scene = run(&["/bin/sh", "-c", "printf 'hello \\033[1mworld'; exit 3"]);
    assert_eq!(scene.exits(), (Some(3), None));
    assert!(scene.text().contains("hello world"));
    assert_eq!(scene.shell.write(b"x"), Err(WriteError::Ended));
    assert!(scene.shell.ended());
}

#[test]
fn what_is_typed_is_read() {
    let scene = run(&["/bin/sh", "-c", "read line; echo got:$line"]);
    scene.shell.write(b"some words\r").unwrap();
    scene.shows("got:some words");
    assert_eq!(scene.exits(), (Some(0), None));
}

#[test]
fn a_signal_is_told() {
    let scene = run(&["/bin/sh", "-c", "kill -TERM $$"]);
    assert_eq!(scene.exits(), (None, Some(libc::SIGTERM)));
}

/// A program that says when it is set up, and only then is done something to.
fn ready(script: &str) -> Scene {
    let scene = run(&["/bin/bash", "--norc", "--noprofile", "-c", script]);
    scene.shows("ready");
    scene
}

/// Waits for a process to be gone.
fn gone(process: u32) {
    let until = Instant::now() + LONG;
    while std::path::Path::new(&format!("/proc/{process}/stat")).exists() {
        assert!(Instant::now() < until, "process {process} is still there");
        std::thread::yield_now();
    }
}

#[test]
fn a_program_that_never_reads_blocks_nobody() {
    let scene = ready("stty raw -echo -isig; echo ready; sleep 1000");
    let chunk = [b'x'; 64 << 10];
    let mut taken = 0;
    let error = loop {
        match scene.shell.write(&chunk) {
            Ok(()) => taken += chunk.len(),
            Err(error) => break error,
        }
        assert!(taken < 4 * input::QUEUE, "there is no end to it");
    };
    assert_eq!(error, WriteError::Full);
    assert_eq!(error.to_string(), "the program does not read what is typed");
    assert_eq!(scene.shell.write(&vec![0; input::QUEUE + 1]), Err(WriteError::Full));
    let process = scene.shell.process().unwrap();
    drop(scene);
    gone(process);
}

#[test]
fn ctrl_c_goes_ahead_of_what_is_not_read() {
    let scene = ready(
        "trap 'echo interrupted; exit 7' INT; stty -icanon -echo; echo ready; while :; do sleep 1000 & wait; done",
    );
    while scene.shell.write(&[b'x'; 64 << 10]).is_ok() {}
    scene.shell.write(b"\x03").unwrap();
    scene.shows("interrupted");
    assert_eq!(scene.exits(), (Some(7), None));
}

#[test]
fn ctrl_c_stops_a_flood() {
    let scene = run(&["/bin/sh", "-c", "yes flood; echo after $?"]);
    scene.shows("flood");
    scene.shell.write(b"\x03").unwrap();
    assert_eq!(scene.exits(), (None, Some(libc::SIGINT)));
}

#[test]
fn what_was_queued_is_written_when_the_program_reads() {
    let scene = ready("stty raw -echo; echo ready; head -c 300000 | md5sum; echo done");
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| b'a' + (number % 26) as u8).collect();
    scene.shell.write(&bytes).unwrap();
    scene.shows("done");
    // md5sum of the alphabet, over and over, 300 000 bytes.
    scene.shows(&expected_sum(&bytes));
    assert_eq!(scene.exits(), (Some(0), None));
}

/// The sum as the same program makes it of a file.
fn expected_sum(bytes: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    let output = std::process::Command::new("md5sum").arg(file.path()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_shell_that_ignores_the_hang_up_is_killed() {
    let scene = ready("trap '' HUP TERM; echo ready; while :; do sleep 1; done");
    let process = scene.shell.process().unwrap();
    scene.shell.hang_up();
    gone(process);
    // Nobody is told of what was ended on purpose.
    assert!(!scene.news.try_iter().any(|news| matches!(news, News::Came(FromShell::Exited { .. }))));
    let until = Instant::now() + LONG;
    while !scene.shell.ended() {
        assert!(Instant::now() < until);
        std::thread::yield_now();
    }
    assert_eq!(scene.shell.process(), None);
}

#[test]
fn a_hang_up_ends_the_program_in_front_too() {
    let scene = run(&["/bin/bash", "--norc", "--noprofile", "-i"]);
    scene.shell.write(b"sleep 1000 & echo child:$!:; fg\r").unwrap();
    scene.shows("child:");
    let until = Instant::now() + LONG;
    let child: u32 = loop {
        let text = scene.text();
        let number = text.split("child:").filter_map(|part| part.split(':').next()).find_map(|part| part.parse().ok());
        match number {
            Some(number) => break number,
            None => drop(scene.next(until)),
        }
    };
    drop(scene);
    gone(child);
}

#[test]
fn sizes_arrive_with_their_pixels() {
    // Bash looks for signals between commands; one that comes just before a `wait` it may sleep over.
    let scene = ready("trap 'stty size; echo resized' WINCH; echo ready; while :; do sleep 0.05; done");
    scene.shell.resize(GridSize::new(100, 31), (9, 18));
    scene.shows("31 100");
    scene.shows("resized");
    assert_eq!(scene.shell.with(|terminal| terminal.size()), GridSize::new(100, 31));
    // As fast as somebody can pull at a corner, and beyond what is sensible.
    for size in (1..200).chain([1000, 65_535, 1]) {
        scene.shell.resize(GridSize { columns: size, lines: size }, (9, 18));
    }
    scene.shell.resize(GridSize::new(90, 20), (9, 18));
    scene.shows("20 90");
}

#[test]
fn children_have_what_they_need_and_no_more() {
    let leaked = std::fs::File::open("/").unwrap();
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty()).unwrap();
    let scene = run(&[
        "/bin/bash",
        "--norc",
        "-c",
        "echo $TERM $COLORTERM [$TMUX] $PWD; ls /proc/self/fd | tr '\\n' ' '; ps -o sid=,pgid=,pid= $$ | awk '{print ($1==$2 && $2==$3) ? \"leader\" : \"member\"}'; [ $(ulimit -n) -le 65536 ] && echo limited",
    ]);
    scene.exits();
    let text = scene.text();
    assert!(text.contains("xterm-256color truecolor [] /"), "{text}");
    // The fourth is the directory that ls reads.
    assert!(text.contains("0 1 2 3 \n") || text.contains("0 1 2 3 leader"), "{text}");
    assert!(text.contains("leader") && text.contains("limited"), "{text}");
}

#[test]
fn the_last_words_come_before_the_end() {
    for _ in 0..20 {
        let scene = run(&["/bin/sh", "-c", "printf '%02000d' 7; printf last"]);
        assert_eq!(scene.exits(), (Some(0), None));
        assert!(scene.text().contains("last"));
    }
}

#[test]
fn programs_left_behind_do_not_hold_the_end_back() {
    let scene = run(&[
        "/bin/bash",
        "--norc",
        "-c",
        "read x < <(trap '' HUP; (exec sleep 1000 </dev/tty >/dev/tty 2>&1) & echo $!); echo left:$x:; echo bye; exit 4",
    ]);
    assert_eq!(scene.exits(), (Some(4), None));
    assert!(scene.text().contains("bye"));
    let text = scene.text();
    let left: i32 = text.split("left:").nth(1).and_then(|part| part.split(':').next()).unwrap().parse().unwrap();
    // It was started here, and nobody else is going to end it.
    rustix::process::kill_process(rustix::process::Pid::from_raw(left).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn what_cannot_be_started_is_said() {
    let start = |argv: &[&str]| {
        let command = ShellCommand {
            argv: argv.iter().map(OsString::from).collect(),
            env: Vec::new(),
            directory: PathBuf::from("/"),
            kind: Kind::Other,
        };
        let terminal = Terminal::new(GridSize::new(80, 24), Options::default());
        let decoder = Decoder::new(Nonce::random().unwrap(), Limits::default());
        Shell::spawn(command, terminal, decoder, Arc::new(Ear(channel().0)), Arc::default())
            .err()
            .map(|error| error.to_string())
    };
    assert!(start(&["/no/such/shell"]).unwrap().starts_with("/no/such/shell could not be started"));
    assert!(start(&["/etc/passwd"]).unwrap().contains("could not be started"));
    assert!(start(&[]).unwrap().contains("nothing to start"));
}

#[test]
fn questions_of_programs_are_answered() {
    let scene = run(&[
        "/bin/bash",
        "--norc",
        "-c",
        "stty -echo; printf '\\033[6n'; read -r -s -d R answer; printf '%s' \"got${answer#?}\"; printf '\\033[5n'; read -r -s -d n more; echo \"and${more#?}\"",
    ]);
    scene.exits();
    assert!(scene.text().contains("got[1;1and[0"), "{}", scene.text());
}

#[test]
fn the_shell_knows_who_is_in_front() {
    let until = Instant::now() + LONG;
    // Nothing is told of it: it is asked for when it matters.
    let in_front = |scene: &Scene| {
        while !scene.shell.foreground_is_shell() {
            assert!(Instant::now() < until);
            std::thread::yield_now();
        }
    };
    let scene = run(&["/bin/bash", "--norc", "--noprofile", "-i"]);
    scene.shows("$");
    in_front(&scene);
    scene.shell.write(b"sh -c 'echo in''side; read x'; echo out''side\r").unwrap();
    scene.shows("inside");
    assert!(!scene.shell.foreground_is_shell());
    scene.shell.write(b"\r").unwrap();
    scene.shows("outside");
    in_front(&scene);
}

#[test]
fn changes_are_told_once_until_somebody_looks() {
    let scene = run(&["/bin/sh", "-c", "read x; for i in 1 2 3 4 5 6 7 8 9; do echo $i; done; exit 0"]);
    // Nobody looks at the terminal from here to the end.
    scene.shell.write(b"go\r").unwrap();
    let until = Instant::now() + LONG;
    let mut changes = 0;
    loop {
        match scene.next(until) {
            News::Changed => changes += 1,
            News::Came(FromShell::Exited { .. }) => break,
            News::Came(_) => {}
        }
    }
    // One for the output, and one for the end.
    assert!(changes <= 2, "{changes} times");
}

#[test]
fn real_shells_run_and_end() {
    for shell in ["/usr/bin/fish", "/usr/bin/bash", "/usr/bin/zsh"] {
        if !std::path::Path::new(shell).exists() {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        let command = ShellCommand {
            argv: vec![shell.into(), "-i".into()],
            env: vec![("HOME".into(), home.path().into()), ("ZDOTDIR".into(), home.path().into())],
            directory: PathBuf::from("/"),
            kind: Kind::Other,
        };
        std::fs::write(home.path().join(".zshrc"), "PS1='$ '\n").unwrap();
        let (sender, news) = channel();
        let terminal = Terminal::new(GridSize::new(80, 24), Options::default());
        let decoder = Decoder::new(Nonce::random().unwrap(), Limits::default());
        let running = Shell::spawn(command, terminal, decoder, Arc::new(Ear(sender)), Arc::default()).unwrap();
        let scene = Scene { shell: running, news };
        scene.shell.write(b"echo he''llo; exit 5\r").unwrap();
        scene.shows("\nhello");
        assert_eq!(scene.exits(), (Some(5), None), "{shell}");
    }
}

#[test]
fn a_flood_behind_somebody_who_types_is_held_back_and_comes_whole() {
    let (sender, news) = channel();
    let mut terminal = Terminal::new(GridSize::new(80, 24), Options::default());
    terminal.focus(false);
    let decoder = Decoder::new(Nonce::random().unwrap(), Limits::default());
    let turns = Arc::new(Turns::default());
    let command = ShellCommand {
        argv: ["/bin/sh", "-c", "seq 1 100000; echo all of it"].iter().map(OsString::from).collect(),
        env: Vec::new(),
        directory: PathBuf::from("/"),
        kind: Kind::Other,
    };
    turns.somebody_acts();
    let shell = Shell::spawn(command, terminal, decoder, Arc::new(Ear(sender)), Arc::clone(&turns)).unwrap();
    let scene = Scene { shell, news };
    while !matches!(scene.news.recv_timeout(LONG), Ok(News::Came(FromShell::Exited { .. }))) {
        turns.somebody_acts();
    }
    assert!(scene.text().contains("100000\nall of it"), "{}", scene.text());
}
