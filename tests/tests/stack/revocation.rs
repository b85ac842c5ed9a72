//! Certificates that their authority revokes, by a list and by an OCSP responder.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use mail::UnixTime;
use serde_json::{Value, json};
use smime::REVOCATION_INFO_OCTETS_MAX;
use tests::identity::now;
use tests::message::plain;
use tests::publisher::{ENDLESS_OCTETS, Publisher};

use crate::limits;
use crate::openssl::{Fields, authority, extensions, openssl, request, signed};
use crate::setting::{ALICE, Setting, ensure_protection, ensure_reply};

const HOUR: i64 = 60 * 60;
/// How long the responder may take to listen.
const WAIT: Duration = Duration::from_secs(10);

pub(crate) fn is_found_out(setting: &Setting) -> Result<()> {
    let publisher = Publisher::start()?;
    let ca = Ca::new(&setting.folder().join("revoking"))?;
    setting.api.post_pem("/authorities", &ca.read("ca.pem")?)?;
    let responder = free_address()?;
    let listed = Partner::new(
        setting,
        &ca,
        "listed",
        &places(&publisher.url("/list"), None),
    )?;
    let asked = Partner::new(setting, &ca, "asked", &places("", Some(&responder)))?;
    let gone = Partner::new(setting, &ca, "gone", &places(&publisher.url("/gone"), None))?;

    // Nothing is revoked, and what was said is kept.
    publisher.publish("/list", ca.list("2")?);
    let answering = Responder::start(&ca, &responder, "60")?;
    for _ in 0..2 {
        for partner in [&listed, &asked] {
            partner.gets_it_encrypted(setting, "not-revoked", &Value::Null)?;
        }
    }
    ensure!(publisher.asked("/list") == 1, "the list was fetched twice");
    answering.stop()?;
    for partner in [&listed, &asked] {
        let (d1, kv) = limits::process(setting, &partner.address, &partner.message())?;
        ensure!(
            (d1, kv) == (1, 0),
            "what is remembered cost {d1} reads of D1 and {kv} of KV"
        );
    }

    // Nobody tells: by default that is a warning.
    let unknown = json!("revocation-unknown");
    for _ in 0..2 {
        gone.gets_it_encrypted(setting, "revocation-unreachable", &unknown)?;
    }
    ensure!(publisher.asked("/gone") == 1, "silence was not remembered");
    set(setting, "require")?;
    gone.is_refused(setting, "nobody tells now whether", "revocation-unknown")?;
    set(setting, "off")?;
    gone.gets_it_encrypted(setting, "recipient-key-found", &Value::Null)?;
    set(setting, "warn")?;

    // Both are revoked. What is kept still counts, until its time is over.
    ca.revoke("listed")?;
    ca.revoke("asked")?;
    publisher.publish("/list", ca.list("48")?);
    listed.gets_it_encrypted(setting, "not-revoked", &Value::Null)?;
    let answering = Responder::start(&ca, &responder, "2880")?;
    move_clock(setting, now().0 + 3 * HOUR)?;
    for partner in [&listed, &asked] {
        partner.is_refused(setting, "was revoked", "recipient-key-revoked")?;
    }
    ensure!(
        publisher.asked("/list") == 2,
        "the list was fetched again once"
    );
    answering.stop()
}

/// A revoked signer is delivered and told.
pub(crate) fn is_told_of_a_signer(setting: &Setting) -> Result<()> {
    let publisher = Publisher::start()?;
    let ca = Ca::new(&setting.folder().join("revoked-signer"))?;
    setting.api.post_pem("/authorities", &ca.read("ca.pem")?)?;
    let list = places(&publisher.url("/signers"), None);
    for name in ["good", "bad"] {
        ca.certify(name, &format!("{name}@signers.test"), &list)?;
    }
    ca.revoke("bad")?;
    publisher.publish("/signers", ca.list("48")?);
    for (name, protection, reason) in [
        ("good", "verified", Value::Null),
        ("bad", "signature_bad", json!("revoked")),
    ] {
        let from = format!("{name}@signers.test");
        let fields = Fields {
            from: &from,
            to: ALICE,
            subject: name,
        };
        let mail = signed(&ca.folder, name, &fields, "Hello.")?;
        ensure_reply(&setting.receive(&from, ALICE, &mail)?, 250, "")?;
        let item = setting.listed(&from, "delivered")?;
        ensure_protection(&item, &[protection])?;
        ensure!(item["reason"] == reason, "{item}");
    }
    ensure!(publisher.asked("/signers") == 1, "one list is about both");
    Ok(())
}

