//! The overview's filter, and its rows as a table for a spreadsheet.

use api::{Message, MessageQuery, StatusWord};
use policy::Direction;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::listing;

/// What the page's address says: which messages to show.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Filter {
    /// A [`StatusWord`] as its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A [`Span`] as its word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// First day, `2026-11-01`; only with [`Span::Days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Last day, included; only with [`Span::Days`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Span {
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "24h")]
    Day,
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "30d")]
    Month,
    /// From one day to another.
    #[serde(rename = "days")]
    Days,
}

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: f64 = 24.0 * HOUR_MS;

impl listing::Filter for Filter {
    fn is_narrow(&self) -> bool {
        let Self {
            status,
            direction,
            address,
            span,
            since: _,
            until: _,
            cursor: _,
        } = self;
        status.is_some() || direction.is_some() || address.is_some() || span.is_some()
    }

    fn cursor(&mut self) -> &mut Option<String> {
        &mut self.cursor
    }
}

impl Filter {
    /// What to ask the edge. `now` in milliseconds since 1970; `midnight` gives that of a local day,
    /// `rfc3339` the text of a time.
    pub fn query(
        &self,
        now: f64,
        midnight: impl Fn(&str) -> f64,
        rfc3339: impl Fn(f64) -> String,
    ) -> MessageQuery {
        let back = |milliseconds: f64| (Some(now - milliseconds), None);
        let (since, until) = match self.span {
            None => (None, None),
            Some(Span::Hour) => back(HOUR_MS),
            Some(Span::Day) => back(DAY_MS),
            Some(Span::Week) => back(7.0 * DAY_MS),
            Some(Span::Month) => back(30.0 * DAY_MS),
            Some(Span::Days) => (
                self.since.as_deref().map(&midnight),
                // The last day counts whole.
                self.until.as_deref().map(|day| midnight(day) + DAY_MS),
            ),
        };
        let text = |time: Option<f64>| time.filter(|time| !time.is_nan()).map(&rfc3339);
        MessageQuery {
            status: self.status.as_deref().and_then(from_word::<StatusWord>),
            direction: self.direction,
            address: self.address.clone(),
            since: text(since),
            until: text(until),
            limit: None,
            cursor: self.cursor.clone(),
        }
    }
}

/// Reads one word of the contract.
pub fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// The word of the contract for `value`.
pub fn to_word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Rows as CSV (RFC 4180), with the words of the contract.
pub fn csv(messages: &[Message]) -> String {
    let mut text =
        String::from("at,direction,from,to,message_id,outcome,protection,rule,reason,size\r\n");
    for message in messages {
        let protection: Vec<String> = message.protection.iter().map(to_word).collect();
        let rule = message.rule.as_ref().map(|rule| rule.name.as_str());
        let cells = [
            cell(&message.at),
            cell(&to_word(&message.direction)),
            cell(&message.from),
            cell(&message.to),
            cell(&message.message_id),
            cell(&to_word(&message.outcome)),
            cell(&protection.join(" ")),
            cell(rule.unwrap_or_default()),
            cell(message.reason.as_deref().unwrap_or_default()),
            message.size.to_string(),
        ];
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Strangers choose addresses and ids: a cell that a spreadsheet would run as a formula gets an
/// apostrophe before it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use api::{Outcome, Protection};

    use super::*;

    fn query(filter: &Filter) -> MessageQuery {
        let midnight = |day: &str| match day {
            "2026-11-24" => 1000.0 * DAY_MS,
            _ => f64::NAN,
        };
        filter.query(2000.0 * DAY_MS, midnight, |time| {
            format!("{}", time / DAY_MS)
        })
    }

    #[test]
    fn the_filter_is_the_address() {
        let text = "status=signature_bad&direction=inbound&span=7d";
        let filter: Filter = serde_urlencoded::from_str(text).unwrap();
        assert_eq!(serde_urlencoded::to_string(&filter).unwrap(), text);
        let asked = query(&filter);
        assert_eq!(
            asked.status,
            Some(StatusWord::Protection(Protection::SignatureBad))
        );
        assert_eq!(asked.since.as_deref(), Some("1993"));
        assert_eq!(asked.until, None);
    }

    #[test]
    fn the_last_day_counts_whole() {
        let day = Some("2026-11-24".to_owned());
        let filter = Filter {
            span: Some(Span::Days),
            since: day.clone(),
            until: day,
            ..Filter::default()
        };
        let asked = query(&filter);
        assert_eq!(asked.since.as_deref(), Some("1000"));
        assert_eq!(asked.until.as_deref(), Some("1001"));
    }

    #[test]
    fn what_is_no_word_or_day_filters_nothing() {
        let filter = Filter {
            status: Some("lost".to_owned()),
            span: Some(Span::Days),
            since: Some("yesterday".to_owned()),
            ..Filter::default()
        };
        assert_eq!(query(&filter), MessageQuery::default());
    }

    #[test]
    fn a_cell_never_becomes_a_formula() {
        let message = Message {
            id: "1".to_owned(),
            at: "2026-11-24T10:42:18Z".to_owned(),
            direction: Direction::Inbound,
            from: "=cmd|' /C calc'!A0".to_owned(),
            to: "\"a \"\"b\"@acme.test".to_owned(),
            message_id: "x@y".to_owned(),
            outcome: Outcome::Refused,
            protection: vec![Protection::Decrypted, Protection::Verified],
            rule: None,
            reason: None,
            size: 48,
        };
        let text = csv(&[message]);
        let row = text.lines().nth(1).unwrap();
        assert!(row.contains("\"'=cmd|"), "{row}");
        assert!(row.contains("\"decrypted verified\""), "{row}");
        assert!(row.ends_with(",48"), "{row}");
    }
}
