//! `zwp_pointer_constraints_v1`: the pointer locked, or kept in a region.

use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_pointer::{self, WlPointer};
use wayland_client::protocol::wl_region::WlRegion;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_confined_pointer_v1;
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_locked_pointer_v1::{self, ZwpLockedPointerV1};
use wayland_protocols::wp::pointer_constraints::zv1::client::zwp_pointer_constraints_v1::{
    Lifetime, ZwpPointerConstraintsV1,
};
use wayland_protocols::wp::relative_pointer::zv1::client::zwp_relative_pointer_manager_v1::ZwpRelativePointerManagerV1;
use wayland_protocols::wp::relative_pointer::zv1::client::zwp_relative_pointer_v1::{
    self as relative, ZwpRelativePointerV1,
};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::input::LEFT;
use crate::picture::RED;
use crate::window::Window;

struct Desk {
    f: Fixture,
    client: Client,
    window: Window,
    pointer: WlPointer,
    relative: ZwpRelativePointerV1,
    constraints: ZwpPointerConstraintsV1,
}

impl Desk {
    /// A window with the pointer in the middle of it.
    fn new() -> Self {
        let mut f = Fixture::new();
        let mut client = f.client();
        let pointer = client.seat().get_pointer(&client.qh, ());
        let relative = client.bind::<ZwpRelativePointerManagerV1>().get_relative_pointer(&pointer, &client.qh, ());
        let constraints = client.bind();
        let window = f.window(&mut client, RED);
        f.point(400, 300);
        f.roundtrip(&mut client);
        client.events(&pointer);
        client.events(&relative);
        Self { f, client, window, pointer, relative, constraints }
    }

    fn lock(&mut self, region: Option<&WlRegion>, lifetime: Lifetime) -> ZwpLockedPointerV1 {
        let (surface, pointer) = (&self.window.surface, &self.pointer);
        let locked = self.constraints.lock_pointer(surface, pointer, region, lifetime, &self.client.qh, ());
        self.f.roundtrip(&mut self.client);
        locked
    }

    fn region(&mut self, x: i32, y: i32, width: i32, height: i32) -> WlRegion {
        let region = self.client.bind::<WlCompositor>().create_region(&self.client.qh, ());
        region.add(x, y, width, height);
        region
    }

    /// Whether the lock was told to be in force (true) or not any more since the last call. smithay 0.7 says so once more to
    /// a surface that the pointer leaves.
    fn told(&mut self, locked: &ZwpLockedPointerV1) -> Vec<bool> {
        self.f.roundtrip(&mut self.client);
        let events = self.client.events(locked).into_iter();
        let mut told: Vec<bool> = events.map(|event| matches!(event, zwp_locked_pointer_v1::Event::Locked)).collect();
        told.dedup();
        told
    }

    fn motions(&mut self) -> Vec<(f64, f64)> {
        self.f.roundtrip(&mut self.client);
        let motion = |event| match event {
            wl_pointer::Event::Motion { surface_x, surface_y, .. } => Some((surface_x, surface_y)),
            _ => None,
        };
        self.client.events(&self.pointer).into_iter().filter_map(motion).collect()
    }

    fn distances(&mut self) -> Vec<(f64, f64)> {
        self.f.roundtrip(&mut self.client);
        let distance = |event| match event {
            relative::Event::RelativeMotion { dx, dy, .. } => Some((dx, dy)),
            _ => None,
        };
        self.client.events(&self.relative).into_iter().filter_map(distance).collect()
    }
}

#[test]
fn a_locked_pointer_stays_and_its_movements_are_told() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Persistent);
    assert_eq!(desk.told(&lock), [true]);
    assert!(desk.f.state.pointer_is_locked());
    desk.f.point(410, 290);
    desk.f.push(3.0, 4.0);
    assert_eq!(desk.motions(), []);
    let distances = desk.distances();
    assert_eq!(distances.len(), 2);
    assert!((distances[0].0 - 10.0).abs() < 0.1 && (distances[0].1 + 10.0).abs() < 0.1, "{distances:?}");
    assert_eq!(distances[1], (3.0, 4.0));
    // It goes on where it was.
    lock.destroy();
    desk.f.roundtrip(&mut desk.client);
    assert!(!desk.f.state.pointer_is_locked());
    desk.f.push(1.0, 0.0);
    let area = desk.f.area();
    assert_eq!(desk.motions(), [(401.0 - f64::from(area.loc.x), 300.0 - f64::from(area.loc.y))]);
}

