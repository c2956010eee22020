//! The plain frame, against golden pictures.

use lcars_ui::geometry::Size;
use lcars_ui::plain_frame::{Action, Frame, View, Window, lay_out};
use lcars_ui::theme::Theme;

use super::fixture::gpu;
use super::golden;
use crate::render::{NoPictures, ScenePainter, Target};

fn windows() -> Vec<Window> {
    let titles = ["Text Editor", "~/src/tos — fish", "A title that is far too long for the pill it has to go into"];
    let window =
        |(i, title): (usize, &&str)| Window { id: i as u64 + 1, title: (*title).into(), app_id: String::new() };
    titles.iter().enumerate().map(window).collect()
}

fn frame(w: f64, h: f64, scale: f64, windows: &[Window], hovered: Option<Action>) -> Frame {
    let focused = windows.first().map(|window| window.id);
    let size = Size { w, h };
    lay_out(&Theme::default(), &View { size, scale, windows, focused, hovered, wayland_display: "wayland-1" })
}

fn draw(name: &str, w: i32, h: i32, scale: f64, windows: &[Window]) {
    let frame = frame(f64::from(w) / scale, f64::from(h) / scale, scale, windows, Some(Action::Focus(2)));
    let mut target = Target::new(gpu(), (w, h).into());
    let pieces = ScenePainter::new().pieces(gpu(), &frame.scene, scale, &mut NoPictures);
    target.draw(&pieces, frame.background.premultiplied(), false).expect("drawn");
    golden::check(name, &target.pixels().expect("pixels"));
}

#[test]
fn plain_frame_with_windows() {
    draw("frame", 1280, 720, 1.0, &windows());
}

#[test]
fn plain_frame_at_scale_2() {
    draw("frame-scale-2", 1280, 720, 2.0, &windows());
}

#[test]
fn plain_frame_without_windows() {
    draw("frame-empty", 1280, 720, 1.0, &[]);
}

#[test]
fn plain_frame_of_an_odd_size() {
    draw("frame-odd", 641, 481, 1.0, &windows());
}

#[test]
fn a_scene_that_did_not_change_damages_nothing() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (1280, 720).into()));
    let scene = frame(1280.0, 720.0, 1.0, &windows(), None);
    let clear = scene.background.premultiplied();
    assert!(target.draw(&painter.pieces(gpu(), &scene.scene, 1.0, &mut NoPictures), clear, false).is_some());
    let again = frame(1280.0, 720.0, 1.0, &windows(), None);
    assert!(target.draw(&painter.pieces(gpu(), &again.scene, 1.0, &mut NoPictures), clear, false).is_none());
}

#[test]
fn a_hover_damages_its_pill_and_nothing_else() {
    let (mut painter, mut target) = (ScenePainter::new(), Target::new(gpu(), (1280, 720).into()));
    let still = frame(1280.0, 720.0, 1.0, &windows(), None);
    let clear = still.background.premultiplied();
    target.draw(&painter.pieces(gpu(), &still.scene, 1.0, &mut NoPictures), clear, false).expect("drawn");
    let hovered = frame(1280.0, 720.0, 1.0, &windows(), Some(Action::Focus(2)));
    let drawn = target.draw(&painter.pieces(gpu(), &hovered.scene, 1.0, &mut NoPictures), clear, false).expect("drawn");
    let (pill, _) = hovered.hits.iter().find(|hit| hit.1 == Action::Focus(2)).expect("a pill");
    for rect in drawn.damage {
        assert!(rect.loc.x >= pill.x as i32 && rect.loc.x + rect.size.w <= pill.right() as i32 + 1, "{rect:?}");
        assert!(rect.loc.y + rect.size.h <= pill.bottom() as i32 + 1, "{rect:?}");
    }
}
