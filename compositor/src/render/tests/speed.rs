//! How long drawing takes: `cargo test -p compositor --lib render::tests::speed -- --ignored --nocapture`.
//!
//! It prints and judges nothing: how fast a machine is no test may depend on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lcars_ui::geometry::Size as LogicalSize;
use lcars_ui::plain_frame::{View, Window, lay_out};
use lcars_ui::scene::Primitive;
use lcars_ui::theme::Theme;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::{DamageBag, DamageSnapshot};
use smithay::utils::{Buffer, Rectangle, Size};
use streamer::video::I420;

use super::fixture::{CLEAR, buffer_rect, rect, surface};
use super::zoom::{Windows, scene};
use crate::render::{
    Gpu, NoPictures, Piece, PixelFormat, ScenePainter, SurfacePiece, SurfaceTexture, Target, Thumbnails,
};

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
    for scale in [1.0, 1.5] {
        zoom(&gpu, scale);
    }
    rest(&gpu);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().filter(|line| line.starts_with("VmRSS")).collect::<String>());
}

fn first_picture(gpu: &Gpu) {
    let started = Instant::now();
    let mut painter = ScenePainter::new();
    let pieces = painter.pieces(gpu, &plain(1280, 720), 1.0, &mut NoPictures);
    let painted = started.elapsed();
    let mut target = Target::new(gpu, (1280, 720).into());
    let drawn = target.draw(&pieces, CLEAR, true).expect("drawn");
    drawn.readback.finish(&mut I420::black(1280, 720)).expect("converted");
    println!("first picture of the frame: {:?}, {painted:?} of it fonts, text and shapes", started.elapsed());
}

fn plain(w: i32, h: i32) -> Vec<lcars_ui::scene::Primitive> {
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
    let scene = plain(w, h);
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

/// All pictures of a zoom, time and again.
fn zoom(gpu: &Gpu, scale: f64) {
    let (w, h) = ((1280.0 * scale) as i32, (720.0 * scale) as i32);
    let (full_w, full_h) = ((1224.0 * scale) as i32, (632.0 * scale) as i32);
    let texture =
        Arc::new(SurfaceTexture::new(gpu, Size::new(full_w, full_h), PixelFormat::Xrgb8888).expect("texture"));
    let memory: Vec<u8> = (0..full_w * full_h * 4).map(|at| (at % 253) as u8).collect();
    texture.upload(gpu, &memory, full_w * 4, &[buffer_rect(0, 0, full_w, full_h)]).expect("honest memory");
    let live = [Piece::surface(surface(&texture, 0, 0))];
    let mut thumbnails = Thumbnails::new(gpu, 128 << 20);
    let mut table = Table::default();
    let (id, mut damage) = (Id::new(), DamageBag::default());
    let wait = || gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("an answer");
    let before = processor_time();
    for window in 0..48 {
        let start = Instant::now();
        thumbnails.update(window, &live, (full_w, full_h).into());
        table.add("made", start.elapsed());
        wait();
        table.add("there", start.elapsed());
    }
    println!("{w}x{h} new thumbnails: {:.2} ms of processor time each", (processor_time() - before) / 48.0);
    table.print(&format!("{w}x{h} new thumbnails"));
    let mut table = Table::default();
    for round in 0..48 {
        damage.add([if round % 2 == 0 { buffer_rect(0, 0, full_w, full_h) } else { buffer_rect(400, 300, 16, 20) }]);
        let (commit, damage) = (damage.current_commit(), damage.snapshot());
        let piece = Piece::surface(SurfacePiece { id: id.clone(), commit, damage, ..surface(&texture, 0, 0) });
        let start = Instant::now();
        thumbnails.update(1, &[piece], (full_w, full_h).into());
        wait();
        table.add(if round % 2 == 0 { "all of it" } else { "a cursor" }, start.elapsed());
    }
    table.print(&format!("{w}x{h} thumbnails made anew"));
    let mut painter = ScenePainter::new();
    let (mut target, mut picture) = (Target::new(gpu, (w, h).into()), I420::black(w as u32, h as u32));
    let (mut table, mut parts) = (Table::default(), [Table::default(), Table::default(), Table::default()]);
    let before = processor_time();
    for round in 0..10 {
        for step in 0..21 {
            let time = f64::from(step) / 20.0;
            let progress = 1.0 - (1.0 - time).powi(3);
            let scene = scene(progress);
            let start = Instant::now();
            let mut windows = Windows { thumbnails: &mut thumbnails, live: &live };
            let pieces = painter.pieces(gpu, &scene, scale, &mut windows);
            let painted = start.elapsed();
            let Some(drawn) = target.draw(&pieces, CLEAR, false) else { continue };
            let recorded = start.elapsed();
            let converted = drawn.readback.finish(&mut picture).expect("converted");
            if round > 0 {
                for table in [&mut table, &mut parts[(step as usize / 7).min(2)]] {
                    table.add("paint", painted);
                    table.add("draw", recorded - painted);
                    table.add("wait", converted.waited);
                    table.add("convert", converted.converted);
                    table.add("ALL", start.elapsed());
                }
            }
        }
    }
    println!("{w}x{h} zoom: {:.2} ms of processor time a picture", (processor_time() - before) / 210.0);
    table.print(&format!("{w}x{h} zoom"));
    for (part, table) in ["first", "second", "last"].iter().zip(parts) {
        table.print(&format!("  its {part} third"));
    }
}

/// A large scene that does not change, and one where a pill does.
fn rest(gpu: &Gpu) {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu, (1280, 720).into()));
    let mut scene: Vec<_> = (0..3).flat_map(|_| scene(0.0)).collect();
    let mut table = Table::default();
    let mut picture = I420::black(1280, 720);
    for round in 0..ROUNDS {
        let start = Instant::now();
        let pieces = painter.pieces(gpu, &scene, 1.0, &mut NoPictures);
        let painted = start.elapsed();
        let drawn = target.draw(&pieces, CLEAR, false);
        assert_eq!(drawn.is_some(), round == 0);
        if round > 10 {
            table.add("paint", painted);
            table.add("draw", start.elapsed() - painted);
        }
    }
    table.print(&format!("{} primitives at rest", scene.len()));
    let mut table = Table::default();
    for round in 0..ROUNDS {
        if let Some(Primitive::Fill { colour, .. }) = scene.get_mut(1) {
            colour.g = (round % 255) as u8;
        }
        let start = Instant::now();
        let pieces = painter.pieces(gpu, &scene, 1.0, &mut NoPictures);
        let painted = start.elapsed();
        let Some(drawn) = target.draw(&pieces, CLEAR, false) else { continue };
        let recorded = start.elapsed();
        drawn.readback.finish(&mut picture).expect("converted");
        table.add("paint", painted);
        table.add("draw", recorded - painted);
        table.add("ALL", start.elapsed());
    }
    table.print("one of them changes its colour");
}

/// What all threads of this process have used, in milliseconds.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    numbers.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
