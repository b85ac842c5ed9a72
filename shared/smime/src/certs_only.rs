//! Certs-only messages (RFC 8551 §3.8): certificates without a message, as a `.p7c` file holds them.

use crate::Certificate;
use crate::asn1::{Writer, oid, tag};

/// `SignedData` (RFC 5652 §5.1) with certificates and no signer, as `ContentInfo`; DER.
pub fn certs_only(certificates: &[Certificate]) -> Vec<u8> {
    let data = Writer::new().oid(oid::DATA).sequence();
    let set = certificates
        .iter()
        .fold(Writer::new(), |set, certificate| set.raw(certificate.der()))
        .into_bytes();
    let signed_data = Writer::new()
        .integer(1)
        .element(tag::SET, &[])
        .raw(&data)
        .element(tag::context(0), &set)
        .element(tag::SET, &[])
        .sequence();
    Writer::new()
        .oid(oid::SIGNED_DATA)
        .element(tag::context(0), &signed_data)
        .sequence()
}
