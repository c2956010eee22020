//! The texts of `/proc`. What cannot be read is nothing, never a guess.

/// Ticks of all processors since the machine started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticks {
    /// Not idle and not waiting for a disk.
    pub busy: u64,
    /// All.
    pub total: u64,
}

/// The first line of `/proc/stat`.
pub fn ticks(stat: &str) -> Option<Ticks> {
    let line = stat.lines().find(|line| line.starts_with("cpu "))?;
    // user nice system idle iowait irq softirq steal; what guests use is part of user and nice already.
    let mut ticks = [0u64; 8];
    let numbers = line.split_ascii_whitespace().skip(1);
    let mut count = 0;
    for (tick, number) in ticks.iter_mut().zip(numbers) {
        *tick = number.parse().ok()?;
        count += 1;
    }
    if count < 4 {
        return None;
    }
    let total = ticks.iter().fold(0u64, |sum, tick| sum.saturating_add(*tick));
    let [_, _, _, idle, waiting, ..] = ticks;
    Some(Ticks { busy: total.saturating_sub(idle).saturating_sub(waiting), total })
}

/// How many processors the machine has, after `/proc/stat`; at least one.
pub fn processors(stat: &str) -> usize {
    let of_one =
        |line: &&str| line.strip_prefix("cpu").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    stat.lines().filter(of_one).count().max(1)
}

/// Memory in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What is not there for new programs.
    pub used: u64,
    /// All.
    pub total: u64,
}

/// `/proc/meminfo`.
pub fn memory(meminfo: &str) -> Option<Memory> {
    let bytes = |key: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let mut words = line.split_ascii_whitespace();
        let number: u64 = words.next()?.parse().ok()?;
        number.checked_mul(if words.next() == Some("kB") { 1024 } else { 1 })
    };
    let total = bytes("MemTotal").filter(|total| *total > 0)?;
    let old_kernel = || Some(bytes("MemFree")?.saturating_add(bytes("Buffers")?).saturating_add(bytes("Cached")?));
    let available = bytes("MemAvailable").or_else(old_kernel)?;
    Some(Memory { used: total.saturating_sub(available), total })
}

/// `/proc/net/dev`: the bytes that went in and out of all interfaces but the loopback.
pub fn network(dev: &str) -> Option<u64> {
    let mut lines = dev.lines().filter_map(|line| line.split_once(':')).peekable();
    lines.peek()?;
    let others = lines.filter(|(name, _)| name.trim() != "lo");
    let bytes = others.filter_map(|(_, numbers)| {
        let mut numbers = numbers.split_ascii_whitespace();
        let received: u64 = numbers.next()?.parse().ok()?;
        let sent: u64 = numbers.nth(7)?.parse().ok()?;
        received.checked_add(sent)
    });
    Some(bytes.fold(0u64, u64::saturating_add))
}

/// A line `key value` of a file such as `cpu.stat`.
pub fn value_of(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAT: &str =
        "cpu  100 10 50 800 40 1 2 3 7 0\ncpu0 50 5 25 400 20 1 1 1 3 0\ncpu1 50 5 25 400 20 0 1 2 4 0\nintr 1\n";

    #[test]
    fn waiting_for_a_disk_is_not_work_and_guests_count_once() {
        assert_eq!(ticks(STAT), Some(Ticks { busy: 166, total: 1006 }));
        assert_eq!(processors(STAT), 2);
        assert_eq!(ticks("cpu  1 2 3 4\n"), Some(Ticks { busy: 6, total: 10 }), "a kernel of long ago");
    }

    #[test]
    fn memory_is_used_if_no_program_could_have_it() {
        let text = "MemTotal:       8000 kB\nMemFree: 100 kB\nMemAvailable:   5000 kB\n";
        assert_eq!(memory(text), Some(Memory { used: 3000 * 1024, total: 8000 * 1024 }));
        let old = "MemTotal: 8000 kB\nMemFree: 1000 kB\nBuffers: 500 kB\nCached: 1500 kB\nSwapCached: 9 kB\n";
        assert_eq!(memory(old), Some(Memory { used: 5000 * 1024, total: 8000 * 1024 }));
    }

    #[test]
    fn the_loopback_is_no_network() {
        let text = "Inter-| Receive | Transmit\n face |bytes packets |bytes\n\
                    \x20   lo: 9999 1 0 0 0 0 0 0 9999 1 0 0 0 0 0 0\n\
                    eth0:1000 5 0 0 0 0 0 0 200 3 0 0 0 0 0 0\n wlan0: 30 1 0 0 0 0 0 0 4 1 0 0 0 0 0 0\n";
        assert_eq!(network(text), Some(1234));
        assert_eq!(network("lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0"), Some(0));
    }

    #[test]
    fn odd_texts_give_nothing() {
        for text in [
            "",
            "cpu",
            "cpu \n",
            "cpu  1 2\n",
            "cpu  a b c d\n",
            "cpu  1 2 3 99999999999999999999999\n",
            "cpu0 1 2 3 4",
        ] {
            assert_eq!(ticks(text), None, "{text:?}");
        }
        for text in [
            "",
            "MemTotal: kB",
            "MemTotal: 0 kB\nMemAvailable: 0 kB",
            "MemTotal: 5 kB",
            "MemTotal: -5 kB\nMemAvailable: 1 kB",
        ] {
            assert_eq!(memory(text), None, "{text:?}");
        }
        assert_eq!(network("no colon"), None);
        assert_eq!(network("eth0: 1 2\nppp0: x\n"), Some(0));
        assert_eq!(value_of("usage_usec 12\nuser_usec 7\n", "user_usec"), Some(7));
        assert_eq!(value_of("usage_usecs 12", "usage_usec"), None);
    }

    proptest! {
        #[test]
        fn no_text_stops_the_desktop(text in "(cpu|MemTotal:|MemAvailable:|eth0:|[0-9 \n]|18446744073709551615 ){0,40}") {
            ticks(&text);
            memory(&text);
            network(&text);
            prop_assert!(processors(&text) >= 1);
        }
    }
}
