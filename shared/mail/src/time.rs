//! Time as a value: the core never asks a clock.

use std::fmt;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(pub i64);

impl UnixTime {
    /// Reads RFC 3339 (`2026-11-24T21:23:19Z`, offsets and fractions allowed); `None` if it is not.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339)
            .ok()
            .map(|t| Self(t.unix_timestamp()))
    }

    /// The `date-time` of RFC 5322 §3.3, in UTC: `Tue, 24 Nov 2026 21:23:19 +0000`.
    pub fn to_rfc5322(self) -> String {
        time::OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|t| {
                t.format(&time::format_description::well_known::Rfc2822)
                    .ok()
            })
            .unwrap_or_default()
    }

    /// Later by whole days.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(86_400)))
    }
}

/// RFC 3339 in UTC; a time out of the calendar's range prints as its seconds.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = time::OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|t| {
                t.format(&time::format_description::well_known::Rfc3339)
                    .ok()
            });
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "@{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_round_trips() {
        let text = "2026-11-24T21:23:19Z";
        assert_eq!(UnixTime::parse_rfc3339(text).unwrap().to_string(), text);
        assert_eq!(
            UnixTime::parse_rfc3339("2026-11-24T22:23:19.5+01:00"),
            UnixTime::parse_rfc3339(text)
        );
        assert_eq!(UnixTime::parse_rfc3339("yesterday"), None);
    }

    #[test]
    fn rfc5322_date() {
        assert_eq!(UnixTime(0).to_rfc5322(), "Thu, 01 Jan 1970 00:00:00 +0000");
    }
}
