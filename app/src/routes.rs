//! Pages and their addresses: the only place that knows a path of the portal.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A page.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Route {
    Home,
    Messages,
    Message(String),
    Rules,
    Mailboxes,
    Mailbox(String),
    Partners,
    Authorities,
    Domains,
    Settings,
    /// No page has this address.
    Unknown,
}

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Section {
    Home,
    Messages,
    Rules,
    Mailboxes,
    Certificates,
    Domains,
    Settings,
}

impl Section {
    /// In the order of the navigation.
    pub const ALL: [Self; 7] = [
        Self::Home,
        Self::Messages,
        Self::Rules,
        Self::Mailboxes,
        Self::Certificates,
        Self::Domains,
        Self::Settings,
    ];

    /// The page behind the entry.
    pub fn route(self) -> Route {
        match self {
            Self::Home => Route::Home,
            Self::Messages => Route::Messages,
            Self::Rules => Route::Rules,
            Self::Mailboxes => Route::Mailboxes,
            Self::Certificates => Route::Partners,
            Self::Domains => Route::Domains,
            Self::Settings => Route::Settings,
        }
    }
}

impl Route {
    /// The page at a path.
    pub fn parse(path: &str) -> Self {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let found = (segments.next(), segments.next(), segments.next());
        match found {
            (None, ..) => Self::Home,
            (Some("messages"), None, _) => Self::Messages,
            (Some("messages"), Some(id), None) => Self::Message(decode(id)),
            (Some("rules"), None, _) => Self::Rules,
            (Some("mailboxes"), None, _) => Self::Mailboxes,
            (Some("mailboxes"), Some(address), None) => Self::Mailbox(decode(address)),
            (Some("certificates"), None, _) => Self::Partners,
            (Some("certificates"), Some("authorities"), None) => Self::Authorities,
            (Some("domains"), None, _) => Self::Domains,
            (Some("settings"), None, _) => Self::Settings,
            _ => Self::Unknown,
        }
    }

    /// The path of the page.
    pub fn path(&self) -> Cow<'static, str> {
        match self {
            Self::Home | Self::Unknown => "/".into(),
            Self::Messages => "/messages".into(),
            Self::Message(id) => format!("/messages/{}", encode(id)).into(),
            Self::Rules => "/rules".into(),
            Self::Mailboxes => "/mailboxes".into(),
            Self::Mailbox(address) => format!("/mailboxes/{}", encode(address)).into(),
            Self::Partners => "/certificates".into(),
            Self::Authorities => "/certificates/authorities".into(),
            Self::Domains => "/domains".into(),
            Self::Settings => "/settings".into(),
        }
    }

    /// Which entry of the navigation the page belongs to.
    pub fn section(&self) -> Option<Section> {
        Some(match self {
            Self::Home => Section::Home,
            Self::Messages | Self::Message(_) => Section::Messages,
            Self::Rules => Section::Rules,
            Self::Mailboxes | Self::Mailbox(_) => Section::Mailboxes,
            Self::Partners | Self::Authorities => Section::Certificates,
            Self::Domains => Section::Domains,
            Self::Settings => Section::Settings,
            Self::Unknown => return None,
        })
    }
}

/// What may stand bare in a path segment; `@` may (RFC 3986 §3.3), and keeps addresses readable.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');

/// One segment of a path.
pub fn encode(segment: &str) -> String {
    utf8_percent_encode(segment, SEGMENT).to_string()
}

fn decode(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_found_at_its_own_path() {
        for route in [
            Route::Home,
            Route::Messages,
            Route::Message("01JE8/Q4".to_owned()),
            Route::Rules,
            Route::Mailboxes,
            Route::Mailbox("grüße+a/b@acme.test".to_owned()),
            Route::Partners,
            Route::Authorities,
            Route::Domains,
            Route::Settings,
        ] {
            assert_eq!(Route::parse(&route.path()), route, "{}", route.path());
        }
    }

    #[test]
    fn an_address_stays_readable_in_its_path() {
        let route = Route::Mailbox("alice@acme.test".to_owned());
        assert_eq!(route.path(), "/mailboxes/alice@acme.test");
    }

    #[test]
    fn what_is_no_page_is_unknown() {
        for path in ["/nowhere", "/rules/1", "/messages/a/b", "/certificates/x"] {
            assert_eq!(Route::parse(path), Route::Unknown, "{path}");
        }
    }

    #[test]
    fn every_entry_leads_to_its_own_section() {
        for section in Section::ALL {
            assert_eq!(section.route().section(), Some(section));
        }
    }
}
