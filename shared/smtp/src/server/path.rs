//! Addresses in commands: compared in their normal form, passed on as they were spelled.

use mail::{Address, AddressError};

/// The address of a reverse or forward path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Path {
    /// In normal form, for comparing.
    pub address: Address,
    /// As the client spelled it: RFC 5321 §2.4 has the case of local parts preserved.
    pub text: String,
}

impl Path {
    /// Reads what stands between the angle brackets, quotes already removed.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let address = Address::parse(text)?;
        let normal = address.to_string();
        // A local part that needs quotes, a domain in U-labels: then the normal form is spelled.
        let text = if normal.eq_ignore_ascii_case(text) {
            text.to_owned()
        } else {
            normal
        };
        Ok(Self { address, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_is_kept_where_it_can_be() {
        for (given, spelled) in [
            ("Alice@Acme.test", "Alice@Acme.test"),
            ("john doe@acme.test", "\"john doe\"@acme.test"),
            ("x@bücher.example", "x@xn--bcher-kva.example"),
        ] {
            assert_eq!(Path::parse(given).unwrap().text, spelled);
        }
    }
}
