//! The engine as the native command has it, beside the OpenSSL library in one process.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::figure::{Figure, round};

/// From 1 MiB up; below, the RSA signature decides, and pure Rust takes its time for one.
const RATIO: (usize, f64) = (1024 * 1024, 1.5);

/// One line of the program that `xtask` built of `tests/openssl`.
#[derive(Deserialize)]
struct Row {
    operation: String,
    octets: usize,
    sealgate_ms: f64,
    openssl_ms: f64,
    ratio: f64,
}

/// The rows whose name holds `filter`, as figures and as a table for people; none without the program.
pub(crate) fn measure(filter: &str) -> Result<(Vec<Figure>, String)> {
    let Some(program) = env::var_os("SEALGATE_BESIDE_OPENSSL") else {
        return Ok((Vec::new(), String::new()));
    };
    let output = Command::new(program).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let rows: Vec<Row> = serde_json::from_slice(&output.stdout).context("the comparison")?;
    let mut figures = Vec::new();
    let mut table = "Natively, beside OpenSSL in one process: ms a message\n\
                     operation        size    Sealgate   OpenSSL  Sealgate:OpenSSL\n"
        .to_owned();
    for row in rows.iter().filter(|row| row.name().contains(filter)) {
        table.push_str(&row.line());
        figures.extend(row.figure());
    }
    Ok((figures, table))
}

impl Row {
    fn name(&self) -> String {
        format!("{} {}", self.operation, self.size())
    }

    fn size(&self) -> String {
        match self.octets / 1024 {
            kibibytes @ 0..1024 => format!("{kibibytes} KiB"),
            kibibytes => format!("{} MiB", kibibytes / 1024),
        }
    }

    fn line(&self) -> String {
        format!(
            "{:<15} {:>7} {:>9.2} {:>9.2} {:>9.2}\n",
            self.operation,
            self.size(),
            self.sealgate_ms,
            self.openssl_ms,
            self.ratio,
        )
    }

    fn figure(&self) -> Option<Figure> {
        let (from, goal) = RATIO;
        (self.octets >= from).then(|| Figure {
            name: format!("native, {}: to OpenSSL", self.name()),
            value: round(self.ratio),
            goal,
            unit: "times",
            detail: json!({
                "sealgate_ms": round(self.sealgate_ms),
                "openssl_ms": round(self.openssl_ms),
            }),
        })
    }
}
