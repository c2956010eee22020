//! What programs hear of the zoom hierarchy: sizes, states and frames by how their windows are seen.

use std::time::{Duration, Instant};

use lcars_ui::hierarchy::WindowId;
use lcars_ui::operation::{Axis, Direction, Operation};
use wayland_protocols::xdg::shell::client::xdg_toplevel::State;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{BLUE, GREEN, RED};
use crate::window::Window;

impl Fixture {
    /// Does something and lets cameras arrive at once.
    pub fn does(&mut self, operation: &Operation) {
        self.state.operate(operation).unwrap();
        self.state.shell.desktop.arrive_at_once();
        self.state.relayout();
        self.turn();
    }

    /// A window of an app of its own, and its id.
    pub fn app(&mut self, client: &mut Client, app_id: &str, colour: u32) -> (Window, WindowId) {
        let window = Window::new(client);
        window.toplevel.set_app_id(app_id.into());
        let configure = self.configure(client, &window);
        window.show(&client.colour(configure.size, colour));
        self.roundtrip(client);
        let id = self.state.shell.windows().iter().rev().find_map(|window| window.id).unwrap();
        (window, id)
    }

    /// Whether a frame callback that is asked for now is answered by the next picture.
    fn is_given_frames(&mut self, client: &mut Client, window: &Window) -> bool {
        let callback = window.surface.frame(&client.qh, ());
        window.surface.commit();
        self.roundtrip(client);
        self.draw();
        self.roundtrip(client);
        !client.events(&callback).is_empty()
    }
}

#[test]
fn a_new_window_moves_no_camera_and_takes_no_keyboard() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let before = f.state.shell.desktop.focused_viewport().path.clone();
    let (window, _) = f.app(&mut client, "one", RED);
    assert_eq!(f.state.shell.desktop.focused_viewport().path, before);
    assert_eq!(f.state.shell.focused(), None);
    assert!(window.configured(&mut client).is_none_or(|configure| !configure.has(State::Activated)));
}

#[test]
fn a_tile_shows_its_window_and_its_program_draws_for_it() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (window, id) = f.app(&mut client, "one", RED);
    let sector = f.state.shell.desktop.tree().window(id).unwrap().0.unwrap().id;
    f.does(&Operation::Jump { to: Some(sector.into()) });
    f.roundtrip(&mut client);
    assert!(f.shot().count(RED) > 1_000, "the tile shows the window");
    assert!(window.configured(&mut client).is_none_or(|configure| !configure.has(State::Suspended)));
    assert!(!f.is_given_frames(&mut client, &window), "a thumbnail does not draw at the screen's pace");
}

#[test]
fn a_window_in_focus_is_given_every_frame_and_others_are_suspended() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (front, id) = f.app(&mut client, "front", RED);
    let (behind, _) = f.app(&mut client, "behind", BLUE);
    let sector = f.state.shell.desktop.tree().window(id).unwrap().0.unwrap().id;
    f.does(&Operation::Jump { to: Some(sector.into()) });
    f.roundtrip(&mut client);
    behind.configured(&mut client);
    f.does(&Operation::Jump { to: Some(id.into()) });
    f.roundtrip(&mut client);
    assert!(front.configured(&mut client).unwrap().has(State::Activated));
    assert!(behind.configured(&mut client).unwrap().has(State::Suspended));
    assert!(f.is_given_frames(&mut client, &front));
    assert!(!f.is_given_frames(&mut client, &behind));
    assert_eq!(f.shot().count(BLUE), 0);
    f.does(&Operation::ZoomOut);
    f.roundtrip(&mut client);
    assert!(!behind.configured(&mut client).unwrap().has(State::Suspended), "its tile is in sight again");
}

