//! Sizes and times in few words.

/// A moment on the wall's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment {
    /// Seconds since the beginning of 1970, UTC.
    pub seconds: i64,
    /// Seconds that clocks were ahead of UTC then, where the user is.
    pub ahead: i32,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A size as it is read at a glance, counted in thousands: `148 kB`.
pub fn size(bytes: u64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    // What would be rounded up to four digits takes the next unit.
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let unit = units.get(unit).copied().unwrap_or_default();
    if unit == "B" || value >= 9.95 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

/// How long ago that was, in one unit: `3 min`, `2 d`. What lies ahead is `now`.
pub fn age(then: Moment, now: Moment) -> String {
    let passed = now.seconds.saturating_sub(then.seconds);
    match passed {
        i64::MIN..MINUTE => String::from("now"),
        MINUTE..HOUR => format!("{} min", passed / MINUTE),
        HOUR..DAY => format!("{} h", passed / HOUR),
        _ if passed < 365 * DAY => format!("{} d", passed / DAY),
        _ => format!("{} y", passed / (365 * DAY)),
    }
}

/// The day and the time on the user's clock: `today 13:47`, `yesterday 09:02`, `3 Mar 18:30`, `3 Mar 2021`.
pub fn date(then: Moment, now: Moment) -> String {
    let local = |moment: Moment| moment.seconds.saturating_add(i64::from(moment.ahead));
    let (at, today) = (local(then), local(now).div_euclid(DAY));
    let (day, second) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let time = format!("{:02}:{:02}", second / HOUR, second % HOUR / MINUTE);
    let (year, month, of_month) = civil(day);
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = usize::try_from(month - 1).ok().and_then(|month| names.get(month)).copied().unwrap_or_default();
    match today.saturating_sub(day) {
        0 => format!("today {time}"),
        1 => format!("yesterday {time}"),
        2..=180 => format!("{of_month} {month} {time}"),
        _ => format!("{of_month} {month} {year}"),
    }
}

/// Year, month and day of a day counted from the beginning of 1970, in the Gregorian calendar.
fn civil(day: i64) -> (i64, i64, i64) {
    // Counted from 1 March of the year 0, a leap day is the last of its year; 400 years have 146097 days.
    let day = day.clamp(-200_000_000_000, 200_000_000_000) + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment { seconds, ahead: 0 }
    }

    #[test]
    fn sizes_have_at_most_three_digits() {
        let sizes = [0, 999, 1000, 9940, 9960, 148_000, 999_499, 999_500, 3_100_000_000, u64::MAX];
        let words = ["0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "148 kB", "999 kB", "1.0 MB", "3.1 GB", "18 EB"];
        assert_eq!(sizes.map(size), words);
    }

    #[test]
    fn ages_are_in_the_largest_unit_that_counts() {
        let ages = [-5, 0, 59, 60, 3599, 3600, 86_400, 364 * DAY, 730 * DAY].map(|passed| age(at(0), at(passed)));
        assert_eq!(ages, ["now", "now", "now", "1 min", "59 min", "1 h", "1 d", "364 d", "2 y"]);
        assert_eq!(age(at(i64::MIN), at(i64::MAX)), format!("{} y", i64::MAX / (365 * DAY)));
    }

    #[test]
    fn days_are_those_of_the_users_clock() {
        // 21 November 2026, 15:00 in UTC.
        let now = at(1_795_273_200);
        assert_eq!(date(now, now), "today 15:00");
        assert_eq!(date(at(now.seconds - DAY), now), "yesterday 15:00");
        assert_eq!(date(at(now.seconds - 15 * HOUR - 1), now), "yesterday 23:59");
        let east = |moment: Moment| Moment { ahead: 7200, ..moment };
        assert_eq!(date(east(at(now.seconds - 17 * HOUR)), east(now)), "today 00:00");
        assert_eq!(date(at(now.seconds - 100 * DAY), now), "13 Aug 15:00");
        assert_eq!(date(at(0), now), "1 Jan 1970");
        assert_eq!(date(at(951_782_400), now), "29 Feb 2000");
        assert_eq!(date(at(now.seconds + 2 * DAY), now), "23 Nov 2026", "what lies ahead has its date");
        assert_eq!(date(at(-1), now), "31 Dec 1969");
        date(at(i64::MIN), at(i64::MAX));
    }
}
