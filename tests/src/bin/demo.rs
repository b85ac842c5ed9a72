//! The demo's first mail: a partner whose people have certificates, rules, and mail both ways
//! through the real relay, so that the portal of a new stack has something to show.
//!
//! Told by the environment: `SEALGATE_READY`, the content of the ready line, and `SEALGATE_DEMO`, a
//! folder for the partner's certificates and keys, with which the delivered mail can be opened.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mail::UnixTime;
use serde_json::{Value, json};
use smime::{
    Certificate, ContentCipher, KeyKind, RsaPadding, SignOptions, Signer, encrypt, protect, sign,
};
use tests::api_client::ApiClient;
use tests::identity::{Authority, Person, now, provider};
use tests::message::plain;
use tests::smtp_client;

const ALICE: &str = "alice@acme.test";
const BOB: &str = "bob@acme.test";
const CAROL: &str = "carol@acme.test";
const ERIKA: &str = "erika@partner.test";
const CONTRACTS: &str = "contracts@partner.test";

fn main() -> Result<()> {
    let ready: Value = serde_json::from_str(&env::var("SEALGATE_READY")?)?;
    let folder = PathBuf::from(env::var("SEALGATE_DEMO")?);
    let demo = Demo::prepare(&ready, &folder)?;
    demo.publish_rules()?;
    demo.correspond()
}

struct Demo {
    api: ApiClient,
    outbound: String,
    inbound: String,
    erika: Person,
    /// The certificate of Alice's mailbox.
    alice: Certificate,
    at: UnixTime,
}

impl Demo {
    /// A partner whose authority is trusted, and two active mailboxes.
    fn prepare(ready: &Value, folder: &Path) -> Result<Self> {
        let text = |key: &str| ready.get(key).and_then(Value::as_str).context("ready line");
        let api = ApiClient::new(text("api")?, text("token")?);
        let authority = Authority::new("Partner")?;
        let erika = authority.enrol(ERIKA, KeyKind::P256)?;
        fs::create_dir_all(folder)?;
        fs::write(folder.join("partner-ca.pem"), authority.pem())?;
        fs::write(folder.join("erika.pem"), erika.certificate.to_pem())?;
        let key = smime::pem::encode("PRIVATE KEY", erika.key.expose_pkcs8());
        fs::write(folder.join("erika.key"), key)?;

        api.post_pem("/authorities", &authority.pem())?;
        api.post("/mailboxes/activate", &json!({"addresses": [ALICE, BOB]}))?;
        let alice = active_certificate(&api, ALICE)?;
        Ok(Self {
            api,
            outbound: text("relay_outbound")?.to_owned(),
            inbound: text("relay_inbound")?.to_owned(),
            erika,
            alice,
            at: now(),
        })
    }

    /// Each new rule enters at the top, so the last one here comes first.
    fn publish_rules(&self) -> Result<()> {
        let any = json!({"kind": "any"});
        self.add_rule(
            "Lab mail passes unchanged",
            &json!({"kind": "domain", "value": "sensors.lab.acme.test"}),
            &any,
            ("do_not_decrypt", "neither"),
        )?;
        self.add_rule(
            "Encrypt to Partner where a key is known",
            &any,
            &json!({"kind": "domain", "value": "partner.test", "subdomains": true}),
            ("not_defined", "optional_encryption"),
        )?;
        self.add_rule(
            "Contracts only encrypted",
            &json!({"kind": "address", "value": BOB}),
            &json!({"kind": "address", "value": CONTRACTS}),
            ("force_decryption", "enforce_encryption"),
        )
    }

    fn add_rule(
        &self,
        name: &str,
        managed: &Value,
        external: &Value,
        (inbound, outbound): (&str, &str),
    ) -> Result<()> {
        let rules = self.api.get("/rules")?;
        let rule = json!({
            "version": rules.get("version"),
            "name": name,
            "enabled": true,
            "managed": managed,
            "external": external,
            "inbound": inbound,
            "outbound": outbound,
        });
        self.api.post("/rules", &rule)?;
        Ok(())
    }

