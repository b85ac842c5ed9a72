//! The edge's own way to the organisation's mail server: by TLS to whom it trusts, or not at all.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::identity::now;
use tests::message::plain;
use tests::sink::{Security, Session, Sink};
use tests::tls::TlsServer;

use crate::inbound::post_event;
use crate::setting::Setting;

const FROM: &str = "courier@partner.test";
const CREDENTIALS: (&str, &str) = ("gateway", "correct horse");

pub(crate) fn is_reached_by_tls(setting: &Setting) -> Result<()> {
    let trusted = || Arc::clone(&setting.tls.config);
    for (tls, security) in [
        ("implicit", Security::Implicit(trusted())),
        ("starttls", Security::StartTls(trusted())),
    ] {
        let hop = Hop::new(setting, tls, tls, &security)?;
        ensure!(hop.send(setting)? == 200, "{tls}: not taken");
        let arrival = hop.sink.wait_for(|arrival| arrival.to == [hop.mailbox()])?;
        let (name, password) = CREDENTIALS;
        let session = Session {
            is_secured: true,
            signed_in: Some((name.to_owned(), password.to_owned())),
        };
        ensure!(arrival.session == session, "{tls}: {arrival:?}");
        setting.listed(&hop.mailbox(), "delivered")?;
    }
    Ok(())
}

pub(crate) fn is_not_reached_otherwise(setting: &Setting) -> Result<()> {
    let stranger = TlsServer::new("localhost")?.config;
    let elsewhere = TlsServer::new("elsewhere.test")?.config;
    for (name, tls, security) in [
        (
            "stranger-implicit",
            "implicit",
            Security::Implicit(Arc::clone(&stranger)),
        ),
        (
            "stranger-starttls",
            "starttls",
            Security::StartTls(stranger),
        ),
        ("other-name", "starttls", Security::StartTls(elsewhere)),
        ("stripped", "starttls", Security::Plain),
    ] {
        let hop = Hop::new(setting, name, tls, &security)?;
        let status = hop.send(setting)?;
        ensure!(status >= 400, "{name}: the event answered {status}");
        setting
            .listed(&hop.mailbox(), "failed")
            .with_context(|| name.to_owned())?;
        ensure!(hop.sink.is_empty(), "{name}: the mail came through");
    }
    Ok(())
}

/// A mail server behind a route of its own.
struct Hop {
    sink: Sink,
    domain: String,
}

impl Hop {
    fn new(setting: &Setting, name: &str, tls: &str, security: &Security) -> Result<Self> {
        let hop = Self {
            sink: Sink::start_with(security)?,
            domain: format!("{name}.acme.test"),
        };
        let address = hop.sink.address();
        let port = address.rsplit_once(':').context("no port")?.1;
        let (username, password) = CREDENTIALS;
        setting.api.post(
            "/routes",
            &json!({
                "pattern": hop.domain, "mailboxes": [],
                "next_hop": {
                    "host": "localhost", "port": port.parse::<u16>()?, "tls": tls,
                    "username": username, "password": password,
                },
            }),
        )?;
        Ok(hop)
    }

    fn mailbox(&self) -> String {
        format!("box@{}", self.domain)
    }

    /// Has a mail to it come in by event; replies what the event answered.
    fn send(&self, setting: &Setting) -> Result<u16> {
        let message = plain(FROM, &self.mailbox(), "To the end", "By TLS.", now());
        post_event(setting, FROM, &self.mailbox(), &message)
    }
}
