//! What changes by itself: the time of day and the readings of the machine, looked at once a second.

use std::time::Duration;

use calloop::timer::{TimeoutAction, Timer};

use crate::state::State;

const EVERY: Duration = Duration::from_secs(1);

impl State {
    /// Begins to look. It goes on for as long as the session.
    pub(crate) fn start_clock(&mut self) -> Result<(), calloop::Error> {
        self.look_at_the_clock();
        let inserted = self.handle.insert_source(Timer::from_duration(EVERY), |_, (), state| {
            state.look_at_the_clock();
            TimeoutAction::ToDuration(EVERY)
        });
        inserted.map(|_| ()).map_err(|error| error.error)
    }

    fn look_at_the_clock(&mut self) {
        let now = self.shell.now();
        if let Some(session) = &mut self.session {
            let readings = session.sampler.sample(now);
            self.shell.outdated |= readings != self.shell.readings;
            self.shell.readings = readings;
        }
        let clock = time_of_day();
        self.shell.outdated |= clock != self.shell.clock;
        self.shell.clock = clock;
        self.set_time_of_files();
        self.tend_panels();
    }
}

/// The local time as `14:02`.
fn time_of_day() -> String {
    // SAFETY: `time` takes a null pointer for "only return it".
    let seconds = unsafe { libc::time(std::ptr::null_mut()) };
    // SAFETY: all its fields are integers and one pointer, for which zeroes are valid.
    let mut parts: libc::tm = unsafe { std::mem::zeroed() };
    // SAFETY: both point to what they should; the name of the zone that `parts` gets is not looked at.
    let known = unsafe { !libc::localtime_r(&seconds, &mut parts).is_null() };
    if known { format!("{:02}:{:02}", parts.tm_hour, parts.tm_min) } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_day_has_four_digits() {
        let time = time_of_day();
        let (hour, minute) = time.split_once(':').unwrap();
        assert!(hour.len() == 2 && hour.parse::<u8>().unwrap() < 24, "{time}");
        assert!(minute.len() == 2 && minute.parse::<u8>().unwrap() < 60, "{time}");
    }
}
