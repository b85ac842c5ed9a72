//! The last 24 hours as bars.

use api::Summary;
use leptos::prelude::*;

use super::state::bars;
use crate::{
    browser::{self, Form, format_time},
    text::text,
};

const HOUR_MS: f64 = 3_600_000.0;
/// The drawing's height in its own units; a bar is one unit wide with a gap of a third.
const HEIGHT: f64 = 100.0;
/// Every how many hours the axis names one.
const LABEL_EVERY: usize = 6;

/// Hours since 1970.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "`as` saturates"
)]
fn hours(milliseconds: f64) -> i64 {
    (milliseconds / HOUR_MS).floor() as i64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "for a drawing"
)]
fn float(number: impl TryInto<i64>) -> f64 {
    number.try_into().unwrap_or(i64::MAX) as f64
}

/// The bars; the same figures stand in a table for those who do not see them.
#[component]
pub fn Bars(summary: Summary) -> impl IntoView {
    let t = text();
    let now = hours(browser::now());
    let bars = bars(&summary, now, |count| {
        hours(browser::milliseconds(&count.hour))
    });
    let most = bars.iter().map(|(_, count)| count.messages).max();
    let most = float(most.unwrap_or(0).max(1));
    let clock = |hour: i64| {
        let at = browser::rfc3339(float(hour) * HOUR_MS);
        format_time(&at, Form::Hour, t.locale)
    };
    let bar = |place: usize, hour: i64, all: u64, encrypted: u64| {
        let height = |count: u64| float(count) / most * HEIGHT;
        let (all_height, part) = (height(all), height(encrypted));
        let x = float(place) + 0.15;
        view! {
            <g>
                <title>{t.bar(&clock(hour), all, encrypted)}</title>
                <rect class="hit" x=x width="0.7" y="0" height=HEIGHT />
                <rect class="all" x=x width="0.7" y=HEIGHT - all_height height=all_height />
                <rect class="part" x=x width="0.7" y=HEIGHT - part height=part />
            </g>
        }
    };
    let drawing = bars
        .iter()
        .enumerate()
        .map(|(place, (hour, count))| bar(place, *hour, count.messages, count.encrypted))
        .collect_view();
    let labels = bars
        .iter()
        .step_by(LABEL_EVERY)
        .map(|(hour, _)| view! { <span>{clock(*hour)}</span> })
        .collect_view();
    let rows = bars
        .iter()
        .filter(|(_, count)| count.messages > 0)
        .map(|(hour, count)| {
            view! {
                <tr>
                    <th scope="row">{clock(*hour)}</th>
                    <td>{count.messages}</td>
                    <td>{count.encrypted}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <svg
            class="bars"
            viewBox=format!("0 0 {} {HEIGHT}", bars.len())
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            {drawing}
        </svg>
        <div class="bars-axis" aria-hidden="true">
            {labels}
        </div>
        <div class="visually-hidden"><table>
            <caption>{t.last_24_hours}</caption>
            <thead>
                <tr>
                    <th scope="col">{t.hour}</th>
                    <th scope="col">{t.all_messages}</th>
                    <th scope="col">{t.encrypted_or_decrypted}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
}
