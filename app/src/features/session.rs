//! Signing in.

use api::{CreateSession, Problem, SignIn};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    portal::portal,
    shell::{LanguageChoice, Logo},
    text::text,
    ui::{Field, Icon, ProblemLine, Symbol},
};

/// The sign-in page. It keeps the address, so that one comes back to the page one wanted.
#[component]
pub fn SignInPage(
    /// Somebody was signed in and is no longer.
    ended: bool,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    document().set_title(&format!("{} · Sealgate", t.sign_in));

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        wrong.set(false);
        problem.set(None);
        busy.set(true);
        let body = SignIn {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        spawn_local(async move {
            let reply = portal.client.send::<CreateSession>(&[], &(), &body).await;
            busy.set(false);
            match reply {
                Ok(session) => portal.enter(session),
                Err(reply) if reply.status == 401 => wrong.set(true),
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    view! {
        <main class="sign-in">
            <form class="card" on:submit=submit>
                <p class="brand">
                    <Logo />
                    "Sealgate"
                </p>
                <h1>{t.sign_in_title}</h1>
                <p class="secondary">
                    {if ended { t.sign_in_ended } else { t.sign_in_lead }}
                </p>
                <div role="alert">
                    <Show when=move || wrong.get()>
                        <p class="problem-line">
                            <Icon symbol=Symbol::Warning />
                            <span>{t.sign_in_wrong}</span>
                        </p>
                    </Show>
                </div>
                <ProblemLine problem />
                <Field
                    id="email"
                    label=t.email.to_owned()
                    value=email
                    kind="email"
                    autocomplete="username"
                />
                <Field
                    id="password"
                    label=t.password.to_owned()
                    value=password
                    kind="password"
                    autocomplete="current-password"
                />
                <button type="submit" class="button primary large" disabled=move || busy.get()>
                    {move || if busy.get() { t.signing_in } else { t.sign_in }}
                </button>
            </form>
            <LanguageChoice id="language" />
        </main>
    }
}
