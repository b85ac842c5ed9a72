//! The public trust anchors for e-mail: Mozilla's list, as `cargo xtask roots` wrote it.
//!
//! Only [`public_roots`] refers to the data, so a program that never calls it, like the portal, does
//! not carry them.

use std::sync::LazyLock;

use crate::Certificate;
use crate::asn1::Reader;

/// A line with origin, version and date, then the certificates' DER one after the other.
static DATA: &[u8] = include_bytes!("../data/public-roots.der");

static ROOTS: LazyLock<PublicRoots> = LazyLock::new(|| read(DATA));

/// The list and where it stands in time.
#[derive(Clone, Debug)]
pub struct PublicRoots {
    /// Mozilla's number of the list, `2.60`.
    pub version: String,
    /// When it was published, `2023-02-15`; to show, for an old list lacks new authorities and has
    /// ones that have lost their trust.
    pub date: String,
    /// The roots that are trusted for e-mail.
    pub certificates: Vec<Certificate>,
}

/// The public roots, read at the first call.
pub fn public_roots() -> &'static PublicRoots {
    &ROOTS
}

fn read(data: &[u8]) -> PublicRoots {
    let mut parts = data.splitn(2, |octet| *octet == b'\n');
    let title = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let mut words = title.rsplit(' ').map(str::to_owned);
    let certificates = Reader::new(parts.next().unwrap_or_default())
        .elements()
        .map_while(Result::ok)
        .filter_map(|element| Certificate::from_der(element.raw).ok())
        .collect();
    PublicRoots {
        date: words.next().unwrap_or_default(),
        version: words.next().unwrap_or_default(),
        certificates,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::forge::{NOW, provider};
    use crate::{PathBuilder, Reason, Usage};

    #[test]
    fn the_whole_list_is_read() {
        let roots = public_roots();
        assert!(roots.version.split_once('.').is_some(), "{}", roots.version);
        assert_eq!(roots.date.len(), "2023-02-15".len(), "{}", roots.date);
        let octets: usize = roots.certificates.iter().map(|root| root.der().len()).sum();
        let title = DATA.split(|octet| *octet == b'\n').next().unwrap().len() + 1;
        assert_eq!(title + octets, DATA.len());
        assert!(roots.certificates.len() > 50);
    }

    #[test]
    fn every_root_is_an_authority_with_a_strong_key() {
        for root in &public_roots().certificates {
            assert!(root.is_self_issued(), "{root:?}");
            assert!(!root.key_kind().is_weak(), "{root:?}");
        }
    }

    #[test]
    fn roots_serve_as_anchors() {
        let stranger = crate::chain::forge::Authority::root("Stranger", 1).user("Eve");
        let builder = PathBuilder {
            anchors: public_roots().certificates.iter().collect(),
            usage: Usage::Any,
            ..PathBuilder::default()
        };
        let error = builder.build(&stranger, NOW, &provider()).unwrap_err();
        assert_eq!(error.reason, Reason::UntrustedRoot);
        let valid = public_roots()
            .certificates
            .iter()
            .filter(|root| builder.build(root, NOW, &provider()).is_ok());
        assert!(valid.count() > 50);
    }
}
