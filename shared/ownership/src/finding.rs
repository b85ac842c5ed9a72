//! What a look at the DNS found, for a program and for a person.

use std::fmt;

use mail::Domain;

use crate::lookup::LookupError;
use crate::{Sight, proof_name};

/// Mail servers that a sentence names; real domains have one to five.
const NAMED_MAX: usize = 3;

/// One finding about a domain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Finding {
    /// The proof stands.
    ProofFound,
    /// No text stands where the proof should.
    ProofMissing,
    /// Only other texts stand there.
    ProofDiffers,
    /// The proof stands, and another organisation holds the domain.
    HeldElsewhere,
    /// Mail comes here.
    MxFound,
    /// Nothing is said of where mail goes.
    MxMissing,
    /// Mail goes elsewhere: to these servers.
    MxDiffers(Vec<String>),
    /// The DNS did not say.
    Failed(LookupError),
    /// There is nobody to ask.
    NoResolver,
}

impl Finding {
    /// Whether the proof is among the texts at its name.
    pub fn of_proof(texts: Result<Vec<String>, LookupError>, value: &str) -> Self {
        match texts {
            Err(error) => Self::Failed(error),
            Ok(texts) if texts.iter().any(|text| text.trim() == value) => Self::ProofFound,
            Ok(texts) if texts.is_empty() => Self::ProofMissing,
            Ok(_) => Self::ProofDiffers,
        }
    }

    /// Whether the expected server is among those that take a domain's mail.
    pub fn of_mx(servers: Result<Vec<String>, LookupError>, expected: &str) -> Self {
        match servers {
            Err(error) => Self::Failed(error),
            Ok(servers) if servers.iter().any(|server| is_same(server, expected)) => Self::MxFound,
            Ok(servers) if servers.is_empty() => Self::MxMissing,
            Ok(servers) => Self::MxDiffers(servers),
        }
    }

    /// What it says about the proof.
    pub fn sight(&self) -> Sight {
        match self {
            Self::ProofFound => Sight::Found,
            Self::HeldElsewhere => Sight::HeldElsewhere,
            Self::ProofMissing | Self::ProofDiffers => Sight::Gone,
            Self::MxFound
            | Self::MxMissing
            | Self::MxDiffers(_)
            | Self::Failed(_)
            | Self::NoResolver => Sight::Unknown,
        }
    }

    /// Whether it is as it should be.
    pub fn is_good(&self) -> bool {
        matches!(self, Self::ProofFound | Self::MxFound)
    }

    /// A stable word.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ProofFound => "proof-found",
            Self::ProofMissing => "proof-missing",
            Self::ProofDiffers => "proof-differs",
            Self::HeldElsewhere => "held-elsewhere",
            Self::MxFound => "mx-found",
            Self::MxMissing => "mx-missing",
            Self::MxDiffers(_) => "mx-differs",
            Self::Failed(_) => "dns-failed",
            Self::NoResolver => "no-resolver",
        }
    }

    /// A sentence for a person.
    pub fn sentence(&self, domain: &Domain) -> String {
        let name = proof_name(domain);
        match self {
            Self::ProofFound => format!("The TXT record at {name} is as it should be."),
            Self::ProofMissing => format!("There is no TXT record at {name}."),
            Self::ProofDiffers => format!("The TXT record at {name} has another value."),
            Self::HeldElsewhere => format!(
                "The TXT record at {name} is as it should be, but another organisation holds \
                 {domain}."
            ),
            Self::MxFound => format!("Mail for {domain} comes here."),
            Self::MxMissing => format!("{domain} has no MX record."),
            Self::MxDiffers(servers) => {
                format!("Mail for {domain} goes to {}.", Servers(servers))
            }
            Self::Failed(error) => format!("The DNS did not say, so nothing changes: {error}."),
            Self::NoResolver => {
                "No resolver is set up, so nobody was asked and nothing changes.".to_owned()
            }
        }
    }
}

fn is_same(server: &str, expected: &str) -> bool {
    let expected = expected.strip_suffix('.').unwrap_or(expected);
    server.eq_ignore_ascii_case(expected)
}

struct Servers<'a>(&'a [String]);

impl fmt::Display for Servers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, server) in self.0.iter().take(NAMED_MAX).enumerate() {
            let separator = if place == 0 { "" } else { ", " };
            write!(f, "{separator}{server}")?;
        }
        match self.0.len().checked_sub(NAMED_MAX) {
            None | Some(0) => Ok(()),
            Some(more) => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn the_proof_is_one_of_the_texts_whole() {
        for (texts, finding, sight) in [
            (&["other", "proof=1"][..], Finding::ProofFound, Sight::Found),
            (&[" proof=1 "], Finding::ProofFound, Sight::Found),
            (&[], Finding::ProofMissing, Sight::Gone),
            (
                &["proof=12", "PROOF=1", "a proof=1"],
                Finding::ProofDiffers,
                Sight::Gone,
            ),
        ] {
            let found = Finding::of_proof(Ok(list(texts)), "proof=1");
            assert_eq!(found.sight(), sight);
            assert_eq!(found, finding);
        }
        let failed = Finding::of_proof(Err(LookupError::TooSlow), "proof=1");
        assert_eq!(failed.sight(), Sight::Unknown);
    }

    #[test]
    fn mail_is_advice_only() {
        let expected = "mx.gate.test.";
        for (servers, finding) in [
            (&["mx.other.test", "mx.gate.test"][..], Finding::MxFound),
            (&[], Finding::MxMissing),
            (
                &["mx.other.test"],
                Finding::MxDiffers(list(&["mx.other.test"])),
            ),
        ] {
            let found = Finding::of_mx(Ok(list(servers)), expected);
            assert_eq!(found.sight(), Sight::Unknown);
            assert_eq!(found, finding);
        }
    }

    #[test]
    fn a_sentence_names_a_few_servers() {
        let domain = Domain::parse("acme.test").unwrap();
        for (servers, sentence) in [
            (&["a.test"][..], "Mail for acme.test goes to a.test."),
            (
                &["a.test", "b.test", "c.test", "d.test", "e.test"],
                "Mail for acme.test goes to a.test, b.test, c.test and 2 more.",
            ),
        ] {
            let finding = Finding::MxDiffers(list(servers));
            assert_eq!(finding.sentence(&domain), sentence);
        }
    }
}
