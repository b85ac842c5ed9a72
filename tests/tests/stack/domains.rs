//! Domains: claimed, proven by the DNS, lost, found, held by one organisation.

use anyhow::{Context, Result, ensure};
use mail::UnixTime;
use serde_json::{Value, json};
use tests::api_client::{Answer, ApiClient};
use tests::identity::now;
use tests::message::plain;
use tests::resolver::{Resolver, Said};

use crate::setting::{Setting, ensure_protection, ensure_reply};

/// As U-labels and as A-labels.
const CLAIMED: (&str, &str) = ("Bücher.Example", "xn--bcher-kva.example");
const READER: &str = "reader@xn--bcher-kva.example";
const WRITER: &str = "writer@xn--bcher-kva.example";
const MX_HOST: &str = "mx.sealgate.example";
/// A proof may be gone for so long.
const GRACE_DAYS: i64 = 14;

pub(crate) fn stay_without_a_resolver(setting: &Setting) -> Result<()> {
    let api = &setting.api;
    let domain = api.post("/domains", &json!({"domain": "unasked.test"}))?;
    ensure!(domain["state"] == "unverified", "{domain}");
    for (name, state) in [("unasked.test", "unverified"), ("acme.test", "verified")] {
        let checked = check(api, name)?;
        ensure!(checked["state"] == state, "{checked}");
        ensure_check(&checked, "txt", "no-resolver")?;
    }
    ensure!(remove(api, "unasked.test")?.status == 204, "not removed");
    Ok(())
}

pub(crate) fn are_proven_by_the_dns(_: &Setting) -> Result<()> {
    let resolver = Resolver::start()?;
    let setting = Setting::start_with(&["--resolver", &resolver.url()])?;
    let claimed = is_claimed(&setting)?;
    needs_its_proof(&setting, &resolver, &claimed)?;
    survives_failures(&setting, &resolver, &claimed)?;
    stays_by_the_operators_word(&setting)?;
    is_lost_and_found(&setting, &resolver, &claimed)?;
    is_held_by_one(&setting, &resolver, &claimed)?;
    is_removed_without_seats(&setting)?;
    keeps_to_the_limits(&setting)
}

/// What was given to prove the claimed domain.
struct Claimed {
    txt_name: String,
    txt_value: String,
}

fn is_claimed(setting: &Setting) -> Result<Claimed> {
    let api = &setting.api;
    for (text, code) in [
        ("com", "bad-domain"),
        ("192.0.2.1", "bad-domain"),
        ("a b.test", "bad-domain"),
        ("", "bad-domain"),
    ] {
        let answer = api.call_json("POST", "/domains", &json!({"domain": text}))?;
        let fault = &answer.body["errors"][0];
        ensure!(
            answer.status == 422 && fault["pointer"] == "/domain" && fault["code"] == code,
            "`{text}` got {answer:?}"
        );
    }
    let body = json!({"domain": CLAIMED.0});
    let domain = api.post("/domains", &body)?;
    let text = |key: &str| {
        let text = domain[key].as_str();
        text.map(ToOwned::to_owned)
            .with_context(|| format!("no {key} in {domain}"))
    };
    ensure!(
        domain["domain"] == CLAIMED.1
            && domain["state"] == "unverified"
            && domain["mx_expected"] == MX_HOST
            && domain["checks"] == json!([]),
        "{domain}"
    );
    ensure!(
        text("txt_name")? == format!("_sealgate.{}", CLAIMED.1),
        "{domain}"
    );
    let answer = api.call_json("POST", "/domains", &json!({"domain": CLAIMED.1}))?;
    ensure!(
        answer.status == 409 && answer.body["code"] == "domain-exists",
        "{answer:?}"
    );
    ensure!(listed(api, CLAIMED.1)? == domain, "the claim changed it");
    Ok(Claimed {
        txt_name: text("txt_name")?,
        txt_value: text("txt_value")?,
    })
}

