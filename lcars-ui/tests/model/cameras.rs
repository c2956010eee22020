//! Movements in simulated time.

use std::time::Duration;

use lcars_ui::camera::{LONGEST, Motion, Pose, Timing};
use lcars_ui::hierarchy::Path;
use lcars_ui::operation::Operation;

use crate::{World, ms};

impl World {
    pub(crate) fn pose(&self) -> Pose {
        self.desktop.focused_viewport().camera.pose(self.now)
    }

    pub(crate) fn progress(&self) -> f64 {
        match self.pose() {
            Pose::Zoom { progress, .. } | Pose::Fade { progress, .. } => progress,
            Pose::Rest(path) => panic!("at rest at {path:?}"),
        }
    }
}

fn zoom(outer: &Path, inner: &Path, progress: f64) -> Pose {
    Pose::Zoom { outer: outer.clone(), inner: inner.clone(), progress }
}

#[test]
fn a_zoom_in_takes_350_ms_and_eases_out_while_the_path_is_there_already() {
    let mut world = World::new();
    let hub = world.path_to(world.sector(0));
    world.start(Operation::ZoomIn { into: None });
    assert_eq!(world.path(), &hub);
    assert_eq!(world.pose(), Pose::Rest(Path::root()));
    world.now = ms(175);
    assert_eq!(world.pose(), zoom(&Path::root(), &hub, 1.0 - 0.125));
    world.now = ms(349);
    assert!(world.desktop.moving(world.now));
    world.now = ms(350);
    assert!(!world.desktop.moving(world.now));
    assert_eq!(world.pose(), Pose::Rest(hub));
}

#[test]
fn a_zoom_out_takes_250_ms() {
    let mut world = World::new();
    world.jump(world.sector(0));
    let start = world.now;
    world.start(Operation::ZoomOut);
    world.now = start + ms(125);
    assert!((world.progress() - 0.125).abs() < 1e-9);
    world.now = start + ms(250);
    assert!(!world.desktop.moving(world.now));
}

#[test]
fn it_can_be_turned_around_at_any_time_from_where_it_stands() {
    for at in [1, 20, 100, 200, 340] {
        let mut world = World::new();
        let window = world.open("foot", 0);
        world.jump(world.sector(0));
        let app = world.app_of(window);
        world.start(Operation::ZoomIn { into: Some(app) });
        world.now += ms(at);
        let before = world.pose();
        world.start(Operation::ZoomOut);
        assert_eq!(pose_of(&before), pose_of(&world.pose()), "after {at} ms");
        world.now += ms(30);
        assert!(world.desktop.moving(world.now));
        world.now += ms(220);
        assert_eq!(world.pose(), Pose::Rest(world.path_to(world.sector(0))));
    }
}

/// A pose with its progress rounded, for comparison.
pub(crate) fn pose_of(pose: &Pose) -> (Vec<Path>, i64) {
    let rounded = |progress: &f64| (progress * 1e9).round() as i64;
    match pose {
        Pose::Rest(path) => (vec![path.clone()], 0),
        Pose::Zoom { outer, inner, progress } => (vec![outer.clone(), inner.clone()], rounded(progress)),
        Pose::Fade { from, to, progress } => (vec![from.clone(), to.clone()], rounded(progress)),
    }
}

#[test]
fn a_zoom_into_an_app_with_several_windows_turns_around_to_the_hub_it_came_from() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.open("foot", 0);
    world.jump(world.sector(0));
    world.start(Operation::ZoomIn { into: Some(world.app_of(window)) });
    world.now += ms(50);
    world.start(Operation::ZoomOut);
    assert_eq!(world.path(), &world.path_to(world.sector(0)));
}

#[test]
fn a_jump_across_branches_is_one_movement_over_the_nearest_common_ancestor() {
    let mut world = World::new();
    let from = world.open("foot", 0);
    world.open("foot", 0);
    let to = world.open("mail", 2);
    world.jump(from);
    let start = world.now;
    world.start(Operation::Jump { to: Some(to.into()) });
    let hubs = [0, 2].map(|place| world.path_to(world.sector(place)));
    let route = [world.path_to(from), hubs[0].clone(), Path::root(), hubs[1].clone(), world.path_to(to)];
    let mut passed = vec![];
    let mut last = -1.0;
    for at in 0..=350 {
        world.now = start + ms(at);
        let position = match world.pose() {
            Pose::Rest(path) => route.iter().position(|stop| *stop == path).unwrap() as f64,
            Pose::Zoom { outer, inner, progress } => {
                let place = |path: &Path| route.iter().position(|stop| stop == path).unwrap();
                assert_eq!(place(&outer).abs_diff(place(&inner)), 1);
                let inwards = place(&inner) > place(&outer);
                place(&outer) as f64 + if inwards { progress } else { -progress }
            }
            pose @ Pose::Fade { .. } => panic!("{pose:?}"),
        };
        assert!(position >= last, "backwards at {at} ms");
        last = position;
        passed.push(position.floor() as usize);
    }
    passed.dedup();
    assert_eq!(passed, [0, 1, 2, 3, 4]);
    assert!(!world.desktop.moving(world.now));
}

