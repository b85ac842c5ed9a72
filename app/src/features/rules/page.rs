//! The page of the rules.

use api::{GetDefaults, ListMessages, ListRules, MessageQuery, Problem};
use leptos::{prelude::*, task::spawn_local};
use policy::{Direction, Rule, RuleId};
use serde::{Deserialize, Serialize};

use super::{
    defaults::{DefaultsEditor, DefaultsRow},
    editor::{Editing, Editor},
    form::{Form, Kind},
    kept,
    list::{Look, RuleActions, RuleList},
    publish::{DraftBar, Stale},
    reorder::Mover,
    state::{Difference, Draft, Published},
    try_it::{Trial, TryIt},
};
use crate::{
    app::ReadOnlyNote,
    browser,
    load::{Loading, loaded, use_filter},
    portal::{Portal, portal},
    text::text,
    ui::{Dialog, Empty, Icon, Page, Symbol},
};

/// What a link into the page brings along: a pair to try, or to make a rule for.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Link {
    direction: Option<Direction>,
    managed: Option<String>,
    external: Option<String>,
    new: Option<u8>,
}

/// The published rules.
pub async fn fetch(portal: Portal) -> Result<Published, Problem> {
    let list = portal.client.get::<ListRules>(&[], &()).await?;
    let defaults = portal.client.get::<GetDefaults>(&[], &()).await?;
    Ok(Published::new(list, defaults))
}

/// The rules.
#[component]
pub fn RulesPage() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (link, _) = use_filter::<Link>();
    let link = link.get_untracked();
    let newer = RwSignal::new(None::<Published>);
    let editing = RwSignal::new(None::<Editing>);
    kept::keep(portal);
    let loading = Loading::new(move || async move {
        let published = fetch(portal).await?;
        let unfinished = portal.draft.with_untracked(|draft| {
            draft
                .as_ref()
                .filter(|draft| !draft.difference().is_empty())
                .map(|draft| draft.is_based_on(&published))
        });
        match unfinished {
            // Work of an earlier visit goes on; if the rules have moved, that is said at once.
            Some(false) => newer.set(Some(published)),
            Some(true) => {}
            None => portal.draft.set(Some(Draft::of(published))),
        }
        Ok(())
    });
    let trial = Trial {
        direction: RwSignal::new(link.direction.unwrap_or(Direction::Outbound)),
        managed: RwSignal::new(link.managed.unwrap_or_default()),
        external: RwSignal::new(link.external.clone().unwrap_or_default()),
    };
    if link.new.is_some() && !portal.read_only.get_untracked() {
        editing.set(Some(Editing {
            id: None,
            form: rule_for(&link.external.unwrap_or_default(), t),
        }));
    }
    spawn_local(prefill(portal, trial));
    let new_rule = move |_| {
        editing.set(Some(Editing {
            id: None,
            form: Form::new(),
        }));
    };
    let export = move |_| {
        let json = portal.draft.with_untracked(|draft| {
            draft
                .as_ref()
                .and_then(|d| serde_json::to_string_pretty(d.set()).ok())
        });
        browser::save_file(
            "sealgate-rules.json",
            "application/json",
            &json.unwrap_or_default(),
        );
    };
    view! {
        <Page
            title=t.rules
            lead=t.rules_lead
            actions=Box::new(move || {
                view! {
                    <button type="button" class="button" on:click=export>
                        <Icon symbol=Symbol::Download />
                        {t.export_rules}
                    </button>
                    <button
                        type="button"
                        class="button primary"
                        disabled=portal.read_only
                        on:click=new_rule
                    >
                        <Icon symbol=Symbol::Plus />
                        {t.new_rule}
                    </button>
                }
                    .into_any()
            })
        >
            <ReadOnlyNote />
            {loaded(loading, 8, move |()| view! { <Workbench newer editing trial /> })}
            <Editor editing />
            <Stale newer />
        </Page>
    }
}

/// Tries the latest pair of mailboxes until somebody enters another.
async fn prefill(portal: Portal, trial: Trial) {
    let empty = move || {
        trial.managed.with_untracked(String::is_empty)
            && trial.external.with_untracked(String::is_empty)
    };
    if !empty() {
        return;
    }
    let latest = MessageQuery {
        direction: Some(Direction::Outbound),
        limit: Some(1),
        ..MessageQuery::default()
    };
    // Without an answer the fields stay empty.
    let reply = portal.client.get::<ListMessages>(&[], &latest).await;
    let message = reply.ok().and_then(|page| page.items.into_iter().next());
    if let Some(message) = message.filter(|_| empty()) {
        trial.managed.set(message.from);
        trial.external.set(message.to);
    }
}

