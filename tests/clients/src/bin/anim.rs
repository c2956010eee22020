//! Draws its whole surface anew for each frame callback, and says each second how many it got.

use anyhow::Result;
use clap::Parser;
use test_clients::{App, Pool, Window, now_us, report, run};

/// The pictures of one turn of the animation. All are drawn beforehand, so that what is measured while it runs is the
/// compositor and not this client.
const PICTURES: u32 = 8;
/// Width of the pattern, pixels; it moves by a [`PICTURES`]th of this a frame.
const PERIOD: u32 = 128;

/// Animates the whole surface on frame callbacks.
#[derive(Parser)]
struct Options {
    /// Cover the whole output.
    #[arg(long)]
    fullscreen: bool,
    /// End after this long and print the mean.
    #[arg(long)]
    seconds: Option<f64>,
}

/// Leaning bands that move to the left: every block of the picture changes in every frame, and none is flat.
fn pictures(window: &Window<Anim>, width: u32, height: u32) -> Result<Pool> {
    let pool = Pool::new(window, width, height, PICTURES)?;
    for index in 0..PICTURES {
        let line: Vec<u8> = (0..width + PERIOD)
            .flat_map(|x| {
                let shade = ((x + index * PERIOD / PICTURES) % PERIOD * 2) as u8;
                [255 - shade, shade, shade / 2 + 60, 0]
            })
            .collect();
        let picture: Vec<u8> = (0..height)
            .flat_map(|y| {
                let lean = (y % PERIOD) as usize * 4;
                line[lean..lean + width as usize * 4].iter().copied()
            })
            .collect();
        pool.write(index as usize, 0, &picture)?;
    }
    Ok(pool)
}

struct Anim {
    options: Options,
    pool: Option<Pool>,
    frames: u32,
    /// Start of the animation and of the current second, microseconds, and the frames until the latter.
    began: i64,
    second: (i64, u32),
}

impl Anim {
    fn draw(&mut self, window: &Window<Self>) -> Result<()> {
        let Some(pool) = &self.pool else { return Ok(()) };
        window.request_frame();
        // A buffer that is still read is no harm: its pixels never change.
        let index = (self.frames % PICTURES) as usize;
        window.show(pool, index, (0, 0, i32::MAX, i32::MAX));
        self.frames += 1;
        Ok(())
    }
}

impl App for Anim {
    fn configure(&mut self, window: &mut Window<Self>, width: u32, height: u32) -> Result<()> {
        let first = self.pool.is_none();
        if first {
            self.began = now_us();
            self.second = (self.began, 0);
        }
        if self.pool.as_ref().is_none_or(|pool| (pool.width, pool.height) != (width, height)) {
            self.pool = Some(pictures(window, width, height)?);
        }
        if first { self.draw(window) } else { Ok(()) }
    }

    fn frame(&mut self, window: &mut Window<Self>, _time: u32) -> Result<()> {
        let now = now_us();
        if now - self.second.0 >= 1_000_000 {
            let fps = f64::from(self.frames - self.second.1) * 1e6 / (now - self.second.0) as f64;
            report(&serde_json::json!({ "fps": fps }))?;
            self.second = (now, self.frames);
        }
        let elapsed = (now - self.began) as f64 / 1e6;
        if self.options.seconds.is_some_and(|limit| elapsed >= limit) {
            window.done = true;
            return report(&serde_json::json!({ "frames": self.frames, "mean_fps": f64::from(self.frames) / elapsed }));
        }
        self.draw(window)
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let fullscreen = options.fullscreen;
    run("anim", fullscreen, Anim { options, pool: None, frames: 0, began: 0, second: (0, 0) })
}
