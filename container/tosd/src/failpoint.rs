//! Places where a test kills tosd: `TOSD_FAILPOINT=take.recorded` ends the process there as `kill -9` would. Release
//! builds have none.

/// The process ends here if it was told so.
#[cfg(debug_assertions)]
pub fn pass(point: &str) {
    static WANTED: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("TOSD_FAILPOINT").ok());
    if WANTED.as_deref() == Some(point) {
        eprintln!("ended at {point}");
        std::process::abort();
    }
}

/// Nothing, in a release build.
#[cfg(not(debug_assertions))]
pub fn pass(_: &str) {}

/// All of them, in the order of a life.
pub const POINTS: [&str; 14] = [
    "take.recorded",
    "take.created",
    "take.started",
    "begin.state",
    "begin.bound",
    "begin.begun",
    "answer.recorded",
    "freeze.frozen",
    "freeze.recorded",
    "thaw.thawed",
    "snapshot.kept",
    "remove.removed",
    "remove.cleared",
    "remove.recorded",
];
