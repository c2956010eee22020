//! At 1280 by 720 the frame has the rectangles of its mock-ups.

use lcars_ui::hierarchy::HubMode;
use lcars_ui::operation::{Axis, Direction, Operation};
use lcars_ui::scene::Primitive;

use super::*;

/// Each of them is a fill, but for the edges that meet a text: those are given as NaN.
fn has_fills(view: &View, rects: &[(&str, [f64; 4])]) {
    for (name, [left, top, right, bottom]) in rects {
        let meets = |edge: f64, wanted: f64| wanted.is_nan() || (edge - wanted).abs() < 0.6;
        let found = view.scene.iter().any(|primitive| {
            let rect = primitive.rect();
            matches!(primitive, Primitive::Fill { .. })
                && meets(rect.x, *left)
                && meets(rect.y, *top)
                && meets(rect.right(), *right)
                && meets(rect.bottom(), *bottom)
        });
        assert!(found, "{name} is not there");
    }
}

const TEXT: f64 = f64::NAN;

/// What levels 1 and 2 share.
const TOP: [(&str, [f64; 4]); 4] = [
    ("elbow-top-left", [8.0, 8.0, 424.0, 112.0]),
    ("bar-top-clock", [432.0, 8.0, 544.0, 40.0]),
    ("bar-top-segment", [552.0, 8.0, TEXT, 40.0]),
    ("end-cap", [1240.0, 8.0, 1272.0, 40.0]),
];

#[test]
fn the_overview_is_that_of_its_picture() {
    let view = World::usual(STANDARD).view();
    has_fills(&view, &TOP);
    has_fills(
        &view,
        &[
            ("readout-cpu", [8.0, 120.0, 232.0, 184.0]),
            ("readout-cpu, first cell", [24.0, 132.0, 33.7, 144.0]),
            ("readout-mem", [8.0, 192.0, 232.0, 256.0]),
            ("readout-net", [8.0, 264.0, 232.0, 328.0]),
            ("new-sector", [8.0, 336.0, 232.0, 384.0]),
            ("split-view", [8.0, 392.0, 232.0, 440.0]),
            ("settings", [8.0, 448.0, 232.0, 496.0]),
            ("the last pill", [8.0, 504.0, 232.0, 552.0]),
            ("elbow-bottom-left", [8.0, 560.0, 328.0, 712.0]),
            ("bar-bottom", [TEXT, 688.0, 1088.0, 712.0]),
            ("bar-bottom-segment", [1096.0, 688.0, 1240.0, 712.0]),
            ("end-cap-bottom", [1248.0, 688.0, 1272.0, 712.0]),
            ("sector-tile-1, elbow", [264.0, 64.0, TEXT, 136.0]),
            ("sector-tile-1, side pill", [264.0, 140.0, 304.0, 160.0]),
            ("sector-tile-1, last side pill", [264.0, 212.0, 304.0, 232.0]),
            ("sector-tile-1, lower elbow", [264.0, 236.0, 344.0, 352.0]),
            ("sector-tile-1, status", [348.0, 328.0, 556.0, 352.0]),
            ("sector-tile-1, cap of the status", [560.0, 328.0, 584.0, 352.0]),
            ("sector-tile-1, apps", [320.0, 266.5, TEXT, 290.5]),
            ("sector-tile-2, cap", [904.0, 64.0, 928.0, 88.0]),
            ("sector-tile-5, elbow", [608.0, 376.0, TEXT, 448.0]),
            ("minimap-root", [952.0, 540.0, 1272.0, 560.0]),
            ("minimap, a sector", [952.0, 568.0, 1009.6, 592.0]),
            ("minimap, an app", [952.0, 600.0, 968.5, 616.0]),
        ],
    );
    assert_eq!(named(&view, "BUILD").rect, rect(264.0, 64.0, 320.0, 288.0));
}

#[test]
fn a_notification_is_a_wide_cap_in_the_focus_colour() {
    let mut world = World::usual(STANDARD);
    world.open("new", 0);
    has_fills(&world.view(), &[("sector-tile-1-notifications", [536.0, 64.0, 584.0, 88.0])]);
    assert_eq!(named(&world.view(), "BUILD").value.as_deref(), Some("7 APPS, 1 NEW"));
}

