//! How long drawing takes: `cargo test -p compositor --lib render::tests::speed -- --ignored --nocapture`.
//!
//! It prints and judges nothing: how fast a machine is no test may depend on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lcars_ui::hierarchy::NodeId;
use lcars_ui::operation::Operation;
use lcars_ui::scene::Primitive;
use smithay::backend::renderer::element::Id;
use smithay::backend::renderer::utils::DamageBag;
use smithay::utils::{Buffer, Rectangle, Size};
use streamer::video::I420;

use super::fixture::{self, CLEAR, buffer_rect, rect, surface};
use super::world::{StandIns, World};
use crate::render::{Gpu, Piece, PixelFormat, ScenePainter, SurfacePiece, SurfaceTexture, Target, Thumbnails};

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
    let gpu = fixture::gpu();
    println!(
        "{} (software: {}), opened in {:?}; ms, median/p95",
        gpu.adapter_name(),
        gpu.software(),
        started.elapsed()
    );
    first_picture(gpu);
    for (w, h) in [(1280, 720), (1920, 1080)] {
        uploads(gpu, "full", w, h, &[buffer_rect(0, 0, w, h)]);
        uploads(gpu, "400x40", w, h, &[buffer_rect(100, 100, 400, 40)]);
        let cells: Vec<_> = (0..8).map(|i| buffer_rect(i * 100 + 8, i * 80, 80, 20)).collect();
        uploads(gpu, "8 x 80x20", w, h, &cells);
        window(gpu, w, h);
        thumbnails(gpu, w - 56, h - 88);
    }
    for scale in [1.0, 1.5] {
        let hub = World::new(scale).hub();
        let editor = hub.app("Text Editor");
        zoom(gpu, "hub to window", hub, editor);
        let overview = World::new(scale);
        let build = overview.sector(0).into();
        zoom(gpu, "overview to hub", overview, build);
    }
    rest(gpu);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().filter(|line| line.starts_with("VmRSS")).collect::<String>());
}