/// What is asked for is read within limits, each of which leaves nothing known.
pub(crate) fn is_asked_within_limits(setting: &Setting) -> Result<()> {
    let publisher = Publisher::start()?;
    let ca = Ca::new(&setting.folder().join("limits"))?;
    setting.api.post_pem("/authorities", &ca.read("ca.pem")?)?;
    let partner = |name: &str, list: &str| Partner::new(setting, &ca, name, &places(list, None));
    let unknown = json!("revocation-unknown");
    let far = partner("far", &publisher.url("/3"))?;
    let near = partner("near", &publisher.url("/2"))?;
    let away = partner("away", &publisher.url("/away"))?;
    let large = partner("large", &publisher.url("/large"))?;
    let larger = partner("larger", &publisher.url("/larger"))?;
    let endless = partner("endless", &publisher.url("/endless"))?;

    // Redirections are followed twice, and then no more.
    publisher.redirect("/3", &publisher.url("/2"));
    publisher.redirect("/2", "1");
    publisher.redirect("/1", &publisher.url("/list"));
    publisher.publish("/list", ca.list("48")?);
    far.gets_it_encrypted(setting, "revocation-unreachable", &unknown)?;
    ensure!(
        publisher.asked("/1") == 1,
        "two redirections were not followed"
    );
    ensure!(
        publisher.asked("/list") == 0,
        "three redirections were followed"
    );
    near.gets_it_encrypted(setting, "not-revoked", &Value::Null)?;

    // Only to where certificates may send us: this name is the publisher's too.
    let elsewhere = publisher
        .url("/elsewhere")
        .replace("127.0.0.1", "localhost");
    publisher.redirect("/away", &elsewhere);
    publisher.publish("/elsewhere", ca.list("48")?);
    away.gets_it_encrypted(setting, "revocation-unreachable", &unknown)?;
    ensure!(publisher.asked("/away") == 1, "the place was not asked");
    ensure!(
        publisher.asked("/elsewhere") == 0,
        "a forbidden place was asked"
    );

    // A list may be large, but not as large as it likes.
    let limit = REVOCATION_INFO_OCTETS_MAX;
    for (path, octets, partner, step, reason) in [
        (
            "/large",
            limit * 9 / 10,
            &large,
            "not-revoked",
            &Value::Null,
        ),
        (
            "/larger",
            limit * 11 / 10,
            &larger,
            "revocation-unreachable",
            &unknown,
        ),
    ] {
        let list = ca.list_of(octets)?;
        ensure!(
            (list.len() > limit) == (octets > limit),
            "{} octets",
            list.len()
        );
        publisher.publish(path, list);
        partner.gets_it_encrypted(setting, step, reason)?;
    }

    // What does not end is not read to its end.
    publisher.publish_endless("/endless");
    endless.gets_it_encrypted(setting, "revocation-unreachable", &unknown)?;
    let taken = publisher.endless_taken();
    ensure!(
        (limit..ENDLESS_OCTETS / 4).contains(&taken),
        "{taken} octets were taken"
    );
    Ok(())
}

/// Somebody outside whose mail is always to be encrypted.
struct Partner {
    address: String,
}

impl Partner {
    fn new(setting: &Setting, ca: &Ca, name: &str, places: &str) -> Result<Self> {
        let address = format!("{name}@revocation.test");
        ca.certify(name, &address, places)?;
        let certificate = ca.read(&format!("{name}.pem"))?;
        setting.api.post_pem("/partners", &certificate)?;
        setting.rule(&address, "not_defined", "enforce_encryption")?;
        Ok(Self { address })
    }

    fn message(&self) -> Vec<u8> {
        plain(ALICE, &self.address, "Revocation", "A secret.", now())
    }

    fn gets_it_encrypted(&self, setting: &Setting, step: &str, reason: &Value) -> Result<()> {
        let reply = setting.send(ALICE, &self.address, &self.message())?;
        ensure_reply(&reply, 250, "")?;
        let item = setting.listed(&self.address, "delivered")?;
        ensure_protection(&item, &["signed", "encrypted"])?;
        ensure!(item["reason"] == *reason, "{item}");
        ensure_step(setting, &item, step)
    }

    fn is_refused(&self, setting: &Setting, words: &str, reason: &str) -> Result<()> {
        let reply = setting.send(ALICE, &self.address, &self.message())?;
        ensure_reply(&reply, 550, words)?;
        let item = setting.listed(&self.address, "refused")?;
        ensure!(item["reason"] == reason, "{item}");
        ensure_step(setting, &item, "refused")
    }
}

fn ensure_step(setting: &Setting, item: &Value, code: &str) -> Result<()> {
    let trace = setting.trace(item)?;
    let mut steps = trace.as_array().into_iter().flatten();
    ensure!(
        steps.any(|step| step["code"] == code),
        "no `{code}` in {trace}"
    );
    Ok(())
}

