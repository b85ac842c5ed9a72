//! The mission's truth tables, row by row, and the preview that is made of them.

use crate::support::{OUTBOUND, address, draft, rules};
use policy::{
    Content, InboundFacts, InboundOption, InboundRefusal, InboundTreatment, Known, OutboundFacts,
    OutboundOption, OutboundRefusal, OutboundTreatment, explain_inbound, explain_outbound,
};

#[test]
fn outbound_mail_of_an_ordinary_client() {
    use OutboundOption::{EnforceEncryption, Neither, OptionalEncryption, SignOnly};
    use OutboundRefusal::{NoRecipientKey, NoSenderCertificate};
    use OutboundTreatment::{Leave, Sign, SignAndEncrypt};
    // Sender's certificate and recipient's key: both, certificate only, key only, neither.
    for (option, expected) in [
        (Neither, [Ok(Leave), Ok(Leave), Ok(Leave), Ok(Leave)]),
        (SignOnly, [Ok(Sign), Ok(Sign), Ok(Leave), Ok(Leave)]),
        (
            OptionalEncryption,
            [Ok(SignAndEncrypt), Ok(Sign), Ok(Leave), Ok(Leave)],
        ),
        (
            EnforceEncryption,
            [
                Ok(SignAndEncrypt),
                Err(NoRecipientKey),
                Err(NoSenderCertificate),
                Err(NoSenderCertificate),
            ],
        ),
    ] {
        let situations = [(true, true), (true, false), (false, true), (false, false)];
        let treated = situations.map(|(sender_certificate, recipient_key)| {
            option.treat(OutboundFacts {
                content: Content::Plain,
                sender_certificate,
                recipient_key,
            })
        });
        assert_eq!(treated, expected, "{option:?}");
    }
}

#[test]
fn what_a_client_has_protected_is_not_protected_twice() {
    for option in OUTBOUND {
        for bits in 0..4 {
            let facts = |content| OutboundFacts {
                content,
                sender_certificate: bits & 1 > 0,
                recipient_key: bits & 2 > 0,
            };
            let encrypted = option.treat(facts(Content::Encrypted));
            assert_eq!(encrypted, Ok(OutboundTreatment::Leave), "{option:?}");

            let signed = option.treat(facts(Content::Signed));
            let expected = option
                .treat(facts(Content::Plain))
                .map(|plain| match plain {
                    OutboundTreatment::Sign => OutboundTreatment::Leave,
                    OutboundTreatment::SignAndEncrypt => OutboundTreatment::Encrypt,
                    other => other,
                });
            assert_eq!(signed, expected, "{option:?}");
        }
    }
}

#[test]
fn inbound_mail() {
    use InboundOption::{AlwaysDecrypt, DoNotDecrypt, ForceDecryption, OptionalDecryption};
    use InboundRefusal::{NotDecryptable, NotEncrypted};
    use InboundTreatment::{Decrypt, Leave};
    for (option, expected) in [
        (DoNotDecrypt, [Ok(Leave), Ok(Leave), Ok(Leave)]),
        (OptionalDecryption, [Ok(Leave), Ok(Decrypt), Ok(Leave)]),
        (AlwaysDecrypt, [Ok(Leave), Ok(Decrypt), Err(NotDecryptable)]),
        (
            ForceDecryption,
            [Err(NotEncrypted), Ok(Decrypt), Err(NotDecryptable)],
        ),
    ] {
        let facts = [
            InboundFacts::Plain,
            InboundFacts::Decryptable,
            InboundFacts::Undecryptable,
        ];
        assert_eq!(
            facts.map(|facts| option.treat(facts)),
            expected,
            "{option:?}"
        );
    }
}

#[test]
fn a_preview_shows_each_case_that_may_occur() {
    let rules = rules([draft(
        "*",
        "*",
        Some(InboundOption::ForceDecryption),
        Some(OutboundOption::EnforceEncryption),
    )]);
    let (alice, bob) = (address("alice@acme.test"), address("bob@partner.test"));

    let unknown = explain_outbound(&rules, &alice, &bob, Known::default());
    assert_eq!(unknown.verdict.option, OutboundOption::EnforceEncryption);
    assert_eq!(unknown.cases.len(), 4);
    let known = Known {
        sender_certificate: Some(true),
        recipient_key: Some(false),
    };
    let known = explain_outbound(&rules, &alice, &bob, known);
    assert_eq!(known.cases.len(), 1);
    assert_eq!(known.cases[0].1, Err(OutboundRefusal::NoRecipientKey));

    let inbound = explain_inbound(&rules, &alice, &bob);
    assert_eq!(
        inbound.cases[0],
        (InboundFacts::Plain, Err(InboundRefusal::NotEncrypted))
    );
}
