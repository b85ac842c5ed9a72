//! Certificates of other CAs for mailboxes: which one of a file it is, and whether it will do.

use api::Code;
use mail::{Address, UnixTime};
use smime::{
    Certificate, Digest, KeyKind, PathBuilder, PrivateKey, Provider, RSA_BITS_MIN, SignatureScheme,
    topmost_authorities,
};

use crate::failure::Failure;

/// Keys of one file that are tried: real files have one.
const KEYS_MAX: usize = 4;
/// Certificates of one file that are looked at: a long chain has five.
const CERTIFICATES_MAX: usize = 16;
/// Longest RSA key, in bits: each mail is signed with it, and beyond this takes seconds.
const RSA_BITS_MAX: usize = 8192;

/// A certificate that will do, and its issuers as far as the file has them, nearest first.
pub(crate) struct OwnCertificate {
    pub(crate) certificate: Certificate,
    pub(crate) chain: Vec<Certificate>,
}

/// The private keys of a PEM file.
pub(crate) fn keys(pem: &[u8]) -> Vec<PrivateKey> {
    smime::pem::blocks(pem)
        .into_iter()
        .filter(|block| block.label == "PRIVATE KEY")
        .filter_map(|block| PrivateKey::from_pkcs8(block.der).ok())
        .take(KEYS_MAX)
        .collect()
}

/// The certificates of a PEM or DER file.
pub(crate) fn certificates(file: &[u8]) -> Result<Vec<Certificate>, Failure> {
    let certificates = Certificate::all_from_pem_or_der(file).map_err(|error| {
        let detail = format!("The body holds no readable certificate: {error}.");
        Failure::caller(422, Code::BadCertificate, detail)
    })?;
    Ok(certificates.into_iter().take(CERTIFICATES_MAX).collect())
}

/// Whether the key is that of the certificate: what it signs is verified. That also shows that the
/// platform takes it.
pub(crate) fn fits(key: &PrivateKey, certificate: &Certificate, provider: &dyn Provider) -> bool {
    const PROBE: &[u8] = b"Is this the key of the certificate?";
    if key.kind() != certificate.key_kind() {
        return false;
    }
    let scheme = match key.kind() {
        KeyKind::Rsa { bits } if bits <= RSA_BITS_MAX => SignatureScheme::RsaPkcs1(Digest::Sha256),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => SignatureScheme::Ecdsa(Digest::Sha256),
        KeyKind::Ed25519 => SignatureScheme::Ed25519,
        _ => return false,
    };
    provider
        .sign(scheme, key, PROBE)
        .and_then(|signature| provider.verify(scheme, certificate.spki(), PROBE, &signature))
        .is_ok()
}

/// Judges a certificate for a mailbox and finds its chain among the other certificates of the file.
pub(crate) fn judge(
    certificate: &Certificate,
    file: &[Certificate],
    address: &Address,
    now: UnixTime,
    provider: &dyn Provider,
) -> Result<OwnCertificate, Failure> {
    let refuse = |code, detail: String| Err(Failure::caller(422, code, detail));
    if !certificate.addresses().contains(address) {
        let named: Vec<String> = certificate
            .addresses()
            .iter()
            .map(ToString::to_string)
            .collect();
        let named = match named.as_slice() {
            [] => "no address".to_owned(),
            named => named.join(", "),
        };
        let detail = format!("The certificate names {named}, not {address}.");
        return refuse(Code::WrongAddress, detail);
    }
    if certificate.not_after() < now {
        let detail = format!("The certificate ended on {}.", certificate.not_after());
        return refuse(Code::CertificateExpired, detail);
    }
    if now < certificate.not_before() {
        let detail = format!("The certificate begins on {}.", certificate.not_before());
        return refuse(Code::CertificateNotYetValid, detail);
    }
    if !is_strong(certificate.key_kind()) {
        let detail = format!(
            "The key is {}; RSA from {RSA_BITS_MIN} to {RSA_BITS_MAX} bits, P-256, P-384 and P-521 \
             will do.",
            certificate.key_kind()
        );
        return refuse(Code::WeakKey, detail);
    }
    if certificate.is_ca() || !certificate.may_sign() || !certificate.may_encrypt() {
        let detail = "The certificate must be for e-mail, for signing and for encryption.";
        return refuse(Code::NotForMail, detail.to_owned());
    }
    Ok(OwnCertificate {
        certificate: certificate.clone(),
        chain: chain(certificate, file, now, provider),
    })
}

