//! The licence's seats, as a bar with its figures.

use api::Licence;
use leptos::prelude::*;

use crate::{
    browser::{Form, format_time},
    routes::Route,
    text::text,
};

/// Used, pending and free seats.
#[component]
pub fn SeatBar(licence: Licence, #[prop(optional)] link: bool) -> impl IntoView {
    let t = text();
    let until = format_time(&licence.valid_until, Form::Day, t.locale);
    let held = licence.used + licence.revoke_pending;
    let key = |class: &'static str, seats: u32, name: &'static str| {
        view! {
            <li class=class>
                <strong>{t.number(seats)}</strong>
                " "
                {name}
            </li>
        }
    };
    view! {
        <section class="card seats" aria-label=t.stat_seats>
            <div>
                <strong>{t.seats_of(held, licence.smime_seats)}</strong>
                <p class="secondary">{t.valid_until_day(&until)}</p>
            </div>
            <div class="seats-bar">
                <div class="bar" aria-hidden="true">
                    <span class="used" style:flex-grow=licence.used.to_string()></span>
                    <span class="held" style:flex-grow=licence.revoke_pending.to_string()></span>
                    <span class="free" style:flex-grow=licence.free.to_string()></span>
                </div>
                <ul>
                    {key("used", licence.used, t.used_lower)}
                    {key("held", licence.revoke_pending, t.pending_lower)}
                    {key("free", licence.free, t.free)}
                </ul>
            </div>
            {link
                .then(|| {
                    view! {
                        <a class="button" href=Route::Settings.path()>
                            {t.licence}
                        </a>
                    }
                })}
        </section>
    }
}
