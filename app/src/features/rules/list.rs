//! The ordered list of rules, with the defaults below them.

use leptos::prelude::*;
use policy::{Finding, Rule, RuleId};

use super::{
    reorder::{Mover, keep_focus, start_drag},
    state::{Draft, Mark},
    words::{MarkBadge, OptionChips, Sentence, remark},
};
use crate::{
    portal::portal,
    text::text,
    ui::{Badge, Icon, Switch, Symbol, Tone},
};

/// What the page knows of the draft, worked out once per change for all rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    rows: Vec<RowLook>,
}

#[derive(Clone, Debug, PartialEq)]
struct RowLook {
    rule: Rule,
    priority: usize,
    mark: Option<Mark>,
    remarks: Vec<(Tone, String)>,
}

impl Look {
    /// The look of a draft.
    pub fn of(draft: &Draft, t: &'static crate::text::Text) -> Self {
        let marks = draft.marks();
        let findings = draft.findings();
        let rows = draft.set().rules.iter().zip(1..).map(|(rule, priority)| {
            let findings: &[Finding] = findings.get(&rule.id).map_or(&[], Vec::as_slice);
            let lints: Vec<_> = findings.iter().map(|finding| &finding.lint).collect();
            let remarks = lints.iter();
            RowLook {
                rule: rule.clone(),
                priority,
                mark: marks.get(&rule.id).copied(),
                remarks: remarks
                    .filter_map(|lint| remark(lint, &rule.draft, &lints, draft.set(), t))
                    .collect(),
            }
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// What can be done with a rule beside moving it.
#[derive(Clone, Copy)]
pub struct RuleActions {
    pub edit: Callback<RuleId>,
    pub duplicate: Callback<RuleId>,
    pub delete: Callback<RuleId>,
}

/// The list. `decider` is the rule that decides in *Try it*.
#[component]
pub fn RuleList(
    look: Memo<Look>,
    mover: Mover,
    actions: RuleActions,
    #[prop(into)] decider: Signal<Option<RuleId>>,
    /// Stands below the rules: the defaults.
    children: ChildrenFn,
) -> impl IntoView {
    let t = text();
    let ids = move || look.with(|look| look.rows.iter().map(|row| row.rule.id.clone()).collect());
    let ids = Memo::new(move |_| -> Vec<RuleId> { ids() });
    view! {
        <div class="card rule-card">
            <h2 id="rules-list" class="visually-hidden">
                {t.rules_list}
            </h2>
            <p id="how" class="visually-hidden">
                {t.rules_how}
            </p>
            <ol class="rules" aria-labelledby="rules-list" aria-describedby="how">
                <For each=move || ids.get() key=Clone::clone let:id>
                    <Row id look mover actions decider />
                </For>
            </ol>
            {children()}
        </div>
    }
}

#[component]
fn Row(
    id: RuleId,
    look: Memo<Look>,
    mover: Mover,
    actions: RuleActions,
    decider: Signal<Option<RuleId>>,
) -> impl IntoView {
    let portal = portal();
    let id = StoredValue::new(id);
    let row = Memo::new(move |_| {
        look.with(|look| {
            let found = look
                .rows
                .iter()
                .find(|row| id.with_value(|id| row.rule.id == *id));
            found.cloned()
        })
    });
    let key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            mover.drop_rule(false);
        }
        let up = match event.key().as_str() {
            "ArrowUp" => true,
            "ArrowDown" => false,
            _ => return,
        };
        if event.alt_key() && !portal.read_only.get() {
            event.prevent_default();
            id.with_value(|id| mover.step(id, up));
        }
    };
    let enabled = move || row.with(|row| row.as_ref().is_some_and(|row| row.rule.draft.enabled));
    let decides = move || {
        decider
            .get()
            .is_some_and(|decider| id.with_value(|id| decider == *id))
    };
    let dragged = move || {
        mover.dragged.with(|dragged| {
            dragged
                .as_ref()
                .is_some_and(|(d, _)| id.with_value(|id| d == id))
        })
    };
    // The line where the dragged rule would drop: above this row, or below the last.
    let drop_above = move || drop_line(mover, look, id, false);
    let drop_below = move || drop_line(mover, look, id, true);
    view! {
        <li
            data-rule=id.with_value(|id| id.0.clone())
            class="rule"
            class:off=move || !enabled()
            class:decides=decides
            class:dragged=dragged
            class:drop-above=drop_above
            class:drop-below=drop_below
            on:keydown=key
        >
            {move || {
                keep_focus();
                row.get().map(|row| view! { <RowContent row mover actions /> })
            }}
        </li>
    }
}

fn drop_line(mover: Mover, look: Memo<Look>, id: StoredValue<RuleId>, below: bool) -> bool {
    let Some((dragged, place)) = mover.dragged.get() else {
        return false;
    };
    look.with(|look| {
        let others = look.rows.iter().filter(|row| row.rule.id != dragged);
        let ids: Vec<&RuleId> = others.map(|row| &row.rule.id).collect();
        let line = if below {
            // Only after the last row there is nothing to draw the line above of.
            ids.last().filter(|_| place > ids.len())
        } else {
            ids.get(place - 1)
        };
        line.is_some_and(|line| id.with_value(|id| *line == id))
    })
}

#[component]
fn RowContent(row: RowLook, mover: Mover, actions: RuleActions) -> impl IntoView {
    let t = text();
    let portal = portal();
    let read_only = portal.read_only;
    let RowLook {
        rule,
        priority,
        mark,
        remarks,
    } = row;
    let Rule { id, draft } = rule;
    let all = portal
        .draft
        .with_untracked(|draft| draft.as_ref().map_or(0, |draft| draft.set().rules.len()));
    let name = draft.name.clone();
    let enabled = draft.enabled;
    let stored = StoredValue::new(id.clone());
    let with_id = move |act: &dyn Fn(&RuleId)| stored.with_value(act);
    let switch = move |enabled: bool| {
        portal.draft.update(|draft| {
            if let Some(draft) = draft {
                stored.with_value(|id| draft.enable(id, enabled));
            }
        });
    };
    let move_button = move |up: bool| {
        let at_end = if up { priority == 1 } else { priority == all };
        let (label, key, symbol) = if up {
            (t.move_up(&name), "up", Symbol::ArrowUp)
        } else {
            (t.move_down(&name), "down", Symbol::ArrowDown)
        };
        view! {
            <button
                type="button"
                id=control(stored, key)
                class="icon-button"
                aria-label=label.clone()
                title=label
                aria-keyshortcuts=if up { "Alt+ArrowUp" } else { "Alt+ArrowDown" }
                aria-disabled=at_end.to_string()
                disabled=read_only
                on:click=move |_| with_id(&|id| mover.step(id, up))
            >
                <Icon symbol />
            </button>
        }
    };
    let up = move_button.clone()(true);
    let down = move_button(false);
    let menu_id = control(stored, "menu");
    let name = draft.name.clone();
    let grip = view! {
        <button
            type="button"
            id=control(stored, "grip")
            class="grip"
            aria-label=t.move_rule(&name)
            aria-describedby="how"
            tabindex="-1"
            disabled=read_only
            on:pointerdown=move |event| with_id(&|id| start_drag(mover, id.clone(), &event))
            on:pointermove=move |event| mover.drag_over(event.client_y().into())
            on:pointerup=move |_| mover.drop_rule(true)
            on:pointercancel=move |_| mover.drop_rule(false)
        >
            <Icon symbol=Symbol::Grip />
        </button>
    };
    let item = move |label: &'static str, act: Callback<RuleId>| {
        view! {
            <button
                type="button"
                popovertarget=control(stored, "menu")
                popovertargetaction="hide"
                on:click=move |_| with_id(&|id| act.run(id.clone()))
            >
                {label}
            </button>
        }
    };
    let ask_move = Callback::new(move |id: RuleId| mover.asked.set(Some(id)));
    view! {
        {grip}
        <span class="priority">{priority}</span>
        <div class="rule-text">
            <h2>
                <button
                    type="button"
                    class="rule-name"
                    on:click=move |_| with_id(&|id| actions.edit.run(id.clone()))
                >
                    {draft.name.clone()}
                </button>
            </h2>
            <Sentence rule=draft.clone() />
            <p class="chips">
                <OptionChips inbound=draft.inbound outbound=draft.outbound />
                {(!enabled)
                    .then(|| view! { <Badge tone=Tone::Neutral icon=None text=t.disabled /> })}
                {mark.map(|mark| view! { <MarkBadge mark /> })}
                {remarks
                    .into_iter()
                    .map(|(tone, text)| {
                        let icon = (tone == Tone::Caution).then_some(Symbol::Warning);
                        view! { <Badge tone icon text /> }
                    })
                    .collect_view()}
            </p>
        </div>
        <div class="rule-controls">
            {up} {down}
            <Switch
                id=control(stored, "switch")
                label=t.switch_rule(&name)
                on=Signal::derive(move || enabled)
                on_change=switch
                disabled=read_only
            />
            <button
                type="button"
                id=control(stored, "more")
                class="icon-button"
                aria-label=t.more_for(&name)
                title=t.rule_menu
                popovertarget=menu_id.clone()
                disabled=read_only
            >
                <Icon symbol=Symbol::Dots />
            </button>
            <div id=menu_id class="menu rule-menu" popover="auto">
                {item(t.edit, actions.edit)} {item(t.move_to, ask_move)}
                {item(t.duplicate, actions.duplicate)} {item(t.delete, actions.delete)}
            </div>
        </div>
    }
}

/// The id of a control of a rule, by which it gets the focus back.
fn control(id: StoredValue<RuleId>, part: &str) -> String {
    id.with_value(|id| format!("{part}-{}", id.0))
}