    /// Mail of a morning, in the order in which one needs the other.
    fn correspond(&self) -> Result<()> {
        let offer = self.mail(
            ERIKA,
            ALICE,
            "Offer for the new line",
            "Please find our offer.",
        );
        let offer = self.signed(&offer)?;
        self.receive(ERIKA, ALICE, &offer, true)?;

        let answer = self.mail(ALICE, ERIKA, "Re: Offer for the new line", "We accept.");
        self.send(ALICE, ERIKA, &answer, true)?;

        let secret = self.mail(ERIKA, ALICE, "Drawings", "The drawings, confidential.");
        let secret = self.encrypted(&self.signed(&secret)?)?;
        self.receive(ERIKA, ALICE, &secret, true)?;

        let altered = self.mail(ERIKA, ALICE, "New bank account", "Please pay to account 1.");
        let altered = replaced(&self.signed(&altered)?, "account 1.", "account 7.")?;
        self.receive(ERIKA, ALICE, &altered, true)?;

        let invitation = self.mail(
            ALICE,
            "dana@example.test",
            "Invitation",
            "See you on Friday.",
        );
        self.send(ALICE, "dana@example.test", &invitation, true)?;

        let hello = self.mail(
            CAROL,
            "dana@example.test",
            "Hello",
            "My mailbox is not active yet.",
        );
        self.send(CAROL, "dana@example.test", &hello, true)?;

        // No key of this recipient is known, so the relay refuses at RCPT.
        let contract = self.mail(BOB, CONTRACTS, "Contract", "For signature.");
        self.send(BOB, CONTRACTS, &contract, false)?;

        let plain = self.mail(CONTRACTS, BOB, "Contract", "Sent in clear by mistake.");
        self.receive(CONTRACTS, BOB, &plain, false)?;

        let reading = "4.2 bar";
        let sensor = self.mail(
            "pump@sensors.lab.acme.test",
            "dana@example.test",
            "Pump",
            reading,
        );
        self.send(
            "pump@sensors.lab.acme.test",
            "dana@example.test",
            &sensor,
            true,
        )
    }

    fn mail(&self, from: &str, to: &str, subject: &str, body: &str) -> Vec<u8> {
        plain(from, to, subject, body, self.at)
    }

    fn signed(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signer = Signer {
            certificate: &self.erika.certificate,
            chain: &[],
            key: &self.erika.key,
        };
        let provider = provider();
        let options = SignOptions::default();
        let wrapped = protect(message.into(), |entity| {
            sign(entity, &signer, &options, self.at, &provider)
        })?;
        Ok(wrapped.into_vec())
    }

    fn encrypted(&self, message: &[u8]) -> Result<Vec<u8>> {
        let recipients = [self.alice.clone(), self.erika.certificate.clone()];
        let provider = provider();
        let cipher = ContentCipher::Aes256Gcm;
        let wrapped = protect(message.into(), |entity| {
            encrypt(entity, &recipients, cipher, RsaPadding::Pkcs1, &provider)
        })?;
        Ok(wrapped.into_vec())
    }

    fn send(&self, from: &str, to: &str, message: &[u8], taken: bool) -> Result<()> {
        hand_over(&self.outbound, from, to, message, taken)
    }

    fn receive(&self, from: &str, to: &str, message: &[u8], taken: bool) -> Result<()> {
        hand_over(&self.inbound, from, to, message, taken)
    }
}

/// Sends, and fails where the relay does not take or refuse it as the demo wants.
fn hand_over(relay: &str, from: &str, to: &str, message: &[u8], taken: bool) -> Result<()> {
    let reply = smtp_client::send(relay, from, to, message)?;
    let as_wanted = if taken {
        reply.is_positive()
    } else {
        reply.code == 550
    };
    if !as_wanted {
        bail!("mail from {from} to {to} was answered with {reply:?}");
    }
    Ok(())
}

/// The certificate of a mailbox, once it is there.
fn active_certificate(api: &ApiClient, address: &str) -> Result<Certificate> {
    let fingerprint = api.active_certificate(address)?;
    let pem = api.get_text(&format!("/certificates/{fingerprint}.pem"))?;
    Certificate::from_pem_or_der(pem.as_bytes()).context("the certificate of a mailbox")
}

fn replaced(message: &[u8], from: &str, to: &str) -> Result<Vec<u8>> {
    let text = String::from_utf8(message.to_vec())?;
    if !text.contains(from) {
        bail!("the message does not contain `{from}` to be altered");
    }
    Ok(text.replace(from, to).into_bytes())
}
