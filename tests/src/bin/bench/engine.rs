//! The engine in workerd: processor time of a message beside that of PKI.js with `WebCrypto` and
//! beside the platform's bare functions, and how large the Wasm memory grew.

mod row;

use anyhow::Result;
use serde_json::{Value, json};
use smime::KeyKind;
use tests::identity::{Authority, Person, now};
use tests::message::sized;
use tests::workerd::Workerd;

use self::row::{KIB, MIB, Row, float};
use crate::figure::{Figure, percentile, round};

const ALICE: &str = "alice@acme.test";
const BOB: &str = "bob@partner.test";

const OPERATIONS: [&str; 3] = ["sign", "sign+encrypt", "decrypt+verify"];
/// Goals of the ratio to PKI.js, below 1 MiB and from there.
const PKIJS_RATIO_SMALL: f64 = 0.5;
const PKIJS_RATIO: f64 = 0.35;
const SIZES: [(usize, f64); 4] = [
    (10 * KIB, PKIJS_RATIO_SMALL),
    (MIB, PKIJS_RATIO),
    (10 * MIB, PKIJS_RATIO),
    (24 * MIB, PKIJS_RATIO),
];
/// What the free plan leaves room for.
const SMALL_MAIL: (usize, f64) = (50 * KIB, 3.0);
const RECIPIENTS: [usize; 4] = [1, 10, 100, 1000];
/// How much more than ten times as much ten times the recipients, or the octets, may cost.
const LINEAR: f64 = 1.3;

/// Before it counts: V8 compiles for speed what runs often, on threads of the same process.
const WARM_UP_MS: f64 = 1500.0;
/// Long against the grain of the kernel's clock and the odd collection of garbage.
const BATCH_MS: f64 = 200.0;
/// Turns that each contestant takes; the median counts.
const TURNS: usize = 7;

/// Everything about the engine whose name holds `filter`, and the table of it for people.
pub(crate) fn measure(filter: &str) -> Result<(Vec<Figure>, String)> {
    let bench = Bench::prepare()?;
    let is_wanted = |name: &str| name.contains(filter);
    let mut figures = Vec::new();
    let mut table = String::new();
    for operation in OPERATIONS {
        let mut rows = Vec::new();
        for (octets, goal) in SIZES {
            if is_wanted(&row::name(operation, octets)) {
                let row = bench.row(operation, octets, goal)?;
                table.push_str(&row.line());
                figures.extend(row.figures());
                rows.push(row);
            }
        }
        figures.extend(growth(operation, &rows));
    }
    let (octets, milliseconds) = SMALL_MAIL;
    let name = row::name("sign+encrypt", octets);
    if is_wanted(&name) {
        let row = bench.row("sign+encrypt", octets, PKIJS_RATIO_SMALL)?;
        table.push_str(&row.line());
        figures.push(Figure {
            name: format!("workerd, {name}: processor time"),
            value: round(row.sealgate),
            goal: milliseconds,
            unit: "ms",
            detail: Value::Null,
        });
    }
    if is_wanted("recipients") {
        figures.push(bench.recipients()?);
    }
    if !table.is_empty() {
        table.insert_str(0, row::HEAD);
    }
    Ok((figures, table))
}

/// Whether the largest message costs as much an octet as one of 1 MiB.
fn growth(operation: &str, rows: &[Row]) -> Option<Figure> {
    let rate = |octets| {
        let row = rows.iter().find(|row| row.octets == octets)?;
        Some(row.sealgate / float(octets))
    };
    let (small, large) = (rate(MIB)?, rate(24 * MIB)?);
    Some(Figure {
        name: format!("workerd, {operation}: an octet of 24 MiB to one of 1 MiB"),
        value: round(large / small),
        goal: LINEAR,
        unit: "times",
        detail: Value::Null,
    })
}

/// workerd, with all that the operations take.
struct Bench {
    workerd: Workerd,
    authority: Authority,
    bob: Person,
}

impl Bench {
    fn prepare() -> Result<Self> {
        let workerd = Workerd::start()?;
        let authority = Authority::new("Bench")?;
        let alice = authority.enrol(ALICE, KeyKind::Rsa { bits: 2048 })?;
        let bob = authority.enrol(BOB, KeyKind::Rsa { bits: 2048 })?;
        workerd.put("authority", authority.pem().as_bytes())?;
        for (name, person) in [("alice", &alice), ("bob", &bob)] {
            workerd.put(&format!("{name}.key"), person.key.expose_pkcs8())?;
            workerd.put(name, person.certificate.der())?;
        }
        workerd.put("bob.pem", bob.certificate.to_pem().as_bytes())?;
        Ok(Self {
            workerd,
            authority,
            bob,
        })
    }

