//! What the browser knows and Rust does not: the time, its local form, storage, the clipboard, files.

use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds since 1970.
pub fn now() -> f64 {
    Date::now()
}

/// A time as RFC 3339 in UTC.
pub fn rfc3339(milliseconds: f64) -> String {
    Date::new(&milliseconds.into())
        .to_iso_string()
        .as_string()
        .unwrap_or_default()
}

/// Milliseconds since 1970 of an RFC 3339 time, or of a date at local midnight; NaN if it is neither.
pub fn milliseconds(time: &str) -> f64 {
    let time = if time.len() == "2026-11-24".len() {
        format!("{time}T00:00:00")
    } else {
        time.to_owned()
    };
    Date::new(&time.into()).get_time()
}

/// Whole days from now until `time`, negative when it has passed.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "`as` saturates"
)]
pub fn days_until(time: &str) -> i64 {
    const DAY: f64 = 86_400_000.0;
    ((milliseconds(time) - now()) / DAY).floor() as i64
}

/// How a time is shown.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Form {
    /// 12 Nov 2027
    Day,
    /// 10:42:18 today, 23 Nov, 10:42 before.
    Moment,
    /// 24 Nov 2026, 10:42:18
    Full,
    /// 10:00
    Hour,
}

/// `time` (RFC 3339) as people of `locale` write it, in the browser's time zone.
pub fn format_time(time: &str, form: Form, locale: &str) -> String {
    let at = Date::new(&milliseconds(time).into());
    if at.get_time().is_nan() {
        return time.to_owned();
    }
    let today = Date::new_0().to_date_string() == at.to_date_string();
    let parts: &[(&str, &str)] = match form {
        Form::Day => &[("day", "numeric"), ("month", "short"), ("year", "numeric")],
        Form::Moment if today => CLOCK,
        Form::Moment => &[
            ("day", "numeric"),
            ("month", "short"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
        ],
        Form::Full => &[
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
        ],
        Form::Hour => &[("hour", "2-digit"), ("minute", "2-digit")],
    };
    let options = Object::new();
    for (key, value) in parts {
        // Setting a property of an object of our own cannot fail.
        Reflect::set(&options, &(*key).into(), &(*value).into()).ok();
    }
    at.to_locale_string(locale, &options).into()
}

const CLOCK: &[(&str, &str)] = &[
    ("hour", "2-digit"),
    ("minute", "2-digit"),
    ("second", "2-digit"),
];

/// What was stored under `key` in this browser.
pub fn stored(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

/// Stores for the next visit; a browser that forbids it forgets.
pub fn store(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        storage.set_item(key, value).ok();
    }
}

/// What was stored under `key` for this tab.
pub fn stored_in_tab(key: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(key).ok()?
}

/// Stores until the tab is closed; a browser that forbids it forgets.
pub fn store_in_tab(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        storage.set_item(key, value).ok();
    }
}

/// Forgets what was stored for this tab.
pub fn forget_in_tab(key: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        storage.remove_item(key).ok();
    }
}

/// The language that the browser prefers, `de-AT` for instance.
pub fn preferred_language() -> String {
    window().navigator().language().unwrap_or_default()
}

/// Sets an attribute of the root element.
pub fn set_root(attribute: &str, value: Option<&str>) {
    if let Some(root) = document().document_element() {
        match value {
            Some(value) => root.set_attribute(attribute, value).ok(),
            None => root.remove_attribute(attribute).ok(),
        };
    }
}

/// Puts `text` on the clipboard.
pub fn copy(text: &str) {
    // The promise may be refused by the browser; the text stays on the screen to be selected.
    let _ = window().navigator().clipboard().write_text(text);
}

/// Offers `text` as a file to keep.
pub fn save_file(name: &str, media_type: &str, text: &str) {
    save(name, media_type, text).ok();
}

fn save(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

/// Reads a file that the user chose.
pub async fn read_file(file: &web_sys::File) -> Result<Vec<u8>, JsValue> {
    let buffer = wasm_bindgen_futures::JsFuture::from(file.array_buffer()).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Fills `out` with random octets; whether the browser has any.
pub fn fill_random(out: &mut [u8]) -> bool {
    let crypto = window().crypto();
    crypto.is_ok_and(|crypto| crypto.get_random_values_with_u8_array(out).is_ok())
}

/// Whether the system is set to dark.
pub fn prefers_dark() -> bool {
    let query = window().match_media("(prefers-color-scheme: dark)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

/// The hour of the day here.
pub fn local_hour() -> u32 {
    Date::new_0().get_hours()
}

/// Focuses the element with `id`.
pub fn focus(id: &str) {
    let element = document().get_element_by_id(id);
    let element = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        element.focus().ok();
    }
}
