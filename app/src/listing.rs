//! Paged lists whose filter is the page's address: shared by every list of the portal.

use std::rc::Rc;

use api::Page;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    load::{Enter, Loading, loaded, use_filter},
    text::text,
    ui::{Empty, Pager, Symbol, Trail},
};

/// A filter that stands in the page's address.
pub trait Filter:
    Clone + Default + DeserializeOwned + PartialEq + Send + Serialize + Sync + 'static
{
    /// Whether it leaves anything out.
    fn is_narrow(&self) -> bool;
    /// Which page of the list.
    fn cursor(&mut self) -> &mut Option<String>;
}

/// The filter of a list and its pages.
pub struct Listing<F: Filter> {
    filter: Memo<F>,
    trail: RwSignal<Trail>,
    set: StoredValue<SetFilter<F>, LocalStorage>,
}

type SetFilter<F> = Rc<dyn Fn(&F, Enter)>;

#[expect(
    clippy::expl_impl_clone_on_copy,
    reason = "derived, it would ask for a filter that is `Copy`, and handles of any filter are"
)]
impl<F: Filter> Clone for Listing<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: Filter> Copy for Listing<F> {}

impl<F: Filter> Listing<F> {
    /// The list at the page's address.
    pub fn new() -> Self {
        let (filter, set) = use_filter::<F>();
        Self {
            filter,
            trail: RwSignal::new(Trail::default()),
            set: StoredValue::new_local(Rc::new(set)),
        }
    }

    /// The filter; changes when the address does.
    pub fn filter(self) -> F {
        self.filter.get()
    }

    /// The filter as it is now.
    pub fn filter_now(self) -> F {
        self.filter.get_untracked()
    }

    /// Changes the filter and goes to the first page.
    pub fn change(self, enter: Enter, change: impl FnOnce(&mut F)) {
        let mut filter = self.filter_now();
        change(&mut filter);
        *filter.cursor() = None;
        self.trail.set(Trail::default());
        self.set.with_value(|set| set(&filter, enter));
    }

    fn go(self, cursor: Option<String>) {
        let mut filter = self.filter_now();
        *filter.cursor() = cursor;
        self.set.with_value(|set| set(&filter, Enter::Step));
    }
}

/// The words of a list: what it says when it is empty, and which way its pages go.
#[derive(Clone, Copy)]
pub struct Words {
    pub symbol: Symbol,
    pub empty: &'static str,
    pub empty_detail: &'static str,
    pub back: &'static str,
    pub forward: &'static str,
}

/// Shows a page of a list in each of its states.
pub fn listed<F, T, V>(
    listing: Listing<F>,
    loading: Loading<Page<T>>,
    words: Words,
    content: impl Fn(Vec<T>) -> V + Send + 'static,
) -> impl IntoView
where
    F: Filter,
    T: Clone + 'static,
    V: IntoView + 'static,
{
    let t = text();
    loaded(loading, 8, move |Page { items, next }| {
        let mut filter = listing.filter_now();
        let here = filter.cursor().take();
        if !items.is_empty() {
            let shown = items.len();
            return view! {
                {content(items)}
                <Pager
                    shown
                    here
                    next
                    trail=listing.trail
                    go=move |cursor| listing.go(cursor)
                    newer=words.back
                    older=words.forward
                />
            }
            .into_any();
        }
        if filter.is_narrow() {
            let clear = move |_| listing.change(Enter::Step, |filter| *filter = F::default());
            return view! {
                <Empty symbol=Symbol::Search title=t.no_match detail=t.no_match_detail>
                    <button type="button" class="button" on:click=clear>
                        {t.clear_filter}
                    </button>
                </Empty>
            }
            .into_any();
        }
        view! { <Empty symbol=words.symbol title=words.empty detail=words.empty_detail /> }
            .into_any()
    })
}

/// What is left of a text field: nothing, or its trimmed text.
pub fn some_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
