//! Files: what a directory holds, in which order it is shown, and how a name is written on a command line.
//!
//! Reading a directory is not done here. Whoever reads it hands over a [`Listing`]; everything that comes from the disk in
//! it is a stranger's: names are bytes, sizes and times are any numbers.

mod entry;
mod listing;
mod order;
mod quote;
mod symbol;
mod when;

pub use entry::{Entry, FileName, Kind, Link, MOST_NAME_BYTES};
pub use listing::{Directories, Failure, Listing, MOST_ENTRIES, MOST_PATH_BYTES, Progress};
pub use order::{SortBy, arrange, compare_names};
pub use quote::{Unquotable, quoted};
pub use symbol::{Symbol, drawing, drawing_name};
pub use when::{Moment, age, date, size};
