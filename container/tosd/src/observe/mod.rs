//! What tosd says of itself: logs, traces, figures.

pub mod logs;
pub mod metrics;
