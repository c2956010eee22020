//! Whatever is done, tiles lie in their room and apart.

use std::sync::Arc;
use std::time::Duration;

use lcars_ui::geometry::{Point, Rect, Size};
use lcars_ui::hierarchy::HubMode;
use lcars_ui::interface::{Button, Held, Symbol};
use lcars_ui::operation::Operation;
use lcars_ui::scene::Primitive;
use lcars_ui::semantics::{FilesAct, UiAction, hit};
use lcars_ui::view;
use proptest::prelude::*;

use crate::session::{Session, middle, numbered};

#[derive(Debug, Clone)]
enum Deed {
    Key(Symbol),
    Wheel(f64),
    Drag(f64),
    Press(f64, f64),
    Show(usize, usize),
    Act(FilesAct),
    Later(u64),
    Size(f64, f64),
    Operation(Operation),
}

fn deed() -> impl Strategy<Value = Deed> {
    use Symbol::{Backspace, Char, Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Tab, Up};
    let keys =
        [Backspace, Char('1'), Char(' '), Down, End, Enter, Escape, Home, Left, PageDown, PageUp, Right, Tab, Up];
    let acts = [
        FilesAct::Hidden,
        FilesAct::Sort,
        FilesAct::Picking,
        FilesAct::ClearPicks,
        FilesAct::Inspect,
        FilesAct::Download,
        FilesAct::Up,
    ];
    let operations = [
        Operation::ZoomOut,
        Operation::ZoomIn { into: None },
        Operation::Mode { mode: HubMode::Directory },
        Operation::Mode { mode: HubMode::Apps },
    ];
    prop_oneof![
        5 => prop::sample::select(keys.to_vec()).prop_map(Deed::Key),
        2 => (-1e4..1e4f64).prop_map(Deed::Wheel),
        2 => (-900.0..900.0f64).prop_map(Deed::Drag),
        2 => (0.0..1.0f64, 0.0..1.0f64).prop_map(|(x, y)| Deed::Press(x, y)),
        3 => (0usize..4, 0usize..300).prop_map(|(path, count)| Deed::Show(path, count)),
        2 => prop::sample::select(acts.to_vec()).prop_map(Deed::Act),
        3 => (0u64..500).prop_map(Deed::Later),
        1 => (200.0..2600.0f64, 200.0..1500.0f64).prop_map(|(w, h)| Deed::Size(w, h)),
        2 => prop::sample::select(operations.to_vec()).prop_map(Deed::Operation),
    ]
}

fn lies_in(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x - 0.01
        && inner.y >= outer.y - 0.01
        && inner.right() <= outer.right() + 0.01
        && inner.bottom() <= outer.bottom() + 0.01
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn tiles_lie_in_their_room_and_apart_whatever_is_done(deeds in prop::collection::vec(deed(), 1..25)) {
        let mut session = Session::new(1280.0, 720.0);
        session.show(numbered("/x", 40));
        for deed in deeds {
            let now = session.now;
            match deed {
                Deed::Key(symbol) => {
                    session.with(|interface, sight| interface.key(symbol, Held::default(), sight, now));
                }
                Deed::Wheel(amount) => {
                    let at = Point { x: session.size.w / 2.0, y: session.size.h / 2.0 };
                    session.with(|interface, sight| interface.scroll_files(at, amount, sight, now));
                }
                Deed::Drag(by) => {
                    let at = Point { x: session.size.w / 2.0, y: session.size.h / 2.0 };
                    let to = Point { y: at.y + by, ..at };
                    session.with(|interface, sight| {
                        interface.touched(at, sight, now);
                        interface.finger_moved(to, sight, now + Duration::from_millis(10));
                        interface.lifted(sight, now + Duration::from_millis(20));
                    });
                }
                Deed::Press(x, y) => {
                    let at = Point { x: x * session.size.w, y: y * session.size.h };
                    session.with(|interface, sight| {
                        interface.pressed(at, Button::Primary, sight, now);
                        interface.released(at, Button::Primary, sight, now);
                    });
                }
                Deed::Show(path, count) => {
                    let path = ["/x", "/x/file 3", "/x/file 3/y", "/"][path];
                    session.directories.by_sector.insert(session.sector(), Arc::new(numbered(path, count)));
                }
                Deed::Act(act) => {
                    session.with(|interface, sight| interface.act(&UiAction::Files { act }, sight));
                }
                Deed::Later(ms) => session.now += Duration::from_millis(ms),
                Deed::Size(w, h) => {
                    session.size = Size { w, h };
                    let area = view::pane_area(&session.theme, session.size, 1.0, 1.0);
                    let output = session.desktop.focused_output().id;
                    let _ = session.desktop.resize_output(output, area);
                }
                Deed::Operation(operation) => drop(session.desktop.apply(&operation, now)),
            }
            session.look();
            let screen = Rect::new(0.0, 0.0, session.size.w, session.size.h);
            let tiles = session.tiles();
            for (i, tile) in tiles.iter().enumerate() {
                let area = session.view.files.first().expect("tiles lie in an area");
                prop_assert!(lies_in(tile.rect, area.rect) && lies_in(tile.hit, area.rect), "{:?} in {:?}", tile.rect, area);
                prop_assert!(lies_in(area.rect, screen));
                for other in tiles.iter().skip(i + 1) {
                    prop_assert!(!tile.rect.overlaps(&other.rect), "{:?} {:?}", tile.rect, other.rect);
                    prop_assert!(tile.key != other.key);
                }
                let found = hit(&session.view.nodes, middle(tile.rect)).map(|node| node.key);
                // In a pane with no room for both an open prompt lies over tiles.
                let behind = session.prompt_top().is_some_and(|top| middle(tile.rect).y >= top);
                prop_assert!(
                    found == Some(tile.key) || behind || session.interface.overlay.is_some() || session.says("GONE"),
                    "{:?} is behind {:?}", tile.rect, found
                );
            }
            prop_assert!(tiles.len() <= 65 * 65);
            let mut keys: Vec<_> = session.view.scene.iter().map(Primitive::key).collect();
            let count = keys.len();
            keys.sort_by_key(|key| format!("{key:?}"));
            keys.dedup();
            prop_assert_eq!(keys.len(), count, "a key names one primitive");
            let finite = session.view.scene.iter().all(|primitive| {
                let Rect { x, y, w, h } = primitive.rect();
                [x, y, w, h].iter().all(|length| length.is_finite())
            });
            prop_assert!(finite);
        }
        session.later(6000);
        prop_assert!(!session.view.moving, "everything comes to rest");
    }
}
