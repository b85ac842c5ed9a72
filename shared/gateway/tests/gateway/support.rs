//! An organisation, acme.test, and a partner, partner.test, each with a CA of its own.

use std::cell::Cell;
use std::collections::BTreeMap;

use gateway::{
    Action, Anchor, Answer, Decision, Delivery, Directory, DomainPattern, Envelope, KeyId, Mailbox,
    Need, Organisation, OwnCertificate, Partner, PartnerCertificate, PartnerSource, Record, Reply,
    RevocationChecks, RevocationMemory, Said, Settings, Snapshot, Step, lookup, start,
};
use issuing::{
    CrlContent, Issuer, MailboxContent, Revocation, RevocationReason, RootContent, Serial,
    make_root,
};
use mail::{Address, Buffer, UnixTime};
use policy::{
    Direction, ExternalSelector, InboundOption, ManagedSelector, OutboundOption, RuleDraft, RuleId,
    RuleSet,
};
use smime::{
    Capabilities, Certificate, ContentCipher, KeyKind, KeyPair, OpenContext, Opened, PrivateKey,
    Provider, ProviderError, RsaPadding, RustCrypto, SignOptions, Signer, TrustStore,
};

pub(crate) const NOW: UnixTime = UnixTime(1_795_555_399); // 2026-11-24T21:23:19Z

/// Where the lists of all authorities are said to be.
pub(crate) const CRL_URL: &str = "http://gateway.acme.test/pki/acme/crl";

pub(crate) const ALICE: &str = "alice@acme.test";
pub(crate) const BOB: &str = "bob@partner.test";

/// Bytes that differ from call to call and not from run to run.
pub(crate) fn provider() -> impl Provider {
    let state = Cell::new(0x9e37_79b9_7f4a_7c15_u64);
    RustCrypto::new(move |out: &mut [u8]| {
        for byte in out {
            let mut x = state.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            state.set(x);
            *byte = x.to_be_bytes()[0];
        }
        Ok::<(), ProviderError>(())
    })
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A CA with its root.
pub(crate) struct Authority {
    key: PrivateKey,
    root: Vec<u8>,
    issued: Cell<u8>,
}

/// Somebody with a certificate.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) address: Address,
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
}

impl Authority {
    pub(crate) fn new(name: &str, provider: &dyn Provider) -> Self {
        let key = provider.generate_key(KeyKind::P256).unwrap();
        let content = RootContent {
            organisation: name,
            serial: Serial::from_random([1; 16]),
            now: NOW,
        };
        let root = make_root(content, &key, provider).unwrap();
        Self {
            key,
            root,
            issued: Cell::new(1),
        }
    }

    pub(crate) fn root(&self) -> Certificate {
        Certificate::from_der(&self.root).unwrap()
    }

    /// A certificate for a new P-256 key.
    pub(crate) fn person(&self, text: &str, provider: &dyn Provider) -> Person {
        self.certify(
            text,
            provider.generate_key(KeyKind::P256).unwrap(),
            NOW,
            provider,
        )
    }

