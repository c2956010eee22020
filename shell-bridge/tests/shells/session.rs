//! A shell on a pty whose words are decoded as they come.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use shell_bridge::api::{Counters, Decoder, Limits, Nonce, Piece, ShellEvent};
use shell_bridge::modules::{Kind, ModuleFiles, prepare, submit};
use shell_bridge::terminal::{GridSize, Happening, Options, Terminal};

/// For a shell that is hung. No test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a terminal wrote, in its order.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    Bytes(Vec<u8>),
    Event(ShellEvent),
}

#[derive(Debug, Default)]
struct Log {
    said: Vec<Said>,
    counters: Counters,
    over: bool,
}

/// A home with a user's own files, and a shell in it.
pub struct Session {
    pub home: PathBuf,
    pub nonce: Nonce,
    pub kind: Kind,
    log: Arc<(Mutex<Log>, Condvar)>,
    /// What has been looked at.
    seen: usize,
    input: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    reader: Option<JoinHandle<()>>,
    _master: Box<dyn MasterPty + Send>,
    _files: tempfile::TempDir,
}

/// What a user has in a home: paths and contents.
pub type Home<'a> = &'a [(&'a str, &'a str)];

impl Session {
    pub fn start(shell: &str, home: Home<'_>) -> Self {
        Self::start_with(shell, home, &[])
    }

    pub fn start_with(shell: &str, home: Home<'_>, env: &[(&str, &str)]) -> Self {
        let files = tempfile::tempdir().unwrap();
        // macOS and some containers have links in their temporary directory; shells tell the real path.
        let root = files.path().canonicalize().unwrap();
        let own = root.join("home");
        let runtime = root.join("run");
        std::fs::create_dir(&own).unwrap();
        std::fs::create_dir(&runtime).unwrap();
        for (path, contents) in home {
            let path = own.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, contents).unwrap();
        }
        // Or each Fish reads all manuals first.
        std::fs::create_dir_all(own.join(".local/share/fish/generated_completions")).unwrap();
        let modules = ModuleFiles::install(&runtime).unwrap();
        let nonce = Nonce::random().unwrap();
        let prepared = prepare(Path::new(shell), &nonce, &modules, own.clone());