#[test]
fn a_lock_waits_until_the_pointer_is_in_its_region() {
    let mut desk = Desk::new();
    let region = desk.region(0, 0, 20, 20);
    let lock = desk.lock(Some(&region), Lifetime::Persistent);
    assert!(desk.told(&lock).is_empty());
    let area = desk.f.area();
    desk.f.point(area.loc.x + 10, area.loc.y + 10);
    assert_eq!(desk.told(&lock), [true]);
}

#[test]
fn zooming_out_ends_a_lock_and_it_comes_back_with_the_window() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Persistent);
    desk.told(&lock);
    desk.f.key("MetaLeft", true);
    desk.f.key("ArrowUp", true);
    desk.f.key("ArrowUp", false);
    desk.f.key("MetaLeft", false);
    desk.f.draw();
    assert_eq!(desk.f.state.shell.focused(), None);
    assert_eq!(desk.told(&lock), [false]);
    let id = desk.f.state.shell.windows()[0].id.unwrap();
    desk.f.state.focus_window(id);
    assert_eq!(desk.told(&lock), [true]);
}

#[test]
fn a_press_beside_the_window_frees_the_pointer() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Persistent);
    desk.told(&lock);
    desk.f.press("CLOSE");
    desk.f.roundtrip(&mut desk.client);
    assert!(desk.window.asked_to_close(&mut desk.client), "the frame works as ever");
    assert_eq!(desk.told(&lock), [false]);
}

#[test]
fn who_leaves_the_lock_is_free_until_the_next_click() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Persistent);
    desk.told(&lock);
    desk.f.state.free_pointer();
    desk.f.point(420, 300);
    assert_eq!(desk.told(&lock), [false]);
    assert_eq!(desk.motions().len(), 1);
    desk.f.button(LEFT, true);
    desk.f.button(LEFT, false);
    assert_eq!(desk.told(&lock), [true]);
}

#[test]
fn a_lock_for_once_does_not_come_back() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Oneshot);
    assert_eq!(desk.told(&lock), [true]);
    desk.f.state.free_pointer();
    desk.f.click(420, 300);
    assert_eq!(desk.told(&lock), [false]);
}

#[test]
fn the_pointer_is_let_go_where_the_program_drew_it() {
    let mut desk = Desk::new();
    let lock = desk.lock(None, Lifetime::Persistent);
    lock.set_cursor_position_hint(50.0, 60.0);
    desk.window.surface.commit();
    desk.f.roundtrip(&mut desk.client);
    // Beside the surface is no place for it.
    lock.set_cursor_position_hint(-5000.0, 60.0);
    desk.window.surface.commit();
    desk.f.roundtrip(&mut desk.client);
    lock.destroy();
    desk.f.roundtrip(&mut desk.client);
    desk.f.push(1.0, 1.0);
    assert_eq!(desk.motions(), [(51.0, 61.0)]);
}

#[test]
fn a_confined_pointer_stops_at_the_edges_of_its_region() {
    let mut desk = Desk::new();
    let area = desk.f.area();
    let region = desk.region(0, 0, 400, 300);
    let (surface, pointer) = (&desk.window.surface, &desk.pointer);
    let confined =
        desk.constraints.confine_pointer(surface, pointer, Some(&region), Lifetime::Persistent, &desk.client.qh, ());
    desk.f.point(area.loc.x + 100, area.loc.y + 100);
    desk.f.roundtrip(&mut desk.client);
    let told = desk.client.events(&confined);
    assert!(matches!(&told[..], [zwp_confined_pointer_v1::Event::Confined]), "{told:?}");
    desk.motions();
    desk.f.point(2, 2);
    desk.f.push(5000.0, 0.0);
    let stopped = desk.motions();
    assert_eq!(stopped.first(), Some(&(0.0, 0.0)));
    let (x, y) = stopped[1];
    assert!(x > 399.0 && x < 400.0 && y == 0.0, "{stopped:?}");
    // A press on the frame is the frame's.
    desk.f.press("ZOOM OUT");
    assert_eq!(desk.f.state.shell.focused(), None);
}

#[test]
fn a_surface_has_one_constraint() {
    let mut desk = Desk::new();
    let (surface, pointer) = (&desk.window.surface, &desk.pointer);
    for _ in 0..2 {
        desk.constraints.lock_pointer(surface, pointer, None, Lifetime::Oneshot, &desk.client.qh, ());
    }
    let error = desk.f.protocol_error(&mut desk.client);
    assert_eq!((error.object_interface.as_str(), error.code), ("zwp_pointer_constraints_v1", 1));
}