    pub(crate) fn certify(
        &self,
        text: &str,
        key: PrivateKey,
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Person {
        self.certify_naming(CRL_URL, text, key, now, provider)
    }

    /// A certificate that names this place for its revocation.
    pub(crate) fn certify_naming(
        &self,
        crl_url: &str,
        text: &str,
        key: PrivateKey,
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Person {
        self.issued.set(self.issued.get() + 1);
        let issuer = Issuer::new(&self.root, &self.key, provider).unwrap();
        let certificate = issuer.issue(MailboxContent {
            address: &address(text),
            spki: &provider.public_key(&key).unwrap(),
            serial: Serial::from_random([self.issued.get(); 16]),
            now,
            crl_url,
            issuer_url: "http://gateway.acme.test/pki/acme/root.der",
            // Not of HTTP, so not asked: what is said of revocation comes from lists here.
            ocsp_url: "ldap://gateway.acme.test",
        });
        Person {
            address: address(text),
            certificate: Certificate::from_der(&certificate.unwrap()).unwrap(),
            key,
        }
    }
}

impl Authority {
    /// A list that revokes the certificates of these people.
    pub(crate) fn crl(&self, revoked: &[&Person], provider: &dyn Provider) -> Vec<u8> {
        let revoked: Vec<Revocation<'_>> = revoked
            .iter()
            .map(|person| Revocation {
                serial: person.certificate.serial(),
                at: NOW,
                reason: RevocationReason::KeyCompromise,
            })
            .collect();
        let issuer = Issuer::new(&self.root, &self.key, provider).unwrap();
        let content = CrlContent {
            number: 1,
            now: NOW,
            revoked: &revoked,
        };
        issuer.crl(content).unwrap()
    }
}

/// An RSA key; making one takes seconds without optimisation.
pub(crate) fn rsa_key() -> PrivateKey {
    PrivateKey::from_pem_or_der(include_bytes!("rsa.pem")).unwrap()
}

/// Everything that a decision depends on, to be bent by each test.
pub(crate) struct World {
    pub(crate) provider: Box<dyn Provider>,
    pub(crate) snapshot: Snapshot,
    pub(crate) directory: Directory,
    pub(crate) memory: RevocationMemory,
    pub(crate) keys: BTreeMap<KeyId, PrivateKey>,
    pub(crate) acme: Authority,
    pub(crate) partner: Authority,
}

impl World {
    /// Nobody has a certificate, no rule is there, both CAs are trusted; revocation is another file's
    /// matter, so nobody is asked about it.
    pub(crate) fn new() -> Self {
        let provider: Box<dyn Provider> = Box::new(provider());
        let acme = Authority::new("Acme", provider.as_ref());
        let partner = Authority::new("Partner", provider.as_ref());
        let anchor = |authority: &Authority| Anchor {
            certificate: authority.root(),
            domain: None,
        };
        Self {
            snapshot: Snapshot {
                organisation: Organisation {
                    id: "acme".to_owned(),
                    name: "Acme".to_owned(),
                },
                version: 7,
                domains: vec![
                    DomainPattern::parse("acme.test").unwrap(),
                    DomainPattern::parse("*.lab.acme.test").unwrap(),
                ],
                rules: RuleSet::default(),
                settings: Settings {
                    revocation: RevocationChecks::Off,
                    ..Settings::default()
                },
                anchors: vec![anchor(&acme), anchor(&partner)],
            },
            directory: Directory::default(),
            memory: RevocationMemory::default(),
            keys: BTreeMap::new(),
            provider,
            acme,
            partner,
        }
    }

    /// Alice is active, and Bob's certificate is known.
    pub(crate) fn with_alice_and_bob() -> (Self, Person, Person) {
        let mut world = Self::new();
        let alice = world.activate(ALICE);
        let bob = world.meet(BOB);
        (world, alice, bob)
    }

    /// Makes a managed mailbox active.
    pub(crate) fn activate(&mut self, text: &str) -> Person {
        let person = self.acme.person(text, self.provider.as_ref());
        self.install(&person);
        person
    }

    /// Makes this the active certificate of a managed mailbox; the one before stays as an earlier one.
    pub(crate) fn install(&mut self, person: &Person) {
        let key = KeyId(person.certificate.fingerprint().to_string());
        self.keys.insert(key.clone(), person.key.clone());
        let mailbox = self
            .directory
            .managed
            .entry(person.address.clone())
            .or_default();
        let before = mailbox.active.replace(OwnCertificate {
            certificate: person.certificate.der().to_vec(),
            chain: Vec::new(),
            key,
            is_built_in: true,
        });
        mailbox.earlier.extend(before);
    }

    /// Makes a partner's certificate known.
    pub(crate) fn meet(&mut self, text: &str) -> Person {
        let person = self.partner.person(text, self.provider.as_ref());
        self.introduce(&person, None);
        person
    }

    pub(crate) fn introduce(&mut self, person: &Person, capabilities: Option<&Capabilities>) {
        let partner = self
            .directory
            .external
            .entry(person.address.clone())
            .or_default();
        partner.certificates.push(PartnerCertificate {
            certificate: person.certificate.der().to_vec(),
            chain: Vec::new(),
            source: PartnerSource::Uploaded,
            capabilities: capabilities.map(Capabilities::to_der),
        });
    }

    /// One rule for everybody and everything.
    pub(crate) fn outbound_rule(&mut self, option: OutboundOption) {
        self.rule(None, None, Some(option));
    }

    /// One rule for everybody and everything.
    pub(crate) fn inbound_rule(&mut self, option: InboundOption) {
        self.rule(None, Some(option), None);
    }

    /// A rule at priority 1, for one managed mailbox or for all.
    pub(crate) fn rule(
        &mut self,
        mailbox: Option<&str>,
        inbound: Option<InboundOption>,
        outbound: Option<OutboundOption>,
    ) {
        let managed = mailbox.map_or(ManagedSelector::Any, |text| ManagedSelector::Address {
            value: address(text),
        });
        let number = self.snapshot.rules.rules.len() + 1;
        let draft = RuleDraft {
            name: "the rule".to_owned(),
            enabled: true,
            managed,
            external: ExternalSelector::Any,
            inbound,
            outbound,
        };
        self.snapshot
            .rules
            .add(RuleId(format!("r{number}")), draft)
            .unwrap();
    }

    /// Runs the pipeline with the keys of this world.
    pub(crate) fn run(&self, envelope: &Envelope, raw: &[u8]) -> Decision {
        self.run_with(envelope, raw, |need| self.key(need))
    }

    /// The key that is asked for; nobody answers about revocation.
    pub(crate) fn key(&self, need: &Need) -> Answer {
        match need {
            Need::Key(id) => match self.keys.get(id) {
                Some(key) => Answer::Found(key.clone()),
                None => Answer::NotYet,
            },
            Need::Revocation(_) => Answer::Revocation(Said::Nothing),
        }
    }

    pub(crate) fn run_with(
        &self,
        envelope: &Envelope,
        raw: &[u8],
        answer: impl Fn(&Need) -> Answer,
    ) -> Decision {
        self.decide(envelope, raw.into(), answer)
    }

    pub(crate) fn decide(
        &self,
        envelope: &Envelope,
        raw: Buffer,
        answer: impl Fn(&Need) -> Answer,
    ) -> Decision {
        let looked_up = lookup(envelope);
        assert!(looked_up.managed.len() + looked_up.external.len() > 0);
        let provider = self.provider.as_ref();
        let mut step = start(
            envelope,
            raw,
            &self.snapshot,
            &self.directory,
            &self.memory,
            NOW,
            provider,
        );
        for _ in 0..=gateway::KEYS_TRIED_MAX + gateway::SOURCES_ASKED_MAX {
            match step {
                Step::Done(decision) => return decision,
                Step::Need(waiting, needs) => step = waiting.resume(needs.iter().map(&answer)),
            }
        }
        panic!("the pipeline asks for more than it may");
    }

    /// Opens a message with somebody's key, trusting both CAs.
    pub(crate) fn open(&self, message: &[u8], person: Option<&Person>) -> Opened {
        let keys: Vec<KeyPair> = person
            .into_iter()
            .map(|person| KeyPair {
                certificate: Some(person.certificate.clone()),
                key: person.key.clone(),
            })
            .collect();
        let trust = TrustStore::from_anchors([self.acme.root(), self.partner.root()]);
        let context = OpenContext {
            keys: &keys,
            trust: &trust,
            now: NOW,
            provider: self.provider.as_ref(),
            content: None,
            checks_address: true,
        };
        smime::open(message, &context)
    }

    /// Signs as a client would.
    pub(crate) fn sign(&self, message: &[u8], person: &Person) -> Vec<u8> {
        self.sign_at(message, person, NOW)
    }

    pub(crate) fn sign_at(&self, message: &[u8], person: &Person, at: UnixTime) -> Vec<u8> {
        self.signed(message, person, &[], at)
    }

    /// Signs as a client that sends these certificates along.
    pub(crate) fn sign_with_chain(
        &self,
        message: &[u8],
        person: &Person,
        chain: &[Certificate],
    ) -> Vec<u8> {
        self.signed(message, person, chain, NOW)
    }

    fn signed(
        &self,
        message: &[u8],
        person: &Person,
        chain: &[Certificate],
        at: UnixTime,
    ) -> Vec<u8> {
        let signer = Signer {
            certificate: &person.certificate,
            chain,
            key: &person.key,
        };
        smime::protect(message.into(), |entity| {
            smime::sign(
                entity,
                &signer,
                &SignOptions::default(),
                at,
                self.provider.as_ref(),
            )
        })
        .unwrap()
        .into_vec()
    }

    /// Encrypts as a client would.
    pub(crate) fn encrypt(&self, message: &[u8], people: &[&Person]) -> Vec<u8> {
        let certificates: Vec<_> = people.iter().map(|p| p.certificate.clone()).collect();
        smime::protect(message.into(), |entity| {
            smime::encrypt(
                entity,
                &certificates,
                ContentCipher::Aes256Cbc,
                RsaPadding::default(),
                self.provider.as_ref(),
            )
        })
        .unwrap()
        .into_vec()
    }
}

pub(crate) fn outbound(from: &str, to: &[&str]) -> Envelope {
    envelope(Direction::Outbound, from, to)
}

pub(crate) fn inbound(from: &str, to: &[&str]) -> Envelope {
    envelope(Direction::Inbound, from, to)
}

fn envelope(direction: Direction, from: &str, to: &[&str]) -> Envelope {
    Envelope {
        direction,
        from: (!from.is_empty()).then(|| address(from)),
        to: to.iter().map(|text| address(text)).collect(),
    }
}

/// A plain mail; what must stay confidential in it says `secret`.
pub(crate) fn mail(from: &str, to: &str) -> Vec<u8> {
    format!(
        "From: <{from}>\r\nTo: {to}\r\nSubject: the subject\r\nMessage-ID: <1@test>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nthe secret\r\n"
    )
    .into_bytes()
}

pub(crate) fn deliveries(decision: &Decision) -> &[Delivery] {
    match &decision.action {
        Action::Deliver(deliveries) => deliveries,
        Action::Refuse(reply) | Action::Defer(reply) => panic!("not delivered: {reply}"),
        Action::Divide(groups) => panic!("divided: {groups:?}"),
    }
}

/// Makes a message of text so long.
pub(crate) fn lengthen(raw: &mut Vec<u8>, octets: usize) {
    let line = format!("{}\r\n", "x".repeat(76));
    let lines = octets.saturating_sub(raw.len()) / line.len();
    raw.extend(line.repeat(lines).as_bytes());
}

/// The groups that the message is divided for.
pub(crate) fn divided(decision: &Decision) -> &[Vec<Address>] {
    match &decision.action {
        Action::Divide(groups) => groups,
        other => panic!("not divided: {other:?}"),
    }
}

/// The only message that is delivered.
pub(crate) fn delivered(decision: &Decision) -> &[u8] {
    let [delivery] = deliveries(decision) else {
        panic!("{} deliveries", deliveries(decision).len());
    };
    &delivery.message
}

pub(crate) fn refused(decision: &Decision) -> &Reply {
    match &decision.action {
        Action::Refuse(reply) => reply,
        other => panic!("not refused: {other:?}"),
    }
}

pub(crate) fn deferred(decision: &Decision) -> &Reply {
    match &decision.action {
        Action::Defer(reply) => reply,
        other => panic!("not deferred: {other:?}"),
    }
}

/// The codes of a record's trace.
pub(crate) fn codes(record: &Record) -> Vec<&'static str> {
    record.trace.iter().map(|step| step.code).collect()
}

pub(crate) fn text(message: &[u8]) -> String {
    String::from_utf8_lossy(message).into_owned()
}

/// A mailbox without anything.
pub(crate) fn inactive() -> Mailbox {
    Mailbox::default()
}

/// A partner without anything.
pub(crate) fn unknown() -> Partner {
    Partner::default()
}
