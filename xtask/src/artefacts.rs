//! The three artefacts: the Worker (`build/`), the portal (`dist/`) and the native command.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};

use crate::process;
use crate::progress::{Progress, Step};
use crate::tools::{self, Tools, WASM, cargo, unless_done};

/// Where `wrangler.toml` finds the Worker.
pub(crate) const WORKER: &str = "build";
/// Where `wrangler.toml` finds the portal.
pub(crate) const PORTAL: &str = "dist";

/// Builds everything that is not up to date. Worker and portal are linked whole, each by one thread; side by side
/// they take half of the time.
pub(crate) fn build(tools: &Tools, progress: &Progress) -> Result<()> {
    thread::scope(|scope| {
        let worker = scope.spawn(|| worker(tools, progress));
        portal(tools, progress)?;
        native(tools, progress)?;
        let ended = worker.join();
        ended.unwrap_or_else(|_| Err(anyhow!("a thread panicked")))
    })
}

/// The Worker: Wasm, its glue and the entry that wrangler bundles.
///
/// Without wasm-opt: after fat LTO it takes a minute to save a tenth of what the budget has to spare.
pub(crate) fn worker(tools: &Tools, progress: &Progress) -> Result<()> {
    let step = progress.step("Building the Worker");
    let wasm = compile(tools, "edge", "edge", WORKER_FLAGS, &step)?;
    let entry = tools.root().join("edge/js/worker.mjs");
    let folder = tools.root().join(WORKER);
    let input = (fs::read(&wasm)?, fs::read(&entry)?);
    unless_done(&folder.join(".input"), &folder, &input, || {
        clear(&folder)?;
        bind_worker(tools, &wasm, &folder, &step)?;
        fs::copy(&entry, folder.join("worker.mjs"))?;
        Ok(())
    })?;
    step.done();
    Ok(())
}

/// The probe in a folder of its own: the engine for workerd, compiled as the Worker is, bundled with its
/// rival. Tests and measurements use it; it is no part of what is deployed.
pub(crate) fn probe(tools: &Tools, progress: &Progress) -> Result<PathBuf> {
    let step = progress.step("Building the probe");
    let wasm = compile(tools, "probe", "edge", WORKER_FLAGS, &step)?;
    let folder = tools::target(tools.root()).join("probe");
    let source = tools.root().join("tests/probe");
    let mut files = files_under(&source.join("js"))?;
    files.push(source.join("workerd.capnp"));
    let mut input = vec![
        fs::read(&wasm)?,
        fs::read(tools.root().join("package-lock.json"))?,
    ];
    for file in &files {
        input.push(fs::read(file)?);
    }
    unless_done(&folder.join(".input"), &folder, &input, || {
        clear(&folder)?;
        let parts = folder.join("parts");
        bind_worker(tools, &wasm, &parts, &step)?;
        for file in &files {
            fs::copy(file, parts.join(file.file_name().unwrap_or_default()))?;
        }
        for file in ["probe_bg.wasm", "workerd.capnp"] {
            fs::rename(parts.join(file), folder.join(file))?;
        }
        let mut bundle = tools.npm("esbuild/bin/esbuild");
        bundle
            .arg(parts.join("worker.mjs"))
            .arg("--bundle")
            .arg("--format=esm");
        bundle.args(["--external:node:*", "--external:*.wasm"]);
        bundle.arg(format!("--outfile={}", folder.join("worker.mjs").display()));
        // The target folder may lie elsewhere.
        bundle.env("NODE_PATH", tools.root().join("node_modules"));
        process::run(&mut bundle, &step)?;
        Ok(())
    })?;
    step.done();
    Ok(folder)
}

/// The portal: Wasm, glue, loader, style, fonts and page.
pub(crate) fn portal(tools: &Tools, progress: &Progress) -> Result<()> {
    let step = progress.step("Building the portal");
    let wasm = compile(tools, "app", "app", PORTAL_FLAGS, &step)?;
    let source = tools.root().join("app");
    let folder = tools.root().join(PORTAL);
    let mut files = Vec::new();
    for part in ["index.html", "icon.svg", "_headers", "loader", "style"] {
        files.extend(files_under(&source.join(part))?);
    }
    let mut input = vec![fs::read(&wasm)?];
    for file in &files {
        input.push(file.as_os_str().as_encoded_bytes().to_owned());
        input.push(fs::read(file)?);
    }
    // Not beside the product, whose every file is served.
    let stamp = tools::target(tools.root()).join("portal.input");
    unless_done(&stamp, &folder, &input, || {
        clear(&folder)?;
        bind(tools, "portal", &wasm, &folder, &step)?;
        for file in files_under(&folder)? {
            if file
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                shrink(tools, &file, &step)?;
            }
        }
        lay_out(tools, &source, &folder, &step)
    })?;
    step.done();
    Ok(())
}

