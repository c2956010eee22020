//! Files: what a directory holds, in which order it is shown, and how a name is written on a command line.
//!
//! Reading a directory is not done here. Whoever reads it hands over a [`Listing`]; everything that comes from the disk in
//! it is a stranger's: names are bytes, sizes and times are any numbers.

mod browser;
mod entry;
mod glide;
mod listing;
mod order;
mod quote;
mod rule;
mod symbol;
mod way;
mod when;

pub use browser::{Browser, MOST_PICKS, Shape};
pub use entry::{Entry, FileName, Kind, Link, MOST_NAME_BYTES};
pub use glide::Glide;
pub(crate) use listing::parent;
pub use listing::{AskedListing, Directories, Failure, Listing, MOST_ENTRIES, MOST_PATH_BYTES, Progress, step_towards};
pub use order::{SortBy, arrange, compare_names};
pub use quote::{Unquotable, quoted};
pub use rule::{Rule, shown as shown_by};
pub use symbol::{Symbol, drawing, drawing_name, picture, picture_name};
pub use way::{Seen, Stop};
pub use when::{Moment, age, date, size};
