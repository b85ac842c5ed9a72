//! How mail is protected, the licence, the domains and routes, and how the portal looks in this browser.

mod protection;
mod state;

use api::{
    DomainItem, DomainState, GetLicence, Licence, ListDomains, ListRoutes, PageQuery, Route,
};
use leptos::prelude::*;

use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    features::mailboxes::SeatBar,
    load::{Loading, loaded},
    portal::{Theme, portal},
    shell::LanguageChoice,
    text::text,
    ui::{Badge, Copyable, Fact, Facts, Page, Segment, Segments, Symbol, Time, Tone},
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
    let domains = Loading::new(move || async move {
        let all = PageQuery::default();
        portal.client.get::<ListDomains>(&[], &all).await
    });
    let routes = Loading::new(move || async move {
        let all = PageQuery::default();
        portal.client.get::<ListRoutes>(&[], &all).await
    });
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
                <section aria-labelledby="domains">
                    <h2 id="domains">{t.domains}</h2>
                    {loaded(domains, 3, |page| view! { <Domains domains=page.items /> })}
                </section>
                <section aria-labelledby="routes">
                    <h2 id="routes">{t.routes}</h2>
                    {loaded(routes, 3, |page| view! { <Routes routes=page.items /> })}
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
fn Domains(domains: Vec<DomainItem>) -> impl IntoView {
    let t = text();
    let row = |domain: DomainItem| {
        let (tone, icon) = match domain.state {
            DomainState::Verified => (Tone::Good, Symbol::Check),
            DomainState::Unverified | DomainState::Grace => (Tone::Caution, Symbol::Clock),
            DomainState::Lost => (Tone::Bad, Symbol::Warning),
        };
        view! {
            <tr>
                <th scope="row" class="mono">
                    {domain.domain}
                </th>
                <td class="status">
                    <Badge tone icon=Some(icon) text=t.domain_state(domain.state) />
                </td>
                <td class="record">
                    <Copyable value=domain.txt_name />
                    <Copyable value=domain.txt_value />
                </td>
            </tr>
        }
    };
    view! {
        <table class="table domains">
            <caption class="visually-hidden">{t.domains_caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.domain}</th>
                    <th scope="col">{t.state}</th>
                    <th scope="col">{t.txt_record}</th>
                </tr>
            </thead>
            <tbody>{domains.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Routes(routes: Vec<Route>) -> impl IntoView {
    let t = text();
    let row = |route: Route| {
        let wildcard = route.pattern.starts_with("*.");
        let mailboxes = if wildcard {
            t.wildcard.to_owned()
        } else {
            t.mailbox_count(route.mailboxes.len())
        };
        view! {
            <tr>
                <th scope="row" class="mono">
                    {route.pattern}
                </th>
                <td class="status">{mailboxes}</td>
                <td class="mono hop">{format!("{}:{}", route.next_hop.host, route.next_hop.port)}</td>
                <td class="tls">{t.hop_tls(route.next_hop.tls)}</td>
            </tr>
        }
    };
    view! {
        <table class="table routes">
            <caption class="visually-hidden">{t.routes_caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.pattern}</th>
                    <th scope="col">{t.mailboxes}</th>
                    <th scope="col">{t.next_hop}</th>
                    <th scope="col">{t.tls}</th>
                </tr>
            </thead>
            <tbody>{routes.into_iter().map(row).collect_view()}</tbody>
        </table>
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
