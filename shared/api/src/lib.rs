//! The HTTP contract between portal, relay and edge: one table of endpoints, one error shape.
//!
//! Types here are wire types. The policy language is the exception: its words are a published,
//! versioned language of their own, so the rule types of [`policy`] stand in bodies as they are.

mod certificates;
mod code;
mod domains;
mod endpoint;
mod mailboxes;
mod messages;
mod openapi;
mod operator;
mod page;
mod problem;
mod process;
mod rules;
mod session;
mod settings;
mod summary;
mod trust;

pub use certificates::*;
pub use code::Code;
pub use domains::*;
pub use endpoint::*;
pub use mailboxes::*;
pub use messages::*;
#[cfg(feature = "schema")]
pub use openapi::describe;
pub use openapi::openapi;
pub use operator::*;
pub use page::{LIMIT_DEFAULT, LIMIT_MAX, Page, PageQuery};
pub use problem::{FieldProblem, Problem};
pub use process::*;
pub use rules::*;
pub use session::*;
pub use settings::*;
pub use summary::*;
pub use trust::*;

/// Under which all paths of the contract lie.
pub const BASE: &str = "/api/v1";
