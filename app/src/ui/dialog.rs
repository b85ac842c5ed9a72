//! The native dialog: focus trap, Escape and return of focus come with it.

use leptos::{html, prelude::*};

use crate::text::text;

/// A modal dialog; `children` exist only while it is open.
#[component]
pub fn Dialog(
    #[prop(into)] open: Signal<bool>,
    /// Runs when the dialog was closed, however that happened.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let t = text();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let open = open.get();
        // The content is rendered first, so that the browser finds what to focus.
        request_animation_frame(move || {
            let Some(dialog) = dialog.get_untracked() else {
                return;
            };
            if open && !dialog.open() {
                dialog.show_modal().ok();
            } else if !open && dialog.open() {
                dialog.close();
            }
        });
    });
    let id = StoredValue::new(format!("dialog-{}", next_id()));
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            class:wide=wide
            aria-labelledby=id.get_value()
            on:close=move |_| on_close.run(())
        >
            <Show when=move || open.get()>
                <div class="dialog-head">
                    <h2 id=id.get_value()>{move || title.get()}</h2>
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=t.close
                        on:click=move |_| on_close.run(())
                    >
                        <super::Icon symbol=super::Symbol::Cross />
                    </button>
                </div>
                {children()}
            </Show>
        </dialog>
    }
}

/// Asks before something that is not undone by a second click.
#[component]
pub fn Confirm(
    #[prop(into)] open: Signal<bool>,
    #[prop(into)] on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    /// The verb of the title once more.
    #[prop(into)]
    action: Signal<String>,
    #[prop(optional, into)] destructive: Signal<bool>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_confirm: Callback<()>,
    children: ChildrenFn,
) -> impl IntoView {
    let t = text();
    view! {
        <Dialog open on_close title>
            <div class="dialog-body">{children()}</div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=move |_| on_close.run(())>
                    {t.cancel}
                </button>
                <button
                    type="button"
                    class="button primary"
                    class:destructive=move || destructive.get()
                    disabled=move || busy.get()
                    on:click=move |_| on_confirm.run(())
                >
                    {move || action.get()}
                </button>
            </div>
        </Dialog>
    }
}

/// Tells apart the elements of one page.
fn next_id() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