#[test]
fn in_a_split_each_window_has_the_size_of_its_pane() {
    let mut f = Fixture::watching();
    assert!(f.state.resize((1280, 720).into(), 1.0));
    let mut client = f.client();
    let (left, left_id) = f.app(&mut client, "left", RED);
    let (right, right_id) = f.app(&mut client, "right", GREEN);
    f.does(&Operation::Jump { to: Some(left_id.into()) });
    f.does(&Operation::Split { axis: Axis::Horizontal });
    f.does(&Operation::FocusPane { direction: Direction::Right });
    f.does(&Operation::Jump { to: Some(right_id.into()) });
    f.roundtrip(&mut client);
    let areas: Vec<(i32, i32)> =
        f.state.screen().view().areas.iter().map(|area| (area.rect.w as i32, area.rect.h as i32)).collect();
    assert_eq!(areas.len(), 2);
    assert_eq!(left.configured(&mut client).unwrap().size, areas[0]);
    let configure = right.configured(&mut client).unwrap();
    assert_eq!(configure.size, areas[1]);
    assert!(configure.has(State::Activated), "the keyboard is in the right pane");
    for (window, colour, size) in [(&left, RED, areas[0]), (&right, GREEN, areas[1])] {
        window.show(&client.colour(size, colour));
        f.roundtrip(&mut client);
        assert_eq!(f.shot().count(colour), size.0 * size.1, "both are seen whole");
    }
}

#[test]
fn a_pane_that_would_be_too_small_is_refused_with_a_reason() {
    let mut f = Fixture::watching();
    assert!(f.state.resize((480, 320).into(), 1.0));
    let refused = f.state.operate(&Operation::Split { axis: Axis::Horizontal }).unwrap_err();
    assert!(refused.to_string().contains("too small"), "{refused}");
}

#[test]
fn a_fullscreen_window_covers_the_frame_and_gives_it_back() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (window, id) = f.app(&mut client, "game", RED);
    f.does(&Operation::Jump { to: Some(id.into()) });
    window.toplevel.set_fullscreen(None);
    f.roundtrip(&mut client);
    let configure = window.configured(&mut client).unwrap();
    assert!(configure.has(State::Fullscreen));
    assert_eq!(configure.size, (800, 600));
    window.show(&client.colour(configure.size, RED));
    f.roundtrip(&mut client);
    assert_eq!(f.shot().count(RED), 800 * 600);
    window.toplevel.unset_fullscreen();
    f.roundtrip(&mut client);
    let area = f.area().size;
    assert_eq!(window.configured(&mut client).unwrap().size, (area.w, area.h));
    f.draw();
    assert!(f.shot().count(RED) < 800 * 600);
}

#[test]
fn a_window_that_moves_to_another_sector_lives_on() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (window, id) = f.app(&mut client, "one", RED);
    let sectors: Vec<_> = f.state.shell.desktop.tree().sectors.iter().map(|sector| sector.id).collect();
    let home = f.state.shell.desktop.tree().window(id).unwrap().0.unwrap().id;
    let other = *sectors.iter().find(|sector| **sector != home).unwrap();
    f.does(&Operation::SendToSector { node: Some(id.into()), sector: other, follow: false });
    f.does(&Operation::RemoveSector { sector: other });
    f.roundtrip(&mut client);
    assert!(f.state.shell.desktop.tree().window(id).is_some(), "windows move, they never die");
    assert!(!window.asked_to_close(&mut client));
}

#[test]
fn a_thumbnail_follows_its_window() {
    let mut f = Fixture::watching();
    let mut client = f.client();
    let (window, id) = f.app(&mut client, "one", RED);
    let sector = f.state.shell.desktop.tree().window(id).unwrap().0.unwrap().id;
    f.does(&Operation::Jump { to: Some(sector.into()) });
    assert!(f.shot().count(RED) > 1_000);
    let area = f.area().size;
    window.show(&client.colour((area.w, area.h), GREEN));
    f.roundtrip(&mut client);
    // Thumbnails are made anew a few times a second.
    let deadline = Instant::now() + Duration::from_secs(20);
    while f.shot().count(GREEN) == 0 {
        assert!(Instant::now() < deadline, "the thumbnail stays what it was");
        f.turn();
        f.draw();
    }
    assert_eq!(f.shot().count(RED), 0);
}
