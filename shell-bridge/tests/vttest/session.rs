//! A program on a pty, and what it writes in a terminal of ours.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use shell_bridge::terminal::{GridSize, Happening, Options, Terminal};

/// For a program that is hung. No test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);

/// vttest, and the terminal that it tests.
pub struct Session {
    pub terminal: Terminal,
    written: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Session {
    pub fn start() -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 800, pixel_height: 480 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new("vttest");
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command).expect("vttest is not installed: make deps does that");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (tell, written) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if tell.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        let terminal = Terminal::new(GridSize::new(80, 24), Options::default());
        Self { terminal, written, input, child, _master: pair.master }
    }

    pub fn press(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }

    fn take(&mut self, bytes: &[u8]) {
        self.terminal.feed(bytes);
        for happening in self.terminal.take_happenings() {
            if let Happening::Reply(bytes) = happening {
                self.input.write_all(&bytes).unwrap();
            }
        }
    }

    /// Takes a line of the menu in view.
    pub fn choose(&mut self, number: &str) {
        self.shows("Enter choice number");
        self.press(&format!("{number}\r"));
    }

    /// Until the screen has these words.
    pub fn shows(&mut self, words: &str) -> Vec<String> {
        self.until(words, |screen| screen.iter().any(|line| line.contains(words)))
    }

    /// Until the screen is so.
    pub fn until(&mut self, words: &str, is_so: impl Fn(&[String]) -> bool) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            match self.written.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("{words:?} never came:\n{}", screen.join("\n")),
                Err(RecvTimeoutError::Disconnected) => panic!("vttest ended before {words:?}:\n{}", screen.join("\n")),
            }
        }
    }

    /// What is in view, without what is blank at the ends of lines.
    pub fn screen(&self) -> Vec<String> {
        let mut cells = Vec::new();
        let line = |line| {
            cells.clear();
            self.terminal.row(line, &mut cells);
            let mut text = String::new();
            cells.iter().filter(|cell| cell.width > 0).for_each(|cell| cell.text.push_to(&mut text));
            String::from(text.trim_end())
        };
        (0..self.terminal.size().lines).map(line).collect()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
