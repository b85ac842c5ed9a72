//! One mailbox with the certificates it ever had.

use api::{CertificateSummary, GetLicence, GetMailbox, MailboxDetail};
use leptos::prelude::*;

use super::{
    bulk::{CarryOut, StatusBadge},
    certificate::{CertificateCard, Revoke},
    own::OtherAuthority,
    state::{Action, Plan},
};
use crate::{
    app::ReadOnlyNote,
    browser::Form,
    load::{Loading, loaded},
    portal::portal,
    routes::{Route, encode},
    text::text,
    ui::{Empty, Page, Symbol},
};

/// The mailbox at `address`.
#[component]
pub fn MailboxPage(address: String) -> impl IntoView {
    let t = text();
    let portal = portal();
    let plan = RwSignal::new(None::<Plan>);
    let loading = {
        let address = address.clone();
        Loading::new(move || {
            let address = address.clone();
            async move { portal.client.get::<GetMailbox>(&[&address], &()).await }
        })
    };
    let licence =
        Loading::new(move || async move { portal.client.get::<GetLicence>(&[], &()).await });
    let changed = Callback::new(move |()| {
        loading.refetch();
        licence.refetch();
    });
    let messages = format!("{}?address={}", Route::Messages.path(), encode(&address));
    let actions = move || {
        let detail = loading.get().and_then(Result::ok)?;
        let mailbox = detail.mailbox;
        let action = if Action::Deactivate.applies_to(mailbox.status) {
            Action::Deactivate
        } else {
            Action::Activate
        };
        let verb = match action {
            Action::Activate => t.activate,
            Action::Deactivate => t.deactivate,
        };
        Some(view! {
            <button
                type="button"
                class="button"
                class:primary=action == Action::Activate
                disabled=portal.read_only
                on:click=move |_| plan.set(Some(Plan::these(action, [&mailbox])))
            >
                {verb}
            </button>
        })
    };
    view! {
        <Page
            title=address
            mono=true
            actions=Box::new(move || {
                view! {
                    <a class="button" href=messages>
                        {t.mail_of_mailbox}
                    </a>
                    {actions}
                }
                    .into_any()
            })
        >
            <ReadOnlyNote />
            {loaded(loading, 4, move |detail| view! { <Detail detail on_done=changed /> })}
            <CarryOut
                plan
                licence=Signal::derive(move || licence.get().and_then(Result::ok))
                on_done=changed
            />
        </Page>
    }
}

#[component]
fn Detail(detail: MailboxDetail, on_done: Callback<()>) -> impl IntoView {
    let t = text();
    let revoking = RwSignal::new(None::<CertificateSummary>);
    let mailbox = detail.mailbox;
    let pending = mailbox.pending_until.map(|until| {
        view! {
            <span class="secondary">
                {t.seat_free_on(&crate::browser::format_time(&until, Form::Day, t.locale))}
            </span>
        }
    });
    let history = if detail.certificates.is_empty() {
        view! {
            <div class="card">
                <Empty
                    symbol=Symbol::Certificate
                    title=t.history_empty
                    detail=t.history_empty_detail
                />
            </div>
        }
        .into_any()
    } else {
        detail
            .certificates
            .into_iter()
            .map(|certificate| view! { <CertificateCard certificate revoking on_done /> })
            .collect_view()
            .into_any()
    };
    view! {
        <p class="badges">
            <StatusBadge status=mailbox.status />
            {pending}
        </p>
        <h2>{t.history}</h2>
        <div class="stack">
            {history}
            <OtherAuthority
                address=mailbox.address
                requested_at=detail.requested_at
                on_done
            />
        </div>
        <Revoke revoking on_done />
    }
}
