//! Where a certificate says that its revocation is published (RFC 5280 §4.2.1.13).

use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::chain::{DistinguishedName, GeneralName, Link};

/// Reasons for revocation that a list or a point covers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Reasons(u16);

/// All of them, when none are named.
impl Default for Reasons {
    fn default() -> Self {
        Self::ALL
    }
}

impl Reasons {
    /// keyCompromise (1) to aACompromise (8); bit 0 is not used.
    pub(crate) const ALL: Self = Self(0x1fe);
    pub(crate) const NONE: Self = Self(0);

    /// Reads `ReasonFlags`; without it, all.
    pub(crate) fn read(flags: Option<Element<'_>>) -> Result<Self, Asn1Error> {
        Ok(match flags {
            Some(flags) => Self(flags.named_bits()? & Self::ALL.0),
            None => Self::ALL,
        })
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of these are in `others`.
    pub(crate) fn is_within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }
}

/// Reads `DistributionPointName` from the element around it: full names, or one relative to the
/// issuer of the list, which makes a whole directory name.
pub(crate) fn point_names<'a>(
    wrapper: &Element<'a>,
    crl_issuer: &DistinguishedName,
) -> Result<Vec<GeneralName<'a>>, Asn1Error> {
    let name = wrapper.reader().any()?;
    if name.tag == tag::context(1) {
        Ok(vec![GeneralName::Directory(crl_issuer.joined(&name)?)])
    } else {
        GeneralName::read_all(name.reader())
    }
}

/// One place where the certificate's revocation may be found.
#[derive(Clone, Debug)]
pub(crate) struct DistributionPoint<'a> {
    names: Option<Vec<GeneralName<'a>>>,
    pub(crate) reasons: Reasons,
    pub(crate) crl_issuers: Vec<GeneralName<'a>>,
    pub(crate) certificate_issuer: DistinguishedName,
}

impl<'a> DistributionPoint<'a> {
    /// The points that a certificate names and, last, the one that every certificate has: its
    /// issuer's name, for all reasons (RFC 5280 §6.3.3, end).
    pub(crate) fn of(link: &Link<'a>) -> Result<Vec<Self>, Asn1Error> {
        let mut points = match link.distribution_points {
            Some(value) => Reader::new(value)
                .sequence()?
                .elements()
                .map(|point| Self::read(&point?, &link.issuer))
                .collect::<Result<Vec<_>, _>>()?,
            None => Vec::new(),
        };
        points.push(Self {
            names: Some(vec![GeneralName::Directory(link.issuer.clone())]),
            reasons: Reasons::ALL,
            crl_issuers: Vec::new(),
            certificate_issuer: link.issuer.clone(),
        });
        Ok(points)
    }

    fn read(point: &Element<'a>, issuer: &DistinguishedName) -> Result<Self, Asn1Error> {
        let mut parts = point.reader();
        let name = parts.optional(tag::context(0))?;
        let reasons = Reasons::read(parts.optional(tag::context_primitive(1))?)?;
        let crl_issuers = match parts.optional(tag::context(2))? {
            Some(names) => GeneralName::read_all(names.reader())?,
            None => Vec::new(),
        };
        let relative_to = crl_issuers
            .iter()
            .find_map(|name| match name {
                GeneralName::Directory(name) => Some(name),
                _ => None,
            })
            .unwrap_or(issuer);
        let names = match name {
            Some(name) => Some(point_names(&name, relative_to)?),
            None => None,
        };
        Ok(Self {
            names,
            reasons,
            crl_issuers,
            certificate_issuer: issuer.clone(),
        })
    }

    /// Its full names; the place is at those that are URIs.
    pub(crate) fn names(&self) -> impl Iterator<Item = &GeneralName<'a>> {
        self.names.iter().flatten()
    }

    /// Whether `issuer` is one of those that the point says issue its lists.
    pub(crate) fn is_issued_by(&self, issuer: &DistinguishedName) -> bool {
        self.crl_issuers
            .iter()
            .any(|name| matches!(name, GeneralName::Directory(name) if name == issuer))
    }

    /// Whether the point has one of these names; one without names goes by its CRL issuers.
    pub(crate) fn is_one_of(&self, names: &[GeneralName<'a>]) -> bool {
        let own = self.names.as_ref().unwrap_or(&self.crl_issuers);
        own.iter().any(|name| names.contains(name))
    }
}
