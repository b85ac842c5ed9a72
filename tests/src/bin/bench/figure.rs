//! What a measurement comes to.

use serde_json::{Value, json};

/// Something measured, beside its goal.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) goal: f64,
    pub(crate) unit: &'static str,
    /// What the figure was made of.
    pub(crate) detail: Value,
}

impl Figure {
    pub(crate) fn line(&self) -> String {
        let verdict = if self.value <= self.goal {
            "ok"
        } else {
            "MISSED"
        };
        format!(
            "{:<58} {:>9.2} {:<5} goal <= {:<8} {verdict}  {}",
            self.name, self.value, self.unit, self.goal, self.detail
        )
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "value": self.value,
            "goal": self.goal,
            "unit": self.unit,
            "met": self.value <= self.goal,
            "detail": self.detail,
        })
    }
}

/// The value below which `percent` of all lie.
pub(crate) fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or(f64::NAN)
}

/// Two digits after the point.
pub(crate) fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
