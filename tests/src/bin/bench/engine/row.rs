//! One operation at one size, as a row of the table and as figures.

use serde_json::{Value, json};

use crate::figure::{Figure, round};

pub(super) const KIB: usize = 1024;
pub(super) const MIB: usize = 1024 * KIB;
/// Goal of the ratio to the limit, from 1 MiB up: below, the fixed cost of a call decides.
const LIMIT_RATIO: f64 = 1.5;
/// Most Wasm memory: so many times the message, and what the engine itself takes in MiB.
const MEMORY: (f64, f64) = (3.0, 16.0);

/// What the columns are; the times are of the processor, a message.
pub(super) const HEAD: &str = "\
The engine in workerd: ms a message and ratios, each with the most that it should be (! = missed)
operation        size    Sealgate    PKI.js  Sealgate:PKI.js     limit  Sealgate:limit  Wasm MiB
";

/// Times in milliseconds a message.
pub(super) struct Row {
    pub(super) operation: &'static str,
    pub(super) octets: usize,
    pub(super) sealgate: f64,
    /// Or why the rival cannot.
    pub(super) pkijs: Result<f64, String>,
    pub(super) pkijs_goal: f64,
    pub(super) limit: f64,
    pub(super) memory_octets: f64,
}

impl Row {
    pub(super) fn line(&self) -> String {
        let pkijs = self.pkijs.as_ref();
        let (pkijs, to_pkijs) = (
            pkijs.map_or("fails".to_owned(), |pkijs| format!("{pkijs:.2}")),
            self.to_pkijs().map_or(String::new(), beside),
        );
        let to_limit = self.to_limit().map_or(String::new(), beside);
        format!(
            "{:<15} {:>7} {:>9.2} {pkijs:>9} {to_pkijs:>16} {:>9.2} {to_limit:>15} {:>15}\n",
            self.operation,
            size(self.octets),
            self.sealgate,
            self.limit,
            beside(self.memory()),
        )
    }

    pub(super) fn figures(&self) -> Vec<Figure> {
        let figure = |what: &str, (value, goal): (f64, f64), unit, detail| Figure {
            name: format!("workerd, {}: {what}", name(self.operation, self.octets)),
            value: round(value),
            goal: round(goal),
            unit,
            detail,
        };
        let ratio = |what, (value, goal)| figure(what, (value, goal), "times", self.detail());
        let mut figures = Vec::new();
        // Where it fails there is no ratio; the detail of the others says why.
        figures.extend(self.to_pkijs().map(|pair| ratio("to PKI.js", pair)));
        figures.extend(self.to_limit().map(|pair| ratio("to the limit", pair)));
        let memory = figure("Wasm memory", self.memory(), "MiB", self.detail());
        figures.push(memory);
        figures
    }

    /// The ratio and its goal.
    fn to_pkijs(&self) -> Option<(f64, f64)> {
        let pkijs = self.pkijs.as_ref().ok()?;
        Some((self.sealgate / pkijs, self.pkijs_goal))
    }

    /// The ratio and its goal.
    fn to_limit(&self) -> Option<(f64, f64)> {
        (self.octets >= MIB).then_some((self.sealgate / self.limit, LIMIT_RATIO))
    }

    /// Mebibytes and their goal.
    fn memory(&self) -> (f64, f64) {
        let (times, more) = MEMORY;
        let mebibyte = float(MIB);
        let most = times * float(self.octets) / mebibyte + more;
        (self.memory_octets / mebibyte, most)
    }

    fn detail(&self) -> Value {
        let pkijs = match &self.pkijs {
            Ok(milliseconds) => json!(round(*milliseconds)),
            Err(why) => json!(why),
        };
        json!({
            "sealgate_ms": round(self.sealgate),
            "pkijs_ms": pkijs,
            "limit_ms": round(self.limit),
        })
    }
}

fn beside((value, goal): (f64, f64)) -> String {
    let mark = if value <= goal { ' ' } else { '!' };
    format!("{value:.2} <= {goal:.2}{mark}")
}

/// What a row is called, and what a filter is compared with.
pub(super) fn name(operation: &str, octets: usize) -> String {
    format!("{operation} {}", size(octets))
}

fn size(octets: usize) -> String {
    match octets / MIB {
        0 => format!("{} KiB", octets / KIB),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

/// Of a size or count, all of which are far below 2^32.
pub(super) fn float(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::NAN, f64::from)
}
