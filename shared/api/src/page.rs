//! Keyset paging.

use serde::{Deserialize, Serialize};

/// Items per page where the caller does not say.
pub const LIMIT_DEFAULT: u32 = 50;
/// Most items per page.
pub const LIMIT_MAX: u32 = 200;

/// A page of a list.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The items, in the list's order.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Items per page; at most [`LIMIT_MAX`].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schema",
        schemars(range(min = 1, max = LIMIT_MAX), extend("default" = LIMIT_DEFAULT))
    )]
    pub limit: Option<u32>,
    /// As an earlier page's `next` gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
