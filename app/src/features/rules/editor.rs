//! The form of one rule, in a dialog.

use leptos::prelude::*;
use policy::{RuleId, RuleSetError};

use super::{
    form::{Fault, Faults, Form, Kind},
    option_field::OptionField,
};
use crate::{
    browser,
    portal::portal,
    text::{Text, text},
    ui::{Dialog, Field, Icon, SelectField, Symbol},
};

/// What is edited: a new rule, or one of the draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Editing {
    pub id: Option<RuleId>,
    pub form: Form,
}

/// The dialog; `editing` opens and closes it.
#[component]
pub fn Editor(editing: RwSignal<Option<Editing>>) -> impl IntoView {
    let t = text();
    let title = move || {
        editing.with(|editing| match editing {
            Some(Editing { id: Some(_), .. }) => t.edit_rule.to_owned(),
            _ => t.new_rule.to_owned(),
        })
    };
    view! {
        <Dialog
            open=Signal::derive(move || editing.with(Option::is_some))
            on_close=move |()| editing.set(None)
            title=Signal::derive(title)
            wide=true
        >
            {move || {
                editing.get().map(|Editing { id, form }| view! { <Fields id form editing /> })
            }}
        </Dialog>
    }
}

fn fault_text(fault: Fault, t: &'static Text) -> String {
    match fault {
        Fault::NameMissing => t.fault_name_missing.to_owned(),
        Fault::NameTooLong => t.name_too_long(policy::RULE_NAME_CHARS_MAX),
        Fault::Address(error) => t.address_fault(error).to_owned(),
    }
}

#[component]
fn Fields(id: Option<RuleId>, form: Form, editing: RwSignal<Option<Editing>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let name = RwSignal::new(form.name);
    let enabled = RwSignal::new(form.enabled);
    let managed = RwSignal::new(form.managed);
    let managed_value = RwSignal::new(form.managed_value);
    let external = RwSignal::new(form.external);
    let external_value = RwSignal::new(form.external_value);
    let subdomains = RwSignal::new(form.subdomains);
    let inbound = RwSignal::new(form.inbound);
    let outbound = RwSignal::new(form.outbound);
    let faults = RwSignal::new(Faults::default());
    let refused = RwSignal::new(None::<RuleSetError>);

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let form = Form {
            name: name.get_untracked(),
            enabled: enabled.get_untracked(),
            managed: managed.get_untracked(),
            managed_value: managed_value.get_untracked(),
            external: external.get_untracked(),
            external_value: external_value.get_untracked(),
            subdomains: subdomains.get_untracked(),
            inbound: inbound.get_untracked(),
            outbound: outbound.get_untracked(),
        };
        let rule = match form.parse() {
            Ok(rule) => rule,
            Err(found) => {
                // The first field at fault gets the focus.
                let first = match found {
                    Faults { name: Some(_), .. } => "rule-name",
                    Faults {
                        managed: Some(_), ..
                    } => "managed-value",
                    _ => "external-value",
                };
                faults.set(found);
                browser::focus(first);
                return;
            }
        };
        let said = match &id {
            Some(_) => t.changed(&rule.name),
            None => t.added(&rule.name),
        };
        let put = portal.draft.try_update(|draft| match (draft, &id) {
            (None, _) => Ok(()),
            (Some(draft), Some(id)) => draft.change(id, rule),
            (Some(draft), None) => draft.add(rule),
        });
        if let Some(Err(error)) = put {
            refused.set(Some(error));
        } else {
            portal.live.say(said);
            editing.set(None);
        }
    };
    let fault = move |of: fn(&Faults) -> Option<Fault>| {
        Signal::derive(move || faults.with(of).map(|fault| fault_text(fault, t)))
    };
    let kinds = |any: &str| {
        [
            (Kind::Any, any),
            (Kind::Domain, t.kind_domain),
            (Kind::Address, t.kind_address),
        ]
        .map(|(kind, shown)| (kind.word().to_owned(), shown.to_owned()))
        .to_vec()
    };
    let value_label = move |kind: RwSignal<Kind>| {
        Signal::derive(move || match kind.get() {
            Kind::Address => t.address.to_owned(),
            Kind::Any | Kind::Domain => t.domain.to_owned(),
        })
    };
    view! {
        <form on:submit=submit novalidate>
            <div class="dialog-body form">
                <p class="secondary">{t.editor_draft}</p>
                <div role="alert">
                    {move || {
                        refused
                            .get()
                            .map(|error| {
                                view! {
                                    <p class="problem-line">
                                        <Icon symbol=Symbol::Warning />
                                        <span>{t.rule_set_error(error)}</span>
                                    </p>
                                }
                            })
                    }}
                </div>
                <Field
                    id="rule-name"
                    label=t.rule_name.to_owned()
                    value=name
                    autofocus=true
                    error=fault(|faults| faults.name)
                />
                <div class="sides">
                    <fieldset>
                        <legend>{t.managed_side}</legend>
                        <SelectField
                            id="managed-kind"
                            label=t.managed_side
                            bare=true
                            options=kinds(t.kind_managed_any)
                            value=Signal::derive(move || managed.get().word().to_owned())
                            on_change=move |word: String| managed.set(Kind::parse(&word))
                        />
                        <Show when=move || managed.get() != Kind::Any>
                            <Field
                                id="managed-value"
                                label=value_label(managed)
                                value=managed_value
                                mono=true
                                error=fault(|faults| faults.managed)
                            />
                        </Show>
                    </fieldset>
                    <fieldset>
                        <legend>{t.external_side}</legend>
                        <SelectField
                            id="external-kind"
                            label=t.external_side
                            bare=true
                            options=kinds(t.kind_external_any)
                            value=Signal::derive(move || external.get().word().to_owned())
                            on_change=move |word: String| external.set(Kind::parse(&word))
                        />
                        <Show when=move || external.get() != Kind::Any>
                            <Field
                                id="external-value"
                                label=value_label(external)
                                value=external_value
                                mono=true
                                error=fault(|faults| faults.external)
                            />
                        </Show>
                        <Show when=move || external.get() == Kind::Domain>
                            <label class="check-line">
                                <input
                                    type="checkbox"
                                    class="check"
                                    prop:checked=move || subdomains.get()
                                    on:change=move |event| {
                                        subdomains.set(event_target_checked(&event));
                                    }
                                />
                                {t.with_subdomains}
                            </label>
                        </Show>
                    </fieldset>
                </div>
                <div class="sides">
                    <OptionField id="rule-outbound" value=outbound may_be_undefined=true />
                    <OptionField id="rule-inbound" value=inbound may_be_undefined=true />
                </div>
                <label class="check-line">
                    <input
                        type="checkbox"
                        class="check"
                        prop:checked=move || enabled.get()
                        on:change=move |event| enabled.set(event_target_checked(&event))
                    />
                    {t.rule_enabled}
                </label>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=move |_| editing.set(None)>
                    {t.cancel}
                </button>
                <button type="submit" class="button primary">
                    {t.to_draft}
                </button>
            </div>
        </form>
    }
}
