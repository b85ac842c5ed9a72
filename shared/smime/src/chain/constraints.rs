//! Name constraints (RFC 5280 §4.2.1.10, §6.1.4 (g)): which names an authority may certify.

use super::budget::{Budget, Exhausted};
use super::names::{GeneralName, Mailboxes};
use crate::asn1::{Asn1Error, Element, tag};

/// The extension of one authority: subtrees that are permitted and that are excluded.
#[derive(Clone, Debug, Default)]
pub(crate) struct NameConstraints<'a> {
    permitted: Vec<GeneralName<'a>>,
    excluded: Vec<GeneralName<'a>>,
}

/// A name that an authority above was not allowed to certify.
pub(crate) enum Refusal {
    /// The name, in words.
    Name(String),
    /// The comparisons allowed are spent.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Refusal {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

impl<'a> NameConstraints<'a> {
    /// Reads the extension's value.
    pub(crate) fn read(value: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut parts = Element::only(value, tag::SEQUENCE)?.reader();
        let permitted = subtrees(parts.optional(tag::context(0))?)?;
        let excluded = subtrees(parts.optional(tag::context(1))?)?;
        parts.finish()?;
        Ok(Self {
            permitted,
            excluded,
        })
    }

    /// Whether all of `names` are allowed: each in none of the excluded subtrees, and in one of the
    /// permitted of its form where there are any.
    pub(crate) fn allow(
        &self,
        names: &[GeneralName<'_>],
        budget: &mut Budget,
    ) -> Result<(), Refusal> {
        for name in names {
            let mut constrained = false;
            let mut permitted = false;
            for base in &self.permitted {
                budget.name_comparison()?;
                if let Some(within) = within(name, base) {
                    constrained = true;
                    permitted |= within == Within::Yes;
                }
            }
            let mut excluded = false;
            for base in &self.excluded {
                budget.name_comparison()?;
                // What cannot be judged is not let through.
                excluded |= within(name, base).is_some_and(|within| within != Within::No);
            }
            if excluded || (constrained && !permitted) {
                return Err(Refusal::Name(describe(name)));
            }
        }
        Ok(())
    }
}

/// `minimum` and `maximum` are not used (RFC 5280 §4.2.1.10); a subtree that has them cannot be
/// honoured, so the certificate is refused.
fn subtrees(list: Option<Element<'_>>) -> Result<Vec<GeneralName<'_>>, Asn1Error> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    list.reader()
        .elements()
        .map(|subtree| {
            let mut parts = subtree?.reader();
            let base = GeneralName::read(&parts.any()?)?;
            parts.finish()?;
            Ok(base)
        })
        .collect()
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Within {
    Yes,
    No,
    /// The form is not understood, or the base or name does not make sense.
    Unclear,
}

impl From<bool> for Within {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Whether `name` is within the subtree of `base`; `None` if they are of different forms.
fn within(name: &GeneralName<'_>, base: &GeneralName<'_>) -> Option<Within> {
    use GeneralName as N;
    match (name, base) {
        (N::Email(name), N::Email(base)) => Some(email_within(name, base)),
        (N::Dns(name), N::Dns(base)) => Some(dns_within(name, base).into()),
        (N::Uri(name), N::Uri(base)) => Some(uri_within(name, base)),
        (N::Ip(name), N::Ip(base)) => ip_within(name, base),
        (N::Directory(name), N::Directory(base)) => Some(name.is_within(base).into()),
        (N::Other(name, _), N::Other(base, _)) if name == base => Some(Within::Unclear),
        _ => None,
    }
}

/// Local parts compare without case, as this crate compares addresses everywhere (RFC 8550 §3).
fn email_within(name: &Mailboxes, base: &Mailboxes) -> Within {
    match (name, base) {
        (Mailboxes::One(name), Mailboxes::One(base)) => (name == base).into(),
        (Mailboxes::One(name), Mailboxes::Host(host)) => (name.domain() == host).into(),
        (Mailboxes::One(name), Mailboxes::Below(domain)) => name.domain().is_below(domain).into(),
        (Mailboxes::One(_), Mailboxes::All) => Within::Yes,
        _ => Within::Unclear,
    }
}

/// `uniformResourceIdentifier`: the host decides; a URI without a host name cannot be judged.
fn uri_within(name: &str, base: &str) -> Within {
    let host = name
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
        .map(|authority| {
            authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host)
        })
        .map(|host| host.split_once(':').map_or(host, |(host, _port)| host))
        .filter(|host| !host.is_empty() && !host.starts_with('['))
        .filter(|host| host.parse::<std::net::Ipv4Addr>().is_err());
    host.map_or(Within::Unclear, |host| host_within(host, base).into())
}

/// Exactly the host, or with a leading dot what is below it; an empty base holds every host.
fn host_within(host: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => is_below(host, domain),
        None => base.is_empty() || host.eq_ignore_ascii_case(base),
    }
}

/// `dNSName`: the host or anything below it.
fn dns_within(name: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        // Not in RFC 5280, but authorities write it and everyone reads it so.
        Some(domain) => is_below(name, domain),
        None => base.is_empty() || name.eq_ignore_ascii_case(base) || is_below(name, base),
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.as_bytes());
    host.len()
        .checked_sub(domain.len())
        .and_then(|start| host.split_at_checked(start))
        .is_some_and(|(head, tail)| head.ends_with(b".") && tail.eq_ignore_ascii_case(domain))
}

fn ip_within(name: &[u8], base: &[u8]) -> Option<Within> {
    let (network, mask) = base.split_at_checked(base.len() / 2)?;
    if !matches!(base.len(), 8 | 32) || !matches!(name.len(), 4 | 16) {
        return Some(Within::Unclear);
    }
    if name.len() != network.len() {
        return Some(Within::No);
    }
    let mut octets = name.iter().zip(network).zip(mask);
    Some(
        octets
            .all(|((name, network), mask)| name & mask == network & mask)
            .into(),
    )
}

fn describe(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::Email(Mailboxes::One(address)) => format!("the address `{address}`"),
        GeneralName::Email(_) => "an address that cannot be read".to_owned(),
        GeneralName::Dns(text) | GeneralName::Uri(text) => format!("the name `{text}`"),
        GeneralName::Ip(_) => "an IP address".to_owned(),
        GeneralName::Directory(_) => "the subject's name".to_owned(),
        GeneralName::Other(..) => "a name of unknown form".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use GeneralName::{Dns, Ip, Uri};

    #[track_caller]
    fn check(name: &GeneralName<'_>, base: &GeneralName<'_>, expected: Option<Within>) {
        assert_eq!(within(name, base), expected, "{name:?} in {base:?}");
    }

    fn email(text: &str) -> GeneralName<'_> {
        GeneralName::Email(Mailboxes::read(text))
    }

