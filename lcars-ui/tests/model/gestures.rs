//! Pinch and wheel.

use lcars_ui::camera::{Motion, Pose};
use lcars_ui::hierarchy::{Level, Path, ViewportId};
use lcars_ui::operation::{Operation, Refused};

use crate::cameras::pose_of;
use crate::{World, focus};

impl World {
    fn here(&self) -> ViewportId {
        self.desktop.focused_viewport().id
    }

    fn pull(&mut self, amount: f64) {
        let here = self.here();
        self.desktop.pull(here, amount, self.now).unwrap();
    }

    fn release(&mut self, velocity: f64) -> lcars_ui::operation::Effects {
        let here = self.here();
        let effects = self.desktop.release(here, velocity, self.now).unwrap();
        assert!(!self.desktop.focused_viewport().is_held());
        effects
    }
}

#[test]
fn fingers_move_the_camera_as_far_as_they_like_and_the_path_follows_when_they_let_go() {
    let mut world = World::new();
    let window = world.open("foot", 1);
    let hub = world.path_to(world.sector(1));
    world.desktop.grab(world.here(), Some(world.sector(1).into()), world.now).unwrap();
    world.pull(0.25);
    assert_eq!(world.pose(), Pose::Zoom { outer: Path::root(), inner: hub.clone(), progress: 0.25 });
    assert_eq!(world.path(), &Path::root());
    assert!(world.desktop.focused_viewport().is_held());
    world.pull(1.25);
    assert_eq!(world.pose(), Pose::Zoom { outer: hub.clone(), inner: world.path_to(window), progress: 0.5 });
    world.pull(-0.75);
    assert_eq!(world.pose(), Pose::Zoom { outer: Path::root(), inner: hub, progress: 0.75 });
    let before = world.pose();
    assert_eq!(world.release(0.0), []);
    assert_eq!(world.pose(), before);
    assert_eq!(world.path(), &world.path_to(world.sector(1)));
    world.rest();
}

#[test]
fn it_snaps_the_way_the_fingers_went_and_a_fast_pinch_skips_a_level() {
    for (velocity, level) in [(0.0, Level::Overview), (1.0, Level::Hub), (12.0, Level::Focus), (-1.0, Level::Overview)]
    {
        let mut world = World::new();
        world.open("foot", 0);
        world.desktop.grab(world.here(), None, world.now).unwrap();
        world.pull(0.3);
        world.release(velocity);
        assert_eq!(world.path().level(), level, "at {velocity} levels a second");
        world.rest();
    }
}

#[test]
fn a_pinch_out_of_a_window_gives_the_keyboard_back_when_it_ends_and_stops_at_the_picker() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.open("foot", 0);
    world.jump(window);
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(-0.6);
    assert_eq!(world.desktop.focused_window(), Some(window));
    assert_eq!(world.release(-1.0), focus(None));
    assert_eq!(world.path().level(), Level::Picker);
    assert_eq!(world.selected(), Some(window.into()));
    world.rest();
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(-50.0);
    assert_eq!(world.pose(), Pose::Rest(Path::root()));
    world.pull(50.0);
    assert_eq!(world.release(f64::NAN), focus(window));
}

#[test]
fn a_moving_camera_is_caught_where_it_is() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.start(Operation::Jump { to: Some(window.into()) });
    world.now += crate::ms(80);
    let before = world.pose();
    world.desktop.grab(world.here(), None, world.now).unwrap();
    assert_eq!(pose_of(&before), pose_of(&world.pose()));
    assert!(!world.desktop.moving(world.now));
}

#[test]
fn a_camera_that_leaves_a_window_that_is_gone_is_caught_at_the_place_it_comes_to() {
    let mut world = World::new();
    world.open("mail", 0);
    let window = world.open("foot", 0);
    world.jump(window);
    world.desktop.remove_window(window, world.now);
    world.now += crate::ms(50);
    world.desktop.grab(world.here(), None, world.now).unwrap();
    assert_eq!(world.pose(), Pose::Rest(world.path_to(world.sector(0))));
}

#[test]
fn a_gesture_goes_on_while_other_windows_come_and_go() {
    let mut world = World::new();
    world.open("foot", 0);
    world.start(Operation::ZoomIn { into: None });
    world.now += crate::ms(50);
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(0.3);
    let before = world.pose();
    let other = world.open("mail", 1);
    world.desktop.remove_window(other, world.now);
    assert!(world.desktop.focused_viewport().is_held());
    assert_eq!(world.pose(), before);
}

#[test]
fn what_is_asked_for_meanwhile_takes_the_camera_from_the_fingers() {
    let mut world = World::new();
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(0.5);
    let before = world.pose();
    world.start(Operation::ZoomIn { into: Some(world.sector(0).into()) });
    assert_eq!(pose_of(&before), pose_of(&world.pose()));
    let here = world.here();
    assert_eq!(world.desktop.pull(here, 0.1, world.now), Err(Refused::NoGesture));
    assert_eq!(world.desktop.release(here, 0.0, world.now), Err(Refused::NoGesture));
}

#[test]
fn a_pull_by_what_is_no_number_is_refused() {
    let mut world = World::new();
    world.desktop.grab(world.here(), None, world.now).unwrap();
    let here = world.here();
    assert_eq!(world.desktop.pull(here, f64::INFINITY, world.now), Err(Refused::NotFinite));
    let nobody = ViewportId::from_raw(777);
    let refused = Err(Refused::NoSuchViewport { viewport: nobody });
    assert_eq!(world.desktop.grab(nobody, None, world.now), refused);
}

#[test]
fn with_reduced_motion_nothing_moves_until_the_fingers_let_go() {
    let mut world = World::new();
    world.desktop.set_motion(Motion::Reduced);
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(0.9);
    assert_eq!(world.pose(), Pose::Rest(Path::root()));
    world.release(0.0);
    world.now += crate::ms(10);
    assert!(matches!(world.pose(), Pose::Fade { .. }));
    assert_eq!(world.path().level(), Level::Hub);
}

#[test]
fn a_window_that_goes_under_the_fingers_ends_the_gesture() {
    let mut world = World::new();
    let window = world.open("foot", 0);
    world.jump(window);
    world.desktop.grab(world.here(), None, world.now).unwrap();
    world.pull(-0.3);
    world.desktop.remove_window(window, world.now);
    assert!(!world.desktop.focused_viewport().is_held());
    assert_eq!(world.path(), &world.path_to(world.sector(0)));
    world.rest();
}
