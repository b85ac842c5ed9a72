//! All certificates that one question may use, found by name.

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
    by_subject: BTreeMap<DistinguishedName, Vec<Index>>,
    by_der: BTreeMap<&'a [u8], Index>,
}

/// A certificate and whether it is trusted by itself.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) certificate: &'a Certificate,
    pub(crate) link: Link<'a>,
    pub(crate) is_anchor: bool,
}

impl<'a> Pool<'a> {
    /// Adds a certificate; one that is there already may become an anchor.
    pub(crate) fn add(
        &mut self,
        certificate: &'a Certificate,
        link: Link<'a>,
        is_anchor: bool,
    ) -> Index {
        if let Some(&index) = self.by_der.get(link.der) {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.is_anchor |= is_anchor;
            }
            return index;
        }
        let index = self.entries.len();
        self.by_der.insert(link.der, index);
        self.by_subject
            .entry(link.subject.clone())
            .or_default()
            .push(index);
        self.entries.push(Entry {
            certificate,
            link,
            is_anchor,
        });
        index
    }

    /// The certificate at a place that [`Self::add`] gave.
    pub(crate) fn get(&self, index: Index) -> Option<&Entry<'a>> {
        self.entries.get(index)
    }

    /// The certificates at the places, in their order.
    pub(crate) fn links(&self, path: &[Index]) -> Vec<&Link<'a>> {
        path.iter()
            .filter_map(|&index| Some(&self.get(index)?.link))
            .collect()
    }

    /// The certificates whose subject is `name`.
    pub(crate) fn named(&self, name: &DistinguishedName) -> &[Index] {
        self.by_subject.get(name).map_or(&[], Vec::as_slice)
    }
}
