//! Whom to ask about a certificate, and whether what came back may be believed.

use mail::UnixTime;

use super::{Crl, OcspResponse, REVOCATION_INFO_OCTETS_MAX, RevocationInfo, RevocationStatus};
use super::{ocsp_request, revocation_of};
use crate::chain::{Link, may_sign_crls, verify_signature};
use crate::{Certificate, Digest, Provider, hazmat};

/// Most lists that are asked for about one certificate: honest ones name one, and perhaps its mirror.
const LISTS_MAX: usize = 2;

/// A place that tells about the revocation of certificates of one issuer.
#[derive(Clone, Debug)]
pub struct RevocationSource {
    url: String,
    kind: Kind,
    issuer: Certificate,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Lists are fetched as they are.
    Crl,
    /// A responder is sent a request about one certificate.
    Ocsp {
        request: Vec<u8>,
        certificate: Certificate,
    },
}

/// Names a [`RevocationSource`]: the same for all certificates that one list is about. The issuer is
/// part of it, so that a certificate which names another authority's list says nothing about that.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SourceId(pub [u8; 32]);

impl RevocationSource {
    /// The places that a certificate names, the one to ask first first.
    ///
    /// Lists come before the responder: that would learn to whom somebody writes, while a list tells
    /// its server nothing and serves for all certificates of its issuer.
    pub fn of(
        certificate: &Certificate,
        issuer: &Certificate,
        provider: &dyn Provider,
    ) -> Vec<Self> {
        let source = |url, kind| Self {
            url,
            kind,
            issuer: issuer.clone(),
        };
        let lists = certificate.crl_urls().into_iter();
        let lists = lists.map(|url| source(url, Kind::Crl));
        let mut sources: Vec<Self> = lists.take(LISTS_MAX).collect();
        let responder = certificate.ocsp_urls().into_iter().next();
        sources.extend(responder.and_then(|url| {
            let request = ocsp_request(certificate, issuer, provider)?;
            let certificate = certificate.clone();
            Some(source(
                url,
                Kind::Ocsp {
                    request,
                    certificate,
                },
            ))
        }));
        sources
    }

    /// Where it is: a URL of the scheme http or https, as a stranger wrote it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What a responder is sent (`OCSPRequest`, DER); `None` for a list, which is only fetched.
    pub fn request(&self) -> Option<&[u8]> {
        match &self.kind {
            Kind::Crl => None,
            Kind::Ocsp { request, .. } => Some(request),
        }
    }

    /// Its name.
    pub fn id(&self) -> SourceId {
        let request = self.request().unwrap_or_default();
        let parts = [self.issuer.spki(), request, self.url.as_bytes()];
        // The DER of the first two says where they end.
        let digest = hazmat::digest::digest(Digest::Sha256, &parts);
        SourceId(digest.try_into().unwrap_or_default())
    }

    /// Reads what the place answered. `None` for anything but a current word of the issuer, so that
    /// nobody on the way can put something else in its place, not even for as long as it is kept.
    pub fn read(
        &self,
        answer: &[u8],
        now: UnixTime,
        provider: &dyn Provider,
    ) -> Option<RevocationInfo> {
        if answer.len() > REVOCATION_INFO_OCTETS_MAX {
            return None;
        }
        match &self.kind {
            Kind::Crl => {
                let crl = Crl::all_from_pem_or_der(answer).ok()?.into_iter().next()?;
                self.is_believed(&crl, now, provider)
                    .then_some(RevocationInfo::Crl(crl))
            }
            Kind::Ocsp { certificate, .. } => {
                let info = RevocationInfo::Ocsp(OcspResponse::from_der(answer).ok()?);
                let path = [certificate.clone(), self.issuer.clone()];
                let status = revocation_of(&path, std::slice::from_ref(&info), now, provider);
                let says = status.first() != Some(&RevocationStatus::Unknown);
                says.then_some(info)
            }
        }
    }