    fn row(&self, operation: &'static str, octets: usize, pkijs_goal: f64) -> Result<Row> {
        let message = sized(ALICE, BOB, "Bench", octets, now());
        self.workerd.put("plain", &message)?;
        let reads = operation == "decrypt+verify";
        if reads {
            let mut making = question("sealgate", "sign+encrypt");
            set(&mut making, "result", json!("protected"));
            self.run(&making)?;
        }
        let of = |contestant| {
            let mut question = question(contestant, operation);
            // The limit makes its own input of the plain message.
            if reads && contestant != "limit" {
                set(&mut question, "message", json!("protected"));
            }
            question
        };
        let mut fresh = of("sealgate");
        set(&mut fresh, "fresh", json!(true));
        let memory_octets = self.run(&fresh)?;
        let contestants = ["sealgate", "pkijs", "limit"].map(of);
        let [sealgate, pkijs, limit] = self.compare(&contestants)?;
        Ok(Row {
            operation,
            octets,
            sealgate: sealgate.map_err(anyhow::Error::msg)?,
            pkijs,
            pkijs_goal,
            limit: limit.map_err(anyhow::Error::msg)?,
            memory_octets,
        })
    }

    /// Cost by number of recipients, whose linearity is the figure.
    fn recipients(&self) -> Result<Figure> {
        self.workerd
            .put("plain", &sized(ALICE, BOB, "Bench", 10 * KIB, now()))?;
        for count in RECIPIENTS {
            let mut pem = String::new();
            for number in 0..count {
                let address = format!("{number}@partner.test");
                pem.push_str(
                    &self
                        .authority
                        .certify(&address, self.bob.key.clone())?
                        .certificate
                        .to_pem(),
                );
            }
            self.workerd
                .put(&format!("recipients-{count}"), pem.as_bytes())?;
        }
        let questions = RECIPIENTS.map(|count| {
            let mut question = question("sealgate", "encrypt");
            set(
                &mut question,
                "recipients",
                json!(format!("recipients-{count}")),
            );
            question
        });
        let times = self.compare(&questions)?;
        let mut milliseconds = Vec::new();
        for time in times {
            milliseconds.push(time.map_err(anyhow::Error::msg)?);
        }
        let each: Vec<f64> = milliseconds
            .iter()
            .zip(RECIPIENTS)
            .map(|(time, count)| time / float(count))
            .collect();
        let &[.., hundred, thousand] = each.as_slice() else {
            anyhow::bail!("too few numbers of recipients");
        };
        Ok(Figure {
            name: "workerd, encrypt: a recipient of 1,000 to one of 100".to_owned(),
            value: round(thousand / hundred),
            goal: LINEAR,
            unit: "times",
            detail: json!({"recipients": RECIPIENTS, "ms": milliseconds.iter().map(|time| round(*time)).collect::<Vec<_>>()}),
        })
    }

    /// Milliseconds that each takes for a message, in turns; an error is what workerd answered.
    fn compare<const N: usize>(&self, questions: &[Value; N]) -> Result<[Result<f64, String>; N]> {
        let mut batches = Vec::new();
        for question in questions {
            batches.push(self.warm_up(question).map_err(|error| error.to_string()));
        }
        let mut times = vec![Vec::new(); N];
        for _ in 0..TURNS {
            for ((question, batch), times) in questions.iter().zip(&batches).zip(&mut times) {
                if let Ok(batch) = batch {
                    times.push(self.time(question, *batch)?);
                }
            }
        }
        let mut results = batches.into_iter().zip(times);
        Ok(std::array::from_fn(|_| {
            let (batch, mut times) = results.next().ok_or("nothing was measured")?;
            batch.map(|_| percentile(&mut times, 50))
        }))
    }

    /// Runs it until it is fast, and tells how often it fits into a batch.
    fn warm_up(&self, question: &Value) -> Result<u32> {
        let begin = self.workerd.cpu_ms()?;
        let mut milliseconds = self.time(question, 1)?;
        while self.workerd.cpu_ms()? - begin < WARM_UP_MS {
            milliseconds = self.time(question, batch(milliseconds))?;
        }
        Ok(batch(milliseconds))
    }

    /// Milliseconds of processor time for each of so many runs.
    fn time(&self, question: &Value, times: u32) -> Result<f64> {
        let mut question = question.clone();
        set(&mut question, "times", json!(times));
        let before = self.workerd.cpu_ms()?;
        self.run(&question)?;
        Ok((self.workerd.cpu_ms()? - before) / f64::from(times))
    }

    /// Runs it and tells the size of the Wasm memory.
    fn run(&self, question: &Value) -> Result<f64> {
        let answer: Value = self.workerd.ask("run", question)?;
        Ok(answer
            .get("memory")
            .and_then(Value::as_f64)
            .unwrap_or(f64::NAN))
    }
}

/// How many runs of so many milliseconds make a batch.
fn batch(milliseconds: f64) -> u32 {
    (1..1000)
        .find(|times| f64::from(*times) * milliseconds >= BATCH_MS)
        .unwrap_or(1000)
}

/// What every operation is asked with; each takes what it needs.
fn question(contestant: &str, operation: &str) -> Value {
    let person = if operation == "decrypt+verify" {
        "bob"
    } else {
        "alice"
    };
    json!({
        "contestant": contestant,
        "operation": operation,
        "times": 1,
        "message": "plain",
        "key": format!("{person}.key"),
        "certificate": person,
        "recipients": "bob.pem",
        "authority": "authority",
    })
}

fn set(question: &mut Value, key: &str, value: Value) {
    if let Some(fields) = question.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}
