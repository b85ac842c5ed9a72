//! Certification authorities: own ones, public ones, and those met in mail that wait for a word.

use api::{
    Authority, AuthoritySource, AuthorityTrust, CreateAuthority, DeleteAuthority, ListAuthorities,
    Problem, PutAuthority,
};
use leptos::{prelude::*, task::spawn_local};

use super::{Tabs, state::AuthorityFilter, upload::Upload};
use crate::{
    app::ReadOnlyNote,
    browser::{Form, days_until},
    features::{
        mailboxes::common_name,
        overview::{from_word, to_word},
    },
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::{Portal, portal},
    routes::Route,
    text::{Text, text},
    ui::{
        Badge, Confirm, Copyable, Icon, Page, ProblemLine, SearchField, SelectField, Symbol, Time,
        Tone,
    },
};

/// What is asked about before it is done.
#[derive(Clone, Debug, PartialEq)]
enum Question {
    Block(Authority),
    Remove(Authority),
}

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
        problem.set(None);
        spawn_local(async move {
            match decide(portal, t, authority, AuthorityTrust::Trusted).await {
                Ok(said) => {
                    portal.live.say(said);
                    portal.count();
                    loading.refetch();
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
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

/// Asks before an authority is blocked or removed, and does it.
#[component]
fn Asked(
    question: RwSignal<Option<Question>>,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let answer = move |asked: Question| async move {
        match asked {
            Question::Block(authority) => {
                decide(portal, t, authority, AuthorityTrust::Blocked).await
            }
            Question::Remove(authority) => {
                let place = [authority.fingerprint.as_str()];
                let reply = portal.client.get::<DeleteAuthority>(&place, &()).await;
                reply.map(|()| t.authority_deleted.to_owned())
            }
        }
    };
    let confirm = move |()| {
        let Some(asked) = question.get_untracked() else {
            return;
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match answer(asked).await {
                Ok(said) => {
                    question.set(None);
                    portal.live.say(said);
                    portal.count();
                    on_done();
                }
                Err(reply) => problem.set(Some(reply)),
            }
            busy.set(false);
        });
    };
    let word = move |block: &'static str, remove: &'static str| {
        Signal::derive(move || {
            let blocks = question.with(|asked| matches!(asked, Some(Question::Block(_))));
            if blocks { block } else { remove }.to_owned()
        })
    };
    let named = move || {
        question.get().map(|question| match question {
            Question::Block(authority) | Question::Remove(authority) => authority.subject,
        })
    };
    view! {
        <Confirm
            open=Signal::derive(move || question.with(Option::is_some))
            on_close=move |()| {
                question.set(None);
                problem.set(None);
            }
            title=word(t.block_title, t.delete_authority_title)
            action=word(t.block_action, t.delete)
            destructive=true
            busy
            on_confirm=confirm
        >
            <p>
                <strong>{named}</strong>
            </p>
            <p>{t.delete_authority_means}</p>
            <ProblemLine problem />
        </Confirm>
    }
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
    trust: impl Fn(Authority) + Copy + 'static,
) -> impl IntoView {
    let t = text();
    view! {
        <table class="table authorities">
            <caption class="visually-hidden">{t.authorities_caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.authority}</th>
                    <th scope="col">{t.trust}</th>
                    <th scope="col">{t.source}</th>
                    <th scope="col">{t.valid_until}</th>
                    <th scope="col">{t.fingerprint}</th>
                    <th scope="col">
                        <span class="visually-hidden">{t.actions}</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                {items
                    .into_iter()
                    .map(|authority| view! { <Row authority question trust /> })
                    .collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Row(
    authority: Authority,
    question: RwSignal<Option<Question>>,
    trust: impl Fn(Authority) + Copy + 'static,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let name = common_name(&authority.subject);
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
                aria-label=t.trust_of(&name)
                disabled=portal.read_only
                on:click=move |_| trust(this.clone())
            >
                {t.trust_action}
            </button>
        }
    });
    let block_button = (authority.trust != AuthorityTrust::Blocked).then(|| {
        let this = authority.clone();
        view! {
            <button
                type="button"
                class="button small quiet"
                aria-label=t.block_of(&name)
                disabled=portal.read_only
                on:click=move |_| question.set(Some(Question::Block(this.clone())))
            >
                {t.block_action}
            </button>
        }
    });
    // The public list is replaced as a whole; its entries are blocked, not removed.
    let remove_button = (authority.source != AuthoritySource::Public).then(|| {
        let this = authority.clone();
        let label = t.remove_of(&name);
        view! {
            <button
                type="button"
                class="icon-button"
                aria-label=label.clone()
                title=label
                disabled=portal.read_only
                on:click=move |_| question.set(Some(Question::Remove(this.clone())))
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
