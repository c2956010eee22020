//! Prints every event of the seat as one JSON line: what a test in the browser looks for on the other end.

use anyhow::Result;
use clap::Parser;
use test_clients::{App, Input, Pool, Window, report, run};

/// Prints pointer, keyboard and touch events.
#[derive(Parser)]
struct Options {
    /// Cover the whole output.
    #[arg(long)]
    fullscreen: bool,
}

struct Events(Option<Pool>);

impl App for Events {
    fn configure(&mut self, window: &mut Window<Self>, width: u32, height: u32) -> Result<()> {
        let pool = Pool::new(window, width, height, 1)?;
        pool.fill(0, 0x00_30_50_30)?;
        window.show(&pool, 0, (0, 0, i32::MAX, i32::MAX));
        self.0 = Some(pool);
        report(&serde_json::json!({ "event": "configured", "width": width, "height": height }))
    }

    fn input(&mut self, _: &mut Window<Self>, input: &Input) -> Result<()> {
        report(input)
    }
}

fn main() -> Result<()> {
    run("events", Options::parse().fullscreen, Events(None))
}
