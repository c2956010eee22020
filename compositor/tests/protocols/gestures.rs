//! `zwp_pointer_gestures_v1`: swipe and pinch.

use streamer::protocol::{FromPage, Phase};
use wayland_protocols::wp::pointer_gestures::zv1::client::zwp_pointer_gesture_pinch_v1::Event as Pinch;
use wayland_protocols::wp::pointer_gestures::zv1::client::zwp_pointer_gesture_swipe_v1::Event as Swipe;
use wayland_protocols::wp::pointer_gestures::zv1::client::zwp_pointer_gestures_v1::ZwpPointerGesturesV1;

use crate::fixture::Fixture;
use crate::picture::RED;

#[test]
fn a_pinch_is_told_to_the_surface_under_the_pointer() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let pinch = client.bind::<ZwpPointerGesturesV1>().get_pinch_gesture(&pointer, &client.qh, ());
    let window = f.window(&mut client, RED);
    f.point(400, 300);
    for (phase, scale) in [(Phase::Begin, 1.0), (Phase::Update, 1.5), (Phase::End, 1.5)] {
        f.page(FromPage::Pinch { phase, fingers: 2, dx: 1.0, dy: 2.0, scale, rotation: 3.0 });
    }
    f.roundtrip(&mut client);
    let told = client.events(&pinch);
    assert!(
        matches!(
            &told[..],
            [
                Pinch::Begin { surface, fingers: 2, .. },
                Pinch::Update { dx: 1.0, dy: 2.0, scale: 1.5, rotation: 3.0, .. },
                Pinch::End { cancelled: 0, .. }
            ] if *surface == window.surface
        ),
        "{told:?}"
    );
}

#[test]
fn a_swipe_can_be_cancelled() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let pointer = client.seat().get_pointer(&client.qh, ());
    let swipe = client.bind::<ZwpPointerGesturesV1>().get_swipe_gesture(&pointer, &client.qh, ());
    f.window(&mut client, RED);
    f.point(400, 300);
    for phase in [Phase::Begin, Phase::Update, Phase::Cancel] {
        f.page(FromPage::Swipe { phase, fingers: 3, dx: -4.0, dy: 0.0 });
    }
    f.roundtrip(&mut client);
    let told = client.events(&swipe);
    assert!(
        matches!(
            &told[..],
            [Swipe::Begin { fingers: 3, .. }, Swipe::Update { dx: -4.0, .. }, Swipe::End { cancelled: 1, .. }]
        ),
        "{told:?}"
    );
}
