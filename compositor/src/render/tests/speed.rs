//! How long drawing takes: `cargo test -p compositor --lib render::tests::speed -- --ignored --nocapture`.
//!
//! It prints and judges nothing: how fast a machine is no test may depend on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lcars_ui::geometry::Size as LogicalSize;
use lcars_ui::plain_frame::{View, Window, lay_out};
use lcars_ui::theme::Theme;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{DamageBag, DamageSnapshot};
use smithay::utils::{Buffer, Rectangle, Size};
use streamer::video::I420;

use super::fixture::{CLEAR, buffer_rect, rect, surface};
use crate::render::{Gpu, NoPictures, Piece, PixelFormat, ScenePainter, SurfacePiece, SurfaceTexture, Target};

const ROUNDS: usize = 200;

/// Stages of one frame, each with a sample a round.
#[derive(Default)]
struct Table(Vec<(&'static str, Vec<Duration>)>);

impl Table {
    fn add(&mut self, stage: &'static str, took: Duration) {
        match self.0.iter_mut().find(|row| row.0 == stage) {
            Some(row) => row.1.push(took),
            None => self.0.push((stage, vec![took])),
        }
    }

    fn print(mut self, title: &str) {
        let mut line = format!("{title:<34}");
        for (stage, samples) in &mut self.0 {
            samples.sort();
            let at = |share: f64| samples[((samples.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
            line += &format!("  {stage} {:.2}/{:.2}", at(0.5), at(0.95));
        }
        println!("{line}");
    }
}

#[test]
#[ignore = "a measurement, not a test"]
fn table() {
    let started = Instant::now();
    let gpu = Gpu::new().expect("an adapter");
    println!(
        "{} (software: {}), opened in {:?}; ms, median/p95",
        gpu.adapter_name(),
        gpu.software(),
        started.elapsed()
    );
    first_picture(&gpu);
    for (w, h) in [(1280, 720), (1920, 1080)] {
        uploads(&gpu, "full", w, h, &[buffer_rect(0, 0, w, h)]);
        uploads(&gpu, "400x40", w, h, &[buffer_rect(100, 100, 400, 40)]);
        let cells: Vec<_> = (0..8).map(|i| buffer_rect(i * 100 + 8, i * 80, 80, 20)).collect();
        uploads(&gpu, "8 x 80x20", w, h, &cells);
        frame(&gpu, w, h);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().filter(|line| line.starts_with("VmRSS")).collect::<String>());
}

fn first_picture(gpu: &Gpu) {
    let started = Instant::now();
    let mut painter = ScenePainter::new();
    let pieces = painter.pieces(gpu, &scene(1280, 720), 1.0, &mut NoPictures);
    let painted = started.elapsed();
    let mut target = Target::new(gpu, (1280, 720).into());
    let drawn = target.draw(&pieces, CLEAR, true).expect("drawn");
    drawn.readback.finish(&mut I420::black(1280, 720)).expect("converted");
    println!("first picture of the frame: {:?}, {painted:?} of it fonts, text and shapes", started.elapsed());
}

fn scene(w: i32, h: i32) -> Vec<lcars_ui::scene::Primitive> {
    let window = |id| Window { id, title: format!("Window {id}"), app_id: String::new() };
    let windows: Vec<_> = (1..4).map(window).collect();
    let size = LogicalSize { w: w.into(), h: h.into() };
    let view = View { size, scale: 1.0, windows: &windows, focused: Some(1), hovered: None, wayland_display: "" };
    lay_out(&Theme::default(), &view).scene
}

/// A client that fills the output and changes parts of itself.
fn uploads(gpu: &Gpu, what: &str, w: i32, h: i32, rects: &[Rectangle<i32, Buffer>]) {
    let texture = Arc::new(SurfaceTexture::new(gpu, Size::new(w, h), PixelFormat::Xrgb8888).expect("a texture"));
    let frames: Vec<Vec<u8>> = (0..2u8)
        .map(|i| (0..w * h).flat_map(|at| [(at % 251) as u8 ^ i, (at / 251 % 253) as u8, i * 99, 255]).collect())
        .collect();
    let (mut target, mut picture) = (Target::new(gpu, (w, h).into()), I420::black(w as u32, h as u32));
    let (mut damage, id) = (DamageBag::default(), Id::new());
    let mut table = Table::default();
    for round in 0..ROUNDS + 10 {
        let start = Instant::now();
        texture.upload(gpu, &frames[round % 2], w * 4, rects).expect("honest memory");
        let uploaded = start.elapsed();
        damage.add(rects.iter().copied());
        let piece = Piece::surface(SurfacePiece {
            id: id.clone(),
            commit: damage.current_commit(),
            damage: damage.snapshot(),
            ..surface(&texture, 0, 0)
        });
        let drawn = target.draw(&[piece], CLEAR, false).expect("drawn");
        let recorded = start.elapsed();
        let converted = drawn.readback.finish(&mut picture).expect("converted");
        let all = start.elapsed();
        if round >= 10 {
            table.add("upload", uploaded);
            table.add("draw", recorded - uploaded);
            table.add("wait", converted.waited);
            table.add("convert", converted.converted);
            table.add("ALL", all);
        }
    }
    table.print(&format!("{w}x{h} client, {what}"));
}

/// The frame with a window in it, all of it drawn again.
fn frame(gpu: &Gpu, w: i32, h: i32) {
    let mut painter = ScenePainter::new();
    let scene = scene(w, h);
    let texture =
        Arc::new(SurfaceTexture::new(gpu, Size::new(w - 56, h - 88), PixelFormat::Xrgb8888).expect("a texture"));
    let (mut target, mut picture) = (Target::new(gpu, (w, h).into()), I420::black(w as u32, h as u32));
    let id = Id::new();
    for (title, software_only) in [("frame and window", true), ("frame and scaled window", false)] {
        let mut table = Table::default();
        for round in 0..ROUNDS / 2 {
            let start = Instant::now();
            let grow = if software_only { 0 } else { 1 };
            let mut pieces = vec![Piece::surface(SurfacePiece {
                id: id.clone(),
                damage: DamageSnapshot::empty(),
                geometry: rect(48, 48, w - 56 - grow, h - 88),
                ..surface(&texture, 48, 48)
            })];
            pieces.extend(painter.pieces(gpu, &scene, 1.0, &mut NoPictures));
            let drawn = target.draw(&pieces, CLEAR, true).expect("drawn");
            let recorded = start.elapsed();
            let converted = drawn.readback.finish(&mut picture).expect("converted");
            if round >= 10 {
                table.add("draw", recorded);
                table.add("wait", converted.waited);
                table.add("convert", converted.converted);
                table.add("ALL", start.elapsed());
            }
        }
        table.print(&format!("{w}x{h} {title}, full"));
    }
}
