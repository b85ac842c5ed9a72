//! What `cargo xtask bench` weighed.

use std::env;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::figure::{Figure, round};

/// Each artefact beside its goal.
pub(crate) fn sizes() -> Result<Vec<Figure>> {
    let given = |name: &str, variable: &str, per: f64, goal: f64, unit| -> Result<Figure> {
        let value: f64 = env::var(variable).context(variable.to_owned())?.parse()?;
        Ok(Figure {
            name: name.to_owned(),
            value: round(value / per),
            goal,
            unit,
            detail: Value::Null,
        })
    };
    let compiled = "the Worker's Wasm, compiled by V8";
    Ok(vec![
        given(
            "the portal's first screen, brotli",
            "PORTAL_OCTETS",
            1000.0,
            350.0,
            "kB",
        )?,
        given(
            "the Worker's Wasm, gzip",
            "WORKER_OCTETS",
            1000.0,
            3000.0,
            "kB",
        )?,
        given(compiled, "WORKER_COMPILE_MS", 1.0, 100.0, "ms")?,
    ])
}
