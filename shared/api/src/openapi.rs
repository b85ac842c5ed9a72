//! The description of the API (`OpenAPI` 3.1). It is a file that is made from the table of endpoints
//! and the wire types before anything is built: whoever replies it carries no schemas.

#[cfg(feature = "schema")]
mod document;
#[cfg(feature = "schema")]
mod particulars;
#[cfg(feature = "schema")]
mod prose;
#[cfg(feature = "schema")]
mod schemas;

#[cfg(feature = "schema")]
pub(crate) use document::Document;
#[cfg(feature = "schema")]
pub use document::describe;

/// The document that `GET /openapi.json` replies; `cargo run -p api --example openapi` writes it.
pub const fn openapi() -> &'static str {
    include_str!("../openapi.json")
}