/// The form for a rule about the domain of `external`.
fn rule_for(external: &str, t: &'static crate::text::Text) -> Form {
    let domain = external
        .rsplit_once('@')
        .map_or(external, |(_, domain)| domain);
    if domain.is_empty() {
        return Form::new();
    }
    Form {
        name: t.rule_for(domain),
        external: Kind::Domain,
        external_value: domain.to_owned(),
        ..Form::new()
    }
}

#[component]
fn Workbench(
    newer: RwSignal<Option<Published>>,
    editing: RwSignal<Option<Editing>>,
    trial: Trial,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let difference = Memo::new(move |_| {
        portal.draft.with(|draft| {
            draft
                .as_ref()
                .map_or_else(Difference::default, Draft::difference)
        })
    });
    let look = Memo::new(move |_| {
        portal.draft.with(|draft| {
            draft
                .as_ref()
                .map_or_else(Look::default, |d| Look::of(d, t))
        })
    });
    let decider = Memo::new(move |_| {
        portal
            .draft
            .with(|draft| trial.decider(draft.as_ref()?.set()))
    });
    let mover = Mover::new();
    let find = move |id: &RuleId| -> Option<Rule> {
        portal.draft.with_untracked(|draft| {
            draft
                .as_ref()?
                .set()
                .rules
                .iter()
                .find(|rule| rule.id == *id)
                .cloned()
        })
    };
    let actions = RuleActions {
        edit: Callback::new(move |id: RuleId| {
            editing.set(find(&id).map(|rule| Editing {
                id: Some(id),
                form: Form::of(&rule.draft),
            }));
        }),
        duplicate: Callback::new(move |id: RuleId| {
            editing.set(find(&id).map(|rule| Editing {
                id: None,
                form: Form {
                    name: t.copy_of(&rule.draft.name),
                    ..Form::of(&rule.draft)
                },
            }));
        }),
        delete: Callback::new(move |id: RuleId| {
            if let Some(rule) = find(&id) {
                portal.draft.update(|draft| {
                    if let Some(draft) = draft {
                        draft.remove(&id);
                    }
                });
                portal.live.say(t.removed(&rule.draft.name));
            }
        }),
    };
    let editing_defaults = RwSignal::new(false);
    let empty = move || look.with(Look::is_empty);
    view! {
        <DraftBar difference newer />
        <div class="workbench">
            <div>
                <Show when=empty>
                    <div class="card">
                        <Empty symbol=Symbol::Rules title=t.rules_empty detail=t.rules_empty_detail />
                    </div>
                </Show>
                <RuleList look mover actions decider>
                    <DefaultsRow on_edit=move |()| editing_defaults.set(true) />
                </RuleList>
            </div>
            <TryIt trial />
        </div>
        <DefaultsEditor open=editing_defaults />
        <MoveDialog mover />
    }
}

/// Asks for the new place of a rule.
#[component]
fn MoveDialog(mover: Mover) -> impl IntoView {
    let t = text();
    view! {
        <Dialog
            open=Signal::derive(move || mover.asked.with(Option::is_some))
            on_close=move |()| mover.asked.set(None)
            title=t.move_dialog.to_owned()
        >
            {move || mover.asked.get().map(|id| view! { <MoveForm id mover /> })}
        </Dialog>
    }
}

#[component]
fn MoveForm(id: RuleId, mover: Mover) -> impl IntoView {
    let t = text();
    let portal = portal();
    let (name, place, all) = portal.draft.with_untracked(|draft| {
        let set = draft.as_ref().map(Draft::set);
        let rules = set.map_or(&[][..], |set| set.rules.as_slice());
        let place = rules.iter().position(|rule| rule.id == id);
        let name = rules
            .iter()
            .find(|rule| rule.id == id)
            .map(|rule| rule.draft.name.clone());
        (name, place.map_or(1, |place| place + 1), rules.len())
    });
    let wanted = RwSignal::new(place.to_string());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Ok(place) = wanted.get_untracked().parse::<usize>() {
            mover.move_to(&id, place.clamp(1, all));
        }
        mover.asked.set(None);
    };
    view! {
        <form on:submit=submit>
            <div class="dialog-body form">
                <p>
                    <strong>{name}</strong>
                </p>
                <div class="field">
                    <label for="move-place">{t.move_place}</label>
                    <input
                        id="move-place"
                        autofocus
                        class="input"
                        type="number"
                        min="1"
                        max=all
                        required
                        aria-describedby="move-note"
                        prop:value=move || wanted.get()
                        on:input=move |event| wanted.set(event_target_value(&event))
                    />
                    <p id="move-note" class="note">
                        {t.place_of(all)}
                    </p>
                </div>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=move |_| mover.asked.set(None)>
                    {t.cancel}
                </button>
                <button type="submit" class="button primary">
                    {t.move_action}
                </button>
            </div>
        </form>
    }
}