/// What the hub has in every mode.
const HUB: [(&str, [f64; 4]); 9] = [
    ("elbow-inner-bottom-left", [8.0, 552.0, 728.0, 616.0]),
    ("bar-inner, second", [736.0, 600.0, 1096.0, 616.0]),
    ("bar-inner, third", [1104.0, 600.0, 1272.0, 616.0]),
    ("readout-cpu", [8.0, 344.0, 232.0, 408.0]),
    ("readout-mem", [8.0, 416.0, 232.0, 480.0]),
    ("rail-filler", [8.0, 488.0, 232.0, 544.0]),
    ("mode-search", [8.0, 288.0, 232.0, 336.0]),
    ("prompt-elbow", [8.0, 624.0, 1216.0, 712.0]),
    ("prompt-end-cap", [1224.0, 624.0, 1272.0, 712.0]),
];

#[test]
fn the_apps_of_a_hub_are_those_of_their_picture() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let view = world.jump(Some(build)).view();
    has_fills(&view, &TOP);
    has_fills(&view, &HUB);
    has_fills(
        &view,
        &[
            ("mode-command", [8.0, 120.0, 232.0, 168.0]),
            ("mode-apps, chosen", [8.0, 232.0, 200.0, 280.0]),
            ("mode-apps, its cap", [208.0, 232.0, 232.0, 280.0]),
            ("app-tile-1, upper elbow", [264.0, 64.0, 336.0, 166.0]),
            ("app-tile-1, lower elbow", [264.0, 170.0, 440.0, 272.0]),
            ("app-tile-1, bar", [340.0, 64.0, TEXT, 88.0]),
            ("app-tile-1, cap", [560.0, 64.0, 584.0, 88.0]),
            ("app-tile-1, lower bar", [444.0, 256.0, 564.0, 272.0]),
            ("app-tile-1, lower cap", [568.0, 256.0, 584.0, 272.0]),
            ("app-tile-6, upper elbow", [952.0, 288.0, 1024.0, 390.0]),
            ("launch line", [TEXT, 517.0, 1272.0, 521.0]),
            ("launcher-1", [264.0, 544.0, 425.3, 584.0]),
            ("launcher-2", [433.3, 544.0, 594.7, 584.0]),
            ("launcher-6", [1110.7, 544.0, 1272.0, 584.0]),
            ("prompt-state", [TEXT, 626.0, TEXT, 648.0]),
            ("prompt-cursor", [256.0, 663.0, 268.0, 687.0]),
            ("clear", [944.0, 632.0, 1048.0, 680.0]),
            ("execute", [1056.0, 632.0, 1208.0, 680.0]),
        ],
    );
    assert_eq!(named(&view, "TEXT EDITOR").rect, rect(608.0, 64.0, 320.0, 208.0));
}

#[test]
fn a_terminal_leaves_the_apps_a_strip() {
    let world = World::usual(STANDARD);
    let build = world.sector(0).into();
    let mut world = world.jump(Some(build));
    world.apply(Operation::Mode { mode: HubMode::Command });
    let view = world.view();
    has_fills(&view, &HUB);
    has_fills(
        &view,
        &[
            ("app-1, label", [264.0, 556.0, 400.0, 584.0]),
            ("app-6, label", [984.0, 556.0, 1120.0, 584.0]),
            ("all-apps", [1128.0, 480.0, 1272.0, 584.0]),
        ],
    );
    assert_eq!(named(&view, "FIREFOX [3]").rect, rect(264.0, 480.0, 136.0, 104.0));
}

#[test]
fn a_window_in_focus_has_the_room_of_its_picture() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let view = world.jump(Some(editor)).view();
    has_fills(
        &view,
        &[
            ("elbow-top-left", [8.0, 8.0, 96.0, 320.0]),
            ("elbow-bottom-left", [8.0, 328.0, 304.0, 712.0]),
            ("zoom-out", [104.0, 8.0, 224.0, 40.0]),
            ("split", [232.0, 8.0, 328.0, 40.0]),
            ("close", [1168.0, 8.0, 1272.0, 40.0]),
            ("bar-bottom", [TEXT, 688.0, 1088.0, 712.0]),
            ("bar-bottom-segment", [1096.0, 688.0, 1240.0, 712.0]),
            ("end-cap-bottom", [1248.0, 688.0, 1272.0, 712.0]),
        ],
    );
    assert_eq!(view.areas[0].rect, rect(48.0, 48.0, 1224.0, 632.0));
}

