//! The little world that the targets run in: one authority, one managed mailbox with three kinds of key, one partner.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use gateway::{
    Anchor, Cipher, Directory, DomainPattern, KeyId, Mailbox, Organisation, OwnCertificate,
    Partner, PartnerCertificate, PartnerSource, Settings, Snapshot,
};
use mail::{Address, UnixTime};
use policy::{Defaults, InboundOption, OutboundOption, RuleSet};
use smime::{
    Certificate, KeyPair, OpenContext, Opened, PrivateKey, ProviderError, RustCrypto, TrustStore,
};

/// Within the validity of every certificate here.
pub const NOW: UnixTime = UnixTime(1_798_761_600); // 2027-01-01T00:00:00Z

/// The managed mailbox.
pub const BOB: &str = "bob@acme.test";
/// The partner.
pub const ALICE: &str = "alice@partner.test";
/// What the partner once signed, and nothing else.
pub const SIGNED: &[u8] = b"Hello Bob";

/// A provider whose randomness is the same in each run, so that findings can be repeated.
pub fn provider() -> RustCrypto<impl Fn(&mut [u8]) -> Result<(), ProviderError>> {
    let state = Cell::new(1_u64);
    RustCrypto::new(move |out: &mut [u8]| {
        for octet in out {
            // Knuth's generator: a sequence without short periods is all that is needed.
            let next = state.get().wrapping_mul(6_364_136_223_846_793_005);
            state.set(next.wrapping_add(1_442_695_040_888_963_407));
            *octet = (next >> 56) as u8;
        }
        Ok(())
    })
}

/// The authority's certificate.
pub fn authority() -> Certificate {
    certificate(include_bytes!("../keys/ca.pem"))
}

/// The partner's certificate.
pub fn partner() -> Certificate {
    certificate(include_bytes!("../keys/partner.pem"))
}

/// The managed mailbox's keys, each with its certificate.
pub fn keys() -> Vec<KeyPair> {
    [
        (
            include_bytes!("../keys/rsa.pem").as_slice(),
            include_bytes!("../keys/rsa.key").as_slice(),
        ),
        (
            include_bytes!("../keys/p256.pem"),
            include_bytes!("../keys/p256.key"),
        ),
        (
            include_bytes!("../keys/x25519.pem"),
            include_bytes!("../keys/x25519.key"),
        ),
    ]
    .into_iter()
    .map(|(pem, key)| KeyPair {
        certificate: Some(certificate(pem)),
        key: PrivateKey::from_pem_or_der(key).expect("a key of ours"),
    })
    .collect()
}

/// What is found in a message or object with these keys, where the authority is trusted.
pub fn open(message: &[u8], keys: &[KeyPair]) -> Opened {
    static TRUST: LazyLock<TrustStore> = LazyLock::new(|| TrustStore::from_anchors([authority()]));
    let provider = provider();
    let context = OpenContext {
        keys,
        trust: &TRUST,
        now: NOW,
        provider: &provider,
        content: None,
        checks_address: true,
    };
    smime::open(message, &context)
}

/// The policy with these options for everybody.
pub fn snapshot(inbound: InboundOption, outbound: OutboundOption) -> Snapshot {
    Snapshot {
        organisation: Organisation {
            id: "acme".to_owned(),
            name: "Acme".to_owned(),
        },
        version: 1,
        domains: vec![DomainPattern::parse("acme.test").expect("a domain")],
        rules: RuleSet {
            rules: Vec::new(),
            defaults: Defaults { inbound, outbound },
        },
        // What CBC hides is not shown again where its transfer encoding is broken, whoever broke it.
        settings: Settings {
            cipher: Cipher::Aes256Gcm,
            ..Settings::default()
        },
        anchors: vec![Anchor {
            certificate: authority(),
            domain: None,
        }],
    }
}

/// The managed mailbox's certificates under the names `0`, `1`, `2` of [`keys`], and the partner's.
pub fn directory() -> Directory {
    let mut own = keys()
        .into_iter()
        .enumerate()
        .filter_map(|(name, pair)| {
            Some(OwnCertificate {
                certificate: pair.certificate?.der().to_vec(),
                chain: Vec::new(),
                key: KeyId(name.to_string()),
                is_built_in: true,
            })
        })
        .collect::<Vec<_>>();
    let mailbox = Mailbox {
        active: Some(own.remove(0)),
        earlier: own,
    };
    let partner = Partner {
        certificates: vec![PartnerCertificate {
            certificate: partner().der().to_vec(),
            chain: Vec::new(),
            source: PartnerSource::Uploaded,
            capabilities: None,
        }],
    };
    Directory {
        managed: BTreeMap::from([(address(BOB), mailbox)]),
        external: BTreeMap::from([(address(ALICE), partner)]),
    }
}

/// An address of ours.
pub fn address(text: &str) -> Address {
    Address::parse(text).expect("an address of ours")
}

fn certificate(pem: &[u8]) -> Certificate {
    Certificate::from_pem_or_der(pem).expect("a certificate of ours")
}
