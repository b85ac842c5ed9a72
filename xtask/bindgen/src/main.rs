//! `bindgen worker|portal INPUT.wasm FOLDER`: JavaScript glue for one Wasm artefact.
//!
//! A program of its own, so that `cargo xtask` does not wait for it to compile; a program of this
//! workspace, so that `Cargo.lock` pins it and nothing is downloaded or installed beside it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support::Options;

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
        // The parts that are fetched later link to symbols of the main one.
        "portal" => bindgen
            .input_path(split(Path::new(input), Path::new(folder))?)
            .web(true)?
            .keep_lld_exports(true)
            .remove_name_section(true),
        other => bail!("`{other}` is neither `worker` nor `portal`"),
    };
    bindgen
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen of `{input}`"))
}

/// Puts what only the lazily loaded pages need into files of their own in `folder`; the main part
/// goes beside `input`.
fn split(input: &Path, folder: &Path) -> Result<PathBuf> {
    let wasm = fs::read(input).with_context(|| format!("`{}`", input.display()))?;
    let stem = input.file_stem().unwrap_or_default();
    // wasm-bindgen names its glue after this file.
    let main = input
        .with_file_name("main")
        .join(stem)
        .with_extension("wasm");
    if let Some(parent) = main.parent() {
        fs::create_dir_all(parent)?;
    }
    let glue = format!("./{}.js", stem.display());
    let mut options = Options::new(&wasm);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = &glue;
    options.target.web();
    let split = wasm_split_cli_support::transform(options);
    split.map_err(|error| anyhow!("splitting `{}`: {error:#}", input.display()))?;
    Ok(main)
}
