//! The form of an inbound route, in a dialog.

use std::collections::BTreeMap;

use api::{CreateRoute, HopTls, Problem, PutRoute};
use leptos::{prelude::*, task::spawn_local};

use super::state::{Fault, RouteField, RouteForm, is_wildcard, mailbox_at, read_mailboxes};
use crate::{
    browser,
    features::overview::{from_word, to_word},
    portal::portal,
    text::{Text, text},
    ui::{AreaField, Dialog, Field, ProblemLine, SelectField},
};

/// What is edited: a new route, or one that there is.
#[derive(Clone)]
pub struct Editing {
    pub id: Option<String>,
    pub form: RouteForm,
}

/// The dialog; `editing` opens and closes it, `on_done` is told the route that was written.
#[component]
pub fn RouteEditor(
    editing: RwSignal<Option<Editing>>,
    #[prop(into)] on_done: Callback<String>,
) -> impl IntoView {
    let t = text();
    let title = move || {
        let is_change = editing.with(|editing| editing.as_ref().is_some_and(|e| e.id.is_some()));
        if is_change {
            t.change_route
        } else {
            t.add_route
        }
        .to_owned()
    };
    view! {
        <Dialog
            open=Signal::derive(move || editing.with(Option::is_some))
            on_close=move |()| editing.set(None)
            title=Signal::derive(title)
            wide=true
        >
            {move || {
                editing
                    .get()
                    .map(|Editing { id, form }| view! { <Fields id form editing on_done /> })
            }}
        </Dialog>
    }
}

fn fault_text(fault: &Fault, t: &'static Text) -> String {
    match fault {
        Fault::Pattern(error) => t.address_fault(*error).to_owned(),
        Fault::HostMissing => t.fault_host.to_owned(),
        Fault::Port => t.fault_port.to_owned(),
        Fault::UsernameMissing => t.fault_username.to_owned(),
        Fault::PasswordMissing => t.fault_password.to_owned(),
        Fault::NeedsTls => t.fault_needs_tls.to_owned(),
        Fault::NoAddresses(texts) => t.no_addresses(texts),
        Fault::Foreign { addresses, domain } => t.foreign_addresses(addresses, domain),
    }
}

/// What the list of mailboxes is read as; how to write one, while it is empty.
fn read_as(text: &str, t: &'static Text) -> String {
    let read = read_mailboxes(text);
    if read.addresses.is_empty() {
        return t.mailboxes_hint.to_owned();
    }
    t.mailboxes_read(read.addresses.len(), read.duplicates, &read.passed_over)
}