        let mut command = CommandBuilder::from_argv(prepared.argv.clone());
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", &own);
        command.env("XDG_RUNTIME_DIR", &runtime);
        command.env("LC_ALL", "C.UTF-8");
        for (name, value) in &prepared.env {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(&prepared.directory);
        let pair =
            native_pty_system().openpty(PtySize { rows: 40, cols: 200, pixel_width: 0, pixel_height: 0 }).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let input = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let replies = input.clone();
        let log: Arc<(Mutex<Log>, Condvar)> = Arc::default();
        let shared = log.clone();
        let mut decoder = Decoder::new(nonce.clone(), Limits::default());
        let reader = std::thread::spawn(move || {
            let began = Instant::now();
            let mut bytes = vec![0; 64 << 10];
            // Fish asks what the terminal can do, and waits for the answer.
            let mut terminal = Terminal::new(GridSize::new(200, 40), Options::default());
            // A pty whose other end is closed gives an error.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let mut log = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                decoder.feed(&bytes[..count], began.elapsed(), &mut |piece| match piece {
                    Piece::Bytes(bytes) => {
                        terminal.feed(bytes);
                        match log.said.last_mut() {
                            Some(Said::Bytes(all)) => all.extend_from_slice(bytes),
                            _ => log.said.push(Said::Bytes(bytes.to_owned())),
                        }
                    }
                    Piece::Event(event) => log.said.push(Said::Event(event)),
                });
                log.counters = *decoder.counters();
                shared.1.notify_all();
                drop(log);
                for happening in terminal.take_happenings() {
                    if let Happening::Reply(bytes) = happening {
                        // One that has ended asks nothing any more.
                        let _ = write(&replies, &bytes);
                    }
                }
            }
            shared.0.lock().unwrap_or_else(PoisonError::into_inner).over = true;
            shared.1.notify_all();
        });
        Self {
            home: own,
            nonce,
            kind: prepared.kind,
            log,
            seen: 0,
            input,
            child,
            reader: Some(reader),
            _master: pair.master,
            _files: files,
        }
    }

    /// The shell's own process.
    pub fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Presses keys.
    pub fn press(&mut self, bytes: impl AsRef<[u8]>) {
        write(&self.input, bytes.as_ref()).unwrap();
    }

    /// Has the shell run a text.
    pub fn submit(&mut self, text: &str) {
        let bytes = submit(self.kind, text).unwrap();
        self.press(bytes);
    }

    /// The first thing said after what was seen, of which `wanted` makes something.
    #[track_caller]
    pub fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(&Said) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let (log, changed) = &*self.log;
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let from = self.seen;
        loop {
            for (index, said) in log.said.iter().enumerate().skip(from) {
                if let Some(found) = wanted(said) {
                    // Bytes may yet grow.
                    self.seen = if matches!(said, Said::Event(_)) { index + 1 } else { index };
                    return found;
                }
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !log.over, "waited for {what}; since then: {}", show(&log.said[from..]));
            log = changed.wait_timeout(log, left).unwrap().0;
        }
    }

    #[track_caller]
    pub fn until_event<T>(&mut self, what: &str, mut wanted: impl FnMut(&ShellEvent) -> Option<T>) -> T {
        self.until(what, |said| match said {
            Said::Event(event) => wanted(event),
            Said::Bytes(_) => None,
        })
    }

    /// Waits until `text` is shown, now or at any time before.
    #[track_caller]
    pub fn until_text(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        let (log, changed) = &*self.log;
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let shown = shown(&log.said);
            if shown.contains(text) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !log.over, "waited for {text:?} in {shown:?}");
            log = changed.wait_timeout(log, left).unwrap().0;
        }
    }

    /// Waits until the shell takes input.
    #[track_caller]
    pub fn until_prompt(&mut self) {
        self.until_event("a prompt", |event| (*event == ShellEvent::InputStart).then_some(()));
    }

    /// Has the shell run a text; the command that it says it ran, what was written meanwhile, and its status.
    #[track_caller]
    pub fn run(&mut self, text: &str) -> (Option<String>, String, Option<i32>) {
        self.submit(text);
        self.ran()
    }

    /// What the next command that runs is, writes, and ends with.
    #[track_caller]
    pub fn ran(&mut self) -> (Option<String>, String, Option<i32>) {
        let command = self.until_event("a command", |event| match event {
            ShellEvent::OutputStart { command } => Some(command.clone()),
            _ => None,
        });
        let from = self.seen;
        let status = self.until_event("its end", |event| match event {
            ShellEvent::CommandEnd { status } => Some(*status),
            _ => None,
        });
        let log = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        let output = shown(&log.said[from..self.seen]);
        drop(log);
        self.until_prompt();
        (command, output, status)
    }

    /// All that was said so far.
    pub fn said(&self) -> Vec<Said> {
        self.log.0.lock().unwrap_or_else(PoisonError::into_inner).said.clone()
    }

    pub fn events(&self) -> Vec<ShellEvent> {
        let events = self.said().into_iter();
        events
            .filter_map(|said| match said {
                Said::Event(event) => Some(event),
                Said::Bytes(_) => None,
            })
            .collect()
    }

    pub fn counters(&self) -> Counters {
        self.log.0.lock().unwrap_or_else(PoisonError::into_inner).counters
    }
}

fn write(input: &Mutex<Box<dyn Write + Send>>, bytes: &[u8]) -> std::io::Result<()> {
    let mut input = input.lock().unwrap_or_else(PoisonError::into_inner);
    input.write_all(bytes)?;
    input.flush()
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// What a terminal would show of it: no escapes, no carriage returns.
fn shown(said: &[Said]) -> String {
    struct Text(String);
    impl vte::Perform for Text {
        fn print(&mut self, character: char) {
            self.0.push(character);
        }
        fn execute(&mut self, byte: u8) {
            if matches!(byte, b'\n' | b'\t') {
                self.0.push(byte.into());
            }
        }
    }
    let mut text = Text(String::new());
    let mut parser = vte::Parser::new();
    for said in said {
        if let Said::Bytes(bytes) = said {
            parser.advance(&mut text, bytes);
        }
    }
    text.0
}

fn show(said: &[Said]) -> String {
    let lines = said.iter().map(|said| match said {
        Said::Bytes(bytes) => format!("\n  {:?}", String::from_utf8_lossy(bytes)),
        Said::Event(event) => format!("\n  {event:?}"),
    });
    lines.collect()
}
