//! A certificate revocation list as it is read (RFC 5280 §5): borrowed, its entries never held.

use std::cmp::Ordering;

use mail::UnixTime;

use super::CLOCKS_APART_SECONDS_MAX;
use super::point::{DistributionPoint, Reasons, point_names};
use crate::asn1::{Asn1Error, Element, Reader, oid, read_time, tag};
use crate::chain::{
    Budget, DistinguishedName, Exhausted, Extension, GeneralName, Signed, authority_key_id,
};

/// A CRL, decoded but for its entries.
#[derive(Clone, Debug)]
pub(crate) struct List<'a> {
    pub(crate) signed: Signed<'a>,
    pub(crate) issuer: DistinguishedName,
    pub(crate) issuer_der: &'a [u8],
    pub(crate) this_update: UnixTime,
    pub(crate) next_update: Option<UnixTime>,
    pub(crate) scope: Scope<'a>,
    authority_key_id: Option<&'a [u8]>,
    number: Option<&'a [u8]>,
    base_number: Option<&'a [u8]>,
    entries: &'a [u8],
    has_unknown_critical: bool,
}

/// What a CRL speaks of: `issuingDistributionPoint` (RFC 5280 §5.2.5), or everything its issuer issued.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Scope<'a> {
    names: Option<Vec<GeneralName<'a>>>,
    holders: Holders,
    is_indirect: bool,
    pub(crate) reasons: Reasons,
}

/// Whose certificates a list is limited to; at most one kind (RFC 5280 §5.2.5).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Holders {
    #[default]
    All,
    Users,
    Authorities,
    /// Attribute certificates, which mail does not use.
    Attributes,
}

/// What a CRL says of one certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Entry {
    /// Nothing.
    Absent,
    /// It is revoked.
    Revoked,
    /// It was on hold and is no longer; only in a delta CRL (RFC 5280 §5.3.1).
    Removed,
    /// The list has entries that are not understood, so it says nothing of any certificate (§5.3).
    Unusable,
}

impl<'a> List<'a> {
    /// Reads a DER CRL of version 1 or 2.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let (signed, mut fields) = Signed::read(der)?;
        fields.optional(tag::INTEGER)?; // version: the extensions tell
        if fields.expect(tag::SEQUENCE)?.raw != signed.algorithm {
            return Err(Asn1Error::BadValue); // RFC 5280 §5.1.1.2
        }
        let issuer = fields.expect(tag::SEQUENCE)?;
        let this_update = read_time(fields.any()?)?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(read_time(fields.any()?)?),
            _ => None,
        };
        let entries = fields.optional(tag::SEQUENCE)?;
        let extensions = fields.optional(tag::context(0))?;
        fields.finish()?;
        let mut crl = Self {
            signed,
            issuer: DistinguishedName::read(&issuer)?,
            issuer_der: issuer.raw,
            this_update,
            next_update,
            scope: Scope::default(),
            authority_key_id: None,
            number: None,
            base_number: None,
            entries: entries.map_or(&[], |entries| entries.content),
            has_unknown_critical: false,
        };
        if let Some(wrapper) = extensions {
            for extension in Extension::read_all(wrapper.content)? {
                crl.take_extension(&extension)?;
            }
        }
        Ok(crl)
    }

    fn take_extension(&mut self, extension: &Extension<'a>) -> Result<(), Asn1Error> {
        let number = || Ok(Some(Element::only(extension.value, tag::INTEGER)?.content));
        match extension.id {
            oid::CRL_NUMBER => self.number = number()?,
            oid::DELTA_CRL_INDICATOR => self.base_number = number()?,
            oid::ISSUING_DISTRIBUTION_POINT => {
                self.scope = Scope::read(extension.value, &self.issuer)?;
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                self.authority_key_id = authority_key_id(extension.value)?;
            }
            oid::ISSUER_ALT_NAME | oid::FRESHEST_CRL | oid::AUTHORITY_INFO_ACCESS => {}
            _ => self.has_unknown_critical |= extension.critical,
        }
        Ok(())
    }

    /// Whether the list holds at this time and may be used at all (RFC 5280 §5.2). One that does not
    /// say when the next comes never counts as current.
    pub(crate) fn is_current(&self, now: UnixTime) -> bool {
        let is_announced = self.next_update.is_some_and(|next| now <= next);
        let has_begun = self.this_update.0.saturating_sub(now.0) <= CLOCKS_APART_SECONDS_MAX;
        !self.has_unknown_critical && has_begun && is_announced
    }

    /// Which of two lists is the older one. Two of the same second differ by their number (RFC 5280 §5.2.3).
    pub(crate) fn by_age(&self, other: &Self) -> Ordering {
        let number = |list: &Self| list.number.unwrap_or_default();
        let by_time = self.this_update.cmp(&other.this_update);
        by_time.then_with(|| compare(number(self), number(other)))
    }

    /// Whether the list only says what changed since another.
    pub(crate) fn is_delta(&self) -> bool {
        self.base_number.is_some()
    }

    /// Whether this delta brings `complete` up to date (RFC 5280 §5.2.4, §6.3.3 (c)).
    pub(crate) fn updates(&self, complete: &Self) -> bool {
        let (Some(base), Some(number), Some(complete_number)) =
            (self.base_number, self.number, complete.number)
        else {
            return false;
        };
        self.issuer == complete.issuer
            && self.scope == complete.scope
            && self.authority_key_id == complete.authority_key_id
            && compare(base, complete_number).is_le()
            && compare(number, complete_number).is_gt()
    }

    /// Whether the list speaks of a certificate that names this distribution point (RFC 5280
    /// §6.3.3 (b)).
    pub(crate) fn covers(&self, point: &DistributionPoint<'a>, is_authority: bool) -> bool {
        let scope = &self.scope;
        let is_from_issuer = if point.crl_issuers.is_empty() {
            self.issuer == point.certificate_issuer
        } else {
            scope.is_indirect && point.is_issued_by(&self.issuer)
        };
        let is_named = scope
            .names
            .as_ref()
            .is_none_or(|names| point.is_one_of(names));
        let is_of_its_kind = match scope.holders {
            Holders::All => true,
            Holders::Users => !is_authority,
            Holders::Authorities => is_authority,
            Holders::Attributes => false,
        };
        is_from_issuer && is_named && is_of_its_kind
    }

    /// What the list says of the certificate with this serial number and issuer.
    pub(crate) fn look_up(
        &self,
        serial: &[u8],
        issuer: &DistinguishedName,
        budget: &mut Budget,
    ) -> Result<Entry, Exhausted> {
        // An entry of an indirect list has the issuer of the entry before it, unless it names one
        // (RFC 5280 §5.3.3).
        let mut is_issuer = self.issuer == *issuer;
        let mut found = Entry::Absent;
        for entry in Reader::new(self.entries).elements() {
            budget.crl_entry()?;
            let read = entry.and_then(|entry| EntryView::read(&entry, self.scope.is_indirect));
            let Ok(entry) = read else {
                return Ok(Entry::Unusable);
            };
            if let Some(named) = entry.issuer {
                is_issuer = named == *issuer;
            }
            if is_issuer && entry.serial == serial {
                found = if entry.is_removal {
                    Entry::Removed
                } else {
                    Entry::Revoked
                };
            }
        }
        Ok(found)
    }
}

