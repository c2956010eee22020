//! Changes its colour the moment a key or a button goes down: the mirror that input→photon is measured in.
//!
//! Both pictures are drawn beforehand, so that one event costs one attach, one damage and one commit. Each flip is
//! told on stdout with the times of the event and of the commit.

use anyhow::Result;
use clap::Parser;
use serde::Serialize;
use test_clients::{App, Input, Pool, Window, now_us, report, run};

/// The two colours, `0xRRGGBB`; far apart in luma, so that no encoder hides the change.
const COLOURS: [u32; 2] = [0x00_10_10_60, 0x00_f0_e0_40];

/// Flips between two colours on each key or button press.
#[derive(Parser)]
struct Options {
    /// Cover the whole output.
    #[arg(long)]
    fullscreen: bool,
    /// Flip only a square of this many pixels in the middle, and damage only that.
    #[arg(long)]
    patch: Option<u32>,
}

struct Flip {
    options: Options,
    pool: Option<Pool>,
    shown: usize,
}

#[derive(Serialize)]
struct Flipped {
    flip: usize,
    event_us: i64,
    commit_us: i64,
}

impl Flip {
    fn damage(&self, pool: &Pool) -> (i32, i32, i32, i32) {
        let (width, height) = (pool.width.cast_signed(), pool.height.cast_signed());
        match self.options.patch {
            Some(side) => {
                let side = side.min(pool.width).min(pool.height).cast_signed();
                ((width - side) / 2, (height - side) / 2, side, side)
            }
            None => (0, 0, width, height),
        }
    }
}

impl App for Flip {
    fn configure(&mut self, window: &mut Window<Self>, width: u32, height: u32) -> Result<()> {
        if self.pool.as_ref().is_some_and(|pool| (pool.width, pool.height) == (width, height)) {
            window.surface.commit();
            return Ok(());
        }
        let pool = Pool::new(window, width, height, 2)?;
        pool.fill(0, COLOURS[0])?;
        pool.fill(1, COLOURS[0])?;
        let (x, y, w, h) = self.damage(&pool);
        let (left, right) = (x.unsigned_abs() as usize, (x + w).unsigned_abs() as usize);
        let row: Vec<u8> = (0..width as usize)
            .flat_map(|at| COLOURS[usize::from((left..right).contains(&at))].to_le_bytes())
            .collect();
        for line in y..y + h {
            pool.write(1, line.unsigned_abs(), &row)?;
        }
        window.show(&pool, self.shown, (0, 0, i32::MAX, i32::MAX));
        self.pool = Some(pool);
        report(&serde_json::json!({ "configured": [width, height] }))
    }

    fn input(&mut self, window: &mut Window<Self>, input: &Input) -> Result<()> {
        let event_us = now_us();
        let (Input::Key { pressed: true, .. } | Input::Button { pressed: true, .. }, Some(pool)) = (input, &self.pool)
        else {
            return Ok(());
        };
        self.shown = 1 - self.shown;
        window.show(pool, self.shown, self.damage(pool));
        window.flush()?;
        report(&Flipped { flip: self.shown, event_us, commit_us: now_us() })
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    run("flip", options.fullscreen, Flip { options, pool: None, shown: 0 })
}
