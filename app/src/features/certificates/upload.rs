//! Sending a certificate file to the edge.

use std::future::Future;

use api::{Code, Problem};
use leptos::{prelude::*, task::spawn_local};

use super::state::{CERTIFICATE_OCTETS_MAX, media_type};
use crate::{
    browser,
    features::asked::is_done,
    portal::portal,
    text::{Text, text},
    ui::{DropFile, ProblemLine},
};

/// A place for a certificate file. `send` takes media type and octets and says what was added.
#[component]
pub fn Upload<F>(
    id: &'static str,
    label: &'static str,
    /// What may be in the file, where it is not one certificate.
    #[prop(optional)]
    hint: Option<&'static str>,
    send: impl Fn(&'static str, Vec<u8>) -> F + Copy + Send + Sync + 'static,
    on_done: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    F: Future<Output = Result<String, Problem>> + 'static,
{
    let t = text();
    let portal = portal();
    let problem = RwSignal::new(None::<Problem>);
    let take = move |file: web_sys::File| {
        spawn_local(async move {
            let upload = async {
                let octets = read(&file, t).await?;
                send(media_type(&octets), octets).await
            };
            if is_done(portal, problem, upload).await {
                on_done();
            }
        });
    };
    view! {
        <Show when=move || !portal.read_only.get()>
            <DropFile
                id
                label
                hint=hint.unwrap_or(t.upload_hint)
                accept=".pem,.crt,.cer,.der,application/x-pem-file,application/pkix-cert"
                on_file=take
            />
        </Show>
        <ProblemLine problem />
    }
}

async fn read(file: &web_sys::File, t: &'static Text) -> Result<Vec<u8>, Problem> {
    let refuse = |code, detail: &str| Problem::new(422, code, detail);
    let octets = browser::read_file(file).await;
    let octets = octets.map_err(|_| refuse(Code::UnreadableFile, t.upload_unreadable))?;
    if octets.len() > CERTIFICATE_OCTETS_MAX {
        return Err(refuse(Code::TooLarge, t.upload_too_large));
    }
    Ok(octets)
}
