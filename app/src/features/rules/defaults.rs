//! What decides where no rule does: the last entry of the list, and its form.

use leptos::prelude::*;
use policy::Defaults;

use super::{option_field::OptionField, words::OptionChips};
use crate::{portal::portal, text::text, ui::Dialog};

/// The entry below the rules.
#[component]
pub fn DefaultsRow(#[prop(into)] on_edit: Callback<()>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let defaults = Memo::new(move |_| {
        portal
            .draft
            .with(|draft| draft.as_ref().map(|d| d.set().defaults))
    });
    view! {
        <div class="rule defaults">
            <span class="grip" aria-hidden="true"></span>
            <span class="priority" aria-hidden="true">
                "–"
            </span>
            <div class="rule-text">
                <h2>{t.everything_else}</h2>
                <p class="sentence">{t.your_defaults}</p>
                <p class="chips">
                    {move || {
                        defaults
                            .get()
                            .map(|Defaults { inbound, outbound }| {
                                view! {
                                    <OptionChips inbound=Some(inbound) outbound=Some(outbound) />
                                }
                            })
                    }}
                </p>
            </div>
            <div class="rule-controls">
                <button
                    type="button"
                    class="button small"
                    aria-label=t.edit_defaults
                    disabled=portal.read_only
                    on:click=move |_| on_edit.run(())
                >
                    {t.edit}
                </button>
            </div>
        </div>
    }
}

/// The form.
#[component]
pub fn DefaultsEditor(open: RwSignal<bool>) -> impl IntoView {
    let t = text();
    view! {
        <Dialog open on_close=move |()| open.set(false) title=t.edit_defaults.to_owned()>
            <Fields open />
        </Dialog>
    }
}

#[component]
fn Fields(open: RwSignal<bool>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let now = portal
        .draft
        .with_untracked(|draft| draft.as_ref().map(|d| d.set().defaults));
    let inbound = RwSignal::new(now.map(|defaults| defaults.inbound));
    let outbound = RwSignal::new(now.map(|defaults| defaults.outbound));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let (Some(inbound), Some(outbound)) = (inbound.get_untracked(), outbound.get_untracked())
        {
            portal.draft.update(|draft| {
                if let Some(draft) = draft {
                    draft.set_defaults(Defaults { inbound, outbound });
                }
            });
        }
        open.set(false);
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body form">
                <p>{t.defaults_lead}</p>
                <OptionField id="default-outbound" value=outbound />
                <OptionField id="default-inbound" value=inbound />
                <p class="secondary">{t.editor_draft}</p>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=move |_| open.set(false)>
                    {t.cancel}
                </button>
                <button type="submit" class="button primary">
                    {t.to_draft}
                </button>
            </div>
        </form>
    }
}
