//! How fast the terminal takes what a program writes: `cargo run --release -p shell-bridge --example throughput`.
//!
//! Prints megabytes a second for text of several kinds, fed directly, and for `cat` of a file through a pty.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use shell_bridge::api::{Decoder, Limits, Nonce, Piece};
use shell_bridge::modules::{Kind, ShellCommand};
use shell_bridge::pty::{FromShell, Listener, Shell};
use shell_bridge::terminal::{GridSize, Options, Terminal};

const MEGABYTES: usize = 100;
const ROUNDS: usize = 5;

struct Ear(Sender<()>);

impl Listener for Ear {
    fn changed(&self) {}

    fn happened(&self, event: FromShell) {
        if matches!(event, FromShell::Exited { .. }) {
            let _ = self.0.send(());
        }
    }
}

fn fill(line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut bytes = Vec::with_capacity((MEGABYTES << 20) + 256);
    let mut number = 0;
    while bytes.len() < MEGABYTES << 20 {
        bytes.extend(line(number).bytes());
        number += 1;
    }
    bytes
}

fn terminal() -> Terminal {
    Terminal::new(GridSize::new(80, 24), Options::default())
}

fn decoder() -> std::io::Result<Decoder> {
    Ok(Decoder::new(Nonce::random()?, Limits::default()))
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// Time that this thread has had a processor: what it takes, whatever else the machine does.
fn busy() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or_default())
}

fn speed(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only = std::env::args().nth(1);
    let kinds = [
        (
            "text, 60 columns",
            fill(|number| format!("{number:>8} the quick brown fox jumps over the lazy dog again\r\n")),
        ),
        ("text, long lines", fill(|_| "the quick brown fox jumps over the lazy dog ".repeat(40) + "\r\n")),
        ("empty lines", fill(|_| "\r\n".to_owned())),
        (
            "colours",
            fill(|number| format!("\x1b[38;5;{}mword\x1b[0m \x1b[1;3{}mbold\x1b[m more\r\n", number % 256, number % 8)),
        ),
        ("UTF-8", fill(|number| format!("{number} äöü 漢字かな żółć — “words”\r\n"))),
    ];
    for (name, bytes) in &kinds {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let rounds = (0..ROUNDS).map(|_| {
            let (mut terminal, mut decoder) = (terminal(), decoder()?);
            let (began, had) = (Instant::now(), busy());
            for chunk in bytes.chunks(64 << 10) {
                decoder.feed(chunk, began.elapsed(), &mut |piece| {
                    if let Piece::Bytes(bytes) = piece {
                        terminal.feed(bytes);
                    }
                });
                terminal.take_happenings();
            }
            Ok((speed(bytes.len(), began.elapsed()), speed(bytes.len(), busy() - had)))
        });
        let (wall, own): (Vec<f64>, Vec<f64>) = rounds.collect::<std::io::Result<Vec<_>>>()?.into_iter().unzip();
        println!("{name:<18} {:>7.0} MB/s, {:>7.0} MB/s of processor time", median(wall), median(own));
    }

    if only.is_some_and(|only| only != "pty") {
        return Ok(());
    }
    let file = std::env::temp_dir().join(format!("throughput-{}", std::process::id()));
    std::fs::write(&file, &kinds[0].1)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (sender, ended) = channel();
        let command = ShellCommand {
            argv: vec!["/bin/cat".into(), file.clone().into()],
            env: Vec::new(),
            directory: PathBuf::from("/"),
            kind: Kind::Other,
        };
        let began = Instant::now();
        let shell = Shell::spawn(command, terminal(), decoder()?, Arc::new(Ear(sender)), Arc::default())?;
        ended.recv()?;
        rounds.push(speed(kinds[0].1.len(), began.elapsed()));
        drop(shell);
    }
    std::fs::remove_file(&file)?;
    println!("{:<18} {:>7.0} MB/s", "cat through a pty", median(rounds));
    Ok(())
}
