//! Programs that come, show something and go, many a second: each connects anew, opens a window, draws into it and leaves.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use test_clients::{App, Pool, Window, report, run};

/// Side of what is drawn, pixels.
const SIDE: u32 = 64;

/// Connects, draws and leaves again and again.
#[derive(Parser)]
struct Options {
    /// How many come each second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// For how long, seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// How many may be there at once.
    #[arg(long, default_value_t = 16)]
    at_once: u32,
}

/// One of them.
struct Visitor {
    colour: u32,
    pool: Option<Pool>,
}

impl App for Visitor {
    fn configure(&mut self, window: &mut Window<Self>, _: u32, _: u32) -> Result<()> {
        if self.pool.is_some() {
            return Ok(());
        }
        let pool = Pool::new(window, SIDE, SIDE, 1)?;
        pool.fill(0, self.colour)?;
        window.show(&pool, 0, (0, 0, i32::MAX, i32::MAX));
        // What comes back says that the picture was taken.
        window.request_answer();
        self.pool = Some(pool);
        Ok(())
    }

    fn frame(&mut self, window: &mut Window<Self>, _: u32) -> Result<()> {
        window.done = true;
        Ok(())
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let total = options.rate * options.seconds;
    let (begun, next) = (Instant::now(), AtomicU32::new(0));
    let failed = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..options.at_once {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= total {
                        return;
                    }
                    let due = begun + Duration::from_secs_f64(f64::from(number) / f64::from(options.rate));
                    std::thread::sleep(due.saturating_duration_since(Instant::now()));
                    let visitor = Visitor { colour: number.wrapping_mul(0x9e_3779), pool: None };
                    if run("churn", false, visitor).is_err() {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    report(&serde_json::json!({ "clients": total, "failed": failed.into_inner(), "seconds": seconds }))
}
