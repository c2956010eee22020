//! The way out of a window that fills its pane.

use super::*;

/// A pane with a window that has all of it but this much at its top.
fn world(top: f64) -> World {
    let mut world = World::new();
    let rect = Rect::new(0.0, 0.0, 800.0, 600.0);
    let pane = Node::new(Key::part("pane").in_pane(7), Role::Region, "PANE", rect);
    let window = Rect::from_edges(0.0, top, 800.0, 600.0);
    let window = Node { parent: Some(0), ..Node::new(key("window"), Role::Application, "FILM", window) };
    world.nodes = vec![pane, window];
    world
}

impl World {
    fn over(&mut self, y: f64) {
        self.with(|interface, sight, now| interface.over_window(at(400.0, y), sight, now));
    }

    fn touches(&mut self, y: f64) -> bool {
        self.with(|interface, sight, now| interface.calls_way_out(at(400.0, y), sight, now))
    }

    fn way_out(&self) -> Option<ViewportId> {
        self.interface.way_out(self.now)
    }
}

#[test]
fn it_is_shown_to_a_pointer_that_rests_at_the_edge_and_not_to_one_that_comes_by() {
    let mut world = world(0.0);
    assert!(world.interface.minds(at(400.0, 1.0), &world.nodes));
    assert!(!world.interface.minds(at(400.0, 50.0), &world.nodes));
    world.over(1.0);
    let due = world.now + Duration::from_millis(300);
    assert_eq!((world.way_out(), world.tick(0).1), (None, Some(due)));
    world.tick(100);
    world.over(20.0);
    world.tick(1000);
    assert_eq!(world.way_out(), None, "it did not rest");
    world.over(1.0);
    world.tick(200);
    world.over(2.0);
    assert_eq!(world.tick(100).1, None, "it stays for as long as the pointer is near");
    assert_eq!(world.way_out(), Some(ViewportId::from_raw(7)));
    world.over(60.0);
    assert!(world.way_out().is_some());
    world.over(200.0);
    assert_eq!(world.way_out(), None);
}

#[test]
fn a_program_that_shows_less_than_its_window_hides_no_way_out() {
    let mut world = world(0.0);
    world.with(|interface, sight, now| interface.pointer_moved(at(400.0, 1.0), sight, now));
    world.tick(300);
    assert_eq!(world.way_out(), Some(ViewportId::from_raw(7)));
    world.with(|interface, sight, now| interface.pointer_moved(at(400.0, 200.0), sight, now));
    assert_eq!(world.way_out(), None);
}

#[test]
fn a_finger_calls_it_and_it_goes_by_itself() {
    let mut world = world(0.0);
    assert!(!world.touches(40.0), "that is the window's");
    assert!(world.touches(10.0));
    assert!(world.way_out().is_some());
    let due = world.now + Duration::from_secs(5);
    assert_eq!(world.tick(1).1, Some(due));
    world.tick(5000);
    assert_eq!(world.way_out(), None);
}

#[test]
fn a_window_in_a_frame_has_its_way_out_there() {
    let mut framed = world(40.0);
    framed.over(41.0);
    assert!(!framed.touches(41.0));
    framed.tick(1000);
    assert_eq!(framed.way_out(), None);
    let mut world = world(0.0);
    world.over(1.0);
    world.nodes = framed.nodes;
    world.tick(1000);
    assert_eq!(world.way_out(), None, "it fills its pane no longer");
}
