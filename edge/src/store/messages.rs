//! The e-mail overview: one row per recipient of each message.

use api::{Message, MessageDetail, Outcome, Protection, RuleRef, StatusWord, TraceStep};
use mail::UnixTime;
use policy::Direction;
use serde::{Deserialize, Serialize};

use super::d1::{self, Database, Statement};
use crate::clock::Moment;
use crate::crypto;

/// Characters of a message's id; a recipient's row adds its number.
const ID_CHARS: usize = 32;

/// A new message's id: the time in milliseconds, so that ids sort by it, and 80 random bits.
pub(crate) fn new_id(now: Moment) -> String {
    let random = crypto::hex(&crypto::random(10));
    format!("{}{random}", id_prefix(now.0))
}

/// The least id of messages at `time` or later.
pub(crate) fn first_id(time: UnixTime) -> String {
    id_prefix(time.0.saturating_mul(1000))
}

fn id_prefix(milliseconds: i64) -> String {
    format!("{:012x}", milliseconds.max(0))
}

/// What is recorded of a message.
pub(crate) struct Recorded<'a> {
    pub(crate) id: &'a str,
    pub(crate) at: UnixTime,
    pub(crate) direction: Direction,
    pub(crate) from: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) size: usize,
    pub(crate) policy_version: u64,
    pub(crate) recipients: &'a [RecordedRecipient],
}

/// What is recorded for one recipient.
#[derive(Serialize)]
pub(crate) struct RecordedRecipient {
    pub(crate) to: String,
    pub(crate) outcome: Outcome,
    pub(crate) protection: Vec<Protection>,
    pub(crate) rule: Option<RuleRef>,
    pub(crate) reason: Option<String>,
    pub(crate) trace: Vec<TraceStep>,
}

/// Recipients that one statement adds: D1 takes 2 MB for a value, and for each of them some 12 KB may be told of
/// the rules that were passed.
const ADDED_AT_ONCE_MAX: usize = 100;

/// Adds a message's rows.
pub(crate) fn add(
    db: &Database,
    organisation: &str,
    message: &Recorded<'_>,
) -> worker::Result<Vec<Statement>> {
    let mut added = 0;
    let chunks = message.recipients.chunks(ADDED_AT_ONCE_MAX);
    let statements = chunks.map(|recipients| {
        let first = added;
        added += recipients.len();
        add_some(db, organisation, message, first, recipients)
    });
    statements.collect()
}

/// Adds the rows of some recipients, of whom the first has this number.
fn add_some(
    db: &Database,
    organisation: &str,
    message: &Recorded<'_>,
    first: usize,
    recipients: &[RecordedRecipient],
) -> worker::Result<Statement> {
    db.statement(
        "INSERT INTO messages (organisation, id, at, direction, sender, recipient, message_id, \
         outcome, protection, rule_id, rule_name, reason, size, policy_version, trace) \
         SELECT ?1, ?2 || printf('%04x', ?10 + key), ?3, ?4, ?5, value ->> 'to', ?6, \
         value ->> 'outcome', value -> 'protection', value ->> '$.rule.id', \
         value ->> '$.rule.name', value ->> 'reason', ?7, ?8, value -> 'trace' \
         FROM json_each(?9)",
        [
            organisation.into(),
            message.id.into(),
            message.at.0.into(),
            d1::word(&message.direction).into(),
            message.from.into(),
            message.message_id.into(),
            integer(message.size).into(),
            integer(message.policy_version).into(),
            d1::json(&recipients).into(),
            integer(first).into(),
        ],
    )
}

/// What became of a message for one recipient after all.
#[derive(Serialize)]
pub(crate) struct Corrected {
    pub(crate) to: String,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<&'static str>,
    pub(crate) step: TraceStep,
}

/// Corrects the outcome of a message for some of its recipients; replies how many. Said twice, it
/// changes nothing the second time.
pub(crate) async fn correct(
    db: &Database,
    organisation: &str,
    id: &str,
    corrected: &[Corrected],
) -> worker::Result<usize> {
    if id.len() != ID_CHARS {
        return Ok(0);
    }
    // The rows of a message are the keys between its id and the next character.
    db.execute(
        "UPDATE messages SET outcome = c.value ->> 'outcome', reason = c.value ->> 'reason', \
         trace = json_insert(messages.trace, '$[#]', c.value -> 'step') FROM json_each(?3) c \
         WHERE messages.organisation = ?1 AND messages.id > ?2 AND messages.id < ?2 || 'g' \
         AND messages.recipient = c.value ->> 'to' \
         AND messages.outcome IN ('delivered', 'pending') \
         AND messages.outcome <> c.value ->> 'outcome'",
        [organisation.into(), id.into(), d1::json(&corrected).into()],
    )
    .await
}