fn needs_its_proof(setting: &Setting, resolver: &Resolver, claimed: &Claimed) -> Result<()> {
    let api = &setting.api;
    let hop = setting.places.next_hop_inbound.rsplit_once(':');
    let (host, port) = hop.context("next hop")?;
    let port: u16 = port.parse()?;
    api.post(
        "/routes",
        &json!({
            "pattern": CLAIMED.1, "mailboxes": [READER, WRITER],
            "next_hop": {"host": host, "port": port, "tls": "none"},
        }),
    )?;
    ensure_problem(&activate(api, READER)?, "inactive", "domain-unverified")?;

    let checked = check(api, CLAIMED.0)?;
    ensure!(checked["state"] == "unverified", "{checked}");
    ensure_check(&checked, "txt", "proof-missing")?;
    ensure_check(&checked, "mx", "mx-missing")?;
    let other = Said::Texts(vec![format!("{}0", claimed.txt_value)]);
    resolver.say_txt(&claimed.txt_name, other);
    resolver.say_mx(CLAIMED.1, Said::Servers(vec!["mx.other.test".to_owned()]));
    let checked = check(api, CLAIMED.1)?;
    ensure!(checked["state"] == "unverified", "{checked}");
    ensure_check(&checked, "txt", "proof-differs")?;
    ensure_check(&checked, "mx", "mx-differs")?;
    ensure!(checked["txt_value"] == claimed.txt_value, "{checked}");

    let both = vec!["v=spf1 -all".to_owned(), claimed.txt_value.clone()];
    resolver.say_txt(&claimed.txt_name, Said::Texts(both));
    resolver.say_mx(CLAIMED.1, Said::Servers(vec![MX_HOST.to_owned()]));
    let checked = check(api, CLAIMED.1)?;
    ensure!(checked["state"] == "verified", "{checked}");
    ensure_check(&checked, "txt", "proof-found")?;
    ensure_check(&checked, "mx", "mx-found")?;
    ensure!(checked["checks"][0]["ok"] == true, "{checked}");
    ensure!(activate(api, READER)?["problem"].is_null(), "not activated");
    api.active_certificate(READER)?;
    sends_signed(setting, "proven")
}

/// What is no answer changes nothing.
fn survives_failures(setting: &Setting, resolver: &Resolver, claimed: &Claimed) -> Result<()> {
    let proof = Said::Texts(vec![claimed.txt_value.clone()]);
    let elsewhere = Resolver::start()?;
    for said in [
        Said::Code(2),
        Said::Code(5),
        Said::Junk(b"\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x63abc".to_vec()),
        Said::Junk(vec![0; 70_000]),
        Said::Status(500, String::new()),
        Said::Status(302, elsewhere.url()),
        Said::Silence,
    ] {
        resolver.say_txt(&claimed.txt_name, said.clone());
        let checked = check(&setting.api, CLAIMED.1)?;
        ensure!(checked["state"] == "verified", "{checked}");
        ensure_check(&checked, "txt", "dns-failed").with_context(|| format!("{said:?}"))?;
        ensure!(checked["checks"][0]["ok"] == false, "{checked}");
    }
    resolver.say_txt(&claimed.txt_name, proof);
    let checked = check(&setting.api, CLAIMED.1)?;
    let kept = checked["checks"].as_array().map_or(0, Vec::len);
    ensure!(kept == 20, "{kept} checks are kept");
    ensure_check(&checked, "txt", "proof-found")
}

/// The demo's domains have no proof in this DNS.
fn stays_by_the_operators_word(setting: &Setting) -> Result<()> {
    let checked = check(&setting.api, "acme.test")?;
    ensure!(
        checked["state"] == "verified" && checked["proof"] == "operator",
        "{checked}"
    );
    ensure_check(&checked, "txt", "proof-missing")
}

fn is_lost_and_found(setting: &Setting, resolver: &Resolver, claimed: &Claimed) -> Result<()> {
    let api = &setting.api;
    // The scheduled work looks once a day.
    resolver.say_txt(&claimed.txt_name, Said::Code(3));
    run_at(setting, now())?;
    ensure!(listed(api, CLAIMED.1)?["state"] == "verified", "too early");
    let gone = now().plus_days(2);
    run_at(setting, gone)?;
    let domain = listed(api, CLAIMED.1)?;
    ensure!(domain["state"] == "grace", "{domain}");
    ensure_check(&domain, "txt", "proof-missing")?;
    let until = domain["grace_until"].as_str().context("no grace_until")?;
    let until = UnixTime::parse_rfc3339(until).context("grace_until")?;
    let slack = until.0 - gone.plus_days(GRACE_DAYS).0;
    ensure!((0..600).contains(&slack), "{domain}");
    ensure!(activate(api, WRITER)?["problem"].is_null(), "not in grace");
    deactivate(setting, WRITER)?;

    // Back in time, and gone again: the days count anew.
    resolver.say_txt(
        &claimed.txt_name,
        Said::Texts(vec![claimed.txt_value.clone()]),
    );
    let back = check(api, CLAIMED.1)?;
    ensure!(
        back["state"] == "verified" && back["grace_until"].is_null(),
        "{back}"
    );
    resolver.say_txt(&claimed.txt_name, Said::Texts(Vec::new()));
    run_at(setting, now().plus_days(4))?;
    run_at(setting, now().plus_days(4 + GRACE_DAYS - 1))?;
    ensure!(listed(api, CLAIMED.1)?["state"] == "grace", "too early");
    run_at(setting, now().plus_days(5 + GRACE_DAYS))?;
    let domain = listed(api, CLAIMED.1)?;
    ensure!(domain["state"] == "lost", "{domain}");

    // What is active goes on; nobody else gets a certificate.
    ensure_problem(&activate(api, WRITER)?, "inactive", "domain-lost")?;
    sends_signed(setting, "lost")?;
    let renewed = api.call(
        "POST",
        &format!("/certificates/{}/renew", api.active_certificate(READER)?),
    )?;
    ensure!(
        renewed.status == 409 && renewed.body["code"] == "domain-lost",
        "{renewed:?}"
    );
    resolver.say_txt(
        &claimed.txt_name,
        Said::Texts(vec![claimed.txt_value.clone()]),
    );
    ensure!(
        check(api, CLAIMED.1)?["state"] == "verified",
        "not found again"
    );
    Ok(())
}

