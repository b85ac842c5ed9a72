//! What mail may cost, and what a licence holds.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::at_once::at_once;
use tests::identity::now;
use tests::message::plain;

use crate::setting::{ALICE, Setting};

pub(crate) fn costs_one_look(setting: &Setting) -> Result<()> {
    let to = "warm@elsewhere.test";
    let mut looks = (u32::MAX, u32::MAX);
    // The first mail after a change of rules fills the isolate's cache.
    for _ in 0..2 {
        let message = plain(ALICE, to, "Warm", "Counted.", now());
        looks = process(setting, to, &message)?;
    }
    let (d1, kv) = looks;
    ensure!(
        d1 <= 1 && kv <= 1,
        "a warm mail cost {d1} reads of D1 and {kv} of KV"
    );
    Ok(())
}

/// Has the edge process an outgoing message, and returns what that read of D1 and KV.
pub(crate) fn process(setting: &Setting, to: &str, message: &[u8]) -> Result<(u32, u32)> {
    let url = format!(
        "{}/process?direction=outbound&from={ALICE}&to={to}",
        setting.ready("api")?
    );
    let reply = ureq::post(url)
        .header(
            "authorization",
            format!("Bearer {}", setting.ready("token")?),
        )
        .content_type("message/rfc822")
        .send(message)?;
    let timing = reply.headers().get("server-timing").context("no counts")?;
    let timing = timing.to_str()?;
    let count = |name: &str| {
        timing
            .split(", ")
            .filter_map(|entry| entry.split_once(";desc="))
            .find(|(entry, _)| *entry == name)
            .and_then(|(_, count)| count.parse().ok())
            .with_context(|| format!("no `{name}` in `{timing}`"))
    };
    Ok((count("d1")?, count("kv")?))
}

/// What is told of all of them is more than the database takes as one value.
pub(crate) fn lists_every_recipient(setting: &Setting) -> Result<()> {
    const RECIPIENTS: usize = 250;
    let address = |number: usize| format!("one{number}@very-many.test");
    let recipients: Vec<String> = (0..RECIPIENTS).map(address).collect();
    let message = plain(ALICE, &recipients[0], "Many", "Listed.", now());
    process(setting, &recipients.join("&to="), &message)?;
    for number in [0, 99, 100, RECIPIENTS - 1] {
        let page = setting
            .api
            .get(&format!("/messages?address={}", address(number)))?;
        let items = page["items"].as_array().into_iter().flatten();
        let ids: Vec<&str> = items.filter_map(|item| item["id"].as_str()).collect();
        let is_listed = matches!(ids[..], [id] if id.ends_with(&format!("{number:04x}")));
        ensure!(is_listed, "recipient {number} is listed as {ids:?}");
    }
    Ok(())
}

pub(crate) fn keeps_to_the_seats(setting: &Setting) -> Result<()> {
    let before = setting.api.get("/licence")?;
    let used = before["used"].as_u64().context("used")?
        + before["revoke_pending"]
            .as_u64()
            .context("revoke_pending")?;
    let seats = used + 3;
    let addresses: Vec<String> = (0..12).map(|n| format!("seat{n}@acme.test")).collect();
    let operator = setting.ready["operator"]["token"]
        .as_str()
        .context("operator")?;
    let operator = setting.api.with_token(operator);
    let route = route(setting, &addresses)?;
    let licence = |seats: u64| {
        json!({
            "number": before["number"], "mail_seats": before["mail_seats"], "smime_seats": seats,
            "valid_from": before["valid_from"], "valid_until": before["valid_until"],
        })
    };
    operator.put("/licence", &licence(seats))?;

    let outcome = race(setting, &addresses);
    let after = setting.api.get("/licence")?;
    let active = count_active(setting, &addresses);
    operator.put(
        "/licence",
        &licence(before["smime_seats"].as_u64().context("seats")?),
    )?;
    let granted = outcome?;
    ensure!(
        granted == 3,
        "{granted} of 12 were told that they have one of 3 seats"
    );
    ensure!(active? == 3, "not 3 mailboxes hold a seat");
    ensure!(
        after["free"] == 0 && after["used"] == json!(used + 3),
        "{after}"
    );
    ensure!(!route.is_empty(), "the route has no id");
    Ok(())
}

/// Makes the mailboxes known.
pub(crate) fn route(setting: &Setting, addresses: &[String]) -> Result<String> {
    let routes = setting.api.get("/routes")?;
    let items = routes["items"].as_array().context("routes")?;
    let route = items.iter().find(|route| route["pattern"] == "acme.test");
    let mut route = route.context("no route for acme.test")?.clone();
    let id = route["id"].as_str().context("id")?.to_owned();
    let mailboxes = route["mailboxes"].as_array_mut().context("mailboxes")?;
    mailboxes.extend(addresses.iter().map(|address| json!(address)));
    if let Some(fields) = route.as_object_mut() {
        fields.remove("id");
    }
    setting.api.put(&format!("/routes/{id}"), &route)?;
    Ok(id)
}

/// Activates each mailbox in a call of its own, all at once; how many were told that it worked.
fn race(setting: &Setting, addresses: &[String]) -> Result<usize> {
    let answers = at_once(addresses.iter().map(|address| {
        let body = json!({"addresses": [address]});
        move || setting.api.post("/mailboxes/activate", &body)
    }))?;
    let mut granted = 0;
    for answer in answers {
        let result = &answer["results"][0];
        if result["problem"].is_null() {
            granted += 1;
        } else {
            ensure!(result["problem"]["code"] == "no-free-seat", "{result}");
        }
    }
    Ok(granted)
}

fn count_active(setting: &Setting, addresses: &[String]) -> Result<usize> {
    let mut active = 0;
    for address in addresses {
        let mailbox = setting.api.get(&format!("/mailboxes/{address}"))?;
        if mailbox["status"] != "inactive" {
            active += 1;
        }
    }
    Ok(active)
}