#[component]
fn Fields(
    id: Option<String>,
    form: RouteForm,
    editing: RwSignal<Option<Editing>>,
    on_done: Callback<String>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let is_change = id.is_some();
    let has_password = form.has_password;
    let pattern = RwSignal::new(form.pattern);
    let host = RwSignal::new(form.host);
    let port = RwSignal::new(form.port);
    let tls = RwSignal::new(form.tls);
    let username = RwSignal::new(form.username);
    let password = RwSignal::new(String::new());
    let mailboxes = RwSignal::new(form.mailboxes);
    let busy = RwSignal::new(false);
    let faults = RwSignal::new(BTreeMap::<RouteField, String>::new());
    let problem = RwSignal::new(None::<Problem>);

    // What is mended is no fault any more.
    for (field, value) in [
        (RouteField::Pattern, pattern),
        (RouteField::Host, host),
        (RouteField::Port, port),
        (RouteField::Username, username),
        (RouteField::Password, password),
        (RouteField::Mailboxes, mailboxes),
    ] {
        Effect::new(move |is_edited: Option<()>| {
            value.track();
            if is_edited.is_some() {
                faults.update(|faults| {
                    faults.remove(&field);
                });
            }
        });
    }
    // The first field at fault gets the focus.
    let refuse = move |found: BTreeMap<RouteField, String>| {
        if let Some(first) = found.keys().next() {
            browser::focus(first.id());
        }
        faults.set(found);
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let form = RouteForm {
            pattern: pattern.get_untracked(),
            host: host.get_untracked(),
            port: port.get_untracked(),
            tls: tls.get_untracked(),
            username: username.get_untracked(),
            password: password.get_untracked(),
            has_password,
            mailboxes: mailboxes.get_untracked(),
        };
        problem.set(None);
        let body = match form.parse() {
            Ok(body) => body,
            Err(found) => {
                let said = found.into_iter();
                return refuse(
                    said.map(|(field, fault)| (field, fault_text(&fault, t)))
                        .collect(),
                );
            }
        };
        faults.set(BTreeMap::new());
        busy.set(true);
        let id = id.clone();
        spawn_local(async move {
            let client = portal.client;
            let reply = match &id {
                Some(id) => client.send::<PutRoute>(&[id], &(), &body).await,
                None => client.send::<CreateRoute>(&[], &(), &body).await,
            };
            busy.set(false);
            match reply {
                Ok(route) => {
                    editing.set(None);
                    portal.live.say(if is_change {
                        t.route_changed(&route.pattern)
                    } else {
                        t.route_added(&route.pattern)
                    });
                    portal.count();
                    on_done.run(route.id);
                }
                Err(reply) => {
                    let said = reply.errors.iter().filter_map(|error| {
                        let field = RouteField::at(&error.pointer)?;
                        let named = mailbox_at(&error.pointer, &body);
                        Some((field, t.field_problem(error, named)))
                    });
                    let found: BTreeMap<_, _> = said.collect();
                    if found.is_empty() {
                        problem.set(Some(reply));
                    } else {
                        refuse(found);
                    }
                }
            }
        });
    };
    let fault =
        move |field| Signal::derive(move || faults.with(|faults| faults.get(&field).cloned()));
    let choices = [HopTls::Starttls, HopTls::Implicit, HopTls::None]
        .map(|tls| (to_word(&tls), t.hop_tls_choice(tls).to_owned()))
        .to_vec();
    let choose = move |word: String| {
        let Some(chosen) = from_word(&word) else {
            return;
        };
        port.update(|port| RouteForm::move_port(port, tls.get_untracked(), chosen));
        tls.set(chosen);
    };
    let wildcard = Memo::new(move |_| pattern.with(|pattern| is_wildcard(pattern.trim())));
    let read = move || mailboxes.with(|text| read_as(text, t));
    view! {
        <form on:submit=submit novalidate>
            <div class="dialog-body form">
                <ProblemLine problem />
                <Field
                    id=RouteField::Pattern.id()
                    label=t.pattern.to_owned()
                    value=pattern
                    mono=true
                    autofocus=true
                    hint=t.pattern_hint
                    error=fault(RouteField::Pattern)
                />
                <fieldset class="hop-fields">
                    <legend>{t.next_hop_about}</legend>
                    <Field
                        id=RouteField::Host.id()
                        label=t.host.to_owned()
                        value=host
                        mono=true
                        error=fault(RouteField::Host)
                    />
                    <Field
                        id=RouteField::Port.id()
                        label=t.port.to_owned()
                        value=port
                        mono=true
                        error=fault(RouteField::Port)
                    />
                    <SelectField
                        id="route-tls"
                        label=t.tls
                        options=choices
                        value=Signal::derive(move || to_word(&tls.get()))
                        on_change=choose
                    />
                </fieldset>
                <div class="sides">
                    <Field
                        id=RouteField::Username.id()
                        label=t.username.to_owned()
                        value=username
                        hint=t.username_hint
                        error=fault(RouteField::Username)
                    />
                    <Field
                        id=RouteField::Password.id()
                        label=t.password.to_owned()
                        kind="password"
                        autocomplete="new-password"
                        value=password
                        hint=if has_password { t.password_kept } else { t.password_hidden }
                        error=fault(RouteField::Password)
                    />
                </div>
                <Show
                    when=move || !wildcard.get()
                    fallback=move || view! { <p class="secondary">{t.wildcard_means}</p> }
                >
                    <AreaField
                        id=RouteField::Mailboxes.id()
                        label=t.known_mailboxes
                        value=mailboxes
                        hint=Signal::derive(read)
                        error=fault(RouteField::Mailboxes)
                    />
                    <Show when=move || is_change>
                        <p class="note">{t.mailboxes_kept}</p>
                    </Show>
                </Show>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=move |_| editing.set(None)>
                    {t.cancel}
                </button>
                <button type="submit" class="button primary" disabled=move || busy.get()>
                    {move || if busy.get() { t.saving } else { t.save }}
                </button>
            </div>
        </form>
    }
}
