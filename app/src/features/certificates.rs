//! Partners' certificates, and the authorities that vouch for them.

mod authorities;
mod partners;
mod state;
mod upload;

use leptos::prelude::*;

use crate::{routes::Route, text::text};

pub use authorities::AuthoritiesPage;
pub use partners::PartnersPage;
pub use state::CERTIFICATE_OCTETS_MAX;
pub use upload::Upload;

/// The two kinds as tabs; each has its own address.
#[component]
fn Tabs(here: Route) -> impl IntoView {
    let t = text();
    let tab = |route: Route, name: &'static str| {
        let current = (route == here).then_some("page");
        view! {
            <a href=route.path() aria-current=current>
                {name}
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label=t.tabs>
            {tab(Route::Partners, t.partners)}
            {tab(Route::Authorities, t.authorities)}
        </nav>
    }
}
