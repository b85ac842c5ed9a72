//! The portal: a Leptos single-page app.
//!
//! Opens with `app`: who is signed in, in which language, on which page. `features` holds one
//! folder per page, `ui` the design system below them, `client` the only way to the edge.

#![expect(
    unreachable_pub,
    reason = "no other crate uses the portal; `pub` here means: for the rest of it"
)]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties, also those it only looks at"
)]

mod app;
mod browser;
mod client;
mod features;
mod listing;
mod load;
mod portal;
mod routes;
mod shell;
mod text;
mod ui;

/// Mounts the portal into the page's body.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    leptos::mount::mount_to_body(app::App);
}
