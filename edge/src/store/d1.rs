//! D1 as this crate uses it: values bound by place, rows by name, round trips counted.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, D1Result};

/// The database, and how often it was asked.
pub(crate) struct Database {
    inner: D1Database,
    reads: Cell<u32>,
    writes: Cell<u32>,
}

/// A value bound to `?1`, `?2`, ….
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Owned(String),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl From<String> for Value<'_> {
    fn from(value: String) -> Self {
        Self::Owned(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Value<'_>> for JsValue {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::NULL,
            // D1 takes numbers as doubles: exact to 2^53, past any time, size or version here.
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "see above"
            )]
            Value::Integer(value) => Self::from_f64(value as f64),
            Value::Text(value) => Self::from_str(value),
            Value::Owned(value) => Self::from_str(&value),
        }
    }
}

/// The list as JSON text, for `json_each(?)`: a statement of one shape for any number of values.
pub(crate) fn json<T: serde::Serialize>(values: &T) -> String {
    serde_json::to_string(values).unwrap_or_default()
}

/// The word that stands for a value without fields, as the contract and the tables both write it.
pub(crate) fn word<T: serde::Serialize>(value: &T) -> String {
    json(value).trim_matches('"').to_owned()
}

/// `a.b.test` and the domains above it.
pub(crate) fn with_parents(domain: &str) -> Vec<&str> {
    let mut domains = vec![domain];
    let mut rest = domain;
    while let Some((_, parent)) = rest.split_once('.') {
        domains.push(parent);
        rest = parent;
    }
    domains
}

/// Reads the 0 or 1 that stands for a flag.
pub(crate) fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let number: i64 = serde::Deserialize::deserialize(deserializer)?;
    Ok(number != 0)
}

/// Reads the list that a statement gives as JSON text.
pub(crate) fn list<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<String>, D::Error> {
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    serde_json::from_str(&text).map_err(serde::de::Error::custom)
}

/// A statement whose values are bound.
pub(crate) type Statement = D1PreparedStatement;

impl Database {
    pub(crate) fn new(inner: D1Database) -> Self {
        Self {
            inner,
            reads: Cell::new(0),
            writes: Cell::new(0),
        }
    }

    /// Round trips that only read, so far.
    pub(crate) fn reads(&self) -> u32 {
        self.reads.get()
    }

    /// Round trips that wrote, so far.
    pub(crate) fn writes(&self) -> u32 {
        self.writes.get()
    }

    /// A statement with its values.
    pub(crate) fn statement<const N: usize>(
        &self,
        sql: &str,
        values: [Value<'_>; N],
    ) -> worker::Result<Statement> {
        let values = values.map(JsValue::from);
        self.inner.prepare(sql).bind(&values)
    }

    /// All rows of a query.
    pub(crate) async fn rows<T: DeserializeOwned, const N: usize>(
        &self,
        sql: &str,
        values: [Value<'_>; N],
    ) -> worker::Result<Vec<T>> {
        let statement = self.statement(sql, values)?;
        count(&self.reads);
        statement.all().await?.results()
    }

    /// The first row of a query.
    pub(crate) async fn row<T: DeserializeOwned, const N: usize>(
        &self,
        sql: &str,
        values: [Value<'_>; N],
    ) -> worker::Result<Option<T>> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Queries in one transaction and one round trip.
    pub(crate) async fn read(&self, statements: Vec<Statement>) -> worker::Result<Vec<D1Result>> {
        count(&self.reads);
        self.inner.batch(statements).await
    }

    /// Writes in one transaction: all happen or none.
    pub(crate) async fn write(&self, statements: Vec<Statement>) -> worker::Result<Vec<D1Result>> {
        count(&self.writes);
        self.inner.batch(statements).await
    }

    /// One writing statement; replies how many rows it changed.
    pub(crate) async fn execute<const N: usize>(
        &self,
        sql: &str,
        values: [Value<'_>; N],
    ) -> worker::Result<usize> {
        let statement = self.statement(sql, values)?;
        count(&self.writes);
        changes(&statement.run().await?)
    }
}

/// How many rows a statement changed.
pub(crate) fn changes(result: &D1Result) -> worker::Result<usize> {
    Ok(result.meta()?.and_then(|meta| meta.changes).unwrap_or(0))
}

/// Reads the rows of one statement of a batch, by its place.
pub(crate) fn rows_of<T: DeserializeOwned>(
    results: &[D1Result],
    place: usize,
) -> worker::Result<Vec<T>> {
    results
        .get(place)
        .map_or_else(|| Ok(Vec::new()), D1Result::results)
}

fn count(counter: &Cell<u32>) {
    counter.set(counter.get().saturating_add(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_contract() {
        assert_eq!(word(&api::MailboxStatus::RevokePending), "revoke_pending");
        assert_eq!(word(&api::HopTls::Starttls), "starttls");
        assert_eq!(word(&policy::Direction::Inbound), "inbound");
    }

    #[test]
    fn a_domain_is_looked_up_with_those_above_it() {
        assert_eq!(with_parents("a.b.test"), ["a.b.test", "b.test", "test"]);
        assert_eq!(with_parents("test"), ["test"]);
    }
}
