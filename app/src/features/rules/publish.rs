//! From draft to rules: what would change, publishing it, and what to do when somebody was faster.

use api::{Problem, PutRules};
use leptos::{prelude::*, task::spawn_local};
use policy::Rule;

use super::{
    page::fetch,
    state::{Difference, Draft, Published},
    words::Sentence,
};
use crate::{
    portal::portal,
    text::{Text, text},
    ui::{Confirm, Dialog, Icon, ProblemLine, Symbol},
};

/// `1 rule added, 2 moved`.
fn summary(difference: &Difference, t: &'static Text) -> String {
    let parts = [
        (
            difference.added.len(),
            t.rules_added(difference.added.len()),
        ),
        (
            difference.changed.len(),
            t.rules_changed(difference.changed.len()),
        ),
        (
            difference.removed.len(),
            t.rules_removed(difference.removed.len()),
        ),
        (
            difference.moved.len(),
            t.rules_moved(difference.moved.len()),
        ),
        (usize::from(difference.defaults), t.defaults_changed()),
    ];
    let said = parts.into_iter().filter(|(count, _)| *count > 0);
    said.map(|(_, said)| said).collect::<Vec<_>>().join(", ")
}

/// The bar above the list while the draft differs from the published rules.
#[component]
pub fn DraftBar(difference: Memo<Difference>, newer: RwSignal<Option<Published>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let reviewing = RwSignal::new(false);
    let discarding = RwSignal::new(false);
    view! {
        <Show when=move || !difference.with(Difference::is_empty)>
            <section class="draft-bar" aria-label=t.review_and_publish>
                <p>
                    <strong>{move || t.changes_not_live(difference.with(Difference::count))}</strong>
                    " "
                    <span class="secondary">{move || difference.with(|d| summary(d, t))}</span>
                </p>
                <button
                    type="button"
                    class="button small quiet"
                    on:click=move |_| discarding.set(true)
                >
                    {t.discard}
                </button>
                <button
                    type="button"
                    class="button small primary"
                    disabled=portal.read_only
                    on:click=move |_| reviewing.set(true)
                >
                    {t.review_and_publish}
                </button>
            </section>
        </Show>
        <Review open=reviewing difference newer />
        <Discard open=discarding difference />
    }
}

/// Shows what publishing changes, and publishes.
#[component]
fn Review(
    open: RwSignal<bool>,
    difference: Memo<Difference>,
    newer: RwSignal<Option<Published>>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let publish = move |()| {
        let Some(body) = portal
            .draft
            .with_untracked(|draft| draft.as_ref().map(Draft::write))
        else {
            return;
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let reply = portal.client.send::<PutRules>(&[], &(), &body).await;
            busy.set(false);
            match reply {
                Ok(list) => {
                    let version = list.version;
                    let published = Published::new(list, body.defaults);
                    portal.draft.set(Some(Draft::of(published)));
                    open.set(false);
                    portal.live.say(t.published(version));
                    portal.count();
                }
                // Somebody was faster: what they changed is shown instead.
                Err(reply) if reply.status == 409 => match fetch(portal).await {
                    Ok(published) => {
                        open.set(false);
                        newer.set(Some(published));
                    }
                    Err(reply) => problem.set(Some(reply)),
                },
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let action = move || if busy.get() { t.publishing } else { t.publish }.to_owned();
    view! {
        <Confirm
            open
            on_close=move |()| {
                open.set(false);
                problem.set(None);
            }
            title=t.publish_title.to_owned()
            action=Signal::derive(action)
            busy
            on_confirm=publish
        >
            {move || view! { <DifferenceList difference=difference.get() /> }}
            <p>{t.publish_means}</p>
            <ProblemLine problem />
        </Confirm>
    }
}

/// Shows what is lost, and goes back to the published rules.
#[component]
fn Discard(open: RwSignal<bool>, difference: Memo<Difference>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let discard = move |()| {
        portal.draft.update(|draft| {
            if let Some(draft) = draft {
                draft.discard();
            }
        });
        open.set(false);
        portal.live.say(t.discarded);
    };
    view! {
        <Confirm
            open
            on_close=move |()| open.set(false)
            title=t.discard_title.to_owned()
            action=t.discard.to_owned()
            destructive=true
            busy=false
            on_confirm=discard
        >
            {move || view! { <DifferenceList difference=difference.get() /> }}
            <p>{t.discard_means}</p>
        </Confirm>
    }
}

/// The dialog for a draft whose rules somebody else has published anew.
#[component]
pub fn Stale(newer: RwSignal<Option<Published>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let keep = move |_| {
        if let Some(newer) = newer.get_untracked() {
            portal.draft.update(|draft| {
                if let Some(draft) = draft {
                    draft.rebase(newer);
                }
            });
            portal.live.say(t.rebased);
        }
        newer.set(None);
    };
    let drop_mine = move |_| {
        if let Some(newer) = newer.get_untracked() {
            portal.draft.set(Some(Draft::of(newer)));
            portal.live.say(t.discarded);
        }
        newer.set(None);
    };
    let theirs = move || {
        let newer = newer.get()?;
        portal.draft.with(|draft| {
            let draft = draft.as_ref()?;
            Some((draft.version(), newer.version, draft.theirs(&newer)))
        })
    };
    view! {
        <Dialog
            open=Signal::derive(move || newer.with(Option::is_some))
            on_close=move |()| newer.set(None)
            title=t.stale_title.to_owned()
        >
            <div class="dialog-body">
                {move || {
                    theirs()
                        .map(|(mine, now, difference)| {
                            view! {
                                <p>{t.stale_versions(mine, now)}</p>
                                <p>{t.stale_means}</p>
                                <DifferenceList difference />
                            }
                        })
                }}
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=drop_mine>
                    {t.stale_drop}
                </button>
                <button type="button" class="button primary" on:click=keep>
                    {t.stale_keep}
                </button>
            </div>
        </Dialog>
    }
}

/// A difference, rule by rule.
#[component]
fn DifferenceList(difference: Difference) -> impl IntoView {
    let t = text();
    if difference.is_empty() {
        return view! { <p class="secondary">{t.diff_nothing}</p> }.into_any();
    }
    let entry = |symbol: Symbol, class: &'static str, word: &'static str| {
        move |rule: Rule| {
            view! {
                <li class=class>
                    <Icon symbol />
                    <div>
                        <strong>{rule.draft.name.clone()}</strong>
                        " "
                        <span class="secondary">{word}</span>
                        <Sentence rule=rule.draft />
                    </div>
                </li>
            }
        }
    };
    let list = |rules: Vec<Rule>, symbol, class, word| {
        rules
            .into_iter()
            .map(entry(symbol, class, word))
            .collect_view()
    };
    let defaults = difference.defaults.then(|| {
        view! {
            <li class="info">
                <Icon symbol=Symbol::Pen />
                <strong>{t.diff_defaults}</strong>
            </li>
        }
    });
    view! {
        <ul class="difference">
            {list(difference.added, Symbol::Plus, "good", t.diff_added)}
            {list(difference.changed, Symbol::Pen, "info", t.diff_changed)}
            {list(difference.moved, Symbol::Rules, "info", t.diff_moved)}
            {list(difference.removed, Symbol::Trash, "bad", t.diff_removed)} {defaults}
        </ul>
    }
    .into_any()
}
