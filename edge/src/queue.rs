//! The queue of mailboxes that wait for their certificates. Messages come at least once and in any
//! order; each is acknowledged or sent back by itself.

use worker::{Env, MessageBatch, MessageExt as _};

use crate::activation::{self, Waiting};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::observe;

pub(crate) async fn consume(batch: MessageBatch<Waiting>, env: Env) {
    let desk = match Desk::new(env).await {
        Ok(desk) => desk,
        Err(failure) => {
            observe::failure("queue", "", &failure);
            return batch.retry_all();
        }
    };
    for message in batch.iter() {
        // One that cannot be read will not be read the next time either.
        let Ok(message) = message else { continue };
        match issue(&desk, message.body()).await {
            Ok(()) => message.ack(),
            Err(failure) => {
                observe::failure("queue", &message.body().organisation, &failure);
                message.retry();
            }
        }
    }
}

async fn issue(desk: &Desk, waiting: &Waiting) -> Result<(), Failure> {
    activation::issue_all(desk, &waiting.organisation, &waiting.addresses).await
}
