//! `bindgen worker|portal INPUT.wasm FOLDER`: JavaScript glue for one Wasm artefact.
//!
//! A program of its own, so that `cargo xtask` does not wait for it to compile; a program of this
//! workspace, so that `Cargo.lock` pins it and nothing is downloaded or installed beside it.

use std::env;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, input, folder] = arguments.as_slice() else {
        bail!("usage: bindgen worker|portal INPUT.wasm FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).typescript(false);
    match kind.as_str() {
        // `reset_state` and the abort handler let the Worker start a fresh Wasm instance after a
        // panic; without them one panic would fail every later request of the isolate.
        "worker" => bindgen
            .module(true)?
            .reset_state_function(true)
            .force_enable_abort_handler(true),
        "portal" => bindgen.web(true)?.remove_name_section(true),
        other => bail!("`{other}` is neither `worker` nor `portal`"),
    };
    bindgen
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen of `{input}`"))
}