#[test]
fn the_windows_of_an_app_are_laid_out_as_in_their_picture() {
    let world = World::usual(STANDARD);
    let firefox = world.app("Firefox");
    let view = world.jump(Some(firefox)).view();
    has_fills(
        &view,
        &[
            ("new-window", [232.0, 8.0, 368.0, 40.0]),
            ("close", [1152.0, 8.0, 1272.0, 40.0]),
            ("bar-top", [376.0, 8.0, TEXT, 40.0]),
            ("window-1, upper elbow", [72.0, 240.0, 144.0, 362.0]),
            ("window-1, lower elbow", [72.0, 366.0, 283.2, 488.0]),
            ("window-3, cap", [1248.0, 240.0, 1272.0, 264.0]),
        ],
    );
    assert!(names(&view).contains(&"3 WINDOWS"));
}

#[test]
fn two_panes_lie_as_in_their_picture() {
    let world = World::usual(STANDARD);
    let editor = world.app("Text Editor");
    let mut world = world.jump(Some(editor));
    world.apply(Operation::Split { axis: Axis::Horizontal });
    world.apply(Operation::FocusPane { direction: Direction::Right });
    world.apply(Operation::Jump { to: None });
    world.apply(Operation::FocusPane { direction: Direction::Left });
    let view = world.view();
    has_fills(
        &view,
        &[
            ("left, elbow-top-left", [8.0, 8.0, 96.0, 320.0]),
            ("left, elbow-bottom-left", [8.0, 328.0, 312.0, 680.0]),
            ("left, zoom-out", [104.0, 8.0, 224.0, 40.0]),
            ("left, close", [544.0, 8.0, 632.0, 40.0]),
            ("left, lower bar", [320.0, 664.0, 608.0, 680.0]),
            ("left, lower cap", [616.0, 664.0, 632.0, 680.0]),
            ("divider", [638.0, 300.0, 642.0, 380.0]),
            ("right, elbow-top-left", [648.0, 8.0, 832.0, 96.0]),
            ("right, bar", [840.0, 8.0, TEXT, 40.0]),
            ("right, readout-cpu", [648.0, 104.0, 736.0, 160.0]),
            ("right, new", [648.0, 296.0, 736.0, 344.0]),
            ("right, elbow-bottom-left", [648.0, 560.0, 1016.0, 680.0]),
            ("right, lower segment", [1024.0, 664.0, 1248.0, 680.0]),
            ("right, lower cap", [1256.0, 664.0, 1272.0, 680.0]),
            ("right, sector-tile-1", [760.0, 64.0, TEXT, 116.0]),
            ("right, side pill", [760.0, 120.0, 784.0, 130.0]),
            ("right, lower elbow", [760.0, 176.0, 820.0, 248.0]),
            ("right, status", [824.0, 224.0, 980.0, 248.0]),
            ("right, minimap-root", [1024.0, 504.0, 1272.0, 524.0]),
            ("prompt, the pane", [8.0, 688.0, 184.0, 712.0]),
            ("prompt, its bar", [TEXT, 688.0, 1240.0, 712.0]),
            ("prompt, its cap", [1248.0, 688.0, 1272.0, 712.0]),
        ],
    );
    assert_eq!(view.areas[0].rect, rect(48.0, 48.0, 584.0, 608.0));
}

#[test]
fn a_screen_of_twice_the_size_has_everything_twice_as_large() {
    let large = World::usual(Size { w: 2560.0, h: 1440.0 }).view();
    has_fills(&large, &[("elbow-top-left", [16.0, 16.0, 848.0, 224.0]), ("end-cap", [2480.0, 16.0, 2544.0, 80.0])]);
    assert_eq!(named(&large, "BUILD").rect, rect(528.0, 128.0, 640.0, 576.0));
}