fn first_picture(gpu: &Gpu) {
    let world = World::new(1.0);
    let mut windows = StandIns::new(1.0);
    // The stand-ins themselves and their thumbnails are not what is measured.
    ScenePainter::new().pieces(gpu, &world.view().scene, 1.0, &mut windows);
    let started = Instant::now();
    let view = world.view();
    let built = started.elapsed();
    let pieces = ScenePainter::new().pieces(gpu, &view.scene, 1.0, &mut windows);
    let painted = started.elapsed();
    let mut target = Target::new(gpu, world.extent());
    let drawn = target.draw(&pieces, CLEAR, true).expect("drawn");
    drawn.readback.finish(&mut I420::black(1280, 720)).expect("converted");
    println!("first picture: {:?}; view {built:?}, painted after {painted:?}", started.elapsed());
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

/// A window at rest, all of it drawn again, and once more a little larger than its texture.
fn window(gpu: &Gpu, w: i32, h: i32) {
    let texture = Arc::new(SurfaceTexture::new(gpu, Size::new(w, h), PixelFormat::Xrgb8888).expect("a texture"));
    let (mut target, mut picture) = (Target::new(gpu, (w, h).into()), I420::black(w as u32, h as u32));
    for (title, grow) in [("copied", 0), ("scaled", 1)] {
        let mut table = Table::default();
        for round in 0..ROUNDS / 2 {
            let start = Instant::now();
            let piece = SurfacePiece { geometry: rect(0, 0, w + grow, h + grow), ..surface(&texture, 0, 0) };
            let drawn = target.draw(&[Piece::surface(piece)], CLEAR, true).expect("drawn");
            let converted = drawn.readback.finish(&mut picture).expect("converted");
            if round >= 10 {
                table.add("wait", converted.waited);
                table.add("ALL", start.elapsed());
            }
        }
        table.print(&format!("{w}x{h} window, {title}"));
    }
}

fn thumbnails(gpu: &Gpu, w: i32, h: i32) {
    let texture = Arc::new(SurfaceTexture::new(gpu, Size::new(w, h), PixelFormat::Xrgb8888).expect("a texture"));
    let mut thumbnails = Thumbnails::new(gpu, 256 << 20);
    let wait = || gpu.device().poll(wgpu::PollType::wait_indefinitely()).expect("an answer");
    let before = processor_time();
    let mut table = Table::default();
    for window in 0..48 {
        let start = Instant::now();
        thumbnails.update(window, &[Piece::surface(surface(&texture, 0, 0))], (w, h).into());
        table.add("recorded", start.elapsed());
        wait();
        table.add("ALL", start.elapsed());
    }
    println!("{w}x{h} new thumbnails: {:.2} ms of processor time each", (processor_time() - before) / 48.0);
    table.print(&format!("{w}x{h} new thumbnails"));
    let (mut table, id, mut damage) = (Table::default(), Id::new(), DamageBag::default());
    for round in 0..48 {
        damage.add([if round % 2 == 0 { buffer_rect(0, 0, w, h) } else { buffer_rect(400, 300, 16, 20) }]);
        let (commit, damage) = (damage.current_commit(), damage.snapshot());
        let piece = Piece::surface(SurfacePiece { id: id.clone(), commit, damage, ..surface(&texture, 0, 0) });
        let start = Instant::now();
        thumbnails.update(1, &[piece], (w, h).into());
        wait();
        table.add(if round % 2 == 0 { "all of it" } else { "a cursor" }, start.elapsed());
    }
    table.print(&format!("{w}x{h} thumbnails made anew"));
}

/// All pictures of a zoom, time and again.
fn zoom(gpu: &Gpu, title: &str, mut world: World, into: NodeId) {
    const PICTURES: u32 = 21;
    let (extent, scale, started) = (world.extent(), world.scale, world.now);
    world.apply(Operation::ZoomIn { into: Some(into) });
    let (mut painter, mut windows) = (ScenePainter::new(), StandIns::new(scale));
    let (mut target, mut picture) = (Target::new(gpu, extent), I420::black(extent.w as u32, extent.h as u32));
    let mut table = Table::default();
    let (mut before, mut first) = (0.0, Duration::ZERO);
    for round in 0..10 {
        if round == 1 {
            before = processor_time();
        }
        for step in 0..PICTURES {
            world.now = started + Duration::from_millis(350) * step / (PICTURES - 1);
            let start = Instant::now();
            let view = world.view();
            let built = start.elapsed();
            let pieces = painter.pieces(gpu, &view.scene, scale, &mut windows);
            let painted = start.elapsed();
            let Some(drawn) = target.draw(&pieces, CLEAR, false) else { continue };
            let recorded = start.elapsed();
            let converted = drawn.readback.finish(&mut picture).expect("converted");
            if round == 0 {
                first = first.max(start.elapsed());
            } else {
                table.add("view", built);
                table.add("paint", painted - built);
                table.add("draw", recorded - painted);
                table.add("wait", converted.waited);
                table.add("convert", converted.converted);
                table.add("ALL", start.elapsed());
            }
        }
    }
    let time = (processor_time() - before) / f64::from(9 * PICTURES);
    println!(
        "{}x{} {title}: {time:.2} ms of processor time a picture; slowest the first time {first:?}",
        extent.w, extent.h
    );
    table.print(&format!("{}x{} {title}", extent.w, extent.h));
}

/// A hub that does not change, and one in which a pill does.
fn rest(gpu: &Gpu) {
    let world = World::new(1.0).hub();
    let (mut painter, mut windows) = (ScenePainter::new(), StandIns::new(1.0));
    let (mut target, mut picture) = (Target::new(gpu, world.extent()), I420::black(1280, 720));
    let mut scene = world.view().scene;
    for (title, changes) in [("at rest", false), ("one changes its colour", true)] {
        let mut table = Table::default();
        for round in 0..ROUNDS {
            let fill = scene.iter_mut().find_map(|primitive| match primitive {
                Primitive::Fill { colour, .. } => Some(colour),
                _ => None,
            });
            fill.into_iter().filter(|_| changes).for_each(|colour| colour.g = (round % 255) as u8);
            let start = Instant::now();
            let pieces = painter.pieces(gpu, &scene, 1.0, &mut windows);
            let painted = start.elapsed();
            let drawn = target.draw(&pieces, CLEAR, false);
            let recorded = start.elapsed();
            if let Some(drawn) = drawn {
                drawn.readback.finish(&mut picture).expect("converted");
            }
            table.add("paint", painted);
            table.add("draw", recorded - painted);
            table.add("ALL", start.elapsed());
        }
        table.print(&format!("{} primitives, {title}", scene.len()));
    }
}

/// What all threads of this process have used, in milliseconds.
fn processor_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    numbers.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
}