fn is_strong(kind: KeyKind) -> bool {
    match kind {
        KeyKind::Rsa { bits } => (RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => true,
        _ => false,
    }
}

/// The path up to the topmost authority that the file has; what does not lie on it is left out.
fn chain(
    certificate: &Certificate,
    file: &[Certificate],
    now: UnixTime,
    provider: &dyn Provider,
) -> Vec<Certificate> {
    let builder = PathBuilder {
        anchors: topmost_authorities(file),
        intermediates: file.iter().collect(),
        ..PathBuilder::default()
    };
    let path = builder.build(certificate, now, provider);
    path.map(|path| path.certificates.into_iter().skip(1).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use issuing::{Issuer, MailboxContent, RootContent, Serial, make_root};
    use smime::RustCrypto;

    use super::*;

    const NOW: UnixTime = UnixTime(1_795_555_399);
    const ALICE: &str = "alice@acme.test";

    fn provider() -> impl Provider {
        let state = Cell::new(1_u8);
        RustCrypto::new(move |out: &mut [u8]| {
            for octet in out {
                state.set(state.get().wrapping_mul(61).wrapping_add(7));
                *octet = state.get();
            }
            Ok(())
        })
    }

    /// A key, and a file with its certificate and the authority's.
    fn file(provider: &dyn Provider, kind: KeyKind) -> (PrivateKey, Vec<Certificate>) {
        let root_key = provider.generate_key(KeyKind::P256).unwrap();
        let content = RootContent {
            organisation: "Other",
            serial: Serial::from_random([1; 16]),
            now: NOW,
        };
        let root = make_root(content, &root_key, provider).unwrap();
        let key = provider.generate_key(kind).unwrap();
        let issuer = Issuer::new(&root, &root_key, provider).unwrap();
        let certificate = issuer.issue(MailboxContent {
            address: &address(ALICE),
            spki: &provider.public_key(&key).unwrap(),
            serial: Serial::from_random([2; 16]),
            now: NOW,
            crl_url: "http://other.test/crl",
            issuer_url: "http://other.test/root.der",
            ocsp_url: "http://other.test/ocsp",
        });
        let read = |der: &[u8]| Certificate::from_der(der).unwrap();
        (key, vec![read(&certificate.unwrap()), read(&root)])
    }

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn code(result: Result<OwnCertificate, Failure>) -> String {
        match result {
            Ok(_) => "good".to_owned(),
            Err(Failure::Caller(problem)) => problem.code,
            Err(other) => other.summary(),
        }
    }

    #[test]
    fn a_good_one_is_taken_with_its_chain() {
        let provider = provider();
        let (key, file) = file(&provider, KeyKind::P256);
        assert!(fits(&key, &file[0], &provider));
        let own = judge(&file[0], &file, &address(ALICE), NOW, &provider);
        let own = own.unwrap_or_else(|failure| panic!("{}", failure.summary()));
        assert_eq!(own.chain, file[1..]);
        assert_eq!(own.certificate, file[0]);
    }

    #[test]
    fn what_will_not_do_is_told() {
        let provider = provider();
        let (_, file) = file(&provider, KeyKind::P256);
        let judge =
            |who: &str, now: UnixTime| code(judge(&file[0], &file, &address(who), now, &provider));
        assert_eq!(judge("bob@acme.test", NOW), "wrong-address");
        assert_eq!(judge(ALICE, NOW.plus_days(366)), "certificate-expired");
        assert_eq!(judge(ALICE, NOW.plus_days(-1)), "certificate-not-yet-valid");
        assert_eq!(judge(ALICE, NOW), "good");
    }

    #[test]
    fn a_key_that_cannot_encrypt_will_not_do() {
        let provider = provider();
        let (key, file) = file(&provider, KeyKind::Ed25519);
        assert!(fits(&key, &file[0], &provider));
        let judged = judge(&file[0], &file, &address(ALICE), NOW, &provider);
        assert_eq!(code(judged), "weak-key");
    }

    #[test]
    fn another_key_does_not_fit() {
        let provider = provider();
        let (_, file) = file(&provider, KeyKind::P256);
        let other = provider.generate_key(KeyKind::P256).unwrap();
        assert!(!fits(&other, &file[0], &provider));
        let another_kind = provider.generate_key(KeyKind::P384).unwrap();
        assert!(!fits(&another_kind, &file[0], &provider));
    }

    #[test]
    fn keys_of_a_file_are_counted() {
        let provider = provider();
        let key = provider.generate_key(KeyKind::P256).unwrap();
        let pem = smime::pem::encode("PRIVATE KEY", key.expose_pkcs8());
        assert_eq!(keys(pem.repeat(9).as_bytes()).len(), KEYS_MAX);
        assert!(keys(b"no keys").is_empty());
    }
}
