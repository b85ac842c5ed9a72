//! A certificate, revocation list or key file.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use smime::{
    Budget, Certificate, Crl, PathBuilder, PolicyInputs, PrivateKey, Provider as _, Usage,
};

static AUTHORITY: LazyLock<Certificate> = LazyLock::new(fuzz::authority);
/// What the authority did sign.
static SIGNED: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
    let own = fuzz::keys().into_iter().filter_map(|pair| pair.certificate);
    own.chain([fuzz::partner(), fuzz::authority()]).collect()
});

fuzz_target!(|file: &[u8]| {
    let provider = fuzz::provider();
    for certificate in Certificate::all_from_pem_or_der(file).unwrap_or_default() {
        let again = Certificate::from_pem_or_der(certificate.to_pem().as_bytes());
        assert!(again.is_ok_and(|again| again == certificate));
        let _ = (
            certificate.subject(),
            certificate.issuer(),
            certificate.common_name(),
        );
        let _ = (
            certificate.may_sign(),
            certificate.may_encrypt(),
            certificate.is_ca(),
        );
        let _ = (
            certificate.subject_key_identifier(),
            certificate.authority_key_identifier(),
        );
        let builder = PathBuilder {
            anchors: vec![&AUTHORITY],
            intermediates: vec![&certificate],
            crls: None,
            responses: &[],
            usage: Usage::Any,
            policies: PolicyInputs::default(),
            budget: Budget::default(),
        };
        if builder.build(&certificate, fuzz::NOW, &provider).is_ok() {
            assert!(
                SIGNED
                    .iter()
                    .any(|signed| signed.tbs() == certificate.tbs())
            );
        }
    }
    for list in Crl::all_from_pem_or_der(file).unwrap_or_default() {
        let _ = (list.issuer(), list.this_update(), list.next_update());
    }
    if let Ok(key) = PrivateKey::from_pem_or_der(file) {
        let _ = provider.public_key(&key);
    }
});