/// Rows that one run removes, so that it ends in time; the next run goes on.
const REMOVED_AT_ONCE_MAX: u32 = 10_000;

/// Removes what is older than the overview of its organisation keeps: a setting, since what is known
/// about people's correspondence should not be kept longer than it is needed.
pub(crate) async fn remove_old(db: &Database, now: UnixTime) -> worker::Result<usize> {
    // The text that ids are compared with is that of `first_id`, for each organisation its own.
    db.execute(
        "DELETE FROM messages WHERE (organisation, id) IN ( \
             SELECT m.organisation, m.id FROM settings s JOIN messages m \
             ON m.organisation = s.organisation AND m.id < \
             printf('%012x', CAST((?1 - s.retention_days * 86400) * 1000 AS INTEGER)) LIMIT ?2)",
        [now.0.into(), REMOVED_AT_ONCE_MAX.into()],
    )
    .await
}

/// What the overview is filtered by.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<StatusWord>,
    pub(crate) direction: Option<Direction>,
    pub(crate) address: Option<String>,
    pub(crate) since: Option<UnixTime>,
    pub(crate) until: Option<UnixTime>,
}

#[derive(Deserialize)]
pub(crate) struct MessageRow {
    pub(crate) id: String,
    at: i64,
    direction: Direction,
    sender: String,
    recipient: String,
    message_id: String,
    outcome: Outcome,
    /// JSON.
    protection: String,
    rule_id: Option<String>,
    rule_name: Option<String>,
    reason: Option<String>,
    size: u64,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let rule = row.rule_id.zip(row.rule_name);
        Self {
            id: row.id,
            at: UnixTime(row.at).to_string(),
            direction: row.direction,
            from: row.sender,
            to: row.recipient,
            message_id: row.message_id,
            outcome: row.outcome,
            protection: serde_json::from_str(&row.protection).unwrap_or_default(),
            rule: rule.map(|(id, name)| RuleRef { id, name }),
            reason: row.reason,
            size: row.size,
        }
    }
}

const COLUMNS: &str = "id, at, direction, sender, recipient, message_id, outcome, protection, \
    rule_id, rule_name, reason, size";

/// A page of the overview, newest first.
pub(crate) async fn list(
    db: &Database,
    organisation: &str,
    filter: &Filter,
    before: Option<&str>,
    rows: i64,
) -> worker::Result<Vec<MessageRow>> {
    let (outcome, protection) = match &filter.status {
        Some(StatusWord::Outcome(outcome)) => (Some(d1::word(outcome)), None),
        Some(StatusWord::Protection(word)) => (None, Some(d1::word(word))),
        None => (None, None),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE organisation = ?1 AND id < ?2 AND id >= ?3 \
         AND (?4 IS NULL OR outcome = ?4) \
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(protection) WHERE value = ?5)) \
         AND (?6 IS NULL OR direction = ?6) \
         AND (?7 IS NULL OR instr(sender, ?7) > 0 OR instr(recipient, ?7) > 0) \
         ORDER BY id DESC LIMIT ?8"
    );
    // Ids are hexadecimal: `g` lies behind them all.
    let until = filter.until.map_or_else(|| "g".to_owned(), first_id);
    let end = match before {
        Some(before) if before < until.as_str() => before,
        _ => &until,
    };
    db.rows(
        &sql,
        [
            organisation.into(),
            end.into(),
            filter.since.map_or_else(String::new, first_id).into(),
            outcome.into(),
            protection.into(),
            filter.direction.as_ref().map(d1::word).into(),
            filter.address.as_ref().into(),
            rows.into(),
        ],
    )
    .await
}

/// One recipient of a message, with its trace.
pub(crate) async fn get(
    db: &Database,
    organisation: &str,
    id: &str,
) -> worker::Result<Option<MessageDetail>> {
    #[derive(Deserialize)]
    struct Row {
        #[serde(flatten)]
        message: MessageRow,
        policy_version: u64,
        trace: String,
    }
    let sql = format!(
        "SELECT {COLUMNS}, policy_version, trace FROM messages \
         WHERE organisation = ?1 AND id = ?2"
    );
    let row: Option<Row> = db.row(&sql, [organisation.into(), id.into()]).await?;
    row.map(|row| {
        Ok(MessageDetail {
            message: row.message.into(),
            policy_version: row.policy_version,
            trace: serde_json::from_str(&row.trace)?,
        })
    })
    .transpose()
}

/// Sizes and versions are far below 2^63.
fn integer<T: TryInto<i64>>(value: T) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let times = [0, 1, 999, 1_000_000, 1_795_000_000_000, 1_795_000_000_001];
        let prefixes: Vec<String> = times.map(id_prefix).to_vec();
        assert!(prefixes.is_sorted());
        assert!(
            prefixes
                .iter()
                .all(|prefix| prefix.len() == 12 && prefix.as_str() < "g")
        );
    }
}
