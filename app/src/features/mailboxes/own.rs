//! Certificates of other authorities: uploaded with their key, or requested with a key of the edge.

use api::{
    CertificateDetail, Code, CreateCsr, GetImportKey, Problem, SealedCertificate, UploadCertificate,
};
use leptos::{prelude::*, task::spawn_local};

use super::import::{Fault, seal_file};
use crate::{
    browser::{self, Form, format_time},
    features::certificates::{CERTIFICATE_OCTETS_MAX, Upload},
    portal::{Portal, portal},
    text::text,
    ui::{Dialog, DropFile, Field, ProblemLine},
};

/// What can be done where the certificate comes from another authority.
#[component]
pub fn OtherAuthority(
    address: String,
    requested_at: Option<String>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let t = text();
    let portal = portal();
    let open = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let address = StoredValue::new(address);
    let request = move |_| {
        problem.set(None);
        let address = address.get_value();
        spawn_local(async move {
            match portal.client.text::<CreateCsr>(&[&address], &()).await {
                Ok(pem) => {
                    browser::save_file(&format!("{address}.csr"), "application/x-pem-file", &pem);
                    portal.live.say(t.request_made);
                    on_done.run(());
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    let answer = move |media_type: &'static str, octets: Vec<u8>| async move {
        let address = address.get_value();
        let client = portal.client;
        let reply = client
            .upload::<UploadCertificate>(&[&address], &(), media_type, &octets)
            .await;
        reply.map(|_| t.certificate_taken.to_owned())
    };
    let waiting = requested_at.map(|since| {
        let day = format_time(&since, Form::Day, t.locale);
        view! {
            <p>{t.request_waits(&day)}</p>
            <Upload
                id="answer-file"
                label=t.upload_answer
                hint=t.upload_answer_hint
                send=answer
                on_done=move || on_done.run(())
            />
        }
    });
    view! {
        <section class="card padded" aria-labelledby="other-authority">
            <h2 id="other-authority">{t.other_authority}</h2>
            <p class="secondary">{t.other_authority_means}</p>
            <div class="card-actions">
                <button
                    type="button"
                    class="button"
                    disabled=portal.read_only
                    on:click=move |_| open.set(true)
                >
                    {t.upload_with_key}
                </button>
                <button
                    type="button"
                    class="button"
                    disabled=portal.read_only
                    on:click=request
                >
                    {t.make_request}
                </button>
            </div>
            <ProblemLine problem />
            {waiting}
        </section>
        <UploadWithKey open address=address.get_value() on_done />
    }
}

/// A file that was chosen.
#[derive(Clone)]
struct Chosen {
    name: String,
    octets: Vec<u8>,
}

/// Takes a PKCS#12 file and its password, and sends what it holds, sealed.
#[component]
fn UploadWithKey(open: RwSignal<bool>, address: String, on_done: Callback<()>) -> impl IntoView {
    let t = text();
    let portal = portal();
    let chosen = RwSignal::new(None::<Chosen>);
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<Problem>);
    let close = move || {
        open.set(false);
        chosen.set(None);
        password.set(String::new());
        problem.set(None);
    };
    let choose = move |file: web_sys::File| {
        problem.set(None);
        spawn_local(async move {
            match browser::read_file(&file).await {
                Ok(octets) if octets.len() <= CERTIFICATE_OCTETS_MAX => chosen.set(Some(Chosen {
                    name: file.name(),
                    octets,
                })),
                Ok(_) => problem.set(Some(Problem::new(422, Code::TooLarge, t.upload_too_large))),
                Err(_) => {
                    let unreadable = Problem::new(422, Code::UnreadableFile, t.upload_unreadable);
                    problem.set(Some(unreadable));
                }
            }
        });
    };
    let address = StoredValue::new(address);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(file) = chosen.get_untracked() else {
            problem.set(Some(Problem::new(422, Code::NoFile, t.choose_file_first)));
            return;
        };
        busy.set(true);
        problem.set(None);
        let (address, password) = (address.get_value(), password.get_untracked());
        spawn_local(async move {
            let reply = send(portal, address, file.octets, password).await;
            busy.set(false);
            match reply {
                Ok(_) => {
                    portal.live.say(t.certificate_taken);
                    portal.count();
                    close();
                    on_done.run(());
                }
                Err(reply) => problem.set(Some(reply)),
            }
        });
    };
    view! {
        <Dialog open on_close=move |()| close() title=t.upload_with_key_title>
            <form on:submit=submit novalidate>
                <div class="dialog-body form">
                    <p>{t.upload_with_key_means}</p>
                    <DropFile
                        id="key-file"
                        label=t.choose_file
                        hint=t.key_file_hint
                        accept=".p12,.pfx,application/x-pkcs12"
                        on_file=choose
                    />
                    <p role="status">{move || chosen.get().map(|file| file.name)}</p>
                    <Field
                        id="key-password"
                        label=t.file_password
                        kind="password"
                        value=password
                    />
                    <ProblemLine problem />
                </div>
                <div class="dialog-foot">
                    <button type="button" class="button" on:click=move |_| close()>
                        {t.cancel}
                    </button>
                    <button type="submit" class="button primary" disabled=move || busy.get()>
                        {t.upload}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

async fn send(
    portal: Portal,
    address: String,
    file: Vec<u8>,
    password: String,
) -> Result<CertificateDetail, Problem> {
    let client = portal.client;
    let key = client.get::<GetImportKey>(&[], &()).await?;
    let sealed = seal_file(file, password, address.clone(), key.public).await;
    let body = SealedCertificate {
        ticket: key.ticket,
        sealed: sealed.map_err(Fault::problem)?,
    };
    client
        .send::<UploadCertificate>(&[&address], &(), &body)
        .await
}
