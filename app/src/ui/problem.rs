//! What went wrong, what to do, and a code to copy.

use api::Problem;
use leptos::prelude::*;

use super::{Copyable, Icon, Symbol};
use crate::text::text;

/// A problem in place of a page's content.
#[component]
pub fn ProblemCard(
    problem: Problem,
    #[prop(optional, into)] on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let t = text();
    view! {
        <div class="problem" role="alert">
            <Icon symbol=Symbol::Warning />
            <div>
                <h2>{t.problem_title(&problem)}</h2>
                <p>{t.problem_detail(&problem)}</p>
                <p class="secondary">
                    {t.problem_code} " " <Copyable value=code(&problem) />
                </p>
            </div>
            {on_retry
                .map(|retry| {
                    view! {
                        <button type="button" class="button" on:click=move |_| retry.run(())>
                            {t.retry}
                        </button>
                    }
                })}
        </div>
    }
}

/// A problem in one line, beside what caused it.
#[component]
pub fn ProblemLine(#[prop(into)] problem: Signal<Option<Problem>>) -> impl IntoView {
    let t = text();
    view! {
        <div role="alert">
            {move || {
                problem
                    .get()
                    .map(|problem| {
                        view! {
                            <p class="problem-line">
                                <Icon symbol=Symbol::Warning />
                                <span>{t.problem_detail(&problem)}</span>
                                <Copyable value=code(&problem) />
                            </p>
                        }
                    })
            }}
        </div>
    }
}

fn code(problem: &Problem) -> String {
    match &problem.instance {
        Some(instance) => format!("{} · {instance}", problem.code),
        None => problem.code.clone(),
    }
}
