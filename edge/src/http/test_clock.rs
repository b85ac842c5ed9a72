//! A clock to move, for tests on one machine: 404 wherever the variable `TEST_CLOCK` is not set.

use api::Code;
use mail::UnixTime;
use worker::{Method, Response};

use super::body;
use super::exchange::{self, Exchange};
use crate::failure::Failure;
use crate::{clock, cron};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Now {
    now: String,
}

pub(crate) async fn answer(mut exchange: Exchange, call: &str) -> Result<Response, Failure> {
    if !exchange.desk.bindings.has_test_clock() {
        return Err(Failure::unknown("path"));
    }
    match (exchange.request.method(), call) {
        (Method::Put, "clock") => {
            let Now { now } = body::json(&mut exchange.request).await?;
            set(&exchange, &now).await?;
        }
        (Method::Post, "schedule") => cron::run(&exchange.desk).await,
        _ => return Err(Failure::unknown("path")),
    }
    exchange::reply(&())
}

async fn set(exchange: &Exchange, now: &str) -> Result<(), Failure> {
    let to = UnixTime::parse_rfc3339(now)
        .ok_or_else(|| Failure::field("/now", Code::BadTime, "This is no RFC 3339 time."))?;
    if clock::set(&exchange.desk.bindings, to).await? {
        return Ok(());
    }
    Err(Failure::caller(
        409,
        Code::ClockGoesForward,
        "The clock goes forward only.",
    ))
}
