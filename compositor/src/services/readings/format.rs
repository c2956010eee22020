//! Readings as they stand on the frame.

/// `23 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share.clamp(0.0, 1.0) * 100.0)
}

/// `3.1 / 8 GB`, in units of 1024.
pub fn memory(used: u64, total: u64) -> String {
    let (unit, name) = [(1u64 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB")]
        .into_iter()
        .find(|(unit, _)| total >= *unit)
        .unwrap_or((1 << 20, "MB"));
    format!("{} / {} {name}", short(used as f64 / unit as f64), short(total as f64 / unit as f64))
}

/// `4.2 MB/S`, in units of 1000.
pub fn rate(bytes_per_second: f64) -> String {
    let mut value = bytes_per_second.max(0.0) / 1e3;
    let mut units = ["KB/S", "MB/S", "GB/S"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    // What would be rounded to 1000 is 1 of the next unit.
    while let Some(next) = (value >= 999.5).then(|| units.next()).flatten() {
        (value, unit) = (value / 1e3, next);
    }
    format!("{} {unit}", short(value))
}

/// One decimal below ten, and none that is a nought.
fn short(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded < 10.0 && rounded.fract() != 0.0 { format!("{rounded:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_look_as_in_the_pictures() {
        assert_eq!(percent(0.23), "23 %");
        assert_eq!(memory(3_328_599_654, 8 << 30), "3.1 / 8 GB");
        assert_eq!(rate(4_200_000.0), "4.2 MB/S");
    }

    #[test]
    fn small_large_and_odd_values_stay_short() {
        assert_eq!([percent(0.0), percent(1.7)], ["0 %", "100 %"].map(str::to_owned));
        assert_eq!(memory(0, 512 << 20), "0 / 512 MB");
        assert_eq!(memory(11_000_000_000, 16_500_000_000), "10 / 15 GB");
        assert_eq!(memory(1 << 40, 3 << 40), "1 / 3 TB");
        assert_eq!([rate(0.0), rate(40.0), rate(350.0)], ["0 KB/S", "0 KB/S", "0.4 KB/S"].map(str::to_owned));
        assert_eq!([rate(9_960.0), rate(12_400.0)], ["10 KB/S", "12 KB/S"].map(str::to_owned));
        assert_eq!([rate(999_499.0), rate(999_600.0)], ["999 KB/S", "1 MB/S"].map(str::to_owned));
        assert_eq!(rate(5e12), "5000 GB/S");
    }
}
