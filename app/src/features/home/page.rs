//! The first screen.

use api::{GetLicence, GetSummary, Licence, Summary};
use leptos::prelude::*;

use super::{
    bars::Bars,
    state::{Attention, Day, attention, day},
};
use crate::{
    browser::{self, Form, format_time},
    features::mailboxes::expiry_tone,
    load::{Loading, loaded},
    portal::portal,
    routes::Route,
    text::{Text, text},
    ui::{Icon, Page, Symbol, Tone},
};

/// The first screen: what needs a person, then what is so.
#[component]
pub fn HomePage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let loading = Loading::new(move || async move {
        let summary = portal.client.get::<GetSummary>(&[], &()).await?;
        let licence = portal.client.get::<GetLicence>(&[], &()).await?;
        portal.summary.set(Some(summary.clone()));
        Ok((summary, licence))
    });
    let name = portal.session_now().map(|session| session.name);
    let hour = browser::local_hour();
    let greeting = t.greeting(hour, &name.unwrap_or_default());
    let lead = move || match loading.get() {
        Some(Ok((summary, licence))) => {
            let things = attention(&summary, &licence, browser::days_until).len();
            let flow = if day(&summary).messages > 0 {
                t.mail_flows
            } else {
                t.no_mail_yet
            };
            format!("{flow} {}", t.attention_count(things))
        }
        _ => String::from("\u{a0}"),
    };
    view! {
        <Page title=greeting window=t.home>
            <p class="lead home-lead">{lead}</p>
            {loaded(
                loading,
                6,
                move |(summary, licence)| view! { <Figures summary licence /> },
            )}
        </Page>
    }
}

#[component]
fn Figures(summary: Summary, licence: Licence) -> impl IntoView {
    let t = text();
    let list = attention(&summary, &licence, browser::days_until);
    let day = day(&summary);
    let share = |part: u64| {
        day.permille(part)
            .map_or(t.nothing.to_owned(), |p| t.permille(p))
    };
    let until = format_time(&licence.valid_until, Form::Day, t.locale);
    let has_mail = day.messages > 0;
    let hours = summary.clone();
    view! {
        <div class="stats">
            <Stat
                name=t.stat_messages
                value=t.number(day.messages)
                note=t.stat_messages_note
                href=format!("{}?span=24h", Route::Messages.path())
            />
            <Stat name=t.stat_protected value=share(day.protected) note=t.stat_protected_note />
            <Stat
                name=t.stat_encrypted
                value=t.number(day.encrypted)
                note=share(day.encrypted)
            />
            <Stat
                name=t.stat_seats
                value=format!("{} / {}", t.number(licence.used + licence.revoke_pending), t.number(licence.smime_seats))
                note=t.free_until(licence.free, &until)
                href=Route::Mailboxes.path()
            />
        </div>
        <div class="home-columns">
            <section class="card" aria-labelledby="needs">
                <h2 id="needs" class="card-head">
                    {t.needs_a_person}
                </h2>
                <NeedsAPerson list />
            </section>
            <section class="card chart" aria-labelledby="hours">
                <div class="chart-head">
                    <h2 id="hours">{t.last_24_hours}</h2>
                    <span class="key all">{t.all_messages}</span>
                    <span class="key part">{t.encrypted_or_decrypted}</span>
                </div>
                {if has_mail {
                    view! { <Bars summary=hours /> }.into_any()
                } else {
                    view! { <p class="secondary">{t.no_bars}</p> }.into_any()
                }}
            </section>
        </div>
    }
}

/// A figure; a link where there is more behind it.
#[component]
pub fn Stat(
    name: &'static str,
    value: String,
    #[prop(into)] note: String,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let figure = view! {
        <span class="stat-name">{name}</span>
        <strong class="stat-value">{value}</strong>
        <span class="stat-note">{note}</span>
    };
    match href {
        Some(href) => view! {
            <a class="card stat" href=href>
                {figure}
            </a>
        }
        .into_any(),
        None => view! { <div class="card stat">{figure}</div> }.into_any(),
    }
}