#[test]
fn within_one_app_a_jump_goes_over_its_picker() {
    let mut world = World::new();
    let [from, to] = [0, 1].map(|_| world.open("foot", 0));
    world.jump(from);
    let start = world.now;
    world.start(Operation::Jump { to: Some(to.into()) });
    world.now = start + ms(10);
    let picker = world.path_to(world.app_of(from));
    assert!(matches!(world.pose(), Pose::Zoom { outer, inner, .. } if outer == picker && inner == world.path_to(from)));
    world.now = start + ms(300);
    assert!(matches!(world.pose(), Pose::Zoom { outer, inner, .. } if outer == picker && inner == world.path_to(to)));
}

#[test]
fn sent_elsewhere_on_its_way_it_goes_on_from_where_it_is() {
    let mut world = World::new();
    let [first, second] = ["foot", "mail"].map(|app| world.open(app, 0));
    world.jump(world.sector(0));
    world.start(Operation::ZoomIn { into: Some(world.app_of(first)) });
    world.now += ms(60);
    let before = world.pose();
    world.start(Operation::Jump { to: Some(second.into()) });
    assert_eq!(pose_of(&before), pose_of(&world.pose()));
    world.now += ms(350);
    assert_eq!(world.pose(), Pose::Rest(world.path_to(second)));
}

#[test]
fn with_reduced_motion_every_way_is_one_fade_of_150_ms_that_can_be_turned_around() {
    let mut world = World::new();
    let window = world.open("foot", 2);
    world.desktop.set_motion(Motion::Reduced);
    world.start(Operation::Jump { to: Some(window.into()) });
    world.now += ms(75);
    assert!(matches!(world.pose(), Pose::Fade { from, to, .. } if from == Path::root() && to == world.path_to(window)));
    let there = world.progress();
    world.start(Operation::Jump { to: None });
    assert!((world.progress() - (1.0 - there)).abs() < 1e-9);
    world.now += ms(150);
    assert_eq!(world.pose(), Pose::Rest(Path::root()));
}

#[test]
fn asking_for_reduced_motion_ends_what_is_under_way() {
    let mut world = World::new();
    world.start(Operation::ZoomIn { into: None });
    world.now += ms(50);
    world.desktop.set_motion(Motion::Reduced);
    assert_eq!(world.pose(), Pose::Rest(world.path().clone()));
}

#[test]
fn no_theme_makes_a_movement_last() {
    let mut world = World::new();
    let forever = Duration::MAX;
    world.desktop.set_timing(Timing { zoom_in: forever, zoom_out: forever, fade: forever });
    world.start(Operation::ZoomIn { into: None });
    assert!(world.desktop.moving(LONGEST - ms(1)));
    assert!(!world.desktop.moving(LONGEST));
    world.desktop.set_timing(Timing { zoom_in: Duration::ZERO, ..Timing::default() });
    world.rest();
    world.start(Operation::Jump { to: Some(world.sector(1).into()) });
    assert!(!world.desktop.moving(world.now));
}

#[test]
fn a_window_that_goes_while_it_grows_is_left_again_without_a_jump() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(world.sector(0));
    let hub = world.path_to(world.sector(0));
    world.start(Operation::ZoomIn { into: Some(world.app_of(window)) });
    world.now += ms(60);
    let before = world.pose();
    world.desktop.remove_window(window, world.now);
    assert_eq!(pose_of(&before), pose_of(&world.pose()));
    assert_eq!(world.path(), &hub);
    world.now += ms(250);
    assert_eq!(world.pose(), Pose::Rest(hub));
}

#[test]
fn a_window_that_moves_to_another_sector_while_it_grows_is_shown_there() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(world.sector(0));
    world.start(Operation::ZoomIn { into: Some(world.app_of(window)) });
    world.now += ms(60);
    let follow = Operation::SendToSector { node: Some(window.into()), sector: world.sector(2), follow: true };
    world.start(follow);
    assert_eq!(world.path(), &world.path_to(window));
    world.now += ms(350);
    assert_eq!(world.pose(), Pose::Rest(world.path_to(window)));
}
