//! All certificates that one question may use, found by name.
//!
//! Of the hundred anchors of a public list a path uses one, so a certificate is read as a [`Link`]
//! only when a path comes to it; its subject's name is kept with the certificate itself.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::link::Link;
use super::names::DistinguishedName;
use crate::Certificate;

/// A certificate's place in the [`Pool`].
pub(crate) type Index = usize;

/// The target, the intermediates and the anchors, each once.
#[derive(Debug, Default)]
pub(crate) struct Pool<'a> {
    entries: Vec<Entry<'a>>,
    by_subject: BTreeMap<&'a DistinguishedName, Vec<Index>>,
    by_der: BTreeMap<&'a [u8], Index>,
}

#[derive(Debug)]
struct Entry<'a> {
    certificate: &'a Certificate,
    is_anchor: bool,
    /// `None` when it turned out that the certificate cannot be read: it leads nowhere.
    link: OnceCell<Option<Link<'a>>>,
}

impl<'a> Pool<'a> {
    /// Adds a certificate; one that is there already may become an anchor.
    pub(crate) fn add(&mut self, certificate: &'a Certificate, is_anchor: bool) -> Index {
        let index = self.entries.len();
        let known = *self.by_der.entry(certificate.der()).or_insert(index);
        if let Some(entry) = self.entries.get_mut(known) {
            entry.is_anchor |= is_anchor;
            return known;
        }
        if let Some(name) = certificate.subject_name() {
            self.by_subject.entry(name).or_default().push(index);
        }
        self.entries.push(Entry {
            certificate,
            is_anchor,
            link: OnceCell::new(),
        });
        index
    }

    /// The certificate at a place that [`Self::add`] gave, if it can be read.
    pub(crate) fn get(&self, index: Index) -> Option<&Link<'a>> {
        let entry = self.entries.get(index)?;
        entry
            .link
            .get_or_init(|| Link::read(entry.certificate.der()).ok())
            .as_ref()
    }

    /// Whether the certificate is trusted by itself.
    pub(crate) fn is_anchor(&self, index: Index) -> bool {
        self.entries.get(index).is_some_and(|entry| entry.is_anchor)
    }

    /// The certificates at the places, in their order.
    pub(crate) fn links(&self, path: &[Index]) -> Vec<&Link<'a>> {
        path.iter().filter_map(|&index| self.get(index)).collect()
    }

    /// The certificates at the places, in their order, as they were given.
    pub(crate) fn certificates(&self, path: &[Index]) -> Vec<Certificate> {
        path.iter()
            .filter_map(|&index| Some(self.entries.get(index)?.certificate.clone()))
            .collect()
    }

    /// The certificates whose subject is `name`.
    pub(crate) fn named(&self, name: &DistinguishedName) -> &[Index] {
        self.by_subject.get(name).map_or(&[], Vec::as_slice)
    }
}
