//! Pictures of windows that nobody looks at leave the device, and are there again when somebody does.

use std::time::{Duration, Instant};

use lcars_ui::hierarchy::{NodeId, WindowId};
use lcars_ui::operation::Operation;

use crate::alone::{alone, resident};
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

impl Fixture {
    /// Lets so much time pass that whatever nobody looks at is packed.
    fn pack(&mut self, id: WindowId) {
        let started = Instant::now();
        self.state.tend_textures(started);
        for seconds in 1.. {
            if self.state.device_bytes(id) == 0 {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "it stays on the device");
            self.state.tend_textures(started + Duration::from_secs(60 * seconds));
            self.wait();
        }
    }

    fn jumps(&mut self, to: impl Into<NodeId>) {
        self.does(&Operation::Jump { to: Some(to.into()) });
    }
}

#[test]
fn a_window_that_nobody_looks_at_leaves_the_device_and_comes_back_as_it_was() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (_other, other) = f.app(&mut client, "other", GREEN);
    let (_window, id) = f.app(&mut client, "one", RED);
    f.jumps(id);
    let before = f.shot();
    f.jumps(other);
    assert!(f.state.device_bytes(id) > 0);
    f.pack(id);
    assert!(f.state.device_bytes(other) > 0, "what is in focus stays");
    f.jumps(id);
    let after = f.shot();
    assert_eq!(before.count(RED), after.count(RED));
    assert!(after.count(RED) > 100_000 && f.state.device_bytes(id) > 0);
}

#[test]
fn what_is_drawn_meanwhile_is_whole_though_only_a_part_of_it_is_said_to_be_new() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (_other, other) = f.app(&mut client, "other", RED);
    let (window, id) = f.app(&mut client, "one", RED);
    f.jumps(id);
    let area = f.area().size;
    f.jumps(other);
    f.pack(id);
    window.surface.attach(Some(&client.colour((area.w, area.h), GREEN)), 0, 0);
    window.surface.damage_buffer(3, 3, 1, 1);
    window.surface.commit();
    f.roundtrip(&mut client);
    f.jumps(id);
    assert_eq!(f.shot().count(GREEN), area.w * area.h);
}

#[test]
fn a_window_that_is_packed_may_go_and_its_thumbnail_is_seen_before() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (_other, other) = f.app(&mut client, "other", GREEN);
    let (window, id) = f.app(&mut client, "one", RED);
    let sector = f.state.shell.desktop.tree().window(id).unwrap().0.unwrap().id;
    f.jumps(other);
    f.pack(id);
    f.jumps(sector);
    assert!(f.shot().count(RED) > 1_000, "it never had a thumbnail; one is made");
    f.jumps(other);
    f.pack(id);
    f.jumps(sector);
    assert!(f.shot().count(RED) > 1_000);
    assert_eq!(f.state.device_bytes(id), 0, "the thumbnail it has needs no more");
    f.jumps(other);
    window.destroy();
    f.roundtrip(&mut client);
    assert!(f.state.shell.desktop.tree().window(id).is_none());
    f.state.tend_textures(Instant::now() + Duration::from_secs(60));
}

#[test]
fn what_is_drawn_while_nobody_watches_does_not_gather() {
    alone("textures::draws_unwatched");
}

#[test]
#[ignore = "the test above runs it, in a process of its own"]
fn draws_unwatched() {
    const SIDE: i32 = 1000;
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, GREEN);
    let pictures = [client.colour((SIDE, SIDE), RED), client.colour((SIDE, SIDE), GREEN)];
    let mut before = 0;
    for (count, picture) in pictures.iter().cycle().take(150).enumerate() {
        window.surface.attach(Some(picture), 0, 0);
        window.surface.damage_buffer(0, 0, SIDE, SIDE);
        window.surface.commit();
        f.roundtrip(&mut client);
        // What is needed in any case is there by then.
        before = if count < 20 { resident() } else { before };
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 128 << 20, "{grown} bytes more for {} that were drawn", 130 * SIDE * SIDE * 4);
}
