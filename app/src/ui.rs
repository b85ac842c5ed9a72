//! The design system: small parts that know HTML and looks, and nothing of mail.

mod badge;
mod choices;
mod dialog;
mod drop_file;
mod field;
mod icon;
mod key_value;
mod live;
mod page;
mod pager;
mod problem;
mod search;
mod segments;
mod skeleton;
mod switch;
mod table;
mod time;

pub use badge::{Badge, Tone};
pub use choices::{Choice, Choices};
pub use dialog::{Confirm, Dialog};
pub use drop_file::DropFile;
pub use field::{AreaField, Field, SelectField};
pub use icon::{Icon, Symbol};
pub use key_value::{Copyable, Fact, Facts};
pub use live::{Live, LiveRegion};
pub use page::{Empty, FirstPage, Page};
pub use pager::{Pager, Trail};
pub use problem::{ProblemCard, ProblemLine};
pub use search::SearchField;
pub use segments::{Segment, Segments};
pub use skeleton::Skeleton;
pub use switch::Switch;
pub use table::{Column, DataTable};
pub use time::Time;