/// The four figures of the last 24 hours, for the overview.
#[component]
pub fn DayStats(day: Day) -> impl IntoView {
    let t = text();
    let share = |part: u64| {
        day.permille(part)
            .map_or(t.nothing.to_owned(), |p| t.permille(p))
    };
    let only = |status: &str| format!("{}?status={status}&span=24h", Route::Messages.path());
    view! {
        <div class="stats">
            <Stat name=t.stat_messages value=t.number(day.messages) note=t.stat_messages_note />
            <Stat name=t.stat_signed value=t.number(day.signed) note=share(day.signed) />
            <Stat name=t.stat_encrypted value=t.number(day.encrypted) note=share(day.encrypted) />
            <Stat
                name=t.stat_refused
                value=t.number(day.refused)
                note=share(day.refused)
                href=only("refused")
            />
        </div>
    }
}

#[component]
fn NeedsAPerson(list: Vec<Attention>) -> impl IntoView {
    let t = text();
    if list.is_empty() {
        return view! {
            <div class="need good">
                <span class="need-mark good">
                    <Icon symbol=Symbol::Check />
                </span>
                <div>
                    <strong>{t.needs_nobody}</strong>
                    <p class="secondary">{t.needs_nobody_detail}</p>
                </div>
            </div>
        }
        .into_any();
    }
    let entry = |attention: Attention| {
        let shown = present(&attention, t);
        view! {
            <li class="need">
                <span class=format!("need-mark {}", shown.tone.class())>
                    <Icon symbol=shown.symbol />
                </span>
                <div>
                    <strong>{shown.title}</strong>
                    <p class="secondary">{shown.detail}</p>
                </div>
                <a class="button small" href=shown.href>
                    {shown.action}
                </a>
            </li>
        }
    };
    view! { <ul class="needs">{list.into_iter().map(entry).collect_view()}</ul> }.into_any()
}

/// How something that needs a person is shown.
struct Presented {
    tone: Tone,
    symbol: Symbol,
    title: String,
    detail: String,
    action: &'static str,
    href: String,
}

fn present(attention: &Attention, t: &'static Text) -> Presented {
    use Attention as A;
    let messages = |status: &str| format!("{}?status={status}&span=24h", Route::Messages.path());
    let partners = |trust: &str| format!("{}?trust={trust}", Route::Partners.path());
    let mailboxes = |status: &str| format!("{}?status={status}", Route::Mailboxes.path());
    let settings = || Route::Settings.path().into_owned();
    let (tone, symbol, (title, detail), action, href) = match attention {
        A::SigningEnded => (
            Tone::Bad,
            Symbol::Warning,
            t.signing_ended(),
            t.open,
            settings(),
        ),
        A::LicenceEnded { days } => (
            Tone::Bad,
            Symbol::Warning,
            t.licence_ended(*days),
            t.open,
            settings(),
        ),
        A::LicenceEnding { days } => (
            Tone::Caution,
            Symbol::Clock,
            t.licence_ending(*days),
            t.open,
            settings(),
        ),
        A::Failed(count) => (
            Tone::Bad,
            Symbol::Warning,
            t.failed_messages(*count),
            t.show,
            messages("failed"),
        ),
        A::Refused(count) => (
            Tone::Info,
            Symbol::Mail,
            t.refused_messages(*count),
            t.show,
            messages("refused"),
        ),
        A::MailboxesExpiring { count, days } => (
            expiry_tone(*days),
            Symbol::Clock,
            t.mailboxes_expiring(*count, *days),
            t.show,
            mailboxes("active"),
        ),
        A::NoSeat { inactive } => (
            Tone::Caution,
            Symbol::Mailbox,
            t.no_seat(*inactive),
            t.show,
            mailboxes("active"),
        ),
        A::Authorities(count) => (
            Tone::Caution,
            Symbol::Certificate,
            t.authorities_seen(*count),
            t.decide,
            format!("{}?trust=undecided", Route::Authorities.path()),
        ),
        A::PartnersPending(count) => (
            Tone::Caution,
            Symbol::Key,
            t.partners_waiting(*count),
            t.show,
            partners("pending"),
        ),
        A::PartnersExpiring(count) => (
            Tone::Caution,
            Symbol::Clock,
            t.partners_expiring(*count),
            t.show,
            partners("trusted"),
        ),
    };
    Presented {
        tone,
        symbol,
        title,
        detail,
        action,
        href,
    }
}