    #[test]
    fn mailboxes_hosts_and_domains() {
        let bob = email("Bob@Mail.Example.org");
        check(&bob, &email("bob@mail.example.org"), Some(Within::Yes));
        check(&bob, &email("eve@mail.example.org"), Some(Within::No));
        check(&bob, &email("mail.example.org"), Some(Within::Yes));
        check(&bob, &email("example.org"), Some(Within::No));
        check(&bob, &email(".example.org"), Some(Within::Yes));
        check(&bob, &email(".ample.org"), Some(Within::No));
        check(&bob, &email(""), Some(Within::Yes));
        check(&email("bob"), &email("example.org"), Some(Within::Unclear));
        check(&bob, &email("not a host"), Some(Within::Unclear));
        check(&bob, &Dns("example.org"), None);
    }

    #[test]
    fn mailboxes_are_those_that_a_from_address_is_compared_with() {
        for name in [
            "bob@example.org.",
            "bob@ｅxample.org",
            "bob@example。org",
            "\"bob\"@example.org",
        ] {
            check(&email(name), &email("example.org"), Some(Within::Yes));
            check(&email(name), &email("bob@example.org"), Some(Within::Yes));
        }
        let umlaut = email("bob@bücher.example");
        check(&umlaut, &email("xn--bcher-kva.example"), Some(Within::Yes));
    }

    #[test]
    fn dns_names_hold_what_is_below() {
        check(
            &Dns("a.example.org"),
            &Dns("example.org"),
            Some(Within::Yes),
        );
        check(&Dns("EXAMPLE.org"), &Dns("example.org"), Some(Within::Yes));
        check(
            &Dns("badexample.org"),
            &Dns("example.org"),
            Some(Within::No),
        );
        check(&Dns("example.org"), &Dns(".example.org"), Some(Within::No));
        check(&Dns("org"), &Dns("example.org"), Some(Within::No));
    }

    #[test]
    fn uris_are_judged_by_their_host() {
        check(
            &Uri("https://u@a.example.org:8080/x"),
            &Uri(".example.org"),
            Some(Within::Yes),
        );
        check(
            &Uri("https://example.org?@evil"),
            &Uri("example.org"),
            Some(Within::Yes),
        );
        check(
            &Uri("https://evil/example.org"),
            &Uri("example.org"),
            Some(Within::No),
        );
        check(
            &Uri("https://192.0.2.1/"),
            &Uri("example.org"),
            Some(Within::Unclear),
        );
        check(
            &Uri("mailto:a@example.org"),
            &Uri("example.org"),
            Some(Within::Unclear),
        );
    }

    #[test]
    fn ip_networks() {
        let base = Ip(&[192, 0, 2, 0, 255, 255, 255, 0]);
        check(&Ip(&[192, 0, 2, 77]), &base, Some(Within::Yes));
        check(&Ip(&[192, 0, 3, 77]), &base, Some(Within::No));
        check(&Ip(&[0; 16]), &base, Some(Within::No));
        check(&Ip(&[192, 0, 2]), &base, Some(Within::Unclear));
        check(
            &Ip(&[192, 0, 2, 77]),
            &Ip(&[1, 2, 3]),
            Some(Within::Unclear),
        );
    }

    #[test]
    fn what_is_unclear_is_refused() {
        let odd = [email("no-at-sign")];
        let mut budget = Budget::default();
        let base = || vec![email("example.org")];
        let permitted = NameConstraints {
            permitted: base(),
            excluded: vec![],
        };
        let excluded = NameConstraints {
            permitted: vec![],
            excluded: base(),
        };
        assert!(permitted.allow(&odd, &mut budget).is_err());
        assert!(excluded.allow(&odd, &mut budget).is_err());
    }

    #[test]
    fn comparisons_are_limited() {
        let names: Vec<_> = (0..20).map(|_| Dns("a.example.org")).collect();
        let constraints = NameConstraints {
            permitted: names.clone(),
            excluded: vec![],
        };
        let mut budget = Budget {
            name_comparisons: 399,
            ..Budget::default()
        };
        assert!(matches!(
            constraints.allow(&names, &mut budget),
            Err(Refusal::Exhausted(_))
        ));
    }
}
