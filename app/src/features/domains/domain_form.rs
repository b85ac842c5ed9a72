//! The form that adds a domain, in a dialog.

use api::{CreateDomain, DomainWrite, Problem};
use leptos::{prelude::*, task::spawn_local};
use mail::Domain;

use super::state::shown;
use crate::{
    browser,
    portal::portal,
    text::text,
    ui::{Dialog, Field, ProblemLine},
};

/// The id of the field.
const FIELD: &str = "new-domain";

/// The dialog; `on_done` is told the domain that was added.
#[component]
pub fn AddDomain(open: RwSignal<bool>, #[prop(into)] on_done: Callback<String>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let domain = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<Problem>);
    let close = move || {
        open.set(false);
        domain.set(String::new());
        fault.set(None);
        problem.set(None);
    };
    let refuse = move |text: String| {
        fault.set(Some(text));
        browser::focus(FIELD);
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        fault.set(None);
        problem.set(None);
        let typed = domain.get_untracked();
        let body = match Domain::parse(typed.trim()) {
            Ok(domain) => DomainWrite {
                domain: domain.to_string(),
            },
            Err(error) => return refuse(t.address_fault(error).to_owned()),
        };
        busy.set(true);
        spawn_local(async move {
            let client = portal.client;
            let reply = client.send::<CreateDomain>(&[], &(), &body).await;
            busy.set(false);
            match reply {
                Ok(item) => {
                    close();
                    portal.live.say(t.domain_added(&shown(&item.domain)));
                    portal.renew();
                    on_done.run(item.domain);
                }
                // The form has one field, and what is said of the domain is said there.
                Err(reply) if !reply.errors.is_empty() || reply.status == 409 => {
                    refuse(t.problem_detail(&reply));
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    view! {
        <Dialog open on_close=move |()| close() title=t.add_domain>
            <form on:submit=submit novalidate>
                <div class="dialog-body form">
                    <p>{t.add_domain_means}</p>
                    <ProblemLine problem />
                    <Field
                        id=FIELD
                        label=t.domain.to_owned()
                        value=domain
                        mono=true
                        autofocus=true
                        hint=t.domain_hint
                        error=fault
                    />
                </div>
                <div class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| close()>
                        {t.cancel}
                    </button>
                    <button type="submit" class="button primary" disabled=move || busy.get()>
                        {t.add_domain}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
