//! Runs inside a terminal and writes one line sixty times a second: a build log that scrolls, at a known pace.
//!
//! Each line is due at a fixed time from the start, so a late one is followed by the next in time and the mean holds.

use std::io::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;

/// Writes lines at a steady rate.
#[derive(Parser)]
struct Options {
    /// Lines a second.
    #[arg(long, default_value_t = 60.0)]
    rate: f64,
    /// End after this long.
    #[arg(long, default_value_t = 3600.0)]
    seconds: f64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let start = Instant::now();
    let mut out = std::io::stdout().lock();
    for line in 0..(options.rate * options.seconds) as u64 {
        let due = start + Duration::from_secs_f64(line as f64 / options.rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let colour = 31 + line % 6;
        writeln!(
            out,
            "{line:08} \x1b[{colour}mCompiling\x1b[0m crate-{line} v0.{}.{} of a long build log",
            line % 7,
            line % 90
        )?;
        out.flush()?;
    }
    Ok(())
}
