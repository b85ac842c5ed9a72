//! The frame around every page: navigation, search, language, theme, account.

mod jump;

use api::DeleteSession;
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;

use crate::{
    browser,
    portal::{Portal, Theme, portal},
    routes::{Route, Section},
    text::{Language, Text, text},
    ui::{Icon, Symbol},
};
use jump::Jump;

/// The frame.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let t = text();
    let content = NodeRef::<html::Main>::new();
    let location = use_location();
    let route = Memo::new(move |_| Route::parse(&location.pathname.get()));
    let skip = move |event: web_sys::MouseEvent| {
        event.prevent_default();
        if let Some(content) = content.get_untracked() {
            content.focus().ok();
        }
    };
    view! {
        <a class="skip" href="#content" on:click=skip>
            {t.skip_to_content}
        </a>
        <Sidebar route />
        <TopBar route />
        <main id="content" tabindex="-1" node_ref=content>
            {children()}
        </main>
        <BottomBar route />
    }
}

fn symbol(section: Section) -> Symbol {
    match section {
        Section::Home => Symbol::Home,
        Section::Messages => Symbol::Mail,
        Section::Rules => Symbol::Rules,
        Section::Mailboxes => Symbol::Mailbox,
        Section::Certificates => Symbol::Certificate,
        Section::Domains => Symbol::Globe,
        Section::Settings => Symbol::Gear,
    }
}

/// The name of a section.
pub fn name(section: Section, t: &'static Text) -> &'static str {
    match section {
        Section::Home => t.home,
        Section::Messages => t.messages,
        Section::Rules => t.rules,
        Section::Mailboxes => t.mailboxes,
        Section::Certificates => t.certificates,
        Section::Domains => t.domains,
        Section::Settings => t.settings,
    }
}

/// How much there is in a section, where that is worth knowing.
fn count(portal: Portal, section: Section) -> Option<u64> {
    let domains = portal.session()?.organisation.domains.len();
    let summary = portal.summary.get()?;
    match section {
        Section::Rules => Some(summary.rules),
        Section::Mailboxes => Some(summary.mailboxes.total()),
        Section::Certificates => Some(summary.partners),
        Section::Domains => u64::try_from(domains).ok(),
        Section::Home | Section::Messages | Section::Settings => None,
    }
}

fn is_current(route: Memo<Route>, section: Section) -> Option<&'static str> {
    (route.get().section() == Some(section)).then_some("page")
}

#[component]
fn Sidebar(route: Memo<Route>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let entry = move |section: Section| {
        view! {
            <li class:apart=section == Section::Settings>
                <a href=section.route().path() aria-current=move || is_current(route, section)>
                    <Icon symbol=symbol(section) />
                    <span>{name(section, t)}</span>
                    {move || {
                        count(portal, section)
                            .map(|count| view! { <span class="count">{t.number(count)}</span> })
                    }}
                </a>
            </li>
        }
    };
    view! {
        <aside class="side">
            <a class="brand" href=Route::Home.path()>
                <Logo />
                "Sealgate"
            </a>
            {move || portal.session().map(|session| view! { <Organisation session /> })}
            <nav aria-label=t.navigation>
                <ul>{Section::ALL.map(entry).collect_view()}</ul>
            </nav>
        </aside>
    }
}

#[component]
fn Organisation(session: api::Session) -> impl IntoView {
    let t = text();
    let domains = &session.organisation.domains;
    let others = domains.len().saturating_sub(1);
    let domains = domains.first().map(|first| t.domains_count(first, others));
    view! {
        <div class="organisation">
            <strong>{session.organisation.name}</strong>
            <span class="secondary">{domains}</span>
        </div>
    }
}

/// The seal.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <span class="logo">
            <Icon symbol=Symbol::Seal />
        </span>
    }
}

#[component]
fn TopBar(route: Memo<Route>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let jumping = RwSignal::new(false);
    let organisation = move || portal.session().map(|session| session.organisation.name);
    let crumbs = move || {
        let route = route.get();
        let section = route.section();
        let detail = match &route {
            Route::Message(_) => Some(t.message.to_owned()),
            Route::Mailbox(address) => Some(address.clone()),
            Route::Authorities => Some(t.authorities.to_owned()),
            _ => None,
        };
        let place = section.map(|section| {
            let name = name(section, t);
            if detail.is_some() {
                view! { <a href=section.route().path()>{name}</a> }.into_any()
            } else {
                view! { <span>{name}</span> }.into_any()
            }
        });
        let slash = || view! { <span aria-hidden="true">" / "</span> };
        view! {
            <span>{organisation()}</span>
            {place.map(|place| (slash(), place))}
            {detail.map(|detail| (slash(), view! { <span>{detail}</span> }))}
        }
    };
    let title = move || route.get().section().map(|section| name(section, t));
    view! {
        <header class="top">
            <div class="crumbs">{crumbs}</div>
            <div class="top-title" aria-hidden="true">
                <Logo />
                <strong>{title}</strong>
            </div>
            <button
                type="button"
                class="jump-button"
                aria-keyshortcuts="Control+K Meta+K"
                on:click=move |_| jumping.set(true)
            >
                <Icon symbol=Symbol::Search />
                <span>{t.jump}</span>
                <kbd aria-hidden="true">"Ctrl K"</kbd>
            </button>
            <LanguageChoice id="language" />
            <ThemeButton />
            <Account />
            <Jump open=jumping />
        </header>
    }
}

