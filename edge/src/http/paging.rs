//! Keyset pages: the cursor is the key of the last item, so a page costs the same everywhere in the
//! list and nothing is shown twice when rows are added.

use api::{Code, LIMIT_DEFAULT, LIMIT_MAX, Page};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::failure::Failure;

/// Where a page begins and how long it is.
pub(crate) struct Window {
    /// The key after which it begins.
    pub(crate) after: Option<String>,
    limit: u32,
}

impl Window {
    /// Reads `limit` and `cursor` of a query.
    pub(crate) fn read(limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Failure> {
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if limit == 0 || limit > LIMIT_MAX {
            let text = format!("A page has 1 to {LIMIT_MAX} items.");
            return Err(Failure::field("?limit", Code::BadLimit, text));
        }
        let after = cursor
            .map(|cursor| {
                decode(cursor).ok_or_else(|| {
                    let text = "This is no cursor of an earlier page.";
                    Failure::field("?cursor", Code::BadCursor, text)
                })
            })
            .transpose()?;
        Ok(Self { after, limit })
    }

    /// How many rows to ask for: one more than is shown tells whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The page out of the rows asked for.
    pub(crate) fn page<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> &str,
        item: impl Fn(R) -> T,
    ) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|row| BASE64.encode(key(row)));
        Page {
            items: rows.into_iter().map(item).collect(),
            next,
        }
    }
}

fn decode(cursor: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(cursor).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_there_is_another() {
        let window = Window::read(Some(2), None).unwrap();
        let rows = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let page = window.page(rows(&["a", "b", "c"]), |row: &String| row, |row| row);
        assert_eq!(page.items, ["a", "b"]);
        let next = Window::read(None, page.next.as_deref()).unwrap();
        assert_eq!(next.after.as_deref(), Some("b"));
        let last = window.page(rows(&["c"]), |row: &String| row, |row| row);
        assert_eq!(last.next, None);
    }

    #[test]
    fn limits_and_cursors_are_checked() {
        for limit in [0, LIMIT_MAX + 1] {
            assert!(Window::read(Some(limit), None).is_err());
        }
        assert!(Window::read(Some(LIMIT_MAX), None).is_ok());
        assert!(Window::read(None, Some("***")).is_err());
    }
}
