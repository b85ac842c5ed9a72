//! Tables: each says what it holds and what its columns are, also to who cannot see it.

use leptos::prelude::*;

/// The head of a column.
pub enum Column {
    Named(&'static str),
    /// What stands in it speaks for itself to who sees it.
    Unseen(&'static str),
    Number(&'static str),
    /// A box that ticks all rows.
    Tick(AnyView),
}

/// A table of rows, which are the children.
#[component]
pub fn DataTable(
    /// Of what: the name of its styles.
    kind: &'static str,
    caption: &'static str,
    columns: Vec<Column>,
    children: Children,
) -> impl IntoView {
    view! {
        <table class=format!("table {kind}")>
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{columns.into_iter().map(head).collect_view()}</tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

fn head(column: Column) -> impl IntoView {
    let (class, content) = match column {
        Column::Named(name) => (None, name.into_any()),
        Column::Unseen(name) => (
            None,
            view! { <span class="visually-hidden">{name}</span> }.into_any(),
        ),
        Column::Number(name) => (Some("number"), name.into_any()),
        Column::Tick(all) => (Some("tick"), all),
    };
    view! {
        <th scope="col" class=class>
            {content}
        </th>
    }
}
