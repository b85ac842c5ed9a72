//! A CMS object or a message around one, opened with keys that fit and trust that could.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use smime::KeyPair;

static KEYS: LazyLock<Vec<KeyPair>> = LazyLock::new(fuzz::keys);

fuzz_target!(|message: &[u8]| {
    let _ = smime::recipients(message);
    let mut opened = fuzz::open(message, &KEYS);
    // A bare object has no message around what comes out of it.
    let has_message = opened.has_message();
    assert_eq!(opened.take_message().is_some(), has_message);
    for report in &opened.signatures {
        assert!(report.layer < opened.layers.len());
        assert!(report.verdict.is_err() || !report.path.is_empty());
    }
    // Only whom a good signature names teaches a certificate.
    assert!(opened.harvest().is_empty() || opened.signature_verdict().is_some_and(|v| v.is_ok()));
});