/// Another organisation has its proof there too.
fn is_held_by_one(setting: &Setting, resolver: &Resolver, claimed: &Claimed) -> Result<()> {
    const TOKEN: &str = "sga_another-organisation-of-the-stack-tests-01";
    let operator = setting.ready["operator"]["token"].as_str();
    let operator = setting.api.with_token(operator.context("operator")?);
    let setup = |domains: Value| {
        json!({
            "id": "other", "name": "Other", "domains": domains,
            "tokens": [{"token": TOKEN, "name": "Tests", "may_write": true}],
        })
    };
    operator.post("/operator/organisations", &setup(json!(["other.test"])))?;
    let taken = operator.call_json(
        "POST",
        "/operator/organisations",
        &setup(json!([CLAIMED.1])),
    )?;
    ensure!(
        taken.status == 422 && taken.body["errors"][0]["code"] == "held-elsewhere",
        "{taken:?}"
    );

    let (one, other) = (&setting.api, setting.api.with_token(TOKEN));
    let domain = other.post("/domains", &json!({"domain": CLAIMED.1}))?;
    let value = domain["txt_value"].as_str().context("txt_value")?;
    ensure!(value != claimed.txt_value, "both have one value");
    let missing = check(&other, CLAIMED.1)?;
    ensure_check(&missing, "txt", "proof-differs")?;
    let both = vec![claimed.txt_value.clone(), value.to_owned()];
    resolver.say_txt(&claimed.txt_name, Said::Texts(both));
    let checked = check(&other, CLAIMED.1)?;
    ensure!(checked["state"] == "unverified", "{checked}");
    ensure_check(&checked, "txt", "held-elsewhere")?;

    // The first one gives it up, and later wants it back.
    resolver.say_txt(&claimed.txt_name, Said::Texts(vec![value.to_owned()]));
    let start = 30;
    run_at(setting, now().plus_days(start))?;
    run_at(setting, now().plus_days(start + GRACE_DAYS + 1))?;
    ensure!(listed(one, CLAIMED.1)?["state"] == "lost", "not lost");
    let checked = check(&other, CLAIMED.1)?;
    ensure!(checked["state"] == "verified", "{checked}");
    resolver.say_txt(
        &claimed.txt_name,
        Said::Texts(vec![claimed.txt_value.clone(), value.to_owned()]),
    );
    let checked = check(one, CLAIMED.1)?;
    ensure!(checked["state"] == "lost", "{checked}");
    ensure_check(&checked, "txt", "held-elsewhere")?;
    // Now its mail is a stranger's.
    let message = plain(READER, "to@elsewhere.test", "Gone", "Not ours.", now());
    let reply = setting.send(READER, "to@elsewhere.test", &message)?;
    ensure!(reply.code == 550, "{reply:?}");
    Ok(())
}

fn is_removed_without_seats(setting: &Setting) -> Result<()> {
    let api = &setting.api;
    let held = remove(api, CLAIMED.1)?;
    ensure!(
        held.status == 409 && held.body["code"] == "seats-held",
        "{held:?}"
    );
    deactivate(setting, READER)?;
    let removed = remove(api, CLAIMED.1)?;
    ensure!(removed.status == 204, "{removed:?}");
    ensure!(remove(api, CLAIMED.1)?.status == 404, "removed twice");
    ensure!(listed(api, CLAIMED.1)?.is_null(), "it is still listed");
    Ok(())
}

fn check(api: &ApiClient, domain: &str) -> Result<Value> {
    let domain = domain.replace('ü', "%C3%BC");
    api.post(&format!("/domains/{domain}/check"), &Value::Null)
}

