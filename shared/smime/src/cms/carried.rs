//! Revocation lists and OCSP responses that a CMS object carries (RFC 5652 §10.2.1, RFC 5940 §2.1):
//! whoever has them need not ask.

use crate::asn1::{Asn1Error, Element, oid, tag};
use crate::revocation::{Crl, OcspResponse, RevocationInfo};

/// Most lists and responses taken from one message; a path with three authorities has four.
pub const CARRIED_INFOS_MAX: usize = 8;

/// Most octets of them taken from one message. They are held beside it, so they must be small beside
/// it; a longer list is fetched once and serves many messages.
pub const CARRIED_OCTETS_MAX: usize = 512 * 1024;

/// Adds what a `RevocationInfoChoices` has; what is too much or cannot be read is passed over.
pub(crate) fn take(set: &Element<'_>, known: &mut Vec<RevocationInfo>) {
    let mut octets: usize = known.iter().map(|info| info.der().len()).sum();
    for choice in set.reader().elements().map_while(Result::ok) {
        octets = octets.saturating_add(choice.raw.len());
        if known.len() >= CARRIED_INFOS_MAX || octets > CARRIED_OCTETS_MAX {
            return;
        }
        known.extend(read(&choice));
    }
}

fn read(choice: &Element<'_>) -> Option<RevocationInfo> {
    if choice.tag == tag::SEQUENCE {
        return Crl::from_der(choice.raw).ok().map(RevocationInfo::Crl);
    }
    let response = response(choice).ok()?;
    OcspResponse::from_der(response)
        .ok()
        .map(RevocationInfo::Ocsp)
}

/// The response in an `OtherRevocationInfoFormat`, which stands under `[1]`.
fn response<'a>(choice: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    if choice.tag != tag::context(1) {
        return Err(Asn1Error::BadValue);
    }
    let mut parts = choice.reader();
    if parts.oid()? != oid::REVOCATION_INFO_OCSP {
        return Err(Asn1Error::BadValue);
    }
    Ok(parts.any()?.raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Reader, Writer};
    use crate::chain::forge::{Authority, ListTemplate, NOW, ocsp_response};

    fn found(choices: Writer) -> Vec<RevocationInfo> {
        let set = choices.wrap(tag::context(1));
        let mut known = Vec::new();
        take(&Reader::new(&set).any().unwrap(), &mut known);
        known
    }

    fn other(id: der::oid::ObjectIdentifier, info: &[u8]) -> Vec<u8> {
        Writer::new().oid(id).raw(info).wrap(tag::context(1))
    }

    #[test]
    fn lists_and_responses_are_found_among_others() {
        let root = Authority::root("Root", 1);
        let list = root.crl(&ListTemplate::new());
        let alice = root.user("Alice");
        let response = ocsp_response(&root, &alice, &[0x80, 0], NOW, (&root.key, &[]));
        let choices = Writer::new()
            .raw(&other(oid::DATA, &[5, 0]))
            .raw(&other(oid::REVOCATION_INFO_OCSP, &[5, 0]))
            .raw(alice.der())
            .raw(list.der())
            .raw(&other(oid::REVOCATION_INFO_OCSP, response.der()));
        let infos = found(choices);
        assert!(matches!(&infos[0], RevocationInfo::Crl(crl) if crl.der() == list.der()));
        assert!(matches!(&infos[1], RevocationInfo::Ocsp(ocsp) if ocsp.der() == response.der()));
        assert_eq!(infos.len(), 2);
    }

    #[test]
    fn what_is_too_much_is_passed_over() {
        let root = Authority::root("Root", 1);
        let list = root.crl(&ListTemplate::new());
        let many = (0..=CARRIED_INFOS_MAX).fold(Writer::new(), |set, _| set.raw(list.der()));
        assert_eq!(found(many).len(), CARRIED_INFOS_MAX);
        let long = ListTemplate::new().with(oid::DATA, false, &vec![0; CARRIED_OCTETS_MAX]);
        let long = root.crl(&long);
        let choices = Writer::new().raw(list.der()).raw(long.der());
        assert_eq!(found(choices).len(), 1);
    }
}
