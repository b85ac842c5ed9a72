//! The portal: a Leptos single-page app.