fn remove(api: &ApiClient, domain: &str) -> Result<Answer> {
    api.call("DELETE", &format!("/domains/{domain}"))
}

/// The domain as the list has it; null where it has not.
fn listed(api: &ApiClient, domain: &str) -> Result<Value> {
    let page = api.get("/domains")?;
    let items = page["items"].as_array().context("items")?;
    let found = items.iter().find(|item| item["domain"] == domain);
    Ok(found.cloned().unwrap_or_default())
}

/// The newest check of a kind found this, with a sentence.
fn ensure_check(domain: &Value, kind: &str, code: &str) -> Result<()> {
    let checks = domain["checks"].as_array().context("checks")?;
    let newest = checks.iter().find(|check| check["kind"] == kind);
    let newest = newest.with_context(|| format!("no check of {kind}: {domain}"))?;
    let detail = newest["detail"].as_str().unwrap_or_default();
    let at = newest["at"].as_str().and_then(UnixTime::parse_rfc3339);
    ensure!(
        newest["code"] == code && detail.ends_with('.') && at.is_some(),
        "{newest} is not `{code}`"
    );
    Ok(())
}

fn activate(api: &ApiClient, address: &str) -> Result<Value> {
    let body = json!({"addresses": [address]});
    Ok(api.post("/mailboxes/activate", &body)?["results"][0].clone())
}

/// Ends the seat of a mailbox.
fn deactivate(setting: &Setting, address: &str) -> Result<()> {
    let body = json!({"addresses": [address]});
    setting.api.post("/mailboxes/deactivate", &body)?;
    setting.api.post("/test/schedule", &Value::Null)?;
    let mailbox = setting.api.get(&format!("/mailboxes/{address}"))?;
    ensure!(mailbox["status"] == "inactive", "{mailbox}");
    Ok(())
}

fn ensure_problem(result: &Value, status: &str, code: &str) -> Result<()> {
    ensure!(
        result["status"] == status && result["problem"]["code"] == code,
        "{result} is not {status} for `{code}`"
    );
    Ok(())
}

fn sends_signed(setting: &Setting, name: &str) -> Result<()> {
    let to = format!("{name}@elsewhere.test");
    let message = plain(READER, &to, "Signed", "By whose domain is proven.", now());
    ensure_reply(&setting.send(READER, &to, &message)?, 250, "")?;
    ensure_protection(&setting.listed(&to, "delivered")?, &["signed"])
}

/// As many domains as there may be; nobody has looked at the new ones yet.
const FULL: &str = "
organisation, count = db.execute('SELECT organisation, count(*) FROM domains WHERE organisation = \
    (SELECT organisation FROM domains WHERE domain = \"acme.test\")').fetchone()
db.executemany(
    'INSERT INTO domains (organisation, domain, state, proof, txt_value) VALUES (?, ?, ?, ?, ?)',
    [(organisation, f'd{n:04}.full.test', 'unverified', 'dns', 'x') for n in range(1000 - count)])
";

fn keeps_to_the_limits(setting: &Setting) -> Result<()> {
    setting.rewrite(FULL)?;
    let api = &setting.api;
    let answer = api.call_json("POST", "/domains", &json!({"domain": "one.more.test"}))?;
    ensure!(
        answer.status == 409 && answer.body["code"] == "too-many-domains",
        "{answer:?}"
    );

    // One run of the scheduled work looks at so many, the longest due first.
    api.post("/test/schedule", &Value::Null)?;
    let mut looked_at = 0;
    let mut domains = 0;
    let mut page = api.get("/domains?limit=200")?;
    loop {
        let items = page["items"].as_array().context("no domains")?;
        domains += items.len();
        let full = items.iter().filter(|domain| {
            let name = domain["domain"].as_str();
            name.is_some_and(|name| name.ends_with(".full.test"))
        });
        looked_at += full.filter(|domain| domain["checks"] != json!([])).count();
        let Some(next) = page["next"].as_str() else {
            break;
        };
        page = api.get(&format!("/domains?limit=200&cursor={next}"))?;
    }
    ensure!(
        domains == 1000 && looked_at == 50,
        "{looked_at} of {domains}"
    );
    Ok(())
}

/// Moves the clock and has the scheduled work done.
fn run_at(setting: &Setting, time: UnixTime) -> Result<()> {
    let clock = json!({"now": time.plus_days(0).to_string()});
    let answer = setting.api.call_json("PUT", "/test/clock", &clock)?;
    // It goes forward only, and at first it is there already.
    ensure!(matches!(answer.status, 200 | 204 | 409), "{answer:?}");
    setting.api.post("/test/schedule", &Value::Null)?;
    Ok(())
}
