//! The public trust anchors for e-mail: Mozilla's list, as `cargo xtask roots` wrote it.
//!
//! Only [`public_roots`] refers to the data, so a program that never calls it, like the portal, does
//! not carry them.

use std::sync::LazyLock;

use crate::Certificate;
use crate::asn1::Reader;

/// Number and day of the list, `2.92 2026-10-28`.
static TITLE: &str = include_str!("../data/public-roots.txt");
/// The certificates' DER one after the other.
static DATA: &[u8] = include_bytes!("../data/public-roots.der");

static ROOTS: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
    Reader::new(DATA)
        .elements()
        .map_while(Result::ok)
        .filter_map(|element| Certificate::from_der(element.raw).ok())
        .collect()
});

/// Where Mozilla's list stands in time; to show, for an old list lacks new authorities and has ones that
/// have lost their trust.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PublicList {
    /// Mozilla's number, `2.92`.
    pub version: &'static str,
    /// When it was published, `2026-10-28`.
    pub date: &'static str,
}

/// The list that [`public_roots`] are those of.
pub fn public_list() -> PublicList {
    let (version, date) = TITLE.trim_end().split_once(' ').unwrap_or_default();
    PublicList { version, date }
}

/// The roots that are trusted for e-mail, read at the first call.
pub fn public_roots() -> &'static [Certificate] {
    &ROOTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::forge::{NOW, provider};
    use crate::{PathBuilder, Reason, Usage};

    #[test]
    fn the_whole_list_is_read() {
        let roots = public_roots();
        let octets: usize = roots.iter().map(|root| root.der().len()).sum();
        assert_eq!(octets, DATA.len());
        assert!(roots.len() > 50);
    }

    #[test]
    fn the_list_says_which_it_is() {
        let PublicList { version, date } = public_list();
        assert!(
            version
                .split('.')
                .all(|number| number.parse::<u32>().is_ok())
        );
        let day = mail::UnixTime::parse_rfc3339(&format!("{date}T00:00:00Z"));
        assert!(day.is_some(), "{date}");
    }

    #[test]
    fn every_root_is_an_authority_with_a_strong_key() {
        for root in public_roots() {
            assert!(root.is_self_issued(), "{root:?}");
            assert!(!root.key_kind().is_weak(), "{root:?}");
        }
    }

    #[test]
    fn roots_serve_as_anchors() {
        let stranger = crate::chain::forge::Authority::root("Stranger", 1).user("Eve");
        let builder = PathBuilder {
            anchors: public_roots().iter().collect(),
            usage: Usage::Any,
            ..PathBuilder::default()
        };
        let error = builder.build(&stranger, NOW, &provider()).unwrap_err();
        assert_eq!(error.reason, Reason::UntrustedRoot);
        let valid = public_roots()
            .iter()
            .filter(|root| builder.build(root, NOW, &provider()).is_ok());
        assert!(valid.count() > 50);
    }
}
