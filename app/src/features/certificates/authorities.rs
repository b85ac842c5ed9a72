//! Certification authorities: own ones, public ones, and those met in mail that wait for a word.

use api::{
    Authority, AuthoritySource, AuthorityTrust, CreateAuthority, DeleteAuthority, ListAuthorities,
    Problem, PutAuthority,
};
use leptos::{prelude::*, task::spawn_local};
use smime::PublicList;

use super::{Tabs, state::AuthorityFilter, upload::Upload};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until, format_time},
    features::{
        asked::{Asked, Question, is_done},
        mailboxes::common_name,
        overview::{from_word, to_word},
    },
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::{Portal, portal},
    routes::Route,
    text::{Text, text},
    ui::{
        Badge, Column, Copyable, DataTable, Icon, Page, ProblemLine, SearchField, SelectField,
        Symbol, Time, Tone,
    },
};

/// The authorities.
#[component]
pub fn AuthoritiesPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<AuthorityFilter>::new();
    let question = RwSignal::new(None::<Question>);
    let problem = RwSignal::new(None::<Problem>);
    let loading = Loading::new(move || {
        let query = listing.filter().query();
        async move { portal.client.get::<ListAuthorities>(&[], &query).await }
    });
    let send = move |media_type: &'static str, octets: Vec<u8>| async move {
        let everywhere = api::AuthorityQuery::default();
        let client = portal.client;
        let reply = client
            .upload::<CreateAuthority>(&[], &everywhere, media_type, &octets)
            .await?;
        Ok(t.authority_added(&common_name(&reply.subject)))
    };
    let trust = move |authority: Authority| {
        spawn_local(async move {
            let decided = decide(portal, t, authority, AuthorityTrust::Trusted);
            if is_done(portal, problem, decided).await {
                loading.refetch();
            }
        });
    };
    let PublicList { version, date } = smime::public_list();
    // At noon it is the same day in nearly every zone.
    let day = format_time(&format!("{date}T12:00:00Z"), Form::Day, t.locale);
    let list = t.public_list(version, &day);
    let words = Words {
        symbol: Symbol::Certificate,
        empty: t.authorities_empty,
        empty_detail: t.authorities_empty_detail,
        back: t.previous,
        forward: t.next,
    };
    view! {
        <Page title=t.certificates lead=t.certificates_lead window=t.authorities>
            <ReadOnlyNote />
            <Tabs here=Route::Authorities />
            <Upload
                id="authority-file"
                label=t.upload_authority
                send
                on_done=move || loading.refetch()
            />
            <Filters listing />
            <p class="note">{list}</p>
            <ProblemLine problem />
            {listed(listing, loading, words, move |items| view! { <Table items question trust /> })}
            <Asked question on_done=move || loading.refetch() />
        </Page>
    }
}

/// Decides on an authority; says what holds then.
async fn decide(
    portal: Portal,
    t: &'static Text,
    authority: Authority,
    trust: AuthorityTrust,
) -> Result<String, Problem> {
    let body = Authority { trust, ..authority };
    let place = [body.fingerprint.as_str()];
    let reply = portal
        .client
        .send::<PutAuthority>(&place, &(), &body)
        .await?;
    let subject = common_name(&reply.subject);
    Ok(t.authority_decided(&subject, reply.trust))
}

/// Removes an authority; says so.
async fn remove(portal: Portal, t: &'static Text, authority: Authority) -> Result<String, Problem> {
    let place = [authority.fingerprint.as_str()];
    portal.client.get::<DeleteAuthority>(&place, &()).await?;
    Ok(t.authority_deleted.to_owned())
}

#[component]
fn Filters(listing: Listing<AuthorityFilter>) -> impl IntoView {
    let t = text();
    let word = |word: &str, shown: &str| (word.to_owned(), shown.to_owned());
    let trusts = vec![
        word("", t.any_trust),
        word("undecided", t.undecided),
        word("trusted", t.trusted),
        word("blocked", t.blocked),
    ];
    let sources = vec![
        word("", t.any_source),
        word("own", t.own),
        word("seen", t.seen),
        word("public", t.public),
    ];
    let trust = move || {
        listing
            .filter()
            .trust
            .map_or_else(String::new, |trust| to_word(&trust))
    };
    let source = move || {
        listing
            .filter()
            .source
            .map_or_else(String::new, |source| to_word(&source))
    };
    view! {
        <div class="filters">
            <SearchField
                id="find-authority"
                label=t.find_authority
                value=Signal::derive(move || listing.filter().q.unwrap_or_default())
                on_search=move |text: String| {
                    listing.change(Enter::Replace, |filter| filter.q = some_text(&text));
                }
            />
            <SelectField
                id="trust"
                label=t.filter_trust
                bare=true
                options=trusts
                value=Signal::derive(trust)
                on_change=move |word: String| {
                    listing.change(Enter::Step, |filter| filter.trust = from_word(&word));
                }
            />
            <SelectField
                id="source"
                label=t.filter_source
                bare=true
                options=sources
                value=Signal::derive(source)
                on_change=move |word: String| {
                    listing.change(Enter::Step, |filter| filter.source = from_word(&word));
                }
            />
        </div>
    }
}

