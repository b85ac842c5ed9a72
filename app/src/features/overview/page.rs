//! The list of messages.

use api::{LIMIT_MAX, ListMessages, Message, Problem};
use leptos::{prelude::*, task::spawn_local};
use policy::Direction;

use super::{
    badges::{DirectionMark, OutcomeBadge, ProtectionBadges, sender},
    state::{Filter, Span, csv, from_word, to_word},
};
use crate::{
    browser::{self, Form},
    features::home::{DayStats, day},
    listing::{Listing, Words, listed, some_text},
    load::{Enter, Loading},
    portal::{Portal, portal},
    routes::Route,
    text::text,
    ui::{
        Column, DataTable, Icon, Page, ProblemLine, SearchField, Segment, Segments, SelectField,
        Symbol, Time,
    },
};

/// Most pages that an export asks for: 10,000 messages are what a spreadsheet still likes.
const EXPORT_PAGES_MAX: usize = 50;

/// The e-mail overview.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let listing = Listing::<Filter>::new();
    let loading = Loading::new(move || {
        let query = ask(&listing.filter());
        async move { portal.client.get::<ListMessages>(&[], &query).await }
    });
    let exporting = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let export = move |_| {
        exporting.set(true);
        problem.set(None);
        let filter = listing.filter_now();
        spawn_local(async move {
            match collect(portal, filter).await {
                Ok(messages) => {
                    browser::save_file("sealgate-messages.csv", "text/csv", &csv(&messages));
                }
                Err(reply) => problem.set(Some(reply)),
            }
            exporting.set(false);
        });
    };
    let refresh = move |_| {
        loading.refetch();
        portal.count();
    };
    let words = Words {
        symbol: Symbol::Mail,
        empty: t.messages_empty,
        empty_detail: t.messages_empty_detail,
        back: t.newer,
        forward: t.older,
    };
    view! {
        <Page
            title=t.messages
            lead=t.messages_lead
            actions=Box::new(move || {
                view! {
                    <button type="button" class="button" on:click=refresh>
                        {t.refresh}
                    </button>
                    <button
                        type="button"
                        class="button"
                        disabled=move || exporting.get()
                        on:click=export
                    >
                        <Icon symbol=Symbol::Download />
                        {move || if exporting.get() { t.exporting } else { t.export_csv }}
                    </button>
                }
                    .into_any()
            })
        >
            <ProblemLine problem />
            {move || portal.summary.get().map(|summary| view! { <DayStats day=day(&summary) /> })}
            <Filters listing />
            {listed(listing, loading, words, move |items| view! { <Table items /> })}
        </Page>
    }
}

fn ask(filter: &Filter) -> api::MessageQuery {
    filter.query(browser::now(), browser::milliseconds, browser::rfc3339)
}