fn set(setting: &Setting, revocation: &str) -> Result<()> {
    let mut settings = setting.api.get("/settings")?;
    settings["revocation"] = json!(revocation);
    setting.api.put("/settings", &settings).map(drop)
}

fn move_clock(setting: &Setting, to: i64) -> Result<()> {
    let body = json!({"now": UnixTime(to).to_string()});
    setting.api.put("/test/clock", &body).map(drop)
}

/// The extensions that name a list and a responder.
fn places(list: &str, responder: Option<&str>) -> String {
    let list = (!list.is_empty()).then(|| format!("crlDistributionPoints=URI:{list}\n"));
    let responder =
        responder.map(|place| format!("authorityInfoAccess=OCSP;URI:http://{place}/\n"));
    list.into_iter().chain(responder).collect()
}

/// An authority with a register of what it issued and revoked.
struct Ca {
    folder: PathBuf,
}

impl Ca {
    fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("index.txt"), "")?;
        fs::write(folder.join("serial"), "1000\n")?;
        let name = folder.file_name().context("a folder without a name")?;
        let subject = format!("/CN={} Root", name.to_string_lossy());
        authority(folder, &subject)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    fn read(&self, file: &str) -> Result<String> {
        Ok(fs::read_to_string(self.folder.join(file))?)
    }

    /// A certificate in `NAME.pem` with its key in `NAME.key`.
    fn certify(&self, name: &str, address: &str, places: &str) -> Result<()> {
        let extensions = extensions(address);
        fs::write(
            self.folder.join("ca.cnf"),
            format!(
                "[ca]\ndefault_ca=this\n\
                 [this]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n\
                 certificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\ndefault_days=30\n\
                 policy=any\n\
                 [any]\ncommonName=supplied\n\
                 [person]\n{extensions}{places}"
            ),
        )?;
        request(&self.folder, name, address)?;
        let (request, certificate) = (format!("{name}.csr"), format!("{name}.pem"));
        let of_a_person = ["-extensions", "person", "-notext"];
        self.ca(&[&of_a_person[..], &["-in", &request, "-out", &certificate]].concat())
    }

    fn revoke(&self, name: &str) -> Result<()> {
        self.ca(&["-revoke", &format!("{name}.pem")])
    }

    /// The list, which holds for so many hours; DER.
    fn list(&self, hours: &str) -> Result<Vec<u8>> {
        self.ca(&["-gencrl", "-crlhours", hours, "-out", "list.pem"])?;
        let convert = [
            "crl", "-in", "list.pem", "-outform", "DER", "-out", "list.crl",
        ];
        openssl(&self.folder, &convert)?;
        Ok(fs::read(self.folder.join("list.crl"))?)
    }

    /// A list of about so many octets, which holds for two days; DER.
    fn list_of(&self, octets: usize) -> Result<Vec<u8>> {
        // A SEQUENCE of a serial number of 16 octets and a UTCTime.
        const ENTRY_OCTETS: usize = 2 + (2 + 16) + (2 + 13);
        let register = self.folder.join("index.txt");
        let issued = fs::read_to_string(&register)?;
        let others = (0..octets / ENTRY_OCTETS).map(|number| {
            format!("R\t351231235959Z\t260101000000Z\t7F{number:030X}\tunknown\t/CN=other\n")
        });
        fs::write(&register, issued.clone() + &others.collect::<String>())?;
        let list = self.list("48");
        fs::write(&register, issued)?;
        list
    }

    fn ca(&self, arguments: &[&str]) -> Result<()> {
        let common = ["ca", "-batch", "-config", "ca.cnf"];
        openssl(&self.folder, &[&common, arguments].concat())
    }
}

/// OpenSSL's OCSP responder; dropping it ends it.
struct Responder(Child);

impl Responder {
    /// Listens where certificates say; its answers hold for so many minutes.
    fn start(ca: &Ca, address: &str, minutes: &str) -> Result<Self> {
        let port = address.rsplit(':').next().unwrap_or_default();
        let mut child = Command::new("openssl")
            .current_dir(&ca.folder)
            .args([
                "ocsp",
                "-index",
                "index.txt",
                "-port",
                port,
                "-nmin",
                minutes,
            ])
            .args(["-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("openssl ocsp")?;
        let errors = child.stderr.take().context("no standard error")?;
        let responder = Self(child);
        // It says when it listens; a connection to find out would be a request without an end to it.
        let (sender, listening) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                // Nobody waits any more after the first.
                let _ = sender.send(line);
            }
        });
        listening
            .recv_timeout(WAIT)
            .context("the responder does not listen")?;
        Ok(responder)
    }

    fn stop(mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
