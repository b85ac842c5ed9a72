//! The form of a route, what its list of mailboxes means, and where the two lists stand, without a
//! browser.

use std::collections::BTreeSet;

use api::{DomainCheck, HopTls, NextHopWrite, PageQuery, Route, RouteWrite};
use mail::{Address, AddressError, Domain};
use serde::{Deserialize, Serialize};

use crate::listing;

/// Where the pages of both lists begin: they share the page's address, so each carries the other's.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
struct Places {
    #[serde(skip_serializing_if = "Option::is_none")]
    domains: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    routes: Option<String>,
}

fn query(cursor: Option<&String>) -> PageQuery {
    PageQuery {
        limit: None,
        cursor: cursor.cloned(),
    }
}

/// Which page of the domains.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct DomainFilter(Places);

impl listing::Filter for DomainFilter {
    fn is_narrow(&self) -> bool {
        false
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.0.domains
    }
}

impl DomainFilter {
    /// What to ask the edge.
    pub fn query(&self) -> PageQuery {
        query(self.0.domains.as_ref())
    }
}

/// Which page of the routes.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RouteFilter(Places);

impl listing::Filter for RouteFilter {
    fn is_narrow(&self) -> bool {
        false
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.0.routes
    }
}

impl RouteFilter {
    /// What to ask the edge.
    pub fn query(&self) -> PageQuery {
        query(self.0.routes.as_ref())
    }
}

/// A domain as people read it: with U-labels.
pub fn shown(domain: &str) -> String {
    Domain::parse(domain).map_or_else(|_| domain.to_owned(), |domain| domain.to_unicode())
}

/// The latest check of each kind; `checks` are newest first.
pub fn latest(checks: &[DomainCheck]) -> Vec<&DomainCheck> {
    let mut kinds = BTreeSet::new();
    let checks = checks.iter();
    checks.filter(|check| kinds.insert(&check.kind)).collect()
}

/// Whether a pattern takes every domain below one, and has no list of mailboxes.
pub fn is_wildcard(pattern: &str) -> bool {
    pattern.starts_with("*.")
}

/// A field of the form; in its order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RouteField {
    Pattern,
    Host,
    Port,
    Username,
    Password,
    Mailboxes,
}

impl RouteField {
    /// The id of its control.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pattern => "route-pattern",
            Self::Host => "route-host",
            Self::Port => "route-port",
            Self::Username => "route-username",
            Self::Password => "route-password",
            Self::Mailboxes => "route-mailboxes",
        }
    }

    /// The field that holds what is at `pointer` in a [`RouteWrite`].
    pub fn at(pointer: &str) -> Option<Self> {
        let mut segments = pointer.split('/').skip(1);
        Some(match (segments.next()?, segments.next()) {
            ("pattern", _) => Self::Pattern,
            ("next_hop", Some("port")) => Self::Port,
            ("next_hop", Some("username")) => Self::Username,
            ("next_hop", Some("password")) => Self::Password,
            ("next_hop", None | Some("host")) => Self::Host,
            ("mailboxes", _) => Self::Mailboxes,
            _ => return None,
        })
    }
}

/// Which of the mailboxes `pointer` is about: the form has one field for all of them.
pub fn mailbox_at(pointer: &str, body: &RouteWrite) -> Option<String> {
    let place = pointer.strip_prefix("/mailboxes/")?.parse::<usize>().ok()?;
    body.mailboxes.get(place).cloned()
}

/// What is wrong with a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    Pattern(AddressError),
    HostMissing,
    Port,
    /// A password without a user name.
    UsernameMissing,
    PasswordMissing,
    /// Passwords go over TLS only.
    NeedsTls,
    /// What stands in the list and is no address.
    NoAddresses(Vec<String>),
    /// Addresses that are not of the route's domain.
    Foreign {
        addresses: Vec<String>,
        domain: String,
    },
}

/// The fields as they stand, right or wrong. It holds a password, so it is not printable.
#[derive(Clone)]
pub struct RouteForm {
    pub pattern: String,
    pub host: String,
    pub port: String,
    pub tls: HopTls,
    pub username: String,
    pub password: String,
    /// Whether the edge holds one, which an empty field keeps.
    pub has_password: bool,
    pub mailboxes: String,
}

impl RouteForm {
    /// A new route: most servers take mail on port 25 with STARTTLS.
    pub fn new() -> Self {
        Self {
            pattern: String::new(),
            host: String::new(),
            port: usual_port(HopTls::Starttls).to_owned(),
            tls: HopTls::Starttls,
            username: String::new(),
            password: String::new(),
            has_password: false,
            mailboxes: String::new(),
        }
    }

