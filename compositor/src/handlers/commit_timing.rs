//! `wp_commit_timing_v1`: a commit waits for its time.

use std::time::Duration;

use calloop::timer::{TimeoutAction, Timer};
use smithay::delegate_commit_timing;
use smithay::reexports::wayland_server::Resource;
use smithay::reexports::wayland_server::protocol::wl_surface::WlSurface;
use smithay::utils::{Monotonic, Time};
use smithay::wayland::commit_timing::{CommitTimerStateUserData, Timestamp};
use smithay::wayland::compositor::{Barrier, add_blocker, with_states};

use crate::state::State;

/// No commit waits longer, whatever its time is.
const LONGEST: Duration = Duration::from_secs(1);

/// How long a commit for that time waits at `now`.
fn wait(now: Time<Monotonic>, until: Timestamp) -> Option<Duration> {
    let latest = Time::<Monotonic>::from(Duration::from(now) + LONGEST);
    if until <= Timestamp::from(now) {
        return None;
    }
    // What is further off may be no time at all: it is not counted with.
    let until = if until > Timestamp::from(latest) { latest } else { until.into() };
    Some(Duration::from(until).saturating_sub(now.into()).min(LONGEST))
}

impl State {
    /// A surface is about to commit: what it brings may be for later.
    pub(crate) fn hold_until_due(&mut self, surface: &WlSurface) {
        let until = with_states(surface, |states| {
            states.data_map.get::<CommitTimerStateUserData>().and_then(|timer| timer.borrow_mut().timestamp.take())
        });
        let Some(wait) = until.and_then(|until| wait(self.clock.now(), until)) else { return };
        let Some(client) = surface.client() else { return };
        let barrier = Barrier::new(false);
        let due = barrier.clone();
        let inserted = self.handle.insert_source(Timer::from_duration(wait), move |_, (), state: &mut State| {
            due.signal();
            state.unblocked.borrow_mut().push(client.clone());
            state.clear_blockers();
            TimeoutAction::Drop
        });
        match inserted {
            Ok(_) => add_blocker(surface, barrier),
            Err(error) => tracing::error!(%error, "no timer for a commit: it counts at once"),
        }
    }
}

delegate_commit_timing!(State);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: Duration) -> Time<Monotonic> {
        time.into()
    }

    #[test]
    fn a_commit_waits_for_its_time_and_never_longer_than_a_second() {
        let now = at(Duration::from_secs(100));
        let wait_for = |until| wait(now, Timestamp::from(at(until)));
        assert_eq!(wait_for(Duration::from_secs(99)), None);
        assert_eq!(wait_for(Duration::from_secs(100)), None);
        assert_eq!(wait_for(Duration::from_millis(100_250)), Some(Duration::from_millis(250)));
        assert_eq!(wait_for(Duration::from_secs(1 << 40)), Some(LONGEST));
    }
}
