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
    let shell = Shell::spawn(command, terminal, decoder, Arc::new(Ear(sender))).unwrap();
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
