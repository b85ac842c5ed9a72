//! Where to ask: the addresses that a certificate names for its revocation.

use der::oid::ObjectIdentifier;

use crate::Certificate;
use crate::asn1::{Asn1Error, Element, Reader, oid, tag};
use crate::chain::{GeneralName, Link};
use crate::revocation::point::DistributionPoint;

/// The most addresses of one kind that are followed: honest certificates have one or two, and each
/// more is a request that a stranger makes the gateway send.
pub const ADDRESSES_MAX: usize = 3;

impl Certificate {
    /// Where its issuer's revocation lists are (RFC 5280 §4.2.1.13): HTTP only, at most
    /// [`ADDRESSES_MAX`].
    pub fn crl_urls(&self) -> Vec<String> {
        let Ok(link) = Link::read(self.der()) else {
            return Vec::new();
        };
        let points = DistributionPoint::of(&link).unwrap_or_default();
        http(points.iter().flat_map(DistributionPoint::names))
    }

    /// Where its OCSP responder is (RFC 5280 §4.2.2.1).
    pub fn ocsp_urls(&self) -> Vec<String> {
        let read = || {
            let value = self.extension(oid::AUTHORITY_INFO_ACCESS)?;
            let list = Reader::new(value).sequence().ok()?;
            Some(
                list.elements()
                    .filter_map(move |access| location(&access.ok()?, oid::OCSP)),
            )
        };
        let locations: Vec<GeneralName<'_>> = read().into_iter().flatten().collect();
        http(locations.iter())
    }
}

fn location<'a>(access: &Element<'a>, method: ObjectIdentifier) -> Option<GeneralName<'a>> {
    let read = || -> Result<_, Asn1Error> {
        let mut parts = access.reader();
        let is_method = parts.oid()? == method;
        let location = parts.expect(tag::context_primitive(6))?;
        Ok(is_method.then_some(GeneralName::read(&location)?))
    };
    read().ok().flatten()
}

fn http<'n, 'a: 'n>(names: impl Iterator<Item = &'n GeneralName<'a>>) -> Vec<String> {
    names
        .filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(*uri),
            _ => None,
        })
        .filter(|uri| uri.starts_with("http://") || uri.starts_with("https://"))
        .take(ADDRESSES_MAX)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::Writer;
    use crate::chain::forge::{Authority, Key, Template};

    fn uri(text: &str) -> Vec<u8> {
        Writer::new()
            .element(tag::context_primitive(6), text.as_bytes())
            .into_bytes()
    }

    const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

    #[test]
    fn addresses_are_found_and_limited() {
        let point = |url: &str| {
            let names = Writer::new().raw(&uri(url)).wrap(tag::context(0));
            Writer::new()
                .raw(&Writer::new().raw(&names).wrap(tag::context(0)))
                .sequence()
        };
        let points = [
            "ldap://lists.example",
            "http://1.example",
            "http://2.example",
        ]
        .into_iter()
        .chain(["https://3.example", "http://4.example"])
        .fold(Writer::new(), |list, url| list.raw(&point(url)));
        let access = [
            (oid::OCSP, "http://ocsp.example"),
            (CA_ISSUERS, "http://ca.example"),
        ]
        .into_iter()
        .fold(Writer::new(), |list, (method, url)| {
            list.raw(&Writer::new().oid(method).raw(&uri(url)).sequence())
        });
        let template = Template::user("Alice", &Key::new(2))
            .with(oid::CRL_DISTRIBUTION_POINTS, false, &points.sequence())
            .with(oid::AUTHORITY_INFO_ACCESS, false, &access.sequence());
        let alice = Authority::root("Root", 1).issue(&template);
        assert_eq!(
            alice.crl_urls(),
            ["http://1.example", "http://2.example", "https://3.example"]
        );
        assert_eq!(alice.ocsp_urls(), ["http://ocsp.example"]);
        assert!(Authority::root("Root", 1).certificate.crl_urls().is_empty());
    }
}
