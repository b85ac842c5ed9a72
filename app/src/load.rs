//! Loading: a skeleton, then the content or what went wrong; and filters that live in the address.

use std::{future::Future, pin::Pin};

use api::Problem;
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    browser,
    ui::{ProblemCard, Skeleton},
};

/// What a page asked the edge for: nothing yet, the answer, or what went wrong.
///
/// Leptos' own resources also serve suspense and hydration; a page of the portal needs neither, and
/// would download their machinery once for every type of answer.
pub struct Loading<T: 'static> {
    answer: RwSignal<Option<Result<T, Problem>>, LocalStorage>,
    turn: RwSignal<u32>,
    /// The id of what to focus once the next answer stands on the page.
    focus: StoredValue<Option<String>>,
}

/// An answer that is awaited.
type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

impl<T: Clone> Loading<T> {
    /// Asks, and asks again whenever a signal changes that `ask` reads before it waits.
    pub fn new<F>(ask: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, Problem>> + 'static,
    {
        Self::start(Box::new(move || Box::pin(ask())))
    }

    fn start(ask: Box<dyn Fn() -> Asked<T>>) -> Self {
        let loading = Self {
            answer: RwSignal::new_local(None),
            turn: RwSignal::new(0),
            focus: StoredValue::new(None),
        };
        let latest = StoredValue::new(0_u32);
        Effect::new(move || {
            loading.turn.track();
            latest.update_value(|latest| *latest = latest.wrapping_add(1));
            let mine = latest.get_value();
            let asked = ask();
            spawn_local(async move {
                let answer = asked.await;
                // A later question, or another page, makes this answer worthless.
                if latest.try_get_value() == Some(mine) {
                    loading.answer.try_set(Some(answer));
                    let focus = loading.focus.try_update_value(Option::take).flatten();
                    if let Some(id) = focus {
                        request_animation_frame(move || browser::focus(&id));
                    }
                }
            });
        });
        loading
    }

    /// The answer, once it is there; while it is asked for anew, the old one stays.
    pub fn get(self) -> Option<Result<T, Problem>> {
        self.answer.get()
    }

    /// Asks again.
    pub fn refetch(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Asks again. What had the focus goes with the old answer, so the element with `id` gets it when
    /// the new one stands on the page.
    pub fn refetch_then_focus(self, id: impl Into<String>) {
        self.focus.set_value(Some(id.into()));
        self.refetch();
    }
}

/// Shows `content` once it is there. While it is loaded anew, the old one stays.
pub fn loaded<T, V>(
    loading: Loading<T>,
    rows: usize,
    content: impl Fn(T) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + 'static,
    V: IntoView + 'static,
{
    move || match loading.get() {
        None => view! { <Skeleton rows /> }.into_any(),
        Some(Ok(value)) => content(value).into_any(),
        Some(Err(problem)) => {
            let on_retry = Callback::new(move |()| loading.refetch());
            view! { <ProblemCard problem on_retry /> }.into_any()
        }
    }
}

/// How a new filter enters the history.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Enter {
    /// As a step that the back button undoes.
    Step,
    /// In place of the one before, while somebody types.
    Replace,
}

/// The page's filter, as its address has it, and a way to set it.
pub fn use_filter<F>() -> (Memo<F>, impl Fn(&F, Enter) + Clone + 'static)
where
    F: Clone + Default + DeserializeOwned + PartialEq + Send + Serialize + Sync + 'static,
{
    let location = use_location();
    let navigate = use_navigate();
    let filter = Memo::new(move |_| {
        let search = location.search.get();
        serde_urlencoded::from_str(search.trim_start_matches('?')).unwrap_or_default()
    });
    let set = move |filter: &F, enter: Enter| {
        let query = serde_urlencoded::to_string(filter).unwrap_or_default();
        let path = location.pathname.get_untracked();
        let options = NavigateOptions {
            replace: enter == Enter::Replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        let separator = if query.is_empty() { "" } else { "?" };
        navigate(&format!("{path}{separator}{query}"), options);
    };
    (filter, set)
}