/// The native command and what fills the demo.
pub(crate) fn native(tools: &Tools, progress: &Progress) -> Result<()> {
    let step = progress.step("Building the native command");
    let mut build = cargo(tools.root());
    build.args([
        "build",
        "--locked",
        "--package",
        "sealgate-cli",
        "--package",
        "tests",
        "--bins",
    ]);
    process::run(&mut build, &step)?;
    step.done();
    Ok(())
}

/// A native program that [`native`] built.
pub(crate) fn program(tools: &Tools, name: &str) -> PathBuf {
    tools::target(tools.root()).join("debug").join(name)
}

/// The vector instructions that every workerd has: with them a large message costs a quarter to a third less.
const WORKER_FLAGS: &[&str] = &[
    "--config",
    "target.wasm32-unknown-unknown.rustflags = ['-C', 'target-feature=+simd128']",
];

/// Leptos with views whose types are erased at each component: without it every tree of elements
/// is a type of its own, compiled anew, and the portal is an eighth larger. The relocations tell the
/// splitter what a page needs.
const PORTAL_FLAGS: &[&str] = &[
    "--config",
    "target.wasm32-unknown-unknown.rustflags = \
     ['--cfg', 'erase_components', '-C', 'link-arg=--emit-relocs']",
];

/// Compiles a crate to Wasm.
fn compile(
    tools: &Tools,
    package: &str,
    profile: &str,
    flags: &[&str],
    step: &Step<'_>,
) -> Result<PathBuf> {
    let mut build = cargo(tools.root());
    build.args(flags);
    build.args(["build", "--locked", "--lib", "--target", WASM]);
    build.args(["--package", package, "--profile", profile]);
    process::run(&mut build, step)?;
    let wasm = tools::target(tools.root())
        .join(WASM)
        .join(profile)
        .join(package)
        .with_extension("wasm");
    Ok(wasm)
}

/// Glue for workerd, which compiles a Wasm import on its own and does not know source-phase imports.
fn bind_worker(tools: &Tools, wasm: &Path, folder: &Path, step: &Step<'_>) -> Result<()> {
    bind(tools, "worker", wasm, folder, step)?;
    let glue = folder.join(wasm.with_extension("js").file_name().unwrap_or_default());
    let text = fs::read_to_string(&glue)?.replace("import source ", "import ");
    fs::write(&glue, text).with_context(|| format!("`{}`", glue.display()))
}

fn bind(tools: &Tools, kind: &str, wasm: &Path, folder: &Path, step: &Step<'_>) -> Result<()> {
    let mut bindgen = tools.bindgen();
    bindgen.arg(kind).arg(wasm).arg(folder);
    process::run(&mut bindgen, step)?;
    Ok(())
}

/// Shrinks a Wasm file in place.
fn shrink(tools: &Tools, wasm: &Path, step: &Step<'_>) -> Result<()> {
    let mut shrink = tools.npm("binaryen/bin/wasm-opt");
    shrink.arg(wasm).arg("--output").arg(wasm).arg("-Oz");
    // What rustc emits for this target by default.
    shrink.args([
        "--enable-bulk-memory",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-reference-types",
        "--enable-multivalue",
    ]);
    process::run(&mut shrink, step)?;
    Ok(())
}

/// Puts the portal's other files beside its Wasm.
fn lay_out(tools: &Tools, source: &Path, folder: &Path, step: &Step<'_>) -> Result<()> {
    let mut bundle = tools.npm("esbuild/bin/esbuild");
    bundle.arg(source.join("style/app.css"));
    for script in files_under(&source.join("loader"))? {
        bundle.arg(script);
    }
    bundle.arg("--bundle").arg("--minify").arg("--format=esm");
    // What the browser fetches by its own path. Not `/*`: that would match every file of ours too.
    bundle.args(["--external:/app.js", "--external:/fonts/*"]);
    bundle.arg("--entry-names=[name]");
    bundle.arg(format!("--outdir={}", folder.display()));
    process::run(&mut bundle, step)?;

    let mut minify = tools.npm("esbuild/bin/esbuild");
    let glue = folder.join("app.js");
    minify.arg(&glue).arg("--minify").arg("--allow-overwrite");
    minify.arg(format!("--outfile={}", glue.display()));
    process::run(&mut minify, step)?;

    for file in ["index.html", "icon.svg", "_headers"] {
        fs::copy(source.join(file), folder.join(file)).with_context(|| format!("`app/{file}`"))?;
    }
    fs::create_dir_all(folder.join("fonts"))?;
    let fonts = tools
        .root()
        .join("node_modules/@fontsource-variable/inter/files");
    for subset in ["latin", "latin-ext"] {
        let font = fonts.join(format!("inter-{subset}-wght-normal.woff2"));
        let to = folder.join(format!("fonts/inter-{subset}.woff2"));
        fs::copy(font, to).context("the font")?;
    }
    Ok(())
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("`{}`", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("`{}`", folder.display()))
}

/// All files at and below a path, in a fixed order; none where it does not exist.
fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path)? {
        files.extend(files_under(&entry?.path())?);
    }
    files.sort();
    Ok(files)
}
