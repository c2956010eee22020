//! Serves a moving picture without a compositor: for work on the page, and to see the network side alone.
//!
//! `cargo run -p streamer --example serve [ADDRESS]` prints a URL; what the page sends is printed as it comes.

use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use streamer::{
    Bitrates, Config, Event,
    auth::Tokens,
    encoder::Ladder,
    protocol::{Role, ToPage},
    tls::Tls,
    video::{I420, Timing},
};

const SIZE: (u32, u32) = (1280, 720);
const PERIOD: Duration = Duration::from_micros(16_667);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listen = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned()).parse()?;
    let (tell, events) = mpsc::channel();
    let config = Config {
        listen,
        tokens: Tokens::generate()?,
        tls: Tls::Automatic,
        ice_servers: Vec::new(),
        media_address: None,
        udp_ports: None,
        allowed_origins: Vec::new(),
        fps: 60,
        bitrates: Bitrates::default(),
        ladder: Ladder::unprobed(),
        layout: "us".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let streamer = streamer::start(
        config,
        Arc::new(move |event| {
            // Nobody listens any more only while the program ends.
            let _ = tell.send(event);
        }),
    )?;
    for role in [Role::View, Role::Control] {
        println!("{}", streamer.url(role).unwrap_or_default());
    }
    streamer.broadcast(ToPage::Size { width: SIZE.0, height: SIZE.1, scale: 1.0 });

    let mut picture = I420::black(SIZE.0, SIZE.1);
    let mut next = Instant::now();
    for number in 0.. {
        next += PERIOD;
        while let Ok(event) = events.recv_timeout(next.saturating_duration_since(Instant::now())) {
            if !matches!(event, Event::Idle | Event::PictureWanted) {
                println!("{event:?}");
            }
        }
        if streamer.ready() {
            let damaged = Instant::now();
            draw(&mut picture, number);
            streamer.metrics().drawn.increment();
            streamer.submit(&picture, Timing { damaged, drawn: Instant::now() }, &[]);
        }
    }
    Ok(())
}

/// A grey ramp that moves to the left, and a bar that is easy to see by eye.
fn draw(picture: &mut I420, number: u32) {
    let width = picture.width as usize;
    let bar = (number as usize * 8) % width;
    let (luma, _, _) = picture.planes_mut();
    for row in luma.chunks_exact_mut(width) {
        for (x, pixel) in row.iter_mut().enumerate() {
            *pixel = 32 + ((x + number as usize) % 192) as u8;
        }
        row[bar..(bar + 32).min(width)].fill(235);
    }
}