struct EntryView<'a> {
    serial: &'a [u8],
    issuer: Option<DistinguishedName>,
    is_removal: bool,
}

impl<'a> EntryView<'a> {
    fn read(entry: &Element<'a>, is_indirect: bool) -> Result<Self, Asn1Error> {
        let mut parts = entry.reader();
        let mut view = Self {
            serial: parts.expect(tag::INTEGER)?.content,
            issuer: None,
            is_removal: false,
        };
        parts.any()?; // revocationDate
        let Some(extensions) = parts.optional(tag::SEQUENCE)? else {
            return Ok(view);
        };
        for extension in Extension::read_all(extensions.raw)? {
            match extension.id {
                oid::REASON_CODE => {
                    const REMOVE_FROM_CRL: &[u8] = &[8];
                    let code = Element::only(extension.value, tag::ENUMERATED)?;
                    view.is_removal = code.content == REMOVE_FROM_CRL;
                }
                oid::CERTIFICATE_ISSUER if is_indirect => {
                    view.issuer = Some(directory_name(extension.value)?);
                }
                oid::INVALIDITY_DATE => {}
                _ if extension.critical => return Err(Asn1Error::BadValue),
                _ => {}
            }
        }
        Ok(view)
    }
}

fn directory_name(names: &[u8]) -> Result<DistinguishedName, Asn1Error> {
    let names = GeneralName::read_all(Reader::new(names).sequence()?)?;
    names
        .into_iter()
        .find_map(|name| match name {
            GeneralName::Directory(name) => Some(name),
            _ => None,
        })
        .ok_or(Asn1Error::BadValue)
}

impl<'a> Scope<'a> {
    fn read(value: &'a [u8], issuer: &DistinguishedName) -> Result<Self, Asn1Error> {
        let mut parts = Reader::new(value).sequence()?;
        let names = match parts.optional(tag::context(0))? {
            Some(point) => Some(point_names(&point, issuer)?),
            None => None,
        };
        let flag = |parts: &mut Reader<'a>, number| {
            parts
                .optional(tag::context_primitive(number))?
                .map_or(Ok(false), |flag| flag.boolean())
        };
        let only_users = flag(&mut parts, 1)?;
        let only_authorities = flag(&mut parts, 2)?;
        let reasons = Reasons::read(parts.optional(tag::context_primitive(3))?)?;
        let is_indirect = flag(&mut parts, 4)?;
        let only_attributes = flag(&mut parts, 5)?;
        parts.finish()?;
        let holders = match (only_users, only_authorities, only_attributes) {
            (false, false, false) => Holders::All,
            (true, false, false) => Holders::Users,
            (false, true, false) => Holders::Authorities,
            (false, false, true) => Holders::Attributes,
            _ => return Err(Asn1Error::BadValue),
        };
        Ok(Self {
            names,
            holders,
            is_indirect,
            reasons,
        })
    }
}

/// Compares two INTEGERs that are not negative (CRL numbers have up to 20 octets).
fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let significant = |number: &[u8]| -> Vec<u8> {
        number
            .iter()
            .copied()
            .skip_while(|&octet| octet == 0)
            .collect()
    };
    let (a, b) = (significant(a), significant(b));
    a.len().cmp(&b.len()).then_with(|| a.cmp(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crl_numbers_compare_as_numbers() {
        assert_eq!(compare(&[0, 200], &[1, 0]), Ordering::Less);
        assert_eq!(compare(&[0, 1, 0], &[1, 0]), Ordering::Equal);
        assert_eq!(compare(&[2], &[1]), Ordering::Greater);
    }
}
