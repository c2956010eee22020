//! `ext_idle_notify_v1` and `zwp_idle_inhibit_v1`: that nobody does anything, and that somebody watches all the same.

use std::time::{Duration, Instant};

use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notification_v1::{Event, ExtIdleNotificationV1};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notifier_v1::ExtIdleNotifierV1;
use wayland_protocols::wp::idle_inhibit::zv1::client::zwp_idle_inhibit_manager_v1::ZwpIdleInhibitManagerV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::RED;

/// Idle as soon as can be: after a millisecond.
fn notification(client: &mut Client, input_only: bool) -> ExtIdleNotificationV1 {
    let seat = client.seat();
    let notifier = client.bind::<ExtIdleNotifierV1>();
    if input_only {
        notifier.get_input_idle_notification(1, &seat, &client.qh, ())
    } else {
        notifier.get_idle_notification(1, &seat, &client.qh, ())
    }
}

/// Waits for an event of a notification.
fn wait_for(f: &mut Fixture, client: &mut Client, notification: &ExtIdleNotificationV1) -> Event {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        assert!(Instant::now() < deadline, "nothing is told");
        // Cameras move while pictures are drawn.
        f.draw();
        f.wait();
        f.roundtrip(client);
        if let Some(event) = client.events(notification).pop() {
            return event;
        }
    }
}

#[test]
fn who_wants_to_know_hears_of_rest_and_of_activity() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let notification = notification(&mut client, false);
    assert!(matches!(wait_for(&mut f, &mut client, &notification), Event::Idled));
    f.point(10, 10);
    f.roundtrip(&mut client);
    let told = client.events(&notification);
    assert!(matches!(told.first(), Some(Event::Resumed)), "{told:?}");
}

#[test]
fn a_program_in_sight_keeps_the_session_awake_and_one_out_of_sight_does_not() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let inhibitor = client.bind::<ZwpIdleInhibitManagerV1>().create_inhibitor(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    let inhibited = notification(&mut client, false);
    let hands = notification(&mut client, true);
    assert!(matches!(wait_for(&mut f, &mut client, &hands), Event::Idled), "hands rest all the same");
    assert!(client.events(&inhibited).is_empty());
    // Out of sight.
    f.press("ZOOM OUT");
    f.draw();
    assert!(matches!(wait_for(&mut f, &mut client, &inhibited), Event::Idled));
    let id = f.state.shell.windows()[0].id.unwrap();
    f.state.focus_window(id);
    assert!(matches!(wait_for(&mut f, &mut client, &inhibited), Event::Resumed));
    inhibitor.destroy();
    assert!(matches!(wait_for(&mut f, &mut client, &inhibited), Event::Idled));
}

#[test]
fn a_player_that_dies_lets_the_session_rest() {
    let mut f = Fixture::new();
    let (mut client, mut watcher) = (f.client(), f.client());
    let window = f.window(&mut client, RED);
    client.bind::<ZwpIdleInhibitManagerV1>().create_inhibitor(&window.surface, &client.qh, ());
    f.roundtrip(&mut client);
    let notification = notification(&mut watcher, false);
    f.roundtrip(&mut watcher);
    drop(client);
    assert!(matches!(wait_for(&mut f, &mut watcher, &notification), Event::Idled));
}
