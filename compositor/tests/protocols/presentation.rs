//! `wp_presentation`: when a commit was shown.

use wayland_protocols::wp::presentation_time::client::wp_presentation::{self, WpPresentation};
use wayland_protocols::wp::presentation_time::client::wp_presentation_feedback::{Event, WpPresentationFeedback};

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};

enum Outcome {
    Pending,
    /// The number of the picture.
    Presented(u64),
    Discarded,
}

fn outcome(client: &mut Client, feedback: &WpPresentationFeedback) -> Outcome {
    client.events(feedback).into_iter().fold(Outcome::Pending, |outcome, event| match event {
        Event::Presented { seq_hi, seq_lo, .. } => Outcome::Presented(u64::from(seq_hi) << 32 | u64::from(seq_lo)),
        Event::Discarded => Outcome::Discarded,
        _ => outcome,
    })
}

#[test]
fn the_clock_is_monotonic() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let presentation = client.bind::<WpPresentation>();
    f.roundtrip(&mut client);
    let monotonic = libc::CLOCK_MONOTONIC as u32;
    assert!(matches!(
        client.events(&presentation).as_slice(),
        [wp_presentation::Event::ClockId { clk_id }] if *clk_id == monotonic
    ));
}

#[test]
fn a_commit_is_presented_with_the_next_picture_and_pictures_are_counted() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let presentation = client.bind::<WpPresentation>();
    let window = f.window(&mut client, RED);
    let mut last = 0;
    for colour in [GREEN, RED] {
        let feedback = presentation.feedback(&window.surface, &client.qh, ());
        window.show(&client.colour((100, 100), colour));
        f.roundtrip(&mut client);
        assert!(matches!(outcome(&mut client, &feedback), Outcome::Pending));
        f.draw();
        f.roundtrip(&mut client);
        let Outcome::Presented(sequence) = outcome(&mut client, &feedback) else { panic!("it was shown") };
        assert!(sequence > last);
        last = sequence;
    }
}

#[test]
fn a_commit_that_was_overtaken_is_discarded() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let presentation = client.bind::<WpPresentation>();
    let window = f.window(&mut client, RED);
    let first = presentation.feedback(&window.surface, &client.qh, ());
    window.show(&client.colour((100, 100), GREEN));
    let second = presentation.feedback(&window.surface, &client.qh, ());
    window.show(&client.colour((100, 100), RED));
    f.roundtrip(&mut client);
    f.draw();
    f.roundtrip(&mut client);
    assert!(matches!(outcome(&mut client, &first), Outcome::Discarded));
    assert!(matches!(outcome(&mut client, &second), Outcome::Presented(_)));
}
