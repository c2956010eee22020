//! `wl_touch`: fingers.

use streamer::protocol::Phase;
use wayland_client::protocol::wl_touch::{Event, WlTouch};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

fn desk() -> (Fixture, Client, Window, WlTouch) {
    let mut f = Fixture::new();
    let mut client = f.client();
    let touch = client.seat().get_touch(&client.qh, ());
    let window = f.window(&mut client, RED);
    (f, client, window, touch)
}

fn events(f: &mut Fixture, client: &mut Client, touch: &WlTouch) -> Vec<Event> {
    f.roundtrip(client);
    client.events(touch)
}

#[test]
fn a_finger_is_told_from_landing_to_lifting() {
    let (mut f, mut client, window, touch) = desk();
    let area = f.area();
    f.touch(3, Phase::Begin, area.loc.x + 10, area.loc.y + 20);
    let down = events(&mut f, &mut client, &touch);
    let Some(Event::Down { surface, id, x, y, .. }) = down.first() else { panic!("{down:?}") };
    assert_eq!((surface, *x, *y), (&window.surface, 10.0, 20.0));
    assert!(matches!(down.last(), Some(Event::Frame)));
    f.touch(3, Phase::Update, area.loc.x + 15, area.loc.y + 25);
    let moved = events(&mut f, &mut client, &touch);
    assert!(matches!(&moved[..], [Event::Motion { id: same, x: 15.0, y: 25.0, .. }, Event::Frame] if same == id));
    f.touch(3, Phase::End, area.loc.x + 15, area.loc.y + 25);
    let up = events(&mut f, &mut client, &touch);
    assert!(matches!(&up[..], [Event::Up { id: same, .. }, Event::Frame] if same == id), "{up:?}");
}

#[test]
fn fingers_are_told_apart() {
    let (mut f, mut client, _window, touch) = desk();
    f.touch(1, Phase::Begin, 300, 300);
    f.touch(2, Phase::Begin, 400, 300);
    let ids: Vec<i32> = events(&mut f, &mut client, &touch)
        .into_iter()
        .filter_map(|event| match event {
            Event::Down { id, .. } => Some(id),
            _ => None,
        })
        .collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn fingers_that_are_taken_away_do_not_count() {
    let (mut f, mut client, _window, touch) = desk();
    f.touch(1, Phase::Begin, 300, 300);
    events(&mut f, &mut client, &touch);
    f.touch(1, Phase::Cancel, 300, 300);
    let cancelled = events(&mut f, &mut client, &touch);
    assert!(cancelled.iter().any(|event| matches!(event, Event::Cancel)), "{cancelled:?}");
    assert!(!cancelled.iter().any(|event| matches!(event, Event::Up { .. })));
    // The next finger begins anew.
    f.touch(1, Phase::Begin, 300, 300);
    assert!(matches!(events(&mut f, &mut client, &touch)[0], Event::Down { .. }));
}

#[test]
fn a_finger_stays_with_the_surface_it_landed_on() {
    let (mut f, mut client, parent, touch) = desk();
    f.dialog(&mut client, &parent, (200, 100), GREEN);
    let (x, y, ..) = f.shot().find(GREEN).unwrap();
    f.touch(1, Phase::Begin, x + 5, y + 5);
    events(&mut f, &mut client, &touch);
    f.touch(1, Phase::Update, x - 50, y - 50);
    let moved = events(&mut f, &mut client, &touch);
    assert!(matches!(moved[0], Event::Motion { x: -50.0, y: -50.0, .. }), "{moved:?}");
}

#[test]
fn a_tap_gives_the_keyboard() {
    let (mut f, mut client, parent, _touch) = desk();
    let parent_id = f.state.shell.focused().unwrap();
    f.dialog(&mut client, &parent, (200, 100), GREEN);
    assert_ne!(f.state.shell.focused(), Some(parent_id));
    let area = f.area();
    f.touch(1, Phase::Begin, area.loc.x + 5, area.loc.y + 5);
    assert_eq!(f.state.shell.focused(), Some(parent_id));
}