    /// The form of a route that there is.
    pub fn of(route: &Route) -> Self {
        let hop = &route.next_hop;
        Self {
            pattern: route.pattern.clone(),
            host: hop.host.clone(),
            port: hop.port.to_string(),
            tls: hop.tls,
            username: hop.username.clone().unwrap_or_default(),
            password: String::new(),
            has_password: hop.username.is_some(),
            mailboxes: route.mailboxes.join("\n"),
        }
    }

    /// Moves the port along with TLS, as long as it is the usual one.
    pub fn move_port(port: &mut String, before: HopTls, after: HopTls) {
        if port.trim() == usual_port(before) {
            usual_port(after).clone_into(port);
        }
    }

    /// What to write, or every field at fault.
    pub fn parse(&self) -> Result<RouteWrite, Vec<(RouteField, Fault)>> {
        let mut faults = Vec::new();
        let pattern = self.pattern.trim();
        let below = pattern.strip_prefix("*.");
        let domain = Domain::parse(below.unwrap_or(pattern));
        if let Err(error) = &domain {
            faults.push((RouteField::Pattern, Fault::Pattern(*error)));
        }
        let host = self.host.trim();
        if host.is_empty() {
            faults.push((RouteField::Host, Fault::HostMissing));
        }
        let port = self.port.trim().parse::<u16>().unwrap_or_default();
        if port == 0 {
            faults.push((RouteField::Port, Fault::Port));
        }
        let username = self.username.trim();
        let has_password = self.has_password || !self.password.is_empty();
        if username.is_empty() && !self.password.is_empty() {
            faults.push((RouteField::Username, Fault::UsernameMissing));
        } else if !username.is_empty() && self.tls == HopTls::None {
            faults.push((RouteField::Username, Fault::NeedsTls));
        } else if !username.is_empty() && !has_password {
            faults.push((RouteField::Password, Fault::PasswordMissing));
        }
        let mailboxes = match (&domain, below) {
            // A wildcard has no list; what stands in the hidden field is not meant.
            (_, Some(_)) => Vec::new(),
            (domain, None) => match self.mailboxes_of(domain.as_ref().ok()) {
                Ok(mailboxes) => mailboxes,
                Err(fault) => {
                    faults.push((RouteField::Mailboxes, fault));
                    Vec::new()
                }
            },
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(RouteWrite {
            pattern: pattern.to_owned(),
            next_hop: NextHopWrite {
                host: host.to_owned(),
                port,
                tls: self.tls,
                username: some(username),
                password: some(&self.password),
            },
            mailboxes,
        })
    }

    /// The mailboxes in their normal form; `domain` is unknown while the pattern is wrong.
    fn mailboxes_of(&self, domain: Option<&Domain>) -> Result<Vec<String>, Fault> {
        let read = read_mailboxes(&self.mailboxes);
        if !read.faulty.is_empty() {
            return Err(Fault::NoAddresses(read.faulty));
        }
        if let Some(domain) = domain {
            let foreign = read.addresses.iter().filter(|a| a.domain() != domain);
            let addresses: Vec<String> = foreign.map(ToString::to_string).collect();
            if !addresses.is_empty() {
                let domain = domain.to_unicode();
                return Err(Fault::Foreign { addresses, domain });
            }
        }
        Ok(read.addresses.iter().map(ToString::to_string).collect())
    }
}

/// The port on which servers usually take mail (RFC 5321 §4.5.4.2, RFC 8314 §3.3).
const fn usual_port(tls: HopTls) -> &'static str {
    match tls {
        HopTls::Starttls | HopTls::None => "25",
        HopTls::Implicit => "465",
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What a pasted list means.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MailboxList {
    /// Each once, in the order of the text.
    pub addresses: Vec<Address>,
    /// How many more times they stand there.
    pub duplicates: usize,
    /// Names and other columns beside an address.
    pub passed_over: Vec<String>,
    /// Lines without an address, and what looks like one and is none.
    pub faulty: Vec<String>,
}

/// Reads addresses out of what people paste: one per line, or separated by commas, semicolons or
/// spaces, with other columns or names beside them.
pub fn read_mailboxes(text: &str) -> MailboxList {
    let mut list = MailboxList::default();
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        let mut found = false;
        let mut others = Vec::new();
        let words = match quoted(line) {
            Some(address) => vec![Ok(address)],
            None => line
                .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
                .map(|word| word.trim_matches(['"', '\'', '<', '>', '(', ')']))
                .filter(|word| !word.is_empty())
                .map(plain)
                .collect(),
        };
        for word in words {
            match word {
                Ok(address) if seen.insert(address.clone()) => {
                    found = true;
                    list.addresses.push(address);
                }
                Ok(_) => {
                    found = true;
                    list.duplicates += 1;
                }
                Err(word) if word.contains('@') => {
                    found = true;
                    list.faulty.push(word.to_owned());
                }
                Err(word) => others.push(word.to_owned()),
            }
        }
        // A line without any address is a mistake rather than a remark.
        match (found, line.trim()) {
            (true, _) => list.passed_over.append(&mut others),
            (false, "") => {}
            (false, line) => list.faulty.push(line.to_owned()),
        }
    }
    list
}

/// A word that is an address, without the quotes that some local parts need.
fn plain(word: &str) -> Result<Address, &str> {
    let address = Address::parse(word).map_err(|_| word)?;
    if address.to_string().starts_with('"') {
        return Err(word);
    }
    Ok(address)
}

/// A line that is one address with a quoted local part, as the list shows it.
fn quoted(line: &str) -> Option<Address> {
    let line = line.trim();
    let address = Address::parse(line).ok()?;
    (line.starts_with('"') && address.to_string() == line).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::Filter as _;

    fn form() -> RouteForm {
        RouteForm {
            pattern: " ACME.test ".to_owned(),
            host: "mx.acme.test".to_owned(),
            mailboxes: "Alice@acme.test".to_owned(),
            ..RouteForm::new()
        }
    }

    fn faults(form: &RouteForm) -> Vec<(RouteField, Fault)> {
        form.parse().err().unwrap_or_default()
    }

    fn addresses(list: &MailboxList) -> Vec<String> {
        list.addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_are_read_as_people_paste_them() {
        let same = ["alice@acme.test", "bob@acme.test"];
        for text in [
            "alice@acme.test\nbob@acme.test",
            "alice@acme.test, bob@acme.test",
            "alice@acme.test;bob@acme.test;\n",
            "  ALICE@acme.test\t\r\n\r\nbob@ACME.test ",
            "\"alice@acme.test\",\"bob@acme.test\"",
            "Alice Example <alice@acme.test>; Bob <bob@acme.test>",
            "alice@acme.test bob@acme.test alice@acme.test",
        ] {
            let list = read_mailboxes(text);
            assert_eq!(addresses(&list), same, "{text}");
            assert_eq!(list.faulty, [""; 0], "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        let list = read_mailboxes("Name,Mail\nAlice,alice@acme.test,7\na@b@acme.test\nbob@");
        assert_eq!(addresses(&list), ["alice@acme.test"]);
        assert_eq!(list.passed_over, ["Alice", "7"]);
        assert_eq!(list.faulty, ["Name,Mail", "a@b@acme.test", "bob@"]);
        assert_eq!(read_mailboxes("x@a.test x@A.test").duplicates, 1);
    }

    #[test]
    fn a_route_goes_through_its_form_unchanged() {
        let route = Route {
            id: "r".to_owned(),
            pattern: "acme.test".to_owned(),
            next_hop: api::NextHop {
                host: "mx.acme.test".to_owned(),
                port: 2525,
                tls: HopTls::Implicit,
                username: Some("gateway".to_owned()),
            },
            mailboxes: vec![
                "alice@acme.test".to_owned(),
                "\"john doe\"@acme.test".to_owned(),
            ],
        };
        let Ok(body) = RouteForm::of(&route).parse() else {
            panic!("the form of a route is at fault");
        };
        assert_eq!(body.pattern, route.pattern);
        assert_eq!(body.mailboxes, route.mailboxes);
        assert_eq!(body.next_hop.host, route.next_hop.host);
        assert_eq!(body.next_hop.port, route.next_hop.port);
        assert_eq!(body.next_hop.tls, route.next_hop.tls);
        assert_eq!(body.next_hop.username, route.next_hop.username);
        assert!(body.next_hop.password.is_none(), "a password was made up");
    }

    #[test]
    fn every_fault_shows_at_once() {
        let empty = RouteForm {
            port: "70000".to_owned(),
            password: "secret".to_owned(),
            mailboxes: "nobody".to_owned(),
            ..RouteForm::new()
        };
        assert_eq!(
            faults(&empty),
            [
                (
                    RouteField::Pattern,
                    Fault::Pattern(AddressError::EmptyDomain)
                ),
                (RouteField::Host, Fault::HostMissing),
                (RouteField::Port, Fault::Port),
                (RouteField::Username, Fault::UsernameMissing),
                (
                    RouteField::Mailboxes,
                    Fault::NoAddresses(vec!["nobody".to_owned()])
                ),
            ]
        );
    }

    #[test]
    fn a_user_name_needs_a_password_and_tls() {
        let mut form = form();
        assert!(form.parse().is_ok());
        form.username = "gateway".to_owned();
        assert_eq!(
            faults(&form),
            [(RouteField::Password, Fault::PasswordMissing)]
        );
        form.has_password = true;
        assert!(form.parse().is_ok());
        form.tls = HopTls::None;
        assert_eq!(faults(&form), [(RouteField::Username, Fault::NeedsTls)]);
    }

    #[test]
    fn mailboxes_are_of_the_routes_domain_and_a_wildcard_has_none() {
        let mut form = form();
        form.mailboxes.push_str("\nbob@elsewhere.test");
        let foreign = Fault::Foreign {
            addresses: vec!["bob@elsewhere.test".to_owned()],
            domain: "acme.test".to_owned(),
        };
        assert_eq!(faults(&form), [(RouteField::Mailboxes, foreign)]);
        form.pattern = "*.acme.test".to_owned();
        assert_eq!(
            form.parse().ok().map(|body| body.mailboxes),
            Some(Vec::new())
        );
    }

    #[test]
    fn the_form_takes_the_patterns_that_the_gateway_takes() {
        for pattern in [
            "acme.test",
            "*.lab.acme.test",
            "*.",
            "*",
            "a.*.test",
            "",
            "bücher.example",
        ] {
            let form = RouteForm {
                pattern: pattern.to_owned(),
                mailboxes: String::new(),
                ..form()
            };
            let taken = gateway::DomainPattern::parse(pattern).is_ok();
            assert_eq!(form.parse().is_ok(), taken, "{pattern}");
        }
    }

    #[test]
    fn a_pointer_finds_its_field() {
        for (pointer, field) in [
            ("/pattern", Some(RouteField::Pattern)),
            ("/next_hop", Some(RouteField::Host)),
            ("/next_hop/port", Some(RouteField::Port)),
            ("/mailboxes/3", Some(RouteField::Mailboxes)),
            ("/next_hop/tls", None),
            ("", None),
        ] {
            assert_eq!(RouteField::at(pointer), field, "{pointer}");
        }
        let Ok(body) = form().parse() else {
            panic!("the form is at fault");
        };
        let named = |pointer| mailbox_at(pointer, &body);
        assert_eq!(named("/mailboxes/0").as_deref(), Some("alice@acme.test"));
        assert_eq!(named("/mailboxes/1"), None);
    }

    #[test]
    fn the_usual_port_goes_along_with_tls() {
        let mut port = "25".to_owned();
        RouteForm::move_port(&mut port, HopTls::Starttls, HopTls::Implicit);
        assert_eq!(port, "465");
        port = "2525".to_owned();
        RouteForm::move_port(&mut port, HopTls::Implicit, HopTls::None);
        assert_eq!(port, "2525");
    }

    #[test]
    fn the_lists_share_the_address() {
        let address = "domains=a&routes=b";
        let mut filter: RouteFilter = serde_urlencoded::from_str(address).unwrap();
        assert_eq!(filter.query().cursor.as_deref(), Some("b"));
        *filter.cursor() = None;
        assert_eq!(serde_urlencoded::to_string(&filter).unwrap(), "domains=a");
        let filter: DomainFilter = serde_urlencoded::from_str(address).unwrap();
        assert_eq!(filter.query().cursor.as_deref(), Some("a"));
    }

    #[test]
    fn the_latest_check_of_each_kind_counts() {
        let check = |kind: &str, ok| DomainCheck {
            at: "2026-11-25T04:00:00Z".to_owned(),
            kind: kind.to_owned(),
            ok,
            code: String::new(),
            detail: String::new(),
        };
        let checks = [check("txt", true), check("mx", false), check("txt", false)];
        let latest: Vec<_> = latest(&checks)
            .iter()
            .map(|check| (check.kind.as_str(), check.ok))
            .collect();
        assert_eq!(latest, [("txt", true), ("mx", false)]);
    }
}
