//! Every kind of step that can stand in a trace: code, level and sentence.

use super::StepKind;

macro_rules! steps {
    ($($name:ident = $level:ident $code:literal $template:literal;)*) => {
        $(pub(crate) const $name: StepKind = StepKind {
            code: $code,
            level: super::TraceLevel::$level,
            template: $template,
        };)*

        /// Every kind of step, so that a translation can be checked for completeness.
        pub const STEPS: &[StepKind] = &[$($name),*];
    };
}

steps! {
    // The rule.
    RULE_PASSED = Info "rule-passed" "Rule {priority}, {rule}, did not decide: {why}.";
    RULES_PASSED = Info "rules-passed" "{count} more rules did not decide.";
    RULE_DECIDED = Info "rule-decided" "Rule {priority}, {rule}, decided: {option}.";
    DEFAULTS_DECIDED = Info "defaults-decided" "No rule decided; the organisation's default holds: {option}.";
    NULL_SENDER = Info "null-sender" "A report or an automatic answer, without a sender: nobody signs it.";

    // What the message is.
    ALREADY_SIGNED = Info "already-signed" "The sender's client has signed the message; its signature is kept.";
    ALREADY_ENCRYPTED = Info "already-encrypted" "The sender's client has encrypted the message; it leaves as it is.";
    MALFORMED = Caution "malformed" "The message is not well-formed: {defect}.";

    // The sender's side.
    NO_SENDER_CERTIFICATE = Caution "no-sender-certificate" "{sender} has no active certificate.";
    SENDER_CERTIFICATE_UNUSABLE = Caution "sender-certificate-unusable" "The certificate of {sender} cannot be used: {why}.";
    FROM_MISMATCH = Caution "from-mismatch" "The From field names {from}, the certificate of the sender {sender} does not: no signature.";
    KEY_NOT_YET = Bad "key-not-yet" "The private key of {mailbox} is not available yet; the sender's server tries again.";
    ENCRYPTION_FAILED = Bad "encryption-failed" "The message could not be encrypted: {why}.";
    KEY_UNUSABLE = Bad "key-unusable" "The private key of {mailbox} cannot be used: {why}.";
    SIGNED = Good "signed" "Signed with the certificate {fingerprint} of {sender}.";
    LEFT_UNSIGNED = Caution "left-unsigned" "Delivered unsigned.";
    LEFT_PLAIN = Caution "left-plain" "Delivered unencrypted.";
    LEFT_AS_IS = Info "left-as-is" "Delivered as it came.";

    // The recipient's side.
    RECIPIENT_KEY_FOUND = Good "recipient-key-found" "Certificate {fingerprint} of {recipient} is known ({source}).";
    RECIPIENT_KEY_UNUSABLE = Caution "recipient-key-unusable" "A certificate of {recipient} cannot be used: {why}.";
    RECIPIENT_KEY_REVOKED = Caution "recipient-key-revoked" "The certificate {fingerprint} of {recipient} was revoked and is not used.";
    NO_RECIPIENT_KEY = Info "no-recipient-key" "No certificate of {recipient} is known.";
    ENCRYPTED = Good "encrypted" "Encrypted with {cipher} to {recipient} and to the sender.";
    NOT_TO_SENDER = Caution "not-to-sender" "The sender's certificate is not for encryption, so the sender cannot read the message.";
    HEADER_HIDDEN = Good "header-hidden" "The Subject travels only inside of the encryption.";
    BCC_APART = Info "bcc-apart" "{recipient} is in neither To nor Cc and gets a copy of its own.";

    // What came in.
    STRANGER_FIELDS_REMOVED = Caution "stranger-fields-removed" "{count} header fields in our name, which only we may write, were removed.";
    NOT_ENCRYPTED = Info "not-encrypted" "The message is not encrypted.";
    LEFT_ENCRYPTED = Info "left-encrypted" "Delivered encrypted, as the rule wants.";
    DECRYPTED = Good "decrypted" "Decrypted with a key of {recipient} ({cipher}).";
    NOT_DECRYPTED = Caution "not-decrypted" "The message cannot be decrypted: {why}.";
    NOT_SIGNED = Info "not-signed" "The message is not signed.";
    SIGNATURE_GOOD = Good "signature-good" "The signature of {signer} is good.";
    SIGNATURE_OVER_SHA1 = Caution "signature-over-sha1" "It rests on SHA-1, which the organisation accepts: the sender's certificate is not learnt from it.";
    SIGNATURE_BAD = Bad "signature-bad" "The signature of {signer} is not good: {why}.";
    VISIBLE_FROM_KEPT = Caution "visible-from-kept" "The message protects another From than the visible one without a valid signature for it: the visible one is kept.";
    CERTIFICATE_LEARNT = Good "certificate-learnt" "Certificate {fingerprint} of {address} is now known.";

    // Revocation, of recipients and of signers.
    NOT_REVOKED = Good "not-revoked" "The certificate of {address} is not revoked.";
    REVOCATION_UNREACHABLE = Caution "revocation-unreachable" "Nobody tells whether the certificate of {address} was revoked: no place that it names answers.";
    REVOCATION_UNPUBLISHED = Caution "revocation-unpublished" "Nobody tells whether the certificate of {address} was revoked: it names no place that would.";

    // The end.
    REFUSED = Bad "refused" "Refused: {why}.";
    DEFERRED = Bad "deferred" "Not accepted for now: {why}.";
    SENDER_TOLD = Info "sender-told" "The sender gets an error report, because other recipients were served.";
}
