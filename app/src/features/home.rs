//! The first screen: what needs a person, then what is so.

mod bars;
mod page;
mod state;

pub use page::{DayStats, HomePage};
pub use state::day;
