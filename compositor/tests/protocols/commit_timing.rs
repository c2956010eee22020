//! `wp_commit_timing_v1`: what a commit brings is seen at its time, and before long in any case.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wayland_protocols::wp::commit_timing::v1::client::wp_commit_timer_v1::{self, WpCommitTimerV1};
use wayland_protocols::wp::commit_timing::v1::client::wp_commit_timing_manager_v1::WpCommitTimingManagerV1;

use crate::client::Client;
use crate::fixture::Fixture;
use crate::picture::{GREEN, RED};
use crate::window::Window;

fn timer(client: &mut Client, window: &Window) -> WpCommitTimerV1 {
    let manager: WpCommitTimingManagerV1 = client.bind();
    manager.get_timer(&window.surface, &client.qh, ())
}

/// Turns until the window is green. How long that took.
fn until_green(f: &mut Fixture) -> Duration {
    let began = Instant::now();
    loop {
        f.wait();
        if f.shot().count(GREEN) > 0 {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it is never seen");
    }
}

#[test]
fn a_commit_for_later_is_not_seen_now_and_one_for_never_is_seen_before_long() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let size = f.area().size;
    let timer = timer(&mut client, &window);
    for seconds in [clock_gettime(ClockId::Monotonic).tv_sec as u64 + 100_000, u64::MAX >> 1] {
        window.show(&client.colour((size.w, size.h), RED));
        timer.set_timestamp((seconds >> 32) as u32, seconds as u32, u32::MAX);
        window.show(&client.colour((size.w, size.h), GREEN));
        f.roundtrip(&mut client);
        assert_eq!(f.shot().count(GREEN), 0);
        until_green(&mut f);
    }
}

#[test]
fn one_whose_time_is_past_counts_at_once() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let size = f.area().size;
    timer(&mut client, &window).set_timestamp(0, 1, 0);
    window.show(&client.colour((size.w, size.h), GREEN));
    f.roundtrip(&mut client);
    assert_ne!(f.shot().count(GREEN), 0);
}

#[test]
fn a_commit_has_one_time() {
    let mut f = Fixture::new();
    let mut client = f.client();
    let window = f.window(&mut client, RED);
    let timer = timer(&mut client, &window);
    timer.set_timestamp(0, 1, 0);
    timer.set_timestamp(0, 2, 0);
    let error = f.protocol_error(&mut client);
    assert_eq!(error.code, wp_commit_timer_v1::Error::TimestampExists as u32);
}
