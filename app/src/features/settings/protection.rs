//! How the organisation's mail is protected: the form, saved whole, and what to do when somebody was
//! faster.

use api::{GetSettings, Problem, PutSettings, RETENTION_DAYS, Settings};
use leptos::{prelude::*, task::spawn_local};

use super::state::{OutOfRange, Setting, SettingsDraft, difference};
use crate::{
    browser,
    features::overview::{from_word, to_word},
    load::{Loading, loaded},
    portal::portal,
    text::{Text, text},
    ui::{Choice, Choices, Dialog, Field, ProblemLine},
};

/// The settings that hold, in a form.
#[component]
pub fn Protection() -> impl IntoView {
    let portal = portal();
    let newer = RwSignal::new(None::<Settings>);
    let loading = Loading::new(move || async move {
        let settings = portal.client.get::<GetSettings>(&[], &()).await?;
        let unfinished = portal.settings.with_untracked(|draft| {
            let draft = draft.as_ref().filter(|draft| draft.is_changed());
            draft.map(|draft| draft.base().clone())
        });
        match unfinished {
            // Work of an earlier visit goes on; if the settings have moved, that is said at once.
            Some(base) if base != settings => newer.set(Some(settings)),
            Some(_) => {}
            None => portal.settings.set(Some(SettingsDraft::of(settings))),
        }
        Ok(())
    });
    view! {
        {loaded(loading, 8, move |()| view! { <Form newer /> })}
        <Stale newer />
    }
}

#[component]
fn Form(newer: RwSignal<Option<Settings>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let changed = Memo::new(move |_| {
        portal
            .settings
            .with(|draft| draft.as_ref().is_some_and(SettingsDraft::is_changed))
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let parsed = portal
            .settings
            .with_untracked(|draft| draft.as_ref().map(SettingsDraft::parse));
        let body = match parsed {
            Some(Ok(body)) if changed.get_untracked() => body,
            Some(Err(OutOfRange)) => return browser::focus(RETENTION),
            _ => return,
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match portal.client.send::<PutSettings>(&[], &(), &body).await {
                Ok(settings) => {
                    portal.settings.set(Some(SettingsDraft::of(settings)));
                    portal.live.say(t.settings_saved);
                }
                // Somebody was faster: what they changed is shown instead.
                Err(reply) if reply.status == 409 => {
                    match portal.client.get::<GetSettings>(&[], &()).await {
                        Ok(settings) => newer.set(Some(settings)),
                        Err(reply) => problem.set(Some(reply)),
                    }
                }
                Err(reply) => problem.set(Some(reply)),
            }
            busy.set(false);
        });
    };
    let discard = move |_| {
        portal.settings.update(|draft| {
            if let Some(draft) = draft {
                *draft = SettingsDraft::of(draft.base().clone());
            }
        });
        problem.set(None);
        portal.live.say(t.settings_discarded);
    };
    view! {
        <form class="card settings-form" on:submit=save novalidate>
            <CipherField />
            <HeaderField />
            <RevocationField />
            <Sha1Field />
            <RetentionField />
            <ProblemLine problem />
            <Show when=move || changed.get()>
                <div class="save-bar">
                    <p>
                        <strong>{t.settings_unsaved}</strong>
                        " "
                        <span class="secondary">{t.settings_means}</span>
                    </p>
                    <button type="button" class="button small quiet" on:click=discard>
                        {t.discard}
                    </button>
                    <button
                        type="submit"
                        class="button small primary"
                        disabled=move || busy.get() || portal.read_only.get()
                    >
                        {move || if busy.get() { t.saving } else { t.save }}
                    </button>
                </div>
            </Show>
        </form>
    }
}

/// A signal of one field of the draft, as its word, and a way to set it.
macro_rules! field {
    ($portal:ident, $field:ident) => {
        (
            Signal::derive(move || {
                $portal.settings.with(|draft| {
                    draft
                        .as_ref()
                        .map_or_else(String::new, |draft| to_word(&draft.$field))
                })
            }),
            Callback::new(move |word: &'static str| {
                $portal.settings.update(|draft| {
                    if let Some((draft, value)) = draft.as_mut().zip(from_word(word)) {
                        draft.$field = value;
                    }
                });
            }),
        )
    };
}

#[component]
fn CipherField() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (value, on_change) = field!(portal, cipher);
    let options = vec![
        choice("aes-256-cbc", t.cipher_cbc, t.cipher_cbc_means),
        choice("aes-256-gcm", t.cipher_gcm, t.cipher_gcm_means),
    ];
    view! {
        <Choices
            name="cipher"
            label=t.cipher
            note=t.cipher_note
            options
            value
            on_change
            disabled=portal.read_only
        />
    }
}

#[component]
fn HeaderField() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (value, on_change) = field!(portal, header_protection);
    let options = vec![
        choice("off", t.header_off, t.header_off_means),
        choice("signed", t.header_signed, t.header_signed_means),
        choice(
            "confidential",
            t.header_confidential,
            t.header_confidential_means,
        ),
    ];
    view! {
        <Choices
            name="header-protection"
            label=t.header_protection
            note=t.header_note
            options
            value
            on_change
            disabled=portal.read_only
        />
    }
}

