//! Address fields (RFC 5322 §3.4): which mailboxes they name.

use crate::{Address, Entity, limits::MAILBOXES_MAX};

/// The addresses of a field's value, in order; text that is no address is left out. Groups are opened.
///
/// Display names and comments are never searched for addresses: `"bob@acme.test" <eve@evil.test>` is Eve.
pub fn parse_mailboxes(value: &str) -> Vec<Address> {
    let mut addresses = Vec::new();
    for item in items(value) {
        if addresses.len() >= MAILBOXES_MAX {
            break;
        }
        addresses.extend(Address::parse(&item).ok());
    }
    addresses
}

/// The author's address, if there is exactly one From field with exactly one mailbox.
///
/// Anything else leaves it to the reader which one is shown, so nothing may be vouched for.
pub fn sole_author(message: &Entity<'_>) -> Option<Address> {
    let mut fields = message.fields().iter().filter(|field| field.is("From"));
    let field = fields.next()?;
    if fields.next().is_some() {
        return None;
    }
    let text = field.text();
    let items = items(&text);
    match items.as_slice() {
        [item] => Address::parse(item).ok(),
        _ => None,
    }
}

/// The addr-spec text of each mailbox.
fn items(value: &str) -> Vec<String> {
    let mut items = Vec::new();
    // Everything outside of quotes and comments since the last separator.
    let mut plain = String::new();
    let mut angle: Option<String> = None;
    let mut in_angle = false;
    let mut comment_depth = 0usize;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if comment_depth > 0 => {
                chars.next();
            }
            '(' => comment_depth += 1,
            ')' if comment_depth > 0 => comment_depth -= 1,
            _ if comment_depth > 0 => {}
            '"' => {
                let quoted = quoted_string(&mut chars);
                match angle.as_mut() {
                    Some(text) if in_angle => text.push_str(&quoted),
                    _ => plain.push_str(&quoted),
                }
            }
            '<' if !in_angle => {
                in_angle = true;
                // A second pair of brackets makes the field ambiguous; both count.
                items.extend(angle.replace(String::new()));
            }
            '>' if in_angle => in_angle = false,
            // The route of RFC 5322 §4.4, "<@a,@b:c@d>", names only its last address.
            ':' if in_angle => angle = Some(String::new()),
            ',' | ';' if !in_angle => finish(&mut items, &mut plain, &mut angle),
            // The name of a group.
            ':' => plain.clear(),
            c if in_angle => {
                if let Some(text) = angle.as_mut()
                    && !c.is_whitespace()
                {
                    text.push(c);
                }
            }
            c => plain.push(c),
        }
    }
    finish(&mut items, &mut plain, &mut angle);
    items
}

fn finish(items: &mut Vec<String>, plain: &mut String, angle: &mut Option<String>) {
    let item = angle.take().unwrap_or_else(|| {
        // White space around the dots and the @ is obsolete syntax; anywhere else there is no address.
        let text = plain.trim();
        text.to_owned()
    });
    plain.clear();
    if !item.is_empty() {
        items.push(item);
    }
}

/// A quoted string with its quotes, so that `Address` reads it as one local part.
fn quoted_string(chars: &mut std::str::Chars<'_>) -> String {
    let mut quoted = String::from('"');
    while let Some(c) = chars.next() {
        quoted.push(c);
        match c {
            '"' => break,
            '\\' => quoted.extend(chars.next()),
            _ => {}
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &[&str]) {
        let found: Vec<String> = parse_mailboxes(value)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn mailboxes() {
        check("alice@acme.test", &["alice@acme.test"]);
        check("Alice <alice@acme.test>", &["alice@acme.test"]);
        check(
            "\"a, b\" <a@acme.test>, b@acme.test (c@acme.test)",
            &["a@acme.test", "b@acme.test"],
        );
        check(
            "friends: a@acme.test, B <b@acme.test>;, c@acme.test",
            &["a@acme.test", "b@acme.test", "c@acme.test"],
        );
        check("<@relay.test:alice@acme.test>", &["alice@acme.test"]);
        check("undisclosed-recipients:;", &[]);
        check("\"john doe\"@acme.test", &["\"john doe\"@acme.test"]);
    }

    #[test]
    fn display_names_are_no_addresses() {
        check("\"bob@acme.test\" <eve@evil.test>", &["eve@evil.test"]);
        check("bob@acme.test <eve@evil.test>", &["eve@evil.test"]);
        check("eve@evil.test (bob@acme.test)", &["eve@evil.test"]);
    }

    #[test]
    fn one_author_or_none() {
        let author = |header: &str| {
            sole_author(&Entity::parse(header.as_bytes())).map(|address| address.to_string())
        };
        assert_eq!(
            author("From: A <a@acme.test>\n\n"),
            Some("a@acme.test".to_owned())
        );
        for header in [
            "Subject: none\n\n",
            "From: a@acme.test, b@acme.test\n\n",
            "From: a@acme.test\nFrom: b@acme.test\n\n",
            "From: A <a@acme.test> <b@acme.test>\n\n",
            "From: Alice\n\n",
            "From:\n\n",
        ] {
            assert_eq!(author(header), None, "{header}");
        }
    }

    #[test]
    fn the_limit_holds() {
        let many = "a@acme.test,".repeat(MAILBOXES_MAX + 1);
        assert_eq!(parse_mailboxes(&many).len(), MAILBOXES_MAX);
    }
}
