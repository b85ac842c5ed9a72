//! What the table of endpoints does not say of a few calls: media types other than JSON, header
//! fields, and that only programs may call.

use serde_json::{Value, json};

use crate::{FROM_FIELD, HOP_FIELD, ID_FIELD, TO_FIELD};

const PEM: &str = "application/x-pem-file";
const DER: &str = "application/pkix-cert";
const CERTS_ONLY: &str = "application/pkcs7-mime; smime-type=certs-only";
const MESSAGE: &str = "message/rfc822";

/// What is particular about one call.
#[derive(Clone, Copy)]
pub(super) struct Particulars {
    /// The endpoint's name.
    pub(super) call: &'static str,
    /// Media types of bodies that are not JSON.
    pub(super) body: &'static [&'static str],
    /// What the reply tells.
    pub(super) success: &'static str,
    /// Media types of replies that are not of a wire type.
    pub(super) reply: &'static [&'static str],
    /// Header fields of the reply.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// Whether a session does not do.
    pub(super) by_token_only: bool,
}

/// Most calls.
const NOTHING: Particulars = Particulars {
    call: "",
    body: &[],
    success: "Done.",
    reply: &[],
    headers: &[],
    by_token_only: false,
};

const PARTICULARS: &[Particulars] = &[
    Particulars {
        call: "CreateCsr",
        reply: &[PEM],
        ..NOTHING
    },
    Particulars {
        call: "UploadCertificate",
        body: &[PEM, DER],
        ..NOTHING
    },
    Particulars {
        call: "GetCertificate",
        reply: &[PEM, DER, CERTS_ONLY],
        ..NOTHING
    },
    Particulars {
        call: "CreatePartner",
        body: &[PEM, DER],
        ..NOTHING
    },
    Particulars {
        call: "CreateAuthority",
        body: &[PEM, DER],
        ..NOTHING
    },
    Particulars {
        call: "Process",
        body: &[MESSAGE],
        success: "The message, where all recipients get the same one; else one part for each, which \
            has the header fields of its envelope itself. Error reports to the sender are parts too.",
        reply: &[MESSAGE, "multipart/mixed"],
        headers: &[
            (
                ID_FIELD,
                "Names the message in the log, and for its outcome.",
            ),
            (FROM_FIELD, "The reverse path, in angle brackets."),
            (
                TO_FIELD,
                "The forward paths, in angle brackets, comma separated.",
            ),
            (
                HOP_FIELD,
                "Which next hop takes it: `outbound` or `inbound`.",
            ),
        ],
        by_token_only: true,
    },
    Particulars {
        call: "ProcessRecipients",
        by_token_only: true,
        ..NOTHING
    },
    Particulars {
        call: "OpenApi",
        reply: &["application/json"],
        ..NOTHING
    },
];

/// What is particular about the call of this name.
pub(super) fn of(call: &str) -> Particulars {
    let mut all = PARTICULARS.iter();
    all.find(|particulars| particulars.call == call)
        .copied()
        .unwrap_or(NOTHING)
}

/// Content that is not of a wire type. Octets have no schema.
pub(super) fn content(media_type: &str) -> Value {
    match media_type {
        PEM => json!({ "schema": { "type": "string" } }),
        "application/json" => json!({ "schema": { "type": "object" } }),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_particular_is_so_about_a_call() {
        for Particulars { call, .. } in PARTICULARS {
            let is_known = crate::ENDPOINTS.iter().any(|known| known.name == *call);
            assert!(is_known, "there is no call {call}");
        }
    }
}
