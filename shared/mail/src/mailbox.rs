//! Address fields (RFC 5322 §3.4): which mailboxes they name.

use crate::{Address, Defect, Entity, limits::MAILBOXES_MAX};

/// The addresses of a field's value, in order; text that is no address is left out. Groups are opened.
///
/// Display names and comments are never searched for addresses: `"bob@acme.test" <eve@evil.test>` is Eve.
pub fn parse_mailboxes(value: &str) -> Vec<Address> {
    let mut addresses = Vec::new();
    for item in Scan::of(value).items {
        if addresses.len() >= MAILBOXES_MAX {
            break;
        }
        addresses.extend(Address::parse(&item).ok());
    }
    addresses
}

/// The author's address, if there is exactly one From field with exactly one mailbox, so written that all readers find
/// the same in it.
///
/// Anything else leaves it to the reader which one is shown, so nothing may be vouched for.
pub fn sole_author(message: &Entity<'_>) -> Option<Address> {
    // Behind the last field that is read another From may stand.
    if message.defects().contains(&Defect::LimitExceeded) {
        return None;
    }
    let mut fields = message.fields().iter().filter(|field| field.is("From"));
    let field = fields.next()?;
    if fields.next().is_some() {
        return None;
    }
    let text = field.text();
    // Some readers end at a control character, or leave it out.
    if text.contains(|c: char| c.is_control() && c != '\t') {
        return None;
    }
    let found = Scan::of(&text);
    match found.items.as_slice() {
        [item] if !found.is_doubtful && is_addr_spec(item) => Address::parse(item).ok(),
        _ => None,
    }
}

/// Whether it is what RFC 5322 §3.4.1 allows: words with dots, or one quoted string, before the one `@`.
fn is_addr_spec(item: &str) -> bool {
    let Some((local, domain)) = item.rsplit_once('@') else {
        return false;
    };
    let is_word =
        |text: &str| !text.contains(|c| "()<>[]:;@\\,\"".contains(c)) && !text.contains("=?");
    let is_quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    (is_quoted || is_word(local)) && is_word(domain)
}

/// An address field on the way from its first character to its last.
#[derive(Default)]
struct Scan {
    /// The addr-spec text of each mailbox.
    items: Vec<String>,
    /// Whether other readers may find other mailboxes, as it has what RFC 5322 does not allow.
    is_doubtful: bool,
    /// Everything outside of brackets and comments since the last separator.
    plain: String,
    /// The same with a quotation mark in place of each quoted string.
    words: String,
    /// What stands in angle brackets.
    angle: Option<String>,
    in_angle: bool,
    run: Run,
}

/// Whether an item is written in one piece.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum Run {
    /// So far.
    #[default]
    Whole,
    /// A blank or a comment stands behind what was read.
    Gap,
    /// Something follows behind such a gap.
    Parted,
}

impl Scan {
    fn of(value: &str) -> Self {
        let mut scan = Self::default();
        let mut comment_depth = 0usize;
        let mut chars = value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' if comment_depth > 0 => {
                    chars.next();
                }
                '(' => comment_depth += 1,
                ')' if comment_depth > 0 => {
                    comment_depth -= 1;
                    scan.gap();
                }
                _ if comment_depth > 0 => {}
                '"' => scan.text(&quoted_string(&mut chars)),
                '<' if !scan.in_angle => {
                    scan.in_angle = true;
                    scan.run = Run::Whole;
                    // A second pair of brackets makes the field ambiguous; both count.
                    scan.items.extend(scan.angle.replace(String::new()));
                }
                '>' if scan.in_angle => scan.in_angle = false,
                ':' => scan.colon(),
                ',' | ';' if !scan.in_angle => scan.finish(),
                c if scan.in_angle && c.is_whitespace() => scan.gap(),
                c => scan.text(c.encode_utf8(&mut [0; 4])),
            }
        }
        scan.is_doubtful |= scan.in_angle || comment_depth > 0;
        scan.finish();
        scan
    }

    fn gap(&mut self) {
        if self.run == Run::Whole {
            self.run = Run::Gap;
        }
    }

    fn text(&mut self, text: &str) {
        let item = self.angle.as_ref().unwrap_or(&self.plain);
        match self.run {
            _ if text.trim().is_empty() => self.gap(),
            Run::Gap if item.trim().is_empty() => self.run = Run::Whole,
            Run::Gap => self.run = Run::Parted,
            Run::Whole | Run::Parted => {}
        }
        let word = if text.starts_with('"') { "\"" } else { text };
        self.is_doubtful |= word.contains(is_invisible);
        match self.angle.as_mut() {
            Some(angle) if self.in_angle => angle.push_str(text),
            angle => {
                self.is_doubtful |= angle.is_some() && !text.trim().is_empty();
                self.plain.push_str(text);
                self.words.push_str(word);
            }
        }
    }

    fn colon(&mut self) {
        self.run = Run::Whole;
        if self.in_angle {
            // The route of RFC 5322 §4.4, "<@a,@b:c@d>", names only its last address.
            let route = self.angle.replace(String::new()).unwrap_or_default();
            self.is_doubtful |= !route.starts_with('@');
        } else {
            // The name of a group.
            self.plain.clear();
            let words = std::mem::take(&mut self.words);
            self.is_doubtful |= self.angle.is_some() || seem_address(&words);
        }
    }

    fn finish(&mut self) {
        // White space around the dots and the @ is obsolete syntax; anywhere else there is no address.
        let plain = std::mem::take(&mut self.plain);
        let plain = plain.trim();
        let words = std::mem::take(&mut self.words);
        let item = match self.angle.take() {
            Some(item) => {
                self.is_doubtful |= seem_address(&words) && !is_same(plain, &item);
                item
            }
            None => plain.to_owned(),
        };
        // RFC 5322 §4.4 allows it around dots and the `@`, and not all readers do.
        self.is_doubtful |= self.run == Run::Parted;
        self.run = Run::Whole;
        if !item.is_empty() {
            self.items.push(item);
        }
    }
}

