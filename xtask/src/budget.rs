//! How large the artefacts may be, as they travel.

use anyhow::{Result, bail};

use crate::artefacts::{PORTAL, WORKER};
use crate::process;
use crate::progress::Progress;
use crate::tools::Tools;

/// The portal's Wasm, JavaScript and CSS with brotli: what is downloaded before the first screen.
const PORTAL_OCTETS_MAX: u64 = 350_000;
/// The Worker's Wasm with gzip: the smallest limit that a plan of the platform has for scripts.
const WORKER_OCTETS_MAX: u64 = 3_000_000;

/// Prints the compressed size of each file of `process.argv`; Node.js has both codecs at hand.
const MEASURE: &str = "
const { readFileSync } = require('node:fs');
const { brotliCompressSync, gzipSync } = require('node:zlib');
const pack = { brotli: brotliCompressSync, gzip: (data) => gzipSync(data, { level: 9 }) };
const [kind, ...files] = process.argv.slice(1);
let sum = 0;
for (const file of files) sum += pack[kind](readFileSync(file)).length;
console.log(sum);
";

/// Prints how long the V8 of Node.js takes to compile `process.argv[1]`, in milliseconds: the median
/// of nine, each a module of its own, since V8 remembers what it compiled.
const COMPILE: &str = "
const { readFileSync } = require('node:fs');
const wasm = readFileSync(process.argv[1]);
const marker = (round) => Buffer.from([0, 2, 1, round]);
const times = [];
for (let round = 0; round < 9; round++) {
  const module = Buffer.concat([wasm, marker(round + 65)]);
  const start = performance.now();
  new WebAssembly.Module(module);
  times.push(performance.now() - start);
}
console.log(times.sort((a, b) => a - b)[4].toFixed(1));
";

/// The sizes, in octets.
pub(crate) struct Sizes {
    pub(crate) portal: u64,
    pub(crate) worker: u64,
}

/// How long the Worker's Wasm takes to compile, in milliseconds.
pub(crate) fn compile_ms(tools: &Tools, progress: &Progress) -> Result<f64> {
    let step = progress.step("Compiling the Worker's Wasm");
    let mut node = tools.node();
    node.args(["--eval", COMPILE])
        .arg(format!("{WORKER}/edge_bg.wasm"));
    let milliseconds = process::run(&mut node, &step)?.trim().parse()?;
    step.done();
    Ok(milliseconds)
}

/// Measures what was built.
pub(crate) fn measure(tools: &Tools, progress: &Progress) -> Result<Sizes> {
    let step = progress.step("Measuring sizes");
    let portal = [
        "app_bg.wasm",
        "app.js",
        "__wasm_split.js",
        "main.js",
        "theme.js",
        "app.css",
    ]
    .map(|file| format!("{PORTAL}/{file}"));
    let worker = [format!("{WORKER}/edge_bg.wasm")];
    let size = |kind: &str, files: &[String]| -> Result<u64> {
        let mut node = tools.node();
        node.args(["--eval", MEASURE, kind]).args(files);
        Ok(process::run(&mut node, &step)?.trim().parse()?)
    };
    let sizes = Sizes {
        portal: size("brotli", &portal)?,
        worker: size("gzip", &worker)?,
    };
    step.done();
    Ok(sizes)
}

/// Fails where an artefact has outgrown its budget.
pub(crate) fn check(tools: &Tools, progress: &Progress) -> Result<()> {
    let sizes = measure(tools, progress)?;
    for (what, octets, most) in [
        ("the portal (brotli)", sizes.portal, PORTAL_OCTETS_MAX),
        ("the Worker's Wasm (gzip)", sizes.worker, WORKER_OCTETS_MAX),
    ] {
        progress.note(&format!("{what}: {octets} of at most {most} octets"));
        if octets > most {
            bail!("{what} takes {octets} octets, more than its budget of {most}");
        }
    }
    Ok(())
}