/// The choice of language.
#[component]
pub fn LanguageChoice(id: &'static str) -> impl IntoView {
    let t = text();
    let portal = portal();
    view! {
        <select
            id=id
            class="language"
            aria-label=t.language
            on:change=move |event| {
                portal.choose_language(Language::of(&event_target_value(&event)));
            }
        >
            {Language::ALL
                .map(|language| {
                    let chosen = portal.language.get_untracked() == language;
                    view! {
                        <option value=language.code() lang=language.code() selected=chosen>
                            {language.name()}
                        </option>
                    }
                })
                .collect_view()}
        </select>
    }
}

#[component]
fn ThemeButton() -> impl IntoView {
    let t = text();
    let portal = portal();
    let dark = move || match portal.theme.get() {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::System => browser::prefers_dark(),
    };
    let label = move || if dark() { t.theme_light } else { t.theme_dark };
    let turn = move |_| portal.choose_theme(if dark() { Theme::Light } else { Theme::Dark });
    view! {
        <button type="button" class="icon-button" aria-label=label title=label on:click=turn>
            {move || view! { <Icon symbol=if dark() { Symbol::Sun } else { Symbol::Moon } /> }}
        </button>
    }
}

#[component]
fn Account() -> impl IntoView {
    let t = text();
    let portal = portal();
    let session = move || portal.session();
    let initials = move || session().map(|session| initials(&session));
    let sign_out = move |_| {
        spawn_local(async move {
            // Whatever the edge says: this browser forgets who was here.
            portal
                .client
                .send::<DeleteSession>(&[], &(), &())
                .await
                .ok();
            portal.leave();
        });
    };
    view! {
        <button type="button" class="avatar" popovertarget="account">
            <span class="visually-hidden">{t.account}</span>
            {initials}
        </button>
        <div id="account" class="menu" popover="auto">
            {move || {
                session()
                    .map(|session| {
                        view! {
                            <p class="menu-head">
                                <strong>{session.name}</strong>
                                <span class="secondary">{session.email}</span>
                            </p>
                        }
                    })
            }} <button type="button" on:click=sign_out>
                {t.sign_out}
            </button>
        </div>
    }
}

/// `MK` for Maria Keller.
fn initials(session: &api::Session) -> String {
    let name = if session.name.trim().is_empty() {
        &session.email
    } else {
        &session.name
    };
    let letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    letters.take(2).flat_map(char::to_uppercase).collect()
}

/// The navigation where there is no room for a side bar.
#[component]
fn BottomBar(route: Memo<Route>) -> impl IntoView {
    let t = text();
    let shown = [
        (Section::Home, t.home),
        (Section::Messages, t.messages_short),
        (Section::Rules, t.rules),
        (Section::Mailboxes, t.mailboxes_short),
    ];
    let hidden = [Section::Certificates, Section::Domains, Section::Settings];
    let entry = move |(section, label): (Section, &'static str)| {
        view! {
            <a href=section.route().path() aria-current=move || is_current(route, section)>
                <Icon symbol=symbol(section) />
                {label}
            </a>
        }
    };
    view! {
        <nav class="bottom" aria-label=t.navigation>
            {shown.map(entry).collect_view()}
            <button type="button" popovertarget="more">
                <Icon symbol=Symbol::Dots />
                {t.more}
            </button>
            <div id="more" class="menu" popover="auto">
                {hidden.map(|section| entry((section, name(section, t)))).collect_view()}
                <LanguageChoice id="language-more" />
                <ThemeButton />
            </div>
        </nav>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_two_letters_of_the_name() {
        let mut session = api::Session {
            email: "maria@acme.test".to_owned(),
            name: "maria  keller von acme".to_owned(),
            may_write: true,
            organisation: api::Organisation {
                id: "acme".to_owned(),
                name: "Acme GmbH".to_owned(),
                domains: Vec::new(),
            },
        };
        assert_eq!(initials(&session), "MK");
        session.name.clear();
        assert_eq!(initials(&session), "M");
    }
}
