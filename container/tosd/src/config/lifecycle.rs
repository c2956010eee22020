//! `[lifecycle]`: when desktops are frozen, put away, given up.

use serde::{Deserialize, Serialize};

use super::units::{Period, hours, minutes, seconds};

/// `[lifecycle]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifecycle {
    /// A desktop that nobody looks at has a tenth of its share of the processor after this; 0s: never.
    pub stand_back_after: Period,
    /// A desktop that nobody looks at is frozen after this; 0s: never.
    pub freeze_after: Period,
    /// A frozen one is put away after this; 0s: never.
    pub hibernate_after: Period,
    /// Snapshots that nobody resumed are deleted after this; 0s: never. The newest stays.
    pub delete_after: Period,
    /// How many snapshots of a desktop are kept.
    pub snapshots: u32,
    /// How long a start may take.
    pub start_within: Period,
    /// How long one step of the runtime may take.
    pub step_within: Period,
    /// How often health is asked.
    pub health_every: Period,
    /// How long an answer may take.
    pub health_within: Period,
    /// After how many failures in a row a desktop is given up until somebody asks for it again.
    pub give_up: u32,
    /// Wait before the first restart; doubled each time.
    pub back_off: Period,
    /// How long processes have to end.
    pub grace: Period,
    /// Whether processes are kept through hibernation, where the machine can.
    pub checkpoint: bool,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            stand_back_after: seconds(10),
            freeze_after: minutes(5),
            hibernate_after: hours(2),
            delete_after: hours(24 * 90),
            snapshots: 20,
            start_within: seconds(60),
            step_within: seconds(60),
            health_every: seconds(20),
            health_within: seconds(5),
            give_up: 5,
            back_off: seconds(1),
            grace: seconds(10),
            checkpoint: false,
        }
    }
}
