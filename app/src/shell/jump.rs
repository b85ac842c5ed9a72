//! Search or jump: one field that leads to any page and into any list.

use leptos::{ev, html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::name;
use crate::{
    routes::{Route, Section, encode},
    text::{Text, text},
    ui::{Dialog, Icon, Symbol},
};

/// Where an entry leads.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Target {
    label: String,
    href: String,
}

/// The pages whose name has `query` in it, then the lists that can be searched for it.
fn targets(query: &str, t: &'static Text) -> Vec<Target> {
    let query = query.trim();
    let wanted = query.to_lowercase();
    let pages = Section::ALL
        .into_iter()
        .filter(|section| name(*section, t).to_lowercase().contains(&wanted))
        .map(|section| Target {
            label: name(section, t).to_owned(),
            href: section.route().path().into_owned(),
        });
    let find = |place: &str, route: &Route, key: &str| Target {
        label: t.find(query, place),
        href: format!("{}?{key}={}", route.path(), encode(query)),
    };
    let mut targets: Vec<Target> = pages.collect();
    if !query.is_empty() {
        targets.push(find(t.jump_in_messages, &Route::Messages, "address"));
        targets.push(find(t.jump_in_mailboxes, &Route::Mailboxes, "q"));
        targets.push(find(t.jump_in_partners, &Route::Partners, "q"));
    }
    targets
}

/// The dialog, opened by its button or Ctrl K.
#[component]
pub fn Jump(open: RwSignal<bool>) -> impl IntoView {
    let t = text();
    let navigate = use_navigate();
    let field = NodeRef::<html::Input>::new();
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let found = Memo::new(move |_| targets(&query.get(), t));

    let shortcut = window_event_listener(ev::keydown, move |event| {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || shortcut.remove());
    Effect::new(move || {
        if open.get() {
            query.set(String::new());
            chosen.set(0);
        }
    });
    let go = move |href: &str| {
        open.set(false);
        navigate(href, NavigateOptions::default());
    };
    let go = StoredValue::new_local(go);
    let key = move |event: web_sys::KeyboardEvent| {
        let last = found.with(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|place| *place = (*place + 1).min(last)),
            "ArrowUp" => chosen.update(|place| *place = place.saturating_sub(1)),
            "Enter" => {
                let href = found.with(|found| found.get(chosen.get()).map(|t| t.href.clone()));
                if let Some(href) = href {
                    go.with_value(|go| go(&href));
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let entry = move |(place, target): (usize, Target)| {
        let href = target.href;
        view! {
            <li
                id=format!("jump-{place}")
                role="option"
                aria-selected=move || (chosen.get() == place).to_string()
                on:click=move |_| go.with_value(|go| go(&href))
            >
                {target.label}
            </li>
        }
    };
    view! {
        <Dialog open on_close=move |()| open.set(false) title=t.jump_title.to_owned()>
            <div class="search">
                <Icon symbol=Symbol::Search />
                <input
                    node_ref=field
                    class="input"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=t.jump_field
                    placeholder=t.jump_field
                    aria-controls="jump-list"
                    aria-expanded="true"
                    aria-activedescendant=move || format!("jump-{}", chosen.get())
                    autofocus
                    prop:value=move || query.get()
                    on:input=move |event| {
                        query.set(event_target_value(&event));
                        chosen.set(0);
                    }
                    on:keydown=key
                />
            </div>
            <ul id="jump-list" class="jump-list" role="listbox" aria-label=t.jump_title>
                {move || found.get().into_iter().enumerate().map(entry).collect_view()}
            </ul>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn an_address_can_be_searched_in_every_list() {
        let found = targets("bob@x", Language::English.text());
        let hrefs: Vec<&str> = found.iter().map(|target| target.href.as_str()).collect();
        assert_eq!(
            hrefs,
            [
                "/messages?address=bob@x",
                "/mailboxes?q=bob@x",
                "/certificates?q=bob@x"
            ]
        );
    }

    #[test]
    fn a_page_is_found_by_a_part_of_its_name() {
        let found = targets("post", Language::German.text());
        assert_eq!(
            found.first().map(|target| target.label.as_str()),
            Some("Postfächer")
        );
    }
}