#[component]
fn RevocationField() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (value, on_change) = field!(portal, revocation);
    let options = vec![
        choice("warn", t.revocation_warn, t.revocation_warn_means),
        choice("require", t.revocation_require, t.revocation_require_means),
        choice("off", t.revocation_off, t.revocation_off_means),
    ];
    view! {
        <Choices
            name="revocation"
            label=t.revocation
            note=t.revocation_note
            options
            value
            on_change
            disabled=portal.read_only
        />
    }
}

#[component]
fn Sha1Field() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (value, on_change) = field!(portal, sha1_signatures);
    let options = vec![
        choice("refuse", t.sha1_refuse, t.sha1_refuse_means),
        choice("warn", t.sha1_warn, t.sha1_warn_means),
    ];
    view! {
        <Choices
            name="sha1-signatures"
            label=t.sha1
            note=t.sha1_note
            options
            value
            on_change
            disabled=portal.read_only
        />
    }
}

fn choice(value: &'static str, label: &'static str, note: &'static str) -> Choice {
    Choice { value, label, note }
}

/// The id of the field of days.
const RETENTION: &str = "retention-days";

#[component]
fn RetentionField() -> impl IntoView {
    let t = text();
    let portal = portal();
    let (least, most) = RETENTION_DAYS.into_inner();
    let typed = Memo::new(move |_| {
        portal
            .settings
            .with(|draft| draft.as_ref().map(|draft| draft.retention_days.clone()))
            .unwrap_or_default()
    });
    let value = RwSignal::new(typed.get_untracked());
    // The draft moves the field when it is discarded or replaced, the field the draft when it is
    // typed into.
    Effect::new(move || value.set(typed.get()));
    Effect::new(move || {
        let days = value.get();
        if days != typed.get_untracked() {
            portal.settings.update(|draft| {
                if let Some(draft) = draft {
                    draft.retention_days = days;
                }
            });
        }
    });
    let error = Signal::derive(move || {
        let fault = portal
            .settings
            .with(|draft| draft.as_ref().is_some_and(|draft| draft.parse().is_err()));
        fault.then(|| t.retention_fault(least, most))
    });
    view! {
        <div class="retention">
            <Field
                id=RETENTION
                label=t.retention.to_owned()
                value
                hint=t.retention_note(least, most)
                error
                disabled=portal.read_only
            />
        </div>
    }
}

/// The dialog for a form whose settings somebody else has changed.
#[component]
fn Stale(newer: RwSignal<Option<Settings>>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let keep = move |_| {
        if let Some(newer) = newer.get_untracked() {
            portal.settings.update(|draft| {
                if let Some(draft) = draft {
                    draft.rebase(newer);
                }
            });
            portal.live.say(t.settings_rebased);
        }
        newer.set(None);
    };
    let drop_mine = move |_| {
        if let Some(newer) = newer.get_untracked() {
            portal.settings.set(Some(SettingsDraft::of(newer)));
            portal.live.say(t.settings_discarded);
        }
        newer.set(None);
    };
    let theirs = move || {
        let newer = newer.get()?;
        let changed = portal
            .settings
            .with(|draft| Some(difference(draft.as_ref()?.base(), &newer)))?;
        Some(
            changed
                .into_iter()
                .map(|setting| {
                    let (name, value) = said(setting, &newer, t);
                    view! {
                        <li>
                            <div>
                                <span class="secondary block">{name}</span>
                                <strong>{value}</strong>
                            </div>
                        </li>
                    }
                })
                .collect_view(),
        )
    };
    view! {
        <Dialog
            open=Signal::derive(move || newer.with(Option::is_some))
            on_close=move |()| newer.set(None)
            title=t.settings_stale.to_owned()
        >
            <div class="dialog-body">
                <p>{t.settings_stale_means}</p>
                <ul class="difference">{theirs}</ul>
            </div>
            <div class="dialog-foot">
                <button type="button" class="button" on:click=drop_mine>
                    {t.settings_take_theirs}
                </button>
                <button type="button" class="button primary" on:click=keep>
                    {t.settings_keep_mine}
                </button>
            </div>
        </Dialog>
    }
}

/// A setting's name and value, in words.
fn said(setting: Setting, settings: &Settings, t: &'static Text) -> (&'static str, String) {
    let (name, value) = match setting {
        Setting::Cipher => (t.cipher, t.cipher_word(settings.cipher)),
        Setting::HeaderProtection => (
            t.header_protection,
            t.header_word(settings.header_protection),
        ),
        Setting::Revocation => (t.revocation, t.revocation_word(settings.revocation)),
        Setting::Sha1Signatures => (t.sha1, t.sha1_word(settings.sha1_signatures)),
        Setting::Retention => return (t.retention, t.number(settings.retention_days)),
    };
    (name, value.to_owned())
}
