//! Moving a rule: by button, by key, by dialog, by dragging. The focus stays with the rule.

use leptos::prelude::*;
use policy::RuleId;
use wasm_bindgen::JsCast;

use super::state::Draft;
use crate::{browser, portal::portal, text::text};

/// What the rows share about moving.
#[derive(Clone, Copy)]
pub struct Mover {
    draft: RwSignal<Option<Draft>>,
    /// The rule that is dragged, and the place where it would drop.
    pub dragged: RwSignal<Option<(RuleId, usize)>>,
    /// The rule that the dialog asks about.
    pub asked: RwSignal<Option<RuleId>>,
    say: Callback<(String, usize, usize)>,
}

impl Mover {
    /// A mover of the portal's draft.
    pub fn new() -> Self {
        let portal = portal();
        let t = text();
        Self {
            draft: portal.draft,
            dragged: RwSignal::new(None),
            asked: RwSignal::new(None),
            say: Callback::new(move |(name, place, all): (String, usize, usize)| {
                portal.live.say(t.moved(&name, place, all));
            }),
        }
    }

    /// Puts a rule at `priority` and says so.
    pub fn move_to(self, id: &RuleId, priority: usize) {
        keep_focus();
        let moved = self.draft.try_update(|draft| {
            let draft = draft.as_mut()?;
            let before = draft.set().priority_of(id)?;
            let place = draft.move_to(id, priority)?;
            let name = draft.set().rules.get(place - 1)?.draft.name.clone();
            (before != place).then_some((name, place, draft.set().rules.len()))
        });
        if let Some(said) = moved.flatten() {
            self.say.run(said);
        }
    }

    /// One place up or down; at the ends nothing happens.
    pub fn step(self, id: &RuleId, up: bool) {
        let priority = self
            .draft
            .with_untracked(|draft| draft.as_ref()?.set().priority_of(id));
        match (priority, up) {
            (Some(priority), true) if priority > 1 => self.move_to(id, priority - 1),
            (Some(priority), false) => self.move_to(id, priority + 1),
            _ => {}
        }
    }

    /// Follows the pointer: the dragged rule would drop above the first row whose middle is below.
    pub fn drag_over(self, pointer_y: f64) {
        let Some((id, _)) = self.dragged.get_untracked() else {
            return;
        };
        let above = rows()
            .iter()
            .filter(|row| row.get_attribute("data-rule").as_deref() != Some(&id.0))
            .filter(|row| {
                let place = row.get_bounding_client_rect();
                place.top() + place.height() / 2.0 < pointer_y
            })
            .count();
        self.dragged.set(Some((id, above + 1)));
    }

    /// Lets go of the dragged rule, or puts it back.
    pub fn drop_rule(self, keep: bool) {
        if let Some((id, place)) = self.dragged.get_untracked() {
            self.dragged.set(None);
            if keep {
                self.move_to(&id, place);
            }
        }
    }
}

fn rows() -> Vec<web_sys::Element> {
    let Ok(list) = document().query_selector_all("[data-rule]") else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|place| list.item(place)?.dyn_into().ok())
        .collect()
}

/// Moving or drawing a row anew takes the focus from its button: gives it back in the next frame.
pub fn keep_focus() {
    let focused = document().active_element().map(|element| element.id());
    if let Some(id) = focused.filter(|id| !id.is_empty()) {
        request_animation_frame(move || browser::focus(&id));
    }
}

/// Starts a drag at the handle: the pointer stays with it until it is let go.
pub fn start_drag(mover: Mover, id: RuleId, event: &web_sys::PointerEvent) {
    if event.button() != 0 {
        return;
    }
    event.prevent_default();
    let handle = event.current_target();
    if let Some(handle) = handle.and_then(|handle| handle.dyn_into::<web_sys::Element>().ok()) {
        handle.set_pointer_capture(event.pointer_id()).ok();
    }
    let place = mover
        .draft
        .with_untracked(|draft| draft.as_ref()?.set().priority_of(&id));
    mover.dragged.set(Some((id, place.unwrap_or(1))));
}