    fn is_believed(&self, crl: &Crl, now: UnixTime, provider: &dyn Provider) -> bool {
        let (Some(list), Ok(issuer)) = (crl.list(), Link::read(self.issuer.der())) else {
            return false;
        };
        list.is_current(now)
            && !list.is_delta()
            && may_sign_crls(&issuer)
            && verify_signature(&list.signed, issuer.spki, provider).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1::{Writer, oid, tag};
    use crate::chain::forge::{
        Authority, Key, ListTemplate, NOW, Template, ocsp_response, provider,
    };

    const LATER: UnixTime = UnixTime(NOW.0 + 60);

    /// A certificate that names these lists and, if wanted, a responder.
    fn naming(root: &Authority, serial: u64, lists: &[&str], responder: bool) -> Certificate {
        let uri = |text: &str| Writer::new().element(tag::context_primitive(6), text.as_bytes());
        let points = lists.iter().fold(Writer::new(), |points, list| {
            let names = Writer::new().raw(&uri(list).wrap(tag::context(0)));
            let point = Writer::new().raw(&names.wrap(tag::context(0)));
            points.raw(&point.sequence())
        });
        let mut template = Template::user("Alice", &Key::new(2)).serial(serial).with(
            oid::CRL_DISTRIBUTION_POINTS,
            false,
            &points.sequence(),
        );
        if responder {
            let location = uri("http://ocsp.example").into_bytes();
            let access = Writer::new().oid(oid::OCSP).raw(&location).sequence();
            let access = Writer::new().raw(&access).sequence();
            template = template.with(oid::AUTHORITY_INFO_ACCESS, false, &access);
        }
        root.issue(&template)
    }

    fn sources(certificate: &Certificate, issuer: &Authority) -> Vec<RevocationSource> {
        RevocationSource::of(certificate, &issuer.certificate, &provider())
    }

    #[test]
    fn lists_are_asked_before_the_responder() {
        let root = Authority::root("Root", 1);
        let lists = ["http://1.example", "http://2.example", "http://3.example"];
        let alice = naming(&root, 7, &lists, true);
        let found = sources(&alice, &root);
        let urls: Vec<&str> = found.iter().map(RevocationSource::url).collect();
        let expected = [
            "http://1.example",
            "http://2.example",
            "http://ocsp.example",
        ];
        assert_eq!(urls, expected);
        assert!(found[0].request().is_none());
        assert!(found[2].request().is_some());
        assert!(sources(&root.user("Bob"), &root).is_empty());
    }

    #[test]
    fn a_list_is_one_source_for_all_certificates_of_its_issuer() {
        let root = Authority::root("Root", 1);
        let ids = |serial, issuer: &Authority| {
            let certificate = naming(&root, serial, &["http://1.example"], true);
            sources(&certificate, issuer)
                .iter()
                .map(RevocationSource::id)
                .collect::<Vec<_>>()
        };
        let (seven, eight) = (ids(7, &root), ids(8, &root));
        assert_eq!(seven[0], eight[0], "the list");
        assert_ne!(seven[1], eight[1], "the responder");
        let other = Authority::root("Root", 9);
        assert_ne!(seven[0], ids(7, &other)[0], "another authority");
    }

    #[test]
    fn only_a_current_list_of_the_issuer_is_read() {
        let root = Authority::root("Root", 1);
        let alice = naming(&root, 7, &["http://1.example"], false);
        let source = sources(&alice, &root).remove(0);
        let reads = |crl: &Crl| source.read(crl.der(), NOW, &provider()).is_some();
        let list = root.crl(&ListTemplate::new().revoked(7));
        assert!(reads(&list));
        let pem = crate::pem::encode("X509 CRL", list.der());
        assert!(source.read(pem.as_bytes(), NOW, &provider()).is_some());
        let forged = Authority::root("Root", 9).crl(&ListTemplate::new());
        assert!(!reads(&forged), "another's signature");
        let past = ListTemplate::new().updates(NOW, Some(UnixTime(NOW.0 - 1)));
        assert!(!reads(&root.crl(&past)), "over");
        assert!(!reads(&root.crl(&ListTemplate::new().updates(NOW, None))));
        assert!(!reads(
            &root.crl(&ListTemplate::new().number(3).delta_of(2))
        ));
        for garbage in [&b""[..], b"<html>", alice.der()] {
            assert!(source.read(garbage, NOW, &provider()).is_none());
        }
    }

    #[test]
    fn a_list_that_is_too_large_is_not_read() {
        let root = Authority::root("Root", 1);
        let alice = naming(&root, 7, &["http://1.example"], false);
        let source = sources(&alice, &root).remove(0);
        let padded = |octets: usize| {
            let list = ListTemplate::new().with(oid::DATA, false, &vec![0; octets]);
            root.crl(&list)
        };
        let frame = padded(100_000).der().len() - 100_000;
        for (octets, is_read) in [
            (REVOCATION_INFO_OCTETS_MAX - frame - 20, true),
            (REVOCATION_INFO_OCTETS_MAX, false),
        ] {
            let found = source.read(padded(octets).der(), NOW, &provider());
            assert_eq!(found.is_some(), is_read, "{octets}");
        }
    }

    #[test]
    fn only_an_answer_to_the_question_is_read() {
        let root = Authority::root("Root", 1);
        let alice = naming(&root, 7, &[], true);
        let bob = naming(&root, 8, &[], true);
        let source = sources(&alice, &root).remove(0);
        let reads = |about: &Certificate, status: &[u8], key: &Key| {
            let response = ocsp_response(&root, about, status, LATER, (key, &[]));
            let info = source.read(response.der(), NOW, &provider());
            assert!(info.as_ref().is_none_or(|info| info.until() == Some(LATER)));
            info.is_some()
        };
        let (good, not_known) = (&[0x80, 0], &[0x82, 0]);
        assert!(reads(&alice, good, &root.key));
        assert!(!reads(&alice, not_known, &root.key));
        assert!(!reads(&bob, good, &root.key));
        assert!(!reads(&alice, good, &Key::new(9)));
        let list = root.crl(&ListTemplate::new());
        assert!(source.read(list.der(), NOW, &provider()).is_none());
    }
}