/// Whether some readers find an address in words without quotes. An `@` between blanks is a word like any other, unless
/// what follows is the name of a host.
fn seem_address(words: &str) -> bool {
    words.match_indices('@').any(|(at, _)| {
        let (before, after) = words.split_at(at);
        let after = after.trim_start_matches('@');
        let is_word =
            before.ends_with(char::is_whitespace) && after.starts_with(char::is_whitespace);
        let next = after.split_whitespace().next();
        !is_word || next.is_some_and(|next| next.contains('.'))
    })
}

/// Whether a name is the address itself; Outlook sets it in apostrophes.
fn is_same(name: &str, address: &str) -> bool {
    let bare = name
        .strip_prefix('\'')
        .and_then(|name| name.strip_suffix('\''));
    let address = Address::parse(address);
    address.is_ok() && address == Address::parse(bare.unwrap_or(name))
}

/// Characters that take no room. Those that join and part letters belong to names in some scripts.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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
    use crate::limits::FIELDS_MAX;

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
            "From: a@acme.test <A@acme.test>\n\n",
            "From: \"b@acme.test\" <a@acme.test> (c@acme.test)\n\n",
            "From: friends: a@acme.test;\n\n",
            "From: A @ Acme <@relay.test:a@acme.test>\n\n",
            "From: 'a@acme.test' <a@acme.test>\n\n",
            "From: < a@acme.test > (x)\n\n",
            "From: (x) a@acme.test (y)\n\n",
            "From: \"a@acme.test\" <a@acme.test>\n\n",
            "From: \"b@acme.test via \\\"A\\\"\" B. <a@acme.test>\n\n",
            "From: A\n\t(b@acme.test) <a@acme.test>\n\n",
            "From: \"\u{202b}A\u{202c}\" \u{200c} <a@acme.test>\n\n",
        ] {
            assert_eq!(author(header).as_deref(), Some("a@acme.test"), "{header}");
        }
        let hidden = format!("From: a@acme.test\n{}", "X: 1\n".repeat(FIELDS_MAX));
        for header in [
            &hidden,
            "From: A <b@acme.test:a@acme.test>\n\n",
            "From: b@acme.test: a@acme.test;\n\n",
            "From: <a@acme.test> b@acme.test\n\n",
            "From: <a@acme.test>:b@acme.test\n\n",
            "From: b@acme.test <a@acme.test>\n\n",
            "From: <a@acme.test .evil.test>\n\n",
            "From: <a@acme.test x.evil.test>\n\n",
            "From: <a@acme.test(x)y.evil.test>\n\n",
            "From: a@acme.test()y.evil.test\n\n",
            "From: a@acme.test\n\ty.evil.test\n\n",
            "From: <a@acme.test,b@acme.test>\n\n",
            "From: <a@acme.test@evil.test>\n\n",
            "From: <=?utf-8?q?a=40acme.test=00?=@evil.test>\n\n",
            "From: b@acme.test via list <a@acme.test>\n\n",
            "From: list of b @ acme.test <a@acme.test>\n\n",
            "From: 'b@acme.test' <a@acme.test>\n\n",
            "From: b@acme <a@acme.test>\n\n",
            "From: \"b\"@acme.test via list <a@acme.test>\n\n",
            "From: b@acme.test via list: a@acme.test;\n\n",
            "From: b@acme.test \u{200b}<a@acme.test>\n\n",
            "From: A\u{200b} <a@acme.test>\n\n",
            "From: \"A\0\" <a@acme.test>\n\n",
            "From: A <a@acme.test\n\n",
            "From: a@acme.test (A\n\n",
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
