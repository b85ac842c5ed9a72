//! Which domains can be claimed, and where their proof stands.

use mail::Domain;

/// The label of the proof. A name with an underscore is no host's (RFC 8552 §1.1), so a provider that
/// lets its customers choose host names below a domain gives this one away to nobody.
const PROOF_LABEL: &str = "_sealgate";

/// Longest name of the DNS as text (RFC 1035 §2.3.4: 255 octets on the wire).
const NAME_CHARS_MAX: usize = 253;

/// Why a domain cannot be claimed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ClaimError {
    /// The text is no domain.
    #[error("{0}")]
    NoDomain(#[from] mail::AddressError),
    /// `com`, `localhost`: nobody's own.
    #[error("a single label is nobody's own domain")]
    SingleLabel,
    /// `192.0.2.1`: no top-level domain is a number (RFC 3696 §2).
    #[error("an address is no domain")]
    Numeric,
    /// The name of its proof would be longer than a name can be.
    #[error("the domain is too long for a proof below it")]
    TooLong,
}

/// Reads a domain that somebody claims, into its normal form.
///
/// Public suffixes of several labels (`co.uk`) need no list: only their registries can put a proof
/// there.
pub fn claim(text: &str) -> Result<Domain, ClaimError> {
    let domain = Domain::parse(text.trim())?;
    let Some((_, top)) = domain.as_str().rsplit_once('.') else {
        return Err(ClaimError::SingleLabel);
    };
    if top.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(ClaimError::Numeric);
    }
    if proof_name(&domain).len() > NAME_CHARS_MAX {
        return Err(ClaimError::TooLong);
    }
    Ok(domain)
}

/// Where the proof of a domain is looked for.
pub fn proof_name(domain: &Domain) -> String {
    format!("{PROOF_LABEL}.{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_come_into_their_normal_form() {
        for (text, normal) in [
            ("acme.test", "acme.test"),
            (" ACME.Test. ", "acme.test"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("a.b.c.acme.test", "a.b.c.acme.test"),
            ("3.test", "3.test"),
        ] {
            assert_eq!(
                claim(text).map(|domain| domain.to_string()),
                Ok(normal.to_owned())
            );
        }
    }

    #[test]
    fn what_is_nobodys_cannot_be_claimed() {
        use mail::AddressError::{AddressLiteral, BadDomain, EmptyDomain};
        for (text, error) in [
            ("", ClaimError::NoDomain(EmptyDomain)),
            ("com", ClaimError::SingleLabel),
            ("com.", ClaimError::SingleLabel),
            ("localhost", ClaimError::SingleLabel),
            ("192.0.2.1", ClaimError::Numeric),
            ("[192.0.2.1]", ClaimError::NoDomain(AddressLiteral)),
            ("*.acme.test", ClaimError::NoDomain(BadDomain)),
            ("alice@acme.test", ClaimError::NoDomain(BadDomain)),
            ("https://acme.test/", ClaimError::NoDomain(BadDomain)),
            ("a..test", ClaimError::NoDomain(BadDomain)),
        ] {
            assert_eq!(claim(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_proof_of_the_longest_claim_is_still_a_name() {
        let longest = NAME_CHARS_MAX - PROOF_LABEL.len() - 1;
        let of = |chars: usize| {
            let mut text = "a".repeat(chars);
            for place in (1..chars - 1).rev().step_by(50) {
                text.replace_range(place..=place, ".");
            }
            claim(&text)
        };
        let domain = of(longest).unwrap();
        assert_eq!(proof_name(&domain).len(), NAME_CHARS_MAX);
        assert_eq!(of(longest + 1), Err(ClaimError::TooLong));
    }
}