#[component]
fn Table(
    items: Vec<Authority>,
    question: RwSignal<Option<Question>>,
    trust: impl Fn(Authority) + Copy + Send + 'static,
) -> impl IntoView {
    let t = text();
    let columns = vec![
        Column::Named(t.authority),
        Column::Named(t.trust),
        Column::Named(t.source),
        Column::Named(t.valid_until),
        Column::Named(t.fingerprint),
        Column::Unseen(t.actions),
    ];
    view! {
        <DataTable kind="authorities" caption=t.authorities_caption columns>
            {items
                .into_iter()
                .map(|authority| view! { <Row authority question trust /> })
                .collect_view()}
        </DataTable>
    }
}

#[component]
fn Row(
    authority: Authority,
    question: RwSignal<Option<Question>>,
    trust: impl Fn(Authority) + Copy + Send + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let name = common_name(&authority.subject);
    // Authorities renew their certificates under the same name.
    let day = format_time(&authority.not_after, Form::Day, t.locale);
    let object = format!("{name}, {}", t.valid_until_day(&day));
    let (tone, icon) = match authority.trust {
        AuthorityTrust::Trusted => (Tone::Good, Symbol::Check),
        AuthorityTrust::Undecided => (Tone::Caution, Symbol::Clock),
        AuthorityTrust::Blocked => (Tone::Bad, Symbol::Cross),
    };
    let scope = authority
        .domain
        .clone()
        .unwrap_or_else(|| t.everywhere.to_owned());
    let trust_button = (authority.trust != AuthorityTrust::Trusted).then(|| {
        let this = authority.clone();
        view! {
            <button
                type="button"
                class="button small"
                aria-label=t.trust_of(&object)
                disabled=portal.read_only
                on:click=move |_| trust(this.clone())
            >
                {t.trust_action}
            </button>
        }
    });
    let block_button = (authority.trust != AuthorityTrust::Blocked).then(|| {
        let words = [t.block_title, t.block_action];
        let means = vec![t.delete_authority_means.to_owned()];
        let this = authority.clone();
        let ask = Question::new(words, authority.subject.clone(), means, move || {
            decide(portal, t, this.clone(), AuthorityTrust::Blocked)
        });
        view! {
            <button
                type="button"
                class="button small quiet"
                aria-label=t.block_of(&object)
                disabled=portal.read_only
                on:click=move |_| question.set(Some(ask.clone()))
            >
                {t.block_action}
            </button>
        }
    });
    // The public list is replaced as a whole; its entries are blocked, not removed.
    let remove_button = (authority.source != AuthoritySource::Public).then(|| {
        let words = [t.delete_authority_title, t.delete];
        let means = vec![t.delete_authority_means.to_owned()];
        let this = authority.clone();
        let ask = Question::new(words, authority.subject.clone(), means, move || {
            remove(portal, t, this.clone())
        });
        let label = t.remove_of(&object);
        view! {
            <button
                type="button"
                class="icon-button"
                aria-label=label.clone()
                title=label
                disabled=portal.read_only
                on:click=move |_| question.set(Some(ask.clone()))
            >
                <Icon symbol=Symbol::Trash />
            </button>
        }
    });
    view! {
        <tr>
            <th scope="row" class="authority">
                {name.clone()}
                <span class="secondary block">{scope}</span>
            </th>
            <td class="status">
                <Badge tone icon=Some(icon) text=t.authority_trust(authority.trust) />
            </td>
            <td class="issuer">{t.authority_source(authority.source)}</td>
            <td class="until">
                <Time at=authority.not_after.clone() form=Form::Day />
                " "
                <span class="secondary">{t.in_days(days_until(&authority.not_after))}</span>
            </td>
            <td class="fingerprint">
                <Copyable value=authority.fingerprint.clone() />
            </td>
            <td class="action">{trust_button} {block_button} {remove_button}</td>
        </tr>
    }
}
