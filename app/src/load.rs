//! Loading: a skeleton, then the content or what went wrong; and filters that live in the address.

use api::Problem;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::ui::{ProblemCard, Skeleton};

/// What a page asked the edge for.
pub type Loading<T> = LocalResource<Result<T, Problem>>;

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