/// Every message that the filter lets through, up to a limit.
async fn collect(portal: Portal, filter: Filter) -> Result<Vec<Message>, Problem> {
    let mut query = ask(&filter);
    query.cursor = None;
    query.limit = Some(LIMIT_MAX);
    let mut messages = Vec::new();
    for _ in 0..EXPORT_PAGES_MAX {
        let page = portal.client.get::<ListMessages>(&[], &query).await?;
        messages.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    Ok(messages)
}

#[component]
fn Filters(listing: Listing<Filter>) -> impl IntoView {
    let t = text();
    let direction = move || {
        let direction = listing.filter().direction;
        direction.map_or_else(|| "both".to_owned(), |direction| to_word(&direction))
    };
    let segment = |value, label: &str, icon| Segment {
        value,
        label: label.to_owned(),
        count: None,
        icon,
    };
    let directions = vec![
        segment("both", t.both, None),
        segment("outbound", t.out, Some(Symbol::Out)),
        segment("inbound", t.in_, Some(Symbol::In)),
    ];
    let word = |word: &str, shown: &str| (word.to_owned(), shown.to_owned());
    let statuses = vec![
        word("", t.any_status),
        word("delivered", t.delivered),
        word("refused", t.refused),
        word("failed", t.failed),
        word("pending", t.pending),
        word("signed", t.signed),
        word("encrypted", t.encrypted),
        word("decrypted", t.decrypted),
        word("verified", t.verified),
        word("signature_bad", t.signature_bad),
        word("still_encrypted", t.still_encrypted),
    ];
    let spans = vec![
        word("", t.any_time),
        word("1h", t.last_hour),
        word("24h", t.last_24_hours),
        word("7d", t.last_7_days),
        word("30d", t.last_30_days),
        word("days", t.chosen_days),
    ];
    let span = move || {
        listing
            .filter()
            .span
            .map_or_else(String::new, |span| to_word(&span))
    };
    let day = move |id: &'static str, label: &'static str, last: bool| {
        let value = move || {
            let filter = listing.filter();
            let day = if last { filter.until } else { filter.since };
            day.unwrap_or_default()
        };
        view! {
            <input
                id=id
                type="date"
                class="input"
                aria-label=label
                title=label
                prop:value=value
                on:change=move |event| {
                    let day = some_text(&event_target_value(&event));
                    listing.change(Enter::Step, |filter| {
                            if last {
                                filter.until.clone_from(&day);
                            } else {
                                filter.since.clone_from(&day);
                            }
                        },
                    );
                }
            />
        }
    };
    view! {
        <div class="filters">
            <SearchField
                id="find-message"
                label=t.find_address
                value=Signal::derive(move || listing.filter().address.unwrap_or_default())
                on_search=move |text: String| {
                    listing.change(Enter::Replace, |filter| filter.address = some_text(&text));
                }
            />
            <Segments
                name="direction"
                label=t.direction
                options=directions
                value=Signal::derive(direction)
                on_change=move |word| {
                    listing.change(Enter::Step, |filter| filter.direction = from_word::<Direction>(word),
                    );
                }
            />
            <SelectField
                id="status"
                label=t.filter_outcome
                bare=true
                options=statuses
                value=Signal::derive(move || listing.filter().status.unwrap_or_default())
                on_change=move |word: String| {
                    listing.change(Enter::Step, |filter| filter.status = some_text(&word));
                }
            />
            <SelectField
                id="span"
                label=t.filter_time
                bare=true
                options=spans
                value=Signal::derive(span)
                on_change=move |word: String| {
                    listing.change(Enter::Step, |filter| filter.span = from_word(&word));
                }
            />
            <Show when=move || listing.filter().span == Some(Span::Days)>
                {day("since", t.first_day, false)} {day("until", t.last_day, true)}
            </Show>
        </div>
    }
}

#[component]
fn Table(items: Vec<Message>) -> impl IntoView {
    let t = text();
    let columns = vec![
        Column::Named(t.time),
        Column::Unseen(t.direction),
        Column::Named(t.from_and_to),
        Column::Named(t.protection),
        Column::Named(t.outcome),
        Column::Named(t.rule),
        Column::Number(t.size),
    ];
    view! {
        <DataTable kind="messages" caption=t.messages_caption columns>
            {items.into_iter().map(|message| view! { <Row message /> }).collect_view()}
        </DataTable>
    }
}

/// The row is a link as a whole: its one anchor covers it.
#[component]
fn Row(message: Message) -> impl IntoView {
    let t = text();
    let from = sender(&message);
    let rule = message.rule.map(|rule| rule.name);
    let by_default = rule.is_none();
    view! {
        <tr class="linked">
            <td class="when mono">
                <Time at=message.at form=Form::Moment />
            </td>
            <td class="way">
                <DirectionMark direction=message.direction />
            </td>
            <th scope="row" class="pair mono">
                <a class="row-link" href=Route::Message(message.id).path()>
                    <span>{from}</span>
                    <span class="secondary">"→ " {message.to}</span>
                </a>
            </th>
            <td class="protection">
                <ProtectionBadges protection=message.protection outcome=message.outcome />
            </td>
            <td class="outcome">
                <OutcomeBadge outcome=message.outcome />
            </td>
            <td class="by" class:secondary=by_default>
                {rule.unwrap_or_else(|| t.by_default.to_owned())}
            </td>
            <td class="number size">{t.octets(message.size)}</td>
        </tr>
    }
}
