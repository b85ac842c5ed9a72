//! The Cloudflare Worker: a thin loop around the gateway.
//!
//! These are its doors. `fetch` answers everything with a response; no door panics, because a panic
//! resets the instance for every request in it.

mod activation;
mod admission;
mod bindings;
mod clock;
mod cron;
mod crypto;
mod desk;
mod domain_check;
mod failure;
mod fetch;
mod http;
mod import_key;
mod inbox;
mod issuer;
mod mailroom;
mod next_hop;
mod observe;
mod outbound;
mod own_certificate;
mod piecewise;
mod queue;
mod resolver;
mod revocation;
mod store;
mod vault;

use desk::Desk;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{
    Context, Env, ForwardableEmailMessage, Request, Response, ScheduleContext, ScheduledEvent,
    event,
};

/// HTTP: the API and what partners and validators fetch. The portal's files are served by the
/// platform before this runs.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    Ok(http::answer(request, env, context).await)
}

/// The clock struck.
#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    match Desk::new(env).await {
        Ok(desk) => cron::run(&desk).await,
        Err(failure) => observe::failure("schedule", "", &failure),
    }
}

/// Mail comes in. An export of its own: the macro would panic on an error, and a rejected promise is
/// how this platform says *try again*.
#[wasm_bindgen(wasm_bindgen_futures = worker::wasm_bindgen_futures)]
pub async fn email(message: ForwardableEmailMessage, env: Env) -> Result<(), JsValue> {
    match inbox::receive(&message, env).await {
        Ok(inbox::Answer::Taken) => Ok(()),
        Ok(inbox::Answer::Refused(reason)) => {
            message.set_reject(&reason);
            Ok(())
        }
        Err(failure) => {
            observe::failure("email", "", &failure);
            Err(js_sys::Error::new(&failure.summary()).into())
        }
    }
}

/// Mailboxes wait for their certificates. An export of its own: the macro would panic on an error.
#[wasm_bindgen(wasm_bindgen_futures = worker::wasm_bindgen_futures)]
pub async fn queue(batch: worker::worker_sys::MessageBatch, env: Env) -> Result<(), JsValue> {
    queue::consume(batch.into(), env).await;
    Ok(())
}
