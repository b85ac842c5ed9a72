//! How mail is protected, the licence, and how the portal looks in this browser.

mod protection;
mod state;

use api::{GetLicence, Licence};
use leptos::prelude::*;

use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    features::mailboxes::SeatBar,
    load::{Loading, loaded},
    portal::{Theme, portal},
    shell::LanguageChoice,
    text::text,
    ui::{Copyable, Fact, Facts, Page, Segment, Segments, Time},
};

use protection::Protection;
pub use state::SettingsDraft;

/// The settings.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let licence =
        Loading::new(move || async move { portal.client.get::<GetLicence>(&[], &()).await });
    view! {
        <Page title=t.settings lead=t.settings_lead>
            <ReadOnlyNote />
            <div class="sections">
                <section aria-labelledby="protection">
                    <h2 id="protection">{t.mail_protection}</h2>
                    <Protection />
                </section>
                <section aria-labelledby="licence">
                    <h2 id="licence">{t.licence}</h2>
                    {loaded(licence, 3, |licence| view! { <LicenceFacts licence /> })}
                </section>
                <section aria-labelledby="appearance">
                    <h2 id="appearance">{t.appearance}</h2>
                    <Appearance />
                </section>
            </div>
        </Page>
    }
}

#[component]
fn LicenceFacts(licence: Licence) -> impl IntoView {
    let t = text();
    let days = days_until(&licence.valid_until);
    view! {
        <SeatBar licence=licence.clone() />
        <div class="card padded">
            <Facts>
                <Fact name=t.licence_number>
                    <Copyable value=licence.number />
                </Fact>
                <Fact name=t.mail_seats>{t.number(licence.mail_seats)}</Fact>
                <Fact name=t.smime_seats>{t.number(licence.smime_seats)}</Fact>
                <Fact name=t.valid_from>
                    <Time at=licence.valid_from form=Form::Day />
                </Fact>
                <Fact name=t.valid_until>
                    <Time at=licence.valid_until form=Form::Day />
                    " "
                    <span class="secondary">{t.in_days(days)}</span>
                </Fact>
                <Fact name=t.signing_until>
                    <Time at=licence.signing_until form=Form::Day />
                </Fact>
            </Facts>
        </div>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let t = text();
    let portal = portal();
    let theme = |theme: Theme, label: &str| Segment {
        value: theme.word(),
        label: label.to_owned(),
        count: None,
        icon: None,
    };
    let themes = vec![
        theme(Theme::System, t.theme_system),
        theme(Theme::Light, t.theme_light_name),
        theme(Theme::Dark, t.theme_dark_name),
    ];
    view! {
        <div class="card padded appearance">
            <Segments
                name="theme"
                label=t.theme
                options=themes
                value=Signal::derive(move || portal.theme.get().word().to_owned())
                on_change=move |word| portal.choose_theme(Theme::parse(word))
            />
            <LanguageChoice id="language-settings" />
            <p class="secondary">{t.settings_here}</p>
        </div>
    }
}
