//! What the C library's allocator holds, and that it gives back what it does not need.
//!
//! Pictures come and go by the megabyte. By itself glibc takes room for them from the kernel one at a time only until the
//! first was given back; from then on they lie in one heap with everything small, and a single small thing that outlives
//! its neighbours keeps all below it resident (`mallopt(3)`, `M_MMAP_THRESHOLD`). A session runs for weeks.

use libc::c_int;

/// What is at least as large has a mapping of its own, and is gone when it was given back: larger than a block of pixels
/// that comes and goes with each frame, not larger than the blocks in which the device's memory is allocated.
const OWN_MAPPING: c_int = 1 << 20;
/// So much may lie free at the end of the heap; any more goes back at once.
const FREE_AT_END: c_int = 8 << 20;

/// Keeps what is large apart from what is small, from now on.
pub fn settle() {
    for (what, value) in [(libc::M_MMAP_THRESHOLD, OWN_MAPPING), (libc::M_TRIM_THRESHOLD, FREE_AT_END)] {
        // SAFETY: both parameters are known to the allocator, and are taken at any time.
        if unsafe { libc::mallopt(what, value) } == 0 {
            tracing::debug!(what, value, "the allocator does not take this setting");
        }
    }
}

/// Bytes that are allocated; not what the allocator keeps for later.
pub fn allocated() -> usize {
    // SAFETY: it takes the allocator's own locks, and returns numbers.
    let info = unsafe { libc::mallinfo2() };
    info.uordblks.saturating_add(info.hblkhd)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What the test below starts as its child, whose memory nobody else uses.
    #[test]
    #[ignore = "the child of `what_is_large_is_gone_when_it_was_given_back`"]
    fn child() {
        const LARGE: usize = 4 << 20;
        settle();
        let resident = || {
            let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
            statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * rustix::param::page_size()
        };
        let large = || std::hint::black_box(vec![1_u8; LARGE]);
        // The first one that is given back is what the allocator would learn from.
        drop(large());
        let before = (allocated(), resident());
        let (gone, kept): (Vec<_>, Vec<_>) = (0..32).map(|_| (large(), Box::new([1_u8; 512]))).unzip();
        assert!(allocated() >= before.0 + 32 * LARGE, "all of them count");
        drop(gone);
        assert!(allocated() < before.0 + LARGE, "none of them counts");
        assert!(resident() < before.1 + LARGE, "they are gone though something small came after each");
        drop(kept);
    }

    #[test]
    fn what_is_large_is_gone_when_it_was_given_back() {
        let arguments = ["--exact", "services::heap::tests::child", "--ignored"];
        let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }
}
