//! The HTTP door: whatever comes in leaves as a response, and every error is a problem.

mod authorities;
mod body;
mod certificates;
mod credential;
mod domains;
mod exchange;
mod licence;
mod mailboxes;
mod messages;
mod ocsp;
mod operator;
mod own_certificates;
mod paging;
mod partners;
pub(crate) mod pki;
mod problem;
mod process;
mod router;
mod routes;
mod rules;
mod session;
mod settings;
mod summary;
mod test_clock;

use worker::{Context, Env, Request, Response};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;
use exchange::Exchange;

/// Answers one request.
pub(crate) async fn answer(request: Request, env: Env, _context: Context) -> Response {
    let instance = observe::instance(&request);
    match serve(request, env).await {
        Ok(response) => response,
        Err(failure) => {
            observe::failure("request", &instance, &failure);
            problem::response(failure, instance)
        }
    }
}

async fn serve(request: Request, env: Env) -> Result<Response, Failure> {
    let exchange = Exchange::new(request, Desk::new(env).await?)?;
    router::answer(exchange).await
}
