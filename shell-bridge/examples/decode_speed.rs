//! How fast the decoder reads, in MB/s: `cargo run --release -p shell-bridge --example decode_speed`.
//!
//! Each stream is read in pieces of 64 KiB, as from a pty, for about a second; the best of five is told, so that what else
//! the machine does counts little.

use std::hint::black_box;
use std::time::{Duration, Instant};

use shell_bridge::api::{Decoder, Limits, Nonce, Piece};

const CHUNK: usize = 64 << 10;
const SIZE: usize = 32 << 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let streams = [
        ("plain text", "The quick brown fox jumps over the lazy dog, and then does it again.\r\n".to_owned()),
        ("text outside ASCII", "“Привет” — 你好, ça va? 🦀\r\n".to_owned()),
        ("coloured text", "\x1b[1;32mdrwxr-xr-x\x1b[0m 2 me me \x1b[38;5;33msrc\x1b[m\r\n".to_owned()),
        ("marks", "\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07file\r\n\x1b]133;D;0\x07".to_owned()),
    ];
    for (name, line) in streams {
        let stream: Vec<u8> = line.bytes().cycle().take(SIZE).collect();
        let mut best = 0.0_f64;
        for _ in 0..5 {
            let mut decoder = Decoder::new(Nonce::random()?, Limits::default());
            let mut passed = 0;
            let began = Instant::now();
            for chunk in stream.chunks(CHUNK) {
                decoder.feed(chunk, Duration::ZERO, &mut |piece| match piece {
                    Piece::Bytes(bytes) => passed += black_box(bytes).len(),
                    Piece::Event(event) => drop(black_box(event)),
                });
            }
            black_box(passed);
            best = best.max(SIZE as f64 / 1e6 / began.elapsed().as_secs_f64());
        }
        println!("{name:<20} {best:>9.0} MB/s");
    }
    Ok(())
}
