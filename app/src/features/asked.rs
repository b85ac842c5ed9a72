//! What is asked about before it is done.

use std::{future::Future, pin::Pin, sync::Arc};

use api::Problem;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    portal::{Portal, portal},
    ui::{Confirm, ProblemLine},
};

/// Something under way: what holds then, or what went wrong.
type Doing = Pin<Box<dyn Future<Output = Result<String, Problem>>>>;

/// A question whose answer does something to one object.
#[derive(Clone)]
pub struct Question {
    pub title: &'static str,
    /// The verb of the title once more.
    pub action: &'static str,
    /// What it is about.
    pub object: String,
    /// What follows from it, a paragraph each.
    pub means: Vec<String>,
    act: Arc<dyn Fn() -> Doing + Send + Sync>,
}

impl Question {
    /// Asks `title` about `object`; `action`, which means what `means` says, is what `act` does.
    pub fn new<F>(
        [title, action]: [&'static str; 2],
        object: String,
        means: Vec<String>,
        act: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String, Problem>> + 'static,
    {
        Self {
            title,
            action,
            object,
            means,
            act: Arc::new(move || Box::pin(act())),
        }
    }
}

/// Asks, and does it.
#[component]
pub fn Asked(
    question: RwSignal<Option<Question>>,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let confirm = move |()| {
        let Some(asked) = question.get_untracked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            if is_done(portal, problem, (asked.act)()).await {
                question.set(None);
                on_done();
            }
            busy.set(false);
        });
    };
    let word = move |of: fn(&Question) -> &str| {
        Signal::derive(move || {
            question.with(|asked| asked.as_ref().map(of).unwrap_or_default().to_owned())
        })
    };
    let object = word(|asked| &asked.object);
    let means = move || {
        let means = question.with(|asked| asked.as_ref().map(|asked| asked.means.clone()));
        let paragraph = |text: String| view! { <p>{text}</p> };
        let paragraphs = means.unwrap_or_default().into_iter().map(paragraph);
        paragraphs.collect_view()
    };
    view! {
        <Confirm
            open=Signal::derive(move || question.with(Option::is_some))
            on_close=move |()| {
                question.set(None);
                problem.set(None);
            }
            title=word(|asked| asked.title)
            action=word(|asked| asked.action)
            destructive=true
            busy
            on_confirm=confirm
        >
            <p>
                <strong>{object}</strong>
            </p>
            {means}
            <ProblemLine problem />
        </Confirm>
    }
}

/// Waits for something and tells what holds then, or sets what went wrong.
pub async fn is_done(
    portal: Portal,
    problem: RwSignal<Option<Problem>>,
    doing: impl Future<Output = Result<String, Problem>>,
) -> bool {
    problem.set(None);
    let done = doing.await;
    let is_done = done.is_ok();
    match done {
        Ok(said) => {
            portal.live.say(said);
            portal.count();
        }
        Err(reply) => problem.set(Some(reply)),
    }
    is_done
}
