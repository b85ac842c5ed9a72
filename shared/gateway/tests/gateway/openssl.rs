//! Both walkthroughs with OpenSSL at the other end, where it is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use gateway::{Protection, Sha1Signatures};
use mail::Entity;
use policy::OutboundOption;
use smime::pem;

use crate::support::{
    ALICE, BOB, NOW, Person, World, codes, delivered, inbound, mail, outbound, rsa_key, text,
};

/// A folder in which OpenSSL runs.
struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    fn find() -> Option<Self> {
        let found = Command::new("openssl").arg("version").output();
        if found.is_err() {
            eprintln!("skipped: openssl is not installed");
            return None;
        }
        Some(Self(tempfile::tempdir().unwrap()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn person(&self, name: &str, person: &Person) {
        self.write(&format!("{name}.pem"), person.certificate.to_pem());
        self.write(
            &format!("{name}.key"),
            pem::encode("PRIVATE KEY", person.key.expose_pkcs8()),
        );
    }

    /// What `openssl cms` writes to its standard output.
    fn cms(&self, arguments: &str) -> Vec<u8> {
        let mut command = Command::new("openssl");
        command.current_dir::<&Path>(self.0.path()).arg("cms");
        let output = command.args(arguments.split(' ')).output().unwrap();
        assert!(
            output.status.success(),
            "openssl cms {arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }
}

/// A mail leaves; OpenSSL decrypts and verifies it, and has byte for byte what was sent.
#[test]
fn openssl_reads_what_leaves() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let mut world = World::new();
    let provider = world.provider.as_ref();
    let alice = world.acme.certify(ALICE, rsa_key(), NOW, provider);
    let on_a_curve = world.partner.person(BOB, provider);
    let with_rsa = world.partner.certify(BOB, rsa_key(), NOW, provider);
    world.install(&alice);
    world.outbound_rule(OutboundOption::EnforceEncryption);
    openssl.write("acme.pem", world.acme.root().to_pem());
    for bob in [with_rsa, on_a_curve] {
        world.directory.external.clear();
        world.introduce(&bob, None);
        openssl.person("bob", &bob);
        let (envelope, raw) = (outbound(ALICE, &[BOB]), mail(ALICE, BOB));
        let decision = world.run(&envelope, &raw);
        openssl.write("sent.eml", delivered(&decision));
        openssl.cms("-decrypt -in sent.eml -recip bob.pem -inkey bob.key -out signed.eml");
        let content = openssl.cms(&format!(
            "-verify -in signed.eml -CAfile acme.pem -purpose smimesign -attime {}",
            NOW.0
        ));
        let sent = Entity::parse(&raw);
        assert_eq!(Entity::parse(&content).body(), sent.body());
        assert_eq!(Entity::parse(&content).content_type(), sent.content_type());
    }
}

/// A signed and encrypted answer made by OpenSSL comes in: decrypted, verified, learnt.
#[test]
fn what_openssl_writes_comes_in() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let mut world = World::new();
    let provider = world.provider.as_ref();
    let on_a_curve = world.acme.person(ALICE, provider);
    let with_rsa = world.acme.certify(ALICE, rsa_key(), NOW, provider);
    let bob = world.partner.certify(BOB, rsa_key(), NOW, provider);
    openssl.person("bob", &bob);
    openssl.write("entity", "Content-Type: text/plain\r\n\r\nthe secret\r\n");
    // Without attributes, because OpenSSL would write the real time, which is not that of this test.
    openssl.cms("-sign -noattr -in entity -signer bob.pem -inkey bob.key -out signed");
    for (alice, cipher) in [(with_rsa, "-aes-256-cbc"), (on_a_curve, "-aes-128-cbc")] {
        world.install(&alice);
        openssl.person("alice", &alice);
        let raw = openssl.cms(&format!(
            "-encrypt {cipher} -in signed -from {BOB} -to {ALICE} -subject hello alice.pem"
        ));
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run(&envelope, &raw);
        let record = &decision.records[0];
        assert_eq!(
            record.protection,
            [Protection::Decrypted, Protection::Verified],
            "{:?}",
            record.trace
        );
        assert_eq!(decision.learnt[0].certificate, bob.certificate);
        let message = text(delivered(&decision));
        assert!(
            message.contains("the secret") && message.contains("hello"),
            "{message}"
        );
    }
}

/// A signature over SHA-1 counts where the organisation allows it, and teaches nothing; one over MD5,
/// or over another content, never does.
#[test]
fn sha1_counts_where_it_is_allowed() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let mut world = World::new();
    let bob = world
        .partner
        .certify(BOB, rsa_key(), NOW, world.provider.as_ref());
    openssl.person("bob", &bob);
    openssl.write(
        "entity",
        "Content-Type: text/plain\r\n\r\nsigned by an old client\r\n",
    );
    let signed = |digest: &str| {
        openssl.cms(&format!(
            "-sign -noattr -md {digest} -in entity -signer bob.pem -inkey bob.key \
             -from {BOB} -to {ALICE} -subject old"
        ))
    };
    let (sha1, md5) = (signed("sha1"), signed("md5"));
    let altered = text(&sha1).replace("old client", "new client").into_bytes();
    let verified = |world: &World, raw: &[u8]| {
        let envelope = inbound(BOB, &[ALICE]);
        let decision = world.run(&envelope, raw);
        assert!(decision.learnt.is_empty(), "{:?}", decision.learnt);
        let record = &decision.records[0];
        let warns = codes(record).contains(&"signature-over-sha1");
        let counts = record.protection == [Protection::Verified];
        assert_eq!(warns, counts, "{:?}", record.trace);
        counts
    };
    assert!(!verified(&world, &sha1));
    world.snapshot.settings.sha1_signatures = Sha1Signatures::Warn;
    assert!(verified(&world, &sha1));
    assert!(!verified(&world, &md5));
    assert!(!verified(&world, &altered));
}
